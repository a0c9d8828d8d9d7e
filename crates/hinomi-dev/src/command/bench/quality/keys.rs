//! Readers of keys: what they recognise and what they call weak, beside badkeys; how fast files without keys are passed, and
//! how fast moduli are compared.

use crate::command::bench::table::{Table, held, mebibytes, seconds, where_and_when};
use crate::command::bench::{Bench, GUARD, TIMES, median, once};
use crate::command::lab::keys::{self, Tree};
use crate::command::lab::{Lab, Ran, tls};
use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

/// Moduli that are compared, and their bits.
const MODULI: [&str; 2] = ["100000", "2048"];
const COMPARED_S_MAX: f64 = 60.0;
/// Each takes a minute.
const COMPARED_TIMES: usize = 3;
const FILES_A_SECOND_MIN: f64 = 5_000.0;
const VECTORS_S_MAX: f64 = 1.0;
const RECOGNISED_MIN: f64 = 0.99;

/// What `examples/keys.rs --count` prints.
#[derive(Deserialize)]
struct Counted {
    files: u64,
    bytes: u64,
    objects: u64,
}

pub(in crate::command::bench) fn section(bench: &Bench) -> Result<String> {
    let lab = &bench.lab;
    let reader = lab.build(&["--package", "hinomi-formats", "--example", "keys"], true)?;
    let comparer = lab.build(&["--package", "hinomi-formats", "--example", "moduli"], true)?;
    Ok([
        where_and_when(&["badkeys 0.0.21", "cryptography 50.0.2"]),
        recognised(lab)?,
        beside(lab, &reader)?,
        passed(&reader)?,
        compared(&comparer)?,
        format!(
            "`cargo dev test keys-` holds the first table, the classes, and the absence of false keys; `cargo dev lab keys` \
             has the longer runs. Files without keys are {}, read by `examples/keys.rs --count`, which tests no weakness; \
             processor time is that of the whole program, reading from the disk cache included.",
            keys::trees()?.iter().map(|tree| tree.name).collect::<Vec<_>>().join(" and ")
        ),
    ]
    .join("\n\n"))
}

/// What holds, with its bar.
fn recognised(lab: &Lab) -> Result<String> {
    let mut table = Table::new(&["what", "measured", "bar", "held"]);
    let counted = keys::vectors_counted(lab)?.map_err(anyhow::Error::msg)?;
    let share = counted.recognised as f64 / counted.objects.max(1) as f64;
    table.row(&[
        "objects of cryptography-vectors".to_owned(),
        counted.to_string(),
        "≥ 99 %".to_owned(),
        held(share >= RECOGNISED_MIN),
    ]);
    let rows = [
        ("test keys of badkeys", keys::badkeys_hold(lab), "all in their class"),
        ("trees without keys", keys::nothing_else_holds(lab, true, &[]), "0 false keys in 1 GB"),
        ("fresh keys", keys::fresh_holds(lab, false), "0 of 10,000 called weak"),
    ];
    for (what, outcome, bar) in rows {
        let (measured, holds) = match outcome {
            Ok(Ok(measured)) => (measured, true),
            Ok(Err(why)) => (format!("not measured: {why}"), false),
            Err(error) => (format!("{error:#}").lines().next().unwrap_or_default().to_owned(), false),
        };
        table.row(&[what.to_owned(), measured, bar.to_owned(), held(holds)]);
    }
    Ok(table.end())
}

