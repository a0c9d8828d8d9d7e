//! The texts around the macros, found by what code calls their holders.

use crate::office::{CellValue, Holder, Sheet, Surroundings};
use crate::script::vba::run::objects::Cells;
use crate::script::vba::value::Value;
use crate::script::vba::value::text::Text;
use std::collections::HashMap;

/// Cells that one range is read as; of a larger one nothing is known.
const CELLS_MAX: u32 = 4_096;

/// Cells by row and column.
type Grid = HashMap<(u32, u32), Value>;

/// What the document holds.
#[derive(Default)]
pub(in crate::script::vba::run) struct Texts {
    /// Properties by the key of their holder.
    held: HashMap<String, Vec<(String, Text)>>,
    /// Keys by number, of holders that also have a name.
    numbered: HashMap<String, String>,
    /// How many a list has, by the prefix of its keys.
    counts: HashMap<String, usize>,
    story: Vec<Text>,
    sheets: Vec<(String, Grid)>,
    /// Whether cells were read at all.
    has_cells: bool,
}

/// Prefixes of keys.
pub(in crate::script::vba::run) const PROPERTY: &str = "property/";
pub(in crate::script::vba::run) const VARIABLE: &str = "variable/";
pub(in crate::script::vba::run) const SHAPE: &str = "shape/";
pub(in crate::script::vba::run) const COMMENT: &str = "comment/";
pub(in crate::script::vba::run) const BOOKMARK: &str = "bookmark/";
pub(in crate::script::vba::run) const PARAGRAPH: &str = "paragraph/";

/// The prefix of a form's controls.
pub(in crate::script::vba::run) fn controls_of(form: &str) -> String {
    format!("control/{}/", form.to_ascii_lowercase())
}

/// The prefix of the pages of a control.
pub(in crate::script::vba::run) fn pages_of(control: &str) -> String {
    format!("page/{}/", control.trim_start_matches("control/"))
}

impl Texts {
    pub(in crate::script::vba::run) fn new(around: Surroundings) -> Self {
        let mut texts = Self::default();
        for held in around.texts {
            let (prefix, name, number) = match &held.holder {
                Holder::Control { form, control, index } => {
                    (controls_of(form), control.clone(), (!control.is_empty()).then_some(*index))
                }
                Holder::Page { form, control, index } => {
                    (pages_of(&format!("{form}/{control}").to_lowercase()), String::new(), Some(*index))
                }
                Holder::Property(name) => (PROPERTY.to_owned(), name.clone(), None),
                Holder::Variable(name) => (VARIABLE.to_owned(), name.clone(), None),
                Holder::Shape { name, index } => (SHAPE.to_owned(), name.clone(), Some(*index)),
                Holder::Comment(number) => (COMMENT.to_owned(), String::new(), Some(*number)),
                Holder::Bookmark(name) => (BOOKMARK.to_owned(), name.clone(), None),
                Holder::Paragraph(number) => (PARAGRAPH.to_owned(), String::new(), Some(*number)),
            };
            let from_zero = matches!(held.holder, Holder::Control { .. } | Holder::Page { .. });
            let text = Text::new(held.text);
            if matches!(held.holder, Holder::Paragraph(_)) {
                texts.story.push(text.clone());
            }
            let named = format!("{prefix}{}", name.to_lowercase());
            let key = match number {
                Some(number) if name.is_empty() => format!("{prefix}#{number}"),
                Some(number) => {
                    texts.numbered.entry(format!("{prefix}#{number}")).or_insert_with(|| named.clone());
                    named
                }
                None => named,
            };
            let fresh = !texts.held.contains_key(&key);
            let count = texts.counts.entry(prefix.clone()).or_default();
            match number {
                Some(number) => *count = (*count).max(number + usize::from(from_zero)),
                // Variables and bookmarks are counted in their order.
                None if fresh && (prefix == VARIABLE || prefix == BOOKMARK) => {
                    *count += 1;
                    texts.numbered.insert(format!("{prefix}#{count}"), key.clone());
                }
                None => {}
            }
            texts.held.entry(key).or_default().push((held.property, text));
        }
        if let Some(workbook) = around.workbook {
            texts.has_cells = true;
            texts.sheets = workbook.sheets.into_iter().map(cells_of).collect();
        }
        texts
    }

    /// Whether cells were read at all.
    pub(in crate::script::vba::run) fn has_cells(&self) -> bool {
        self.has_cells
    }

    pub(in crate::script::vba::run) fn has(&self, key: &str) -> bool {
        self.held.contains_key(key)
    }

    /// The key of the member of a list that an index means.
    pub(in crate::script::vba::run) fn member(
        &self,
        prefix: &str,
        index: &Value,
        from: usize,
    ) -> Option<String> {
        if let Value::Str(text) = index {
            let key = format!("{prefix}{}", text.as_str().to_lowercase());
            return self.held.contains_key(&key).then_some(key);
        }
        // Lists that count from 0 were numbered from 0 as well.
        let number = index.index().filter(|number| *number >= from)?;
        let key = format!("{prefix}#{number}");
        if let Some(named) = self.numbered.get(&key) {
            return Some(named.clone());
        }
        self.held.contains_key(&key).then_some(key)
    }

    pub(in crate::script::vba::run) fn count(&self, prefix: &str) -> usize {
        self.counts.get(prefix).copied().unwrap_or_default()
    }

