//! Tags, lengths and values of ASN.1 (X.690), as lenient as the programs that write keys are careless.
//!
//! DER is what keys should be in. Old PKCS#12 and PKCS#7 files have indefinite lengths and strings in pieces, so both
//! are read. Nothing is copied but strings in pieces.

use std::borrow::Cow;

/// Nothing that keys are made of nests deeper; a real PKCS#12 has about 20 levels.
const NESTING_MAX: u32 = crate::Limits::NESTING_MAX;
/// Set in the tag of what holds further values.
const CONSTRUCTED: u8 = 0x20;

pub(in crate::trust::keys) const BOOLEAN: u8 = 0x01;
pub(in crate::trust::keys) const INTEGER: u8 = 0x02;
pub(in crate::trust::keys) const BIT_STRING: u8 = 0x03;
pub(in crate::trust::keys) const OCTET_STRING: u8 = 0x04;
pub(in crate::trust::keys) const NULL: u8 = 0x05;
pub(in crate::trust::keys) const OID: u8 = 0x06;
pub(in crate::trust::keys) const UTC_TIME: u8 = 0x17;
pub(in crate::trust::keys) const GENERALIZED_TIME: u8 = 0x18;
pub(in crate::trust::keys) const SEQUENCE: u8 = 0x30;
pub(in crate::trust::keys) const SET: u8 = 0x31;

/// The tag of `[number]` around a value.
pub(in crate::trust::keys) const fn around(number: u8) -> u8 {
    0x80 | CONSTRUCTED | number
}

/// The tag of `[number]` in place of a value's own.
pub(in crate::trust::keys) const fn instead(number: u8) -> u8 {
    0x80 | number
}

/// One value.
#[derive(Debug, Clone, Copy)]
pub(in crate::trust::keys) struct Value<'a> {
    pub(in crate::trust::keys) tag: u8,
    /// The contents, without an end mark.
    pub(in crate::trust::keys) body: &'a [u8],
    /// Tag, length and contents.
    pub(in crate::trust::keys) whole: &'a [u8],
}

impl<'a> Value<'a> {
    /// The values inside.
    pub(in crate::trust::keys) fn inside(&self) -> Reader<'a> {
        Reader::new(self.body)
    }

    /// The bytes of an octet string, or of a `[0]` in place of one: whole or in pieces.
    pub(in crate::trust::keys) fn octets(&self) -> Option<Cow<'a, [u8]>> {
        if self.tag & CONSTRUCTED == 0 {
            return Some(Cow::Borrowed(self.body));
        }
        let mut bytes = Vec::new();
        let mut pieces = self.inside();
        while let Some(piece) = pieces.next() {
            // A piece is a string of its own; pieces of pieces are written by nobody.
            bytes.extend_from_slice((piece.tag == OCTET_STRING).then_some(piece.body)?);
        }
        pieces.is_done().then_some(Cow::Owned(bytes))
    }

    /// The bytes of a bit string. Keys have whole bytes; a writer that says otherwise is wrong about it, not about the
    /// key.
    pub(in crate::trust::keys) fn bits(&self) -> Option<&'a [u8]> {
        let (unused, bytes) = self.body.split_first()?;
        (*unused < 8).then_some(bytes)
    }
}

