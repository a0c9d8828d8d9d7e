//! Tampering is found, and named.

use crate::sample::{acceptance, day, finding, header, id};
use crate::{AuditHead, Store, StoreError};
use hinomi_model::Coverage;
use serde_json::json;

/// Six rows: begin, finish, accept, unaccept, a remark, begin.
fn store() -> Store {
    let mut store = Store::open_in_memory().unwrap();
    let run = store.begin_run(&header(0, &["s"])).unwrap();
    store.save(run, "s", &[], &[finding("a1"), finding("a2")], day(0)).unwrap();
    store.finish_run(run, &Coverage::default(), day(0)).unwrap();
    store.accept(&id("a1"), &acceptance(day(30)), day(1)).unwrap();
    store.unaccept(&id("a1"), "s.tanaka", "no longer so", day(2)).unwrap();
    store.audit_append("s.tanaka", "remark", "-", &json!({"text": "改行\nと\"引用\""}), day(3)).unwrap();
    store.begin_run(&header(4, &["s"])).unwrap();
    store
}

/// Does what an insider with the file could do: the triggers are gone, then `sql` runs.
#[track_caller]
fn check(sql: &str, broken: Option<i64>) {
    let store = store();
    let triggers = ["audit_unchanged", "audit_kept", "event_unchanged", "event_kept", "finding_itself"];
    for trigger in triggers {
        store.conn.execute(&format!("DROP TRIGGER {trigger}"), []).unwrap();
    }
    store.conn.execute_batch(sql).unwrap();
    let found = match store.audit_verify() {
        Ok(_) => None,
        Err(StoreError::AuditBroken { seq }) => Some(seq),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(found, broken, "{sql}");
}

#[test]
fn a_whole_log_verifies() {
    check("", None);
    assert_eq!(store().audit_verify().unwrap().seq, 6);
    let empty = Store::open_in_memory().unwrap().audit_verify().unwrap();
    assert_eq!(empty, AuditHead { seq: 0, hash: "0".repeat(64) });
}

#[test]
fn any_changed_field_of_any_row_is_named() {
    let fields = [
        "ts = ts + 1",
        "actor = actor || ' '",
        "action = upper(action) || '.'",
        "object = object || '0'",
        "detail_json = detail_json || ' '",
        "events_to = events_to + 1",
        "events_sha256 = hash",
        "hash = prev_hash",
    ];
    for seq in 1..=6 {
        for field in fields {
            check(&format!("UPDATE audit_log SET {field} WHERE seq = {seq}"), Some(seq));
        }
    }
    check("UPDATE audit_log SET prev_hash = hash WHERE seq = 3", Some(3));
}

#[test]
fn a_row_taken_out_or_swapped_is_named() {
    check("DELETE FROM audit_log WHERE seq = 4", Some(4));
    check("DELETE FROM audit_log WHERE seq = 1", Some(1));
    check("UPDATE audit_log SET seq = 100 WHERE seq = 3", Some(3));
    check("UPDATE audit_log SET seq = -1 WHERE seq = 2", Some(1));
}

#[test]
fn a_changed_event_breaks_the_row_that_seals_it() {
    check("UPDATE finding_event SET note = '' WHERE kind = 'accepted'", Some(3));
    check("UPDATE finding_event SET at = at - 1 WHERE seq = 1", Some(2));
    check("DELETE FROM finding_event WHERE seq = 2", Some(2));
    check("UPDATE finding SET fingerprint = zeroblob(16) WHERE id = 1", Some(2));
}

#[test]
fn a_cut_end_is_found_with_a_head_kept_elsewhere() {
    let store = store();
    let head = store.audit_verify().unwrap();
    assert!(store.audit_contains(&head).unwrap());
    store.conn.execute_batch("DROP TRIGGER audit_kept; DELETE FROM audit_log WHERE seq = 6").unwrap();
    assert_eq!(store.audit_verify().unwrap().seq, 5);
    assert!(!store.audit_contains(&head).unwrap());
}

#[test]
fn a_byte_flipped_in_the_file_names_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hinomi.db");
    {
        let mut store = Store::open(&file).unwrap();
        for n in 0..5 {
            store
                .audit_append("s.tanaka", "remark", &format!("object-{n}"), &json!({"n": n}), day(n))
                .unwrap();
        }
        store.backup(&folder.path().join("whole.db")).unwrap();
    }
    let whole = std::fs::read(folder.path().join("whole.db")).unwrap();
    for n in 0_i64..5 {
        let needle = format!("object-{n}");
        let at = whole.windows(needle.len()).position(|window| window == needle.as_bytes()).unwrap();
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        std::fs::write(&file, flipped).unwrap();
        match Store::verify(&file) {
            Err(StoreError::AuditBroken { seq }) => assert_eq!(seq, n + 1),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_export_is_one_json_object_a_line() {
    let store = store();
    let mut out = Vec::new();
    store.audit_export(&mut out).unwrap().unwrap();
    let text = String::from_utf8(out).unwrap();
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let actions: Vec<&str> = rows.iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        ["run.begin", "run.finish", "finding.accept", "finding.unaccept", "remark", "run.begin"]
    );
    assert_eq!(rows[5]["prev_hash"], rows[4]["hash"]);
    assert_eq!(store.audit_rows(4, 1).unwrap()[0].actor, "s.tanaka");
    let stored = store.audit_rows(0, 100).unwrap();
    assert_eq!(stored.len(), 6);
    assert!(stored.iter().all(|row| row.hash == row.digest()));
}
