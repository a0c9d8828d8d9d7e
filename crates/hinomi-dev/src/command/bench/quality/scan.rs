//! Our own program over files: findings and recovered commands, by the file they are in.

use crate::command::lab::{Ran, in_guard, json};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Against hangs; the largest set takes seconds.
const GUARD: Duration = Duration::from_secs(900);

/// A finding, as far as counting needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) check: String,
    pub(super) severity: String,
    /// The file it is in; for a message of a mailbox file `PATH#NUMBER`, from 1.
    pub(super) source: String,
    /// Which part of a mail, with the path inside archives; empty when the file itself is meant.
    pub(super) part: String,
    /// SHA-256 of the thing it is about.
    pub(super) evidence: String,
    /// One sentence for a person.
    pub(super) text: String,
    /// The URLs it tells, in order.
    pub(super) urls: Vec<String>,
}

impl Finding {
    /// Whether a person would be called for it: medium or worse.
    pub(super) fn alarms(&self) -> bool {
        matches!(self.severity.as_str(), "medium" | "high" | "critical")
    }

    /// Whether it is more than a remark: low or worse.
    pub(super) fn counts(&self) -> bool {
        self.severity != "info"
    }

    fn read(line: &Value) -> Result<Self> {
        let proof = line.pointer("/evidence/0").context("failed to find the evidence of a finding")?;
        let story = line.get("story").and_then(Value::as_array).into_iter().flatten();
        Ok(Self {
            check: json::text(line, "check").to_owned(),
            severity: json::text(line, "severity").to_owned(),
            source: json::text(proof, "source").to_owned(),
            part: proof.pointer("/locator/part").and_then(Value::as_str).unwrap_or_default().to_owned(),
            evidence: json::text(proof, "sha256").to_owned(),
            text: json::text(line, "text").to_owned(),
            urls: story
                .filter(|step| json::text(step, "kind") == "url")
                .map(|step| json::text(step, "text").to_owned())
                .collect(),
        })
    }
}

/// What a scan found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) findings: Vec<Finding>,
    /// Command lines recovered, by the SHA-256 of the document they are in.
    pub(super) commands: BTreeMap<String, Vec<String>>,
    /// SHA-256 of documents with macro modules.
    pub(super) macros: Vec<String>,
}

/// Scans files.
pub(super) fn files(hinomi: &Path, paths: &[PathBuf]) -> Result<Scan> {
    let mut command = Command::new(hinomi);
    command.args(["scan", "--lang", "en", "--format", "json", "--observations"]).args(paths);
    read(&in_guard(&command, GUARD)?)
}

/// Lays out the sample company in a folder and scans it.
pub(super) fn company(hinomi: &Path, folder: &Path) -> Result<Scan> {
    let mut command = Command::new(hinomi);
    command.args(["demo", "--lang", "en", "--format", "json"]).arg(folder);
    read(&in_guard(&command, GUARD)?)
}

/// Exit 1 says that something was found, 3 that something could not be read: both are answers.
fn read(ran: &Ran) -> Result<Scan> {
    ensure!(matches!(ran.code, 0 | 1 | 3), "failed to scan: {}", ran.tail());
    let lines = json::lines(&ran.stdout)?;
    let findings = json::of(&lines, "finding").map(Finding::read).collect::<Result<_>>()?;
    let mut scan = Scan { findings, ..Scan::default() };
    for line in json::of(&lines, "observation") {
        let document = || json::text(line, "evidence").to_owned();
        if let Some(command) = line.pointer("/fact/command") {
            scan.commands.entry(document()).or_default().push(json::text(command, "text").to_owned());
        }
        if line.pointer("/fact/macro/modules").and_then(Value::as_u64).is_some_and(|modules| modules > 0) {
            scan.macros.push(document());
        }
    }
    Ok(scan)
}
