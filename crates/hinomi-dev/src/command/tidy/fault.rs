//! One thing that is not as the house wants it.

use std::fmt;

/// A place and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fault {
    /// Path from the root.
    pub(super) file: String,
    /// From 1; the first line when the whole file is meant.
    pub(super) line: usize,
    /// What is wrong, and what to do where that is not plain.
    pub(super) what: String,
}

impl Fault {
    /// A fault at a line.
    pub(super) fn at(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into() }
    }

    /// A fault of the file as a whole.
    pub(super) fn of(file: &str, what: impl Into<String>) -> Self {
        Self::at(file, 1, what)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}
