//! What can be wrong with a recipe, and what can go wrong while it bakes.

use crate::{Limit, Problem, ProblemKind};
use thiserror::Error;

/// A recipe that cannot be run. Nothing of it was run. The text completes "failed to …".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// The text is not a recipe.
    #[error("read the recipe at byte {at}: {why}")]
    Syntax {
        /// Offset in the text handed in, in bytes, of the first character that does not fit.
        at: usize,
        /// What was wrong with it.
        why: String,
    },
    /// The recipe names an operation that this version does not have.
    #[error("prepare step {step} of the recipe: the operation \"{operation}\" is not one of this version's")]
    UnknownOperation {
        /// Place in the recipe, from 1.
        step: usize,
        /// The name as the recipe has it.
        operation: String,
    },
    /// An argument is not one the operation takes.
    #[error("prepare step {step} of the recipe, \"{operation}\": argument \"{argument}\" {why}")]
    BadArgument {
        /// Place in the recipe, from 1.
        step: usize,
        /// The operation.
        operation: String,
        /// The argument's label.
        argument: String,
        /// What was wrong with its value.
        why: String,
    },
    /// There are more arguments than the operation has.
    #[error("prepare step {step} of the recipe, \"{operation}\": {given} arguments, it takes {taken}")]
    TooManyArguments {
        /// Place in the recipe, from 1.
        step: usize,
        /// The operation.
        operation: String,
        /// Arguments in the recipe.
        given: usize,
        /// Arguments the operation has.
        taken: usize,
    },
}

/// Where and why reading stopped; becomes [`RecipeError::Syntax`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unparsed {
    pub(super) at: usize,
    pub(super) why: &'static str,
}

impl From<Unparsed> for RecipeError {
    fn from(unparsed: Unparsed) -> Self {
        Self::Syntax { at: unparsed.at, why: unparsed.why.to_owned() }
    }
}

/// A recipe that stopped at one of its operations. The text completes "failed to …".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("bake step {step} of the recipe, \"{operation}\": {fault}")]
pub struct BakeError {
    /// Place in the recipe, from 1.
    pub step: usize,
    /// The operation.
    pub operation: &'static str,
    /// Why it stopped.
    pub fault: Fault,
}

impl BakeError {
    /// The same as a [`Problem`], for a caller that reads on.
    pub fn problem(&self) -> Problem {
        let place = format!("step {} {}", self.step, self.operation);
        match &self.fault {
            Fault::Refused(why) => Problem::new(ProblemKind::Malformed, place, why),
            Fault::Limit(limit) => Problem::limit(place, &limit.name, limit.value),
        }
    }
}

/// Why an operation stopped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// The operation does not work on this input or with these arguments.
    #[error("{0}")]
    Refused(String),
    /// A limit of [`crate::Limits`] was met.
    #[error("more than {} = {}", .0.name, .0.value)]
    Limit(Limit),
}

impl Fault {
    /// The operation does not work on this.
    pub(super) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}
