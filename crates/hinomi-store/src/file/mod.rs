//! The file: opening it, its settings, its version.

mod backup;
#[cfg(test)]
mod tests;

pub use backup::Verified;

use crate::{Store, StoreError};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `hnm1`: tells our files from other SQLite files.
const APPLICATION_ID: i64 = 0x686e_6d31;
/// The steps from an empty file to the newest version; the version of a file is the number of steps done.
const STEPS: &[&str] = &[include_str!("v1.sql")];
/// How long a call waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Page cache, in KiB (negative by SQLite's convention).
const CACHE_KIB: i64 = -16_384;
/// Statements kept prepared.
const STATEMENTS_MAX: usize = 64;

impl Store {
    /// Opens the store at `path`; makes it when there is none, for the owner alone (0600). Checks the file's
    /// structure, and brings an older version up to date after a copy of it was laid beside it
    /// (`<name>.before-v<n>`).
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] (the file stays as it is), [`StoreError::Newer`], [`StoreError::Corrupt`],
    /// [`StoreError::Locked`], [`StoreError::Full`], [`StoreError::File`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, STEPS)
    }

    /// A store that lives as long as the value: for trying out, and for tests.
    ///
    /// # Errors
    /// When SQLite has no memory.
    pub fn open_in_memory() -> Result<Self, StoreError> {
        let mut conn = Connection::open_in_memory()?;
        settle(&conn)?;
        migrate(&mut conn, Path::new(""), STEPS)?;
        Ok(Self { conn })
    }

    fn open_with(path: &Path, steps: &[&str]) -> Result<Self, StoreError> {
        make_private(path)?;
        let mut conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let found = identify(&conn, path, steps.len())?;
        keep_private(path)?;
        settle(&conn)?;
        let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(StoreError::File {
                path: path.to_owned(),
                source: std::io::Error::other("this file system cannot hold a write-ahead log"),
            });
        }
        quick_check(&conn)?;
        let newest = version_of(steps.len());
        if (1..newest).contains(&found) {
            backup::copy(&conn, &beside(path, &format!(".before-v{newest}")))?;
        }
        migrate(&mut conn, path, steps)?;
        Ok(Self { conn })
    }
}

/// `hinomi.db` and `.x` give `hinomi.db.x`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn version_of(steps: usize) -> i64 {
    i64::try_from(steps).unwrap_or(i64::MAX)
}

/// Makes an empty file for the owner alone; leaves one that is there.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::file(path)(error)),
    }
}

/// Takes the file away from group and others. SQLite gives its journal the same mode.
fn keep_private(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(StoreError::file(path))?.permissions().mode();
        if mode & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(StoreError::file(path))?;
        }
    }
    #[cfg(not(unix))]
    fs::metadata(path).map_err(StoreError::file(path))?;
    Ok(())
}

/// Opens a file that exists. Never takes a path for a URI or for `:memory:`.
fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let plain = Path::new(".").join(path);
    let conn =
        Connection::open_with_flags(plain, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(|error| {
            match error.sqlite_error_code() {
                Some(ErrorCode::CannotOpen) => {
                    let source =
                        fs::metadata(path).err().unwrap_or_else(|| ErrorKind::PermissionDenied.into());
                    StoreError::File { path: path.to_owned(), source }
                }
                _ => error.into(),
            }
        })?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    Ok(conn)
}

/// The version of the file, 0 for an empty one. Changes nothing.
fn identify(conn: &Connection, path: &Path, steps: usize) -> Result<i64, StoreError> {
    let not_ours = || StoreError::NotOurs { path: path.to_owned() };
    let tables: i64 =
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(|error| {
            match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => not_ours(),
                _ => error.into(),
            }
        })?;
    let application: i64 = conn.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let found: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match (application, tables, found) {
        (0, 0, 0) => Ok(0),
        (APPLICATION_ID, ..) if found > version_of(steps) => {
            Err(StoreError::Newer { path: path.to_owned(), found, known: version_of(steps) })
        }
        (APPLICATION_ID, 1.., 1..) => Ok(found),
        _ => Err(not_ours()),
    }
}

/// The settings of a connection. They are not part of the file.
fn settle(conn: &Connection) -> Result<(), StoreError> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Plans depend on the statement, not on the values bound to it: without this, statements are compiled anew
    // for new values.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    let settings: [(&str, i64); 6] = [
        // Each commit reaches the disk before it is acknowledged.
        ("synchronous", 2),
        ("foreign_keys", 1),
        // A tampered schema can call no function with side effects.
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        // REPLACE must not slip past the triggers that keep history.
        ("recursive_triggers", 1),
        ("cache_size", CACHE_KIB),
    ];
    for (name, value) in settings {
        conn.pragma_update(None, name, value)?;
    }
    Ok(())
}

fn quick_check(conn: &Connection) -> Result<(), StoreError> {
    check_with(conn, "PRAGMA quick_check(1)")
}

/// Runs one of SQLite's own checks; what it says is the error.
fn check_with(conn: &Connection, pragma: &str) -> Result<(), StoreError> {
    let said: String = conn.query_row(pragma, [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(StoreError::corrupt(said)) }
}

/// Does the steps that are missing, all in one transaction.
fn migrate(conn: &mut Connection, path: &Path, steps: &[&str]) -> Result<(), StoreError> {
    let newest = version_of(steps.len());
    let done: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if done == newest {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Looked at again under the lock: another process may have done the work meanwhile.
    let done = identify(&tx, path, steps.len())?;
    for step in steps.iter().skip(usize::try_from(done).unwrap_or(usize::MAX)) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", newest)?;
    Ok(tx.commit()?)
}
