//! The operands of binary formulas: numbers, texts, references, names, arrays.

use super::super::fields::{Fields, push_low_bytes, push_utf_16};
use super::super::reference::{Corner, push_area};
use super::{Fault, Scope, Version};
use crate::office::vba::decode_code_page;
use std::fmt::Write as _;

/// Reads operands of one formula.
pub(super) struct Operands<'s, 'x> {
    pub(super) scope: &'s Scope,
    /// Row and column of the cell: relative references of shared formulas count from here.
    pub(super) base: (u32, u32),
    /// What stands behind the tokens.
    pub(super) extra: Fields<'x>,
}

impl Operands<'_, '_> {
    /// PtgExp and PtgTbl: the formula stands at another cell.
    pub(super) fn shared(&self, tokens: &mut Fields<'_>) -> Option<Fault> {
        if self.scope.version == Version::Biff12 {
            // The column stands behind the tokens (MS-XLSB 2.5.97.23).
            let row = tokens.u32()?;
            let column = self.extra.clone().u32().unwrap_or(u32::MAX);
            return Some(Fault::Shared(row, column));
        }
        let row = u32::from(tokens.u16()?);
        Some(Fault::Shared(row, u32::from(tokens.u16()?)))
    }

    /// Writes an operand; `Some(false)` for a token that is none and only to be passed over.
    pub(super) fn write(&mut self, token: u8, tokens: &mut Fields<'_>, out: &mut String) -> Option<bool> {
        let version = self.scope.version;
        let is_12 = version == Version::Biff12;
        match token {
            0x16 => {}
            0x17 => self.text(tokens, out)?,
            0x18 => self.extended(tokens, out)?,
            0x1A => return tokens.take(if is_12 { 0 } else { 10 }).map(|_| false),
            0x1B => return tokens.take(if is_12 { 0 } else { 4 }).map(|_| false),
            0x1C => out.push_str(error_text(tokens.u8()?)),
            0x1D => out.push_str(if tokens.u8()? == 0 { "FALSE" } else { "TRUE" }),
            0x1E => {
                let _ = write!(out, "{}", tokens.u16()?);
            }
            0x1F => push_number(out, tokens.f64()?),
            0x20 => {
                tokens.take(if is_12 { 14 } else { 7 })?;
                self.array(out)?;
            }
            0x23 => self.name(tokens, out)?,
            0x24 => self.cell(tokens, false, out)?,
            0x25 => self.area(tokens, false, out)?,
            0x26 => {
                tokens.take(6)?;
                self.pass_cached_areas()?;
                return Some(false);
            }
            0x27 | 0x28 => return tokens.take(6).map(|_| false),
            0x29 | 0x2E | 0x2F => return tokens.take(2).map(|_| false),
            0x2A => {
                tokens.take(self.cell_len())?;
                out.push_str("#REF!");
            }
            0x2B => {
                tokens.take(self.area_len())?;
                out.push_str("#REF!");
            }
            0x2C => self.cell(tokens, true, out)?,
            0x2D => self.area(tokens, true, out)?,
            0x39 => self.foreign_name(tokens, out)?,
            0x3A | 0x3C => self.foreign(tokens, false, token == 0x3C, out)?,
            0x3B | 0x3D => self.foreign(tokens, true, token == 0x3D, out)?,
            _ => return None,
        }
        Some(true)
    }

    fn cell_len(&self) -> usize {
        match self.scope.version {
            Version::Biff5 => 3,
            Version::Biff8 => 4,
            Version::Biff12 => 6,
        }
    }

    fn area_len(&self) -> usize {
        self.cell_len().saturating_mul(2)
    }

    /// PtgStr (MS-XLS 2.5.198.89, MS-XLSB 2.5.97.81).
    fn text(&self, tokens: &mut Fields<'_>, out: &mut String) -> Option<()> {
        let mut text = String::new();
        match self.scope.version {
            Version::Biff12 => push_utf_16(double(tokens)?, &mut text),
            Version::Biff8 => short_text(tokens, &mut text)?,
            Version::Biff5 => {
                let len = usize::from(tokens.u8()?);
                text = decode_code_page(self.scope.code_page, tokens.take(len)?.to_vec());
            }
        }
        push_literal(out, &text);
        Some(())
    }

    /// Tokens that start with 0x18: labels of cells in natural-language formulas, tables.
    fn extended(&self, tokens: &mut Fields<'_>, out: &mut String) -> Option<()> {
        const TABLE: u8 = 0x19;
        let kind = tokens.u8()?;
        if kind == TABLE {
            tokens.take(12)?;
            out.push_str("#TABLE");
            return Some(());
        }
        let row = u32::from(tokens.u16()?);
        let column = u32::from(tokens.u16()?) & 0x3FFF;
        Corner { row, column, row_is_relative: true, column_is_relative: true }.push(out);
        Some(())
    }

