//! Chromium's network log (`--log-net-log`): numbered events, with the numbers explained by the first object.
//!
//! It is the only recording that sees WebRTC, the decision of the browser's own check of local targets, and names
//! with their answers, of every page at once. It lacks its end whenever the browser was stopped.

mod connections;
mod peers;
mod said;

use super::packets::stun::{self, Transport};
use super::record::{Page, Record, Source, WebRtc, What, address, bare_url, cut, endpoint};
use super::sieve::{Loose, Path, Sieve, parsed};
use super::{Sink, Told};
use crate::{Limits, Problem, ProblemKind};
use connections::Connections;
use peers::Peers;
use said::unbase64;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

const WANTED: &[Path] = &[&["constants"], &["events", "*"]];
/// What Chromium calls a request that it refused for leading inside; a WebSocket's own error does not say so.
const BLOCKED: &str = "net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS";
/// Names whose last answers are remembered, so that each is told once.
const NAMES_MAX: usize = 4_096;
/// Bytes of a datagram that are looked at: the header of STUN and its first attributes.
const DATAGRAM_BYTES_MAX: usize = 2_048;
/// Answers of one name.
const ANSWERS_MAX: usize = 64;

/// Whether a JSON text is a network log.
pub(super) fn looks_like_netlog(head: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let start = head.get(..256).unwrap_or(head);
    memchr::memmem::find(start, b"\"constants\"").is_some()
        && (has(b"\"logEventTypes\"") || has(b"\"clientInfo\"") || has(b"\"activeFieldTrialGroups\""))
}

/// Reads a log.
#[derive(Debug)]
pub(super) struct NetLog {
    sieve: Sieve,
    state: State,
}

/// Events that say something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    StartJob,
    Redirected,
    Alive,
    Check,
    Headers,
    /// A request was given a controller, and then a job, which has a session or a socket.
    Controller,
    Job,
    Link,
    Proxy,
    Connect,
    UdpConnect,
    UdpSent,
    TcpSent,
    Answers,
    CacheHit,
    /// Whether something goes by a proxy; a job that connects, its pool, and a socket's life.
    Route,
    ConnectJob,
    Pooled,
    Socket,
}

/// Their names in `constants.logEventTypes`.
const SORTS: &[(&str, Sort)] = &[
    ("URL_REQUEST_START_JOB", Sort::StartJob),
    ("URL_REQUEST_REDIRECTED", Sort::Redirected),
    ("REQUEST_ALIVE", Sort::Alive),
    ("LOCAL_NETWORK_ACCESS_CHECK", Sort::Check),
    // Its name before 2025.
    ("PRIVATE_NETWORK_ACCESS_CHECK", Sort::Check),
    ("HTTP_TRANSACTION_READ_RESPONSE_HEADERS", Sort::Headers),
    ("HTTP_STREAM_JOB_CONTROLLER_BOUND", Sort::Controller),
    ("HTTP_STREAM_REQUEST_BOUND_TO_JOB", Sort::Job),
    ("SOCKET_POOL_BOUND_TO_SOCKET", Sort::Link),
    ("HTTP2_SESSION_POOL_FOUND_EXISTING_SESSION", Sort::Link),
    ("HTTP2_SESSION_POOL_IMPORTED_SESSION_FROM_SOCKET", Sort::Link),
    ("HTTP2_SESSION_INITIALIZED", Sort::Link),
    ("HTTP_STREAM_JOB_CONTROLLER_PROXY_SERVER_RESOLVED", Sort::Proxy),
    ("TCP_CONNECT_ATTEMPT", Sort::Connect),
    ("UDP_CONNECT", Sort::UdpConnect),
    ("UDP_BYTES_SENT", Sort::UdpSent),
    ("SOCKET_BYTES_SENT", Sort::TcpSent),
    ("HOST_RESOLVER_DNS_TASK_EXTRACTION_RESULTS", Sort::Answers),
    ("HOST_RESOLVER_MANAGER_CACHE_HIT", Sort::CacheHit),
    ("PROXY_RESOLUTION_SERVICE", Sort::Route),
    ("CONNECT_JOB", Sort::ConnectJob),
    ("SOCKET_POOL_CONNECT_JOB_CREATED", Sort::Pooled),
    ("SOCKET_ALIVE", Sort::Socket),
];

