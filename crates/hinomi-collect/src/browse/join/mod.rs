//! The tape and the network log become events: one line of JSON each, in the order of time.

mod network;

use super::address;
use super::netlog::{NetLog, NetRequest};
use super::tape::{Call, CallSite, Document, EndKind, Row, Said, Tape, Ufrag};
use network::{NetIndex, packets, resolutions, unseen};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

/// A call and its request are this near, in milliseconds.
const NEAR_MS: i64 = 10_000;

/// How a visit is written.
pub(super) struct Written<'a> {
    pub(super) tape: &'a Tape,
    pub(super) log: &'a NetLog,
    /// From when to when the visit was.
    pub(super) during: RangeInclusive<i64>,
    pub(super) keep_query: bool,
}

/// The events of a visit as lines of JSON.
pub(super) fn lines(visit: &Written<'_>) -> Vec<u8> {
    let mut events = Vec::new();
    let matched = matched(visit.tape);
    let found = NetIndex::new(visit.log);
    documents(visit, &mut events);
    requests(visit, &matched, &found, &mut events);
    calls(visit, &matched, &mut events);
    packets(visit, &mut events);
    unseen(visit, &mut events);
    resolutions(visit, &mut events);
    if visit.tape.cut {
        events.push((*visit.during.end(), event("cdp", "truncated", *visit.during.end())));
    }
    // Sorting keeps the order of what happened at the same time: documents first.
    events.sort_by_key(|(at, _)| *at);
    let mut out = Vec::new();
    for (_, event) in events {
        out.extend_from_slice(Value::Object(event).to_string().as_bytes());
        out.push(b'\n');
    }
    out
}

type Event = Map<String, Value>;
type Events = Vec<(i64, Event)>;

fn event(source: &str, kind: &str, at: i64) -> Event {
    let mut event = Map::new();
    event.insert("at".to_owned(), Value::from(at));
    event.insert("source".to_owned(), Value::from(source));
    event.insert("type".to_owned(), Value::from(kind));
    event
}

fn put(event: &mut Event, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        event.insert(key.to_owned(), value.into());
    }
}

/// Which call each request came from: the oldest that named its address and has made none yet.
fn matched(tape: &Tape) -> HashMap<usize, usize> {
    let mut by_url: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, call) in tape.calls.iter().enumerate() {
        if let Said::Call { url, .. } | Said::Text { url, .. } = &call.said {
            by_url.entry(named(url)).or_default().push(at);
        }
    }
    let mut found = HashMap::new();
    let mut used = HashSet::new();
    for (at, row) in tape.rows.iter().enumerate().filter(|(_, row)| !row.redirected) {
        let Some(calls) = by_url.get(named(&row.url)) else { continue };
        let near = |call: &&usize| {
            tape.calls.get(**call).is_some_and(|call| call.at.abs_diff(row.at) <= NEAR_MS.unsigned_abs())
        };
        let text =
            |call: &usize| matches!(tape.calls.get(*call).map(|call| &call.said), Some(Said::Text { .. }));
        let free = calls.iter().filter(near).find(|call| !used.contains(*call));
        // The same markup may have been shown twice.
        if let Some(call) = free.or_else(|| calls.iter().filter(near).find(|call| text(call))) {
            used.insert(*call);
            found.insert(at, *call);
        }
    }
    found
}

/// An address as a script named it and as the browser asked for it: it may have been made to ask with TLS.
fn named(url: &str) -> &str {
    let bare = url.split('#').next().unwrap_or(url);
    bare.split_once("://").map_or(bare, |(_, rest)| rest)
}

