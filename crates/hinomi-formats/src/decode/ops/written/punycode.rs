//! Punycode (RFC 3492), as the `punycode.js` that CyberChef uses reads it.

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, ascii, push_code_point, str_to_text};
use crate::decode::error::Fault;
use crate::decode::ops::{Baked, Op, Takes, arg};

pub(in crate::decode) static OPS: &[Op] = &[Op {
    name: "From Punycode",
    args: &[arg("Internationalised domain name", Kind::Flag(false))],
    run: Takes::Text(from_punycode),
}];

fn from_punycode(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    if !args.flag(0) {
        return Ok(Dish::Text(decode(input, oven)?));
    }
    let mut parts = input.split(|unit| *unit == u16::from(b'@'));
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    let mut out = Vec::with_capacity(input.len());
    // Of a mail address only the part behind the `@`; anything behind a second one is dropped there too.
    let domain = match second {
        Some(domain) => {
            out.extend_from_slice(first);
            out.push(u16::from(b'@'));
            domain
        }
        None => first,
    };
    let labels = domain.split(|unit| matches!(*unit, 0x2e | 0x3002 | 0xff0e | 0xff61));
    for (index, label) in labels.enumerate() {
        if index > 0 {
            out.push(u16::from(b'.'));
        }
        match label.strip_prefix(str_to_text("xn--").as_slice()) {
            Some(name) => out.extend(decode(&lower(name), oven)?),
            None => out.extend_from_slice(label),
        }
    }
    Ok(Dish::Text(out))
}

/// Lower case where it matters: anything not ASCII is refused by the decoder.
fn lower(text: &[u16]) -> Vec<u16> {
    text.iter().map(|unit| ascii(*unit).map_or(*unit, |byte| u16::from(byte.to_ascii_lowercase()))).collect()
}

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const INT_MAX: u32 = 0x7fff_ffff;

/// RFC 3492, section 6.2.
fn decode(input: &[u16], oven: &mut Oven) -> Result<Vec<u16>, Fault> {
    let overflow = || Fault::refused("punycode: a number too large");
    let dash = input.iter().rposition(|unit| *unit == u16::from(b'-')).unwrap_or(0);
    let mut points: Vec<u32> = input.iter().take(dash).map(|unit| u32::from(*unit)).collect();
    if points.iter().any(|point| *point >= 0x80) {
        return Err(Fault::refused("punycode: a character that is not ASCII"));
    }
    let mut digits = input.get(if dash > 0 { dash.saturating_add(1) } else { 0 }..).unwrap_or_default();
    // Each insertion moves what lies behind it.
    oven.work(digits.len().saturating_mul(input.len()) / 8)?;
    let (mut n, mut i, mut bias) = (128_u32, 0_u32, 72_u32);
    while !digits.is_empty() {
        let before = i;
        let rest = number(digits, &mut i, bias)?;
        digits = rest;
        let count =
            u32::try_from(points.len()).ok().and_then(|length| length.checked_add(1)).ok_or_else(overflow)?;
        bias = adapt(i.saturating_sub(before), count, before == 0);
        let step = i.checked_div(count).unwrap_or(0);
        n = n.checked_add(step).filter(|n| *n <= INT_MAX).ok_or_else(overflow)?;
        i = i.checked_rem(count).unwrap_or(0);
        points.insert(usize::try_from(i).unwrap_or(0).min(points.len()), n);
        i = i.saturating_add(1);
    }
    let mut out = Vec::with_capacity(points.len());
    for point in points {
        if point > 0x10_ffff {
            return Err(Fault::refused("punycode: a number that is no code point"));
        }
        push_code_point(&mut out, point);
    }
    Ok(out)
}

/// Adds one variable-length number to `i`; gives back the digits behind it.
fn number<'a>(mut digits: &'a [u16], i: &mut u32, bias: u32) -> Result<&'a [u16], Fault> {
    let overflow = || Fault::refused("punycode: a number too large");
    let (mut weight, mut k) = (1_u32, BASE);
    loop {
        let Some((first, rest)) = digits.split_first() else {
            return Err(Fault::refused("punycode: the input ends inside a number"));
        };
        digits = rest;
        let digit = digit(*first).ok_or_else(|| Fault::refused("punycode: a character that is no digit"))?;
        let add = digit.checked_mul(weight).ok_or_else(overflow)?;
        *i = i.checked_add(add).filter(|i| *i <= INT_MAX).ok_or_else(overflow)?;
        let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if digit < t {
            return Ok(digits);
        }
        weight = weight.checked_mul(BASE.saturating_sub(t)).filter(|w| *w <= INT_MAX).ok_or_else(overflow)?;
        k = k.saturating_add(BASE);
    }
}

fn digit(unit: u16) -> Option<u32> {
    match ascii(unit)? {
        byte @ b'0'..=b'9' => Some(u32::from(byte).saturating_sub(0x30).saturating_add(26)),
        byte @ b'a'..=b'z' => Some(u32::from(byte).saturating_sub(0x61)),
        byte @ b'A'..=b'Z' => Some(u32::from(byte).saturating_sub(0x41)),
        _ => None,
    }
}

/// RFC 3492, section 6.1.
fn adapt(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta = delta.saturating_add(delta.checked_div(count).unwrap_or(0));
    let mut k = 0_u32;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k = k.saturating_add(BASE);
    }
    k.saturating_add(36_u32.saturating_mul(delta).checked_div(delta.saturating_add(38)).unwrap_or(0))
}

/// A host with its labels in the form that the name system carries; what does not fit stays as it is.
pub(in crate::decode) fn host_to_ascii(host: &str) -> String {
    let labels = host.split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']);
    let labels = labels.map(|label| match encode(label) {
        Some(encoded) if !label.is_ascii() => format!("xn--{encoded}"),
        _ => label.to_owned(),
    });
    labels.collect::<Vec<String>>().join(".")
}

/// RFC 3492, section 6.3. Quadratic in the label, which is cut at 255 characters.
fn encode(label: &str) -> Option<String> {
    let points: Vec<u32> = label.chars().take(256).map(u32::from).collect();
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok().filter(|_| points.len() < 256)?;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias, mut done) = (128_u32, 0_u32, 72_u32, basic);
    while usize::try_from(done).is_ok_and(|done| done < points.len()) {
        let next = points.iter().copied().filter(|point| *point >= n).min()?;
        let step = next.checked_sub(n)?.checked_mul(done.checked_add(1)?)?;
        delta = delta.checked_add(step)?;
        n = next;
        for point in &points {
            if *point < n {
                delta = delta.checked_add(1)?;
            } else if *point == n {
                write_number(delta, bias, &mut out);
                bias = adapt(delta, done.checked_add(1)?, done == basic);
                delta = 0;
                done = done.checked_add(1)?;
            }
        }
        delta = delta.checked_add(1)?;
        n = n.checked_add(1)?;
    }
    Some(out)
}

/// One variable-length number.
fn write_number(mut number: u32, bias: u32, out: &mut String) {
    let mut letter = |digit: u32| {
        let byte = if digit < 26 { digit.saturating_add(0x61) } else { digit.saturating_add(0x16) };
        out.extend(char::from_u32(byte));
    };
    let mut k = BASE;
    loop {
        let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if number < t {
            return letter(number);
        }
        let (over, base) = (number.saturating_sub(t), BASE.saturating_sub(t));
        letter(t.saturating_add(over.checked_rem(base).unwrap_or(0)));
        number = over.checked_div(base).unwrap_or(0);
        k = k.saturating_add(BASE);
    }
}
