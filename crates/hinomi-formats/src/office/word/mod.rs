//! Word's binary format (MS-DOC): the text with its fields, and the tables that name parts of it.

mod fields;
#[cfg(test)]
mod tests;

pub(super) use fields::{BEGIN, END, Field, SEPARATOR, fields};

use super::cfb::{CompoundFile, EntryKind, u16_at, u32_at};
use crate::{Budget, Parsed, Problem, ProblemKind};
use encoding_rs::WINDOWS_1252;
use std::borrow::Cow;

/// The stream that holds the text.
pub(super) const STREAM: &str = "WordDocument";

/// A Word document, opened.
pub(super) struct WordText<'a> {
    fib: Fib<'a>,
    table: Cow<'a, [u8]>,
    /// UTF-16 units of everything, the main text first.
    units: Vec<u16>,
}

/// The file information block (MS-DOC 2.5.1).
struct Fib<'a>(Cow<'a, [u8]>);

/// Indexes of offset and size in `FibRgFcLcb97` (MS-DOC 2.5.6).
#[derive(Clone, Copy)]
enum Part {
    CommentTexts = 5,
    BookmarkNames = 21,
    BookmarkStarts = 22,
    BookmarkEnds = 23,
    Associations = 32,
    Pieces = 33,
    TextBoxes = 56,
    Variables = 60,
}

/// Lengths of the texts that follow one another, by offset in the block (MS-DOC 2.5.4).
const MAIN_LEN: usize = 0x4C;
const FOOTNOTES_LEN: usize = 0x50;
const HEADERS_LEN: usize = 0x54;
const MACROS_LEN: usize = 0x58;
const COMMENTS_LEN: usize = 0x5C;
const ENDNOTES_LEN: usize = 0x60;
const TEXT_BOXES_LEN: usize = 0x64;

/// Whether the text is locked (`fEncrypted` of MS-DOC 2.5.2) or written by a Word before 97.
const ENCRYPTED: u16 = 1 << 8;
const IN_TABLE_1: u16 = 1 << 9;
const FIRST_UNICODE_VERSION: u16 = 0x00C1;

/// Opens the text of a document, at most `text_max` bytes of it. `None` when there is no Word document, or none that
/// can be read without its password.
pub(super) fn open<'a>(
    file: &'a CompoundFile<'_>,
    text_max: usize,
    budget: &mut Budget,
) -> Option<Parsed<WordText<'a>>> {
    let mut problems = Vec::new();
    let id = file.find(STREAM).filter(|id| file.kind(*id) == EntryKind::Stream)?;
    let fib = Fib(file.read(id, budget).take(&mut problems));
    let flags = u16_at(&fib.0, 10)?;
    if u16_at(&fib.0, 0)? & 0xFF00 != 0xA500 || flags & ENCRYPTED != 0 {
        return None;
    }
    let name = if flags & IN_TABLE_1 != 0 { "1Table" } else { "0Table" };
    let table = file.read_path(name, budget).map(|parsed| parsed.take(&mut problems)).unwrap_or_default();
    let mut text = WordText { fib, table, units: Vec::new() };
    let units_max = text_max / 2;
    text.read_units(units_max);
    if text.units.len() >= units_max {
        problems.push(Problem::limit(STREAM, "text_bytes_max", text_max as u64));
        text.units.truncate(units_max);
    }
    if text.units.is_empty() && text.fib.number(MAIN_LEN) > 0 {
        problems.push(Problem::new(ProblemKind::Malformed, STREAM, "the text was not found"));
    }
    if let Err(problem) = budget.spend(text.units.len() as u64 * 2, STREAM) {
        problems.push(problem);
        text.units.clear();
    }
    Some(Parsed { value: text, problems })
}

impl Fib<'_> {
    fn number(&self, at: usize) -> usize {
        u32_at(&self.0, at).unwrap_or_default() as usize
    }

    fn is_unicode(&self) -> bool {
        u16_at(&self.0, 2).is_some_and(|version| version >= FIRST_UNICODE_VERSION)
    }
}

