//! Chromium's own network log: what no other source tells. WebRTC's packets, requests that the DevTools protocol is
//! silent about, and the address each name led to.
//!
//! Read line by line as the browser wrote it, one event a line; a log without its end is read as far as it goes.

mod stun;
#[cfg(test)]
mod tests;

use super::address;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read};

/// Longest line, in bytes. Longer ones are payload.
const LINE_BYTES_MAX: usize = 8 << 20;
/// Requests, packets and names that are held.
const REQUESTS_MAX: usize = 50_000;
const PACKETS_MAX: usize = 10_000;
const NAMES_MAX: usize = 10_000;
const SOCKETS_MAX: usize = 100_000;

/// What was read.
#[derive(Debug, Default, PartialEq)]
pub(super) struct NetLog {
    pub(super) requests: Vec<NetRequest>,
    pub(super) packets: Vec<Packet>,
    /// What each name was answered with.
    pub(super) answers: BTreeMap<String, Vec<String>>,
    /// Its first line was there: it is a log.
    pub(super) whole: bool,
    /// Lines that were too long or no JSON, and what did not fit.
    pub(super) lost: u64,
}

/// A request as the network saw it.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct NetRequest {
    pub(super) at: i64,
    pub(super) url: String,
    pub(super) method: String,
    pub(super) initiator: Option<String>,
    pub(super) main_frame: bool,
    /// Where it led, once connected.
    pub(super) ip: Option<String>,
    pub(super) status: Option<u16>,
    /// `net::ERR_…`
    pub(super) error: Option<String>,
    /// The browser's own check said no.
    pub(super) blocked: bool,
}

/// The first packet of WebRTC to an endpoint.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Packet {
    pub(super) at: i64,
    /// `127.0.0.1:3478/udp`
    pub(super) endpoint: String,
    pub(super) ufrags: Vec<String>,
}

/// The numbers that the log's first line gives to names.
#[derive(Default)]
struct Reading {
    names: HashMap<u64, String>,
    errors: HashMap<i64, String>,
    offset: i64,
    by_source: HashMap<u64, usize>,
    endpoints: HashMap<u64, String>,
    hosts: HashMap<u64, String>,
    known: HashMap<(String, Vec<String>), ()>,
    log: NetLog,
}

/// Reads a log.
pub(super) fn read(log: impl Read) -> NetLog {
    let mut reader = BufReader::with_capacity(1 << 16, log);
    let mut reading = Reading::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(LINE_BYTES_MAX as u64).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return reading.log,
            Ok(_) if line.last() == Some(&b'\n') || line.len() < LINE_BYTES_MAX => reading.line(&line),
            Ok(_) => {
                reading.log.lost += 1;
                if reader.skip_until(b'\n').is_err() {
                    return reading.log;
                }
            }
        }
    }
}

impl Reading {
    fn line(&mut self, line: &[u8]) {
        let line = line.trim_ascii();
        if let Some(constants) = line.strip_prefix(br#"{"constants":"#) {
            self.constants(constants);
            return;
        }
        let line = line.strip_suffix(b"],").or(line.strip_suffix(b",")).unwrap_or(line);
        let line = line.strip_suffix(b"}]").map_or(line, |_| line.get(..line.len() - 1).unwrap_or_default());
        if !line.starts_with(b"{") {
            return;
        }
        match serde_json::from_slice::<Value>(line) {
            Ok(event) => _ = self.event(&event),
            Err(_) => self.log.lost += 1,
        }
    }

    fn constants(&mut self, text: &[u8]) {
        let text = text.strip_suffix(b",").unwrap_or(text);
        let Ok(constants) = serde_json::from_slice::<Value>(text) else {
            self.log.lost += 1;
            return;
        };
        self.log.whole = true;
        self.offset = constants.get("timeTickOffset").map(number).unwrap_or_default();
        let names = constants.get("logEventTypes").and_then(Value::as_object);
        let by_number =
            names.into_iter().flatten().filter_map(|(name, at)| Some((at.as_u64()?, name.clone())));
        self.names = by_number.collect();
        let errors = constants.get("netError").and_then(Value::as_object).into_iter().flatten();
        self.errors = errors.filter_map(|(name, at)| Some((at.as_i64()?, name.clone()))).collect();
    }

    fn event(&mut self, event: &Value) -> Option<()> {
        let source = event.get("source")?.get("id")?.as_u64()?;
        let name = self.names.get(&event.get("type")?.as_u64()?)?.clone();
        let at = self.offset.saturating_add(event.get("time").map(number)?);
        let params = event.get("params").unwrap_or(&Value::Null);
        match name.as_str() {
            "URL_REQUEST_START_JOB" => self.request(source, at, params),
            "LOCAL_NETWORK_ACCESS_CHECK" => self.checked(source, params),
            "HTTP_TRANSACTION_READ_RESPONSE_HEADERS" => self.headers(source, params),
            "REQUEST_ALIVE" => self.over(source, params),
            "UDP_BYTES_SENT" => self.packet(text(params, "address")?.to_owned(), "udp", at, params),
            "TCP_CONNECT_ATTEMPT" => self.connects(source, params),
            "SOCKET_BYTES_SENT" => {
                let endpoint = self.endpoints.get(&source)?.clone();
                self.packet(endpoint, "tcp", at, params)
            }
            "HOST_RESOLVER_MANAGER_JOB" | "HOST_RESOLVER_MANAGER_REQUEST" => self.asks(source, params),
            _ => self.answers(source, params),
        }
    }

