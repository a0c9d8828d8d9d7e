//! `docs/fuzzing.md`: the last run of each target, as a table that is read back before it is written again.

use std::collections::BTreeMap;
use std::fmt;

const HEAD: &str = "# Fuzzing

Each public reader of `hinomi-formats`, and the watch on pages, has a target that feeds it any bytes and holds what comes
out against its limits (`crates/hinomi-dev/src/fuzz_targets.rs`). This table is written by `cargo dev fuzz run`: the last run of each
target, with at most 512 MiB of memory and 10 s an input. A crash, a hang or more memory than that counts as a crash.

| target | date | seconds | executions | crashes |
|---|---|---:|---:|---:|
";

/// The last run of every target.
#[derive(Debug, Default)]
pub(super) struct Record(BTreeMap<String, Row>);

/// One run of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) target: String,
    pub(super) date: String,
    pub(super) seconds: u64,
    pub(super) executions: u64,
    pub(super) crashes: u64,
}

impl Record {
    /// Reads the rows that are there; what is no row is passed over.
    pub(super) fn read(text: &str) -> Self {
        let rows = text.lines().filter_map(Row::read);
        Self(rows.map(|row| (row.target.clone(), row)).collect())
    }

    /// Puts a run in the place of the one before.
    pub(super) fn take(&mut self, row: Row) {
        self.0.insert(row.target.clone(), row);
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        self.0.values().try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl Row {
    fn read(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [target, date, seconds, executions, crashes] = cells.as_slice() else { return None };
        Some(Self {
            target: target.trim_matches('`').to_owned(),
            date: (*date).to_owned(),
            seconds: seconds.parse().ok()?,
            executions: executions.parse().ok()?,
            crashes: crashes.parse().ok()?,
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, date, seconds, executions, crashes } = self;
        write!(f, "| `{target}` | {date} | {seconds} | {executions} | {crashes} |")
    }
}
