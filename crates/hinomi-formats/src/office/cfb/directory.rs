//! The directory (MS-CFB 2.6): entries of 128 bytes, joined to one tree by left, right and child numbers.

use super::sectors::{u16_at, u32_at};
use crate::{Limits, Problem, ProblemKind};

/// One entry of the directory. Only meaningful for the file that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(u32);

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Holds other entries.
    Storage,
    /// Holds bytes.
    Stream,
    /// The storage that holds everything.
    Root,
    /// Not in use, or of a type that does not exist.
    Unused,
}

/// Length of one entry.
const ENTRY_LEN: usize = 128;
/// The number that means "no entry" (MS-CFB 2.6: NOSTREAM).
const NO_STREAM: u32 = 0xFFFF_FFFF;
/// Storages above an entry that its path still names; real files nest less than ten deep.
const PATH_DEPTH_MAX: usize = 32;

#[derive(Debug)]
pub(super) struct Directory {
    entries: Vec<Entry>,
    /// The storage that holds an entry, and the entry; sorted.
    by_parent: Vec<(u32, u32)>,
}

#[derive(Debug)]
struct Entry {
    kind: EntryKind,
    name: String,
    start: u32,
    size: u64,
    left: u32,
    right: u32,
    child: u32,
    parent: Option<u32>,
    reached: bool,
}

/// Links of the tree that were not followed.
#[derive(Debug, Default)]
struct Astray {
    /// They lead to no entry, or to one that is not in use.
    nowhere: usize,
    /// They lead to an entry met before.
    again: usize,
}

impl Directory {
    /// Reads the directory stream. In version 3 the upper half of a stream's size is not to be trusted
    /// (MS-CFB 2.6.3).
    pub(super) fn read(stream: &[u8], is_v4: bool, limits: &Limits, problems: &mut Vec<Problem>) -> Self {
        let mut records = stream.chunks_exact(ENTRY_LEN);
        let entries: Vec<Entry> =
            records.by_ref().take(limits.entries_max).map(|record| Entry::read(record, is_v4)).collect();
        let is_cut = records.next().is_some();
        if is_cut {
            problems.push(Problem::limit("directory", "entries_max", limits.entries_max as u64));
        }
        // Type 0 is a free slot; other types do not exist, and then this was no directory sector.
        let is_foreign = |record: &&[u8]| record.get(66).is_some_and(|kind| !matches!(kind, 0 | 1 | 2 | 5));
        let foreign = stream.chunks_exact(ENTRY_LEN).take(limits.entries_max).filter(is_foreign).count();
        if foreign > 0 {
            let detail = format!("{foreign} entries are of no known type");
            problems.push(Problem::new(ProblemKind::Malformed, "directory", detail));
        }
        let mut directory = Self { entries, by_parent: Vec::new() };
        let Astray { nowhere, again } = directory.climb();
        let numbered = (0_u32..).zip(&directory.entries);
        directory.by_parent = numbered.filter_map(|(number, entry)| Some((entry.parent?, number))).collect();
        directory.by_parent.sort_unstable();
        if again > 0 {
            let detail = format!("{again} links of the tree lead to an entry met before");
            problems.push(Problem::circle("directory", detail));
        }
        if nowhere > 0 && !is_cut {
            let detail = format!("{nowhere} links of the tree lead to no entry");
            problems.push(Problem::new(ProblemKind::Malformed, "directory", detail));
        }
        directory
    }

    /// Walks the tree once from the root and notes who holds whom. Each entry is taken the first time it is
    /// met, so circles end by themselves. Gives the links that lead to no entry or to one taken.
    fn climb(&mut self) -> Astray {
        let mut astray = Astray::default();
        let Some(root) = self.entries.first_mut() else { return astray };
        root.reached = true;
        root.kind = EntryKind::Root;
        let mut waiting = vec![(root.child, 0)];
        while let Some((number, parent)) = waiting.pop() {
            if number == NO_STREAM {
                continue;
            }
            let entry = self.entries.get_mut(number as usize);
            let Some(entry) = entry.filter(|entry| entry.kind != EntryKind::Unused) else {
                astray.nowhere += 1;
                continue;
            };
            if entry.reached {
                astray.again += 1;
                continue;
            }
            entry.reached = true;
            entry.parent = Some(parent);
            waiting.extend([(entry.right, parent), (entry.left, parent)]);
            if entry.kind == EntryKind::Storage {
                waiting.push((entry.child, number));
            }
        }
        astray
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = EntryId> + '_ {
        let numbered = (0_u32..).zip(&self.entries);
        numbered.filter(|(_, entry)| entry.kind != EntryKind::Unused).map(|(number, _)| EntryId(number))
    }

