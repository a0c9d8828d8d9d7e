//! Chromium's own network log: what no other source tells. WebRTC's packets, requests that the DevTools protocol is
//! silent about, and the address each name and each socket led to.
//!
//! `hinomi_formats` reads it, piece by piece; here its records are put together per request and held, within limits.

#[cfg(test)]
mod tests;

use hinomi_formats::capture::{Dates, Format, Reader, Record, WebRtc, What};
use hinomi_formats::{Limits, Problem, ProblemKind};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{ErrorKind, Read};

/// Bytes of the file that are held at once.
const PIECE_BYTES: usize = 256 << 10;
/// Requests, packets and names that are held.
const REQUESTS_MAX: usize = 50_000;
const PACKETS_MAX: usize = 10_000;
const NAMES_MAX: usize = 10_000;
const ANSWERS_MAX: usize = 64;
/// Problems that are told; what more there are, the reader counts.
const PROBLEMS_MAX: usize = 8;

/// What was read.
#[derive(Debug, Default, PartialEq)]
pub(super) struct NetLog {
    pub(super) requests: Vec<NetRequest>,
    pub(super) packets: Vec<Packet>,
    /// What each name was answered with.
    pub(super) answers: BTreeMap<String, Vec<String>>,
    /// Its beginning was there: it is a log.
    pub(super) begun: bool,
    /// More was in it than is held.
    pub(super) cut: bool,
    /// What could not be read, with its place.
    pub(super) problems: Vec<String>,
}

/// A request as the network saw it.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct NetRequest {
    pub(super) at: i64,
    /// Without query.
    pub(super) url: String,
    pub(super) method: String,
    /// The origin that asked; `null` for a sealed frame.
    pub(super) initiator: Option<String>,
    pub(super) main_frame: bool,
    /// Where it led, once connected.
    pub(super) ip: Option<String>,
    pub(super) proxied: bool,
    pub(super) status: Option<u16>,
    /// `net::ERR_…`
    pub(super) error: Option<String>,
}

/// The first packet of WebRTC that says the same to the same.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Packet {
    pub(super) at: i64,
    /// `127.0.0.1:3478`
    pub(super) endpoint: String,
    pub(super) says: WebRtc,
}

/// Reads a log from a disk.
pub(super) fn read(mut log: impl Read) -> NetLog {
    let mut reader = Reader::new(Format::NetLog, Dates::default(), &Limits::desk());
    let mut taken = Taken::default();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match log.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => {
                reader.feed(piece.get(..length).unwrap_or_default(), &mut |record| taken.take(record));
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                taken.log.problems.push(error.to_string());
                break;
            }
        }
    }
    let problems = reader.finish(&mut |record| taken.take(record));
    taken.log.begun = !problems.iter().any(|problem| problem.kind == ProblemKind::Unreadable);
    taken.log.problems.extend(problems.iter().take(PROBLEMS_MAX).map(told));
    taken.log
}

fn told(problem: &Problem) -> String {
    match problem.place.as_str() {
        "" => problem.detail.clone(),
        place => format!("{place}: {}", problem.detail),
    }
}

#[derive(Default)]
struct Taken {
    log: NetLog,
    by_request: HashMap<String, usize>,
    known: HashSet<String>,
}

impl Taken {
    fn take(&mut self, record: Record) {
        match record.what {
            What::Request => self.starts(record),
            What::Redirect | What::Response | What::Failure => self.ends(record),
            What::WebRtc => self.packet(record),
            What::Resolution => self.resolved(record),
            What::Document | What::Connection => {}
        }
    }

    fn starts(&mut self, record: Record) {
        let (Some(id), Some(url)) = (record.request, record.url) else { return };
        if self.log.requests.len() >= REQUESTS_MAX {
            self.log.cut = true;
            return;
        }
        self.by_request.insert(id, self.log.requests.len());
        self.log.requests.push(NetRequest {
            at: record.at_ms,
            url,
            method: record.method.unwrap_or_else(|| "GET".to_owned()),
            initiator: record.initiator,
            main_frame: record.resource == Some("main_frame"),
            ..NetRequest::default()
        });
    }

    fn ends(&mut self, record: Record) {
        let at = record.request.as_ref().and_then(|id| self.by_request.get(id)).copied();
        let Some(request) = at.and_then(|at| self.log.requests.get_mut(at)) else { return };
        // A request that is sent on is another from then: the end of this one is known.
        if record.url.as_ref() != Some(&request.url) {
            return;
        }
        request.ip = record.ip.or_else(|| request.ip.take());
        request.proxied |= record.proxied == Some(true);
        request.status = record.status;
        request.error = record.error;
    }

    /// Of what is sent again and again, the first.
    fn packet(&mut self, record: Record) {
        let Some(says) = record.webrtc else { return };
        if self.log.packets.len() >= PACKETS_MAX {
            self.log.cut = true;
            return;
        }
        let written =
            says.candidates.first().or(says.servers.first()).map(String::as_str).unwrap_or_default();
        let endpoint = written.split(['/', '?']).next().unwrap_or_default();
        let endpoint = endpoint.strip_prefix("stun:").or(endpoint.strip_prefix("turn:")).unwrap_or(endpoint);
        if self.known.insert(format!("{says:?}")) {
            self.log.packets.push(Packet { at: record.at_ms, endpoint: endpoint.to_owned(), says });
        }
    }

    fn resolved(&mut self, record: Record) {
        let Some(name) = record.name else { return };
        if self.log.answers.len() >= NAMES_MAX && !self.log.answers.contains_key(&name) {
            self.log.cut = true;
            return;
        }
        let known = self.log.answers.entry(name).or_default();
        for ip in record.answers {
            if known.len() < ANSWERS_MAX && !known.contains(&ip) {
                known.push(ip);
            }
        }
    }
}
