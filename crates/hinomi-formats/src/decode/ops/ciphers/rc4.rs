//! RC4, with the formats of text that CryptoJS reads and writes: words of 32 bits and a length in bytes, which
//! for an odd number of hexadecimal digits ends in a half.

use crate::decode::args::Args;
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, is_space, str_to_text, text_to_utf8, unpaired};
use crate::decode::error::Fault;
use crate::decode::ops::Baked;
use crate::decode::ops::written::numbers::parse_int;

pub(super) const FORMATS: &[&str] = &["Latin1", "UTF8", "UTF16", "UTF16LE", "UTF16BE", "Hex", "Base64"];
pub(super) const KEY_FORMATS: &[&str] = &["UTF8", "UTF16", "UTF16LE", "UTF16BE", "Latin1", "Hex", "Base64"];

/// Bytes, and how many of their halves count.
struct Words {
    bytes: Vec<u8>,
    halves: usize,
}

impl Words {
    fn whole(bytes: Vec<u8>) -> Self {
        let halves = bytes.len().saturating_mul(2);
        Self { bytes, halves }
    }

    /// The eight bits from a half on, as the page shifts them out of their word: across its end they do not reach.
    fn at(&self, half: usize) -> u8 {
        let high = self.bytes.get(half / 2).copied().unwrap_or(0);
        match (half % 2, half % 8) {
            (0, _) => high,
            // The shift by a negative count starts over: what comes out is the top of the word.
            (_, 7) => self.bytes.get((half / 8).saturating_mul(4)).copied().unwrap_or(0) >> 4,
            _ => high << 4 | self.bytes.get((half / 2).saturating_add(1)).copied().unwrap_or(0) >> 4,
        }
    }
}

pub(super) fn rc4(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let message = parse(args.choice(1), input)?;
    let (format, key) = args.toggle(0);
    let key = parse(format, key)?;
    oven.work(message.bytes.len())?;
    let mut state = scheduled(&key);
    let (mut i, mut j) = (0_u8, 0_u8);
    // Whole words are ciphered; some formats show what lies behind the last byte.
    let length = message.halves.div_ceil(8).saturating_mul(4);
    let plain = message.bytes.iter().copied().chain(std::iter::repeat(0)).take(length);
    let mixed = plain.map(|byte| {
        i = i.wrapping_add(1);
        let a = state.get(usize::from(i)).copied().unwrap_or(0);
        j = j.wrapping_add(a);
        state.swap(usize::from(i), usize::from(j));
        let b = state.get(usize::from(i)).copied().unwrap_or(0);
        byte ^ state.get(usize::from(a.wrapping_add(b))).copied().unwrap_or(0)
    });
    let words = Words { bytes: mixed.collect(), halves: message.halves };
    Ok(Dish::Text(stringify(args.choice(2), &words)?))
}

fn scheduled(key: &Words) -> [u8; 256] {
    let mut state: [u8; 256] = std::array::from_fn(|at| u8::try_from(at).unwrap_or(0));
    let mut j = 0_u8;
    for i in 0..256_usize {
        // The place is the rest of a division by a length in bytes, which may have a half.
        let byte = match i.saturating_mul(2).checked_rem(key.halves) {
            Some(half) => key.at(half),
            None => 0,
        };
        j = j.wrapping_add(state.get(i).copied().unwrap_or(0)).wrapping_add(byte);
        state.swap(i, usize::from(j));
    }
    state
}

