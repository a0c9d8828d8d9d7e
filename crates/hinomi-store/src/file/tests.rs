//! The file: whose it is, which version, what happens when the disk is full or another one holds it.

use super::{APPLICATION_ID, STEPS, beside};
use crate::sample::{asset, check_of, day, finding, header, id};
use crate::{Store, StoreError};
use hinomi_model::{Coverage, Status};
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hinomi.db");
    (folder, file)
}

fn filled(file: &Path) -> Store {
    let mut store = Store::open(file).unwrap();
    let run = store.begin_run(&header(0, &["s"])).unwrap();
    store.save(run, "s", &[], &[finding("a1"), finding("b1")], day(0)).unwrap();
    store.finish_run(run, &Coverage::default(), day(0)).unwrap();
    store
}

fn names_in(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[track_caller]
fn check_setting(store: &Store, pragma: &str, expected: &str) {
    let value =
        store.conn.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, rusqlite::types::Value>(0));
    let said = match value.unwrap() {
        rusqlite::types::Value::Integer(n) => n.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    };
    assert_eq!(said, expected, "{pragma}");
}

#[test]
fn the_settings_hold_on_every_opening() {
    let (_folder, file) = place();
    for _ in 0..2 {
        let store = Store::open(&file).unwrap();
        check_setting(&store, "journal_mode", "wal");
        check_setting(&store, "synchronous", "2");
        check_setting(&store, "foreign_keys", "1");
        check_setting(&store, "trusted_schema", "0");
        check_setting(&store, "busy_timeout", "5000");
        check_setting(&store, "application_id", &APPLICATION_ID.to_string());
        check_setting(&store, "user_version", "1");
    }
}

