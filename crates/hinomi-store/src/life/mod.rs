//! The life of a finding: the table of what a look, a look in vain, and a decision make of its status.
//!
//! | seen | covered | was | becomes |
//! |---|---|---|---|
//! | yes | | unknown | new |
//! | yes | | new, open, reopened | open; as it was when the run that said so was never finished |
//! | yes | | fixed | reopened; suppressed while an acceptance holds |
//! | yes | | suppressed | suppressed while the acceptance holds, then reopened |
//! | no | yes | any but fixed | fixed after the check's number of looks in vain |
//! | no | no | any | unchanged |

mod accept;
mod merge;
mod note;
mod run;
mod save;
mod tally;
#[cfg(test)]
mod tests;

pub(crate) use accept::read as read_acceptance;
pub use accept::{ACCEPTANCE_DAYS_MAX, Acceptance, AcceptanceKind, REASON_CHARS_MIN};
pub use run::{RunCounts, RunDiff, RunHeader, RunId, STALE_DAYS};

use crate::{EventKind, StoreError};
use hinomi_model::Status;
use rusqlite::{Connection, params};

/// What is known of a finding when it is seen again in another run.
#[derive(Debug, Clone, Copy)]
struct Before {
    status: Status,
    /// The run that gave the status was never finished: nobody was told.
    untold: bool,
    /// An acceptance holds now.
    muted: bool,
}

/// The status after a look that saw it, and the event to note.
fn seen(before: Before) -> (Status, Option<EventKind>) {
    match before.status {
        Status::Suppressed if before.muted => (Status::Suppressed, None),
        Status::Suppressed => (Status::Reopened, Some(EventKind::Expired)),
        Status::Fixed if before.muted => (Status::Suppressed, Some(EventKind::Returned)),
        Status::Fixed => (Status::Reopened, Some(EventKind::Returned)),
        Status::New | Status::Reopened if before.untold => (before.status, None),
        Status::New | Status::Open | Status::Reopened => (Status::Open, None),
    }
}

/// Whether this many looks in vain, one after the other, mean that it is gone.
fn gone(misses: i64, needed: u8) -> bool {
    misses >= i64::from(needed.max(1))
}

/// An event to note.
struct Noted<'a> {
    finding: i64,
    run: Option<RunId>,
    at: i64,
    kind: EventKind,
    status: Status,
    note: &'a str,
}

fn note(tx: &Connection, event: &Noted<'_>) -> Result<(), StoreError> {
    let sql = "INSERT INTO finding_event (finding_id, run_id, at, kind, status, note)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let run = event.run.map(|run| run.0);
    let (kind, status) = (event.kind.as_str(), event.status.as_str());
    tx.prepare_cached(sql)?.execute(params![event.finding, run, event.at, kind, status, event.note])?;
    Ok(())
}

/// The row of an asset, made when there is none, its time of sight moved on.
fn asset_row(tx: &Connection, name: &str, at: i64) -> Result<i64, StoreError> {
    let sql = "INSERT INTO asset (name, first_seen, last_seen) VALUES (?1, ?2, ?2)
        ON CONFLICT DO UPDATE SET last_seen = max(last_seen, excluded.last_seen) RETURNING id";
    Ok(tx.prepare_cached(sql)?.query_row(params![name, at], |row| row.get(0))?)
}
