//! Steps that all scripts and command lines of one file share: many small loops cost no more than one.

use crate::{Limits, Problem};

/// What is left of [`Limits::steps_max`], passed down by `&mut`.
#[derive(Debug)]
pub(super) struct Steps {
    /// For scripts.
    pub(super) scripts: u64,
    /// For the command lines that scripts start: one that loops does not hide what it started before.
    pub(super) commands: u64,
}

impl Steps {
    /// All steps of one file.
    pub(super) fn new(limits: &Limits) -> Self {
        Self { scripts: limits.steps_max, commands: limits.steps_max }
    }
}

/// Tells a loss that may be met many times only once.
pub(super) fn tell_once(problems: &mut Vec<Problem>, problem: Problem) {
    if !problems.contains(&problem) {
        problems.push(problem);
    }
}
