//! What is kept of a workbook, and what it may weigh.

use super::{Cell, CellValue, Sheet};
use crate::{Limits, Problem, ProblemKind};

/// The purse one workbook is kept out of, and the problems met while it is read.
#[derive(Debug)]
pub(super) struct Keep<'l> {
    pub(super) limits: &'l Limits,
    place: String,
    left: u64,
    is_spent: bool,
    problems: Vec<Problem>,
}

impl<'l> Keep<'l> {
    pub(super) fn new(place: &str, limits: &'l Limits) -> Self {
        let left = limits.expanded_bytes_max;
        Self { limits, place: place.to_owned(), left, is_spent: false, problems: Vec::new() }
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Whether the purse was too small for something: nothing more is worth reading.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// Pays for bytes that stay in memory. `false` when the purse is empty; that is told once.
    pub(super) fn pay(&mut self, bytes: usize) -> bool {
        if let Some(left) = self.left.checked_sub(bytes as u64) {
            self.left = left;
            return true;
        }
        if !self.is_spent {
            self.is_spent = true;
            self.tell_limit("expanded_bytes_max", self.limits.expanded_bytes_max);
        }
        false
    }

    /// Adds a cell to a sheet, without text or formula yet paid for. `false` when the purse is empty.
    pub(super) fn cell(&mut self, sheet: &mut Sheet, row: u32, column: u32, value: CellValue) -> bool {
        let text_len = if let CellValue::Text(text) = &value { text.len() } else { 0 };
        if !self.pay(size_of::<Cell>().saturating_add(text_len)) {
            return false;
        }
        sheet.cells.push(Cell { row, column, formula: None, value });
        true
    }

    /// The text of a formula as it is kept: no longer than its bytes, paid for.
    pub(super) fn formula(&mut self, text: &str) -> Option<String> {
        self.pay(text.len()).then(|| text.to_owned())
    }

    pub(super) fn tell(&mut self, kind: ProblemKind, place: &str, detail: impl Into<String>) {
        self.push(Problem::new(kind, place, detail));
    }

    pub(super) fn tell_limit(&mut self, name: &str, value: u64) {
        self.push(Problem::limit(self.place.clone(), name, value));
    }

    /// Tells of a formula that is too long. What it cost until that was seen is paid for: a few tokens can make many
    /// long ones.
    pub(super) fn tell_too_long(&mut self) {
        let limit = self.limits.text_bytes_max;
        self.tell_limit("text_bytes_max", limit as u64);
        self.pay(limit);
    }

    /// Adds a problem once: hostile files repeat themselves.
    pub(super) fn push(&mut self, problem: Problem) {
        const PROBLEMS_MAX: usize = 64;
        if self.problems.len() < PROBLEMS_MAX && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// Puts cells in order of rows and then columns; of two cells in one place the later one counts, as in Excel.
pub(super) fn in_order(cells: &mut Vec<Cell>) {
    let is_in_order = cells.is_sorted_by(|a, b| (a.row, a.column) < (b.row, b.column));
    if !is_in_order {
        cells.sort_by_key(|cell| (cell.row, cell.column));
        cells.dedup_by(|later, earlier| {
            let is_same = (later.row, later.column) == (earlier.row, earlier.column);
            if is_same {
                std::mem::swap(later, earlier);
            }
            is_same
        });
    }
}
