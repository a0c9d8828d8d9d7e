//! Operators of JScript (ECMA-262, chapter 11).

use super::super::command::evaluate::Machine;
use super::super::command::evaluate::tree::{Expr, Node, Op};
use super::super::command::evaluate::value::{GAP, Value};
use super::builtins;

pub(in crate::script) fn unary(machine: &mut Machine<'_>, op: Op, value: &Value) -> Value {
    match op {
        Op::Not => machine.truth(value).map_or(Value::Unknown, |truth| Value::Bool(!truth)),
        Op::Void => Value::Null,
        Op::Plus => number(machine, value).map_or(Value::Unknown, Value::Num),
        Op::Neg => number(machine, value).map_or(Value::Unknown, |number| Value::Num(-number)),
        Op::BitNot => {
            number(machine, value).map_or(Value::Unknown, |number| Value::Num(f64::from(!to_int32(number))))
        }
        _ => Value::Unknown,
    }
}

/// `typeof`, which may be asked of a name that does not exist.
pub(in crate::script) fn kind_of(machine: &mut Machine<'_>, operand: &Expr) -> Value {
    let value = machine.expression(operand);
    let kind = match &value {
        Value::Unknown => match &operand.node {
            // What the script host does not know.
            Node::Name(name)
                if matches!(name.as_str(), "require" | "process" | "module" | "exports" | "define") =>
            {
                "undefined"
            }
            _ => return Value::Unknown,
        },
        Value::Null => "undefined",
        Value::Str(_) | Value::Char(_) => "string",
        Value::Num(_) => "number",
        Value::Bool(_) => "boolean",
        Value::Function(_) | Value::Method(_) => "function",
        Value::Type(name) if &**name == "globalThis" || &**name == "Math" => "object",
        Value::Type(_) => "function",
        _ => "object",
    };
    Value::text(kind)
}

/// ToNumber; `None` when nobody knows.
pub(super) fn number(machine: &mut Machine<'_>, value: &Value) -> Option<f64> {
    match value {
        Value::Unknown => None,
        Value::Null => Some(f64::NAN),
        Value::Str(_) | Value::List(_) => {
            let text = machine.known_text(value)?;
            let text = text.trim();
            Some(if text.is_empty() { 0.0 } else { Value::text(text).number().unwrap_or(f64::NAN) })
        }
        Value::Object(_) | Value::Env(_) => None,
        Value::Function(_) | Value::Method(_) | Value::Type(_) => Some(f64::NAN),
        value => value.number(),
    }
}

/// ToInt32.
fn to_int32(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    // Lossless: the remainder fits.
    number.trunc().rem_euclid(4_294_967_296.0) as u32 as i32
}

fn is_text(value: &Value) -> bool {
    matches!(
        value,
        Value::Str(_)
            | Value::Char(_)
            | Value::List(_)
            | Value::Env(_)
            | Value::Function(_)
            | Value::Method(_)
            | Value::Type(_)
    )
}