#[test]
fn every_table_is_strict() {
    let store = Store::open_in_memory().unwrap();
    let sql = "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'";
    let loose: i64 = store.conn.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(loose, 0);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_file_its_journal_or_a_backup() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, file) = place();
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let store = filled(&file);
    store.backup(&folder.path().join("copy.db")).unwrap();
    for name in names_in(&folder) {
        let mode = fs::metadata(folder.path().join(&name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(names_in(&folder), ["copy.db", "hinomi.db", "hinomi.db-shm", "hinomi.db-wal"]);
}

#[test]
fn a_file_of_another_program_is_refused_and_untouched() {
    let (folder, file) = place();
    fs::write(&file, "Dear diary, this is a text file and no database at all.").unwrap();
    let error = Store::open(&file).unwrap_err();
    assert!(matches!(error, StoreError::NotOurs { .. }), "{error:?}");
    assert!(fs::read(&file).unwrap().starts_with(b"Dear diary"));

    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE song (name)").unwrap();
    let before = fs::read(&other).unwrap();
    let error = Store::open(&other).unwrap_err();
    assert_eq!(error.to_string(), format!("open {} as a store: it is not one", other.display()));
    assert_eq!(fs::read(&other).unwrap(), before);
    assert!(matches!(Store::verify(&other), Err(StoreError::NotOurs { .. })));
}

#[test]
fn a_newer_file_is_refused_with_both_versions() {
    let (_folder, file) = place();
    drop(filled(&file));
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let error = Store::open(&file).unwrap_err().to_string();
    let path = file.display();
    assert_eq!(
        error,
        format!("open the store {path}: its tables have version 7, this program knows up to 1")
    );
}

#[test]
fn a_missing_folder_is_named() {
    let (folder, _) = place();
    let file = folder.path().join("no").join("hinomi.db");
    assert_eq!(
        Store::open(&file).unwrap_err().to_string(),
        format!("reach the store file {}", file.display())
    );
    assert!(matches!(Store::verify(&file), Err(StoreError::File { .. })));
}

#[test]
fn a_name_that_looks_like_a_uri_is_a_name() {
    let (folder, _) = place();
    let file = folder.path().join("file:x?mode=memory");
    drop(filled(&file));
    assert_eq!(Store::verify(&file).unwrap().findings, 2);
}

const NEXT: &str = "ALTER TABLE run ADD COLUMN host TEXT NOT NULL DEFAULT '-'";

#[test]
fn an_older_version_is_copied_and_brought_up_to_date() {
    let (folder, file) = place();
    drop(filled(&file));
    let store = Store::open_with(&file, &[STEPS[0], NEXT]).unwrap();
    check_setting(&store, "user_version", "2");
    let host: String = store.conn.query_row("SELECT host FROM run", [], |row| row.get(0)).unwrap();
    assert_eq!((host.as_str(), store.finding(&id("a1")).unwrap().status), ("-", Status::New));
    let copy = folder.path().join("hinomi.db.before-v2");
    assert_eq!(Store::verify(&copy).unwrap().findings, 2);
    assert!(matches!(Store::open(&file), Err(StoreError::Newer { found: 2, known: 1, .. })));
}

#[test]
fn a_migration_that_fails_leaves_the_older_version_whole() {
    let (_folder, file) = place();
    drop(filled(&file));
    let broken = "ALTER TABLE run ADD COLUMN host TEXT; INSERT INTO no_such_table VALUES (1);";
    Store::open_with(&file, &[STEPS[0], broken]).unwrap_err();
    let store = Store::open(&file).unwrap();
    check_setting(&store, "user_version", "1");
    assert!(store.conn.prepare("SELECT host FROM run").is_err());
    assert_eq!(store.finding(&id("b1")).unwrap().status, Status::New);
}

#[test]
fn a_full_disk_is_said_and_nothing_acknowledged_is_lost() {
    let (_folder, file) = place();
    let mut store = filled(&file);
    let run = store.begin_run(&header(1, &["s"])).unwrap();
    store.save(run, "s", &[], &[finding("a2")], day(1)).unwrap();
    let pages: i64 = store.conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store.conn.query_row(&format!("PRAGMA max_page_count = {}", pages + 2), [], |_| Ok(())).unwrap();

    let many: Vec<_> = (0..500).map(|n| finding(&format!("c{n}"))).collect();
    let error = store.save(run, "s", &[], &many, day(1)).unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error:?}");
    assert_eq!(error.to_string(), "write to the store: its disk is full");
    assert_eq!(store.finding(&id("a2")).unwrap().status, Status::New);
    assert!(store.finding(&id("c0")).is_err(), "half a save was kept");
    assert!(store.assets_of("s").unwrap().iter().all(|known| *known != asset("c")));

    // Room again: the same process goes on, and so does a new one.
    store.conn.query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(())).unwrap();
    store.save(run, "s", &[], &many, day(1)).unwrap();
    let mut coverage = Coverage::default();
    coverage.add(check_of("b"), &asset("b"));
    assert_eq!(store.finish_run(run, &coverage, day(1)).unwrap().fixed, [id("b1")]);
    drop(store);
    assert_eq!(Store::verify(&file).unwrap().findings, 503);
}

#[test]
fn another_writer_is_waited_for_and_then_named() {
    let (_folder, file) = place();
    let mut store = filled(&file);
    store.conn.busy_timeout(std::time::Duration::from_millis(1)).unwrap();
    let other = Store::open(&file).unwrap();
    other.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(store.begin_run(&header(1, &["s"])), Err(StoreError::Locked)));
    assert_eq!(store.finding(&id("a1")).unwrap().status, Status::New, "readers do not wait");
    other.conn.execute_batch("ROLLBACK").unwrap();
    store.begin_run(&header(1, &["s"])).unwrap();
}

