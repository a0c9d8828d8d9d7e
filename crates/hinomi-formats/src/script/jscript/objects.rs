//! Objects of the script host: shells, files, streams, requests.

use super::super::command::evaluate::Machine;
use super::super::command::evaluate::trace::Deed;
use super::super::command::evaluate::value::{Text, Value};
use super::super::command::powershell::objects as shared;
use super::super::command::{decode_base64, looks_like_command};
use super::{builtins, operators};
use std::rc::Rc;

/// Command lines kept of one text that is written.
const LINES_DROPPED_MAX: usize = 16;

/// `new class(arguments)`.
pub(in crate::script) fn construct(machine: &mut Machine<'_>, class: &Value, arguments: Vec<Value>) -> Value {
    let name = match class {
        Value::Type(name) => Rc::clone(name),
        Value::Function(function) => {
            let this = machine.object("", Vec::new());
            let mut given: Vec<(String, Value)> =
                arguments.into_iter().map(|value| (String::new(), value)).collect();
            given.push(("this".to_owned(), this.clone()));
            let made = machine.call(*function, given, false);
            return if matches!(made, Value::Object(_) | Value::List(_)) { made } else { this };
        }
        _ => return Value::Unknown,
    };
    match &*name {
        "ActiveXObject" => {
            let kind = arguments.first().map(|value| machine.text_of(value)).unwrap_or_default();
            shared::make(machine, &kind, Vec::new())
        }
        "XMLHttpRequest" => shared::make(machine, "msxml2.xmlhttp", Vec::new()),
        "RegExp" => {
            let mut texts = Vec::new();
            for value in &arguments {
                texts.push(machine.text_of(value));
            }
            let mut texts = texts.into_iter();
            let entries = vec![
                ("source".to_owned(), Value::text(texts.next().unwrap_or_default())),
                ("flags".to_owned(), Value::text(texts.next().unwrap_or_default())),
            ];
            machine.object("regexp", entries)
        }
        "Date" | "Enumerator" => Value::Unknown,
        _ => builtins::call(machine, Value::type_name(&name), Value::Null, arguments),
    }
}

/// `GetObject(moniker)`; a script behind a URL is fetched and run.
pub(in crate::script) fn bound(machine: &mut Machine<'_>, moniker: &str) -> Value {
    let kind = moniker.to_ascii_lowercase();
    if kind.starts_with("script:") || kind.starts_with("scriptlet:") {
        let url = moniker.split_once(':').map_or("", |(_, url)| url);
        machine.note(Deed::Fetch(url.to_owned()));
        return Value::Unknown;
    }
    shared::make(machine, &kind, Vec::new())
}

/// A property that is set, where that means something.
pub(in crate::script) fn property_set(machine: &mut Machine<'_>, object: usize, name: &str, value: &Value) {
    let kind = machine.fields(object).map(|fields| fields.kind.clone()).unwrap_or_default();
    if kind == "wscript.shortcut" && name.eq_ignore_ascii_case("targetpath") {
        let text = machine.text_of(value);
        machine.note(Deed::Start(text));
    }
}

/// `object.name`; members of host objects in any case.
pub(in crate::script) fn member(machine: &mut Machine<'_>, object: usize, name: &str) -> Value {
    if let Some(value) = machine.field(object, name) {
        return value;
    }
    let kind = machine.fields(object).map(|fields| fields.kind.clone()).unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    match (kind.as_str(), lower.as_str()) {
        ("", "constructor") => Value::type_name("Object"),
        // A member nobody set; a method of the prototype is found when it is called.
        ("", "hasownproperty" | "tostring" | "valueof") => {
            Value::Method(Rc::new((Value::Object(object), name.to_owned())))
        }
        ("", _) => Value::Null,
        (_, "nodetypedvalue") => node_bytes(machine, object).unwrap_or(Value::Unknown),
        (_, "environment") => machine.object("environment", Vec::new()),
        (_, "readyState" | "readystate") => Value::Unknown,
        _ if kind == "regexp" => Value::Null,
        _ => {
            // Set under another case.
            let found = machine.fields(object).and_then(|fields| {
                fields
                    .entries
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value.clone())
            });
            found.unwrap_or_else(|| {
                if is_state(&lower) {
                    Value::Unknown
                } else {
                    Value::Method(Rc::new((Value::Object(object), name.to_owned())))
                }
            })
        }
    }
}

/// Properties whose value comes from outside.
fn is_state(name: &str) -> bool {
    matches!(
        name,
        "status"
            | "responsebody"
            | "responsetext"
            | "responsestream"
            | "size"
            | "length"
            | "count"
            | "readystate"
            | "atendofstream"
            | "position"
            | "exitcode"
            | "stdout"
            | "currentdirectory"
            | "path"
            | "drives"
    )
}

/// `node.dataType = "bin.base64"; node.text = …; node.nodeTypedValue`.
fn node_bytes(machine: &mut Machine<'_>, object: usize) -> Option<Value> {
    let find = |machine: &mut Machine<'_>, name: &str| {
        let fields = machine.fields(object)?;
        fields
            .entries
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone())
    };
    let kind = find(machine, "datatype").map(|value| machine.text_of(&value)).unwrap_or_default();
    let text = find(machine, "text")?;
    let text = machine.known_text(&text)?;
    machine.undo("base64");
    let bytes = match kind.to_ascii_lowercase().as_str() {
        "bin.base64" => decode_base64(&text),
        "bin.hex" => {
            let digits: Vec<u8> =
                text.chars().filter_map(|c| c.to_digit(16)).filter_map(|d| u8::try_from(d).ok()).collect();
            digits.chunks_exact(2).filter_map(|pair| Some(pair.first()? << 4 | pair.get(1)?)).collect()
        }
        _ => return None,
    };
    Some(Value::Bytes(Rc::new(bytes)))
}

