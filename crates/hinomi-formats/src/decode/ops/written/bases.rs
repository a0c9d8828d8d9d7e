//! Base32, Base58 and Base85.

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, str_to_text};
use crate::decode::error::Fault;
use crate::decode::ops::{Baked, Op, Places, Takes, arg, expand_alphabet};
use std::collections::HashSet;

const BASE32: &str = "A-Z2-7=";
const BITCOIN: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

pub(in crate::decode) static OPS: &[Op] = &[
    Op {
        name: "From Base32",
        args: &[arg("Alphabet", Kind::Escaped(BASE32)), arg("Remove non-alphabet chars", Kind::Flag(true))],
        run: Takes::Text(from_base32),
    },
    Op { name: "To Base32", args: &[arg("Alphabet", Kind::Escaped(BASE32))], run: Takes::Bytes(to_base32) },
    Op {
        name: "From Base58",
        args: &[arg("Alphabet", Kind::Escaped(BITCOIN)), arg("Remove non-alphabet chars", Kind::Flag(true))],
        run: Takes::Text(from_base58),
    },
    Op {
        name: "From Base85",
        args: &[
            arg("Alphabet", Kind::Escaped("!-u")),
            arg("Remove non-alphabet chars", Kind::Flag(true)),
            arg("All-zero group char", Kind::EscapedUnit("z")),
        ],
        run: Takes::Text(from_base85),
    },
];

/// The alphabet of the first argument or the default, expanded, at most as long as any operation looks.
fn alphabet(args: &Args, default: &str) -> Vec<u16> {
    if args.text(0).is_empty() {
        expand_alphabet(&str_to_text(default))
    } else {
        expand_alphabet(args.text(0))
    }
}

fn from_base32(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let alphabet = alphabet(args, BASE32);
    let places = Places::new(&alphabet);
    let pad = places.of(u16::from(b'='));
    let kept = input.iter().map(|unit| places.of(*unit)).filter(|place| *place >= 0 || !args.flag(1));
    let mut out = Vec::with_capacity(input.len());
    let mut kept = kept.peekable();
    while kept.peek().is_some() {
        // What is missing at the end counts as padding, wherever the alphabet has that.
        let mut digit = || kept.next().unwrap_or(pad);
        let [a, b, c, d, e, f, g, h] = std::array::from_fn(|_| digit());
        push_byte(&mut out, a << 3 | b >> 2, true)?;
        push_byte(&mut out, (b & 3) << 6 | c << 1 | d >> 4, b & 3 != 0 || c != 32)?;
        push_byte(&mut out, (d & 15) << 4 | e >> 1, d & 15 != 0 || e != 32)?;
        push_byte(&mut out, (e & 1) << 7 | f << 2 | g >> 3, e & 1 != 0 || f != 32)?;
        push_byte(&mut out, (g & 7) << 5 | h, g & 7 != 0 || h != 32)?;
    }
    Ok(Dish::Bytes(out))
}

/// Adds a byte where the group holds one. Padding inside a group, or a character outside the alphabet, makes a
/// number that is none.
fn push_byte(out: &mut Vec<u8>, number: i32, held: bool) -> Result<(), Fault> {
    if held {
        out.push(u8::try_from(number).map_err(|_| Fault::refused(format!("{number} is not a byte")))?);
    }
    Ok(())
}

fn to_base32(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    oven.room_for_text(input.len().saturating_mul(8) / 5)?;
    // By characters: a surrogate pair of the alphabet is one of its places.
    let alphabet: Vec<Vec<u16>> = char::decode_utf16(alphabet(args, BASE32))
        .map(|next| match next {
            Ok(next) => next.encode_utf16(&mut [0; 2]).to_vec(),
            Err(lone) => vec![lone.unpaired_surrogate()],
        })
        .collect();
    let mut out = Vec::with_capacity(input.len().div_ceil(5).saturating_mul(8));
    for group in input.chunks(5) {
        let mut bytes = [0; 8];
        for (slot, byte) in bytes.iter_mut().skip(3).zip(group) {
            *slot = *byte;
        }
        let bits = u64::from_be_bytes(bytes);
        // Digits that hold a bit of the input; the others are padding.
        let full = group.len().saturating_mul(8).div_ceil(5);
        for (index, shift) in (0..40).step_by(5).rev().enumerate() {
            let place = if index < full { usize::try_from(bits >> shift & 31).unwrap_or(0) } else { 32 };
            out.extend(alphabet.get(place).into_iter().flatten());
        }
    }
    Ok(Dish::Text(out))
}