fn parse(format: &str, text: &[u16]) -> Result<Words, Fault> {
    Ok(match format {
        "Hex" => from_hex(text),
        "Base64" => Words::whole(from_base64(text)),
        "UTF8" if unpaired(text) => return Err(Fault::refused("a lone surrogate has no UTF-8 form")),
        "UTF8" => Words::whole(text_to_utf8(text)),
        "UTF16LE" => Words::whole(text.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
        "UTF16" | "UTF16BE" => Words::whole(text.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
        _ => Words::whole(text.iter().map(|unit| unit.to_le_bytes()[0]).collect()),
    })
}

/// Without white space, eight digits a word. What is no number is 0; a negative one fills the word above it.
fn from_hex(text: &[u16]) -> Words {
    let digits: Vec<u16> = text.iter().copied().filter(|unit| !is_space(*unit)).collect();
    let words = digits.chunks(8).flat_map(|word| {
        let bytes = word.chunks(2).zip([24, 16, 8, 0]).map(|(pair, by)| {
            // Two characters make a number from -15 to 255.
            (parse_int(pair, 16).unwrap_or(0.0) as i32) << by
        });
        bytes.fold(0, |word, byte| word | byte).to_be_bytes()
    });
    Words { bytes: words.take(digits.len().div_ceil(2)).collect(), halves: digits.len() }
}

/// Up to the first `=`; what is no letter of the alphabet counts as 0.
fn from_base64(text: &[u16]) -> Vec<u8> {
    let end = text.iter().position(|unit| *unit == u16::from(b'=')).unwrap_or(text.len());
    let value = |unit: &u16| match u8::try_from(*unit) {
        Ok(byte @ b'A'..=b'Z') => byte.wrapping_sub(b'A'),
        Ok(byte @ b'a'..=b'z') => byte.wrapping_sub(b'a').wrapping_add(26),
        Ok(byte @ b'0'..=b'9') => byte.wrapping_sub(b'0').wrapping_add(52),
        Ok(b'+') => 62,
        Ok(b'/') => 63,
        _ => 0,
    };
    let mut out = Vec::with_capacity(end / 4 * 3 + 3);
    for four in text.get(..end).unwrap_or_default().chunks(4) {
        for (pair, shift) in four.windows(2).zip([2_u32, 4, 6]) {
            let [before, next] = pair else { continue };
            out.push(value(before) << shift | value(next) >> 6_u32.saturating_sub(shift));
        }
    }
    out
}

fn stringify(format: &str, words: &Words) -> Result<Vec<u16>, Fault> {
    let byte = |at: usize| words.bytes.get(at).copied().unwrap_or(0);
    // A byte of which half counts is shown whole.
    let length = words.halves.div_ceil(2);
    let bytes = words.bytes.get(..length).unwrap_or_default();
    Ok(match format {
        "Hex" => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            str_to_text(&digits)
        }
        "Base64" => to_base64(words),
        "UTF8" => {
            let text = std::str::from_utf8(bytes).map_err(|_| Fault::refused("Malformed UTF-8 data"))?;
            str_to_text(text)
        }
        "UTF16LE" => {
            let units = (0..length).step_by(2);
            units.map(|at| u16::from_le_bytes([byte(at), byte(at.saturating_add(1))])).collect()
        }
        "UTF16" | "UTF16BE" => {
            let units = (0..length).step_by(2);
            units.map(|at| u16::from_be_bytes([byte(at), byte(at.saturating_add(1))])).collect()
        }
        _ => bytes.iter().map(|byte| u16::from(*byte)).collect(),
    })
}

/// Letters as long as the bits they start with count, then `=` up to four.
fn to_base64(words: &Words) -> Vec<u16> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // What does not count is cleared.
    let counted = |at: usize| {
        let byte = words.bytes.get(at).copied().unwrap_or(0);
        match words.halves.saturating_sub(at.saturating_mul(2)) {
            0 => 0,
            1 => byte & 0xf0,
            _ => byte,
        }
    };
    let mut out = Vec::with_capacity(words.bytes.len() / 3 * 4 + 4);
    let mut at = 0_usize;
    while at.saturating_mul(2) < words.halves {
        let three = [counted(at), counted(at.saturating_add(1)), counted(at.saturating_add(2))];
        let group = three.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte));
        for (letter, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            // In quarters of a byte: the place of the letter against the length.
            if at.saturating_mul(4).saturating_add(letter.saturating_mul(3)) < words.halves.saturating_mul(2)
            {
                let index = usize::try_from(group >> shift & 0x3f).unwrap_or(0);
                out.extend(LETTERS.get(index).map(|letter| u16::from(*letter)));
            }
        }
        at = at.saturating_add(3);
    }
    while !out.len().is_multiple_of(4) {
        out.push(u16::from(b'='));
    }
    out
}