    fn request(&mut self, source: u64, at: i64, params: &Value) -> Option<()> {
        if params.get("net_error").is_some() {
            return self.over(source, params);
        }
        let url = address::held(text(params, "url")?);
        if self.log.requests.len() >= REQUESTS_MAX {
            self.log.lost += 1;
            return None;
        }
        self.by_source.insert(source, self.log.requests.len());
        self.log.requests.push(NetRequest {
            at,
            url,
            method: text(params, "method").unwrap_or("GET").to_owned(),
            initiator: initiator(params),
            main_frame: text(params, "request_type") == Some("main frame"),
            ..NetRequest::default()
        });
        None
    }

    fn of(&mut self, source: u64) -> Option<&mut NetRequest> {
        let at = *self.by_source.get(&source)?;
        self.log.requests.get_mut(at)
    }

    fn checked(&mut self, source: u64, params: &Value) -> Option<()> {
        let request = self.of(source)?;
        request.blocked |= text(params, "result")?.starts_with("blocked");
        let (_, rest) = text(params, "transport_info")?.split_once("endpoint = ")?;
        let endpoint = rest.split([',', ' ']).next()?;
        request.ip = address::ip_of(endpoint).or(request.ip.take());
        None
    }

    fn headers(&mut self, source: u64, params: &Value) -> Option<()> {
        let status = params.get("headers")?.as_array()?.first()?.as_str()?.split(' ').nth(1)?.parse().ok();
        self.of(source)?.status = status;
        None
    }

    fn over(&mut self, source: u64, params: &Value) -> Option<()> {
        let number = params.get("net_error")?.as_i64()?;
        let name = self.errors.get(&number).map(|name| format!("net::{}", name.trim_start_matches("net::")));
        self.of(source)?.error = Some(name.unwrap_or_else(|| format!("net::{number}")));
        None
    }

    fn connects(&mut self, source: u64, params: &Value) -> Option<()> {
        let endpoint = text(params, "address")?.to_owned();
        if self.endpoints.len() < SOCKETS_MAX {
            self.endpoints.insert(source, endpoint);
        }
        None
    }

    /// Of what is sent again and again, the first.
    fn packet(&mut self, endpoint: String, protocol: &str, at: i64, params: &Value) -> Option<()> {
        let stun = stun::read(&base64(text(params, "bytes")?))?;
        let endpoint = format!("{endpoint}/{protocol}");
        if self.log.packets.len() >= PACKETS_MAX {
            self.log.lost += 1;
            return None;
        }
        let key = (endpoint.clone(), stun.ufrags.clone());
        if self.known.insert(key, ()).is_none() {
            self.log.packets.push(Packet { at, endpoint, ufrags: stun.ufrags });
        }
        None
    }

    fn asks(&mut self, source: u64, params: &Value) -> Option<()> {
        let asked = text(params, "host")?;
        let host =
            address::host(asked).or_else(|| asked.rsplit_once(':').map(|(host, _)| host)).unwrap_or(asked);
        if self.hosts.len() < SOCKETS_MAX {
            self.hosts.insert(source, host.to_owned());
        }
        None
    }

    fn answers(&mut self, source: u64, params: &Value) -> Option<()> {
        let results = params.get("results")?;
        let host = self.hosts.get(&source)?.clone();
        let listed = results
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one.get("endpoints")?.as_array())
            .flatten();
        let listed = listed.filter_map(|one| text(one, "address"));
        let cached = results.get("ip_endpoints").and_then(Value::as_array).into_iter().flatten();
        let cached = cached.filter_map(|one| text(one, "endpoint_address"));
        let found: Vec<String> = listed.chain(cached).take(64).map(str::to_owned).collect();
        if found.is_empty() || (self.log.answers.len() >= NAMES_MAX && !self.log.answers.contains_key(&host))
        {
            return None;
        }
        let known = self.log.answers.entry(host).or_default();
        for ip in found {
            if known.len() < 64 && !known.contains(&ip) {
                known.push(ip);
            }
        }
        None
    }
}

/// The origin that asked. A sealed frame has none: `null`, when it is part of a page. Requests of the browser itself have
/// words here that are no origin.
fn initiator(params: &Value) -> Option<String> {
    let from = text(params, "initiator")?;
    let of_page = || text(params, "network_isolation_key").is_some_and(|key| key.contains("://"));
    (from.contains("://") || (from == "null" && of_page())).then(|| from.chars().take(300).collect())
}

fn text<'a>(params: &'a Value, key: &str) -> Option<&'a str> {
    params.get(key)?.as_str()
}

/// Times are written as text.
fn number(value: &Value) -> i64 {
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_default()
}

/// The first bytes of a payload in Base64 (RFC 4648); a STUN packet is short, and its names stand in front.
fn base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u8> = text.bytes().take(2048).map_while(value).collect();
    let mut bytes = Vec::with_capacity(digits.len());
    for group in digits.chunks(4) {
        let bits =
            group.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit)) << (6 * (4 - group.len()));
        let [_, first, second, third] = bits.to_be_bytes();
        bytes.extend([first, second, third].into_iter().take(group.len() * 6 / 8));
    }
    bytes
}