    fn name(&self, tokens: &mut Fields<'_>, out: &mut String) -> Option<()> {
        let number = if self.scope.version == Version::Biff5 {
            let number = tokens.len16()?;
            tokens.take(12)?;
            number
        } else {
            tokens.len32()?
        };
        if !self.scope.push_name(number, out) {
            out.push_str("#NAME?");
        }
        Some(())
    }

    fn foreign_name(&self, tokens: &mut Fields<'_>, out: &mut String) -> Option<()> {
        let (row, number) = if self.scope.version == Version::Biff5 {
            let row = tokens.len16()?;
            tokens.take(8)?;
            let number = tokens.len16()?;
            tokens.take(12)?;
            (row.wrapping_sub(1), number)
        } else {
            (tokens.len16()?, tokens.len32()?)
        };
        if !self.scope.push_foreign_name(row, number, out) {
            out.push_str("#NAME?");
        }
        Some(())
    }

    /// A reference to another sheet.
    fn foreign(&self, tokens: &mut Fields<'_>, is_area: bool, is_gone: bool, out: &mut String) -> Option<()> {
        let start = out.len();
        let has_sheet = if self.scope.version == Version::Biff5 {
            self.old_prefix(tokens, out)?
        } else {
            self.scope.push_prefix(tokens.len16()?, out)
        };
        if is_gone {
            tokens.take(if is_area { self.area_len() } else { self.cell_len() })?;
            out.push_str("#REF!");
            return Some(());
        }
        if is_area {
            self.area(tokens, false, out)?;
        } else {
            self.cell(tokens, false, out)?;
        }
        if !has_sheet {
            out.truncate(start);
            out.push_str("#REF!");
        }
        Some(())
    }

    /// Before BIFF8 references carry the numbers of the sheets themselves; a negative index means this workbook.
    fn old_prefix(&self, tokens: &mut Fields<'_>, out: &mut String) -> Option<bool> {
        let index = tokens.u16()?.cast_signed();
        tokens.take(8)?;
        let first = tokens.len16()?;
        tokens.u16()?;
        if index < 0 {
            let Some(sheet) = self.scope.sheets.get(first) else { return Some(false) };
            super::super::push_sheet(out, sheet);
            out.push('!');
            return Some(true);
        }
        let row = usize::from(index.unsigned_abs()).checked_sub(1);
        Some(row.is_some_and(|row| self.scope.push_prefix(row, out)))
    }

    fn cell(&self, tokens: &mut Fields<'_>, is_offset: bool, out: &mut String) -> Option<()> {
        let (row, column) = match self.scope.version {
            Version::Biff5 => (u32::from(tokens.u16()?), u16::from(tokens.u8()?)),
            Version::Biff8 => (u32::from(tokens.u16()?), tokens.u16()?),
            Version::Biff12 => (tokens.u32()?, tokens.u16()?),
        };
        self.corner(row, column, is_offset).push(out);
        Some(())
    }

    fn area(&self, tokens: &mut Fields<'_>, is_offset: bool, out: &mut String) -> Option<()> {
        let mut rows = [0_u32; 2];
        for row in &mut rows {
            *row =
                if self.scope.version == Version::Biff12 { tokens.u32()? } else { u32::from(tokens.u16()?) };
        }
        let mut columns = [0_u16; 2];
        for column in &mut columns {
            *column =
                if self.scope.version == Version::Biff5 { u16::from(tokens.u8()?) } else { tokens.u16()? };
        }
        let [first, last] = [0, 1].map(|at: usize| {
            let row = rows.get(at).copied().unwrap_or_default();
            self.corner(row, columns.get(at).copied().unwrap_or_default(), is_offset)
        });
        push_area(out, first, last, self.scope.version.rows(), self.scope.version.columns());
        Some(())
    }

    /// Takes the two flags out of a row and a column (MS-XLS 2.5.198.105), and adds the place of the cell where
    /// they are offsets.
    fn corner(&self, row: u32, column: u16, is_offset: bool) -> Corner {
        let version = self.scope.version;
        // Before BIFF8 the flags stand with the row.
        let flags = if version == Version::Biff5 { row } else { u32::from(column) };
        let (row, column) = if version == Version::Biff5 {
            (row & 0x3FFF, u32::from(column))
        } else {
            (row, u32::from(column & 0x3FFF))
        };
        let mut corner = Corner {
            row,
            column,
            row_is_relative: flags & 0x8000 != 0,
            column_is_relative: flags & 0x4000 != 0,
        };
        if is_offset && corner.row_is_relative {
            corner.row = row.wrapping_add(self.base.0) & (version.rows() - 1);
        }
        if is_offset && corner.column_is_relative {
            corner.column = column.wrapping_add(self.base.1) & (version.columns() - 1);
        }
        corner
    }

