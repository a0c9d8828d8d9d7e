//! Observations are grouped into cases, and every check decides each of its cases exactly once.

use crate::{CHECKS, Campaigns, Case, Check, ContactBook, Context, KeyRing, Policy};
use hinomi_model::{AssetId, CheckId, Entry, EvidenceId, Group, Observation, Text, Verdict};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One decided case.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The check.
    pub check: CheckId,
    /// Whose it is.
    pub asset: AssetId,
    /// What the case was about.
    pub subject: EvidenceId,
    /// The decision.
    pub verdict: Verdict,
}

/// All decisions of a run, in the order subject, check, asset: the same whatever the order of reading.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judged {
    /// The decisions.
    pub decisions: Vec<Decision>,
    /// Checks that broke while judging: a bug, shown as undecided and as exit code 2.
    pub broken: BTreeSet<CheckId>,
}

/// Judges every case of every check, for a company that has decided nothing of its own.
pub fn judge(
    entries: &BTreeMap<CheckId, Entry>,
    own_domains: &BTreeSet<String>,
    contacts: &ContactBook,
    observations: &[Observation],
) -> Judged {
    judge_under(&Policy::default(), entries, own_domains, contacts, observations)
}

/// Judges every case of every check.
pub fn judge_under(
    policy: &Policy,
    entries: &BTreeMap<CheckId, Entry>,
    own_domains: &BTreeSet<String>,
    contacts: &ContactBook,
    observations: &[Observation],
) -> Judged {
    let mut judged = Judged::default();
    let campaigns = Campaigns::from_observations(observations);
    let ring = KeyRing::from_observations(observations);
    for check in CHECKS {
        let Some(entry) = entries.get(check.id) else { continue };
        let cx = Context { entry, own_domains, contacts, campaigns: &campaigns, ring: &ring, policy };
        for case in cases(entry, observations) {
            let verdict = decide(check, &cx, &case, &mut judged.broken);
            judged.decisions.push(Decision {
                check: check.id.to_owned(),
                asset: case.asset.clone(),
                subject: case.subject.clone(),
                verdict,
            });
        }
    }
    judged.decisions.sort_by(|a, b| (&a.subject, &a.check, &a.asset).cmp(&(&b.subject, &b.check, &b.asset)));
    judged
}

/// One decision; a check that panics has not decided.
pub(crate) fn decide(
    check: &Check,
    cx: &Context<'_>,
    case: &Case<'_>,
    broken: &mut BTreeSet<CheckId>,
) -> Verdict {
    catch_unwind(AssertUnwindSafe(|| (check.judge)(cx, case))).unwrap_or_else(|_| {
        broken.insert(check.id.to_owned());
        Verdict::Undetermined(Text::new("internal"))
    })
}

/// The cases of one check: observations of the needed kinds, grouped as `per` says, oldest first.
pub(crate) fn cases<'a>(entry: &Entry, observations: &'a [Observation]) -> Vec<Case<'a>> {
    let firsts = if entry.per == Group::Asset { firsts(observations) } else { BTreeMap::new() };
    let mut grouped: BTreeMap<(&AssetId, &EvidenceId), Vec<&Observation>> = BTreeMap::new();
    for observation in observations.iter().filter(|o| entry.needs.iter().any(|kind| kind == o.fact.kind())) {
        let subject = match entry.per {
            Group::Root => observation.root(),
            Group::Evidence => &observation.evidence,
            Group::Asset => firsts.get(&observation.asset).copied().unwrap_or(&observation.evidence),
        };
        grouped.entry((&observation.asset, subject)).or_default().push(observation);
    }
    grouped
        .into_iter()
        .map(|((asset, subject), mut observations)| {
            observations.sort_by(|a, b| in_order(a, b));
            Case { asset, subject, observations }
        })
        .collect()
}

/// What stands for each asset in a case about all of it: its first evidence in order.
fn firsts(observations: &[Observation]) -> BTreeMap<&AssetId, &EvidenceId> {
    let mut firsts: BTreeMap<&AssetId, &EvidenceId> = BTreeMap::new();
    for observation in observations {
        let first = firsts.entry(&observation.asset).or_insert_with(|| observation.root());
        *first = (*first).min(observation.root());
    }
    firsts
}

/// Oldest first, and then such that the order of reading decides nothing: the same document may have come twice.
fn in_order(a: &Observation, b: &Observation) -> Ordering {
    (a.at, &a.evidence, &a.within, &a.locator)
        .cmp(&(b.at, &b.evidence, &b.within, &b.locator))
        .then_with(|| if a.fact == b.fact { Ordering::Equal } else { written(a).cmp(&written(b)) })
}

fn written(observation: &Observation) -> String {
    serde_json::to_string(&observation.fact).unwrap_or_default()
}
