//! Objects that hold values: dictionaries, collections, elements of XML, streams, text files.

use super::objects::{Held, Keyed, Object};
use super::world::Frame;
use super::{Evaluated, Machine};
use crate::script::command;
use crate::script::vba::value::text::Text;
use crate::script::vba::value::{Value, byte_values};

/// Objects of one run that hold something.
const HELD_MAX: usize = 4_096;
/// Values in one of them.
const VALUES_MAX: usize = 16_384;
/// Bytes of one stream.
const STREAM_BYTES_MAX: usize = 4 << 20;
/// Invalid procedure call: no such key.
const NO_SUCH_KEY: u16 = 5;

impl<'a> Machine<'_, 'a> {
    /// An object by the name it is made with.
    pub(super) fn object_named(&mut self, name: &str) -> Value {
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
        } else if lower.contains("xml") && lower.contains("document") {
            Held::Node { sort: String::new(), value: Value::Empty }
        } else {
            return Object::made(name);
        };
        self.hold(held)
    }

    pub(super) fn hold(&mut self, held: Held) -> Value {
        if self.world.heap.len() >= HELD_MAX {
            return Value::Unknown;
        }
        Value::Object(Object::Held(self.world.hold(held)))
    }

    /// `object(index)`
    pub(super) fn held_item(&mut self, place: usize, indexes: &[Value]) -> Evaluated {
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
                    found.map_or_else(|| self.raise(super::evaluate::OUT_OF_RANGE), Ok)
                }
            },
            _ => Ok(Value::Unknown),
        }
    }

    pub(super) fn held_elements(&self, place: usize) -> Value {
        match self.world.held(place) {
            Some(Held::Dictionary(keyed)) if !keyed.fuzzy => Value::array(keyed.keys.clone()),
            Some(Held::Collection { items, .. }) if !items.fuzzy => Value::array(items.values.clone()),
            _ => Value::Unknown,
        }
    }

    pub(super) fn held_member(
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
                    let text = Value::Str(super::assign::written(given));
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

    /// An element of XML: `Text` and `nodeTypedValue` are two sights of one value.
    fn node(&mut self, place: usize, lower: &str) -> Value {
        let Some(Held::Node { sort, value }) = self.world.held(place) else { return Value::Unknown };
        match lower {
            "createelement" | "createnode" | "documentelement" | "appendchild" => {
                self.hold(Held::Node { sort: String::new(), value: Value::Empty })
            }
            "nodetypedvalue" => {
                let Some(text) = value.known_text() else { return typed_already(value) };
                match sort.as_str() {
                    "bin.base64" => Value::bytes(&command::decode_base64(text)),
                    "bin.hex" => hex_bytes(text).map_or(Value::Unknown, |bytes| Value::bytes(&bytes)),
                    _ => value.clone(),
                }
            }
            "text" | "nodevalue" | "xml" => match value {
                Value::Array(array) => match (sort.as_str(), byte_values(&array.items)) {
                    ("bin.base64", Some(bytes)) => Value::text(base64_of(&bytes)),
                    ("bin.hex", Some(bytes)) => {
                        Value::text(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
                    }
                    _ => Value::Unknown,
                },
                other => other.clone(),
            },
            _ => Value::Unknown,
        }
    }

    /// `ADODB.Stream`: bytes go in and text comes out, or the other way.
    fn stream(&mut self, frame: &Frame<'a>, place: usize, lower: &str, given: &[Value]) -> Evaluated {
        let limit = self.string_bytes_max.min(STREAM_BYTES_MAX);
        let first = given.first().cloned().unwrap_or_default();
        let first = self.plain(first);
        self.pay(first.weight() / 64)?;
        if lower == "savetofile" || lower == "loadfromfile" {
            let text = match self.world.held(place) {
                Some(Held::Stream { bytes: Some(bytes), charset, .. }) => stream_text(bytes, charset),
                _ => return Ok(Value::Empty),
            };
            self.note(frame.module, frame.line, &Value::Str(text));
        }
        let Some(Held::Stream { bytes, charset, place: at }) = self.world.held_mut(place) else {
            return Ok(Value::Unknown);
        };
        let put = |bytes: &mut Option<Vec<u8>>, more: Option<Vec<u8>>| match (bytes.as_mut(), more) {
            (Some(held), Some(more)) if held.len() + more.len() <= limit => held.extend(more),
            _ => *bytes = None,
        };
        match lower {
            "write" => put(
                bytes,
                match &first {
                    Value::Array(array) => byte_values(&array.items),
                    _ => None,
                },
            ),
            "writetext" => put(bytes, first.known_text().map(|text| text_bytes(text, charset))),
            "readtext" => {
                let text =
                    bytes.as_ref().map(|bytes| stream_text(bytes.get(*at..).unwrap_or_default(), charset));
                *at = bytes.as_ref().map_or(0, Vec::len);
                return Ok(text.map_or(Value::Unknown, Value::Str));
            }
            "read" => {
                let read = bytes.as_ref().map(|bytes| Value::bytes(bytes.get(*at..).unwrap_or_default()));
                *at = bytes.as_ref().map_or(0, Vec::len);
                return Ok(read.unwrap_or_default());
            }
            "loadfromfile" => *bytes = None,
            "size" => {
                return Ok(bytes.as_ref().map_or(Value::Unknown, |bytes| Value::Num(bytes.len() as f64)));
            }
            _ => return Ok(Value::Unknown),
        }
        Ok(Value::Empty)
    }

    /// `object.name = value`, `object(index) = value`
    pub(super) fn set_held(&mut self, place: usize, lower: &str, indexes: &[Value], value: Value) {
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

fn typed_already(value: &Value) -> Value {
    match value {
        Value::Array(_) => value.clone(),
        _ => Value::Unknown,
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

/// Hexadecimal digits, blanks left out.
fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    Some(digits?.chunks(2).map(|pair| pair.iter().fold(0u8, |sum, digit| sum << 4 | digit)).collect())
}

/// Base64 (RFC 4648 section 4) in lines of 72, as MSXML writes it.
fn base64_of(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (at, group) in bytes.chunks(3).enumerate() {
        if at > 0 && at % 18 == 0 {
            out.push('\n');
        }
        let sum = group.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for digit in 0..4usize {
            let six = (sum >> (18 - 6 * digit)) & 63;
            let letter = ALPHABET.get(six as usize).copied().unwrap_or(b'=');
            out.push(if digit <= group.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

fn encoding(charset: &str) -> Option<&'static encoding_rs::Encoding> {
    encoding_rs::Encoding::for_label(charset.as_bytes())
}

fn text_bytes(text: &str, charset: &str) -> Vec<u8> {
    match charset {
        "unicode" | "utf-16" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => encoding(charset)
            .map_or_else(|| text.as_bytes().to_vec(), |known| known.encode(text).0.into_owned()),
    }
}

fn stream_text(bytes: &[u8], charset: &str) -> Text {
    let text = match charset {
        "unicode" | "utf-16" if bytes.len().is_multiple_of(2) && looks_wide(bytes) => {
            encoding_rs::UTF_16LE.decode(bytes).0.into_owned()
        }
        "unicode" | "utf-16" => super::super::value::ansi_text(bytes),
        _ => encoding(charset).map_or_else(
            || super::super::value::ansi_text(bytes),
            |known| known.decode(bytes).0.into_owned(),
        ),
    };
    Text::new(text)
}

/// Whether every second byte of most pairs is zero.
fn looks_wide(bytes: &[u8]) -> bool {
    let zeros = bytes.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    zeros * 4 >= bytes.len()
}
