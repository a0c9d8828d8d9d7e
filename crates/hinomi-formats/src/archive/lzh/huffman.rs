//! The coding of `-lh4-` to `-lh7-`: literals, lengths and distances in Huffman codes that are given anew for each
//! block (the "ar002" scheme of H. Okumura and H. Yoshizaki).

use crate::archive::methods::bits::{Bits, Code};
use crate::archive::shelf::{Ended, Unpacked};

/// Literals and lengths 3 to 256.
const CODES: usize = 510;
const CODES_BITS: u32 = 9;
/// Lengths of code lengths.
const LENGTHS: usize = 19;
const LENGTHS_BITS: u32 = 5;
const MATCH_MIN: usize = 3;
/// The longest code.
const CODE_BITS_MAX: u32 = 16;

/// Unpacks `size` bytes that were packed with a window of so many bits.
pub(super) fn unpack(data: &[u8], window_bits: u32, size: usize) -> Unpacked {
    let mut bits = Bits::new(data);
    // Distances have as many classes as the window has bits, and one more.
    let positions = window_bits as usize + 1;
    let position_bits = if window_bits > 14 { 5 } else { 4 };
    let mut out = Vec::new();
    while out.len() < size {
        let Some(mut block) = Block::read(&mut bits, positions, position_bits) else {
            let ended = if bits.is_past_end() { Ended::Truncated } else { Ended::Corrupt };
            return Unpacked { bytes: out, ended };
        };
        while block.left > 0 && out.len() < size {
            block.left -= 1;
            if bits.is_past_end() {
                return Unpacked { bytes: out, ended: Ended::Truncated };
            }
            if !block.symbol(&mut bits, &mut out, size) {
                return Unpacked { bytes: out, ended: Ended::Corrupt };
            }
        }
    }
    let ended = if bits.is_past_end() { Ended::Truncated } else { Ended::Whole };
    Unpacked { bytes: out, ended }
}

/// The codes of one block, and the symbols left in it.
struct Block {
    left: usize,
    codes: Code,
    positions: Code,
}

impl Block {
    fn read(bits: &mut Bits<'_>, positions: usize, position_bits: u32) -> Option<Self> {
        let left = bits.take(16);
        if left == 0 || bits.is_past_end() {
            return None;
        }
        let lengths = short_code(bits, LENGTHS, LENGTHS_BITS, true)?;
        let codes = long_code(bits, &lengths)?;
        let positions = short_code(bits, positions, position_bits, false)?;
        Some(Self { left, codes, positions })
    }

    /// A literal or a match; `false` when the data are damaged.
    fn symbol(&self, bits: &mut Bits<'_>, out: &mut Vec<u8>, size: usize) -> bool {
        let Some(symbol) = self.codes.symbol(bits) else { return false };
        if let Ok(literal) = u8::try_from(symbol) {
            out.push(literal);
            return true;
        }
        let length = (symbol - 256 + MATCH_MIN).min(size.saturating_sub(out.len()));
        let Some(class) = self.positions.symbol(bits) else { return false };
        let distance = match u32::try_from(class).unwrap_or(0) {
            0 => 0,
            class => (1 << (class - 1)) + bits.take(class - 1),
        };
        for _ in 0..length {
            // The window starts out full of blanks.
            let at = out.len().checked_sub(distance + 1);
            out.push(at.and_then(|at| out.get(at).copied()).unwrap_or(b' '));
        }
        true
    }
}

/// A code whose lengths stand in three bits each, longer ones in unary.
fn short_code(bits: &mut Bits<'_>, most: usize, count_bits: u32, gap: bool) -> Option<Code> {
    let count = bits.take(count_bits);
    if count == 0 {
        return Some(Code::single(bits.take(count_bits)));
    }
    let mut lengths = Vec::with_capacity(most);
    while lengths.len() < count {
        let mut length = bits.take(3);
        if length == 7 {
            while bits.take(1) == 1 {
                length += 1;
                if length > CODE_BITS_MAX as usize {
                    return None;
                }
            }
        }
        lengths.push(u8::try_from(length).ok()?);
        if gap && lengths.len() == 3 {
            let zeros = bits.take(2);
            lengths.extend(std::iter::repeat_n(0, zeros));
        }
    }
    (lengths.len() <= most + 3).then(|| Code::of(&lengths))?
}

/// The code of literals and lengths, whose lengths are in a code themselves.
fn long_code(bits: &mut Bits<'_>, lengths_code: &Code) -> Option<Code> {
    let count = bits.take(CODES_BITS);
    if count == 0 {
        return Some(Code::single(bits.take(CODES_BITS)));
    }
    let mut lengths: Vec<u8> = Vec::with_capacity(CODES);
    while lengths.len() < count {
        let zeros = match lengths_code.symbol(bits)? {
            0 => 1,
            1 => bits.take(4) + 3,
            2 => bits.take(CODES_BITS) + 20,
            length => {
                lengths.push(u8::try_from(length - 2).ok()?);
                continue;
            }
        };
        lengths.extend(std::iter::repeat_n(0, zeros));
    }
    (lengths.len() <= CODES).then(|| Code::of(&lengths))?
}
