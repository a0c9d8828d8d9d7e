//! What to do: the first three pieces of work, the whole list, and the arithmetic behind it.

use super::{Cx, chart, section};
use crate::plan::{Amount, Choice, Item, tenths};
use crate::text::{told_by, upkeep_words};
use hinomi_model::{BasisPoints, Source};
use maud::{Markup, html};

/// Pieces of work for today.
const TODAY: usize = 3;

pub(super) fn today(cx: &Cx<'_>) -> Markup {
    let first: Vec<&Item> = cx.plan.chosen().take(TODAY).collect();
    let body = html! {
        @if first.is_empty() { p.calm { (cx.t("report_no_today")) } }
        ol.today {
            @for (at, item) in first.iter().enumerate() {
                li {
                    p.rank aria-hidden="true" { (at + 1) }
                    h3 { (cx.say.measure(&item.measure)) }
                    p.first { (cx.say.first_step(&item.measure)) }
                    p.chips {
                        span.chip.cost { (cx.say.cost(&item.measure)) }
                        span.chip { (cx.tw("report_for_findings", &[("n", &item.removes.len())])) }
                    }
                    (gain(cx, item))
                }
            }
        }
    };
    section(cx, "today", "section_today", &body)
}

/// How much of all it removes, as a thin bar.
fn gain(cx: &Cx<'_>, item: &Item) -> Markup {
    let share = item.gain.share_of_bp(cx.plan.total);
    let words = cx.tw("report_removes", &[("share", &BasisPoints(share))]);
    let rest = 10_000_u64.saturating_sub(u64::from(share));
    html! { div.gain { (chart::stacked(&words, &[("good", u64::from(share)), ("track", rest)])) p { (words) } } }
}

pub(super) fn list(cx: &Cx<'_>) -> Markup {
    let plan = cx.plan;
    let total = cx.tw(
        "plan_total",
        &[
            ("yen", &plan.yen),
            ("days", &tenths(plan.days_tenths)),
            ("removed", &plan.removed.whole()),
            ("total", &plan.total.whole()),
            ("share", &BasisPoints(plan.removed.share_of_bp(plan.total))),
        ],
    );
    let one = only_source(&plan.items);
    let body = html! {
        @if plan.items.is_empty() {
            p.calm { (cx.t("plan_empty")) }
        } @else {
            p.sum { (total) }
            div.table role="group" tabindex="0" aria-label=(cx.t("section_plan")) {
                table.plan {
                    thead { tr {
                        @for key in ["order", "measure", "cost_yen", "days", "cumulative_yen", "choice"] {
                            th scope="col" { (cx.t(&format!("col_{key}"))) }
                        }
                    } }
                    tbody { @for (at, item) in plan.items.iter().enumerate() { (row(cx, at + 1, item, one.is_none())) } }
                }
            }
            @if let Some(source) = one {
                p.note { (cx.t("label_source")) (cx.t("colon")) (told_by(cx.say, source)) }
            }
            p.note { (cx.t("report_points_note")) }
        }
        @if !plan.unanswered.is_empty() {
            p.note { (cx.tw("plan_unanswered", &[("n", &plan.unanswered.len())])) }
        }
        @if !plan.upkeep.is_empty() {
            h3 { (cx.t("section_upkeep")) }
            ul { @for phase in &plan.upkeep { li { (upkeep_words(cx.say, phase)) } } }
            p.note { (cx.t("upkeep_note")) }
        }
    };
    section(cx, "plan", "section_plan", &body)
}

/// The source of all the work, when it is one: it is then told once, below the list.
fn only_source(items: &[Item]) -> Option<&Source> {
    let first = &items.first()?.measure.source;
    items.iter().all(|item| item.measure.source == *first).then_some(first)
}

fn row(cx: &Cx<'_>, at: usize, item: &Item, with_source: bool) -> Markup {
    let measure = &item.measure;
    let chosen = item.choice == Choice::Chosen;
    html! {
        tr.out[!chosen] {
            td.n { (at) }
            td {
                strong { (cx.say.measure(measure)) }
                p { (cx.say.app_text(&item.why)) }
                @if with_source { p.dim { (cx.t("label_source")) (cx.t("colon")) (told_by(cx.say, &measure.source)) } }
            }
            td.n { (measure.cost_yen) }
            td.n { (tenths(u64::from(measure.days_tenths))) }
            td.n { @if chosen { (item.cumulative_yen) } @else { "—" } }
            td {
                @let words = cx.t(&format!("choice_{}", item.choice.as_str()));
                @if chosen { span.tag.yes { (words) } } @else { (words) }
            }
        }
    }
}

pub(super) fn budget(cx: &Cx<'_>) -> Markup {
    let budget = &cx.plan.budget;
    let body = html! {
        (envelope(cx))
        @if budget.sales.is_none() {
            p.note { (cx.t("budget_unknown")) }
        } @else {
            ol.sums {
                @if let Some(sales) = &budget.sales { (sum(cx, &cx.tw("budget_sales", &[("yen", &sales.yen)]), sales)) }
                @if let (Some(it), Some((ratio, source))) = (&budget.it, &budget.it_ratio) {
                    @let from = told_by(cx.say, source);
                    li.unsure[!source.verified] {
                        (cx.tw("budget_it", &[("ratio", ratio), ("yen", &it.yen), ("source", &from)]))
                    }
                }
                @for (share, amount) in &budget.security {
                    li { (cx.tw("budget_security", &[("ratio", share), ("yen", &amount.yen)])) }
                }
                @for lens in budget.lenses.iter().skip(1) {
                    @if let Some(amount) = &lens.amount {
                        li.lens { (cx.tw(&format!("lens_{}", lens.kind.as_str()), &[("yen", &amount.yen)])) }
                    }
                }
            }
            p.note { (cx.t("report_budget_note")) }
        }
    };
    section(cx, "budget", "section_budget", &body)
}

fn sum(cx: &Cx<'_>, words: &str, amount: &Amount) -> Markup {
    html! { li { (words) " " span.dim { (told_by(cx.say, &amount.source)) } } }
}

fn envelope(cx: &Cx<'_>) -> Markup {
    let plan = cx.plan;
    let Some(envelope) = plan.budget.envelope_yen else {
        return html! { p.sum { (cx.tw("report_no_envelope", &[("yen", &plan.yen)])) } };
    };
    let share = u128::from(plan.yen.0) * 10_000 / u128::from(envelope.0.max(1));
    let share = BasisPoints(u32::try_from(share).unwrap_or(u32::MAX));
    let words =
        cx.tw("report_envelope_words", &[("envelope", &envelope), ("yen", &plan.yen), ("share", &share)]);
    let rest = envelope.0.saturating_sub(plan.yen.0);
    html! {
        figure.chart {
            (chart::stacked(&cx.t("report_envelope_chart"), &[("spent", plan.yen.0), ("track", rest)]))
            figcaption { (words) }
        }
    }
}
