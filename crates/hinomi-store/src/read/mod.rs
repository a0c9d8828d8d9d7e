//! Reading: findings by pages, their history, and what was counted while writing.

mod inventory;
#[cfg(test)]
mod tests;

pub use inventory::{Counter, Run, StoredAsset, StoredIndicator};

use crate::life::read_acceptance;
use crate::{Acceptance, RunId, STALE_DAYS, Store, StoreError, column};
use hinomi_model::{AssetId, CheckId, Finding, Fingerprint, Severity, Status};
use jiff::Timestamp;
use rusqlite::{Row, ToSql};
use std::fmt;
use std::str::FromStr;

/// A finding, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredFinding {
    /// What the newest look saw.
    pub finding: Finding,
    /// Where it stands.
    pub status: Status,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// When it was last seen or looked for in vain.
    pub last_looked: Timestamp,
    /// How often the last run that saw it saw it.
    pub sightings: u64,
    /// How often it came back.
    pub reopen_count: u64,
    /// The acceptance it has, or had until it ended. `None` when there was none, or it was taken back.
    pub acceptance: Option<Acceptance>,
}

/// Which findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// In one of these; empty for all.
    pub statuses: Vec<Status>,
    /// At least this grave.
    pub severity_min: Option<Severity>,
    /// Of this check.
    pub check: Option<CheckId>,
    /// Of this asset.
    pub asset: Option<AssetId>,
    /// After the last one of the page before.
    pub after: Option<Cursor>,
    /// At most so many; 100 by default.
    pub limit: usize,
}

/// A place in the list of findings. As text (`1-<32 hex>`) it fits into a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    rank: i64,
    fingerprint: Fingerprint,
}

/// Something that happened to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Number; later is greater.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// In which run; `None` for a decision.
    pub run: Option<RunId>,
    /// What.
    pub kind: EventKind,
    /// Where the finding stood afterwards.
    pub status: Status,
    /// The reason given, or the old one; the old and new severity.
    pub note: String,
}

/// What can happen to a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// Seen for the first time.
    Found,
    /// Seen again after it was fixed. The note is the reason of its last acceptance.
    Returned,
    /// Seen again after its acceptance ended. The note is the reason it had.
    Expired,
    /// Its severity changed.
    Regraded,
    /// Looked for and gone.
    Fixed,
    /// Accepted. The note is the reason.
    Accepted,
    /// The acceptance was taken back. The note says why.
    Unaccepted,
}

impl EventKind {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Found, "found"),
        (Self::Returned, "returned"),
        (Self::Expired, "expired"),
        (Self::Regraded, "regraded"),
        (Self::Fixed, "fixed"),
        (Self::Accepted, "accepted"),
        (Self::Unaccepted, "unaccepted"),
    ];

    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    fn read(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind);
        found.ok_or_else(|| StoreError::corrupt(format!("{word:?} is no kind of event")))
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self { statuses: Vec::new(), severity_min: None, check: None, asset: None, after: None, limit: 100 }
    }
}

impl StoredFinding {
    /// Its place in the list, for the next page.
    pub fn cursor(&self) -> Cursor {
        Cursor { rank: column::rank(self.finding.severity), fingerprint: self.finding.fingerprint() }
    }

    /// Still there as far as we know, and nobody looked for [`STALE_DAYS`].
    pub fn is_stale(&self, now: Timestamp) -> bool {
        let standing = matches!(self.status, Status::New | Status::Open | Status::Reopened);
        standing && now.duration_since(self.last_looked).as_hours() >= STALE_DAYS * 24
    }
}

