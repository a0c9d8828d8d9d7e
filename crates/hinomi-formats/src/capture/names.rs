//! Logs of resolvers: dnsmasq, Unbound and BIND.
//!
//! dnsmasq writes what came back. Unbound and BIND write what was asked, and answers only where they took one away
//! or were told to say everything; their questions become resolutions without answers.

use super::lines::Lines;
use super::record::{Record, Source, What, cut, name_of};
use super::time::{self, Syslog};
use super::{Dates, Sink, Told};
use crate::{Limits, Problem, ProblemKind};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

/// Names whose clients are remembered until they are answered.
const PENDING_MAX: usize = 4_096;
/// Answers of one name, steps of one chain of aliases.
const ANSWERS_MAX: usize = 64;
/// Lines looked at to tell what a log is.
const HEAD_LINES: usize = 50;

/// What dnsmasq says when it takes a private answer away.
const DNSMASQ_WARNING: &str = "possible DNS-rebind attack detected: ";
const UNBOUND_WARNING: &str = "removing public name with private address ";

/// Whether a text is the log of a resolver.
pub(super) fn looks_like_names(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    text.lines().take(HEAD_LINES).any(|line| {
        let mut clock = Syslog::new(Dates::default());
        let dated = stamp(line, &mut clock, Dates::default()).is_some() || line.starts_with("dnsmasq");
        dated
            && (after_tag(line, "dnsmasq").is_some_and(dnsmasq_speaks)
                || after_tag(line, "unbound")
                    .is_some_and(|text| text.contains("info: ") || text.contains("notice: "))
                || (line.contains("client ") && line.contains(": query: ")))
    })
}

fn dnsmasq_speaks(text: &str) -> bool {
    text.starts_with(DNSMASQ_WARNING)
        || text.starts_with("started, version")
        || text
            .split(' ')
            .any(|word| word.starts_with("query[") || matches!(word, "reply" | "forwarded" | "cached"))
}

/// Reads a log.
#[derive(Debug)]
pub(super) struct Names {
    lines: Lines,
    state: State,
}

#[derive(Debug)]
struct State {
    dates: Dates,
    clock: Syslog,
    read: u64,
    /// dnsmasq: who asked for a name last.
    asked: BTreeMap<String, String>,
    /// dnsmasq: the answer that is being written, line by line.
    answer: Option<Answer>,
    /// Unbound: the stamp of the message that is being written out.
    dump: Option<(i64, bool)>,
}

/// An answer of dnsmasq, with the names that lead to its addresses.
#[derive(Debug)]
struct Answer {
    record: Record,
    serial: Option<String>,
    chain: Vec<String>,
}

impl Names {
    pub(super) fn new(dates: Dates, limits: &Limits) -> Self {
        let clock = Syslog::new(dates);
        let state = State { dates, clock, read: 0, asked: BTreeMap::new(), answer: None, dump: None };
        Self { lines: Lines::new(limits), state }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], sink: &mut Sink<'_>, told: &mut Told) {
        let state = &mut self.state;
        self.lines.feed(bytes, told, &mut |line, number, told| state.line(line, number, sink, told));
    }

    pub(super) fn finish(&mut self, sink: &mut Sink<'_>, told: &mut Told) {
        let state = &mut self.state;
        self.lines.finish(told, &mut |line, number, told| state.line(line, number, sink, told));
        state.flush(sink);
        if state.read == 0 {
            told.tell(Problem::new(ProblemKind::Unreadable, "", "no line of a resolver's log"));
        }
    }
}

impl State {
    fn line(&mut self, line: &str, place: u64, sink: &mut Sink<'_>, told: &mut Told) {
        if line.trim().is_empty() || self.dumped(line, place, sink) {
            return;
        }
        let Some(at_ms) = stamp(line, &mut self.clock, self.dates) else {
            if !line.starts_with("dnsmasq") {
                told.malformed(format!("line {place}"), "no time that is known");
                return;
            }
            self.of_program(line, 0, place, sink);
            return;
        };
        self.of_program(line, at_ms, place, sink);
    }

    fn of_program(&mut self, line: &str, at_ms: i64, place: u64, sink: &mut Sink<'_>) {
        let blank =
            Record { at_ms, source: Source::DnsLog, what: What::Resolution, place, ..Record::default() };
        if let Some(text) = after_tag(line, "dnsmasq") {
            self.read = self.read.saturating_add(1);
            self.dnsmasq(text, blank, sink);
        } else if let Some(text) = after_tag(line, "unbound") {
            self.read = self.read.saturating_add(1);
            self.unbound(text, blank, sink);
        } else if let Some(record) = bind(line, &blank) {
            self.read = self.read.saturating_add(1);
            sink(record);
        }
    }

