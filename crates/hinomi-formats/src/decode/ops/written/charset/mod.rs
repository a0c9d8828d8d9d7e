//! Decoding and encoding text by code page.
//!
//! Pages with a table go by those of CyberChef, and are read as it reads them, so that they agree to the last byte,
//! also where its reading is odd: most pages pass over a NUL byte in front of another byte, and four double-byte
//! pages write U+FDFF for what is no character. Where CyberChef throws, this goes on: with U+FFFD for what a page
//! does not have, and with the pages of ISO 2022, which it lists and then fails on.

mod iso2022;
mod labels;
mod lookup;
mod tables;
mod unicode;

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::Dish;
use crate::decode::ops::{Baked, Op, Takes, arg};
use iso2022::Shifting;
use tables::Table;

pub(in crate::decode) static OPS: &[Op] = &[
    Op { name: "Decode text", args: &[arg("Encoding", Kind::CodePage)], run: Takes::Bytes(decode_text) },
    Op { name: "Encode text", args: &[arg("Encoding", Kind::CodePage)], run: Takes::Text(encode_text) },
];

/// A way to read and write text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::decode) enum Page {
    Utf7,
    Utf8,
    /// Whether big-endian.
    Utf16(bool),
    /// Whether big-endian.
    Utf32(bool),
    /// CyberChef's "US-ASCII" is Latin-1 in both directions.
    Ascii,
    /// A single-byte table, by its place there; every byte is a character.
    Single(usize),
    /// The same, where a NUL byte goes with the byte behind it.
    NulSkipping(usize),
    /// A double-byte table, by its place there; one byte comes before two.
    Double(usize),
    /// The same, where two bytes come before one.
    PairFirst(usize),
    Iso2022Japanese,
    Iso2022Korean,
    Iso2022Chinese,
}

/// Text out of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::decode) struct Decoded {
    pub(in crate::decode) text: Vec<u16>,
    /// Some of the bytes are no character; CyberChef fails there.
    pub(in crate::decode) broken: bool,
}

/// The label, as the menu has it, and its page.
pub(in crate::decode) fn page(label: &str) -> Option<(&'static str, Page)> {
    labels::LABELS.iter().copied().find(|(name, _)| *name == label)
}

/// Every page, in the order of the menu.
pub(in crate::decode) fn pages() -> impl Iterator<Item = (&'static str, Page)> {
    labels::LABELS.iter().copied()
}

impl Page {
    /// Whether CyberChef has it in its menu only.
    pub(in crate::decode) fn throws(self) -> bool {
        matches!(self, Self::Iso2022Japanese | Self::Iso2022Korean | Self::Iso2022Chinese)
    }

    /// Reads text.
    pub(in crate::decode) fn decode(self, input: &[u8]) -> Decoded {
        let text = match self {
            Self::Utf7 => unicode::from_utf7(input),
            Self::Utf8 => unicode::from_utf8(input),
            Self::Utf16(big) => unicode::from_utf16(input, big),
            Self::Utf32(big) => unicode::from_utf32(input, big),
            Self::Ascii => input.iter().map(|byte| u16::from(*byte)).collect(),
            Self::Single(place) => lookup::from_single(Table::single(place), input),
            Self::Double(place) => lookup::from_double(Table::double(place), input),
            Self::NulSkipping(place) => return lookup::from_pairs(Table::single(place), input),
            Self::PairFirst(place) => return lookup::from_pairs(Table::double(place), input),
            Self::Iso2022Japanese => iso2022::from_japanese(input),
            Self::Iso2022Korean => return Shifting::korean().decode(input),
            Self::Iso2022Chinese => return Shifting::chinese().decode(input),
        };
        Decoded { text, broken: false }
    }

    /// Writes text.
    pub(in crate::decode) fn encode(self, input: &[u16]) -> Vec<u8> {
        match self {
            Self::Utf7 => unicode::to_utf7(input),
            Self::Utf8 => unicode::to_utf8(input),
            Self::Utf16(big) => unicode::to_utf16(input, big),
            Self::Utf32(big) => unicode::to_utf32(input, big),
            Self::Ascii => input.iter().map(|unit| u8::try_from(unit & 0xff).unwrap_or(0)).collect(),
            Self::Single(place) | Self::NulSkipping(place) => lookup::to_codes(Table::single(place), input),
            Self::Double(place) | Self::PairFirst(place) => lookup::to_codes(Table::double(place), input),
            Self::Iso2022Japanese => iso2022::to_japanese(input),
            Self::Iso2022Korean => Shifting::korean().encode(input),
            Self::Iso2022Chinese => Shifting::chinese().encode(input),
        }
    }
}

fn decode_text(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    // No page makes more than one unit of a byte, but UTF-7, whose pairs come to fewer, and UTF-8, to as many.
    oven.room_for_text(input.len())?;
    Ok(Dish::Text(args.page(0).decode(input).text))
}

fn encode_text(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    // The widest write up to eight bytes for one unit, which the check behind every step counts.
    oven.room(input.len())?;
    Ok(Dish::Bytes(args.page(0).encode(input)))
}
