//! Compound files inside a PowerPoint 97-2003 presentation: its VBA project, controls and OLE objects
//! (MS-PPT 2.10.34 to 2.10.40).

use super::super::cfb::{u16_at, u32_at};
use super::super::{inflate, looks_like_ole};
use crate::{Budget, Limits, Problem};
use std::borrow::Cow;

/// The stream that holds the presentation.
pub(in super::super) const STREAM: &str = "PowerPoint Document";

/// Record type of all such storages (RT_ExternalOleObjectStg), as bytes.
const RECORD_TYPE: [u8; 2] = [0x11, 0x10];

/// The storages of a presentation with their places. Records are found by their header, wherever it stands:
/// the tree of containers above them can be damaged without PowerPoint minding.
pub(in super::super) fn storages<'a>(
    stream: &'a [u8],
    limits: &Limits,
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) -> Vec<(String, Cow<'a, [u8]>)> {
    let mut found = Vec::new();
    let mut end = 0;
    for mark in memchr::memmem::find_iter(stream, &RECORD_TYPE) {
        let Some(at) = mark.checked_sub(2).filter(|at| *at >= end) else { continue };
        let Some(storage) = Storage::at(stream, at) else { continue };
        if found.len() == limits.entries_max {
            problems.push(Problem::limit(STREAM, "entries_max", limits.entries_max as u64));
            break;
        }
        let place = format!("{STREAM}@{at}");
        let bytes = match storage {
            Storage::Plain(bytes) => Some(Cow::Borrowed(bytes)),
            Storage::Packed { zlib, told_len } => {
                inflate::zlib(zlib, Some(told_len), &place, budget, problems).map(Cow::Owned)
            }
        };
        end = at + 8 + storage.len();
        found.push((place, bytes.unwrap_or_default()));
    }
    found
}

/// Whether a VBAInfoContainer (MS-PPT 2.4.10) with its atom says that there are macros.
pub(super) fn says_macros(stream: &[u8]) -> bool {
    const HEADERS: [u8; 16] = [0x1F, 0, 0xFF, 0x03, 0x14, 0, 0, 0, 0x02, 0, 0, 0x04, 0x0C, 0, 0, 0];
    // `fHasMacros` stands behind the headers and `persistIdRef`.
    let flags = memchr::memmem::find_iter(stream, &HEADERS).filter_map(|at| u32_at(stream, at + 20));
    flags.into_iter().any(|flag| flag != 0)
}

/// The texts of the slides, each box by itself (MS-PPT 2.9.42 TextCharsAtom, 2.9.43 TextBytesAtom). The tree of
/// records is walked flat: a container's header is passed over, and what follows are its records.
pub(in super::super) fn texts(stream: &[u8]) -> Vec<String> {
    const TEXT_CHARS: u16 = 0x0FA0;
    const TEXT_BYTES: u16 = 0x0FA8;
    let mut found = Vec::new();
    let mut at = 0_usize;
    while let (Some(head), Some(kind), Some(len)) =
        (u16_at(stream, at), u16_at(stream, at + 2), u32_at(stream, at + 4))
    {
        at += 8;
        if head & 0xF == 0xF {
            continue;
        }
        let content = stream.get(at..).and_then(|from| from.get(..len as usize)).unwrap_or_default();
        match kind {
            TEXT_CHARS => {
                let units: Vec<u16> = content.chunks_exact(2).filter_map(|pair| u16_at(pair, 0)).collect();
                found.push(String::from_utf16_lossy(&units));
            }
            // One byte of each UTF-16 unit, whose other byte is zero.
            TEXT_BYTES => found.push(content.iter().map(|byte| char::from(*byte)).collect()),
            _ => {}
        }
        at = at.saturating_add(len as usize);
    }
    found
}

/// The content of one record.
#[derive(Clone, Copy)]
enum Storage<'a> {
    Plain(&'a [u8]),
    Packed { zlib: &'a [u8], told_len: u32 },
}

impl<'a> Storage<'a> {
    /// Version and instance (0: plain, 1: packed), the type, the length; packed data stands behind its
    /// unpacked size.
    fn at(stream: &'a [u8], at: usize) -> Option<Self> {
        let len = usize::try_from(u32_at(stream, at.checked_add(4)?)?).ok()?;
        let content = stream.get(at.checked_add(8)?..)?;
        // A presentation that was cut still gives the start of its last storage.
        let content = content.get(..len).unwrap_or(content);
        match stream.get(at..at.checked_add(2)?)? {
            [0x00, 0x00] => looks_like_ole(content).then_some(Self::Plain(content)),
            [0x10, 0x00] => {
                let zlib = content.get(4..)?;
                let told_len = u32_at(content, 0)?;
                (zlib.first()? & 0x0F == 8).then_some(Self::Packed { zlib, told_len })
            }
            _ => None,
        }
    }

    fn len(self) -> usize {
        match self {
            Self::Plain(bytes) | Self::Packed { zlib: bytes, .. } => bytes.len(),
        }
    }
}
