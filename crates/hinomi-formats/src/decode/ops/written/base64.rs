//! From and to Base64, in any alphabet of 64 units with or without one for padding.

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, str_to_text};
use crate::decode::error::Fault;
use crate::decode::ops::{Baked, Op, Places, Takes, arg, expand_alphabet};

const STANDARD: &str = "A-Za-z0-9+/=";

pub(in crate::decode) static OPS: &[Op] = &[
    Op {
        name: "From Base64",
        args: &[
            arg("Alphabet", Kind::Escaped(STANDARD)),
            arg("Remove non-alphabet chars", Kind::Flag(true)),
            arg("Strict mode", Kind::Flag(false)),
        ],
        run: Takes::Text(from_base64),
    },
    Op { name: "To Base64", args: &[arg("Alphabet", Kind::Escaped(STANDARD))], run: Takes::Bytes(to_base64) },
];

fn from_base64(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    // Nothing in, nothing out, whatever the alphabet.
    if input.is_empty() {
        return Ok(Dish::Bytes(Vec::new()));
    }
    let alphabet = alphabet(args)?;
    let places = Places::new(&alphabet);
    let (remove, strict) = (args.flag(1), args.flag(2));
    if strict {
        let kept = input.iter().copied().filter(|unit| !remove || places.of(*unit) >= 0).collect::<Vec<_>>();
        check_strict(&kept, &alphabet, &places)?;
    }
    Ok(Dish::Bytes(decode(input, &places, remove)))
}

/// The alphabet of the first argument, expanded.
fn alphabet(args: &Args) -> Result<Vec<u16>, Fault> {
    let given = args.text(0);
    let alphabet = if given.is_empty() { str_to_text(STANDARD) } else { given.to_vec() };
    let alphabet = expand_alphabet(&alphabet);
    if matches!(alphabet.len(), 64 | 65) {
        return Ok(alphabet);
    }
    let found = alphabet.len();
    Err(Fault::refused(format!(
        "a Base64 alphabet has 64 characters, or 65 with one for padding, not {found}"
    )))
}

fn check_strict(kept: &[u16], alphabet: &[u16], places: &Places) -> Result<(), Fault> {
    let refuse = |why: String| Err(Fault::Refused(why));
    let length = kept.len();
    if length % 4 == 1 {
        return refuse(format!("strict: {length} characters are no length of Base64"));
    }
    if let Some(pad) = alphabet.get(64)
        && let Some(first) = kept.iter().position(|unit| unit == pad)
    {
        if first.saturating_add(2) < length || kept.last() != Some(pad) {
            return refuse("strict: padding before the end".to_owned());
        }
        if !length.is_multiple_of(4) {
            return refuse("strict: not padded to a multiple of 4".to_owned());
        }
    }
    if !length.is_multiple_of(4) || kept.iter().any(|unit| places.of(*unit) < 0) {
        return refuse(
            "strict: a character that is not of the alphabet, or none where one is due".to_owned(),
        );
    }
    Ok(())
}

/// Four units to three bytes. A unit outside the alphabet, and one missing at the end, counts as -1; the
/// arithmetic then decides which of the bytes survive.
fn decode(input: &[u16], places: &Places, remove: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len() / 4 * 3 + 3);
    let mut rest = input;
    loop {
        while let [a, b, c, d, after @ ..] = rest {
            let (a, b, c, d) = (places.of(*a), places.of(*b), places.of(*c), places.of(*d));
            // One test for all four: each is 0 to 63.
            if (a | b | c | d) & !63 != 0 {
                break;
            }
            let bits = a << 18 | b << 12 | c << 6 | d;
            let [_, first, second, third] = bits.to_be_bytes();
            out.extend_from_slice(&[first, second, third]);
            rest = after;
        }
        let mut group = [-1; 4];
        let mut filled = 0;
        for slot in &mut group {
            while let Some((unit, after)) = rest.split_first() {
                rest = after;
                let place = places.of(*unit);
                if place >= 0 || !remove {
                    *slot = place;
                    filled += 1;
                    break;
                }
            }
        }
        if filled == 0 {
            return out;
        }
        let [a, b, c, d] = group;
        out.extend(u8::try_from(a << 2 | b >> 4));
        out.extend(u8::try_from((b & 15) << 4 | c >> 2).ok().filter(|_| c != 64));
        out.extend(u8::try_from((c & 3) << 6 | d).ok().filter(|_| d != 64));
    }
}

/// The bytes of an address's `input`, standard alphabet, anything else dropped.
pub(in crate::decode) fn from_standard(text: &str) -> Vec<u8> {
    decode(&str_to_text(text), &Places::new(&expand_alphabet(&str_to_text(STANDARD))), true)
}

/// The bytes as an address's `input`: standard alphabet, no padding.
pub(in crate::decode) fn to_unpadded(bytes: &[u8]) -> String {
    let alphabet = expand_alphabet(&str_to_text("A-Za-z0-9+/"));
    String::from_utf16_lossy(&encode(bytes, &alphabet))
}

fn to_base64(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    let alphabet = if args.text(0).is_empty() { Vec::new() } else { expand_alphabet(args.text(0)) };
    if !matches!(alphabet.len(), 64 | 65) {
        let found = alphabet.len();
        return Err(Fault::refused(format!("a Base64 alphabet has 64 or 65 characters, not {found}")));
    }
    oven.room_for_text(input.len().saturating_mul(4) / 3)?;
    Ok(Dish::Text(encode(input, &alphabet)))
}

fn encode(bytes: &[u8], alphabet: &[u16]) -> Vec<u16> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for group in bytes.chunks(3) {
        let byte = |index: usize| usize::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        // The padding stands at place 64; an alphabet without it pads with nothing.
        let places = [
            bits >> 18,
            bits >> 12 & 63,
            if group.len() > 1 { bits >> 6 & 63 } else { 64 },
            if group.len() > 2 { bits & 63 } else { 64 },
        ];
        out.extend(places.iter().filter_map(|place| alphabet.get(*place)));
    }
    out
}
