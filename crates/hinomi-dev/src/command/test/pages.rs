//! The page watch in real browsers: pages that reach into the visitor's machine and network, pages that do so
//! rightly, and names that change where they point to. What truly arrived, the lab's own targets tell.

use super::{Outcome, Rounds, needed};
use crate::command::lab::{Lab, browsers, cargo, in_guard, npm_packages};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// One set in one browser.
const GUARD: Duration = Duration::from_secs(900);
/// Where the extension of a lab build tells what it saw; see `lab/page/world/addresses.mjs`.
const COLLECTOR: &str = "http://127.0.0.1:9700";
/// What every visitor of every page pays for: the watch, compiled for the browser.
const WASM_BYTES_MAX: u64 = 300_000;
/// Ways to reach inside that arrive with the browser's own protection off: fewer, and the lab is broken.
const REACHED_MIN: usize = 40;
/// Of the techniques that scripts use, those whose place is told right, in percent.
const PLACES_MIN_PERCENT: usize = 75;

/// Chromium, its own protection off: what arrives is seen, and who did it.
pub(super) fn seen_in_chromium(lab: &Lab, _: Rounds) -> Result<Outcome> {
    techniques(lab, "chromium")
}

/// The same in Firefox.
pub(super) fn seen_in_firefox(lab: &Lab, _: Rounds) -> Result<Outcome> {
    techniques(lab, "firefox")
}

fn techniques(lab: &Lab, browser: &str) -> Result<Outcome> {
    let extension = needed!(extension(lab)?);
    let told: Techniques = visit(lab, &extension, browser, "techniques", &["--lna", "off"])?;
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

/// Pages that do nothing wrong, or nothing that was not ordered, in both browsers.
pub(super) fn honest(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let extension = needed!(extension(lab)?);
    let mut pages = 0;
    for browser in ["chromium", "firefox"] {
        let told: Honest = visit(lab, &extension, browser, "benign", &["--lna", "off"])?;
        let wrong: Vec<&str> = told.rows.iter().filter(|row| !row.ok).map(|row| row.id.as_str()).collect();
        ensure!(wrong.is_empty(), "{browser}: {}", wrong.join(", "));
        pages += told.rows.len();
    }
    ensure!(pages >= 60, "only {pages} pages were visited");
    Ok(Outcome::Passed(format!("{pages} visits, no alarm")))
}

/// Names that lead outside and then inside, and names that change for good reasons, in Chromium.
pub(super) fn rebinding(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let extension = needed!(extension(lab)?);
    let told: Rebinding = visit(lab, &extension, "chromium", "rebinding", &["--lna", "off"])?;
    let is_found = |row: &Rebound| row.found.iter().any(|rule| rule == "HW-3");
    let reached: Vec<&Rebound> = told.rows.iter().filter(|row| row.reached).collect();
    // Chromium gives no address with the answer to a WebSocket: how many are found by other means is told.
    let (sockets, others): (Vec<&Rebound>, Vec<&Rebound>) =
        reached.iter().partition(|row| row.id.contains("websocket"));
    let missed: Vec<&str> = others.iter().filter(|row| !is_found(row)).map(|row| row.id.as_str()).collect();
    ensure!(missed.is_empty(), "not found: {}", missed.join(", "));
    ensure!(others.len() >= 8, "only {} names were rebound", others.len());
    let alarms: Vec<&str> =
        told.alarms.iter().filter(|row| !row.found.is_empty()).map(|row| row.id.as_str()).collect();
    ensure!(alarms.is_empty(), "alarms: {}", alarms.join(", "));
    Ok(Outcome::Passed(format!(
        "{} names rebound, all found; of {} by WebSocket {}; {} that changed rightly, no alarm",
        others.len(),
        sockets.len(),
        sockets.iter().filter(|row| is_found(row)).count(),
        told.alarms.len()
    )))
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

/// Visits one set of the lab's pages and gives what came of it.
fn visit<T: for<'de> Deserialize<'de>>(
    lab: &Lab,
    extension: &Path,
    browser: &str,
    set: &str,
    more: &[&str],
) -> Result<T> {
    let desk = tempfile::tempdir()?;
    let results = desk.path().join("results.json");
    let mut node = Command::new("node");
    node.current_dir(lab.root.join("lab/page"))
        .args(["run.mjs", "--browser", browser, "--set", set])
        .args(more);
    node.arg("--extension").arg(extension.join(browser)).arg("--out").arg(&results);
    let ran = in_guard(&node, GUARD)?;
    let told = std::fs::read(&results)
        .with_context(|| format!("{browser} did not come through {set}: {}", ran.tail()))?;
    Ok(serde_json::from_slice(&told)?)
}

/// Builds the extension for the lab; gives the folder that holds it for each browser, or why there is none.
fn extension(lab: &Lab) -> Result<Result<PathBuf, String>> {
    let (source, pages) = (lab.root.join("extension"), lab.root.join("lab/page"));
    let tools = browsers().and_then(|()| npm_packages(&source)).and_then(|()| npm_packages(&pages));
    if let Err(why) = tools {
        return Ok(Err(why));
    }
    let target = "wasm32-unknown-unknown";
    let wasm =
        ["build", "--quiet", "--package", "hinomi-wasm", "--lib", "--profile", "wasm", "--target", target];
    let mut build = Command::new(cargo());
    let built = in_guard(build.current_dir(&lab.root).args(wasm), GUARD)?;
    ensure!(built.code == 0, "failed to build hinomi-wasm: {}", built.tail());
    let metadata = cargo_metadata::MetadataCommand::new().current_dir(&lab.root).no_deps().exec()?;
    let wasm = metadata.target_directory.join(target).join("wasm/hinomi_wasm.wasm");
    let bytes = std::fs::metadata(&wasm)?.len();
    ensure!(bytes <= WASM_BYTES_MAX, "the core of the extension is {bytes} bytes, at most {WASM_BYTES_MAX}");
    let out = lab.cache.join("page-watch");
    let mut node = Command::new("node");
    node.current_dir(&source)
        .args(["build.mjs", "--lab", COLLECTOR, "--wasm"])
        .arg(&wasm)
        .arg("--out")
        .arg(&out);
    let built = in_guard(&node, GUARD)?;
    ensure!(built.code == 0, "failed to build the extension: {}", built.tail());
    Ok(Ok(out))
}
