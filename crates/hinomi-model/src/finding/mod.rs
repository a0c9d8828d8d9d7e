//! Findings: what is wrong, where, how bad, how sure, and how we know.

mod verdict;

use crate::{AssetId, CheckId, EvidenceRef, Grade, Indicator, Text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

pub use verdict::Verdict;

/// Something that is wrong. Cannot be built without evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The check that says so.
    pub check: CheckId,
    /// Whose problem it is.
    pub asset: AssetId,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// What is wrong, as a key and arguments.
    pub text: Text,
    /// The check's own key fields: what makes this finding this one. Part of the fingerprint.
    pub key: BTreeMap<String, String>,
    /// When it happened, by the evidence's word.
    pub at: Option<Timestamp>,
    /// The proof, never empty.
    evidence: Vec<EvidenceRef>,
    /// How one thing led to the other, for a person to check.
    pub story: Vec<Step>,
    /// What to look for elsewhere, and to block.
    pub indicators: Vec<Indicator>,
}

/// One step of a story: entry point, call, command, layer, URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What sort of step: `mail`, `archive`, `document`, `entry-point`, `call`, `command`, `layer`, `url`.
    pub kind: String,
    /// The words of the evidence, cut short; data, never markup.
    pub text: String,
    /// Where: `Module1:12`, `2/invoice.zip`.
    pub place: String,
}

impl Finding {
    /// A finding with its first proof.
    pub fn new(check: &str, asset: AssetId, grade: Grade, text: Text, proof: EvidenceRef) -> Self {
        Self {
            check: check.to_owned(),
            asset,
            severity: grade.severity,
            confidence: grade.confidence,
            text,
            key: BTreeMap::new(),
            at: None,
            evidence: vec![proof],
            story: Vec::new(),
            indicators: Vec::new(),
        }
    }

    /// Adds a key field. Never severity, title, version or time: those change while the finding stays.
    #[must_use]
    pub fn keyed(mut self, name: &str, value: impl Into<String>) -> Self {
        self.key.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a proof.
    #[must_use]
    pub fn proved_by(mut self, proof: EvidenceRef) -> Self {
        self.evidence.push(proof);
        self
    }

    /// The proof; never empty.
    pub fn evidence(&self) -> &[EvidenceRef] {
        &self.evidence
    }

    /// Fills in where each proof was taken from.
    pub fn locate(&mut self, source_of: impl Fn(&EvidenceRef) -> String) {
        for proof in &mut self.evidence {
            proof.source = source_of(proof);
        }
    }

    /// The stable identity: check, asset and the check's key fields.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.check, &self.asset, &self.key)
    }
}

/// `hnm1:` and the first 32 hex digits of the SHA-256 over the canonical JSON `[check, asset, {key}]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of these three. Field order does not matter: the map is sorted.
    pub fn of(check: &str, asset: &AssetId, key: &BTreeMap<String, String>) -> Self {
        let canonical = serde_json::json!([check, asset.as_str(), key]).to_string();
        let hex: String =
            Sha256::digest(canonical.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self(format!("hnm1:{hex}"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let hex = text.strip_prefix("hnm1:").unwrap_or_default();
        if hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(format!("read {text:?} as a finding id (hnm1: and 32 hex digits)"))
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How bad. The order is the order of severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// From worst to least.
    pub const WORST_FIRST: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// A hint.
    Low,
    /// Likely.
    Medium,
    /// Proven by the evidence.
    High,
}

impl Confidence {
    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Where a finding stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Seen for the first time in this run.
    New,
    /// Seen before and still there.
    Open,
    /// Was fixed or accepted until a date, and is there again.
    Reopened,
    /// Accepted, with reason, end date and approver.
    Suppressed,
    /// Looked for where it was, and gone.
    Fixed,
}

impl Status {
    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Reopened => "reopened",
            Self::Suppressed => "suppressed",
            Self::Fixed => "fixed",
        }
    }
}
