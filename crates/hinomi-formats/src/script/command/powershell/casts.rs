//! Casts: `[char]65`, `[char[]](72,105)`, `[string]…`, `[int]…`, `[type]'…'`.

use super::super::evaluate::Machine;
use super::super::evaluate::value::Value;
use super::operators;

/// `[name]value`.
pub(in crate::script) fn cast(machine: &mut Machine<'_>, name: &str, value: Value) -> Value {
    if !value.is_known() {
        return Value::Unknown;
    }
    let (layer, result) = match name {
        "char" => ("character codes", character(machine, &value)),
        "char[]" => ("character codes", characters(machine, &value)),
        "string" => {
            let text = machine.text_of(&value);
            ("cast", machine.string(text))
        }
        "int" | "int32" | "int16" | "int64" | "long" | "uint32" | "uint64" | "uint16" | "byte" | "sbyte"
        | "short" | "double" | "float" | "single" | "decimal" => ("cast", number(name, &value)),
        "int[]" | "int32[]" | "byte[]" | "uint32[]" | "int64[]" | "double[]" => {
            ("cast", numbers(machine, name, &value))
        }
        "array"
        | "object[]"
        | "string[]"
        | "psobject[]"
        | "collections.arraylist"
        | "collections.generic.list[object]"
        | "collections.generic.list[string]" => match machine.elements(&value) {
            Some(items) => ("cast", machine.list(items)),
            None => return Value::Unknown,
        },
        "bool" | "boolean" => ("cast", machine.truth(&value).map_or(Value::Unknown, Value::Bool)),
        "type" | "reflection.typeinfo" => {
            let text = machine.text_of(&value).to_ascii_lowercase();
            let text: String = text.chars().filter(|c| !matches!(c, '[' | ']' | ' ')).collect();
            return Value::type_name(text.strip_prefix("system.").unwrap_or(&text));
        }
        "scriptblock" => return block(machine, &value),
        "void" => return Value::Null,
        "ref" | "psobject" | "pscustomobject" | "object" | "uri" | "regex" | "ordered" | "io.fileinfo"
        | "net.ipaddress" | "version" | "hashtable" | "switch" => return value,
        // A stream made by a cast carries its bytes.
        "io.memorystream" => return super::objects::make(machine, name, vec![value]),
        "xml" | "datetime" | "guid" | "intptr" | "wmiclass" | "wmi" | "adsi" => {
            return named(machine, name, &value);
        }
        _ => return Value::Unknown,
    };
    if result.is_known() {
        machine.undo(layer);
    }
    result
}

/// `[wmiclass]'Win32_Process'`: an object of that name.
fn named(machine: &mut Machine<'_>, name: &str, value: &Value) -> Value {
    let text = machine.text_of(value);
    let kind = if name.starts_with("wmi") { text.rsplit(':').next().unwrap_or_default() } else { name };
    super::objects::make(machine, &kind.to_ascii_lowercase(), Vec::new())
}

/// A script block made of text.
pub(super) fn block(machine: &mut Machine<'_>, value: &Value) -> Value {
    if matches!(value, Value::Function(_)) {
        return value.clone();
    }
    let text = machine.text_of(value);
    machine.object("scriptblock", vec![("\0text".to_owned(), Value::text(text))])
}

fn character(machine: &mut Machine<'_>, value: &Value) -> Value {
    match value {
        Value::Char(_) => value.clone(),
        Value::Str(text) if text.count() == 1 && !text.as_str().starts_with(|c: char| c.is_ascii_digit()) => {
            text.nth(0).map_or(Value::Unknown, Value::Char)
        }
        Value::List(list) => {
            // `[char](72)`: a list of one.
            match machine.items(*list) {
                [one] => one.whole().and_then(to_char).map_or(Value::Unknown, Value::Char),
                _ => Value::Unknown,
            }
        }
        value => value.whole().and_then(to_char).map_or(Value::Unknown, Value::Char),
    }
}

pub(super) fn to_char(code: i64) -> Option<char> {
    char::from_u32(u32::try_from(code).ok()?)
}

fn characters(machine: &mut Machine<'_>, value: &Value) -> Value {
    let items: Option<Vec<Value>> = match value {
        Value::Str(text) => {
            machine.pay(text.count());
            Some(text.as_str().chars().map(Value::Char).collect())
        }
        Value::Bytes(bytes) => {
            machine.pay(bytes.len());
            Some(bytes.iter().map(|byte| Value::Char(char::from(*byte))).collect())
        }
        other => {
            let items = machine.elements(other).unwrap_or_default();
            items.iter().map(|item| Some(character(machine, item)).filter(Value::is_known)).collect()
        }
    };
    items.map_or(Value::Unknown, |items| machine.list(items))
}

fn number(name: &str, value: &Value) -> Value {
    let number = match value {
        Value::Str(text) if text.as_str().trim().is_empty() => Some(0.0),
        // The code of a character that is no digit.
        value => value.number(),
    };
    let Some(number) = number else { return Value::Unknown };
    match name {
        "double" | "float" | "single" | "decimal" => Value::Num(number),
        "byte" if !(0.0..=255.0).contains(&number.round_ties_even()) => Value::Unknown,
        _ => Value::Num(number.round_ties_even()),
    }
}

fn numbers(machine: &mut Machine<'_>, name: &str, value: &Value) -> Value {
    if let (Value::Bytes(_), "byte[]") = (value, name) {
        return value.clone();
    }
    let items = match value {
        // `[byte[]]'abc'` is nothing; `[int[]][char[]]'abc'` has characters already.
        Value::Str(_) => return Value::Unknown,
        value => machine.elements(value),
    };
    let Some(items) = items else { return Value::Unknown };
    let element = name.trim_end_matches("[]");
    let mut out = Vec::with_capacity(items.len());
    for item in &items {
        match number(element, item) {
            Value::Num(number) => out.push(Value::Num(number)),
            _ => return Value::Unknown,
        }
    }
    if name == "byte[]" {
        // Lossless: `number` checked the range.
        let bytes: Vec<u8> =
            out.iter().filter_map(|item| item.whole()).map(|byte| (byte & 0xff) as u8).collect();
        return Value::Bytes(std::rc::Rc::new(bytes));
    }
    machine.list(out)
}

/// `[string]` of what a pipeline gives: joined with spaces, as PowerShell does.
pub(super) fn joined(machine: &mut Machine<'_>, value: &Value, with: &str) -> Value {
    operators::join(machine, value, with)
}
