//! Functions of references: where a cell is, what stands there, and the one beside it.

use super::super::actions::{range_of_value, target_of_text};
use super::super::evaluate::lost;
use super::super::formula::{Expr, Style};
use super::super::machine::Machine;
use super::super::reference::{Place, Range, Target};
use super::super::value::Value;
use crate::office::{COLUMNS_MAX, ROWS_MAX, push_cell, push_sheet};
use std::fmt::Write as _;
use std::rc::Rc;

/// Functions that take references as they are.
pub(super) fn call(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Option<Value> {
    const NAMES: [&str; 19] = [
        "ROW",
        "COLUMN",
        "ROWS",
        "COLUMNS",
        "ISREF",
        "ACTIVE.CELL",
        "SELECTION",
        "CALLER",
        "DEREF",
        "OFFSET",
        "INDEX",
        "INDIRECT",
        "TEXTREF",
        "ABSREF",
        "RELREF",
        "REFTEXT",
        "GET.CELL",
        "GET.FORMULA",
        "GET.NAME",
    ];
    if !NAMES.contains(&name) {
        return None;
    }
    // Where an argument should be a reference and nobody knows which one, the result is not known either.
    Some(value(machine, name, arguments, here).unwrap_or(Value::Unknown))
}

fn value(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Option<Value> {
    let range = |machine: &mut Machine<'_>, at| range_at(machine, arguments, at, here);
    Some(match name {
        "ROW" | "COLUMN" => {
            let place = if arguments.is_empty() { here } else { range(machine, 0)?.first };
            let at = if name == "ROW" { place.row } else { place.column };
            Value::Number(f64::from(at) + 1.0)
        }
        "ROWS" => range(machine, 0).map_or(Value::Unknown, |range| Value::Number(f64::from(range.rows()))),
        "COLUMNS" => {
            range(machine, 0).map_or(Value::Unknown, |range| Value::Number(f64::from(range.columns())))
        }
        "ISREF" => Value::Bool(range(machine, 0).is_some()),
        "ACTIVE.CELL" | "SELECTION" => {
            machine.active.map_or(Value::Unknown, |place| Value::Range(Range::of(place)))
        }
        "CALLER" => Value::Error,
        "DEREF" => arguments.first().map(|argument| machine.scalar(argument, here)).unwrap_or_default(),
        "OFFSET" => offset(machine, arguments, here)?,
        "INDEX" => index(machine, arguments, here),
        "INDIRECT" | "TEXTREF" | "ABSREF" | "RELREF" => read_reference(machine, name, arguments, here)?,
        "REFTEXT" => {
            let range = range(machine, 0)?;
            let is_a1 = given(machine, arguments, 1, here).is_some_and(|style| style.is_true() == Some(true));
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

/// The argument at a position, when it is a reference.
fn range_at(machine: &mut Machine<'_>, arguments: &[Expr], at: usize, here: Place) -> Option<Range> {
    match machine.evaluate(arguments.get(at)?, here) {
        Value::Range(range) => Some(range),
        _ => None,
    }
}

/// The argument at a position, unless it is left away.
fn given(machine: &mut Machine<'_>, arguments: &[Expr], at: usize, here: Place) -> Option<Value> {
    let value = machine.scalar(arguments.get(at)?, here);
    Some(value).filter(|value| *value != Value::Empty)
}

/// OFFSET(cells, rows, columns, height, width).
fn offset(machine: &mut Machine<'_>, arguments: &[Expr], here: Place) -> Option<Value> {
    let from = range_at(machine, arguments, 0, here)?;
    let mut number = |at: usize, default: u32| match given(machine, arguments, at, here) {
        None => Some(i64::from(default)),
        Some(value) => value.whole(),
    };
    let by = (number(1, 0)?, number(2, 0)?);
    let size = (number(3, from.rows())?, number(4, from.columns())?);
    Some(moved(from, by, size).map_or(Value::Error, Value::Range))
}

/// INDIRECT(text, style), TEXTREF(text, style), ABSREF(text, from), RELREF(text, from).
fn read_reference(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Option<Value> {
    let text = arguments.first().map(|text| machine.scalar(text, here)).unwrap_or_default();
    if name == "ABSREF" || name == "RELREF" {
        let base = range_at(machine, arguments, 1, here)?;
        let target = target_of_text(&text.to_text(), Style::R1C1);
        let resolved = |target: Rc<Target>| Value::Range(target.resolved(base.first.sheet, base.first));
        return Some(target.map_or(Value::Error, resolved));
    }
    let is_a1 = given(machine, arguments, 1, here).is_none_or(|style| style.is_true() != Some(false));
    let style = if is_a1 && name == "INDIRECT" { Style::A1 } else { Style::R1C1 };
    Some(match target_of_text(&text.to_text(), style) {
        Some(target) => machine.range_of(&target, here).map_or(Value::Error, Value::Range),
        None => range_of_value(machine, &text, here).map_or_else(|| lost(&text), Value::Range),
    })
}

/// The range moved by rows and columns, and of another size; `None` where that is not on the sheet.
pub(super) fn moved(from: Range, by: (i64, i64), size: (i64, i64)) -> Option<Range> {
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
