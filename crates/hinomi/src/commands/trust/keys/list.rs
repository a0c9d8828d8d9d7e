//! The table of keys: what a person looks at before anything else.

use crate::app::App;
use hinomi_model::fact::{KeyFact, KeyKind};
use hinomi_model::{Observation, Text};
use hinomi_outcome::terminal_safe;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Columns, by their word.
const COLUMNS: [&str; 6] = ["kind", "key", "until", "mode", "lock", "place"];

/// One line a key, by place, then what is weak about it below its line.
pub(super) fn table(app: &App, observations: &[Observation]) -> String {
    let mut keys: Vec<&KeyFact> = observations.iter().filter_map(|seen| seen.fact.as_key()).collect();
    keys.sort_by(|a, b| {
        (&a.place, a.kind, &a.fingerprint_sha256).cmp(&(&b.place, b.kind, &b.fingerprint_sha256))
    });
    keys.dedup();
    if keys.is_empty() {
        return app.say("cli_keys_none") + "\n";
    }
    let header = COLUMNS.map(|column| app.say(&format!("cli_keys_col_{column}")));
    let rows: Vec<[String; 6]> = keys.iter().map(|key| row(app, key)).collect();
    let widths: Vec<usize> = (0..COLUMNS.len())
        .map(|at| {
            std::iter::once(&header).chain(&rows).filter_map(|row| row.get(at)).map(|cell| width(cell)).max()
        })
        .map(Option::unwrap_or_default)
        .collect();
    let mut out = line(&header, &widths);
    for (key, row) in keys.iter().zip(&rows) {
        out += &line(row, &widths);
        for told in remarks(app, key) {
            _ = writeln!(out, "    {}", terminal_safe(&told));
        }
    }
    out + "\n" + &total(app, &keys) + "\n"
}

fn row(app: &App, key: &KeyFact) -> [String; 6] {
    let end = key.certificate.as_deref().and_then(|seen| seen.not_after);
    let described = key.described();
    let lock = match (key.encrypted.as_deref(), key.opened_by.as_deref()) {
        (None, Some(_)) if key.is_secret() => app.say("cli_keys_clear"),
        (None, _) => "–".to_owned(),
        (Some(_), None) => app.say("cli_keys_locked"),
        (Some(_), Some(by)) if by.starts_with("default:") => app.say("cli_keys_default"),
        (Some(_), Some(_)) => app.say("cli_keys_given"),
    };
    [
        app.say(&format!("cli_keys_kind_{}", key.kind.as_str())),
        if described.is_empty() { key.format.to_uppercase() } else { described },
        end.map_or_else(|| "–".to_owned(), |end| end.to_zoned(TimeZone::UTC).date().to_string()),
        key.mode.map_or_else(|| "–".to_owned(), |mode| format!("{:04o}", mode & 0o7777)),
        lock,
        terminal_safe(&key.place).into_owned(),
    ]
}

/// What speaks against a key, or needs a look: weaknesses, surroundings, an end that has passed.
fn remarks(app: &App, key: &KeyFact) -> Vec<String> {
    let mut told = Vec::new();
    let ended = key.certificate.as_deref().and_then(|seen| seen.not_after).is_some_and(|end| end < app.now);
    if ended {
        told.push(app.say("cli_keys_ended"));
    }
    let weak = key.weaknesses.iter().map(|weak| format!("{} {}", weak.id, weak.detail).trim_end().to_owned());
    let weak: Vec<String> = weak.collect();
    if !weak.is_empty() {
        told.push(app.tell(Text::new("cli_keys_weak").with("weak", weak.join("; "))));
    }
    let holds_secret =
        key.is_secret() || (key.kind == KeyKind::Keystore && key.label.as_deref() != Some("trust"));
    let around: Vec<String> = key
        .surroundings
        .iter()
        .filter(|word| holds_secret && *word != "temporary")
        .map(|word| app.say(&format!("cli_keys_around_{word}")))
        .collect();
    if !around.is_empty() {
        told.push(app.tell(Text::new("cli_keys_around").with("around", around.join(", "))));
    }
    told
}

/// How many there are, each public key counted once.
fn total(app: &App, keys: &[&KeyFact]) -> String {
    let different: BTreeSet<String> = keys.iter().map(|key| key.asset_name()).collect();
    let secrets = keys.iter().filter(|key| key.is_secret()).count();
    let certificates = keys.iter().filter(|key| key.kind == KeyKind::Certificate).count();
    let text = Text::new("cli_keys_total")
        .with("objects", keys.len())
        .with("keys", different.len())
        .with("secrets", secrets)
        .with("certificates", certificates);
    app.tell(text)
}

fn line(cells: &[String; 6], widths: &[usize]) -> String {
    let mut out = String::new();
    for (at, (cell, wide)) in cells.iter().zip(widths).enumerate() {
        out += cell;
        if at + 1 < cells.len() {
            out += &" ".repeat(wide.saturating_sub(width(cell)) + 2);
        }
    }
    out.trim_end().to_owned() + "\n"
}

/// Columns of a terminal: the wide letters of Japanese take two.
fn width(text: &str) -> usize {
    let wide = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}');
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}
