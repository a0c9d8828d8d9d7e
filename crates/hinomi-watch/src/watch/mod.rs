//! The reducer: events in, sightings out, with bounded memory.

mod answers;
mod group;
mod join;
mod learned;
mod names;
mod record;
mod rules;

use crate::config::Settings;
use crate::event::{Event, EventKind, EventSource};
use crate::json::{self, object};
use crate::table::Table;
use crate::{Config, ConfigProblem, Sighting, in_order};
use group::{Actor, Group};
use join::Requests;
use learned::Learned;
use names::Names;
use serde::Serialize;

/// Groups of documents that are held at once.
const GROUPS_MAX: usize = 256;
/// Documents of one group.
const DOCUMENTS_MAX: usize = 128;
/// Origins of one group whose addresses are remembered.
const FACES_MAX: usize = 256;
/// Attempts of one group that the rule about scans looks back on.
const PROBES_MAX: usize = 256;
/// Requests, and calls of scripts, that may still belong together.
const REQUESTS_MAX: usize = 2_048;
const CALLS_MAX: usize = 512;
/// Sightings that are held; the oldest goes first.
const SIGHTINGS_MAX: usize = 1_000;
/// Targets of one sighting, and of all.
const TARGETS_MAX: usize = 128;
const ALL_TARGETS_MAX: usize = 16_384;
/// Pages that are counted.
const VISITS_MAX: usize = 1_000;
/// Events of the same time that are put in order, and what they may come to, written as lines.
const SAME_TIME_MAX: usize = 4_096;
const SAME_TIME_BYTES_MAX: usize = 16 << 20;

/// Watches the events of one browser, one recording or one log.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    settings: Settings,
    state: State,
    /// Events of the time that is not over yet; only [`Watch::take_ordered`] fills it.
    pub(crate) same_time: Vec<Event>,
    same_time_bytes: usize,
}

/// All that a watch remembers.
#[derive(Debug, Clone, Default, Serialize)]
struct State {
    /// The version of this form.
    version: u32,
    now: i64,
    last_id: u64,
    last_group: u64,
    groups: Table<u64, Group>,
    /// The group of each document.
    documents: Table<String, u64>,
    requests: Requests,
    learned: Learned,
    names: Names,
    sightings: Table<u64, Sighting>,
    changed: Vec<u64>,
    targets: usize,
    visits: Table<String, Visit>,
    rule_hits: Table<String, u64>,
    cut: Cut,
    /// The browser sends everything through a proxy.
    proxied: bool,
    /// Addresses the last tab navigations answered from, until their documents come.
    arrivals: Table<i64, Arrival>,
}

object!(State: version "version", now "now", last_id "last_id", last_group "last_group", groups "groups", documents "documents", requests "requests", learned "learned", names "names", sightings "sightings", changed "changed", targets "targets", visits "visits", rule_hits "rule_hits", cut "cut", proxied "proxied", arrivals "arrivals");

/// Where a tab's page came from.
#[derive(Debug, Clone, Default, Serialize)]
struct Arrival {
    origin: String,
    ip: String,
}

object!(Arrival: origin "origin", ip "ip");

/// The form of [`State`] that this version writes.
const VERSION: u32 = 1;

/// A page that was watched.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Visit {
    /// Origin and path.
    pub page: String,
    /// First event, in milliseconds since 1970.
    pub first: i64,
    /// Last event.
    pub last: i64,
    /// Requests it made.
    pub requests: u64,
    /// The source lost events while it was watched.
    pub cut: bool,
    /// Who watched it.
    pub sources: Vec<EventSource>,
}

object!(Visit: page "page", first "first", last "last", requests "requests", cut "cut", sources "sources");

/// What was not kept, because a limit was met. All zero: nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Cut {
    /// Groups of documents that were forgotten while they may have lived.
    pub groups: u64,
    /// Documents that did not fit their group.
    pub documents: u64,
    /// Requests that were forgotten before they were answered.
    pub requests: u64,
    /// Sightings that were forgotten.
    pub sightings: u64,
    /// Targets that are counted but not named.
    pub targets: u64,
    /// Pages that are not counted.
    pub visits: u64,
    /// Times at which the source said that it lost events.
    pub told: u64,
}

object!(Cut: groups "groups", documents "documents", requests "requests", sightings "sightings", targets "targets", visits "visits", told "told");

impl Watch {
    /// A watch with these settings, and which of them cannot be used.
    pub fn new(config: &Config) -> (Self, Vec<ConfigProblem>) {
        let (settings, problems) = Settings::read(config);
        let state = State { version: VERSION, ..State::default() };
        (Self { settings, state, ..Self::default() }, problems)
    }

    /// Changes the settings; what was seen stays.
    pub fn configure(&mut self, config: &Config) -> Vec<ConfigProblem> {
        let (settings, problems) = Settings::read(config);
        self.settings = settings;
        problems
    }

