//! The cells of one sheet's substream.

use super::super::fields::{Fields, rk_number};
use super::super::keep::{Keep, in_order};
use super::super::ptg::{Decompiler, Fault};
use super::super::{CellValue, Sheet};
use super::globals::Globals;
use super::texts::{self, Texts};
use super::{CONTINUE, EOF, Record, Records, is_bof};
use crate::{Problem, ProblemKind};
use std::collections::HashMap;

/// Records of cells (MS-XLS 2.3.1); those with two numbers differ between versions.
const FORMULA: u16 = 0x0006;
const OLD_FORMULAS: [u16; 2] = [0x0206, 0x0406];
const MULRK: u16 = 0x00BD;
const RSTRING: u16 = 0x00D6;
const LABELSST: u16 = 0x00FD;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOLERR: u16 = 0x0205;
const STRING: u16 = 0x0207;
const ARRAY: u16 = 0x0221;
const RK: u16 = 0x027E;
const SHRFMLA: u16 = 0x04BC;

/// Reads sheets of one stream.
pub(super) struct Reader<'a> {
    stream: &'a [u8],
    globals: &'a Globals<'a>,
    texts: &'a Texts,
    decompiler: Decompiler<'a>,
    /// Bytes of records that may still be read. Sheets do not overlap in a file that is not hostile.
    left: usize,
    text: String,
}

/// A formula that stands once for many cells.
type Shared<'a> = HashMap<(u32, u32), (&'a [u8], &'a [u8])>;

/// One sheet while it is read.
struct Open<'a, 's> {
    sheet: &'s mut Sheet,
    shared: Shared<'a>,
    /// Cells whose formula stands elsewhere: their index, and where.
    pending: Vec<(usize, (u32, u32))>,
    /// The formula cell read last: the text of its value follows in a record of its own.
    last: Option<usize>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        stream: &'a [u8],
        globals: &'a Globals<'a>,
        texts: &'a Texts,
        decompiler: Decompiler<'a>,
    ) -> Self {
        let left = stream.len().saturating_mul(2);
        Self { stream, globals, texts, decompiler, left, text: String::new() }
    }

    /// Reads the sheet whose substream begins at `offset`.
    pub(super) fn read(&mut self, offset: usize, sheet: &mut Sheet, keep: &mut Keep<'_>) {
        let mut records = Records::new(self.stream.get(offset..).unwrap_or_default());
        if !records.peek_id().is_some_and(is_bof) {
            keep.tell(ProblemKind::Malformed, &sheet.name, "the sheet is not where the workbook says");
            return;
        }
        let mut open = Open { sheet, shared: Shared::new(), pending: Vec::new(), last: None };
        let mut depth = 0_u32;
        let mut before = records.left();
        let mut has_end = false;
        while let Some(record) = records.next() {
            let read = before.saturating_sub(records.left());
            before = records.left();
            let Some(left) = self.left.checked_sub(read) else {
                let detail = "sheets overlap in the stream";
                keep.push(Problem::circle(open.sheet.place.clone(), detail));
                has_end = true;
                break;
            };
            self.left = left;
            if keep.is_spent() {
                break;
            }
            match record.id {
                id if is_bof(id) => depth = depth.saturating_add(1),
                EOF if depth <= 1 => {
                    has_end = true;
                    break;
                }
                EOF => depth = depth.saturating_sub(1),
                // Charts stand in the substream of their sheet.
                _ if depth > 1 => {}
                STRING => self.value_text(record, &mut records, &mut open, keep),
                _ if self.record(record, &mut open, keep).is_none() => {
                    let detail = format!("a cell record 0x{:04X} is cut short", record.id);
                    keep.tell(ProblemKind::Malformed, &open.sheet.name, detail);
                }
                _ => {}
            }
        }
        if !has_end && !keep.is_spent() {
            keep.tell(ProblemKind::Truncated, &open.sheet.name, "the stream ends before the sheet does");
        }
        self.fill_shared(&mut open, keep);
        in_order(&mut sheet.cells);
    }

    fn record(&mut self, record: Record<'a>, open: &mut Open<'a, '_>, keep: &mut Keep<'_>) -> Option<()> {
        let mut fields = Fields::new(record.body);
        match record.id {
            FORMULA => self.formula(&mut fields, open, keep)?,
            id if OLD_FORMULAS.contains(&id) => self.formula(&mut fields, open, keep)?,
            SHRFMLA | ARRAY => shared(record, &mut fields, open)?,
            MULRK => {
                let row = u32::from(fields.u16()?);
                let mut column = u32::from(fields.u16()?);
                // The last two bytes are the last column.
                while fields.rest().len() >= 8 {
                    fields.u16()?;
                    let number = rk_number(fields.u32()?);
                    keep.cell(open.sheet, row, column, CellValue::Number(number));
                    column = column.saturating_add(1);
                }
            }
            NUMBER | RK | LABELSST | LABEL | RSTRING | BOOLERR => {
                let row = u32::from(fields.u16()?);
                let column = u32::from(fields.u16()?);
                fields.u16()?;
                let value = self.value(record.id, &mut fields)?;
                keep.cell(open.sheet, row, column, value);
            }
            _ => {}
        }
        Some(())
    }

    fn value(&self, id: u16, fields: &mut Fields<'_>) -> Option<CellValue> {
        Some(match id {
            NUMBER => CellValue::Number(fields.f64()?),
            RK => CellValue::Number(rk_number(fields.u32()?)),
            LABELSST => CellValue::Text(self.texts.get(fields.u32()?).unwrap_or_default().to_owned()),
            BOOLERR => {
                let value = fields.u8()?;
                if fields.u8()? == 0 { CellValue::Bool(value != 0) } else { CellValue::Error }
            }
            _ => CellValue::Text(texts::counted(fields, &self.globals.scope)?),
        })
    }

    /// Formula (MS-XLS 2.4.127).
    fn formula(
        &mut self,
        fields: &mut Fields<'a>,
        open: &mut Open<'a, '_>,
        keep: &mut Keep<'_>,
    ) -> Option<()> {
        let row = u32::from(fields.u16()?);
        let column = u32::from(fields.u16()?);
        fields.u16()?;
        let value = formula_value(fields.take(8)?)?;
        fields.take(6)?;
        let len = fields.len16()?;
        let tokens = fields.take_most(len);
        open.last = Some(open.sheet.cells.len());
        if !keep.cell(open.sheet, row, column, value) {
            return Some(());
        }
        self.write(tokens, fields.rest(), (row, column), open, keep);
        Some(())
    }

    /// Writes the formula of the cell read last, or remembers where it stands.
    fn write(
        &mut self,
        tokens: &[u8],
        extra: &[u8],
        base: (u32, u32),
        open: &mut Open<'_, '_>,
        keep: &mut Keep<'_>,
    ) {
        let Some(index) = open.sheet.cells.len().checked_sub(1) else { return };
        self.text.clear();
        match self.decompiler.write(tokens, extra, base, &mut self.text) {
            Err(Fault::Shared(row, column)) => open.pending.push((index, (row, column))),
            result => {
                tell(result, &open.sheet.name, keep);
                if let Some(cell) = open.sheet.cells.get_mut(index).filter(|_| result.is_ok()) {
                    cell.formula = keep.formula(&self.text);
                }
            }
        }
    }

    /// The text a formula gave (MS-XLS 2.4.268), which may go on in further records.
    fn value_text(
        &self,
        record: Record<'_>,
        records: &mut Records<'_>,
        open: &mut Open<'_, '_>,
        keep: &mut Keep<'_>,
    ) {
        let mut fields = Fields::new(record.body);
        let len = fields.clone().len16().unwrap_or_default();
        let Some(mut text) = texts::counted(&mut fields, &self.globals.scope) else { return };
        let mut units = text.encode_utf16().count();
        while units < len && records.peek_id() == Some(CONTINUE) {
            let Some(more) = records.next() else { break };
            let mut fields = Fields::new(more.body);
            let Some(piece) = texts::uncounted(&mut fields, len - units, &self.globals.scope) else { break };
            units = units.saturating_add(piece.encode_utf16().count());
            text.push_str(&piece);
        }
        let cell = open.last.take().and_then(|index| open.sheet.cells.get_mut(index));
        if let Some(cell) = cell.filter(|_| keep.pay(text.len())) {
            cell.value = CellValue::Text(text);
        }
    }

    /// Gives the cells of shared and array formulas their text.
    fn fill_shared(&mut self, open: &mut Open<'_, '_>, keep: &mut Keep<'_>) {
        for (index, place) in std::mem::take(&mut open.pending) {
            let Some((tokens, extra)) = open.shared.get(&place) else { continue };
            let Some(cell) = open.sheet.cells.get_mut(index) else { continue };
            self.text.clear();
            let result = self.decompiler.write(tokens, extra, (cell.row, cell.column), &mut self.text);
            // Working through the tokens costs as much as they are long, whatever comes out.
            if !keep.pay(tokens.len()) {
                break;
            }
            tell(result, &open.sheet.name, keep);
            if result.is_ok() {
                cell.formula = keep.formula(&self.text);
            }
        }
    }
}

