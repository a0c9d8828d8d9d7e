//! TLS servers asked: connections, time and work beside the probers of the field, and a sweep over many at once.

use crate::command::bench::table::{Table, held, mebibytes, seconds, where_and_when};
use crate::command::bench::{Bench, TIMES, median, once};
use crate::command::lab::tls::our_prober;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs;
use std::process::Command;

/// The servers that bars are set on, and the least number of connections that can prove what each speaks.
const SERVERS: [(&str, f64); 2] = [("nginx-high", 33.0), ("node-26", 25.0)];
/// A way there and back, in milliseconds.
const ROUND_TRIP_MS: u32 = 20;

#[derive(Deserialize)]
struct Run {
    prober: String,
    server: String,
    counted: Counted,
    used: Option<Used>,
}

#[derive(Deserialize)]
struct Counted {
    connections: u32,
    at_once_max: u32,
}

#[derive(Deserialize)]
struct Used {
    wall_s: f64,
    cpu_s: f64,
    peak_bytes: u64,
}

pub(in crate::command::bench) fn section(bench: &Bench) -> Result<String> {
    let ours = our_prober(&bench.lab, true)?;
    let here = runs(&ours, &["--peer", "sslscan,sslyze"], 0, TIMES)?;
    let far = runs(&ours, &["--peer", "sslscan,sslyze"], ROUND_TRIP_MS, TIMES)?;
    let polite = runs(&ours, &["--words", "--polite --flat"], 0, 1)?;
    let testssl = runs(&ours, &["--peer", "testssl"], 0, 1)?;
    let parts = [
        where_and_when(&["sslscan 2.0.7", "sslyze 6.3.1", "testssl.sh 3.0.8"]),
        "`cargo dev lab tls peers --ours --peer sslscan,sslyze --only nginx-high,node-26 --round-trip-ms 20`, and with 0: every \
         prober with its defaults through the proxy that counts and delays. testssl.sh runs once, the others are medians."
            .to_owned(),
        costs(&here, &far, &polite, &testssl)?,
        sweep(&ours)?,
    ];
    Ok(parts.join("\n\n"))
}

/// Probers over the two servers, so often.
fn runs(ours: &str, more: &[&str], round_trip_ms: u32, times: usize) -> Result<Vec<Run>> {
    let desk = tempfile::tempdir()?;
    let out = desk.path().join("runs.json");
    let only = SERVERS.map(|(id, _)| id).join(",");
    let mut all = Vec::new();
    for _ in 0..times {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["lab", "tls", "peers", "--only", &only, "--prober", ours]).args(more);
        command.args(["--round-trip-ms", &round_trip_ms.to_string()]).arg("--out").arg(&out);
        once(&command, &[0])?;
        all.extend(serde_json::from_slice::<Vec<Run>>(&fs::read(&out)?)?);
    }
    Ok(all)
}

fn figure(runs: &[Run], prober: &str, server: &str, of: impl Fn(&Run) -> f64) -> Result<f64> {
    let those = runs.iter().filter(|run| run.prober == prober && run.server == server);
    median(those.map(of)).with_context(|| format!("failed to measure {prober} on {server}"))
}

fn connections(run: &Run) -> f64 {
    f64::from(run.counted.connections)
}

fn wall(run: &Run) -> f64 {
    run.used.as_ref().map_or(f64::NAN, |used| used.wall_s)
}

fn cpu(run: &Run) -> f64 {
    run.used.as_ref().map_or(f64::NAN, |used| used.cpu_s)
}

