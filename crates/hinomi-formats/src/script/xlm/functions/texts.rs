//! Functions of text.

use super::super::evaluate::lost;
use super::super::machine::Machine;
use super::super::value::{Value, number_text};
use crate::Problem;
use crate::script::vba::GAP;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Whether a function is one of these.
pub(super) fn is_one(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| OF_TEXTS.split_ascii_whitespace().collect());
    NAMES.contains(name)
}

const OF_TEXTS: &str = "
    CHAR UNICHAR CODE UNICODE CONCATENATE MID LEFT RIGHT MIDB LEFTB RIGHTB LEN LENB LOWER UPPER
    PROPER TRIM CLEAN EXACT FIND FINDB SEARCH SEARCHB SUBSTITUTE REPLACE REPLACEB REPT T N VALUE
    TEXT FIXED DOLLAR ADDRESS ASC DBCS DEC2HEX DEC2BIN BASE
";

pub(super) fn call(machine: &mut Machine<'_>, name: &str, values: &[Value]) -> Value {
    let first = values.first().cloned().unwrap_or_default();
    let text = |at: usize| values.get(at).map(Value::to_text).unwrap_or_default();
    let here = text(0);
    let cost: usize =
        values.iter().map(|value| if let Value::Text(text) = value { text.len() } else { 0 }).sum();
    if !machine.spend_text(cost) {
        return Value::Unknown;
    }
    match name {
        "CHAR" | "UNICHAR" => first.whole().map_or_else(|| lost(&first), |code| character(name, code)),
        "CODE" | "UNICODE" => match here.chars().next() {
            Some(GAP) => Value::Unknown,
            Some(c) => Value::Number(f64::from(code(name, c))),
            None => Value::Error,
        },
        "CONCATENATE" => joined(machine, "", values),
        "LEN" | "LENB" if first.is_unknown() => Value::Unknown,
        "LEN" | "LENB" => Value::Number(here.chars().count() as f64),
        "LOWER" => Value::text(&here.to_lowercase()),
        "UPPER" => Value::text(&here.to_uppercase()),
        "PROPER" => Value::text(&proper(&here)),
        "TRIM" => Value::text(&here.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")),
        "CLEAN" => Value::text(&here.replace(|c: char| c < ' ', "")),
        "EXACT" if values.iter().any(Value::is_unknown) => Value::Unknown,
        "EXACT" => Value::Bool(here == text(1)),
        "T" if matches!(first, Value::Text(_) | Value::Unknown) => first,
        "T" => Value::text(""),
        "N" => match first {
            Value::Number(_) | Value::Unknown | Value::Error => first,
            Value::Bool(is) => Value::Number(f64::from(u8::from(is))),
            _ => Value::Number(0.0),
        },
        "VALUE" => first.number().map_or_else(|| lost(&first), Value::Number),
        "TEXT" => formatted(&first, &text(1)),
        "FIXED" | "DOLLAR" => {
            let decimals = values.get(1).and_then(Value::whole).unwrap_or(2).clamp(0, 30);
            let decimals = usize::try_from(decimals).unwrap_or_default();
            first.number().map_or_else(|| lost(&first), |number| Value::text(&format!("{number:.decimals$}")))
        }
        "ADDRESS" => address(values),
        "DEC2HEX" | "DEC2BIN" | "BASE" => in_base(name, values),
        "ASC" | "DBCS" => Value::Text(here),
        "FIND" | "FINDB" | "SEARCH" | "SEARCHB" => find(name, values),
        "REPT" => repeated(machine, &here, values.get(1)),
        "SUBSTITUTE" => substituted(machine, values),
        _ => piece(name, values),
    }
}

/// The character of a code: by the code page of Western Europe, as Excel on most machines has it.
fn character(name: &str, code: i64) -> Value {
    let Ok(code) = u32::try_from(code) else { return Value::Error };
    if name == "CHAR" {
        let Ok(byte) = u8::try_from(code) else { return Value::Error };
        if byte == 0 {
            return Value::Error;
        }
        let bytes = [byte];
        let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes);
        return Value::text(&text);
    }
    char::from_u32(code).map_or(Value::Error, |c| Value::text(c.encode_utf8(&mut [0; 4])))
}

fn code(name: &str, c: char) -> u32 {
    if name == "UNICODE" || c.is_ascii() {
        return u32::from(c);
    }
    let mut buffer = [0; 4];
    let (bytes, _, is_lost) = encoding_rs::WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
    let byte = bytes.first().copied().filter(|_| !is_lost);
    u32::from(byte.unwrap_or(b'?'))
}

