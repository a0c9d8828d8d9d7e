//! The value that travels through a recipe, and its two conversions.
//!
//! An operation takes either bytes or text. Text is UTF-16 code units, lone surrogates included, because
//! that is what the operations of CyberChef count, compare and split; a Rust `String` could not hold it.

mod numbers;

use super::bake::Oven;
use super::error::Fault;
use super::html;
use super::json::Json;
use super::ops::code::json5::pretty;

pub(super) use numbers::Numbers;

/// What lies between two operations.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Dish {
    /// Bytes (`byteArray` and `ArrayBuffer` there).
    Bytes(Vec<u8>),
    /// A `byteArray` with NaN in it.
    Numbers(Numbers),
    /// UTF-16 code units (`string` there).
    Text(Vec<u16>),
    /// Text with marks for the page: the next operation gets it without them.
    Html(Vec<u16>),
    /// A value (`JSON` there), which the next operation gets written out.
    Json(Json),
    /// Files out of an archive, which the next operation gets one behind the other.
    Files(Vec<Unpacked>),
}

/// One file out of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unpacked {
    pub(super) name: Vec<u16>,
    pub(super) bytes: Vec<u8>,
}

impl Default for Dish {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

impl Dish {
    /// Bytes held in memory, for the limit on expansion.
    pub(super) fn held(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Numbers(numbers) => numbers.held(),
            Self::Text(text) | Self::Html(text) => text.len().saturating_mul(2),
            Self::Json(value) => size_of_value(value),
            Self::Files(files) => files
                .iter()
                .map(|file| file.bytes.len().saturating_add(file.name.len().saturating_mul(2)))
                .fold(0, usize::saturating_add),
        }
    }

    /// The bytes of this value.
    pub(super) fn into_bytes(self, oven: &mut Oven) -> Result<Vec<u8>, Fault> {
        Ok(match self {
            Self::Bytes(bytes) => bytes,
            Self::Numbers(numbers) => numbers.into_bytes(),
            Self::Text(text) => text_to_bytes(&text),
            Self::Html(text) => text_to_bytes(&html::to_text(&text, oven)?),
            Self::Json(value) => text_to_bytes(&pretty(&value, &[0x20; 4], oven)?),
            Self::Files(files) => files.into_iter().flat_map(|file| file.bytes).collect(),
        })
    }

    /// The text of this value. Text stays what it is; all else goes by way of bytes.
    pub(super) fn into_text(self, oven: &mut Oven) -> Result<Vec<u16>, Fault> {
        match self {
            Self::Text(text) => Ok(text),
            other => {
                let bytes = other.into_bytes(oven)?;
                oven.room_for_text(bytes.len())?;
                Ok(bytes_to_text(&bytes))
            }
        }
    }
}

/// What a value takes in memory, about.
fn size_of_value(value: &Json) -> usize {
    let inside = match value {
        Json::Text(text) => text.len().saturating_mul(2),
        Json::List(items) => items.iter().map(size_of_value).fold(0, usize::saturating_add),
        Json::Map(entries) => entries
            .iter()
            .map(|(key, value)| key.len().saturating_mul(2).saturating_add(size_of_value(value)))
            .fold(0, usize::saturating_add),
        _ => 0,
    };
    inside.saturating_add(size_of::<Json>())
}

/// Text to bytes: Latin-1 when every code unit fits, else all of it UTF-8 with U+FFFD for a lone surrogate.
pub(super) fn text_to_bytes(text: &[u16]) -> Vec<u8> {
    if text.iter().all(|&unit| unit <= 0xff) {
        let mut bytes = vec![0; text.len()];
        encoding_rs::mem::convert_utf16_to_latin1_lossy(text, &mut bytes);
        return bytes;
    }
    text_to_utf8(text)
}

/// Text to UTF-8, U+FFFD for a lone surrogate.
pub(super) fn text_to_utf8(text: &[u16]) -> Vec<u8> {
    let mut bytes = vec![0; text.len().saturating_mul(3)];
    let written = encoding_rs::mem::convert_utf16_to_utf8(text, &mut bytes);
    bytes.truncate(written);
    bytes
}

/// Whether a surrogate stands alone in it.
pub(super) fn unpaired(text: &[u16]) -> bool {
    char::decode_utf16(text.iter().copied()).any(|next| next.is_err())
}

/// Bytes to text: UTF-8 without its byte order mark when every byte of it is valid, else one character a byte.
pub(super) fn bytes_to_text(bytes: &[u8]) -> Vec<u16> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return str_to_text(text.strip_prefix('\u{feff}').unwrap_or(text));
    }
    latin1_to_text(bytes)
}

/// One character a byte.
pub(super) fn latin1_to_text(bytes: &[u8]) -> Vec<u16> {
    let mut units = vec![0; bytes.len()];
    encoding_rs::mem::convert_latin1_to_utf16(bytes, &mut units);
    units
}

/// The code units of a Rust string.
pub(super) fn str_to_text(text: &str) -> Vec<u16> {
    let mut units = vec![0; text.len()];
    let written = encoding_rs::mem::convert_str_to_utf16(text, &mut units);
    units.truncate(written);
    units
}

/// Adds a code point, as a surrogate pair where one is needed; above U+10FFFF it wraps as JavaScript's
/// arithmetic does.
pub(super) fn push_code_point(text: &mut Vec<u16>, point: u32) {
    match u16::try_from(point) {
        Ok(unit) => text.push(unit),
        Err(_) => {
            let over = point.wrapping_sub(0x1_0000);
            text.push(low_ten_bits(over >> 10) | 0xd800);
            text.push(low_ten_bits(over) | 0xdc00);
        }
    }
}

fn low_ten_bits(value: u32) -> u16 {
    u16::try_from(value & 0x3ff).unwrap_or(0)
}

/// Adds an ASCII or other literal.
pub(super) fn push_str(text: &mut Vec<u16>, literal: &str) {
    text.extend(literal.encode_utf16());
}

/// A code unit as a byte, when it is ASCII.
pub(super) fn ascii(unit: u16) -> Option<u8> {
    u8::try_from(unit).ok().filter(u8::is_ascii)
}

/// White space as JavaScript's `\s` and `trim` see it.
pub(super) fn is_space(unit: u16) -> bool {
    matches!(unit, 0x09..=0x0d | 0x20 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000 | 0xfeff)
}
