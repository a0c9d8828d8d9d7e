//! Forged documents: who names the attacks, who leaves the honest ones alone, who recovers what would run.

use super::MACRO_CHECKS;
use super::peers::{self, Answer, MRAPTOR, OLEVBA, Question};
use super::scan::{self, Scan};
use super::score::{Score, Share};
use super::table;
use crate::command::lab::Lab;
use anyhow::Result;
use hinomi_dev::forge::macros::{self, Truth};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const COUNT: usize = 600;
/// Not a seed that tests or fixtures use.
const SEED: u64 = 20_201_123;

/// A forged document on disk.
struct Document {
    path: PathBuf,
    /// SHA-256 of its bytes, as evidence is named.
    digest: String,
    truth: Truth,
}

impl Document {
    fn attacks(&self) -> bool {
        self.truth.verdict == "attack"
    }

    /// The way its strings are hidden, as truth files name it.
    fn style(&self) -> String {
        let style = serde_json::to_value(self.truth.style).unwrap_or_default();
        style.as_str().unwrap_or_default().to_owned()
    }
}

pub(super) fn part(lab: &Lab, hinomi: &Path) -> Result<String> {
    let desk = tempfile::tempdir()?;
    let documents = (0..COUNT).map(|number| write(desk.path(), number)).collect::<Result<Vec<_>>>()?;
    let paths: Vec<PathBuf> = documents.iter().map(|document| document.path.clone()).collect();
    let ours = scan::files(hinomi, &paths)?;
    let theirs = peers::ask(lab, &documents.iter().map(question).collect::<Vec<_>>())?;
    let attacks = documents.iter().filter(|document| document.attacks()).count();
    let mut out = format!(
        "### Forged documents\n\n`cargo dev forge documents DIR --count {COUNT} --seed {SEED}`: {attacks} documents \
         whose macro would start a hidden PowerShell, {} honest ones of {} kinds, as .doc, .docm, .xls and .xlsm. \
         They are made by us, with {} ways to hide a string, all of them constant: the recall says what is reached, \
         not how much of the world looks like this.\n\n",
        documents.len() - attacks,
        macros::HONEST.len(),
        macros::Style::all().count(),
    );
    out.push_str(&verdicts(&documents, &ours, theirs.as_deref().ok()));
    out.push('\n');
    out.push_str(&recovered(&documents, &ours, theirs.as_deref().ok()));
    if let Err(why) = theirs {
        write!(out, "\nPeers not measured: {why}.\n")?;
    }
    Ok(out)
}

fn write(folder: &Path, number: usize) -> Result<Document> {
    let forged = macros::any(number, SEED)?;
    let path = folder.join(format!("{number:05}.{}", forged.truth.container.extension()));
    fs::write(&path, &forged.bytes)?;
    let digest = Sha256::digest(&forged.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Document { path, digest, truth: forged.truth })
}

/// The command line first, then the script in it, then its URLs.
fn question(document: &Document) -> Question<'_> {
    let truth = &document.truth;
    let needles = truth.command.iter().chain(&truth.script).chain(&truth.urls).map(String::as_str).collect();
    Question { file: &document.path, needles }
}

/// The table of verdicts, and the honest kinds that somebody names.
fn verdicts(documents: &[Document], ours: &Scan, theirs: Option<&[Answer]>) -> String {
    let mut named: Vec<(String, Vec<bool>)> = Vec::new();
    for check in MACRO_CHECKS {
        let found: BTreeSet<&str> = ours
            .findings
            .iter()
            .filter(|finding| finding.check == check && finding.alarms())
            .map(|finding| finding.evidence.as_str())
            .collect();
        let verdict = documents.iter().map(|document| found.contains(document.digest.as_str())).collect();
        named.push((format!("Hinomi, {check}, medium or worse"), verdict));
    }
    if let Some(answers) = theirs {
        named.push((MRAPTOR.to_owned(), answers.iter().map(|answer| answer.mraptor).collect()));
        named.push((OLEVBA.to_owned(), answers.iter().map(|answer| answer.olevba).collect()));
    }
    let rows = named.iter().map(|(who, verdict)| {
        let mut score = Score::default();
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for (document, named) in documents.iter().zip(verdict) {
            score.add(document.attacks(), *named);
            if *named && !document.attacks() {
                *kinds.entry(&document.truth.shape).or_default() += 1;
            }
        }
        let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let kinds = if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") };
        vec![who.clone(), score.recall().to_string(), score.precision().to_string(), kinds]
    });
    table(&["verdict", "recall", "precision", "honest documents named"], rows)
}

/// What is recovered exactly, by the way it was hidden.
#[derive(Default)]
struct Recovered {
    our_command: Share,
    our_urls: Share,
    their_command: Share,
    their_script: Share,
    their_any_url: Share,
}

impl Recovered {
    fn add(&mut self, document: &Document, ours: &Scan, answer: Option<&Answer>) {
        let truth = &document.truth;
        let commands = ours.commands.get(&document.digest).into_iter().flatten();
        self.our_command.add(commands.into_iter().any(|command| Some(command) == truth.command.as_ref()));
        let told = ours
            .findings
            .iter()
            .filter(|finding| finding.evidence == document.digest)
            .any(|finding| finding.urls == truth.urls);
        self.our_urls.add(told);
        if let Some([command, script, urls @ ..]) = answer.map(|answer| answer.found.as_slice()) {
            self.their_command.add(*command);
            self.their_script.add(*script);
            self.their_any_url.add(urls.contains(&true));
        }
    }

    fn row(&self, style: &str) -> Vec<String> {
        let shares =
            [self.our_command, self.our_urls, self.their_command, self.their_script, self.their_any_url];
        [style.to_owned()].into_iter().chain(shares.map(|share| share.to_string())).collect()
    }
}

fn recovered(documents: &[Document], ours: &Scan, theirs: Option<&[Answer]>) -> String {
    let mut styles: BTreeMap<String, Recovered> = BTreeMap::new();
    let mut all = Recovered::default();
    for (number, document) in documents.iter().enumerate().filter(|(_, document)| document.attacks()) {
        let answer = theirs.and_then(|answers| answers.get(number));
        styles.entry(document.style()).or_default().add(document, ours, answer);
        all.add(document, ours, answer);
    }
    let rows = styles.iter().map(|(style, recovered)| recovered.row(style)).chain([all.row("all")]);
    let head = [
        "hidden by",
        "Hinomi: command line, exact",
        "Hinomi: list of URLs, exact",
        "olevba: command line",
        "olevba: script",
        "olevba: any of the URLs",
    ];
    let note = "olevba is asked for all it has (`--deobf --decode --reveal`); a text counts when it stands \
                anywhere in what is printed. It decodes each expression alone, so that pieces that only meet in \
                a variable stay apart.\n";
    format!("{}\n{note}", table(&head, rows))
}
