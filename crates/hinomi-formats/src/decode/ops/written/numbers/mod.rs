//! Bytes written as numbers: hexadecimal, hex dumps, decimal, binary, octal, character codes.
//!
//! Numbers are read as JavaScript's `parseInt` does: the digits at the front count, the rest is passed over.
//! No digits at all make NaN; a number below 0 or above 255 is no byte, and the operation stops.

mod hexdump;

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::Numbers;
use crate::decode::dish::{Dish, ascii, is_space, push_code_point, push_str, str_to_text, text_to_bytes};
use crate::decode::error::Fault;
use crate::decode::ops::text::{Sections, delimiter};
use crate::decode::ops::{Baked, Op, Takes, arg};

const DELIMITERS: &[&str] = &["Space", "Comma", "Semi-colon", "Colon", "Line feed", "CRLF"];

pub(in crate::decode) static OPS: &[Op] = &[
    Op {
        name: "From Hex",
        args: &[arg(
            "Delimiter",
            Kind::Choice(
                &[
                    "Auto",
                    "Space",
                    "Percent",
                    "Comma",
                    "Semi-colon",
                    "Colon",
                    "Line feed",
                    "CRLF",
                    "0x",
                    "0x with comma",
                    "\\x",
                    "None",
                ],
                0,
            ),
        )],
        run: Takes::Text(from_hex),
    },
    Op { name: "From Hexdump", args: &[], run: Takes::Text(hexdump::from_hexdump) },
    Op {
        name: "To Hex",
        args: &[
            arg(
                "Delimiter",
                Kind::Choice(
                    &[
                        "Space",
                        "Percent",
                        "Comma",
                        "Semi-colon",
                        "Colon",
                        "Line feed",
                        "CRLF",
                        "0x",
                        "0x with comma",
                        "\\x",
                        "None",
                    ],
                    0,
                ),
            ),
            arg("Bytes per line", Kind::Number(0.0)),
        ],
        run: Takes::Bytes(to_hex),
    },
    Op {
        name: "From Charcode",
        args: &[arg("Delimiter", Kind::Choice(DELIMITERS, 0)), arg("Base", Kind::Number(16.0))],
        run: Takes::Text(from_charcode),
    },
    Op {
        name: "From Decimal",
        args: &[
            arg(
                "Delimiter",
                Kind::Choice(&["Space", "Comma", "Semi-colon", "Colon", "Line feed", "CRLF", "Auto"], 0),
            ),
            arg("Support signed values", Kind::Flag(false)),
        ],
        run: Takes::Text(from_decimal),
    },
    Op {
        name: "From Binary",
        args: &[
            arg(
                "Delimiter",
                Kind::Choice(&["Space", "Comma", "Semi-colon", "Colon", "Line feed", "CRLF", "None"], 0),
            ),
            arg("Byte Length", Kind::NumberFrom(8.0, 1.0)),
        ],
        run: Takes::Text(from_binary),
    },
    Op {
        name: "From Octal",
        args: &[arg("Delimiter", Kind::Choice(DELIMITERS, 0))],
        run: Takes::Text(from_octal),
    },
];

/// `parseInt`: white space, a sign, `0x` in base 16, then digits as long as there are any. `None` is
/// JavaScript's NaN.
pub(in crate::decode) fn parse_int(text: &[u16], base: u32) -> Option<f64> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_first().filter(|(first, _)| is_space(**first)) {
        rest = after;
    }
    let negative = rest.first() == Some(&u16::from(b'-'));
    if negative || rest.first() == Some(&u16::from(b'+')) {
        rest = rest.get(1..)?;
    }
    if base == 16
        && let [0x30, 0x58 | 0x78, after @ ..] = rest
    {
        rest = after;
    }
    let mut value = None;
    for unit in rest {
        let Some(digit) = char::from_u32(u32::from(*unit)).and_then(|next| next.to_digit(base)) else {
            break;
        };
        value = Some(value.unwrap_or(0.0) * f64::from(base) + f64::from(digit));
    }
    value.map(|value: f64| if negative { -value } else { value })
}

/// The numbers as bytes.
fn to_bytes(numbers: impl Iterator<Item = Option<f64>>) -> Baked {
    let numbers: Result<Numbers, Fault> = numbers.map(|number| number.map(to_byte).transpose()).collect();
    numbers.map(Numbers::into_dish)
}

