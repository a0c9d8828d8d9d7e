//! TLS servers asked: connections, time and work beside the probers of the field, and a sweep over many at once.

use crate::command::bench::table::{Table, held, mebibytes, seconds, where_and_when};
use crate::command::bench::{Bench, TIMES, median, once};
use crate::command::lab::tls::our_prober;
use anyhow::{Context, Result, ensure};
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
const LISTENERS: &str = "20000-20199";
const LISTENERS_COUNT: usize = 200;
/// Hostile servers of the lab, by port: one that is silent for a minute, one that says a byte a second.
const TAR_PITS: [&str; 2] = ["9855", "9856"];
/// Hostile servers that send as much as is taken: a certificate of 16 MB, 4,000 certificates, alerts, empty records.
const FLOODS: [(&str, &str); 4] = [
    ("a certificate message of 16 MB", "9857"),
    ("4,000 certificates", "9858"),
    ("200,000 warnings", "9860"),
    ("200,000 empty records", "9861"),
];
/// Targets that are under way at once, of [`hinomi_collect`]'s usual sweep.
const AT_ONCE: u32 = 64;
/// Bytes a target may take.
const TARGET_BYTES_MAX: f64 = 1_048_576.0;

/// Many at once: how long, how much memory, and what those who mean no good add to it.
fn sweep(ours: &str) -> Result<String> {
    let program = ours.split(' ').next().unwrap_or_default();
    let mut figures = Vec::new();
    for _ in 0..TIMES {
        figures.push(swept(program, &[LISTENERS])?);
    }
    let wall = median(figures.iter().map(|swept| swept.used.wall_s))?;
    let peak = figures.iter().map(|swept| swept.used.peak_bytes).max().unwrap_or(0);
    let cut: usize = figures.iter().map(|swept| swept.cut).sum();
    let pits = swept(program, &[&TAR_PITS[..], &[LISTENERS]].concat())?;
    let honest = format!(
        "200 listeners of one nginx at once, each asked everything: {} and {}, {cut} lists cut short in {TIMES} runs. Bar: 5 s, \
         150 MiB and none; held: {}.",
        seconds(wall),
        mebibytes(peak),
        held(wall <= 5.0 && peak <= 150 << 20 && cut == 0)
    );
    let among = format!(
        "The same with two tar pits before them, one silent and one that says a byte a second: the 200 are done after {} \
         ({} lists of theirs cut short), all after {}; a target has 10 s. Held: {}.",
        seconds(pits.honest_s),
        pits.cut,
        seconds(pits.used.wall_s),
        held(pits.honest_s <= 5.0 && pits.cut == 0 && pits.used.wall_s <= 12.0)
    );
    Ok([honest, among, floods(program)?].join("\n\n"))
}

/// What a target takes that sends all it can: at most its share of the whole process.
fn floods(program: &str) -> Result<String> {
    let mut table =
        Table::new(&["64 at once, each sends", "whole process", "a target, at most", "held (1 MiB)"]);
    for (what, port) in FLOODS {
        let peak = swept(program, &[port; AT_ONCE as usize])?.used.peak_bytes;
        let each = peak as f64 / f64::from(AT_ONCE);
        table.row(&[
            what.into(),
            mebibytes(peak),
            format!("{:.0} KiB", each / 1024.0),
            held(each <= TARGET_BYTES_MAX),
        ]);
    }
    Ok(table.end())
}

/// One sweep.
struct Swept {
    used: Used,
    /// Lists of the honest ones that were cut short.
    cut: usize,
    /// Seconds until the last honest one was done.
    honest_s: f64,
}

/// Our prober over ports of the lab, all at once.
fn swept(program: &str, ports: &[&str]) -> Result<Swept> {
    let desk = tempfile::tempdir()?;
    let report = desk.path().join("used.json");
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["lab", "tls", "up", "--only", "nginx-sweep", "--"]).arg(std::env::current_exe()?);
    command.args(["measure", "--report"]).arg(&report).args(["--", program]).args(ports);
    let ran = once(&command, &[0])?;
    let parts: Vec<&str> = ran.stdout.split("== ").filter(|part| part.starts_with("127.0.0.1:2")).collect();
    let wanted = if ports.contains(&LISTENERS) { LISTENERS_COUNT } else { 0 };
    ensure!(parts.len() == wanted, "{} of {wanted} were told", parts.len());
    let cut = parts.iter().filter(|part| part.contains("complete Untested")).count();
    let done = parts
        .iter()
        .filter_map(|part| part.split_once("done after ")?.1.split_once(" ms")?.0.parse::<f64>().ok());
    let honest_s = done.fold(0.0, f64::max) / 1000.0;
    Ok(Swept { used: serde_json::from_slice(&fs::read(&report)?)?, cut, honest_s })
}
