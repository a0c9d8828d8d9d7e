//! References of formulas: cells and ranges, in the style `A1` or `R1C1`, on a sheet or on that of the formula.

use super::formula::{Style, is_word};
use crate::office::{COLUMNS_MAX, ROWS_MAX, column_number};
use std::rc::Rc;

/// A cell by the index of its sheet, its row and its column, all from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) sheet: usize,
    pub(super) column: u32,
    pub(super) row: u32,
}

/// Cells from one corner to the other, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) first: Place,
    pub(super) last_row: u32,
    pub(super) last_column: u32,
}

impl Range {
    pub(super) fn of(place: Place) -> Self {
        Self { first: place, last_row: place.row, last_column: place.column }
    }

    pub(super) fn is_cell(self) -> bool {
        self.rows() == 1 && self.columns() == 1
    }

    pub(super) fn rows(self) -> u32 {
        self.last_row.saturating_sub(self.first.row).saturating_add(1)
    }

    pub(super) fn columns(self) -> u32 {
        self.last_column.saturating_sub(self.first.column).saturating_add(1)
    }

    /// The range between two places of one sheet, whichever corner comes first.
    pub(super) fn between(a: Place, b: Place) -> Self {
        Self {
            first: Place { sheet: a.sheet, row: a.row.min(b.row), column: a.column.min(b.column) },
            last_row: a.row.max(b.row),
            last_column: a.column.max(b.column),
        }
    }
}

/// A row or a column as written: where it is, or how far from the formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) at: i64,
    pub(super) is_offset: bool,
}

impl Axis {
    fn fixed(at: u32) -> Self {
        Self { at: i64::from(at), is_offset: false }
    }

    /// Where it is, seen from the formula. Beyond the edge it goes on at the other side, as in Excel.
    fn resolved(self, base: u32, max: u32) -> u32 {
        let at = if self.is_offset { self.at.saturating_add(i64::from(base)) } else { self.at };
        u32::try_from(at.rem_euclid(i64::from(max))).unwrap_or_default()
    }
}

/// One corner of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Corner {
    pub(super) row: Axis,
    pub(super) column: Axis,
}

/// A reference as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The sheet by name; empty for the active one, `None` for that of the formula.
    pub(super) sheet: Option<Rc<str>>,
    pub(super) first: Corner,
    pub(super) last: Option<Corner>,
}

/// What one end of a reference can be.
enum End {
    Cell(Corner),
    Row(Axis),
    Column(Axis),
}

impl Target {
    /// Reads a reference at the start of a text; `None` when there is none.
    pub(super) fn read(text: &str, sheet: Option<Rc<str>>, style: Style) -> Option<(Self, &str)> {
        let styles = if style == Style::R1C1 { [Style::R1C1, Style::A1] } else { [Style::A1, Style::R1C1] };
        styles.into_iter().find_map(|style| Self::read_style(text, sheet.clone(), style))
    }

    fn read_style(text: &str, sheet: Option<Rc<str>>, style: Style) -> Option<(Self, &str)> {
        let end = |text| if style == Style::A1 { a1(text) } else { r1c1(text) };
        let (first, rest) = end(text)?;
        let second = rest.strip_prefix(':').and_then(|after| {
            // `A1:Macro1!B2` names the sheet again.
            let after = after
                .rsplit_once('!')
                .filter(|(name, _)| name.chars().all(is_word))
                .map_or(after, |(_, r)| r);
            end(after)
        });
        let (first, last, rest) = match (first, second) {
            (End::Cell(first), Some((End::Cell(last), rest))) => (first, Some(last), rest),
            (End::Cell(first), _) => (first, None, rest),
            (End::Row(first), Some((End::Row(last), rest))) => {
                let [left, right] = [0, COLUMNS_MAX - 1].map(Axis::fixed);
                (Corner { row: first, column: left }, Some(Corner { row: last, column: right }), rest)
            }
            (End::Column(first), Some((End::Column(last), rest))) => {
                let [top, bottom] = [0, ROWS_MAX - 1].map(Axis::fixed);
                (Corner { row: top, column: first }, Some(Corner { row: bottom, column: last }), rest)
            }
            _ => return None,
        };
        if rest.starts_with(|c: char| is_word(c) || c == '!') {
            return None;
        }
        Some((Self { sheet, first, last }, rest))
    }

    /// The range it means in a formula that stands at `base`, on a sheet that is known by now.
    pub(super) fn resolved(&self, sheet: usize, base: Place) -> Range {
        let place = |corner: Corner| Place {
            sheet,
            row: corner.row.resolved(base.row, ROWS_MAX),
            column: corner.column.resolved(base.column, COLUMNS_MAX),
        };
        let first = place(self.first);
        Range::between(first, self.last.map_or(first, place))
    }
}

/// `$A$1`, `A`, `12`.
fn a1(text: &str) -> Option<(End, &str)> {
    let bare = text.strip_prefix('$').unwrap_or(text);
    let letters_end = bare.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(bare.len());
    let (letters, rest) = bare.split_at_checked(letters_end)?;
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if letters.is_empty() {
        let (row, rest) = bare.split_at_checked(digits(bare))?;
        return Some((End::Row(Axis::fixed(row_number(row)?)), rest));
    }
    let column = Axis::fixed(column_number(letters)?);
    let below = rest.strip_prefix('$').unwrap_or(rest);
    let (row, after) = below.split_at_checked(digits(below))?;
    if row.is_empty() {
        return Some((End::Column(column), rest));
    }
    Some((End::Cell(Corner { row: Axis::fixed(row_number(row)?), column }), after))
}

fn row_number(digits: &str) -> Option<u32> {
    digits.parse::<u32>().ok()?.checked_sub(1).filter(|row| *row < ROWS_MAX)
}

/// `R1C1`, `R[-1]C`, `R2`, `C[3]`.
fn r1c1(text: &str) -> Option<(End, &str)> {
    let row = text.strip_prefix(['R', 'r']).and_then(|rest| axis(rest, ROWS_MAX));
    let rest = row.map_or(text, |(_, rest)| rest);
    let column = rest.strip_prefix(['C', 'c']).and_then(|rest| axis(rest, COLUMNS_MAX));
    match (row, column) {
        (Some((row, _)), Some((column, rest))) => Some((End::Cell(Corner { row, column }), rest)),
        (Some((row, rest)), None) => Some((End::Row(row), rest)),
        (None, Some((column, rest))) => Some((End::Column(column), rest)),
        (None, None) => None,
    }
}

/// A number from 1, an offset in brackets, or nothing: here.
fn axis(text: &str, max: u32) -> Option<(Axis, &str)> {
    if let Some(inside) = text.strip_prefix('[') {
        let (number, rest) = inside.split_once(']')?;
        let at: i64 = number.trim().parse().ok().filter(|at: &i64| at.unsigned_abs() < u64::from(max))?;
        return Some((Axis { at, is_offset: true }, rest));
    }
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    if digits.is_empty() {
        return Some((Axis { at: 0, is_offset: true }, rest));
    }
    let at = digits.parse::<u32>().ok()?.checked_sub(1).filter(|at| *at < max)?;
    Some((Axis::fixed(at), rest))
}
