//! The same finding, seen more than once in one run: one finding with all the proof, whatever the order.

use hinomi_model::{Finding, Grade, Indicator};
use std::collections::{BTreeMap, BTreeSet};

/// Proofs kept of one finding, and places kept of one indicator. A mailbox can hold the same attachment a
/// million times; `sightings` tells how often it was seen.
const KEPT_MAX: usize = 50;
/// Indicators kept with one finding; the list of all indicators has them all.
const INDICATORS_MAX: usize = 500;

/// Both sights in one: the graver one speaks, the proofs of both are kept (its first, then the rest in order).
pub(super) fn findings(one: Finding, other: Finding) -> Finding {
    let (speaks, adds) = if weight(&one) >= weight(&other) { (one, other) } else { (other, one) };
    let all: BTreeSet<_> = speaks.evidence().iter().chain(adds.evidence()).cloned().collect();
    let kept = all.into_iter().take(KEPT_MAX);
    let Some(first) = speaks.evidence().first().cloned() else { return speaks };

    let grade = Grade { severity: speaks.severity, confidence: speaks.confidence };
    let mut both = Finding::new(&speaks.check, speaks.asset, grade, speaks.text, first.clone());
    for proof in kept.filter(|proof| *proof != first) {
        both = both.proved_by(proof);
    }
    let mut indicators: BTreeMap<_, Indicator> = BTreeMap::new();
    for indicator in speaks.indicators.into_iter().chain(adds.indicators) {
        let key = (indicator.kind, indicator.value.clone());
        let merged = match indicators.remove(&key) {
            Some(known) => self::indicators(known, indicator),
            None => indicator,
        };
        indicators.insert(key, merged);
    }
    both.indicators = indicators.into_values().take(INDICATORS_MAX).collect();
    both.key = speaks.key;
    both.at = speaks.at;
    both.story = speaks.story;
    both
}

/// Orders the sights of one finding. It must not look at what merging changes.
fn weight(finding: &Finding) -> impl Ord + use<> {
    let first = finding.evidence().first().cloned();
    let story: Vec<_> =
        finding.story.iter().map(|s| (s.kind.clone(), s.text.clone(), s.place.clone())).collect();
    (finding.severity, finding.confidence, finding.text.clone(), finding.at, first, story)
}

/// The same indicator from two findings: the surer word, the narrower circle, the longer time, all places.
pub(super) fn indicators(one: Indicator, other: Indicator) -> Indicator {
    let places: BTreeSet<_> = one.found_in.into_iter().chain(other.found_in).collect();
    Indicator {
        kind: one.kind,
        value: one.value,
        host: one.host.max(other.host),
        found_in: places.into_iter().take(KEPT_MAX).collect(),
        layers: one.layers.max(other.layers),
        confidence: one.confidence.max(other.confidence),
        tlp: one.tlp.max(other.tlp),
        valid_from: [one.valid_from, other.valid_from].into_iter().flatten().min(),
        valid_until: one.valid_until.max(other.valid_until),
    }
}
