//! A storage as a compound file of its own: an attached message, an object inside a document. Written as
//! MS-CFB version 3, the same bytes for the same content, so that equal objects have equal hashes.

use super::{CompoundFile, EntryId, EntryKind, MINI_CUTOFF};
use crate::{Budget, Problem};
use std::borrow::Cow;
use std::collections::BTreeMap;

const SECTOR: usize = 512;
const MINI_SECTOR: usize = 64;
const ENTRY: usize = 128;
/// Entries of the FAT in one sector, FAT sectors that the header lists, and those that one DIFAT sector lists.
const FAT_PER_SECTOR: usize = SECTOR / 4;
const HEADER_DIFAT: usize = 109;
const DIFAT_PER_SECTOR: usize = FAT_PER_SECTOR - 1;
/// Marks of the FAT (MS-CFB 2.1) and of links in the directory.
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const FREE: u32 = 0xFFFF_FFFF;
const FAT_MARK: u32 = 0xFFFF_FFFD;
const DIFAT_MARK: u32 = 0xFFFF_FFFC;
/// UTF-16 units of a name (MS-CFB 2.6.1), without the NUL.
const NAME_UNITS_MAX: usize = 31;

/// What stands in place of a stream, by its name and content; `None` to keep it.
pub(crate) type Change<'a> = &'a dyn Fn(&str, &[u8]) -> Option<Vec<u8>>;

/// Writes what a storage holds. `change` may replace the content of a stream directly in it, told by name.
/// `None` when it did not fit the budget, which is said.
pub(crate) fn export(
    file: &CompoundFile<'_>,
    storage: EntryId,
    change: Change<'_>,
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) -> Option<Vec<u8>> {
    let mut held: BTreeMap<EntryId, Vec<EntryId>> = BTreeMap::new();
    for id in file.entries() {
        if let Some(parent) = file.parent(id) {
            held.entry(parent).or_default().push(id);
        }
    }
    let mut entries = vec![Entry { name: "Root Entry".to_owned(), kind: 5, ..Entry::default() }];
    let mut waiting = vec![(storage, 0_usize)];
    // The directory's tree has no circles, so every storage comes by once.
    while let Some((from, to)) = waiting.pop() {
        let mut children = Vec::new();
        for id in held.get(&from).into_iter().flatten() {
            let mut entry = Entry { name: file.name(*id).to_owned(), kind: 1, ..Entry::default() };
            if file.kind(*id) == EntryKind::Stream {
                let content = file.read(*id, budget).take(problems);
                entry.kind = 2;
                entry.data =
                    (to == 0).then(|| change(&entry.name, &content)).flatten().map_or(content, Cow::Owned);
            } else {
                waiting.push((*id, entries.len()));
            }
            children.push(entries.len());
            entries.push(entry);
        }
        link(&mut entries, to, children);
    }
    let size: u64 = entries.iter().map(|entry| entry.data.len() as u64).sum();
    if let Err(problem) = budget.spend(size, &file.path(storage)) {
        problems.push(problem);
        return None;
    }
    Some(Writer::default().file(entries))
}

/// One entry of the directory to be.
#[derive(Default)]
struct Entry<'a> {
    name: String,
    /// The object type of MS-CFB 2.6.1.
    kind: u8,
    data: Cow<'a, [u8]>,
    left: Option<usize>,
    right: Option<usize>,
    child: Option<usize>,
    start: u32,
    size: usize,
}