#[test]
fn a_damaged_file_is_found_at_opening() {
    let (folder, file) = place();
    let copy = folder.path().join("copy.db");
    let mut store = filled(&file);
    let run = store.begin_run(&header(1, &["s"])).unwrap();
    let many: Vec<_> = (0..200).map(|n| finding(&format!("c{n}"))).collect();
    store.save(run, "s", &[], &many, day(1)).unwrap();
    store.backup(&copy).unwrap();
    let whole = fs::read(&copy).unwrap();
    let mut torn = whole.clone();
    let pages = whole.len() / 4096;
    for page in pages / 2..pages / 2 + 6 {
        torn[page * 4096..page * 4096 + 2048].fill(0xA5);
    }
    fs::write(&copy, &torn).unwrap();
    assert!(matches!(Store::open(&copy), Err(StoreError::Corrupt { .. })));
    fs::write(&copy, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(Store::open(&copy), Err(StoreError::Corrupt { .. })));
    assert!(matches!(Store::verify(&copy), Err(StoreError::Corrupt { .. })));
}

#[test]
fn a_backup_equals_the_store_and_can_be_put_back() {
    let (folder, file) = place();
    let copy = folder.path().join("copy.db");
    let mut store = filled(&file);
    store.backup(&copy).unwrap();
    let verified = Store::verify(&copy).unwrap();
    assert_eq!((verified.version, verified.findings, verified.runs), (1, 2, 1));
    assert_eq!(verified.audit, store.audit_verify().unwrap());

    let run = store.begin_run(&header(1, &["s"])).unwrap();
    store.save(run, "s", &[], &[finding("a2")], day(1)).unwrap();
    drop(store);
    assert_eq!(Store::restore(&copy, &file, "s.tanaka", day(2)).unwrap(), verified);
    let store = Store::open(&file).unwrap();
    assert!(matches!(store.finding(&id("a2")), Err(StoreError::NoSuchFinding(_))));
    assert_eq!(store.finding(&id("a1")).unwrap(), Store::open(&copy).unwrap().finding(&id("a1")).unwrap());
    let log = store.audit_rows(0, 100).unwrap();
    let last = log.last().unwrap();
    assert_eq!((last.actor.as_str(), last.action.as_str()), ("s.tanaka", "restore"));
    assert!(store.audit_contains(&verified.audit).unwrap());
    let replaced = Store::open(&beside(&file, ".replaced")).unwrap();
    assert_eq!(replaced.finding(&id("a2")).unwrap().status, Status::New, "the replaced file is kept whole");
}

#[test]
fn a_damaged_backup_is_not_put_back_and_a_damaged_store_can_be_replaced() {
    let (folder, file) = place();
    let copy = folder.path().join("copy.db");
    filled(&file).backup(&copy).unwrap();
    let whole = fs::read(&copy).unwrap();
    fs::write(&copy, &whole[..whole.len() / 2]).unwrap();
    Store::restore(&copy, &file, "s.tanaka", day(2)).unwrap_err();
    assert_eq!(Store::verify(&file).unwrap().findings, 2);

    fs::write(&copy, &whole).unwrap();
    fs::write(&file, "rubbish").unwrap();
    fs::write(beside(&file, "-wal"), "rubbish").unwrap();
    Store::restore(&copy, &file, "s.tanaka", day(2)).unwrap();
    assert_eq!(Store::verify(&file).unwrap().findings, 2);
    assert!(Store::open(&file).is_ok());
    assert!(!names_in(&folder).iter().any(|name| name.ends_with(".restoring") || name.ends_with(".partial")));
}

#[test]
fn a_store_in_use_is_not_replaced() {
    let (folder, file) = place();
    let copy = folder.path().join("copy.db");
    let store = filled(&file);
    store.backup(&copy).unwrap();
    let error = Store::restore(&copy, &file, "s.tanaka", day(2)).unwrap_err();
    assert!(matches!(error, StoreError::Locked), "{error:?}");
    assert_eq!(store.finding(&id("a1")).unwrap().status, Status::New);
    assert_eq!(names_in(&folder), ["copy.db", "hinomi.db", "hinomi.db-shm", "hinomi.db-wal"]);
}
