//! Running programs: what they said, what they used, and an end for those that hang.

use crate::command::measure::Used;
use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What became of a program.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Its exit code; 255 when a signal ended it.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) used: Used,
}

impl Ran {
    /// The last lines of what it said, for an error.
    pub(crate) fn tail(&self) -> String {
        let said = format!("{}\n{}", self.stdout.trim_end(), self.stderr.trim_end());
        let lines: Vec<&str> = said.lines().collect();
        lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n").trim().to_owned()
    }
}

/// Runs a program to its end and measures it. One that is not done in `guard` is killed with all it started, and is
/// an error: the guard is there against hangs, not for measuring.
pub(crate) fn in_guard(command: &Command, guard: Duration) -> Result<Ran> {
    let desk = tempfile::tempdir()?;
    let report = desk.path().join("used.json");
    let (out, err) = (desk.path().join("out"), desk.path().join("err"));
    let mut measure = Command::new(this_program());
    measure.arg("measure").arg("--report").arg(&report).arg("--");
    measure.arg(command.get_program()).args(command.get_args());
    inherit(command, &mut measure);
    measure.stdin(Stdio::null()).stdout(File::create(&out)?).stderr(File::create(&err)?).process_group(0);
    let shown = shown(command);
    let mut child = measure.spawn().with_context(|| format!("failed to start {shown}"))?;
    let Some(code) = wait(&mut child, guard)? else {
        bail!("{shown} was not done after {} s", guard.as_secs());
    };
    let text = |path: &Path| std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let (stdout, stderr) = (text(&out)?, text(&err)?);
    let used = std::fs::read(&report).with_context(|| format!("failed to start {shown}: {stderr}"))?;
    Ok(Ran { code, stdout, stderr, used: serde_json::from_slice(&used)? })
}

/// Starts a program in a process group of its own, its words to files that are given back as paths.
pub(crate) fn spawned_quietly(command: &mut Command, desk: &Path) -> Result<(Child, PathBuf)> {
    let out = desk.join("out");
    command.stdin(Stdio::null()).stdout(File::create(&out)?).stderr(Stdio::null()).process_group(0);
    Ok((command.spawn()?, out))
}

/// This very file, also when a build has replaced it meanwhile.
fn this_program() -> PathBuf {
    let own = PathBuf::from("/proc/self/exe");
    if own.exists() { own } else { std::env::current_exe().unwrap_or(own) }
}

fn inherit(from: &Command, to: &mut Command) {
    if let Some(folder) = from.get_current_dir() {
        to.current_dir(folder);
    }
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
}

fn shown(command: &Command) -> String {
    let words: Vec<OsString> =
        [command.get_program()].into_iter().chain(command.get_args()).map(OsString::from).collect();
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    words.join(" ")
}

/// Waits until the end or the guard; past the guard the whole process group is killed.
fn wait(child: &mut Child, guard: Duration) -> Result<Option<i32>> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.code().unwrap_or(255)));
        }
        if started.elapsed() > guard {
            _ = killpg(Pid::from_raw(i32::try_from(child.id())?), Signal::SIGKILL);
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(2));
    }
}