    /// A property of a holder; an empty name asks for the default one.
    pub(in crate::script::vba::run) fn property(&self, key: &str, property: &str) -> Option<Text> {
        let held = self.held.get(key)?;
        let find = |wanted: &str| held.iter().find(|(name, _)| name == wanted).map(|(_, text)| text.clone());
        let wanted: &[&str] = match property {
            "" => &["value", "text", "caption", "", "alternativetext"],
            "value" => &["value", "text", "", "caption"],
            "text" => &["text", "value", ""],
            "caption" => &["caption", "value"],
            "alternativetext" => &["alternativetext", "title"],
            other => &[other],
        };
        wanted.iter().find_map(|name| find(name))
    }

    /// The paragraphs, each with its end.
    pub(in crate::script::vba::run) fn story(&self) -> Option<String> {
        let whole = || self.story.iter().map(|line| format!("{}\r", line.as_str())).collect();
        (!self.story.is_empty()).then(whole)
    }

    /// The sheet a name or number means.
    pub(in crate::script::vba::run) fn sheet(&self, index: &Value) -> Option<usize> {
        match index {
            Value::Str(name) => self.sheet_named(name.as_str()),
            other => other.index()?.checked_sub(1).filter(|at| *at < self.sheets.len()),
        }
    }

    pub(in crate::script::vba::run) fn sheet_named(&self, name: &str) -> Option<usize> {
        let lower = name.to_lowercase();
        self.sheets.iter().position(|(known, _)| *known == lower)
    }

    pub(in crate::script::vba::run) fn sheet_count(&self) -> usize {
        self.sheets.len()
    }

    pub(in crate::script::vba::run) fn sheet_name(&self, sheet: usize) -> Option<&str> {
        self.sheets.get(sheet).map(|(name, _)| name.as_str())
    }

    /// The last row and column that hold something, from 0.
    pub(in crate::script::vba::run) fn extent(&self, sheet: Option<usize>) -> Option<(u32, u32)> {
        let (_, cells) = self.sheets.get(sheet.unwrap_or_default())?;
        let rows = cells.keys().map(|(row, _)| *row).max()?;
        Some((rows, cells.keys().map(|(_, column)| *column).max()?))
    }

    /// One cell. Of a sheet nobody knows, that of the one sheet which holds something there.
    pub(in crate::script::vba::run) fn cell(&self, sheet: Option<usize>, row: u32, column: u32) -> Value {
        if !self.has_cells {
            return Value::Unknown;
        }
        match sheet {
            Some(at) => match self.sheets.get(at) {
                Some((_, cells)) => cells.get(&(row, column)).cloned().unwrap_or(Value::Empty),
                None => Value::Unknown,
            },
            None => {
                let found = self.sheets.iter().filter_map(|(_, cells)| cells.get(&(row, column)).cloned());
                let values: Vec<Value> = found.collect();
                if values.is_empty() { Value::Empty } else { Value::either(values) }
            }
        }
    }

    /// The value of a range: one cell, or an array of two dimensions from 1.
    pub(in crate::script::vba::run) fn range(&self, range: &Cells) -> Value {
        let count = range.rows.saturating_mul(range.columns);
        if count <= 1 {
            return self.cell(range.sheet, range.row, range.column);
        }
        if count > CELLS_MAX || !self.has_cells {
            return Value::Unknown;
        }
        let items = self.each(range);
        let bounds = vec![(1, range.rows as usize), (1, range.columns as usize)];
        Value::array_of(items, bounds, false)
    }

    /// Its cells, row by row.
    pub(in crate::script::vba::run) fn each(&self, range: &Cells) -> Vec<Value> {
        let rows = range.row..range.row.saturating_add(range.rows);
        let places = rows.flat_map(|row| {
            let columns = range.column..range.column.saturating_add(range.columns);
            columns.map(move |column| (row, column))
        });
        places.take(CELLS_MAX as usize).map(|(row, column)| self.cell(range.sheet, row, column)).collect()
    }
}

fn cells_of(sheet: Sheet) -> (String, Grid) {
    let value = |value: CellValue| match value {
        CellValue::Empty => Value::Empty,
        CellValue::Text(text) => Value::text(text),
        CellValue::Number(number) => Value::Num(number),
        CellValue::Bool(truth) => Value::Bool(truth),
        CellValue::Error => Value::Unknown,
    };
    let cells = sheet.cells.into_iter().map(|cell| ((cell.row, cell.column), value(cell.value)));
    (sheet.name.to_lowercase(), cells.collect())
}

/// `A1`, `$B$2:C9` as cells: row and column from 0, how many of each.
pub(in crate::script::vba::run) fn reference(text: &str) -> Option<(u32, u32, u32, u32)> {
    let text = text.replace('$', "");
    let (first, last) = text.split_once(':').unwrap_or((&text, &text));
    let ((top, left), (bottom, right)) = (one_cell(first)?, one_cell(last)?);
    let (rows, columns) = (bottom.checked_sub(top)?, right.checked_sub(left)?);
    Some((top, left, rows + 1, columns + 1))
}

fn one_cell(text: &str) -> Option<(u32, u32)> {
    let text = text.trim();
    let split = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at_checked(split)?;
    let row: u32 = digits.parse().ok().filter(|row| (1..=1_048_576).contains(row))?;
    Some((row - 1, column(letters)?))
}

/// A column by its letters, from 0.
pub(in crate::script::vba::run) fn column(letters: &str) -> Option<u32> {
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let digits = letters.bytes().map(|byte| u32::from(byte.to_ascii_uppercase() - b'A') + 1);
    digits.fold(0u32, |sum, digit| sum * 26 + digit).checked_sub(1)
}
