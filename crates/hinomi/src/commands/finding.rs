//! `hinomi finding list|show|accept`.

use crate::app::{App, deliver};
use crate::cli::FindingAction;
use crate::cli::args::{FindingAccept, FindingList, FindingShow, Output};
use crate::commands::{results, store};
use anyhow::{Context, Result};
use hinomi_model::{Fingerprint, Severity, Text};
use hinomi_outcome::{Report, Reported, terminal_safe};
use hinomi_store::{Acceptance, AcceptanceKind, Store, StoreError};
use std::fmt::Write;

pub(crate) fn run(app: &App, action: &FindingAction) -> Result<u8> {
    match action {
        FindingAction::List(args) => list(app, args),
        FindingAction::Show(args) => show(app, args),
        FindingAction::Accept(args) => accept(app, args),
    }
}

fn list(app: &App, args: &FindingList) -> Result<u8> {
    let mut report = store::report(app)?;
    if let Some(least) = args.severity {
        let least: Severity = least.into();
        report.findings.retain(|reported| reported.finding.severity >= least);
    }
    results::write(app, &report, &Output { format: args.format, output: None })?;
    Ok(0)
}

fn id(app: &App, text: &str) -> Result<Fingerprint> {
    text.parse().map_err(|_| app.refuse(Text::new("cli_no_finding").with("id", text)))
}

fn show(app: &App, args: &FindingShow) -> Result<u8> {
    let store = store::open(app)?;
    let id = id(app, &args.id)?;
    let stored = found(app, &store, &id)?;
    let mut report: Report = store::report(app)?;
    report.undecided.clear();
    report.problems.clear();
    report.not_looked_at.clear();
    report.findings = vec![Reported {
        acceptance: stored.acceptance.as_ref().map(store::acceptance_text),
        finding: stored.finding.clone(),
        status: stored.status,
    }];
    let plan = results::plan_for(app, &report, None);
    let mut out = hinomi_outcome::text(&report, Some(&plan), app.style());
    _ = writeln!(out, "\n{}: {}", app.say("cli_first_seen"), stored.first_seen);
    _ = writeln!(out, "{}: {}", app.say("cli_last_seen"), stored.last_seen);
    _ = writeln!(out, "{}:", app.say("cli_history"));
    for event in store.history(&id).context("read the history")? {
        let note = terminal_safe(&event.note);
        _ = writeln!(out, "  {}  {:10} {:10} {note}", event.at, event.kind.as_str(), event.status.as_str());
    }
    deliver(out.as_bytes(), None)?;
    Ok(0)
}

fn found(app: &App, store: &Store, id: &Fingerprint) -> Result<hinomi_store::StoredFinding> {
    store.finding(id).map_err(|error| match error {
        StoreError::NoSuchFinding { .. } => app.refuse(Text::new("cli_no_finding").with("id", id)),
        other => anyhow::Error::new(other).context("read a finding"),
    })
}

fn accept(app: &App, args: &FindingAccept) -> Result<u8> {
    let mut store = store::open(app)?;
    let id = id(app, &args.id)?;
    found(app, &store, &id)?;
    let day: jiff::civil::Date = args
        .until
        .parse()
        .map_err(|_| app.refuse(Text::new("cli_accept_no_date").with("value", &args.until)))?;
    // The last day counts whole: until midnight behind it, in the time zone of this machine.
    let end = day.tomorrow().context("read the end date")?.to_zoned(jiff::tz::TimeZone::system());
    let acceptance = Acceptance {
        reason: args.reason.clone(),
        until: end.context("read the end date")?.timestamp(),
        approved_by: args.approved_by.clone(),
        kind: AcceptanceKind::Accepted,
        ticket: args.ticket.clone(),
    };
    store.accept(&id, &acceptance, app.now).map_err(|error| refused(app, error))?;
    app.note(&app.tell(Text::new("cli_accepted").with("id", &id).with("until", day)));
    Ok(0)
}

/// Why an acceptance was refused, in the reader's words.
fn refused(app: &App, error: StoreError) -> anyhow::Error {
    let text = match &error {
        StoreError::ReasonTooShort { min, .. } => Text::new("cli_accept_short_reason").with("min", min),
        StoreError::NoApprover => Text::new("cli_accept_no_approver"),
        StoreError::UntilPast => Text::new("cli_accept_past"),
        StoreError::UntilTooFar { days_max } => Text::new("cli_accept_too_far").with("days", days_max),
        _ => return anyhow::Error::new(error).context("accept the finding"),
    };
    app.refuse(text)
}
