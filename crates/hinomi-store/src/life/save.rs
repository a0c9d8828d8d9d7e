//! Saving what a run saw. When it returns, it is on the disk.

use super::run::OpenRun;
use super::tally::{Change, Place, Tally};
use super::{Before, Noted, RunId, asset_row, merge, note, seen};
use crate::{EventKind, Store, StoreError, column};
use hinomi_model::{Evidence, Finding, Fingerprint, Indicator, Status};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;

impl Store {
    /// Saves what `run` saw in `source`, and says where each finding now stands, in the order given. May be
    /// called many times; the same finding twice in one run stays one, with the proof of both sights.
    ///
    /// # Errors
    /// [`StoreError::NoSuchRun`], [`StoreError::RunFinished`], [`StoreError::NotInRun`] when `source` is none of
    /// the run's, [`StoreError::Full`], [`StoreError::Locked`]. Nothing of the call is then saved.
    pub fn save(
        &mut self,
        run: RunId,
        source: &str,
        evidence: &[Evidence],
        findings: &[Finding],
        at: Timestamp,
    ) -> Result<Vec<(Fingerprint, Status)>, StoreError> {
        let tx = self.write()?;
        let mut saving = Saving::start(&tx, run, source, column::micros(at))?;
        for one in evidence {
            saving.evidence(one)?;
        }
        let stands: Result<_, _> = findings.iter().map(|finding| saving.finding(finding)).collect();
        let stands = stands?;
        saving.tally.write(&tx)?;
        tx.commit()?;
        Ok(stands)
    }
}

/// One call of `save`.
struct Saving<'a> {
    tx: &'a Connection,
    run: RunId,
    source: i64,
    at: i64,
    tick: i64,
    /// Assets met in this call.
    assets: HashMap<String, i64>,
    tally: Tally,
}

/// A finding's row, as far as saving needs it.
struct Known {
    id: i64,
    before: Before,
    in_this_run: bool,
    rank: i64,
    reason: String,
    body: String,
}

impl<'a> Saving<'a> {
    fn start(tx: &'a Connection, run: RunId, source: &str, at: i64) -> Result<Self, StoreError> {
        let open = OpenRun::find(tx, run)?;
        let source = open.source(tx, source)?;
        let tick = tx.query_row("UPDATE tick SET n = n + 1 RETURNING n", [], |row| row.get(0))?;
        Ok(Self { tx, run, source, at, tick, assets: HashMap::new(), tally: Tally::default() })
    }

    fn evidence(&self, evidence: &Evidence) -> Result<(), StoreError> {
        let body = serde_json::to_string(evidence)?;
        let sql = "INSERT INTO evidence (sha256, source, body, run_id) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO NOTHING";
        self.tx.prepare_cached(sql)?.execute(params![
            evidence.id.as_str(),
            evidence.source,
            body,
            self.run.0
        ])?;
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> Result<(Fingerprint, Status), StoreError> {
        let fingerprint = finding.fingerprint();
        let (id, status) = match self.known(&fingerprint)? {
            None => self.first_sight(&fingerprint, finding)?,
            Some(known) => self.another_sight(&known, finding)?,
        };
        let sql = "INSERT INTO finding_source VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET last_run = excluded.last_run WHERE last_run <> excluded.last_run";
        self.tx.prepare_cached(sql)?.execute([id, self.source, self.run.0])?;
        Ok((fingerprint, status))
    }

    fn known(&self, fingerprint: &Fingerprint) -> Result<Option<Known>, StoreError> {
        let sql =
            "SELECT f.id, f.status, f.rank, f.last_run, r.finished_at IS NULL, a.until, a.reason, b.body
            FROM finding f JOIN finding_body b ON b.finding_id = f.id JOIN run r ON r.id = f.status_run
            LEFT JOIN acceptance a ON a.id = f.acceptance_id WHERE f.fingerprint = ?1";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query([column::fingerprint_bytes(fingerprint)])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let before = Before {
            status: column::status(row.get_ref(1)?.as_str().unwrap_or_default())?,
            untold: row.get(4)?,
            muted: row.get::<_, Option<i64>>(5)?.is_some_and(|until| until > self.at),
        };
        Ok(Some(Known {
            id: row.get(0)?,
            before,
            in_this_run: row.get::<_, i64>(3)? == self.run.0,
            rank: row.get(2)?,
            reason: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
            body: row.get(7)?,
        }))
    }

