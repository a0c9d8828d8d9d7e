//! What a check says about itself in its `check.toml`.

use crate::{Confidence, Severity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The id of a check: `family.fault`.
pub type CheckId = String;

/// A `check.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Id; equal to the folder.
    pub id: CheckId,
    /// Version it came with.
    pub since: String,
    /// Kinds of fact it needs; a case is made when at least one is there.
    pub needs: Vec<String>,
    /// What one case is about.
    pub per: Group,
    /// 技術的, 人的, 物理的.
    pub threat_class: ThreatClass,
    /// ATT&CK technique ids.
    pub attack: Vec<String>,
    /// Incidents of `catalog/incidents` that asked for it.
    pub incidents: Vec<String>,
    /// Measures of `catalog/measures` that answer it, best first.
    pub measures: Vec<String>,
    /// Severity and confidence of each way to fail, by text key.
    pub fails: BTreeMap<String, Grade>,
    /// Words: language, then key. `title`, `fix` and `why` are always there, and each key of `fails`.
    pub text: BTreeMap<String, BTreeMap<String, String>>,
}

/// How bad, and how sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
}

/// What one case of a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// One asset.
    Asset,
    /// One outermost evidence on one asset: a mail with all it carries.
    Root,
    /// One evidence on one asset: a document, an archive.
    Evidence,
}

/// The three classes of threat of the Japanese guidelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThreatClass {
    /// 技術的脅威.
    Technical,
    /// 人的脅威.
    Human,
    /// 物理的脅威.
    Physical,
}
