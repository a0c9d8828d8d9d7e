//! A document whose macros do something else than their source shows.

use crate::case::{fail, proof, worst_of};
use crate::{Case, Check, Context};
use hinomi_model::fact::{MacroFact, StompedModule, Trigger};
use hinomi_model::{Fact, Observation, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "document.stomped-macro",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// Names shown in one sentence; the story has them all.
const NAMES_SHOWN: usize = 5;

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    worst_of(case.facts(Fact::as_macro).map(|(seen, fact)| judge_one(cx, case, seen, fact)))
}

fn judge_one(cx: &Context<'_>, case: &Case<'_>, seen: &Observation, fact: &MacroFact) -> Verdict {
    if fact.stomped.is_empty() {
        let key = if fact.encrypted { "encrypted" } else { "partly_unread" };
        return match fact.encrypted || fact.partly_unread {
            true => Verdict::Undetermined(Text::new(key).with("file", &fact.name)),
            false => Verdict::Pass,
        };
    }
    let named: Vec<&str> =
        fact.stomped.iter().flat_map(|module| &module.only_compiled).map(String::as_str).collect();
    // The source that could show an entry point may be the very thing that was taken away.
    let key = match (named.is_empty(), fact.entry_points.iter().any(|entry| entry.trigger == Trigger::Open)) {
        (true, _) => "source_removed",
        (false, true) => "hidden_powers_auto",
        (false, false) => "hidden_powers",
    };
    let modules: Vec<&str> = fact.stomped.iter().map(|module| module.module.as_str()).collect();
    let text = Text::new(key)
        .with("file", &fact.name)
        .with("module", modules.join(", "))
        .with("names", named.iter().take(NAMES_SHOWN).copied().collect::<Vec<_>>().join(", "));
    let mut finding =
        cx.finding(case, text, proof(seen, &named.join(", "))).keyed("document", case.subject.as_str());
    finding.at = seen.at;
    finding.story.extend(fact.stomped.iter().map(step));
    fail(finding)
}

fn step(module: &StompedModule) -> Step {
    Step { kind: "compiled".to_owned(), text: module.only_compiled.join(", "), place: module.module.clone() }
}
