//! What keeping things alive costs every year, beside the work that removes findings.

use hinomi_model::Yen;
use jiff::civil::Date;

/// Renewing public certificates by hand, in one phase of the schedule by which they become shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upkeep {
    /// The first day of the phase.
    pub from: Date,
    /// Days a certificate may last in it.
    pub days_max: u32,
    /// Certificates that are to be renewed.
    pub certificates: u32,
    /// Renewals a year, of all of them.
    pub renewals: u64,
    /// Own working days a year, in tenths, rounded up.
    pub days_tenths: u64,
    /// What these days cost a year.
    pub yen: Yen,
}

/// Minutes of a working day.
const DAY_MINUTES: u64 = 480;

impl Upkeep {
    /// The cost of `minutes` a year, at `day_yen` a working day.
    pub fn of(
        (from, days_max): (Date, u32),
        certificates: u32,
        renewals_each: u32,
        minutes: u64,
        day_yen: Yen,
    ) -> Self {
        Self {
            from,
            days_max,
            certificates,
            renewals: u64::from(renewals_each).saturating_mul(u64::from(certificates)),
            days_tenths: minutes.saturating_mul(10).div_ceil(DAY_MINUTES),
            yen: Yen(minutes.saturating_mul(day_yen.0).div_ceil(DAY_MINUTES)),
        }
    }
}