/// What each costs, and the bars.
fn costs(here: &[Run], far: &[Run], polite: &[Run], testssl: &[Run]) -> Result<String> {
    let mut table =
        Table::new(&["server", "prober", "connections", "time", "time at 20 ms", "processor time"]);
    let mut bars = Table::new(&["server", "bar", "measured", "held"]);
    for (server, bound) in SERVERS {
        for prober in ["prober", "sslscan", "sslyze"] {
            let of = |runs: &[Run], what: fn(&Run) -> f64| figure(runs, prober, server, what);
            let cells = [of(here, connections)?, of(here, wall)?, of(far, wall)?, of(here, cpu)?];
            let name = if prober == "prober" { "Hinomi" } else { prober };
            let [count, near, far, work] = cells;
            table.row(&[
                server.into(),
                name.into(),
                format!("{count:.0}"),
                seconds(near),
                seconds(far),
                seconds(work),
            ]);
        }
        let slow = |what: fn(&Run) -> f64| figure(testssl, "testssl", server, what);
        let cells =
            [format!("{:.0}", slow(connections)?), seconds(slow(wall)?), "-".into(), seconds(slow(cpu)?)];
        table.row(&[&[server.to_owned(), "testssl.sh".to_owned()][..], &cells].concat());
        let ours = |runs: &[Run], what: fn(&Run) -> f64| figure(runs, "prober", server, what);
        let mut bar = |what: &str, measured: f64, most: f64| {
            bars.row(&[
                server.into(),
                what.into(),
                format!("{measured:.2} of {most:.2}"),
                held(measured <= most),
            ]);
        };
        let (full, least) = (ours(here, connections)?, ours(polite, connections)?);
        bar("connections, polite: at most 1.25 x the least", least, 1.25 * bound);
        bar("connections, everything: at most the least + 15", full, bound + 15.0);
        bar(
            "connections: at most 0.40 x sslscan",
            full,
            0.40 * figure(here, "sslscan", server, connections)?,
        );
        bar("connections: at most 0.08 x sslyze", full, 0.08 * figure(here, "sslyze", server, connections)?);
        bar("connections: at most 0.25 x testssl.sh", full, 0.25 * slow(connections)?);
        for peer in ["sslscan", "sslyze"] {
            let most = figure(far, peer, server, wall)? / 10.0;
            bar(&format!("seconds at 20 ms: a tenth of {peer}"), ours(far, wall)?, most);
        }
        bar("seconds: a hundredth of testssl.sh", ours(here, wall)?, slow(wall)? / 100.0);
        bar("seconds of processor time: at most 0.05", ours(here, cpu)?, 0.05);
        let at_once = here.iter().chain(far).filter(|run| run.prober == "prober" && run.server == server);
        let most = at_once.map(|run| f64::from(run.counted.at_once_max)).fold(0.0, f64::max);
        bar("connections at once", most, 8.0);
    }
    Ok(format!("{}\n{}", table.end(), bars.end()))
}

/// 200 listeners of one nginx.
fn sweep(ours: &str) -> Result<String> {
    let program = ours.split(' ').next().unwrap_or_default();
    let desk = tempfile::tempdir()?;
    let report = desk.path().join("used.json");
    let mut figures = Vec::new();
    for _ in 0..TIMES {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["lab", "tls", "up", "--only", "nginx-sweep", "--"]).arg(std::env::current_exe()?);
        command.args(["measure", "--report"]).arg(&report).args(["--", program, "20000-20199"]);
        let ran = once(&command, &[0])?;
        let cut = ran.stdout.lines().filter(|line| line.contains("complete Untested")).count();
        let used: Used = serde_json::from_slice(&fs::read(&report)?)?;
        figures.push((used, cut));
    }
    let wall = median(figures.iter().map(|(used, _)| used.wall_s))?;
    let peak = figures.iter().map(|(used, _)| used.peak_bytes).max().unwrap_or(0);
    let cut: usize = figures.iter().map(|(_, cut)| cut).sum();
    Ok(format!(
        "200 listeners of one nginx at once, each asked everything: {} and {}, {cut} lists cut short in {TIMES} runs. Bar: 5 s, \
         150 MiB and none; held: {}.",
        seconds(wall),
        mebibytes(peak),
        held(wall <= 5.0 && peak <= 150 << 20 && cut == 0)
    ))
}
