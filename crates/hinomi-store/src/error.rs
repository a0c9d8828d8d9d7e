//! What can go wrong in the store. Each text completes "failed to …".

use crate::RunId;
use hinomi_model::Fingerprint;
use rusqlite::ErrorCode;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why the store did not do what it was asked. Nothing of the failed call is kept: every call is one transaction.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk is full. What was acknowledged before is safe.
    #[error("write to the store: its disk is full")]
    Full,
    /// Somebody else holds the store longer than we wait.
    #[error("get hold of the store: another process is using it")]
    Locked,
    /// The file is damaged, or was changed by another program.
    #[error("read the store: {what}")]
    Corrupt {
        /// What does not fit.
        what: String,
    },
    /// Written by a newer program.
    #[error("open the store {path}: its tables have version {found}, this program knows up to {known}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: i64,
        /// The newest version we know.
        known: i64,
    },
    /// A file of another program.
    #[error("open {path} as a store: it is not one")]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The file or its folder cannot be opened, made or moved.
    #[error("reach the store file {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file or its folder may not be written.
    #[error("write to the store: it is read-only")]
    ReadOnly,
    /// Anything else the database says.
    #[error("use the store's database")]
    Database(#[source] rusqlite::Error),

    /// No such run.
    #[error("find run {0} in the store")]
    NoSuchRun(RunId),
    /// The run was finished; it takes no more findings.
    #[error("add to run {0}: it is finished")]
    RunFinished(RunId),
    /// A save names a source the run did not say it reads.
    #[error("save to run {run} from {source_name:?}: the run does not name this source")]
    NotInRun {
        /// The run.
        run: RunId,
        /// The source as given.
        source_name: String,
    },
    /// No such finding.
    #[error("find {0} in the store")]
    NoSuchFinding(Fingerprint),
    /// There is no acceptance to take back.
    #[error("take back the acceptance of {0}: it has none")]
    NotAccepted(Fingerprint),
    /// The reason says too little.
    #[error("accept: the reason has {chars} characters, at least {min} are needed")]
    ReasonTooShort {
        /// Characters given.
        chars: usize,
        /// Characters needed.
        min: usize,
    },
    /// Nobody stands for it.
    #[error("accept: it needs a name in approved_by")]
    NoApprover,
    /// The end lies in the past.
    #[error("accept: its end date is over")]
    UntilPast,
    /// The end lies too far ahead.
    #[error("accept: its end date is more than {days_max} days ahead")]
    UntilTooFar {
        /// Days allowed.
        days_max: i64,
    },
    /// The chain of the audit log does not hold.
    #[error("verify the audit log: row {seq} is not what was written")]
    AuditBroken {
        /// The first row that does not fit.
        seq: i64,
    },
}

impl StoreError {
    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::File { path, source },
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::DatabaseCorrupt) => Self::corrupt("the database file is damaged"),
            Some(ErrorCode::NotADatabase) => Self::corrupt("the file is not a database"),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            _ => Self::Database(error),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::corrupt(format!("a stored value does not read: {error}"))
    }
}
