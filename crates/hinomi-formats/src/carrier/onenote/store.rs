//! The files of a section (MS-ONESTORE 2.6.13), and which declaration each belongs to.

use super::{File, properties, u32_at, u64_at, wide};
use crate::{Budget, Limits, Problem, ProblemKind};
use memchr::memmem;
use std::collections::HashMap;

/// `guidHeader` of a FileDataStoreObject (MS-ONESTORE 2.6.13).
const DATA: &[u8] =
    &[0xE7, 0x16, 0xE3, 0xBD, 0x65, 0x26, 0x11, 0x45, 0xA4, 0xC4, 0x8D, 0x4D, 0x0B, 0x7A, 0x9E, 0xAC];
/// From that GUID to the length, and to the data.
const LEN_AT: usize = 16;
const DATA_AT: usize = 36;
/// Types of objects that stand for a file or a picture (MS-ONE 2.1.13: jcidEmbeddedFileContainer,
/// jcidPictureContainer14).
const FILE_OBJECTS: [u32; 2] = [0x0008_0036, 0x0008_0039];
/// Characters of a reference: `<ifndf>` and a GUID in braces.
const REFERENCE_UNITS: usize = 7 + 38;
/// Node id of the reference from a GUID to its data (MS-ONESTORE 2.5.21).
const REFERENCE_NODE: u32 = 0x94;
/// Ends a file name: longer ones are no names.
const EXTENSION_UNITS_MAX: u32 = 64;

/// Finds the files. They are copied, so `budget` pays for them.
pub(super) fn files(
    bytes: &[u8],
    limits: &Limits,
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) -> Vec<File> {
    let mut found: Vec<File> = Vec::new();
    let declared = Declared::read(bytes, limits);
    let mut end = 0;
    for at in memmem::find_iter(bytes, DATA) {
        // A section may carry another one, whose files are not its own.
        if at < end {
            continue;
        }
        let place = format!("file at {at}");
        if found.len() >= limits.entries_max {
            problems.push(Problem::limit("", "entries_max", limits.entries_max as u64));
            break;
        }
        let Some((content, is_cut)) = content(bytes, at) else { continue };
        if is_cut {
            problems.push(Problem::new(
                ProblemKind::Truncated,
                &place,
                "the section ends before the file does",
            ));
        } else {
            end = at.saturating_add(DATA_AT).saturating_add(content.len());
        }
        if let Err(problem) = budget.spend(content.len() as u64, &place) {
            problems.push(problem);
            continue;
        }
        let declaration = declared.by_offset.get(&at);
        found.push(File {
            offset: at.saturating_add(DATA_AT) as u64,
            name: declaration.and_then(|declaration| declaration.name.clone()),
            extension: declaration.map(|declaration| declaration.extension.clone()).unwrap_or_default(),
            bytes: content.to_vec(),
        });
    }
    found
}

/// The data behind the GUID at `at`, and whether the section ends before it does.
fn content(bytes: &[u8], at: usize) -> Option<(&[u8], bool)> {
    let len = usize::try_from(u64_at(bytes, at.checked_add(LEN_AT)?)?).unwrap_or(usize::MAX);
    let data = bytes.get(at.checked_add(DATA_AT)?..)?;
    Some(data.get(..len).map_or((data, true), |data| (data, false)))
}

/// What the store says of its files, by the offset of their GUID.
struct Declared {
    by_offset: HashMap<usize, Declaration>,
}

#[derive(Clone)]
struct Declaration {
    name: Option<String>,
    extension: String,
}

impl Declared {
    /// Every `<ifndf>{…}` is a declaration: an object, its GUID, its ending.
    fn read(bytes: &[u8], limits: &Limits) -> Self {
        let mut names: HashMap<u32, String> = HashMap::new();
        for named in properties::names(bytes, limits) {
            names.insert(named.object, named.name);
        }
        let places = references(bytes, limits);
        let mark: Vec<u8> = "<ifndf>{".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut by_offset = HashMap::new();
        for at in memmem::find_iter(bytes, &mark).take(limits.entries_max) {
            let Some((object, guid, extension)) = declaration(bytes, at) else { continue };
            if let Some(offset) = places.get(&guid) {
                by_offset.insert(*offset, Declaration { name: names.get(&object).cloned(), extension });
            }
        }
        Self { by_offset }
    }
}

/// Object, GUID and ending of the declaration whose reference starts at `at`
/// (MS-ONESTORE 2.5.27, 2.5.28: object, type, count of one or four bytes, reference, ending).
fn declaration(bytes: &[u8], at: usize) -> Option<(u32, [u8; 16], String)> {
    let object = [1, 4].iter().find_map(|count| {
        let kind_at = at.checked_sub(8)?.checked_sub(*count)?;
        FILE_OBJECTS.contains(&u32_at(bytes, kind_at)?).then(|| u32_at(bytes, kind_at.checked_sub(4)?))?
    })?;
    let end = at.checked_add(REFERENCE_UNITS.checked_mul(2)?)?;
    let reference = wide(bytes.get(at..end)?);
    let units = u32_at(bytes, end).filter(|units| *units <= EXTENSION_UNITS_MAX).unwrap_or(0);
    let from = end.checked_add(4)?;
    let extension = bytes.get(from..from.checked_add(usize::try_from(units).ok()?.checked_mul(2)?)?);
    Some((object, guid(&reference)?, extension.map(wide).unwrap_or_default()))
}

/// A GUID as bytes: its first three numbers are little-endian.
fn guid(reference: &str) -> Option<[u8; 16]> {
    let digits: String = reference.split_once('{')?.1.chars().filter(char::is_ascii_hexdigit).collect();
    let number = u128::from_str_radix(digits.get(..32)?, 16).ok()?;
    let [a, b, c, d, e, f, g, h, rest @ ..] = number.to_be_bytes();
    let [i, j, k, l, m, n, o, p] = rest;
    Some([d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p])
}

/// Where the data of each GUID lie. The reference is a node whose header says how its offset and size are written
/// (MS-ONESTORE 2.4.3).
fn references(bytes: &[u8], limits: &Limits) -> HashMap<[u8; 16], usize> {
    let mut places = HashMap::new();
    // The low ten bits of the header are the node's id: its first byte is as good as any mark.
    let candidates = memchr::memchr_iter(REFERENCE_NODE as u8, bytes);
    for at in candidates.take(usize::try_from(limits.steps_max).unwrap_or(usize::MAX)) {
        if let Some((guid, offset)) = reference(bytes, at) {
            places.entry(guid).or_insert(offset);
        }
    }
    places
}

fn reference(bytes: &[u8], at: usize) -> Option<([u8; 16], usize)> {
    let header = u32_at(bytes, at).filter(|header| header & 0x3FF == REFERENCE_NODE)?;
    let (offset_format, size_format) = (header >> 23 & 3, header >> 25 & 3);
    let from = at.checked_add(4)?;
    let (offset, offset_len) = match offset_format {
        0 => (u64_at(bytes, from)?, 8),
        1 => (u64::from(u32_at(bytes, from)?), 4),
        2 => (u64::from(super::u16_at(bytes, from)?).checked_mul(8)?, 2),
        _ => (u64::from(u32_at(bytes, from)?).checked_mul(8)?, 4),
    };
    let size_len = match size_format {
        0 => 4,
        1 => 8,
        2 => 1,
        _ => 2,
    };
    let offset = usize::try_from(offset).ok()?;
    if !bytes.get(offset..)?.starts_with(DATA) {
        return None;
    }
    let guid = bytes.get(from.checked_add(offset_len)?.checked_add(size_len)?..)?;
    Some((*guid.first_chunk()?, offset))
}
