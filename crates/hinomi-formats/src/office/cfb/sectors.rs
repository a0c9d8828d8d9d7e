//! Sectors and the chains that join them (MS-CFB 2.1 to 2.5).

use crate::{Problem, ProblemKind};
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

/// Largest sector number that is a sector; above it lie the marks (MS-CFB 2.1: MAXREGSECT).
const MAX_REGULAR: u32 = 0xFFFF_FFFA;
/// The mark that ends a chain (ENDOFCHAIN).
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
/// The header is 512 bytes in every version; in version 4 the rest of its 4096-byte sector is empty.
const HEADER_LEN: usize = 512;
/// FAT sector numbers that the header holds itself (MS-CFB 2.2: DIFAT).
const HEADER_DIFAT: usize = 109;

/// The file as sectors, with the tables that say which sector follows which.
#[derive(Debug)]
pub(super) struct Sectors<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) is_v4: bool,
    pub(super) first_directory_sector: u32,
    shift: u32,
    mini_shift: u32,
    /// Sector numbers of the FAT, in order. Entries are read from the file when they are needed.
    fat: Vec<u32>,
    /// Sector numbers of the mini FAT, in order.
    mini_fat: Vec<u32>,
}

/// Where the parts of a stream lie, in order; neighbours are joined.
#[derive(Debug, Default)]
pub(super) struct Chain {
    ranges: Vec<Range<usize>>,
    pub(super) lost: Option<Lost>,
}

/// Why a chain is shorter than its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    FileEnds,
    ChainEnds,
    Loop,
    Steps,
}

impl<'a> Sectors<'a> {
    /// Reads the header and finds the FAT sectors. What is missing in a short file counts as zero.
    pub(super) fn open(bytes: &'a [u8], problems: &mut Vec<Problem>) -> Self {
        if bytes.len() < HEADER_LEN {
            problems.push(Problem::new(ProblemKind::Truncated, "", "the file ends inside the header"));
        }
        let is_v4 = u16_at(bytes, 26) == Some(4);
        // Only two sector sizes exist. A header with another value is read as its version says.
        let shift = match u16_at(bytes, 30) {
            Some(shift @ (9 | 12)) => u32::from(shift),
            _ if is_v4 => 12,
            _ => 9,
        };
        let mini_shift = match u16_at(bytes, 32) {
            Some(mini) if (4..=9).contains(&mini) => u32::from(mini),
            _ => 6,
        };
        let mut sectors = Self {
            bytes,
            is_v4,
            first_directory_sector: u32_at(bytes, 48).unwrap_or(END_OF_CHAIN),
            shift,
            mini_shift,
            fat: Vec::new(),
            mini_fat: Vec::new(),
        };
        sectors.fat = sectors.find_fat(problems);
        sectors.mini_fat = sectors.find_mini_fat();
        sectors
    }

    /// Follows a chain for `len` bytes, or to its end when `None`.
    pub(super) fn chain(&self, start: u32, len: Option<u64>, steps_left: &Cell<u64>) -> Chain {
        let walk = Walk {
            shift: self.shift,
            // Sector 0 begins one sector into the file (after the header's).
            first: 1 << self.shift,
            space: self.bytes.len(),
            next: |sector| self.entry(&self.fat, sector),
        };
        walk.run(start, len, steps_left)
    }

    /// Follows a chain of the mini FAT; ranges are positions in the mini stream of `space` bytes.
    pub(super) fn mini_chain(&self, start: u32, len: u64, space: usize, steps_left: &Cell<u64>) -> Chain {
        let next = |sector| self.entry(&self.mini_fat, sector);
        Walk { shift: self.mini_shift, first: 0, space, next }.run(start, Some(len), steps_left)
    }

    /// The entry of a sector in a table whose own sectors are `table`.
    fn entry(&self, table: &[u32], sector: u32) -> Option<u32> {
        let per_sector_shift = self.shift - 2;
        let block = *table.get((sector >> per_sector_shift) as usize)?;
        let within = (sector & ((1 << per_sector_shift) - 1)) as usize * 4;
        u32_at(self.bytes, self.offset(block)?.checked_add(within)?)
    }

    fn offset(&self, sector: u32) -> Option<usize> {
        usize::try_from((u64::from(sector) + 1) << self.shift).ok()
    }

    /// How many sectors the file can hold, the last one perhaps in part.
    fn count(&self) -> usize {
        self.bytes.len() >> self.shift
    }

