//! Findings become what people use: a page, a file, a plan, a block list.
//!
//! Invariants: this crate never reads a clock, a file or the network, never judges, and never blocks anything:
//! it turns a [`Report`] into bytes. Text from evidence is data in every format: no control or bidi characters
//! reach a terminal, no formula reaches a spreadsheet, no markup reaches HTML.

#![deny(missing_docs)]

mod block;
mod catalog;
mod html;
mod machine;
mod plan;
mod report;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod visible;
mod words;

pub use block::{BlockFormat, Held, Passed, Preview, block};
pub use catalog::{
    APP, Benchmark, Catalog, CatalogError, Countermeasure, Figure, Grading, Incident, Unit, WellKnown,
};
pub use html::html;
pub use machine::{cbom, json, ocsf, sarif};
pub use plan::{
    Amount, Answer, Budget, BudgetInput, Choice, Item, Lens, LensKind, Plan, Points, SECURITY_SHARES, Upkeep,
    value_of,
};
pub use report::{Counts, ProblemLine, Report, Reported, Undecided};
pub use table::{Bom, TableError, csv, plan_csv, xlsx};
pub use text::{Style, beside, plan_text, text};
pub use visible::{defanged, shown, shown_lines, terminal_safe};