impl Store {
    /// A page of findings: worst first, then by fingerprint, so that the order is the same whoever saved first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn findings(&self, filter: &Filter) -> Result<Vec<StoredFinding>, StoreError> {
        let mut page = Vec::new();
        // One walk along an index for each status, merged: no page sorts or counts what it does not show.
        for status in column::STATUSES {
            if filter.statuses.is_empty() || filter.statuses.contains(&status) {
                page.extend(self.page(status, filter)?);
            }
        }
        page.sort_by_cached_key(|found| {
            let Cursor { rank, fingerprint } = found.cursor();
            (rank, fingerprint)
        });
        page.truncate(filter.limit);
        Ok(page)
    }

    fn page(&self, status: Status, filter: &Filter) -> Result<Vec<StoredFinding>, StoreError> {
        let (rank, bytes) = match &filter.after {
            Some(after) => (after.rank, column::fingerprint_bytes(&after.fingerprint)),
            None => (-1, Vec::new()),
        };
        let rank_max = filter.severity_min.map_or(i64::MAX, column::rank);
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        let (check, asset) = (filter.check.as_deref(), filter.asset.as_ref().map(AssetId::as_str));
        let (index, which) = match (check, asset) {
            (None, None) => ("finding_by_status", "?6 IS NULL AND ?7 IS NULL"),
            (Some(_), None) => ("finding_by_check", "f.check_id = ?6 AND ?7 IS NULL"),
            (None, Some(_)) => {
                ("finding_by_asset", "f.asset_id = (SELECT id FROM asset WHERE name = ?7) AND ?6 IS NULL")
            }
            (Some(_), Some(_)) => (
                "finding_by_asset",
                "f.asset_id = (SELECT id FROM asset WHERE name = ?7) AND f.check_id = ?6",
            ),
        };
        let rest = format!(
            "INDEXED BY {index} {JOINS} WHERE {which} AND f.status = ?1 AND f.rank <= ?2
            AND (f.rank, f.fingerprint) > (?3, ?4) ORDER BY f.rank, f.fingerprint LIMIT ?5"
        );
        self.select(&rest, &[&status.as_str(), &rank_max, &rank, &bytes, &limit, &check, &asset])
    }

    /// One finding.
    ///
    /// # Errors
    /// [`StoreError::NoSuchFinding`].
    pub fn finding(&self, id: &Fingerprint) -> Result<StoredFinding, StoreError> {
        let found = self.stored("f.fingerprint = ?1", &[&column::fingerprint_bytes(id)])?;
        found.into_iter().next().ok_or_else(|| StoreError::NoSuchFinding(id.clone()))
    }

    /// What happened to a finding, oldest first.
    ///
    /// # Errors
    /// [`StoreError::NoSuchFinding`].
    pub fn history(&self, id: &Fingerprint) -> Result<Vec<Event>, StoreError> {
        let sql = "SELECT e.seq, e.at, e.run_id, e.kind, e.status, e.note FROM finding_event e
            JOIN finding f ON f.id = e.finding_id WHERE f.fingerprint = ?1 ORDER BY e.seq";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_and_then([column::fingerprint_bytes(id)], read_event)?;
        let events: Vec<Event> = rows.collect::<Result<_, _>>()?;
        // Every finding has at least the event of its first sight.
        if events.is_empty() { Err(StoreError::NoSuchFinding(id.clone())) } else { Ok(events) }
    }

    /// Findings by a condition over `f` (finding) and `p` (acceptance).
    pub(crate) fn stored(
        &self,
        condition: &str,
        params: &[&dyn ToSql],
    ) -> Result<Vec<StoredFinding>, StoreError> {
        self.select(&format!("{JOINS} WHERE {condition}"), params)
    }

    fn select(&self, rest: &str, params: &[&dyn ToSql]) -> Result<Vec<StoredFinding>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{COLUMNS} FROM finding f {rest}"))?;
        statement.query_and_then(params, read_finding)?.collect()
    }
}

const COLUMNS: &str = "SELECT f.fingerprint, f.status, f.first_seen, f.last_seen, f.last_looked, f.sightings,
    f.reopen_count, b.body, p.reason, p.until, p.approved_by, p.kind, p.ticket";
/// `CROSS`: in this order, along the index of `f`.
const JOINS: &str =
    "CROSS JOIN finding_body b ON b.finding_id = f.id LEFT JOIN acceptance p ON p.id = f.acceptance_id";

fn read_finding(row: &Row<'_>) -> Result<StoredFinding, StoreError> {
    let finding: Finding = serde_json::from_str(row.get_ref("body")?.as_str().unwrap_or_default())?;
    let id = column::fingerprint(row.get_ref("fingerprint")?.as_blob().unwrap_or_default())?;
    if finding.fingerprint() != id || finding.evidence().is_empty() {
        return Err(StoreError::corrupt(format!("the words of {id} are not its own")));
    }
    Ok(StoredFinding {
        finding,
        status: column::status(row.get_ref("status")?.as_str().unwrap_or_default())?,
        first_seen: column::time(row.get("first_seen")?)?,
        last_seen: column::time(row.get("last_seen")?)?,
        last_looked: column::time(row.get("last_looked")?)?,
        sightings: column::count(row.get("sightings")?),
        reopen_count: column::count(row.get("reopen_count")?),
        acceptance: read_acceptance(row)?,
    })
}

fn read_event(row: &Row<'_>) -> Result<Event, StoreError> {
    Ok(Event {
        seq: row.get(0)?,
        at: column::time(row.get(1)?)?,
        run: row.get::<_, Option<i64>>(2)?.map(RunId),
        kind: EventKind::read(row.get_ref(3)?.as_str().unwrap_or_default())?,
        status: column::status(row.get_ref(4)?.as_str().unwrap_or_default())?,
        note: row.get(5)?,
    })
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.rank, column::hex(&column::fingerprint_bytes(&self.fingerprint)))
    }
}

impl FromStr for Cursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("read {text:?} as a place in the list");
        let (rank, hex) = text.split_once('-').ok_or_else(bad)?;
        let rank = rank.parse().ok().filter(|rank| (0..=4).contains(rank)).ok_or_else(bad)?;
        let fingerprint = format!("hnm1:{hex}").parse().map_err(|_| bad())?;
        Ok(Self { rank, fingerprint })
    }
}
