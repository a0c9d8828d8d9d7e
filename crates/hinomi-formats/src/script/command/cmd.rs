//! Noise of the command processor: carets, variables set in the line itself, parts of them.

use super::interpreter;
use crate::Limits;
use crate::script::Interpreter;
use std::collections::HashMap;

/// The line without `^`, when that shows a program; PowerShell text has a use for carets of its own.
pub(super) fn without_carets(line: &str) -> Option<String> {
    if !line.contains('^') {
        return None;
    }
    let plain = line.replace('^', "");
    interpreter::mentions_interpreter(&plain).then_some(plain)
}

/// The line with `%x%`, `!x!`, `%x:~2,3%` and `%x:a=b%` replaced, for what it sets itself and for a few variables
/// that are the same everywhere.
pub(super) fn with_variables(line: &str, limits: &Limits) -> Option<String> {
    if !line.contains(['%', '!']) {
        return None;
    }
    let variables = variables(line);
    let sets_own = line.len() < limits.text_bytes_max && !variables.is_empty();
    let mut text = line.to_owned();
    // A variable may hold the name of another: peel a few times, not for ever.
    for _ in 0..4 {
        let next = replaced(&text, &variables, limits.text_bytes_max);
        if next == text {
            break;
        }
        text = next;
    }
    let runs_cmd = sets_own || interpreter::of_line(&text) != Interpreter::Other;
    (text != line && runs_cmd).then_some(text)
}

/// Variables set by `set x=…` and `set "x=…"` in the line, by lower-case name.
fn variables(line: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    for part in line.split(['&', '\n', '\r', '|', '(', ')']) {
        // Behind `/c "`, `call` and the like; the last `set` of a part is the one that counts.
        let lower = part.to_ascii_lowercase();
        let begins = |at: &usize| {
            at.checked_sub(1)
                .and_then(|at| part.as_bytes().get(at))
                .is_none_or(|before| b" \t\"@,;".contains(before))
        };
        let Some(at) = lower.match_indices("set").map(|(at, _)| at).filter(begins).last() else { continue };
        let rest = part.get(at + 3..).unwrap_or_default();
        let Some((name, value)) = rest.trim_start().trim_start_matches('"').split_once('=') else { continue };
        if rest.starts_with([' ', '\t']) && !name.is_empty() && name.len() < 64 {
            let value = value.strip_suffix('"').unwrap_or(value);
            found.insert(name.to_ascii_lowercase(), value.to_owned());
        }
    }
    found
}

fn replaced(text: &str, variables: &HashMap<String, String>, bytes_max: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '!']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let mark = from.chars().next().unwrap_or('%');
        let inner = from.get(1..).unwrap_or_default();
        // Names are short; a mark without its partner nearby is a mark.
        let end = inner.bytes().take(96).position(|byte| char::from(byte) == mark);
        let value = end.and_then(|end| inner.get(..end)).and_then(|name| expansion(name, variables));
        match (value, end) {
            (Some(value), Some(end)) if out.len() + value.len() <= bytes_max => {
                out.push_str(&value);
                rest = inner.get(end + 1..).unwrap_or_default();
            }
            _ => {
                out.push(mark);
                rest = inner;
            }
        }
    }
    out.push_str(rest);
    out
}

/// `name`, `name:~start,length`, `name:find=with`.
fn expansion(expression: &str, variables: &HashMap<String, String>) -> Option<String> {
    let (name, how) = match expression.split_once(':') {
        Some((name, how)) => (name, Some(how)),
        None => (expression, None),
    };
    let name = name.to_ascii_lowercase();
    let everywhere = |name: &str| match name {
        "comspec" if how.is_none() => Some("cmd"),
        "comspec" => Some("C:\\WINDOWS\\system32\\cmd.exe"),
        "os" => Some("Windows_NT"),
        "public" => Some("C:\\Users\\Public"),
        "programdata" | "allusersprofile" => Some("C:\\ProgramData"),
        "systemroot" | "windir" => Some("C:\\WINDOWS"),
        _ => None,
    };
    let value = variables.get(&name).map(String::as_str).or_else(|| {
        // Left as they stand unless needed to read a word: people know %PUBLIC% better than its value.
        (how.is_some() || name == "comspec").then(|| everywhere(&name)).flatten()
    })?;
    let Some(how) = how else { return Some(value.to_owned()) };
    if let Some(range) = how.strip_prefix('~') {
        return part(value, range);
    }
    let (find, with) = how.split_once('=')?;
    (!find.is_empty() && with.len() <= find.len().saturating_add(64)).then(|| value.replace(find, with))
}

/// `~start[,length]`, negative ones counted from the end.
fn part(value: &str, range: &str) -> Option<String> {
    let count = i64::try_from(value.chars().count()).ok()?;
    let (start, length) = match range.split_once(',') {
        Some((start, length)) => {
            (start.trim().parse::<i64>().ok()?, Some(length.trim().parse::<i64>().ok()?))
        }
        None => (range.trim().parse::<i64>().ok()?, None),
    };
    let start = if start < 0 { count.saturating_add(start).max(0) } else { start.min(count) };
    let end = match length {
        None => count,
        Some(length) if length < 0 => count.saturating_add(length),
        Some(length) => start.saturating_add(length).min(count),
    };
    let take = usize::try_from(end.saturating_sub(start).max(0)).ok()?;
    Some(value.chars().skip(usize::try_from(start).ok()?).take(take).collect())
}
