//! What belongs together: request, redirect, response and failure by their id; the call of a script and its request
//! by where they go. Either may come first.

use super::group::Actor;
use super::{CALLS_MAX, REQUESTS_MAX, Watch};
use crate::CallSite;
use crate::event::Event;
use crate::json::object;
use crate::place::{Place, cut};
use crate::table::Table;
use serde::{Serialize, Serializer};
use std::collections::VecDeque;

/// A call and its request are this near, in milliseconds.
const NEAR_MS: i64 = 10_000;
/// Bytes of a script's address, of a function's name, of an id, and entries of a stack.
const SCRIPT_BYTES_MAX: usize = 512;
const FUNCTION_BYTES_MAX: usize = 128;
const PARENTS_MAX: usize = 8;

/// Requests and calls of the last time.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Requests {
    /// Number of the first of `list`.
    #[serde(skip)]
    first: u64,
    #[serde(serialize_with = "unsettled")]
    list: VecDeque<Request>,
    #[serde(skip)]
    by_id: Table<String, u64>,
    calls: Vec<Call>,
}

object!(Requests: list "list", calls "calls");

/// One request.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Request {
    pub(super) at: i64,
    pub(super) id: String,
    pub(super) group: u64,
    /// Of origin and path: what calls are found by.
    pub(super) mark: u64,
    pub(super) place: Place,
    /// Sightings it is a target of.
    pub(super) seen: Vec<u64>,
    pub(super) api: Option<String>,
    pub(super) site: Option<CallSite>,
    /// It was refused: nothing listens, wherever that is.
    pub(super) refused: bool,
    pub(super) done: bool,
}

object!(Request: at "at", id "id", group "group", mark "mark", place "place", seen "seen", api "api", site "site", refused "refused", done "done");

/// One call of a script.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Call {
    at: i64,
    group: u64,
    mark: u64,
    pub(super) api: Option<String>,
    pub(super) site: Option<CallSite>,
    /// Sightings it was counted in before its request came.
    pub(super) seen: Vec<u64>,
}

object!(Call: at "at", group "group", mark "mark", api "api", site "site", seen "seen");

/// What a restart needs of the requests: those that nobody waits for are left out.
fn unsettled<S: Serializer>(list: &VecDeque<Request>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list.iter().filter(|r| !r.done || r.refused || !r.seen.is_empty()))
}

impl Requests {
    /// Finds the requests by their ids again, after a restart.
    pub(super) fn reindex(&mut self) {
        self.first = 0;
        for (at, request) in (0..).zip(&self.list) {
            if !request.id.is_empty() {
                self.by_id.insert(request.id.clone(), at);
            }
        }
    }

    /// Keeps a request; `true` when another was forgotten unanswered.
    pub(super) fn add(&mut self, request: Request) -> bool {
        let mut lost = false;
        if self.list.len() >= REQUESTS_MAX
            && let Some(old) = self.forget_first()
        {
            lost = !old.done;
        }
        if !request.id.is_empty() {
            self.by_id.insert(request.id.clone(), self.first + self.list.len() as u64);
        }
        self.list.push_back(request);
        lost
    }

    fn forget_first(&mut self) -> Option<Request> {
        let old = self.list.pop_front()?;
        if self.by_id.get(&old.id) == Some(&self.first) {
            self.by_id.remove(&old.id);
        }
        self.first += 1;
        Some(old)
    }

    /// Forgets what began before `at`.
    pub(super) fn forget_before(&mut self, at: i64) {
        while self.list.front().is_some_and(|request| request.at < at) {
            self.forget_first();
        }
    }

    /// The request an event is about.
    pub(super) fn of(&mut self, event: &Event) -> Option<&mut Request> {
        let at = *self.by_id.get(&id_of(event))?;
        self.list.get_mut(usize::try_from(at.checked_sub(self.first)?).ok()?)
    }

    /// What counts for one sighting from now on counts for another as well, but for requests to `now`.
    pub(super) fn join(&mut self, from: u64, also: u64, now: &Place) {
        let open = self.list.iter_mut().rev().take(CALLS_MAX);
        for request in open.filter(|r| !r.done && r.place != *now && r.seen.contains(&from)) {
            if !request.seen.contains(&also) {
                request.seen.push(also);
            }
        }
    }