impl WordText<'_> {
    /// The main text as people see it, a `\r` behind each paragraph.
    pub(super) fn main(&self) -> String {
        visible(self.units.get(..self.fib.number(MAIN_LEN)).unwrap_or(&self.units))
    }

    /// The fields of the whole text, headers and text boxes among them.
    pub(super) fn fields(&self) -> Vec<Field> {
        fields(&String::from_utf16_lossy(&self.units))
    }

    /// All text as people see it.
    pub(super) fn everything(&self) -> String {
        visible(&self.units)
    }

    /// Document variables by name (MS-DOC 2.9.331 StwUser): a table of names, then the values.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        let bytes = self.part(Part::Variables);
        let (names, mut at) = string_table(bytes);
        let mut variables = Vec::with_capacity(names.len());
        for name in names {
            let Some(len) = u16_at(bytes, at) else { break };
            let end = at + 2 + usize::from(len) * 2;
            let value = bytes.get(at + 2..end).unwrap_or_default();
            at = end;
            variables.push((name, utf_16(value)));
        }
        variables
    }

    /// Bookmarks with what they mark.
    pub(super) fn bookmarks(&self) -> impl Iterator<Item = (String, String)> {
        let (names, _) = string_table(self.part(Part::BookmarkNames));
        let starts = self.part(Part::BookmarkStarts);
        let ends = self.part(Part::BookmarkEnds);
        let count = names.len();
        names.into_iter().enumerate().filter_map(move |(at, name)| {
            let start = u32_at(starts, at * 4)? as usize;
            // The end is told by its index, behind the positions of the starts (MS-DOC 2.9.68 FBKF).
            let index = u16_at(starts, (count + 1) * 4 + at * 4)?;
            let end = u32_at(ends, usize::from(index) * 4)? as usize;
            Some((name, visible(self.units.get(start..end)?)))
        })
    }

    /// The texts of the comments.
    pub(super) fn comments(&self) -> Vec<String> {
        let before = [MAIN_LEN, FOOTNOTES_LEN, HEADERS_LEN, MACROS_LEN];
        self.stories(self.part(Part::CommentTexts), 0, &before, COMMENTS_LEN)
    }

    /// The texts of the text boxes.
    pub(super) fn text_boxes(&self) -> Vec<String> {
        let before = [MAIN_LEN, FOOTNOTES_LEN, HEADERS_LEN, MACROS_LEN, COMMENTS_LEN, ENDNOTES_LEN];
        // MS-DOC 2.8.32: 22 bytes for each box behind the positions.
        self.stories(self.part(Part::TextBoxes), 22, &before, TEXT_BOXES_LEN)
    }

    /// The template that the document is attached to, as it was written (MS-DOC 2.9.274 SttbfAssoc, index 1).
    pub(super) fn template(&self) -> Option<String> {
        let (strings, _) = string_table(self.part(Part::Associations));
        strings.into_iter().nth(1).filter(|template| !template.is_empty())
    }

    /// Texts one after another; `positions` says where each starts, counted from the first.
    fn stories(&self, positions: &[u8], entry_bytes: usize, before: &[usize], len: usize) -> Vec<String> {
        let start: usize = before.iter().map(|at| self.fib.number(*at)).sum();
        let end = start.saturating_add(self.fib.number(len));
        let Some(units) = self.units.get(start..end.min(self.units.len())) else { return Vec::new() };
        let count = positions.len().saturating_sub(4) / (4 + entry_bytes);
        let mut stories = Vec::new();
        let mut from = 0;
        for at in 1..=count {
            let Some(to) = u32_at(positions, at * 4).map(|to| to as usize).filter(|to| *to > from) else {
                break;
            };
            let Some(story) = units.get(from..to.min(units.len())) else { break };
            stories.push(visible(story).trim_end_matches('\r').to_owned());
            from = to;
        }
        stories
    }

    /// A part of the table stream.
    fn part(&self, part: Part) -> &[u8] {
        if !self.fib.is_unicode() {
            return &[];
        }
        let at = 0x9A + part as usize * 8;
        let from = self.table.get(self.fib.number(at)..).unwrap_or_default();
        from.get(..self.fib.number(at + 4)).unwrap_or_default()
    }

    /// Puts the text together from its pieces (MS-DOC 2.9.38 Clx), in which it may lie in any order.
    fn read_units(&mut self, units_max: usize) {
        let clx = self.part(Part::Pieces);
        let Some(pieces) = piece_table(clx) else {
            self.units = self.simple(units_max);
            return;
        };
        // A position of 4 bytes and a descriptor of 8 for each piece, and one position more.
        let count = pieces.len().saturating_sub(4) / 12;
        let mut units = Vec::new();
        for at in 0..count {
            let (Some(from), Some(to)) = (u32_at(pieces, at * 4), u32_at(pieces, at * 4 + 4)) else { break };
            let Some(place) = u32_at(pieces, (count + 1) * 4 + at * 8 + 2) else { break };
            let len = (to.saturating_sub(from) as usize).min(units_max.saturating_sub(units.len()));
            if !add_piece(&self.fib.0, place, len, &mut units) || units.len() >= units_max {
                break;
            }
        }
        self.units = units;
    }

    /// The text of a document without pieces: one run of bytes.
    fn simple(&self, units_max: usize) -> Vec<u16> {
        let bytes = self.fib.0.get(self.fib.number(0x18)..self.fib.number(0x1C)).unwrap_or_default();
        let bytes = bytes.get(..units_max).unwrap_or(bytes);
        crate::text::decode_guess(bytes).encode_utf16().collect()
    }
}

