-- Version 1 of the tables. Times are microseconds since 1970 (UTC). Ranks are severities, 0 the worst.
-- A shipped version is never edited: the next change is v2.sql.

-- Counts the saves. Runs that overlap are told apart by it, because clocks can step back.
CREATE TABLE tick (id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL) STRICT;
INSERT INTO tick VALUES (1, 0);

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,                -- NULL: still going, or killed
  version TEXT NOT NULL,
  misses_needed TEXT NOT NULL,        -- JSON: check to number
  begun_tick INTEGER NOT NULL,
  counts TEXT                         -- JSON, once finished
) STRICT;

CREATE TABLE run_note (                -- what a run could not read or decide, for reports
  run_id INTEGER PRIMARY KEY REFERENCES run (id),
  note TEXT NOT NULL                   -- JSON
) STRICT;

CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE run_source (
  run_id INTEGER NOT NULL REFERENCES run (id),
  source_id INTEGER NOT NULL REFERENCES source (id),
  PRIMARY KEY (run_id, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE asset (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL
) STRICT;

CREATE TABLE asset_source (
  source_id INTEGER NOT NULL REFERENCES source (id),
  asset_id INTEGER NOT NULL REFERENCES asset (id),
  PRIMARY KEY (source_id, asset_id)
) STRICT, WITHOUT ROWID;

-- The same bytes in two places are two rows: where it was taken from is part of the proof.
CREATE TABLE evidence (
  sha256 TEXT NOT NULL,
  source TEXT NOT NULL,
  body TEXT NOT NULL,                 -- JSON: Evidence
  run_id INTEGER NOT NULL REFERENCES run (id),
  PRIMARY KEY (sha256, source)
) STRICT, WITHOUT ROWID;

-- What changes with every look. The wide part lies in finding_body, so that a look stays cheap.
CREATE TABLE finding (
  id INTEGER PRIMARY KEY,
  fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 16),
  check_id TEXT NOT NULL,
  asset_id INTEGER NOT NULL REFERENCES asset (id),
  status TEXT NOT NULL CHECK (status IN ('new', 'open', 'reopened', 'suppressed', 'fixed')),
  rank INTEGER NOT NULL CHECK (rank BETWEEN 0 AND 4),
  status_run INTEGER NOT NULL REFERENCES run (id),   -- the run that last changed the status
  last_run INTEGER NOT NULL REFERENCES run (id),     -- the run that last saw it
  last_tick INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  last_looked INTEGER NOT NULL,       -- last seen, or looked for in vain
  sightings INTEGER NOT NULL,         -- in last_run
  misses INTEGER NOT NULL DEFAULT 0,
  reopen_count INTEGER NOT NULL DEFAULT 0,
  acceptance_id INTEGER REFERENCES acceptance (id)
) STRICT;
CREATE INDEX finding_by_status ON finding (status, rank, fingerprint);
CREATE INDEX finding_by_check ON finding (check_id, status, rank, fingerprint);
CREATE INDEX finding_by_asset ON finding (asset_id, status, rank, fingerprint);

CREATE TABLE finding_body (
  finding_id INTEGER PRIMARY KEY REFERENCES finding (id),
  body TEXT NOT NULL                  -- JSON: Finding
) STRICT;

-- Where a finding was seen and not yet looked for in vain.
CREATE TABLE finding_source (
  finding_id INTEGER NOT NULL REFERENCES finding (id),
  source_id INTEGER NOT NULL REFERENCES source (id),
  last_run INTEGER NOT NULL REFERENCES run (id),
  PRIMARY KEY (finding_id, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE acceptance (
  id INTEGER PRIMARY KEY,
  finding_id INTEGER NOT NULL REFERENCES finding (id),
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  until INTEGER NOT NULL,
  approved_by TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('accepted', 'false-positive', 'mitigated-elsewhere')),
  ticket TEXT
) STRICT;

CREATE TABLE finding_event (
  seq INTEGER PRIMARY KEY,
  finding_id INTEGER NOT NULL REFERENCES finding (id),
  run_id INTEGER REFERENCES run (id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,               -- after the event
  note TEXT NOT NULL
) STRICT;
CREATE INDEX finding_event_by_finding ON finding_event (finding_id, seq);

CREATE TABLE indicator (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  body TEXT NOT NULL,                 -- JSON: Indicator
  UNIQUE (kind, value)
) STRICT;

CREATE TABLE finding_indicator (
  indicator_id INTEGER NOT NULL REFERENCES indicator (id),
  finding_id INTEGER NOT NULL REFERENCES finding (id),
  PRIMARY KEY (indicator_id, finding_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE coverage (
  asset_id INTEGER NOT NULL REFERENCES asset (id),
  check_id TEXT NOT NULL,
  last_run INTEGER NOT NULL REFERENCES run (id),
  last_at INTEGER NOT NULL,
  PRIMARY KEY (asset_id, check_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_log (
  seq INTEGER PRIMARY KEY,
  ts INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail_json TEXT NOT NULL,
  events_to INTEGER NOT NULL,         -- the row seals all finding events up to this one
  events_sha256 TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

-- Counters, kept while writing: a page never counts rows.
CREATE TABLE counter (
  check_id TEXT NOT NULL,
  status TEXT NOT NULL,
  rank INTEGER NOT NULL,
  n INTEGER NOT NULL CHECK (n >= 0),
  PRIMARY KEY (check_id, status, rank)
) STRICT, WITHOUT ROWID;

-- Standing findings (new, open, reopened) of an asset.
CREATE TABLE asset_counter (
  asset_id INTEGER NOT NULL REFERENCES asset (id),
  rank INTEGER NOT NULL,
  n INTEGER NOT NULL CHECK (n >= 0),
  PRIMARY KEY (asset_id, rank)
) STRICT, WITHOUT ROWID;

-- A finding keeps its identity, and nothing that happened is taken back.
CREATE TRIGGER finding_kept BEFORE DELETE ON finding BEGIN SELECT RAISE(ABORT, 'findings are kept'); END;
CREATE TRIGGER finding_itself BEFORE UPDATE OF fingerprint, check_id, asset_id, first_seen ON finding
BEGIN SELECT RAISE(ABORT, 'a finding keeps its identity'); END;
CREATE TRIGGER event_unchanged BEFORE UPDATE ON finding_event
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER event_kept BEFORE DELETE ON finding_event
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER acceptance_unchanged BEFORE UPDATE ON acceptance
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER acceptance_kept BEFORE DELETE ON acceptance
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
