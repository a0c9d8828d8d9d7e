//! Functions that only work something out, from arguments and cells: numbers, tests, references, lookups.

use super::actions::{range_of_value, target_of_text};
use super::evaluate::{compare, lost};
use super::formula::{Expr, Style, parse};
use super::machine::Machine;
use super::reference::{Place, Range};
use super::texts;
use super::value::Value;
use std::fmt::Write as _;
use crate::office::{COLUMNS_MAX, ROWS_MAX, push_cell, push_sheet};

/// A call of one of these functions; `None` when the function is another one.
pub(super) fn call(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Option<Value> {
    if let Some(value) = of_references(machine, name, arguments, here) {
        return Some(value);
    }
    if let Some(value) = of_many(machine, name, arguments, here) {
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
    const NAMES: &[&str] = &[
        "TRUE", "FALSE", "NA", "PI", "ABS", "INT", "SIGN", "SQRT", "ROUND", "ROUNDUP", "ROUNDDOWN", "TRUNC", "MOD",
        "POWER", "QUOTIENT", "LN", "EXP", "LOG10", "BITXOR", "BITAND", "BITOR", "NOT", "ISERROR", "ISERR", "ISNA",
        "ISNUMBER", "ISTEXT", "ISNONTEXT", "ISBLANK", "ISLOGICAL", "ISEVEN", "ISODD", "EVALUATE", "HEX2DEC",
        "GET.WORKSPACE", "GET.WINDOW", "NOW", "TODAY", "RAND", "RANDBETWEEN", "DAY", "MONTH", "YEAR", "HOUR", "MINUTE",
        "SECOND", "DATE", "WEEKDAY", "INPUT", "FILES", "DIRECTORY", "FREAD", "FREADLN", "FSIZE", "FPOS", "GET.DOCUMENT",
        "GET.WORKBOOK", "GET.NOTE", "GET.OBJECT", "INFO", "CELL", "DOCUMENTS", "WINDOWS", "NAMES", "CEILING", "FLOOR",
        "EVEN", "ODD", "DERIVED", "SIN", "COS", "TAN", "RADIANS", "DEGREES", "FACT", "LAST.ERROR", "ERROR.TYPE",
    ];
    NAMES.contains(&name)
}

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
        "GET.WORKSPACE" => workspace(first.whole()),
        "GET.WINDOW" => window(first.whole()),
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
        "SIGN" => if a == 0.0 { 0.0 } else { a.signum() },
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
    let (Some(a), Some(b)) = (Value::Number(a).whole(), Value::Number(b).whole()) else { return Value::Error };
    #[expect(clippy::cast_precision_loss, reason = "BITXOR and its kin take numbers below 2^48")]
    Value::Number(match name {
        "BITXOR" => a ^ b,
        "BITAND" => a & b,
        _ => a | b,
    } as f64)
}

/// GET.WORKSPACE: what a person's Excel says, so that macros that look for a sandbox go on.
fn workspace(what: Option<i64>) -> Value {
    match what {
        Some(1) => Value::text("Windows (64-bit) NT 10.00"),
        Some(2) => Value::text("16.0"),
        Some(13) => Value::Number(1_440.0),
        Some(14) => Value::Number(810.0),
        // A mouse, sound in and out.
        Some(19 | 42 | 43) => Value::Bool(true),
        // Single steps: nobody watches.
        Some(31) => Value::Bool(false),
        _ => Value::Unknown,
    }
}

/// GET.WINDOW: a window in front, over the whole screen.
fn window(what: Option<i64>) -> Value {
    match what {
        Some(7 | 31) => Value::Bool(false),
        Some(20) => Value::Bool(true),
        Some(23) => Value::Number(3.0),
        _ => Value::Unknown,
    }
}

/// Functions that take references as they are.
fn of_references(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Option<Value> {
    let range = |machine: &mut Machine<'_>, at: usize| {
        let value = arguments.get(at).map(|argument| machine.evaluate(argument, here));
        match value {
            Some(Value::Range(range)) => Some(range),
            _ => None,
        }
    };
    let whole = |machine: &mut Machine<'_>, at: usize| {
        arguments.get(at).map(|argument| machine.scalar(argument, here)).filter(|value| *value != Value::Empty)
    };
    Some(match name {
        "ROW" | "COLUMN" => {
            let place = if arguments.is_empty() { here } else { range(machine, 0)?.first };
            let at = if name == "ROW" { place.row } else { place.column };
            Value::Number(f64::from(at) + 1.0)
        }
        "ROWS" => range(machine, 0).map_or(Value::Unknown, |range| Value::Number(f64::from(range.rows()))),
        "COLUMNS" => range(machine, 0).map_or(Value::Unknown, |range| Value::Number(f64::from(range.columns()))),
        "ISREF" => Value::Bool(range(machine, 0).is_some()),
        "ACTIVE.CELL" | "SELECTION" => machine.active.map_or(Value::Unknown, |place| Value::Range(Range::of(place))),
        "CALLER" => Value::Error,
        "DEREF" => arguments.first().map(|argument| machine.scalar(argument, here)).unwrap_or_default(),
        "OFFSET" => {
            let from = range(machine, 0)?;
            let number = |machine: &mut Machine<'_>, at| whole(machine, at).map(|value| value.whole());
            let rows = number(machine, 1).unwrap_or(Some(0))?;
            let columns = number(machine, 2).unwrap_or(Some(0))?;
            let height = number(machine, 3).unwrap_or(Some(i64::from(from.rows())))?;
            let width = number(machine, 4).unwrap_or(Some(i64::from(from.columns())))?;
            moved(from, (rows, columns), (height, width)).map_or(Value::Error, Value::Range)
        }
        "INDEX" => index(machine, arguments, here),
        "INDIRECT" | "TEXTREF" => {
            let text = arguments.first().map(|text| machine.scalar(text, here)).unwrap_or_default();
            let is_a1 = whole(machine, 1).is_none_or(|style| style.is_true() != Some(false));
            let style = if is_a1 && name == "INDIRECT" { Style::A1 } else { Style::R1C1 };
            let target = target_of_text(&text.to_text(), style);
            match target {
                Some(target) => machine.range_of(&target, here).map_or(Value::Error, Value::Range),
                None => range_of_value(machine, &text, here).map_or_else(|| lost(&text), Value::Range),
            }
        }
        "ABSREF" | "RELREF" => {
            let text = arguments.first().map(|text| machine.scalar(text, here)).unwrap_or_default();
            let base = range(machine, 1)?;
            let target = target_of_text(&text.to_text(), Style::R1C1);
            target.map_or(Value::Error, |target| Value::Range(target.resolved(base.first.sheet, base.first)))
        }
        "REFTEXT" => {
            let range = range(machine, 0)?;
            let is_a1 = whole(machine, 1).is_some_and(|style| style.is_true() == Some(true));
            Value::text(&reference_text(machine, range, is_a1))
        }
        "GET.CELL" => cell_property(machine, arguments, here),
        "GET.FORMULA" => {
            let place = range(machine, 0)?.first;
            match machine.book.formula_text(place) {
                Some(text) => Value::text(&format!("={text}")),
                None => machine.cell_value(place),
            }
        }
        "GET.NAME" => {
            let name = arguments.first().map(|name| machine.name_of(name, here)).unwrap_or_default();
            let formula = machine.book.name(name.trim_start_matches('!'));
            formula.map_or(Value::Error, |formula| Value::text(&format!("={formula}")))
        }
        _ => return None,
    })
}

