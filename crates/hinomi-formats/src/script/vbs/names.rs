//! Names, members and calls of VBScript: parentheses are an index, a call, or the arguments of a method, depending
//! on what stands before them.

use super::parse::procedure_key;
use super::{builtins, operators};
use crate::script::command::evaluate::Machine;
use crate::script::command::evaluate::tree::{Expr, Link, Node};
use crate::script::command::evaluate::value::Value;
use crate::script::command::powershell::{objects as shared, pattern};
use crate::script::jscript::objects;

/// The value of a name that the script did not set.
pub(in crate::script) fn global(machine: &mut Machine<'_>, name: &str) -> Value {
    if let Some(Value::Function(function)) = machine.lookup(&procedure_key(name)).cloned() {
        return machine.call(function, Vec::new(), false);
    }
    if let Some(text) = builtins::constant(name) {
        return text;
    }
    match name {
        "wscript" => Value::type_name("WScript"),
        "err" | "window" | "document" | "self" | "me" | "top" | "parent" | "navigator" | "location" => {
            Value::Unknown
        }
        _ if builtins::is_builtin(name) => builtins::call(machine, name, &[]).unwrap_or(Value::Unknown),
        // A name that was never set is empty.
        _ => Value::Null,
    }
}

/// A value and what is taken of it.
pub(in crate::script) fn linked(machine: &mut Machine<'_>, base: &Expr, links: &[Link]) -> Value {
    let mut links = links.iter().peekable();
    let mut value = match (&base.node, links.peek()) {
        (Node::Name(name), Some(Link::Call(arguments))) => {
            links.next();
            call_name(machine, name, arguments)
        }
        _ => machine.expression(base),
    };
    while let Some(link) = links.next() {
        if machine.fuel == 0 {
            return Value::Unknown;
        }
        value = match link {
            Link::Member(name) => {
                let name = machine.expression(name);
                let name = machine.text_of(&name);
                if let Some(Link::Call(arguments)) = links.peek() {
                    links.next();
                    let arguments = machine.values(arguments);
                    call_member(machine, value, &name, &arguments)
                } else {
                    member(machine, value, &name)
                }
            }
            Link::Call(arguments) | Link::Index(Expr { node: Node::Array(arguments), .. }) => {
                let arguments = machine.values(arguments);
                element(machine, value, &arguments)
            }
            Link::Index(_) => Value::Unknown,
        };
    }
    value
}

/// `name(arguments)`.
fn call_name(machine: &mut Machine<'_>, name: &str, arguments: &[Expr]) -> Value {
    let held = machine.lookup(name).cloned();
    if let Some(value @ (Value::List(_) | Value::Object(_) | Value::Bytes(_) | Value::Function(_))) = held {
        let arguments = machine.values(arguments);
        return element(machine, value, &arguments);
    }
    if let Some(Value::Function(function)) = machine.lookup(&procedure_key(name)).cloned() {
        return call_procedure(machine, function, arguments);
    }
    let values = machine.values(arguments);
    match builtins::call(machine, name, &values) {
        Some(value) => value,
        None => Value::Unknown,
    }
}

/// What a procedure does to its parameters it does to the variables it was given.
fn call_procedure(machine: &mut Machine<'_>, function: usize, arguments: &[Expr]) -> Value {
    let values = machine.values(arguments);
    let given: Vec<(String, Value)> = values.iter().map(|value| (String::new(), value.clone())).collect();
    let result = machine.call(function, given, false);
    let returned = std::mem::take(&mut machine.returned);
    for ((argument, before), after) in arguments.iter().zip(&values).zip(returned) {
        if let Node::Name(name) = &argument.node
            && after.is_known()
            && after != *before
            && machine.lookup(name).is_some()
        {
            *machine.slot(name) = after;
        }
    }
    result
}

/// `value(index)` of an array, a dictionary, an environment; a call of a procedure that was named.
pub(in crate::script) fn element(machine: &mut Machine<'_>, owner: Value, arguments: &[Value]) -> Value {
    match (&owner, arguments) {
        (Value::List(list), [index]) => {
            let at = operators::number(index).and_then(|number| Value::Num(number).index());
            machine.undo("index");
            at.and_then(|at| machine.items(*list).get(at).cloned()).unwrap_or(Value::Unknown)
        }
        (Value::List(_), [index, rest @ ..]) => {
            let inner = element(machine, owner.clone(), std::slice::from_ref(index));
            if rest.is_empty() || !matches!(inner, Value::List(_)) {
                return Value::Unknown;
            }
            match rest {
                [next] => element(machine, inner, std::slice::from_ref(next)),
                _ => Value::Unknown,
            }
        }
        (Value::Bytes(bytes), [index]) => index
            .index()
            .and_then(|at| bytes.get(at))
            .map_or(Value::Unknown, |byte| Value::Num(f64::from(*byte))),
        (Value::Function(function), _) => {
            let given = arguments.iter().map(|value| (String::new(), value.clone())).collect();
            machine.call(*function, given, false)
        }
        (Value::Object(_), [_]) => call_member(machine, owner, "item", arguments),
        (Value::Method(method), _) => {
            let (inner, name) = &**method;
            call_member(machine, inner.clone(), name, arguments)
        }
        _ => Value::Unknown,
    }
}

/// `value.name` without parentheses: a property, or a method that needs no arguments.
pub(in crate::script) fn member(machine: &mut Machine<'_>, owner: Value, name: &str) -> Value {
    match &owner {
        Value::Object(object) => {
            let kind = machine.kind(&owner).to_owned();
            if let Some(value) = machine.field(*object, name) {
                return value;
            }
            if kind == CLASS || kind == "regexp" || kind == "scripting.dictionary" {
                return call_member(machine, owner, name, &[]);
            }
            match objects::member(machine, *object, name) {
                Value::Method(_) => call_member(machine, owner, name, &[]),
                value => value,
            }
        }
        Value::Type(_) => match name {
            "scriptfullname" | "scriptname" => Value::Env("SCRIPT".into()),
            _ => call_member(machine, owner, name, &[]),
        },
        _ => Value::Unknown,
    }
}