fn documents(visit: &Written<'_>, events: &mut Events) {
    for id in &visit.tape.order {
        let Some(document) = visit.tape.documents.get(id).filter(|document| document.committed) else {
            continue;
        };
        let first =
            visit.tape.rows.iter().filter(|row| row.document.as_deref() == Some(id)).map(|row| row.at).min();
        let at = first.map_or(document.at, |first| first.min(document.at));
        let mut event = event("cdp", "document", at);
        put(&mut event, "tab", Some(document.tab));
        put(&mut event, "frame", Some(i64::from(document.parent.is_some())));
        put(&mut event, "document", Some(told(visit, id, document)));
        if visit.log.begun {
            // Its packets were watched as well: that none were WebRTC's is then a fact.
            let mut watched = event.clone();
            put(&mut watched, "source", Some("netlog"));
            events.push((at, watched));
        }
        events.push((at, event));
    }
}

/// A document as every event tells it.
fn told(visit: &Written<'_>, id: &str, document: &Document) -> Value {
    let mut object = Map::new();
    put(&mut object, "id", Some(id));
    put(&mut object, "url", Some(address::cut(&document.url, visit.keep_query)));
    put(&mut object, "ip", document.ip.as_deref());
    put(&mut object, "parent", document.parent.as_deref());
    put(&mut object, "opener", document.opener.as_deref());
    put(&mut object, "top", top(visit.tape, document));
    put(&mut object, "space", document.space);
    Value::Object(object)
}

fn top(tape: &Tape, document: &Document) -> Option<String> {
    let mut at = document.parent.clone()?;
    for _ in 0..32 {
        match tape.documents.get(&at).and_then(|document| document.parent.clone()) {
            Some(parent) => at = parent,
            None => break,
        }
    }
    Some(at)
}

fn actor(visit: &Written<'_>, event: &mut Event, id: Option<&str>, tab: i64) {
    put(event, "tab", Some(tab));
    let Some((id, document)) = id.and_then(|id| Some((id, visit.tape.documents.get(id)?))) else { return };
    put(event, "frame", Some(i64::from(document.parent.is_some())));
    put(event, "document", Some(told(visit, id, document)));
    put(event, "initiator", address::origin(&document.url));
}

fn requests(visit: &Written<'_>, matched: &HashMap<usize, usize>, found: &NetIndex<'_>, events: &mut Events) {
    let tape = visit.tape;
    for (at, row) in tape.rows.iter().enumerate() {
        let call = matched.get(&at).and_then(|call| tape.calls.get(*call));
        // Each hop is a request of its own, as `webRequest` has it: what it leads to is known before it answers.
        let mut event = event("cdp", "request", row.at);
        about(visit, &mut event, row);
        put(&mut event, "api", Some(api_of(row, call)));
        put(&mut event, "call_site", site_of(row, call));
        put(&mut event, "content_type", row.content_type.as_deref());
        events.push((row.at, event));
        end(visit, row, found, events);
    }
}

fn about(visit: &Written<'_>, event: &mut Event, row: &Row) {
    put(event, "request", Some(row.request.as_str()));
    actor(visit, event, row.document.as_deref(), row.tab);
    if row.document.is_none() {
        put(event, "initiator", row.initiator.as_deref());
    }
    put(event, "url", Some(address::cut(&row.url, visit.keep_query)));
    put(event, "method", Some(row.method.as_str()));
    let resource = if row.resource == "eventsource" { "xmlhttprequest" } else { row.resource };
    put(event, "resource", Some(resource));
    put(event, "speculative", row.speculative.then_some(true));
}

fn end(visit: &Written<'_>, row: &Row, found: &NetIndex<'_>, events: &mut Events) {
    let Some(end) = &row.end else { return };
    let kind = match end.kind {
        EndKind::Redirect => "redirect",
        EndKind::Response => "response",
        EndKind::Failure => "failure",
    };
    let at = end.at.max(row.at);
    let mut event = event("cdp", kind, at);
    about(visit, &mut event, row);
    let network = || found.request(row)?.ip.clone();
    let ip = end.ip.clone().or_else(network).or_else(|| only_answer(visit, &row.url));
    put(&mut event, "ip", ip);
    put(&mut event, "status", end.status);
    put(&mut event, "error", error_of(row, found, end.error.as_deref()));
    put(&mut event, "from_cache", end.from_cache.then_some(true));
    put(&mut event, "proxied", found.request(row).filter(|request| request.proxied).map(|_| true));
    events.push((at, event));
}

