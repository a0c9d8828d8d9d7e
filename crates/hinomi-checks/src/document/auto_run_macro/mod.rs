//! A macro that starts by itself and reaches outside the document.

use crate::case::{cut, fail, proof, worst_of};
use crate::document::indicators::add_url;
use crate::{Case, Check, Context};
use hinomi_model::fact::{Call, EntryPoint, MacroFact, Power, Trigger};
use hinomi_model::{Confidence, Fact, Locator, Observation, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "document.auto-run-macro",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// Places that evaluation did not follow, shown in the story.
const UNFOLLOWED_SHOWN: usize = 3;

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    worst_of(case.facts(Fact::as_macro).map(|(seen, fact)| judge_one(cx, case, seen, fact)))
}

fn judge_one(cx: &Context<'_>, case: &Case<'_>, seen: &Observation, fact: &MacroFact) -> Verdict {
    let worst = fact
        .calls
        .iter()
        .filter_map(|call| Some((rank(fact, call)?, call)))
        .max_by_key(|((rank, _, _), call)| (*rank, std::cmp::Reverse(call.line)));
    if let Some(((_, key, entry), call)) = worst {
        return fail(finding(cx, case, seen, fact, key, entry, call));
    }
    match fact {
        MacroFact { encrypted: true, .. } => undetermined("encrypted", fact),
        MacroFact { partly_unread: true, .. } => undetermined("partly_unread", fact),
        _ => Verdict::Pass,
    }
}

fn undetermined(key: &str, fact: &MacroFact) -> Verdict {
    Verdict::Undetermined(Text::new(key).with("file", &fact.name))
}

/// How bad a call is: rank, key, and the entry point that reaches it. A button a person presses is not
/// "by itself".
fn rank<'a>(fact: &'a MacroFact, call: &Call) -> Option<(u8, &'static str, &'a EntryPoint)> {
    let entry = fact
        .entry_points
        .iter()
        .filter(|entry| call.reached_from.contains(&entry.name))
        .min_by_key(|entry| (entry.trigger != Trigger::Open, entry.line))?;
    let alone = match entry.trigger {
        Trigger::Open | Trigger::Close => true,
        Trigger::Control => !entry.name.to_lowercase().ends_with("_click"),
        Trigger::Lifecycle => false,
    };
    match (alone, call.power) {
        (true, Power::Process) => Some((5, "starts_program", entry)),
        (true, Power::Network) => Some((4, "fetches", entry)),
        (true, Power::Persist) => Some((3, "persists", entry)),
        (false, Power::Process | Power::Network) => Some((1, "on_request", entry)),
        _ => None,
    }
}

fn finding(
    cx: &Context<'_>,
    case: &Case<'_>,
    seen: &Observation,
    fact: &MacroFact,
    key: &str,
    entry: &EntryPoint,
    call: &Call,
) -> hinomi_model::Finding {
    let text = Text::new(key)
        .with("file", &fact.name)
        .with("entry", format!("{}.{}", entry.module, entry.name))
        .with("call", &call.name);
    let mut proof = proof(seen, &quote(call));
    proof.locator = Locator { path: Some(call.module.clone()), line: Some(call.line), ..proof.locator };
    let mut finding = cx.finding(case, text, proof).keyed("document", case.subject.as_str());
    finding.at = seen.at;
    finding.story.push(Step {
        kind: "entry-point".to_owned(),
        text: entry.name.clone(),
        place: format!("{}:{}", entry.module, entry.line),
    });
    // The first step of the way is the entry point itself, the last the procedure that makes the call.
    for step in call.path.iter().skip(1) {
        finding.story.push(Step {
            kind: "procedure".to_owned(),
            text: step.procedure.clone(),
            place: format!("{}:{}", step.module, step.line),
        });
    }
    finding.story.push(Step {
        kind: "call".to_owned(),
        text: quote(call),
        place: format!("{}:{}", call.module, call.line),
    });
    for (place, obstacle) in fact.unfollowed.iter().take(UNFOLLOWED_SHOWN) {
        finding.story.push(Step {
            kind: "unfollowed".to_owned(),
            text: obstacle.clone(),
            place: place.clone(),
        });
    }
    // A macro that fetches by itself names its source in a string, unless its command does; any other URL may be a
    // help page.
    if matches!(key, "fetches" | "starts_program") && !fact.commands_have_urls {
        let is_on_sheet = fact.macro_sheets.iter().any(|sheet| sheet.name == call.module);
        let layer = if is_on_sheet { "XLM" } else { "VBA" };
        for url in &fact.urls {
            add_url(&mut finding, url, case.subject, &[layer.to_owned()], Confidence::Low);
        }
    }
    finding
}

fn quote(call: &Call) -> String {
    if call.argument.is_empty() {
        call.name.clone()
    } else {
        format!("{} {}", call.name, cut(&call.argument, 160))
    }
}
