//! The program and the document around the macro: what their objects give to code that asks.

use super::objects::{Cells, Held, Host, Object, kind_of};
use super::texts::{self, BOOKMARK, COMMENT, PARAGRAPH, PROPERTY, SHAPE, VARIABLE};
use super::world::Frame;
use super::{Evaluated, Machine};
use crate::script::vba::powers::ObjectKind;
use crate::script::vba::read::BUILT_IN_PROPERTIES;
use crate::script::vba::value::Value;
use crate::script::vba::value::text::Text;
use std::rc::Rc;

/// Rows and columns of a sheet.
const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 16_384;

impl<'a> Machine<'_, 'a> {
    /// What an object gives to one who wants no object.
    pub(super) fn default_of(&self, object: &Object) -> Option<Value> {
        match object {
            Object::Host(host) => match &**host {
                Host::Item(key) => Some(self.texts.property(key, "").map_or(Value::Unknown, Value::Str)),
                Host::Story => Some(self.texts.story().map_or(Value::Unknown, Value::text)),
                Host::Range(cells) => Some(self.texts.range(cells)),
                _ => None,
            },
            Object::Held(place) => match self.world.held(*place) {
                Some(Held::Node { value, .. }) => Some(value.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    fn list(prefix: impl Into<String>, from: usize) -> Host {
        Host::List { prefix: prefix.into(), from }
    }

    /// `list(index)`
    pub(super) fn host_item(&self, host: &Host, given: &[Value]) -> Value {
        let Some(index) = given.first() else { return Object::host(host.clone()) };
        let index = self.plain(index.clone());
        let found = index.alternatives().iter().map(|one| self.one_host_item(host, one, given));
        Value::either(found.collect::<Vec<_>>())
    }

    fn one_host_item(&self, host: &Host, index: &Value, given: &[Value]) -> Value {
        match host {
            Host::List { prefix, from } => {
                let built_in = (prefix == PROPERTY).then(|| index.whole()).flatten();
                let named =
                    built_in.and_then(|at| BUILT_IN_PROPERTIES.iter().find(|(number, _)| *number == at));
                let key = match named {
                    Some((_, name)) => self.texts.member(prefix, &Value::text(*name), *from),
                    None => self.texts.member(prefix, index, *from),
                };
                key.map_or(Value::Unknown, |key| Object::host(Host::Item(key)))
            }
            Host::Sheets => Object::host(Host::Sheet(self.texts.sheet(index))),
            Host::Documents => Object::host(Host::Document),
            Host::Range(cells) => self.cell_of(*cells, index, given.get(1)),
            Host::Folders | Host::Environment => match index {
                Value::Str(name) => Value::text(format!("%{}%", name.as_str())),
                _ => Value::Unknown,
            },
            Host::Sheet(sheet) => self.cell_of(whole_sheet(*sheet), index, given.get(1)),
            _ => Value::Unknown,
        }
    }

    /// `Cells(row, column)`, `range(number)`.
    fn cell_of(&self, cells: Cells, row: &Value, column: Option<&Value>) -> Value {
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

    pub(super) fn host_elements(&self, host: &Host) -> Value {
        let each = |values: Vec<Value>| Value::array(values);
        match host {
            Host::List { prefix, from } => {
                let numbers = *from..*from + self.texts.count(prefix);
                let items = numbers.map(|at| self.one_host_item(host, &Value::Num(at as f64), &[]));
                each(items.filter(|item| *item != Value::Unknown).collect())
            }
            Host::Sheets => {
                each((0..self.texts.sheet_count()).map(|at| Object::host(Host::Sheet(Some(at)))).collect())
            }
            Host::Range(cells)
                if self.texts.has_cells() && cells.rows.saturating_mul(cells.columns) <= 4_096 =>
            {
                let rows = cells.row..cells.row + cells.rows;
                let places = rows.flat_map(|row| {
                    (cells.column..cells.column + cells.columns).map(move |column| (row, column))
                });
                let one = |(row, column)| {
                    Object::host(Host::Range(Cells { sheet: cells.sheet, row, column, rows: 1, columns: 1 }))
                };
                each(places.map(one).collect())
            }
            _ => Value::Unknown,
        }
    }

    /// A property or method of the program, the document, a text.
    pub(super) fn host_member(
        &mut self,
        frame: &mut Frame<'a>,
        host: &Host,
        lower: &str,
        given: &[Value],
    ) -> Evaluated {
        match host {
            Host::Application => match lower {
                "run" => return self.run_by_name(frame, given.first(), given.get(1..).unwrap_or_default()),
                "ontime" => return self.run_by_name(frame, given.get(1), &[]),
                "evaluate" | "executeexcel4macro" => return self.evaluated_text(frame, given.first()),
                "documents" | "workbooks" if given.is_empty() => return Ok(Object::host(Host::Documents)),
                "createobject" | "getobject" => return Ok(self.made_object(given)),
                "application" | "parent" => return Ok(Object::host(Host::Application)),
                "name" => return Ok(Value::Unknown),
                _ => {}
            },
            Host::Item(key) => return Ok(self.item_member(key, lower, given)),
            Host::Range(cells) => return Ok(self.range_member(frame, *cells, lower, given)),
            Host::Sheet(sheet) => {
                let name = sheet.and_then(|at| self.texts.sheet_name(at)).map(Value::text);
                if lower == "name" {
                    return Ok(name.unwrap_or_default());
                }
                return Ok(self.sheet_member(frame, *sheet, lower, given));
            }
            Host::List { prefix, .. } => {
                return Ok(match lower {
                    "item" => self.host_item(host, given),
                    "count" => Value::Num(self.texts.count(prefix) as f64),
                    "last" => self.one_host_item(host, &Value::Num(self.texts.count(prefix) as f64), &[]),
                    "first" => self.one_host_item(host, &Value::Num(1.0), &[]),
                    _ => Value::Unknown,
                });
            }
            Host::Sheets | Host::Folders | Host::Environment if lower == "item" => {
                return Ok(self.host_item(host, given));
            }
            Host::Sheets if lower == "count" && self.texts.has_cells() => {
                return Ok(Value::Num(self.texts.sheet_count() as f64));
            }
            Host::Story => match lower {
                "text" | "formattedtext" | "value" => {
                    return Ok(self.texts.story().map_or(Value::Unknown, Value::text));
                }
                "paragraphs" => return Ok(self.host_item(&Self::list(PARAGRAPH, 1), given)),
                _ => {}
            },
            _ => {}
        }
        Ok(self.document_member(frame, lower, given))
    }

    /// What a document has, and the program gives of the document at hand.
    fn document_member(&mut self, frame: &Frame<'a>, lower: &str, given: &[Value]) -> Value {
        let list = |prefix: &str| Self::list(prefix, 1);
        let host = match lower {
            "builtindocumentproperties" | "customdocumentproperties" => list(PROPERTY),
            "variables" => list(VARIABLE),
            "shapes" | "inlineshapes" | "pictures" | "shaperange" => list(SHAPE),
            "comments" => list(COMMENT),
            "bookmarks"
            | "contentcontrols"
            | "selectcontentcontrolsbytag"
            | "selectcontentcontrolsbytitle" => list(BOOKMARK),
            "paragraphs" => list(PARAGRAPH),
            "content" | "storyranges" => Host::Story,
            "sheets" | "worksheets" => Host::Sheets,
            "activesheet" => Host::Sheet(None),
            "activedocument" | "activeworkbook" | "thisworkbook" | "thisdocument" | "parent" => {
                Host::Document
            }
            "author" | "title" | "subject" | "keywords" => {
                return self
                    .texts
                    .property(&format!("{PROPERTY}{lower}"), "")
                    .map_or(Value::Unknown, Value::Str);
            }
            "range" if given.is_empty() => Host::Story,
            "range" | "cells" | "usedrange" | "activecell" | "columns" | "rows" => {
                return self.sheet_member(frame, None, lower, given);
            }
            _ => return Value::Unknown,
        };
        if matches!(host, Host::Story | Host::Document | Host::Sheet(_)) {
            return Object::host(host);
        }
        self.host_item(&host, given)
    }

    /// A property of a control, a shape, a property, a paragraph.
    fn item_member(&self, key: &str, lower: &str, given: &[Value]) -> Value {
        if let Some(text) = self.texts.property(key, lower) {
            return Value::Str(text);
        }
        match lower {
            // Steps on the way to the same text.
            "range" | "textframe" | "textframe2" | "textrange" | "characters" | "content" | "object"
            | "oleformat" | "dataformat" | "shape" => Object::host(Host::Item(key.to_owned())),
            "pages" | "tabs" => {
                let list = Self::list(texts::pages_of(key), 0);
                self.host_item(&list, given)
            }
            "controls" => self.host_item(&Self::list(format!("{key}/"), 0), given),
            "text" | "value" | "formula" => self.texts.property(key, "").map_or(Value::Unknown, Value::Str),
            "alternativetext" | "title" | "name" | "caption" | "tag" | "controltiptext" => Value::Unknown,
            _ => Value::Unknown,
        }
    }

    fn range_member(&self, frame: &Frame<'a>, cells: Cells, lower: &str, given: &[Value]) -> Value {
        let moved = |rows: Option<i64>, columns: Option<i64>| {
            let row = u32::try_from(i64::from(cells.row) + rows?).ok()?;
            let column = u32::try_from(i64::from(cells.column) + columns?).ok()?;
            Some(Cells { row, column, ..cells })
        };
        let number = |at: usize| given.get(at).map_or(Some(0), |value| self.plain(value.clone()).whole());
        match lower {
            "value" | "value2" | "text" | "formula" | "formular1c1" | "formulalocal" => {
                self.texts.range(&cells)
            }
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
    fn part_of(&self, cells: Cells, rows: bool, given: &[Value]) -> Value {
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

    fn sheet_member(
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
    pub(super) fn range_of(&self, frame: &Frame<'a>, sheet: Option<usize>, text: &Value) -> Value {
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
    fn own_sheet(&self, module: usize) -> Option<usize> {
        let name = self.project.module_name(module);
        let by_number = || {
            let number = name.strip_prefix("Sheet")?.parse::<f64>().ok()?;
            self.texts.sheet(&Value::Num(number))
        };
        self.texts.sheet_named(name).or_else(by_number)
    }

    /// The part of the document that a module stands for.
    pub(super) fn document_of(&self, module: usize) -> Host {
        match self.own_sheet(module) {
            Some(sheet) => Host::Sheet(Some(sheet)),
            None if self.project.module_name(module).to_ascii_lowercase().starts_with("sheet") => {
                Host::Sheet(None)
            }
            None => Host::Document,
        }
    }

    /// A control of a form, or its own property.
    pub(super) fn form_member(&self, module: usize, lower: &str, given: &[Value]) -> Value {
        let prefix = texts::controls_of(self.project.module_name(module));
        if lower == "controls" {
            return self.host_item(&Self::list(prefix, 0), given);
        }
        let control = format!("{prefix}{lower}");
        if self.texts.has(&control) {
            let item = Object::host(Host::Item(control));
            return if given.is_empty() { item } else { Value::Unknown };
        }
        match lower {
            "caption" | "tag" => self.texts.property(&prefix, lower).map_or(Value::Unknown, Value::Str),
            _ => Value::Unknown,
        }
    }

    /// `object(index)` of an object made by name.
    pub(super) fn made_item(&self, name: &Rc<str>, _given: &[Value]) -> Value {
        match kind_of(name) {
            ObjectKind::Wmi => Value::Object(Object::Made(Rc::clone(name))),
            _ => Value::Unknown,
        }
    }

    /// A member of an object made by name.
    pub(super) fn made_member(
        &mut self,
        frame: &mut Frame<'a>,
        name: &Rc<str>,
        lower: &str,
        given: &[Value],
        base: &Value,
    ) -> Evaluated {
        let first = || given.first().cloned().unwrap_or_default();
        Ok(match (kind_of(name), lower) {
            (_, "createobject" | "getobject") => self.made_object(given),
            (_, "expandenvironmentstrings") => self.plain(first()),
            (_, "specialfolders") => self.host_item(&Host::Folders, given),
            (_, "environment") => Object::host(Host::Environment),
            (_, "application") => base.clone(),
            (ObjectKind::Files, "buildpath") => {
                let mut text = self.plain(first()).into_text();
                text.push("\\");
                text.push(self.plain(given.get(1).cloned().unwrap_or_default()).into_text().as_str());
                Value::Str(text)
            }
            (ObjectKind::Files, "getspecialfolder") => match first().whole() {
                Some(0) => Value::text("%WINDIR%"),
                Some(1) => Value::text("%WINDIR%\\System32"),
                Some(2) => Value::text("%TEMP%"),
                _ => Value::Unknown,
            },
            (ObjectKind::Files, "createtextfile" | "opentextfile") => {
                let path: Text = self.plain(first()).into_text();
                self.hold(Held::File { path })
            }
            (ObjectKind::Wmi | ObjectKind::Shell, "run" | "exec" | "create" | "shellexecute") => {
                Value::Unknown
            }
            (ObjectKind::Wmi | ObjectKind::Shell, _) => base.clone(),
            (_, "run") => return self.run_by_name(frame, given.first(), given.get(1..).unwrap_or_default()),
            _ => Value::Unknown,
        })
    }
}

fn whole_sheet(sheet: Option<usize>) -> Cells {
    Cells { sheet, row: 0, column: 0, rows: ROWS, columns: COLUMNS }
}
