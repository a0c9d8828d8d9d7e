//! Copies: made while the store is in use, verified, and put back in one step.

use super::{STEPS, beside, check_with, connect, identify, make_private, quick_check};
use crate::{AuditHead, Store, StoreError, audit, column};
use jiff::Timestamp;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

/// What a verified store file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Version of its tables.
    pub version: i64,
    /// Number of findings, fixed ones included.
    pub findings: u64,
    /// Number of runs.
    pub runs: u64,
    /// The end of its audit log.
    pub audit: AuditHead,
}

impl Store {
    /// Copies the store to `to` while it is in use: one file, 0600, complete or not there at all. A file that is
    /// there is replaced.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::File`], [`StoreError::Locked`].
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        copy(&self.conn, to)
    }

    /// Reads a store file from end to end: structure, references, audit log. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::AuditBroken`], [`StoreError::NotOurs`], [`StoreError::Newer`].
    pub fn verify(path: &Path) -> Result<Verified, StoreError> {
        let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let version = identify(&conn, path, STEPS.len())?;
        if version == 0 {
            return Err(StoreError::NotOurs { path: path.to_owned() });
        }
        check_with(&conn, "PRAGMA integrity_check(1)")?;
        if conn.prepare("PRAGMA foreign_key_check")?.exists([])? {
            return Err(StoreError::corrupt("a row names another that is not there"));
        }
        let rows = |table: &str| -> Result<u64, StoreError> {
            let sql = format!("SELECT count(*) FROM {table}");
            Ok(column::count(conn.query_row(&sql, [], |row| row.get(0))?))
        };
        Ok(Verified { version, findings: rows("finding")?, runs: rows("run")?, audit: audit::verify(&conn)? })
    }

    /// Puts a verified backup in the place of the store at `into`, in one step, and says so in its audit log.
    /// The replaced file stays beside it as `<name>.replaced`. No process may have the store open.
    ///
    /// # Errors
    /// Those of [`Store::verify`] for the backup; [`StoreError::Locked`] when the store is in use. The store at
    /// `into` is then as before.
    pub fn restore(backup: &Path, into: &Path, actor: &str, at: Timestamp) -> Result<Verified, StoreError> {
        let verified = Self::verify(backup)?;
        let fresh = beside(into, ".restoring");
        copy(&connect(backup, OpenFlags::SQLITE_OPEN_READ_ONLY)?, &fresh)?;
        let put_back = || {
            let mut store = Self::open(&fresh)?;
            let detail = json!({"audit_seq": verified.audit.seq, "audit_hash": verified.audit.hash});
            store.audit_append(actor, "restore", &backup.display().to_string(), &detail, at)?;
            close_to_one_file(&store.conn)?;
            drop(store);
            put_aside(into)?;
            fs::rename(&fresh, into).map_err(StoreError::file(into))?;
            sync_folder_of(into)
        };
        put_back().inspect_err(|_| forget(&fresh))?;
        Ok(verified)
    }
}

/// Copies a database to a file beside `to`, then moves it into place.
pub(super) fn copy(from: &Connection, to: &Path) -> Result<(), StoreError> {
    let partial = beside(to, ".partial");
    remove(&partial)?;
    make_private(&partial)?;
    copy_pages(from, &partial).inspect_err(|_| forget(&partial))?;
    File::open(&partial).and_then(|file| file.sync_all()).map_err(StoreError::file(&partial))?;
    fs::rename(&partial, to).map_err(StoreError::file(to))?;
    sync_folder_of(to)
}

fn copy_pages(from: &Connection, to: &Path) -> Result<(), StoreError> {
    let mut copy = connect(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    match Backup::new(from, &mut copy)?.step(-1)? {
        StepResult::Done => {}
        _ => return Err(StoreError::Locked),
    }
    close_to_one_file(&copy)?;
    quick_check(&copy)
}

/// Writes the journal back into the file and does away with it.
fn close_to_one_file(conn: &Connection) -> Result<(), StoreError> {
    let mode: String = conn.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))?;
    if mode == "delete" { Ok(()) } else { Err(StoreError::Locked) }
}

/// Links the old file to `.replaced`, its journal written back first: a journal left behind would be taken for
/// the new file's. When the old file is too damaged for that, its journal is moved aside with it.
fn put_aside(old: &Path) -> Result<(), StoreError> {
    if !old.exists() {
        return Ok(());
    }
    match connect(old, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|conn| close_to_one_file(&conn)) {
        Ok(()) | Err(StoreError::Corrupt { .. } | StoreError::Database(_)) => {}
        Err(other) => return Err(other),
    }
    for journal in ["-wal", "-shm"] {
        let (from, to) = (beside(old, journal), beside(old, &format!(".replaced{journal}")));
        remove(&to)?;
        match fs::rename(&from, &to) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(StoreError::file(from)(error)),
        }
    }
    let replaced = beside(old, ".replaced");
    remove(&replaced)?;
    fs::hard_link(old, &replaced).map_err(StoreError::file(replaced))
}

/// Removes what a failed step left. That step's error is the one to tell; what cannot be removed now is replaced
/// the next time.
fn forget(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(beside(path, suffix));
    }
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::file(path)(error)),
        _ => Ok(()),
    }
}

/// A rename is safe only once the folder is on the disk.
fn sync_folder_of(path: &Path) -> Result<(), StoreError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::file(folder))?;
    }
    Ok(())
}
