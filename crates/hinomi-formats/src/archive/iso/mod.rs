//! Disc images: ISO 9660 (ECMA-119) with Joliet names, else Rock Ridge names. UDF alone is told as not read.

use super::shelf::{Ended, Shelf, entry, name};
use super::{Archive, u32_at};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind};
use std::collections::HashSet;

const SECTOR: usize = 2_048;
/// The first descriptor, and how many are looked at.
const DESCRIPTORS_AT: usize = 16;
const DESCRIPTORS_MAX: usize = 64;
/// The root's record in a descriptor (8.4.18).
const ROOT_AT: usize = 156;
/// Flags of a record (9.1.6): a directory; more extents of the same file follow.
const IS_DIRECTORY: u8 = 1 << 1;
const CONTINUES: u8 = 1 << 7;
/// Folders in folders.
const DEPTH_MAX: usize = 64;

pub(super) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Archive> {
    let mut shelf = Shelf::new(limits, budget);
    match volume(bytes) {
        Some((root, joliet)) => Walk { bytes, joliet, seen: HashSet::new() }.run(root, &mut shelf),
        None => {
            let is_udf = [b"NSR02", b"NSR03"].iter().any(|mark| {
                (DESCRIPTORS_AT..DESCRIPTORS_AT + 32)
                    .any(|at| bytes.get(at * SECTOR + 1..).is_some_and(|b| b.starts_with(*mark)))
            });
            let detail =
                if is_udf { "a disc image with UDF alone" } else { "a disc image without a directory" };
            shelf.tell(if is_udf { ProblemKind::Unsupported } else { ProblemKind::Unreadable }, "", detail);
        }
    }
    shelf.done()
}

/// A record's place: first sector and length in bytes.
type Extent = (u32, u32);

/// The root directory, that of Joliet before the primary one; and whether names are UTF-16.
fn volume(bytes: &[u8]) -> Option<(Extent, bool)> {
    let mut primary = None;
    for at in DESCRIPTORS_AT..DESCRIPTORS_AT + DESCRIPTORS_MAX {
        let descriptor = bytes.get(at * SECTOR..)?;
        let kind = *descriptor.first()?;
        if descriptor.get(1..6)? != b"CD001" || kind == 255 {
            break;
        }
        let Some(root) =
            descriptor.get(ROOT_AT..).and_then(|record| Some((u32_at(record, 2)?, u32_at(record, 10)?)))
        else {
            break;
        };
        // Escape sequences of UCS-2 (Joliet, 4.2).
        let joliet = matches!(descriptor.get(88..91), Some(b"%/@" | b"%/C" | b"%/E"));
        match kind {
            1 => primary = primary.or(Some((root, false))),
            2 if joliet => return Some((root, true)),
            _ => {}
        }
    }
    primary
}

struct Walk<'a> {
    bytes: &'a [u8],
    joliet: bool,
    /// Directories read: one met again leads in a circle.
    seen: HashSet<u32>,
}

