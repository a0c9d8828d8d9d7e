//! The jail: hostile bytes are read in worker processes that can do nothing but read them.
//!
//! The binary starts itself as a worker ([`asked_to_serve`], [`serve`]). Before a worker reads its first input it
//! locks itself in: Landlock without a single right, a seccomp list of what a pure reader needs and death for
//! anything else, rlimits on memory, files and processes. Jobs go in and answers come out through pipes, many per
//! worker. A reader that crashes, hangs or swells costs its job a [`Lost`] and the jail one worker; the run goes on.
//!
//! Invariants: an answer is never delivered twice nor out of order; a worker never outlives the jail; what the
//! platform could not give is told by [`Jail::shields`], and [`probe`] tries it out.

#[cfg(target_os = "linux")]
mod cell;
mod fate;
mod in_process;
#[cfg(target_os = "linux")]
mod lock;
#[cfg(target_os = "linux")]
mod pool;
#[cfg(target_os = "linux")]
mod probe;
#[cfg(target_os = "linux")]
mod serve;
#[cfg(target_os = "linux")]
mod wire;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
use elsewhere as probe;
#[cfg(not(target_os = "linux"))]
use elsewhere as serve;

#[cfg(all(test, target_os = "linux"))]
mod tests;

pub use fate::{Clock, Lost};
pub use probe::{Experiment, Outcome, Protections, probe};
pub use serve::{asked_to_serve, serve};

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What reads: the caller's words about a job, the hostile bytes, and the answer. It runs without files, network,
/// clock zones, environment or threads; asking for any of these ends the worker.
pub type Reader = fn(head: &[u8], bytes: &[u8]) -> Vec<u8>;

/// One thing to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Job {
    /// What the caller tells the reader: a file name, limits, passwords. At most 4 GiB.
    pub head: Vec<u8>,
    /// The hostile bytes.
    pub bytes: Vec<u8>,
}

/// How the jail is built. There is no `Default`: see [`JailSettings::of_this_binary`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JailSettings {
    /// The binary to start; its `main` answers [`asked_to_serve`] by [`serve`].
    pub program: PathBuf,
    /// Worker processes at work at a time, at least 1.
    pub workers: usize,
    /// Address space of a worker, in bytes.
    pub memory_bytes_max: u64,
    /// Processor time for one job, in seconds.
    pub cpu_seconds_max: u64,
    /// Sleep during one job, in seconds: for a reader that waits for what never comes. A machine too busy to let
    /// the worker run does not count.
    pub idle_seconds_max: u64,
    /// Size of one answer, in bytes.
    pub answer_bytes_max: u64,
    /// Jobs held in memory, read or waiting for delivery, in bytes; one job always fits.
    pub in_flight_bytes_max: u64,
    /// Jobs pulled ahead of the oldest one that is not delivered.
    pub ahead_jobs_max: usize,
    /// Jobs after which a worker is replaced by a fresh one.
    pub jobs_per_worker_max: u32,
    /// Which protections a worker puts on. Anything but [`Layers::ALL`] is for experiments.
    pub layers: Layers,
}

impl JailSettings {
    /// The defaults: 2 GiB and 20 s of processor time per job, and 20 s of sleep.
    ///
    /// The program is this process's own image, also when the file was replaced by an upgrade meanwhile.
    pub fn of_this_binary(workers: usize) -> Self {
        let own = PathBuf::from("/proc/self/exe");
        let program = if own.exists() { own } else { std::env::current_exe().unwrap_or(own) };
        Self {
            program,
            workers: workers.max(1),
            memory_bytes_max: 2 << 30,
            cpu_seconds_max: 20,
            idle_seconds_max: 20,
            answer_bytes_max: 256 << 20,
            in_flight_bytes_max: 256 << 20,
            ahead_jobs_max: 256,
            jobs_per_worker_max: 5_000,
            layers: Layers::ALL,
        }
    }
}

/// The three walls of the jail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layers {
    /// Landlock: no file, no TCP, no signal to others.
    pub landlock: bool,
    /// seccomp: no system call a reader does not need.
    pub seccomp: bool,
    /// rlimits: memory, files, processes, core dumps.
    pub rlimits: bool,
}

