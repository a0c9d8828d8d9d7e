//! What the extension reports: a finding of the watch in a browser, a line each, as `hinomi collect page-reports`
//! writes it. It is told like a finding of the same watch over events.

use hinomi_formats::{Problem, ProblemKind};
use hinomi_watch::Sighting;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Longest line that is read as a report, in bytes.
const LINE_BYTES_MAX: usize = 1 << 20;
/// Reports kept of one file.
const REPORTS_MAX: usize = 200_000;

/// Of whose browser a report is, and what stands in the place of a rule.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sender {
    rule: String,
    seat: String,
    count: u64,
}

/// Reports of one file. A browser tells the same finding again when it goes on: the last one counts.
#[derive(Debug, Default)]
pub(super) struct Reports {
    last: BTreeMap<(String, String, String, i64), Sighting>,
    lost: u64,
    cut: bool,
}

impl Reports {
    /// Whether a line claims to be a report. Events have no rule.
    pub(super) fn claims(line: &[u8]) -> bool {
        let key = b"\"rule\":";
        line.windows(key.len()).any(|part| part == key)
    }

    /// Takes a line.
    pub(super) fn take(&mut self, line: &[u8]) -> Result<(), String> {
        if line.len() > LINE_BYTES_MAX {
            return Err(format!("the line is longer than {LINE_BYTES_MAX} bytes"));
        }
        let sender: Sender = serde_json::from_slice(line).map_err(|_| "the line is no report".to_owned())?;
        if sender.rule == "lost" {
            self.lost = self.lost.saturating_add(sender.count);
            return Ok(());
        }
        let seen: Sighting = serde_json::from_slice(line).map_err(|_| "the line is no report".to_owned())?;
        if seen.page.is_empty() || seen.targets.is_empty() {
            return Err("the report names no page or no target".to_owned());
        }
        let key = (sender.seat, sender.rule, seen.page.clone(), seen.first);
        if self.last.len() < REPORTS_MAX || self.last.contains_key(&key) {
            self.last.insert(key, seen);
        } else {
            self.cut = true;
        }
        Ok(())
    }

    /// What browsers had to forget, and what this reader did.
    pub(super) fn lost(&self) -> Vec<Problem> {
        let lost = (self.lost > 0).then(|| {
            let detail = format!("browsers lost {} findings before they could report them", self.lost);
            Problem::new(ProblemKind::Truncated, "", detail)
        });
        let cut = self.cut.then(|| Problem::limit("", "entries_max", REPORTS_MAX as u64));
        lost.into_iter().chain(cut).collect()
    }

    pub(super) fn sightings(&self) -> impl Iterator<Item = &Sighting> {
        self.last.values()
    }
}
