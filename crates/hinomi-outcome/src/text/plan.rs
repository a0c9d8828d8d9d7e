//! The plan at the terminal: the arithmetic, then the list in order.

use super::{Ink, Page, Style};
use crate::Report;
use crate::plan::{Choice, Item, Plan, Upkeep, tenths};
use crate::visible::shown;
use crate::words::Say;
use hinomi_model::Source;

/// The plan for a person at a terminal.
pub fn plan_text(report: &Report, plan: &Plan, style: Style) -> String {
    let mut page = Page::new(Say::of(report), style);
    arithmetic(&mut page, plan);
    page.heading("section_plan");
    let mut told: Option<&Source> = None;
    for (at, item) in plan.items.iter().enumerate() {
        list_item(&mut page, at + 1, item);
        // A source is told where it changes.
        if told.replace(&item.measure.source) != Some(&item.measure.source) {
            let from = told_by(page.say, &item.measure.source);
            let lead = format!("{}{}", page.say.app("label_source"), page.say.app("colon"));
            page.hanging(4, &lead, &from, Ink::Dim);
        }
    }
    if plan.items.is_empty() {
        let words = page.say.app("plan_empty");
        page.wrapped(2, &words);
    }
    page.blank();
    let total = page.say.app_with(
        "plan_total",
        &[
            ("yen", &plan.yen),
            ("days", &tenths(plan.days_tenths)),
            ("removed", &plan.removed.whole()),
            ("total", &plan.total.whole()),
            ("share", &hinomi_model::BasisPoints(plan.removed.share_of_bp(plan.total))),
        ],
    );
    page.wrapped(0, &total);
    if !plan.unanswered.is_empty() {
        let words = page.say.app_with("plan_unanswered", &[("n", &plan.unanswered.len())]);
        page.wrapped(0, &words);
    }
    upkeep(&mut page, plan);
    page.out
}

/// What comes back every year.
fn upkeep(page: &mut Page<'_>, plan: &Plan) {
    if plan.upkeep.is_empty() {
        return;
    }
    page.blank();
    page.heading("section_upkeep");
    for phase in &plan.upkeep {
        let words = upkeep_words(page.say, phase);
        page.wrapped(2, &words);
    }
    let words = page.say.app("upkeep_note");
    page.wrapped(2, &words);
}

/// `from 2027-03-15, valid for 100 days at most: …`.
pub(crate) fn upkeep_words(say: Say<'_>, phase: &Upkeep) -> String {
    say.app_with(
        "upkeep_phase",
        &[
            ("from", &phase.from),
            ("valid", &phase.days_max),
            ("certificates", &phase.certificates),
            ("renewals", &phase.renewals),
            ("days", &tenths(phase.days_tenths)),
            ("yen", &phase.yen),
        ],
    )
}

fn arithmetic(page: &mut Page<'_>, plan: &Plan) {
    let budget = &plan.budget;
    page.heading("section_budget");
    if budget.sales.is_none() && budget.envelope_yen.is_none() {
        let words = page.say.app("budget_unknown");
        page.wrapped(2, &words);
    }
    if let Some(sales) = &budget.sales {
        let words = page.say.app_with("budget_sales", &[("yen", &sales.yen)]);
        page.wrapped(2, &words);
    }
    if let (Some(it), Some((ratio, source))) = (&budget.it, &budget.it_ratio) {
        let from = told_by(page.say, source);
        let words = page.say.app_with("budget_it", &[("ratio", ratio), ("yen", &it.yen), ("source", &from)]);
        page.wrapped(2, &words);
    }
    for (share, amount) in &budget.security {
        let words = page.say.app_with("budget_security", &[("ratio", share), ("yen", &amount.yen)]);
        page.wrapped(2, &words);
    }
    for lens in budget.lenses.iter().skip(1) {
        if let Some(amount) = &lens.amount {
            let words = page.say.app_with(&format!("lens_{}", lens.kind.as_str()), &[("yen", &amount.yen)]);
            page.wrapped(2, &words);
        }
    }
    if let Some(envelope) = budget.envelope_yen {
        let words = page.say.app_with("budget_envelope", &[("yen", &envelope)]);
        page.wrapped(2, &words);
    }
    page.blank();
}

/// Who says so, and whether somebody read it there.
pub(crate) fn told_by(say: Say<'_>, source: &Source) -> String {
    let key = if source.verified { "source_verified" } else { "source_unverified" };
    let year = source.year.to_string();
    say.app_with(key, &[("name", &shown(&say.kind("publisher", &source.name))), ("year", &year)])
}

fn list_item(page: &mut Page<'_>, place: usize, item: &Item) {
    let measure = &item.measure;
    let lead = format!("{place:>2}. ");
    let title = page.say.measure(measure).to_owned();
    match item.choice {
        Choice::Chosen => page.hanging(0, &lead, &title, Ink::Bold),
        _ => page.hanging(0, &lead, &title, Ink::Dim),
    }
    let cost = page.say.app_with(
        "item_cost",
        &[("yen", &measure.cost_yen), ("days", &tenths(u64::from(measure.days_tenths)))],
    );
    let sum = match item.choice {
        Choice::Chosen => page.say.app_with(
            "item_cumulative",
            &[("yen", &item.cumulative_yen), ("days", &tenths(item.cumulative_days_tenths))],
        ),
        choice => page.say.app(&format!("choice_{}", choice.as_str())),
    };
    page.wrapped(4, &format!("{cost}  {sum}"));
    let why = page.say.app_text(&item.why);
    page.wrapped(4, &why);
    let step = page.say.first_step(measure).to_owned();
    let lead = format!("{}{}", page.say.app("label_first_step"), page.say.app("colon"));
    page.hanging(4, &lead, &step, Ink::Plain);
}
