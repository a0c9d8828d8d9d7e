//! What `hinomi scan` says, sorted by the file it is about.

use super::Document;
use crate::command::lab::{in_guard, json};
use anyhow::{Context, Result, ensure};
use hinomi_dev::forge::specimens::Truth;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Against hangs; a thousand documents take seconds.
const GUARD: Duration = Duration::from_secs(900);
/// How deep documents lie in archives in mail.
const DEPTH_MAX: usize = 16;

/// What the program says of one file and of everything in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// Command lines, whole.
    pub(crate) commands: Vec<String>,
    /// Addresses that findings name, in order, each once.
    pub(crate) urls: Vec<String>,
    /// Checks that failed, with the severity.
    pub(crate) findings: Vec<(String, String)>,
}

impl Told {
    /// Whether the exact command line is among what is told. Where a program is named in more than one way, its
    /// name before the exact arguments may be any of them.
    pub(crate) fn has_command(&self, truth: &Truth) -> bool {
        self.commands.iter().any(|command| {
            let by_arguments = || {
                let arguments = truth.arguments.as_ref()?;
                let program = command.strip_suffix(arguments.as_str())?.trim_end().trim_matches('"');
                Some(!program.is_empty() && !program.contains(' '))
            };
            Some(command) == truth.command.as_ref() || by_arguments().unwrap_or(false)
        })
    }

    /// Checks for which a person would be called: medium or worse.
    pub(crate) fn alarms(&self) -> impl Iterator<Item = &str> {
        self.findings
            .iter()
            .filter(|(_, severity)| matches!(severity.as_str(), "medium" | "high" | "critical"))
            .map(|(check, _)| check.as_str())
    }
}

pub(super) fn ask(hinomi: &Path, folder: &Path, documents: &[Document]) -> Result<Vec<Told>> {
    let mut scan = Command::new(hinomi);
    scan.args(["scan", "--lang", "en", "--format", "json", "--observations"]).arg(folder);
    let ran = in_guard(&scan, GUARD)?;
    // Exit 1 says that something was found, 3 that something could not be read: both are answers.
    ensure!(matches!(ran.code, 0 | 1 | 3), "failed to scan: {}", ran.tail());
    let lines = json::lines(&ran.stdout)?;
    let mut told = vec![Told::default(); documents.len()];
    for finding in json::of(&lines, "finding") {
        let place = by_path(finding, documents)?;
        add(finding, &mut told[place]);
    }
    let roots = Roots::of(&lines, documents);
    for line in json::of(&lines, "observation") {
        let command = line.pointer("/fact/command/text").into_iter();
        let fields = line.pointer("/fact/macro/dde").and_then(Value::as_array).into_iter().flatten();
        let commands = command.chain(fields.filter_map(|field| field.get("command")));
        for command in commands.filter_map(Value::as_str) {
            let place = roots.of_evidence(json::text(line, "evidence"));
            let place = place.with_context(|| format!("failed to find the file of {line}"))?;
            told[place].commands.push(command.to_owned());
        }
    }
    Ok(told)
}

/// The document that a finding's evidence is in: files are called by five digits.
fn by_path(finding: &Value, documents: &[Document]) -> Result<usize> {
    let source = finding.pointer("/evidence/0/source").and_then(Value::as_str).unwrap_or_default();
    let path = source.split('#').next().unwrap_or_default();
    let place = documents.iter().position(|document| Path::new(path) == document.path);
    place.with_context(|| format!("failed to find the file of {finding}"))
}

fn add(finding: &Value, told: &mut Told) {
    told.findings.push((json::text(finding, "check").to_owned(), json::text(finding, "severity").to_owned()));
    let indicators = finding.get("indicators").and_then(Value::as_array).into_iter().flatten();
    for indicator in indicators.filter_map(Value::as_str).filter(|text| text.contains("://")) {
        if !told.urls.iter().any(|known| known == indicator) {
            told.urls.push(indicator.to_owned());
        }
    }
}

/// Which file a piece of evidence came out of.
struct Roots<'a> {
    documents: BTreeMap<&'a str, usize>,
    within: HashMap<&'a str, &'a str>,
}

impl<'a> Roots<'a> {
    fn of(lines: &'a [Value], documents: &'a [Document]) -> Self {
        let documents =
            documents.iter().enumerate().map(|(at, document)| (document.digest.as_str(), at)).collect();
        let within = json::of(lines, "observation")
            .filter_map(|line| Some((json::text(line, "evidence"), line.get("within")?.as_str()?)))
            .collect();
        Self { documents, within }
    }

    fn of_evidence(&self, evidence: &'a str) -> Option<usize> {
        let outwards = std::iter::successors(Some(evidence), |inner| self.within.get(inner).copied());
        outwards.take(DEPTH_MAX).find_map(|digest| self.documents.get(digest).copied())
    }
}
