//! OneNote sections (MS-ONESTORE, MS-ONE): the files they carry, under the names a person sees.
//!
//! The files lie whole behind a GUID of their own (MS-ONESTORE 2.6.13), so they are found without trusting one
//! pointer of the store. Names, texts and targets are read from property sets where those are found.

mod properties;
mod store;
#[cfg(test)]
mod tests;

use crate::{Budget, Limits, Parsed, Problem, ProblemKind};

/// `guidFileType` of a section (MS-ONESTORE 2.3.1).
const SECTION: &[u8] =
    &[0xE4, 0x52, 0x5C, 0x7B, 0x8C, 0xD8, 0xA7, 0x4D, 0xAE, 0xB1, 0x53, 0x78, 0xD0, 0x29, 0x96, 0xD3];
/// `guidFileFormat` of a section that a server packed (MS-ONESTORE 2.8.1); it stands 48 bytes in.
const PACKED_FORMAT: &[u8] =
    &[0x2F, 0xE9, 0x8D, 0x63, 0xD4, 0xA6, 0xC1, 0x4B, 0x9A, 0x36, 0xB3, 0xFC, 0x25, 0x11, 0xA5, 0xB7];
const FORMAT_AT: usize = 48;

/// What a section holds that can act, and what it shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OneNote {
    /// The files in it, pictures too, in file order.
    pub files: Vec<File>,
    /// Targets of links, as written, without duplicates.
    pub links: Vec<String>,
    /// The text of its pages, newest and older revisions alike; at most `text_bytes_max`.
    pub text: String,
}

/// A file in a section.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// Byte offset of its content.
    pub offset: u64,
    /// The name a person sees, when it was found.
    pub name: Option<String>,
    /// The ending that the store keeps beside it, with its dot; empty when it was not found.
    pub extension: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Whether the bytes are a OneNote section.
pub fn looks_like_onenote(bytes: &[u8]) -> bool {
    bytes.starts_with(SECTION)
}

/// Reads a section. `budget` pays for the files. Meets `entries_max` (files), `urls_max` (links),
/// `text_bytes_max`, `steps_max` (property sets looked at).
pub fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<OneNote> {
    let mut problems = Vec::new();
    let mut section = OneNote::default();
    properties::read(bytes, limits, &mut section, &mut problems);
    section.files = store::files(bytes, limits, budget, &mut problems);
    if bytes.get(FORMAT_AT..).is_some_and(|format| format.starts_with(PACKED_FORMAT)) {
        let detail = "a section packed by a server: files in it are not read";
        problems.push(Problem::new(ProblemKind::Unsupported, "", detail));
    }
    Parsed { value: section, problems }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|raw| u16::from_le_bytes(*raw))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|raw| u32::from_le_bytes(*raw))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|raw| u64::from_le_bytes(*raw))
}

fn wide(raw: &[u8]) -> String {
    let text = encoding_rs::UTF_16LE.decode_without_bom_handling(raw).0;
    text.trim_end_matches('\0').to_owned()
}
