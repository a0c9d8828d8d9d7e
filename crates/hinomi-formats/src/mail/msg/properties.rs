//! MAPI properties as an Outlook message keeps them (MS-OXMSG 2.2 and 2.4): small ones in one list, the others
//! in a stream each.

use crate::office::cfb::{CompoundFile, EntryId, EntryKind, u32_at};
use crate::text::{self, pages};
use crate::{Budget, Problem};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// The stream of small properties, and the start of the names of the others (MS-OXMSG 2.4, 2.1.3).
pub(super) const LIST: &str = "__properties_version1.0";
const VALUE: &str = "__substg1.0_";
/// Property types (MS-OXCDATA 2.11.1).
pub(super) const TYPE_OBJECT: u16 = 0x000D;
const TYPE_STRING8: u16 = 0x001E;
const TYPE_UNICODE: u16 = 0x001F;
const TYPE_BINARY: u16 = 0x0102;
const TYPE_INTEGER: u16 = 0x0003;
const TYPE_BOOLEAN: u16 = 0x000B;
const TYPE_TIME: u16 = 0x0040;
/// One property of the list.
const RECORD_BYTES: usize = 16;
/// Properties of one list that are read; real lists have a few dozen.
const PROPERTIES_MAX: usize = 4_096;
/// Its number as a code page.
const UTF_8: u32 = 65001;
/// Seconds between 1601, where FILETIME counts from, and 1970.
const FILETIME_EPOCH_S: i64 = 11_644_473_600;

/// What every storage of a compound file holds, found in one pass.
pub(super) struct Storages(BTreeMap<EntryId, Vec<EntryId>>);

impl Storages {
    pub(super) fn of(file: &CompoundFile<'_>) -> Self {
        let mut held: BTreeMap<EntryId, Vec<EntryId>> = BTreeMap::new();
        for id in file.entries() {
            if let Some(parent) = file.parent(id) {
                held.entry(parent).or_default().push(id);
            }
        }
        Self(held)
    }

    pub(super) fn children(&self, storage: EntryId) -> &[EntryId] {
        self.0.get(&storage).map_or(&[], Vec::as_slice)
    }
}

/// The properties of one storage: the message, a recipient, an attachment.
pub(super) struct Properties<'f, 'a> {
    file: &'f CompoundFile<'a>,
    /// Entries by property tag: id and type.
    entries: HashMap<(u16, u16), EntryId>,
    small: HashMap<(u16, u16), u64>,
    /// How eight-bit strings are encoded.
    pub(super) pages: Pages,
}

/// What a message says of its eight-bit strings.
#[derive(Clone, Copy, Default)]
pub(super) struct Pages {
    /// The code page it names.
    pub(super) page: Option<u32>,
    /// The code page of the language it was written in.
    pub(super) local: Option<u32>,
}

impl<'f, 'a> Properties<'f, 'a> {
    /// `header` is the length of what stands before the list: 32 in a message, 24 in an attached one, 8 else.
    pub(super) fn read(
        file: &'f CompoundFile<'a>,
        children: &[EntryId],
        header: usize,
        budget: &mut Budget,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut read = Self { file, entries: HashMap::new(), small: HashMap::new(), pages: Pages::default() };
        for id in children {
            let name = file.name(*id);
            if name.eq_ignore_ascii_case(LIST) {
                let list = file.read(*id, budget).take(problems);
                for record in
                    list.get(header..).unwrap_or_default().chunks_exact(RECORD_BYTES).take(PROPERTIES_MAX)
                {
                    let (low, high) = (u32_at(record, 8).unwrap_or(0), u32_at(record, 12).unwrap_or(0));
                    let value = u64::from(high) << 32 | u64::from(low);
                    read.small.insert(split(u32_at(record, 0).unwrap_or(0)), value);
                }
            } else if let Some(tag) = tag(name) {
                read.entries.insert(split(tag), *id);
            }
        }
        read
    }

    fn stream(&self, id: u16, kind: u16) -> Option<EntryId> {
        self.entries.get(&(id, kind)).copied().filter(|id| self.file.kind(*id) == EntryKind::Stream)
    }

    /// A storage kept as a property: an attached message or object.
    pub(super) fn object(&self, id: u16) -> Option<EntryId> {
        self.entries.get(&(id, TYPE_OBJECT)).copied().filter(|id| self.file.kind(*id) == EntryKind::Storage)
    }

    pub(super) fn binary(
        &self,
        id: u16,
        budget: &mut Budget,
        problems: &mut Vec<Problem>,
    ) -> Option<Cow<'f, [u8]>> {
        Some(self.file.read(self.stream(id, TYPE_BINARY)?, budget).take(problems))
    }

    /// A string as bytes, with its charset: UTF-16, or eight bits in the message's code page.
    pub(super) fn raw(
        &self,
        id: u16,
        budget: &mut Budget,
        problems: &mut Vec<Problem>,
    ) -> Option<(Cow<'f, [u8]>, Charset)> {
        let (stream, charset) = match self.stream(id, TYPE_UNICODE) {
            Some(stream) => (stream, Charset::Utf16),
            None => (self.stream(id, TYPE_STRING8)?, Charset::Page(self.pages)),
        };
        Some((self.file.read(stream, budget).take(problems), charset))
    }

    pub(super) fn text(&self, id: u16, budget: &mut Budget, problems: &mut Vec<Problem>) -> Option<String> {
        let (raw, charset) = self.raw(id, budget, problems)?;
        let text = charset.decode(&raw);
        Some(text.trim_end_matches('\0').to_owned()).filter(|text| !text.is_empty())
    }

    pub(super) fn integer(&self, id: u16) -> Option<u32> {
        self.small.get(&(id, TYPE_INTEGER)).map(|value| (value & 0xFFFF_FFFF) as u32)
    }

    pub(super) fn boolean(&self, id: u16) -> bool {
        self.small.get(&(id, TYPE_BOOLEAN)).is_some_and(|value| value & 0xFF != 0)
    }

    /// A time in seconds since 1970.
    pub(super) fn time(&self, id: u16) -> Option<i64> {
        let ticks = self.small.get(&(id, TYPE_TIME)).copied().filter(|ticks| *ticks != 0)?;
        Some(i64::try_from(ticks / 10_000_000).ok()?.saturating_sub(FILETIME_EPOCH_S))
    }
}

/// The encoding of a string property.
#[derive(Clone, Copy)]
pub(super) enum Charset {
    Utf16,
    Page(Pages),
}

impl Charset {
    pub(super) fn decode(self, raw: &[u8]) -> String {
        match self {
            Self::Utf16 => encoding_rs::UTF_16LE.decode_without_bom_handling(raw).0.into_owned(),
            Self::Page(Pages { page, local }) => {
                // Outlook names UTF-8 for what it then writes in the page of its Windows.
                let fits = page != Some(UTF_8) || std::str::from_utf8(raw).is_ok();
                let page = if fits { page.or(local) } else { local };
                text::decode(page.map(pages::label).as_deref(), raw)
            }
        }
    }
}

/// The tag in the name of a stream: eight hex digits.
fn tag(name: &str) -> Option<u32> {
    let (head, digits) = name.split_at_checked(VALUE.len())?;
    head.eq_ignore_ascii_case(VALUE).then_some(())?;
    u32::from_str_radix(digits.get(..8)?, 16).ok()
}

/// Id and type.
fn split(tag: u32) -> (u16, u16) {
    let [a, b, c, d] = tag.to_le_bytes();
    (u16::from_le_bytes([c, d]), u16::from_le_bytes([a, b]))
}
