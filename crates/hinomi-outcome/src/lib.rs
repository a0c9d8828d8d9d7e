//! Findings become what people use: a page, a file, a plan, a block list.
//!
//! Invariants: this crate never reads a clock, a file or the network, never judges, and never blocks anything:
//! it turns a [`Report`] into bytes. Text from evidence is data in every format: no control or bidi characters
//! reach a terminal, no formula reaches a spreadsheet, no markup reaches HTML.

#![deny(missing_docs)]

mod report;

pub use report::{Counts, ProblemLine, Report, Reported, Undecided};
