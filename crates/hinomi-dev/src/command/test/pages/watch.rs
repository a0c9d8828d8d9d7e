//! The page watch in real browsers: pages that reach into the visitor's machine and network, pages that do so
//! rightly, and names that change where they point to. What truly arrived, the lab's own targets tell.

use crate::command::lab::{Lab, PageLab};
use crate::command::test::{Outcome, Rounds, needed};
use anyhow::{Result, ensure};
use serde::Deserialize;

/// Ways to reach inside that arrive with the browser's own protection off: fewer, and the lab is broken.
const REACHED_MIN: usize = 40;
/// Answers that a set of questions gives at least.
const CHECKS_MIN: usize = 7;
/// Honest pages at least.
const HONEST_MIN: usize = 30;
/// Names rebound by each of fetch, WebSocket, frame and popup, at least.
const REBOUND_MIN: usize = 2;
/// Of the techniques that scripts use, those whose place is told right, in percent.
const PLACES_MIN_PERCENT: usize = 75;

/// Chromium, its own protection off: what arrives is seen, and who did it.
pub(in crate::command::test) fn seen_in_chromium(lab: &Lab, _: Rounds) -> Result<Outcome> {
    techniques(lab, "chromium")
}

/// The same in Firefox.
pub(in crate::command::test) fn seen_in_firefox(lab: &Lab, _: Rounds) -> Result<Outcome> {
    techniques(lab, "firefox")
}

fn techniques(lab: &Lab, browser: &str) -> Result<Outcome> {
    let pages = needed!(PageLab::build(lab)?);
    let told: Techniques = pages.visit(browser, "techniques", &["--lna", "off"], &[])?;
    let unseen: Vec<&str> =
        told.rows.iter().filter(|row| row.reached && !row.seen).map(|row| row.id.as_str()).collect();
    ensure!(unseen.is_empty(), "arrived without being seen: {}", unseen.join(", "));
    let Summary { reached, scripted_seen, site_right, site_wrong, .. } = told.summary;
    ensure!(reached >= REACHED_MIN, "only {reached} of {} arrived", told.rows.len());
    let wrong: Vec<&str> =
        told.rows.iter().filter(|row| row.site == "wrong").map(|row| row.id.as_str()).collect();
    ensure!(site_wrong == 0, "a wrong place was told of {}", wrong.join(", "));
    let right = site_right * 100;
    ensure!(
        right >= scripted_seen * PLACES_MIN_PERCENT,
        "the place of {site_right} of {scripted_seen} only was told"
    );
    Ok(Outcome::Passed(format!(
        "{reached} of {} arrived, all seen; the place of {site_right} of {scripted_seen} calls, none wrong",
        told.rows.len()
    )))
}

/// Pages that do nothing wrong, or nothing that was not ordered, in Chromium as people have it: what its own protection
/// stops has no address.
pub(in crate::command::test) fn honest_in_protected_chromium(lab: &Lab, _: Rounds) -> Result<Outcome> {
    honest(lab, "chromium", "on")
}

/// The same without that protection.
pub(in crate::command::test) fn honest_in_chromium(lab: &Lab, _: Rounds) -> Result<Outcome> {
    honest(lab, "chromium", "off")
}

/// The same in Firefox.
pub(in crate::command::test) fn honest_in_firefox(lab: &Lab, _: Rounds) -> Result<Outcome> {
    honest(lab, "firefox", "off")
}

fn honest(lab: &Lab, browser: &str, lna: &str) -> Result<Outcome> {
    let pages = needed!(PageLab::build(lab)?);
    let told: Honest = pages.visit(browser, "benign", &["--lna", lna], &[])?;
    let wrong: Vec<&str> = told.rows.iter().filter(|row| !row.ok).map(|row| row.id.as_str()).collect();
    ensure!(wrong.is_empty(), "{}", wrong.join(", "));
    let visits = told.rows.len();
    ensure!(visits >= HONEST_MIN, "only {visits} pages were visited");
    Ok(Outcome::Passed(format!("{visits} visits, no alarm")))
}

/// Names that lead outside and then inside, and names that change for good reasons, in both browsers.
pub(in crate::command::test) fn rebinding(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let pages = needed!(PageLab::build(lab)?);
    let mut told = Vec::new();
    for browser in ["chromium", "firefox"] {
        told.push(rebound(browser, &pages.visit(browser, "rebinding", &["--lna", "off"], &[])?)?);
    }
    Ok(Outcome::Passed(told.join("; ")))
}

