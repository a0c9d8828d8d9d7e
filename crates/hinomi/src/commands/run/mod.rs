//! `hinomi run`: look at everything the configuration names, keep what was found, say what changed.

#[cfg(test)]
mod tests;

use crate::app::{App, store_path};
use crate::cli::args::{JudgeFlags, Run, ServerFlags};
use crate::commands::scan::servers::{self, Asked};
use crate::commands::{results, scan, store};
use crate::look::{Place, PlaceLooked};
use crate::pass::coverage::{Known, Unseen};
use crate::pass::{Pass, exit_code, judge_all};
use anyhow::{Context, Result};
use hinomi_model::{
    AssetId, AssetKind, CheckId, Coverage, Evidence, EvidenceId, Finding, Fingerprint, Status, Text,
};
use hinomi_outcome::{Report, Reported};
use hinomi_store::{RunHeader, RunId, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

pub(crate) fn run(app: &App, args: &Run) -> Result<u8> {
    results::can_write(&args.output)?;
    let report = run_and_keep(app, &args.judge)?;
    results::write(app, &report, &args.output)?;
    Ok(report.exit)
}

/// Looks, judges and keeps; gives the report with each finding's place in life.
pub(crate) fn run_and_keep(app: &App, flags: &JudgeFlags) -> Result<Report> {
    let started = Instant::now();
    let mut places = scan::configured(app);
    let servers = servers::configured(app)?;
    if places.is_empty() && servers.is_empty() {
        return Err(app.refuse(Text::new("cli_config_no_source")));
    }
    let how = ServerFlags { polite: app.found.config.tls.polite, at: None };
    let asked = servers::ask(app, &servers, &how)?;
    places.extend(asked.places.iter().cloned());
    let own = app.own_domains();
    let around = scan::surroundings(app, &own)?;
    let mut kept = Store::open(&store_path(app)).context("open the store")?;
    let run = kept.begin_run(&header(app, &places, &asked)).context("begin the run")?;
    let mut looked = scan::look_at(app, &places, flags)?;
    asked.tell(&mut looked);
    let seen_in = looked.places.clone();
    let mut pass = judge_all(looked, &around, false);
    let standing = save(app, &mut kept, run, &seen_in, &pass.report)?;
    let coverage = coverage(app, &kept, &seen_in, &pass, &standing)?;
    kept.keep_note(run, &store::note(&pass.report)).context("keep what was not decided")?;
    let diff = kept.finish_run(run, &coverage, app.now).context("finish the run")?;
    settle(&mut pass.report, &standing, &kept)?;
    for id in &diff.fixed {
        let gone = kept.finding(id).context("read a finding")?;
        pass.report.findings.push(Reported {
            finding: gone.finding,
            status: Status::Fixed,
            acceptance: None,
        });
    }
    let mut report = pass.report;
    report.exit = exit_code(&report, pass.broken, flags.fail_on.into(), flags.allow_incomplete);
    report.milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

fn header(app: &App, places: &[Place], asked: &Asked) -> RunHeader {
    let silent = asked.blind.iter().filter(|label| !places.iter().any(|place| place.label == **label));
    RunHeader {
        started_at: app.now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sources: places.iter().map(|place| &place.label).chain(silent).cloned().collect(),
        misses_needed: BTreeMap::new(),
    }
}

/// Findings kept in one transaction.
const SAVED_AT_ONCE: usize = 500;

/// Saves what each place showed. What this returns is on the disk.
fn save(
    app: &App,
    kept: &mut Store,
    run: RunId,
    places: &BTreeMap<String, PlaceLooked>,
    report: &Report,
) -> Result<BTreeMap<Fingerprint, Status>> {
    let mut standing = BTreeMap::new();
    for (label, place) in places {
        let evidence: Vec<Evidence> =
            place.evidence.iter().filter_map(|id| report.evidence.get(id)).cloned().collect();
        let here: Vec<Finding> = report
            .findings
            .iter()
            .map(|reported| &reported.finding)
            .filter(|finding| finding.evidence().iter().any(|proof| place.evidence.contains(&proof.sha256)))
            .cloned()
            .collect();
        // Evidence first: a finding names what is already there.
        kept.save(run, label, &evidence, &[], app.now).context("keep evidence")?;
        for chunk in here.chunks(SAVED_AT_ONCE) {
            standing.extend(kept.save(run, label, &[], chunk, app.now).context("keep findings")?);
        }
    }
    Ok(standing)
}

/// What may be called gone.
fn coverage(
    app: &App,
    kept: &Store,
    places: &BTreeMap<String, PlaceLooked>,
    pass: &Pass,
    standing: &BTreeMap<Fingerprint, Status>,
) -> Result<Coverage> {
    let mut assets = BTreeMap::new();
    for label in places.keys() {
        assets.insert(label.clone(), kept.assets_of(label).context("read the assets of a place")?);
    }
    let mut old = store::standing_findings(kept)?;
    old.retain(|old| !standing.contains_key(&old.finding.fingerprint()));
    let mut unseen = Vec::with_capacity(old.len());
    for old in &old {
        unseen.push(Unseen { finding: &old.finding, around: around(kept, &old.finding)? });
    }
    let undecided: BTreeSet<EvidenceId> =
        pass.report.undecided.iter().map(|case| case.evidence.clone()).collect();
    // Of one server or key, a new survey is new evidence of the same thing; a folder is many things.
    let single =
        |asset: &AssetId| ![AssetKind::Store, AssetKind::Mailbox].into_iter().any(|kind| asset.is(kind));
    let of_one = pass.report.undecided.iter().filter(|case| single(&case.asset));
    let undecided_of = of_one.map(|case| (case.check.clone(), case.asset.clone())).collect();
    let checks: Vec<&CheckId> = app.checks.keys().collect();
    let known = Known {
        checks: &checks,
        places,
        assets: &assets,
        undecided: &undecided,
        undecided_of: &undecided_of,
    };
    Ok(known.coverage(&unseen))
}

/// Archives in archives in mails: more steps than any tree has.
const STEPS_OUT_MAX: usize = 64;

/// The evidence around a finding's evidence, as the store knows it.
fn around(kept: &Store, finding: &Finding) -> Result<Vec<EvidenceId>> {
    let mut around: Vec<EvidenceId> = Vec::new();
    let mut next: Vec<EvidenceId> = finding.evidence().iter().map(|proof| proof.sha256.clone()).collect();
    while let Some(id) = next.pop().filter(|_| around.len() < STEPS_OUT_MAX) {
        for parent in kept.evidence(&id).context("read evidence")?.into_iter().filter_map(|e| e.parent) {
            if !around.contains(&parent) {
                around.push(parent.clone());
                next.push(parent);
            }
        }
    }
    Ok(around)
}

/// Fills in where each finding stands, and why a suppressed one is suppressed.
fn settle(report: &mut Report, standing: &BTreeMap<Fingerprint, Status>, kept: &Store) -> Result<()> {
    for reported in &mut report.findings {
        let id = reported.finding.fingerprint();
        reported.status = standing.get(&id).copied().unwrap_or(Status::New);
        if matches!(reported.status, Status::Suppressed | Status::Reopened) {
            let stored = kept.finding(&id).context("read a finding")?;
            reported.acceptance = stored.acceptance.as_ref().map(store::acceptance_text);
        }
    }
    Ok(())
}
