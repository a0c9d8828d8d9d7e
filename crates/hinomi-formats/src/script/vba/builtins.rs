//! The string functions of VBA on constants (MS-VBAL 6.1.2).

use super::value::{GAP, ITEMS_MAX, Value};
use encoding_rs::SHIFT_JIS;

/// Calls a function of the language. `None`: it is not one of those, or its arguments are not constant enough.
/// A result is never longer than `bytes_max`.
pub(super) fn call(name: &str, arguments: &[Value], bytes_max: usize) -> Option<Value> {
    let lower = name.to_ascii_lowercase();
    let first = arguments.first();
    let text = || first.and_then(text_of);
    let value = match lower.as_str() {
        "chr" | "chrw" | "chrb" => Value::Str(character(first?.number()?, lower == "chrw")?.to_string()),
        "asc" | "ascw" | "ascb" => {
            Value::Num(f64::from(code_of(first?.known_text()?.chars().next()?, lower == "asc")))
        }
        "strreverse" => Value::Str(text()?.chars().rev().collect()),
        "lcase" => Value::Str(text()?.to_lowercase()),
        "ucase" => Value::Str(text()?.to_uppercase()),
        "trim" => Value::Str(text()?.trim_matches(' ').to_owned()),
        "ltrim" => Value::Str(text()?.trim_start_matches(' ').to_owned()),
        "rtrim" => Value::Str(text()?.trim_end_matches(' ').to_owned()),
        "cstr" | "cvar" | "format" if arguments.len() == 1 => Value::Str(text()?),
        "str" => Value::Str(format!(" {}", text()?)),
        "len" => Value::Num(first?.known_text()?.encode_utf16().count() as f64),
        "val" | "cint" | "clng" | "cdbl" | "cbyte" | "csng" | "clngptr" => {
            Value::Num(leading_number(first?)?)
        }
        "int" | "fix" => Value::Num(first?.number()?.trunc()),
        "abs" => Value::Num(first?.number()?.abs()),
        "hex" => Value::Str(format!("{:X}", first?.index()?)),
        "oct" => Value::Str(format!("{:o}", first?.index()?)),
        "left" => Value::Str(text()?.chars().take(arguments.get(1)?.index()?).collect()),
        "right" => Value::Str(right(&text()?, arguments.get(1)?.index()?)),
        "mid" => Value::Str(middle(&text()?, arguments)?),
        "space" => repeated(" ", first?.index()?, bytes_max)?,
        "string" => repeated(&repeated_unit(arguments.get(1)?)?, first?.index()?, bytes_max)?,
        "replace" => replace(arguments, bytes_max)?,
        "split" => split(arguments)?,
        "join" => join(arguments, bytes_max)?,
        "array" => Value::array(arguments.to_vec()),
        "ubound" => Value::Num(array(first?)?.len().checked_sub(1)? as f64),
        "lbound" => Value::Num(array(first?).map(|_| 0.0)?),
        "instr" => Value::Num(position(arguments)?),
        "environ" => Value::Str(format!("%{}%", text()?)),
        "iif" => choose_if(arguments)?,
        "choose" => arguments.get(first?.index().filter(|index| *index > 0)?)?.clone(),
        "filter" => filter(arguments)?,
        "switch" => switch(arguments)?,
        "strconv" if arguments.get(1)?.number()? == 64.0 => Value::Str(from_bytes(array(first?)?)?),
        "strconv" if arguments.get(1)?.number()? == 2.0 => Value::Str(text()?.to_lowercase()),
        "strconv" if arguments.get(1)?.number()? == 1.0 => Value::Str(text()?.to_uppercase()),
        _ => return None,
    };
    Some(value)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Str(_) | Value::Num(_) => Some(value.clone().into_text()),
        _ => None,
    }
}

fn array(value: &Value) -> Option<&Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        _ => None,
    }
}

/// `ChrW` takes a UTF-16 unit, also as a negative Integer; `Chr` a byte or a double byte of the code page, which
/// is taken for Latin here below 256, since keys and commands are.
fn character(number: f64, wide: bool) -> Option<char> {
    let rounded = number.round_ties_even();
    if !(-32_768.0..=65_535.0).contains(&rounded) {
        return None;
    }
    // Lossless: the range is checked above.
    let code = (rounded as i32 & 0xffff) as u32;
    if !wide && code > 0xff {
        let bytes = [(code >> 8) as u8, code as u8];
        return SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes)?.chars().next();
    }
    char::from_u32(code)
}

fn code_of(c: char, ansi: bool) -> u32 {
    if ansi && !c.is_ascii() {
        let mut buffer = [0; 4];
        let text: &str = c.encode_utf8(&mut buffer);
        let (bytes, _, failed) = SHIFT_JIS.encode(text);
        if !failed {
            return bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        }
    }
    u32::from(c)
}

/// `Val("12abc")` is 12; `&H` and `&O` prefixes are read.
fn leading_number(value: &Value) -> Option<f64> {
    if let Some(number) = value.number() {
        return Some(number);
    }
    let text = value.known_text()?.trim();
    if let Some(hex) = text.strip_prefix("&H").or_else(|| text.strip_prefix("&h")) {
        return i64::from_str_radix(hex, 16).ok().map(|number| number as f64);
    }
    let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    digits.parse().ok()
}

fn right(text: &str, count: usize) -> String {
    let skip = text.chars().count().saturating_sub(count);
    text.chars().skip(skip).collect()
}

