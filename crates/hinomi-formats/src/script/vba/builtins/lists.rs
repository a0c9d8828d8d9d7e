//! Functions of arrays, choices among values, and what asks for the sort of a value.

use super::strings::{known, text_of};
use super::{Given, INVALID, MISMATCH, Room};
use crate::script::vba::value::text::Text;
use crate::script::vba::value::{GAP, ITEMS_MAX, Items, Value};

/// Subscript out of range.
const OUT_OF_RANGE: u16 = 9;

pub(super) fn array(given: &[Value], _: &Room) -> Given {
    Ok(Value::array(given.to_vec()))
}

fn items(value: Option<&Value>) -> Option<&Items> {
    match value? {
        Value::Array(array) => Some(array),
        _ => None,
    }
}

/// `LBound(array[, dimension])`, `UBound`.
pub(super) fn bound(given: &[Value], upper: bool) -> Given {
    let Some(array) = items(given.first()) else {
        return match given.first() {
            Some(Value::Str(_) | Value::Num(_) | Value::Bool(_)) => Err(MISMATCH),
            // An array that has no size yet.
            Some(Value::Empty) => Err(OUT_OF_RANGE),
            _ => Ok(Value::Unknown),
        };
    };
    let dimension = match known(given.get(1)) {
        Some(number) => match number.index() {
            Some(number) => number.checked_sub(1).ok_or(OUT_OF_RANGE)?,
            None => return Ok(Value::Unknown),
        },
        None => 0,
    };
    let (lower, len) = array.bounds.get(dimension).ok_or(OUT_OF_RANGE)?;
    // Lossless: an array has at most 65,536 elements.
    Ok(Value::Num(if upper { *lower as f64 + *len as f64 - 1.0 } else { *lower as f64 }))
}

/// `Split(text[, delimiter, limit, compare])`
pub(super) fn split(given: &[Value], _: &Room) -> Given {
    let Some(text) = text_of(given.first()) else { return Ok(Value::Unknown) };
    let delimiter = match known(given.get(1)) {
        Some(value) => match text_of(Some(value)).filter(|text| !text.has_gap()) {
            Some(delimiter) => delimiter,
            None => return Ok(Value::Unknown),
        },
        None => Text::new(" "),
    };
    if text.bytes() == 0 {
        return Ok(Value::array(Vec::new()));
    }
    if delimiter.bytes() == 0 {
        return Ok(Value::array(vec![Value::Str(text)]));
    }
    let limit = match known(given.get(2)).and_then(Value::whole) {
        Some(limit) if limit > 0 => usize::try_from(limit).unwrap_or(usize::MAX),
        _ => usize::MAX,
    };
    let caseless = given.get(3).and_then(Value::number) == Some(1.0);
    let parts: Vec<Value> = if caseless {
        let lower = text.as_str().to_ascii_lowercase();
        let find = delimiter.as_str().to_ascii_lowercase();
        let mut done = 0;
        let mut parts = Vec::new();
        for (at, found) in lower.match_indices(&find).take(limit.min(ITEMS_MAX + 1).saturating_sub(1)) {
            parts.push(Value::text(text.as_str().get(done..at).unwrap_or_default()));
            done = at + found.len();
        }
        parts.push(Value::text(text.as_str().get(done..).unwrap_or_default()));
        parts
    } else if limit < ITEMS_MAX {
        text.as_str().splitn(limit, delimiter.as_str()).map(Value::text).collect()
    } else {
        text.as_str().split(delimiter.as_str()).take(ITEMS_MAX + 1).map(Value::text).collect()
    };
    Ok(Value::array(parts))
}

/// `Join(array[, delimiter])`; what is not known in it leaves a gap.
pub(super) fn join(given: &[Value], room: &Room) -> Given {
    let Some(array) = items(given.first()) else { return Ok(Value::Unknown) };
    let delimiter = match known(given.get(1)) {
        Some(value) => text_of(Some(value)).unwrap_or_else(|| Text::new(GAP.to_string())),
        None => Text::new(" "),
    };
    let mut out = Text::default();
    for (at, item) in array.items.iter().enumerate() {
        if at > 0 {
            out.push(delimiter.as_str());
        }
        out.push(item.clone().into_text().as_str());
        if out.bytes() > room.bytes_max {
            return Ok(Value::Unknown);
        }
    }
    Ok(Value::Str(out))
}

