//! Property sets (MS-ONESTORE 2.6.7): found by the ids of the properties wanted, read from their start.

use super::{OneNote, u16_at, u32_at, wide};
use crate::{Limits, Problem, text};
use memchr::memmem;
use std::collections::BTreeSet;

/// Property ids (MS-ONE 2.1.12): names of embedded files, text of pages, targets of links.
const EMBEDDED_FILE_NAME: u32 = 0x1C00_1D9C;
const EMBEDDED_FILE_CONTAINER: u32 = 0x2000_1D9B;
const RICH_TEXT: u32 = 0x1C00_1C22;
const EXTENDED_ASCII: u32 = 0x1C00_3498;
const LINK_TARGET: u32 = 0x1C00_1E20;
/// Properties of one set, and objects it refers to, that are looked at.
const PROPERTIES_MAX: usize = 128;
const OBJECTS_MAX: usize = 1_024;
/// A field of links inside text starts so; the target follows in quotes.
const HYPERLINK: &str = "\u{FDDF}HYPERLINK \"";

/// A file as a property set names it.
pub(super) struct Named {
    /// The object that holds the data, as its declaration writes it.
    pub(super) object: u32,
    pub(super) name: String,
}

/// Adds the text and links of the section.
pub(super) fn read(bytes: &[u8], limits: &Limits, section: &mut OneNote, problems: &mut Vec<Problem>) {
    let mut told = BTreeSet::new();
    let mut links = BTreeSet::new();
    let mut add_link = |target: &str, section: &mut OneNote| {
        let fits = section.links.len() < limits.urls_max && target.len() <= limits.url_bytes_max;
        if fits && !target.is_empty() && links.insert(target.to_owned()) {
            section.links.push(target.to_owned());
        }
    };
    for (id, value) in values(bytes, &[RICH_TEXT, EXTENDED_ASCII, LINK_TARGET], limits) {
        let value = if id == EXTENDED_ASCII { text::decode_guess(value) } else { wide(value) };
        if id == LINK_TARGET {
            add_link(&value, section);
            continue;
        }
        for target in value.split(HYPERLINK).skip(1).filter_map(|rest| rest.split('"').next()) {
            add_link(target, section);
        }
        // Revisions repeat the text that did not change.
        if value.trim().is_empty() || !told.insert(value.clone()) {
            continue;
        }
        let room = limits.text_bytes_max.saturating_sub(section.text.len());
        if value.len().saturating_add(1) > room {
            problems.push(Problem::limit("text", "text_bytes_max", limits.text_bytes_max as u64));
            break;
        }
        section.text.push_str(&value);
        section.text.push('\n');
    }
}

/// The values of properties by their ids, in file order for each id.
fn values<'a>(bytes: &'a [u8], ids: &[u32], limits: &Limits) -> Vec<(u32, &'a [u8])> {
    let most = usize::try_from(limits.steps_max).unwrap_or(usize::MAX) / PROPERTIES_MAX;
    let mut found = Vec::new();
    for id in ids {
        for at in memmem::find_iter(bytes, &id.to_le_bytes()).take(most) {
            if let Some(value) = Set::around(bytes, at).and_then(|set| set.value(*id)) {
                found.push((*id, value));
            }
        }
    }
    found
}

/// The names of embedded files, with the objects that hold them.
pub(super) fn names(bytes: &[u8], limits: &Limits) -> Vec<Named> {
    let most = usize::try_from(limits.steps_max).unwrap_or(usize::MAX) / PROPERTIES_MAX;
    let mut found = Vec::new();
    for at in memmem::find_iter(bytes, &EMBEDDED_FILE_NAME.to_le_bytes()).take(most.min(limits.entries_max)) {
        let Some(set) = Set::around(bytes, at) else { continue };
        let Some(name) = set.value(EMBEDDED_FILE_NAME).map(wide).filter(|name| !name.is_empty()) else {
            continue;
        };
        if let Some(object) = set.object(EMBEDDED_FILE_CONTAINER) {
            found.push(Named { object, name });
        }
    }
    found
}

/// A property set whose start was found.
struct Set<'a> {
    bytes: &'a [u8],
    /// Offset of the number of properties.
    start: usize,
    count: usize,
}