    fn find_fat(&self, problems: &mut Vec<Problem>) -> Vec<u32> {
        let is_sector = |sector: &u32| *sector <= MAX_REGULAR;
        let in_header = (0..HEADER_DIFAT).map_while(|slot| u32_at(self.bytes, 76 + slot * 4));
        let mut fat: Vec<u32> = in_header.take_while(is_sector).collect();
        let per_sector = (1_usize << (self.shift - 2)) - 1;
        let mut difat = u32_at(self.bytes, 68).unwrap_or(END_OF_CHAIN);
        for _ in 0..self.count() {
            let Some(at) = self.offset(difat).filter(|at| *at < self.bytes.len()) else { break };
            // More FAT sectors than the file has sectors: some were met before.
            if fat.len() > self.count() {
                problems.push(Problem::circle("DIFAT", "the list of FAT sectors is longer than the file"));
                break;
            }
            let slots = (0..per_sector).map_while(|slot| u32_at(self.bytes, at + slot * 4));
            fat.extend(slots.take_while(is_sector));
            difat = u32_at(self.bytes, at + per_sector * 4).unwrap_or(END_OF_CHAIN);
        }
        fat
    }

    fn find_mini_fat(&self) -> Vec<u32> {
        let mut sector = u32_at(self.bytes, 60).unwrap_or(END_OF_CHAIN);
        let mut table = Vec::new();
        while table.len() <= self.count() && self.offset(sector).is_some_and(|at| at < self.bytes.len()) {
            table.push(sector);
            sector = self.entry(&self.fat, sector).unwrap_or(END_OF_CHAIN);
        }
        table
    }
}

/// One way of following chains: the FAT's or the mini FAT's.
struct Walk<F> {
    shift: u32,
    first: usize,
    space: usize,
    next: F,
}

impl<F: Fn(u32) -> Option<u32>> Walk<F> {
    fn run(&self, start: u32, len: Option<u64>, steps_left: &Cell<u64>) -> Chain {
        let mut chain = Chain::default();
        let mut left = len.unwrap_or(u64::MAX);
        let mut sector = start;
        // More steps than sectors: the chain must have come by some sector twice.
        let mut circle = Circle::new(start);
        let mut turns_left = self.space.saturating_sub(self.first).div_ceil(1 << self.shift);
        while left > 0 {
            if sector > MAX_REGULAR {
                chain.lost = chain.lost.or(len.map(|_| Lost::ChainEnds));
                break;
            }
            let Some(at) = self.position(sector) else {
                chain.lost = Some(Lost::FileEnds);
                break;
            };
            if turns_left == 0 || steps_left.get() == 0 {
                chain.lost = Some(if turns_left == 0 { Lost::Loop } else { Lost::Steps });
                break;
            }
            turns_left -= 1;
            steps_left.set(steps_left.get() - 1);
            let end = (at + (1 << self.shift)).min(self.space);
            let take = left.min((end - at) as u64);
            chain.push(at..at + take as usize);
            left -= take;
            if len.is_none() && take < 1 << self.shift {
                chain.lost = Some(Lost::FileEnds);
            }
            sector = (self.next)(sector).unwrap_or(END_OF_CHAIN);
            // A size may end the walk before the circle does; what was read is then told as such all the same.
            if left > 0 && circle.closes_at(sector) {
                chain.lost = Some(Lost::Loop);
            }
        }
        chain
    }

    fn position(&self, sector: u32) -> Option<usize> {
        let at = usize::try_from(u64::from(sector) << self.shift).ok()?.checked_add(self.first)?;
        (at < self.space).then_some(at)
    }
}

/// Notices when a chain comes by a sector again, with one sector remembered (Brent, BIT 20, 1980).
struct Circle {
    seen: u32,
    steps: u32,
    steps_max: u32,
}

impl Circle {
    fn new(start: u32) -> Self {
        Self { seen: start, steps: 0, steps_max: 1 }
    }

    fn closes_at(&mut self, sector: u32) -> bool {
        if sector == self.seen {
            return true;
        }
        self.steps += 1;
        if self.steps == self.steps_max {
            *self = Self { seen: sector, steps: 0, steps_max: self.steps_max.saturating_mul(2) };
        }
        false
    }
}

impl Chain {
    fn push(&mut self, range: Range<usize>) {
        match self.ranges.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.ranges.push(range),
        }
    }

    /// Where the pieces lie, in order.
    pub(super) fn places(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Where a range of the stream lies in the file.
    pub(super) fn within(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut passed = 0;
        for piece in &self.ranges {
            let from = range.start.max(passed);
            passed += piece.len();
            let to = range.end.min(passed);
            if from < to {
                let start = passed - piece.len();
                found.push(piece.start + from - start..piece.start + to - start);
            }
        }
        found
    }

    /// The pieces themselves.
    pub(super) fn pieces<'b>(&self, space: &'b [u8]) -> Vec<&'b [u8]> {
        self.ranges.iter().filter_map(|range| space.get(range.clone())).collect()
    }

    /// The stream in one piece: borrowed when it is one already.
    pub(super) fn stitch<'b>(&self, space: &'b [u8]) -> Cow<'b, [u8]> {
        match self.pieces(space)[..] {
            [] => Cow::Borrowed(&[]),
            [one] => Cow::Borrowed(one),
            ref many => Cow::Owned(many.concat()),
        }
    }
}

/// A little-endian `u16` at a position.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|pair| u16::from_le_bytes(*pair))
}

/// A little-endian `u32` at a position.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|quad| u32::from_le_bytes(*quad))
}
