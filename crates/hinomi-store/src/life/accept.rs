//! Decisions: a finding accepted for a time, with a reason and a name, and taken back.

use super::run::DAY_MICROS;
use super::tally::{Change, Place, Tally};
use super::{Noted, note};
use crate::{EventKind, Store, StoreError, StoredFinding, audit, column};
use hinomi_model::{Fingerprint, Status};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The furthest end of an acceptance, in days from the moment it is made.
pub const ACCEPTANCE_DAYS_MAX: i64 = 365;
/// The shortest reason, in characters.
pub const REASON_CHARS_MIN: usize = 10;

/// Why a finding is not worked on for now, until when, and who stands for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// The reason, in at least [`REASON_CHARS_MIN`] characters.
    pub reason: String,
    /// It holds before this moment, which is at most [`ACCEPTANCE_DAYS_MAX`] days ahead.
    pub until: Timestamp,
    /// Who approved it.
    pub approved_by: String,
    /// What sort of decision it is.
    pub kind: AcceptanceKind,
    /// Where it was discussed.
    #[serde(default)]
    pub ticket: Option<String>,
}

/// Sorts of decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AcceptanceKind {
    /// True, and lived with.
    Accepted,
    /// Not true. Its indicators are not shared or blocked while this holds.
    FalsePositive,
    /// True, and answered by something Hinomi does not see.
    MitigatedElsewhere,
}

impl AcceptanceKind {
    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::FalsePositive => "false-positive",
            Self::MitigatedElsewhere => "mitigated-elsewhere",
        }
    }

    pub(crate) fn read(word: &str) -> Result<Self, StoreError> {
        let all = [Self::Accepted, Self::FalsePositive, Self::MitigatedElsewhere];
        let found = all.into_iter().find(|kind| kind.as_str() == word);
        found.ok_or_else(|| StoreError::corrupt(format!("{word:?} is no kind of acceptance")))
    }
}

impl Acceptance {
    /// What every acceptance must have.
    fn check(&self, now: Timestamp) -> Result<(), StoreError> {
        let chars = self.reason.trim().chars().count();
        let ahead = column::micros(self.until) - column::micros(now);
        if chars < REASON_CHARS_MIN {
            return Err(StoreError::ReasonTooShort { chars, min: REASON_CHARS_MIN });
        }
        if self.approved_by.trim().is_empty() {
            return Err(StoreError::NoApprover);
        }
        if ahead <= 0 {
            return Err(StoreError::UntilPast);
        }
        if ahead > ACCEPTANCE_DAYS_MAX * DAY_MICROS {
            return Err(StoreError::UntilTooFar { days_max: ACCEPTANCE_DAYS_MAX });
        }
        Ok(())
    }
}

impl Store {
    /// Accepts a finding from now on; nothing that happened before changes. A fixed finding stays fixed, and is
    /// suppressed should it come back in time. An earlier acceptance is replaced; the very same one again is no
    /// event, so that a file of acceptances can be applied in every run.
    ///
    /// # Errors
    /// [`StoreError::NoSuchFinding`], [`StoreError::ReasonTooShort`], [`StoreError::NoApprover`],
    /// [`StoreError::UntilPast`], [`StoreError::UntilTooFar`].
    pub fn accept(
        &mut self,
        id: &Fingerprint,
        acceptance: &Acceptance,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        acceptance.check(now)?;
        let tx = self.write()?;
        let judged = Judged::find(&tx, id)?;
        let until = column::micros(acceptance.until);
        // Compared as stored, to the microsecond.
        let same = |known: &Acceptance| {
            let mut known = known.clone();
            known.until = acceptance.until;
            known == *acceptance
        };
        if judged.acceptance.as_ref().is_some_and(|known| column::micros(known.until) == until && same(known))
        {
            return Ok(());
        }
        let sql = "INSERT INTO acceptance (finding_id, at, reason, until, approved_by, kind, ticket)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let (at, kind) = (column::micros(now), acceptance.kind.as_str());
        let Acceptance { reason, approved_by, ticket, .. } = acceptance;
        tx.execute(sql, params![judged.id, at, reason, until, approved_by, kind, ticket])?;
        let made = tx.last_insert_rowid();
        let status = if judged.status == Status::Fixed { Status::Fixed } else { Status::Suppressed };
        judged.becomes(&tx, status, Some(made))?;
        let kind = EventKind::Accepted;
        note(&tx, &Noted { finding: judged.id, run: None, at, kind, status, note: reason })?;
        audit::append(&tx, approved_by, "finding.accept", id.as_str(), &json!(acceptance), now)?;
        Ok(tx.commit()?)
    }

