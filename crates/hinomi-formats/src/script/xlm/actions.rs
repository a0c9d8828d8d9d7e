//! Functions of macros that do something: move the run, change the workbook, reach outside.

use super::formula::{Expr, Style};
use super::functions::split_formula;
use super::machine::{Jump, Machine, Registered};
use super::record::{CALLS_MAX, line_of};
use super::reference::{Place, Range, Target};
use super::value::{Value, number_text};
use crate::script::{Power, command, vba};
use crate::{Problem, ProblemKind, office};
use std::collections::VecDeque;
use std::rc::Rc;

/// A call of one of these functions; `None` when the function is another one.
pub(super) fn call(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Option<Value> {
    if let Some(value) = reach(machine, name, arguments, here) {
        return Some(value);
    }
    if !office::is_macro_command(name) && !OTHERS.contains(&name) {
        return None;
    }
    if machine.is_looking {
        return Some(Value::Unknown);
    }
    Some(match name {
        "GOTO" | "HALT" | "RETURN" | "CLOSE" | "CLOSE.ALL" | "FILE.CLOSE" | "QUIT" => {
            jump(machine, name, arguments, here);
            Value::Empty
        }
        "BREAK" => {
            machine.jump.get_or_insert(Jump::Break);
            Value::Empty
        }
        "RUN" => run(machine, arguments, here),
        "ARGUMENT" => argument(machine, arguments, here),
        "SET.NAME" | "DEFINE.NAME" | "DELETE.NAME" => set_name(machine, name, arguments, here),
        "SET.VALUE" => set_value(machine, arguments, here),
        "FORMULA" | "FORMULA.FILL" | "FORMULA.ARRAY" => write_formula(machine, arguments, here),
        "COPY" | "CUT" => copy(machine, arguments, here),
        "SELECT" | "FORMULA.GOTO" | "ACTIVATE" | "WORKBOOK.ACTIVATE" | "WORKBOOK.SELECT" => {
            select(machine, arguments, here)
        }
        "ON.TIME" | "ON.KEY" | "ON.SHEET" | "ON.WINDOW" | "ON.DATA" | "ON.RECALC" | "ON.ENTRY"
        | "ON.DOUBLECLICK" => start_later(machine, name, arguments, here),
        "FOPEN" | "FCLOSE" | "FWRITE" | "FWRITELN" => file(machine, name, arguments, here),
        _ => {
            // Its arguments may do something themselves.
            for argument in arguments {
                machine.evaluate(argument, here);
            }
            Value::Bool(true)
        }
    })
}

/// Functions among these that are no commands by number.
const OTHERS: [&str; 28] = [
    "ARGUMENT",
    "BREAK",
    "GOTO",
    "HALT",
    "RETURN",
    "SET.NAME",
    "SET.VALUE",
    "FOPEN",
    "FCLOSE",
    "FWRITE",
    "FWRITELN",
    "ECHO",
    "CANCEL.KEY",
    "VOLATILE",
    "STEP",
    "RESULT",
    "PAUSE",
    "RESUME",
    "TERMINATE",
    "POKE",
    "UNREGISTER",
    "ADD.BAR",
    "ADD.MENU",
    "ADD.COMMAND",
    "SHOW.BAR",
    "DELETE.BAR",
    "RESTART",
    "ERROR",
];

/// What a call can do, and which of its arguments tell most; all when there are none.
const REACHING: &[(&str, Power)] = &[
    ("EXEC", Power::Process),
    ("EXECUTE", Power::Process),
    ("INITIATE", Power::Process),
    ("CALL", Power::Library),
    ("REGISTER", Power::Library),
    ("REGISTER.ID", Power::Library),
    ("FILE.DELETE", Power::Write),
    ("SAVE.AS", Power::Write),
    ("SAVE.COPY.AS", Power::Write),
    ("OPEN", Power::Other),
    ("OPEN.LINKS", Power::Other),
    ("OPEN.TEXT", Power::Other),
    ("SEND.MAIL", Power::Network),
    ("SEND.KEYS", Power::Other),
    ("VBA.INSERT.FILE", Power::Persist),
    ("ADDIN.MANAGER", Power::Persist),
    ("ALERT", Power::Other),
    ("MESSAGE", Power::Other),
    ("WORKBOOK.HIDE", Power::Other),
];

/// Calls that reach outside or deceive, and so are recorded.
fn reach(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Option<Value> {
    let (_, power) = REACHING.iter().find(|(known, _)| *known == name)?;
    if machine.is_looking {
        return Some(Value::Unknown);
    }
    let values: Vec<Value> = arguments.iter().map(|argument| machine.scalar(argument, here)).collect();
    // A jump in an argument: the call itself does not happen.
    if machine.jump.is_some() {
        return Some(Value::Empty);
    }
    match name {
        "CALL" => return Some(call_library(machine, &values, here)),
        "REGISTER" | "REGISTER.ID" => return Some(register(machine, name, &values, here)),
        _ => {}
    }
    let argument = line_of(&values, machine.limits.text_bytes_max);
    let power = if name == "OPEN" && argument.contains("://") { Power::Network } else { *power };
    let command = match name {
        "EXEC" => values.first().map(|line| line.to_text().to_string()),
        // DDE: the program and its topic are a command line.
        "INITIATE" => Some(argument.clone()),
        _ => None,
    };
    record(machine, here, name, power, argument, command);
    Some(match name {
        "ALERT" => Value::Bool(true),
        _ => Value::Unknown,
    })
}

fn record(
    machine: &mut Machine<'_>,
    here: Place,
    name: &str,
    power: Power,
    argument: String,
    command: Option<String>,
) {
    machine.spend_text(argument.len());
    if machine.record.calls.len() >= CALLS_MAX {
        let detail = format!("no more than {CALLS_MAX} calls are told");
        machine.tell(Problem::new(ProblemKind::Unsupported, "xlm", detail));
    }
    let sheet = machine.book.sheet_name(here.sheet);
    machine.record.call(sheet, here, name, power, argument, command);
}

/// CALL(library, function, types, arguments …), or CALL(what REGISTER gave, arguments …).
fn call_library(machine: &mut Machine<'_>, values: &[Value], here: Place) -> Value {
    if let Some(Value::Number(id)) = values.first()
        && let Some(registered) = machine.registered.get(number_text(*id).as_str()).cloned()
    {
        return library_call(machine, &registered, values.get(1..).unwrap_or_default(), here);
    }
    let text = |at: usize| values.get(at).map(Value::to_text).unwrap_or_default();
    let registered = Registered { library: text(0), export: text(1) };
    library_call(machine, &registered, values.get(3..).unwrap_or_default(), here)
}

/// REGISTER(library, function, types, name, …). Gives a number that stands for the function.
fn register(machine: &mut Machine<'_>, name: &str, values: &[Value], here: Place) -> Value {
    const FIRST_ID: usize = 1_000_000;
    let text = |at: usize| values.get(at).map(Value::to_text).unwrap_or_default();
    let registered = Registered { library: text(0), export: text(1) };
    record(machine, here, name, Power::Library, line_of(values, machine.limits.text_bytes_max), None);
    let id = number_text((FIRST_ID + machine.registered.len()) as f64);
    if !text(3).is_empty() {
        machine.registered.insert(text(3).to_lowercase().into(), registered.clone());
    }
    // A function without a name of its own is called by its own.
    machine.registered.insert(registered.export.to_lowercase().into(), registered.clone());
    machine.registered.insert(id.as_str().into(), registered);
    Value::Number(id.parse().unwrap_or_default())
}

/// A call of a function in a library.
pub(super) fn library_call(
    machine: &mut Machine<'_>,
    registered: &Registered,
    values: &[Value],
    here: Place,
) -> Value {
    if machine.is_looking {
        return Value::Unknown;
    }
    let texts = || values.iter().filter(|value| matches!(value, Value::Text(_) | Value::Unknown));
    let len_max = machine.limits.text_bytes_max;
    let export = &*registered.export;
    let power = vba::library_power(export).unwrap_or(Power::Library);
    let lower = export.to_ascii_lowercase();
    let command = if power != Power::Process {
        None
    } else if lower.starts_with("shellexecute") {
        // The operation stands in front of the file.
        let operations = ["open", "runas", "edit", "print", "find", "explore", ""];
        let skip = texts().next().is_some_and(|first| operations.contains(&&*first.to_text().to_lowercase()));
        Some(line_of(texts().skip(usize::from(skip)).take(2), len_max))
    } else {
        Some(line_of(texts(), len_max))
    };
    let name = if export.is_empty() || export.contains(vba::GAP) { "CALL" } else { export };
    let mut argument = line_of(values, machine.limits.text_bytes_max);
    if name == "CALL" {
        argument = format!("{} {export} {argument}", registered.library);
    }
    record(machine, here, name, power, argument, command.filter(|line| !line.trim().is_empty()));
    Value::Unknown
}

fn jump(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) {
    let value = arguments.first().map(|argument| machine.evaluate(argument, here)).unwrap_or_default();
    let jump = match name {
        "GOTO" => place_of(machine, &value, here).map(Jump::Goto),
        "RETURN" => Some(Jump::Return(machine.followed(value, here))),
        _ => Some(Jump::Halt),
    };
    // A jump to nowhere known ends the run: what stands below would not have run.
    if jump.is_none() && machine.jump.is_none() {
        machine.tell_at(here, "where the macro goes on could not be told");
    }
    machine.jump.get_or_insert(jump.unwrap_or(Jump::Halt));
}

/// The cell a value leads to: a reference, the text of one, or a name.
pub(super) fn place_of(machine: &mut Machine<'_>, value: &Value, here: Place) -> Option<Place> {
    range_of_value(machine, value, here).map(|range| range.first)
}

pub(super) fn range_of_value(machine: &mut Machine<'_>, value: &Value, here: Place) -> Option<Range> {
    match value {
        Value::Range(range) => Some(*range),
        Value::Text(text) => {
            let text = text.strip_prefix('=').unwrap_or(text);
            match super::formula::parse(text, Style::R1C1).ok()? {
                Expr::Reference(target) => machine.range_of(&target, here),
                name @ Expr::Name(_) => match machine.evaluate(&name, here) {
                    Value::Range(range) => Some(range),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

/// RUN(macro): a reference or the text of one.
fn run(machine: &mut Machine<'_>, arguments: &[Expr], here: Place) -> Value {
    let value = arguments.first().map(|argument| machine.evaluate(argument, here)).unwrap_or_default();
    match place_of(machine, &value, here) {
        Some(place) => machine.call_macro(place, Vec::new(), here),
        None => {
            let argument = value.to_text().to_string();
            record(machine, here, "RUN", Power::Other, argument, None);
            Value::Unknown
        }
    }
}

/// ARGUMENT(name, type, cell): gives what the macro was called with a name, a cell, or both.
fn argument(machine: &mut Machine<'_>, arguments: &[Expr], here: Place) -> Value {
    let given = machine.arguments.last_mut().and_then(VecDeque::pop_front).unwrap_or_default();
    let name = arguments.first().map(|name| machine.name_of(name, here)).unwrap_or_default();
    if !name.is_empty() {
        machine.names.insert(name, given.clone());
    }
    if let Some(Value::Range(range)) = arguments.get(2).map(|cell| machine.evaluate(cell, here)) {
        let value = machine.followed(given.clone(), here);
        machine.book.write_value(range.first, value);
    }
    given
}

/// SET.NAME(name, value), DEFINE.NAME(name, what it stands for).
fn set_name(machine: &mut Machine<'_>, function: &str, arguments: &[Expr], here: Place) -> Value {
    let Some(name) = arguments.first().map(|name| machine.name_of(name, here)) else { return Value::Error };
    let value = arguments.get(1).map(|value| machine.evaluate(value, here));
    match value {
        Some(Value::Text(text)) if function == "DEFINE.NAME" && text.starts_with('=') => {
            let value = Value::Text(text);
            let value = range_of_value(machine, &value, here).map_or(value, Value::Range);
            machine.names.insert(name, value);
        }
        Some(value) if function != "DELETE.NAME" => {
            machine.names.insert(name, value);
        }
        _ => {
            machine.names.remove(&name);
        }
    }
    Value::Bool(true)
}

/// SET.VALUE(cells, values).
fn set_value(machine: &mut Machine<'_>, arguments: &[Expr], here: Place) -> Value {
    let target = arguments.first().map(|target| machine.evaluate(target, here)).unwrap_or_default();
    let value = arguments.get(1).map(|value| machine.evaluate(value, here)).unwrap_or_default();
    let Some(range) = range_of_value(machine, &target, here) else { return Value::Error };
    if let Value::Array(rows) = value {
        for place in machine.places(range) {
            let row = rows.get((place.row - range.first.row) as usize).or_else(|| rows.last());
            let element = row
                .and_then(|row| row.get((place.column - range.first.column) as usize).or_else(|| row.last()));
            machine.book.write_value(place, element.cloned().unwrap_or_default());
        }
        return Value::Bool(true);
    }
    let value = machine.followed(value, here);
    note(machine, here, &value);
    for place in machine.places(range) {
        machine.book.write_value(place, value.clone());
    }
    Value::Bool(true)
}

/// FORMULA(text, cells): a formula when it starts with `=`, else a value. Cells default to the active one.
fn write_formula(machine: &mut Machine<'_>, arguments: &[Expr], here: Place) -> Value {
    let value = arguments.first().map(|text| machine.scalar(text, here)).unwrap_or_default();
    let target = arguments.get(1).map(|target| machine.evaluate(target, here));
    let range = match target {
        Some(Value::Empty) | None => machine.active.map(Range::of),
        Some(target) => range_of_value(machine, &target, here),
    };
    if machine.jump.is_some() {
        return Value::Empty;
    }
    note(machine, here, &value);
    let Some(range) = range else { return Value::Error };
    let places = machine.places(range);
    let text = value.to_text();
    match split_formula(&text) {
        Some(formula) if matches!(value, Value::Text(_)) => {
            let formula: Rc<str> = formula.into();
            for place in places {
                machine.book.write_formula(place, Rc::clone(&formula));
            }
        }
        _ => {
            // Digits that are typed in become a number.
            let value = match (&value, value.number()) {
                (Value::Text(text), Some(number)) if !text.trim().is_empty() => Value::Number(number),
                _ => value,
            };
            for place in places {
                machine.book.write_value(place, value.clone());
            }
        }
    }
    Value::Bool(true)
}

/// Keeps a text that is written when it may be worth reading.
fn note(machine: &mut Machine<'_>, here: Place, value: &Value) {
    let Value::Text(text) = value else { return };
    if machine.spend_text(text.len()) && (text.contains("://") || command::looks_like_command(text)) {
        machine.record.text(here, text);
    }
}

/// COPY(from, to), CUT(from, to): values and formulas as they are.
fn copy(machine: &mut Machine<'_>, arguments: &[Expr], here: Place) -> Value {
    let mut range = |at: usize| match arguments.get(at).map(|argument| machine.evaluate(argument, here)) {
        Some(Value::Range(range)) => Some(range),
        _ => None,
    };
    let (Some(from), Some(to)) = (range(0), range(1)) else { return Value::Bool(true) };
    for place in machine.held(from) {
        let target = Place {
            sheet: to.first.sheet,
            row: to.first.row.saturating_add(place.row - from.first.row),
            column: to.first.column.saturating_add(place.column - from.first.column),
        };
        if !machine.spend(4) {
            break;
        }
        match machine.book.formula_text(place).map(Rc::from) {
            Some(formula) => machine.book.write_formula(target, formula),
            None => {
                let value = machine.cell_value(place);
                machine.book.write_value(target, value);
            }
        }
    }
    Value::Bool(true)
}

/// SELECT(cells, active cell) and the like.
fn select(machine: &mut Machine<'_>, arguments: &[Expr], here: Place) -> Value {
    let values: Vec<Value> =
        arguments.iter().take(2).map(|argument| machine.evaluate(argument, here)).collect();
    for value in values.iter().rev() {
        if let Some(place) = place_of(machine, value, machine.active.unwrap_or(here)) {
            machine.active = Some(place);
            return Value::Bool(true);
        }
        let sheet = if let Value::Text(name) = value { machine.book.sheet(name) } else { None };
        if let Some(sheet) = sheet {
            machine.active = Some(Place { sheet, row: 0, column: 0 });
        }
    }
    Value::Bool(true)
}

/// ON.TIME(when, macro) and the like: the macro starts when something happens.
fn start_later(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Value {
    const LATER_MAX: usize = 256;
    let mut argument = String::new();
    for value in arguments.iter().map(|argument| machine.evaluate(argument, here)).collect::<Vec<_>>() {
        if let Some(place) = place_of(machine, &value, here)
            && machine.later.len() < LATER_MAX
        {
            machine.later.push(place);
        }
        if let Value::Text(text) = &value {
            argument = text.to_string();
        }
    }
    record(machine, here, name, Power::Other, argument, None);
    Value::Bool(true)
}

/// Files as macros write them: FOPEN gives a number, the others take it.
fn file(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], here: Place) -> Value {
    const READ_ONLY: i64 = 2;
    let values: Vec<Value> = arguments.iter().map(|argument| machine.scalar(argument, here)).collect();
    let first = values.first().cloned().unwrap_or_default();
    if name == "FOPEN" {
        let path = first.to_text();
        if values.get(1).and_then(Value::whole) != Some(READ_ONLY) {
            record(machine, here, name, Power::Write, path.to_string(), None);
        }
        return Value::Number(machine.record.open_file(here, &path) as f64);
    }
    let number = first.whole().and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
    if let Some(data) = values.get(1) {
        let mut text = data.to_text().to_string();
        if name == "FWRITELN" {
            text.push_str("\r\n");
        }
        machine.spend_text(text.len());
        if !machine.record.write_file(number, &text, machine.limits.text_bytes_max) {
            let limit = machine.limits.text_bytes_max as u64;
            let place = machine.record.file_path(number).unwrap_or_default().to_owned();
            machine.tell(Problem::limit(place, "text_bytes_max", limit));
        }
    }
    Value::Bool(true)
}

/// A reference read from text, as INDIRECT and TEXTREF do.
pub(super) fn target_of_text(text: &str, style: Style) -> Option<Rc<Target>> {
    match super::formula::parse(text, style).ok()? {
        Expr::Reference(target) => Some(target),
        _ => None,
    }
}
