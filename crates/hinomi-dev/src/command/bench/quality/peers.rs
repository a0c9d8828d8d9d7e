//! What oletools says of the same documents, through `lab/peers/macro_verdicts.py`.

use crate::command::lab::{Lab, in_guard, oletools};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long 300 documents may take that olevba decodes; it needs a third of a second for each.
const GUARD: Duration = Duration::from_secs(3_600);

/// The names under which the tables show them.
pub(super) const MRAPTOR: &str = "mraptor 0.60.2, SUSPICIOUS";
pub(super) const OLEVBA: &str = "olevba 0.60.2, AutoExec + Suspicious (rspamd's rule)";

/// A document, and texts to look for in what olevba prints of it.
#[derive(Debug, Serialize)]
pub(super) struct Question<'a> {
    pub(super) file: &'a Path,
    pub(super) needles: Vec<&'a str>,
}

/// What oletools says of a document.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Answer {
    pub(super) macros: bool,
    pub(super) mraptor: bool,
    pub(super) olevba: bool,
    /// For each needle, whether it is printed.
    pub(super) found: Vec<bool>,
}

/// Asks about each document; the answers come in the same order. The outer error is ours, the inner one says why
/// the peer cannot be had.
pub(super) fn ask(lab: &Lab, questions: &[Question<'_>]) -> Result<Result<Vec<Answer>, String>> {
    let python = match oletools(lab) {
        Ok(python) => python,
        Err(why) => return Ok(Err(why)),
    };
    let desk = tempfile::tempdir()?;
    let asked = desk.path().join("asked.ndjson");
    let mut text = Vec::new();
    for question in questions {
        serde_json::to_writer(&mut text, question)?;
        text.push(b'\n');
    }
    fs::write(&asked, text)?;
    let script = lab.root.join("lab/peers/macro_verdicts.py");
    let ran = in_guard(Command::new(python).arg(script).arg(&asked), GUARD)?;
    ensure!(ran.code == 0, "failed to ask oletools: {}", ran.tail());
    let answers: Vec<Answer> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("failed to read {line:?}")))
        .collect::<Result<_>>()?;
    ensure!(answers.len() == questions.len(), "oletools answered {} of {}", answers.len(), questions.len());
    Ok(Ok(answers))
}
