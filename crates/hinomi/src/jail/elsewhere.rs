//! Platforms without a jail: readers run in this process, and whoever asks is told so.

use super::{JailError, JailSettings, Layers, Reader, Shields};
use std::process::ExitCode;

/// What came of trying to break out: nothing is tried where there is nothing to break out of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Protections {
    /// None.
    pub shields: Shields,
    /// None.
    pub experiments: Vec<Experiment>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Experiment {
    /// The walls that were up.
    pub layers: Layers,
    /// What was tried.
    pub attempt: &'static str,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It failed, and how.
    Stopped(String),
    /// It worked.
    Allowed,
}

impl Protections {
    /// No.
    pub fn landlock(&self) -> bool {
        false
    }

    /// No.
    pub fn seccomp(&self) -> bool {
        false
    }

    /// No.
    pub fn rlimits(&self) -> bool {
        false
    }

    /// No.
    pub fn sealed(&self) -> bool {
        false
    }
}

/// Nothing is protected here.
///
/// # Errors
/// None.
pub fn probe(_settings: &JailSettings) -> Result<Protections, JailError> {
    Ok(Protections::default())
}

/// Never: there are no workers here.
pub fn asked_to_serve() -> bool {
    false
}

/// Never called.
pub fn serve(_reader: Reader) -> ExitCode {
    ExitCode::from(2)
}
