//! Names, members and functions of the language and of the script host.

use super::super::command::decode_base64;
use super::super::command::evaluate::Machine;
use super::super::command::evaluate::trace::Deed;
use super::super::command::evaluate::value::Value;
use super::super::command::powershell::{objects as shared, pattern};
use super::{lists, objects, operators, percent_decoded, strings, unescaped};
use std::rc::Rc;

/// Names that exist without being declared.
const GLOBALS: &[&str] = &[
    "String",
    "Array",
    "Math",
    "Object",
    "Function",
    "Date",
    "RegExp",
    "JSON",
    "Number",
    "Boolean",
    "Error",
    "parseInt",
    "parseFloat",
    "unescape",
    "escape",
    "decodeURIComponent",
    "decodeURI",
    "encodeURIComponent",
    "encodeURI",
    "atob",
    "btoa",
    "eval",
    "execScript",
    "WScript",
    "WSH",
    "document",
    "ActiveXObject",
    "GetObject",
    "isNaN",
    "setTimeout",
    "setInterval",
    "navigator",
    "location",
    "Enumerator",
    "VBArray",
    "Uint8Array",
    "XMLHttpRequest",
];

/// The value of a name that the script did not set.
pub(in crate::script) fn global(_machine: &mut Machine<'_>, name: &str) -> Value {
    match name {
        "window" | "self" | "globalThis" | "this" | "top" | "parent" | "frames" => {
            Value::type_name("globalThis")
        }
        "undefined" => Value::Null,
        "NaN" => Value::Num(f64::NAN),
        "Infinity" => Value::Num(f64::INFINITY),
        _ if GLOBALS.contains(&name) => Value::type_name(name),
        _ => Value::Unknown,
    }
}

/// What a native function says about itself.
pub(super) fn native_text(name: &str) -> String {
    format!("function {name}() {{\n    [native code]\n}}")
}

/// A compiled pattern when the value is one: outer `None` when it is none, inner when it cannot be compiled.
pub(super) fn regex(machine: &mut Machine<'_>, value: &Value) -> Option<(Option<regex::Regex>, String)> {
    let Value::Object(object) = value else { return None };
    if machine.kind(value) != "regexp" {
        return None;
    }
    let source = machine.field(*object, "source").map(|value| machine.text_of(&value)).unwrap_or_default();
    let flags = machine.field(*object, "flags").map(|value| machine.text_of(&value)).unwrap_or_default();
    machine.pay(64);
    Some((pattern::compile(&source, flags.contains('i')), flags))
}

/// `owner.name` and `owner["name"]` that are not called.
pub(in crate::script) fn member(machine: &mut Machine<'_>, owner: Value, name: &str) -> Value {
    match (&owner, name) {
        (Value::Unknown, _) => Value::Unknown,
        (Value::Str(text), "length") => Value::count(text.count()),
        (Value::List(list), "length") => Value::count(machine.items(*list).len()),
        (Value::Bytes(bytes), "length") => Value::count(bytes.len()),
        (Value::Type(kind), _) => static_member(machine, &Rc::clone(kind), name),
        (Value::Object(object), _) => objects::member(machine, *object, name),
        (_, "constructor") => Value::type_name(constructor(&owner)),
        (Value::Function(function), _) => match machine.attached_field(*function, name) {
            Some(value) => value,
            None if matches!(name, "call" | "apply" | "bind" | "toString") => {
                Value::Method(Rc::new((owner, name.to_owned())))
            }
            None => Value::Null,
        },
        (Value::Null, _) => Value::Null,
        // JSFuck asks strings and arrays for members that do not exist.
        (Value::List(_) | Value::Num(_) | Value::Bool(_), _)
            if !name.starts_with(|c: char| c.is_ascii_lowercase()) =>
        {
            Value::Null
        }
        (Value::Num(_) | Value::Bool(_), _)
            if name != "toString" && name != "toFixed" && name != "valueOf" =>
        {
            Value::Null
        }
        _ => Value::Method(Rc::new((owner, name.to_owned()))),
    }
}

fn constructor(value: &Value) -> &'static str {
    match value {
        Value::Str(_) => "String",
        Value::Num(_) => "Number",
        Value::Bool(_) => "Boolean",
        Value::List(_) => "Array",
        _ => "Function",
    }
}

