//! The workbook as it changes while its macros run: what the file holds, and over it what was written since.

use super::formula::{Expr, Fault, Style, parse};
use super::reference::{Place, Range};
use super::value::Value;
use crate::office::{CellValue, SheetKind, Workbook};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// A cell that was written to, or whose formula has run.
#[derive(Debug, Clone, Default)]
pub(super) struct Slot {
    /// A formula that was written, not yet in the file.
    pub(super) formula: Option<Rc<str>>,
    pub(super) value: Value,
    /// The value is that of a run formula or was written; else it is not yet worked out.
    pub(super) is_set: bool,
}

/// Sheets, names and cells.
pub(super) struct Book<'w> {
    pub(super) workbook: &'w Workbook,
    sheets: HashMap<String, usize>,
    names: HashMap<String, Rc<str>>,
    /// Per sheet the cells of the file, by column and then row; made when first needed.
    by_column: Vec<Option<Vec<(u32, u32, usize)>>>,
    /// Formulas of the file that were read.
    parsed: HashMap<Place, Result<Rc<Expr>, Fault>>,
    /// What was written in this run.
    written: BTreeMap<Place, Slot>,
    written_parsed: HashMap<Place, Result<Rc<Expr>, Fault>>,
}

impl<'w> Book<'w> {
    pub(super) fn new(workbook: &'w Workbook) -> Self {
        let sheets = workbook.sheets.iter().enumerate();
        let names = workbook.names.iter().rev();
        Self {
            workbook,
            sheets: sheets.rev().map(|(at, sheet)| (sheet.name.to_lowercase(), at)).collect(),
            names: names.map(|name| (name.plain_name(), name.formula.as_str().into())).collect(),
            by_column: vec![None; workbook.sheets.len()],
            parsed: HashMap::new(),
            written: BTreeMap::new(),
            written_parsed: HashMap::new(),
        }
    }

    /// Forgets what was written.
    pub(super) fn reset(&mut self) {
        self.written = BTreeMap::new();
        self.written_parsed = HashMap::new();
    }

    pub(super) fn sheet(&self, name: &str) -> Option<usize> {
        self.sheets.get(&name.to_lowercase()).copied()
    }

