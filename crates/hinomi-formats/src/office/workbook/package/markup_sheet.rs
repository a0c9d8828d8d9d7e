//! Sheets and shared strings in XML (ECMA-376-1, 18.3 and 18.4).

use super::super::keep::{Keep, in_order};
use super::super::{CellValue, Sheet, column_number};
use super::Texts;
use super::markup::{Element, Event, events, push_cell_text, utf_8};
use super::shift::shifted;
use std::collections::HashMap;

/// Reads the shared strings. Phonetic guides are not part of a text.
pub(super) fn texts(part: &[u8]) -> Texts {
    let part = utf_8(part);
    let mut texts = Texts::default();
    let (mut is_text, mut is_phonetic) = (false, false);
    for event in events(&part) {
        match event {
            Event::Open(element) => match element.name {
                b"t" => is_text = !element.is_empty,
                b"rPh" => is_phonetic = !element.is_empty,
                b"si" if element.is_empty && !texts.end() => break,
                _ => {}
            },
            Event::Close(b"t") => is_text = false,
            Event::Close(b"rPh") => is_phonetic = false,
            Event::Close(b"si") if !texts.end() => break,
            Event::Text(text, is_cdata) if is_text && !is_phonetic => {
                push_cell_text(text, is_cdata, &mut texts.all);
            }
            _ => {}
        }
    }
    texts
}

/// What the text between tags belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Formula,
    Value,
    InlineText,
}

/// One sheet while it is read.
struct Open<'a, 's> {
    sheet: &'s mut Sheet,
    texts: &'a Texts,
    row: u32,
    column: u32,
    /// The `t` attribute of the cell.
    kind: &'a [u8],
    within: Within,
    formula: String,
    value: String,
    has_formula: bool,
    has_value: bool,
    /// The group of the shared formula the cell belongs to.
    group: Option<&'a [u8]>,
    /// Shared formulas and the cells they were written for.
    shared: HashMap<&'a [u8], (u32, u32, String)>,
    is_phonetic: bool,
}

/// Reads the cells of a sheet.
pub(super) fn read(part: &[u8], texts: &Texts, sheet: &mut Sheet, keep: &mut Keep<'_>) {
    let part = utf_8(part);
    let mut open = Open {
        sheet,
        texts,
        row: 0,
        column: 0,
        kind: &[],
        within: Within::Nothing,
        formula: String::new(),
        value: String::new(),
        has_formula: false,
        has_value: false,
        group: None,
        shared: HashMap::new(),
        is_phonetic: false,
    };
    let mut next_row = 0;
    for event in events(&part) {
        if keep.is_spent() {
            break;
        }
        match event {
            Event::Open(element) if element.name == b"row" => {
                open.row = number(element.raw("r")).and_then(|row| row.checked_sub(1)).unwrap_or(next_row);
                next_row = open.row.saturating_add(1);
                open.column = 0;
            }
            Event::Open(element) => open.open(&element),
            Event::Text(text, is_cdata) => open.text(text, is_cdata),
            Event::Close(b"c") => open.close_cell(keep),
            Event::Close(b"rPh") => open.is_phonetic = false,
            Event::Close(b"f" | b"v" | b"t") => open.within = Within::Nothing,
            Event::Close(_) => {}
        }
    }
    in_order(&mut sheet.cells);
}

impl<'a> Open<'a, '_> {
    fn open(&mut self, element: &Element<'a>) {
        let is_open = !element.is_empty;
        match element.name {
            b"c" => self.open_cell(element),
            b"f" => {
                self.has_formula = true;
                if is_open {
                    self.within = Within::Formula;
                }
                self.group = element.raw("si").filter(|_| element.raw("t") == Some(b"shared"));
            }
            b"v" if is_open => {
                self.has_value = true;
                self.within = Within::Value;
            }
            b"t" if is_open && !self.is_phonetic => {
                self.has_value = true;
                self.within = Within::InlineText;
            }
            // Where both are, the text in the cell counts.
            b"is" => self.value.clear(),
            b"rPh" => self.is_phonetic = is_open,
            _ => {}
        }
    }

    fn open_cell(&mut self, element: &Element<'a>) {
        if let Some((row, column)) = element.raw("r").and_then(place) {
            (self.row, self.column) = (row, column);
        }
        self.kind = element.raw("t").unwrap_or_default();
        self.formula.clear();
        self.value.clear();
        (self.has_formula, self.has_value, self.group) = (false, false, None);
        self.within = Within::Nothing;
        if element.is_empty {
            self.column = self.column.saturating_add(1);
        }
    }

    fn text(&mut self, text: &[u8], is_cdata: bool) {
        match self.within {
            Within::Nothing => {}
            Within::Formula => push_cell_text(text, is_cdata, &mut self.formula),
            Within::Value | Within::InlineText => push_cell_text(text, is_cdata, &mut self.value),
        }
    }

    fn close_cell(&mut self, keep: &mut Keep<'_>) {
        let (row, column) = (self.row, self.column);
        self.column = column.saturating_add(1);
        if !self.has_formula && !self.has_value {
            return;
        }
        let value = self.cell_value();
        let formula = self.cell_formula(keep);
        if keep.cell(self.sheet, row, column, value)
            && let Some(cell) = self.sheet.cells.last_mut()
        {
            cell.formula = formula;
        }
    }

    fn cell_value(&mut self) -> CellValue {
        if !self.has_value {
            return CellValue::Empty;
        }
        match self.kind {
            b"s" => {
                let text = self.value.trim().parse().ok().and_then(|index| self.texts.get(index));
                CellValue::Text(text.unwrap_or_default().to_owned())
            }
            b"str" | b"inlineStr" | b"d" => CellValue::Text(std::mem::take(&mut self.value)),
            b"b" => CellValue::Bool(self.value.trim() == "1" || self.value.trim() == "true"),
            b"e" => CellValue::Error,
            _ => match self.value.trim().parse() {
                Ok(number) => CellValue::Number(number),
                Err(_) => CellValue::Text(std::mem::take(&mut self.value)),
            },
        }
    }

    /// The formula of the cell, or that of its group with its references moved.
    fn cell_formula(&mut self, keep: &mut Keep<'_>) -> Option<String> {
        if !self.has_formula {
            return None;
        }
        if self.formula.len() > keep.limits.text_bytes_max {
            keep.tell_too_long();
            return None;
        }
        if let Some(group) = self.group {
            if self.formula.is_empty() {
                let (row, column, formula) = self.shared.get(group)?;
                let by = (i64::from(self.row) - i64::from(*row), i64::from(self.column) - i64::from(*column));
                return keep.formula(&shifted(formula, by));
            }
            if keep.pay(self.formula.len()) {
                self.shared.insert(group, (self.row, self.column, self.formula.clone()));
            }
        }
        // A cell of an array formula that stands elsewhere has an empty one.
        (!self.formula.is_empty()).then(|| keep.formula(&self.formula)).flatten()
    }
}

fn number(raw: Option<&[u8]>) -> Option<u32> {
    std::str::from_utf8(raw?).ok()?.trim().parse().ok()
}

/// `BC12` as row and column from 0.
fn place(reference: &[u8]) -> Option<(u32, u32)> {
    let text = std::str::from_utf8(reference).ok()?;
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = text.split_at_checked(digits)?;
    Some((row.parse::<u32>().ok()?.checked_sub(1)?, column_number(letters)?))
}
