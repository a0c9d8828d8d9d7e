//! Deflate (RFC 1951) with fixed codes, zlib (RFC 1950) and CRC-32: plain, small, and the same bytes for ever,
//! which a library that improves does not promise.

/// Length codes 257… as (first length, extra bits), RFC 1951 §3.2.5.
const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];
/// Distance codes 0… as (first distance, extra bits), RFC 1951 §3.2.5.
const DISTANCES: [(u16, u8); 30] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1025, 9),
    (1537, 9),
    (2049, 10),
    (3073, 10),
    (4097, 11),
    (6145, 11),
    (8193, 12),
    (12289, 12),
    (16385, 13),
    (24577, 13),
];
const WINDOW: usize = 32 << 10;
const MATCH_MAX: usize = 258;
/// Earlier places looked at for one match.
const CHAIN_MAX: usize = 64;

/// Raw deflate: one final block with fixed codes.
pub fn raw(bytes: &[u8]) -> Vec<u8> {
    let mut out = Bits::default();
    out.put(0b011, 3);
    let mut places = Places::new(bytes);
    let mut at = 0;
    while at < bytes.len() {
        let (length, distance) = places.longest(at);
        let step = if length < 3 {
            literal(&mut out, u16::from(bytes[at]));
            1
        } else {
            copy(&mut out, length, distance);
            length
        };
        (at..at + step).for_each(|passed| places.remember(passed));
        at += step;
    }
    literal(&mut out, 256);
    out.finish()
}

/// zlib: header, raw deflate, Adler-32.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let (a, b) = bytes.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    let mut out = vec![0x78, 0x01];
    out.extend(raw(bytes));
    out.extend((b << 16 | a).to_be_bytes());
    out
}

/// CRC-32 as ZIP and gzip use it (ISO 3309).
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| crc32_step(crc, *byte))
}

/// One byte into a running CRC-32, without the inversions: ZipCrypto's keys are stepped with it.
pub fn crc32_step(crc: u32, byte: u8) -> u32 {
    (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
}

/// Where each group of three bytes was seen before.
struct Places<'a> {
    bytes: &'a [u8],
    head: Vec<usize>,
    before: Vec<usize>,
}

impl<'a> Places<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, head: vec![usize::MAX; 1 << 15], before: vec![usize::MAX; bytes.len()] }
    }

    fn slot(&self, at: usize) -> Option<usize> {
        let group = self.bytes.get(at..at + 3)?;
        Some((usize::from(group[0]) << 10 ^ usize::from(group[1]) << 5 ^ usize::from(group[2])) & 0x7FFF)
    }

    fn remember(&mut self, at: usize) {
        if let Some(slot) = self.slot(at) {
            self.before[at] = std::mem::replace(&mut self.head[slot], at);
        }
    }

    /// The longest earlier copy of what stands at `at`: (length, distance); length 0 when there is none.
    fn longest(&self, at: usize) -> (usize, usize) {
        let mut best = (0, 0);
        let Some(slot) = self.slot(at) else { return best };
        let mut candidate = self.head[slot];
        for _ in 0..CHAIN_MAX {
            if candidate == usize::MAX || at - candidate > WINDOW {
                break;
            }
            let ahead = self.bytes[at..].iter().zip(&self.bytes[candidate..]).take(MATCH_MAX);
            let length = ahead.take_while(|(a, b)| a == b).count();
            if length > best.0 {
                best = (length, at - candidate);
            }
            candidate = self.before[candidate];
        }
        best
    }
}

fn literal(out: &mut Bits, symbol: u16) {
    let (code, bits) = match symbol {
        0..=143 => (0x30 + symbol, 8),
        144..=255 => (0x190 + symbol - 144, 9),
        256..=279 => (symbol - 256, 7),
        _ => (0xC0 + symbol - 280, 8),
    };
    out.put_code(code, bits);
}

fn copy(out: &mut Bits, length: usize, distance: usize) {
    let (symbol, extra, bits) = code_of(&LENGTHS, length as u16);
    literal(out, 257 + symbol);
    out.put(extra, bits);
    let (symbol, extra, bits) = code_of(&DISTANCES, distance as u16);
    out.put_code(symbol, 5);
    out.put(extra, bits);
}

/// The code for a value: (index, extra value, extra bits).
fn code_of(table: &[(u16, u8)], value: u16) -> (u16, u16, u8) {
    let index = table.partition_point(|(first, _)| *first <= value) - 1;
    let (first, bits) = table[index];
    (index as u16, value - first, bits)
}

/// Bits into bytes, least significant first.
#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    held: u64,
    count: u8,
}

impl Bits {
    fn put(&mut self, value: u16, bits: u8) {
        self.held |= u64::from(value) << self.count;
        self.count += bits;
        while self.count >= 8 {
            self.out.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// Huffman codes go in most significant bit first.
    fn put_code(&mut self, code: u16, bits: u8) {
        self.put(code.reverse_bits() >> (16 - bits), bits);
    }

    fn finish(mut self) -> Vec<u8> {
        self.put(0, 7);
        self.out
    }
}

#[cfg(test)]
mod tests;