fn middle(text: &str, arguments: &[Value]) -> Option<String> {
    let start = arguments.get(1)?.index()?.checked_sub(1)?;
    let rest = text.chars().skip(start);
    match arguments.get(2) {
        Some(length) => Some(rest.take(length.index()?).collect()),
        None => Some(rest.collect()),
    }
}

fn repeated_unit(value: &Value) -> Option<String> {
    match value {
        Value::Num(code) => character(*code, false).map(String::from),
        other => other.known_text()?.chars().next().map(String::from),
    }
}

fn repeated(unit: &str, count: usize, bytes_max: usize) -> Option<Value> {
    (unit.len().checked_mul(count)? <= bytes_max).then(|| Value::Str(unit.repeat(count)))
}

/// Arguments: text, find, replacement, start, count, compare. A gap in the text does not hinder the rest of it.
fn replace(arguments: &[Value], bytes_max: usize) -> Option<Value> {
    let text = arguments.first().and_then(text_of)?;
    let find = arguments.get(1)?.known_text()?;
    let with = arguments.get(2).and_then(text_of)?;
    if find.is_empty() {
        return Some(Value::Str(text));
    }
    let compare_text = arguments.get(5).and_then(Value::number) == Some(1.0);
    let count = match arguments.get(4).and_then(Value::number) {
        Some(count) if count >= 0.0 => count as usize,
        _ => usize::MAX,
    };
    let places = if compare_text {
        find_ignoring_case(&text, find)
    } else {
        text.match_indices(find).map(|(at, _)| at).collect()
    };
    let growth = with.len().saturating_sub(find.len()).saturating_mul(places.len());
    if text.len().saturating_add(growth) > bytes_max {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for at in places.into_iter().take(count) {
        out.push_str(text.get(done..at)?);
        out.push_str(&with);
        done = at + find.len();
    }
    out.push_str(text.get(done..)?);
    Some(Value::Str(out))
}

/// Places of `find`, letters of ASCII compared without case.
fn find_ignoring_case(text: &str, find: &str) -> Vec<usize> {
    let (text, find) = (text.to_ascii_lowercase(), find.to_ascii_lowercase());
    text.match_indices(&find).map(|(at, _)| at).collect()
}

fn split(arguments: &[Value]) -> Option<Value> {
    let text = arguments.first().and_then(text_of)?;
    let delimiter = match arguments.get(1) {
        Some(value) => value.known_text()?,
        None => " ",
    };
    let items: Vec<Value> = if delimiter.is_empty() {
        vec![Value::Str(text)]
    } else {
        let parts = text.split(delimiter).take(ITEMS_MAX + 1);
        parts.map(|part| Value::Str(part.to_owned())).collect()
    };
    Some(Value::array(items))
}

fn join(arguments: &[Value], bytes_max: usize) -> Option<Value> {
    let items = array(arguments.first()?)?;
    let delimiter = match arguments.get(1) {
        Some(value) => value.known_text()?,
        None => " ",
    };
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(delimiter);
        }
        match text_of(item) {
            Some(text) => out.push_str(&text),
            None => out.push(GAP),
        }
        if out.len() > bytes_max {
            return None;
        }
    }
    Some(Value::Str(out))
}

/// `InStr([start,] text, find)`: position from 1, or 0.
fn position(arguments: &[Value]) -> Option<f64> {
    let (start, text, find) = match arguments {
        [start @ Value::Num(_), text, find, ..] => (start.index()?.checked_sub(1)?, text, find),
        [text, find, ..] => (0, text, find),
        _ => return None,
    };
    let (text, find) = (text.known_text()?, find.known_text()?);
    let from = text.char_indices().nth(start).map_or(text.len(), |(at, _)| at);
    let found = text.get(from..)?.find(find);
    Some(
        found.map_or(0.0, |at| text.get(..from + at).map_or(0, |before| before.chars().count()) as f64 + 1.0),
    )
}

fn choose_if(arguments: &[Value]) -> Option<Value> {
    let chosen = if arguments.first()?.number()? == 0.0 { 2 } else { 1 };
    arguments.get(chosen).cloned()
}

/// The value behind the first condition that holds.
fn switch(arguments: &[Value]) -> Option<Value> {
    for pair in arguments.chunks_exact(2) {
        let [condition, value] = pair else { return None };
        if condition.number()? != 0.0 {
            return Some(value.clone());
        }
    }
    None
}

/// `Filter(array, text[, include])`: the elements that hold the text, or those that do not.
fn filter(arguments: &[Value]) -> Option<Value> {
    let text = arguments.get(1)?.known_text()?;
    let include = arguments.get(2).map_or(Some(true), |value| value.number().map(|number| number != 0.0))?;
    let mut kept = Vec::new();
    for item in array(arguments.first()?)? {
        if item.known_text()?.contains(text) == include {
            kept.push(item.clone());
        }
    }
    Some(Value::array(kept))
}

/// The string that bytes of the code page are; beyond ASCII the page is taken for Japanese.
fn from_bytes(items: &[Value]) -> Option<String> {
    let byte = |item: &Value| item.index().and_then(|number| u8::try_from(number).ok());
    let bytes: Vec<u8> = items.iter().map(byte).collect::<Option<_>>()?;
    let (text, failed) = SHIFT_JIS.decode_without_bom_handling(&bytes);
    (!failed).then(|| text.into_owned())
}
