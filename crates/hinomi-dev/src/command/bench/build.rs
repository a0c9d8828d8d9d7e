//! What is built: how large it is, and how long it takes from nothing.

use super::table::{Table, held, mebibytes, seconds, where_and_when};
use super::{Bench, once};
use crate::command::lab::cargo;
use anyhow::{Context, Result};
use std::fs;
use std::process::Command;

/// The bar on the binary, in bytes.
const BINARY_BYTES_MAX: u64 = 40_000_000;

pub(super) fn binary(bench: &Bench) -> Result<String> {
    let built = bench.hinomi()?;
    let desk = tempfile::tempdir()?;
    let bare = desk.path().join("hinomi");
    let stripped = Command::new("strip").arg(built).arg("-o").arg(&bare).status();
    let stripped =
        stripped.context("failed to start strip")?.success().then(|| fs::metadata(&bare)).transpose()?;
    let mut table = Table::new(&["what", "bytes", "bar", "held"]);
    let mut row = |what: &str, bytes: u64| {
        let bar = format!("≤ {} MB", BINARY_BYTES_MAX / 1_000_000);
        table.row(&[
            what.to_owned(),
            format!("{bytes} ({})", mebibytes(bytes)),
            bar,
            held(bytes <= BINARY_BYTES_MAX),
        ]);
    };
    row("`cargo build --release`", fs::metadata(built)?.len());
    if let Some(stripped) = stripped {
        row("the same, stripped of symbols", stripped.len());
    }
    Ok(format!("{}\n\n{}", where_and_when(&[]), table.end()))
}

pub(super) fn cold(bench: &Bench) -> Result<String> {
    let target = tempfile::tempdir_in(&bench.lab.cache)?;
    let mut build = Command::new(cargo());
    build.args(["build", "--release", "--locked", "--package", "hinomi", "--target-dir"]).arg(target.path());
    // The registry is filled first: a network is not what is measured.
    let mut fetch = Command::new(cargo());
    once(fetch.args(["fetch", "--locked"]).current_dir(&bench.lab.root), &[0])?;
    let ran = once(build.current_dir(&bench.lab.root), &[0])?;
    let mut table = Table::new(&["command", "wall", "processor", "bar", "held"]);
    table.row(&[
        "`cargo build --release -p hinomi`, nothing built before".to_owned(),
        seconds(ran.used.wall_s),
        seconds(ran.used.cpu_s),
        "≤ 300 s on 2 cores".to_owned(),
        held(ran.used.wall_s <= 300.0),
    ]);
    Ok(format!("{}\n\n{}\nOne build, its crates downloaded before.", where_and_when(&[]), table.end()))
}
