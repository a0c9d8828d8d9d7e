//! The filters of 7z: reversible changes that make programs and tables easier to pack (the LZMA SDK's Bra, BraX86, Bcj2
//! and Delta).

use crate::archive::shelf::{Ended, Unpacked};

/// Each byte is the difference to the one `distance` before.
pub(super) fn delta(bytes: &mut [u8], distance: usize) {
    for at in distance..bytes.len() {
        let before = at.checked_sub(distance).and_then(|at| bytes.get(at).copied()).unwrap_or(0);
        if let Some(byte) = bytes.get_mut(at) {
            *byte = byte.wrapping_add(before);
        }
    }
}

/// Which of the last three bytes may have been part of a call, by the bits of a mask: whether one may stand here at
/// all, and which byte of the operand is looked at.
const MAY_FOLLOW: [bool; 8] = [true, true, true, false, true, false, false, false];
const LOOKED_AT: [u32; 8] = [0, 1, 2, 2, 3, 3, 3, 3];

/// The highest byte of an operand that leads some megabytes to and fro.
fn is_near(byte: u8) -> bool {
    byte == 0 || byte == 0xFF
}

/// Undoes the filter for x86 programs, which makes the targets of calls and jumps absolute.
pub(super) fn x86(bytes: &mut [u8]) {
    let last = bytes.len().saturating_sub(4);
    let mut before: Option<usize> = None;
    let mut mask = 0_usize;
    let mut at = 0_usize;
    while let Some(opcode) = bytes.get(at).copied().filter(|_| at < last) {
        if opcode & 0xFE != 0xE8 {
            at += 1;
            continue;
        }
        let gap = before.map_or(usize::MAX, |before| at.saturating_sub(before));
        before = Some(at);
        mask = if gap > 3 { 0 } else { mask << gap.saturating_sub(1) & 7 };
        let byte_at = |offset: usize| bytes.get(at.saturating_add(offset)).copied().unwrap_or(0);
        let looked_at = LOOKED_AT.get(mask).copied().unwrap_or(0);
        let is_operand = mask == 0
            || MAY_FOLLOW.get(mask).copied().unwrap_or(false)
                && !is_near(byte_at(4_usize.saturating_sub(looked_at as usize)));
        if !is_operand || !is_near(byte_at(4)) {
            mask = mask << 1 & 7 | 1;
            at += 1;
            continue;
        }
        let absolute = u32::from_le_bytes([byte_at(1), byte_at(2), byte_at(3), byte_at(4)]);
        let value = relative(absolute, at, looked_at).to_le_bytes();
        for (slot, byte) in bytes.iter_mut().skip(at.saturating_add(1)).zip(value) {
            *slot = byte;
        }
        at += 5;
    }
}

/// The operand as it was: relative to the instruction behind, its highest byte a sign again.
fn relative(absolute: u32, at: usize, looked_at: u32) -> u32 {
    let here = (at.saturating_add(5) & 0xFFFF_FFFF) as u32;
    let mut source = absolute;
    // Ends after two rounds; the bound is for the reader.
    for _ in 0..4 {
        let target = source.wrapping_sub(here);
        let bits = looked_at * 8;
        let tested = (target >> 24_u32.saturating_sub(bits) & 0xFF) as u8;
        if looked_at == 0 || !is_near(tested) {
            return signed(target);
        }
        source = target ^ 1_u32.checked_shl(32 - bits).unwrap_or(0).wrapping_sub(1);
    }
    signed(source.wrapping_sub(here))
}

/// 25 bits with a sign.
fn signed(value: u32) -> u32 {
    value & 0x00FF_FFFF | if value >> 24 & 1 == 1 { 0xFF00_0000 } else { 0 }
}

/// Undoes the filter for 32-bit ARM programs: `BL` with an absolute target.
pub(super) fn arm(bytes: &mut [u8]) {
    for (at, word) in (0_u32..).step_by(4).zip(bytes.chunks_exact_mut(4)) {
        if let [a, b, c, 0xEB] = word {
            let absolute = u32::from_le_bytes([*a, *b, *c, 0]) << 2;
            let [x, y, z, _] = (absolute.wrapping_sub(at.wrapping_add(8)) >> 2).to_le_bytes();
            (*a, *b, *c) = (x, y, z);
        }
    }
}

