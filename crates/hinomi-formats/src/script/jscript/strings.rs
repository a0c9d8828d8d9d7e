//! Methods of strings (ECMA-262, 15.5.4).

use super::super::command::evaluate::Machine;
use super::super::command::evaluate::value::{Text, Value};
use super::super::command::powershell::pattern;
use super::{builtins, operators};

/// A method of a string; `None` when it is none, or its arguments are not known.
pub(super) fn call(machine: &mut Machine<'_>, text: &Text, name: &str, arguments: &[Value]) -> Option<Value> {
    let cheap = matches!(name, "charAt" | "charCodeAt" | "substr" | "at" | "codePointAt");
    let cost = if cheap { text.reach() } else { text.as_str().len() };
    if !machine.pay_bytes(cost) {
        return None;
    }
    let whole = text.as_str();
    let first = arguments.first();
    let (layer, out) = match name {
        "charAt" | "at" => {
            let at = index(machine, first, 0)?;
            let at = if at < 0 && name == "at" { at + i64::try_from(text.count()).ok()? } else { at };
            let c = usize::try_from(at).ok().and_then(|at| text.nth(at));
            ("index", c.map_or_else(String::new, String::from))
        }
        "charCodeAt" | "codePointAt" => {
            let at = index(machine, first, 0)?;
            let code = usize::try_from(at).ok().and_then(|at| text.nth(at));
            machine.undo("character codes");
            return Some(code.map_or(Value::Num(f64::NAN), |c| Value::Num(f64::from(u32::from(c)))));
        }
        "substr" => {
            let (start, len) = (index(machine, first, 0)?, index(machine, arguments.get(1), i64::MAX)?);
            let start = from_end(start, text.count())?;
            ("substring", text.part(start, usize::try_from(len.max(0)).unwrap_or(usize::MAX)))
        }
        "substring" | "slice" => ("substring", between(machine, text, name, arguments)?),
        "split" => return split(machine, whole, arguments),
        "replace" | "replaceAll" => return replace(machine, whole, name, arguments),
        "indexOf" | "lastIndexOf" | "includes" | "startsWith" | "endsWith" | "search" => {
            return find(machine, text, name, arguments);
        }
        "toLowerCase" | "toLocaleLowerCase" => ("case", whole.to_lowercase()),
        "toUpperCase" | "toLocaleUpperCase" => ("case", whole.to_uppercase()),
        "concat" => {
            let mut out = whole.to_owned();
            for argument in arguments {
                out.push_str(&operators::text(machine, argument));
            }
            ("concatenation", out)
        }
        "trim" => ("trim", whole.trim().to_owned()),
        "toString" | "valueOf" | "normalize" => return Some(machine.string(whole.to_owned())),
        "repeat" => {
            let count = first?.index()?;
            if whole.len().saturating_mul(count) > machine.limits.text_bytes_max {
                machine.text_cut = true;
                return None;
            }
            ("concatenation", whole.repeat(count))
        }
        "padStart" | "padEnd" => ("concatenation", padded(machine, text, name, arguments)?),
        "match" | "matchAll" => return matches(machine, whole, first?),
        "link" | "bold" | "italics" | "fontcolor" | "anchor" | "big" | "small" | "sub" => {
            let tag = match name {
                "bold" => "b",
                "italics" => "i",
                other => other,
            };
            ("concatenation", format!("<{tag}>{whole}</{tag}>"))
        }
        _ => return None,
    };
    machine.undo(layer);
    Some(machine.string(out))
}

/// A whole number argument; `default` when it is not given.
fn index(machine: &mut Machine<'_>, value: Option<&Value>, default: i64) -> Option<i64> {
    match value {
        None | Some(Value::Null) => Some(default),
        Some(value) => {
            let number = operators::number(machine, value)?;
            Value::Num(number.trunc()).whole().or(Some(0))
        }
    }
}

/// A start that may be counted from the end.
fn from_end(at: i64, count: usize) -> Option<usize> {
    let at = if at < 0 { i64::try_from(count).ok()?.saturating_add(at).max(0) } else { at };
    usize::try_from(at).ok()
}

fn between(machine: &mut Machine<'_>, text: &Text, name: &str, arguments: &[Value]) -> Option<String> {
    let count = text.count();
    let (start, end) = (index(machine, arguments.first(), 0)?, index(machine, arguments.get(1), i64::MAX)?);
    let (start, end) = if name == "slice" {
        (from_end(start, count)?, from_end(end, count)?)
    } else {
        let (start, end) = (start.max(0), end.max(0));
        (usize::try_from(start.min(end)).ok()?, usize::try_from(start.max(end)).unwrap_or(usize::MAX))
    };
    let start = start.min(count);
    Some(text.part(start, end.min(count).saturating_sub(start)))
}