fn rebound(browser: &str, told: &Rebinding) -> Result<String> {
    let reached: Vec<&Rebound> = told.rows.iter().filter(|row| row.reached).collect();
    let is_missed = |row: &&&Rebound| !row.found.iter().any(|rule| rule == "HW-3");
    let missed: Vec<&str> = reached.iter().filter(is_missed).map(|row| row.id.as_str()).collect();
    ensure!(missed.is_empty(), "{browser}: not found: {}", missed.join(", "));
    for way in ["fetch", "websocket", "iframe", "popup"] {
        let many = reached.iter().filter(|row| row.id.contains(way)).count();
        ensure!(many >= REBOUND_MIN, "{browser}: only {many} names were rebound by {way}");
    }
    let alarms: Vec<&str> =
        told.alarms.iter().filter(|row| !row.found.is_empty()).map(|row| row.id.as_str()).collect();
    ensure!(alarms.is_empty(), "{browser}: alarms: {}", alarms.join(", "));
    let (found, rightly) = (reached.len(), told.alarms.len());
    Ok(format!("{browser}: {found} names rebound, all found; {rightly} that changed rightly, no alarm"))
}

/// Stopping and notifications, in both browsers: nothing arrives that is promised to be stopped, and what people open
/// and rules expect goes through.
pub(in crate::command::test) fn stopping(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let pages = needed!(PageLab::build(lab)?);
    held_in_both(&pages, "block", "off", &[])
}

/// Pages that undo the hooks, flood and throw, and a background that is stopped again and again, in Chromium: what was
/// done is told, each act once, and what is held stays small.
pub(in crate::command::test) fn robust(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let pages = needed!(PageLab::build(lab)?);
    let held = held("chromium", &pages.visit("chromium", "robust", &["--lna", "off"], &[])?)?;
    Ok(Outcome::Passed(format!("{held} answers as they should be")))
}

/// The popup above pages that reach inside, by the keyboard alone, in both languages, in Chromium.
pub(in crate::command::test) fn popup(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let pages = needed!(PageLab::build(lab)?);
    let shots = tempfile::tempdir()?;
    let shots = shots.path().display().to_string();
    let held =
        held("chromium", &pages.visit("chromium", "popup", &["--lna", "off", "--shots", &shots], &[])?)?;
    Ok(Outcome::Passed(format!("{held} answers as they should be")))
}

/// The company's way, in both browsers: policies made by the program install the extension and let exactly through what
/// is expected; reports wait for their receiver, arrive, and are read.
pub(in crate::command::test) fn by_policy(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let pages = needed!(PageLab::build(lab)?);
    let hinomi = lab.hinomi()?.display().to_string();
    held_in_both(&pages, "enterprise", "on", &[("HINOMI", hinomi.as_str())])
}

/// A set that tells what it asked, one by one.
fn held_in_both(pages: &PageLab, set: &str, lna: &str, environment: &[(&str, &str)]) -> Result<Outcome> {
    let mut all = 0;
    for browser in ["chromium", "firefox"] {
        all += held(browser, &pages.visit(browser, set, &["--lna", lna], environment)?)?;
    }
    Ok(Outcome::Passed(format!("{all} answers of both browsers as they should be")))
}

/// How many answers came; all are as they should be.
fn held(browser: &str, told: &Checks) -> Result<usize> {
    let failed: Vec<&str> =
        told.checks.iter().filter(|check| !check.ok).map(|check| check.what.as_str()).collect();
    ensure!(failed.is_empty(), "{browser}: {}", failed.join("; "));
    ensure!(told.checks.len() >= CHECKS_MIN, "{browser}: only {} answers", told.checks.len());
    Ok(told.checks.len())
}

#[derive(Deserialize)]
struct Checks {
    checks: Vec<Checked>,
}

#[derive(Deserialize)]
struct Checked {
    what: String,
    ok: bool,
}

#[derive(Deserialize)]
struct Techniques {
    rows: Vec<Technique>,
    summary: Summary,
}

#[derive(Deserialize)]
struct Technique {
    id: String,
    reached: bool,
    seen: bool,
    site: String,
}

#[derive(Deserialize)]
struct Summary {
    reached: usize,
    scripted_seen: usize,
    site_right: usize,
    site_wrong: usize,
}

#[derive(Deserialize)]
struct Honest {
    rows: Vec<Page>,
}

#[derive(Deserialize)]
struct Page {
    id: String,
    ok: bool,
}

#[derive(Deserialize)]
struct Rebinding {
    rows: Vec<Rebound>,
    alarms: Vec<Alarm>,
}

#[derive(Deserialize)]
struct Rebound {
    id: String,
    reached: bool,
    found: Vec<String>,
}

#[derive(Deserialize)]
struct Alarm {
    id: String,
    found: Vec<String>,
}
