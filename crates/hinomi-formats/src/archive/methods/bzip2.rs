//! bzip2: the Burrows-Wheeler transform of blocks of up to 900 kB, move-to-front, runs and Huffman codes.

use super::bits::{Bits, Code};
use crate::archive::shelf::{Ended, Unpacked};

/// Before each block, and at the end of a stream.
const BLOCK_MARK: usize = 0x3141_5926_5359;
const END_MARK: usize = 0x1772_4538_5090;
/// Symbols that one code is used for.
const GROUP: usize = 50;
/// Codes of a block.
const CODES_MIN: usize = 2;
const CODES_MAX: usize = 6;
/// Symbols of runs.
const RUN_A: usize = 0;
const RUN_B: usize = 1;
/// Four of the same byte are followed by how many more there are.
const RUN_BYTES: usize = 4;

/// Unpacks a chain of streams. At most `most` bytes come out, and `over` says why no more.
pub(in crate::archive) fn unpack(data: &[u8], most: usize, over: Ended) -> Unpacked {
    let mut bits = Bits::new(data);
    let mut out = Vec::new();
    let ended = loop {
        let Some(block_max) = header(&mut bits) else {
            // Zeros behind a stream are nothing to speak of.
            break if out.is_empty() { Ended::Corrupt } else { Ended::Whole };
        };
        match stream(&mut bits, block_max, most, &mut out) {
            Ok(()) => bits.align(),
            Err(Stop::Corrupt) if bits.is_past_end() => break Ended::Truncated,
            Err(Stop::Corrupt) => break Ended::Corrupt,
            Err(Stop::Full) => break over,
        }
    };
    Unpacked { bytes: out, ended }
}

/// Why a stream is left.
enum Stop {
    Corrupt,
    Full,
}

/// `BZh` and a digit: the size of blocks, in bytes.
fn header(bits: &mut Bits<'_>) -> Option<usize> {
    let is_bzip2 = bits.take(24) == 0x42_5A68;
    let level = bits.take(8).checked_sub(usize::from(b'0'))?;
    (is_bzip2 && (1..=9).contains(&level)).then_some(level * 100_000)
}

fn stream(bits: &mut Bits<'_>, block_max: usize, most: usize, out: &mut Vec<u8>) -> Result<(), Stop> {
    let mut whole_crc = 0_u32;
    loop {
        let mark = bits.take(24) << 24 | bits.take(24);
        let told = bits.take(32) as u32;
        if mark == END_MARK {
            return if told == whole_crc && !bits.is_past_end() { Ok(()) } else { Err(Stop::Corrupt) };
        }
        if mark != BLOCK_MARK || bits.is_past_end() {
            return Err(Stop::Corrupt);
        }
        let block = block(bits, block_max).ok_or(Stop::Corrupt)?;
        let from = out.len();
        if !expand(&block, most, out) {
            return Err(Stop::Full);
        }
        if crc(out.get(from..).unwrap_or_default()) != told {
            return Err(Stop::Corrupt);
        }
        whole_crc = whole_crc.rotate_left(1) ^ told;
    }
}

/// One block, with its runs of four still in it.
fn block(bits: &mut Bits<'_>, block_max: usize) -> Option<Vec<u8>> {
    // Randomised blocks are written by nobody since 1997.
    let is_randomised = bits.take(1) == 1;
    let origin = bits.take(24);
    let mut used = used_bytes(bits);
    let symbols = used.len().checked_add(2)?;
    let count = bits.take(3);
    if is_randomised || used.is_empty() || !(CODES_MIN..=CODES_MAX).contains(&count) {
        return None;
    }
    let selectors = selectors(bits, count)?;
    let codes = (0..count).map(|_| code(bits, symbols)).collect::<Option<Vec<Code>>>()?;
    let sorted = symbols_of(bits, &codes, &selectors, &mut used, block_max)?;
    inverse(&sorted, origin)
}

/// The bytes that occur, by two layers of bits.
fn used_bytes(bits: &mut Bits<'_>) -> Vec<u8> {
    let rows = bits.take(16);
    let mut used = Vec::new();
    for row in (0..16_usize).filter(|row| rows << row & 0x8000 != 0) {
        let columns = bits.take(16);
        let row =
            (0..16_usize).filter(|column| columns << column & 0x8000 != 0).map(|column| row * 16 + column);
        used.extend(row.filter_map(|byte| u8::try_from(byte).ok()));
    }
    used
}

