//! The tests of the workspace by `cargo test`, their result lines added up.

use super::Tally;
use crate::command::lab::{Lab, cargo, say};
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Runs them all and shows what they say as they say it.
pub(super) fn tests(lab: &Lab) -> Result<Tally> {
    let mut command = Command::new(cargo());
    command.args(["test", "--workspace", "--no-fail-fast"]).current_dir(&lab.root).stdout(Stdio::piped());
    if let Some(corpus) = &lab.corpus {
        command.env("HINOMI_CORPUS", corpus);
    }
    let mut child = command.spawn().context("failed to start cargo test")?;
    let out = child.stdout.take().context("failed to read what cargo test says")?;
    let mut tally = Tally::default();
    for line in BufReader::new(out).lines() {
        let line = line?;
        // Hundreds of lines that say that all is well bury the one that does not.
        if !line.ends_with(" ... ok") {
            say(&line);
        }
        tally.add(&line);
    }
    // What does not build has no result line.
    if !child.wait()?.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

impl Tally {
    /// Adds `test result: ok. 12 passed; 0 failed; 1 ignored; …`; other lines add nothing.
    fn add(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ") else { return };
        for part in counts.split([';', '.']) {
            let Some((number, what)) = part.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[track_caller]
    fn check(lines: &[&str], expected: &str) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.add(line));
        assert_eq!(tally.to_string(), expected);
    }

    #[test]
    fn result_lines_are_added_up() {
        let ok =
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.00s";
        let bad = "test result: FAILED. 1 passed; 2 failed; 4 ignored; 0 measured; 0 filtered out; finished in 1.50s";
        check(&[], "0 passed, 0 failed");
        check(&[ok, "test that_says_3_passed ... ok", ok], "24 passed, 0 failed");
        check(&[ok, bad], "13 passed, 2 failed, 4 skipped");
    }
}
