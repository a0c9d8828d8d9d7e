//! A document that fetches its template, or another part of itself, from elsewhere when it is opened.

use crate::case::{fail, proof, worst_of};
use crate::document::indicators::add_url;
use crate::{Case, Check, Context};
use hinomi_model::fact::{MacroFact, TargetFact};
use hinomi_model::{Confidence, Fact, Locator, Observation, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "document.remote-template",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    worst_of(case.facts(Fact::as_macro).map(|(seen, fact)| judge_one(cx, case, seen, fact)))
}

fn judge_one(cx: &Context<'_>, case: &Case<'_>, seen: &Observation, fact: &MacroFact) -> Verdict {
    let ranked = fact.targets.iter().filter_map(|target| Some((rank(cx, target)?, target)));
    let Some(((_, key), target)) = ranked.max_by_key(|((rank, _), _)| *rank) else {
        let key = if fact.encrypted { "encrypted" } else { "partly_unread" };
        return match fact.encrypted || fact.partly_unread {
            true => Verdict::Undetermined(Text::new(key).with("file", &fact.name)),
            false => Verdict::Pass,
        };
    };
    let shown = hinomi_model::defang(&target.url.url);
    let text = Text::new(key).with("file", &fact.name).with("target", &shown);
    let mut proof = proof(seen, &shown);
    proof.locator = Locator { path: Some(target.place.clone()), ..proof.locator };
    let mut finding = cx.finding(case, text, proof).keyed("document", case.subject.as_str());
    finding.at = seen.at;
    finding.story.push(Step {
        kind: "url".to_owned(),
        text: target.url.url.clone(),
        place: target.place.clone(),
    });
    add_url(&mut finding, &target.url, case.subject, std::slice::from_ref(&target.kind), Confidence::Medium);
    fail(finding)
}

/// How bad a target is. What lies on a host of ours is how templates are shared; a picture from outside tells its
/// sender that the mail was read, no more.
fn rank(cx: &Context<'_>, target: &TargetFact) -> Option<(u8, &'static str)> {
    if !target.url.leads_out() || cx.is_own(&target.url.host) || is_local(&target.url.host) {
        return None;
    }
    match target.kind.as_str() {
        "template" => Some((4, "template")),
        "object" => Some((3, "object")),
        "frame" | "sub-document" => Some((2, "part")),
        _ => None,
    }
}

/// A name without a dot is resolved inside the company only.
fn is_local(host: &str) -> bool {
    host.is_empty() || !host.contains(['.', ':']) || host.ends_with(".local") || host.ends_with(".internal")
}
