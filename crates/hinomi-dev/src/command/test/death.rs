//! `hinomi run`, killed at any moment: what it had said is kept, and the store is whole.

use super::{Outcome, Rounds};
use crate::command::lab::{Lab, in_guard, json, letters, spawned_quietly};
use anyhow::{Context, Result, ensure};
use hinomi_dev::forge::Chance;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Letters that arrive between two kills; each one finding to be said and kept.
const LETTERS: usize = 1;
/// Letters that lie there before the first run.
const WAITING: usize = 160;
const GUARD: Duration = Duration::from_secs(120);

/// What the kills came to.
#[derive(Debug, Default)]
pub(crate) struct Deaths {
    /// Runs that really were killed.
    pub(crate) killed: usize,
    /// Runs that were done before the signal came.
    pub(crate) done: usize,
    /// Runs that had begun to say findings when they were killed.
    pub(crate) mid_word: usize,
    /// Findings said by a run that was then killed or done, each once.
    pub(crate) acknowledged: usize,
}

pub(super) fn kills(lab: &Lab, rounds: Rounds) -> Result<Outcome> {
    let deaths = run(&lab.hinomi()?, rounds.kills)?;
    Ok(Outcome::Passed(format!("{deaths:?}")))
}

/// Kills until that many runs have died.
pub(crate) fn run(hinomi: &Path, kills: usize) -> Result<Deaths> {
    let mut house = House::new(hinomi)?;
    let mut chance = Chance::new(9);
    let mut deaths = Deaths::default();
    let whole = house.whole_run()?;
    let mut round = 0;
    while deaths.killed < kills {
        round += 1;
        ensure!(round <= kills * 6, "only {} of {round} runs were killed before their end", deaths.killed);
        house.letters_arrive(round)?;
        let said = if chance.one_in(3) {
            house.killed_while_speaking(chance.below(4_000))?
        } else {
            let after = Duration::from_micros(chance.below(usize::try_from(whole.as_micros())?) as u64);
            house.killed_after(after)?
        };
        let Some(said) = said else {
            deaths.done += 1;
            continue;
        };
        deaths.killed += 1;
        deaths.mid_word += usize::from(!said.is_empty());
        house.acknowledged.extend(said);
        house.verify().with_context(|| format!("after kill {}", deaths.killed))?;
    }
    deaths.acknowledged = house.acknowledged.len();
    ensure!(kills < 20 || deaths.mid_word > 0, "no run was killed after its first word: nothing was tried");
    Ok(deaths)
}

/// A company whose runs die.
struct House {
    desk: tempfile::TempDir,
    hinomi: PathBuf,
    /// Ids of findings that a run said it has.
    acknowledged: BTreeSet<String>,
}

impl House {
    fn new(hinomi: &Path) -> Result<Self> {
        let desk = tempfile::tempdir()?;
        fs::create_dir(desk.path().join("mail"))?;
        let config = "schema = 1\n[scope]\ndomains = [\"reiji.example\"]\n\n[[source]]\nkind = \"mail-folder\"\npath = \"mail\"\n";
        fs::write(desk.path().join("hinomi.toml"), config)?;
        let house = Self { desk, hinomi: hinomi.to_owned(), acknowledged: BTreeSet::new() };
        // Enough to say that a pipe does not hold it: a run can then be met in the middle of its words.
        for round in 0..WAITING {
            house.letters_arrive(1_000_000 + round)?;
        }
        Ok(house)
    }

    fn letters_arrive(&self, round: usize) -> Result<()> {
        for number in 0..LETTERS {
            let number = round * LETTERS + number;
            let letter = letters::in_a_colleagues_name(&format!("Re: order {number}"), number, Vec::new());
            fs::write(self.desk.path().join(format!("mail/{number}.eml")), letter)?;
        }
        Ok(())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.hinomi);
        command.args(arguments).current_dir(self.desk.path());
        command
    }

    /// One run that nobody disturbs; how long it takes says when to kill.
    fn whole_run(&mut self) -> Result<Duration> {
        let ran = in_guard(&self.command(&["run", "--format", "json"]), GUARD)?;
        ensure!(ran.code == 1, "the first run ended with {}: {}", ran.code, ran.tail());
        self.acknowledged.extend(said(&ran.stdout));
        ensure!(!self.acknowledged.is_empty(), "the first run found nothing");
        Ok(Duration::from_secs_f64(ran.used.wall_s))
    }

    /// Kills a run after a time; what it had said. `None` when it was done before.
    fn killed_after(&self, after: Duration) -> Result<Option<BTreeSet<String>>> {
        let (mut child, out) =
            spawned_quietly(&mut self.command(&["run", "--format", "json"]), self.desk.path())?;
        let started = Instant::now();
        while started.elapsed() < after && child.try_wait()?.is_none() {
            thread::sleep(Duration::from_micros(200));
        }
        if !died(&mut child)? {
            return Ok(None);
        }
        Ok(Some(said(&fs::read_to_string(out)?)))
    }

    /// Kills a run when it has said its first word and that many bytes more.
    fn killed_while_speaking(&self, more_bytes: usize) -> Result<Option<BTreeSet<String>>> {
        let mut command = self.command(&["run", "--format", "json"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut pipe = child.stdout.take().context("failed to read what it says")?;
        let mut heard = vec![0; 1 + more_bytes];
        let mut length = 0;
        while length < heard.len() {
            let rest = heard.get_mut(length..).unwrap_or_default();
            match pipe.read(rest)? {
                0 => break,
                read => length += read,
            }
        }
        let killed = died(&mut child)?;
        // What stood in the pipe had been said too.
        heard.truncate(length);
        pipe.read_to_end(&mut heard)?;
        Ok(killed.then(|| said(&String::from_utf8_lossy(&heard))))
    }

    /// Every acknowledged finding is there, the audit chain holds, the file is whole.
    fn verify(&self) -> Result<()> {
        for arguments in [&["audit", "verify"][..], &["backup", "copy.db"]] {
            let ran = in_guard(&self.command(arguments), GUARD)?;
            ensure!(ran.code == 0, "{arguments:?} ended with {}: {}", ran.code, ran.tail());
        }
        let ran = in_guard(&self.command(&["finding", "list", "--format", "json"]), GUARD)?;
        ensure!(ran.code == 0, "finding list ended with {}: {}", ran.code, ran.tail());
        let kept = said(&ran.stdout);
        let lost: Vec<_> = self.acknowledged.difference(&kept).collect();
        ensure!(lost.is_empty(), "said and not kept: {lost:?}");
        Ok(())
    }
}

/// Kills a child. Whether it was still there to be killed.
fn died(child: &mut Child) -> Result<bool> {
    if child.try_wait()?.is_none() {
        kill(Pid::from_raw(i32::try_from(child.id())?), Signal::SIGKILL)?;
    }
    Ok(child.wait()?.signal() == Some(9))
}

/// The ids of the findings in an output that may end in the middle of a line.
fn said(out: &str) -> BTreeSet<String> {
    let whole = out.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let lines: Vec<Value> = whole.filter_map(|line| serde_json::from_str(line).ok()).collect();
    json::of(&lines, "finding").map(|line| json::text(line, "id").to_owned()).collect()
}
