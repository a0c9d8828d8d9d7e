//! Just enough XML to find elements and their attributes in parts that nobody promised to be well formed.

use encoding_rs::{UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// The text as UTF-8: XML may be UTF-16, and then it starts with a byte order mark (XML 1.0, 4.3.3).
pub(in super::super) fn utf_8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let encoding = match bytes {
        [0xFF, 0xFE, ..] => UTF_16LE,
        [0xFE, 0xFF, ..] => UTF_16BE,
        _ => return Cow::Borrowed(bytes),
    };
    Cow::Owned(encoding.decode_with_bom_removal(bytes).0.into_owned().into_bytes())
}

/// A tag.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Element<'a> {
    /// Name without its prefix.
    pub(in super::super) name: &'a [u8],
    attributes: &'a [u8],
    /// The text up to the next tag.
    pub(in super::super) text: &'a [u8],
    /// Which end of the element it is.
    pub(in super::super) side: Side,
}

/// Which end of an element a tag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Side {
    Start,
    End,
    /// Both at once: `<x/>`.
    Empty,
}

impl Element<'_> {
    /// The value of an attribute, told by its name without prefix; references are resolved.
    pub(in super::super) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        while let Some(equals) = memchr::memchr(b'=', rest) {
            let (before, after) = rest.split_at_checked(equals)?;
            let after = after.get(1..)?.trim_ascii_start();
            let quote = *after.first().filter(|quote| matches!(quote, b'"' | b'\''))?;
            let value = after.get(1..)?;
            let end = memchr::memchr(quote, value)?;
            if local(before.trim_ascii()) == name.as_bytes() {
                return Some(resolve(value.get(..end)?));
            }
            rest = value.get(end + 1..)?;
        }
        None
    }

    /// Whether the element begins here.
    pub(in super::super) fn begins(&self) -> bool {
        self.side != Side::End
    }

    /// Whether the element ends here.
    pub(in super::super) fn ends(&self) -> bool {
        self.side != Side::Start
    }

    /// The text up to the next tag, references resolved.
    pub(in super::super) fn text(&self) -> String {
        resolve(self.text)
    }
}

/// All start tags in document order.
pub(in super::super) fn elements(xml: &[u8]) -> impl Iterator<Item = Element<'_>> {
    tags(xml).filter(Element::begins)
}

/// All tags in document order.
pub(in super::super) fn tags(xml: &[u8]) -> impl Iterator<Item = Element<'_>> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        loop {
            let open = memchr::memchr(b'<', rest)?;
            rest = rest.get(open + 1..)?;
            if rest.starts_with(b"!--") {
                rest = rest.get(memchr::memmem::find(rest, b"-->")?..)?;
                continue;
            }
            // Declarations and stray signs are passed over; so no byte is looked at twice.
            let is_end = rest.first() == Some(&b'/');
            let name_from = rest.get(usize::from(is_end)..)?;
            if !name_from.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_') {
                continue;
            }
            let (tag, after) = name_from.split_at_checked(end_of_tag(name_from)?)?;
            rest = after.get(1..)?;
            let text = rest.get(..memchr::memchr(b'<', rest).unwrap_or(rest.len()))?;
            let name_end = tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
            let (name, attributes) = tag.split_at_checked(name_end.unwrap_or(tag.len()))?;
            let side = match tag.last() {
                _ if is_end => Side::End,
                Some(b'/') => Side::Empty,
                _ => Side::Start,
            };
            return Some(Element { name: local(name), attributes, text, side });
        }
    })
}

/// The position of the `>` that ends a tag; inside quotes it is text.
pub(in crate::office) fn end_of_tag(tag: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr3(b'>', b'"', b'\'', tag.get(at..)?)?;
        match tag.get(at)? {
            b'>' => return Some(at),
            quote => at += 2 + memchr::memchr(*quote, tag.get(at + 1..)?)?,
        }
    }
}

/// A name without its prefix.
pub(in crate::office) fn local(name: &[u8]) -> &[u8] {
    memchr::memchr(b':', name).and_then(|colon| name.get(colon + 1..)).unwrap_or(name)
}

fn resolve(value: &[u8]) -> String {
    let mut text = String::new();
    push_resolved(value, &mut text);
    text
}

/// Adds text with its character references and the five named entities resolved (XML 1.0, 4.1 and 4.6).
pub(in crate::office) fn push_resolved(raw: &[u8], text: &mut String) {
    let raw = String::from_utf8_lossy(raw);
    let mut pieces = raw.split('&');
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let resolved = piece.split_once(';').and_then(|(name, after)| Some((reference(name)?, after)));
        match resolved {
            Some((character, after)) => {
                text.push(character);
                text.push_str(after);
            }
            None => {
                text.push('&');
                text.push_str(piece);
            }
        }
    }
}

fn reference(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}
