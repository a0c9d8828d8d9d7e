//! Operations on bytes as bytes: XOR, ROT13, NUL removal, NetBIOS names, gzip.

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::Numbers;
use crate::decode::dish::{Dish, text_to_bytes, text_to_utf8};
use crate::decode::error::Fault;
use crate::decode::ops::written::base64::from_standard;
use crate::decode::ops::written::numbers::key_numbers;
use crate::decode::ops::{Baked, Op, Takes, arg};
use flate2::bufread::GzDecoder;
use std::io::{BufRead, Read};

pub(in crate::decode) static OPS: &[Op] = &[
    Op {
        name: "XOR",
        args: &[
            arg("Key", Kind::Toggle(&["Hex", "Decimal", "Binary", "Base64", "UTF8", "Latin1"])),
            arg(
                "Scheme",
                Kind::Choice(&["Standard", "Input differential", "Output differential", "Cascade"], 0),
            ),
            arg("Null preserving", Kind::Flag(false)),
        ],
        run: Takes::Bytes(xor),
    },
    Op {
        name: "ROT13",
        args: &[
            arg("Rotate lower case chars", Kind::Flag(true)),
            arg("Rotate upper case chars", Kind::Flag(true)),
            arg("Rotate numbers", Kind::Flag(false)),
            arg("Amount", Kind::Number(13.0)),
        ],
        run: Takes::Bytes(rot13),
    },
    Op { name: "Remove null bytes", args: &[], run: Takes::Bytes(remove_nulls) },
    Op {
        name: "Decode NetBIOS Name",
        args: &[arg("Offset", Kind::Number(65.0))],
        run: Takes::Bytes(decode_netbios),
    },
    Op { name: "Gunzip", args: &[], run: Takes::Bytes(gunzip) },
];

/// The numbers of a key as its label says to read it. A decimal key may hold some that are no bytes; `None` is NaN.
pub(in crate::decode) fn key(args: &Args) -> Result<Vec<Option<i32>>, Fault> {
    let (label, text) = args.toggle(0);
    let bytes = match label {
        "Base64" => from_standard(&String::from_utf16_lossy(text)),
        "UTF8" => text_to_utf8(text),
        "Latin1" => text_to_bytes(text),
        _ => return Ok(key_numbers(label, text)?.into_iter().map(|number| number.map(to_int32)).collect()),
    };
    Ok(bytes.into_iter().map(|byte| Some(i32::from(byte))).collect())
}

fn xor(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    let (scheme, keep_nulls) = (args.choice(1), args.flag(2));
    // Bit operators take NaN for 0.
    let mut key: Vec<i32> = key(args)?.into_iter().map(|number| number.unwrap_or(0)).collect();
    if key.is_empty() {
        key.push(0);
    }
    let mut out = Vec::with_capacity(input.len());
    let length = key.len();
    for (index, byte) in input.iter().enumerate() {
        let Some(slot) = key.get_mut(index.checked_rem(length).unwrap_or(0)) else { break };
        let plain = i32::from(*byte);
        let with = match scheme {
            "Cascade" => {
                index.checked_add(1).and_then(|next| input.get(next)).map_or(0, |next| i32::from(*next))
            }
            _ => *slot,
        };
        if keep_nulls && (plain == 0 || plain == with) {
            out.push(*byte);
            continue;
        }
        let mixed = plain ^ with;
        out.push(
            u8::try_from(mixed)
                .map_err(|_| Fault::refused(format!("{mixed} is not a byte: the key is too large")))?,
        );
        match scheme {
            "Input differential" => *slot = plain,
            "Output differential" => *slot = mixed,
            _ => {}
        }
    }
    Ok(Dish::Bytes(out))
}

fn rot13(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    let turn = turned(args)?;
    Ok(Dish::Bytes(input.iter().map(|byte| turn(*byte)).collect()))
}

pub(in crate::decode) fn rot13_numbers(input: &Numbers, args: &Args, _: &mut Oven) -> Baked {
    let turn = turned(args)?;
    Ok(input.iter().map(|entry| entry.map(&turn)).collect::<Numbers>().into_dish())
}

/// What ROT13 makes of a byte.
fn turned(args: &Args) -> Result<impl Fn(u8) -> u8 + '_, Fault> {
    let amount = args.number(3).trunc();
    if amount != args.number(3) {
        return Err(Fault::refused("the amount must be a whole number"));
    }
    // The remainders are below 26 and 10.
    let (letters, digits) = (amount.rem_euclid(26.0) as u8, amount.rem_euclid(10.0) as u8);
    let turn = |byte: u8, first: u8, by: u8, of: u8| {
        (byte.wrapping_sub(first).wrapping_add(by) % of).wrapping_add(first)
    };
    Ok(move |byte| match byte {
        b'a'..=b'z' if args.flag(0) => turn(byte, b'a', letters, 26),
        b'A'..=b'Z' if args.flag(1) => turn(byte, b'A', letters, 26),
        b'0'..=b'9' if args.flag(2) => turn(byte, b'0', digits, 10),
        other => other,
    })
}

fn remove_nulls(input: &[u8], _: &Args, _: &mut Oven) -> Baked {
    Ok(Dish::Bytes(input.iter().copied().filter(|byte| *byte != 0).collect()))
}

/// RFC 1001, section 14.1: two letters a byte, at most 16 bytes; other lengths give nothing.
fn decode_netbios(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    let offset = args.number(0);
    let mut out = Vec::new();
    let (pairs, odd) = input.as_chunks::<2>();
    if input.len() <= 32 && odd.is_empty() {
        for [high, low] in pairs {
            // JavaScript's bit operators cut a number to 32 bits first.
            let nibble = |byte: u8| to_int32(f64::from(byte) - offset);
            let number = nibble(*high) << 4 | nibble(*low) & 0xf;
            out.push(u8::try_from(number).map_err(|_| Fault::refused(format!("{number} is not a byte")))?);
        }
        drop_padding(&mut out);
    }
    Ok(Dish::Bytes(out))
}

/// Each space at the end takes, from its place on, as many bytes with it as lie before it: that is all of the
/// padding, and CyberChef's way of dropping it.
fn drop_padding(name: &mut Vec<u8>) {
    let mut at = name.len().saturating_sub(1);
    while at > 0 && name.get(at) == Some(&b' ') {
        name.truncate(at);
        at = at.saturating_sub(1);
    }
}

fn to_int32(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    // Below 2^32 by the remainder; the second cast keeps the bits.
    (number.trunc().rem_euclid(4_294_967_296.0) as u32).cast_signed()
}

/// RFC 1952; members that follow one another are one stream, and anything else behind one is an error.
fn gunzip(input: &[u8], _: &Args, oven: &mut Oven) -> Baked {
    let mut rest = input;
    let mut out = Vec::new();
    if input.is_empty() {
        return Ok(Dish::Bytes(out));
    }
    loop {
        let mut member = GzDecoder::new(rest);
        let room = oven.bytes_max().saturating_sub(out.len()).saturating_add(1);
        let read = member.by_ref().take(u64::try_from(room).unwrap_or(u64::MAX)).read_to_end(&mut out);
        oven.room(out.len())?;
        read.map_err(|error| Fault::refused(format!("gzip: {error}")))?;
        rest = member.into_inner();
        if rest.fill_buf().map_or(true, <[u8]>::is_empty) {
            return Ok(Dish::Bytes(out));
        }
    }
}
