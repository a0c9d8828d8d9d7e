//! Functions of strings. A gap in a string hinders only what depends on it.

use super::{Given, INVALID, MISMATCH, Room};
use crate::script::vba::value::text::Text;
use crate::script::vba::value::{GAP, Value, ansi_bytes, ansi_text, byte_values};
use encoding_rs::SHIFT_JIS;

/// The string an argument is, with its gaps; `None` when nothing of it is known.
pub(super) fn text_of(value: Option<&Value>) -> Option<Text> {
    match value? {
        Value::Unknown | Value::Missing | Value::Object(_) | Value::Either(_) => None,
        Value::Array(array) if !array.bytes => None,
        known => Some(known.clone().into_text()),
    }
}

/// The string, if all of it is known.
fn whole(value: Option<&Value>) -> Option<Text> {
    text_of(value).filter(|text| !text.has_gap())
}

pub(super) fn known(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !matches!(value, Value::Missing))
}

pub(super) fn plain(given: &[Value], _: &Room) -> Given {
    Ok(text_of(given.first()).map_or(Value::Unknown, Value::Str))
}

pub(super) fn mapped(given: &[Value], map: fn(&str) -> String) -> Given {
    Ok(text_of(given.first()).map_or(Value::Unknown, |text| Value::text(map(text.as_str()))))
}

/// `ChrW` takes a UTF-16 unit, also as a negative Integer; `Chr` a byte or a double byte of the code page, which is
/// taken for Latin here below 256, since keys and commands are.
pub(super) fn character(given: &[Value], wide: bool) -> Given {
    let Some(number) = given.first().and_then(Value::number) else {
        return if is_word(given.first()) {
            Err(MISMATCH)
        } else {
            Ok(Value::Str(Text::new(GAP.to_string())))
        };
    };
    one_character(number, wide).map(|c| Value::text(c.to_string())).ok_or(INVALID)
}

