//! The tables of the pages that have one, unpacked when first asked for.
//!
//! Both files are written by `lab/peers/cyberchef_tables.mjs`, which also says how they are built.

use std::collections::HashMap;
use std::io::Read;
use std::sync::OnceLock;

/// 256 little-endian UTF-16 units a page, deflated.
static SINGLE_BYTE: &[u8] = include_bytes!("single_byte.deflate");
/// One page behind the other.
static DOUBLE_BYTE: &[u8] = include_bytes!("double_byte.bin");
/// Pages in [`DOUBLE_BYTE`].
const DOUBLE_PAGES: usize = 30;
/// In [`DOUBLE_BYTE`], instead of the place of another page: the order of Unicode.
const NO_REFERENCE: u8 = 0xff;
/// Code units, and two-byte codes.
const UNITS: usize = 1 << 16;
/// Where a code of a double-byte page has no character.
const NONE: u16 = 0xfffd;

/// The characters of a page, by their codes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Table {
    /// 256 of them; U+FFFD stands for itself.
    Single(&'static [u16]),
    /// 65,536, or none at all.
    Double(&'static Double),
}

/// A page whose codes are one byte or two.
#[derive(Debug, Default)]
pub(super) struct Double {
    /// By code; U+FFFD where it has none.
    characters: Vec<u16>,
    /// By character; 0 where it has none.
    codes: OnceLock<Vec<u16>>,
}

impl Table {
    /// The single-byte page at this place.
    pub(super) fn single(place: usize) -> Self {
        static UNPACKED: OnceLock<Vec<u16>> = OnceLock::new();
        let all = UNPACKED.get_or_init(|| {
            let bytes = inflate(SINGLE_BYTE);
            bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect()
        });
        Self::Single(all.chunks(256).nth(place).unwrap_or_default())
    }

    /// The double-byte page at this place.
    pub(super) fn double(place: usize) -> Self {
        Self::Double(double(place))
    }

    /// The character of a code.
    pub(super) fn character(self, code: usize) -> Option<u16> {
        match self {
            Self::Single(characters) => characters.get(code).copied(),
            Self::Double(page) => page.characters.get(code).copied().filter(|unit| *unit != NONE),
        }
    }

    /// The codes of characters.
    pub(super) fn codes(self) -> Codes {
        match self {
            Self::Single(characters) => {
                Codes::Few(pairs(characters).map(|(code, unit)| (unit, code)).collect())
            }
            Self::Double(page) => Codes::All(page.codes.get_or_init(|| by_character(&page.characters))),
        }
    }
}

/// The codes of a page by its characters.
#[derive(Debug)]
pub(super) enum Codes {
    /// Of a single-byte page.
    Few(HashMap<u16, u16>),
    /// By character; 0 where it has none.
    All(&'static [u16]),
}

impl Codes {
    /// The code of a character, the last one where it has several; 0 where it has none.
    pub(super) fn of(&self, unit: u16) -> u16 {
        match self {
            Self::Few(codes) => codes.get(&unit),
            Self::All(codes) => codes.get(usize::from(unit)),
        }
        .copied()
        .unwrap_or(0)
    }
}

/// The codes that have a character, and the character.
fn pairs(characters: &[u16]) -> impl Iterator<Item = (u16, u16)> {
    (0..=u16::MAX).zip(characters.iter().copied()).filter(|(_, unit)| *unit != NONE)
}

fn by_character(characters: &[u16]) -> Vec<u16> {
    let mut codes = vec![0; UNITS];
    for (code, unit) in pairs(characters) {
        if let Some(slot) = codes.get_mut(usize::from(unit)) {
            *slot = code;
        }
    }
    codes
}

fn double(place: usize) -> &'static Double {
    static PAGES: [OnceLock<Double>; DOUBLE_PAGES] = [const { OnceLock::new() }; DOUBLE_PAGES];
    static NO_PAGE: Double = Double { characters: Vec::new(), codes: OnceLock::new() };
    // The files are part of the program; a test reads every page of them.
    PAGES.get(place).map_or(&NO_PAGE, |page| page.get_or_init(|| unpack(place).unwrap_or_default()))
}

fn inflate(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Part of the program; a test reads all of it.
    _ = flate2::read::DeflateDecoder::new(packed).read_to_end(&mut bytes);
    bytes
}

fn unpack(place: usize) -> Option<Double> {
    let (reference, packed) = records().nth(place)?;
    let order = match reference {
        NO_REFERENCE => (0..=u16::MAX).collect(),
        // Only a page that stands before this one, so that this ends.
        reference => order(double(usize::from(reference).checked_rem(place)?)),
    };
    let bytes = inflate(packed);
    let mut rest = bytes.as_slice();
    let mut codes = Vec::new();
    let mut from = 0_usize;
    for _ in 0..seven(&mut rest)? {
        let start = from.checked_add(seven(&mut rest)?)?;
        from = start.checked_add(seven(&mut rest)?)?.checked_add(1)?;
        codes.extend(start..from.min(UNITS));
    }
    let (low, high) = rest.split_at_checked(codes.len())?;
    let mut characters = vec![NONE; UNITS];
    let mut expected = 0_u16;
    for (code, (low, high)) in codes.iter().zip(low.iter().zip(high)) {
        let rank = expected.wrapping_add(u16::from_le_bytes([*low, *high]));
        *characters.get_mut(*code)? = *order.get(usize::from(rank))?;
        expected = rank.wrapping_add(1);
    }
    Some(Double { characters, codes: OnceLock::new() })
}

/// Every page: the place of its reference, and what is packed.
fn records() -> impl Iterator<Item = (u8, &'static [u8])> {
    let mut rest = DOUBLE_BYTE;
    std::iter::from_fn(move || {
        let [reference, low, middle, high, after @ ..] = rest else { return None };
        let length = u32::from_le_bytes([*low, *middle, *high, 0]);
        let (packed, after) = after.split_at_checked(usize::try_from(length).ok()?)?;
        rest = after;
        Some((*reference, packed))
    })
}

/// A number of seven bits a byte, the lowest first.
fn seven(rest: &mut &[u8]) -> Option<usize> {
    let (mut number, mut shift) = (0_usize, 0_u32);
    loop {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if *byte < 0x80 {
            return Some(number);
        }
        shift = shift.checked_add(7)?;
    }
}

/// A page's characters from U+0080 up by their codes, then all others.
fn order(page: &Double) -> Vec<u16> {
    let mut seen = vec![false; UNITS];
    let own = page.characters.iter().copied().filter(|unit| *unit >= 0x80 && *unit != NONE);
    let mut new =
        |unit: &u16| seen.get_mut(usize::from(*unit)).is_some_and(|seen| !std::mem::replace(seen, true));
    own.chain(0..=u16::MAX).filter(|unit| new(unit)).collect()
}
