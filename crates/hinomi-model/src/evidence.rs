//! Evidence, and the neutral observations made on it.

use crate::{AssetId, Fact};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// The identity of evidence: the SHA-256 of its bytes, in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EvidenceId(String);

impl EvidenceId {
    /// The id of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_digest(Sha256::digest(bytes).into())
    }

    /// The id with this SHA-256.
    pub fn from_digest(digest: [u8; 32]) -> Self {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let digit = |nibble: u8| char::from(HEX[usize::from(nibble)]);
        Self(digest.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
    }

    /// The 64 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EvidenceId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let ok = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        if ok { Ok(Self(text)) } else { Err(format!("read {text:?} as a SHA-256")) }
    }
}

impl From<EvidenceId> for String {
    fn from(id: EvidenceId) -> Self {
        id.0
    }
}

/// Bytes that were looked at. Never changed; what is found inside it is evidence of its own that names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// SHA-256 of the bytes.
    pub id: EvidenceId,
    /// What it was read as.
    pub kind: EvidenceKind,
    /// Its name: a file name, an attachment's name, a subject.
    pub name: String,
    /// Where it was taken from: a path, with `#n` for the n-th message of a mailbox file.
    pub source: String,
    /// The evidence it was found inside.
    pub parent: Option<EvidenceId>,
    /// Size in bytes.
    pub size: u64,
    /// When it was taken.
    pub taken_at: Option<Timestamp>,
    /// What took it, with its version.
    pub taken_by: String,
}

/// What evidence was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EvidenceKind {
    /// A mail message.
    Mail,
    /// An archive.
    Archive,
    /// An Office document.
    Document,
    /// A PDF.
    Pdf,
    /// A script.
    Script,
    /// An executable program.
    Program,
    /// Events of web pages.
    PageEvents,
    /// What TLS servers were found to speak.
    TlsSurvey,
    /// A file of no kind that is read deeper.
    File,
}

/// One neutral thing seen on one asset. No severity, no opinion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// Whose it is.
    pub asset: AssetId,
    /// The evidence it was seen in.
    pub evidence: EvidenceId,
    /// The outermost evidence around it (the mail around an attachment); `None` when it is itself that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<EvidenceId>,
    /// When it happened, by the evidence's own word (a mail's Date).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Where in the evidence.
    #[serde(default, skip_serializing_if = "Locator::is_empty")]
    pub locator: Locator,
    /// What was seen.
    pub fact: Fact,
}

impl Observation {
    /// The outermost evidence.
    pub fn root(&self) -> &EvidenceId {
        self.within.as_ref().unwrap_or(&self.evidence)
    }
}

/// A place inside evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locator {
    /// MIME part, archive entry: names from the outermost container inwards, joined by `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Stream, storage or module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Byte offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Record number, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
}

impl Locator {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The proof a finding shows: which evidence, where, and a short quote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// SHA-256 of the evidence.
    pub sha256: EvidenceId,
    /// Where it was taken from; empty until the run fills it in.
    #[serde(default)]
    pub source: String,
    /// Where in it.
    #[serde(default)]
    pub locator: Locator,
    /// The words that prove it, cut short; never a secret.
    #[serde(default)]
    pub quote: String,
}
