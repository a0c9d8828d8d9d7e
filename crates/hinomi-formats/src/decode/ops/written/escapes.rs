//! Escaped text: URL encoding, quoted-printable, backslash and Unicode escapes.

use crate::decode::args::{Args, Kind, hex, unescape};
use crate::decode::bake::Oven;
use crate::decode::dish::Numbers;
use crate::decode::dish::{Dish, ascii, push_code_point, push_str, str_to_text};
use crate::decode::error::Fault;
use crate::decode::ops::{Baked, Op, Takes, arg};

pub(in crate::decode) static OPS: &[Op] = &[
    Op {
        name: "URL Decode",
        args: &[arg("Treat \"+\" as space", Kind::Flag(true))],
        run: Takes::Text(url_decode),
    },
    Op {
        name: "URL Encode",
        args: &[arg("Encode all special chars", Kind::Flag(false))],
        run: Takes::Bytes(url_encode),
    },
    Op { name: "From Quoted Printable", args: &[], run: Takes::Text(from_quoted_printable) },
    Op { name: "Unescape string", args: &[], run: Takes::Text(unescape_string) },
    Op {
        name: "Unescape Unicode Characters",
        args: &[arg("Prefix", Kind::Choice(&["\\u", "%u", "U+"], 0))],
        run: Takes::Text(unescape_unicode),
    },
];

const PERCENT: u16 = 0x25;

/// Strictly as percent-encoded UTF-8; when any of it is not, all of it as `%xx` and `%uxxxx` units.
fn url_decode(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let plus = args.flag(0);
    let text: Vec<u16> =
        input.iter().map(|unit| if plus && *unit == u16::from(b'+') { 0x20 } else { *unit }).collect();
    Ok(Dish::Text(decode_component(&text).unwrap_or_else(|| decode_units(&text))))
}

/// ECMA-262 `decodeURIComponent`; `None` where it throws.
fn decode_component(text: &[u16]) -> Option<Vec<u16>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((unit, after)) = rest.split_first() {
        if *unit != PERCENT {
            out.push(*unit);
            rest = after;
            continue;
        }
        let (first, after) = escaped_byte(rest)?;
        rest = after;
        let more = match first {
            0..=0x7f => 0,
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            _ => return None,
        };
        let mut bytes = vec![first];
        for _ in 0..more {
            let (byte, after) = escaped_byte(rest)?;
            bytes.push(byte);
            rest = after;
        }
        push_str(&mut out, std::str::from_utf8(&bytes).ok()?);
    }
    Some(out)
}

fn escaped_byte(text: &[u16]) -> Option<(u8, &[u16])> {
    let [PERCENT, high, low, rest @ ..] = text else { return None };
    Some((u8::try_from(hex(&[*high, *low])?).ok()?, rest))
}

/// ECMA-262 `unescape`.
fn decode_units(text: &[u16]) -> Vec<u16> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((unit, after)) = rest.split_first() {
        let wide = match after {
            [0x75, digits @ ..] => digits.get(..4).and_then(hex).map(|point| (5, point)),
            _ => None,
        };
        let found = wide.or_else(|| after.get(..2).and_then(hex).map(|point| (2, point)));
        match found.filter(|_| *unit == PERCENT) {
            Some((length, point)) => {
                push_code_point(&mut out, point);
                rest = after.get(length..).unwrap_or_default();
            }
            None => {
                out.push(*unit);
                rest = after;
            }
        }
    }
    out
}

fn url_encode(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    percent(input.iter().copied().map(Some), args, oven)
}

pub(in crate::decode) fn url_encode_numbers(input: &Numbers, args: &Args, oven: &mut Oven) -> Baked {
    percent(input.iter(), args, oven)
}

fn percent(input: impl Iterator<Item = Option<u8>> + Clone, args: &Args, oven: &mut Oven) -> Baked {
    let all = args.flag(0);
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || (!all && b":/?#[]@!$&'()*+,;=%".contains(&byte));
    let length = |entry: Option<u8>| match entry {
        None => "%NAN".len(),
        Some(byte) if safe(byte) => 1,
        Some(_) => "%00".len(),
    };
    let units = input.clone().map(length).fold(0, usize::saturating_add);
    oven.room_for_text(units)?;
    let mut out = Vec::with_capacity(units);
    for entry in input {
        match entry {
            // NaN in base 16 and upper case.
            None => push_str(&mut out, "%NAN"),
            Some(byte) if safe(byte) => out.push(u16::from(byte)),
            Some(byte) => {
                out.push(PERCENT);
                for digit in [byte >> 4, byte & 0xf] {
                    let digit = char::from_digit(u32::from(digit), 16)
                        .map_or('0', |digit| digit.to_ascii_uppercase());
                    out.extend_from_slice(digit.encode_utf16(&mut [0; 2]));
                }
            }
        }
    }
    Ok(Dish::Text(out))
}

/// RFC 2045, section 6.7, leniently: an escape that is none stands for itself.
fn from_quoted_printable(input: &[u16], _: &Args, _: &mut Oven) -> Baked {
    const EQUALS: u16 = 0x3d;
    // Soft line ends go first, for what they part may be an escape.
    let mut joined = Vec::with_capacity(input.len());
    let mut rest = input;
    while let Some((unit, after)) = rest.split_first() {
        rest = match rest {
            [EQUALS, 0x0d, 0x0a, after @ ..] | [EQUALS, 0x0a, after @ ..] => after,
            [EQUALS] => &[],
            _ => {
                joined.push(*unit);
                after
            }
        };
    }
    let mut out = Vec::with_capacity(joined.len());
    let mut rest = joined.as_slice();
    while let Some((unit, after)) = rest.split_first() {
        match after.get(..2).and_then(hex).filter(|_| *unit == EQUALS) {
            Some(byte) => {
                out.extend(u8::try_from(byte));
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(u8::try_from(*unit).map_err(|_| Fault::refused("a character above U+00FF"))?);
                rest = after;
            }
        }
    }
    Ok(Dish::Bytes(out))
}

fn unescape_string(input: &[u16], _: &Args, _: &mut Oven) -> Baked {
    unescape(input).map(Dish::Text).ok_or_else(|| Fault::refused("an escape above U+10FFFF"))
}

fn unescape_unicode(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let prefix = str_to_text(args.choice(0));
    let longest = if args.choice(0) == "U+" { 6 } else { 4 };
    let lower = |unit: u16| ascii(unit).map(|byte| byte.to_ascii_lowercase());
    let mut out = Vec::with_capacity(input.len());
    let mut rest = input;
    while let Some((unit, after)) = rest.split_first() {
        let found = rest.get(..prefix.len()).is_some_and(|start| {
            start.iter().map(|unit| lower(*unit)).eq(prefix.iter().map(|unit| lower(*unit)))
        });
        let digits = rest.get(prefix.len()..).filter(|_| found).unwrap_or_default();
        let digits = digits.get(..longest.min(digits.len())).unwrap_or_default();
        let length = digits.iter().take_while(|unit| hex(&[**unit]).is_some()).count();
        match digits.get(..length).filter(|_| length >= 4).and_then(hex) {
            Some(point) => {
                push_code_point(&mut out, point);
                rest = rest.get(prefix.len().saturating_add(length)..).unwrap_or_default();
            }
            None => {
                out.push(*unit);
                rest = after;
            }
        }
    }
    Ok(Dish::Text(out))
}
