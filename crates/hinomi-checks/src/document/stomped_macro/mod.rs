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
/// Texts of the compiled code shown in the story, of each module.
const LITERALS_SHOWN: usize = 8;

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
    let on_open = fact.entry_points.iter().any(|entry| entry.trigger == Trigger::Open)
        || fact.stomped.iter().any(|module| module.runs_on_open);
    let key = match (named.is_empty(), on_open) {
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
    finding.story.extend(fact.stomped.iter().flat_map(steps));
    fail(finding)
}

/// The names of a module's compiled code, then its texts, each on a step of its own.
fn steps(module: &StompedModule) -> impl Iterator<Item = Step> {
    let step = |text: String| Step { kind: "compiled".to_owned(), text, place: module.module.clone() };
    let names = (!module.only_compiled.is_empty()).then(|| step(module.only_compiled.join(", ")));
    names.into_iter().chain(module.literals.iter().take(LITERALS_SHOWN).cloned().map(step))
}
