//! TLS servers, held against the profile that the company has chosen.

pub(crate) mod behaviour_below_profile;
pub(crate) mod certificate_below_profile;
mod configuration;
pub(crate) mod interim_without_end;
pub(crate) mod key_exchange_below_profile;
pub(crate) mod known_weakness;
pub(crate) mod observe;
pub(crate) mod order_below_profile;
pub(crate) mod profile;
pub(crate) mod suite_below_profile;
#[cfg(test)]
mod tests;
pub(crate) mod version_below_profile;

pub use configuration::{Configuration, Note, Part, Server, Topic, configuration};
pub use observe::{Endpoint, EndpointFacts, endpoint_facts};
pub use profile::{
    Area, Assessment, Conformity, DEFAULT_PROFILE, GroupName, Item, ItemVerdict, Level, Measured, Outcome,
    Profile, ProfileError, Reading, Rule, SuiteName, Suites, Wanted, profiles, suite_name,
};

use crate::case::{cut, fail, proof, worst_of};
use crate::{Case, Context};
use hinomi_model::fact::TlsFact;
use hinomi_model::{Confidence, Fact, Observation, Severity, Step, Text, Verdict};

/// Items told in a story.
const STEPS_MAX: usize = 20;

/// The verdict of the check on one area of the profile.
///
/// A mandatory item that is not met fails. A recommendation that is not met is told as `info`, which fails no profile.
/// An item that nobody has read yet is told with low confidence when it is not met, and keeps the check from passing
/// when it is.
fn judge_area(cx: &Context<'_>, case: &Case<'_>, area: Area) -> Verdict {
    worst_of(case.facts(Fact::as_tls).map(|(seen, fact)| one(cx, case, seen, fact, area)))
}

fn one(cx: &Context<'_>, case: &Case<'_>, seen: &Observation, fact: &TlsFact, area: Area) -> Verdict {
    let assessment = Assessment::of(&cx.policy.tls, fact, cx.ring);
    let of_area: Vec<ItemVerdict<'_>> =
        assessment.verdicts.into_iter().filter(|verdict| verdict.item.rule.area() == area).collect();
    let text =
        |key: &str| Text::new(key).with("endpoint", fact.endpoint()).with("profile", &cx.policy.tls.id);
    let mut unmet: Vec<&ItemVerdict<'_>> =
        of_area.iter().filter(|verdict| matches!(verdict.measured, Measured::Unmet(_))).collect();
    unmet.sort_by_key(|verdict| weight(verdict));
    if let Some(worst) = unmet.first() {
        let key = worded(worst);
        let text = text(&key).with("items", ids(&unmet, weight(worst))).with("seen", shown(worst));
        let mut finding =
            cx.finding(case, text, proof(seen, &fact.endpoint())).keyed("port", fact.port.to_string());
        grade(worst, &mut finding.severity, &mut finding.confidence);
        finding.at = seen.at;
        let unseen = of_area.iter().filter(|verdict| verdict.outcome == Outcome::NotObservable);
        finding.story = unmet.iter().copied().chain(unseen).take(STEPS_MAX).map(step).collect();
        return fail(finding);
    }
    let all_of = |outcome: Outcome| of_area.iter().filter(move |verdict| verdict.outcome == outcome);
    let undecided =
        |key: &str, of: &[&ItemVerdict<'_>]| Verdict::Undetermined(text(key).with("items", joined(of)));
    if let Some(why) = all_of(Outcome::NotObservable).find_map(unknown) {
        let same: Vec<&ItemVerdict<'_>> =
            all_of(Outcome::NotObservable).filter(|verdict| unknown(verdict) == Some(why)).collect();
        return undecided(why, &same);
    }
    let unread: Vec<&ItemVerdict<'_>> = all_of(Outcome::Unconfirmed).collect();
    if unread.is_empty() { Verdict::Pass } else { undecided("unconfirmed", &unread) }
}

/// Why an item could not be measured.
fn unknown(verdict: &ItemVerdict<'_>) -> Option<&'static str> {
    match &verdict.measured {
        Measured::Unknown(why) => Some(why),
        _ => None,
    }
}

/// How much an unmet item matters: read before unread, binding before not.
fn weight(verdict: &ItemVerdict<'_>) -> (bool, Level) {
    let not_binding = verdict.item.level != Level::Mandatory;
    (not_binding || verdict.outcome == Outcome::Unconfirmed, verdict.item.level)
}

/// The key of the sentence: `on`, `on_unmet` (a recommendation), `on_open` (要確認).
fn worded(verdict: &ItemVerdict<'_>) -> String {
    let key = verdict.item.rule.key();
    match verdict.outcome {
        Outcome::Fail => key.to_owned(),
        Outcome::Unconfirmed => format!("{key}_open"),
        _ => format!("{key}_unmet"),
    }
}

/// A recommendation fails nothing; of what nobody has read, nobody is sure.
fn grade(verdict: &ItemVerdict<'_>, severity: &mut Severity, confidence: &mut Confidence) {
    if verdict.item.level != Level::Mandatory {
        *severity = Severity::Info;
    }
    if verdict.outcome == Outcome::Unconfirmed {
        *confidence = Confidence::Low;
    }
}

fn shown(verdict: &ItemVerdict<'_>) -> String {
    match &verdict.measured {
        Measured::Unmet(seen) => cut(seen, 300),
        _ => "–".to_owned(),
    }
}

/// The ids of the items that weigh as much as the worst.
fn ids(unmet: &[&ItemVerdict<'_>], worst: (bool, Level)) -> String {
    let same: Vec<&ItemVerdict<'_>> = unmet.iter().copied().filter(|v| weight(v) == worst).collect();
    joined(&same)
}

fn joined(verdicts: &[&ItemVerdict<'_>]) -> String {
    verdicts.iter().map(|verdict| verdict.item.id.as_str()).collect::<Vec<_>>().join(", ")
}

/// `R-P3 tls1.0`; of one that could not be observed the word of why: `R-P1 ? not_tested`.
fn step(verdict: &ItemVerdict<'_>) -> Step {
    let seen = unknown(verdict).map_or_else(|| shown(verdict), |why| format!("? {why}"));
    Step {
        kind: "item".to_owned(),
        text: format!("{} {seen}", verdict.item.id),
        place: verdict.item.source.clone(),
    }
}
