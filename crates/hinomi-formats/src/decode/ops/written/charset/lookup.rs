//! Reading and writing by a table, in the two ways of the page: some pages it prepares, all others it looks up.
//! The two part where bytes are no character, and at a NUL byte.

use super::Decoded;
use super::tables::Table;

/// What a prepared double-byte page writes where a pair has no character.
const NO_CHARACTER: u16 = 0xfdff;

/// A prepared single-byte page: every byte is a character.
pub(super) fn from_single(table: Table, input: &[u8]) -> Vec<u16> {
    input.iter().map(|byte| table.character(usize::from(*byte)).unwrap_or(0xfffd)).collect()
}

/// A prepared double-byte page: a byte that is no character is one with the byte behind it, and with none behind
/// it a NUL.
pub(super) fn from_double(table: Table, input: &[u8]) -> Vec<u16> {
    let mut out = Vec::with_capacity(input.len());
    let mut rest = input;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if let Some(unit) = table.character(usize::from(first)) {
            out.push(unit);
            continue;
        }
        out.push(match rest.split_first() {
            Some((second, after)) => {
                rest = after;
                table.character(pair(first, *second)).unwrap_or(NO_CHARACTER)
            }
            None => 0,
        });
    }
    out
}

/// A page that is looked up: two bytes come before one, so that a NUL byte is no character of its own where there
/// is one behind it. What is neither is broken: the page stops there, and here it becomes U+FFFD.
pub(super) fn from_pairs(table: Table, input: &[u8]) -> Decoded {
    let mut decoded = Decoded { text: Vec::with_capacity(input.len()), broken: false };
    let mut rest = input;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let both = after
            .split_first()
            .and_then(|(second, after)| table.character(pair(first, *second)).map(|unit| (unit, after)));
        let unit = match both {
            Some((unit, after)) => {
                rest = after;
                Some(unit)
            }
            None => table.character(usize::from(first)),
        };
        decoded.broken |= unit.is_none();
        decoded.text.push(unit.unwrap_or(0xfffd));
    }
    decoded
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(u16::from_be_bytes([first, second]))
}

/// A code below 256 is one byte; a character without a code is a NUL byte, a surrogate each.
pub(super) fn to_codes(table: Table, input: &[u16]) -> Vec<u8> {
    let codes = table.codes();
    let mut out = Vec::with_capacity(input.len().saturating_mul(2));
    for unit in input {
        let [high, low] = codes.of(*unit).to_be_bytes();
        if high > 0 {
            out.push(high);
        }
        out.push(low);
    }
    out
}
