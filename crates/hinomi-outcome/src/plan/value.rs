//! What a finding is worth removing: the one place that says so.

use hinomi_model::{Finding, Severity};

/// Value in points. One point is split into 10,000 parts, so that shares in basis points stay whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Points(pub u64);

/// Parts of a point.
const PARTS: u64 = 10_000;

/// Points by severity: our judgement, not a survey. Each step weighs three to four times the one below, so
/// that no small heap of lesser findings pushes a grave one off the list. An `info` finding is worth a little.
const WEIGHTS: [(Severity, u64); 5] = [
    (Severity::Critical, 300),
    (Severity::High, 100),
    (Severity::Medium, 30),
    (Severity::Low, 8),
    (Severity::Info, 1),
];

/// What removing this finding is worth. A model of yearly loss replaces this function and nothing else.
pub fn value_of(finding: &Finding) -> Points {
    let weight = WEIGHTS.iter().find(|(severity, _)| *severity == finding.severity).map_or(0, |(_, w)| *w);
    Points(weight * PARTS)
}

impl Points {
    /// Whole points, rounded down.
    pub fn whole(self) -> u64 {
        self.0 / PARTS
    }

    /// This amount as a share of `all`, in basis points, rounded down; nothing of nothing is nothing.
    pub fn share_of_bp(self, all: Self) -> u32 {
        let share = u128::from(self.0) * 10_000 / u128::from(all.0.max(1));
        u32::try_from(share).unwrap_or(u32::MAX)
    }
}
