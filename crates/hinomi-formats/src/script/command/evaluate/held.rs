//! What the machine holds: lists and objects. They are paid for by the element, so that steps bound the memory.

use super::value::{GAP, Value, number_text};
use super::{Dialect, Machine};
use std::rc::Rc;

/// Lists inside one another that are written out.
const TEXT_DEPTH_MAX: u32 = 6;
/// Elements one value is written with.
const ELEMENTS_WRITTEN_MAX: usize = 1 << 20;

/// A list or an object.
#[derive(Debug)]
pub(super) enum Held {
    List(Vec<Value>),
    Fields(Fields),
}

/// An object: what it is, and what is in it.
#[derive(Debug, Clone, Default)]
pub(in crate::script) struct Fields {
    /// In lower case: `net.webclient`, empty for a plain one.
    pub(in crate::script) kind: String,
    pub(in crate::script) entries: Vec<(String, Value)>,
}

impl Fields {
    pub(in crate::script) fn get(&self, name: &str) -> Option<&Value> {
        self.entries.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl Machine<'_> {
    pub(in crate::script) fn list(&mut self, items: Vec<Value>) -> Value {
        if !self.pay(items.len()) {
            return Value::Unknown;
        }
        self.held.push(Held::List(items));
        Value::List(self.held.len() - 1)
    }

    pub(in crate::script) fn texts<S: Into<String>>(&mut self, texts: impl IntoIterator<Item = S>) -> Value {
        let mut items = Vec::new();
        for text in texts {
            let text = text.into();
            if !self.pay(1 + text.len() / 32) {
                return Value::Unknown;
            }
            items.push(Value::text(text));
        }
        self.list(items)
    }

    pub(in crate::script) fn object(&mut self, kind: &str, entries: Vec<(String, Value)>) -> Value {
        if !self.pay(2 + entries.len()) {
            return Value::Unknown;
        }
        self.held.push(Held::Fields(Fields { kind: kind.to_owned(), entries }));
        Value::Object(self.held.len() - 1)
    }

    /// The elements of a list that is held.
    pub(in crate::script) fn items(&self, list: usize) -> &[Value] {
        match self.held.get(list) {
            Some(Held::List(items)) => items,
            _ => &[],
        }
    }

    pub(in crate::script) fn items_mut(&mut self, list: usize) -> Option<&mut Vec<Value>> {
        match self.held.get_mut(list) {
            Some(Held::List(items)) => Some(items),
            _ => None,
        }
    }

    pub(in crate::script) fn fields(&self, object: usize) -> Option<&Fields> {
        match self.held.get(object) {
            Some(Held::Fields(fields)) => Some(fields),
            _ => None,
        }
    }

    /// The kind of an object; empty for everything else.
    pub(in crate::script) fn kind(&self, value: &Value) -> &str {
        match value {
            Value::Object(object) => self.fields(*object).map_or("", |fields| &fields.kind),
            _ => "",
        }
    }

    pub(in crate::script) fn field(&mut self, object: usize, name: &str) -> Option<Value> {
        let (found, len) = {
            let fields = self.fields(object)?;
            (fields.get(name).cloned(), fields.entries.len())
        };
        self.pay(len / 16);
        found
    }

    pub(in crate::script) fn set_field(&mut self, object: usize, name: &str, value: Value) {
        let len = self.fields(object).map_or(0, |fields| fields.entries.len());
        if !self.pay(1 + len / 16) {
            return;
        }
        let Some(Held::Fields(fields)) = self.held.get_mut(object) else { return };
        match fields.entries.iter_mut().find(|(known, _)| known == name) {
            Some((_, slot)) => *slot = value,
            None => fields.entries.push((name.to_owned(), value)),
        }
    }

    /// What a value is made of when something goes through it: a list's elements, else itself.
    pub(in crate::script) fn elements(&mut self, value: &Value) -> Option<Vec<Value>> {
        let items = match value {
            Value::Unknown => return None,
            Value::Null => Vec::new(),
            Value::List(list) => self.items(*list).to_vec(),
            Value::Bytes(bytes) => bytes.iter().map(|byte| Value::Num(f64::from(*byte))).collect(),
            other => vec![other.clone()],
        };
        self.pay(items.len()).then_some(items)
    }

    /// The value as the language would join it to a string, with a gap for what is not known.
    pub(in crate::script) fn text_of(&mut self, value: &Value) -> String {
        let mut out = String::new();
        let mut left = ELEMENTS_WRITTEN_MAX;
        self.write_text(&mut out, value, 0, &mut left);
        self.pay_bytes(out.len());
        self.pay(ELEMENTS_WRITTEN_MAX - left);
        out
    }

    fn write_text(&self, out: &mut String, value: &Value, depth: u32, left: &mut usize) {
        *left = left.saturating_sub(1);
        if out.len() > self.limits.text_bytes_max || *left == 0 {
            return;
        }
        let script = self.dialect == Dialect::JScript;
        match value {
            Value::Str(text) => out.push_str(text.as_str()),
            Value::Char(c) => out.push(*c),
            Value::Num(number) => out.push_str(&number_text(*number)),
            Value::Bool(is) if script => out.push_str(if *is { "true" } else { "false" }),
            Value::Bool(is) => out.push_str(if *is { "True" } else { "False" }),
            Value::Null if script && depth == 0 => out.push_str("undefined"),
            Value::Null => {}
            Value::Env(name) => {
                out.push('%');
                out.push_str(name);
                out.push('%');
            }
            Value::Type(name) => out.push_str(name),
            Value::Bytes(bytes) => {
                for (at, byte) in bytes.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { " " });
                    out.push_str(&byte.to_string());
                }
            }
            Value::List(list) if depth < TEXT_DEPTH_MAX => {
                for (at, item) in self.items(*list).iter().enumerate() {
                    if at > 0 {
                        out.push(if script { ',' } else { ' ' });
                    }
                    self.write_text(out, item, depth + 1, left);
                    if *left == 0 {
                        break;
                    }
                }
            }
            Value::Object(object) => match self.fields(*object).and_then(|fields| fields.get("\0text")) {
                Some(text) if depth < TEXT_DEPTH_MAX => self.write_text(out, text, depth + 1, left),
                _ => out.push(GAP),
            },
            Value::Function(function) if !script => match self.closures.get(*function) {
                Some(closure) => out.push_str(&closure.function.name),
                None => out.push(GAP),
            },
            _ => {
                if !out.ends_with(GAP) {
                    out.push(GAP);
                }
            }
        }
    }

    /// The text of a value that is wholly known; `None` when any piece is not.
    pub(in crate::script) fn known_text(&mut self, value: &Value) -> Option<String> {
        let text = self.text_of(value);
        (!text.contains(GAP) && value.is_known()).then_some(text)
    }

    /// The bytes of a value: of a byte array, or of a list of numbers.
    pub(in crate::script) fn bytes_of(&mut self, value: &Value) -> Option<Rc<Vec<u8>>> {
        match value {
            Value::Bytes(bytes) => Some(Rc::clone(bytes)),
            Value::List(list) => {
                let list = *list;
                if !self.pay(self.items(list).len()) {
                    return None;
                }
                let bytes: Option<Vec<u8>> = self
                    .items(list)
                    .iter()
                    .map(|item| item.whole().and_then(|number| u8::try_from(number).ok()))
                    .collect();
                bytes.map(Rc::new)
            }
            Value::Object(object) => match self.field(*object, "\0bytes") {
                Some(Value::Bytes(bytes)) => Some(bytes),
                _ => None,
            },
            _ => None,
        }
    }
}
