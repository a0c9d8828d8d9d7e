//! Sets of characters, and which characters count as one when case is ignored.

use std::sync::OnceLock;

/// The highest code unit, the highest character.
const UNIT_MAX: u32 = 0xffff;
const CHAR_MAX: u32 = 0x10_ffff;

/// A set of code units, or of characters under the flag `u`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    /// Sorted, apart from each other.
    ranges: Vec<(u32, u32)>,
    /// The first 128 by bits.
    ascii: u128,
    negated: bool,
    /// Compare as [`fold`] makes of them; the ranges are folded already.
    folds: Option<Folding>,
}

/// How case is ignored: by code unit and capital letters, or by character and small ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folding {
    Units,
    Characters,
}

impl Set {
    /// The set of these ranges, or of all but these.
    pub(super) fn new(ranges: Vec<(u32, u32)>, negated: bool, folds: Option<Folding>) -> Self {
        let mut ranges = ranges;
        if let Some(folding) = folds {
            let more: Vec<(u32, u32)> = pairs(folding)
                .iter()
                .filter(|(from, _)| ranges.iter().any(|(low, high)| (low..=high).contains(&from)))
                .map(|(_, to)| (*to, *to))
                .collect();
            ranges.extend(more);
        }
        let ranges = joined(ranges);
        let mut ascii = 0_u128;
        for (low, high) in &ranges {
            for at in *low..=(*high).min(127) {
                ascii |= 1 << at;
            }
        }
        Self { ranges, ascii, negated, folds }
    }

    /// Whether a character is in the set.
    #[inline]
    pub(super) fn has(&self, next: u32) -> bool {
        let next = match self.folds {
            None => next,
            Some(folding) => fold(next, folding),
        };
        let held = if next < 128 {
            self.ascii >> next & 1 == 1
        } else {
            let at = self.ranges.partition_point(|(_, high)| *high < next);
            self.ranges.get(at).is_some_and(|(low, _)| *low <= next)
        };
        held != self.negated
    }
}

/// Sorted, with what touches made one.
fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    for (low, high) in ranges {
        match out.last_mut() {
            Some((_, end)) if low <= end.saturating_add(1) => *end = (*end).max(high),
            _ => out.push((low, high)),
        }
    }
    out
}

/// All that the ranges leave out.
pub(super) fn complement(ranges: Vec<(u32, u32)>, unicode: bool) -> Vec<(u32, u32)> {
    let top = if unicode { CHAR_MAX } else { UNIT_MAX };
    let mut out = Vec::new();
    let mut next = 0_u32;
    for (low, high) in joined(ranges) {
        if low > next {
            out.push((next, low.saturating_sub(1)));
        }
        next = high.saturating_add(1);
    }
    if next <= top {
        out.push((next, top));
    }
    out
}

/// `\d`
pub(super) const DIGITS: &[(u32, u32)] = &[(0x30, 0x39)];
/// `\w`
pub(super) const WORD: &[(u32, u32)] = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
/// `\s`: ECMA-262 WhiteSpace and LineTerminator.
pub(super) const SPACE: &[(u32, u32)] = &[
    (0x09, 0x0d),
    (0x20, 0x20),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x2028, 0x2029),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
    (0xfeff, 0xfeff),
];
/// What a dot leaves out.
pub(super) const LINE_ENDS: &[(u32, u32)] = &[(0x0a, 0x0a), (0x0d, 0x0d), (0x2028, 0x2029)];

/// Whether a unit is one of `\w`.
pub(super) fn is_word(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// ECMA-262 `Canonicalize`.
#[inline]
pub(super) fn fold(next: u32, folding: Folding) -> u32 {
    match (u8::try_from(next), folding) {
        (Ok(byte), Folding::Units) if byte.is_ascii() => u32::from(byte.to_ascii_uppercase()),
        (Ok(byte), Folding::Characters) if byte.is_ascii() => u32::from(byte.to_ascii_lowercase()),
        _ => {
            let pairs = pairs(folding);
            let at = pairs.partition_point(|(from, _)| *from < next);
            pairs.get(at).filter(|(from, _)| *from == next).map_or(next, |(_, to)| *to)
        }
    }
}

/// Every character that folds to another, in order.
fn pairs(folding: Folding) -> &'static [(u32, u32)] {
    static UNITS: OnceLock<Vec<(u32, u32)>> = OnceLock::new();
    static CHARACTERS: OnceLock<Vec<(u32, u32)>> = OnceLock::new();
    match folding {
        Folding::Units => UNITS.get_or_init(|| collect(UNIT_MAX, capital)),
        // The last letters with case are those of Adlam.
        Folding::Characters => CHARACTERS.get_or_init(|| collect(0x1_e943, small)),
    }
}

fn collect(top: u32, to: fn(char) -> char) -> Vec<(u32, u32)> {
    let all = (0..=top).filter_map(char::from_u32).map(|from| (u32::from(from), u32::from(to(from))));
    all.filter(|(from, to)| from != to).collect()
}

/// The capital, where that is one unit, and not ASCII for what is not.
fn capital(from: char) -> char {
    one(from.to_uppercase())
        .filter(|to| u32::from(*to) <= UNIT_MAX && (from.is_ascii() || !to.is_ascii()))
        .unwrap_or(from)
}

/// Simple case folding: the small letter of the capital. The dotless i has no partner.
fn small(from: char) -> char {
    if from == '\u{131}' {
        return from;
    }
    let capital = one(from.to_uppercase()).unwrap_or(from);
    one(capital.to_lowercase()).unwrap_or(capital)
}

fn one(mut all: impl Iterator<Item = char>) -> Option<char> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}
