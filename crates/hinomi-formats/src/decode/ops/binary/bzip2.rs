//! Bzip2: a stream of blocks, each sorted (Burrows and Wheeler), moved to front, run lengths twice, Huffman.
//! There is no standard; the layout is that of bzip2 1.0.8.

use crate::decode::args::Args;
use crate::decode::bake::Oven;
use crate::decode::dish::Dish;
use crate::decode::error::Fault;
use crate::decode::ops::Baked;

/// `BCD` of pi: a block follows.
const BLOCK: u64 = 0x3141_5926_5359;
/// `BCD` of its square root: the stream ends.
const END: u64 = 0x1772_4538_5090;
/// Symbols of one block that one selector serves.
const GROUP: usize = 50;

fn broken(why: &str) -> Fault {
    Fault::refused(format!("bzip2: {why}"))
}

pub(in crate::decode) fn bzip2_decompress(input: &[u8], _: &Args, oven: &mut Oven) -> Baked {
    if input.is_empty() {
        return Err(Fault::refused("there is no input"));
    }
    let (size, packed) = match input {
        [b'B', b'Z', b'h', level @ b'1'..=b'9', packed @ ..] => {
            (usize::from(level.wrapping_sub(b'0')).saturating_mul(100_000), packed)
        }
        _ => return Err(broken("no header")),
    };
    let mut bits = Bits { bytes: packed, at: 0 };
    let (mut out, mut sums) = (Vec::new(), 0_u32);
    loop {
        match bits.take(48)? {
            BLOCK => {
                let wanted = bits.sum()?;
                let sum = block(&mut bits, size, &mut out, oven)?;
                if sum != wanted {
                    return Err(broken("the checksum of a block does not fit"));
                }
                sums = sums.rotate_left(1) ^ sum;
            }
            END if bits.sum()? == sums => return Ok(Dish::Bytes(out)),
            END => return Err(broken("the checksum does not fit")),
            _ => return Err(broken("neither a block nor the end")),
        }
    }
}

/// Bits from the highest of each byte on.
struct Bits<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Result<bool, Fault> {
        let byte = self.bytes.get(self.at / 8).ok_or_else(|| broken("the data ends too early"))?;
        let bit = byte >> (7_usize.saturating_sub(self.at % 8)) & 1;
        self.at = self.at.saturating_add(1);
        Ok(bit == 1)
    }

    /// At most 64.
    fn take(&mut self, count: u32) -> Result<u64, Fault> {
        (0..count).try_fold(0, |value, _| Ok(value << 1 | u64::from(self.bit()?)))
    }

    fn number(&mut self, count: u32) -> Result<usize, Fault> {
        Ok(usize::try_from(self.take(count)?).unwrap_or(usize::MAX))
    }

    fn sum(&mut self) -> Result<u32, Fault> {
        Ok(u32::try_from(self.take(32)?).unwrap_or(0))
    }
}

/// One block, unpacked behind what is there; its checksum.
fn block(bits: &mut Bits<'_>, size: usize, out: &mut Vec<u8>, oven: &mut Oven) -> Result<u32, Fault> {
    if bits.bit()? {
        return Err(broken("a randomised block, as only versions before 0.9.5 wrote them"));
    }
    let first = bits.number(24)?;
    let used = used_bytes(bits)?;
    let (tables, selectors) = coding(bits, used.len().saturating_add(2))?;
    let sorted = moved(bits, &used, &tables, &selectors, size)?;
    oven.work(sorted.len().saturating_mul(4))?;
    unsorted(&sorted, first, out, oven)
}

/// Which bytes the block holds.
fn used_bytes(bits: &mut Bits<'_>) -> Result<Vec<u8>, Fault> {
    let ranges = bits.take(16)?;
    let mut used = Vec::new();
    for range in 0..16_u8 {
        if ranges >> (15_u8.saturating_sub(range)) & 1 == 0 {
            continue;
        }
        for low in 0..16_u8 {
            if bits.bit()? {
                used.push(range << 4 | low);
            }
        }
    }
    if used.is_empty() { Err(broken("a block without bytes")) } else { Ok(used) }
}

/// The Huffman tables and the order in which they serve.
fn coding(bits: &mut Bits<'_>, symbols: usize) -> Result<(Vec<Table>, Vec<u8>), Fault> {
    let count = bits.number(3)?;
    let selectors = bits.number(15)?;
    if !(2..=6).contains(&count) || selectors == 0 {
        return Err(broken("an impossible number of tables"));
    }
    let mut order: Vec<u8> = (0..6).take(count).collect();
    let mut chosen = Vec::with_capacity(selectors);
    for _ in 0..selectors {
        let mut place = 0_usize;
        while bits.bit()? {
            place = place.saturating_add(1);
            if place >= count {
                return Err(broken("a selector beyond the tables"));
            }
        }
        chosen.push(to_front(&mut order, place));
    }
    let tables = (0..count).map(|_| Table::read(bits, symbols));
    Ok((tables.collect::<Result<_, _>>()?, chosen))
}

fn to_front(order: &mut [u8], place: usize) -> u8 {
    if let Some(part) = order.get_mut(..=place) {
        part.rotate_right(1);
    }
    order.first().copied().unwrap_or(0)
}

/// A canonical Huffman code: for each length the first code, the first place, and the symbols by place.
struct Table {
    /// By length from 1: codes of this length end below, and where their symbols start less the first code.
    rows: [(u32, i64); 20],
    symbols: Vec<u16>,
}

