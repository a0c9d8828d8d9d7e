//! Tables: rows of typed cells, written as CSV or as a workbook.
//!
//! Text from evidence is never a formula: CSV cells that a spreadsheet would take for one are quoted with `'`,
//! workbook cells are written as strings. Numbers stay numbers.

mod csv;
mod rows;
#[cfg(test)]
mod tests;
mod xlsx;

pub(crate) use csv::written;
pub use csv::{Bom, csv, plan_csv};
pub(crate) use rows::tlp;
pub use xlsx::{TableError, xlsx};

use crate::visible::terminal_safe;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Text: data, never a formula.
    Text(String),
    /// A whole number.
    Number(u64),
    /// A number in tenths.
    Tenths(u64),
    /// Nothing.
    Empty,
}

impl Cell {
    /// Text without what acts on a screen.
    pub(crate) fn text(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(terminal_safe(text).into_owned()) }
    }
}

/// A named table: the header, then the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
}