/// Adds one piece: UTF-16, or Windows-1252 of one byte (MS-DOC 2.9.73 FcCompressed).
fn add_piece(stream: &[u8], place: u32, len: usize, units: &mut Vec<u16>) -> bool {
    const ONE_BYTE: u32 = 1 << 30;
    let offset = (place & 0x3FFF_FFFF) as usize;
    if place & ONE_BYTE != 0 {
        let Some(bytes) = stream.get(offset / 2..).and_then(|from| from.get(..len)) else { return false };
        let text = WINDOWS_1252.decode_without_bom_handling(bytes).0;
        units.extend(text.encode_utf16());
    } else {
        let bytes = stream.get(offset..).and_then(|from| from.get(..len.saturating_mul(2)));
        let Some(bytes) = bytes else { return false };
        units.extend(bytes.chunks_exact(2).filter_map(|pair| u16_at(pair, 0)));
    }
    true
}

/// The piece table in a Clx: behind property modifiers that start with 1.
fn piece_table(clx: &[u8]) -> Option<&[u8]> {
    let mut rest = clx;
    while let [1, after @ ..] = rest {
        rest = after.get(2 + usize::from(u16_at(after, 0)?)..)?;
    }
    match rest {
        [2, after @ ..] => {
            let pieces = after.get(4..)?;
            Some(pieces.get(..u32_at(after, 0)? as usize).unwrap_or(pieces))
        }
        _ => None,
    }
}

/// A table of strings (MS-DOC 2.2.4 STTB), and the position behind it.
fn string_table(bytes: &[u8]) -> (Vec<String>, usize) {
    let mut strings = Vec::new();
    let is_extended = u16_at(bytes, 0) == Some(0xFFFF);
    let head = if is_extended { 2 } else { 0 };
    let (Some(count), Some(extra)) = (u16_at(bytes, head), u16_at(bytes, head + 2)) else {
        return (strings, 0);
    };
    let mut at = head + 4;
    for _ in 0..count {
        let text = if is_extended {
            let Some(len) = u16_at(bytes, at) else { break };
            at += 2;
            bytes.get(at..at + usize::from(len) * 2).map(|raw| (utf_16(raw), raw.len()))
        } else {
            let Some(len) = bytes.get(at) else { break };
            at += 1;
            bytes.get(at..at + usize::from(*len)).map(|raw| (crate::text::decode_guess(raw), raw.len()))
        };
        let Some((text, len)) = text else { break };
        at += len + usize::from(extra);
        strings.push(text);
    }
    (strings, at)
}

fn utf_16(raw: &[u8]) -> String {
    let units: Vec<u16> = raw.chunks_exact(2).filter_map(|pair| u16_at(pair, 0)).collect();
    String::from_utf16_lossy(&units)
}

/// The text without what a field is made from: between its beginning and its separator stand instructions.
fn visible(units: &[u16]) -> String {
    const BEGIN: u16 = 0x13;
    const SEPARATOR: u16 = 0x14;
    const END: u16 = 0x15;
    const CELL: u16 = 0x07;
    // For each open field, whether its result has begun.
    let mut open: Vec<bool> = Vec::new();
    let mut hidden = 0_usize;
    let mut shown = Vec::with_capacity(units.len());
    for unit in units {
        match *unit {
            BEGIN => {
                open.push(false);
                hidden += 1;
            }
            SEPARATOR => {
                if let Some(has_result) = open.last_mut().filter(|has_result| !**has_result) {
                    *has_result = true;
                    hidden = hidden.saturating_sub(1);
                }
            }
            END => {
                if open.pop() == Some(false) {
                    hidden = hidden.saturating_sub(1);
                }
            }
            _ if hidden > 0 => {}
            CELL => shown.push(u16::from(b'\r')),
            // Pictures, notes and drawings have one character in the text.
            0x01 | 0x02 | 0x05 | 0x08 => {}
            unit => shown.push(unit),
        }
    }
    String::from_utf16_lossy(&shown)
}
