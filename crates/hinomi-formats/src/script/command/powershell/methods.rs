//! Methods and members of values.

use super::super::evaluate::Machine;
use super::super::evaluate::value::Value;
use super::{objects, statics, strings};
use std::rc::Rc;

/// `owner.name(arguments)`; the name in lower case.
pub(in crate::script) fn call(
    machine: &mut Machine<'_>,
    owner: Value,
    name: &str,
    mut arguments: Vec<Value>,
) -> Value {
    // Scripts put backticks into names in any quotes.
    let plain;
    let name = if name.contains('`') {
        plain = name.replace('`', "");
        &plain
    } else {
        name
    };
    match &owner {
        Value::Method(method) => {
            let (inner, method_name) = &**method;
            if name == "invoke" {
                // `.Invoke(…)` of a method takes what the method takes.
                if let [Value::List(list)] = arguments.as_slice() {
                    arguments = machine.items(*list).to_vec();
                }
                return call(machine, inner.clone(), method_name, arguments);
            }
            Value::Unknown
        }
        Value::Type(kind) => statics::call(machine, kind, name, &arguments).unwrap_or(Value::Unknown),
        Value::Object(object) => objects::call(machine, *object, name, &arguments).unwrap_or(Value::Unknown),
        Value::Function(function) if name.starts_with("invoke") => {
            let arguments = arguments.into_iter().map(|value| (String::new(), value)).collect();
            machine.call(*function, arguments, false)
        }
        Value::Function(_) if name == "getnewclosure" => owner,
        Value::List(list) => list_call(machine, *list, name, &arguments),
        Value::Bytes(bytes) => match name {
            "clone" | "toarray" => owner.clone(),
            "getvalue" | "get_item" => arguments
                .first()
                .and_then(Value::index)
                .and_then(|at| bytes.get(at))
                .map_or(Value::Unknown, |byte| Value::Num(f64::from(*byte))),
            _ => Value::Unknown,
        },
        Value::Num(_) if name == "tostring" => {
            let how = arguments.first().map(|value| machine.text_of(value)).unwrap_or_default();
            let text = strings::number_format(&owner, &how).unwrap_or_else(|| machine.text_of(&owner));
            machine.string(text)
        }
        Value::Unknown => objects::reaching(machine, "", name, &arguments).unwrap_or(Value::Unknown),
        other => match other.as_text() {
            Some(text) if !text.as_str().contains(super::super::evaluate::value::GAP) => {
                strings::call(machine, &text, name, &arguments).unwrap_or(Value::Unknown)
            }
            _ => Value::Unknown,
        },
    }
}

fn list_call(machine: &mut Machine<'_>, list: usize, name: &str, arguments: &[Value]) -> Value {
    match name {
        "add" => {
            machine.pay(1);
            let value = arguments.first().cloned().unwrap_or(Value::Null);
            if let Some(items) = machine.items_mut(list) {
                items.push(value);
            }
            Value::Null
        }
        "addrange" => {
            let more = arguments.first().and_then(|value| machine.elements(value)).unwrap_or_default();
            if let Some(items) = machine.items_mut(list) {
                items.extend(more);
            }
            Value::Null
        }
        "reverse" => {
            let len = machine.items(list).len();
            machine.pay(len);
            machine.undo("reverse");
            if let Some(items) = machine.items_mut(list) {
                items.reverse();
            }
            Value::Null
        }
        "toarray" | "getenumerator" | "clone" => Value::List(list),
        "getvalue" | "get_item" | "item" => {
            let at = arguments.first().and_then(Value::index);
            at.and_then(|at| machine.items(list).get(at).cloned()).unwrap_or(Value::Unknown)
        }
        "get_length" | "get_count" => Value::count(machine.items(list).len()),
        // A method of each element.
        _ => {
            let items = machine.items(list).to_vec();
            if !machine.pay(items.len()) {
                return Value::Unknown;
            }
            let mut out = Vec::with_capacity(items.len());
            for item in items {
                match call(machine, item, name, arguments.to_vec()) {
                    Value::Unknown => return Value::Unknown,
                    value => out.push(value),
                }
            }
            machine.list(out)
        }
    }
}

/// `owner.name`; the name in lower case.
pub(in crate::script) fn member(machine: &mut Machine<'_>, owner: Value, name: &str) -> Value {
    match &owner {
        Value::Unknown => Value::Unknown,
        Value::Type(kind) => statics::member(machine, &Rc::clone(kind), name),
        Value::Object(object) => {
            if let Some(value) = machine.field(*object, name) {
                return value;
            }
            match (machine.kind(&owner), name) {
                ("executioncontext", "invokecommand" | "sessionstate") => owner,
                ("", _) => Value::Unknown,
                _ => Value::Method(Rc::new((owner, name.to_owned()))),
            }
        }
        Value::List(list) => match name {
            "length" | "count" | "longlength" => Value::count(machine.items(*list).len()),
            // What a match gives has its text as a member.
            "value" | "groups" | "captures" => owner,
            _ => Value::Method(Rc::new((owner, name.to_owned()))),
        },
        Value::Bytes(bytes) => match name {
            "length" | "count" => Value::count(bytes.len()),
            _ => Value::Unknown,
        },
        Value::Null => Value::Null,
        Value::Num(_) | Value::Bool(_) if matches!(name, "length" | "count") => Value::Num(1.0),
        other => match (other.as_text(), name) {
            (Some(text), "length") => Value::count(text.count()),
            (Some(_), "count") => Value::Num(1.0),
            (Some(_), "value" | "name" | "source" | "definition") => owner,
            (Some(_), _) => Value::Method(Rc::new((owner, name.to_owned()))),
            _ => Value::Unknown,
        },
    }
}