/// Which code each group of symbols uses, moved to the front.
fn selectors(bits: &mut Bits<'_>, count: usize) -> Option<Vec<usize>> {
    let groups = bits.take(15);
    let mut order: Vec<usize> = (0..count).collect();
    let mut selectors = Vec::with_capacity(groups);
    for _ in 0..groups {
        let mut at = 0;
        while bits.take(1) == 1 {
            at += 1;
            if at >= count {
                return None;
            }
        }
        order.get_mut(..=at)?.rotate_right(1);
        selectors.push(*order.first()?);
    }
    (!bits.is_past_end()).then_some(selectors)
}

/// A code, each length told by its difference to the one before.
fn code(bits: &mut Bits<'_>, symbols: usize) -> Option<Code> {
    let mut length = bits.take(5);
    let mut lengths = Vec::with_capacity(symbols);
    for _ in 0..symbols {
        while bits.take(1) == 1 {
            length = if bits.take(1) == 0 { length.checked_add(1)? } else { length.checked_sub(1)? };
            if !(1..=20).contains(&length) {
                return None;
            }
        }
        lengths.push(u8::try_from(length).ok()?);
    }
    (!bits.is_past_end()).then(|| Code::of(&lengths))?
}

/// The last column of the sorted block.
fn symbols_of(
    bits: &mut Bits<'_>,
    codes: &[Code],
    selectors: &[usize],
    order: &mut [u8],
    block_max: usize,
) -> Option<Vec<u8>> {
    let end = order.len().checked_add(1)?;
    let mut out: Vec<u8> = Vec::new();
    let (mut run, mut weight) = (0_usize, 1_usize);
    for selector in selectors {
        let code = codes.get(*selector)?;
        if bits.is_past_end() {
            return None;
        }
        for _ in 0..GROUP {
            let symbol = code.symbol(bits)?;
            if symbol == RUN_A || symbol == RUN_B {
                // A number in base two whose digits are one and two.
                run = run.checked_add(weight << symbol)?;
                weight = weight.checked_mul(2).filter(|weight| *weight <= 2 * block_max)?;
                continue;
            }
            if run > 0 {
                let fits = out.len().checked_add(run)? <= block_max;
                out.extend(std::iter::repeat_n(*order.first().filter(|_| fits)?, run));
                (run, weight) = (0, 1);
            }
            if symbol == end {
                return Some(out);
            }
            let front = order.get_mut(..symbol)?;
            front.rotate_right(1);
            if out.len() >= block_max {
                return None;
            }
            out.push(*front.first()?);
        }
    }
    None
}

/// Undoes the Burrows-Wheeler transform.
fn inverse(sorted: &[u8], origin: usize) -> Option<Vec<u8>> {
    let mut starts = [0_u32; 256];
    for byte in sorted {
        *starts.get_mut(usize::from(*byte))? += 1;
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += std::mem::replace(start, sum);
    }
    // Place and byte in one number: one look-up a byte.
    let mut next = vec![0_u32; sorted.len()];
    for (at, byte) in (0_u32..).zip(sorted) {
        let start = starts.get_mut(usize::from(*byte))?;
        *next.get_mut(*start as usize)? = at << 8 | u32::from(*byte);
        *start += 1;
    }
    let mut out = Vec::with_capacity(sorted.len());
    let mut at = *next.get(origin)?;
    for _ in 0..sorted.len() {
        out.push((at & 0xFF) as u8);
        at = *next.get((at >> 8) as usize)?;
    }
    Some(out)
}

/// Undoes the runs; `false` at `most`.
fn expand(block: &[u8], most: usize, out: &mut Vec<u8>) -> bool {
    let mut same = 0;
    let mut before = None;
    for byte in block {
        let more = if same == RUN_BYTES {
            same = 0;
            let (value, count) = (before.take().unwrap_or(0), usize::from(*byte));
            (value, count)
        } else {
            same = if before == Some(*byte) { same + 1 } else { 1 };
            before = Some(*byte);
            (*byte, 1)
        };
        let room = most.saturating_sub(out.len());
        out.extend(std::iter::repeat_n(more.0, more.1.min(room)));
        if more.1 > room {
            return false;
        }
    }
    true
}

/// CRC-32 with the highest bit first (polynomial 0x04C11DB7).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        let [high, ..] = crc.to_be_bytes();
        crc << 8 ^ TABLE.get(usize::from(high ^ byte)).copied().unwrap_or(0)
    })
}

static TABLE: [u32; 256] = table();

#[expect(clippy::indexing_slicing, reason = "a constant: an index beyond the table would not build")]
const fn table() -> [u32; 256] {
    let mut table = [0_u32; 256];
    let mut at = 0_usize;
    while at < table.len() {
        let mut value = (at as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 0x8000_0000 == 0 { value << 1 } else { (value << 1) ^ 0x04C1_1DB7 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}