fn static_member(machine: &mut Machine<'_>, kind: &str, name: &str) -> Value {
    match (kind, name) {
        ("globalThis", _) => match machine.lookup(name).cloned() {
            Some(value) => value,
            None => global(machine, name),
        },
        (_, "constructor") => Value::type_name("Function"),
        ("WScript" | "WSH", "ScriptFullName" | "ScriptName") => Value::Env("SCRIPT".into()),
        ("WScript" | "WSH", "Arguments") => Value::Unknown,
        ("Math", "PI") => Value::Num(std::f64::consts::PI),
        ("String" | "Array" | "Object" | "Function", "prototype") => Value::type_name(kind),
        ("String" | "Array" | "Object" | "Function", "name") => Value::text(kind),
        ("navigator" | "location" | "document", _) => Value::Unknown,
        _ => Value::Method(Rc::new((Value::type_name(kind), name.to_owned()))),
    }
}

/// `owner[index]`.
pub(in crate::script) fn element(machine: &mut Machine<'_>, owner: Value, index: &Value) -> Value {
    let number = match index {
        Value::Num(number) => Some(*number),
        Value::Str(_) => index.number(),
        _ => None,
    };
    if let Some(at) = number.and_then(|number| Value::Num(number).index().filter(|at| *at as f64 == number)) {
        match &owner {
            Value::List(list) => {
                machine.undo("index");
                return machine.items(*list).get(at).cloned().unwrap_or(Value::Null);
            }
            Value::Str(text) => {
                machine.pay_bytes(text.reach());
                machine.undo("index");
                return text.nth(at).map_or(Value::Null, |c| Value::text(c.to_string()));
            }
            Value::Bytes(bytes) => {
                return bytes.get(at).map_or(Value::Null, |byte| Value::Num(f64::from(*byte)));
            }
            _ => {}
        }
    }
    if !index.is_known() {
        return Value::Unknown;
    }
    let name = operators::text(machine, index);
    member(machine, owner, &name)
}

