//! Cabinets (MS-CAB): stored and MSZIP. LZX and Quantum are told as not read.

use super::shelf::{Ended, Shelf, Unpacked, entry, name};
use super::{Archive, u16_at, u32_at};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind};
use flate2::{Decompress, FlushDecompress, Status};
use std::collections::BTreeMap;

const HEADER_BYTES: usize = 36;
/// Flags of the header (MS-CAB 2.1): cabinets before and after this one, reserved areas.
const HAS_PREVIOUS: u16 = 1 << 0;
const HAS_NEXT: u16 = 1 << 1;
const HAS_RESERVE: u16 = 1 << 2;
/// The name is UTF-8 (2.3).
const NAME_IS_UTF8: u16 = 1 << 7;
/// Folder numbers from here on mean that a file goes on in another cabinet.
const CONTINUED: u16 = 0xFFFD;
/// The window of MSZIP (MS-MCI): each block may refer to the one before.
const WINDOW: usize = 32 << 10;

pub(super) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Archive> {
    let mut shelf = Shelf::new(limits, budget);
    let mut cabinet = Cabinet { bytes, block_reserve: 0 };
    if cabinet.read(&mut shelf).is_none() {
        shelf.tell(ProblemKind::Truncated, "", "the cabinet ends inside its directory");
    }
    shelf.done()
}

struct Cabinet<'a> {
    bytes: &'a [u8],
    /// Reserved bytes in each block of data.
    block_reserve: usize,
}

struct Folder {
    at: usize,
    blocks: u16,
    method: u16,
}

/// A file of a folder: where it stands in what the folder unpacks to.
struct Member {
    name: String,
    from: usize,
    len: usize,
    folder: u16,
}