    /// The newest request to this name that was refused.
    pub(super) fn refused(&mut self, name: &str, at: i64) -> Option<&mut Request> {
        let near = |request: &&mut Request| {
            request.refused && request.place.host == name && at.abs_diff(request.at) <= NEAR_MS as u64
        };
        self.list.iter_mut().rev().take(CALLS_MAX).find(near)
    }

    /// The newest request that a call may have made and that knows of no call.
    pub(super) fn without_call(&mut self, group: u64, mark: u64, at: i64) -> Option<&mut Request> {
        let fits = |request: &&mut Request| {
            request.mark == mark
                && request.group == group
                && request.site.is_none()
                && at.abs_diff(request.at) <= NEAR_MS as u64
        };
        self.list.iter_mut().rev().take(CALLS_MAX).find(fits)
    }

    /// Keeps a call until its request comes.
    pub(super) fn add_call(&mut self, call: Call) {
        if self.calls.len() >= CALLS_MAX {
            self.calls.remove(0);
        }
        self.calls.push(call);
    }

    /// The oldest call that may have made this request.
    pub(super) fn call_for(&mut self, group: u64, mark: u64, at: i64) -> Option<Call> {
        let fits =
            |call: &Call| call.mark == mark && call.group == group && at.abs_diff(call.at) <= NEAR_MS as u64;
        let at = self.calls.iter().position(fits)?;
        Some(self.calls.remove(at))
    }
}

impl Call {
    pub(super) fn of(event: &Event, actor: &Actor, place: &Place) -> Self {
        Self {
            at: event.at,
            group: actor.group,
            mark: mark(place),
            api: api_of(event),
            site: event.call_site.as_ref().map(trimmed),
            seen: Vec::new(),
        }
    }
}

/// The id of the request, as it is kept.
pub(super) fn id_of(event: &Event) -> String {
    cut(event.request.as_deref().unwrap_or_default(), FUNCTION_BYTES_MAX).to_owned()
}

pub(super) fn api_of(event: &Event) -> Option<String> {
    event.api.as_deref().map(|api| cut(api, 64).to_owned())
}

/// A call site within its limits.
pub(super) fn trimmed(site: &CallSite) -> CallSite {
    let flat = |site: &CallSite| CallSite {
        script: cut(site.script.split(['?', '#']).next().unwrap_or_default(), SCRIPT_BYTES_MAX).to_owned(),
        line: site.line,
        column: site.column,
        function: site.function.as_deref().map(|name| cut(name, FUNCTION_BYTES_MAX).to_owned()),
        async_parents: Vec::new(),
    };
    CallSite { async_parents: site.async_parents.iter().take(PARENTS_MAX).map(flat).collect(), ..flat(site) }
}

/// A number for origin and path (FNV-1a, 64 bits): a WebSocket and the page that opened it have the same origin.
pub(super) fn mark(place: &Place) -> u64 {
    let bytes = place.host.bytes().chain(place.port.to_be_bytes()).chain(place.path.bytes());
    let start = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(place.is_sealed());
    bytes.fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Watch {
    /// A script called something that goes somewhere.
    pub(super) fn call(&mut self, event: &Event) {
        let Some(place) = event.url.as_deref().and_then(Place::of) else { return };
        let Some(actor) = self.actor(event) else { return };
        self.visit(&actor, event, 0);
        let mut call = Call::of(event, &actor, &place);
        let (api, site) = (call.api.clone(), call.site.clone());
        if let Some(request) = self.state.requests.without_call(actor.group, call.mark, event.at) {
            request.api = request.api.take().or_else(|| api.clone());
            request.site.clone_from(&site);
            let seen = request.seen.clone();
            self.attribute(&actor, &seen, &place, api.as_deref(), site.as_ref(), event.at);
            return;
        }
        call.seen = self.reach(event, &actor, &place, api, site, true);
        self.state.requests.add_call(call);
    }
}
