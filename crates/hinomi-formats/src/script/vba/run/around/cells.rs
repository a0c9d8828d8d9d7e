//! Sheets, ranges and cells.

use super::texts::{self, COMMENT, SHAPE};
use crate::script::vba::run::Machine;
use crate::script::vba::run::objects::{Cells, Host, Object};
use crate::script::vba::run::world::Frame;
use crate::script::vba::value::Value;
use std::rc::Rc;

/// Rows and columns of a sheet.
const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 16_384;

/// The key under which what code wrote into a cell is kept.
fn key_of(cells: &Cells) -> Rc<str> {
    format!("\0cell/{:?}/{}/{}", cells.sheet, cells.row, cells.column).into()
}

impl<'a> Machine<'_, 'a> {
    /// The value of a range: what code wrote there, or what the document holds.
    pub(super) fn cells(&self, cells: &Cells) -> Value {
        if cells.rows == 1
            && cells.columns == 1
            && !self.world.properties.is_empty()
            && let Some(written) = self.world.properties.get(&key_of(cells))
        {
            return written.clone();
        }
        self.texts.range(cells)
    }

    /// `range.Value = value`
    pub(in crate::script::vba::run) fn set_cells(&mut self, cells: Cells, lower: &str, value: Value) {
        let one = cells.rows == 1 && cells.columns == 1;
        if one && matches!(lower, "value" | "value2" | "formula" | "text" | "formular1c1") {
            let value = self.plain(value);
            self.keep_property(key_of(&cells), value);
        }
    }

    /// `Cells(row, column)`, `range(number)`.
    pub(super) fn cell_of(&self, cells: Cells, row: &Value, column: Option<&Value>) -> Value {
        let column = match column {
            Some(Value::Str(letters)) => texts::column(letters.as_str()).map(i64::from),
            Some(number) => self.plain(number.clone()).whole().map(|number| number - 1),
            None => Some(0),
        };
        let (Some(row), Some(column)) = (row.whole().map(|row| row - 1), column) else {
            return Value::Unknown;
        };
        // One number counts through the rows.
        let wide = i64::from(cells.columns).max(1);
        let (down, right) = if cells.columns < COLUMNS && cells.columns > 1 && column == 0 {
            (row / wide, row % wide)
        } else {
            (row, column)
        };
        let place = |from: u32, by: i64| u32::try_from(i64::from(from) + by).ok();
        match (place(cells.row, down), place(cells.column, right)) {
            (Some(row), Some(column)) => {
                Object::host(Host::Range(Cells { sheet: cells.sheet, row, column, rows: 1, columns: 1 }))
            }
            _ => Value::Unknown,
        }
    }

    pub(super) fn range_member(
        &self,
        frame: &Frame<'a>,
        cells: Cells,
        lower: &str,
        given: &[Value],
    ) -> Value {
        let moved = |rows: Option<i64>, columns: Option<i64>| {
            let row = u32::try_from(i64::from(cells.row) + rows?).ok()?;
            let column = u32::try_from(i64::from(cells.column) + columns?).ok()?;
            Some(Cells { row, column, ..cells })
        };
        let number = |at: usize| given.get(at).map_or(Some(0), |value| self.plain(value.clone()).whole());
        match lower {
            "value" | "value2" | "text" | "formula" | "formular1c1" | "formulalocal" => self.cells(&cells),
            "offset" => {
                moved(number(0), number(1)).map_or(Value::Unknown, |cells| Object::host(Host::Range(cells)))
            }
            "cells" | "item" if !given.is_empty() => self.host_item(&Host::Range(cells), given),
            "cells" | "item" | "specialcells" | "currentregion" | "entirerow" => {
                Object::host(Host::Range(cells))
            }
            "range" => self.range_of(frame, cells.sheet, given.first().unwrap_or(&Value::Unknown)),
            "comment" => {
                let list = Self::list(COMMENT, 1);
                let one = self.texts.count(COMMENT) == 1;
                if one { self.host_item(&list, &[Value::Num(1.0)]) } else { Value::Unknown }
            }
            "row" => Value::Num(f64::from(cells.row + 1)),
            "column" => Value::Num(f64::from(cells.column + 1)),
            "count" => Value::Num(f64::from(cells.rows.saturating_mul(cells.columns))),
            "rows" | "columns" => self.part_of(cells, lower == "rows", given),
            "end" => self.texts.extent(cells.sheet).map_or(Value::Unknown, |(row, _)| {
                Object::host(Host::Range(Cells { row, rows: 1, columns: 1, ..cells }))
            }),
            "parent" | "worksheet" => Object::host(Host::Sheet(cells.sheet)),
            _ => Value::Unknown,
        }
    }

    /// `Rows(n)`, `Columns(n)`, or all of them, counted.
    pub(super) fn part_of(&self, cells: Cells, rows: bool, given: &[Value]) -> Value {
        let Some(index) = given.first().and_then(Value::whole) else {
            return Object::host(Host::Range(if rows {
                Cells { columns: 1, ..cells }
            } else {
                Cells { rows: 1, ..cells }
            }));
        };
        let Ok(at) = u32::try_from(index - 1) else { return Value::Unknown };
        let part = if rows {
            Cells { row: cells.row.saturating_add(at), rows: 1, ..cells }
        } else {
            Cells { column: cells.column.saturating_add(at), columns: 1, ..cells }
        };
        Object::host(Host::Range(part))
    }

    pub(super) fn sheet_member(
        &mut self,
        frame: &Frame<'a>,
        sheet: Option<usize>,
        lower: &str,
        given: &[Value],
    ) -> Value {
        match lower {
            "range" | "evaluate" => self.range_of(frame, sheet, given.first().unwrap_or(&Value::Unknown)),
            "cells" if given.is_empty() => Object::host(Host::Range(whole_sheet(sheet))),
            "cells" => self.host_item(&Host::Sheet(sheet), given),
            "usedrange" => match self.texts.extent(sheet) {
                Some((row, column)) => Object::host(Host::Range(Cells {
                    sheet,
                    row: 0,
                    column: 0,
                    rows: row + 1,
                    columns: column + 1,
                })),
                None => Value::Unknown,
            },
            "rows" | "columns" => self.part_of(whole_sheet(sheet), lower == "rows", given),
            "activecell" => Value::Unknown,
            "oleobjects" | "drawingobjects" => self.host_item(&Self::list(SHAPE, 1), given),
            _ => {
                let own = self.document_member_of_sheet(lower);
                own.map_or(Value::Unknown, |host| self.host_item(&host, given))
            }
        }
    }

    fn document_member_of_sheet(&self, lower: &str) -> Option<Host> {
        Some(match lower {
            "shapes" | "pictures" => Self::list(SHAPE, 1),
            "comments" => Self::list(COMMENT, 1),
            _ => return None,
        })
    }

    /// The range a text means: `A1`, `Sheet1!A1:B2`.
    pub(in crate::script::vba::run) fn range_of(
        &self,
        frame: &Frame<'a>,
        sheet: Option<usize>,
        text: &Value,
    ) -> Value {
        let named = self.plain(text.clone());
        let Value::Str(text) = named else { return Value::Unknown };
        let (sheet, text) = match text.as_str().rsplit_once('!') {
            Some((name, cell)) => (self.texts.sheet_named(name.trim_matches('\'')), cell),
            None => (sheet.or_else(|| self.own_sheet(frame.module)), text.as_str()),
        };
        match texts::reference(text) {
            Some((row, column, rows, columns)) => {
                Object::host(Host::Range(Cells { sheet, row, column, rows, columns }))
            }
            None => Value::Unknown,
        }
    }

    /// The sheet whose module the code stands in: by its name, or by the number in it.
    pub(super) fn own_sheet(&self, module: usize) -> Option<usize> {
        let name = self.project.module_name(module);
        let by_number = || {
            let number = name.strip_prefix("Sheet")?.parse::<f64>().ok()?;
            self.texts.sheet(&Value::Num(number))
        };
        self.texts.sheet_named(name).or_else(by_number)
    }

    /// The part of the document that a module stands for.
    pub(in crate::script::vba::run) fn document_of(&self, module: usize) -> Host {
        match self.own_sheet(module) {
            Some(sheet) => Host::Sheet(Some(sheet)),
            None if self.project.module_name(module).to_ascii_lowercase().starts_with("sheet") => {
                Host::Sheet(None)
            }
            None => Host::Document,
        }
    }
}

pub(super) fn whole_sheet(sheet: Option<usize>) -> Cells {
    Cells { sheet, row: 0, column: 0, rows: ROWS, columns: COLUMNS }
}
