//! Runs: begun, finished, and what changed between them.

use super::tally::{Change, Place, Tally};
use super::{Noted, asset_row, gone, note};
use crate::{EventKind, Store, StoreError, audit, column};
use hinomi_model::{AssetId, CheckId, Coverage, Fingerprint, Status};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// A finding nobody looked for during this many days is stale.
pub const STALE_DAYS: i64 = 30;
pub(super) const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;
/// Who the audit log names for runs.
const ACTOR: &str = "hinomi";

/// A run of this store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a run says of itself before it looks at anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunHeader {
    /// When it started.
    pub started_at: Timestamp,
    /// Version of the program.
    pub version: String,
    /// All sources it is about to read. A finding that was seen in another source, too, is not fixed by this run.
    pub sources: Vec<String>,
    /// How many looks in vain, one after the other, make a finding of a check fixed: 2 for checks over a network,
    /// where one silence proves nothing. 1 for a check that is not named.
    pub misses_needed: BTreeMap<CheckId, u8>,
}

/// What a run changed. Each list is in order of the fingerprints; a finding is in one of the first five at most.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunDiff {
    /// Seen for the first time.
    pub new: Vec<Fingerprint>,
    /// Seen before, and again.
    pub open: Vec<Fingerprint>,
    /// Were fixed, or accepted until a date, and are there again.
    pub reopened: Vec<Fingerprint>,
    /// Seen, and accepted.
    pub suppressed: Vec<Fingerprint>,
    /// Looked for where they were, and gone.
    pub fixed: Vec<Fingerprint>,
    /// Neither seen nor fixed: not looked at, or not yet missed often enough. Status unchanged.
    pub not_observed: Vec<Fingerprint>,
    /// Those of `not_observed` that nobody looked for during [`STALE_DAYS`].
    pub stale: Vec<Fingerprint>,
}

/// How many of each kind a finished run had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunCounts {
    /// Seen for the first time.
    pub new: u64,
    /// Seen again.
    pub open: u64,
    /// There again.
    pub reopened: u64,
    /// Accepted.
    pub suppressed: u64,
    /// Gone.
    pub fixed: u64,
    /// Neither seen nor fixed.
    pub not_observed: u64,
    /// Long not looked for.
    pub stale: u64,
}

impl Store {
    /// Begins a run.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::Locked`].
    pub fn begin_run(&mut self, header: &RunHeader) -> Result<RunId, StoreError> {
        let tx = self.write()?;
        let sql = "INSERT INTO run (started_at, version, misses_needed, begun_tick)
            VALUES (?1, ?2, ?3, (SELECT n FROM tick))";
        let needed = serde_json::to_string(&header.misses_needed)?;
        tx.execute(sql, params![column::micros(header.started_at), header.version, needed])?;
        let run = RunId(tx.last_insert_rowid());
        for source in &header.sources {
            tx.execute("INSERT INTO source (name) VALUES (?1) ON CONFLICT DO NOTHING", [source])?;
            let sql =
                "INSERT INTO run_source SELECT ?1, id FROM source WHERE name = ?2 ON CONFLICT DO NOTHING";
            tx.execute(sql, params![run.0, source])?;
        }
        let detail = json!({"version": header.version, "sources": header.sources});
        audit::append(&tx, ACTOR, "run.begin", &run.to_string(), &detail, header.started_at)?;
        tx.commit()?;
        Ok(run)
    }

    /// Finishes a run: what `coverage` says was looked at and was not seen is missed, and fixed once it was missed
    /// often enough. A run that is never finished fixes nothing. Of runs that overlap, each finding is listed by
    /// the one that saw it last, and what another saw meanwhile is not missed.
    ///
    /// # Errors
    /// [`StoreError::NoSuchRun`], [`StoreError::RunFinished`], [`StoreError::Full`], [`StoreError::Locked`].
    pub fn finish_run(
        &mut self,
        run: RunId,
        coverage: &Coverage,
        at: Timestamp,
    ) -> Result<RunDiff, StoreError> {
        let tx = self.write()?;
        let closing = Closing { tx: &tx, run: OpenRun::find(&tx, run)?, at: column::micros(at) };
        closing.record(coverage)?;
        let covered = coverage.pairs().map(|(check, asset)| (check, asset.as_str())).collect();
        closing.forget_sources(&covered)?;
        let mut diff = RunDiff::default();
        closing.miss(&covered, &mut diff)?;
        closing.list_seen(&mut diff)?;
        let counts = serde_json::to_value(diff.counts())?;
        let sql = "UPDATE run SET finished_at = ?2, counts = ?3 WHERE id = ?1";
        tx.execute(sql, params![run.0, closing.at, counts.to_string()])?;
        audit::append(&tx, ACTOR, "run.finish", &run.to_string(), &counts, at)?;
        tx.commit()?;
        Ok(diff)
    }

