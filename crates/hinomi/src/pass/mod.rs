//! One pass through the house: what was seen is judged, and becomes a report.

pub(crate) mod coverage;
#[cfg(test)]
mod tests;

use crate::look::Looked;
use hinomi_checks::{ContactBook, Decision, FAMILIES, KeyRing, Policy, judge_under};
use hinomi_model::{
    CheckId, Entry, EvidenceId, EvidenceKind, Fact, Finding, Lang, Severity, Status, Verdict, Words,
};
use hinomi_outcome::{Counts, Report, Reported, Undecided};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Indicators from a finding are worth blocking for this long: Emotet's download sites lived for days to weeks,
/// and a block list that never forgets blocks the innocent successor of a name.
const INDICATOR_DAYS: i64 = 90;

/// The unchanging surroundings of a pass.
pub(crate) struct Surroundings<'a> {
    pub(crate) checks: &'a BTreeMap<CheckId, Entry>,
    pub(crate) words: &'a Words,
    pub(crate) own_domains: &'a BTreeSet<String>,
    /// What the company has decided.
    pub(crate) policy: Policy,
    pub(crate) lang: Lang,
    pub(crate) now: Timestamp,
}

/// What a pass decided.
pub(crate) struct Pass {
    pub(crate) report: Report,
    /// Checks that broke.
    pub(crate) broken: bool,
}

/// Judges what was seen.
pub(crate) fn judge_all(looked: Looked, around: &Surroundings<'_>, keep_observations: bool) -> Pass {
    let contacts = ContactBook::from_observations(&looked.observations);
    let judged =
        judge_under(&around.policy, around.checks, around.own_domains, &contacts, &looked.observations);
    let mut counts = Counts {
        evidence: count(looked.evidence.len()),
        checked: count(judged.decisions.len()),
        unread: looked.unread,
        ..Counts::default()
    };
    let (mut findings, mut undecided) = (Vec::new(), Vec::new());
    for Decision { check, asset, subject, verdict } in judged.decisions {
        match verdict {
            Verdict::Pass => counts.passed += 1,
            Verdict::Undetermined(why) => {
                counts.undecided += 1;
                undecided.push(Undecided { check, asset, evidence: subject, why });
            }
            Verdict::Fail(finding) => {
                counts.failed += 1;
                let finding = settle(*finding, &looked, around.now);
                findings.push(Reported { finding, status: Status::New, acceptance: None });
            }
        }
    }
    let not_looked_at = not_looked_at(&looked);
    let ring = KeyRing::from_observations(&looked.observations);
    let certificates = u32::try_from(ring.public_certificates(around.now)).unwrap_or(u32::MAX);
    let report = Report {
        made_at: around.now,
        lang: around.lang,
        findings,
        undecided,
        problems: looked.problems,
        evidence: looked.evidence,
        observations: if keep_observations { looked.observations } else { Vec::new() },
        checks: around.checks.clone(),
        words: around.words.clone(),
        counts,
        not_looked_at,
        certificates,
        milliseconds: 0,
        exit: 0,
    };
    Pass { report, broken: !judged.broken.is_empty() }
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Fills in what a pure check cannot know: where the evidence lay, and until when its indicators hold.
fn settle(mut finding: Finding, looked: &Looked, now: Timestamp) -> Finding {
    finding.locate(|proof| {
        // A check names the outermost evidence: the same attachment may have come in many mails.
        let root = EvidenceId::try_from(proof.source.clone()).ok();
        let taken = root.and_then(|root| looked.evidence.get(&root));
        let taken = taken.or_else(|| looked.evidence.get(&proof.sha256));
        taken.map(|evidence| evidence.source.clone()).unwrap_or_default()
    });
    let until = now.checked_add(SignedDuration::from_hours(24 * INDICATOR_DAYS)).unwrap_or(Timestamp::MAX);
    for indicator in &mut finding.indicators {
        indicator.valid_from = Some(finding.at.unwrap_or(now).min(now));
        indicator.valid_until = Some(until);
    }
    finding
}

/// The families without evidence in this run. Keys are looked for in every file, so a run that read files has looked for
/// them, whether it found some or not; mail alone and what pages did are no files of the company.
fn not_looked_at(looked: &Looked) -> Vec<String> {
    let of_evidence = looked.evidence.values().flat_map(|evidence| match evidence.kind {
        EvidenceKind::Mail => &["mail"][..],
        EvidenceKind::PageEvents => &["page"][..],
        EvidenceKind::TlsSurvey => &["tls"][..],
        EvidenceKind::Document | EvidenceKind::Pdf | EvidenceKind::Script => &["document", "keys"][..],
        _ => &["keys"][..],
    });
    let of_facts = looked.observations.iter().filter_map(|seen| match seen.fact {
        Fact::Key(_) => Some(&"keys"),
        Fact::Tls(_) => Some(&"tls"),
        _ => None,
    });
    let seen: BTreeSet<&str> = of_evidence.chain(of_facts).copied().collect();
    FAMILIES.iter().filter(|family| !seen.contains(*family)).map(|family| (*family).to_owned()).collect()
}

/// The exit code: 2 a check broke, 1 findings at or above `fail_on`, 3 something unread or undecided, else 0.
/// 2 beats 1 beats 3.
pub(crate) fn exit_code(report: &Report, broken: bool, fail_on: Severity, allow_incomplete: bool) -> u8 {
    let counts = |r: &&Reported| !matches!(r.status, Status::Suppressed | Status::Fixed);
    let failed = report.findings.iter().filter(counts).any(|r| r.finding.severity >= fail_on);
    let incomplete = report.counts.unread > 0 || report.counts.undecided > 0;
    match () {
        () if broken => 2,
        () if failed => 1,
        () if incomplete && !allow_incomplete => 3,
        () => 0,
    }
}