fn to_byte(number: f64) -> Result<u8, Fault> {
    if (0.0..=255.0).contains(&number) {
        // In range by the line above.
        return Ok(number as u8);
    }
    Err(Fault::refused(format!("{number} is not a byte")))
}

/// What lies between the delimiters of a label: white space for a space, a comma with its marker. Whether there
/// are empty pieces between is left open; nothing that calls this minds.
fn pieces<'a>(
    text: &'a [u16],
    label: &str,
    delimiter: &'a [u16],
) -> Box<dyn Iterator<Item = &'a [u16]> + 'a> {
    match label {
        "Space" => Box::new(text.split(|unit| is_space(*unit))),
        // The comma before a marker belongs to it; one at the very end does not.
        "0x with comma" => {
            let mut pieces = Sections::new(text, delimiter).peekable();
            Box::new(std::iter::from_fn(move || {
                let piece = pieces.next()?;
                let last = pieces.peek().is_none();
                Some(piece.strip_suffix(&[COMMA]).filter(|_| !last).unwrap_or(piece))
            }))
        }
        _ => Box::new(Sections::new(text, delimiter)),
    }
}

const COMMA: u16 = 0x2c;

/// The units of a label's delimiter.
fn delimiter_units(label: &str) -> Vec<u16> {
    str_to_text(if label == "0x with comma" { "0x" } else { delimiter(label) })
}

fn from_hex(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let mut out = Numbers::with_capacity(input.len() / 2);
    match args.choice(0) {
        "Auto" => return hex_auto(input).map(Dish::Bytes),
        "None" => hex_pairs(input, &mut out)?,
        label => {
            let delimiter = delimiter_units(label);
            pieces(input, label, &delimiter).try_for_each(|piece| hex_pairs(piece, &mut out))?;
        }
    }
    Ok(out.into_dish())
}

/// Anything but a hexadecimal digit separates, and so does `0x`.
pub(in crate::decode) fn hex_auto(input: &[u16]) -> Result<Vec<u8>, Fault> {
    let mut out = Numbers::with_capacity(input.len() / 2);
    let is_digit = |unit: &u16| ascii(*unit).is_some_and(|byte| byte.is_ascii_hexdigit());
    let mut rest = input;
    let mut piece: Vec<u16> = Vec::new();
    while let Some((unit, after)) = rest.split_first() {
        let marker = matches!(rest, [0x30, 0x58 | 0x78, ..]);
        rest = if marker { after.get(1..).unwrap_or_default() } else { after };
        if is_digit(unit) && !marker {
            piece.push(*unit);
        } else {
            hex_pairs(&piece, &mut out)?;
            piece.clear();
        }
    }
    hex_pairs(&piece, &mut out)?;
    // Digits only, so that none of them is NaN.
    Ok(out.into_bytes())
}

fn hex_pairs(piece: &[u16], out: &mut Numbers) -> Result<(), Fault> {
    for pair in piece.chunks(2) {
        out.push(parse_int(pair, 16).map(to_byte).transpose()?);
    }
    Ok(())
}

/// Two digits a byte, with spaces between.
pub(in crate::decode) fn spaced_hex(bytes: &[u8]) -> Vec<u16> {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    str_to_text(&digits.join(" "))
}

fn to_hex(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    let (between, extra) = match args.choice(0) {
        "0x with comma" => ("0x", ","),
        label => (delimiter(label), ""),
    };
    let leads = matches!(between, "0x" | "\\x" | "%");
    let per_line = args.number(1);
    let width = between.len().saturating_add(extra.len()).saturating_add(2);
    oven.room_for_text(input.len().saturating_mul(width))?;
    let mut out = Vec::with_capacity(input.len().saturating_mul(width));
    let last = input.len().saturating_sub(1);
    let mut count = 0.0;
    for (index, byte) in input.iter().enumerate() {
        if leads {
            push_str(&mut out, between);
        }
        for digit in [byte >> 4, byte & 0xf] {
            out.extend(
                char::from_digit(u32::from(digit), 16)
                    .map(|digit| u16::try_from(u32::from(digit)).unwrap_or(0)),
            );
        }
        if !leads {
            push_str(&mut out, between);
        }
        push_str(&mut out, extra);
        count += 1.0;
        // Not a number for 0 bytes a line: then no line ends at all.
        if index != last && count % per_line == 0.0 {
            out.push(u16::from(b'\n'));
        }
    }
    let surplus = extra.len().saturating_add(if leads { 0 } else { between.len() });
    out.truncate(out.len().saturating_sub(surplus));
    Ok(Dish::Text(out))
}