impl Walk<'_> {
    fn run(&mut self, root: Extent, shelf: &mut Shelf<'_>) {
        let mut waiting = vec![(root, String::new(), 0_usize)];
        let mut steps = shelf.limits.steps_max;
        while let Some((extent, path, depth)) = waiting.pop() {
            if !self.seen.insert(extent.0) {
                shelf.problems.push(Problem::circle(&path, "a folder that was met before"));
                continue;
            }
            if depth > DEPTH_MAX {
                shelf.tell(ProblemKind::Malformed, &path, "folders inside one another without end");
                continue;
            }
            let mut folders = Vec::new();
            let mut more: Vec<u8> = Vec::new();
            let Some(directory) = self.extent(extent) else {
                shelf.tell(ProblemKind::Truncated, &path, "the image ends before the folder");
                continue;
            };
            for record in Records::of(directory) {
                steps = steps.saturating_sub(1);
                if steps == 0 {
                    return shelf.problems.push(Problem::limit(&path, "steps_max", shelf.limits.steps_max));
                }
                if !shelf.has_room() {
                    return;
                }
                let Some(record) = self.record(record) else { continue };
                let full = format!("{path}{}", record.name);
                if record.flags & IS_DIRECTORY != 0 {
                    folders.push((record.extent, format!("{full}/"), depth.saturating_add(1)));
                } else {
                    self.file(&record, full, &mut more, shelf);
                }
            }
            waiting.extend(folders.into_iter().rev());
        }
    }

    /// Adds a file; `more` holds the earlier extents of one that has several.
    fn file(&self, record: &Record, full: String, more: &mut Vec<u8>, shelf: &mut Shelf<'_>) {
        let size = u64::from(record.extent.1);
        let data = self.extent(record.extent).unwrap_or_default();
        if record.flags & CONTINUES != 0 {
            let room = usize::try_from(shelf.budget.left()).unwrap_or(usize::MAX).saturating_sub(more.len());
            more.extend_from_slice(data.get(..room).unwrap_or(data));
            return;
        }
        if (data.len() as u64) < size {
            shelf.tell(ProblemKind::Truncated, &full, "the image ends before the file does");
        }
        let mut out = shelf.stored(data);
        let mut bytes = std::mem::take(more);
        let size = size.saturating_add(bytes.len() as u64);
        if !bytes.is_empty() {
            let room = usize::try_from(shelf.budget.left()).unwrap_or(usize::MAX).saturating_sub(bytes.len());
            if out.bytes.len() > room {
                out.bytes.truncate(room);
                out.ended = Ended::Allowance;
            }
            bytes.append(&mut out.bytes);
            out.bytes = bytes;
        }
        shelf.put(entry(full, size), out);
    }

    fn extent(&self, (sector, len): Extent) -> Option<&[u8]> {
        let from = usize::try_from(sector).ok()?.checked_mul(SECTOR)?;
        let rest = self.bytes.get(from..)?;
        Some(rest.get(..usize::try_from(len).ok()?).unwrap_or(rest))
    }

    /// A record of the folder; `None` for the folder itself and the one above.
    fn record(&self, raw: &[u8]) -> Option<Record> {
        let len = usize::from(*raw.get(32)?);
        let id = raw.get(33..33_usize.checked_add(len)?)?;
        if matches!(id, [0] | [1]) {
            return None;
        }
        let long = if self.joliet {
            None
        } else {
            rock_ridge(raw.get(33 + len + (len + 1) % 2..).unwrap_or_default())
        };
        let mut text = match long {
            Some(long) => name(&long),
            None if self.joliet => {
                let units =
                    id.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(u16::from_be_bytes));
                String::from_utf16_lossy(&units.collect::<Vec<_>>())
            }
            None => name(id),
        };
        // The version of a file (7.5.1).
        if let Some(end) = text.rfind(';') {
            text.truncate(end);
        }
        let text = text.trim_end_matches('.').to_owned();
        Some(Record { name: text, extent: (u32_at(raw, 2)?, u32_at(raw, 10)?), flags: *raw.get(25)? })
    }
}

struct Record {
    name: String,
    extent: Extent,
    flags: u8,
}

/// The records of a folder; none lies over the end of a sector.
struct Records<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    fn of(directory: &'a [u8]) -> Self {
        Self { rest: directory, at: 0 }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let len = usize::from(*self.rest.get(self.at)?);
            if len == 0 {
                // The rest of the sector is empty.
                self.at = self.at.checked_add(1)?.checked_next_multiple_of(SECTOR)?;
                continue;
            }
            let end = self.at.checked_add(len)?;
            let record = self.rest.get(self.at..end)?;
            self.at = end;
            return Some(record);
        }
    }
}

/// The name of `NM` entries (Rock Ridge, 4.1.4).
fn rock_ridge(system_use: &[u8]) -> Option<Vec<u8>> {
    let mut found: Option<Vec<u8>> = None;
    let mut rest = system_use;
    while let Some(len) = rest.get(2).map(|len| usize::from(*len)).filter(|len| *len >= 4) {
        let (field, after) = rest.split_at_checked(len)?;
        if field.starts_with(b"NM") {
            found.get_or_insert_default().extend_from_slice(field.get(5..).unwrap_or_default());
        }
        rest = after;
    }
    found.filter(|name| !name.is_empty())
}