fn check_distinct(alphabet: &[u16], length: usize) -> Result<(), Fault> {
    if alphabet.len() == length && alphabet.iter().collect::<HashSet<_>>().len() == length {
        return Ok(());
    }
    Err(Fault::refused(format!("the alphabet must have {length} different characters")))
}

fn from_base58(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let alphabet = alphabet(args, BITCOIN);
    check_distinct(&alphabet, 58)?;
    let places = Places::new(&alphabet);
    let zeros = input.iter().take_while(|unit| Some(*unit) == alphabet.first()).count();
    let mut digits = Vec::with_capacity(input.len());
    for (index, unit) in input.iter().enumerate() {
        match u32::try_from(places.of(*unit)) {
            Ok(digit) => digits.push(digit),
            Err(_) if args.flag(1) => {}
            Err(_) => return Err(Fault::refused(format!("the character at {index} is not of the alphabet"))),
        }
    }
    // Little-endian; each digit walks over all bytes so far, so the work is the square of the length.
    oven.work(digits.len().saturating_mul(digits.len()) / 8)?;
    let mut bytes: Vec<u32> = Vec::new();
    for digit in digits {
        let mut carry = digit;
        for byte in &mut bytes {
            carry = carry.saturating_add(byte.saturating_mul(58));
            *byte = carry & 0xff;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push(carry & 0xff);
            carry >>= 8;
        }
    }
    bytes.extend(std::iter::repeat_n(0, zeros));
    Ok(Dish::Bytes(bytes.iter().rev().filter_map(|byte| u8::try_from(*byte).ok()).collect()))
}

fn from_base85(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let alphabet = expand_alphabet(args.text(0));
    check_distinct(&alphabet, 85)?;
    let zero = args.text(2).first().copied();
    if zero.is_some_and(|zero| alphabet.contains(&zero)) {
        return Err(Fault::refused("the all-zero group character is one of the alphabet"));
    }
    let places = Places::new(&alphabet);
    let mut text = within_marks(input).to_vec();
    if args.flag(1) {
        text.retain(|unit| places.of(*unit) >= 0 || Some(*unit) == zero || *unit == u16::from(b'~'));
        text = within_marks(&text).to_vec();
    }
    let zeros = text.iter().filter(|unit| Some(**unit) == zero).count();
    oven.room(zeros.saturating_mul(4))?;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_slice();
    while let Some((first, after)) = rest.split_first() {
        if Some(*first) == zero {
            out.extend_from_slice(&[0; 4]);
            rest = after;
            continue;
        }
        let group = rest.get(..5).unwrap_or(rest);
        out.extend(base85_group(group, &places, zero)?);
        rest = rest.get(group.len()..).unwrap_or_default();
    }
    Ok(Dish::Bytes(out))
}

/// Up to five digits to up to four bytes; missing ones count as the highest digit.
fn base85_group(group: &[u16], places: &Places, zero: Option<u16>) -> Result<Vec<u8>, Fault> {
    let mut block = 0_i64;
    for index in 0..5 {
        let digit = match group.get(index) {
            Some(unit) => {
                let place = places.of(*unit);
                if place < 0 && Some(*unit) != zero {
                    return Err(Fault::refused("a character that is not of the alphabet"));
                }
                i64::from(place)
            }
            // One digit alone has nothing to be completed with; its bytes are dropped anyhow.
            None => 84,
        };
        block = block.saturating_mul(85).saturating_add(digit);
    }
    let [.., a, b, c, d] = block.to_be_bytes();
    Ok([a, b, c, d].into_iter().take(group.len().saturating_sub(1)).collect())
}

/// What lies between `<~` and `~>`, when the text is that and one line.
fn within_marks(text: &[u16]) -> &[u16] {
    match text {
        [0x3c, 0x7e, inner @ .., 0x7e, 0x3e]
            if !inner.is_empty()
                && !inner.iter().any(|unit| matches!(unit, 0x0a | 0x0d | 0x2028 | 0x2029)) =>
        {
            inner
        }
        _ => text,
    }
}