fn from_charcode(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let base = args.number(1);
    if !(2.0..=36.0).contains(&base) {
        return Err(Fault::refused("the base must be from 2 to 36"));
    }
    // 2 to 36 by the line above; a fraction is cut off.
    let base = base as u32;
    if input.is_empty() {
        return Ok(Dish::Bytes(Vec::new()));
    }
    let delimiter = delimiter_units(args.choice(0));
    let mut text = Vec::new();
    if input.len() > 17 && Sections::new(input, &delimiter).nth(1).is_none() {
        // One long run without delimiters: two digits a character.
        input.chunks(2).for_each(|piece| push_number(&mut text, parse_int(piece, base)));
    } else {
        Sections::new(input, &delimiter).for_each(|piece| push_number(&mut text, parse_int(piece, base)));
    }
    Ok(Dish::Bytes(text_to_bytes(&text)))
}

/// A number as a character: JavaScript's 32-bit arithmetic above U+FFFF, its 16-bit one below.
fn push_number(text: &mut Vec<u16>, number: Option<f64>) {
    let number = number.filter(|number| number.is_finite()).unwrap_or(0.0);
    if number > 65_535.0 {
        let low = (number - 65_536.0).rem_euclid(4_294_967_296.0);
        // Below 2^32 by the line above; adding back may wrap, which `push_code_point` undoes.
        let over = low as u32;
        if let Some(point) = over.checked_add(0x1_0000) {
            push_code_point(text, point);
        } else {
            text.extend([wrapped(over >> 10) | 0xd800, wrapped(over) | 0xdc00]);
        }
    } else {
        let unit = number.rem_euclid(65_536.0);
        // Below 2^16 by the line above.
        text.push(unit as u16);
    }
}

fn wrapped(over: u32) -> u16 {
    u16::try_from(over & 0x3ff).unwrap_or(0)
}

fn from_decimal(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let signed = args.flag(1);
    let byte = |number: f64| if signed && number < 0.0 { number + 256.0 } else { number };
    let delimiter = delimiter_units(args.choice(0));
    let numbers = decimals(input, args.choice(0), &delimiter);
    to_bytes(numbers.map(|number| number.map(byte)))
}

/// The numbers between the delimiters; "Auto" separates at all but digits and hyphens.
fn decimals<'a>(
    input: &'a [u16],
    label: &str,
    delimiter: &'a [u16],
) -> impl Iterator<Item = Option<f64>> + 'a {
    let auto = |unit: &u16| !ascii(*unit).is_some_and(|byte| byte.is_ascii_digit() || byte == b'-');
    let pieces = if label == "Auto" { Box::new(input.split(auto)) } else { pieces(input, label, delimiter) };
    pieces.filter(|piece| !piece.is_empty()).map(|piece| parse_int(piece, 10))
}

fn from_binary(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let length = args.number(1);
    if length.fract() != 0.0 {
        return Err(Fault::refused("the byte length must be a whole number"));
    }
    // Saturates: a byte longer than the input takes all of it.
    let length = (length as usize).max(1);
    let digits: Vec<u16> = match args.choice(0) {
        "None" => input.iter().copied().filter(|unit| !is_space(*unit)).collect(),
        label => pieces(input, label, &delimiter_units(label)).flatten().copied().collect(),
    };
    to_bytes(digits.chunks(length).map(|byte| parse_int(byte, 2)))
}

fn from_octal(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    if input.is_empty() {
        return Ok(Dish::Bytes(Vec::new()));
    }
    let delimiter = delimiter_units(args.choice(0));
    to_bytes(Sections::new(input, &delimiter).map(|piece| parse_int(piece, 8)))
}

/// The numbers of a key, by the label that says how to read it; they need not be bytes, and `None` is NaN.
pub(in crate::decode) fn key_numbers(label: &str, text: &[u16]) -> Result<Vec<Option<f64>>, Fault> {
    Ok(match label {
        "Hex" => hex_auto(text)?.into_iter().map(|byte| Some(f64::from(byte))).collect(),
        "Binary" => {
            let digits: Vec<u16> = text.iter().copied().filter(|unit| !is_space(*unit)).collect();
            digits.chunks(8).map(|byte| parse_int(byte, 2)).collect()
        }
        _ => decimals(text, "Auto", &[]).collect(),
    })
}
