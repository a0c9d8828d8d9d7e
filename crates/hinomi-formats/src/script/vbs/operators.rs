//! Operators of VBScript: true is -1, `&` joins whatever there is, a number in a string is a number.

use crate::script::command::evaluate::Machine;
use crate::script::command::evaluate::tree::Op;
use crate::script::command::evaluate::value::{GAP, Value};

/// The number a value is or reads as; nothing is zero.
pub(in crate::script) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(is) => Some(if *is { -1.0 } else { 0.0 }),
        Value::Str(text) => {
            let text = text.as_str().trim();
            let lower = text.to_ascii_lowercase();
            match lower.strip_prefix("&h") {
                Some(hex) => {
                    let code = i64::from_str_radix(hex.trim_end_matches('&'), 16).ok()?;
                    // Lossless: sixteen and thirty-two bits have a sign.
                    Some(match hex.len() {
                        4 if code > 0x7fff => (code - 0x1_0000) as f64,
                        8 if code > 0x7fff_ffff => (code - 0x1_0000_0000) as f64,
                        _ => code as f64,
                    })
                }
                None => match lower.strip_prefix("&o") {
                    Some(octal) => i64::from_str_radix(octal, 8).ok().map(|code| code as f64),
                    None => value.number(),
                },
            }
        }
        other => other.number(),
    }
}

fn whole(value: &Value) -> Option<i64> {
    Value::Num(number(value)?).whole()
}

pub(in crate::script) fn unary(machine: &mut Machine<'_>, op: Op, value: &Value) -> Value {
    match (op, value) {
        (Op::Not, Value::Bool(is)) => Value::Bool(!is),
        // Lossless: what fits 53 bits.
        (Op::Not, Value::Num(_)) => whole(value).map_or(Value::Unknown, |number| Value::Num(!number as f64)),
        (Op::Not, _) => machine.truth(value).map_or(Value::Unknown, |truth| Value::Bool(!truth)),
        (Op::Neg, _) => number(value).map_or(Value::Unknown, |number| Value::Num(-number)),
        (Op::Plus, _) => number(value).map_or(Value::Unknown, Value::Num),
        _ => Value::Unknown,
    }
}

pub(in crate::script) fn binary(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Value {
    match op {
        Op::Concat => concatenated(machine, left, right),
        Op::Add => add(machine, left, right),
        Op::Sub | Op::Mul | Op::Div | Op::Rem | Op::IntDiv | Op::Power => arithmetic(op, left, right),
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::Eqv | Op::Imp => logical(machine, op, left, right),
        Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            compare(machine, op, left, right)
        }
        Op::Is => match (left, right) {
            (Value::Null, Value::Null) => Value::Bool(true),
            (Value::Object(left), Value::Object(right)) => Value::Bool(left == right),
            // Whether an object could be made is not for us to know.
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

pub(in crate::script) fn concatenated(machine: &mut Machine<'_>, left: &Value, right: &Value) -> Value {
    let mut text = machine.text_of(left);
    let piece = machine.text_of(right);
    let piece = if text.ends_with(GAP) { piece.trim_start_matches(GAP) } else { &piece };
    if text.len().saturating_add(piece.len()) > machine.limits.text_bytes_max {
        return machine.too_long();
    }
    text.push_str(piece);
    machine.undo("concatenation");
    machine.string(text)
}

fn add(machine: &mut Machine<'_>, left: &Value, right: &Value) -> Value {
    let is_text = |value: &Value| matches!(value, Value::Str(_) | Value::Env(_) | Value::Char(_));
    if is_text(left) && is_text(right) {
        return concatenated(machine, left, right);
    }
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return Value::Num(left + right);
    }
    let known = is_text(left) || is_text(right);
    let open = |value: &Value| matches!(value, Value::Unknown | Value::Null | Value::Object(_));
    // What is not known was a string, too.
    if known && (open(left) || open(right)) { concatenated(machine, left, right) } else { Value::Unknown }
}

fn arithmetic(op: Op, left: &Value, right: &Value) -> Value {
    let (Some(left), Some(right)) = (number(left), number(right)) else { return Value::Unknown };
    let result = match op {
        Op::Sub => left - right,
        Op::Mul => left * right,
        Op::Power => left.powf(right),
        Op::Div if right != 0.0 => left / right,
        Op::IntDiv if right.round_ties_even() != 0.0 => {
            (left.round_ties_even() / right.round_ties_even()).trunc()
        }
        Op::Rem if right.round_ties_even() != 0.0 => left.round_ties_even() % right.round_ties_even(),
        _ => return Value::Unknown,
    };
    if result.is_finite() { Value::Num(result) } else { Value::Unknown }
}

fn logical(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Value {
    let bool_or_open = |value: &Value| matches!(value, Value::Bool(_) | Value::Unknown);
    if bool_or_open(left) && bool_or_open(right) {
        let truths = (machine.truth(left), machine.truth(right));
        return match (op, truths) {
            (Op::BitAnd, (Some(false), _) | (_, Some(false))) => Value::Bool(false),
            (Op::BitOr, (Some(true), _) | (_, Some(true))) => Value::Bool(true),
            (_, (Some(left), Some(right))) => Value::Bool(match op {
                Op::BitAnd => left && right,
                Op::BitOr => left || right,
                Op::BitXor => left != right,
                Op::Eqv => left == right,
                _ => !left || right,
            }),
            _ => Value::Unknown,
        };
    }
    let (Some(left), Some(right)) = (whole(left), whole(right)) else { return Value::Unknown };
    machine.undo(if op == Op::BitXor { "xor" } else { "arithmetic" });
    let bits = match op {
        Op::BitAnd => left & right,
        Op::BitOr => left | right,
        Op::BitXor => left ^ right,
        Op::Eqv => !(left ^ right),
        _ => !left | right,
    };
    // Lossless: what fits 53 bits.
    Value::Num(bits as f64)
}

fn compare(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Value {
    let open = |value: &Value| match value {
        Value::Unknown | Value::Object(_) | Value::Function(_) | Value::Env(_) | Value::Method(_) => true,
        Value::Str(text) => text.as_str().contains(GAP),
        _ => false,
    };
    if open(left) || open(right) {
        return Value::Unknown;
    }
    let numeric = |value: &Value| matches!(value, Value::Num(_) | Value::Bool(_));
    let numbers = (number(left), number(right));
    let order = match (left, right) {
        (Value::Str(left), Value::Str(right)) => left.as_str().cmp(right.as_str()),
        _ if numeric(left) || numeric(right) => {
            let (Some(left), Some(right)) = numbers else { return Value::Bool(op == Op::NotEqual) };
            let Some(order) = left.partial_cmp(&right) else { return Value::Unknown };
            order
        }
        _ => {
            let (left, right) = (machine.text_of(left), machine.text_of(right));
            left.cmp(&right)
        }
    };
    Value::Bool(match op {
        Op::Equal => order.is_eq(),
        Op::NotEqual => order.is_ne(),
        Op::Less => order.is_lt(),
        Op::LessEqual => order.is_le(),
        Op::Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}
