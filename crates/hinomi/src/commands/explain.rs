//! `hinomi explain`: the page of a check, in the reader's language; without a name, the list.

use crate::app::{App, deliver};
use crate::cli::args::Explain;
use anyhow::Result;
use hinomi_checks::{manual, pages};
use hinomi_model::Text;
use std::fmt::Write;

pub(crate) fn run(app: &App, args: &Explain) -> Result<u8> {
    let told = match &args.check {
        Some(id) => one(app, id)?,
        None => list(app),
    };
    deliver(told.as_bytes(), None)?;
    Ok(0)
}

fn list(app: &App) -> String {
    let mut out = String::new();
    for id in app.checks.keys() {
        _ = writeln!(out, "{id:34} {}", app.words.word(id, app.lang, "title"));
    }
    out
}

fn one(app: &App, id: &str) -> Result<String> {
    let (Some(entry), Some(text)) = (app.checks.get(id), pages().get(id).copied()) else {
        return Err(app.refuse(Text::new("cli_no_check").with("id", id)));
    };
    let word = |key: &str| app.words.word(id, app.lang, key);
    let mut out = format!("{}\n\n{}\n{}\n\n", word("title"), word("why"), word("fix"));
    for (key, grade) in &entry.fails {
        let template = app.words.template(id, app.lang, key).unwrap_or_default();
        _ = writeln!(out, "{:8} {:6} {template}", grade.severity.as_str(), grade.confidence.as_str());
    }
    _ = writeln!(out, "\nATT&CK: {}", entry.attack.join(", "));
    out.push('\n');
    out.push_str(&manual::in_language(text, app.lang));
    Ok(out)
}
