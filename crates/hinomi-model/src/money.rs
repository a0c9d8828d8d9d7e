//! Money in whole yen, ratios in basis points. Integers only: a plan must add up to the yen.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Whole yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Yen(pub u64);

impl Yen {
    /// This share of the amount, rounded down.
    #[must_use]
    pub fn share(self, ratio: BasisPoints) -> Self {
        let share = u128::from(self.0) * u128::from(ratio.0) / 10_000;
        Self(u64::try_from(share).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Yen {
    /// Digits in groups of three: `192,000,000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// A ratio in 1/10,000: 128 is 1.28 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BasisPoints(pub u32);

impl fmt::Display for BasisPoints {
    /// As a percentage: `1.28 %`, `15 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 100, self.0 % 100);
        match (part, part % 10) {
            (0, _) => write!(f, "{whole} %"),
            (_, 0) => write!(f, "{whole}.{} %", part / 10),
            _ => write!(f, "{whole}.{part:02} %"),
        }
    }
}

/// Where a number comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Who says so.
    pub name: String,
    /// The year it is about.
    pub year: u16,
    /// Whether somebody of the project read it at its origin.
    pub verified: bool,
}

/// A piece of work that removes findings, with its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Id: `mail.block-macro-attachments`.
    pub id: String,
    /// Name in Japanese.
    pub title_ja: String,
    /// Name in English.
    pub title_en: String,
    /// What to do first, in Japanese.
    pub first_step_ja: String,
    /// What to do first, in English.
    pub first_step_en: String,
    /// First-year cost in whole yen, licences and outside work.
    pub cost_yen: Yen,
    /// Own working days in the first year, in tenths of a day.
    pub days_tenths: u32,
    /// How much of the finding of each check it removes, in basis points.
    pub removes_bp: std::collections::BTreeMap<String, BasisPoints>,
    /// Countermeasures of the catalogue it carries out (C01 …).
    #[serde(default)]
    pub countermeasures: Vec<String>,
    /// Where the cost and the effect come from.
    pub source: Source,
}
