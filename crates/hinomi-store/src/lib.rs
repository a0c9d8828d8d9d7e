//! Findings to tables and back: what is new, what is still there, what is really gone.
//!
//! One SQLite file holds it all. [`Store::begin_run`], then [`Store::save`] as often as there is something to
//! save, then [`Store::finish_run`] with what was looked at. Every call that writes is one transaction: when it
//! returns, its rows survive a crash and a power cut; when it fails, nothing of it is there.
//!
//! Invariants: this crate knows no clock, the time is passed in. A finding never becomes fixed by a run that did
//! not look at its asset with its check, in every source it was seen in, nor by a run that was not finished.
//! What happened is never rewritten: events, acceptances and the audit log only grow.

#![deny(missing_docs)]

mod audit;
mod column;
mod error;
mod file;
mod life;
mod read;
#[cfg(test)]
mod sample;

pub use audit::{AuditHead, AuditRow};
pub use error::StoreError;
pub use file::Verified;
pub use life::{
    ACCEPTANCE_DAYS_MAX, Acceptance, AcceptanceKind, REASON_CHARS_MIN, RunCounts, RunDiff, RunHeader, RunId,
    STALE_DAYS,
};
pub use read::{Counter, Cursor, Event, EventKind, Filter, Run, StoredAsset, StoredFinding, StoredIndicator};

/// The store: one open file. To be used by one thread at a time; several processes may have the file open.
#[derive(Debug)]
pub struct Store {
    conn: rusqlite::Connection,
}

impl Store {
    /// A transaction that writes. It takes the write lock at once, so that it never fails half way for a lock.
    fn write(&mut self) -> Result<rusqlite::Transaction<'_>, StoreError> {
        Ok(self.conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?)
    }
}