/// The range moved by rows and columns, and of another size; `None` where that is not on the sheet.
fn moved(from: Range, by: (i64, i64), size: (i64, i64)) -> Option<Range> {
    let row = i64::from(from.first.row).checked_add(by.0)?;
    let column = i64::from(from.first.column).checked_add(by.1)?;
    let last = |at: i64, len: i64| at.checked_add(len.checked_sub(len.signum())?);
    let place = |row: i64, column: i64| {
        let row = u32::try_from(row).ok().filter(|row| *row < ROWS_MAX)?;
        let column = u32::try_from(column).ok().filter(|column| *column < COLUMNS_MAX)?;
        Some(Place { sheet: from.first.sheet, row, column })
    };
    Some(Range::between(place(row, column)?, place(last(row, size.0)?, last(column, size.1)?)?))
}

/// INDEX(range or array, row, column). In one row or column the only number counts along it.
fn index(machine: &mut Machine<'_>, arguments: &[Expr], here: Place) -> Value {
    let from = arguments.first().map(|from| machine.evaluate(from, here)).unwrap_or_default();
    let mut at = |number: usize| match arguments.get(number).map(|argument| machine.scalar(argument, here)) {
        None | Some(Value::Empty) => Some(0),
        Some(value) => value.whole(),
    };
    let (Some(row), Some(column)) = (at(1), at(2)) else { return Value::Unknown };
    let along = |row: i64, column: i64, rows: u32| {
        if rows == 1 && column == 0 { (1, row) } else { (row, column) }
    };
    match from {
        Value::Range(range) => {
            let (row, column) = along(row, column, range.rows());
            let by = (row.max(1).saturating_sub(1), column.max(1).saturating_sub(1));
            let inside = by.0 < i64::from(range.rows()) && by.1 < i64::from(range.columns());
            moved(range, by, (1, 1)).filter(|_| inside).map_or(Value::Error, Value::Range)
        }
        Value::Array(rows) => {
            let (row, column) = along(row, column, u32::try_from(rows.len()).unwrap_or(u32::MAX));
            let at = |number: i64| usize::try_from(number.max(1).saturating_sub(1)).unwrap_or(usize::MAX);
            rows.get(at(row)).and_then(|row| row.get(at(column))).cloned().unwrap_or(Value::Error)
        }
        value => lost(&value),
    }
}