pub(in crate::script) fn binary(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Value {
    match op {
        Op::Add => add(machine, left, right),
        Op::Sub | Op::Mul | Op::Div | Op::Rem => {
            let (Some(left), Some(right)) = (number(machine, left), number(machine, right)) else {
                return Value::Unknown;
            };
            Value::Num(match op {
                Op::Sub => left - right,
                Op::Mul => left * right,
                Op::Div => left / right,
                _ => left % right,
            })
        }
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::ShiftLeft | Op::ShiftRight | Op::ShiftRightZero => {
            bits(machine, op, left, right)
        }
        Op::Equal | Op::NotEqual => {
            let equal = equal(machine, left, right);
            equal.map_or(Value::Unknown, |equal| Value::Bool(equal == (op == Op::Equal)))
        }
        Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => compare(machine, op, left, right),
        Op::In => match right {
            Value::Object(object) => {
                let name = machine.text_of(left);
                Value::Bool(machine.field(*object, &name).is_some())
            }
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

fn add(machine: &mut Machine<'_>, left: &Value, right: &Value) -> Value {
    if is_text(left)
        || is_text(right)
        || matches!((left, right), (Value::Object(_), _) | (_, Value::Object(_)))
    {
        let mut text = text(machine, left);
        let piece = text_of_operand(machine, right);
        let piece = if text.ends_with(GAP) { piece.trim_start_matches(GAP) } else { &piece };
        if text.len().saturating_add(piece.len()) > machine.limits.text_bytes_max {
            return machine.too_long();
        }
        text.push_str(piece);
        machine.undo("concatenation");
        return machine.string(text);
    }
    match (number(machine, left), number(machine, right)) {
        (Some(left), Some(right)) => Value::Num(left + right),
        _ => Value::Unknown,
    }
}

fn text_of_operand(machine: &mut Machine<'_>, value: &Value) -> String {
    text(machine, value)
}

/// ToString, with what native functions say about themselves.
pub(super) fn text(machine: &mut Machine<'_>, value: &Value) -> String {
    match value {
        Value::Method(method) => builtins::native_text(&method.1),
        Value::Type(name) if &**name == "globalThis" => "[object Window]".to_owned(),
        Value::Type(name) => builtins::native_text(name),
        Value::Num(number) if number.is_nan() => "NaN".to_owned(),
        Value::Num(number) if number.is_infinite() => {
            if *number > 0.0 {
                "Infinity".to_owned()
            } else {
                "-Infinity".to_owned()
            }
        }
        Value::Object(object)
            if machine
                .fields(*object)
                .is_some_and(|fields| fields.kind.is_empty() && fields.get("\0text").is_none()) =>
        {
            "[object Object]".to_owned()
        }
        value => machine.text_of(value),
    }
}

fn bits(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Value {
    let (Some(left), Some(right)) = (number(machine, left), number(machine, right)) else {
        return Value::Unknown;
    };
    let (left, right) = (to_int32(left), to_int32(right));
    // ECMA-262: the count is taken modulo 32.
    let shift = right.cast_unsigned() & 31;
    machine.undo(if op == Op::BitXor { "xor" } else { "arithmetic" });
    Value::Num(match op {
        Op::BitAnd => f64::from(left & right),
        Op::BitOr => f64::from(left | right),
        Op::BitXor => f64::from(left ^ right),
        Op::ShiftLeft => f64::from(left.wrapping_shl(shift)),
        Op::ShiftRight => f64::from(left.wrapping_shr(shift)),
        _ => f64::from(left.cast_unsigned().wrapping_shr(shift)),
    })
}

/// `==` and `===`: what differs in kind is equal when it is the same number.
fn equal(machine: &mut Machine<'_>, left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Unknown, _) | (_, Value::Unknown) => None,
        (Value::Null, Value::Null) => Some(true),
        (Value::Null, Value::Object(_)) | (Value::Object(_), Value::Null) => None,
        (Value::Null, _) | (_, Value::Null) => Some(false),
        (Value::Object(left), Value::Object(right)) | (Value::List(left), Value::List(right)) => {
            Some(left == right)
        }
        (Value::Function(left), Value::Function(right)) => Some(left == right),
        (Value::Num(_) | Value::Bool(_), _) | (_, Value::Num(_) | Value::Bool(_)) => {
            Some(number(machine, left)? == number(machine, right)?)
        }
        _ => Some(machine.known_text(left)? == machine.known_text(right)?),
    }
}

fn compare(machine: &mut Machine<'_>, op: Op, left: &Value, right: &Value) -> Value {
    let order = if let (Value::Str(left), Value::Str(right)) = (left, right) {
        if left.as_str().contains(GAP) || right.as_str().contains(GAP) {
            return Value::Unknown;
        }
        Some(left.as_str().cmp(right.as_str()))
    } else {
        let (Some(left), Some(right)) = (number(machine, left), number(machine, right)) else {
            return Value::Unknown;
        };
        left.partial_cmp(&right)
    };
    let Some(order) = order else { return Value::Bool(false) };
    Value::Bool(match op {
        Op::Less => order.is_lt(),
        Op::LessEqual => order.is_le(),
        Op::Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}
