//! Sheets and shared strings of binary workbooks.

use super::super::fields::{Fields, rk_number};
use super::super::keep::{Keep, in_order};
use super::super::ptg::{Decompiler, Fault};
use super::super::{CellValue, Sheet};
use super::Texts;
use super::binary::{Record, Records, formula, wide_text};
use crate::ProblemKind;
use std::collections::HashMap;

/// Records of cells (MS-XLSB 2.3.2). A short one stands in the column behind the cell before it.
const ROW: u16 = 0;
const CELLS: std::ops::RangeInclusive<u16> = 1..=11;
const SHORT_CELLS: std::ops::RangeInclusive<u16> = 12..=18;
const RICH_TEXT: u16 = 62;
const ARRAY_FORMULA: u16 = 426;
const SHARED_FORMULA: u16 = 427;
/// A shared string.
const STRING_ITEM: u16 = 19;

/// Characters of one text of a cell.
const TEXT_CHARACTERS_MAX: usize = 32_767;

/// Reads the shared strings.
pub(super) fn texts(part: &[u8]) -> Texts {
    let mut texts = Texts::default();
    for record in Records::new(part).filter(|record| record.id == STRING_ITEM) {
        let mut fields = Fields::new(record.body);
        fields.u8();
        let _ = wide_text(&mut fields, TEXT_CHARACTERS_MAX, &mut texts.all);
        if !texts.end() {
            break;
        }
    }
    texts
}

/// A formula as tokens, and what stands behind them.
type Tokens<'a> = (&'a [u8], &'a [u8]);

/// One sheet while it is read.
struct Open<'a, 's, 'd> {
    sheet: &'s mut Sheet,
    texts: &'a Texts,
    decompiler: &'s mut Decompiler<'d>,
    row: u32,
    column: u32,
    shared: HashMap<(u32, u32), Tokens<'a>>,
    pending: Vec<(usize, (u32, u32))>,
    text: String,
}

/// Reads the cells of a sheet.
pub(super) fn read(
    part: &[u8],
    texts: &Texts,
    decompiler: &mut Decompiler<'_>,
    sheet: &mut Sheet,
    keep: &mut Keep<'_>,
) {
    let mut open = Open {
        sheet,
        texts,
        decompiler,
        row: 0,
        column: 0,
        shared: HashMap::new(),
        pending: Vec::new(),
        text: String::new(),
    };
    for record in Records::new(part) {
        if keep.is_spent() {
            break;
        }
        if open.record(record, keep).is_none() {
            let detail = format!("a cell record {} is cut short", record.id);
            keep.tell(ProblemKind::Malformed, &open.sheet.name, detail);
        }
    }
    open.fill_shared(keep);
    in_order(&mut open.sheet.cells);
}

impl<'a> Open<'a, '_, '_> {
    fn record(&mut self, record: Record<'a>, keep: &mut Keep<'_>) -> Option<()> {
        let mut fields = Fields::new(record.body);
        match record.id {
            ROW => {
                self.row = fields.u32()?;
                self.column = 0;
            }
            RICH_TEXT => {
                self.place(&mut fields, false)?;
                fields.u8()?;
                let value = text(&mut fields)?;
                keep.cell(self.sheet, self.row, self.column, value);
            }
            id if CELLS.contains(&id) => {
                self.place(&mut fields, false)?;
                self.cell(id, &mut fields, keep)?;
            }
            id if SHORT_CELLS.contains(&id) => {
                self.place(&mut fields, true)?;
                // The same kinds in the same order.
                self.cell(id - 11, &mut fields, keep)?;
            }
            SHARED_FORMULA | ARRAY_FORMULA => {
                let row = fields.u32()?;
                fields.u32()?;
                let column = fields.u32()?;
                fields.u32()?;
                if record.id == ARRAY_FORMULA {
                    fields.u8()?;
                }
                let formula = formula(&mut fields)?;
                self.shared.insert((row, column), formula);
                self.shared.entry((self.row, self.column)).or_insert(formula);
            }
            _ => {}
        }
        Some(())
    }

    fn place(&mut self, fields: &mut Fields<'_>, is_short: bool) -> Option<()> {
        self.column = if is_short { self.column.saturating_add(1) } else { fields.u32()? };
        fields.u32().map(|_| ())
    }

    fn cell(&mut self, id: u16, fields: &mut Fields<'a>, keep: &mut Keep<'_>) -> Option<()> {
        const FIRST_WITH_FORMULA: u16 = 8;
        let value = match id {
            2 => CellValue::Number(rk_number(fields.u32()?)),
            3 | 11 => {
                fields.u8()?;
                CellValue::Error
            }
            4 | 10 => CellValue::Bool(fields.u8()? != 0),
            5 | 9 => CellValue::Number(fields.f64()?),
            6 | 8 => text(fields)?,
            7 => CellValue::Text(self.texts.get(fields.len32()?).unwrap_or_default().to_owned()),
            _ => return Some(()),
        };
        if !keep.cell(self.sheet, self.row, self.column, value) || id < FIRST_WITH_FORMULA {
            return Some(());
        }
        fields.u16()?;
        let (tokens, extra) = formula(fields)?;
        let index = self.sheet.cells.len().checked_sub(1)?;
        self.text.clear();
        match self.decompiler.write(tokens, extra, (self.row, self.column), &mut self.text) {
            Err(Fault::Shared(row, column)) => {
                let column = if column == u32::MAX { self.column } else { column };
                self.pending.push((index, (row, column)));
            }
            result => self.keep_formula(index, result, keep),
        }
        Some(())
    }

    fn keep_formula(&mut self, index: usize, result: Result<(), Fault>, keep: &mut Keep<'_>) {
        match result {
            Ok(()) => {
                if let Some(cell) = self.sheet.cells.get_mut(index) {
                    cell.formula = keep.formula(&self.text);
                }
            }
            Err(Fault::TooLong) => keep.tell_too_long(),
            Err(_) => keep.tell(ProblemKind::Malformed, &self.sheet.name, "a formula could not be read"),
        }
    }

    /// Gives the cells of shared and array formulas their text.
    fn fill_shared(&mut self, keep: &mut Keep<'_>) {
        for (index, place) in std::mem::take(&mut self.pending) {
            let Some((tokens, extra)) = self.shared.get(&place) else { continue };
            // Working through the tokens costs as much as they are long, whatever comes out.
            if !keep.pay(tokens.len()) {
                break;
            }
            let Some(cell) = self.sheet.cells.get(index) else { continue };
            self.text.clear();
            let result = self.decompiler.write(tokens, extra, (cell.row, cell.column), &mut self.text);
            self.keep_formula(index, result, keep);
        }
    }
}

fn text(fields: &mut Fields<'_>) -> Option<CellValue> {
    let mut text = String::new();
    wide_text(fields, TEXT_CHARACTERS_MAX, &mut text)?;
    Some(CellValue::Text(text))
}
