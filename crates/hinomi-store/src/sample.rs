//! Made-up findings and days for the tests of this crate.

use crate::{Acceptance, AcceptanceKind, RunHeader};
use hinomi_model::{
    AssetId, AssetKind, Confidence, EvidenceId, EvidenceRef, Finding, Fingerprint, Grade, Locator, Severity,
    Text,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The check of findings whose name starts with `n`: over the network, two looks in vain make it fixed.
pub(crate) const NETWORK_CHECK: &str = "dns.dangling-cname";
/// The check of all other findings.
pub(crate) const FILE_CHECK: &str = "mail.macro-attachment";

/// The moment `days` days after the first.
pub(crate) fn day(days: i64) -> Timestamp {
    let first: Timestamp = "2026-11-01T09:00:00Z".parse().unwrap();
    first + SignedDuration::from_hours(days * 24)
}

pub(crate) fn check_of(name: &str) -> &'static str {
    if name.starts_with('n') { NETWORK_CHECK } else { FILE_CHECK }
}

/// The asset of a finding named by a letter and a number: `b2` is the second of asset `b`.
pub(crate) fn asset(name: &str) -> AssetId {
    let letter = name.get(..1).unwrap();
    AssetId::new(AssetKind::Mailbox, &format!("{letter}@company.example")).unwrap()
}

pub(crate) fn proof(words: &str) -> EvidenceRef {
    EvidenceRef {
        sha256: EvidenceId::of(words.as_bytes()),
        source: format!("inbox/{words}.eml"),
        locator: Locator::default(),
        quote: words.to_owned(),
    }
}

pub(crate) fn graded(name: &str, severity: Severity) -> Finding {
    let grade = Grade { severity, confidence: Confidence::High };
    Finding::new(check_of(name), asset(name), grade, Text::new("found").with("what", name), proof(name))
        .keyed("part", name)
}

pub(crate) fn finding(name: &str) -> Finding {
    graded(name, Severity::High)
}

pub(crate) fn id(name: &str) -> Fingerprint {
    finding(name).fingerprint()
}

pub(crate) fn header(days: i64, sources: &[&str]) -> RunHeader {
    RunHeader {
        started_at: day(days),
        version: "0.1.0".to_owned(),
        sources: sources.iter().map(ToString::to_string).collect(),
        misses_needed: BTreeMap::from([(NETWORK_CHECK.to_owned(), 2)]),
    }
}

pub(crate) fn acceptance(until: Timestamp) -> Acceptance {
    Acceptance {
        reason: "agreed with accounting".to_owned(),
        until,
        approved_by: "s.tanaka".to_owned(),
        kind: AcceptanceKind::Accepted,
        ticket: None,
    }
}
