//! Documents that are one XML file: Flat OPC (parts in `pkg:binaryData`), and Word 2003 XML (ActiveMime in
//! `w:binData`).

use super::super::ole::Found;
use super::super::{Application, Container, Document, Embedded, base64, looks_like_ole, mhtml, targets};
use super::{Outside, application, is_embedding, xml};
use crate::{Budget, Limits, Parsed};

/// Namespaces that one of the two formats declares.
const FLAT_OPC: &[u8] = b"http://schemas.microsoft.com/office/2006/xmlPackage";
const WORD_2003: &[u8] = b"http://schemas.microsoft.com/office/word/2003/wordml";

/// White space may stand before the first tag; this much is looked through for it.
const START_LEN: usize = 4096;

/// Whether the bytes are a document of either format.
pub(in super::super) fn is_flat(bytes: &[u8]) -> bool {
    if !starts_like_xml(bytes) {
        return false;
    }
    let text = xml::utf_8(bytes);
    declares(&text, WORD_2003) || declares(&text, FLAT_OPC)
}

/// Most of what is not XML is known by its first bytes, and not worth decoding.
fn starts_like_xml(bytes: &[u8]) -> bool {
    let start = xml::utf_8(bytes.get(..START_LEN).unwrap_or(bytes));
    start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start).trim_ascii_start().starts_with(b"<")
}

fn declares(text: &[u8], namespace: &[u8]) -> bool {
    memchr::memmem::find(text, namespace).is_some()
}

/// Reads a document of either format; `None` when it is neither.
pub(in super::super) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Option<Parsed<Document>> {
    if !starts_like_xml(bytes) {
        return None;
    }
    let text = xml::utf_8(bytes);
    let is_word_2003 = declares(&text, WORD_2003);
    if !is_word_2003 && !declares(&text, FLAT_OPC) {
        return None;
    }
    let mut document = Document { container: Container::FlatOpc, ..Document::default() };
    if is_word_2003 {
        document.application = Application::Word;
    }
    let mut found = Found::default();
    let mut part = String::new();
    for element in xml::elements(&text) {
        match element.name {
            b"part" => {
                part = element.attribute("name").unwrap_or_default();
                let content_type = element.attribute("contentType").unwrap_or_default().to_ascii_lowercase();
                if document.application == Application::Other && content_type.contains(".main") {
                    document.application = application(&content_type);
                }
            }
            b"Relationship" => {
                let is_external =
                    element.attribute("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
                let kind = element.attribute("Type").unwrap_or_default();
                let target = element.attribute("Target").unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap_or_default();
                let target = targets::of_relation(kind, &target, part.trim_start_matches('/'));
                document.targets.extend(target.filter(|_| is_external));
            }
            b"attachedTemplate" => {
                let template = element.attribute("val").unwrap_or_default();
                document.targets.extend(targets::template(&template, ""));
            }
            b"binaryData" | b"binData" => {
                let place = element.attribute("name").unwrap_or_else(|| part.clone());
                add(&mut found, place.trim_start_matches('/'), element.text, limits, budget);
            }
            _ => {}
        }
    }
    document.projects = found.projects;
    let mut outside = Outside::default();
    outside.add_part(&text, "", limits.text_bytes_max);
    document.targets.append(&mut outside.targets);
    if !document.projects.is_empty() || !document.targets.is_empty() || !outside.dde.is_empty() {
        outside.add_decoys(&text, limits.text_bytes_max);
    }
    document.dde = outside.dde;
    document.decoys = outside.decoys;
    document.embedded = found.embedded;
    Some(Parsed { value: document, problems: found.problems })
}

fn add(found: &mut Found, place: &str, text: &[u8], limits: &Limits, budget: &mut Budget) {
    // Pictures are base64 as well; the first letters tell whether it is worth decoding.
    let first = base64::decode(text.get(..64).unwrap_or(text));
    if !looks_like_ole(&first) && !mhtml::is_active_mime(&first) && !is_embedding(place) {
        return;
    }
    if let Err(problem) = budget.spend(text.len() as u64, place) {
        found.problems.push(problem);
        return;
    }
    let bytes = base64::decode(text);
    if looks_like_ole(&bytes) {
        found.add_inner(place, &bytes, limits, budget);
    } else if mhtml::is_active_mime(&bytes) {
        mhtml::add_active_mime(found, place, &bytes, limits, budget);
    } else {
        let name = place.rsplit('/').next().map(str::to_owned);
        found.embedded.push(Embedded { path: place.to_owned(), name, bytes });
    }
}
