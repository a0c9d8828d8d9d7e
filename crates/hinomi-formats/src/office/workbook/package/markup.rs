//! XML of a workbook: tags and text in order, as lenient as the rest; and the workbook part in it.

use super::super::keep::Keep;
use super::super::{DefinedName, Link, Sheet, Visibility};
use super::relations::Relations;
use super::{Bound, Index};
pub(super) use crate::office::ooxml::xml::push_resolved;
use crate::office::ooxml::xml::{end_of_tag, local};
use encoding_rs::{UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// What stands next in the XML.
#[derive(Debug)]
pub(super) enum Event<'a> {
    /// A start tag, also one that ends itself; then no end tag follows.
    Open(Element<'a>),
    /// An end tag, by its name without prefix.
    Close(&'a [u8]),
    /// Text between tags, as written; the flag says that it is CDATA, where references are none.
    Text(&'a [u8], bool),
}

/// A start tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    /// Name without its prefix.
    pub(super) name: &'a [u8],
    attributes: &'a [u8],
    pub(super) is_empty: bool,
}

impl<'a> Element<'a> {
    /// The value of an attribute, told by its name without prefix, as written.
    pub(super) fn raw(&self, name: &str) -> Option<&'a [u8]> {
        let mut rest = self.attributes;
        while let Some(equals) = memchr::memchr(b'=', rest) {
            let (before, after) = rest.split_at_checked(equals)?;
            let after = after.get(1..)?.trim_ascii_start();
            let quote = *after.first().filter(|quote| matches!(quote, b'"' | b'\''))?;
            let value = after.get(1..)?;
            let end = memchr::memchr(quote, value)?;
            if local(before.trim_ascii()) == name.as_bytes() {
                return value.get(..end);
            }
            rest = value.get(end + 1..)?;
        }
        None
    }

    /// The value of an attribute, references resolved.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut text = String::new();
        push_resolved(self.raw(name)?, &mut text);
        Some(text)
    }
}

/// Whether a part is XML rather than records.
pub(super) fn is_xml(part: &[u8]) -> bool {
    let start = part.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(part).trim_ascii_start();
    start.starts_with(b"<") || part.starts_with(b"\xFF\xFE") || part.starts_with(b"\xFE\xFF")
}

/// The part as UTF-8: XML may be UTF-16, and then it starts with a byte order mark (XML 1.0, 4.3.3).
pub(super) fn utf_8(part: &[u8]) -> Cow<'_, [u8]> {
    let encoding = match part {
        [0xFF, 0xFE, ..] => UTF_16LE,
        [0xFE, 0xFF, ..] => UTF_16BE,
        _ => return Cow::Borrowed(part),
    };
    Cow::Owned(encoding.decode_with_bom_removal(part).0.into_owned().into_bytes())
}

/// Tags and text in document order. Declarations and comments are passed over; no byte is looked at twice.
pub(super) fn events(xml: &[u8]) -> impl Iterator<Item = Event<'_>> {
    const CDATA: &[u8] = b"![CDATA[";
    let mut rest = xml;
    std::iter::from_fn(move || {
        loop {
            let open = memchr::memchr(b'<', rest)?;
            if open > 0 {
                let (text, tag) = rest.split_at_checked(open)?;
                rest = tag;
                return Some(Event::Text(text, false));
            }
            rest = rest.get(1..)?;
            if let Some(inside) = rest.strip_prefix(CDATA) {
                let end = memchr::memmem::find(inside, b"]]>")?;
                rest = inside.get(end + 3..)?;
                return Some(Event::Text(inside.get(..end)?, true));
            }
            if rest.starts_with(b"!--") {
                let end = memchr::memmem::find(rest, b"-->")?;
                rest = rest.get(end + 3..)?;
                continue;
            }
            let (tag, after) = rest.split_at_checked(end_of_tag(rest)?)?;
            rest = after.get(1..)?;
            match tag.first()? {
                b'/' => return Some(Event::Close(local(tag.get(1..)?.trim_ascii()))),
                b'!' | b'?' => {}
                _ => return Some(Event::Open(element(tag))),
            }
        }
    })
}

fn element(tag: &[u8]) -> Element<'_> {
    let (tag, is_empty) = tag.strip_suffix(b"/").map_or((tag, false), |tag| (tag, true));
    let name_end = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
    let (name, attributes) = tag.split_at_checked(name_end).unwrap_or((tag, &[]));
    Element { name: local(name), attributes, is_empty }
}

/// Line ends as XML hands them on: one line feed each (XML 1.0, 2.11).
fn one_newline(raw: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\r', raw).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut plain = Vec::with_capacity(raw.len());
    for (at, byte) in raw.iter().enumerate() {
        match byte {
            b'\r' if raw.get(at + 1) == Some(&b'\n') => {}
            b'\r' => plain.push(b'\n'),
            byte => plain.push(*byte),
        }
    }
    Cow::Owned(plain)
}

