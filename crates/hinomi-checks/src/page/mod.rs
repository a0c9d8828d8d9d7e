//! Web pages: what one does to the machine and the network of who opens it.

pub(crate) mod cross_protocol;
pub(crate) mod local_access;
pub(crate) mod mdns_exfiltration;
pub(crate) mod observe;
pub(crate) mod port_scan;
mod ports;
pub(crate) mod rebinding;
pub(crate) mod recordings;
mod reports;
pub(crate) mod resolver_lets_private_answers_through;
#[cfg(test)]
mod tests;
pub(crate) mod top_level_local;
pub(crate) mod webrtc_local;

use crate::case::{cut, fail, proof, worst_of};
use crate::{Case, Context};
use hinomi_model::fact::{PageFact, PageOutcomes, PageRule, PageTarget};
use hinomi_model::{Fact, Finding, Observation, Step, Text, Verdict};

/// Targets named in a sentence, and in a story.
const NAMED_MAX: usize = 4;
const STEPS_MAX: usize = 20;

/// A check on what one rule of the watch saw.
pub(crate) trait OfRule {
    /// The rule.
    const RULE: PageRule;

    /// Which way to fail a fact of the rule is; `None` when another check tells of it.
    fn way(case: &Case<'_>, fact: &PageFact) -> Option<&'static str>;

    /// Why a page that was watched and did nothing is no pass. Nothing keeps most rules from seeing.
    fn blind(_: &PageFact) -> Option<&'static str> {
        None
    }
}

/// The verdict on a page.
pub(crate) fn judge<R: OfRule>(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let of_rule = |(_, fact): &(&Observation, &PageFact)| fact.rule == Some(R::RULE) && fact.counts();
    let failed = case.facts(Fact::as_page).filter(of_rule).filter_map(|(seen, fact)| {
        let key = R::way(case, fact)?;
        Some(fail(finding(cx, case, seen, fact, key)))
    });
    let mut failed = failed.peekable();
    if failed.peek().is_some() {
        return worst_of(failed);
    }
    let watched = case.facts(Fact::as_page).filter(|(_, fact)| fact.rule.is_none());
    let unseen = watched.filter_map(|(_, fact)| {
        let key = if fact.cut { Some("cut") } else { R::blind(fact) };
        key.map(|key| Verdict::Undetermined(Text::new(key).with("page", &fact.page)))
    });
    worst_of(unseen)
}

fn finding(cx: &Context<'_>, case: &Case<'_>, seen: &Observation, fact: &PageFact, key: &str) -> Finding {
    let script = fact.script.as_deref().unwrap_or("–");
    let text = Text::new(key)
        .with("page", &fact.page)
        .with("targets", places(&fact.targets))
        .with("script", cut(script, 200))
        .with("count", fact.count);
    let quote = fact.targets.first().map(address).unwrap_or_default();
    let mut finding = cx.finding(case, text, proof(seen, &quote));
    finding.at = seen.at;
    let mut step = |kind: &str, text: String, place: &str| {
        finding.story.push(Step { kind: kind.to_owned(), text, place: place.to_owned() })
    };
    if let Some(top) = &fact.top {
        step("url", top.clone(), "");
    }
    step("url", fact.page.clone(), "");
    if let Some(script) = &fact.script {
        step("script", cut(script, 400), "");
    }
    for target in fact.targets.iter().take(STEPS_MAX) {
        let call = target.api.as_deref().map(|api| format!("{api} ")).unwrap_or_default();
        let said = format!("{call}{} {}", address(target), told(target.outcomes));
        step("call", said.trim_end().to_owned(), target.script.as_deref().unwrap_or_default());
    }
    finding
}

/// `ws://127.0.0.1:5900/`.
fn address(target: &PageTarget) -> String {
    let host = if target.host.contains(':') { format!("[{}]", target.host) } else { target.host.clone() };
    let scheme = if target.scheme.is_empty() { String::new() } else { format!("{}://", target.scheme) };
    let port = if target.port == 0 { String::new() } else { format!(":{}", target.port) };
    let from = target.ip.as_deref().filter(|ip| *ip != target.host).map(|ip| format!(" = {ip}"));
    format!("{scheme}{host}{port}{}{}", target.path, from.unwrap_or_default())
}

/// The words of the machine output for what became of it.
fn told(outcomes: PageOutcomes) -> String {
    let all = [
        (outcomes.reached, "reached"),
        (outcomes.blocked, "blocked"),
        (outcomes.refused, "refused"),
        (outcomes.failed, "failed"),
    ];
    let words: Vec<String> =
        all.iter().filter(|(times, _)| *times > 0).map(|(times, word)| format!("{word}={times}")).collect();
    words.join(" ")
}

/// The first places by host and port, with what usually listens there, and how many more there are.
fn places(targets: &[PageTarget]) -> String {
    let mut named: Vec<String> = Vec::new();
    for target in targets {
        let host = if target.host.contains(':') { format!("[{}]", target.host) } else { target.host.clone() };
        let port = if target.port == 0 { String::new() } else { format!(":{}", target.port) };
        let service = ports::name(target.port).map(|name| format!(" ({name})")).unwrap_or_default();
        let place = format!("{host}{port}{service}");
        if !named.contains(&place) {
            named.push(place);
        }
    }
    let more = named.len().saturating_sub(NAMED_MAX);
    named.truncate(NAMED_MAX);
    let list = named.join(", ");
    if more > 0 { format!("{list} … +{more}") } else { list }
}
