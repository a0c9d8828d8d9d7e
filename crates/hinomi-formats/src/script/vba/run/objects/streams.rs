//! Elements of XML with a type, and streams: what turns text into bytes and back.

use super::Held;
use crate::script::command;
use crate::script::vba::run::world::Frame;
use crate::script::vba::run::{Evaluated, Machine};
use crate::script::vba::value::text::Text;
use crate::script::vba::value::{Value, ansi_text, byte_values};

/// Bytes of one stream.
const STREAM_BYTES_MAX: usize = 4 << 20;

impl<'a> Machine<'_, 'a> {
    /// An element of XML: `Text` and `nodeTypedValue` are two sights of one value.
    pub(super) fn node(&mut self, place: usize, lower: &str) -> Value {
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
    pub(super) fn stream(
        &mut self,
        frame: &Frame<'a>,
        place: usize,
        lower: &str,
        given: &[Value],
    ) -> Evaluated {
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
}

fn typed_already(value: &Value) -> Value {
    match value {
        Value::Array(_) => value.clone(),
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
        "unicode" | "utf-16" => ansi_text(bytes),
        _ => encoding(charset).map_or_else(|| ansi_text(bytes), |known| known.decode(bytes).0.into_owned()),
    };
    Text::new(text)
}

/// Whether every second byte of most pairs is zero.
fn looks_wide(bytes: &[u8]) -> bool {
    let zeros = bytes.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    zeros * 4 >= bytes.len()
}