    /// `query[A] NAME from CLIENT`, `reply NAME is ADDRESS`; with `log-queries=extra` a serial number and the client
    /// stand before.
    fn dnsmasq(&mut self, text: &str, blank: Record, sink: &mut Sink<'_>) {
        if let Some(name) = text.strip_prefix(DNSMASQ_WARNING) {
            self.flush(sink);
            let name = name_of(name.split_whitespace().next().unwrap_or_default());
            let client = self.asked.get(&name).cloned();
            let error = Some("possible DNS-rebind attack".to_owned());
            sink(Record { name: Some(name), client, error, ..blank });
            return;
        }
        let mut words = text.split_whitespace();
        let first = words.next().unwrap_or_default();
        let numbered = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
        let (serial, extra, verb) = if numbered {
            (
                Some(first),
                words.next().and_then(|client| client.rsplit_once('/')),
                words.next().unwrap_or_default(),
            )
        } else {
            (None, None, first)
        };
        let name = name_of(words.next().unwrap_or_default());
        let (link, value) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let client = extra.map(|(client, _)| cut(client, 64).to_owned());
        match (verb, link) {
            (_, "from") if verb.starts_with("query[") => {
                if self.asked.len() >= PENDING_MAX {
                    self.asked.clear();
                }
                self.asked.insert(name, cut(value, 64).to_owned());
                self.flush(sink);
            }
            // What the resolver answers of itself is its owner's word: `config`, `/etc/hosts`, `DHCP`.
            ("reply" | "cached" | "cached-stale", "is") => {
                self.answered(&name, value, serial, client, blank, sink)
            }
            _ => self.flush(sink),
        }
    }

    fn answered(
        &mut self,
        name: &str,
        value: &str,
        serial: Option<&str>,
        client: Option<String>,
        blank: Record,
        sink: &mut Sink<'_>,
    ) {
        let goes_on = self.answer.as_ref().is_some_and(|answer| {
            let same =
                answer.record.name.as_deref() == Some(name) || answer.chain.iter().any(|link| link == name);
            let follows = answer.chain.last().is_some_and(|link| link.is_empty());
            (same || follows) && answer.serial.as_deref() == serial
        });
        if !goes_on {
            self.flush(sink);
            let client = client.or_else(|| self.asked.get(name).cloned());
            let record = Record { name: Some(name.to_owned()), client, ..blank };
            self.answer = Some(Answer { record, serial: serial.map(str::to_owned), chain: Vec::new() });
        }
        let Some(answer) = &mut self.answer else { return };
        if let Some(open) = answer.chain.last_mut().filter(|link| link.is_empty()) {
            *open = name.to_owned();
        }
        if value == "<CNAME>" && answer.chain.len() < ANSWERS_MAX {
            // The next line names the target.
            answer.chain.push(String::new());
        } else if let (Ok(ip), true) = (value.parse::<IpAddr>(), answer.record.answers.len() < ANSWERS_MAX) {
            answer.record.answers.push(ip.to_string());
        }
    }

    fn flush(&mut self, sink: &mut Sink<'_>) {
        if let Some(answer) = self.answer.take().filter(|answer| !answer.record.answers.is_empty()) {
            sink(answer.record);
        }
    }

    /// `info: CLIENT NAME TYPE CLASS …`; with `log-tag-queryreply` the words `query:` and `reply:` stand before.
    fn unbound(&mut self, text: &str, blank: Record, sink: &mut Sink<'_>) {
        self.dump = None;
        if let Some((_, rest)) = text.split_once(UNBOUND_WARNING) {
            let mut words = rest.split_whitespace();
            let name = name_of(words.next().unwrap_or_default().trim_matches(['<', '>']));
            let ip =
                words.next().and_then(|ip| ip.split('#').next()).and_then(|ip| ip.parse::<IpAddr>().ok());
            let answers = ip.iter().map(IpAddr::to_string).collect();
            let error = Some("answer removed: DNS rebinding protection".to_owned());
            sink(Record { name: Some(name), answers, error, ..blank });
            return;
        }
        let Some((_, text)) = text.split_once("info: ") else { return };
        if text.starts_with("incoming scrubbed packet:") || text.starts_with("reply from") {
            self.dump = text.starts_with("incoming").then_some((blank.at_ms, false));
            return;
        }
        let text = text.strip_prefix("query: ").unwrap_or(text);
        let words: Vec<&str> = text.split_whitespace().take(5).collect();
        // Four words are the question; more are its answer, which has no address.
        if let [client, name, _, "IN"] = words.as_slice()
            && client.split('@').next().is_some_and(|client| client.parse::<IpAddr>().is_ok())
        {
            let client = client.split('@').next().map(str::to_owned);
            sink(Record { name: Some(name_of(name)), client, ..blank });
        }
    }

