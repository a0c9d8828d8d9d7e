//! Methods of arrays (ECMA-262, 15.4.4). Those that change an array change it for everyone who has it.

use super::super::command::evaluate::Machine;
use super::super::command::evaluate::value::Value;
use super::{builtins, operators};

pub(super) fn call(machine: &mut Machine<'_>, list: usize, name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first();
    match name {
        "push" | "unshift" => {
            machine.pay(arguments.len());
            let more = arguments.to_vec();
            let items = machine.items_mut(list)?;
            if name == "push" {
                items.extend(more);
            } else {
                items.splice(0..0, more);
            }
            Some(Value::count(items.len()))
        }
        "pop" => Some(machine.items_mut(list)?.pop().unwrap_or(Value::Null)),
        "shift" => {
            // The rest moves up.
            let len = machine.items(list).len();
            machine.pay(len / 64);
            let items = machine.items_mut(list)?;
            Some(if items.is_empty() { Value::Null } else { items.remove(0) })
        }
        "join" | "toString" | "toLocaleString" => {
            let with = match first {
                Some(value) if name == "join" => operators::text(machine, value),
                _ => ",".to_owned(),
            };
            joined(machine, list, &with)
        }
        "reverse" => {
            let len = machine.items(list).len();
            machine.pay(len);
            machine.items_mut(list)?.reverse();
            machine.undo("reverse");
            Some(Value::List(list))
        }
        "concat" => {
            let mut items = machine.items(list).to_vec();
            for value in arguments {
                match value {
                    Value::List(_) => items.extend(machine.elements(value)?),
                    value => items.push(value.clone()),
                }
            }
            Some(machine.list(items))
        }
        "slice" | "splice" => part(machine, list, name, arguments),
        "indexOf" | "lastIndexOf" | "includes" => {
            let len = machine.items(list).len();
            machine.pay(len);
            let find = first?;
            let at = machine.items(list).iter().position(|item| item == find);
            Some(if name == "includes" {
                Value::Bool(at.is_some())
            } else {
                at.map_or(Value::Num(-1.0), Value::count)
            })
        }
        "map" | "forEach" | "filter" | "some" | "every" | "find" => each(machine, list, name, first?),
        "reduce" => reduced(machine, list, first?, arguments.get(1)),
        "sort" | "fill" | "flat" => Some(Value::List(list)),
        "constructor" => Some(Value::type_name("Array")),
        _ => None,
    }
}

fn joined(machine: &mut Machine<'_>, list: usize, with: &str) -> Option<Value> {
    let items = machine.items(list).to_vec();
    machine.pay(items.len());
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        out.push_str(if at > 0 { with } else { "" });
        if *item != Value::Null {
            out.push_str(&operators::text(machine, item));
        }
        if out.len() > machine.limits.text_bytes_max {
            machine.text_cut = true;
            return None;
        }
    }
    machine.undo("join");
    Some(machine.string(out))
}

fn part(machine: &mut Machine<'_>, list: usize, name: &str, arguments: &[Value]) -> Option<Value> {
    let len = machine.items(list).len();
    machine.pay(len);
    let place = |value: Option<&Value>, default: usize| match value {
        None | Some(Value::Null) => Some(default),
        Some(value) => {
            let at = value.whole()?;
            let at = if at < 0 { i64::try_from(len).ok()?.saturating_add(at).max(0) } else { at };
            usize::try_from(at).ok().map(|at| at.min(len))
        }
    };
    let start = place(arguments.first(), 0)?;
    if name == "slice" {
        let end = place(arguments.get(1), len)?;
        let items = machine.items(list).get(start..end.max(start)).unwrap_or_default().to_vec();
        return Some(machine.list(items));
    }
    let count = arguments.get(1).map_or(Some(len - start), Value::index)?.min(len - start);
    let more = arguments.get(2..).unwrap_or_default().to_vec();
    let taken: Vec<Value> = machine.items_mut(list)?.splice(start..start + count, more).collect();
    Some(machine.list(taken))
}

fn each(machine: &mut Machine<'_>, list: usize, name: &str, function: &Value) -> Option<Value> {
    let items = machine.items(list).to_vec();
    machine.pay(items.len());
    let mut out = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        if machine.fuel == 0 {
            return None;
        }
        let arguments = vec![item.clone(), Value::count(at), Value::List(list)];
        let value = builtins::call(machine, function.clone(), Value::Null, arguments);
        let truth = machine.truth(&value);
        match name {
            "map" => out.push(value),
            "filter" if truth != Some(false) => out.push(item),
            "find" if truth == Some(true) => return Some(item),
            "some" if truth == Some(true) => return Some(Value::Bool(true)),
            "every" if truth == Some(false) => return Some(Value::Bool(false)),
            _ => {}
        }
    }
    Some(match name {
        "map" | "filter" => machine.list(out),
        "some" => Value::Bool(false),
        "every" => Value::Bool(true),
        _ => Value::Null,
    })
}

fn reduced(machine: &mut Machine<'_>, list: usize, function: &Value, start: Option<&Value>) -> Option<Value> {
    let mut items = machine.items(list).to_vec().into_iter();
    let mut sum = match start {
        Some(start) => start.clone(),
        None => items.next()?,
    };
    for item in items {
        if machine.fuel == 0 {
            return None;
        }
        sum = builtins::call(machine, function.clone(), Value::Null, vec![sum, item]);
    }
    Some(sum)
}