/// Undoes the filter for 64-bit ARM programs: `BL` and `ADRP`.
pub(super) fn arm64(bytes: &mut [u8]) {
    for (at, word) in (0_u32..).step_by(4).zip(bytes.chunks_exact_mut(4)) {
        let Some(value) = word.first_chunk().map(|raw| u32::from_le_bytes(*raw)) else { return };
        let changed = if value >> 26 == 0b10_0101 {
            0x9400_0000 | value.wrapping_sub(at >> 2) & 0x03FF_FFFF
        } else if value & 0x9F00_0000 == 0x9000_0000 {
            // Immediate of 21 bits, its lowest two apart; only targets within 512 MiB were changed.
            let immediate = value >> 29 & 3 | value >> 3 & 0x001F_FFFC;
            if immediate.wrapping_add(0x0002_0000) & 0x001C_0000 != 0 {
                continue;
            }
            let target = immediate.wrapping_sub(at >> 12);
            let sign = 0_u32.wrapping_sub(target & 0x0002_0000) & 0x00E0_0000;
            value & 0x9000_001F | (target & 3) << 29 | (target & 0x0003_FFFC) << 3 | sign
        } else {
            continue;
        };
        for (slot, byte) in word.iter_mut().zip(changed.to_le_bytes()) {
            *slot = byte;
        }
    }
}

/// A probability of one half, and how fast it changes.
const HALF: u16 = 1 << 10;
const MOVE_BITS: u32 = 5;

/// Puts the four streams of BCJ2 together: all bytes but the operands, operands of calls, operands of jumps, and the
/// range coder that says which opcodes have one.
pub(super) fn bcj2(streams: [&[u8]; 4], size: usize) -> Unpacked {
    let [main, calls, jumps, coder] = streams;
    let (mut calls, mut jumps) = (calls.chunks_exact(4), jumps.chunks_exact(4));
    let Some(mut range) = coder.get(1..5).and_then(|raw| raw.first_chunk()).map(|code| Range {
        rest: coder.get(5..).unwrap_or_default(),
        range: u32::MAX,
        code: u32::from_be_bytes(*code),
    }) else {
        return Unpacked { bytes: Vec::new(), ended: Ended::Truncated };
    };
    // One for each byte before a call, one for jumps, one for jumps on a condition.
    let mut chances = [HALF; 2 + 256];
    let mut out: Vec<u8> = Vec::with_capacity(size.min(main.len().saturating_mul(2)));
    let mut before = 0_u8;
    for byte in main {
        if out.len() >= size {
            break;
        }
        out.push(*byte);
        let chance = match *byte {
            0xE8 => usize::from(before).saturating_add(2),
            0xE9 => 1,
            0x80..=0x8F if before == 0x0F => 0,
            _ => {
                before = *byte;
                continue;
            }
        };
        before = *byte;
        // An opcode at the very end has no operand, and no bit.
        if out.len() >= size || !chances.get_mut(chance).is_some_and(|chance| range.bit(chance)) {
            continue;
        }
        let stream = if *byte == 0xE8 { &mut calls } else { &mut jumps };
        let Some(absolute) = stream.next().and_then(|raw| raw.first_chunk().copied()) else {
            return Unpacked { bytes: out, ended: Ended::Truncated };
        };
        let next = (out.len().saturating_add(4) & 0xFFFF_FFFF) as u32;
        let operand = u32::from_be_bytes(absolute).wrapping_sub(next).to_le_bytes();
        let room = size.saturating_sub(out.len());
        out.extend(operand.iter().take(room));
        [_, _, _, before] = operand;
    }
    let ended = if out.len() < size { Ended::Truncated } else { Ended::Whole };
    Unpacked { bytes: out, ended }
}

struct Range<'a> {
    rest: &'a [u8],
    range: u32,
    code: u32,
}

impl Range<'_> {
    fn bit(&mut self, chance: &mut u16) -> bool {
        let bound = (self.range >> 11).wrapping_mul(u32::from(*chance));
        let is_set = self.code >= bound;
        if is_set {
            self.range = self.range.wrapping_sub(bound);
            self.code = self.code.wrapping_sub(bound);
            *chance -= *chance >> MOVE_BITS;
        } else {
            self.range = bound;
            *chance += (2 * HALF - *chance) >> MOVE_BITS;
        }
        if self.range < 1 << 24 {
            let (byte, rest) = self.rest.split_first().map_or((0, &[][..]), |(byte, rest)| (*byte, rest));
            self.rest = rest;
            self.range <<= 8;
            self.code = self.code << 8 | u32::from(byte);
        }
        is_set
    }
}
