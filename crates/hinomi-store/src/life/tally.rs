//! The one place where a finding's status and severity change, and the counters with them.
//!
//! Counters are summed up for a whole transaction and written once, so that saving a thousand findings touches
//! a handful of counter rows.

use super::RunId;
use crate::StoreError;
use hinomi_model::Status;
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// What a finding is counted by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) check: &'a str,
    pub(super) asset: i64,
    pub(super) status: Status,
    pub(super) rank: i64,
}

/// A change of one finding.
pub(super) struct Change<'a> {
    pub(super) finding: i64,
    pub(super) from: Place<'a>,
    pub(super) status: Status,
    pub(super) rank: i64,
    /// The run that makes it; `None` for a decision.
    pub(super) run: Option<RunId>,
    pub(super) reopened: bool,
}

/// Changes to the counters, not yet written. Belongs to one transaction, and must be written before its end.
#[derive(Default)]
pub(super) struct Tally {
    checks: HashMap<(String, Status, i64), i64>,
    assets: HashMap<(i64, i64), i64>,
}

impl Tally {
    /// Changes a finding's row.
    pub(super) fn change(&mut self, tx: &Connection, change: &Change<'_>) -> Result<(), StoreError> {
        let sql = "UPDATE finding SET status = ?2, rank = ?3, status_run = coalesce(?4, status_run),
            reopen_count = reopen_count + ?5 WHERE id = ?1";
        let (status, run) = (change.status.as_str(), change.run.map(|run| run.0));
        tx.prepare_cached(sql)?.execute(params![
            change.finding,
            status,
            change.rank,
            run,
            change.reopened
        ])?;
        self.count(change.from, -1);
        self.count(Place { status: change.status, rank: change.rank, ..change.from }, 1);
        Ok(())
    }

    /// Counts a finding that came in.
    pub(super) fn add(&mut self, place: Place<'_>) {
        self.count(place, 1);
    }

    fn count(&mut self, place: Place<'_>, by: i64) {
        *self.checks.entry((place.check.to_owned(), place.status, place.rank)).or_default() += by;
        if matches!(place.status, Status::New | Status::Open | Status::Reopened) {
            *self.assets.entry((place.asset, place.rank)).or_default() += by;
        }
    }

    pub(super) fn write(self, tx: &Connection) -> Result<(), StoreError> {
        let sql = "INSERT INTO counter VALUES (?1, ?2, ?3, max(?4, 0))
            ON CONFLICT DO UPDATE SET n = n + ?4";
        for ((check, status, rank), by) in self.checks.into_iter().filter(|(_, by)| *by != 0) {
            tx.prepare_cached(sql)?.execute(params![check, status.as_str(), rank, by])?;
        }
        let sql =
            "INSERT INTO asset_counter VALUES (?1, ?2, max(?3, 0)) ON CONFLICT DO UPDATE SET n = n + ?3";
        for ((asset, rank), by) in self.assets.into_iter().filter(|(_, by)| *by != 0) {
            tx.prepare_cached(sql)?.execute([asset, rank, by])?;
        }
        Ok(())
    }
}
