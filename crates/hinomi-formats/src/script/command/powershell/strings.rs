//! Methods of .NET strings, and composite formatting.

use super::super::evaluate::Machine;
use super::super::evaluate::value::{Text, Value, number_text};

/// `-f` and `[string]::Format`: `{0}`, `{1,5:X2}`, doubled braces for braces.
pub(super) fn formatted(machine: &mut Machine<'_>, pattern: &str, arguments: &[Value]) -> Value {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, from)) = rest.find(['{', '}']).and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
            out.push_str(from.get(..1).unwrap_or_default());
            rest = after;
            continue;
        }
        let Some((item, after)) = from.strip_prefix('{').and_then(|item| item.split_once('}')) else {
            return Value::Unknown;
        };
        let (place, how) = item.split_once(':').unwrap_or((item, ""));
        let (index, width) = place.split_once(',').unwrap_or((place, "0"));
        let value = index.trim().parse::<usize>().ok().and_then(|index| arguments.get(index));
        let (Some(value), Ok(width)) = (value, width.trim().parse::<i16>()) else { return Value::Unknown };
        let text = number_format(value, how).unwrap_or_else(|| machine.text_of(value));
        let pad = usize::from(width.unsigned_abs()).saturating_sub(text.chars().count());
        let spaces = " ".repeat(pad);
        out.push_str(if width > 0 { &spaces } else { "" });
        out.push_str(&text);
        out.push_str(if width < 0 { &spaces } else { "" });
        if out.len() > machine.limits.text_bytes_max {
            return machine.too_long();
        }
        rest = after;
    }
    out.push_str(rest);
    machine.string(out)
}

/// Standard numeric formats that scripts use: `X2`, `D3`.
pub(super) fn number_format(value: &Value, how: &str) -> Option<String> {
    let Value::Num(number) = value else { return None };
    let width = how.get(1..)?.parse::<usize>().unwrap_or(0).min(64);
    // Lossless: what fits 53 bits.
    let whole = *number as i64;
    Some(match how.get(..1)? {
        "X" => format!("{whole:0width$X}"),
        "x" => format!("{whole:0width$x}"),
        "D" | "d" => format!("{whole:0width$}"),
        "c" | "C" | "n" | "N" | "g" | "G" => number_text(*number),
        _ => return None,
    })
}

/// A method of a string; `None` when there is none of that name, or its arguments are not what it takes.
pub(super) fn call(machine: &mut Machine<'_>, text: &Text, name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first();
    let whole = text.as_str();
    if !machine.pay_bytes(whole.len()) {
        return None;
    }
    let (layer, out) = match name {
        "replace" => return replace(machine, whole, arguments),
        "split" => return split(machine, whole, arguments),
        "tochararray" | "getenumerator" | "enumeraterunes" => {
            machine.undo("characters");
            let items = whole.chars().map(Value::Char).collect();
            return Some(machine.list(items));
        }
        "substring" => {
            let start = first?.index()?;
            let len = arguments.get(1).map_or(Some(usize::MAX), Value::index)?;
            ("substring", text.part(start, len))
        }
        "remove" => {
            let start = first?.index()?;
            let len = arguments.get(1).map_or(Some(usize::MAX), Value::index)?;
            let behind = text.part(start.saturating_add(len), usize::MAX);
            ("remove", text.part(0, start) + &behind)
        }
        "insert" => {
            let at = first?.index()?;
            let piece = machine.text_of(arguments.get(1)?);
            ("insert", format!("{}{piece}{}", text.part(0, at), text.part(at, usize::MAX)))
        }
        "tostring" | "normalize" | "clone" | "tostringinvariant" => ("concatenation", whole.to_owned()),
        "tolower" | "tolowerinvariant" => ("case", whole.to_lowercase()),
        "toupper" | "toupperinvariant" => ("case", whole.to_uppercase()),
        "trim" | "trimstart" | "trimend" => ("trim", trim(machine, whole, name, arguments)),
        "padleft" | "padright" => return pad(machine, text, name, arguments),
        "indexof" | "lastindexof" => return index_of(machine, whole, name, arguments),
        "contains" | "startswith" | "endswith" | "equals" | "compareto" => {
            let piece = machine.known_text(first?)?;
            return Some(match name {
                "contains" => Value::Bool(whole.contains(&piece)),
                "startswith" => Value::Bool(whole.starts_with(&piece)),
                "endswith" => Value::Bool(whole.ends_with(&piece)),
                "equals" => Value::Bool(whole == piece),
                _ => Value::Num(f64::from(whole.cmp(piece.as_str()) as i8)),
            });
        }
        "chars" | "get_chars" => {
            machine.undo("index");
            return text.nth(first?.index()?).map(Value::Char);
        }
        "get_length" => return Some(Value::count(text.count())),
        "gethashcode" | "gettype" => return Some(Value::Unknown),
        _ => return None,
    };
    machine.undo(layer);
    Some(machine.string(out))
}

