//! Documents that are one XML file: Flat OPC, whose parts stand one after another, and Word 2003 XML.

use super::super::ooxml::{flat, xml};
use super::super::{base64, looks_like_ole, mhtml};
use super::parts::Kind;
use super::{Collector, Holder, old, story};

/// Keeps the texts of a document of either format; false when the bytes are none.
pub(super) fn read(bytes: &[u8], collector: &mut Collector<'_>) -> bool {
    if !flat::is_flat(bytes) {
        return false;
    }
    let text = xml::utf_8(bytes);
    let mut any = false;
    for part in parts(&text) {
        any = true;
        let Some(head) = xml::elements(part).next() else { continue };
        let name = head.attribute("name").unwrap_or_default();
        let content_type = head.attribute("contentType").unwrap_or_default().to_ascii_lowercase();
        let name = name.trim_start_matches('/');
        match Kind::of(&content_type, &name.to_ascii_lowercase()) {
            Some(kind) => kind.hold(part, name, collector),
            None => binary(part, name, collector),
        }
        if collector.is_full() {
            break;
        }
    }
    if !any {
        word_2003(&text, collector);
    }
    true
}

/// The parts of a Flat OPC file, each from its start tag on to the next one's.
fn parts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut starts: Vec<usize> = Vec::new();
    for mark in memchr::memmem::find_iter(text, b":part ") {
        // The prefix is what the file says; `pkg` by custom.
        let before = text.get(mark.saturating_sub(16)..mark).unwrap_or_default();
        if let Some(open) = memchr::memrchr(b'<', before) {
            let is_start =
                before.get(open + 1..).is_some_and(|prefix| prefix.iter().all(u8::is_ascii_alphanumeric));
            starts.extend(is_start.then_some(mark - (before.len() - open)));
        }
    }
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts.into_iter().zip(ends).filter_map(|(start, end)| text.get(start..end))
}

fn binary(part: &[u8], place: &str, collector: &mut Collector<'_>) {
    for tag in xml::elements(part).filter(|tag| matches!(tag.name, b"binaryData" | b"binData")) {
        let first = base64::decode(tag.text.get(..64).unwrap_or(tag.text));
        if !looks_like_ole(&first) && !mhtml::is_active_mime(&first) {
            continue;
        }
        if let Err(problem) = collector.budget.spend(tag.text.len() as u64, place) {
            collector.problems.push(problem);
            return;
        }
        let bytes = base64::decode(tag.text);
        if looks_like_ole(&bytes) {
            let depth = collector.limits.depth_max;
            old::read(&bytes, place, collector, depth);
        } else {
            old::read_active_mime(&bytes, collector);
        }
    }
}

/// Word 2003 keeps everything in one tree; its names are those of the later format, but for the properties.
fn word_2003(text: &[u8], collector: &mut Collector<'_>) {
    const PROPERTIES: [(&[u8], &str); 8] = [
        (b"Title", "Title"),
        (b"Subject", "Subject"),
        (b"Author", "Author"),
        (b"Keywords", "Keywords"),
        (b"Description", "Comments"),
        (b"Category", "Category"),
        (b"Manager", "Manager"),
        (b"Company", "Company"),
    ];
    let mut is_custom = false;
    for tag in xml::tags(text) {
        if tag.name == b"CustomDocumentProperties" {
            is_custom = tag.begins();
        } else if tag.begins() && is_custom {
            let name = String::from_utf8_lossy(tag.name).into_owned();
            collector.hold(Holder::Property(name), "", &tag.text(), "");
        } else if let Some((_, name)) = PROPERTIES.iter().find(|(name, _)| *name == tag.name && tag.begins())
        {
            collector.hold(Holder::Property((*name).to_owned()), "", &tag.text(), "");
        }
    }
    Kind::Settings.hold(text, "", collector);
    story::read(text, "", true, collector);
    binary(text, "", collector);
}