    fn first_sight(
        &mut self,
        fingerprint: &Fingerprint,
        finding: &Finding,
    ) -> Result<(i64, Status), StoreError> {
        let asset = self.asset(finding)?;
        let rank = column::rank(finding.severity);
        let sql = "INSERT INTO finding (fingerprint, check_id, asset_id, status, rank, status_run, last_run, last_tick,
            first_seen, last_seen, last_looked, sightings) VALUES (?1, ?2, ?3, 'new', ?4, ?5, ?5, ?6, ?7, ?7, ?7, 1)";
        let bytes = column::fingerprint_bytes(fingerprint);
        self.tx.prepare_cached(sql)?.execute(params![
            bytes,
            finding.check,
            asset,
            rank,
            self.run.0,
            self.tick,
            self.at
        ])?;
        let id = self.tx.last_insert_rowid();
        let body = serde_json::to_string(finding)?;
        self.tx.prepare_cached("INSERT INTO finding_body VALUES (?1, ?2)")?.execute(params![id, body])?;
        self.indicators(id, &finding.indicators)?;
        self.tally.add(Place { check: &finding.check, asset, status: Status::New, rank });
        self.note(id, EventKind::Found, Status::New, "")?;
        Ok((id, Status::New))
    }

    fn another_sight(&mut self, known: &Known, finding: &Finding) -> Result<(i64, Status), StoreError> {
        let asset = self.asset(finding)?;
        let (status, event) = match known.in_this_run {
            true => (known.before.status, None),
            false => seen(known.before),
        };
        let sql = "UPDATE finding SET last_run = ?2, last_tick = ?3, last_seen = max(last_seen, ?4),
            last_looked = max(last_looked, ?4), sightings = CASE WHEN last_run = ?2 THEN sightings + 1 ELSE 1 END,
            misses = 0 WHERE id = ?1";
        self.tx.prepare_cached(sql)?.execute([known.id, self.run.0, self.tick, self.at])?;
        let rank = self.rewrite(known, finding, status)?;
        let untold = known.before.untold && !known.in_this_run;
        if status != known.before.status || rank != known.rank || untold {
            let from = Place { check: &finding.check, asset, status: known.before.status, rank: known.rank };
            let reopened = status == Status::Reopened && event.is_some();
            let change = Change { finding: known.id, from, status, rank, run: Some(self.run), reopened };
            self.tally.change(self.tx, &change)?;
        }
        if let Some(event) = event {
            self.note(known.id, event, status, &known.reason)?;
        }
        Ok((known.id, status))
    }

    /// Keeps the newest look's words and proof; within one run, those of all sights. Gives the new rank.
    fn rewrite(&self, known: &Known, finding: &Finding, status: Status) -> Result<i64, StoreError> {
        let seen = serde_json::to_string(finding)?;
        if seen == known.body {
            return Ok(known.rank);
        }
        let (body, rank) = if known.in_this_run {
            let both = merge::findings(serde_json::from_str(&known.body)?, finding.clone());
            (serde_json::to_string(&both)?, column::rank(both.severity))
        } else {
            (seen, column::rank(finding.severity))
        };
        let sql = "UPDATE finding_body SET body = ?2 WHERE finding_id = ?1 AND body <> ?2";
        self.tx.prepare_cached(sql)?.execute(params![known.id, body])?;
        self.indicators(known.id, &finding.indicators)?;
        if rank != known.rank {
            let (was, is) = (column::severity(known.rank)?, column::severity(rank)?);
            let words = format!("{} to {}", was.as_str(), is.as_str());
            self.note(known.id, EventKind::Regraded, status, &words)?;
        }
        Ok(rank)
    }

    /// Links the indicators, which are never unlinked: what was hostile once stays worth knowing.
    fn indicators(&self, finding: i64, indicators: &[Indicator]) -> Result<(), StoreError> {
        for indicator in indicators {
            let id = self.indicator(indicator)?;
            let sql = "INSERT INTO finding_indicator VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            self.tx.prepare_cached(sql)?.execute([id, finding])?;
        }
        Ok(())
    }

    fn indicator(&self, indicator: &Indicator) -> Result<i64, StoreError> {
        let kind = indicator.kind.as_str();
        let sql = "SELECT id, body FROM indicator WHERE kind = ?1 AND value = ?2";
        let known: Option<(i64, String)> = self
            .tx
            .prepare_cached(sql)?
            .query_row([kind, &indicator.value], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((id, body)) = known else {
            let body = serde_json::to_string(indicator)?;
            let sql = "INSERT INTO indicator (kind, value, body) VALUES (?1, ?2, ?3)";
            self.tx.prepare_cached(sql)?.execute([kind, &indicator.value, &body])?;
            return Ok(self.tx.last_insert_rowid());
        };
        let both =
            serde_json::to_string(&merge::indicators(serde_json::from_str(&body)?, indicator.clone()))?;
        if both != body {
            let sql = "UPDATE indicator SET body = ?2 WHERE id = ?1";
            self.tx.prepare_cached(sql)?.execute(params![id, both])?;
        }
        Ok(id)
    }

    fn asset(&mut self, finding: &Finding) -> Result<i64, StoreError> {
        let name = finding.asset.as_str();
        if let Some(id) = self.assets.get(name) {
            return Ok(*id);
        }
        let id = asset_row(self.tx, name, self.at)?;
        let sql = "INSERT INTO asset_source VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.tx.prepare_cached(sql)?.execute([self.source, id])?;
        self.assets.insert(name.to_owned(), id);
        Ok(id)
    }

    fn note(&self, finding: i64, kind: EventKind, status: Status, words: &str) -> Result<(), StoreError> {
        note(self.tx, &Noted { finding, run: Some(self.run), at: self.at, kind, status, note: words })
    }
}