/// `callee(arguments)`.
pub(in crate::script) fn call(
    machine: &mut Machine<'_>,
    callee: Value,
    this: Value,
    arguments: Vec<Value>,
) -> Value {
    match &callee {
        Value::Function(function) => {
            let mut given: Vec<(String, Value)> =
                arguments.into_iter().map(|value| (String::new(), value)).collect();
            if this != Value::Null {
                given.push(("this".to_owned(), this));
            }
            machine.call(*function, given, false)
        }
        Value::Type(name) => native(machine, &Rc::clone(name), &arguments).unwrap_or(Value::Unknown),
        Value::Method(method) => {
            let (owner, name) = &**method;
            call_member(machine, owner.clone(), &Value::text(name.as_str()), arguments)
        }
        Value::Object(object) => match machine.kind(&callee) {
            "function text" => {
                let text = machine.field(*object, "\0text").unwrap_or(Value::Unknown);
                match machine.known_text(&text) {
                    Some(text) => machine.run_text(&text),
                    None => Value::Unknown,
                }
            }
            // `shell.Environment("PROCESS")("TEMP")`.
            "environment" => match arguments.first() {
                Some(name) => Value::Env(machine.text_of(name).to_ascii_uppercase().into()),
                None => Value::Unknown,
            },
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

/// `owner.name(arguments)`.
pub(in crate::script) fn call_member(
    machine: &mut Machine<'_>,
    owner: Value,
    name: &Value,
    arguments: Vec<Value>,
) -> Value {
    // An element that is a function.
    if let (Value::List(_), Value::Num(_)) = (&owner, name) {
        let callee = element(machine, owner.clone(), name);
        return call(machine, callee, owner, arguments);
    }
    if !name.is_known() {
        return Value::Unknown;
    }
    let name = operators::text(machine, name);
    let found = match &owner {
        Value::Str(text) => strings::call(machine, &Rc::clone(text), &name, &arguments),
        Value::Char(c) => {
            let text = super::super::command::evaluate::value::Text::new(c.to_string());
            strings::call(machine, &text, &name, &arguments)
        }
        Value::List(list) => lists::call(machine, *list, &name, &arguments),
        Value::Num(number) => number_method(machine, *number, &name, &arguments),
        Value::Function(_) | Value::Method(_) if matches!(name.as_str(), "call" | "apply" | "bind") => {
            return through(machine, owner, &name, arguments);
        }
        Value::Type(kind) => static_call(machine, &Rc::clone(kind), &name, &arguments),
        Value::Object(object) => objects::call(machine, *object, &name, arguments.clone()),
        Value::Unknown => objects::of_unknown(machine, &name, &arguments),
        _ => None,
    };
    if let Some(value) = found {
        return value;
    }
    match name.as_str() {
        "toString" | "valueOf" => {
            let text = operators::text(machine, &owner);
            machine.string(text)
        }
        "constructor" => {
            let callee = member(machine, owner, &name);
            call(machine, callee, Value::Null, arguments)
        }
        _ if matches!(owner, Value::Function(_)) => {
            let callee = member(machine, owner.clone(), &name);
            call(machine, callee, owner, arguments)
        }
        _ => Value::Unknown,
    }
}

/// `f.call(this, …)`, `f.apply(this, […])`, `f.bind(…)`.
fn through(machine: &mut Machine<'_>, function: Value, name: &str, arguments: Vec<Value>) -> Value {
    let mut arguments = arguments.into_iter();
    let this = arguments.next().unwrap_or(Value::Null);
    match name {
        "bind" => function,
        "apply" => {
            let list = arguments.next().unwrap_or(Value::Null);
            let Some(items) = machine.elements(&list) else { return Value::Unknown };
            call(machine, function, this, items)
        }
        _ => call(machine, function, this, arguments.collect()),
    }
}

fn number_method(machine: &mut Machine<'_>, number: f64, name: &str, arguments: &[Value]) -> Option<Value> {
    match name {
        "toString" => {
            let radix = arguments.first().map_or(Some(10), Value::whole)?;
            let radix = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix))?;
            if radix == 10 || number != number.trunc() || number.abs() > 9e15 {
                let text = operators::text(machine, &Value::Num(number));
                return Some(machine.string(text));
            }
            // Lossless: the range was checked.
            let mut rest = number.abs() as u64;
            let mut digits = Vec::new();
            loop {
                let digit = u32::try_from(rest % u64::from(radix)).ok()?;
                digits.push(char::from_digit(digit, radix)?);
                rest /= u64::from(radix);
                if rest == 0 {
                    break;
                }
            }
            digits.extend((number < 0.0).then_some('-'));
            machine.undo("character codes");
            Some(Value::text(digits.iter().rev().collect::<String>()))
        }
        "toFixed" => {
            let digits = arguments.first().map_or(Some(0), Value::index)?.min(20);
            Some(Value::text(format!("{number:.digits$}")))
        }
        "valueOf" => Some(Value::Num(number)),
        "constructor" => None,
        _ => None,
    }
}

/// A function of the language or the host, by its name.
fn native(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first();
    match name {
        "eval" | "execScript" => match first? {
            text @ Value::Str(_) => {
                let text = machine.known_text(text)?;
                Some(machine.run_text(&text))
            }
            other => Some(other.clone()),
        },
        "setTimeout" | "setInterval" => match first? {
            Value::Function(_) => Some(call(machine, first?.clone(), Value::Null, Vec::new())),
            text => {
                let text = machine.known_text(text)?;
                Some(machine.run_text(&text))
            }
        },
        "Function" => function_of(machine, arguments),
        "unescape" | "decodeURIComponent" | "decodeURI" => {
            let text = machine.known_text(first?)?;
            machine.undo("percent encoding");
            let text = if name == "unescape" { unescaped(&text) } else { percent_decoded(&text) };
            Some(machine.string(text))
        }
        "escape" | "encodeURIComponent" | "encodeURI" => {
            let text = machine.known_text(first?)?;
            let text = if name == "escape" { escaped(&text) } else { encoded(&text) };
            Some(machine.string(text))
        }
        "atob" => {
            let text = machine.known_text(first?)?;
            machine.undo("base64");
            let text: String = decode_base64(&text).iter().map(|byte| char::from(*byte)).collect();
            Some(machine.string(text))
        }
        "parseInt" => {
            let text = operators::text(machine, first?);
            let radix = arguments.get(1).and_then(Value::whole).and_then(|radix| u32::try_from(radix).ok());
            Some(Value::Num(parse_int(&text, radix)))
        }
        "parseFloat" | "Number" => {
            let number = operators::number(machine, first?)?;
            Some(Value::Num(number))
        }
        "String" => {
            let text = operators::text(machine, first?);
            Some(machine.string(text))
        }
        "Boolean" => machine.truth(first?).map(Value::Bool),
        "isNaN" => operators::number(machine, first?).map(|number| Value::Bool(number.is_nan())),
        "Array" => match arguments {
            [Value::Num(_)] => Some(machine.list(Vec::new())),
            items => Some(machine.list(items.to_vec())),
        },
        "Object" => Some(first.cloned().unwrap_or_else(|| machine.object("", Vec::new()))),
        "RegExp" | "ActiveXObject" => {
            Some(objects::construct(machine, &Value::type_name(name), arguments.to_vec()))
        }
        "GetObject" => {
            let text = machine.text_of(first?);
            Some(objects::bound(machine, &text))
        }
        "Date" => Some(Value::Unknown),
        _ => None,
    }
}

/// `new Function("a", "b", "body")`.
fn function_of(machine: &mut Machine<'_>, arguments: &[Value]) -> Option<Value> {
    let (body, parameters) = arguments.split_last()?;
    let body = machine.known_text(body)?;
    if parameters.is_empty() {
        return Some(machine.object("function text", vec![("\0text".to_owned(), Value::text(body))]));
    }
    let mut names = Vec::new();
    for value in parameters {
        names.push(machine.known_text(value)?);
    }
    Some(machine.run_text(&format!("(function({}){{{body}\n}})", names.join(","))))
}

fn parse_int(text: &str, radix: Option<u32>) -> f64 {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |digits| (-1.0, digits));
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (digits, radix) = match (hex, radix) {
        (Some(hex), None | Some(0 | 16)) => (hex, 16),
        (_, Some(radix)) if (2..=36).contains(&radix) => (digits, radix),
        _ => (digits, 10),
    };
    let len = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let digits = digits.get(..len).unwrap_or_default();
    // Lossless up to 2^53.
    u64::from_str_radix(digits, radix).map_or(f64::NAN, |number| sign * number as f64)
}