/// The same files before badkeys and before us.
fn beside(lab: &Lab, reader: &Path) -> Result<String> {
    let mut table = Table::new(&[
        "files",
        "hinomi: files with keys or certificates",
        "hinomi: objects",
        "hinomi: processor",
        "badkeys: files with keys",
        "badkeys: processor",
        "bar",
        "held",
    ]);
    let folders = [
        ("the vectors", keys::vectors_folder(lab), Some(VECTORS_S_MAX)),
        ("badkeys' own test keys", keys::badkeys_folder(lab), None),
    ];
    for (name, folder, bar) in folders {
        let folder = folder.map_err(anyhow::Error::msg)?;
        let theirs = tls::badkeys_over(lab, &folder, GUARD)?;
        let ran = times(Command::new(reader).arg(&folder))?;
        let cpu = median(ran.iter().map(|ran| ran.used.cpu_s))?;
        let first = ran.first().context("failed to run")?;
        let objects: Vec<serde_json::Value> =
            first.stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let with_key: std::collections::BTreeSet<&str> = objects
            .iter()
            .filter(|object| object.get("kind").is_some())
            .filter_map(|object| object.get("file")?.as_str())
            .collect();
        let count = objects.iter().filter(|object| object.get("kind").is_some()).count();
        table.row(&[
            format!("{name}, {} files", theirs.files),
            with_key.len().to_string(),
            count.to_string(),
            seconds(cpu),
            theirs.with_key.to_string(),
            seconds(theirs.cpu_s),
            bar.map_or_else(String::new, |bar| format!("≤ {bar} s")),
            bar.map_or_else(String::new, |bar| held(cpu <= bar)),
        ]);
    }
    Ok(format!("{}\nBoth recognise and test for weaknesses; neither has a block list.", table.end()))
}

/// Files without keys.
fn passed(reader: &Path) -> Result<String> {
    let mut table =
        Table::new(&["tree", "files", "size", "objects in it", "processor", "files a second", "bar", "held"]);
    for Tree { name, folder } in keys::trees()? {
        let ran = times(Command::new(reader).arg("--count").arg(&folder))?;
        let cpu = median(ran.iter().map(|ran| ran.used.cpu_s))?;
        let line = ran.first().and_then(|ran| ran.stdout.lines().next()).context("nothing was counted")?;
        let counted: Counted = serde_json::from_str(line)?;
        let rate = counted.files as f64 / cpu;
        table.row(&[
            name.to_owned(),
            counted.files.to_string(),
            mebibytes(counted.bytes),
            counted.objects.to_string(),
            seconds(cpu),
            format!("{rate:.0}"),
            format!("≥ {FILES_A_SECOND_MIN}"),
            held(rate >= FILES_A_SECOND_MIN),
        ]);
    }
    Ok(table.end())
}

/// Every modulus with every other.
fn compared(comparer: &Path) -> Result<String> {
    let command = {
        let mut command = Command::new(comparer);
        command.args(MODULI);
        command
    };
    let ran: Vec<Ran> = (0..COMPARED_TIMES).map(|_| once(&command, &[0])).collect::<Result<_>>()?;
    let told: Vec<Compared> =
        ran.iter().map(|ran| serde_json::from_str(&ran.stdout)).collect::<Result<_, _>>()?;
    let took = median(told.iter().map(|told| told.seconds))?;
    let one = told.first().ok_or_else(|| anyhow!("nothing was compared"))?;
    let memory = ran.iter().map(|ran| ran.used.peak_bytes).max().unwrap_or(0);
    let is_right = told.iter().all(|told| told.found == told.planted);
    let mut table =
        Table::new(&["moduli", "planted pairs found", "processor, median of three", "memory", "bar", "held"]);
    table.row(&[
        format!("{} of {} bits", MODULI[0], MODULI[1]),
        format!("{} of {}", one.found, one.planted),
        seconds(took),
        mebibytes(memory),
        format!("≤ {COMPARED_S_MAX} s"),
        held(took <= COMPARED_S_MAX && is_right),
    ]);
    Ok(table.end())
}

/// What `examples/moduli.rs` prints.
#[derive(Deserialize)]
struct Compared {
    seconds: f64,
    planted: usize,
    found: usize,
}

fn times(command: &mut Command) -> Result<Vec<Ran>> {
    (0..TIMES).map(|_| once(command, &[0])).collect()
}
