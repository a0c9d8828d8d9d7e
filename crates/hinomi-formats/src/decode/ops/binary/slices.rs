//! Parts of the input by their place: dropping and taking bytes, and turning words round.

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::Numbers;
use crate::decode::dish::{Dish, bytes_to_text, text_to_bytes};
use crate::decode::error::Fault;
use crate::decode::ops::written::numbers::{hex_auto, spaced_hex};
use crate::decode::ops::{Baked, Op, Takes, arg};

pub(in crate::decode) static OPS: &[Op] = &[
    Op { name: "Drop bytes", args: RANGE, run: Takes::Bytes(drop_bytes) },
    Op { name: "Take bytes", args: RANGE, run: Takes::Bytes(take_bytes) },
    Op {
        name: "Take nth bytes",
        args: &[
            arg("Take every", Kind::Number(4.0)),
            arg("Starting at", Kind::Number(0.0)),
            arg("Apply to each line", Kind::Flag(false)),
        ],
        run: Takes::Bytes(take_nth),
    },
    Op {
        name: "Swap endianness",
        args: &[
            arg("Data format", Kind::Choice(&["Hex", "Raw"], 0)),
            arg("Word length (bytes)", Kind::Number(4.0)),
            arg("Pad incomplete words", Kind::Flag(true)),
        ],
        run: Takes::Text(swap_endianness),
    },
];

const RANGE: &[crate::decode::ops::Spec] = &[
    arg("Start", Kind::Number(0.0)),
    arg("Length", Kind::Number(5.0)),
    arg("Apply to each line", Kind::Flag(false)),
];

/// JavaScript's `slice`: negative places count from the end.
pub(in crate::decode) fn slice(bytes: &[u8], start: f64, end: f64) -> &[u8] {
    let length = bytes.len();
    let place = |number: f64| {
        let size = number.trunc().abs();
        // A cast of a float ends at the bounds of the type.
        let size = size as usize;
        if number < 0.0 { length.saturating_sub(size) } else { size.min(length) }
    };
    bytes.get(place(start)..place(end)).unwrap_or_default()
}

/// Start and length as the page makes them of negative ones.
fn flipped(held: usize, start: f64, length: f64) -> (f64, f64) {
    let held = u32::try_from(held).map_or(f64::INFINITY, f64::from);
    let (mut start, mut length) = (start, length);
    if start < 0.0 {
        start += held;
    }
    if length < 0.0 {
        start += length;
        if start < 0.0 {
            start += held;
            length = start - length;
        } else {
            length = -length;
        }
    }
    (start, length)
}

fn by_line(input: &[u8], args: &Args, part: fn(&[u8], f64, f64, &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    let one = |bytes: &[u8], out: &mut Vec<u8>| {
        let (start, length) = flipped(bytes.len(), args.number(0), args.number(1));
        part(bytes, start, length, out);
    };
    if !args.flag(2) {
        one(input, &mut out);
        return out;
    }
    for (index, line) in input.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        one(line, &mut out);
    }
    out
}

fn drop_bytes(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    // Places that lie the wrong way round keep some bytes twice.
    oven.room(input.len().saturating_mul(2))?;
    Ok(Dish::Bytes(by_line(input, args, |bytes, start, length, out| {
        out.extend_from_slice(slice(bytes, 0.0, start));
        out.extend_from_slice(slice(bytes, start + length, f64::INFINITY));
    })))
}

fn take_bytes(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    Ok(Dish::Bytes(by_line(input, args, |bytes, start, length, out| {
        out.extend_from_slice(slice(bytes, start, start + length));
    })))
}

fn take_nth(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    nth(input.iter().copied().map(Some), args)
}

pub(in crate::decode) fn take_nth_numbers(input: &Numbers, args: &Args, _: &mut Oven) -> Baked {
    nth(input.iter(), args)
}

fn nth(input: impl Iterator<Item = Option<u8>>, args: &Args) -> Baked {
    let (every, start) = (args.number(0), args.number(1));
    if every.fract() != 0.0 || every <= 0.0 {
        return Err(Fault::refused("\"Take every\" must be a whole number from 1 up"));
    }
    if start.fract() != 0.0 || start < 0.0 {
        return Err(Fault::refused("\"Starting at\" must be a whole number from 0 up"));
    }
    let (every, start) = (every as usize, start as usize);
    let mut out = Numbers::default();
    let mut place = 0_usize;
    for byte in input {
        if args.flag(2) && byte == Some(b'\n') {
            out.push(byte);
            place = 0;
            continue;
        }
        if place.checked_sub(start).is_some_and(|behind| behind.is_multiple_of(every)) {
            out.push(byte);
        }
        place = place.saturating_add(1);
    }
    Ok(out.into_dish())
}

fn swap_endianness(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let length = args.number(1);
    if length <= 0.0 {
        return Err(Fault::refused("the word length must be above 0"));
    }
    if length.fract() != 0.0 {
        return Err(Fault::refused("the word length must be a whole number"));
    }
    let hex = args.choice(0) == "Hex";
    let data = if hex { hex_auto(input)? } else { text_to_bytes(input) };
    let word = length as usize;
    if args.flag(2) && !data.is_empty() {
        oven.room_for_text(data.len().saturating_add(word).saturating_mul(3))?;
    }
    let mut out = Vec::with_capacity(data.len());
    for group in data.chunks(word) {
        if args.flag(2) {
            out.extend(std::iter::repeat_n(0, word.saturating_sub(group.len())));
        }
        out.extend(group.iter().rev());
    }
    Ok(Dish::Text(if hex { spaced_hex(&out) } else { bytes_to_text(&out) }))
}