/// `object.name(arguments)`; `None` when nothing is known about it.
pub(in crate::script) fn call(
    machine: &mut Machine<'_>,
    object: usize,
    name: &str,
    arguments: Vec<Value>,
) -> Option<Value> {
    if let Some(callee) = machine.field(object, name)
        && matches!(callee, Value::Function(_) | Value::Method(_) | Value::Type(_) | Value::Object(_))
    {
        return Some(builtins::call(machine, callee, Value::Object(object), arguments));
    }
    let kind = machine.fields(object)?.kind.clone();
    let lower = name.to_ascii_lowercase();
    match (kind.as_str(), lower.as_str()) {
        ("", "hasownproperty") => {
            let key = machine.text_of(arguments.first()?);
            Some(Value::Bool(machine.field(object, &key).is_some()))
        }
        ("", _) => None,
        ("regexp", "exec" | "test") => pattern(machine, object, &lower, arguments.first()?),
        ("function text", "call" | "apply" | "invoke") => {
            Some(builtins::call(machine, Value::Object(object), Value::Null, Vec::new()))
        }
        (_, "createelement") => Some(machine.object("node", Vec::new())),
        (_, "writetext" | "write" | "writeline") => write(machine, object, arguments.first()?),
        (_, "readtext" | "readall" | "read") => read(machine, object),
        (_, "get") if kind.contains("winmgmts") || kind.contains("cimv2") => {
            let class = machine.text_of(arguments.first()?).to_ascii_lowercase();
            Some(shared::make(machine, &class, Vec::new()))
        }
        (_, "buildpath") => {
            let mut parts = Vec::new();
            for value in &arguments {
                parts.push(machine.text_of(value).trim_end_matches('\\').to_owned());
            }
            Some(machine.string(parts.join("\\")))
        }
        (_, "opentextfile") => {
            let path = machine.text_of(arguments.first()?);
            let writes = arguments.get(1).and_then(Value::whole).is_some_and(|mode| mode >= 2);
            if writes {
                machine.note(Deed::Write(path));
            }
            Some(machine.object("textstream", Vec::new()))
        }
        (_, "gettempname") => Some(Value::Unknown),
        (_, "specialfolders") => {
            let text = machine.text_of(arguments.first()?);
            Some(Value::text(shared::folder(&text)))
        }
        (_, "environment") => Some(machine.object("environment", Vec::new())),
        ("environment", "item") => {
            let name = machine.text_of(arguments.first()?);
            Some(Value::Env(name.to_ascii_uppercase().into()))
        }
        _ => shared::reaching(machine, &kind, &lower, &arguments),
    }
}

/// What is written stays readable.
fn write(machine: &mut Machine<'_>, object: usize, value: &Value) -> Option<Value> {
    if let Value::Str(text) = value {
        dropped(machine, text);
    }
    machine.set_field(object, "\0content", value.clone());
    Some(Value::Null)
}

/// What was written or loaded before, as text.
fn read(machine: &mut Machine<'_>, object: usize) -> Option<Value> {
    let content = machine.field(object, "\0content")?;
    match &content {
        Value::Bytes(bytes) => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            Some(machine.string(text))
        }
        _ => Some(content),
    }
}

/// Command lines written into a file are those of a script that is run later.
fn dropped(machine: &mut Machine<'_>, text: &Text) {
    if !machine.pay_bytes(text.as_str().len()) {
        return;
    }
    for line in text.as_str().lines().filter(|line| looks_like_command(line)).take(LINES_DROPPED_MAX) {
        machine.note(Deed::Drop(line.trim().to_owned()));
    }
}

fn pattern(machine: &mut Machine<'_>, object: usize, name: &str, text: &Value) -> Option<Value> {
    let (regex, _) = builtins::regex(machine, &Value::Object(object))?;
    let regex = regex?;
    let text = operators::text(machine, text);
    machine.pay(16 + text.len() / 8);
    if name == "test" {
        return Some(Value::Bool(regex.is_match(&text)));
    }
    let Some(groups) = regex.captures(&text) else { return Some(Value::Null) };
    let groups: Vec<String> = groups
        .iter()
        .map(|group| group.map_or_else(String::new, |group| group.as_str().to_owned()))
        .collect();
    Some(machine.texts(groups))
}

/// A method of an object nobody knows: its arguments may tell what it does.
pub(in crate::script) fn of_unknown(
    machine: &mut Machine<'_>,
    name: &str,
    arguments: &[Value],
) -> Option<Value> {
    let lower = name.to_ascii_lowercase();
    let first = machine.text_of(arguments.first()?);
    match lower.as_str() {
        "run" | "exec" | "shellexecute" | "create" if looks_like_command(&first) => {
            machine.note(Deed::Start(first));
        }
        "open" => {
            let url = machine.text_of(arguments.get(1)?);
            if url.contains("://") {
                machine.note(Deed::Fetch(url));
            }
        }
        "savetofile" => machine.note(Deed::Write(first)),
        _ => {}
    }
    None
}
