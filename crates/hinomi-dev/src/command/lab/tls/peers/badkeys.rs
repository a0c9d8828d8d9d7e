//! badkeys over a folder: how many files it finds a key in, which it calls weak, what that costs. Its block list is the
//! user's to fetch, and is left out.

use super::super::programs::program;
use crate::command::lab::{Lab, in_guard};
use anyhow::{Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Every check that needs no list.
const CHECKS: &str = "fermat,roca,rsainvalid,rsapoly,sharedprimes,smalld,smallfactors,dsasparse,rsawarnings,rsabias,pattern,xzbackdoor";
/// Files of one call.
const FILES_A_CALL: usize = 1_000;
/// What it said of a folder.
#[derive(Debug, Default, PartialEq, serde::Serialize)]
pub(crate) struct Keys {
    pub(crate) files: usize,
    /// Files with a key of a kind that it knows.
    pub(crate) with_key: usize,
    /// Files by the check that failed.
    pub(crate) weak: BTreeMap<String, BTreeSet<PathBuf>>,
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: f64,
}

/// Runs it over every file below a folder.
pub(crate) fn over(lab: &Lab, folder: &Path, guard: Duration) -> Result<Keys> {
    let program = program(lab, "badkeys").map_err(anyhow::Error::msg)?;
    let mut files = Vec::new();
    below(folder, &mut files)?;
    let mut keys = Keys { files: files.len(), ..Keys::default() };
    let mut with_key = BTreeSet::new();
    for some in files.chunks(FILES_A_CALL) {
        let mut command = program.command();
        command.args(["--all", "--warnings", "--checks", CHECKS]).args(some);
        let ran = in_guard(&command, guard)?;
        // 0, or a sum of 1 for errors, 2 for what it could not read, 4 for weak keys.
        let is_whole = (0..8).contains(&ran.code) && !ran.stderr.contains("Traceback");
        ensure!(is_whole, "badkeys ended with {}: {}", ran.code, ran.tail());
        keys.wall_s += ran.used.wall_s;
        keys.cpu_s += ran.used.cpu_s;
        read(&ran.stdout, &mut with_key, &mut keys.weak);
    }
    keys.with_key = with_key.len();
    Ok(keys)
}

/// Lines such as `rsa[2048] key ok, FILE` and `fermat vulnerability, rsa[1024], FILE`. Its JSON would tell more, and ends
/// with an error at the first key that it cannot write down.
pub(super) fn read(
    out: &str,
    with_key: &mut BTreeSet<PathBuf>,
    weak: &mut BTreeMap<String, BTreeSet<PathBuf>>,
) {
    for line in out.lines() {
        if let Some((_, file)) = line.split_once(" key ok, ") {
            with_key.insert(PathBuf::from(file));
        } else if let Some((check, rest)) = line.split_once(" vulnerability, ") {
            let file = PathBuf::from(rest.split_once(", ").map_or(rest, |(_, file)| file));
            weak.entry(check.to_owned()).or_default().insert(file.clone());
            with_key.insert(file);
        }
    }
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            below(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}