    /// The assets with findings ever seen in a source: when all of the source was read, all of them were looked at.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn assets_of(&self, source: &str) -> Result<Vec<AssetId>, StoreError> {
        let sql = "SELECT a.name FROM asset_source l JOIN asset a ON a.id = l.asset_id
            JOIN source s ON s.id = l.source_id WHERE s.name = ?1 ORDER BY a.name";
        let mut statement = self.conn.prepare_cached(sql)?;
        statement.query_and_then([source], |row| column::asset(row.get(0)?))?.collect()
    }
}

impl RunDiff {
    /// The lengths of the lists.
    pub fn counts(&self) -> RunCounts {
        let count = |list: &Vec<Fingerprint>| u64::try_from(list.len()).unwrap_or(u64::MAX);
        RunCounts {
            new: count(&self.new),
            open: count(&self.open),
            reopened: count(&self.reopened),
            suppressed: count(&self.suppressed),
            fixed: count(&self.fixed),
            not_observed: count(&self.not_observed),
            stale: count(&self.stale),
        }
    }
}

/// A run that is not finished.
pub(super) struct OpenRun {
    id: RunId,
    begun_tick: i64,
    misses_needed: BTreeMap<CheckId, u8>,
}

impl OpenRun {
    pub(super) fn find(tx: &Connection, run: RunId) -> Result<Self, StoreError> {
        let sql = "SELECT finished_at IS NOT NULL, begun_tick, misses_needed FROM run WHERE id = ?1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?));
        let found = tx.prepare_cached(sql)?.query_row([run.0], row).optional()?;
        match found {
            None => Err(StoreError::NoSuchRun(run)),
            Some((true, ..)) => Err(StoreError::RunFinished(run)),
            Some((false, begun_tick, needed)) => {
                Ok(Self { id: run, begun_tick, misses_needed: serde_json::from_str(&needed)? })
            }
        }
    }

    /// The row of one of the run's sources.
    pub(super) fn source(&self, tx: &Connection, name: &str) -> Result<i64, StoreError> {
        let sql = "SELECT s.id FROM source s JOIN run_source l ON l.source_id = s.id
            WHERE l.run_id = ?1 AND s.name = ?2";
        let found =
            tx.prepare_cached(sql)?.query_row(params![self.id.0, name], |row| row.get(0)).optional()?;
        found.ok_or_else(|| StoreError::NotInRun { run: self.id, source_name: name.to_owned() })
    }
}

/// Pairs of check and asset.
type Pairs<'a> = HashSet<(&'a str, &'a str)>;

/// One call of `finish_run`.
struct Closing<'a> {
    tx: &'a Connection,
    run: OpenRun,
    at: i64,
}

/// A finding this run did not see.
struct Unseen {
    id: i64,
    fingerprint: Fingerprint,
    check: String,
    asset: String,
    asset_id: i64,
    status: Status,
    rank: i64,
    misses: i64,
    last_looked: i64,
    /// It was seen in a source this run did not read.
    elsewhere: bool,
}