/// Texts put together, with another between them.
pub(super) fn joined(machine: &mut Machine<'_>, between: &str, values: &[Value]) -> Value {
    let mut text = String::new();
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            text.push_str(between);
        }
        text.push_str(&value.to_text());
        if text.len() > machine.limits.text_bytes_max {
            return too_long(machine);
        }
    }
    if machine.spend_text(text.len()) { Value::Text(text.into()) } else { Value::Unknown }
}

fn too_long(machine: &mut Machine<'_>) -> Value {
    let limit = machine.limits.text_bytes_max as u64;
    machine.tell(Problem::limit("xlm", "text_bytes_max", limit));
    Value::Unknown
}

fn proper(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_first = true;
    for c in text.chars() {
        if is_first {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        is_first = !c.is_alphabetic();
    }
    out
}

/// A count or a place of an argument; `default` when the argument is left away. `None` when it is not known.
fn whole(values: &[Value], at: usize, default: i64) -> Option<usize> {
    match values.get(at) {
        None => usize::try_from(default).ok(),
        Some(value) => value.whole().map(|number| usize::try_from(number.max(0)).unwrap_or_default()),
    }
}

/// MID, LEFT, RIGHT, REPLACE. Counts are of characters.
fn piece(name: &str, values: &[Value]) -> Value {
    let Some(text) = values.first().map(Value::to_text) else { return Value::Error };
    let from = |start: usize| text.char_indices().nth(start).map_or(text.len(), |(at, _)| at);
    let between = |start: usize, end: usize| text.get(start..end.max(start)).unwrap_or_default();
    match name {
        "LEFT" | "LEFTB" => {
            let Some(len) = whole(values, 1, 1) else { return Value::Unknown };
            Value::text(between(0, from(len)))
        }
        "RIGHT" | "RIGHTB" => {
            let Some(len) = whole(values, 1, 1) else { return Value::Unknown };
            let start = text.chars().count().saturating_sub(len);
            Value::text(between(from(start), text.len()))
        }
        _ => {
            let (Some(start), Some(len)) = (whole(values, 1, 1), whole(values, 2, 0)) else {
                return Value::Unknown;
            };
            let Some(start) = start.checked_sub(1) else { return Value::Error };
            let (start_at, end_at) = (from(start), from(start.saturating_add(len)));
            if name.starts_with("MID") {
                return Value::text(between(start_at, end_at));
            }
            let new = values.get(3).map(Value::to_text).unwrap_or_default();
            Value::text(&format!("{}{new}{}", between(0, start_at), between(end_at, text.len())))
        }
    }
}

/// FIND and SEARCH(wanted, text, from). SEARCH does not look at case.
fn find(name: &str, values: &[Value]) -> Value {
    if values.iter().any(Value::is_unknown) {
        return Value::Unknown;
    }
    let text = |at: usize| values.get(at).map(Value::to_text).unwrap_or_default();
    let fold = |text: &str| if name.starts_with("SEARCH") { text.to_lowercase() } else { text.to_owned() };
    let (wanted, inside) = (fold(&text(0)), fold(&text(1)));
    let start = whole(values, 2, 1).unwrap_or(1).saturating_sub(1);
    let start_at = inside.char_indices().nth(start).map_or(inside.len(), |(at, _)| at);
    let found = inside.get(start_at..).and_then(|rest| Some((rest, rest.find(&wanted)?)));
    found.map_or(Value::Error, |(rest, at)| {
        let before = rest.get(..at).map_or(0, |before| before.chars().count());
        Value::Number((start + before + 1) as f64)
    })
}

fn repeated(machine: &mut Machine<'_>, text: &str, times: Option<&Value>) -> Value {
    let Some(times) = times.and_then(Value::whole) else { return Value::Unknown };
    let times = usize::try_from(times.max(0)).unwrap_or_default();
    let len = text.len().saturating_mul(times);
    if len > machine.limits.text_bytes_max {
        return too_long(machine);
    }
    if machine.spend_text(len) { Value::text(&text.repeat(times)) } else { Value::Unknown }
}

/// SUBSTITUTE(text, old, new, which).
fn substituted(machine: &mut Machine<'_>, values: &[Value]) -> Value {
    let text = |at: usize| values.get(at).map(Value::to_text).unwrap_or_default();
    let (inside, old, new) = (text(0), text(1), text(2));
    if old.is_empty() {
        return Value::Text(inside);
    }
    let grows = new.len().saturating_mul(inside.len() / old.len());
    if inside.len().saturating_add(grows) > machine.limits.text_bytes_max {
        return too_long(machine);
    }
    if !machine.spend_text(inside.len().saturating_add(grows)) {
        return Value::Unknown;
    }
    match values.get(3).map(Value::whole) {
        None => Value::text(&inside.replace(&*old, &new)),
        Some(Some(which)) => {
            let at = usize::try_from(which.saturating_sub(1)).ok();
            let found = at.and_then(|at| inside.match_indices(&*old).nth(at));
            let Some((at, _)) = found else { return Value::Text(inside) };
            let before = inside.get(..at).unwrap_or_default();
            let after = inside.get(at + old.len()..).unwrap_or_default();
            Value::text(&format!("{before}{new}{after}"))
        }
        Some(None) => Value::Unknown,
    }
}

/// TEXT(value, format): decimals and leading zeros; other formats leave the number as it is.
fn formatted(value: &Value, format: &str) -> Value {
    if matches!(value, Value::Text(_)) && value.number().is_none() {
        return value.clone();
    }
    let Some(number) = value.number() else { return lost(value) };
    let is_plain = !format.is_empty() && format.chars().all(|c| matches!(c, '0' | '#' | '.' | ','));
    if !is_plain {
        return Value::text(&number_text(number));
    }
    let (whole, decimals) = format.split_once('.').unwrap_or((format, ""));
    let zeros = whole.chars().filter(|c| *c == '0').count();
    let places = decimals.len().min(30);
    let mut text = format!("{:.places$}", number.abs());
    let digits = text.split('.').next().map_or(0, str::len);
    text.insert_str(0, &"0".repeat(zeros.saturating_sub(digits).min(256)));
    if number < 0.0 {
        text.insert(0, '-');
    }
    Value::text(&text)
}

/// ADDRESS(row, column, kind, A1, sheet).
fn address(values: &[Value]) -> Value {
    let number = |at: usize| values.get(at).and_then(Value::whole);
    let (Some(row), Some(column)) = (number(0), number(1)) else { return Value::Unknown };
    let (Ok(row), Ok(column)) = (u32::try_from(row - 1), u32::try_from(column - 1)) else {
        return Value::Error;
    };
    let kind = values.get(2).filter(|kind| **kind != Value::Empty).and_then(Value::whole).unwrap_or(1);
    let is_a1 = values.get(3).filter(|style| **style != Value::Empty).and_then(Value::is_true) != Some(false);
    let mut text = String::new();
    if let Some(Value::Text(sheet)) = values.get(4) {
        crate::office::push_sheet(&mut text, sheet);
        text.push('!');
    }
    if is_a1 {
        let mut cell = String::new();
        crate::office::push_cell(&mut cell, row, column);
        let mut pieces = cell.split('$').skip(1);
        let (letters, digits) = (pieces.next().unwrap_or_default(), pieces.next().unwrap_or_default());
        let sign = |is_fixed: bool| if is_fixed { "$" } else { "" };
        let (column_sign, row_sign) = (sign(matches!(kind, 1 | 3)), sign(matches!(kind, 1 | 2)));
        text.extend([column_sign, letters, row_sign, digits]);
    } else {
        let part = |letter: char, at: u32, is_fixed: bool| {
            let at = u64::from(at) + 1;
            if is_fixed { format!("{letter}{at}") } else { format!("{letter}[{at}]") }
        };
        text.push_str(&part('R', row, matches!(kind, 1 | 2)));
        text.push_str(&part('C', column, matches!(kind, 1 | 3)));
    }
    Value::text(&text)
}

fn in_base(name: &str, values: &[Value]) -> Value {
    let number = |at: usize| values.get(at).and_then(Value::whole);
    let Some(value) = number(0).and_then(|number| u64::try_from(number).ok()) else { return Value::Unknown };
    let base = match name {
        "DEC2HEX" => 16,
        "DEC2BIN" => 2,
        _ => number(1)
            .and_then(|base| u64::try_from(base).ok())
            .filter(|base| (2..=36).contains(base))
            .unwrap_or(10),
    };
    let least =
        number(if name == "BASE" { 2 } else { 1 }).and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
    let mut digits = Vec::new();
    let mut rest = value;
    while rest > 0 || digits.len() < least.clamp(1, 255) {
        let digit = u32::try_from(rest % base).unwrap_or_default();
        digits.push(char::from_digit(digit, 36).unwrap_or('0').to_ascii_uppercase());
        rest /= base;
    }
    Value::text(&digits.iter().rev().collect::<String>())
}