fn escaped(text: &str) -> String {
    let piece = |c: char| match c {
        c if c.is_ascii_alphanumeric() || "@*_+-./".contains(c) => c.to_string(),
        c if u32::from(c) < 256 => format!("%{:02X}", u32::from(c)),
        c => format!("%u{:04X}", u32::from(c)),
    };
    text.chars().map(piece).collect()
}

fn encoded(text: &str) -> String {
    let piece = |byte: u8| {
        let plain = byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
        if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(piece).collect()
}

/// `String.fromCharCode(…)`, `Math.floor(…)`, `WScript.CreateObject(…)`.
fn static_call(machine: &mut Machine<'_>, kind: &str, name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first();
    match (kind, name) {
        ("String", "fromCharCode" | "fromCodePoint") => {
            let mut out = String::new();
            for value in arguments {
                let code = operators::number(machine, value)?;
                // ECMA-262: modulo 2^16. Lossless after that.
                let code = code.trunc().rem_euclid(65_536.0) as u32;
                out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
            machine.undo("character codes");
            Some(machine.string(out))
        }
        ("Math", _) => math(machine, name, arguments),
        ("WScript" | "WSH", "CreateObject" | "createobject") => {
            let kind = machine.text_of(first?).to_ascii_lowercase();
            Some(shared::make(machine, &kind, Vec::new()))
        }
        ("WScript" | "WSH", "GetObject") => native(machine, "GetObject", arguments),
        ("WScript" | "WSH", _) => Some(Value::Null),
        ("document", "write" | "writeln") => {
            let text = machine.known_text(first?)?;
            machine.note(Deed::Run(text));
            Some(Value::Null)
        }
        ("Array", "isArray") => Some(Value::Bool(matches!(first?, Value::List(_)))),
        ("Array", "from") => match first? {
            Value::Str(text) => {
                let items: Vec<String> = text.as_str().chars().map(String::from).collect();
                Some(machine.texts(items))
            }
            other => Some(other.clone()),
        },
        ("Object", "keys") => match first? {
            Value::Object(object) => {
                let names: Vec<String> =
                    machine.fields(*object)?.entries.iter().map(|(name, _)| name.clone()).collect();
                Some(machine.texts(names))
            }
            _ => None,
        },
        ("Function" | "String" | "Array" | "Object" | "eval" | "parseInt", "call" | "apply") => {
            Some(through(machine, Value::type_name(kind), name, arguments.to_vec()))
        }
        ("globalThis", _) => {
            let callee = static_member(machine, kind, name);
            Some(call(machine, callee, Value::Null, arguments.to_vec()))
        }
        ("Number", "parseInt" | "parseFloat" | "isNaN") => native(machine, name, arguments),
        (_, "constructor") => native(machine, "Function", arguments),
        (_, "toString") => Some(Value::text(native_text(kind))),
        _ => None,
    }
}

fn math(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let first = operators::number(machine, arguments.first()?)?;
    let second = arguments.get(1).and_then(Value::number);
    Some(Value::Num(match name {
        "floor" => first.floor(),
        "ceil" => first.ceil(),
        "round" => (first + 0.5).floor(),
        "abs" => first.abs(),
        "sqrt" => first.sqrt(),
        "pow" => first.powf(second?),
        "min" => first.min(second?),
        "max" => first.max(second?),
        "trunc" => first.trunc(),
        _ => return None,
    }))
}
