//! Recordings of what browsers and machines did on the network: HAR, Chromium's NetLog, packets, the logs of proxies
//! and of resolvers. Bytes go in as they come, [`Record`]s come out.
//!
//! A recording may be larger than memory, may lack its end, and may be made by whoever wants to be missed. So a
//! [`Reader`] is fed piece by piece and holds a bounded part: the record it is in, and what ties records together.
//! No record holds a body, a cookie, a query string or the text of an ICE ufrag.

mod har;
mod lines;
mod names;
mod netlog;
mod packets;
mod proxy;
mod record;
pub mod resolver;
mod sieve;
#[cfg(test)]
mod tests;
mod time;

pub use record::{CallSite, Page, Record, Source, Ufrag, WebRtc, What, bare_url};

use crate::{Limits, Parsed, Problem, ProblemKind};

/// Problems told of one recording; what more there are is counted in the last.
pub const PROBLEMS_MAX: usize = 64;
/// Bytes looked at to tell what a recording is.
pub const HEAD_BYTES: usize = 64 << 10;

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// HTTP archive 1.2, with the extensions of DevTools and Playwright.
    Har,
    /// Chromium's network log.
    NetLog,
    /// libpcap or pcapng.
    Packets,
    /// Squid's own, the common and combined log, W3C extended (`#Fields:`), or CSV with a header.
    ProxyLog,
    /// dnsmasq, Unbound or BIND.
    DnsLog,
}

/// What a recording is, by its first bytes; [`HEAD_BYTES`] are enough.
pub fn detect(head: &[u8]) -> Option<Format> {
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match () {
        () if packets::looks_like_packets(head) => Some(Format::Packets),
        () if text.starts_with(b"{") => match () {
            () if netlog::looks_like_netlog(text) => Some(Format::NetLog),
            () if har::looks_like_har(text) => Some(Format::Har),
            () => None,
        },
        () if text.contains(&0) => None,
        () if names::looks_like_names(text) => Some(Format::DnsLog),
        () if proxy::looks_like_proxy(text) => Some(Format::ProxyLog),
        () => None,
    }
}

/// What the lines of a log leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dates {
    /// The year of the first line, for stamps without one; without it they count from 1970 and only their distance
    /// means something.
    pub year: Option<i64>,
    /// Offset of the writer's clock from UTC in seconds, for stamps without one.
    pub offset_s: i64,
}

/// Where records go.
pub type Sink<'a> = dyn FnMut(Record) + 'a;

/// Reads one recording, piece by piece.
#[derive(Debug)]
pub struct Reader {
    inner: Inner,
    told: Told,
}

#[derive(Debug)]
enum Inner {
    Har(har::Har),
    NetLog(Box<netlog::NetLog>),
    Packets(Box<packets::Packets>),
    Proxy(Box<proxy::Proxy>),
    Names(Box<names::Names>),
}

impl Reader {
    /// A reader of this format.
    pub fn new(format: Format, dates: Dates, limits: &Limits) -> Self {
        let inner = match format {
            Format::Har => Inner::Har(har::Har::new(limits)),
            Format::NetLog => Inner::NetLog(Box::new(netlog::NetLog::new(limits))),
            Format::Packets => Inner::Packets(Box::new(packets::Packets::new(limits))),
            Format::ProxyLog => Inner::Proxy(Box::new(proxy::Proxy::new(dates, limits))),
            Format::DnsLog => Inner::Names(Box::new(names::Names::new(dates, limits))),
        };
        Self { inner, told: Told::default() }
    }

    /// Takes the next bytes; records that became whole go to `sink`.
    pub fn feed(&mut self, bytes: &[u8], sink: &mut Sink<'_>) {
        let told = &mut self.told;
        match &mut self.inner {
            Inner::Har(reader) => reader.feed(bytes, sink, told),
            Inner::NetLog(reader) => reader.feed(bytes, sink, told),
            Inner::Packets(reader) => reader.feed(bytes, sink, told),
            Inner::Proxy(reader) => reader.feed(bytes, sink, told),
            Inner::Names(reader) => reader.feed(bytes, sink, told),
        }
    }

    /// The recording is over: the last records, and all that could not be read.
    pub fn finish(mut self, sink: &mut Sink<'_>) -> Vec<Problem> {
        let told = &mut self.told;
        match self.inner {
            Inner::Har(reader) => reader.finish(sink, told),
            Inner::NetLog(reader) => reader.finish(sink, told),
            Inner::Packets(reader) => reader.finish(told),
            Inner::Proxy(mut reader) => reader.finish(sink, told),
            Inner::Names(mut reader) => reader.finish(sink, told),
        }
        self.told.done()
    }
}

/// Reads a recording that is in memory. At most [`Limits::entries_max`] records are kept.
pub fn read(format: Format, bytes: &[u8], dates: Dates, limits: &Limits) -> Parsed<Vec<Record>> {
    let (mut records, mut more) = (Vec::new(), false);
    let mut sink = |record| {
        if records.len() < limits.entries_max {
            records.push(record);
        } else {
            more = true;
        }
    };
    let mut reader = Reader::new(format, dates, limits);
    reader.feed(bytes, &mut sink);
    let mut problems = reader.finish(&mut sink);
    if more {
        problems.push(Problem::limit("", "entries_max", limits.entries_max as u64));
    }
    Parsed { value: records, problems }
}

/// Problems met, held to [`PROBLEMS_MAX`].
#[derive(Debug, Default)]
struct Told {
    problems: Vec<Problem>,
    more: u64,
}

impl Told {
    fn tell(&mut self, problem: Problem) {
        if self.problems.len() >= PROBLEMS_MAX {
            self.more = self.more.saturating_add(1);
        } else {
            self.problems.push(problem);
        }
    }

    fn malformed(&mut self, place: impl Into<String>, detail: impl Into<String>) {
        self.tell(Problem::new(ProblemKind::Malformed, place, detail));
    }

    /// Tells a limit once, however often it is met.
    fn once(&mut self, problem: Problem) {
        if !self.problems.contains(&problem) {
            self.tell(problem);
        }
    }

    fn done(mut self) -> Vec<Problem> {
        if self.more > 0 {
            let detail = format!("{} more places could not be read", self.more);
            self.problems.push(Problem::new(ProblemKind::Malformed, "", detail));
        }
        self.problems
    }
}