    /// The lines of a message that Unbound writes out: `NAME TTL IN A ADDRESS`.
    fn dumped(&mut self, line: &str, place: u64, sink: &mut Sink<'_>) -> bool {
        let Some((at_ms, in_answer)) = &mut self.dump else { return false };
        if line.starts_with('[') {
            return false;
        }
        if line.starts_with(";;") {
            *in_answer = line.contains("ANSWER SECTION");
            return true;
        }
        let words: Vec<&str> = line.split_whitespace().take(6).collect();
        if let [name, _, "IN", "A" | "AAAA", ip] = words.as_slice()
            && let (true, Ok(ip)) = (*in_answer, ip.parse::<IpAddr>())
        {
            let (what, name, answers) = (What::Resolution, Some(name_of(name)), vec![ip.to_string()]);
            sink(Record {
                at_ms: *at_ms,
                source: Source::DnsLog,
                what,
                place,
                name,
                answers,
                ..Record::default()
            });
            return true;
        }
        words.get(2) == Some(&"IN") || words.get(1) == Some(&"IN")
    }
}

/// `client @0x… CLIENT#PORT (NAME): query: NAME IN A + (SERVER)`; `answer address ADDRESS denied for NAME/A/IN`; and
/// what a response policy changed.
fn bind(line: &str, blank: &Record) -> Option<Record> {
    let named = |text: &str| name_of(text.split('/').next().unwrap_or_default());
    if let Some((_, rest)) = line.split_once("answer address ") {
        let (ip, rest) = rest.split_once(" denied for ")?;
        let ip: IpAddr = ip.trim().parse().ok()?;
        let name = named(rest.split_whitespace().next()?);
        let error = Some("answer denied: DNS rebinding protection".to_owned());
        return Some(Record { name: Some(name), answers: vec![ip.to_string()], error, ..blank.clone() });
    }
    let (_, rest) = line.split_once("client ")?;
    let client = rest.split_whitespace().find_map(|word| word.split_once('#')).map(|(client, _)| client);
    let client = client.filter(|client| client.parse::<IpAddr>().is_ok()).map(str::to_owned);
    if let Some((_, rest)) = rest.split_once("rpz IP ") {
        let (_, rest) = rest.split_once("rewrite ")?;
        let (name, via) = rest.split_once(" via ")?;
        let error = Some("answer rewritten: response policy against DNS rebinding".to_owned());
        let answers = policy_address(via).iter().map(IpAddr::to_string).collect();
        return Some(Record { name: Some(named(name)), client, answers, error, ..blank.clone() });
    }
    let (_, question) = rest.split_once(": query: ")?;
    let name = name_of(question.split_whitespace().next()?);
    Some(Record { name: Some(name), client, ..blank.clone() })
}

/// `32.4.3.2.10.rpz-ip.zone` is 10.2.3.4/32.
fn policy_address(via: &str) -> Option<IpAddr> {
    let mut numbers = via.split('.').map_while(|label| label.parse::<u8>().ok());
    let (_prefix, d, c, b, a) =
        (numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()?);
    Some(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
}

/// What a program says, behind its name: `dnsmasq[123]: …`, `unbound[123:0] …`, `unbound: [123:0] …`.
fn after_tag<'a>(line: &'a str, program: &str) -> Option<&'a str> {
    let at = memchr::memmem::find(line.as_bytes(), program.as_bytes())?;
    // A name of a domain may hold the program's name, too; the tag stands near the start.
    let (before, rest) = line.split_at_checked(at).filter(|(before, _)| before.len() < 96)?;
    let rest = rest.strip_prefix(program)?;
    let is_tag = before.is_empty() || before.ends_with(' ') || before.ends_with('/');
    let rest = match rest.strip_prefix('[') {
        Some(inner) => inner.split_once(']')?.1,
        None => rest.strip_prefix(':')?,
    };
    is_tag.then(|| rest.strip_prefix(':').unwrap_or(rest).trim_start())
}

/// The time of a line, whoever wrote it.
fn stamp(line: &str, clock: &mut Syslog, dates: Dates) -> Option<i64> {
    let line = line.trim_start();
    if let Some((epoch, _)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return time::epoch(epoch);
    }
    let mut words = line.split_whitespace();
    let (first, second, third) =
        (words.next()?, words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let iso = || time::iso(first, dates).or_else(|| time::iso(&format!("{first} {second}"), dates));
    clock
        .read(first, second, third)
        .or_else(iso)
        .or_else(|| time::hyphened(first, second, dates))
        .or_else(|| time::epoch(first).filter(|_| first.len() >= 9))
}
