//! The program and the document around the macro: what their objects give to code that asks.

mod cells;
pub(super) mod texts;

use super::objects::{Cells, Held, Host, Object, kind_of};
use super::world::Frame;
use super::{Evaluated, Machine};
use crate::script::vba::powers::ObjectKind;
use crate::script::vba::read::BUILT_IN_PROPERTIES;
use crate::script::vba::value::Value;
use crate::script::vba::value::text::Text;
use std::rc::Rc;
use texts::{BOOKMARK, COMMENT, PARAGRAPH, PROPERTY, SHAPE, VARIABLE};

impl<'a> Machine<'_, 'a> {
    /// What an object gives to one who wants no object.
    pub(in crate::script::vba::run) fn default_of(&self, object: &Object) -> Option<Value> {
        match object {
            Object::Host(host) => match &**host {
                Host::Item(key) => Some(self.texts.property(key, "").map_or(Value::Unknown, Value::Str)),
                Host::Story => Some(self.texts.story().map_or(Value::Unknown, Value::text)),
                Host::Range(cells) => Some(self.cells(cells)),
                _ => None,
            },
            Object::Err => Some(self.world.error_number()),
            Object::Held(place) => match self.world.held(*place) {
                Some(Held::Node { value, .. }) => Some(value.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn list(prefix: impl Into<String>, from: usize) -> Host {
        Host::List { prefix: prefix.into(), from }
    }

    /// `list(index)`
    pub(in crate::script::vba::run) fn host_item(&self, host: &Host, given: &[Value]) -> Value {
        let Some(index) = given.first() else { return Object::host(host.clone()) };
        let index = self.plain(index.clone());
        let found = index.alternatives().iter().map(|one| self.one_host_item(host, one, given));
        Value::either(found.collect::<Vec<_>>())
    }

    pub(super) fn one_host_item(&self, host: &Host, index: &Value, given: &[Value]) -> Value {
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
            Host::Sheet(sheet) => self.cell_of(cells::whole_sheet(*sheet), index, given.get(1)),
            _ => Value::Unknown,
        }
    }

    pub(in crate::script::vba::run) fn host_elements(&self, host: &Host) -> Value {
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
    pub(in crate::script::vba::run) fn host_member(
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

    /// A control of a form, or its own property.
    pub(in crate::script::vba::run) fn form_member(
        &self,
        module: usize,
        lower: &str,
        given: &[Value],
    ) -> Value {
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
    pub(in crate::script::vba::run) fn made_item(&self, name: &Rc<str>, _given: &[Value]) -> Value {
        match kind_of(name) {
            ObjectKind::Wmi => Value::Object(Object::Made(Rc::clone(name))),
            _ => Value::Unknown,
        }
    }

    /// A member of an object made by name.
    pub(in crate::script::vba::run) fn made_member(
        &mut self,
        frame: &mut Frame<'a>,
        name: &Rc<str>,
        lower: &str,
        given: &[Value],
        base: &Value,
    ) -> Evaluated {
        self.world.error = None;
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