    /// Takes one event, in the order in which they come.
    pub fn take(&mut self, event: &Event) {
        self.state.now = self.state.now.max(event.at);
        match event.kind {
            EventKind::Proxy => self.proxy(event),
            EventKind::Document => self.document(event),
            EventKind::DocumentGone => {
                if let Some(id) = event.document.as_ref().and_then(|document| document.id.as_deref()) {
                    self.forget_document(&group::document_key(id));
                }
            }
            EventKind::Call => self.call(event),
            EventKind::Webrtc => self.webrtc(event),
            EventKind::Request => self.request(event),
            EventKind::Redirect | EventKind::Response => self.response(event),
            EventKind::Failure => self.failure(event),
            EventKind::Resolution => self.resolution(event),
            EventKind::Truncated => self.truncated(),
            EventKind::Unknown => {}
        }
    }

    /// Takes events of a recording: those of the same time are put in order first, so that what is seen does not
    /// depend on the order in which a source wrote them. [`Watch::finish`] ends it.
    pub fn take_ordered(&mut self, event: Event) {
        let over = self.same_time.last().is_some_and(|last| last.at != event.at);
        let full = self.same_time.len() >= SAME_TIME_MAX || self.same_time_bytes >= SAME_TIME_BYTES_MAX;
        if over || full {
            self.finish();
        }
        self.same_time_bytes += event.bytes();
        self.same_time.push(event);
    }

    /// Takes what [`Watch::take_ordered`] still holds back.
    pub fn finish(&mut self) {
        let mut events = std::mem::take(&mut self.same_time);
        self.same_time_bytes = 0;
        events.sort_by(in_order);
        events.iter().for_each(|event| self.take(event));
    }

    /// Everything seen and still held, oldest first, with what does not count.
    pub fn sightings(&self) -> impl Iterator<Item = &Sighting> {
        self.state.sightings.values()
    }

    /// What is new or has changed since this was asked last.
    pub fn changed(&mut self) -> Vec<Sighting> {
        let changed = std::mem::take(&mut self.state.changed);
        changed.iter().filter_map(|id| self.state.sightings.get(id)).cloned().collect()
    }

    /// Forgets what was seen before this time; allow rules and what was learned of the network stay.
    pub fn forget_before(&mut self, at: i64) {
        let old: Vec<u64> =
            self.state.sightings.values().filter(|seen| seen.last < at).map(|seen| seen.id).collect();
        old.into_iter().for_each(|id| self.drop_sighting(id));
        self.state.visits.retain(|visit| visit.last >= at);
        self.state.requests.forget_before(at);
    }

    /// The pages that were watched.
    pub fn visits(&self) -> impl Iterator<Item = &Visit> {
        self.state.visits.values()
    }

    /// What limits cut.
    pub fn cut(&self) -> Cut {
        self.state.cut
    }

    /// How often each allow rule was of use.
    pub fn rule_hits(&self) -> impl Iterator<Item = (&str, u64)> {
        self.state.rule_hits.iter().map(|(rule, hits)| (rule.as_str(), *hits))
    }

    /// All that is remembered, as JSON.
    pub fn snapshot(&self) -> String {
        serde_json::to_string(&self.state).unwrap_or_default()
    }

    /// Goes on from a [`Watch::snapshot`].
    ///
    /// # Errors
    /// Why it cannot be used; the watch is then empty.
    pub fn restore(config: &Config, snapshot: &str) -> (Self, Result<(), String>) {
        let (mut watch, _) = Self::new(config);
        match json::read::<State>(snapshot.as_bytes()) {
            Ok(state) if state.version == VERSION => {
                watch.state = state;
                watch.state.requests.reindex();
                (watch, Ok(()))
            }
            Ok(state) => (watch, Err(format!("the state is of version {}, not {VERSION}", state.version))),
            Err((_, place)) => (watch, Err(format!("the state is not readable (byte {place})"))),
        }
    }

    fn truncated(&mut self) {
        self.state.cut.told += 1;
        let documents = self.state.groups.values().flat_map(|group| group.documents.values());
        let alive: Vec<String> = documents.map(|document| document.place.page()).collect();
        for page in alive {
            if let Some(visit) = self.state.visits.get_mut(&page) {
                visit.cut = true;
            }
        }
    }

    /// Counts a page.
    fn visit(&mut self, actor: &Actor, event: &Event, requests: u64) {
        let page = actor.place.page();
        let full = self.state.visits.len() >= VISITS_MAX;
        if !actor.place.is_web() || (full && !self.state.visits.contains_key(&page)) {
            self.state.cut.visits += u64::from(full);
            return;
        }
        let visit = self.state.visits.entry(page);
        if visit.page.is_empty() {
            (visit.page, visit.first) = (actor.place.page(), event.at);
        }
        visit.last = visit.last.max(event.at);
        visit.requests += requests;
        if let Err(at) = visit.sources.binary_search(&event.source) {
            visit.sources.insert(at, event.source);
        }
    }
}
