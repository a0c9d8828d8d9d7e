//! Functions of numbers, and what makes numbers of strings.

use super::strings::{is_word, known};
use super::{Given, INVALID, MISMATCH, Room};
use crate::script::vba::value::Value;

/// A function of one number.
pub(super) fn of(given: &[Value], function: fn(f64) -> f64) -> Given {
    match given.first().and_then(Value::number) {
        Some(number) => {
            let result = function(number);
            if result.is_finite() { Ok(Value::Num(result)) } else { Err(INVALID) }
        }
        None if is_word(given.first()) => Err(MISMATCH),
        None => Ok(Value::Unknown),
    }
}

/// `CInt`, `CLng`, `CDbl`: the whole string must be a number.
pub(super) fn converted(given: &[Value], whole: bool) -> Given {
    match given.first().and_then(Value::number) {
        Some(number) => Ok(Value::Num(if whole { number.round_ties_even() } else { number })),
        None if is_word(given.first()) => Err(MISMATCH),
        None => Ok(Value::Unknown),
    }
}

pub(super) fn boolean(given: &[Value], _: &Room) -> Given {
    Ok(given.first().and_then(Value::truth).map_or(Value::Unknown, Value::Bool))
}

/// `Hex`, `Oct`: of negative numbers the 32 bits, or 16 of an Integer.
pub(super) fn digits(given: &[Value], radix: u32) -> Given {
    let Some(number) = given.first().and_then(Value::whole) else {
        return if is_word(given.first()) { Err(MISMATCH) } else { Ok(Value::Unknown) };
    };
    let bits = match number {
        -0x8000..=-1 => number & 0xffff,
        _ => number & 0xffff_ffff,
    };
    Ok(Value::text(if radix == 16 { format!("{bits:X}") } else { format!("{bits:o}") }))
}

/// `Val("12abc")` is 12; blanks are passed over, `&H` and `&O` prefixes are read.
pub(super) fn leading(given: &[Value], _: &Room) -> Given {
    let Some(value) = given.first() else { return Ok(Value::Unknown) };
    let Value::Str(text) = value else { return Ok(value.number().map_or(Value::Unknown, Value::Num)) };
    if text.has_gap() {
        return Ok(Value::Unknown);
    }
    let text: String = text.as_str().chars().filter(|c| !c.is_whitespace()).take(64).collect();
    let lower = text.to_ascii_lowercase();
    for (prefix, radix) in [("&h", 16), ("&o", 8)] {
        if let Some(rest) = lower.strip_prefix(prefix) {
            let end = rest.find(|c: char| !c.is_digit(radix)).unwrap_or(rest.len());
            let with_suffix = end + usize::from(rest.get(end..).is_some_and(|rest| rest.starts_with('&')));
            let number =
                crate::script::vba::value::radix_number(rest.get(..with_suffix).unwrap_or_default(), radix);
            return Ok(Value::Num(number.unwrap_or_default()));
        }
    }
    let signed = usize::from(lower.starts_with(['-', '+']));
    let rest = lower.get(signed..).unwrap_or_default();
    let mut end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    if rest.get(..end).is_some_and(|digits| digits.matches('.').count() > 1) {
        let second = rest.match_indices('.').nth(1).map_or(end, |(at, _)| at);
        end = second;
    }
    let number: f64 = lower.get(..signed + end).and_then(|digits| digits.parse().ok()).unwrap_or_default();
    Ok(Value::Num(number))
}

/// `Str`: a blank where the sign of a positive number would stand.
pub(super) fn spelled(given: &[Value], _: &Room) -> Given {
    match given.first().and_then(Value::number) {
        Some(number) => {
            let text = Value::Num(number).into_text();
            let blank = if number < 0.0 { "" } else { " " };
            Ok(Value::text(format!("{blank}{}", text.as_str())))
        }
        None if is_word(given.first()) => Err(MISMATCH),
        None => Ok(Value::Unknown),
    }
}

pub(super) fn round(given: &[Value], _: &Room) -> Given {
    let places = known(given.get(1)).and_then(Value::whole).unwrap_or_default().clamp(0, 15);
    // Lossless: clamped above.
    let factor = 10f64.powi(places as i32);
    Ok(match given.first().and_then(Value::number) {
        Some(number) => Value::Num((number * factor).round_ties_even() / factor),
        None => Value::Unknown,
    })
}

pub(super) fn rgb(given: &[Value], _: &Room) -> Given {
    let part = |at: usize| given.get(at).and_then(Value::number);
    Ok(match (part(0), part(1), part(2)) {
        (Some(red), Some(green), Some(blue)) => Value::Num(red + green * 256.0 + blue * 65_536.0),
        _ => Value::Unknown,
    })
}

pub(super) fn is_numeric(given: &[Value], _: &Room) -> Given {
    Ok(match given.first() {
        Some(Value::Str(text)) if text.has_gap() => Value::Unknown,
        Some(value @ (Value::Str(_) | Value::Num(_) | Value::Bool(_) | Value::Empty)) => {
            Value::Bool(value.number().is_some())
        }
        Some(Value::Null | Value::Array(_)) => Value::Bool(false),
        _ => Value::Unknown,
    })
}