    pub(super) fn root_id(&self) -> Option<EntryId> {
        self.entries.first().map(|_| EntryId(0))
    }

    /// First sector and size of the mini stream.
    pub(super) fn root(&self) -> Option<(u32, u64)> {
        self.entries.first().map(|root| (root.start, root.size))
    }

    pub(super) fn kind(&self, id: EntryId) -> EntryKind {
        self.get(id).map_or(EntryKind::Unused, |entry| entry.kind)
    }

    pub(super) fn name(&self, id: EntryId) -> &str {
        self.get(id).map_or("", |entry| &entry.name)
    }

    pub(super) fn start(&self, id: EntryId) -> u32 {
        self.get(id).map_or(NO_STREAM, |entry| entry.start)
    }

    pub(super) fn size(&self, id: EntryId) -> u64 {
        self.get(id).map_or(0, |entry| entry.size)
    }

    pub(super) fn is_orphan(&self, id: EntryId) -> bool {
        self.get(id).is_some_and(|entry| !entry.reached)
    }

    pub(super) fn parent(&self, id: EntryId) -> Option<EntryId> {
        self.get(id)?.parent.map(EntryId)
    }

    pub(super) fn path(&self, id: EntryId) -> String {
        if id.0 == 0 {
            return String::new();
        }
        let mut names = vec![self.name(id)];
        let mut at = self.parent(id);
        while let Some(storage) = at.filter(|storage| storage.0 != 0) {
            if names.len() > PATH_DEPTH_MAX {
                names.push("…");
                break;
            }
            names.push(self.name(storage));
            at = self.parent(storage);
        }
        names.reverse();
        names.join("/")
    }

    pub(super) fn children(&self, storage: EntryId) -> impl Iterator<Item = EntryId> + '_ {
        let first = self.by_parent.partition_point(|(parent, _)| *parent < storage.0);
        let from = self.by_parent.get(first..).unwrap_or_default();
        from.iter().take_while(move |(parent, _)| *parent == storage.0).map(|(_, number)| EntryId(*number))
    }

    pub(super) fn child(&self, storage: EntryId, name: &str) -> Option<EntryId> {
        self.children(storage).find(|id| same_name(self.name(*id), name))
    }

    fn get(&self, id: EntryId) -> Option<&Entry> {
        self.entries.get(id.0 as usize)
    }
}

impl Entry {
    fn read(record: &[u8], is_v4: bool) -> Self {
        let at = |position| u32_at(record, position).unwrap_or(NO_STREAM);
        let kind = match record.get(66) {
            Some(1) => EntryKind::Storage,
            Some(2) => EntryKind::Stream,
            Some(5) => EntryKind::Root,
            _ => EntryKind::Unused,
        };
        let upper = if is_v4 { u64::from(at(124)) << 32 } else { 0 };
        Self {
            kind,
            name: name(record),
            start: at(116),
            size: upper | u64::from(at(120)),
            left: at(68),
            right: at(72),
            child: at(76),
            parent: None,
            reached: false,
        }
    }
}

/// The name: its length in bytes, with the final NUL, is at 64. A length that cannot be is read as the
/// whole field.
fn name(record: &[u8]) -> String {
    let len = usize::from(u16_at(record, 64).unwrap_or(0));
    let units = if len > 64 { 32 } else { (len / 2).saturating_sub(1) };
    let units = (0..units).map_while(|unit| u16_at(record, unit * 2));
    char::decode_utf16(units.take_while(|unit| *unit != 0))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// MS-CFB 2.6.4 compares names without case.
fn same_name(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
        || (!left.is_ascii()
            && left.chars().flat_map(char::to_lowercase).eq(right.chars().flat_map(char::to_lowercase)))
}
