//! A document that starts a program through a field or a formula, without any macro.

use crate::case::{cut, fail, proof, worst_of};
use crate::document::indicators::add_url;
use crate::{Case, Check, Context};
use hinomi_model::fact::{DdeFact, MacroFact};
use hinomi_model::{Confidence, Fact, Locator, Observation, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "document.dde-command",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// Servers of dynamic data exchange that are programs to run commands with. Anything else is data from another
/// program, as price feeds and old reports use it.
const RUNNERS: &[&str] = &[
    "cmd",
    "powershell",
    "pwsh",
    "mshta",
    "wscript",
    "cscript",
    "rundll32",
    "regsvr32",
    "certutil",
    "bitsadmin",
    "msiexec",
    "msexcel",
    "wmic",
    "curl",
    "explorer",
];

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    worst_of(case.facts(Fact::as_macro).map(|(seen, fact)| judge_one(cx, case, seen, fact)))
}

fn judge_one(cx: &Context<'_>, case: &Case<'_>, seen: &Observation, fact: &MacroFact) -> Verdict {
    let worst = fact.dde.iter().max_by_key(|dde| (runs(dde), dde.automatic));
    let Some(dde) = worst else {
        let key = if fact.encrypted { "encrypted" } else { "partly_unread" };
        return match fact.encrypted || fact.partly_unread {
            true => Verdict::Undetermined(Text::new(key).with("file", &fact.name)),
            false => Verdict::Pass,
        };
    };
    let key = match (runs(dde), dde.automatic) {
        (true, true) => "runs_on_opening",
        (true, false) => "runs_on_update",
        (false, _) => "asks_program",
    };
    let text = Text::new(key).with("file", &fact.name).with("command", cut(&dde.command, 160));
    let mut proof = proof(seen, &dde.command);
    proof.locator = Locator { path: Some(dde.place.clone()), ..proof.locator };
    let mut finding = cx.finding(case, text, proof).keyed("document", case.subject.as_str());
    finding.at = seen.at;
    for dde in &fact.dde {
        finding.story.push(Step {
            kind: "command".to_owned(),
            text: cut(&dde.command, 1_000),
            place: dde.place.clone(),
        });
        for url in &dde.urls {
            finding.story.push(Step {
                kind: "url".to_owned(),
                text: url.url.clone(),
                place: dde.place.clone(),
            });
            add_url(&mut finding, url, case.subject, &["DDE".to_owned()], Confidence::Medium);
        }
    }
    fail(finding)
}

/// Whether the command names a program that runs commands, wherever it lies and however it is written.
fn runs(dde: &DdeFact) -> bool {
    let line = dde.command.to_lowercase().replace(['"', '^', '\''], "");
    let words =
        line.split(|c: char| c.is_whitespace() || matches!(c, '|' | '\\' | '/' | '!' | '(' | ')' | '='));
    words.map(|word| word.strip_suffix(".exe").unwrap_or(word)).any(|word| RUNNERS.contains(&word))
}
