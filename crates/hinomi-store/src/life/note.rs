//! What a run says besides its findings: what it could not read or decide. Kept for reports, as JSON.

use super::RunId;
use crate::{Store, StoreError};
use rusqlite::{OptionalExtension, params};
use serde_json::Value;

impl Store {
    /// Keeps the note of a run; a second one replaces the first.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::Locked`]; when there is no such run.
    pub fn keep_note(&mut self, run: RunId, note: &Value) -> Result<(), StoreError> {
        let tx = self.write()?;
        tx.execute(
            "INSERT OR REPLACE INTO run_note (run_id, note) VALUES (?1, ?2)",
            params![run.0, note.to_string()],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// The note of the newest finished run, if it kept one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn last_note(&self) -> Result<Option<Value>, StoreError> {
        let sql = "SELECT n.note FROM run r JOIN run_note n ON n.run_id = r.id
            WHERE r.finished_at IS NOT NULL ORDER BY r.id DESC LIMIT 1";
        let text: Option<String> = self.conn.query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }
}
