//! Shared formulas in XML are written once, for their first cell: the others move its relative references.

use super::super::reference::{Corner, push_column};
use super::super::{COLUMNS_MAX, ROWS_MAX, column_number};

/// The formula with its relative references moved by rows and columns.
pub(super) fn shifted(formula: &str, by: (i64, i64)) -> String {
    let mut out = String::with_capacity(formula.len());
    let mut rest = formula;
    while let Some(first) = rest.chars().next() {
        let len = match first {
            // Texts and quoted sheet names stand as they are; a doubled quote in one starts the next.
            '"' | '\'' => rest.get(1..).and_then(|inside| inside.find(first)).map_or(rest.len(), |at| at + 2),
            '[' => rest.find(']').map_or(rest.len(), |at| at + 1),
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at_checked(len).unwrap_or((rest, ""));
        if let Some((moved, after)) = whole_lines(rest, by) {
            out.push_str(&moved);
            rest = after;
            continue;
        }
        // A name in front of `(` is a function, in front of `!` a sheet.
        let reference = (!after.starts_with(['(', '!', '['])).then(|| read(piece)).flatten();
        match reference {
            Some(reference) => moved(reference, by).push(&mut out),
            None => out.push_str(piece),
        }
        rest = after;
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '$' | '_' | '.' | '\\' | '?')
}

/// A range of whole columns or rows at the start of the text, moved, and what stands behind it.
fn whole_lines(text: &str, by: (i64, i64)) -> Option<(String, &str)> {
    let (first, rest) = line_end(text)?;
    let rest = rest.strip_prefix(':')?;
    let (last, rest) = line_end(rest)?;
    if rest.starts_with(|c| is_word(c) || matches!(c, '(' | '!')) {
        return None;
    }
    let mut moved = String::new();
    for (at, end) in [first, last].into_iter().enumerate() {
        if at > 0 {
            moved.push(':');
        }
        let (fixed, bare) = end.strip_prefix('$').map_or(("", end), |bare| ("$", bare));
        moved.push_str(fixed);
        match (column_number(bare), bare.parse::<u32>().ok().and_then(|row| row.checked_sub(1))) {
            (Some(column), None) => {
                push_column(&mut moved, along(column, fixed.is_empty(), by.1, COLUMNS_MAX))
            }
            (None, Some(row)) => {
                let row = along(row, fixed.is_empty(), by.0, ROWS_MAX);
                moved.push_str(&row.saturating_add(1).to_string());
            }
            _ => return None,
        }
    }
    Some((moved, rest))
}

/// `$A` or `12`, and what stands behind it.
fn line_end(text: &str) -> Option<(&str, &str)> {
    let bare = text.strip_prefix('$').unwrap_or(text);
    let len = match bare.chars().next()? {
        c if c.is_ascii_digit() => bare.find(|c: char| !c.is_ascii_digit()),
        c if c.is_ascii_alphabetic() => bare.find(|c: char| !c.is_ascii_alphabetic()),
        _ => return None,
    };
    text.split_at_checked(text.len() - bare.len() + len.unwrap_or(bare.len()))
}

/// The cell a word names; `None` when it names none.
fn read(piece: &str) -> Option<Corner> {
    let (column_is_relative, rest) = piece.strip_prefix('$').map_or((true, piece), |rest| (false, rest));
    let letters_end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (letters, digits) = rest.split_at_checked(letters_end)?;
    let column = column_number(letters);
    let (row_is_relative, digits) = digits.strip_prefix('$').map_or((true, digits), |rest| (false, rest));
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let row = digits.parse::<u32>().ok()?.checked_sub(1).filter(|row| *row < ROWS_MAX)?;
    Some(Corner { row, column: column?, row_is_relative, column_is_relative })
}

fn moved(corner: Corner, by: (i64, i64)) -> Corner {
    Corner {
        row: along(corner.row, corner.row_is_relative, by.0, ROWS_MAX),
        column: along(corner.column, corner.column_is_relative, by.1, COLUMNS_MAX),
        ..corner
    }
}

/// A row or column moved, when it is relative; round the edge of the sheet, as Excel does.
fn along(at: u32, is_relative: bool, by: i64, max: u32) -> u32 {
    let moved = if is_relative { i64::from(at).saturating_add(by) } else { i64::from(at) };
    u32::try_from(moved.rem_euclid(i64::from(max))).unwrap_or_default()
}
