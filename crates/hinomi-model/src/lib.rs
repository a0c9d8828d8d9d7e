//! The nouns of Hinomi. Everything the other crates say to each other is said in these words.
//!
//! Invariants: this crate never does anything: no clock, no files, no network, no parsing of evidence. A value
//! that exists here is valid by construction: an [`AssetId`] is canonical, a [`Finding`] has evidence, a
//! [`Blockable`] has passed the gate, a [`Secret`] cannot be printed.

#![deny(missing_docs)]

mod asset;
mod check;
mod coverage;
mod evidence;
pub mod fact;
mod finding;
mod indicator;
mod money;
mod secret;
#[cfg(test)]
mod tests;
mod text;

pub use asset::{AssetId, AssetKind, InvalidAsset};
pub use check::{CheckId, Entry, Grade, Group, ThreatClass};
pub use coverage::Coverage;
pub use evidence::{Evidence, EvidenceId, EvidenceKind, EvidenceRef, Locator, Observation};
pub use fact::Fact;
pub use finding::{Confidence, Finding, Fingerprint, Severity, Status, Step, Verdict};
pub use indicator::{Blockable, Gate, Indicator, IndicatorKind, Tlp, defang};
pub use money::{BasisPoints, Measure, Source, Yen};
pub use secret::Secret;
pub use text::{Lang, Text, Words};
