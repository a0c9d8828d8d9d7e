//! Operations on each byte for itself: ADD, SUB, NOT, rotations, ROT47, and XOR with every key.

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::Numbers;
use crate::decode::dish::{Dish, bytes_to_text, push_str};
use crate::decode::error::Fault;
use crate::decode::html;
use crate::decode::ops::bytes::key;
use crate::decode::ops::{Baked, Op, Takes, arg};

const KEYS: &[&str] = &["Hex", "Decimal", "Binary", "Base64", "UTF8", "Latin1"];

pub(in crate::decode) static OPS: &[Op] = &[
    Op { name: "ADD", args: &[arg("Key", Kind::Toggle(KEYS))], run: Takes::Bytes(add) },
    Op { name: "SUB", args: &[arg("Key", Kind::Toggle(KEYS))], run: Takes::Bytes(sub) },
    Op { name: "NOT", args: &[], run: Takes::Bytes(not) },
    Op {
        name: "Rotate right",
        args: &[arg("Amount", Kind::Number(1.0)), arg("Carry through", Kind::Flag(false))],
        run: Takes::Bytes(rotate_right),
    },
    Op {
        name: "Rotate left",
        args: &[arg("Amount", Kind::Number(1.0)), arg("Carry through", Kind::Flag(false))],
        run: Takes::Bytes(rotate_left),
    },
    Op { name: "ROT47", args: &[arg("Amount", Kind::Number(47.0))], run: Takes::Bytes(rot47) },
    Op {
        name: "XOR Brute Force",
        args: &[
            arg("Key length", Kind::Whole(1.0, 1.0, 2.0)),
            arg("Sample length", Kind::Number(100.0)),
            arg("Sample offset", Kind::Number(0.0)),
            arg("Scheme", Kind::Choice(&["Standard", "Input differential", "Output differential"], 0)),
            arg("Null preserving", Kind::Flag(false)),
            arg("Print key", Kind::Flag(true)),
            arg("Output as hex", Kind::Flag(false)),
            arg("Crib (known plaintext string)", Kind::Escaped("")),
        ],
        run: Takes::Bytes(xor_brute_force),
    },
];

/// Each byte with its byte of the key; NaN with anything is NaN.
fn with_key(input: impl Iterator<Item = Option<u8>>, args: &Args, mix: impl Fn(i32, i32) -> i32) -> Baked {
    let mut key = key(args)?;
    if key.is_empty() {
        key.push(Some(0));
    }
    let mixed = input.zip(key.iter().cycle()).map(|(byte, with)| {
        let (Some(byte), Some(with)) = (byte, with) else { return Ok(None) };
        let number = mix(i32::from(byte), *with);
        u8::try_from(number)
            .map(Some)
            .map_err(|_| Fault::refused(format!("{number} is not a byte: the key is too large")))
    });
    mixed.collect::<Result<Numbers, _>>().map(Numbers::into_dish)
}

fn sum(byte: i32, with: i32) -> i32 {
    byte.saturating_add(with) % 256
}

fn difference(byte: i32, with: i32) -> i32 {
    let number = byte.saturating_sub(with);
    if number < 0 { number.saturating_add(256) } else { number }
}

fn add(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    with_key(input.iter().copied().map(Some), args, sum)
}

pub(in crate::decode) fn add_numbers(input: &Numbers, args: &Args, _: &mut Oven) -> Baked {
    with_key(input.iter(), args, sum)
}

fn sub(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    with_key(input.iter().copied().map(Some), args, difference)
}

pub(in crate::decode) fn sub_numbers(input: &Numbers, args: &Args, _: &mut Oven) -> Baked {
    with_key(input.iter(), args, difference)
}

fn not(input: &[u8], _: &Args, _: &mut Oven) -> Baked {
    Ok(Dish::Bytes(input.iter().map(|byte| !byte).collect()))
}

/// How often a loop that counts up to the amount turns: fractions up, negative not at all.
fn turns(amount: f64) -> u32 {
    // In range by the remainder.
    if amount > 0.0 { (amount.ceil() % 8.0) as u32 } else { 0 }
}

/// The amount of a rotation that carries, which must be one that the page can shift by.
fn carried(amount: f64) -> Result<u32, Fault> {
    let amount = amount % 8.0;
    if amount < 0.0 || amount.fract() != 0.0 {
        return Err(Fault::refused("the amount must be a whole number from 0 up"));
    }
    Ok(amount as u32)
}

fn rotate_right(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    if !args.flag(1) {
        let by = turns(args.number(0));
        return Ok(Dish::Bytes(input.iter().map(|byte| byte.rotate_right(by)).collect()));
    }
    let by = carried(args.number(0))?;
    if input.is_empty() {
        return Ok(Dish::Bytes(vec![0]));
    }
    let mut carry = input.last().map_or(0, |last| low_bits(*last, by));
    let turn = |byte: &u8| {
        let turned = byte.checked_shr(by).unwrap_or(0) | carry;
        carry = low_bits(*byte, by);
        turned
    };
    Ok(Dish::Bytes(input.iter().map(turn).collect()))
}

