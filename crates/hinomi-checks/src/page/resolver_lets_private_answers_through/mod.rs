//! A resolver that lets names of the Internet answer with addresses inside.

use crate::case::{cut, fail, proof, worst_of};
use crate::{Case, Check, Context};
use hinomi_model::fact::ResolverFact;
use hinomi_model::{Fact, Observation, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "page.resolver-lets-private-answers-through",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// Zones that nobody outside can own: to except one of them is not too much.
const INSIDE: &[&str] = &[
    "local",
    "localhost",
    "localdomain",
    "lan",
    "home",
    "internal",
    "intranet",
    "corp",
    "private",
    "test",
    "example",
    "invalid",
];
/// Characters of the lines in a sentence; the story has each.
const LINES_CHARS_MAX: usize = 600;

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    worst_of(case.facts(Fact::as_resolver).map(|(seen, fact)| one(cx, case, seen, fact)))
}

fn one(cx: &Context<'_>, case: &Case<'_>, seen: &Observation, fact: &ResolverFact) -> Verdict {
    let wide: Vec<&str> = fact.exempt.iter().map(String::as_str).filter(|name| is_wide(name)).collect();
    let passes = !fact.passes.is_empty() || !fact.rare.is_empty();
    let about = |key: &str| Text::new(key).with("file", &fact.name).with("program", &fact.program);
    if !fact.answers || (!passes && wide.is_empty()) {
        return Verdict::Pass;
    }
    // What stops the rest may stand where nobody looked.
    if passes && !fact.elsewhere.is_empty() {
        return Verdict::Undetermined(
            about("elsewhere").with("others", cut(&fact.elsewhere.join(", "), 200)),
        );
    }
    if passes && fact.policy {
        return Verdict::Undetermined(about("policy"));
    }
    let lines: Vec<String> =
        fact.remove.iter().map(|line| format!("-{line}")).chain(fact.add.iter().cloned()).collect();
    let told = cut(&lines.join(" / "), LINES_CHARS_MAX);
    let all: Vec<&str> = fact.passes.iter().chain(&fact.rare).map(String::as_str).collect();
    let text = match () {
        () if fact.unprotected => about("open").with("lines", told),
        () if !fact.passes.is_empty() => about("partly").with("passes", all.join(", ")).with("lines", told),
        () if !wide.is_empty() => about("wide_exemption").with("names", cut(&wide.join(", "), 200)),
        () => about("rare").with("passes", all.join(", ")).with("lines", told),
    };
    let mut finding = cx.finding(case, text, proof(seen, &fact.name));
    let step = |text: String| Step { kind: "setting".to_owned(), text, place: fact.name.clone() };
    finding.story.extend(lines.into_iter().map(step));
    fail(finding)
}

/// Whether strangers have names below it.
fn is_wide(name: &str) -> bool {
    !name.contains('.') && !INSIDE.contains(&name)
}
