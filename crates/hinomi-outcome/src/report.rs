//! The one input of every format: what a run found, decided and could not read.

use hinomi_model::{
    AssetId, CheckId, Entry, Evidence, EvidenceId, Finding, Lang, Observation, Status, Text, Words,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A run, or the state of a store, ready to be put into a format.
#[derive(Debug, Clone)]
pub struct Report {
    /// When it was made.
    pub made_at: Timestamp,
    /// Language of the words.
    pub lang: Lang,
    /// Findings, in the deterministic order (evidence, check, asset).
    pub findings: Vec<Reported>,
    /// What could not be decided.
    pub undecided: Vec<Undecided>,
    /// What could not be read.
    pub problems: Vec<ProblemLine>,
    /// All evidence looked at, by id.
    pub evidence: BTreeMap<EvidenceId, Evidence>,
    /// Observations; empty unless asked for.
    pub observations: Vec<Observation>,
    /// The checks, for titles, classes, measures.
    pub checks: BTreeMap<CheckId, Entry>,
    /// The words: a scope a check, and `app`.
    pub words: Words,
    /// The counts.
    pub counts: Counts,
    /// Families without any evidence in this run: not looked at, which is not "fine".
    pub not_looked_at: Vec<String>,
    /// Public certificates in use: what has to be renewed again and again.
    pub certificates: u32,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// The exit code the run ends with.
    pub exit: u8,
}

/// A finding with its place in life.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// The finding.
    pub finding: Finding,
    /// Where it stands. A `scan` keeps nothing, so everything is `New` there.
    pub status: Status,
    /// Why it is suppressed, until when, and who approved it.
    pub acceptance: Option<String>,
}

/// A case a check could not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// The check.
    pub check: CheckId,
    /// The asset.
    pub asset: AssetId,
    /// The evidence it is about.
    pub evidence: EvidenceId,
    /// Why, in the check's words.
    pub why: Text,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemLine {
    /// Where it was taken from.
    pub source: String,
    /// The evidence, when it has an id.
    pub evidence: Option<EvidenceId>,
    /// The place inside.
    pub place: String,
    /// `unreadable`, `malformed`, `truncated`, `limit-reached`, `encrypted`, `unsupported`, `timed-out`,
    /// `crashed`, `refused-by-scope`: the words are `app` keys `problem_<kind>` with `_` for `-`.
    pub kind: String,
    /// The limit that was met, by name and value.
    pub limit: Option<(String, u64)>,
    /// A short English phrase for the person who debugs.
    pub detail: String,
}

/// `checked = passed + failed + undecided`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Pieces of evidence read.
    pub evidence: u64,
    /// (check, case) pairs.
    pub checked: u64,
    /// Of these, passed.
    pub passed: u64,
    /// Of these, failed: each one is a finding.
    pub failed: u64,
    /// Of these, undecided.
    pub undecided: u64,
    /// Pieces of evidence that could not be read, or not whole.
    pub unread: u64,
}