/// The lowest bits, moved to the top.
fn low_bits(byte: u8, by: u32) -> u8 {
    if by == 0 { 0 } else { byte << 8_u32.saturating_sub(by) }
}

fn rotate_left(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    if !args.flag(1) {
        let by = turns(args.number(0));
        return Ok(Dish::Bytes(input.iter().map(|byte| byte.rotate_left(by)).collect()));
    }
    let by = carried(args.number(0))?;
    let top = |byte: &u8| if by == 0 { 0 } else { byte >> 8_u32.saturating_sub(by) };
    let next = input.iter().skip(1).chain(input.first());
    Ok(Dish::Bytes(input.iter().zip(next).map(|(byte, next)| byte << by | top(next)).collect()))
}

/// As it is where the amount is nothing to turn by; else bit operators take NaN for 0.
pub(in crate::decode) fn rotate_right_numbers(input: &Numbers, args: &Args, oven: &mut Oven) -> Baked {
    if !args.flag(1) && args.number(0) <= 0.0 {
        return Ok(input.clone().into_dish());
    }
    rotate_right(&input.clone().into_bytes(), args, oven)
}

/// The same.
pub(in crate::decode) fn rotate_left_numbers(input: &Numbers, args: &Args, oven: &mut Oven) -> Baked {
    if !args.flag(1) && args.number(0) <= 0.0 {
        return Ok(input.clone().into_dish());
    }
    rotate_left(&input.clone().into_bytes(), args, oven)
}

fn rot47(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    let turn = rot47_of(args)?;
    Ok(Dish::Bytes(input.iter().map(|byte| turn(*byte)).collect()))
}

pub(in crate::decode) fn rot47_numbers(input: &Numbers, args: &Args, _: &mut Oven) -> Baked {
    let turn = rot47_of(args)?;
    Ok(input.iter().map(|entry| entry.map(&turn)).collect::<Numbers>().into_dish())
}

/// What ROT47 makes of a byte.
fn rot47_of(args: &Args) -> Result<impl Fn(u8) -> u8 + use<>, Fault> {
    let amount = args.number(0);
    if amount.fract() != 0.0 {
        return Err(Fault::refused("the amount must be a whole number"));
    }
    let by = amount.rem_euclid(94.0) as u8;
    Ok(move |byte: u8| match byte {
        33..=126 => (byte.wrapping_sub(33).wrapping_add(by) % 94).wrapping_add(33),
        other => other,
    })
}

fn xor_brute_force(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    let length = if args.number(0) >= 2.0 { 2_u32 } else { 1 };
    let sample = crate::decode::ops::slices::slice(input, args.number(2), args.number(2) + args.number(1));
    let crib = lower(args.text(7));
    let (mut out, mut first) = (Vec::new(), true);
    for number in 1..256_u32.saturating_pow(length) {
        // Mixed, read as text, put into small letters and searched.
        oven.work(sample.len().saturating_mul(16))?;
        let key = number.to_be_bytes();
        let key = key.get(4_usize.saturating_sub(length as usize)..).unwrap_or_default();
        let mixed = mix(sample, key, args.choice(3), args.flag(4));
        let text = bytes_to_text(&mixed);
        if !crib.is_empty() && !lower(&text).windows(crib.len()).any(|window| window == crib) {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(u16::from(b'\n'));
        }
        if args.flag(5) {
            push_str(
                &mut out,
                &format!("Key = {number:0width$x}: ", width = (length as usize).saturating_mul(2)),
            );
        }
        if args.flag(6) {
            let digits: Vec<String> = mixed.iter().map(|byte| format!("{byte:02x}")).collect();
            push_str(&mut out, &digits.join(" "));
        } else {
            out.extend(html::show_space(&text));
        }
        oven.room_for_text(out.len())?;
    }
    Ok(Dish::Text(out))
}

fn lower(text: &[u16]) -> Vec<u16> {
    crate::decode::ops::text::with_case(text, str::to_lowercase)
}

fn mix(input: &[u8], key: &[u8], scheme: &str, keep_nulls: bool) -> Vec<u8> {
    let mut key = key.to_vec();
    let length = key.len();
    let mut out = Vec::with_capacity(input.len());
    for (index, byte) in input.iter().enumerate() {
        let Some(slot) = index.checked_rem(length).and_then(|at| key.get_mut(at)) else { break };
        if keep_nulls && (*byte == 0 || byte == slot) {
            out.push(*byte);
            continue;
        }
        let mixed = byte ^ *slot;
        out.push(mixed);
        match scheme {
            "Input differential" => *slot = *byte,
            "Output differential" => *slot = mixed,
            _ => {}
        }
    }
    out
}