impl<'a> Set<'a> {
    /// The set whose list of ids has one at `at`. The ids before it all look like ids, and the number before those
    /// fits.
    fn around(bytes: &'a [u8], at: usize) -> Option<Self> {
        for before in 0..PROPERTIES_MAX {
            let start = at.checked_sub(before.checked_mul(4)?)?.checked_sub(2)?;
            let count = usize::from(u16_at(bytes, start)?);
            let set = Self { bytes, start, count };
            if count > before && count <= PROPERTIES_MAX && set.is_sound() {
                return Some(set);
            }
            // The next one further out must be an id, else the list starts here.
            let id = u32_at(bytes, start.checked_sub(2)?)?;
            if !is_id(id) {
                return None;
            }
        }
        None
    }

    fn id(&self, index: usize) -> Option<u32> {
        u32_at(self.bytes, self.start.checked_add(2)?.checked_add(index.checked_mul(4)?)?)
    }

    fn is_sound(&self) -> bool {
        (0..self.count).all(|index| self.id(index).is_some_and(is_id))
    }

    /// The bytes of a property that has its length before it.
    fn value(&self, wanted: u32) -> Option<&'a [u8]> {
        let mut at = self.start.checked_add(2)?.checked_add(self.count.checked_mul(4)?)?;
        for index in 0..self.count {
            let id = self.id(index)?;
            let len = match kind(id) {
                // No value, a bit of the id itself, and what the streams before the set hold.
                1 | 2 | 8 | 10 | 12 => 0,
                3 => 1,
                4 => 2,
                5 => 4,
                6 => 8,
                7 => {
                    let len = usize::try_from(u32_at(self.bytes, at)?).ok()?;
                    if id == wanted {
                        let from = at.checked_add(4)?;
                        return self.bytes.get(from..from.checked_add(len)?);
                    }
                    len.checked_add(4)?
                }
                // Numbers of objects.
                9 | 11 | 13 => 4,
                // Sets inside the set: no property wanted stands behind those.
                _ => return None,
            };
            at = at.checked_add(len)?;
        }
        None
    }

    /// The object that a property refers to: the references stand before the set, in the order of the properties.
    fn object(&self, wanted: u32) -> Option<u32> {
        let mut ordinal = 0_usize;
        let mut at = self.start.checked_add(2)?.checked_add(self.count.checked_mul(4)?)?;
        for index in 0..self.count {
            let id = self.id(index)?;
            if id == wanted {
                return self.reference(ordinal);
            }
            let len = match kind(id) {
                8 => {
                    ordinal = ordinal.checked_add(1)?;
                    0
                }
                9 => {
                    ordinal = ordinal.checked_add(usize::try_from(u32_at(self.bytes, at)?).ok()?)?;
                    4
                }
                1 | 2 | 10 | 12 => 0,
                3 => 1,
                4 => 2,
                5 | 11 | 13 => 4,
                6 => 8,
                7 => usize::try_from(u32_at(self.bytes, at)?).ok()?.checked_add(4)?,
                _ => return None,
            };
            at = at.checked_add(len)?;
        }
        None
    }

    /// The references stand behind a header that counts them (MS-ONESTORE 2.6.2): 24 bits, then flags, of which the
    /// highest says that nothing else comes between.
    fn reference(&self, ordinal: usize) -> Option<u32> {
        (ordinal.checked_add(1)?..OBJECTS_MAX).find_map(|count| {
            let header = self.start.checked_sub(count.checked_mul(4)?)?.checked_sub(4)?;
            let word = u32_at(self.bytes, header)?;
            let fits = word & 0x00FF_FFFF == u32::try_from(count).ok()? && word >> 31 == 1;
            fits.then(|| u32_at(self.bytes, header.checked_add(4)?.checked_add(ordinal.checked_mul(4)?)?))?
        })
    }
}

/// The type of a property (MS-ONESTORE 2.6.6).
fn kind(id: u32) -> u32 {
    id >> 26 & 0x1F
}

fn is_id(id: u32) -> bool {
    matches!(kind(id), 1..=13 | 16 | 17) && id & 0x03FF_FFFF != 0
}