fn split(machine: &mut Machine<'_>, text: &str, arguments: &[Value]) -> Option<Value> {
    let separator = match arguments.first() {
        None | Some(Value::Null) => return Some(machine.texts([text])),
        Some(separator) => separator,
    };
    let pieces: Vec<String> = match builtins::regex(machine, separator) {
        Some((regex, _)) => regex?.split(text).map(str::to_owned).collect(),
        None => {
            let separator = operators::text(machine, separator);
            if separator.is_empty() {
                text.chars().map(String::from).collect()
            } else {
                text.split(separator.as_str()).map(str::to_owned).collect()
            }
        }
    };
    let limit = arguments.get(1).and_then(Value::index).unwrap_or(usize::MAX);
    machine.undo("split");
    Some(machine.texts(pieces.into_iter().take(limit)))
}

fn replace(machine: &mut Machine<'_>, text: &str, name: &str, arguments: &[Value]) -> Option<Value> {
    let (find, with) = (arguments.first()?, arguments.get(1)?.clone());
    let max = machine.limits.text_bytes_max;
    let (regex, all) = match builtins::regex(machine, find) {
        Some((regex, flags)) => (regex?, flags.contains('g')),
        None => {
            let find = machine.known_text(find)?;
            (pattern::compile(&regex::escape(&find), false)?, name == "replaceAll")
        }
    };
    if !machine.pay(32 + text.len() / 8) {
        return None;
    }
    machine.undo("replace");
    if let Value::Function(function) = with {
        return replace_by(machine, text, &regex, all, function);
    }
    let with = operators::text(machine, &with);
    let out = if all {
        pattern::replace_all(&regex, text, &with, max)?
    } else {
        let with = pattern::replacement(&with);
        regex.replacen(text, 1, with.as_str()).into_owned()
    };
    (out.len() <= max).then(|| machine.string(out))
}

/// Each match as a function makes it.
fn replace_by(
    machine: &mut Machine<'_>,
    text: &str,
    regex: &regex::Regex,
    all: bool,
    function: usize,
) -> Option<Value> {
    let mut out = String::new();
    let mut last = 0;
    for found in regex.captures_iter(text).take(if all { usize::MAX } else { 1 }) {
        let whole = found.get(0)?;
        out.push_str(text.get(last..whole.start())?);
        last = whole.end();
        let arguments = found
            .iter()
            .map(|group| (String::new(), group.map_or(Value::Null, |group| Value::text(group.as_str()))))
            .collect();
        let value = machine.call(function, arguments, false);
        out.push_str(&operators::text(machine, &value));
        if out.len() > machine.limits.text_bytes_max || machine.fuel == 0 {
            return None;
        }
    }
    out.push_str(text.get(last..)?);
    Some(machine.string(out))
}

fn find(machine: &mut Machine<'_>, text: &Text, name: &str, arguments: &[Value]) -> Option<Value> {
    let whole = text.as_str();
    if let Some((regex, _)) = builtins::regex(machine, arguments.first()?) {
        let at = regex?.find(whole).map(|found| found.start());
        return Some(at.map_or(Value::Num(-1.0), |at| {
            Value::count(whole.get(..at).unwrap_or_default().chars().count())
        }));
    }
    let find = machine.known_text(arguments.first()?)?;
    let at = match name {
        "includes" => return Some(Value::Bool(whole.contains(find.as_str()))),
        "startsWith" => return Some(Value::Bool(whole.starts_with(find.as_str()))),
        "endsWith" => return Some(Value::Bool(whole.ends_with(find.as_str()))),
        "lastIndexOf" => whole.rfind(find.as_str()),
        _ => {
            let from = index(machine, arguments.get(1), 0)?.max(0);
            let from = usize::try_from(from).ok()?;
            let from = whole.char_indices().nth(from).map_or(whole.len(), |(at, _)| at);
            whole.get(from..)?.find(find.as_str()).map(|at| from + at)
        }
    };
    Some(at.map_or(Value::Num(-1.0), |at| Value::count(whole.get(..at).unwrap_or_default().chars().count())))
}

fn padded(machine: &mut Machine<'_>, text: &Text, name: &str, arguments: &[Value]) -> Option<String> {
    let width = arguments.first()?.index()?.min(machine.limits.text_bytes_max / 4);
    let with = arguments.get(1).map_or_else(|| " ".to_owned(), |value| machine.text_of(value));
    let padding: String = with.chars().cycle().take(width.saturating_sub(text.count())).collect();
    Some(if name == "padStart" { padding + text.as_str() } else { text.as_str().to_owned() + &padding })
}

fn matches(machine: &mut Machine<'_>, text: &str, find: &Value) -> Option<Value> {
    let (regex, flags) = match builtins::regex(machine, find) {
        Some((regex, flags)) => (regex?, flags),
        None => (pattern::compile(&machine.known_text(find)?, false)?, String::new()),
    };
    let found: Vec<String> = if flags.contains('g') {
        regex.find_iter(text).map(|found| found.as_str().to_owned()).collect()
    } else {
        let Some(groups) = regex.captures(text) else { return Some(Value::Null) };
        groups.iter().map(|group| group.map_or_else(String::new, |group| group.as_str().to_owned())).collect()
    };
    machine.undo("matches");
    Some(if found.is_empty() { Value::Null } else { machine.texts(found) })
}