fn reference_text(machine: &Machine<'_>, range: Range, is_a1: bool) -> String {
    let mut text = String::new();
    push_sheet(&mut text, machine.book.sheet_name(range.first.sheet));
    text.push('!');
    let corners = [(range.first.row, range.first.column), (range.last_row, range.last_column)];
    let shown = if range.is_cell() { 1 } else { 2 };
    for (at, (row, column)) in corners.into_iter().take(shown).enumerate() {
        if at > 0 {
            text.push(':');
        }
        if is_a1 {
            push_cell(&mut text, row, column);
        } else {
            let _ = write!(text, "R{}C{}", u64::from(row) + 1, u64::from(column) + 1);
        }
    }
    text
}

/// GET.CELL(what, cell): what the file says; fonts, colours and sizes are not read.
fn cell_property(machine: &mut Machine<'_>, arguments: &[Expr], here: Place) -> Value {
    let what = arguments.first().map(|what| machine.scalar(what, here)).unwrap_or_default().whole();
    let target = arguments.get(1).map(|target| machine.evaluate(target, here));
    let place = match target {
        Some(Value::Range(range)) => range.first,
        Some(_) => return Value::Unknown,
        None => machine.active.unwrap_or(here),
    };
    match what {
        Some(1) => Value::text(&reference_text(machine, Range::of(place), true)),
        Some(2) => Value::Number(f64::from(place.row) + 1.0),
        Some(3) => Value::Number(f64::from(place.column) + 1.0),
        Some(5 | 53) => machine.cell_value(place),
        Some(6) => match machine.book.formula_text(place) {
            Some(text) => Value::text(&format!("={text}")),
            None => machine.cell_value(place),
        },
        Some(48) => Value::Bool(machine.book.formula_text(place).is_some()),
        _ => Value::Unknown,
    }
}

