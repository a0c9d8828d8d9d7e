//! What the parts of a package do without macros: fields and links that start programs, and what is fetched from
//! elsewhere. And what they ask the reader to do.

use super::super::word::{self, BEGIN, END, SEPARATOR};
use super::super::{Dde, Target, dde, decoy, targets};
use super::xml;

/// Found in the parts of one document.
#[derive(Debug, Default)]
pub(in super::super) struct Outside {
    pub(in super::super) dde: Vec<Dde>,
    pub(in super::super) targets: Vec<Target>,
    pub(in super::super) decoys: Vec<String>,
}

/// Ends of the content types of parts that may have fields.
const WITH_FIELDS: [&str; 5] =
    ["header+xml", "footer+xml", "footnotes+xml", "endnotes+xml", "wordprocessingml.comments+xml"];

/// Ends of the content types of parts that people read.
const READ_BY_PEOPLE: [&str; 4] = ["sharedstrings+xml", "drawing+xml", ".slide+xml", "slidemaster+xml"];

/// Whether a part may have fields or links.
pub(in super::super) fn may_fetch(content_type: &str) -> bool {
    let is_main = content_type.ends_with("main+xml")
        && (content_type.contains("wordprocessingml") || content_type.contains("ms-word"));
    let beside = WITH_FIELDS.iter().any(|end| content_type.ends_with(end));
    is_main || beside || content_type.ends_with("externallink+xml")
}

/// Whether a part that [`may_fetch`] does not tell of has text for people.
pub(in super::super) fn is_read_by_people(content_type: &str) -> bool {
    READ_BY_PEOPLE.iter().any(|end| content_type.ends_with(end))
}

impl Outside {
    /// Looks at a part of Word or an external link of Excel; at most `text_max` bytes of it as text.
    pub(in super::super) fn add_part(&mut self, part: &[u8], place: &str, text_max: usize) {
        let part = xml::utf_8(part);
        let has = |mark: &[u8]| memchr::memmem::find(&part, mark).is_some();
        if has(b"instrText") || has(b"fldSimple") {
            let fields = word::fields(&field_text(&part, text_max));
            self.dde.extend(dde::of_fields(&fields, place));
            self.targets.extend(targets::of_fields(&fields, place));
        }
        if has(b"ddeLink") {
            for link in xml::elements(&part).filter(|element| element.name == b"ddeLink") {
                let program = link.attribute("ddeService").unwrap_or_default();
                let line = link.attribute("ddeTopic").unwrap_or_default();
                let command = format!("{program} {line}").trim().to_owned();
                self.dde.push(Dde { command, place: place.to_owned(), automatic: true });
            }
        }
    }

    /// Looks for text that asks to switch macros on.
    pub(in super::super) fn add_decoys(&mut self, part: &[u8], text_max: usize) {
        let text = plain_text(&xml::utf_8(part), text_max);
        decoy::add(&mut self.decoys, decoy::in_text(&text));
    }
}

/// The text of a part with its fields as the binary format writes them.
fn field_text(part: &[u8], text_max: usize) -> String {
    let mut text = String::new();
    for tag in xml::tags(part) {
        match tag.name {
            b"fldChar" if tag.begins() => match tag.attribute("fldCharType").as_deref() {
                Some("begin") => text.push(BEGIN),
                Some("separate") => text.push(SEPARATOR),
                Some("end") => text.push(END),
                _ => {}
            },
            b"fldSimple" if tag.begins() => {
                text.push(BEGIN);
                text.push_str(&tag.attribute("instr").unwrap_or_default());
                text.push(SEPARATOR);
                if tag.ends() {
                    text.push(END);
                }
            }
            b"fldSimple" => text.push(END),
            b"instrText" | b"t" | b"delInstrText" if tag.begins() => text.push_str(&tag.text()),
            _ => {}
        }
        if text.len() > text_max {
            break;
        }
    }
    text
}

/// The letters of a part, without its markup.
pub(in super::super) fn plain_text(part: &[u8], text_max: usize) -> String {
    let mut text = String::new();
    for tag in xml::elements(part).filter(|tag| matches!(tag.name, b"t" | b"textpath")) {
        text.push_str(&tag.text());
        text.push_str(&tag.attribute("string").unwrap_or_default());
        if text.len() > text_max {
            break;
        }
    }
    text
}
