//! How long public certificates may last, and what renewing them by hand costs.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

const PHASES: &str = include_str!("../../../../../catalog/profiles/keys/public-certificates.toml");
const DAYS_A_YEAR: u32 = 365;

/// One phase of the schedule of the CA/Browser Forum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Certificates issued from this day on.
    pub from: Date,
    /// Days such a certificate may be valid.
    pub days_max: u32,
    /// Days for which a proof of control over the name may be used again.
    pub reuse_days: u32,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "phase")]
    phases: Vec<Phase>,
}

/// The phases, oldest first.
pub fn phases() -> Vec<Phase> {
    toml::from_str::<File>(PHASES).map(|file| file.phases).unwrap_or_default()
}

/// The phase of a certificate issued on this day; `None` before the first.
pub(crate) fn phase_on(day: Date) -> Option<Phase> {
    phases().into_iter().rev().find(|phase| phase.from <= day)
}

/// What keeping certificates alive takes in one phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RenewalCost {
    /// The phase.
    pub phase: Phase,
    /// Renewals a year of one certificate, each used up to its last day: nobody can do with less.
    pub renewals_min: u32,
    /// Renewals a year of one certificate when a third of its time is kept in hand, as ACME clients do.
    pub renewals: u32,
    /// Minutes a year for all certificates, at [`Self::renewals`].
    pub minutes: u64,
}

/// The work a year in each phase that has not ended by `today`: `certificates` of them, each renewal by hand taking
/// `minutes_each` (request, approval, install, check).
pub fn renewal_costs(today: Date, certificates: u32, minutes_each: u32) -> Vec<RenewalCost> {
    let phases = phases();
    let ends = phases.iter().skip(1).map(|next| Some(next.from)).chain([None]);
    let open = phases.iter().zip(ends).filter(|(_, end)| end.is_none_or(|end| end > today));
    open.map(|(phase, _)| {
        let renewals = renewals_a_year(phase.days_max - phase.days_max / 3);
        RenewalCost {
            phase: *phase,
            renewals_min: renewals_a_year(phase.days_max),
            renewals,
            minutes: u64::from(renewals)
                .saturating_mul(u64::from(certificates))
                .saturating_mul(u64::from(minutes_each)),
        }
    })
    .collect()
}

/// Renewals a year when each certificate serves for so many days.
pub(crate) fn renewals_a_year(days: u32) -> u32 {
    DAYS_A_YEAR.div_ceil(days.max(1))
}
