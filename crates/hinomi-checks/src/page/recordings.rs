//! Recordings become facts: HAR, NetLog, packets and logs go through the same watch as the events of a browser.

use super::observe::{Read, facts, lost, settings_problems};
use hinomi_formats::capture::{self, Dates, Format, Reader, Record, Source, What};
use hinomi_formats::{Limits, Problem, ProblemKind};
use hinomi_watch::{
    CallSite, Config, Document, Event, EventKind, EventSource, Space, Ufrag, Watch, WebRtc, in_order,
    space_of,
};
use std::net::IpAddr;

/// Milliseconds of the year from which stamps without a year are counted.
const FIRST_YEAR_MS: i64 = 366 * 86_400_000;

/// Events that may be written before an older one.
const WAITING_MAX: usize = 16_384;

/// Reads a recording and gives what its pages and names did.
pub(crate) fn recorded(format: Format, bytes: &[u8], config: &Config) -> Read {
    let (mut watch, unusable) = Watch::new(config);
    let mut pages = Pages::default();
    let mut order = Order::default();
    let mut take = |record: Record| {
        let Some(event) = pages.event(record) else { return };
        // Written where a request ended, or page by page: the watch needs the order of the clock.
        match format {
            Format::Har | Format::ProxyLog => order.put(event, &mut watch),
            _ => watch.take_ordered(event),
        }
    };
    // Nothing is kept but what the watch and the order keep, so these bound what is held of the recording itself.
    let mut reader = Reader::new(format, Dates::default(), &Limits::desk());
    reader.feed(bytes, &mut take);
    let mut problems = reader.finish(&mut take);
    order.let_go(usize::MAX, &mut watch);
    watch.finish();
    problems.extend(settings_problems(unusable));
    problems.extend(order.late());
    problems.extend(pages.unplaced());
    problems.extend(lost(&watch));
    let cut = problems.iter().any(|problem| problem.kind != ProblemKind::Unsupported);
    let mut seen = facts(&watch, cut);
    for (_, at, _) in &mut seen {
        // A log without years tells distances, not dates.
        *at = at.filter(|at| at.as_millisecond() >= FIRST_YEAR_MS);
    }
    (seen, problems)
}

/// Events that wait for older ones that are written behind them.
#[derive(Debug, Default)]
struct Order {
    waiting: Vec<Event>,
    /// The time of the last that went on.
    gone: i64,
    late: u64,
}

impl Order {
    fn put(&mut self, event: Event, watch: &mut Watch) {
        self.late += u64::from(event.at < self.gone);
        self.waiting.push(event);
        if self.waiting.len() >= 2 * WAITING_MAX {
            self.let_go(WAITING_MAX, watch);
        }
    }

    /// The oldest go on.
    fn let_go(&mut self, most: usize, watch: &mut Watch) {
        self.waiting.sort_by(in_order);
        for event in self.waiting.drain(..most.min(self.waiting.len())) {
            self.gone = self.gone.max(event.at);
            watch.take_ordered(event);
        }
    }

    fn late(&self) -> Option<Problem> {
        (self.late > 0).then(|| {
            let detail = format!("{} events were written too late to be put in order of time", self.late);
            Problem::new(ProblemKind::Unsupported, "", detail)
        })
    }
}

/// What a recording leaves open: whose WebRTC packets are.
#[derive(Debug, Default)]
struct Pages {
    /// The only page so far.
    only: Option<Document>,
    several: bool,
    unplaced: u64,
}

impl Pages {
    fn event(&mut self, record: Record) -> Option<Event> {
        // Of a browser's own connections the requests tell more.
        if record.what == What::Connection && record.source == Source::NetLog {
            return None;
        }
        if record.what == What::Document {
            self.several |= self.only.is_some();
            self.only = record.page.as_ref().map(document);
        }
        let mut event = event(record);
        if event.kind == EventKind::Webrtc && event.document.is_none() {
            event.document = self.only.clone().filter(|_| !self.several);
            self.unplaced += u64::from(event.document.is_none() && goes_inside(&event));
        }
        Some(event)
    }

    fn unplaced(&self) -> Option<Problem> {
        (self.unplaced > 0).then(|| {
            let detail =
                format!("{} WebRTC packets to addresses inside, of no page that is known", self.unplaced);
            Problem::new(ProblemKind::Unsupported, "", detail)
        })
    }
}

fn goes_inside(event: &Event) -> bool {
    let ip = event.ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok());
    ip.is_some_and(|ip| space_of(ip) != Space::Public)
}

fn event(record: Record) -> Event {
    Event {
        at: record.at_ms,
        source: match record.source {
            Source::Har => EventSource::Har,
            Source::NetLog => EventSource::Netlog,
            Source::Packets => EventSource::Pcap,
            Source::ProxyLog => EventSource::ProxyLog,
            Source::DnsLog => EventSource::DnsLog,
        },
        kind: match record.what {
            What::Document => EventKind::Document,
            What::Request | What::Connection => EventKind::Request,
            What::Redirect => EventKind::Redirect,
            What::Response => EventKind::Response,
            What::Failure => EventKind::Failure,
            What::WebRtc => EventKind::Webrtc,
            What::Resolution => EventKind::Resolution,
        },
        request: record.request,
        document: record.page.as_ref().map(document),
        initiator: record.initiator,
        url: record.url,
        method: record.method,
        resource: record.resource.map(str::to_owned),
        ip: record.ip,
        from_cache: record.from_cache,
        proxied: record.proxied,
        error: record.error,
        status: record.status,
        call_site: record.call_site.map(call_site),
        speculative: record.speculative,
        content_type: record.content_type,
        webrtc: record.webrtc.map(|said| WebRtc {
            servers: said.servers,
            candidates: said.candidates,
            ufrag: said.ufrag.map(|ufrag| Ufrag { len: ufrag.len, own: Some(ufrag.own), hash: None }),
        }),
        name: record.name,
        answers: record.answers,
        client: record.client,
        ..Event::default()
    }
}

fn document(page: &capture::Page) -> Document {
    Document {
        id: page.id.clone(),
        url: page.url.clone(),
        ip: page.ip.clone(),
        space: page.space.map(|space| match space {
            "local" => Space::Local,
            "loopback" => Space::Loopback,
            _ => Space::Public,
        }),
        ..Document::default()
    }
}

fn call_site(site: capture::CallSite) -> CallSite {
    CallSite {
        script: site.script,
        line: site.line,
        column: site.column,
        function: site.function,
        async_parents: site.parents.into_iter().map(call_site).collect(),
    }
}
