//! What a company may spend: sales × IT ratio × security share, to the yen, beside what else one can hold it to.
//!
//! Whole yen and basis points, rounded down; no floating point anywhere.

use crate::Catalog;
use hinomi_model::{BasisPoints, Source, Yen};

/// What the company says about itself. Everything may be left out: the plan then has no envelope.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BudgetInput {
    /// Sales a year.
    pub sales_yen: Option<Yen>,
    /// Industry as in the benchmarks (`all`, `finance`, `construction`); empty is `all`.
    pub industry: String,
    /// The company's own share of IT in sales; wins over the benchmark.
    pub it_ratio: Option<BasisPoints>,
    /// The benchmark row to take the IT ratio from; wins over `industry`.
    pub it_benchmark: Option<String>,
    /// Shares of security in IT to show; empty is [`SECURITY_SHARES`].
    pub security_shares: Vec<BasisPoints>,
    /// What there is to spend on measures this year; without it the lowest security amount is taken.
    pub envelope_yen: Option<Yen>,
    /// Own working days there are, in tenths; without it days do not bind.
    pub envelope_days_tenths: Option<u64>,
    /// What the company spends on internal control over financial reporting (J-SOX), to compare.
    pub j_sox_yen: Option<Yen>,
    /// What the company really spends on security, to compare.
    pub actual_yen: Option<Yen>,
    /// The year the company's own figures are about.
    pub year: u16,
}

/// The shares the archive puts side by side: 15 % and 10 % of IT.
pub const SECURITY_SHARES: [BasisPoints; 2] = [BasisPoints(1_500), BasisPoints(1_000)];

/// The arithmetic, every amount with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Budget {
    /// Sales.
    pub sales: Option<Amount>,
    /// The ratio of IT to sales.
    pub it_ratio: Option<(BasisPoints, Source)>,
    /// Sales × ratio.
    pub it: Option<Amount>,
    /// IT × each share, in the order asked for.
    pub security: Vec<(BasisPoints, Amount)>,
    /// Other ways to look at the same sum.
    pub lenses: Vec<Lens>,
    /// What the plan must fit.
    pub envelope_yen: Option<Yen>,
    /// Own working days the plan must fit, in tenths.
    pub envelope_days_tenths: Option<u64>,
}

/// An amount and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// Whole yen.
    pub yen: Yen,
    /// Where it comes from.
    pub source: Source,
}

/// A way to look at what is right to spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// What it compares with.
    pub kind: LensKind,
    /// The amount; `None` when nobody told.
    pub amount: Option<Amount>,
}

/// The lenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LensKind {
    /// Sales × IT × security share: the lowest and the highest share shown.
    Share,
    /// What the company spends on internal control over financial reporting.
    InternalControl,
    /// What it really spends on security.
    Actual,
}

impl LensKind {
    /// The word of keys and machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::InternalControl => "internal_control",
            Self::Actual => "actual",
        }
    }
}

impl Budget {
    /// Works the amounts out.
    pub fn work_out(input: &BudgetInput, catalog: &Catalog) -> Self {
        let own = || Source { name: "own-figure".to_owned(), year: input.year, verified: true };
        let amount = |yen: Yen| Amount { yen, source: own() };
        let it_ratio = ratio(input, catalog, own);
        let it = input
            .sales_yen
            .zip(it_ratio.as_ref())
            .map(|(sales, (ratio, source))| Amount { yen: sales.share(*ratio), source: source.clone() });
        let shares: &[BasisPoints] =
            if input.security_shares.is_empty() { &SECURITY_SHARES } else { &input.security_shares };
        let security: Vec<_> = it
            .iter()
            .flat_map(|it| {
                shares.iter().map(|share| (*share, Amount { yen: it.yen.share(*share), ..it.clone() }))
            })
            .collect();
        let lowest = security.iter().map(|(_, amount)| amount).min_by_key(|amount| amount.yen).cloned();
        let lenses = vec![
            Lens { kind: LensKind::Share, amount: lowest.clone() },
            Lens { kind: LensKind::InternalControl, amount: input.j_sox_yen.map(amount) },
            Lens { kind: LensKind::Actual, amount: input.actual_yen.map(amount) },
        ];
        Self {
            sales: input.sales_yen.map(amount),
            it_ratio,
            it,
            security,
            lenses,
            envelope_yen: input.envelope_yen.or(lowest.map(|amount| amount.yen)),
            envelope_days_tenths: input.envelope_days_tenths,
        }
    }
}

/// The company's own ratio, else the named row, else the best row of its industry, else that of all.
fn ratio(input: &BudgetInput, catalog: &Catalog, own: impl Fn() -> Source) -> Option<(BasisPoints, Source)> {
    if let Some(ratio) = input.it_ratio {
        return Some((ratio, own()));
    }
    let rows = || catalog.benchmarks.values().filter(|row| row.kind == "it-ratio");
    let of = |industry: &str| {
        rows()
            .filter(|row| row.industry == industry && row.statistic == "trimmed-mean")
            // A row somebody read at its origin, then the newest.
            .max_by_key(|row| (row.source.verified, row.fy))
    };
    let row = match &input.it_benchmark {
        Some(id) => rows().find(|row| row.id == *id)?,
        None => of(&input.industry).or_else(|| of("all"))?,
    };
    Some((BasisPoints(u32::try_from(row.value).ok()?), row.source.clone()))
}