/// `Filter(array, text[, include, compare])`: the elements that hold the text, or those that do not.
pub(super) fn filter(given: &[Value], _: &Room) -> Given {
    let (Some(array), Some(text)) = (items(given.first()), text_of(given.get(1))) else {
        return Ok(Value::Unknown);
    };
    let include = known(given.get(2)).map_or(Some(true), Value::truth);
    let Some(include) = include.filter(|_| !text.has_gap()) else { return Ok(Value::Unknown) };
    let mut kept = Vec::new();
    for item in &array.items {
        let Some(held) = text_of(Some(item)).filter(|held| !held.has_gap()) else {
            return Ok(Value::Unknown);
        };
        if held.as_str().contains(text.as_str()) == include {
            kept.push(item.clone());
        }
    }
    Ok(Value::array(kept))
}

pub(super) fn choose_if(given: &[Value], _: &Room) -> Given {
    let (yes, no) = (given.get(1).cloned().unwrap_or_default(), given.get(2).cloned().unwrap_or_default());
    Ok(match given.first().and_then(Value::truth) {
        Some(true) => yes,
        Some(false) => no,
        None => Value::either([yes, no]),
    })
}

/// `Choose(number, …)`; any of them when the number is not known.
pub(super) fn choose(given: &[Value], _: &Room) -> Given {
    let Some(number) = given.first().and_then(Value::number) else {
        return Ok(Value::either(given.iter().skip(1).cloned()));
    };
    if !(1.0..65_536.0).contains(&number) {
        return Ok(Value::Null);
    }
    // Lossless: the range is checked above.
    Ok(given.get(number.trunc() as usize).cloned().unwrap_or(Value::Null))
}

/// The value behind the first condition that holds; those behind conditions nobody knows may be it.
pub(super) fn switch(given: &[Value], _: &Room) -> Given {
    let mut may_be = Vec::new();
    for pair in given.chunks_exact(2) {
        let [condition, value] = pair else { return Err(INVALID) };
        match condition.truth() {
            Some(true) => {
                may_be.push(value.clone());
                return Ok(Value::either(may_be));
            }
            Some(false) => {}
            None => may_be.push(value.clone()),
        }
    }
    Ok(if may_be.is_empty() { Value::Null } else { Value::either(may_be) })
}

fn asked(value: Option<&Value>, is: fn(&Value) -> bool) -> Given {
    Ok(match value {
        Some(Value::Unknown | Value::Either(_)) | None => Value::Unknown,
        Some(value) => Value::Bool(is(value)),
    })
}

pub(super) fn is_array(given: &[Value], _: &Room) -> Given {
    asked(given.first(), |value| matches!(value, Value::Array(_)))
}

pub(super) fn is_empty(given: &[Value], _: &Room) -> Given {
    asked(given.first(), |value| matches!(value, Value::Empty))
}

pub(super) fn is_missing(given: &[Value], _: &Room) -> Given {
    asked(given.first(), |value| matches!(value, Value::Missing))
}

pub(super) fn is_null(given: &[Value], _: &Room) -> Given {
    asked(given.first(), |value| matches!(value, Value::Null))
}

pub(super) fn is_object(given: &[Value], _: &Room) -> Given {
    asked(given.first(), |value| matches!(value, Value::Object(_)))
}

pub(super) fn type_name(given: &[Value], _: &Room) -> Given {
    Ok(match given.first() {
        Some(Value::Str(_)) => Value::text("String"),
        Some(Value::Bool(_)) => Value::text("Boolean"),
        Some(Value::Empty) => Value::text("Empty"),
        Some(Value::Null) => Value::text("Null"),
        Some(Value::Array(array)) => Value::text(if array.bytes { "Byte()" } else { "Variant()" }),
        _ => Value::Unknown,
    })
}

/// `VarType` (VbVarType).
pub(super) fn type_number(given: &[Value], _: &Room) -> Given {
    Ok(match given.first() {
        Some(Value::Empty) => Value::Num(0.0),
        Some(Value::Null) => Value::Num(1.0),
        Some(Value::Str(_)) => Value::Num(8.0),
        Some(Value::Bool(_)) => Value::Num(11.0),
        Some(Value::Array(array)) => Value::Num(if array.bytes { 8_209.0 } else { 8_204.0 }),
        _ => Value::Unknown,
    })
}
