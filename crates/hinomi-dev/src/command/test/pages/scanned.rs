//! `hinomi scan https://…` before the lab's pages: what a page reaches is found with the script's place, what is honest is
//! not, and neither a page nor a server nor an accident makes a scan endless, large or silently incomplete.

use crate::command::lab::{Lab, browsers, in_guard, npm_packages};
use crate::command::test::{Outcome, Rounds, needed};
use anyhow::{Context, Result, ensure};
use hinomi_formats::Limits;
use hinomi_formats::capture::{Dates, Format, Reader, What};
use serde::Deserialize;
use std::fmt::Write;
use std::process::Command;
use std::time::Duration;

/// One run over some sets of pages.
const GUARD: Duration = Duration::from_secs(900);

/// All techniques, with the browser's own protection and without it.
pub(in crate::command::test) fn techniques(lab: &Lab, _: Rounds) -> Result<Outcome> {
    scan(lab, "techniques")
}

/// Honest pages, hostile ones, walks through a site that lead outside.
pub(in crate::command::test) fn honest_and_hostile(lab: &Lab, _: Rounds) -> Result<Outcome> {
    scan(lab, "benign,crawl,hostile")
}

/// Names that turn, rightly or not.
pub(in crate::command::test) fn rebinding(lab: &Lab, _: Rounds) -> Result<Outcome> {
    scan(lab, "rebinding")
}

/// What the lab's own script came to.
#[derive(Deserialize)]
struct Scanned {
    bars: Vec<Bar>,
}

#[derive(Deserialize)]
struct Bar {
    what: String,
    ok: bool,
}

/// Runs sets of the lab with the real program; every bar must hold.
fn scan(lab: &Lab, sets: &str) -> Result<Outcome> {
    needed!(browsers().and_then(|()| npm_packages(&lab.root.join("lab/page"))));
    let hinomi = lab.hinomi()?;
    let desk = tempfile::tempdir()?;
    let results = desk.path().join("results.json");
    let mut node = Command::new("node");
    node.current_dir(lab.root.join("lab/page")).args(["scan/run.mjs", "--set", sets, "--hinomi"]);
    node.arg(&hinomi).arg("--out").arg(&results);
    let ran = in_guard(&node, GUARD)?;
    let told = std::fs::read(&results)
        .with_context(|| format!("the scans did not come through {sets}: {}", ran.tail()))?;
    let Scanned { bars } = serde_json::from_slice(&told)?;
    let missed: Vec<&str> = bars.iter().filter(|bar| !bar.ok).map(|bar| bar.what.as_str()).collect();
    ensure!(missed.is_empty(), "{}", missed.join("; "));
    ensure!(ran.code == 0 && bars.len() >= 3, "{} bars, ended with {}", bars.len(), ran.code);
    let counted: Vec<&str> = bars.iter().take(3).map(|bar| bar.what.as_str()).collect();
    Ok(Outcome::Passed(format!("{} bars hold: {} …", bars.len(), counted.join("; "))))
}

/// Bytes of the network log that is read in pieces; what one piece has; and what reading it may hold.
const LOG_BYTES: u64 = 2 << 30;
const PIECE_BYTES: usize = 1 << 20;
const HELD_BYTES_MAX: u64 = 64 << 20;

/// A network log far larger than what reading it may hold, made while it is read.
pub(in crate::command::test) fn large_log(_: &Lab, _: Rounds) -> Result<Outcome> {
    let before = resident()?;
    let mut reader = Reader::new(Format::NetLog, Dates::default(), &Limits::desk());
    let (mut records, mut sockets, mut most) = (0_u64, 0_u64, before);
    let (mut fed, mut turn) = (0_u64, 0_u64);
    let mut piece = String::from(LOG_START);
    while fed < LOG_BYTES {
        while piece.len() < PIECE_BYTES {
            write_request(&mut piece, turn)?;
            turn += 1;
        }
        fed += piece.len() as u64;
        reader.feed(piece.as_bytes(), &mut |record| {
            records += 1;
            sockets += u64::from(record.what == What::Response && record.ip.is_some());
        });
        piece.clear();
        most = most.max(resident()?);
    }
    let problems = reader.finish(&mut |_| ());
    let truncated = problems.iter().any(|problem| problem.place == format!("byte {fed}"));
    ensure!(truncated, "the end is not told: {problems:?}");
    ensure!(sockets * 2 > turn, "the sockets of {sockets} of {turn} requests are known");
    let held = most.saturating_sub(before);
    ensure!(held <= HELD_BYTES_MAX, "{held} bytes are held while {fed} are read");
    Ok(Outcome::Passed(format!("{} MiB, {records} records, {} MiB held", fed >> 20, held >> 20)))
}

const LOG_START: &str = r#"{"constants":{"clientInfo":{},"logEventTypes":{"REQUEST_ALIVE":0,"URL_REQUEST_START_JOB":1,"HTTP_TRANSACTION_READ_RESPONSE_HEADERS":2,"HTTP_STREAM_REQUEST_BOUND_TO_JOB":3,"SOCKET_POOL_BOUND_TO_SOCKET":4,"TCP_CONNECT_ATTEMPT":5,"SOCKET_BYTES_RECEIVED":6},"netError":{},"timeTickOffset":"0"},
"events": [
"#;

/// A request that is answered with twelve thousand bytes; of every third the end is missing.
fn write_request(out: &mut String, turn: u64) -> Result<()> {
    let (request, socket, job, port) = (turn * 4, turn * 4 + 1, turn * 4 + 2, 1024 + turn % 60_000);
    let mut event = |kind: u64, source: u64, phase: u64, params: &str| {
        writeln!(
            out,
            r#"{{"params":{params},"phase":{phase},"source":{{"id":{source}}},"time":"{turn}","type":{kind}}},"#
        )
    };
    event(
        1,
        request,
        1,
        &format!(r#"{{"initiator":"https://shop.example","url":"http://127.0.0.1:{port}/x"}}"#),
    )?;
    event(5, socket, 1, &format!(r#"{{"address":"127.0.0.1:{port}"}}"#))?;
    event(4, job, 0, &format!(r#"{{"source_dependency":{{"id":{socket}}}}}"#))?;
    event(3, request, 0, &format!(r#"{{"source_dependency":{{"id":{job}}}}}"#))?;
    event(2, request, 0, r#"{"headers":["HTTP/1.1 200 OK"]}"#)?;
    event(6, socket, 0, &format!(r#"{{"bytes":"{}"}}"#, "Q".repeat(12_000)))?;
    if !turn.is_multiple_of(3) {
        event(0, request, 2, "{}")?;
    }
    Ok(())
}

/// Bytes of this process that are in memory (proc(5)).
fn resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("find VmRSS")?;
    let kilobytes = line.trim().trim_end_matches("kB").trim().parse::<u64>()?;
    Ok(kilobytes * 1024)
}
