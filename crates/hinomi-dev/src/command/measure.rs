//! `hinomi-dev measure`: runs one command and writes down its wall time, processor time and memory.
//!
//! A process of its own, because the system keeps these figures per parent: what the children of a fresh process
//! used is what this one command used, with everything it started and waited for.

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// What to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where the figures go, as JSON.
    #[arg(long)]
    report: PathBuf,
    /// The command and its arguments.
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

/// What a command used.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Used {
    /// From start to end, in seconds.
    pub(crate) wall_s: f64,
    /// Processor time of it and all it waited for, in seconds.
    pub(crate) cpu_s: f64,
    /// The most memory that any one of its processes held, in bytes.
    pub(crate) peak_bytes: u64,
    /// The signal that ended it.
    pub(crate) signal: Option<i32>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (program, rest) = arguments.command.split_first().context("failed to find a command to measure")?;
    let started = Instant::now();
    let status = Command::new(program)
        .args(rest)
        .status()
        .with_context(|| format!("failed to start {}", program.display()))?;
    let wall_s = started.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("failed to read what it used")?;
    let used = Used {
        wall_s,
        cpu_s: seconds(usage.user_time()) + seconds(usage.system_time()),
        // Linux counts in KiB (getrusage(2)).
        peak_bytes: u64::try_from(usage.max_rss()).unwrap_or(0) << 10,
        signal: status.signal(),
    };
    fs::write(&arguments.report, serde_json::to_vec(&used)?).context("failed to write the figures")?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)))
}

fn seconds(time: TimeVal) -> f64 {
    time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6
}
