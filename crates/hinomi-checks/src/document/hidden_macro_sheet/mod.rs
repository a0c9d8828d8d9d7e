//! Excel 4.0 macros on a sheet that nobody sees, started by a name.

use crate::case::{fail, proof, worst_of};
use crate::{Case, Check, Context};
use hinomi_model::fact::{Call, EntryPoint, MacroFact, MacroSheet, Power, Trigger};
use hinomi_model::{Fact, Locator, Observation, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "document.hidden-macro-sheet",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    worst_of(case.facts(Fact::as_macro).map(|(seen, fact)| judge_one(cx, case, seen, fact)))
}

fn judge_one(cx: &Context<'_>, case: &Case<'_>, seen: &Observation, fact: &MacroFact) -> Verdict {
    let Some((sheet, entry)) = hidden_and_started(fact) else {
        let key = if fact.encrypted { "encrypted" } else { "partly_unread" };
        return match fact.encrypted || fact.partly_unread {
            true => Verdict::Undetermined(Text::new(key).with("file", &fact.name)),
            false => Verdict::Pass,
        };
    };
    let acts = fact.calls.iter().find(|call| acts(fact, call));
    let key = match (acts, sheet.visibility.as_str()) {
        (Some(_), _) => "acts",
        (None, "very-hidden") => "very_hidden",
        (None, _) => "hidden",
    };
    let text = Text::new(key)
        .with("file", &fact.name)
        .with("sheet", &sheet.name)
        .with("entry", &entry.name)
        .with("call", acts.map_or("", |call| call.name.as_str()));
    let mut proof = proof(seen, &sheet.name);
    proof.locator = Locator { path: Some(sheet.name.clone()), ..proof.locator };
    let mut finding = cx.finding(case, text, proof).keyed("document", case.subject.as_str());
    finding.at = seen.at;
    let place = format!("{}:{}", entry.module, entry.line);
    finding.story.push(Step { kind: "entry-point".to_owned(), text: entry.name.clone(), place });
    for call in fact.calls.iter().filter(|call| acts_in(fact, call)).take(20) {
        let text = format!("{} {}", call.name, call.argument).trim_end().to_owned();
        let place = format!("{}:{}", call.module, call.line);
        finding.story.push(Step { kind: "call".to_owned(), text, place });
    }
    fail(finding)
}

/// A hidden macro sheet, the best hidden one first, and what starts macros of such a sheet on opening.
fn hidden_and_started(fact: &MacroFact) -> Option<(&MacroSheet, &EntryPoint)> {
    let hidden = |sheet: &&MacroSheet| sheet.visibility != "visible";
    let sheet =
        fact.macro_sheets.iter().filter(hidden).max_by_key(|sheet| sheet.visibility == "very-hidden")?;
    let on_sheet = |entry: &&EntryPoint| fact.macro_sheets.iter().any(|sheet| sheet.name == entry.module);
    let entry = fact.entry_points.iter().filter(on_sheet).find(|entry| entry.trigger == Trigger::Open)?;
    Some((sheet, entry))
}

fn acts_in(fact: &MacroFact, call: &Call) -> bool {
    fact.macro_sheets.iter().any(|sheet| sheet.name == call.module)
}

fn acts(fact: &MacroFact, call: &Call) -> bool {
    acts_in(fact, call)
        && matches!(
            call.power,
            Power::Process | Power::Network | Power::Library | Power::Persist | Power::Write
        )
}
