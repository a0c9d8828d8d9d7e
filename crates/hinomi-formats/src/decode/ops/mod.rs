//! The operations, a table row each. A new one is a row in its family's file and the function it names.
//!
//! Where results differ from CyberChef's on purpose:
//! - a code page marks what it cannot read with U+FFFD: there, some pages throw (see `charset`);
//! - letters beyond ASCII are sorted by code unit, not by a language's order;
//! - in a Fork or Subsection, what an operation refuses is told in our words;
//! - a label must be exact: there, `utf-8 (65001)` passes the check and then fails in the operation.

mod binary;
mod ciphers;
pub(super) mod code;
pub(super) mod insight;
mod moments;
pub(super) mod search;
#[cfg(test)]
mod tests;
pub(super) mod text;
pub(super) mod written;

use super::args::{Args, Kind, Spec};
use super::bake::Oven;
use super::dish::Dish;
use super::dish::Numbers;
use super::error::Fault;
use super::flow::Flow;
use binary::{bits, bytes, hashes, slices, unpack};
use code::{beautify, jpath, scripts, uri};
use insight::{entropy, file_type};
use search::{extract, lines, patterns, urls};
use written::{base64, bases, charset, entities, escapes, numbers, punycode};

/// One operation.
#[derive(Debug)]
pub(super) struct Op {
    pub(super) name: &'static str,
    pub(super) args: &'static [Spec],
    pub(super) run: Takes,
}

/// The function of an operation, by what it wants.
#[derive(Debug, Clone, Copy)]
pub(super) enum Takes {
    Bytes(fn(&[u8], &Args, &mut Oven) -> Baked),
    Text(fn(&[u16], &Args, &mut Oven) -> Baked),
    /// It steers the run itself.
    Flow(Flow),
}

/// What an operation gives back.
pub(super) type Baked = Result<Dish, Fault>;

const FAMILIES: &[&[Op]] = &[
    base64::OPS,
    bases::OPS,
    numbers::OPS,
    charset::OPS,
    escapes::OPS,
    entities::OPS,
    punycode::OPS,
    urls::OPS,
    text::OPS,
    bytes::OPS,
    bits::OPS,
    slices::OPS,
    lines::OPS,
    patterns::OPS,
    extract::OPS,
    unpack::OPS,
    hashes::OPS,
    ciphers::OPS,
    scripts::OPS,
    beautify::OPS,
    jpath::OPS,
    uri::OPS,
    moments::OPS,
    entropy::OPS,
    file_type::OPS,
    super::flow::OPS,
];

/// Every operation.
pub(super) fn all() -> impl Iterator<Item = &'static Op> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The operation of this name.
pub(super) fn find(name: &str) -> Option<&'static Op> {
    all().find(|op| op.name == name)
}

/// What makes of an operation's output the text for the page.
pub(super) type Present = fn(&Dish, &Args, &mut Oven) -> Result<Vec<u16>, Fault>;

/// How the page shows the output of this operation, when not as it is.
pub(super) fn presenter(name: &str) -> Option<Present> {
    match name {
        "Untar" | "Unzip" => Some(unpack::present),
        "Entropy" => Some(entropy::present),
        "JSON Beautify" => Some(beautify::present),
        _ => None,
    }
}

/// What works on a byte array with NaN in it.
pub(super) type OnNumbers = fn(&Numbers, &Args, &mut Oven) -> Baked;

/// How this operation takes such a byte array, when it does not take NaN for 0.
pub(super) fn on_numbers(name: &str) -> Option<OnNumbers> {
    match name {
        "ADD" => Some(bits::add_numbers),
        "SUB" => Some(bits::sub_numbers),
        "Rotate right" => Some(bits::rotate_right_numbers),
        "Rotate left" => Some(bits::rotate_left_numbers),
        "ROT13" => Some(bytes::rot13_numbers),
        "ROT47" => Some(bits::rot47_numbers),
        "Reverse" => Some(text::reverse_numbers),
        "Take nth bytes" => Some(slices::take_nth_numbers),
        "URL Encode" => Some(escapes::url_encode_numbers),
        "LZNT1 Decompress" => Some(unpack::lznt1_numbers),
        _ => None,
    }
}

/// An argument of a row.
pub(super) const fn arg(name: &'static str, kind: Kind) -> Spec {
    Spec { name, kind }
}

/// Expands `a-z` ranges; `\-` is a hyphen, any other backslash itself.
fn expand_alphabet(alphabet: &[u16]) -> Vec<u16> {
    const HYPHEN: u16 = 0x2d;
    const BACKSLASH: u16 = 0x5c;
    let mut out = Vec::with_capacity(alphabet.len().max(65));
    let mut rest = alphabet;
    // Ranges are of code units; a full one is 65,536 long, so an alphabet of many is cut where no operation
    // takes it any more.
    while let Some((&first, after)) = rest.split_first() {
        if out.len() > ALPHABET_MAX {
            break;
        }
        rest = match after {
            [HYPHEN, last, after @ ..] if first != BACKSLASH => {
                out.extend(first..=*last);
                after
            }
            [HYPHEN, after @ ..] if first == BACKSLASH && !after.is_empty() => {
                out.push(HYPHEN);
                after
            }
            _ => {
                out.push(first);
                after
            }
        };
    }
    out
}

/// Longer alphabets than this are wrong for every operation.
const ALPHABET_MAX: usize = 1 << 16;

/// Where each code unit stands in an alphabet: its first place, or none.
struct Places {
    low: [i16; 256],
    high: Vec<(u16, i16)>,
}

impl Places {
    /// Of an alphabet of at most 256 units; what lies behind is not found.
    fn new(alphabet: &[u16]) -> Self {
        let mut places = Self { low: [-1; 256], high: Vec::new() };
        for (place, unit) in (0_i16..256).zip(alphabet) {
            match places.low.get_mut(usize::from(*unit)) {
                Some(slot) => *slot = if *slot < 0 { place } else { *slot },
                None => places.high.push((*unit, place)),
            }
        }
        places
    }

    /// The first place of a unit, from 0, or -1.
    #[inline]
    fn of(&self, unit: u16) -> i32 {
        i32::from(match self.low.get(usize::from(unit)) {
            Some(place) => *place,
            None => self.high.iter().find(|(held, _)| *held == unit).map_or(-1, |(_, place)| *place),
        })
    }
}
