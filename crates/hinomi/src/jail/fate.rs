//! What became of a job that got no answer, told from how its worker ended.

use std::fmt::Write as _;

/// A job without an answer; one problem of the report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Lost {
    /// It took too long and was ended.
    #[error("reading took more than {seconds} s of {clock} time")]
    TimedOut {
        /// By which clock.
        clock: Clock,
        /// The limit, in seconds.
        seconds: u64,
    },
    /// It asked for more memory than a worker may have.
    #[error("reading needed more than {bytes} bytes of memory")]
    OutOfMemory {
        /// The limit, in bytes.
        bytes: u64,
    },
    /// It tried something a reader has no business with: a file, a socket, a program.
    #[error("reading tried a forbidden system call (signal {signal})")]
    Forbidden {
        /// The signal the kernel ended it with.
        signal: i32,
    },
    /// A bug of the reader, met and survived.
    #[error("the reader panicked at {place}")]
    Panicked {
        /// Source file and line.
        place: String,
    },
    /// The worker died.
    #[error("the reader crashed: {how}{}{last_words}", if last_words.is_empty() { "" } else { ": " })]
    Crashed {
        /// Signal or exit code, in words.
        how: String,
        /// The end of what it wrote to stderr: printable ASCII, at most 200 characters.
        last_words: String,
    },
    /// The answer was longer than allowed.
    #[error("the reader's answer was longer than {bytes} bytes")]
    AnswerTooLarge {
        /// The limit, in bytes.
        bytes: u64,
    },
    /// What came back was no answer.
    #[error("the reader broke the protocol")]
    Garbled,
}

/// A clock that can run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Processor time the worker used.
    Cpu,
    /// Time the worker slept, while the jail waited for it.
    Idle,
}

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cpu => "processor",
            Self::Idle => "sleeping",
        })
    }
}

impl Lost {
    /// The `kind` of the machine output's `problem`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TimedOut { .. } => "timed-out",
            Self::OutOfMemory { .. } | Self::AnswerTooLarge { .. } => "limit-reached",
            Self::Forbidden { .. } | Self::Panicked { .. } | Self::Crashed { .. } | Self::Garbled => {
                "crashed"
            }
        }
    }

    /// The setting that was met, by name and value.
    pub fn limit(&self) -> Option<(&'static str, u64)> {
        match self {
            Self::TimedOut { clock: Clock::Cpu, seconds } => Some(("cpu_seconds_max", *seconds)),
            Self::TimedOut { clock: Clock::Idle, seconds } => Some(("idle_seconds_max", *seconds)),
            Self::OutOfMemory { bytes } => Some(("memory_bytes_max", *bytes)),
            Self::AnswerTooLarge { bytes } => Some(("answer_bytes_max", *bytes)),
            Self::Forbidden { .. } | Self::Panicked { .. } | Self::Crashed { .. } | Self::Garbled => None,
        }
    }

    /// Reads the end of a worker: `signal` or `code` of its exit, and what it left on stderr.
    #[cfg(target_os = "linux")]
    pub(super) fn from_death(
        signal: Option<i32>,
        code: Option<i32>,
        stderr: &[u8],
        settings: &super::JailSettings,
    ) -> Self {
        const SIGABRT: i32 = 6;
        const SIGXCPU: i32 = 24;
        const SIGXFSZ: i32 = 25;
        const SIGSYS: i32 = 31;
        // The words of Rust's runtime when it gives up; there is no other way to tell these aborts from others.
        let said = |words: &str| memchr::memmem::find(stderr, words.as_bytes()).is_some();
        let crashed = |how: String| Self::Crashed { how, last_words: printable(stderr) };
        match (signal, code) {
            (Some(SIGSYS | SIGXFSZ), _) => Self::Forbidden { signal: signal.unwrap_or(SIGSYS) },
            (Some(SIGXCPU), _) => Self::TimedOut { clock: Clock::Cpu, seconds: settings.cpu_seconds_max },
            (Some(SIGABRT), _) if said("memory allocation of ") => {
                Self::OutOfMemory { bytes: settings.memory_bytes_max }
            }
            // Its own words name a thread by a number that differs from run to run.
            (Some(SIGABRT), _) if said("has overflowed its stack") => {
                Self::Crashed { how: "stack overflow".to_owned(), last_words: String::new() }
            }
            (Some(signal), _) => crashed(format!("signal {signal}")),
            (None, Some(code)) => crashed(format!("exit code {code}")),
            (None, None) => crashed("no exit status".to_owned()),
        }
    }
}

/// The end of `bytes` as one line of printable ASCII: nothing a hostile file says reaches a terminal raw.
#[cfg(target_os = "linux")]
pub(super) fn printable(bytes: &[u8]) -> String {
    const KEPT: usize = 200;
    let start = bytes.len().saturating_sub(KEPT);
    let mut text = String::new();
    for byte in bytes.get(start..).unwrap_or_default() {
        let shown = if matches!(byte, b' '..=b'~') { char::from(*byte) } else { ' ' };
        // Runs of blanks, which line ends become, shrink to one.
        if shown != ' ' || !text.ends_with(' ') {
            // Writing to a String cannot fail.
            let _ = text.write_char(shown);
        }
    }
    text.trim().to_owned()
}
