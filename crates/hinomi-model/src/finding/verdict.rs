//! What a check decides.

use crate::{Finding, Text};

/// Every (check, case) gives exactly one.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Looked at, and nothing is wrong.
    Pass,
    /// Something is wrong.
    Fail(Box<Finding>),
    /// It could not be told, and why.
    Undetermined(Text),
}