#[derive(Debug)]
struct State {
    explained: bool,
    sorts: HashMap<i64, Sort>,
    errors: HashMap<i64, String>,
    begin: i64,
    end: i64,
    offset_ms: i64,
    /// Requests that are alive, by source.
    requests: BTreeMap<i64, Live>,
    connections: Connections,
    peers: Peers,
    /// The number of sources that are sockets.
    socket_source: Option<i64>,
    live_max: usize,
    answered: BTreeMap<String, Vec<String>>,
}

/// A request that is not over.
#[derive(Debug, Clone, Default)]
struct Live {
    record: Record,
    ip: Option<String>,
    space: Option<&'static str>,
    proxied: Option<bool>,
    status: Option<u16>,
    /// The browser's own check said no.
    blocked: bool,
    controller: Option<i64>,
    job: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Constants {
    log_event_types: HashMap<String, i64>,
    log_event_phase: HashMap<String, i64>,
    log_source_type: HashMap<String, i64>,
    net_error: HashMap<String, i64>,
    time_tick_offset: Loose,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Event {
    time: Loose,
    r#type: i64,
    phase: i64,
    source: EventSource,
    params: Params,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EventSource {
    id: Loose,
    r#type: Loose,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Params {
    url: Loose,
    method: Loose,
    initiator: Loose,
    network_isolation_key: Loose,
    request_type: Loose,
    net_error: Loose,
    address: Loose,
    bytes: Loose,
    client_address_space: Loose,
    transport_info: Loose,
    result: Loose,
    proxy_chain: Loose,
    results: Value,
    headers: Value,
    source_dependency: Value,
}

/// The first look at an event: most are of no sort that is read.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Glance {
    r#type: Loose,
}

impl NetLog {
    pub(super) fn new(limits: &Limits) -> Self {
        let state = State {
            explained: false,
            sorts: HashMap::new(),
            errors: HashMap::new(),
            begin: 1,
            end: 2,
            offset_ms: 0,
            requests: BTreeMap::new(),
            connections: Connections::new(limits),
            peers: Peers::new(limits.entries_max),
            socket_source: None,
            live_max: limits.entries_max,
            answered: BTreeMap::new(),
        };
        Self { sieve: Sieve::new(WANTED, limits), state }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], sink: &mut Sink<'_>, told: &mut Told) {
        let state = &mut self.state;
        self.sieve.feed(bytes, told, &mut |path, value, start, told| match path {
            0 => state.explain(value, start, told),
            _ => state.event(value, start, sink, told),
        });
    }

    pub(super) fn finish(&self, sink: &mut Sink<'_>, told: &mut Told) {
        self.sieve.finish(told);
        // What had been answered when the log ended.
        for live in self.state.requests.values().filter(|live| live.status.is_some()) {
            sink(self.state.told(live, What::Response, &live.record));
        }
        self.state.peers.left().cloned().for_each(sink);
        if !self.state.explained {
            let detail = "no constants: the numbers of the events cannot be read";
            told.tell(Problem::new(ProblemKind::Unreadable, "constants", detail));
        }
    }
}

impl State {
    fn explain(&mut self, value: &[u8], start: u64, told: &mut Told) {
        let Some(constants) = parsed::<Constants>(value, start, told) else { return };
        self.explained = true;
        let number = |(name, sort): &(&str, Sort)| Some((*constants.log_event_types.get(*name)?, *sort));
        self.sorts = SORTS.iter().filter_map(number).collect();
        self.errors = constants.net_error.into_iter().map(|(name, number)| (number, name)).collect();
        self.begin = constants.log_event_phase.get("PHASE_BEGIN").copied().unwrap_or(1);
        self.end = constants.log_event_phase.get("PHASE_END").copied().unwrap_or(2);
        self.socket_source = constants.log_source_type.get("SOCKET").copied();
        self.offset_ms = constants.time_tick_offset.whole().unwrap_or_default();
    }

