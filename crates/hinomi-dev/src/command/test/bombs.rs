//! Bombs, one by one, through the real command line: each ends, stays small, and says where it stopped.

use super::{Outcome, Rounds};
use crate::command::lab::{Lab, in_guard, json};
use crate::command::measure::Used;
use anyhow::{Context, Result, ensure};
use hinomi_dev::forge::bombs::{BOMBS, Bomb, Ends};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A bomb that is not done after this hangs. How long it may really take is the benchmark's business.
const GUARD: Duration = Duration::from_secs(60);
/// What any one process may hold, in bytes.
const PEAK_BYTES_MAX: u64 = 256 << 20;

/// What a bomb came to.
#[derive(Debug)]
pub(crate) struct Defused {
    pub(crate) used: Used,
    pub(crate) code: i32,
    /// The limits that were named, or the kinds of the problems without a limit.
    pub(crate) told: BTreeSet<String>,
    /// Whether what stands behind the trap came out.
    pub(crate) behind: bool,
}

pub(super) fn each(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let hinomi = lab.hinomi()?;
    let mut wrong = Vec::new();
    let mut whole = 0;
    for bomb in BOMBS {
        match defuse(&hinomi, bomb) {
            Ok(defused) => {
                whole += u64::from(defused.told.is_empty());
                if let Err(error) = judge(bomb, &defused) {
                    wrong.push(format!("{}: {error:#}", bomb.name));
                }
            }
            Err(error) => wrong.push(format!("{}: {error:#}", bomb.name)),
        }
    }
    ensure!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), BOMBS.len(), wrong.join("\n"));
    Ok(Outcome::Passed(format!("{} bombs, {whole} of them read whole", BOMBS.len())))
}

/// Writes a bomb, scans it, and takes it away again.
pub(crate) fn defuse(hinomi: &Path, bomb: &Bomb) -> Result<Defused> {
    let desk = tempfile::tempdir()?;
    let path = bomb.write(desk.path())?;
    let mut scan = Command::new(hinomi);
    scan.args(["scan", "--format", "json", "--observations"]).arg(&path).current_dir(desk.path());
    let ran = in_guard(&scan, GUARD)?;
    fs::remove_file(path)?;
    ensure!(ran.used.signal.is_none(), "ended by signal {:?}", ran.used.signal);
    let lines = json::lines(&ran.stdout).with_context(|| ran.tail())?;
    let told = json::of(&lines, "problem")
        .map(|problem| match problem["limit"]["name"].as_str() {
            Some(limit) => limit.to_owned(),
            None => json::text(problem, "kind").to_owned(),
        })
        .collect();
    let behind = matches!(bomb.ends, Ends::Behind(mark) if ran.stdout.contains(mark));
    Ok(Defused { used: ran.used, code: ran.code, told, behind })
}

/// Whether it ended as this bomb has to.
pub(crate) fn judge(bomb: &Bomb, defused: &Defused) -> Result<()> {
    let Defused { used, code, told, behind } = defused;
    ensure!(used.peak_bytes <= PEAK_BYTES_MAX, "a process held {} MiB", used.peak_bytes >> 20);
    ensure!(!told.contains("crashed"), "a reader crashed");
    // Read whole is 0 (or 1 with a finding); anything told is 3 (or 1).
    let expected = if told.is_empty() { [0, 1] } else { [3, 1] };
    ensure!(expected.contains(code), "ended with {code}, having told {told:?}");
    match bomb.ends {
        Ends::AtLimit(name) | Ends::AtProblem(name) => {
            ensure!(told.contains(name), "told {told:?}, not {name}")
        }
        Ends::Behind(mark) => {
            ensure!(*behind, "{mark}, which stands behind the trap, was not read; told {told:?}")
        }
    }
    Ok(())
}