/// Functions of any number of values, ranges among them.
fn of_many(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Option<Value> {
    match name {
        "SUM" | "PRODUCT" | "MIN" | "MAX" | "AVERAGE" | "COUNT" | "COUNTA" | "AND" | "OR" | "CONCAT" | "TEXTJOIN" => {}
        "MATCH" | "LOOKUP" | "VLOOKUP" | "HLOOKUP" => return Some(lookup(machine, name, arguments, here)),
        _ => return None,
    }
    let mut values = Vec::new();
    for argument in arguments {
        let value = machine.evaluate(argument, here);
        machine.spread(value, &mut values);
    }
    Some(match name {
        "COUNTA" => Value::Number(values.iter().filter(|value| **value != Value::Empty).count() as f64),
        "COUNT" => Value::Number(values.iter().filter(|value| matches!(value, Value::Number(_))).count() as f64),
        "AND" | "OR" => truth(name, &values),
        "CONCAT" => texts::joined(machine, "", &values),
        "TEXTJOIN" => {
            let between = values.first().map(Value::to_text).unwrap_or_default();
            let skips = values.get(1).and_then(Value::is_true) == Some(true);
            let kept: Vec<Value> = values
                .into_iter()
                .skip(2)
                .filter(|value| !skips || !matches!(value, Value::Empty))
                .collect();
            texts::joined(machine, &between, &kept)
        }
        _ => total(name, &values),
    })
}

fn truth(name: &str, values: &[Value]) -> Value {
    let decisive = name == "OR";
    if values.iter().any(|value| value.is_true() == Some(decisive)) {
        return Value::Bool(decisive);
    }
    if values.iter().any(|value| value.is_true().is_none()) { Value::Unknown } else { Value::Bool(!decisive) }
}

fn total(name: &str, values: &[Value]) -> Value {
    if values.iter().any(|value| *value == Value::Unknown) {
        return Value::Unknown;
    }
    let numbers: Vec<f64> = values
        .iter()
        .filter(|value| matches!(value, Value::Number(_) | Value::Bool(_)))
        .filter_map(Value::number)
        .collect();
    let result = match name {
        "SUM" => numbers.iter().sum(),
        "PRODUCT" => numbers.iter().product(),
        "MIN" => numbers.iter().copied().reduce(f64::min).unwrap_or(0.0),
        "MAX" => numbers.iter().copied().reduce(f64::max).unwrap_or(0.0),
        _ => numbers.iter().sum::<f64>() / numbers.len() as f64,
    };
    if result.is_finite() { Value::Number(result) } else { Value::Error }
}

/// MATCH, LOOKUP, VLOOKUP and HLOOKUP for values that are met exactly; where none is, the last smaller one.
fn lookup(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Value {
    let wanted = arguments.first().map(|wanted| machine.scalar(wanted, here)).unwrap_or_default();
    let Some(Value::Range(range)) = arguments.get(1).map(|table| machine.evaluate(table, here)) else {
        return Value::Unknown;
    };
    let is_down = match name {
        "VLOOKUP" => true,
        "HLOOKUP" => false,
        _ => range.columns() <= range.rows(),
    };
    let mut line = range;
    if is_down {
        line.last_column = line.first.column;
    } else {
        line.last_row = line.first.row;
    }
    let mut found = None;
    for place in machine.held(line) {
        let value = machine.cell_value(place);
        match compare(&value, &wanted) {
            Some(ordering) if ordering.is_eq() => {
                found = Some(place);
                break;
            }
            Some(ordering) if ordering.is_lt() => found = Some(place),
            _ => {}
        }
    }
    let Some(place) = found else { return Value::Error };
    let along = if is_down { place.row - range.first.row } else { place.column - range.first.column };
    if name == "MATCH" {
        return Value::Number(f64::from(along) + 1.0);
    }
    let third = arguments.get(2).map(|third| machine.evaluate(third, here)).unwrap_or_default();
    let target = match (name, third) {
        ("LOOKUP", Value::Range(results)) => {
            let by = if results.columns() <= results.rows() { (i64::from(along), 0) } else { (0, i64::from(along)) };
            moved(results, by, (1, 1)).map(|range| range.first)
        }
        ("LOOKUP", _) => Some(place),
        (_, third) => third.whole().and_then(|number| {
            let other = u32::try_from(number.checked_sub(1)?).ok()?;
            Some(if is_down {
                Place { column: place.column.checked_add(other)?, ..place }
            } else {
                Place { row: place.row.checked_add(other)?, ..place }
            })
        }),
    };
    target.map_or(Value::Error, |place| machine.cell_value(place))
}

impl Machine<'_> {
    /// The values of a range or an array, one after the other.
    fn spread(&mut self, value: Value, values: &mut Vec<Value>) {
        match value {
            Value::Range(range) if range.is_cell() => values.push(self.cell_value(range.first)),
            Value::Range(range) => {
                for place in self.held(range) {
                    let value = self.cell_value(place);
                    values.push(value);
                }
            }
            Value::Array(rows) => values.extend(rows.iter().flatten().cloned()),
            value => values.push(value),
        }
    }
}