    fn event(&mut self, value: &[u8], place: u64, sink: &mut Sink<'_>, told: &mut Told) {
        let glance = parsed::<Glance>(value, place, told).unwrap_or_default();
        let Some(sort) = glance.r#type.whole().and_then(|number| self.sorts.get(&number)).copied() else {
            return;
        };
        let Some(event) = parsed::<Event>(value, place, told) else { return };
        let Some(id) = event.source.id.whole() else { return };
        let at_ms = event.time.whole().unwrap_or_default().saturating_add(self.offset_ms);
        let blank = Record { at_ms, source: Source::NetLog, place, ..Record::default() };
        let (begins, ends) = (event.phase == self.begin, event.phase == self.end);
        match sort {
            Sort::StartJob if begins => self.starts(id, blank, &event.params, sink, told),
            Sort::Redirected => self.redirected(id, &blank, sink),
            Sort::Check => self.checked(id, &event.params),
            Sort::Headers => self.answered(id, &event.params),
            Sort::Controller | Sort::Job | Sort::Link => self.bound(sort, id, &event.params),
            Sort::Proxy => {
                let chain = event.params.proxy_chain.text();
                chain.into_iter().for_each(|chain| self.connections.goes_by(id, chain));
            }
            Sort::Alive if ends => self.over(id, &blank, &event.params, sink),
            Sort::Connect if begins => {
                let Some((ip, port)) = event.params.address.text().and_then(address) else { return };
                let place = endpoint(ip, port);
                self.connects(id, &event.params, told);
                let record = Record { ip: Some(ip.to_owned()), ..blank };
                self.peers.connects(id, || Record {
                    what: What::WebRtc,
                    request: Some(format!("netlog:{id}")),
                    webrtc: Some(WebRtc {
                        servers: vec![format!("turn:{place}?transport=tcp")],
                        ..WebRtc::default()
                    }),
                    ..record.clone()
                });
                sink(Record { what: What::Connection, url: Some(format!("tcp://{place}")), ..record });
            }
            Sort::UdpConnect if begins => {
                self.connects(id, &event.params, told);
            }
            Sort::UdpSent => self.sent(id, blank, &event.params, Transport::Udp, sink),
            Sort::TcpSent => self.sent(id, blank, &event.params, Transport::Tcp, sink),
            Sort::Answers => self.answers(&blank, &event.params.results, sink),
            Sort::CacheHit => self.cache_hit(&blank, &event.params.results, sink),
            Sort::Route if ends => {
                let source = event.source.r#type.whole();
                self.peers.decided(source.is_some() && source == self.socket_source);
            }
            Sort::ConnectJob if begins => self.peers.job(id),
            Sort::ConnectJob if ends => self.peers.over(id),
            Sort::Pooled => self.peers.pooled(id),
            Sort::Socket if begins => {
                let job = event.params.source_dependency.get("id").and_then(Value::as_i64);
                job.into_iter().for_each(|job| self.peers.made(id, job));
            }
            Sort::Socket if ends => self.peers.gone(id).into_iter().for_each(sink),
            Sort::StartJob | Sort::Alive | Sort::Connect | Sort::UdpConnect => {}
            Sort::Route | Sort::ConnectJob | Sort::Socket => {}
        }
    }

    fn starts(&mut self, id: i64, blank: Record, params: &Params, sink: &mut Sink<'_>, told: &mut Told) {
        let Some(url) = params.url.text().map(bare_url) else { return };
        let resource = match params.request_type.text() {
            Some("main frame") => "main_frame",
            Some("sub frame") => "sub_frame",
            _ if url.starts_with("ws:") || url.starts_with("wss:") => "websocket",
            _ => "other",
        };
        // Requests of the browser itself have words here that are no origin. A sealed frame has none: `null`, as part
        // of a page.
        let of_page = params.network_isolation_key.text().is_some_and(|key| key.contains("://"));
        let is_origin = |text: &&str| text.contains("://") || (*text == "null" && of_page);
        let initiator = params.initiator.text().filter(is_origin);
        let record = Record {
            request: Some(format!("netlog:{id}")),
            url: Some(url),
            method: params.method.text().map(|method| cut(method, 16).to_owned()),
            initiator: initiator.map(|origin| cut(origin, 256).to_owned()),
            resource: Some(resource),
            ..blank
        };
        if self.requests.len() >= self.live_max && !self.requests.contains_key(&id) {
            self.requests.pop_first();
            told.once(Problem::limit("requests", "entries_max", self.live_max as u64));
        }
        self.requests.insert(id, Live { record: record.clone(), ..Live::default() });
        sink(record);
    }

    fn redirected(&self, id: i64, blank: &Record, sink: &mut Sink<'_>) {
        if let Some(live) = self.requests.get(&id) {
            sink(self.told(live, What::Redirect, blank));
        }
    }