impl Table {
    fn read(bits: &mut Bits<'_>, symbols: usize) -> Result<Self, Fault> {
        let mut length = bits.number(5)?;
        let mut lengths = Vec::with_capacity(symbols);
        for _ in 0..symbols {
            loop {
                if !(1..=20).contains(&length) {
                    return Err(broken("a code of an impossible length"));
                }
                if !bits.bit()? {
                    break;
                }
                length = if bits.bit()? { length.saturating_sub(1) } else { length.saturating_add(1) };
            }
            lengths.push(length);
        }
        let mut by_place = Vec::with_capacity(symbols);
        let (mut rows, mut code) = ([(0, 0); 20], 0_u32);
        for (row, length) in rows.iter_mut().zip(1_usize..) {
            let start = i64::try_from(by_place.len()).unwrap_or(0);
            let of_length = (0_u16..).zip(&lengths).filter(|(_, held)| **held == length);
            by_place.extend(of_length.map(|(symbol, _)| symbol));
            let count = i64::try_from(by_place.len()).unwrap_or(0).saturating_sub(start);
            let end = code.saturating_add(u32::try_from(count).unwrap_or(0));
            *row = (end, start.saturating_sub(i64::from(code)));
            code = end << 1;
        }
        Ok(Self { rows, symbols: by_place })
    }

    fn symbol(&self, bits: &mut Bits<'_>) -> Result<u16, Fault> {
        let mut code = 0_u32;
        for (end, offset) in &self.rows {
            code = code << 1 | u32::from(bits.bit()?);
            if code < *end {
                let place = usize::try_from(offset.saturating_add(i64::from(code))).ok();
                return place
                    .and_then(|place| self.symbols.get(place))
                    .copied()
                    .ok_or_else(|| broken("a code without a symbol"));
            }
        }
        Err(broken("a code without a symbol"))
    }
}

/// The sorted block: runs of the front byte, and bytes brought to the front.
fn moved(
    bits: &mut Bits<'_>,
    used: &[u8],
    tables: &[Table],
    selectors: &[u8],
    size: usize,
) -> Result<Vec<u8>, Fault> {
    let mut order = used.to_vec();
    let end = u16::try_from(used.len().saturating_add(1)).unwrap_or(u16::MAX);
    let mut out = Vec::new();
    let (mut run, mut weight) = (0_usize, 1_usize);
    for selector in selectors {
        let table =
            tables.get(usize::from(*selector)).ok_or_else(|| broken("a selector beyond the tables"))?;
        for _ in 0..GROUP {
            let symbol = table.symbol(bits)?;
            if symbol <= 1 {
                run = run.saturating_add(weight << symbol);
                weight <<= 1;
                if run > size {
                    return Err(broken("a run beyond the block"));
                }
                continue;
            }
            let front = order.first().copied().unwrap_or(0);
            out.extend(std::iter::repeat_n(front, run));
            (run, weight) = (0, 1);
            if out.len() > size {
                return Err(broken("more bytes than the block holds"));
            }
            if symbol == end {
                return Ok(out);
            }
            out.push(to_front(&mut order, usize::from(symbol).saturating_sub(1)));
        }
    }
    Err(broken("the block does not end"))
}

/// Undoes the sorting and the outer run lengths: four equal bytes are followed by how many more there are.
fn unsorted(sorted: &[u8], first: usize, out: &mut Vec<u8>, oven: &mut Oven) -> Result<u32, Fault> {
    let mut starts = [0_u32; 256];
    for byte in sorted {
        if let Some(count) = starts.get_mut(usize::from(*byte)) {
            *count = count.saturating_add(1);
        }
    }
    let mut sum = 0_u32;
    for start in &mut starts {
        let count = *start;
        *start = sum;
        sum = sum.saturating_add(count);
    }
    let mut next = vec![0_u32; sorted.len()];
    for (place, byte) in (0_u32..).zip(sorted) {
        let Some(start) = starts.get_mut(usize::from(*byte)) else { continue };
        if let Some(slot) = next.get_mut(usize::try_from(*start).unwrap_or(usize::MAX)) {
            *slot = place;
        }
        *start = start.saturating_add(1);
    }
    let follow = |place: usize| next.get(place).map(|next| usize::try_from(*next).unwrap_or(usize::MAX));
    let mut at = follow(first).ok_or_else(|| broken("a start beyond the block"))?;
    let before = out.len();
    let (mut last, mut equal) = (None, 0_u8);
    for _ in 0..sorted.len() {
        let byte = sorted.get(at).copied().unwrap_or(0);
        at = follow(at).unwrap_or(0);
        if equal == 4 {
            out.extend(last.into_iter().flat_map(|last| std::iter::repeat_n(last, usize::from(byte))));
            (last, equal) = (None, 0);
            oven.room(out.len())?;
            continue;
        }
        equal = if last == Some(byte) { equal.saturating_add(1) } else { 1 };
        last = Some(byte);
        out.push(byte);
    }
    oven.room(out.len())?;
    oven.work(out.len().saturating_sub(before))?;
    Ok(checksum(out.get(before..).unwrap_or_default()))
}

/// CRC-32 with the highest bit first.
fn checksum(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0x04c1_1db7;
    let step = |sum: u32| (0..8).fold(sum, |sum, _| sum << 1 ^ if sum >> 31 == 1 { POLYNOMIAL } else { 0 });
    let table: [u32; 256] = std::array::from_fn(|byte| step(u32::try_from(byte).unwrap_or(0) << 24));
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| {
        let place = usize::try_from(sum >> 24).unwrap_or(0) ^ usize::from(*byte);
        sum << 8 ^ table.get(place).copied().unwrap_or(0)
    });
    !sum
}