/// ShrFmla and Array (MS-XLS 2.4.277, 2.4.4). Cells name them by the first cell of their range, or by the cell
/// in front of the record.
fn shared<'a>(record: Record<'a>, fields: &mut Fields<'a>, open: &mut Open<'a, '_>) -> Option<()> {
    let row = u32::from(fields.u16()?);
    fields.u16()?;
    let column = u32::from(fields.u8()?);
    fields.u8()?;
    fields.take(if record.id == ARRAY { 6 } else { 2 })?;
    let len = fields.len16()?;
    let formula = (fields.take_most(len), fields.rest());
    open.shared.insert((row, column), formula);
    let before = open.last.and_then(|index| open.sheet.cells.get(index));
    if let Some(cell) = before {
        open.shared.entry((cell.row, cell.column)).or_insert(formula);
    }
    Some(())
}

/// FormulaValue (MS-XLS 2.5.133). A text stands in the next record.
fn formula_value(bytes: &[u8]) -> Option<CellValue> {
    let [kind, _, value, _, _, _, 0xFF, 0xFF] = *bytes else {
        return Fields::new(bytes).f64().map(CellValue::Number);
    };
    Some(match kind {
        0 | 3 => CellValue::Text(String::new()),
        1 => CellValue::Bool(value != 0),
        _ => CellValue::Error,
    })
}

fn tell(result: Result<(), Fault>, sheet: &str, keep: &mut Keep<'_>) {
    match result {
        Err(Fault::TooLong) => keep.tell_too_long(),
        Err(_) => keep.tell(ProblemKind::Malformed, sheet, "a formula could not be read"),
        Ok(()) => {}
    }
}