fn one_character(number: f64, wide: bool) -> Option<char> {
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
    Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// A known string that is no number.
pub(super) fn is_word(value: Option<&Value>) -> bool {
    matches!(value, Some(value @ Value::Str(text)) if !text.has_gap() && value.number().is_none())
}

/// `Asc`, `AscW`.
pub(super) fn code(given: &[Value], ansi: bool) -> Given {
    let Some(text) = text_of(given.first()) else { return Ok(Value::Unknown) };
    let Some(first) = text.as_str().chars().next() else { return Err(INVALID) };
    if first == GAP {
        return Ok(Value::Unknown);
    }
    if ansi && !first.is_ascii() {
        let mut buffer = [0; 4];
        let (bytes, _, failed) = SHIFT_JIS.encode(first.encode_utf8(&mut buffer));
        if !failed {
            return Ok(Value::Num(bytes.iter().fold(0.0, |sum, byte| sum * 256.0 + f64::from(*byte))));
        }
    }
    Ok(Value::Num(f64::from(u32::from(first))))
}

pub(super) fn length(given: &[Value], _: &Room) -> Given {
    let text = whole(given.first());
    Ok(text.map_or(Value::Unknown, |text| {
        let units =
            if text.as_str().is_ascii() { text.bytes() } else { text.as_str().encode_utf16().count() };
        Value::Num(units as f64)
    }))
}

pub(super) fn length_in_bytes(given: &[Value], room: &Room) -> Given {
    Ok(length(given, room)?.number().map_or(Value::Unknown, |units| Value::Num(units * 2.0)))
}

/// A count or place; an error when it is negative, unknown when it is.
fn count_of(value: Option<&Value>) -> Result<Option<usize>, u16> {
    match value.and_then(Value::whole) {
        Some(number) if number < 0 => Err(INVALID),
        Some(_) => Ok(value.and_then(Value::index)),
        None if is_word(value) => Err(MISMATCH),
        None => Ok(None),
    }
}

pub(super) fn left(given: &[Value], _: &Room) -> Given {
    let (Some(text), Some(count)) = (text_of(given.first()), count_of(given.get(1))?) else {
        return Ok(Value::Unknown);
    };
    Ok(Value::Str(cut_at_gap(text.slice(0, count))))
}

/// What stands before the first gap, and the gap: behind it, places are not known.
fn cut_at_gap(text: Text) -> Text {
    match text.as_str().split_once(GAP) {
        Some((before, _)) if text.has_gap() => Text::new(format!("{before}{GAP}")),
        _ => text,
    }
}

pub(super) fn right(given: &[Value], _: &Room) -> Given {
    let (Some(text), Some(count)) = (text_of(given.first()), count_of(given.get(1))?) else {
        return Ok(Value::Unknown);
    };
    let skip = text.chars().saturating_sub(count);
    let end = text.slice(skip, usize::MAX);
    Ok(Value::Str(match end.as_str().rsplit_once(GAP) {
        Some((_, behind)) if end.has_gap() => Text::new(format!("{GAP}{behind}")),
        _ => end,
    }))
}

pub(super) fn middle(given: &[Value], _: &Room) -> Given {
    let (Some(text), Some(start)) = (text_of(given.first()), count_of(given.get(1))?) else {
        return Ok(Value::Unknown);
    };
    let start = start.checked_sub(1).ok_or(INVALID)?;
    let count = match known(given.get(2)) {
        Some(count) => match count_of(Some(count))? {
            Some(count) => count,
            None => return Ok(Value::Unknown),
        },
        None => usize::MAX,
    };
    if text.has_gap() {
        let before = text.as_str().chars().take(start).any(|c| c == GAP);
        return Ok(if before { Value::Unknown } else { Value::Str(cut_at_gap(text.slice(start, count))) });
    }
    Ok(Value::Str(text.slice(start, count)))
}

pub(super) fn blanks(given: &[Value], room: &Room) -> Given {
    Ok(count_of(given.first())?.and_then(|count| repeat(" ", count, room)).unwrap_or_default())
}

pub(super) fn repeated(given: &[Value], room: &Room) -> Given {
    let unit = match given.get(1) {
        Some(Value::Num(number)) => one_character(*number, false),
        other => whole(other).and_then(|text| text.as_str().chars().next()),
    };
    let (Some(unit), Some(count)) = (unit, count_of(given.first())?) else { return Ok(Value::Unknown) };
    let mut buffer = [0; 4];
    Ok(repeat(unit.encode_utf8(&mut buffer), count, room).unwrap_or_default())
}

fn repeat(unit: &str, count: usize, room: &Room) -> Option<Value> {
    (unit.len().checked_mul(count)? <= room.bytes_max).then(|| Value::text(unit.repeat(count)))
}

fn ignores_case(value: Option<&Value>) -> bool {
    value.and_then(Value::number) == Some(1.0)
}

/// Places of `find` from byte `from` on; letters of ASCII compared without case when asked.
fn places(text: &str, find: &str, from: usize, caseless: bool) -> Vec<usize> {
    let rest = text.get(from..).unwrap_or_default();
    if caseless {
        let (rest, find) = (rest.to_ascii_lowercase(), find.to_ascii_lowercase());
        return rest.match_indices(&find).map(|(at, _)| at + from).collect();
    }
    rest.match_indices(find).map(|(at, _)| at + from).collect()
}

/// `Replace(text, find, with[, start, count, compare])`. A gap in the text does not hinder the rest of it.
pub(super) fn replace(given: &[Value], room: &Room) -> Given {
    let (Some(text), Some(find)) = (text_of(given.first()), whole(given.get(1))) else {
        return Ok(Value::Unknown);
    };
    let with = text_of(given.get(2)).unwrap_or_else(|| Text::new(GAP.to_string()));
    let start = match known(given.get(3)) {
        Some(start) => start.index().and_then(|start| start.checked_sub(1)).ok_or(INVALID)?,
        None => 0,
    };
    let text = if start > 0 { text.slice(start, usize::MAX) } else { text };
    if find.bytes() == 0 {
        return Ok(Value::Str(text));
    }
    let count = match known(given.get(4)).and_then(Value::number) {
        Some(count) if count >= 0.0 => count as usize,
        _ => usize::MAX,
    };
    let places = places(text.as_str(), find.as_str(), 0, ignores_case(given.get(5)));
    if places.is_empty() {
        return Ok(Value::Str(text));
    }
    let growth = with.bytes().saturating_sub(find.bytes()).saturating_mul(places.len());
    if text.bytes().saturating_add(growth) > room.bytes_max {
        return Ok(Value::Unknown);
    }
    let mut out = String::with_capacity(text.bytes() + growth);
    let mut done = 0;
    for at in places.into_iter().take(count) {
        out.push_str(text.as_str().get(done..at).unwrap_or_default());
        out.push_str(with.as_str());
        done = at + find.bytes();
    }
    out.push_str(text.as_str().get(done..).unwrap_or_default());
    Ok(Value::text(out))
}

/// Characters before a byte.
fn chars_before(text: &str, at: usize) -> usize {
    if text.is_ascii() { at } else { text.get(..at).map_or(0, |before| before.chars().count()) }
}

fn byte_of(text: &str, chars: usize) -> usize {
    if text.is_ascii() {
        return chars.min(text.len());
    }
    text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
}

/// `InStr([start,] text, find[, compare])`: place from 1, or 0.
pub(super) fn position(given: &[Value], _: &Room) -> Given {
    let (start, text, find, compare) = match given {
        [start, text, find, compare] => (Some(start), text, find, Some(compare)),
        [start @ (Value::Num(_) | Value::Bool(_)), text, find] => (Some(start), text, find, None),
        [text, find, compare] => (None, text, find, Some(compare)),
        [text, find] => (None, text, find, None),
        _ => return Ok(Value::Unknown),
    };
    let start = match start {
        Some(start) => match count_of(Some(start))? {
            Some(start) => start.checked_sub(1).ok_or(INVALID)?,
            None => return Ok(Value::Unknown),
        },
        None => 0,
    };
    let (Some(text), Some(find)) = (text_of(Some(text)), whole(Some(find))) else {
        return Ok(Value::Unknown);
    };
    let from = byte_of(text.as_str(), start);
    if start > text.chars() {
        return Ok(Value::Num(0.0));
    }
    let at = if ignores_case(compare) {
        places(text.as_str(), find.as_str(), from, true).first().copied()
    } else {
        text.as_str().get(from..).and_then(|rest| rest.find(find.as_str())).map(|at| at + from)
    };
    Ok(match at {
        Some(at) if text.has_gap() && text.as_str().get(..at).is_none_or(|before| before.contains(GAP)) => {
            Value::Unknown
        }
        Some(at) => Value::Num(chars_before(text.as_str(), at) as f64 + 1.0),
        None if text.has_gap() => Value::Unknown,
        None => Value::Num(0.0),
    })
}

/// `InStrRev(text, find[, start, compare])`
pub(super) fn last_position(given: &[Value], _: &Room) -> Given {
    let (Some(text), Some(find)) = (whole(given.first()), whole(given.get(1))) else {
        return Ok(Value::Unknown);
    };
    let end = match known(given.get(2)).and_then(Value::whole) {
        Some(-1) | None => text.bytes(),
        Some(end) => byte_of(text.as_str(), usize::try_from(end).map_err(|_| INVALID)?),
    };
    let before = text.as_str().get(..end).unwrap_or_default();
    let at = if ignores_case(given.get(3)) {
        places(before, find.as_str(), 0, true).last().copied()
    } else {
        before.rfind(find.as_str())
    };
    Ok(Value::Num(at.map_or(0.0, |at| chars_before(before, at) as f64 + 1.0)))
}

pub(super) fn compare(given: &[Value], _: &Room) -> Given {
    let (Some(a), Some(b)) = (whole(given.first()), whole(given.get(1))) else { return Ok(Value::Unknown) };
    let order = if ignores_case(given.get(2)) {
        a.as_str().to_lowercase().cmp(&b.as_str().to_lowercase())
    } else {
        a.as_str().cmp(b.as_str())
    };
    Ok(Value::Num(f64::from(order as i8)))
}

/// `%NAME%`, as a command line writes it.
pub(super) fn environ(given: &[Value], _: &Room) -> Given {
    Ok(match given.first() {
        Some(Value::Str(name)) => {
            let mut text = Text::new("%");
            text.push(name.as_str());
            text.push("%");
            Value::Str(text)
        }
        _ => Value::Unknown,
    })
}

/// `StrConv`: case, bytes to text, text to bytes (VbStrConv).
pub(super) fn convert(given: &[Value], _: &Room) -> Given {
    const UPPER: i64 = 1;
    const LOWER: i64 = 2;
    const PROPER: i64 = 3;
    const UNICODE: i64 = 64;
    const FROM_UNICODE: i64 = 128;
    let how = given.get(1).and_then(Value::whole);
    Ok(match (how, given.first()) {
        (Some(UNICODE), Some(Value::Array(array))) => {
            byte_values(&array.items).map_or(Value::Unknown, |bytes| Value::text(ansi_text(&bytes)))
        }
        // Each byte of the UTF-16 text becomes a character.
        (Some(UNICODE), value) => whole(value).map_or(Value::Unknown, |text| {
            let bytes: Vec<u8> = text.as_str().encode_utf16().flat_map(u16::to_le_bytes).collect();
            Value::text(bytes.iter().map(|byte| char::from(*byte)).collect::<String>())
        }),
        (Some(FROM_UNICODE), value) => {
            whole(value).map_or(Value::Unknown, |text| Value::bytes(&ansi_bytes(text.as_str())))
        }
        (Some(UPPER), _) => return mapped(given, |text| text.to_uppercase()),
        (Some(LOWER), _) => return mapped(given, |text| text.to_lowercase()),
        (Some(PROPER), _) => return mapped(given, capitals),
        (Some(_), value) => text_of(value).map_or(Value::Unknown, Value::Str),
        (None, _) => Value::Unknown,
    })
}

fn capitals(text: &str) -> String {
    let mut first = true;
    let each = text.chars().flat_map(|c| {
        let made: Vec<char> = if first { c.to_uppercase().collect() } else { c.to_lowercase().collect() };
        first = !c.is_alphanumeric();
        made
    });
    each.collect()
}

/// `Format(value[, pattern])`: digits filled up with zeros, case; other patterns are not known.
pub(super) fn format(given: &[Value], room: &Room) -> Given {
    let Some(pattern) = known(given.get(1)) else { return plain(given, room) };
    let Some(pattern) = whole(Some(pattern)) else { return Ok(Value::Unknown) };
    let pattern = pattern.as_str();
    let (value, digits) = (given.first(), pattern.len());
    let zeros = !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'0') && digits <= 32;
    Ok(match (pattern, value.and_then(Value::number)) {
        ("" | "@" | "General Number", _) => return plain(given, room),
        ("<", _) => return mapped(given, |text| text.to_lowercase()),
        (">", _) => return mapped(given, |text| text.to_uppercase()),
        (_, Some(number)) if zeros => Value::text(format!("{:0digits$}", number.round_ties_even())),
        ("#" | "##" | "###" | "####", Some(number)) => Value::text(format!("{}", number.round_ties_even())),
        _ => Value::Unknown,
    })
}
