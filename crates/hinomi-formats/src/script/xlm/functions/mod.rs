//! Functions that only work something out, from arguments and cells: numbers, tests, references, lookups.

mod many;
mod places;
mod texts;

use super::evaluate::lost;
use super::formula::{Expr, Style, parse};
use super::machine::Machine;
use super::reference::Place;
use super::value::Value;
use std::collections::HashSet;
use std::sync::LazyLock;

/// A call of one of these functions; `None` when the function is another one.
pub(super) fn call(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Option<Value> {
    if let Some(value) = places::call(machine, name, arguments, here) {
        return Some(value);
    }
    if let Some(value) = many::call(machine, name, arguments, here) {
        return Some(value);
    }
    if !texts::is_one(name) && !is_plain(name) {
        return None;
    }
    let values: Vec<Value> = arguments.iter().map(|argument| machine.scalar(argument, here)).collect();
    if texts::is_one(name) {
        return Some(texts::call(machine, name, &values));
    }
    plain(machine, name, &values, here)
}

/// The formula behind the equals sign; `None` for a text that is no formula.
pub(super) fn split_formula(text: &str) -> Option<&str> {
    text.strip_prefix('=').filter(|formula| !formula.is_empty())
}

fn is_plain(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| PLAIN.split_ascii_whitespace().collect());
    NAMES.contains(name)
}

/// Functions whose arguments are values.
const PLAIN: &str = "
    TRUE FALSE NA PI ABS INT SIGN SQRT ROUND ROUNDUP ROUNDDOWN TRUNC MOD POWER QUOTIENT LN EXP LOG10
    BITXOR BITAND BITOR NOT ISERROR ISERR ISNA ISNUMBER ISTEXT ISNONTEXT ISBLANK ISLOGICAL ISEVEN
    ISODD EVALUATE HEX2DEC GET.WORKSPACE GET.WINDOW NOW TODAY RAND RANDBETWEEN DAY MONTH YEAR HOUR
    MINUTE SECOND DATE WEEKDAY INPUT FILES DIRECTORY FREAD FREADLN FSIZE FPOS GET.DOCUMENT
    GET.WORKBOOK GET.NOTE GET.OBJECT INFO CELL DOCUMENTS WINDOWS NAMES CEILING FLOOR EVEN ODD
    DERIVED SIN COS TAN RADIANS DEGREES FACT LAST.ERROR ERROR.TYPE
";

fn plain(machine: &mut Machine<'_>, name: &str, values: &[Value], here: Place) -> Option<Value> {
    let first = values.first().cloned().unwrap_or_default();
    let is = |test: bool| if first == Value::Unknown { Value::Unknown } else { Value::Bool(test) };
    Some(match name {
        "TRUE" => Value::Bool(true),
        "FALSE" => Value::Bool(false),
        "NA" => Value::Error,
        "NOT" => first.is_true().map_or_else(|| lost(&first), |is| Value::Bool(!is)),
        "ISERROR" | "ISERR" | "ISNA" => is(first == Value::Error),
        "ISNUMBER" => is(matches!(first, Value::Number(_))),
        "ISTEXT" => is(matches!(first, Value::Text(_))),
        "ISNONTEXT" => is(!matches!(first, Value::Text(_))),
        "ISBLANK" => is(first == Value::Empty),
        "ISLOGICAL" => is(matches!(first, Value::Bool(_))),
        "HEX2DEC" => {
            let text = first.to_text();
            i64::from_str_radix(text.trim(), 16).map_or(Value::Error, |number| Value::Number(number as f64))
        }
        "EVALUATE" => {
            let text = first.to_text();
            machine.spend_text(text.len());
            match parse(text.strip_prefix('=').unwrap_or(&text), Style::A1) {
                Ok(expr) => machine.evaluate(&expr, here),
                Err(_) => Value::Unknown,
            }
        }
        _ => return Some(arithmetic(name, values)),
    })
}

/// Functions of one or two numbers. What is not among them depends on the machine and is not known.
fn arithmetic(name: &str, values: &[Value]) -> Value {
    let number = |at: usize| values.get(at).map_or(Some(0.0), Value::number);
    let (Some(a), Some(b)) = (number(0), number(1)) else {
        return values.iter().find(|value| **value == Value::Error).map_or(Value::Unknown, lost);
    };
    let scale = 10_f64.powf(b.trunc().clamp(-300.0, 300.0));
    let result = match name {
        "PI" => std::f64::consts::PI,
        "ABS" => a.abs(),
        "INT" => a.floor(),
        "SIGN" => {
            if a == 0.0 {
                0.0
            } else {
                a.signum()
            }
        }
        "SQRT" => a.sqrt(),
        "ROUND" => (a * scale).abs().mul_add(1.0, 0.5).floor().copysign(a) / scale,
        "ROUNDUP" => (a * scale).abs().ceil().copysign(a) / scale,
        "ROUNDDOWN" | "TRUNC" => (a * scale).trunc() / scale,
        "MOD" => a - b * (a / b).floor(),
        "POWER" => a.powf(b),
        "QUOTIENT" => (a / b).trunc(),
        "LN" => a.ln(),
        "EXP" => a.exp(),
        "LOG10" => a.log10(),
        "SIN" => a.sin(),
        "COS" => a.cos(),
        "TAN" => a.tan(),
        "RADIANS" => a.to_radians(),
        "DEGREES" => a.to_degrees(),
        "EVEN" => (a.abs() / 2.0).ceil().copysign(a) * 2.0,
        "CEILING" => (a / b).ceil() * b,
        "FLOOR" => (a / b).floor() * b,
        "BITXOR" | "BITAND" | "BITOR" => return bits(name, a, b),
        "ISEVEN" => return Value::Bool(a.trunc() % 2.0 == 0.0),
        "ISODD" => return Value::Bool(a.trunc() % 2.0 != 0.0),
        _ => return Value::Unknown,
    };
    if result.is_finite() { Value::Number(result) } else { Value::Error }
}

fn bits(name: &str, a: f64, b: f64) -> Value {
    let (Some(a), Some(b)) = (Value::Number(a).whole(), Value::Number(b).whole()) else {
        return Value::Error;
    };
    #[expect(clippy::cast_precision_loss, reason = "BITXOR and its kin take numbers below 2^48")]
    Value::Number(match name {
        "BITXOR" => a ^ b,
        "BITAND" => a & b,
        _ => a | b,
    } as f64)
}
