//! Damaged copies of the corpus and of forged documents through the real command line: it always ends well, and loses
//! nothing in silence.

use super::peers::hex;
use super::{Outcome, Rounds, needed};
use crate::command::lab::recovery::{Order, Set};
use crate::command::lab::{Lab, Ran, in_guard, json, letters};
use anyhow::{Context, Result, ensure};
use hinomi_dev::forge::mutate::{corpus, nth};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Files of one call.
const BATCH: usize = 1_000;
/// Honest letters among them, each with a finding of its own that must be there.
const HONEST: usize = 20;
/// A batch takes seconds; one that takes this long hangs.
const GUARD: Duration = Duration::from_secs(600);
/// Larger files of the corpus are left out: damage to them tells nothing that a smaller one would not.
const SIZE_MAX_BYTES: u64 = 256 << 10;
/// The seed of the campaign; a failure is found again by it and the file's number.
const SEED: u64 = 2_020;

/// What a campaign saw.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Damaged files given to the program.
    pub(crate) files: usize,
    /// Files and parts told as not read, by kind.
    pub(crate) problems: BTreeMap<String, usize>,
    /// Findings, the planted ones included.
    pub(crate) findings: usize,
    /// The most memory any process held, in bytes.
    pub(crate) peak_bytes: u64,
}

pub(super) fn campaign(lab: &Lab, rounds: Rounds) -> Result<Outcome> {
    let documents = needed!(lab.documents());
    let counts = run(&lab.hinomi()?, &documents, rounds.damaged)?;
    Ok(Outcome::Passed(format!("{} files, told as not read: {:?}", counts.files, counts.problems)))
}

/// Forged documents among the files that are damaged: every style and carrier twice, every honest kind.
const FORGED: Order = Order { attacks: 2 * hinomi_dev::forge::specimens::LANES, honest: 60, seed: SEED };

/// Runs the campaign; an error names the batch and what was wrong.
pub(crate) fn run(hinomi: &Path, documents: &Path, count: usize) -> Result<Counts> {
    let forge = tempfile::tempdir()?;
    let set = Set::write(forge.path(), FORGED)?;
    let mut files = corpus(documents, SIZE_MAX_BYTES)?;
    files.extend(set.attacks.into_iter().chain(set.honest).map(|document| document.path));
    let mut counts = Counts::default();
    for first in (0..count).step_by(BATCH) {
        let desk = tempfile::tempdir()?;
        let batch = desk.path().join("batch");
        fs::create_dir(&batch)?;
        let mut digests = BTreeMap::new();
        for number in first..(first + BATCH).min(count) {
            let (file, bytes) = nth(&files, number, SEED)?;
            let ending = file.extension().unwrap_or_default().to_string_lossy();
            let name = format!("{number:06}.{ending}");
            digests.insert(name.clone(), hex(&bytes));
            fs::write(batch.join(name), bytes)?;
        }
        for number in 0..HONEST {
            let letter = letters::in_a_colleagues_name(&format!("Re: honest {number}"), number, Vec::new());
            // Between the damaged ones, not behind them.
            fs::write(batch.join(format!("{:06}-honest.eml", first + number * BATCH / HONEST)), letter)?;
        }
        look(hinomi, &batch, &digests, &mut counts)
            .with_context(|| format!("files {first} and following, seed {SEED}"))?;
    }
    Ok(counts)
}

fn scan(hinomi: &Path, target: &Path) -> Result<Ran> {
    let mut scan = Command::new(hinomi);
    scan.args(["scan", "--format", "json", "--observations"]).arg(target);
    in_guard(&scan, GUARD)
}

/// Scans a batch and holds the answer against what was in it. `digests`: names and what they held.
fn look(hinomi: &Path, batch: &Path, digests: &BTreeMap<String, String>, counts: &mut Counts) -> Result<()> {
    let ran = scan(hinomi, batch)?;
    ensure!(
        ran.used.signal.is_none() && matches!(ran.code, 0 | 1 | 3),
        "the program ended with {} (signal {:?}): {}",
        ran.code,
        ran.used.signal,
        ran.tail()
    );
    let lines = json::lines(&ran.stdout)?;
    let problems: Vec<&Value> = json::of(&lines, "problem").collect();
    // A reader that dies costs one file and the run goes on; it is a fault of the reader all the same.
    let died = |line: &&&Value| matches!(json::text(line, "kind"), "crashed" | "timed-out");
    let died: Vec<String> = problems.iter().filter(died).map(ToString::to_string).collect();
    ensure!(died.is_empty(), "readers died: {died:#?}");

    let seen: BTreeSet<&str> =
        json::of(&lines, "observation").map(|line| json::text(line, "evidence")).collect();
    let told: BTreeSet<&str> = problems.iter().map(|line| json::text(line, "source")).collect();
    // A mailbox file is looked at message by message: `name#n`.
    let told_of = |name: &str| {
        told.iter().any(|source| source.split('#').next().is_some_and(|path| path.ends_with(name)))
    };
    let silent = digests.iter().filter(|(name, digest)| !seen.contains(digest.as_str()) && !told_of(name));
    // What begins like a mailbox is looked at message by message; on its own it shows whether any was seen.
    let mut lost = Vec::new();
    for (name, _) in silent {
        let alone = scan(hinomi, &batch.join(name))?;
        let summary = json::lines(&alone.stdout)?.pop().context("failed to find the summary")?;
        if !fs::read(batch.join(name))?.starts_with(b"From ") || summary["evidence"] == 0 {
            lost.push(name);
        }
    }
    ensure!(lost.is_empty(), "neither seen nor told as not read: {lost:?}");

    let honest = json::of(&lines, "finding").filter(|line| is_honest(line)).count();
    ensure!(honest == HONEST, "{honest} of {HONEST} honest letters among the damaged files were judged");
    let summary = lines.last().context("failed to find the summary")?;
    ensure!(
        (summary["unread"] == 0) == problems.is_empty(),
        "{} pieces unread and {} problems",
        summary["unread"],
        problems.len()
    );
    counts.files += digests.len();
    counts.findings += json::of(&lines, "finding").count();
    counts.peak_bytes = counts.peak_bytes.max(ran.used.peak_bytes);
    for problem in problems {
        *counts.problems.entry(json::text(problem, "kind").to_owned()).or_default() += 1;
    }
    Ok(())
}

fn is_honest(finding: &Value) -> bool {
    finding["data"]["subject"].as_str().is_some_and(|subject| subject.starts_with("Re: honest "))
}
