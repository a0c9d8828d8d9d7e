//! What one visit showed, as it was told: requests, documents, calls. Put together at the end by `join`.

mod hook;
mod messages;
mod stack;
#[cfg(test)]
mod tests;

pub(super) use hook::{Hook, Said, Ufrag};
pub(super) use stack::CallSite;

use super::address;
use messages::DENIED;
use std::collections::{HashMap, HashSet};

/// Requests and hops, calls, and documents of one visit; what is more is told as cut.
const ROWS_MAX: usize = 20_000;
const CALLS_MAX: usize = 20_000;
const DOCUMENTS_MAX: usize = 2_000;
const NAMES_MAX: usize = 50_000;

/// One visit.
#[derive(Debug)]
pub(super) struct Tape {
    pub(super) hook: Hook,
    pub(super) rows: Vec<Row>,
    pub(super) calls: Vec<Call>,
    pub(super) documents: HashMap<String, Document>,
    /// Documents in the order they came.
    pub(super) order: Vec<String>,
    /// Something did not fit.
    pub(super) cut: bool,
    /// When something last happened, in ms since 1970; and whether the page was loaded.
    pub(super) active: i64,
    pub(super) loaded: bool,
    /// Frames that are being loaded.
    pub(super) loading: HashSet<String>,
    /// Requests without an end so far.
    open: HashMap<String, usize>,
    requests: HashMap<String, usize>,
    frames: HashMap<String, Frame>,
    contexts: HashMap<(String, u64), String>,
    sessions: HashMap<String, Session>,
    /// Seconds between the browser's own clock and 1970.
    offset: Option<f64>,
    now: i64,
}

/// A frame, and the document in it.
#[derive(Debug, Default, Clone)]
struct Frame {
    parent: Option<String>,
    document: Option<String>,
}

/// A target that the browser told us of.
#[derive(Debug, Default, Clone)]
struct Session {
    tab: i64,
    /// The document it belongs to when it says none: the one that a worker or a popup came from.
    owner: Option<String>,
    /// A frame's target is called like the frame.
    target: String,
    url: String,
    worker: bool,
}

/// A page, frame or worker as the browser calls it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) kind: &'a str,
    pub(super) id: &'a str,
    pub(super) url: &'a str,
}

/// A document.
#[derive(Debug, Default, Clone)]
pub(super) struct Document {
    pub(super) at: i64,
    pub(super) tab: i64,
    pub(super) url: String,
    pub(super) ip: Option<String>,
    pub(super) parent: Option<String>,
    pub(super) opener: Option<String>,
    pub(super) space: Option<&'static str>,
    pub(super) committed: bool,
}

/// One hop of a request, and what became of it.
#[derive(Debug, Default, Clone)]
pub(super) struct Row {
    pub(super) at: i64,
    pub(super) request: String,
    /// Not the first hop.
    pub(super) redirected: bool,
    pub(super) document: Option<String>,
    pub(super) initiator: Option<String>,
    pub(super) tab: i64,
    pub(super) url: String,
    pub(super) method: String,
    pub(super) resource: &'static str,
    pub(super) speculative: bool,
    pub(super) content_type: Option<String>,
    pub(super) site: Option<CallSite>,
    /// The file that asked, when no script did: a document, a style sheet, a worker.
    pub(super) file: Option<String>,
    pub(super) end: Option<End>,
}

/// What became of a hop.
#[derive(Debug, Default, Clone)]
pub(super) struct End {
    pub(super) at: i64,
    pub(super) kind: EndKind,
    pub(super) ip: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) error: Option<String>,
    pub(super) from_cache: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndKind {
    Redirect,
    #[default]
    Response,
    Failure,
}

/// Something a script did, as our own script told it.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) at: i64,
    pub(super) said: Said,
    pub(super) document: Option<String>,
    pub(super) tab: i64,
    pub(super) site: Option<CallSite>,
}

impl Tape {
    pub(super) fn new(hook: Hook) -> Self {
        Self {
            hook,
            rows: Vec::new(),
            calls: Vec::new(),
            documents: HashMap::new(),
            order: Vec::new(),
            cut: false,
            active: 0,
            loaded: false,
            loading: HashSet::new(),
            open: HashMap::new(),
            requests: HashMap::new(),
            frames: HashMap::new(),
            contexts: HashMap::new(),
            sessions: HashMap::new(),
            offset: None,
            now: 0,
        }
    }

