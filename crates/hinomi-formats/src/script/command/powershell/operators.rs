//! Operators of PowerShell (about_Operators): the left side decides.

use super::super::evaluate::Machine;
use super::super::evaluate::tree::Op;
use super::super::evaluate::value::{GAP, Value};
use super::{casts, pattern, strings};

/// Elements a range or a repeated list may have.
const ELEMENTS_MAX: usize = 1 << 20;

pub(in crate::script) fn unary(machine: &mut Machine<'_>, op: Op, value: &Value) -> Value {
    match op {
        Op::Not => machine.truth(value).map_or(Value::Unknown, |truth| Value::Bool(!truth)),
        Op::Neg => value.number().map_or(Value::Unknown, |number| Value::Num(-number)),
        Op::Plus => value.number().map_or(Value::Unknown, Value::Num),
        // Lossless: what fits 53 bits.
        Op::BitNot => value.whole().map_or(Value::Unknown, |number| Value::Num(!number as f64)),
        Op::ListOf => machine.list(vec![value.clone()]),
        Op::Join => {
            let value = join(machine, value, "");
            machine.undo("join");
            value
        }
        Op::Split => {
            let Some(text) = machine.known_text(value) else { return Value::Unknown };
            machine.undo("split");
            machine.texts(text.split_whitespace())
        }
        _ => Value::Unknown,
    }
}

pub(in crate::script) fn binary(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Value {
    let value = match op {
        Op::Add => add(machine, left, right),
        Op::Mul => multiply(machine, left, right),
        Op::Sub | Op::Div | Op::Rem => arithmetic(op, left, right),
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::ShiftLeft | Op::ShiftRight => bits(op, left, right),
        Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            return compare(machine, op, left, right);
        }
        Op::Format => format_with(machine, left, right),
        Op::Range => range(machine, left, right),
        Op::Join => {
            let with = machine.text_of(right);
            join(machine, left, &with)
        }
        Op::Split | Op::CaseSplit => split(machine, op, left, right),
        Op::Replace | Op::CaseReplace => replace(machine, op, left, right),
        Op::Match | Op::NotMatch | Op::Like | Op::NotLike => return matches(machine, op, left, right),
        Op::Contains => return contains(machine, left, right),
        Op::In => return contains(machine, right, left),
        Op::As => match right {
            Value::Type(name) => casts::cast(machine, &std::rc::Rc::clone(name), left.clone()),
            Value::Str(name) => casts::cast(machine, &name.as_str().to_ascii_lowercase(), left.clone()),
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    };
    if value.is_known() {
        machine.undo(layer(op));
    }
    value
}

/// The name of the layer an operator was.
fn layer(op: Op) -> &'static str {
    match op {
        Op::Add => "concatenation",
        Op::Format => "format operator",
        Op::Range => "range",
        Op::Join => "join",
        Op::Split | Op::CaseSplit => "split",
        Op::Replace | Op::CaseReplace => "replace",
        Op::BitXor => "xor",
        Op::As => "cast",
        _ => "arithmetic",
    }
}

fn add(machine: &mut Machine<'_>, left: &Value, right: &Value) -> Value {
    match left {
        Value::Str(_) | Value::Env(_) => concatenated(machine, left, right),
        Value::Char(c) => match right {
            Value::Num(number) => Value::Num(f64::from(u32::from(*c)) + number),
            _ => concatenated(machine, left, right),
        },
        Value::Num(_) | Value::Bool(_) => arithmetic(Op::Add, left, right),
        Value::List(_) | Value::Bytes(_) => {
            let (Some(mut items), Some(more)) = (machine.elements(left), machine.elements(right)) else {
                return Value::Unknown;
            };
            items.extend(more);
            machine.list(items)
        }
        Value::Null => right.clone(),
        // Text behind what nobody knows is text.
        Value::Unknown if matches!(right, Value::Str(_)) => concatenated(machine, left, right),
        Value::Object(_) => concatenated(machine, left, right),
        _ => Value::Unknown,
    }
}

fn concatenated(machine: &mut Machine<'_>, left: &Value, right: &Value) -> Value {
    let mut text = machine.text_of(left);
    let piece = machine.text_of(right);
    // One gap for several in a row.
    let piece = if text.ends_with(GAP) { piece.trim_start_matches(GAP) } else { &piece };
    if text.len().saturating_add(piece.len()) > machine.limits.text_bytes_max {
        return machine.too_long();
    }
    text.push_str(piece);
    machine.string(text)
}

fn multiply(machine: &mut Machine<'_>, left: &Value, right: &Value) -> Value {
    let Some(count) = right.index() else { return Value::Unknown };
    match left {
        Value::Str(text) => {
            if text.as_str().len().saturating_mul(count) > machine.limits.text_bytes_max {
                return machine.too_long();
            }
            let text = text.as_str().repeat(count);
            machine.string(text)
        }
        Value::List(list) => {
            let len = machine.items(*list).len().saturating_mul(count);
            if len > ELEMENTS_MAX || !machine.pay(len) {
                return Value::Unknown;
            }
            let one = machine.items(*list);
            let items = std::iter::repeat_n(one, count).flatten().cloned().collect();
            machine.list(items)
        }
        _ => arithmetic(Op::Mul, left, right),
    }
}

