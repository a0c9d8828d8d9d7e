//! Writing results: in every format, for `scan`, `run`, `demo`, `report`, `plan` and `block`.

use crate::app::{App, deliver};
use crate::cli::Format;
use crate::cli::args::{Block, BlockFormat, Output, Plan as PlanArgs, ReportArgs};
use crate::commands::store;
use crate::output::can_deliver;
use anyhow::{Context, Result, bail};
use hinomi_checks::renewal_costs;
use hinomi_outcome::{self as outcome, Bom, BudgetInput, Plan, Preview, Report, Upkeep};
use std::io::IsTerminal;

/// The plan for a report, with the budget of the configuration.
pub(crate) fn plan_for(app: &App, report: &Report, envelope: Option<u64>) -> Plan {
    let company = &app.found.config.company;
    let input = BudgetInput {
        sales_yen: company.sales_yen,
        industry: company.industry.clone(),
        it_ratio: company.it_ratio_bp,
        security_shares: Vec::new(),
        envelope_yen: envelope.map(hinomi_model::Yen).or_else(|| own_envelope(app)),
        year: u16::try_from(app.now.to_zoned(jiff::tz::TimeZone::UTC).year()).unwrap_or(0),
        ..BudgetInput::default()
    };
    Plan { upkeep: renewals(app, report), ..Plan::make(&report.findings, &app.catalog, &input) }
}

/// Minutes that one renewal by hand takes, and what a working day costs: our estimates, for who says nothing else.
const RENEWAL_MINUTES: u32 = 60;
const DAY_YEN: u64 = 40_000;

/// What renewing the public certificates by hand costs a year, as they become shorter.
fn renewals(app: &App, report: &Report) -> Vec<Upkeep> {
    if report.certificates == 0 {
        return Vec::new();
    }
    let keys = &app.found.config.keys;
    let minutes = keys.renewal_minutes.unwrap_or(RENEWAL_MINUTES);
    let day_yen = keys.day_yen.unwrap_or(hinomi_model::Yen(DAY_YEN));
    let today = app.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    renewal_costs(today, report.certificates, minutes)
        .into_iter()
        .map(|cost| {
            let phase = (cost.phase.from, cost.phase.days_max);
            Upkeep::of(phase, report.certificates, cost.renewals, cost.minutes, day_yen)
        })
        .collect()
}

/// Sales × IT ratio × security share, when the configuration says all three.
fn own_envelope(app: &App) -> Option<hinomi_model::Yen> {
    let company = &app.found.config.company;
    Some(company.sales_yen?.share(company.it_ratio_bp?).share(company.security_ratio_bp?))
}

/// Whether a result can be written as asked: said before the work, not after it.
pub(crate) fn can_write(output: &Output) -> Result<()> {
    match &output.output {
        Some(path) => can_deliver(path),
        None if output.format == Format::Xlsx && std::io::stdout().is_terminal() => {
            bail!("write a spreadsheet to a terminal: name a file with --output")
        }
        None => Ok(()),
    }
}

/// Writes a report in the format asked for.
pub(crate) fn write(app: &App, report: &Report, output: &Output) -> Result<()> {
    let plan = plan_for(app, report, None);
    let bytes = render(app, report, &plan, output.format)?;
    deliver(&bytes, output.output.as_deref())
}

/// A report as bytes.
pub(crate) fn render(app: &App, report: &Report, plan: &Plan, format: Format) -> Result<Vec<u8>> {
    Ok(match format {
        Format::Text => outcome::text(report, Some(plan), app.style()).into_bytes(),
        Format::Json => outcome::json(report, None).into_bytes(),
        Format::Html => outcome::html(report, plan, &app.gate()).into_bytes(),
        Format::Csv => outcome::csv(report, Bom::With).into_bytes(),
        Format::Xlsx => outcome::xlsx(report, plan, &app.gate()).context("make the spreadsheet")?,
        Format::Sarif => outcome::sarif(report).into_bytes(),
        Format::Ocsf => outcome::ocsf(report).into_bytes(),
    })
}

/// `hinomi report`: what the store holds.
pub(crate) fn report(app: &App, args: &ReportArgs) -> Result<u8> {
    can_write(&args.output)?;
    let report = store::report(app)?;
    write(app, &report, &args.output)?;
    Ok(0)
}

/// `hinomi plan`: the costed list for what the store holds.
pub(crate) fn plan(app: &App, args: &PlanArgs) -> Result<u8> {
    can_write(&args.output)?;
    let report = store::report(app)?;
    let plan = plan_for(app, &report, args.budget);
    let bytes = match args.output.format {
        Format::Text => outcome::plan_text(&report, &plan, app.style()).into_bytes(),
        Format::Json => outcome::json(&report, Some(&plan)).into_bytes(),
        other => render(app, &report, &plan, other)?,
    };
    deliver(&bytes, args.output.output.as_deref())?;
    Ok(0)
}

/// `hinomi block`: the list, to look at. Nothing is blocked.
pub(crate) fn block(app: &App, args: &Block) -> Result<u8> {
    let report = store::report(app)?;
    let preview = Preview::of(&report, &app.gate());
    let format = match args.format {
        BlockFormat::Text => outcome::BlockFormat::Plain,
        BlockFormat::Hosts => outcome::BlockFormat::Hosts,
        BlockFormat::Csv => outcome::BlockFormat::Csv,
    };
    deliver(outcome::block(&report, &preview, format).as_bytes(), args.output.as_deref())?;
    Ok(0)
}