    /// Requests that may still end; those that never do are not counted.
    pub(super) fn open(&self) -> usize {
        self.open.len()
    }

    /// Whether the page itself has come, or an error in its place.
    pub(super) fn committed(&self) -> bool {
        let ended = self.rows.iter().any(|row| row.resource == "main_frame" && row.end.is_some());
        ended || self.documents.values().any(|document| document.committed)
    }

    /// A target came to be: `from` is the session that told of it, `opener` the frame that opened it.
    pub(super) fn attached(
        &mut self,
        session: &str,
        target: &Target<'_>,
        from: Option<&str>,
        opener: Option<&str>,
    ) {
        let Target { kind, id, url } = *target;
        let worker = kind.ends_with("worker");
        let page = kind == "page";
        let parent = from.and_then(|from| self.sessions.get(from));
        let tab = match (page, worker) {
            (true, _) => i64::try_from(self.sessions.values().filter(|one| !one.worker).count()).unwrap_or(0),
            (_, true) => -1,
            _ => parent.map_or(0, |parent| parent.tab),
        };
        let opened = opener.and_then(|frame| self.frames.get(frame)).and_then(|frame| frame.document.clone());
        let around = from.and_then(|from| self.document_of_session(from)).or_else(|| self.same_origin(url));
        let owner = if page { opened } else { around };
        if self.sessions.len() < NAMES_MAX {
            let (target, url) = (id.to_owned(), url.to_owned());
            self.sessions.insert(session.to_owned(), Session { tab, owner, target, url, worker });
        }
    }

    /// The document that a session's own doings are of.
    fn document_of_session(&self, session: &str) -> Option<String> {
        let session = self.sessions.get(session)?;
        let own = self.frames.get(&session.target).and_then(|frame| frame.document.clone());
        own.or_else(|| session.owner.clone())
    }

    /// The newest document of this origin; for workers that nobody owns.
    fn same_origin(&self, url: &str) -> Option<String> {
        let origin = address::origin(url)?;
        let fits = |id: &&String| {
            self.documents.get(id.as_str()).and_then(|document| address::origin(&document.url)).as_ref()
                == Some(&origin)
        };
        self.order.iter().rev().find(fits).cloned()
    }

    /// The document that acts in a frame; of one that has none yet, the one around it or that opened it.
    fn document_of_frame(&self, frame: &str, session: &str) -> Option<String> {
        let mut at = frame.to_owned();
        for _ in 0..32 {
            let Some(known) = self.frames.get(&at) else { break };
            if let Some(document) = &known.document {
                return Some(document.clone());
            }
            let Some(parent) = &known.parent else { break };
            at.clone_from(parent);
        }
        self.document_of_session(session)
    }

    fn tab(&self, session: &str) -> i64 {
        self.sessions.get(session).map_or(0, |session| session.tab)
    }

    fn document_mut(&mut self, id: &str) -> Option<&mut Document> {
        if !self.documents.contains_key(id) {
            if self.documents.len() >= DOCUMENTS_MAX {
                self.cut = true;
                return None;
            }
            self.order.push(id.to_owned());
        }
        Some(self.documents.entry(id.to_owned()).or_default())
    }

    fn add(&mut self, id: &str, row: Row) {
        if self.rows.len() >= ROWS_MAX {
            self.cut = true;
            return;
        }
        self.active = self.now;
        self.requests.insert(id.to_owned(), self.rows.len());
        // These never end by themselves, or are not worth waiting for.
        if !matches!(row.resource, "websocket" | "webtransport" | "ping" | "media" | "eventsource") {
            self.open.insert(id.to_owned(), self.rows.len());
        }
        self.rows.push(row);
    }

    fn row(&mut self, id: &str) -> Option<&mut Row> {
        let at = *self.requests.get(id)?;
        self.rows.get_mut(at)
    }

    fn ended(&mut self, id: &str, end: End) {
        let Some(row) = self.row(id) else { return };
        // The first word stands, unless the browser's own check comes after it.
        let denied = end.error.as_deref() == Some(DENIED);
        if row.end.is_none() || denied {
            row.end = Some(end);
        }
    }

    fn called(&mut self, call: Call) {
        if self.calls.len() >= CALLS_MAX {
            self.cut = true;
            return;
        }
        self.active = self.now;
        self.calls.push(call);
    }
}