pub(in crate::script) fn arithmetic(op: Op, left: &Value, right: &Value) -> Value {
    let (Some(left), Some(right)) = (left.number(), right.number()) else { return Value::Unknown };
    let result = match op {
        Op::Add => left + right,
        Op::Sub => left - right,
        Op::Mul => left * right,
        Op::Div => left / right,
        Op::Rem => left % right,
        _ => return Value::Unknown,
    };
    if result.is_finite() { Value::Num(result) } else { Value::Unknown }
}

fn bits(op: Op, left: &Value, right: &Value) -> Value {
    let (Some(left), Some(right)) = (left.whole(), right.whole()) else { return Value::Unknown };
    let shift = u32::try_from(right.clamp(0, 62)).unwrap_or_default();
    let result = match op {
        Op::BitAnd => left & right,
        Op::BitOr => left | right,
        Op::BitXor => left ^ right,
        Op::ShiftLeft => left.wrapping_shl(shift),
        _ => left.wrapping_shr(shift),
    };
    // Lossless: what fits 53 bits.
    Value::Num(result as f64)
}

fn compare(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Value {
    if let Value::List(list) = left {
        let items = machine.items(*list).to_vec();
        machine.pay(items.len());
        let mut kept = Vec::new();
        for item in items {
            match holds(machine, op, &item, right) {
                Some(true) => kept.push(item),
                Some(false) => {}
                None => return Value::Unknown,
            }
        }
        return machine.list(kept);
    }
    holds(machine, op, left, right).map_or(Value::Unknown, Value::Bool)
}

fn holds(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Option<bool> {
    let order = match (left, right) {
        (Value::Unknown | Value::Env(_) | Value::Object(_), _)
        | (_, Value::Unknown | Value::Env(_) | Value::Object(_)) => return None,
        (Value::Null, _) | (_, Value::Null) => {
            let equal = *left == Value::Null && *right == Value::Null;
            return Some(if op == Op::NotEqual { !equal } else { equal });
        }
        (Value::Num(_) | Value::Bool(_), _) => left.number()?.partial_cmp(&right.number()?)?,
        _ => {
            let left = machine.known_text(left)?.to_lowercase();
            left.cmp(&machine.known_text(right)?.to_lowercase())
        }
    };
    Some(match op {
        Op::Equal => order.is_eq(),
        Op::NotEqual => order.is_ne(),
        Op::Less => order.is_lt(),
        Op::LessEqual => order.is_le(),
        Op::Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}

fn contains(machine: &mut Machine<'_>, list: &Value, item: &Value) -> Value {
    let Some(items) = machine.elements(list) else { return Value::Unknown };
    let mut unknown = false;
    for held in &items {
        match holds(machine, Op::Equal, held, item) {
            Some(true) => return Value::Bool(true),
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown { Value::Unknown } else { Value::Bool(false) }
}

/// `-f`.
fn format_with(machine: &mut Machine<'_>, left: &Value, right: &Value) -> Value {
    let Some(arguments) = machine.elements(right).or_else(|| Some(vec![Value::Unknown])) else {
        return Value::Unknown;
    };
    let Some(pattern) = machine.known_text(left) else { return Value::Unknown };
    strings::formatted(machine, &pattern, &arguments)
}

fn range(machine: &mut Machine<'_>, left: &Value, right: &Value) -> Value {
    let (Some(start), Some(end)) = (left.whole(), right.whole()) else { return Value::Unknown };
    let count = start.abs_diff(end);
    if count >= ELEMENTS_MAX as u64 || !machine.pay(usize::try_from(count).unwrap_or(usize::MAX)) {
        return Value::Unknown;
    }
    // Lossless: `whole` keeps within 53 bits.
    let numbers: Vec<Value> = if start <= end {
        (start..=end).map(|number| Value::Num(number as f64)).collect()
    } else {
        (end..=start).rev().map(|number| Value::Num(number as f64)).collect()
    };
    machine.list(numbers)
}

pub(super) fn join(machine: &mut Machine<'_>, left: &Value, with: &str) -> Value {
    let Some(items) = machine.elements(left) else { return Value::Unknown };
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(with);
        }
        match item {
            Value::Str(text) => out.push_str(text.as_str()),
            Value::Char(c) => out.push(*c),
            item => out.push_str(&machine.text_of(item)),
        }
        if out.len() > machine.limits.text_bytes_max {
            return machine.too_long();
        }
    }
    machine.string(out)
}

fn split(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Value {
    let right = machine.elements(right).unwrap_or_default();
    let mut right = right.into_iter();
    let Some(separator) = right.next().and_then(|value| machine.known_text(&value)) else {
        return Value::Unknown;
    };
    let limit = right.next().and_then(|value| value.index()).filter(|limit| *limit > 0);
    let Some(regex) = pattern::compile(&separator, op == Op::Split) else { return Value::Unknown };
    let mut out = Vec::new();
    for text in machine.elements(left).unwrap_or_default() {
        let Some(text) = machine.known_text(&text) else { return Value::Unknown };
        if !machine.pay(64 + text.len() / 8) {
            return Value::Unknown;
        }
        match limit {
            Some(limit) => out.extend(regex.splitn(&text, limit).map(str::to_owned)),
            None => split_keeping(&regex, &text, &mut out),
        }
    }
    machine.texts(out)
}

/// What is captured by a group of the separator is kept.
fn split_keeping(regex: &regex::Regex, text: &str, out: &mut Vec<String>) {
    if regex.captures_len() == 1 {
        out.extend(regex.split(text).map(str::to_owned));
        return;
    }
    let mut last = 0;
    for found in regex.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        out.push(text.get(last..whole.start()).unwrap_or_default().to_owned());
        out.extend(found.iter().skip(1).flatten().map(|group| group.as_str().to_owned()));
        last = whole.end();
    }
    out.push(text.get(last..).unwrap_or_default().to_owned());
}

fn replace(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Value {
    let mut right = machine.elements(right).unwrap_or_default().into_iter();
    let Some(find) = right.next().and_then(|value| machine.known_text(&value)) else { return Value::Unknown };
    let with = right.next().map_or_else(String::new, |value| machine.text_of(&value));
    let Some(regex) = pattern::compile(&find, op == Op::Replace) else { return Value::Unknown };
    let each = |machine: &mut Machine<'_>, value: &Value| {
        let text = machine.text_of(value);
        if !value.is_known() || !machine.pay(64 + text.len() / 8) {
            return Value::Unknown;
        }
        match pattern::replace_all(&regex, &text, &with, machine.limits.text_bytes_max) {
            Some(text) => machine.string(text),
            None => Value::Unknown,
        }
    };
    match left {
        Value::List(list) => {
            let items = machine.items(*list).to_vec();
            let items = items.iter().map(|item| each(machine, item)).collect();
            machine.list(items)
        }
        value => each(machine, value),
    }
}

fn matches(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Value {
    let (Some(text), Some(find)) = (machine.known_text(left), machine.known_text(right)) else {
        return Value::Unknown;
    };
    let like = matches!(op, Op::Like | Op::NotLike);
    let regex = if like { pattern::like(&find) } else { pattern::compile(&find, true) };
    let Some(regex) = regex else { return Value::Unknown };
    if matches!(left, Value::Env(_)) || !machine.pay(64 + text.len() / 8) {
        return Value::Unknown;
    }
    let found = regex.captures(&text);
    let is = found.is_some();
    if let (Some(found), false) = (found, like) {
        let groups: Vec<String> =
            found.iter().map(|group| group.map_or("", |group| group.as_str()).to_owned()).collect();
        let groups = machine.texts(groups);
        machine.declare("matches", groups);
    }
    Value::Bool(is == matches!(op, Op::Match | Op::Like))
}

/// `value[index]`, with one index, a list of them, or a key.
pub(in crate::script) fn element(machine: &mut Machine<'_>, owner: &Value, index: &Value) -> Value {
    if let Value::Object(object) = owner {
        let name = machine.text_of(index).to_ascii_lowercase();
        return machine.field(*object, &name).unwrap_or(Value::Unknown);
    }
    let value = match index {
        Value::List(indexes) => {
            let indexes = machine.items(*indexes).to_vec();
            if !machine.pay(indexes.len()) {
                return Value::Unknown;
            }
            // PowerShell leaves out what is not there.
            let items: Vec<Value> = indexes
                .iter()
                .filter_map(|index| pick(machine, owner, index))
                .filter(|item| *item != Value::Null)
                .collect();
            if !owner.is_known() {
                return Value::Unknown;
            }
            machine.list(items)
        }
        index => pick(machine, owner, index).unwrap_or(Value::Unknown),
    };
    if value.is_known() {
        machine.undo("index");
    }
    value
}

fn pick(machine: &mut Machine<'_>, owner: &Value, index: &Value) -> Option<Value> {
    let at = index.whole()?;
    let from_end = |len: usize| {
        let at = if at < 0 { i64::try_from(len).ok()?.checked_add(at)? } else { at };
        usize::try_from(at).ok()
    };
    match owner {
        Value::List(list) => {
            let items = machine.items(*list);
            let found = from_end(items.len()).and_then(|at| items.get(at).cloned());
            Some(found.unwrap_or(Value::Null))
        }
        Value::Bytes(bytes) => {
            let found = from_end(bytes.len()).and_then(|at| bytes.get(at));
            Some(found.map_or(Value::Null, |byte| Value::Num(f64::from(*byte))))
        }
        Value::Null => Some(Value::Null),
        other => {
            let text = other.as_text()?;
            if text.as_str().contains(GAP) || !machine.pay_bytes(text.reach()) {
                return None;
            }
            Some(from_end(text.count()).and_then(|at| text.nth(at)).map_or(Value::Null, Value::Char))
        }
    }
}