impl Layers {
    /// Everything the platform has.
    pub const ALL: Self = Self { landlock: true, seccomp: true, rlimits: true };
    /// Nothing: the other end of an experiment.
    pub const NONE: Self = Self { landlock: false, seccomp: false, rlimits: false };
}

/// What a worker says it put on before it read anything. [`probe`] checks it by experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shields {
    /// The Landlock ABI in force; `None` without Landlock.
    pub landlock_abi: Option<i32>,
    /// Whether the seccomp list is in force.
    pub seccomp: bool,
    /// Whether every rlimit is in force.
    pub rlimits: bool,
    /// Whether the reader runs in a process of its own.
    pub process: bool,
}

impl Shields {
    /// Whether nothing is missing.
    pub fn complete(self) -> bool {
        self.landlock_abi.is_some() && self.seccomp && self.rlimits && self.process
    }
}

/// Why the jail itself could not work; completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JailError {
    /// No worker could be started, or each died before it was ready.
    #[error("start a reading worker ({program}): {why}")]
    StartFailed {
        /// What was started.
        program: String,
        /// What happened.
        why: String,
    },
    /// The pipes to the workers could not be watched.
    #[error("watch the reading workers")]
    Watch {
        /// The system's reason.
        source: std::io::Error,
    },
}

/// Workers, ready to read. Dropping it ends them.
#[derive(Debug)]
pub struct Jail {
    how: How,
}

#[derive(Debug)]
enum How {
    #[cfg(target_os = "linux")]
    Locked(Box<pool::Pool>),
    Open(in_process::Threads),
}

impl Jail {
    /// Starts the first worker and waits until it is locked in; the others start when there is work for them.
    /// Where the platform has no jail, this is [`Jail::in_process`] and [`Jail::shields`] says so.
    ///
    /// Workers end with the thread that started them: call `new` and `run` on one thread.
    ///
    /// # Errors
    /// [`JailError::StartFailed`].
    #[cfg(target_os = "linux")]
    pub fn new(settings: JailSettings, _reader: Reader) -> Result<Self, JailError> {
        Ok(Self { how: How::Locked(Box::new(pool::Pool::new(settings)?)) })
    }

    /// Where the platform has no jail, this is [`Jail::in_process`] and [`Jail::shields`] says so.
    ///
    /// # Errors
    /// None here.
    #[cfg(not(target_os = "linux"))]
    pub fn new(settings: JailSettings, reader: Reader) -> Result<Self, JailError> {
        Ok(Self::in_process(settings.workers, reader))
    }

    /// No jail: the same interface on threads of this process. A panic still costs only its job; a crash, a hang
    /// or a swell costs the run. For measuring, and where there is nothing better.
    pub fn in_process(workers: usize, reader: Reader) -> Self {
        Self { how: How::Open(in_process::Threads::new(workers.max(1), reader)) }
    }

    /// What the workers put on.
    pub fn shields(&self) -> Shields {
        match &self.how {
            #[cfg(target_os = "linux")]
            How::Locked(pool) => pool.shields(),
            How::Open(_) => Shields::default(),
        }
    }

    /// Reads every job and hands each outcome to `on_done`, in the order of the jobs whatever the order of
    /// reading. Jobs are pulled as workers become free, so that memory stays within
    /// [`JailSettings::in_flight_bytes_max`] plus one job.
    ///
    /// # Errors
    /// [`JailError`] when no worker can be had any more; outcomes delivered before stay delivered.
    pub fn run(
        &mut self,
        jobs: impl Iterator<Item = Job>,
        on_done: impl FnMut(usize, Result<Vec<u8>, Lost>),
    ) -> Result<(), JailError> {
        match &mut self.how {
            #[cfg(target_os = "linux")]
            How::Locked(pool) => pool.run(jobs.map(|job| (wire::Kind::Read, job)), on_done),
            How::Open(threads) => {
                threads.run(jobs, on_done);
                Ok(())
            }
        }
    }
}
