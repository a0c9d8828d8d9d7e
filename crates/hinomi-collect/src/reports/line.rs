//! One line of a report, built anew from the fields that are known: what else came with it is not kept.

use hinomi_formats::capture::bare_url;
use serde_json::{Map, Value};

/// Lines of one report.
const LINES_MAX: usize = 2_000;
/// Targets, functions, notes and waits of one line.
const ITEMS_MAX: usize = 40;
/// Characters of a text.
const TEXT_CHARS_MAX: usize = 300;
const RULES: [&str; 7] = ["HW-1", "HW-2", "HW-3", "HW-4", "HW-5", "HW-6", "HW-7"];
/// In the place of a rule: findings that a browser had to forget before they could be sent.
const LOST: &str = "lost";

/// The lines of a report that can be written.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Each with its end.
    pub(super) lines: Vec<u8>,
    pub(super) taken: usize,
    pub(super) refused: usize,
}

/// How a field is kept.
#[derive(Clone, Copy)]
enum Kept {
    /// A text of at most `TEXT_CHARS_MAX`.
    Text,
    /// An address, without user, query and fragment.
    Address,
    /// A whole number.
    Number,
    /// Texts.
    Texts,
    /// An object of these fields.
    Object(&'static [(&'static str, Self)]),
    /// Objects of these fields.
    Objects(&'static [(&'static str, Self)]),
}

const PLACE: &[(&str, Kept)] =
    &[("script", Kept::Address), ("line", Kept::Number), ("column", Kept::Number), ("function", Kept::Text)];
const CALL_SITE: &[(&str, Kept)] = &[
    ("script", Kept::Address),
    ("line", Kept::Number),
    ("column", Kept::Number),
    ("function", Kept::Text),
    ("async_parents", Kept::Objects(PLACE)),
];
const OUTCOMES: &[(&str, Kept)] = &[
    ("reached", Kept::Number),
    ("blocked", Kept::Number),
    ("refused", Kept::Number),
    ("failed", Kept::Number),
];
const TARGET: &[(&str, Kept)] = &[
    ("scheme", Kept::Text),
    ("host", Kept::Text),
    ("port", Kept::Number),
    ("ip", Kept::Text),
    ("space", Kept::Text),
    ("how", Kept::Text),
    ("api", Kept::Text),
    ("script", Kept::Object(CALL_SITE)),
    ("outcomes", Kept::Object(OUTCOMES)),
    ("count", Kept::Number),
];
const REPORT: &[(&str, Kept)] = &[
    ("rule", Kept::Text),
    ("page", Kept::Address),
    ("top", Kept::Address),
    ("script", Kept::Object(CALL_SITE)),
    ("targets", Kept::Objects(TARGET)),
    ("api", Kept::Texts),
    ("outcomes", Kept::Object(OUTCOMES)),
    ("first", Kept::Number),
    ("last", Kept::Number),
    ("count", Kept::Number),
    ("allowed_by", Kept::Text),
    ("suppressed", Kept::Text),
    ("notes", Kept::Texts),
    ("seat", Kept::Text),
    ("browser", Kept::Text),
];

/// Reads a body.
pub(super) fn read(body: &[u8]) -> Lines {
    let mut read = Lines::default();
    for line in body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        match (read.taken < LINES_MAX).then(|| one(line)).flatten() {
            Some(line) => {
                read.lines.extend(line.as_bytes());
                read.lines.push(b'\n');
                read.taken += 1;
            }
            None => read.refused += 1,
        }
    }
    read
}

fn one(line: &[u8]) -> Option<String> {
    let Ok(Value::Object(given)) = serde_json::from_slice(line) else { return None };
    let report = object(&given, REPORT);
    let has = |name: &str| report.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let rule = report.get("rule")?.as_str()?;
    let whole = match rule {
        LOST => report.get("count").is_some(),
        rule => RULES.contains(&rule) && has("page") && report.get("targets").is_some() && is_dated(&report),
    };
    whole.then(|| Value::Object(report).to_string())
}

fn is_dated(report: &Map<String, Value>) -> bool {
    ["first", "last", "count"].iter().all(|name| report.contains_key(*name))
}

fn object(given: &Map<String, Value>, fields: &[(&str, Kept)]) -> Map<String, Value> {
    let kept =
        fields.iter().filter_map(|(name, kept)| Some(((*name).to_owned(), keep(given.get(*name)?, *kept)?)));
    kept.collect()
}

fn keep(value: &Value, kept: Kept) -> Option<Value> {
    Some(match kept {
        Kept::Text => Value::String(short(value.as_str()?)),
        Kept::Address => Value::String(bare_url(value.as_str()?)),
        Kept::Number => Value::from(value.as_u64()?),
        Kept::Texts => {
            value.as_array()?.iter().take(ITEMS_MAX).filter_map(|one| keep(one, Kept::Text)).collect()
        }
        Kept::Object(fields) => Value::Object(object(value.as_object()?, fields)),
        Kept::Objects(fields) => {
            let objects = value.as_array()?.iter().take(ITEMS_MAX).filter_map(Value::as_object);
            objects.map(|one| Value::Object(object(one, fields))).collect()
        }
    })
}

fn short(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}