impl Cabinet<'_> {
    fn read(&mut self, shelf: &mut Shelf<'_>) -> Option<()> {
        let folders = self.folders()?;
        let members = self.members(shelf)?;
        let mut inside: BTreeMap<u16, Vec<&Member>> = BTreeMap::new();
        members.iter().for_each(|member| inside.entry(member.folder).or_default().push(member));
        // Folders may lie on one another, and a folder may give less to its files than it unpacks.
        let mut work = shelf.limits.expanded_bytes_max;
        for (at, members) in &inside {
            if let Some(folder) = folders.get(usize::from(*at)) {
                self.folder(folder, members, &mut work, shelf);
            }
        }
        for member in members.iter().filter(|member| usize::from(member.folder) >= folders.len()) {
            shelf.tell(ProblemKind::Unsupported, &member.name, "the file goes on in another cabinet");
            shelf.entries.push(entry(member.name.clone(), member.len as u64));
        }
        Some(())
    }

    fn folders(&mut self) -> Option<Vec<Folder>> {
        let count = u16_at(self.bytes, 26)?;
        let flags = u16_at(self.bytes, 30)?;
        let mut at = HEADER_BYTES;
        let mut folder_reserve = 0;
        if flags & HAS_RESERVE != 0 {
            folder_reserve = usize::from(*self.bytes.get(38)?);
            self.block_reserve = usize::from(*self.bytes.get(39)?);
            at = at.checked_add(4)?.checked_add(usize::from(u16_at(self.bytes, 36)?))?;
        }
        let texts = [HAS_PREVIOUS, HAS_NEXT].iter().filter(|flag| flags & **flag != 0).count() * 2;
        for _ in 0..texts {
            at = at.checked_add(memchr::memchr(0, self.bytes.get(at..)?)?)?.checked_add(1)?;
        }
        let step = 8_usize.checked_add(folder_reserve)?;
        (0..usize::from(count))
            .map(|index| {
                let raw = self.bytes.get(at.checked_add(index.checked_mul(step)?)?..)?;
                let start = usize::try_from(u32_at(raw, 0)?).ok()?;
                Some(Folder { at: start, blocks: u16_at(raw, 4)?, method: u16_at(raw, 6)? })
            })
            .collect()
    }

    fn members(&self, shelf: &mut Shelf<'_>) -> Option<Vec<Member>> {
        let count = usize::from(u16_at(self.bytes, 28)?);
        let mut at = usize::try_from(u32_at(self.bytes, 16)?).ok()?;
        let kept = count.min(shelf.limits.entries_max);
        if kept < count {
            shelf.problems.push(Problem::limit("", "entries_max", shelf.limits.entries_max as u64));
        }
        let mut members = Vec::new();
        for _ in 0..kept {
            let raw = self.bytes.get(at..)?;
            let text = raw.get(16..)?;
            let len = memchr::memchr(0, text)?;
            let text = text.get(..len)?;
            let name = if u16_at(raw, 14)? & NAME_IS_UTF8 != 0 {
                String::from_utf8_lossy(text).into_owned()
            } else {
                name(text)
            };
            members.push(Member {
                name,
                from: usize::try_from(u32_at(raw, 4)?).ok()?,
                len: usize::try_from(u32_at(raw, 0)?).ok()?,
                folder: u16_at(raw, 8).filter(|folder| *folder < CONTINUED).unwrap_or(u16::MAX),
            });
            at = at.checked_add(17)?.checked_add(len)?;
        }
        Some(members)
    }

    fn folder(&self, folder: &Folder, members: &[&Member], work: &mut u64, shelf: &mut Shelf<'_>) {
        let what = match folder.method & 0xF {
            0 | 1 => None,
            2 => Some("compression: Quantum"),
            3 => Some("compression: LZX"),
            _ => Some("compression: an unknown method"),
        };
        if let (Some(what), Some(first)) = (what, members.first()) {
            shelf.tell(ProblemKind::Unsupported, &first.name, what);
        }
        if what.is_some() {
            shelf.entries.extend(members.iter().map(|member| entry(member.name.clone(), member.len as u64)));
            return;
        }
        let (mut out, fits) = self.unpack(folder, members, *work, shelf);
        *work = work.saturating_sub(out.bytes.len() as u64);
        if let Some(first) = members.first().filter(|_| !fits) {
            shelf.tell(ProblemKind::Malformed, &first.name, "the checksum does not fit");
        }
        if let [member] = members
            && member.from == 0
        {
            // The only file: no second copy of it.
            let is_whole = out.bytes.len() >= member.len;
            out.bytes.truncate(member.len);
            out.ended = match out.ended {
                _ if is_whole => Ended::Whole,
                Ended::Whole => Ended::Truncated,
                ended => ended,
            };
            return shelf.put(entry(member.name.clone(), member.len as u64), out);
        }
        for member in members {
            let rest = out.bytes.get(member.from..).unwrap_or_default();
            let bytes = rest.get(..member.len).unwrap_or(rest);
            let ended = match out.ended {
                _ if bytes.len() == member.len => Ended::Whole,
                Ended::Whole => Ended::Truncated,
                ended => ended,
            };
            // Files may lie on one another: each is paid for.
            let fits = bytes.len() as u64 <= shelf.budget.left();
            let kept = if fits { bytes.to_vec() } else { Vec::new() };
            let ended = if fits { ended } else { Ended::Allowance };
            shelf.put(entry(member.name.clone(), member.len as u64), Unpacked { bytes: kept, ended });
        }
    }

    /// The blocks of a folder, joined, as far as its files need them; and whether all checksums fit.
    fn unpack(&self, folder: &Folder, members: &[&Member], work: u64, shelf: &Shelf<'_>) -> (Unpacked, bool) {
        let wanted = members.iter().map(|member| member.from.saturating_add(member.len)).max().unwrap_or(0);
        let (most, over) = shelf.most(self.bytes.len().saturating_sub(folder.at));
        let work = usize::try_from(work).unwrap_or(usize::MAX);
        let (most, over) = if work < most { (work, Ended::Allowance) } else { (most, over) };
        let mut out = Vec::with_capacity(wanted.min(most));
        let mut fits = true;
        let mut at = folder.at;
        let mut left = folder.blocks;
        let ended = loop {
            if out.len() > most {
                out.truncate(most);
                break over;
            }
            if left == 0 || out.len() >= wanted {
                break Ended::Whole;
            }
            left = left.saturating_sub(1);
            let Some(block) = self.block(at) else { break Ended::Truncated };
            at = block.next;
            fits &= block.checksum_fits;
            let before = out.len();
            if folder.method & 0xF == 0 {
                out.extend_from_slice(block.data);
            } else if !inflate(block.data, block.size, &mut out) {
                break Ended::Corrupt;
            }
            if out.len().saturating_sub(before) < block.size {
                break Ended::Truncated;
            }
        };
        (Unpacked { bytes: out, ended }, fits)
    }

    /// The block at a place (2.4).
    fn block(&self, at: usize) -> Option<Block<'_>> {
        let raw = self.bytes.get(at..)?;
        let (told, len, size) = (u32_at(raw, 0)?, usize::from(u16_at(raw, 4)?), usize::from(u16_at(raw, 6)?));
        let from = 8_usize.checked_add(self.block_reserve)?;
        let data = raw.get(from..from.checked_add(len)?)?;
        let checksum_fits = told == 0 || told == checksum(data) ^ checksum(raw.get(4..8)?);
        Some(Block { data, size, checksum_fits, next: at.checked_add(from)?.checked_add(len)? })
    }
}

/// A block of data.
struct Block<'a> {
    data: &'a [u8],
    /// What it unpacks to.
    size: usize,
    checksum_fits: bool,
    /// Where the next one stands.
    next: usize,
}

/// The words of the data, combined; of a rest that makes none the first byte is the highest (3.1).
fn checksum(data: &[u8]) -> u32 {
    let words = data.chunks_exact(4);
    let rest = words.remainder().iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
    words.filter_map(|word| u32_at(word, 0)).fold(rest, |sum, word| sum ^ word)
}

/// One block of MSZIP: `CK`, then deflate that may refer to the window before.
fn inflate(data: &[u8], size: usize, out: &mut Vec<u8>) -> bool {
    let Some(packed) = data.strip_prefix(b"CK") else { return false };
    let mut state = Decompress::new(false);
    let window = out.get(out.len().saturating_sub(WINDOW)..).unwrap_or_default();
    if !window.is_empty() && state.set_dictionary(window).is_err() {
        return false;
    }
    let mut block = Vec::with_capacity(size);
    let status = state.decompress_vec(packed, &mut block, FlushDecompress::Finish);
    out.extend_from_slice(&block);
    matches!(status, Ok(Status::StreamEnd)) || block.len() == size
}
