//! Document properties of the binary formats: two streams of property sets (MS-OLEPS), one of them with the
//! properties that people add.

use super::super::cfb::{CompoundFile, u16_at, u32_at};
use super::super::vba::decode_code_page;
use super::{Collector, Holder};

/// Keeps built-in and custom properties.
pub(super) fn read(file: &CompoundFile<'_>, collector: &mut Collector<'_>) {
    let streams: [(&str, &[(u32, &str)]); 2] =
        [("\u{5}SummaryInformation", &SUMMARY), ("\u{5}DocumentSummaryInformation", &DOCUMENT_SUMMARY)];
    for (name, known) in streams {
        let Some(parsed) = file.read_path(name, collector.budget) else { continue };
        let stream = collector.told("", parsed);
        for (property, text) in sets(&stream, known) {
            collector.hold(Holder::Property(property), "", &text, name);
        }
    }
}

/// Property ids of `\x05SummaryInformation` (MS-OSHARED 2.3.3.2.1) with their names in VBA.
const SUMMARY: [(u32, &str); 9] = [
    (0x02, "Title"),
    (0x03, "Subject"),
    (0x04, "Author"),
    (0x05, "Keywords"),
    (0x06, "Comments"),
    (0x07, "Template"),
    (0x08, "Last Author"),
    (0x09, "Revision Number"),
    (0x12, "Application Name"),
];

/// Property ids of `\x05DocumentSummaryInformation` (MS-OSHARED 2.3.3.2.2).
const DOCUMENT_SUMMARY: [(u32, &str); 8] = [
    (0x02, "Category"),
    (0x03, "Format"),
    (0x0E, "Manager"),
    (0x0F, "Company"),
    (0x1A, "Content type"),
    (0x1B, "Content status"),
    (0x1C, "Language"),
    (0x1D, "Document version"),
];

/// The properties of a stream (MS-OLEPS 2.21 PropertySetStream). In the second set, people name them.
fn sets(stream: &[u8], known: &[(u32, &str)]) -> Vec<(String, String)> {
    const HEADER_BYTES: usize = 28;
    let mut found = Vec::new();
    for set in 0..2 {
        // A format id of 16 bytes, then where the set starts.
        let Some(start) = u32_at(stream, HEADER_BYTES + set * 20 + 16) else { break };
        let Some(set_bytes) = stream.get(start as usize..) else { break };
        if u32_at(stream, 24).is_none_or(|count| count as usize <= set) {
            break;
        }
        let entries = entries(set_bytes);
        let code_page = entries.iter().find(|(id, _)| *id == 1).and_then(|(_, at)| u16_at(set_bytes, at + 4));
        let code_page = code_page.unwrap_or(1252);
        let names = match set {
            0 => known.iter().map(|(id, name)| (*id, (*name).to_owned())).collect(),
            _ => dictionary(set_bytes, &entries, code_page),
        };
        for (id, at) in entries {
            let Some((_, name)) = names.iter().find(|(named, _)| *named == id) else { continue };
            found.extend(value(set_bytes, at, code_page).map(|text| (name.clone(), text)));
        }
    }
    found
}

/// More properties than this nobody has.
const ENTRIES_MAX: usize = 4096;

/// Ids and offsets (MS-OLEPS 2.20 PropertySet).
fn entries(set: &[u8]) -> Vec<(u32, usize)> {
    let count = u32_at(set, 4).unwrap_or_default() as usize;
    let pairs = set.get(8..).unwrap_or_default().chunks_exact(8).take(count.min(ENTRIES_MAX));
    pairs.filter_map(|pair| Some((u32_at(pair, 0)?, u32_at(pair, 4)? as usize))).collect()
}

/// The names that people gave (MS-OLEPS 2.17 Dictionary), at most as many as there are properties.
fn dictionary(set: &[u8], entries: &[(u32, usize)], code_page: u16) -> Vec<(u32, String)> {
    const UNICODE: u16 = 1200;
    let mut names = Vec::new();
    let Some((_, start)) = entries.iter().find(|(id, _)| *id == 0) else { return names };
    let count = u32_at(set, *start).unwrap_or_default() as usize;
    let mut at = *start + 4;
    for _ in 0..count.min(entries.len()) {
        let (Some(id), Some(len)) = (u32_at(set, at), u32_at(set, at + 4)) else { break };
        let len = if code_page == UNICODE { len as usize * 2 } else { len as usize };
        let Some(name) = set.get(at + 8..).and_then(|rest| rest.get(..len)) else { break };
        names.push((id, text(name, code_page)));
        at += 8 + len;
        if code_page == UNICODE {
            at = at.next_multiple_of(4);
        }
    }
    names
}

/// A typed value as VBA shows it (MS-OLEPS 2.15); `None` for what has no text.
fn value(set: &[u8], at: usize, code_page: u16) -> Option<String> {
    const I2: u16 = 2;
    const I4: u16 = 3;
    const R8: u16 = 5;
    const BOOL: u16 = 11;
    const LPSTR: u16 = 30;
    const LPWSTR: u16 = 31;
    let kind = u16_at(set, at)?;
    let from = set.get(at + 4..)?;
    Some(match kind {
        LPSTR => text(from.get(4..)?.get(..u32_at(from, 0)? as usize)?, code_page),
        LPWSTR => text(from.get(4..)?.get(..(u32_at(from, 0)? as usize).saturating_mul(2))?, 1200),
        I2 => i16::from_le_bytes(*from.first_chunk()?).to_string(),
        I4 => i32::from_le_bytes(*from.first_chunk()?).to_string(),
        R8 => f64::from_le_bytes(*from.first_chunk()?).to_string(),
        BOOL => if u16_at(from, 0)? == 0 { "False" } else { "True" }.to_owned(),
        _ => return None,
    })
}

fn text(bytes: &[u8], code_page: u16) -> String {
    let mut text = decode_code_page(code_page, bytes.to_vec());
    text.truncate(text.find('\0').unwrap_or(text.len()));
    text
}
