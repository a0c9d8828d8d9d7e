//! What oletools says of the same documents, through `lab/peers/macro_verdicts.py`.

use crate::command::lab::{Lab, in_guard, oletools};
use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long a thousand documents may take that olevba decodes; it needs a second for each.
const GUARD: Duration = Duration::from_secs(3_600);

/// The names under which the tables show them.
pub(in crate::command::bench) const MRAPTOR: &str = "mraptor 0.60.2, SUSPICIOUS";
pub(in crate::command::bench) const OLEVBA: &str = "olevba 0.60.2, AutoExec + Suspicious (rspamd's rule)";

/// A document, and texts to look for in what olevba prints of it.
#[derive(Debug, Serialize)]
pub(in crate::command::bench) struct Question<'a> {
    pub(in crate::command::bench) file: &'a Path,
    pub(in crate::command::bench) needles: Vec<&'a str>,
}

/// What oletools says of a document.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::command::bench) struct Answer {
    pub(in crate::command::bench) macros: bool,
    pub(in crate::command::bench) mraptor: bool,
    pub(in crate::command::bench) olevba: bool,
    /// For each needle, whether it is printed.
    pub(in crate::command::bench) found: Vec<bool>,
}

/// Asks about each document; the answers come in the same order. The outer error is ours, the inner one says why
/// the peer cannot be had.
pub(in crate::command::bench) fn ask(
    lab: &Lab,
    questions: &[Question<'_>],
) -> Result<Result<Vec<Answer>, String>> {
    let python = match oletools(lab) {
        Ok(python) => python,
        Err(why) => return Ok(Err(why)),
    };
    Ok(Ok(answers(&python, &lab.root.join("lab/peers/macro_verdicts.py"), questions)?))
}

/// The answers of a script that reads questions and writes as many lines.
pub(in crate::command::bench) fn answers<T: DeserializeOwned>(
    python: &Path,
    script: &Path,
    questions: &[Question<'_>],
) -> Result<Vec<T>> {
    let desk = tempfile::tempdir()?;
    let asked = desk.path().join("asked.ndjson");
    let mut text = Vec::new();
    for question in questions {
        serde_json::to_writer(&mut text, question)?;
        text.push(b'\n');
    }
    fs::write(&asked, text)?;
    let ran = in_guard(Command::new(python).arg(script).arg(&asked), GUARD)?;
    ensure!(ran.code == 0, "failed to ask {}: {}", script.display(), ran.tail());
    let answers: Vec<T> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("failed to read {line:?}")))
        .collect::<Result<_>>()?;
    ensure!(answers.len() == questions.len(), "{} of {} questions answered", answers.len(), questions.len());
    Ok(answers)
}