    pub(super) fn sheet_name(&self, sheet: usize) -> &'w str {
        self.workbook.sheets.get(sheet).map_or("", |sheet| &sheet.name)
    }

    /// What a defined name of the file stands for.
    pub(super) fn name(&self, name: &str) -> Option<Rc<str>> {
        self.names.get(name).cloned()
    }

    fn stored(&self, place: Place) -> Option<&'w crate::office::Cell> {
        let cells = &self.workbook.sheets.get(place.sheet)?.cells;
        let at =
            cells.binary_search_by_key(&(place.row, place.column), |cell| (cell.row, cell.column)).ok()?;
        cells.get(at)
    }

    pub(super) fn slot(&self, place: Place) -> Option<&Slot> {
        self.written.get(&place)
    }

    /// The value the file holds.
    pub(super) fn stored_value(&self, place: Place) -> Value {
        match self.stored(place).map(|cell| &cell.value) {
            None | Some(CellValue::Empty) => Value::Empty,
            Some(CellValue::Text(text)) => Value::text(text),
            Some(CellValue::Number(number)) => Value::Number(*number),
            Some(CellValue::Bool(is)) => Value::Bool(*is),
            Some(CellValue::Error) => Value::Error,
        }
    }

    /// The text of the formula in a cell, as it is now.
    pub(super) fn formula_text(&self, place: Place) -> Option<&str> {
        match self.written.get(&place) {
            Some(Slot { formula: Some(text), .. }) => Some(text),
            // A constant was written over it; a formula that ran keeps its text.
            Some(Slot { is_set: true, .. }) if !self.has_run(place) => None,
            _ => self.stored(place)?.formula.as_deref(),
        }
    }

    fn has_run(&self, place: Place) -> bool {
        self.parsed.contains_key(&place)
    }

    /// The formula of a cell as a tree; `None` when it has none. The flag says that it was read just now.
    pub(super) fn formula(&mut self, place: Place) -> Option<(Result<Rc<Expr>, Fault>, bool)> {
        if let Some(slot) = self.written.get(&place)
            && let Some(text) = &slot.formula
        {
            if let Some(known) = self.written_parsed.get(&place) {
                return Some((known.clone(), false));
            }
            let read = parse(text, Style::R1C1).map(Rc::new);
            self.written_parsed.insert(place, read.clone());
            return Some((read, true));
        }
        if self.written.get(&place).is_some_and(|slot| slot.is_set) && !self.has_run(place) {
            return None;
        }
        if let Some(known) = self.parsed.get(&place) {
            return Some((known.clone(), false));
        }
        let text = self.stored(place)?.formula.as_deref()?;
        let read = parse(text, Style::A1).map(Rc::new);
        self.parsed.insert(place, read.clone());
        Some((read, true))
    }

    /// Keeps the value a formula gave when it ran.
    pub(super) fn set_result(&mut self, place: Place, value: Value) {
        let slot = self.written.entry(place).or_default();
        slot.value = value;
        slot.is_set = true;
    }

    /// Writes a constant over whatever the cell held.
    pub(super) fn write_value(&mut self, place: Place, value: Value) {
        self.written_parsed.remove(&place);
        // A formula that ran before is gone now; that it ran must not bring it back.
        self.parsed.remove(&place);
        self.written.insert(place, Slot { formula: None, value, is_set: true });
    }

    /// Writes a formula, without its equals sign.
    pub(super) fn write_formula(&mut self, place: Place, text: Rc<str>) {
        self.written_parsed.remove(&place);
        self.written.insert(place, Slot { formula: Some(text), value: Value::Empty, is_set: false });
    }

    /// The first cell with a formula or a value at or below a place, in its column.
    pub(super) fn next_in_column(&mut self, from: Place) -> Option<Place> {
        let last = Place { row: u32::MAX, ..from };
        let written = self.written.range(from..=last).next().map(|(place, _)| *place);
        let cells = self.column_index(from.sheet);
        let at = cells.partition_point(|(column, row, _)| (*column, *row) < (from.column, from.row));
        let stored = cells.get(at).filter(|(column, ..)| *column == from.column);
        let stored = stored.map(|(_, row, _)| Place { row: *row, ..from });
        match (written, stored) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    fn column_index(&mut self, sheet: usize) -> &[(u32, u32, usize)] {
        let cells = self.workbook.sheets.get(sheet).map_or(&[][..], |sheet| &sheet.cells);
        let Some(index) = self.by_column.get_mut(sheet) else { return &[] };
        index.get_or_insert_with(|| {
            let cells = cells.iter().enumerate();
            let mut index: Vec<_> = cells.map(|(at, cell)| (cell.column, cell.row, at)).collect();
            index.sort_unstable();
            index
        })
    }

    /// How many cells are looked at to list those of a range.
    pub(super) fn held_cost(&self, range: Range) -> usize {
        let cells = self.workbook.sheets.get(range.first.sheet).map_or(&[][..], |sheet| &sheet.cells);
        let from = cells.partition_point(|cell| cell.row < range.first.row);
        let to = cells.partition_point(|cell| cell.row <= range.last_row);
        to.saturating_sub(from).saturating_add(self.written.len())
    }

    /// The cells of a range that hold something, row by row; at most `count_max` of them.
    pub(super) fn held(&self, range: Range, count_max: usize) -> Vec<Place> {
        let sheet = range.first.sheet;
        let cells = self.workbook.sheets.get(sheet).map_or(&[][..], |sheet| &sheet.cells);
        let from = cells.partition_point(|cell| cell.row < range.first.row);
        let columns = range.first.column..=range.last_column;
        let stored =
            cells.get(from..).unwrap_or_default().iter().take_while(|cell| cell.row <= range.last_row);
        let stored = stored.filter(|cell| columns.contains(&cell.column));
        let stored = stored.map(|cell| Place { sheet, row: cell.row, column: cell.column });
        let last = Place { sheet, row: range.last_row, column: range.last_column };
        let written = self.written.range(range.first..=last).map(|(place, _)| *place);
        let written = written.filter(|place| (range.first.row..=range.last_row).contains(&place.row));
        let mut held: Vec<Place> = stored.take(count_max).chain(written.take(count_max)).collect();
        held.sort_by_key(|place| (place.row, place.column));
        held.dedup();
        held.truncate(count_max);
        held
    }

    /// Cells of macro sheets that hold formulas, in order of sheets, columns, rows.
    pub(super) fn macro_formulas(&mut self) -> Vec<Place> {
        let mut found = Vec::new();
        for (sheet, content) in self.workbook.sheets.iter().enumerate() {
            if content.kind != SheetKind::Macro {
                continue;
            }
            let mut places: Vec<Place> = content
                .cells
                .iter()
                .filter(|cell| cell.formula.is_some())
                .map(|cell| Place { sheet, row: cell.row, column: cell.column })
                .collect();
            places.sort_unstable();
            found.extend(places);
        }
        found
    }
}
