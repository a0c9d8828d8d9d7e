//! What there is around the findings: assets, indicators, evidence, runs, counters.

use crate::{RunCounts, RunId, Store, StoreError, column};
use hinomi_model::{AssetId, CheckId, Evidence, EvidenceId, Indicator, Severity, Status};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// An asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAsset {
    /// Its name.
    pub asset: AssetId,
    /// When it was first met.
    pub first_seen: Timestamp,
    /// When it was last met.
    pub last_seen: Timestamp,
    /// Its new, open and reopened findings, by severity; only those it has.
    pub standing: BTreeMap<Severity, u64>,
}

/// An indicator, with the word of all findings that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredIndicator {
    /// What to look for.
    pub indicator: Indicator,
    /// When the first of its findings was first seen.
    pub first_seen: Timestamp,
    /// When the last of its findings was last seen.
    pub last_seen: Timestamp,
}

/// How many findings of a check have this status and severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// The check.
    pub check: CheckId,
    /// The status.
    pub status: Status,
    /// The severity.
    pub severity: Severity,
    /// How many, at least 1.
    pub findings: u64,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was finished; `None` when it is still going or was killed.
    pub finished_at: Option<Timestamp>,
    /// Version of the program.
    pub version: String,
    /// What it read, by name.
    pub sources: Vec<String>,
    /// What it changed, once finished.
    pub counts: Option<RunCounts>,
}

impl Store {
    /// All assets, by name.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn assets(&self) -> Result<Vec<StoredAsset>, StoreError> {
        let sql = "SELECT a.name, a.first_seen, a.last_seen, c.rank, c.n FROM asset a
            LEFT JOIN asset_counter c ON c.asset_id = a.id AND c.n > 0 ORDER BY a.name, c.rank";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut assets: Vec<StoredAsset> = Vec::new();
        while let Some(row) = rows.next()? {
            let asset = column::asset(row.get(0)?)?;
            if assets.last().is_none_or(|last| last.asset != asset) {
                let (first_seen, last_seen) = (column::time(row.get(1)?)?, column::time(row.get(2)?)?);
                assets.push(StoredAsset { asset, first_seen, last_seen, standing: BTreeMap::new() });
            }
            if let (Some(rank), Some(asset)) = (row.get::<_, Option<i64>>(3)?, assets.last_mut()) {
                asset.standing.insert(column::severity(rank)?, column::count(row.get(4)?));
            }
        }
        Ok(assets)
    }

    /// When each check last looked at all of an asset.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn last_covered(&self, asset: &AssetId) -> Result<BTreeMap<CheckId, Timestamp>, StoreError> {
        let sql = "SELECT c.check_id, c.last_at FROM coverage c JOIN asset a ON a.id = c.asset_id
            WHERE a.name = ?1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement
            .query_and_then([asset.as_str()], |row| Ok((row.get(0)?, column::time(row.get(1)?)?)))?;
        rows.collect()
    }

    /// All indicators, by kind and value. Not those all of whose findings are held for false positives.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn indicators(&self) -> Result<Vec<StoredIndicator>, StoreError> {
        let sql = "SELECT i.body, min(f.first_seen), max(f.last_seen) FROM indicator i
            JOIN finding_indicator l ON l.indicator_id = i.id JOIN finding f ON f.id = l.finding_id
            LEFT JOIN acceptance p ON p.id = f.acceptance_id
            WHERE NOT (f.status IN ('suppressed', 'fixed') AND coalesce(p.kind, '') = 'false-positive')
            GROUP BY i.id ORDER BY i.kind, i.value";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_and_then([], |row| {
            Ok(StoredIndicator {
                indicator: serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())?,
                first_seen: column::time(row.get(1)?)?,
                last_seen: column::time(row.get(2)?)?,
            })
        })?;
        rows.collect()
    }

    /// What is known of evidence: one for each place it was taken from, by place.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn evidence(&self, id: &EvidenceId) -> Result<Vec<Evidence>, StoreError> {
        let sql = "SELECT body FROM evidence WHERE sha256 = ?1 ORDER BY source";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_and_then([id.as_str()], |row| {
            Ok(serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())?)
        })?;
        rows.collect()
    }

    /// How many findings there are, by check, status and severity (worst first). Kept while writing: asking is
    /// cheap however many there are.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn counters(&self) -> Result<Vec<Counter>, StoreError> {
        let sql = "SELECT check_id, status, rank, n FROM counter WHERE n > 0 ORDER BY check_id, status, rank";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_and_then([], |row| {
            Ok(Counter {
                check: row.get(0)?,
                status: column::status(row.get_ref(1)?.as_str().unwrap_or_default())?,
                severity: column::severity(row.get(2)?)?,
                findings: column::count(row.get(3)?),
            })
        })?;
        rows.collect()
    }

    /// The newest runs, newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn runs(&self, limit: usize) -> Result<Vec<Run>, StoreError> {
        let sql = "SELECT id, started_at, finished_at, version, counts FROM run ORDER BY id DESC LIMIT ?1";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_and_then([limit], |row| {
            let id = RunId(row.get(0)?);
            let finished: Option<i64> = row.get(2)?;
            let counts: Option<String> = row.get(4)?;
            Ok(Run {
                id,
                started_at: column::time(row.get(1)?)?,
                finished_at: finished.map(column::time).transpose()?,
                version: row.get(3)?,
                sources: self.sources_of(id)?,
                counts: counts.map(|text| serde_json::from_str(&text)).transpose()?,
            })
        })?;
        rows.collect()
    }

    fn sources_of(&self, run: RunId) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT s.name FROM source s JOIN run_source l ON l.source_id = s.id WHERE l.run_id = ?1
            ORDER BY s.name";
        let mut statement = self.conn.prepare_cached(sql)?;
        statement.query_and_then([run.0], |row| Ok(row.get(0)?))?.collect()
    }
}
