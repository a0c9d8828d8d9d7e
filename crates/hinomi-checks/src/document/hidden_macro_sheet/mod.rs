//! Excel 4.0 macros on a sheet that nobody sees, started by a name.

use crate::case::{cut, fail, proof, worst_of};
use crate::document::indicators::add_url;
use crate::{Case, Check, Context};
use hinomi_model::fact::{Call, EntryPoint, MacroFact, MacroSheet, Power, Trigger};
use hinomi_model::{Confidence, Fact, Locator, Observation, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "document.hidden-macro-sheet",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// Calls told of one workbook.
const CALLS_MAX: usize = 20;

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    worst_of(case.facts(Fact::as_macro).map(|(seen, fact)| judge_one(cx, case, seen, fact)))
}

fn judge_one(cx: &Context<'_>, case: &Case<'_>, seen: &Observation, fact: &MacroFact) -> Verdict {
    let Some((sheet, entry)) = hidden_and_started(fact) else {
        let key = if fact.encrypted { "encrypted" } else { "partly_unread" };
        return match (fact.encrypted || fact.partly_unread) && may_be_workbook(fact) {
            true => Verdict::Undetermined(Text::new(key).with("file", &fact.name)),
            false => Verdict::Pass,
        };
    };
    let reached: Vec<&Call> = fact.calls.iter().filter(|call| is_reached(fact, call)).collect();
    let acts = reached.iter().find(|call| acts(call));
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
    let mut proof = proof(seen, &acts.map_or_else(|| sheet.name.clone(), |call| quote(call)));
    let line = acts.map(|call| call.line);
    let path = acts.map_or(&sheet.name, |call| &call.module);
    proof.locator = Locator { path: Some(path.clone()), line, ..proof.locator };
    let mut finding = cx.finding(case, text, proof).keyed("document", case.subject.as_str());
    finding.at = seen.at;
    finding.story.push(step("entry-point", &entry.name, &entry.module, entry.line));
    for call in reached.iter().take(CALLS_MAX) {
        // The last step of the way is the cell of the call.
        let cell = call.path.last().filter(|step| step.procedure.contains('!'));
        let line = call.line;
        let mut told = step("call", &quote(call), &call.module, line);
        if let Some(cell) = cell {
            told.place.clone_from(&cell.procedure);
        }
        finding.story.push(told);
    }
    if acts.is_some() {
        for url in &fact.urls {
            finding.story.push(Step {
                kind: "url".to_owned(),
                text: url.url.clone(),
                place: url.host.clone(),
            });
            add_url(&mut finding, url, case.subject, &["XLM".to_owned()], Confidence::Medium);
        }
    }
    fail(finding)
}

/// Documents of other programs have no sheets, read or unread. One that is encrypted does not tell its program.
fn may_be_workbook(fact: &MacroFact) -> bool {
    !matches!(fact.application.as_str(), "word" | "power-point")
        && !matches!(fact.container.as_str(), "rtf" | "one-note" | "flat-opc")
}

/// A hidden macro sheet, the best hidden one first, and what starts macros of such a sheet by itself.
fn hidden_and_started(fact: &MacroFact) -> Option<(&MacroSheet, &EntryPoint)> {
    let hidden = |sheet: &&MacroSheet| sheet.visibility != "visible";
    let sheet =
        fact.macro_sheets.iter().filter(hidden).max_by_key(|sheet| sheet.visibility == "very-hidden")?;
    let entries = fact.entry_points.iter().filter(|entry| is_macro_sheet(fact, &entry.module));
    let entry = entries
        .filter(|entry| matches!(entry.trigger, Trigger::Open | Trigger::Close))
        .min_by_key(|entry| entry.trigger != Trigger::Open)?;
    Some((sheet, entry))
}

fn is_macro_sheet(fact: &MacroFact, name: &str) -> bool {
    fact.macro_sheets.iter().any(|sheet| sheet.name == name)
}

fn is_reached(fact: &MacroFact, call: &Call) -> bool {
    is_macro_sheet(fact, &call.module) && !call.reached_from.is_empty()
}

/// Starting programs, fetching, settling in. Calls into other libraries and files written are what old add-ins
/// did as well.
fn acts(call: &Call) -> bool {
    matches!(call.power, Power::Process | Power::Network | Power::Persist)
}

fn step(kind: &str, text: &str, module: &str, line: u32) -> Step {
    Step { kind: kind.to_owned(), text: text.to_owned(), place: format!("{module}:{line}") }
}

fn quote(call: &Call) -> String {
    cut(format!("{} {}", call.name, call.argument).trim_end(), 160)
}
