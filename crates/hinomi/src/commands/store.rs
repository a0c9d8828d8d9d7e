//! The store, as commands use it: reports from it, its lists, its copies, its audit log.

use crate::app::{App, deliver, shown, store_path};
use anyhow::{Context, Result};
use hinomi_model::{AssetId, CheckId, EvidenceId, Status, Text};
use hinomi_outcome::{Counts, ProblemLine, Report, Reported, Undecided, terminal_safe};
use hinomi_store::{Acceptance, Filter, Store, StoredFinding};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Findings read at once.
const PAGE: usize = 1_000;

/// What a report needs of a run besides its findings.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Note {
    undecided: Vec<NotedCase>,
    problems: Vec<NotedProblem>,
    counts: [u64; 6],
    not_looked_at: Vec<String>,
    #[serde(default)]
    certificates: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct NotedCase {
    check: CheckId,
    asset: AssetId,
    evidence: EvidenceId,
    why: Text,
}

#[derive(Debug, Serialize, Deserialize)]
struct NotedProblem {
    source: String,
    evidence: Option<EvidenceId>,
    place: String,
    kind: String,
    limit: Option<(String, u64)>,
    detail: String,
}

/// The undecided, the unread and the counts of a run, to be kept with it.
pub(crate) fn note(report: &Report) -> Value {
    let Counts { evidence, checked, passed, failed, undecided, unread } = report.counts;
    let note = Note {
        undecided: report
            .undecided
            .iter()
            .cloned()
            .map(|Undecided { check, asset, evidence, why }| NotedCase { check, asset, evidence, why })
            .collect(),
        problems: report
            .problems
            .iter()
            .cloned()
            .map(|ProblemLine { source, evidence, place, kind, limit, detail }| NotedProblem {
                source,
                evidence,
                place,
                kind,
                limit,
                detail,
            })
            .collect(),
        counts: [evidence, checked, passed, failed, undecided, unread],
        not_looked_at: report.not_looked_at.clone(),
        certificates: report.certificates,
    };
    serde_json::to_value(note).unwrap_or_default()
}

/// Opens the store that a run made; without one, says so.
pub(crate) fn open(app: &App) -> Result<Store> {
    let path = store_path(app);
    if !path.is_file() {
        return Err(app.refuse(Text::new("cli_no_store").with("path", shown(&path))));
    }
    Store::open(&path).context("open the store")
}

/// The findings that stand: everything but the fixed ones.
pub(crate) fn standing_findings(store: &Store) -> Result<Vec<StoredFinding>> {
    let statuses = vec![Status::New, Status::Open, Status::Reopened, Status::Suppressed];
    let mut filter = Filter { statuses, limit: PAGE, ..Filter::default() };
    let mut all: Vec<StoredFinding> = Vec::new();
    loop {
        let page = store.findings(&filter).context("read the findings")?;
        let full = page.len() == PAGE;
        all.extend(page);
        match all.last() {
            Some(last) if full => filter.after = Some(last.cursor()),
            _ => return Ok(all),
        }
    }
}

/// The state of the store as a report.
pub(crate) fn report(app: &App) -> Result<Report> {
    let store = open(app)?;
    let mut findings: Vec<Reported> = standing_findings(&store)?
        .into_iter()
        .map(|stored| Reported {
            acceptance: stored.acceptance.as_ref().map(acceptance_text),
            finding: stored.finding,
            status: stored.status,
        })
        .collect();
    findings.sort_by(|a, b| {
        let key = |r: &Reported| (r.finding.evidence().first().cloned(), r.finding.check.clone());
        (key(a), &a.finding.asset).cmp(&(key(b), &b.finding.asset))
    });
    let mut evidence = BTreeMap::new();
    for proof in findings.iter().flat_map(|reported| reported.finding.evidence()) {
        for one in store.evidence(&proof.sha256).context("read evidence")? {
            evidence.entry(one.id.clone()).or_insert(one);
        }
    }
    let note: Note = match store.last_note().context("read the last run")? {
        Some(value) => serde_json::from_value(value).context("read what the last run kept")?,
        None => Note::default(),
    };
    Ok(assemble(app, findings, evidence, note))
}

fn assemble(
    app: &App,
    findings: Vec<Reported>,
    evidence: BTreeMap<EvidenceId, hinomi_model::Evidence>,
    note: Note,
) -> Report {
    let [pieces, checked, passed, failed, undecided, unread] = note.counts;
    Report {
        made_at: app.now,
        lang: app.lang,
        findings,
        undecided: note
            .undecided
            .into_iter()
            .map(|NotedCase { check, asset, evidence, why }| Undecided { check, asset, evidence, why })
            .collect(),
        problems: note
            .problems
            .into_iter()
            .map(|NotedProblem { source, evidence, place, kind, limit, detail }| ProblemLine {
                source,
                evidence,
                place,
                kind,
                limit,
                detail,
            })
            .collect(),
        evidence,
        observations: Vec::new(),
        checks: app.checks.clone(),
        words: app.words.clone(),
        counts: Counts { evidence: pieces, checked, passed, failed, undecided, unread },
        not_looked_at: note.not_looked_at,
        certificates: note.certificates,
        milliseconds: 0,
        exit: 0,
    }
}

/// An acceptance in one line.
pub(crate) fn acceptance_text(acceptance: &Acceptance) -> String {
    // It ends at a midnight; the last day it holds is the one before.
    let last = acceptance.until.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(acceptance.until);
    let day = last.to_zoned(jiff::tz::TimeZone::system()).date();
    format!("{} ({}, {day})", acceptance.reason, acceptance.approved_by)
}

/// `hinomi asset list`.
pub(crate) fn assets(app: &App) -> Result<u8> {
    let mut out = String::new();
    for asset in open(app)?.assets().context("read the assets")? {
        _ = writeln!(out, "{}", terminal_safe(asset.asset.as_str()));
    }
    deliver(out.as_bytes(), None)?;
    Ok(0)
}

/// `hinomi indicator list`: defanged.
pub(crate) fn indicators(app: &App) -> Result<u8> {
    let mut out = String::new();
    for stored in open(app)?.indicators().context("read the indicators")? {
        let indicator = &stored.indicator;
        _ = writeln!(out, "{:6} {}", indicator.kind.as_str(), terminal_safe(&indicator.defanged()));
    }
    deliver(out.as_bytes(), None)?;
    Ok(0)
}

/// `hinomi backup FILE`.
pub(crate) fn backup(app: &App, file: &Path) -> Result<u8> {
    open(app)?.backup(file).context("copy the store")?;
    Store::verify(file).context("verify the copy")?;
    app.note(&app.tell(Text::new("cli_backup_done").with("path", shown(file))));
    Ok(0)
}

/// `hinomi restore FILE`.
pub(crate) fn restore(app: &App, file: &Path) -> Result<u8> {
    let into = store_path(app);
    Store::restore(file, &into, &actor(), app.now).context("restore the store")?;
    let kept = format!("{}.replaced", shown(&into));
    app.note(&app.tell(Text::new("cli_restore_done").with("path", shown(file)).with("kept", kept)));
    Ok(0)
}

/// `hinomi audit verify`.
pub(crate) fn verify_audit(app: &App) -> Result<u8> {
    let head = open(app)?.audit_verify().context("verify the audit log")?;
    deliver(format!("{}\n", app.tell(Text::new("cli_audit_ok").with("rows", head.seq))).as_bytes(), None)?;
    Ok(0)
}

/// Who the audit log names: the user of the machine.
pub(crate) fn actor() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "unknown".to_owned())
}