/// Joins the children of a storage to a balanced tree in the order of MS-CFB 2.6.4.
fn link(entries: &mut [Entry<'_>], storage: usize, mut children: Vec<usize>) {
    let order = |at: &usize| {
        let name = entries.get(*at).map(|entry| entry.name.to_uppercase()).unwrap_or_default();
        (name.encode_utf16().count(), name)
    };
    children.sort_by_cached_key(order);
    // A range of children, whose middle is hung up below: where, and on which side.
    let mut waiting = vec![(storage, Side::Child, 0_usize, children.len())];
    while let Some((parent, side, from, to)) = waiting.pop() {
        let middle = from.midpoint(to);
        let Some(at) = children.get(middle).copied().filter(|_| from < to) else { continue };
        if let Some(entry) = entries.get_mut(parent) {
            match side {
                Side::Child => entry.child = Some(at),
                Side::Left => entry.left = Some(at),
                Side::Right => entry.right = Some(at),
            }
        }
        waiting.push((at, Side::Left, from, middle));
        waiting.push((at, Side::Right, middle.saturating_add(1), to));
    }
}

#[derive(Clone, Copy)]
enum Side {
    Child,
    Left,
    Right,
}

/// The sectors behind the header, and the table of their chains.
#[derive(Default)]
struct Writer {
    sectors: Vec<u8>,
    fat: Vec<u32>,
}

impl Writer {
    fn file(mut self, mut entries: Vec<Entry<'_>>) -> Vec<u8> {
        let (mut mini, mut mini_fat) = (Vec::new(), Vec::new());
        for entry in &mut entries {
            entry.size = entry.data.len();
            entry.start = match entry.size {
                _ if entry.kind == 1 => 0,
                0 => END_OF_CHAIN,
                size if (size as u64) < MINI_CUTOFF => {
                    push(&mut mini, &mut mini_fat, &entry.data, MINI_SECTOR)
                }
                _ => push(&mut self.sectors, &mut self.fat, &entry.data, SECTOR),
            };
        }
        if let Some(root) = entries.first_mut() {
            root.size = mini.len();
            root.start = self.chain(&mini);
        }
        let mini_fat_sectors = mini_fat.len().div_ceil(FAT_PER_SECTOR);
        mini_fat.resize(mini_fat_sectors.saturating_mul(FAT_PER_SECTOR), FREE);
        let mini_fat_start = self.chain(&numbers(&mini_fat));
        let directory: Vec<u8> = entries.iter().flat_map(Entry::record).collect();
        let directory_start = self.chain(&directory);
        self.finish(directory_start, mini_fat_start, mini_fat_sectors)
    }

    fn chain(&mut self, data: &[u8]) -> u32 {
        if data.is_empty() { END_OF_CHAIN } else { push(&mut self.sectors, &mut self.fat, data, SECTOR) }
    }

    /// Adds the FAT itself, and the list of its sectors as far as the header does not hold it.
    fn finish(mut self, directory: u32, mini_fat: u32, mini_fat_sectors: usize) -> Vec<u8> {
        let data = self.fat.len();
        let (mut fat, mut difat) = (0_usize, 0_usize);
        // Each FAT sector needs a place in the FAT, too: grows by one until all fit.
        while fat.saturating_mul(FAT_PER_SECTOR) < data.saturating_add(fat).saturating_add(difat) {
            fat = fat.saturating_add(1);
            difat = fat.saturating_sub(HEADER_DIFAT).div_ceil(DIFAT_PER_SECTOR);
        }
        self.fat.extend(std::iter::repeat_n(FAT_MARK, fat));
        self.fat.extend(std::iter::repeat_n(DIFAT_MARK, difat));
        self.fat.resize(fat.saturating_mul(FAT_PER_SECTOR), FREE);
        let sector = |at: usize| u32::try_from(at).unwrap_or(FREE);
        let list: Vec<u32> = (data..data.saturating_add(fat)).map(sector).collect();
        let first_difat = data.saturating_add(fat);
        let (in_header, rest) = list.split_at(list.len().min(HEADER_DIFAT));
        self.sectors.extend(numbers(&self.fat));
        for (at, piece) in rest.chunks(DIFAT_PER_SECTOR).enumerate() {
            let next = at.saturating_add(1);
            let mut piece = piece.to_vec();
            piece.resize(DIFAT_PER_SECTOR, FREE);
            let follows = next < difat;
            piece.push(if follows { sector(first_difat.saturating_add(next)) } else { END_OF_CHAIN });
            self.sectors.extend(numbers(&piece));
        }
        let difat_start = if difat > 0 { sector(first_difat) } else { END_OF_CHAIN };
        let mini_fat = [mini_fat, sector(mini_fat_sectors)];
        let header = header(sector(fat), directory, mini_fat, [difat_start, sector(difat)], in_header);
        [header, self.sectors].concat()
    }
}

/// Adds data in whole sectors, chained one behind the other; gives the first.
fn push(space: &mut Vec<u8>, table: &mut Vec<u32>, data: &[u8], sector: usize) -> u32 {
    let first = table.len();
    let count = data.len().div_ceil(sector);
    let next = (first.saturating_add(1)..).take(count.saturating_sub(1));
    table.extend(next.map(|at| u32::try_from(at).unwrap_or(END_OF_CHAIN)));
    table.push(END_OF_CHAIN);
    space.extend_from_slice(data);
    space.resize(space.len().next_multiple_of(sector), 0);
    u32::try_from(first).unwrap_or(END_OF_CHAIN)
}

fn numbers(list: &[u32]) -> Vec<u8> {
    list.iter().flat_map(|number| number.to_le_bytes()).collect()
}

impl Entry<'_> {
    /// 128 bytes (MS-CFB 2.6.1).
    fn record(&self) -> [u8; ENTRY] {
        let mut name: Vec<u16> = self.name.encode_utf16().take(NAME_UNITS_MAX).collect();
        name.push(0);
        let number = |at: Option<usize>| at.and_then(|at| u32::try_from(at).ok()).unwrap_or(FREE);
        let name_len = u16::try_from(name.len().saturating_mul(2)).unwrap_or(0);
        name.resize(NAME_UNITS_MAX + 1, 0);
        let mut bytes: Vec<u8> = name.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        bytes.extend(name_len.to_le_bytes());
        // The colour black: a tree without red nodes is one that every reader takes.
        bytes.extend([self.kind, 1]);
        bytes.extend(numbers(&[number(self.left), number(self.right), number(self.child)]));
        // Class id, state bits, two times.
        bytes.extend([0; 36]);
        bytes.extend(numbers(&[self.start, u32::try_from(self.size).unwrap_or(0), 0]));
        bytes.first_chunk().copied().unwrap_or([0; ENTRY])
    }
}

/// 512 bytes (MS-CFB 2.2).
fn header(fat: u32, directory: u32, mini_fat: [u32; 2], difat: [u32; 2], list: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    bytes.extend([0; 16]);
    // Minor and major version, byte order, sector and mini sector as powers of two, reserved.
    bytes.extend([0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(numbers(&[0, fat, directory, 0, u32::try_from(MINI_CUTOFF).unwrap_or(0)]));
    bytes.extend(numbers(&mini_fat));
    bytes.extend(numbers(&difat));
    let mut list = list.to_vec();
    list.resize(HEADER_DIFAT, FREE);
    bytes.extend(numbers(&list));
    bytes
}
