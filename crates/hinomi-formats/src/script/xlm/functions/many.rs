//! Functions of many values at once, ranges among them: sums, tests, lookups.

use super::super::evaluate::compare;
use super::super::formula::Expr;
use super::super::machine::Machine;
use super::super::reference::Place;
use super::super::value::Value;
use super::places::moved;
use super::texts;

/// Functions of any number of values, ranges among them.
pub(super) fn call(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Option<Value> {
    match name {
        "SUM" | "PRODUCT" | "MIN" | "MAX" | "AVERAGE" | "COUNT" | "COUNTA" | "AND" | "OR" | "CONCAT"
        | "TEXTJOIN" => {}
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
        "COUNT" => {
            Value::Number(values.iter().filter(|value| matches!(value, Value::Number(_))).count() as f64)
        }
        "AND" | "OR" => truth(name, &values),
        "CONCAT" => texts::joined(machine, "", &values),
        "TEXTJOIN" => {
            let between = values.first().map(Value::to_text).unwrap_or_default();
            let skips = values.get(1).and_then(Value::is_true) == Some(true);
            let kept: Vec<Value> =
                values.into_iter().skip(2).filter(|value| !skips || !matches!(value, Value::Empty)).collect();
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
    if values.contains(&Value::Unknown) {
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
            let by = if results.columns() <= results.rows() {
                (i64::from(along), 0)
            } else {
                (0, i64::from(along))
            };
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