    /// The browser decided whether a page may reach what answered. The address stands in words:
    /// `TransportInfo{ type = TransportType::kDirect, endpoint = 127.0.0.1:5900, …`.
    fn checked(&mut self, id: i64, params: &Params) {
        let Some(live) = self.requests.get_mut(&id) else { return };
        live.space = match params.client_address_space.text() {
            Some("public") => Some("public"),
            Some("local" | "private") => Some("local"),
            Some("loopback") => Some("loopback"),
            _ => live.space,
        };
        live.blocked |= params.result.text().is_some_and(|result| result.starts_with("blocked"));
        let Some(info) = params.transport_info.text() else { return };
        let field =
            |name: &str| Some(info.split_once(name)?.1.split([',', ' ', '}']).next().unwrap_or_default());
        live.proxied = field("type = ").map(|kind| kind.contains("Proxied"));
        if let Some((ip, _)) = field("endpoint = ").and_then(address) {
            live.ip = Some(cut(ip, 64).to_owned());
        }
    }

    /// A server answered: `["HTTP/1.1 200 OK", …]`.
    fn answered(&mut self, id: i64, params: &Params) {
        let Some(live) = self.requests.get_mut(&id) else { return };
        let line = params.headers.get(0).and_then(Value::as_str).unwrap_or_default();
        live.status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    }

    /// What a request, a job or a session uses.
    fn bound(&mut self, sort: Sort, id: i64, params: &Params) {
        let Some(other) = params.source_dependency.get("id").and_then(Value::as_i64) else { return };
        match (sort, self.requests.get_mut(&id)) {
            (Sort::Controller, Some(live)) => live.controller = Some(other),
            (Sort::Job, Some(live)) => live.job = Some(other),
            (Sort::Link, _) => self.connections.leads(id, other),
            _ => {}
        }
    }

    fn connects(&mut self, id: i64, params: &Params, told: &mut Told) {
        let Some(address) = params.address.text() else { return };
        let cut = self.connections.connects(id, address);
        cut.into_iter().for_each(|problem| told.once(problem));
    }

    fn over(&mut self, id: i64, blank: &Record, params: &Params, sink: &mut Sink<'_>) {
        let Some(live) = self.requests.remove(&id) else { return };
        // What was answered arrived, whatever ended it after: a WebSocket ends with an error even when all was well.
        let error = params.net_error.whole().filter(|error| *error != 0 && live.status.is_none());
        let error = error.map(|number| match self.errors.get(&number) {
            Some(name) => format!("net::{}", cut(name, 96)),
            None => format!("net::{number}"),
        });
        let error = if live.blocked { Some(BLOCKED.to_owned()) } else { error };
        let what = if error.is_some() { What::Failure } else { What::Response };
        let navigates = live.record.resource == Some("main_frame");
        if navigates && error.is_none() {
            let request = live.record.request.clone();
            let told = self.told(&live, What::Document, blank);
            let page = Page { id: request, url: live.record.url.clone(), ip: told.ip.clone(), space: None };
            sink(Record { page: Some(page), request: None, ..told });
        }
        sink(Record { error, ..self.told(&live, what, blank) });
    }

    fn sent(&mut self, id: i64, blank: Record, params: &Params, over: Transport, sink: &mut Sink<'_>) {
        let to = params.address.text().or_else(|| self.connections.address(id));
        let Some((ip, port)) = to.and_then(address) else { return };
        let bytes = unbase64(params.bytes.text().unwrap_or_default());
        let Some(webrtc) = stun::read(&bytes, ip, port, over) else { return };
        self.peers.said(id);
        let (what, ip) = (What::WebRtc, Some(ip.to_owned()));
        sink(Record { what, ip, webrtc: Some(webrtc), request: Some(format!("netlog:{id}")), ..blank });
    }
}

impl State {
    /// What is told of a request later.
    fn told(&self, live: &Live, what: What, blank: &Record) -> Record {
        let page = live.space.map(|space| Page {
            url: live.record.initiator.clone(),
            space: Some(space),
            ..Page::default()
        });
        let connected = || {
            let (ip, _) = live.job.and_then(|job| self.connections.address(job)).and_then(address)?;
            Some(cut(ip, 64).to_owned())
        };
        let proxied = || live.controller.and_then(|controller| self.connections.proxied(controller));
        Record {
            what,
            at_ms: blank.at_ms,
            place: blank.place,
            ip: live.ip.clone().or_else(connected),
            proxied: live.proxied.or_else(proxied).filter(|proxied| *proxied || live.proxied.is_some()),
            status: live.status,
            page,
            ..live.record.clone()
        }
    }
}