    /// PtgExtraMem (MS-XLS 2.5.198.104): areas that were worked out before; the tokens that made them follow.
    fn pass_cached_areas(&mut self) -> Option<()> {
        let (count, len) = if self.scope.version == Version::Biff12 {
            (self.extra.len32()?, 16)
        } else {
            (self.extra.len16()?, if self.scope.version == Version::Biff5 { 6 } else { 8 })
        };
        self.extra.take(count.checked_mul(len)?).map(|_| ())
    }

    /// PtgExtraArray (MS-XLS 2.5.198.59, MS-XLSB 2.5.97.19). The array ends where its elements do, whatever size
    /// it claims.
    fn array(&mut self, out: &mut String) -> Option<()> {
        let (columns, rows) = if self.scope.version == Version::Biff12 {
            let rows = self.extra.len32()?;
            (self.extra.len32()?, rows)
        } else {
            let columns = usize::from(self.extra.u8()?) + 1;
            (columns, self.extra.len16()?.saturating_add(1))
        };
        out.push('{');
        'rows: for row in 0..rows {
            for column in 0..columns {
                if self.extra.is_empty() {
                    break 'rows;
                }
                if (row, column) != (0, 0) {
                    out.push(if column == 0 { ';' } else { ',' });
                }
                self.element(out)?;
            }
            if columns == 0 {
                break;
            }
        }
        out.push('}');
        Some(())
    }

    fn element(&mut self, out: &mut String) -> Option<()> {
        if self.scope.version == Version::Biff12 {
            match self.extra.u8()? {
                0 => push_number(out, self.extra.f64()?),
                1 => {
                    let mut text = String::new();
                    push_utf_16(double(&mut self.extra)?, &mut text);
                    push_literal(out, &text);
                }
                2 => out.push_str(if self.extra.u8()? == 0 { "FALSE" } else { "TRUE" }),
                _ => {
                    out.push_str(error_text(self.extra.u8()?));
                    self.extra.take(3)?;
                }
            }
            return Some(());
        }
        match self.extra.u8()? {
            1 => push_number(out, self.extra.f64()?),
            2 => {
                let mut text = String::new();
                if self.scope.version == Version::Biff5 {
                    let len = usize::from(self.extra.u8()?);
                    text = decode_code_page(self.scope.code_page, self.extra.take(len)?.to_vec());
                } else {
                    let len = self.extra.len16()?;
                    let is_wide = self.extra.u8()? & 1 != 0;
                    push_characters(self.extra.take(len << u8::from(is_wide))?, is_wide, &mut text);
                }
                push_literal(out, &text);
            }
            kind => {
                let value = self.extra.take(8)?.first().copied()?;
                match kind {
                    4 => out.push_str(if value == 0 { "FALSE" } else { "TRUE" }),
                    16 => out.push_str(error_text(value)),
                    _ => {}
                }
            }
        }
        Some(())
    }
}

/// UTF-16 behind a count of characters.
fn double<'a>(fields: &mut Fields<'a>) -> Option<&'a [u8]> {
    let len = fields.len16()?;
    fields.take(len.checked_mul(2)?)
}

/// ShortXLUnicodeString (MS-XLS 2.5.240).
fn short_text(fields: &mut Fields<'_>, text: &mut String) -> Option<()> {
    let len = usize::from(fields.u8()?);
    let is_wide = fields.u8()? & 1 != 0;
    push_characters(fields.take(len << u8::from(is_wide))?, is_wide, text);
    Some(())
}

fn push_characters(bytes: &[u8], is_wide: bool, text: &mut String) {
    if is_wide { push_utf_16(bytes, text) } else { push_low_bytes(bytes, text) }
}

/// Writes a text in quotes; quotes in it are doubled.
fn push_literal(out: &mut String, text: &str) {
    out.push('"');
    for (at, piece) in text.split('"').enumerate() {
        if at > 0 {
            out.push_str("\"\"");
        }
        out.push_str(piece);
    }
    out.push('"');
}

/// Writes a number as formulas do: shortest, with an exponent where it would be long.
fn push_number(out: &mut String, number: f64) {
    let size = number.abs();
    let _ = if size != 0.0 && !(1e-9..1e20).contains(&size) {
        write!(out, "{}", format!("{number:E}").replace('E', if size >= 1.0 { "E+" } else { "E" }))
    } else {
        write!(out, "{number}")
    };
}

/// BErr (MS-XLS 2.5.10).
fn error_text(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2B => "#GETTING_DATA",
        _ => "#N/A",
    }
}
