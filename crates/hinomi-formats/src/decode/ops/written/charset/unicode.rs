//! UTF-7, 8, 16 and 32, as leniently as CyberChef reads them: what is broken still gives units, never an error.

use crate::decode::dish::push_code_point;

/// Sequences by their first byte alone; a byte missing at the end counts as 0. Surrogates pass.
pub(super) fn from_utf8(input: &[u8]) -> Vec<u16> {
    let mut rest = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    let mut out = Vec::with_capacity(rest.len());
    while let Some(&first) = rest.first() {
        let tail = |index: usize| u32::from(rest.get(index).copied().unwrap_or(0) & 63);
        let lead = u32::from(first);
        let (length, point) = match first {
            0..=0x7f => (1, lead),
            0x80..=0xdf => (2, (lead & 31) << 6 | tail(1)),
            0xe0..=0xef => (3, (lead & 15) << 12 | tail(1) << 6 | tail(2)),
            0xf0..=0xff => (4, (lead & 7) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3)),
        };
        push_code_point(&mut out, point);
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

/// A byte left over at the end is dropped; so is a byte order mark.
pub(super) fn from_utf16(input: &[u8], big: bool) -> Vec<u16> {
    let mark: &[u8] = if big { b"\xfe\xff" } else { b"\xff\xfe" };
    let (pairs, _) = input.strip_prefix(mark).unwrap_or(input).as_chunks::<2>();
    if big {
        pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect()
    } else {
        pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect()
    }
}

/// Bytes missing at the end count as 0 where the last one there is the lowest; else the whole unit is 0.
pub(super) fn from_utf32(input: &[u8], big: bool) -> Vec<u16> {
    let has_mark = input.starts_with(if big { b"\0\0\xfe\xff" } else { b"\xff\xfe\0\0" });
    let rest = if has_mark { input.get(4..).unwrap_or_default() } else { input };
    let mut out = Vec::with_capacity(rest.len() / 2);
    for group in rest.chunks(4) {
        let mut bytes = [0; 4];
        for (slot, byte) in bytes.iter_mut().zip(group) {
            *slot = *byte;
        }
        let point = if !big {
            u32::from_le_bytes(bytes)
        } else if group.len() == 4 {
            u32::from_be_bytes(bytes)
        } else {
            0
        };
        // From 0x8000_0000 up JavaScript's shifts make it negative, and only the low 16 bits are left.
        if point >= 0x8000_0000 {
            push_code_point(&mut out, point & 0xffff)
        } else {
            push_code_point(&mut out, point)
        }
    }
    out
}

pub(super) fn to_utf16(input: &[u16], big: bool) -> Vec<u8> {
    input.iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

/// Any surrogate and the unit behind it count as a pair; one at the very end is left out, where CyberChef throws.
pub(super) fn to_utf32(input: &[u16], big: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len().saturating_mul(4));
    let mut rest = input;
    while let Some((&unit, after)) = rest.split_first() {
        rest = after;
        let mut point = u32::from(unit);
        if (0xd800..=0xdfff).contains(&unit) {
            let Some((second, after)) = after.split_first() else { break };
            rest = after;
            point = paired(unit, *second).wrapping_add(0x1_0000);
        }
        out.extend_from_slice(&if big { point.to_be_bytes() } else { point.to_le_bytes() });
    }
    out
}

/// What two surrogates stand for above U+FFFF, by the arithmetic of a pair whether they are one or not.
fn paired(first: u16, second: u16) -> u32 {
    let high = u32::from(first).wrapping_sub(0xd800) << 10;
    high.wrapping_add(u32::from(second)).wrapping_sub(0xdc00)
}

/// Any surrogate and the unit behind it are written as a pair, one at the very end as U+10000; the code points
/// from U+40000 up come out broken.
pub(super) fn to_utf8(input: &[u16]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len().saturating_mul(3));
    let mut rest = input;
    let low = |value: u32, most: u32| u8::try_from(value & most).unwrap_or(0);
    while let Some((&unit, after)) = rest.split_first() {
        rest = after;
        let point = u32::from(unit);
        match unit {
            0..=0x7f => out.push(low(point, 0x7f)),
            0x80..=0x7ff => out.extend([0xc0 | low(point >> 6, 31), 0x80 | low(point, 63)]),
            0xd800..=0xdfff => {
                let (second, after) =
                    rest.split_first().map_or((None, rest), |(unit, after)| (Some(*unit), after));
                rest = after;
                let over = second.map_or(0, |second| paired(unit, second));
                let tail = low(over >> 12, 63).wrapping_add(0x90);
                out.extend([
                    0xf0 | low(over >> 18, 7),
                    tail,
                    0x80 | low(over >> 6, 63),
                    0x80 | low(over, 63),
                ]);
            }
            _ => out.extend([0xe0 | low(point >> 12, 15), 0x80 | low(point >> 6, 63), 0x80 | low(point, 63)]),
        }
    }
    out
}

const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Characters that stand for themselves (RFC 2152, set D).
const DIRECT: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'(),-./:?";

pub(super) fn from_utf7(input: &[u8]) -> Vec<u16> {
    let mut rest = without_utf7_mark(input);
    let mut out = Vec::with_capacity(rest.len());
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'+' {
            out.push(u16::from(first));
            continue;
        }
        if let Some(after) = rest.strip_prefix(b"-") {
            out.push(u16::from(b'+'));
            rest = after;
            continue;
        }
        let length = rest.iter().take_while(|byte| DIGITS.contains(byte)).count();
        let (run, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        rest = after.strip_prefix(b"-").unwrap_or(after);
        out.extend(from_utf16(&base64_run(run), true));
    }
    out
}

fn without_utf7_mark(input: &[u8]) -> &[u8] {
    match input {
        [b'+', b'/', b'v', b'8', b'-', rest @ ..]
        | [b'+', b'/', b'v', b'8' | b'9' | b'+' | b'/', rest @ ..] => rest,
        _ => input,
    }
}

fn base64_run(run: &[u8]) -> Vec<u8> {
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut out = Vec::with_capacity(run.len());
    for byte in run {
        let digit = DIGITS.iter().position(|digit| digit == byte).and_then(|place| u32::try_from(place).ok());
        bits = (bits << 6 | digit.unwrap_or(0)) & 0xffff;
        held = held.saturating_add(6);
        if held >= 8 {
            held = held.saturating_sub(8);
            out.extend(u8::try_from(bits >> held & 0xff));
        }
    }
    out
}

/// CyberChef has room for four bytes a unit, and drops what goes beyond.
pub(super) fn to_utf7(input: &[u16]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    for unit in input {
        match u8::try_from(*unit) {
            Ok(b'+') => out.extend_from_slice(b"+-"),
            Ok(byte) if DIRECT.contains(&byte) => out.push(byte),
            _ => {
                let bits = u32::from(*unit) << 2;
                let digit = |shift: u32| {
                    let place = usize::try_from(bits >> shift & 63).unwrap_or(0);
                    DIGITS.get(place).copied().unwrap_or(b'A')
                };
                out.extend_from_slice(&[b'+', digit(12), digit(6), digit(0), b'-']);
            }
        }
    }
    out.truncate(input.len().saturating_mul(4));
    out
}
