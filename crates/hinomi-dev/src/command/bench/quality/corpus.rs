//! Honest documents of other projects: who raises a false alarm.

use super::MACRO_CHECKS;
use super::peers::{self, Answer, MRAPTOR, OLEVBA, Question};
use super::scan::{self, Scan};
use super::table;
use crate::command::lab::Lab;
use crate::command::lab::score::Score;
use anyhow::Result;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of the corpus that are VBA projects: macros that people work with. The rest are test files of readers.
const VBA_PROJECTS: [&str; 7] =
    ["ariawase", "stdvba", "vbacsv", "vbadeveloper", "vbajson", "vbamemtools", "vbaweb"];

/// A file of the corpus, the first with its content.
struct File {
    path: PathBuf,
    digest: String,
    stratum: &'static str,
}

pub(super) fn part(lab: &Lab, hinomi: &Path) -> Result<String> {
    let head = "### Honest documents of other projects\n\n";
    let documents = match lab.documents() {
        Ok(documents) => documents,
        Err(why) => return Ok(format!("{head}Not measured: {why}.\n")),
    };
    let files = distinct(&documents)?;
    let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
    let ours = scan::files(hinomi, &paths)?;
    let questions: Vec<Question<'_>> =
        files.iter().map(|file| Question { file: &file.path, needles: Vec::new() }).collect();
    let theirs = peers::ask(lab, &questions)?;
    let mut out = format!(
        "{head}{} distinct files of the corpus that are no mail, all honest by where they come from (nobody looked \
         at each): every alarm counts as false. First those with macros, then all, by check.\n\n",
        files.len()
    );
    out.push_str(&with_macros(&files, &ours, theirs.as_deref().ok()));
    if let Err(why) = theirs {
        write!(out, "\nPeers not measured: {why}.\n")?;
    }
    out.push('\n');
    out.push_str(&by_check(&files, &ours, &documents));
    Ok(out)
}

/// Every file that is no mail, each content once.
fn distinct(documents: &Path) -> Result<Vec<File>> {
    let mut seen = BTreeSet::new();
    let mut files = Vec::new();
    for path in hinomi_dev::forge::mutate::corpus(documents, 64 << 20)? {
        if path.extension().is_some_and(|ending| ending == "eml" || ending == "mbox") {
            continue;
        }
        let digest: String =
            Sha256::digest(fs::read(&path)?).iter().map(|byte| format!("{byte:02x}")).collect();
        let project = path.strip_prefix(documents)?.iter().next().unwrap_or_default();
        let works = VBA_PROJECTS.iter().any(|name| *name == project);
        if seen.insert(digest.clone()) {
            files.push(File {
                path,
                digest,
                stratum: if works { "VBA projects" } else { "test files of readers" },
            });
        }
    }
    Ok(files)
}

/// False alarms over the documents with macros, by stratum.
fn with_macros(files: &[File], ours: &Scan, theirs: Option<&[Answer]>) -> String {
    let mut rows: BTreeMap<(&str, usize, String), Score> = BTreeMap::new();
    for (number, file) in files.iter().enumerate() {
        let answer = theirs.and_then(|answers| answers.get(number));
        if !ours.macros.contains(&file.digest) && !answer.is_some_and(|answer| answer.macros) {
            continue;
        }
        let mut verdicts: Vec<(String, bool)> = MACRO_CHECKS
            .iter()
            .map(|check| (format!("Hinomi, {check}, medium or worse"), named(file, ours, check)))
            .collect();
        if let Some(answer) = answer {
            verdicts.push((MRAPTOR.to_owned(), answer.mraptor));
            verdicts.push((OLEVBA.to_owned(), answer.olevba));
        }
        for (order, (who, named)) in verdicts.into_iter().enumerate() {
            rows.entry((file.stratum, order, who)).or_default().add(false, named);
        }
    }
    let rows = rows.iter().map(|((stratum, _, who), score)| {
        vec![(*stratum).to_owned(), who.clone(), score.false_alarms().to_string()]
    });
    table(&["documents with macros", "verdict", "false alarms"], rows)
}

/// Whether a check raises an alarm about a file or about something inside it.
fn named(file: &File, ours: &Scan, check: &str) -> bool {
    let path = file.path.to_string_lossy();
    ours.findings.iter().any(|finding| {
        finding.check == check
            && finding.alarms()
            && (finding.evidence == file.digest
                || finding.source.split('#').next().is_some_and(|source| source == path))
    })
}

/// False alarms of every check over all files; those that have none are summed up in a sentence.
fn by_check(files: &[File], ours: &Scan, documents: &Path) -> String {
    let mut named: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in ours.findings.iter().filter(|finding| finding.alarms()) {
        let path = Path::new(&finding.source);
        let path = path.strip_prefix(documents).unwrap_or(path).display().to_string();
        named.entry(&finding.check).or_default().push(format!("{path}: {}", finding.text));
    }
    if named.is_empty() {
        return format!("Over all {} files no check raises an alarm (medium or worse).\n", files.len());
    }
    let rows = named
        .iter()
        .map(|(check, places)| vec![(*check).to_owned(), places.len().to_string(), places.join("; ")]);
    table(&["check", "false alarms", "where"], rows)
}
