//! Variables of the command processor in a line: `%x%`, `!x!`, `%x:~2,3%`, `%x:a=b%` (`set /?`).

use super::super::evaluate::value::known_environment;
use std::collections::HashMap;

/// Names are short; a mark without its partner nearby is a mark.
const NAME_BYTES_MAX: usize = 96;

/// Bytes that are copied or looked through in one step.
pub(super) const BYTES_A_STEP: u64 = 16;

/// Variables by lower-case name.
pub(super) type Variables = HashMap<String, String>;

/// The line with its variables replaced, for what is set and for a few that are the same everywhere: first those
/// between percent signs, then, when that is switched on, those between exclamation marks. Every value that is looked
/// at is paid for; what there is no room for stands as it was.
pub(super) fn replaced(text: &str, variables: &Variables, delayed: bool, room: &mut Room<'_>) -> String {
    let out = between(text, '%', variables, false, room);
    if out.contains('!') { between(&out, '!', variables, delayed, room) } else { out }
}

/// How much text may come of text.
pub(super) struct Room<'s> {
    /// The steps that pay for it.
    pub(super) fuel: &'s mut u64,
    /// Bytes of one text.
    pub(super) bytes_max: usize,
    /// A text was left as it stood, because it would have been longer.
    pub(super) cut: &'s mut bool,
}

impl Room<'_> {
    fn fits(&mut self, bytes: usize) -> bool {
        *self.cut |= bytes > self.bytes_max;
        bytes <= self.bytes_max
    }

    fn pay(&mut self, bytes: usize) -> bool {
        *self.fuel = self.fuel.saturating_sub(1 + bytes as u64 / BYTES_A_STEP);
        *self.fuel > 0
    }

    /// A text with every `find` in it replaced.
    pub(super) fn substituted(&mut self, text: &str, find: &str, with: &str) -> Option<String> {
        let grows = with.len().saturating_sub(find.len());
        let more = if grows > 0 { text.matches(find).count().saturating_mul(grows) } else { 0 };
        let bytes = text.len().saturating_add(more);
        (self.fits(bytes) && self.pay(bytes)).then(|| text.replace(find, with))
    }
}

/// `empty`: a name that is not set stands for nothing.
fn between(text: &str, mark: char, variables: &Variables, empty: bool, room: &mut Room<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inner)) = rest.split_once(mark) {
        out.push_str(before);
        let end = inner.bytes().take(NAME_BYTES_MAX).position(|byte| char::from(byte) == mark);
        let name = end.and_then(|end| inner.get(..end));
        let value = name.and_then(|name| expansion(name, variables, room)).or_else(|| {
            let word = name?.split(':').next()?;
            let is_name = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            (empty && is_name).then(String::new)
        });
        match (value, end) {
            (Some(value), Some(end)) if room.fits(out.len() + value.len()) => {
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
fn expansion(expression: &str, variables: &Variables, room: &mut Room<'_>) -> Option<String> {
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
    if !room.pay(value.len()) {
        return None;
    }
    let Some(how) = how else { return Some(value.to_owned()) };
    if let Some(range) = how.strip_prefix('~') {
        return part(value, range);
    }
    let (find, with) = how.split_once('=')?;
    if find.is_empty() { None } else { room.substituted(value, find, with) }
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