fn replace(machine: &mut Machine<'_>, text: &str, arguments: &[Value]) -> Option<Value> {
    let find = machine.known_text(arguments.first()?)?;
    let with = machine.text_of(arguments.get(1)?);
    if find.is_empty() {
        return None;
    }
    let growth = with.len().saturating_sub(find.len());
    if growth > 0 {
        let grown = growth.saturating_mul(text.matches(find.as_str()).count());
        if text.len().saturating_add(grown) > machine.limits.text_bytes_max {
            machine.text_cut = true;
            return None;
        }
    }
    machine.undo("replace");
    Some(machine.string(text.replace(find.as_str(), &with)))
}

/// Each character of a string separates, as .NET Framework reads it; strings in a list separate as they are.
fn split(machine: &mut Machine<'_>, text: &str, arguments: &[Value]) -> Option<Value> {
    let mut separators: Vec<String> = Vec::new();
    let mut drop_empty = false;
    let whole_strings = arguments.len() > 1 && matches!(arguments.first(), Some(Value::List(_)));
    for argument in arguments {
        match argument {
            Value::Num(_) if !separators.is_empty() => {}
            Value::Str(word) if word.as_str().eq_ignore_ascii_case("RemoveEmptyEntries") => drop_empty = true,
            Value::Str(word) if word.as_str().eq_ignore_ascii_case("None") && !separators.is_empty() => {}
            other => {
                for item in machine.elements(other)? {
                    separators.push(machine.known_text(&item)?);
                }
            }
        }
    }
    let pieces: Vec<String> = if separators.is_empty() {
        text.split(char::is_whitespace).map(str::to_owned).collect()
    } else if whole_strings && separators.iter().any(|one| one.chars().count() > 1) {
        let pattern: Vec<String> = separators.iter().map(|one| regex::escape(one)).collect();
        let regex = super::pattern::compile(&pattern.join("|"), false)?;
        regex.split(text).map(str::to_owned).collect()
    } else {
        let set: String = separators.concat();
        text.split(|c| set.contains(c)).map(str::to_owned).collect()
    };
    machine.undo("split");
    Some(machine.texts(pieces.into_iter().filter(|piece| !drop_empty || !piece.is_empty())))
}

fn trim(machine: &mut Machine<'_>, text: &str, name: &str, arguments: &[Value]) -> String {
    let set: String = arguments.iter().map(|value| machine.text_of(value)).collect();
    let is = |c: char| if set.is_empty() { c.is_whitespace() || c == '\0' } else { set.contains(c) };
    match name {
        "trimstart" => text.trim_start_matches(is),
        "trimend" => text.trim_end_matches(is),
        _ => text.trim_matches(is),
    }
    .to_owned()
}

fn pad(machine: &mut Machine<'_>, text: &Text, name: &str, arguments: &[Value]) -> Option<Value> {
    let width = arguments.first()?.index()?;
    let with = match arguments.get(1) {
        Some(value) => value.as_text()?.nth(0)?,
        None => ' ',
    };
    let missing = width.saturating_sub(text.count());
    if missing > machine.limits.text_bytes_max / 4 {
        return None;
    }
    let padding: String = std::iter::repeat_n(with, missing).collect();
    let out = if name == "padleft" { padding + text.as_str() } else { text.as_str().to_owned() + &padding };
    Some(machine.string(out))
}

fn index_of(machine: &mut Machine<'_>, text: &str, name: &str, arguments: &[Value]) -> Option<Value> {
    let find = machine.known_text(arguments.first()?)?;
    let from = arguments.get(1).and_then(Value::index).unwrap_or(0);
    let from = text.char_indices().nth(from).map_or(text.len(), |(at, _)| at);
    let found = match name {
        "indexof" => text.get(from..)?.find(find.as_str()).map(|at| from + at),
        _ => text.rfind(find.as_str()),
    };
    Some(match found {
        Some(at) => Value::count(text.get(..at)?.chars().count()),
        None => Value::Num(-1.0),
    })
}
