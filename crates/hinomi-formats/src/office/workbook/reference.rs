//! References as formulas write them: `$A$1`, `B2:C3`, `'My sheet'!A1`.

use std::fmt::Write as _;

/// Rows of a sheet since Excel 2007.
pub(crate) const ROWS_MAX: u32 = 1 << 20;
/// Columns of a sheet since Excel 2007.
pub(crate) const COLUMNS_MAX: u32 = 1 << 14;

/// One end of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Corner {
    /// From 0.
    pub(super) row: u32,
    /// From 0.
    pub(super) column: u32,
    pub(super) row_is_relative: bool,
    pub(super) column_is_relative: bool,
}

impl Corner {
    /// Writes the cell.
    pub(super) fn push(self, out: &mut String) {
        self.push_column(out);
        self.push_row(out);
    }

    fn push_column(self, out: &mut String) {
        if !self.column_is_relative {
            out.push('$');
        }
        push_column(out, self.column);
    }

    fn push_row(self, out: &mut String) {
        if !self.row_is_relative {
            out.push('$');
        }
        let _ = write!(out, "{}", u64::from(self.row) + 1);
    }
}

/// Writes a range. One that spans all rows is written by its columns, and the other way round.
pub(super) fn push_area(out: &mut String, first: Corner, last: Corner, rows: u32, columns: u32) {
    if first.row == 0 && last.row.checked_add(1) == Some(rows) {
        first.push_column(out);
        out.push(':');
        last.push_column(out);
    } else if first.column == 0 && last.column.checked_add(1) == Some(columns) {
        first.push_row(out);
        out.push(':');
        last.push_row(out);
    } else {
        first.push(out);
        out.push(':');
        last.push(out);
    }
}

/// Writes a cell, from 0, as `$A$1`.
pub(crate) fn push_cell(out: &mut String, row: u32, column: u32) {
    Corner { row, column, row_is_relative: false, column_is_relative: false }.push(out);
}

/// Writes the letters of a column, from 0.
pub(super) fn push_column(out: &mut String, column: u32) {
    let mut letters = [0_u8; 8];
    let mut rest = u64::from(column) + 1;
    let mut len = 0;
    for letter in letters.iter_mut().rev() {
        if rest == 0 {
            break;
        }
        rest -= 1;
        *letter = b'A' + u8::try_from(rest % 26).unwrap_or_default();
        rest /= 26;
        len += 1;
    }
    out.extend(letters.iter().rev().take(len).rev().map(|letter| char::from(*letter)));
}

/// The column of its letters, from 0; `None` when they are none or lie beyond the sheet.
pub(crate) fn column_number(letters: &str) -> Option<u32> {
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let number = letters.bytes().try_fold(0_u32, |number, letter| {
        letter.is_ascii_alphabetic().then(|| number * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    })?;
    number.checked_sub(1).filter(|column| *column < COLUMNS_MAX)
}

/// Writes a sheet's name, in quotes where formulas need them, without the `!`.
pub(crate) fn push_sheet(out: &mut String, name: &str) {
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']'))
        && !name.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && !looks_like_cell(name);
    if is_plain && !name.is_empty() {
        out.push_str(name);
        return;
    }
    out.push('\'');
    for c in name.chars() {
        if c == '\'' {
            out.push('\'');
        }
        out.push(c);
    }
    out.push('\'');
}

/// Whether a name would read as a cell: `A1`, `RC`, `R1C1`.
fn looks_like_cell(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let letters = upper.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_a1 = letters.len() < upper.len() && column_number(letters).is_some();
    let is_r1c1 = upper.strip_prefix('R').is_some_and(|rest| {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.is_empty() || rest.strip_prefix('C').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    });
    is_a1 || is_r1c1 || upper == "C"
}
