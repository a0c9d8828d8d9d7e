//! A writer is killed again and again; what it said was stored must be there.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use hinomi_model::{Fingerprint, Status};
use hinomi_store::{Filter, Store};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROUNDS: u64 = 50;

/// The example beside this test's own file.
fn writer() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let folder = here.parent().unwrap().parent().unwrap();
    let writer = folder.join("examples").join(format!("writer{}", std::env::consts::EXE_SUFFIX));
    assert!(writer.exists(), "build the example first: cargo build -p hinomi-store --example writer");
    writer
}

/// Lets the writer work until it has said `lines` lines, kills it, and gives all it said by then.
fn work_and_kill(file: &Path, first: u64, lines: usize) -> Vec<String> {
    let mut child = Command::new(writer())
        .arg(file)
        .arg(first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = Vec::new();
    for _ in 0..lines {
        let mut line = String::new();
        if out.read_line(&mut line).unwrap() == 0 {
            let mut error = String::new();
            child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
            panic!("the writer ended by itself: {error}");
        }
        said.push(line);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it managed to say before the signal counts as well; a torn last line does not.
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    said.extend(rest.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(str::to_owned));
    said
}

#[test]
fn fifty_kills_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hinomi.db");
    let mut acknowledged: BTreeSet<Fingerprint> = BTreeSet::new();
    for round in 0..ROUNDS {
        // 1 to 61 lines: in the middle of a run, at its end, in the next one.
        let lines = usize::try_from(round * 37 % 61 + 1).unwrap();
        for line in work_and_kill(&file, round * 100_000, lines) {
            let (fingerprint, status) = line.trim_end().split_once(' ').unwrap();
            assert_eq!(status, Status::New.as_str());
            acknowledged.insert(fingerprint.parse().unwrap());
        }
        // Checks structure, references and the audit chain, and what was said in all rounds so far.
        let store = Store::open(&file).unwrap();
        let verified = Store::verify(&file).unwrap();
        assert!(verified.findings >= u64::try_from(acknowledged.len()).unwrap(), "round {round}");
        let stored = store.findings(&Filter { limit: usize::MAX, ..Filter::default() }).unwrap();
        let there: BTreeSet<Fingerprint> = stored.iter().map(|found| found.finding.fingerprint()).collect();
        let lost: Vec<_> = acknowledged.difference(&there).collect();
        assert!(lost.is_empty(), "round {round} lost {lost:?}");
        assert!(stored.iter().all(|found| found.status == Status::New), "a killed run changed a status");
    }
    assert!(acknowledged.len() >= 1_000, "{}", acknowledged.len());
    let unfinished = Store::open(&file).unwrap().runs(usize::MAX).unwrap();
    assert!(unfinished.iter().filter(|run| run.finished_at.is_none()).count() >= 25);
}
