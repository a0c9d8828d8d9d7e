//! LZH archives, still sent in Japan: stored, and the methods `-lh4-` to `-lh7-`; names in CP932.

mod huffman;

use super::shelf::{Ended, Shelf, Unpacked, entry, name};
use super::{Archive, Entry, u16_at, u32_at};
use crate::{Budget, Limits, Parsed, ProblemKind};

/// Before all fields that every level of header shares.
const HEADER_BYTES: usize = 21;
/// Extended headers: file name, folder.
const EXTENDED_NAME: u8 = 0x01;
const EXTENDED_FOLDER: u8 = 0x02;
/// Separates folders in that header.
const FOLDER_SEPARATOR: u8 = 0xFF;
/// Extended headers of one file that are read.
const EXTENDED_MAX: usize = 64;

pub(super) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Archive> {
    let mut shelf = Shelf::new(limits, budget);
    let mut rest = bytes;
    while rest.first().is_some_and(|first| *first != 0) && shelf.has_room() {
        let Some(header) = Header::read(rest) else {
            shelf.tell(ProblemKind::Malformed, "", "a header that is none");
            break;
        };
        let after = rest.get(header.data_at..).unwrap_or_default();
        let data = after.get(..header.packed).unwrap_or(after);
        rest = after.get(header.packed..).unwrap_or_default();
        member(header, data, &mut shelf);
    }
    shelf.done()
}

fn member(header: Header, data: &[u8], shelf: &mut Shelf<'_>) {
    let size = header.size as u64;
    if data.len() < header.packed {
        shelf.tell(ProblemKind::Truncated, &header.name, "the archive ends before the file does");
    }
    let (most, over) = shelf.most(data.len());
    let out = match &header.method {
        b"-lhd-" => {
            let slash = if header.name.ends_with('/') { "" } else { "/" };
            let folder = Entry { bytes: Some(Vec::new()), ..entry(format!("{}{slash}", header.name), 0) };
            shelf.entries.push(folder);
            return;
        }
        b"-lh0-" | b"-lz4-" => shelf.stored(data),
        b"-lh4-" => huffman::unpack(data, 12, header.size.min(most)),
        b"-lh5-" => huffman::unpack(data, 13, header.size.min(most)),
        b"-lh6-" => huffman::unpack(data, 15, header.size.min(most)),
        b"-lh7-" => huffman::unpack(data, 16, header.size.min(most)),
        method => {
            let method = String::from_utf8_lossy(method).into_owned();
            shelf.tell(ProblemKind::Unsupported, &header.name, &format!("compression: {method}"));
            shelf.entries.push(entry(header.name, size));
            return;
        }
    };
    let ended = match out.ended {
        Ended::Whole if header.size > out.bytes.len() && out.bytes.len() == most => over,
        ended => ended,
    };
    if ended == Ended::Whole && crc16(&out.bytes) != header.crc {
        shelf.tell(ProblemKind::Malformed, &header.name, "the checksum does not fit");
    }
    shelf.put(entry(header.name, size), Unpacked { bytes: out.bytes, ended });
}

struct Header {
    method: [u8; 5],
    packed: usize,
    size: usize,
    name: String,
    crc: u16,
    /// Where the packed data start.
    data_at: usize,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let method: [u8; 5] = *bytes.get(2..)?.first_chunk()?;
        let is_method = matches!(method, [b'-', b'l', _, _, b'-']);
        let packed = usize::try_from(u32_at(bytes, 7)?).ok()?;
        let size = usize::try_from(u32_at(bytes, 11)?).ok()?;
        let header = Self { method, packed, size, name: String::new(), crc: 0, data_at: 0 };
        if !is_method {
            return None;
        }
        match *bytes.get(HEADER_BYTES - 1)? {
            level @ (0 | 1) => header.old(bytes, level),
            2 => header.level_2(bytes),
            3 => header.level_3(bytes),
            _ => None,
        }
    }

    /// Levels 0 and 1 hold the name; level 1 goes on in extended headers, whose size counts as packed data.
    fn old(mut self, bytes: &[u8], level: u8) -> Option<Self> {
        let len = usize::from(*bytes.first()?).checked_add(2)?;
        let name_len = usize::from(*bytes.get(HEADER_BYTES)?);
        let name_end = HEADER_BYTES.checked_add(1)?.checked_add(name_len)?;
        self.name = name(bytes.get(HEADER_BYTES + 1..name_end)?).replace('\\', "/");
        self.crc = u16_at(bytes, name_end)?;
        self.data_at = len;
        if level == 1 {
            let next = usize::from(u16_at(bytes, len.checked_sub(2)?)?);
            let end = self.extended(bytes, len, next, 2)?;
            self.packed = self.packed.checked_sub(end.checked_sub(len)?)?;
            self.data_at = end;
        }
        Some(self)
    }

    fn level_2(mut self, bytes: &[u8]) -> Option<Self> {
        let len = usize::from(u16_at(bytes, 0)?);
        self.crc = u16_at(bytes, HEADER_BYTES)?;
        let next = usize::from(u16_at(bytes, 24)?);
        self.extended(bytes, 26, next, 2)?;
        self.data_at = len;
        Some(self)
    }

    fn level_3(mut self, bytes: &[u8]) -> Option<Self> {
        let len = usize::try_from(u32_at(bytes, 24)?).ok()?;
        self.crc = u16_at(bytes, HEADER_BYTES)?;
        let next = usize::try_from(u32_at(bytes, 28)?).ok()?;
        self.extended(bytes, 32, next, 4)?;
        self.data_at = len;
        Some(self)
    }

    /// Reads extended headers: the first is `next` bytes long, and each ends with the length of the one behind.
    fn extended(&mut self, bytes: &[u8], from: usize, next: usize, width: usize) -> Option<usize> {
        let (mut at, mut next) = (from, next);
        let mut folder = String::new();
        for _ in 0..EXTENDED_MAX {
            if next == 0 {
                break;
            }
            let raw = bytes.get(at..at.checked_add(next)?)?;
            let content = raw.get(1..next.checked_sub(width)?)?;
            match *raw.first()? {
                EXTENDED_NAME => self.name = name(content),
                EXTENDED_FOLDER => {
                    let parts: Vec<String> = content
                        .split(|byte| *byte == FOLDER_SEPARATOR)
                        .filter(|part| !part.is_empty())
                        .map(name)
                        .collect();
                    folder = parts.join("/");
                }
                _ => {}
            }
            at = at.checked_add(next)?;
            let tail = at.checked_sub(width)?;
            next = if width == 2 {
                usize::from(u16_at(bytes, tail)?)
            } else {
                usize::try_from(u32_at(bytes, tail)?).ok()?
            };
        }
        if !folder.is_empty() {
            self.name = format!("{folder}/{}", self.name);
        }
        Some(at)
    }
}

/// CRC-16 of LHA (polynomial 0xA001, reflected).
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        let mut crc = crc ^ u16::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 };
        }
        crc
    })
}