/// Adds a text of a cell: behind the XML's own references, `_x000D_` stands for a character XML cannot hold
/// (ECMA-376-1, 22.4.2.4).
pub(super) fn push_cell_text(raw: &[u8], is_cdata: bool, text: &mut String) {
    let start = text.len();
    let raw = one_newline(raw);
    if is_cdata {
        text.push_str(&String::from_utf8_lossy(&raw));
    } else {
        push_resolved(&raw, text);
    }
    let added = text.get(start..).unwrap_or_default();
    if !added.contains("_x") {
        return;
    }
    let mut plain = String::with_capacity(added.len());
    let mut pieces = added.split("_x");
    plain.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let code = piece.get(..4).filter(|_| piece.as_bytes().get(4) == Some(&b'_'));
        match code.and_then(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?)) {
            Some(character) => {
                plain.push(character);
                plain.push_str(piece.get(5..).unwrap_or_default());
            }
            None => {
                plain.push_str("_x");
                plain.push_str(piece);
            }
        }
    }
    text.truncate(start);
    text.push_str(&plain);
}

/// Reads the workbook part; `None` when it is none.
pub(super) fn index(part: &[u8], keep: &mut Keep<'_>) -> Option<Index> {
    let part = utf_8(part);
    let root =
        events(&part).find_map(|event| if let Event::Open(element) = event { Some(element) } else { None });
    if root?.name != b"workbook" {
        return None;
    }
    let mut index = Index::default();
    let mut name: Option<DefinedName> = None;
    for event in events(&part) {
        if keep.is_spent() {
            break;
        }
        match event {
            Event::Open(element) => match element.name {
                b"sheet" if keep.pay(size_of::<Sheet>()) => index.sheets.push(sheet(&element)),
                b"definedName" => name = Some(defined_name(&element)),
                b"externalReference" => {
                    index.externals.extend(element.attribute("id").map(|id| (id, usize::MAX)))
                }
                _ => {}
            },
            Event::Text(text, is_cdata) => {
                if let Some(name) = name.as_mut().filter(|_| keep.pay(text.len())) {
                    push_cell_text(text, is_cdata, &mut name.formula);
                }
            }
            Event::Close(b"definedName") => {
                index.names.extend(name.take().filter(|_| keep.pay(size_of::<DefinedName>())));
            }
            Event::Close(_) => {}
        }
    }
    Some(index)
}

/// `sheet` (ECMA-376-1, 18.2.19).
fn sheet(element: &Element<'_>) -> Bound {
    let visibility = match element.raw("state") {
        Some(b"hidden") => Visibility::Hidden,
        Some(b"veryHidden") => Visibility::VeryHidden,
        _ => Visibility::Visible,
    };
    let name = name(element);
    let relation = element.attribute("id").unwrap_or_default();
    Bound { sheet: Sheet { name, visibility, ..Sheet::default() }, relation }
}

/// A name of a sheet or a defined name, no longer than Excel lets them be.
fn name(element: &Element<'_>) -> String {
    const CHARACTERS_MAX: usize = 255;
    let name = element.attribute("name").unwrap_or_default();
    name.chars().take(CHARACTERS_MAX).collect()
}

/// `definedName` (ECMA-376-1, 18.2.5).
fn defined_name(element: &Element<'_>) -> DefinedName {
    let name = name(element);
    let name = name.strip_prefix("_xlnm.").map(str::to_owned).unwrap_or(name);
    let hidden = matches!(element.raw("hidden"), Some(b"1" | b"true"));
    let sheet = element.attribute("localSheetId").and_then(|number| number.parse().ok());
    DefinedName { name, formula: String::new(), hidden, sheet }
}

/// A part that describes a linked workbook or server (ECMA-376-1, 18.14).
pub(super) fn link(part: &[u8], relations: &Relations) -> Link {
    let part = utf_8(part);
    let mut link =
        Link { target: relations.external_path().unwrap_or_default().to_owned(), ..Link::default() };
    for event in events(&part) {
        let Event::Open(element) = event else { continue };
        match element.name {
            b"ddeLink" => {
                let program = element.attribute("ddeService").unwrap_or_default();
                let topic = element.attribute("ddeTopic").unwrap_or_default();
                link.target = format!("{program}|{topic}");
                link.is_dde = true;
            }
            b"oleLink" => link.is_dde = true,
            b"ddeItem" | b"oleItem" | b"definedName" => link.items.extend(element.attribute("name")),
            _ => {}
        }
    }
    link
}
