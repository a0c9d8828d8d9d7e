//! Decoding and encoding text by code page.
//!
//! Single-byte pages go by tables taken from CyberChef's own, so they agree to the last byte. Multi-byte pages
//! go by `encoding_rs`; what a page cannot read becomes U+FFFD, what it cannot write a NUL byte. The ISO 2022
//! Japanese pages work here; CyberChef lists them and then fails.

mod labels;
mod multi;
mod unicode;

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::Dish;
use crate::decode::ops::{Baked, Op, Takes, arg};
use encoding_rs::Encoding;
use std::collections::HashMap;

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
    /// A table of `single_byte.bin`, by its place there.
    Single(usize),
    Multi(&'static Encoding),
    /// In the menu, but not read by this version.
    Unread,
}

/// The page of a label, which must be exact.
pub(in crate::decode) fn page(label: &str) -> Option<Page> {
    labels::LABELS.iter().find(|(name, _)| *name == label).map(|(_, page)| *page)
}

/// The first label of a page.
pub(in crate::decode) fn label(page: Page) -> &'static str {
    labels::LABELS.iter().find(|(_, held)| *held == page).map_or("", |(label, _)| label)
}

/// Every page that this version reads, in the order of the menu.
pub(in crate::decode) fn pages() -> impl Iterator<Item = (&'static str, Page)> {
    labels::LABELS.iter().copied().filter(|(_, page)| *page != Page::Unread)
}

/// 256 little-endian UTF-16 units a page.
static SINGLE_BYTE: &[u8] = include_bytes!("single_byte.bin");

fn table(place: usize) -> impl Iterator<Item = u16> {
    let bytes = SINGLE_BYTE.chunks(512).nth(place).unwrap_or_default();
    let (units, _) = bytes.as_chunks::<2>();
    units.iter().map(|pair| u16::from_le_bytes(*pair))
}

fn decode_text(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    // No page makes more than one unit of a byte, but UTF-7, whose pairs come to fewer, and UTF-8, to as many.
    oven.room_for_text(input.len())?;
    Ok(Dish::Text(match args.page(0) {
        Page::Utf7 => unicode::from_utf7(input),
        Page::Utf8 => unicode::from_utf8(input),
        Page::Utf16(big) => unicode::from_utf16(input, big),
        Page::Utf32(big) => unicode::from_utf32(input, big),
        Page::Ascii => input.iter().map(|byte| u16::from(*byte)).collect(),
        Page::Single(place) => {
            let table: Vec<u16> = table(place).collect();
            input.iter().map(|byte| table.get(usize::from(*byte)).copied().unwrap_or(0xfffd)).collect()
        }
        Page::Multi(encoding) => multi::decode(encoding, input),
        Page::Unread => Vec::new(),
    }))
}

fn encode_text(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    // UTF-7 is the widest: eight bytes for one unit at most.
    oven.room(input.len())?;
    Ok(Dish::Bytes(match args.page(0) {
        Page::Utf7 => unicode::to_utf7(input),
        Page::Utf8 => crate::decode::dish::text_to_utf8(input),
        Page::Utf16(big) => unicode::to_utf16(input, big),
        Page::Utf32(big) => unicode::to_utf32(input, big),
        Page::Ascii => input.iter().map(|unit| u8::try_from(unit & 0xff).unwrap_or(0)).collect(),
        Page::Single(place) => {
            let bytes: HashMap<u16, u8> = table(place).zip(0_u8..=255).collect();
            input.iter().map(|unit| bytes.get(unit).copied().unwrap_or(0)).collect()
        }
        Page::Multi(encoding) => multi::encode(encoding, input),
        Page::Unread => Vec::new(),
    }))
}