impl Closing<'_> {
    fn record(&self, coverage: &Coverage) -> Result<(), StoreError> {
        let sql = "INSERT INTO coverage VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET last_run = excluded.last_run, last_at = max(last_at, excluded.last_at)";
        for (check, asset) in coverage.pairs() {
            let asset = asset_row(self.tx, asset.as_str(), self.at)?;
            self.tx.prepare_cached(sql)?.execute(params![asset, check, self.run.id.0, self.at])?;
        }
        Ok(())
    }

    /// What was seen in one source, and looked for in vain in another of this run, is no longer in the other.
    fn forget_sources(&self, covered: &Pairs<'_>) -> Result<(), StoreError> {
        let sql = "SELECT l.finding_id, l.source_id, f.check_id, a.name FROM finding f
            JOIN finding_source l ON l.finding_id = f.id JOIN asset a ON a.id = f.asset_id
            JOIN run_source r ON r.source_id = l.source_id AND r.run_id = ?1
            WHERE f.last_run = ?1 AND l.last_run < ?1";
        let mut statement = self.tx.prepare(sql)?;
        let mut rows = statement.query([self.run.id.0])?;
        let mut gone: Vec<[i64; 2]> = Vec::new();
        while let Some(row) = rows.next()? {
            let (check, asset): (String, String) = (row.get(2)?, row.get(3)?);
            if covered.contains(&(check.as_str(), asset.as_str())) {
                gone.push([row.get(0)?, row.get(1)?]);
            }
        }
        let sql = "DELETE FROM finding_source WHERE finding_id = ?1 AND source_id = ?2";
        for ids in gone {
            self.tx.prepare_cached(sql)?.execute(ids)?;
        }
        Ok(())
    }

    fn miss(&self, covered: &Pairs<'_>, diff: &mut RunDiff) -> Result<(), StoreError> {
        let mut tally = Tally::default();
        for unseen in self.unseen()? {
            let looked_for =
                covered.contains(&(unseen.check.as_str(), unseen.asset.as_str())) && !unseen.elsewhere;
            if looked_for && self.missed(&unseen, &mut tally)? {
                diff.fixed.push(unseen.fingerprint);
                continue;
            }
            if unseen.status == Status::Suppressed {
                continue;
            }
            if !looked_for && self.at - unseen.last_looked >= STALE_DAYS * DAY_MICROS {
                diff.stale.push(unseen.fingerprint.clone());
            }
            diff.not_observed.push(unseen.fingerprint);
        }
        tally.write(self.tx)
    }

    /// Counts a look in vain, and says whether the finding is fixed by it.
    fn missed(&self, unseen: &Unseen, tally: &mut Tally) -> Result<bool, StoreError> {
        let needed = self.run.misses_needed.get(&unseen.check).copied().unwrap_or(1);
        let misses = unseen.misses + 1;
        let sql = "UPDATE finding SET misses = ?2, last_looked = max(last_looked, ?3) WHERE id = ?1";
        self.tx.prepare_cached(sql)?.execute([unseen.id, misses, self.at])?;
        if !gone(misses, needed) {
            return Ok(false);
        }
        let Unseen { id: finding, asset_id: asset, status, rank, .. } = *unseen;
        let from = Place { check: &unseen.check, asset, status, rank };
        let run = Some(self.run.id);
        tally
            .change(self.tx, &Change { finding, from, status: Status::Fixed, rank, run, reopened: false })?;
        self.tx.prepare_cached("DELETE FROM finding_source WHERE finding_id = ?1")?.execute([unseen.id])?;
        let (kind, status) = (EventKind::Fixed, Status::Fixed);
        note(self.tx, &Noted { finding, run, at: self.at, kind, status, note: "" })?;
        Ok(true)
    }

    /// Not seen by this run, nor by another one since this one began.
    fn unseen(&self) -> Result<Vec<Unseen>, StoreError> {
        let sql = "SELECT f.id, f.fingerprint, f.check_id, a.name, f.status, f.misses, f.last_looked,
            EXISTS (SELECT 1 FROM finding_source l WHERE l.finding_id = f.id AND l.source_id NOT IN
                (SELECT source_id FROM run_source WHERE run_id = ?1)),
            f.asset_id, f.rank
            FROM finding f JOIN asset a ON a.id = f.asset_id
            WHERE f.status <> 'fixed' AND f.last_run <> ?1 AND f.last_tick <= ?2 ORDER BY f.fingerprint";
        let mut statement = self.tx.prepare(sql)?;
        let rows = statement.query_and_then([self.run.id.0, self.run.begun_tick], |row| {
            Ok(Unseen {
                id: row.get(0)?,
                fingerprint: column::fingerprint(row.get_ref(1)?.as_blob().unwrap_or_default())?,
                check: row.get(2)?,
                asset: row.get(3)?,
                status: column::status(row.get_ref(4)?.as_str().unwrap_or_default())?,
                misses: row.get(5)?,
                last_looked: row.get(6)?,
                elsewhere: row.get(7)?,
                asset_id: row.get(8)?,
                rank: row.get(9)?,
            })
        })?;
        rows.collect()
    }

    fn list_seen(&self, diff: &mut RunDiff) -> Result<(), StoreError> {
        let sql = "SELECT fingerprint, status FROM finding WHERE last_run = ?1 ORDER BY fingerprint";
        let mut statement = self.tx.prepare(sql)?;
        let mut rows = statement.query([self.run.id.0])?;
        while let Some(row) = rows.next()? {
            let fingerprint = column::fingerprint(row.get_ref(0)?.as_blob().unwrap_or_default())?;
            let list = match column::status(row.get_ref(1)?.as_str().unwrap_or_default())? {
                Status::New => &mut diff.new,
                Status::Open => &mut diff.open,
                Status::Reopened => &mut diff.reopened,
                Status::Suppressed => &mut diff.suppressed,
                // Another run, finished meanwhile, no longer saw it; it has listed it.
                Status::Fixed => continue,
            };
            list.push(fingerprint);
        }
        Ok(())
    }
}
