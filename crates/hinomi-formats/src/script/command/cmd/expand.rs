//! Variables of the command processor in a line: `%x%`, `!x!`, `%x:~2,3%`, `%x:a=b%` (`set /?`).

use super::super::evaluate::value::known_environment;
use std::collections::HashMap;

/// Names are short; a mark without its partner nearby is a mark.
const NAME_BYTES_MAX: usize = 96;

/// Variables by lower-case name.
pub(super) type Variables = HashMap<String, String>;

/// The line with its variables replaced, for what is set and for a few that are the same everywhere: first those
/// between percent signs, then, when that is switched on, those between exclamation marks.
pub(super) fn replaced(text: &str, variables: &Variables, delayed: bool, bytes_max: usize) -> String {
    let out = between(text, '%', variables, false, bytes_max);
    if out.contains('!') { between(&out, '!', variables, delayed, bytes_max) } else { out }
}

/// `empty`: a name that is not set stands for nothing.
fn between(text: &str, mark: char, variables: &Variables, empty: bool, bytes_max: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inner)) = rest.split_once(mark) {
        out.push_str(before);
        let end = inner.bytes().take(NAME_BYTES_MAX).position(|byte| char::from(byte) == mark);
        let name = end.and_then(|end| inner.get(..end));
        let value = name.and_then(|name| expansion(name, variables)).or_else(|| {
            let word = name?.split(':').next()?;
            let is_name = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            (empty && is_name).then(String::new)
        });
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
fn expansion(expression: &str, variables: &Variables) -> Option<String> {
    let (name, how) = match expression.split_once(':') {
        Some((name, how)) => (name, Some(how)),
        None => (expression, None),
    };
    let name = name.to_ascii_lowercase();
    let everywhere = |name: &str| match name {
        "comspec" if how.is_none() => Some("cmd"),
        name => known_environment(name),
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