    /// Takes the acceptance of a finding back: a suppressed finding is open again. `actor` and `why` go to the
    /// history and the audit log.
    ///
    /// # Errors
    /// [`StoreError::NoSuchFinding`], [`StoreError::NotAccepted`].
    pub fn unaccept(
        &mut self,
        id: &Fingerprint,
        actor: &str,
        why: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tx = self.write()?;
        let judged = Judged::find(&tx, id)?;
        let known = judged.acceptance.as_ref().ok_or_else(|| StoreError::NotAccepted(id.clone()))?;
        let status = if judged.status == Status::Suppressed { Status::Open } else { judged.status };
        judged.becomes(&tx, status, None)?;
        let (at, kind) = (column::micros(now), EventKind::Unaccepted);
        note(&tx, &Noted { finding: judged.id, run: None, at, kind, status, note: why })?;
        let detail = json!({"why": why, "was": known});
        audit::append(&tx, actor, "finding.unaccept", id.as_str(), &detail, now)?;
        Ok(tx.commit()?)
    }

    /// Suppressed findings whose acceptance ends within `days` from `now`, soonest first. Those whose acceptance
    /// is over, and that were not seen since, come first: they are reopened at the next sight.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn expiring(&self, now: Timestamp, days: u16) -> Result<Vec<StoredFinding>, StoreError> {
        let until = column::micros(now).saturating_add(i64::from(days) * DAY_MICROS);
        let condition = "f.status = 'suppressed' AND p.until <= ?1 ORDER BY p.until, f.fingerprint";
        self.stored(condition, &[&until])
    }
}

/// A finding, as far as a decision needs it, with the acceptance it has or had.
struct Judged {
    id: i64,
    check: String,
    asset: i64,
    status: Status,
    rank: i64,
    acceptance: Option<Acceptance>,
}

impl Judged {
    fn find(tx: &Connection, id: &Fingerprint) -> Result<Self, StoreError> {
        let sql = "SELECT f.id, f.check_id, f.asset_id, f.status, f.rank, p.reason, p.until, p.approved_by, p.kind,
            p.ticket FROM finding f LEFT JOIN acceptance p ON p.id = f.acceptance_id WHERE f.fingerprint = ?1";
        let mut statement = tx.prepare_cached(sql)?;
        let mut rows = statement.query([column::fingerprint_bytes(id)])?;
        let row = rows.next()?.ok_or_else(|| StoreError::NoSuchFinding(id.clone()))?;
        Ok(Self {
            id: row.get(0)?,
            check: row.get(1)?,
            asset: row.get(2)?,
            status: column::status(row.get_ref(3)?.as_str().unwrap_or_default())?,
            rank: row.get(4)?,
            acceptance: read(row)?,
        })
    }

    fn becomes(&self, tx: &Connection, status: Status, acceptance: Option<i64>) -> Result<(), StoreError> {
        let sql = "UPDATE finding SET acceptance_id = ?2 WHERE id = ?1";
        tx.prepare_cached(sql)?.execute(params![self.id, acceptance])?;
        let from = Place { check: &self.check, asset: self.asset, status: self.status, rank: self.rank };
        let mut tally = Tally::default();
        let change = Change { finding: self.id, from, status, rank: self.rank, run: None, reopened: false };
        tally.change(tx, &change)?;
        tally.write(tx)
    }
}

/// The acceptance in a row with its columns, if there is one.
pub(crate) fn read(row: &rusqlite::Row<'_>) -> Result<Option<Acceptance>, StoreError> {
    let Some(reason) = row.get("reason")? else { return Ok(None) };
    Ok(Some(Acceptance {
        reason,
        until: column::time(row.get("until")?)?,
        approved_by: row.get("approved_by")?,
        kind: AcceptanceKind::read(&row.get::<_, String>("kind")?)?,
        ticket: row.get("ticket")?,
    }))
}
