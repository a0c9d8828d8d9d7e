//! A weakness with a name: proven by a harmless probe, or following from versions and suites.

use crate::case::{fail, proof, worst_of};
use crate::{Case, Check, Context};
use hinomi_model::fact::{TlsFact, WeaknessProof, WeaknessSeen, WeaknessVerdict};
use hinomi_model::{Fact, Observation, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "tls.known-weakness",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// Weaknesses by what they give an attacker, worst first; the word is the key of the text.
const WAYS: &[(&str, &[&str])] = &[
    ("leaks_memory", &["heartbleed", "ticketbleed"]),
    ("breaks_connections", &["ccs", "robot", "drown", "freak", "logjam"]),
    ("reads_parts", &["poodle", "crime", "rc4", "renegotiation"]),
    ("dated", &["sweet32", "beast", "lucky13"]),
];

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    worst_of(case.facts(Fact::as_tls).map(|(seen, fact)| one(cx, case, seen, fact)))
}

fn one(cx: &Context<'_>, case: &Case<'_>, seen: &Observation, fact: &TlsFact) -> Verdict {
    let with = |verdict: WeaknessVerdict| -> Vec<&WeaknessSeen> {
        fact.weaknesses.iter().filter(|weakness| weakness.verdict == verdict).collect()
    };
    let text = |key: &str| Text::new(key).with("endpoint", fact.endpoint());
    let found = with(WeaknessVerdict::Vulnerable);
    let of_way = |ids: &[&str]| found.iter().any(|weakness| ids.contains(&weakness.id.as_str()));
    // A name we do not know is no reason to keep silent about it.
    let way = WAYS.iter().find(|(_, ids)| of_way(ids)).map_or("reads_parts", |(way, _)| *way);
    if !found.is_empty() {
        let text = text(way).with("weaknesses", joined(&found));
        let mut finding = cx.finding(case, text, proof(seen, &fact.endpoint()));
        finding = finding.keyed("port", fact.port.to_string());
        finding.at = seen.at;
        finding.story = found.iter().map(|weakness| step(weakness)).collect();
        return fail(finding);
    }
    let untested = with(WeaknessVerdict::Untested);
    match () {
        () if fact.weaknesses.is_empty() => Verdict::Undetermined(text("not_looked")),
        () if !untested.is_empty() => {
            Verdict::Undetermined(text("untested").with("weaknesses", joined(&untested)))
        }
        () => Verdict::Pass,
    }
}

fn joined(found: &[&WeaknessSeen]) -> String {
    found.iter().map(|weakness| weakness.id.as_str()).collect::<Vec<_>>().join(", ")
}

fn step(weakness: &WeaknessSeen) -> Step {
    let how = match weakness.how {
        WeaknessProof::Probed => "probed",
        _ => "derived",
    };
    Step {
        kind: "item".to_owned(),
        text: format!("{} {}", weakness.id, weakness.detail).trim_end().to_owned(),
        place: how.to_owned(),
    }
}