/// The kind of what `New` makes of a class of the script.
const CLASS: &str = "\u{3}class";

/// `New Name`.
pub(in crate::script) fn construct(machine: &mut Machine<'_>, class: &Value) -> Value {
    let name = machine.text_of(class);
    if name == "regexp" {
        return machine.object("regexp", Vec::new());
    }
    let made = machine.object(CLASS, Vec::new());
    if let Some(Value::Function(function)) = machine.lookup(&procedure_key("class_initialize")).cloned() {
        machine.call(function, Vec::new(), false);
    }
    made
}

/// `owner.name(arguments)`.
fn call_member(machine: &mut Machine<'_>, owner: Value, name: &str, arguments: &[Value]) -> Value {
    match &owner {
        Value::Type(_) => host(machine, name, arguments).unwrap_or(Value::Unknown),
        Value::Object(object) => {
            let kind = machine.kind(&owner).to_owned();
            let found = match kind.as_str() {
                CLASS => procedure(machine, name, arguments).or_else(|| machine.lookup(name).cloned()),
                "regexp" => regular(machine, *object, name, arguments),
                "scripting.dictionary" => dictionary(machine, *object, name, arguments),
                _ if name == "execquery" || name == "instancesof" => Some(Value::Unknown),
                _ => objects::call(machine, *object, name, arguments.to_vec()),
            };
            found.unwrap_or(Value::Unknown)
        }
        Value::Unknown => {
            if matches!(name, "settimeout" | "setinterval" | "execscript")
                && let Some(text) = arguments.first().and_then(|text| machine.known_text(text))
            {
                return machine.run_text(&text);
            }
            objects::of_unknown(machine, name, arguments).unwrap_or(Value::Unknown)
        }
        _ => Value::Unknown,
    }
}

fn procedure(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let Some(Value::Function(function)) = machine.lookup(&procedure_key(name)).cloned() else { return None };
    let given = arguments.iter().map(|value| (String::new(), value.clone())).collect();
    Some(machine.call(function, given, false))
}

/// `WScript.…`.
fn host(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    match name {
        "createobject" | "getobject" => builtins::call(machine, name, arguments),
        "sleep" | "echo" | "quit" | "disconnectobject" => Some(Value::Null),
        _ => None,
    }
}

/// The pattern object of the script host.
fn regular(machine: &mut Machine<'_>, object: usize, name: &str, arguments: &[Value]) -> Option<Value> {
    let source = machine.field(object, "pattern").map(|value| machine.text_of(&value)).unwrap_or_default();
    let flag = |machine: &mut Machine<'_>, name: &str| {
        machine.field(object, name).and_then(|value| machine.truth(&value)).unwrap_or(false)
    };
    let (global, ignore_case) = (flag(machine, "global"), flag(machine, "ignorecase"));
    let text = machine.known_text(arguments.first()?)?;
    let regex = pattern::compile(&source, ignore_case)?;
    if !machine.pay(64 + text.len() / 4) {
        return None;
    }
    match name {
        "test" => Some(Value::Bool(regex.is_match(&text))),
        "replace" => {
            let with = machine.known_text(arguments.get(1)?)?;
            machine.undo("replace");
            let text = if global {
                pattern::replace_all(&regex, &text, &with, machine.limits.text_bytes_max)?
            } else {
                regex.replacen(&text, 1, pattern::replacement(&with).as_str()).into_owned()
            };
            Some(machine.string(text))
        }
        "execute" => {
            let most = if global { usize::MAX } else { 1 };
            let found: Vec<String> =
                regex.find_iter(&text).take(most).map(|found| found.as_str().to_owned()).collect();
            machine.undo("matches");
            Some(machine.texts(found))
        }
        _ => None,
    }
}

/// Keys of a dictionary stand behind this, apart from the properties of the object.
const KEY: char = '\u{3}';

fn dictionary(machine: &mut Machine<'_>, object: usize, name: &str, arguments: &[Value]) -> Option<Value> {
    let key = match arguments.first() {
        Some(key) => format!("{KEY}{}", machine.text_of(key)),
        None => String::new(),
    };
    match name {
        "add" => {
            machine.set_field(object, &key, arguments.get(1)?.clone());
            Some(Value::Null)
        }
        "item" => {
            // `d("k") = v` sets a field of that very name.
            let plain = key.trim_start_matches(KEY).to_owned();
            machine.field(object, &key).or_else(|| machine.field(object, &plain))
        }
        "exists" => Some(Value::Bool(machine.field(object, &key).is_some())),
        "keys" | "items" => {
            let fields = machine.fields(object)?.entries.clone();
            machine.pay(fields.len());
            let own = fields.into_iter().filter_map(|(name, value)| {
                let key = name.strip_prefix(KEY)?.to_owned();
                Some((key, value))
            });
            let items: Vec<Value> =
                own.map(|(key, value)| if name == "keys" { Value::text(key) } else { value }).collect();
            Some(machine.list(items))
        }
        "count" => Some(Value::Unknown),
        _ => Some(Value::Null),
    }
}

/// The object that `CreateObject` makes.
pub(super) fn created(machine: &mut Machine<'_>, kind: &str) -> Value {
    let kind = if kind.eq_ignore_ascii_case("vbscript.regexp") { "regexp" } else { kind };
    shared::make(machine, kind, Vec::new())
}