/// Values one after another.
#[derive(Debug, Clone, Copy)]
pub(in crate::trust::keys) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(in crate::trust::keys) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read.
    pub(in crate::trust::keys) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(in crate::trust::keys) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(in crate::trust::keys) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next value, if there is a whole one.
    pub(in crate::trust::keys) fn next(&mut self) -> Option<Value<'a>> {
        let (value, rest) = value(self.rest)?;
        self.rest = rest;
        Some(value)
    }

    /// The next value if it has this tag; else nothing is read.
    pub(in crate::trust::keys) fn take(&mut self, tag: u8) -> Option<Value<'a>> {
        if self.peek() == Some(tag) { self.next() } else { None }
    }

    pub(in crate::trust::keys) fn sequence(&mut self) -> Option<Self> {
        Some(self.take(SEQUENCE)?.inside())
    }

    /// A number that is not negative: big-endian, without leading zeros. Zero is empty.
    pub(in crate::trust::keys) fn unsigned(&mut self) -> Option<&'a [u8]> {
        let body = self.take(INTEGER)?.body;
        // Some old writers forget the zero before a number with its first bit set; such a one is read as written.
        Some(trimmed(body))
    }

    /// A small number.
    pub(in crate::trust::keys) fn small(&mut self) -> Option<u64> {
        let digits = self.unsigned()?;
        (digits.len() <= 8).then(|| digits.iter().fold(0, |number, digit| number << 8 | u64::from(*digit)))
    }

    pub(in crate::trust::keys) fn oid(&mut self) -> Option<String> {
        oid(self.take(OID)?.body)
    }

    pub(in crate::trust::keys) fn octets(&mut self) -> Option<Cow<'a, [u8]>> {
        let is_string = matches!(self.peek(), Some(tag) if tag & !CONSTRUCTED == OCTET_STRING);
        if is_string { self.next()?.octets() } else { None }
    }
}

/// A big-endian number without its leading zeros.
pub(in crate::trust::keys) fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn value(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (tag, length, after) = header(bytes)?;
    let (body, rest) = match length {
        Some(length) => after.split_at_checked(length)?,
        None => {
            let (body, end) = after.split_at_checked(until_end(after, NESTING_MAX)?)?;
            (body, end.get(2..)?)
        }
    };
    let whole = bytes.get(..bytes.len().checked_sub(rest.len())?)?;
    Some((Value { tag, body, whole }, rest))
}

/// Tag, length if it is told, and what follows.
fn header(bytes: &[u8]) -> Option<(u8, Option<usize>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    // Tags above 30 take more bytes; nothing around keys has one.
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    match first {
        0..=0x7f => Some((tag, Some(usize::from(first)), rest)),
        0x80 => (tag & CONSTRUCTED != 0).then_some((tag, None, rest)),
        _ => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let digits = trimmed(digits);
            let length = digits.iter().fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
            (digits.len() <= 4).then_some((tag, Some(length), rest))
        }
    }
}

/// Where the two zeros stand that end an indefinite length.
fn until_end(bytes: &[u8], levels: u32) -> Option<usize> {
    let levels = levels.checked_sub(1)?;
    let mut rest = bytes;
    while !rest.starts_with(&[0, 0]) {
        let (_, length, after) = header(rest)?;
        rest = match length {
            Some(length) => after.get(length..)?,
            None => after.get(until_end(after, levels)?.checked_add(2)?..)?,
        };
    }
    bytes.len().checked_sub(rest.len())
}

/// An object identifier with dots.
pub(in crate::trust::keys) fn oid(body: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut number = 0_u64;
    for byte in body {
        number = number.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 != 0 {
            continue;
        }
        if text.is_empty() {
            let first = (number / 40).min(2);
            text = format!("{first}.{}", number.checked_sub(first.checked_mul(40)?)?);
        } else {
            text.push('.');
            text.push_str(&number.to_string());
        }
        number = 0;
    }
    (!text.is_empty() && body.last()? & 0x80 == 0).then_some(text)
}

/// Tag, length and contents in DER.
pub(in crate::trust::keys) fn encode(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = body.len().to_be_bytes();
    let digits = trimmed(&length);
    let mut bytes = vec![tag];
    match u8::try_from(body.len()) {
        Ok(length @ 0..=0x7f) => bytes.push(length),
        // A length has eight bytes at most.
        _ => {
            bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
            bytes.extend_from_slice(digits);
        }
    }
    bytes.extend_from_slice(&body);
    bytes
}

/// A number that is not negative, in DER.
pub(in crate::trust::keys) fn encode_unsigned(number: &[u8]) -> Vec<u8> {
    let digits = trimmed(number);
    let sign: &[u8] = if digits.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    encode(INTEGER, &[sign, digits])
}
