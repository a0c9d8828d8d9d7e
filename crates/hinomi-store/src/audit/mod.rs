//! The audit log: who did what when, in a chain of hashes, so that no row can be changed unseen.
//!
//! Each row also seals the finding events written since the row before it. A chain cannot tell that its end was
//! cut off: keep a printed [`AuditHead`] elsewhere and ask [`Store::audit_contains`].

#[cfg(test)]
mod tests;

use crate::{Store, StoreError, column};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    /// Number, from 1, without gaps.
    pub seq: i64,
    /// When, in microseconds since 1970.
    pub ts: i64,
    /// Who.
    pub actor: String,
    /// What was done: `run.begin`, `run.finish`, `finding.accept`, `finding.unaccept`, `restore` …
    pub action: String,
    /// To what.
    pub object: String,
    /// The particulars, as the JSON text that was hashed.
    pub detail_json: String,
    /// The last finding event this row seals.
    pub events_to: i64,
    /// SHA-256 over the finding events this row seals.
    pub events_sha256: String,
    /// Hash of the row before; 64 zeros for the first.
    pub prev_hash: String,
    /// SHA-256 of `prev_hash`, a line feed, and the JSON array of all other fields above in their order.
    pub hash: String,
}

/// The end of the log: worth printing and keeping elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// Number of rows, which is the number of the last row.
    pub seq: i64,
    /// Its hash; 64 zeros when there is no row.
    pub hash: String,
}

impl AuditRow {
    fn digest(&self) -> String {
        let fields = json!([
            self.seq,
            self.ts,
            self.actor,
            self.action,
            self.object,
            self.detail_json,
            self.events_to,
            self.events_sha256,
        ]);
        column::hex(&Sha256::digest(format!("{}\n{fields}", self.prev_hash)))
    }
}

impl Store {
    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn audit_append(
        &mut self,
        actor: &str,
        action: &str,
        object: &str,
        detail: &Value,
        at: Timestamp,
    ) -> Result<AuditHead, StoreError> {
        let tx = self.write()?;
        let head = append(&tx, actor, action, object, detail, at)?;
        tx.commit()?;
        Ok(head)
    }

    /// Recomputes the whole chain, and the finding events it seals.
    ///
    /// # Errors
    /// [`StoreError::AuditBroken`] names the first row that does not fit.
    pub fn audit_verify(&self) -> Result<AuditHead, StoreError> {
        verify(&self.conn)
    }

    /// Whether the log still holds this end, seen earlier: if not, it was cut or replaced. The log itself is
    /// checked by [`Store::audit_verify`].
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn audit_contains(&self, head: &AuditHead) -> Result<bool, StoreError> {
        let sql = "SELECT hash FROM audit_log WHERE seq = ?1";
        let hash: Option<String> = self.conn.query_row(sql, [head.seq], |row| row.get(0)).optional()?;
        Ok(head.seq == 0 || hash.is_some_and(|hash| hash == head.hash))
    }

    /// Rows after number `after`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn audit_rows(&self, after: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        let sql = "SELECT * FROM audit_log WHERE seq > ?1 ORDER BY seq LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.conn.prepare_cached(sql)?;
        statement.query_and_then(params![after, limit], read)?.collect()
    }

    /// Writes the whole log, one JSON object a line.
    ///
    /// # Errors
    /// The store's error inside the outer, the writer's inside the inner result.
    pub fn audit_export(&self, out: &mut dyn Write) -> Result<io::Result<()>, StoreError> {
        let mut statement = self.conn.prepare("SELECT * FROM audit_log ORDER BY seq")?;
        for row in statement.query_and_then([], read)? {
            let line = serde_json::to_string(&row?)?;
            if let Err(error) = writeln!(out, "{line}") {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }
}

/// Adds a row inside a transaction.
pub(crate) fn append(
    tx: &Connection,
    actor: &str,
    action: &str,
    object: &str,
    detail: &Value,
    at: Timestamp,
) -> Result<AuditHead, StoreError> {
    let sql = "SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1";
    let last = tx.prepare_cached(sql)?.query_and_then([], read)?.next().transpose()?;
    let (seq, prev_hash, sealed) = last.map_or((0, root(), 0), |row| (row.seq, row.hash, row.events_to));
    let events_to: i64 =
        tx.query_row("SELECT coalesce(max(seq), 0) FROM finding_event", [], |row| row.get(0))?;
    let mut row = AuditRow {
        seq: seq + 1,
        ts: column::micros(at),
        actor: actor.to_owned(),
        action: action.to_owned(),
        object: object.to_owned(),
        detail_json: detail.to_string(),
        events_to,
        events_sha256: events_digest(tx, sealed, events_to)?,
        prev_hash,
        hash: String::new(),
    };
    row.hash = row.digest();
    tx.prepare_cached("INSERT INTO audit_log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(
        params![
            row.seq,
            row.ts,
            row.actor,
            row.action,
            row.object,
            row.detail_json,
            row.events_to,
            row.events_sha256,
            row.prev_hash,
            row.hash
        ],
    )?;
    Ok(AuditHead { seq: row.seq, hash: row.hash })
}

pub(crate) fn verify(conn: &Connection) -> Result<AuditHead, StoreError> {
    let mut head = AuditHead { seq: 0, hash: root() };
    let mut sealed = 0;
    let mut statement = conn.prepare("SELECT * FROM audit_log ORDER BY seq")?;
    for row in statement.query_and_then([], read)? {
        let next = head.seq + 1;
        // A row that does not even read was changed, too.
        let row = row.map_err(|_| StoreError::AuditBroken { seq: next })?;
        let holds = row.seq == next
            && row.prev_hash == head.hash
            && row.hash == row.digest()
            && row.events_to >= sealed
            && events_digest(conn, sealed, row.events_to).is_ok_and(|digest| digest == row.events_sha256);
        if !holds {
            return Err(StoreError::AuditBroken { seq: next });
        }
        sealed = row.events_to;
        head = AuditHead { seq: row.seq, hash: row.hash };
    }
    Ok(head)
}

/// What the first row follows.
fn root() -> String {
    "0".repeat(64)
}

/// SHA-256 over the finding events after `from` up to `to`, one JSON array a line.
fn events_digest(conn: &Connection, from: i64, to: i64) -> Result<String, StoreError> {
    let sql = "SELECT e.seq, f.fingerprint, e.run_id, e.at, e.kind, e.status, e.note
        FROM finding_event e JOIN finding f ON f.id = e.finding_id WHERE e.seq > ?1 AND e.seq <= ?2 ORDER BY e.seq";
    let mut digest = Sha256::new();
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([from, to])?;
    while let Some(row) = rows.next()? {
        let fingerprint = column::hex(&row.get::<_, Vec<u8>>(1)?);
        let (seq, run, at): (i64, Option<i64>, i64) = (row.get(0)?, row.get(2)?, row.get(3)?);
        let (kind, status, note): (String, String, String) = (row.get(4)?, row.get(5)?, row.get(6)?);
        digest.update(format!("{}\n", json!([seq, fingerprint, run, at, kind, status, note])));
    }
    Ok(column::hex(&digest.finalize()))
}

fn read(row: &Row<'_>) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        seq: row.get("seq")?,
        ts: row.get("ts")?,
        actor: row.get("actor")?,
        action: row.get("action")?,
        object: row.get("object")?,
        detail_json: row.get("detail_json")?,
        events_to: row.get("events_to")?,
        events_sha256: row.get("events_sha256")?,
        prev_hash: row.get("prev_hash")?,
        hash: row.get("hash")?,
    })
}