/// A WebSocket's error does not say that it was the browser's own check; the network log does.
fn error_of(row: &Row, found: &NetIndex<'_>, error: Option<&str>) -> Option<String> {
    let error = error?;
    let telling = |request: &NetRequest| request.error.clone().filter(|more| more != "net::ERR_FAILED");
    if error == "net::ERR_FAILED"
        && let Some(more) = found.request(row).and_then(telling)
    {
        return Some(more);
    }
    Some(error.to_owned())
}

/// The address of a name that led to one only.
fn only_answer(visit: &Written<'_>, url: &str) -> Option<String> {
    match visit.log.answers.get(address::host(url)?)?.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// Where the script named the target, as far as a call did that: an XMLHttpRequest is opened at one place and sent at
/// another, a frame gets its address here and is shown there. Else where the browser was when it asked. Text with
/// addresses in it comes last: somebody else may have asked for the same.
fn site_of(row: &Row, call: Option<&Call>) -> Option<Value> {
    let named = call.filter(|call| matches!(&call.said, Said::Call { .. }));
    let told = named.and_then(|call| call.site.as_ref());
    let site = told.or(row.site.as_ref()).or_else(|| call.and_then(|call| call.site.as_ref()));
    let file = || row.file.as_ref().map(|file| json!({ "script": file }));
    site.map(CallSite::to_json).or_else(file)
}

fn api_of(row: &Row, call: Option<&Call>) -> String {
    match call.map(|call| &call.said) {
        Some(Said::Call { api, .. } | Said::Text { api, .. }) => api.clone(),
        _ => match row.resource {
            "xmlhttprequest" => "fetch".to_owned(),
            "eventsource" => "event_source".to_owned(),
            other => other.to_owned(),
        },
    }
}

/// Calls whose request nobody told of, and WebRTC.
fn calls(visit: &Written<'_>, matched: &HashMap<usize, usize>, events: &mut Events) {
    let used: HashSet<usize> = matched.values().copied().collect();
    for (at, call) in visit.tape.calls.iter().enumerate() {
        let mut event = match &call.said {
            Said::Text { .. } => continue,
            Said::Call { .. } if used.contains(&at) => continue,
            // An address that was given to an element that was never shown: every request is seen, and there is none.
            Said::Call { api, .. } if !asks(api) => continue,
            Said::Call { api, url } => {
                let mut event = event("hook", "call", call.at);
                put(&mut event, "url", Some(address::cut(url, visit.keep_query)));
                put(&mut event, "api", Some(api.as_str()));
                event
            }
            Said::Rtc { api, servers, candidates, ufrag } => {
                let mut event = event("hook", "webrtc", call.at);
                put(&mut event, "api", Some(api.as_str()));
                put(&mut event, "webrtc", Some(webrtc(servers, candidates, ufrag.as_ref())));
                event
            }
        };
        actor(visit, &mut event, call.document.as_deref(), call.tab);
        put(&mut event, "call_site", call.site.as_ref().map(CallSite::to_json));
        events.push((call.at, event));
    }
}

/// Whether a function asks at once. Such a call may be stopped before it becomes a request, and was one nevertheless.
fn asks(api: &str) -> bool {
    api == "window.open" || !(api == "xhr" || api.contains('.'))
}

fn webrtc(servers: &[String], candidates: &[String], ufrag: Option<&Ufrag>) -> Value {
    let mut told = Map::new();
    put(&mut told, "servers", (!servers.is_empty()).then(|| servers.to_vec()));
    put(&mut told, "candidates", (!candidates.is_empty()).then(|| candidates.to_vec()));
    put(&mut told, "ufrag", ufrag.map(|one| json!({ "len": one.len, "own": one.own, "hash": one.hash })));
    Value::Object(told)
}
