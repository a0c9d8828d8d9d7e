//! Objects that hold values: dictionaries, collections, and what else is made by name.

use super::{Held, Keyed, Object};
use crate::script::vba::run::world::Frame;
use crate::script::vba::run::{Evaluated, Machine};
use crate::script::vba::value::Value;

/// Objects of one run that hold something.
const HELD_MAX: usize = 4_096;
/// Values in one of them.
const VALUES_MAX: usize = 16_384;
/// Invalid procedure call: no such key.
const NO_SUCH_KEY: u16 = 5;

impl<'a> Machine<'_, 'a> {
    /// An object by the name it is made with.
    pub(in crate::script::vba::run) fn object_named(&mut self, name: &str) -> Value {
        let lower = name.trim().to_ascii_lowercase();
        let is = |word: &str| lower == word || lower.starts_with(&format!("{word}."));
        let held = if is("scripting.dictionary") || lower == "dictionary" {
            Held::Dictionary(Keyed::default())
        } else if lower == "collection" {
            Held::Collection { items: Keyed::caseless(), from: 1 }
        } else if lower == "system.collections.arraylist" {
            Held::Collection { items: Keyed::default(), from: 0 }
        } else if is("adodb.stream") {
            Held::Stream { bytes: Some(Vec::new()), charset: "unicode".to_owned(), place: 0 }
        } else if lower.contains("xml") && (lower.contains("document") || lower.contains("xmldom")) {
            Held::Node { sort: String::new(), value: Value::Empty }
        } else {
            return Object::made(name);
        };
        self.hold(held)
    }

    pub(in crate::script::vba::run) fn hold(&mut self, held: Held) -> Value {
        if self.world.heap.len() >= HELD_MAX {
            return Value::Unknown;
        }
        Value::Object(Object::Held(self.world.hold(held)))
    }

    /// `object(index)`
    pub(in crate::script::vba::run) fn held_item(&mut self, place: usize, indexes: &[Value]) -> Evaluated {
        let Some(index) = indexes.first() else { return Ok(Value::Unknown) };
        let index = self.plain(index.clone());
        let mut found = Vec::new();
        for one in index.alternatives() {
            found.push(self.one_item(place, one)?);
        }
        Ok(Value::either(found))
    }

    fn one_item(&mut self, place: usize, index: &Value) -> Evaluated {
        match self.world.held(place) {
            Some(Held::Dictionary(keyed)) => Ok(match keyed.place(index) {
                Some(Some(at)) => keyed.values.get(at).cloned().unwrap_or_default(),
                // Asking for a key that is not there makes it.
                Some(None) => Value::Empty,
                None => Value::Unknown,
            }),
            Some(Held::Collection { items, from }) => match index {
                Value::Str(_) => match items.place(index) {
                    Some(Some(at)) => Ok(items.values.get(at).cloned().unwrap_or_default()),
                    Some(None) => self.raise(NO_SUCH_KEY),
                    None => Ok(Value::Unknown),
                },
                other if items.fuzzy => Ok(other.whole().map_or(Value::Unknown, |_| Value::Unknown)),
                other => {
                    let Some(at) = other.whole() else { return Ok(Value::Unknown) };
                    let found = usize::try_from(at - *from).ok().and_then(|at| items.values.get(at)).cloned();
                    found.map_or_else(|| self.raise(crate::script::vba::run::evaluate::OUT_OF_RANGE), Ok)
                }
            },
            _ => Ok(Value::Unknown),
        }
    }

    pub(in crate::script::vba::run) fn held_elements(&self, place: usize) -> Value {
        match self.world.held(place) {
            Some(Held::Dictionary(keyed)) if !keyed.fuzzy => Value::array(keyed.keys.clone()),
            Some(Held::Collection { items, .. }) if !items.fuzzy => Value::array(items.values.clone()),
            _ => Value::Unknown,
        }
    }

    pub(in crate::script::vba::run) fn held_member(
        &mut self,
        frame: &mut Frame<'a>,
        place: usize,
        lower: &str,
        given: &[Value],
    ) -> Evaluated {
        if matches!(lower, "item" | "items" | "keys") && !given.is_empty() {
            let found = self.held_item(place, given.get(..1).unwrap_or_default())?;
            // `d.Items()(2)` is written `d.Items(2)` as well.
            if lower == "item" || found != Value::Empty {
                return Ok(found);
            }
        }
        self.effects += 1;
        match self.world.held(place) {
            Some(Held::Dictionary(_)) => Ok(self.dictionary(place, lower, given)),
            Some(Held::Collection { .. }) => Ok(self.collection(place, lower, given)),
            Some(Held::Node { .. }) => Ok(self.node(place, lower)),
            Some(Held::Stream { .. }) => self.stream(frame, place, lower, given),
            Some(Held::File { .. }) => {
                if matches!(lower, "write" | "writeline") {
                    let text = Value::Str(crate::script::vba::run::assign::written(given));
                    self.note(frame.module, frame.line, &text);
                }
                Ok(Value::Empty)
            }
            None => Ok(Value::Unknown),
        }
    }

    fn dictionary(&mut self, place: usize, lower: &str, given: &[Value]) -> Value {
        let first = given.first().cloned().unwrap_or_default();
        let Some(Held::Dictionary(keyed)) = self.world.held(place) else { return Value::Unknown };
        match lower {
            "exists" => return keyed.place(&first).map_or(Value::Unknown, |at| Value::Bool(at.is_some())),
            "count" if !keyed.fuzzy => return Value::Num(keyed.values.len() as f64),
            "keys" if !keyed.fuzzy => return indexed(Value::array(keyed.keys.clone()), given),
            "items" if !keyed.fuzzy => return indexed(Value::array(keyed.values.clone()), given),
            "count" | "keys" | "items" => return Value::Unknown,
            _ => {}
        }
        let at = keyed.place(&first);
        let full = keyed.values.len() >= VALUES_MAX;
        let Some(Held::Dictionary(keyed)) = self.world.held_mut(place) else { return Value::Unknown };
        match lower {
            "add" if !full => keyed.put(Some(first), given.get(1).cloned().unwrap_or_default()),
            "remove" => match at {
                Some(Some(at)) => keyed.remove(at),
                _ => keyed.fuzzy = true,
            },
            "removeall" => keyed.clear(),
            _ => return Value::Unknown,
        }
        Value::Empty
    }

    /// `Add item, key, before, after`; of an `ArrayList` also `Reverse`, `Insert`, `ToArray`.
    fn collection(&mut self, place: usize, lower: &str, given: &[Value]) -> Value {
        let Some(Held::Collection { items, from }) = self.world.held(place) else { return Value::Unknown };
        let from = *from;
        match lower {
            "count" if !items.fuzzy => return Value::Num(items.values.len() as f64),
            "toarray" if !items.fuzzy => return Value::array(items.values.clone()),
            "count" | "toarray" => return Value::Unknown,
            _ => {}
        }
        let number = |value: Option<&Value>| {
            value.and_then(Value::whole).and_then(|at| usize::try_from(at - from).ok())
        };
        let of = |value: Option<&Value>| match value {
            Some(Value::Str(_)) => value.and_then(|key| items.place(key)).flatten(),
            other => number(other),
        };
        let given_at = |at: usize| given.get(at).filter(|value| !matches!(value, Value::Missing));
        let (removed, before, after) = (of(given.first()), of(given_at(2)), of(given_at(3)));
        let full = items.values.len() >= VALUES_MAX;
        let first = given.first().cloned().unwrap_or_default();
        let Some(Held::Collection { items, .. }) = self.world.held_mut(place) else { return Value::Unknown };
        match lower {
            "add" if !full => {
                let key = given_at(1).cloned();
                match before.or(after.map(|at| at + 1)) {
                    Some(at) => items.insert(at, key, first),
                    None => match key {
                        Some(key) => items.put(Some(key), first),
                        None => items.put(None, first),
                    },
                }
            }
            "insert" if !full => match number(Some(&first)) {
                Some(at) => items.insert(at, None, given.get(1).cloned().unwrap_or_default()),
                None => items.fuzzy = true,
            },
            "reverse" => {
                items.values.reverse();
                items.keys.reverse();
            }
            "remove" | "removeat" => match removed {
                Some(at) => items.remove(at),
                None => items.fuzzy = true,
            },
            "clear" => items.clear(),
            _ => return Value::Unknown,
        }
        Value::Empty
    }

    /// `object.name = value`, `object(index) = value`
    pub(in crate::script::vba::run) fn set_held(
        &mut self,
        place: usize,
        lower: &str,
        indexes: &[Value],
        value: Value,
    ) {
        let value = if value.arrays_deep() >= 3 { Value::Unknown } else { value };
        let plain = self.plain(value.clone());
        let key = indexes.first().cloned().map(|key| self.plain(key));
        match self.world.held_mut(place) {
            Some(Held::Dictionary(keyed)) => match (lower, key) {
                ("item", Some(key)) if keyed.values.len() < VALUES_MAX => keyed.put(Some(key), value),
                ("comparemode", _) => keyed.caseless = plain.whole() == Some(1),
                _ => {}
            },
            Some(Held::Collection { items, from }) => {
                let at = key.and_then(|key| key.whole()).and_then(|at| usize::try_from(at - *from).ok());
                match at.and_then(|at| items.values.get_mut(at)) {
                    Some(slot) => *slot = value,
                    None => items.fuzzy = true,
                }
            }
            Some(Held::Node { sort, value: slot }) => match lower {
                "datatype" => *sort = plain.into_text().as_str().to_ascii_lowercase(),
                "text" | "nodetypedvalue" | "nodevalue" => *slot = plain,
                _ => {}
            },
            Some(Held::Stream { charset, place: at, bytes }) => match lower {
                "charset" => *charset = plain.into_text().as_str().to_ascii_lowercase(),
                "position" => *at = plain.index().unwrap_or_default().min(bytes.as_ref().map_or(0, Vec::len)),
                _ => {}
            },
            _ => {}
        }
    }
}

fn indexed(array: Value, given: &[Value]) -> Value {
    match (&array, given) {
        (_, []) => array,
        (Value::Array(items), [index, ..]) => {
            index.index().and_then(|at| items.items.get(at)).cloned().unwrap_or_default()
        }
        _ => Value::Unknown,
    }
}
