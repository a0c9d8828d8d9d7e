//! Logs of proxies: Squid's own format, the common and combined log, W3C extended, and CSV with a header.
//!
//! A line is one request that is over. The page is known only where the referrer is written; the address only where
//! the proxy says where it went (`HIER_DIRECT/203.0.113.9`, `s-ip`).

use super::lines::Lines;
use super::record::{Page, Record, Source, What, bare_url, cut};
use super::{Dates, Sink, Told, time};
use crate::{Limits, Problem, ProblemKind};

/// Lines looked at to tell what a log is, and how many of them must be of the format.
const HEAD_LINES: usize = 8;
/// Columns of a line that are looked at.
const COLUMNS_MAX: usize = 128;

/// Columns by the names their writers give them, lower case, hyphens and blanks as `_`.
const NAMES: &[(&str, Column)] = &[
    ("time", Column::Time),
    ("timestamp", Column::Stamp),
    ("datetime", Column::Stamp),
    ("date_time", Column::Stamp),
    ("event_time", Column::Stamp),
    ("x_timestamp", Column::Stamp),
    ("date", Column::Date),
    ("c_ip", Column::Client),
    ("client", Column::Client),
    ("client_ip", Column::Client),
    ("src", Column::Client),
    ("src_ip", Column::Client),
    ("srcip", Column::Client),
    ("source_ip", Column::Client),
    ("url", Column::Url),
    ("uri", Column::Url),
    ("cs_uri", Column::Url),
    ("request_url", Column::Url),
    ("cs_uri_scheme", Column::Scheme),
    ("cs_host", Column::Host),
    ("host", Column::Host),
    ("cs_uri_port", Column::Port),
    ("cs_uri_path", Column::Path),
    ("cs_uri_stem", Column::Path),
    ("cs_method", Column::Method),
    ("method", Column::Method),
    ("http_method", Column::Method),
    ("sc_status", Column::Status),
    ("status", Column::Status),
    ("status_code", Column::Status),
    ("http_status", Column::Status),
    ("cs(referer)", Column::Referrer),
    ("referer", Column::Referrer),
    ("referrer", Column::Referrer),
    ("r_ip", Column::Server),
    ("s_ip", Column::Other),
    ("dst", Column::Server),
    ("dst_ip", Column::Server),
    ("dstip", Column::Server),
    ("dest_ip", Column::Server),
    ("destination_ip", Column::Server),
    ("server_ip", Column::Server),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Date,
    Time,
    Stamp,
    Client,
    Url,
    Scheme,
    Host,
    Port,
    Path,
    Method,
    Status,
    Referrer,
    Server,
    Other,
}

/// How the lines are written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Dialect {
    /// Not known yet.
    Unknown,
    Squid,
    Combined,
    /// Columns by name, with what stands between them.
    Columns(Vec<Column>, char),
}

/// Whether a text is the log of a proxy: a header that names a URL, or lines with the whole URL in them. A web
/// server's own log has paths only.
pub(super) fn looks_like_proxy(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.len() > 1 && !text.ends_with('\n') {
        lines.pop();
    }
    let dialect = lines.iter().take(HEAD_LINES).map(|line| dialect_of(line)).find(|d| *d != Dialect::Unknown);
    let Some(dialect) = dialect else { return false };
    if matches!(dialect, Dialect::Columns(..)) {
        return true;
    }
    let tried = lines.iter().take(HEAD_LINES).filter(|line| !line.starts_with('#'));
    let read: Vec<bool> = tried.map(|line| read_line(line, &dialect, Dates::default()).is_some()).collect();
    read.iter().filter(|ok| **ok).count().saturating_mul(4) >= read.len().saturating_mul(3)
}

/// Reads a log.
#[derive(Debug)]
pub(super) struct Proxy {
    lines: Lines,
    dates: Dates,
    dialect: Dialect,
    read: u64,
}

impl Proxy {
    pub(super) fn new(dates: Dates, limits: &Limits) -> Self {
        Self { lines: Lines::new(limits), dates, dialect: Dialect::Unknown, read: 0 }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], sink: &mut Sink<'_>, told: &mut Told) {
        let Self { lines, dates, dialect, read } = self;
        lines.feed(bytes, told, &mut |line, number, told| {
            take(line, number, dialect, *dates, read, sink, told);
        });
    }

    pub(super) fn finish(&mut self, sink: &mut Sink<'_>, told: &mut Told) {
        let Self { lines, dates, dialect, read } = self;
        lines.finish(told, &mut |line, number, told| take(line, number, dialect, *dates, read, sink, told));
        if self.read == 0 {
            told.tell(Problem::new(ProblemKind::Unreadable, "", "no line of a proxy's log"));
        }
    }
}

fn take(
    line: &str,
    number: u64,
    dialect: &mut Dialect,
    dates: Dates,
    read: &mut u64,
    sink: &mut Sink<'_>,
    told: &mut Told,
) {
    let line = line.trim();
    if line.starts_with("#Fields:") || *dialect == Dialect::Unknown {
        let found = dialect_of(line);
        if found != Dialect::Unknown {
            let is_header = matches!(found, Dialect::Columns(..));
            *dialect = found;
            if is_header {
                return;
            }
        }
    }
    if line.is_empty() || line.starts_with('#') {
        return;
    }
    let Some(request) = read_line(line, dialect, dates) else {
        told.malformed(format!("line {number}"), "not of the format of this log");
        return;
    };
    *read = read.saturating_add(1);
    let request = Record {
        source: Source::ProxyLog,
        place: number,
        request: Some(format!("line:{number}")),
        ..request
    };
    let answered = request.status.is_some_and(|status| status > 0);
    let outcome = Record {
        what: if answered { What::Response } else { What::Failure },
        error: (!answered).then(|| "no answer".to_owned()),
        ..request.clone()
    };
    sink(Record { what: What::Request, ip: None, status: None, ..request });
    sink(outcome);
}

/// What a line says of the format.
fn dialect_of(line: &str) -> Dialect {
    if let Some(fields) = line.strip_prefix("#Fields:") {
        return Dialect::Columns(fields.split_whitespace().take(COLUMNS_MAX).map(column).collect(), ' ');
    }
    if read_line(line, &Dialect::Squid, Dates::default()).is_some() {
        return Dialect::Squid;
    }
    if read_line(line, &Dialect::Combined, Dates::default()).is_some() {
        return Dialect::Combined;
    }
    for separator in [',', '\t', ';'] {
        let columns: Vec<Column> = cells(line, separator).iter().map(|cell| column(cell)).collect();
        let has = |wanted| columns.contains(&wanted);
        if has(Column::Url) && (has(Column::Client) || has(Column::Method) || has(Column::Status)) {
            return Dialect::Columns(columns, separator);
        }
    }
    Dialect::Unknown
}

fn column(name: &str) -> Column {
    let name = name.trim().to_ascii_lowercase().replace(['-', ' '], "_");
    NAMES.iter().find(|(known, _)| *known == name).map_or(Column::Other, |(_, column)| *column)
}

fn read_line(line: &str, dialect: &Dialect, dates: Dates) -> Option<Record> {
    match dialect {
        Dialect::Unknown => None,
        Dialect::Squid => squid(line),
        Dialect::Combined => combined(line, dates),
        Dialect::Columns(columns, separator) => named(&cells(line, *separator), columns, dates),
    }
}

/// `1795452429.123 45 10.0.0.5 TCP_MISS/200 1234 GET http://a.example/ - HIER_DIRECT/203.0.113.9 text/html`
fn squid(line: &str) -> Option<Record> {
    let words: Vec<&str> = line.split_whitespace().take(COLUMNS_MAX).collect();
    let [stamp, spent, client, result, size, method, url, _user, way, ..] = words.as_slice() else {
        return None;
    };
    let at_ms = time::epoch(stamp)?;
    let (result, status) = result.split_once('/')?;
    size.parse::<i64>().ok()?;
    let spent: i64 = spent.parse().ok()?;
    let (way, server) = way.split_once('/')?;
    let direct = server.parse::<std::net::IpAddr>().is_ok() && way.ends_with("DIRECT");
    Some(Record {
        // Squid writes the time at which the request was over.
        at_ms: at_ms.saturating_sub(spent.clamp(0, 86_400_000)),
        client: Some(cut(client, 64).to_owned()),
        method: Some(cut(method, 16).to_owned()),
        url: Some(target(method, url)?),
        status: status.parse().ok(),
        ip: direct.then(|| server.to_owned()),
        from_cache: result.contains("HIT"),
        ..Record::default()
    })
}

/// `10.0.0.5 - user [23/Nov/2026:16:00:00 +0900] "GET http://a.example/ HTTP/1.1" 200 123 "referrer" "agent"`
fn combined(line: &str, dates: Dates) -> Option<Record> {
    let (head, rest) = line.split_once(" [")?;
    let (stamp, rest) = rest.split_once("] \"")?;
    let (request, rest) = rest.split_once('"')?;
    let mut words = request.split(' ');
    let (method, url) = (words.next()?, words.next()?);
    let mut rest = rest.trim_start().splitn(3, ' ');
    let (status, _size, behind) = (rest.next()?, rest.next()?, rest.next().unwrap_or_default());
    let referrer =
        behind.strip_prefix('"').and_then(|text| text.split('"').next()).filter(|text| *text != "-");
    let (page, initiator) = page_of(referrer);
    Some(Record {
        at_ms: time::common(stamp, dates)?,
        client: head
            .split(' ')
            .next()
            .filter(|client| *client != "-")
            .map(|client| cut(client, 64).to_owned()),
        method: Some(cut(method, 16).to_owned()),
        url: Some(target(method, url)?),
        status: status.parse().ok(),
        page,
        initiator,
        ..Record::default()
    })
}

/// A line with named columns.
fn named(cells: &[String], columns: &[Column], dates: Dates) -> Option<Record> {
    let get = |wanted: Column| {
        let at = columns.iter().position(|column| *column == wanted)?;
        cells.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty() && *cell != "-")
    };
    let method = get(Column::Method).unwrap_or_default();
    let url = match get(Column::Url).filter(|url| url.contains("://") || method == "CONNECT") {
        Some(url) => target(method, url)?,
        None => {
            let host = get(Column::Host)?;
            let scheme = get(Column::Scheme).filter(|scheme| *scheme != "tcp").unwrap_or("http");
            let port = get(Column::Port).map(|port| format!(":{port}")).unwrap_or_default();
            let path = get(Column::Path).or(get(Column::Url)).unwrap_or("/");
            bare_url(&format!("{scheme}://{host}{port}{path}"))
        }
    };
    let joined = || Some(format!("{} {}", get(Column::Date)?, get(Column::Time)?));
    let stamp = get(Column::Stamp)
        .map(str::to_owned)
        .or_else(joined)
        .or_else(|| get(Column::Time).map(str::to_owned));
    let at_ms = stamp.and_then(|text| stamp_ms(&text, dates));
    let (page, initiator) = page_of(get(Column::Referrer));
    Some(Record {
        at_ms: at_ms.unwrap_or_default(),
        client: get(Column::Client).map(|client| cut(client, 64).to_owned()),
        method: Some(cut(method, 16).to_owned()).filter(|method| !method.is_empty()),
        url: Some(url),
        status: get(Column::Status).and_then(|status| status.parse().ok()),
        ip: get(Column::Server).filter(|ip| ip.parse::<std::net::IpAddr>().is_ok()).map(str::to_owned),
        page,
        initiator,
        ..Record::default()
    })
}

fn stamp_ms(text: &str, dates: Dates) -> Option<i64> {
    let text = text.trim_matches(['[', ']']);
    let ms = || Some(text).filter(|text| text.len() == 13).and_then(|text| text.parse().ok());
    time::iso(text, dates).or_else(|| time::common(text, dates)).or_else(ms).or_else(|| time::epoch(text))
}

/// The URL of a request; a tunnel has host and port only. A path alone is no request to a proxy.
fn target(method: &str, url: &str) -> Option<String> {
    if method == "CONNECT" {
        let port = url.rsplit_once(':').map_or("", |(_, port)| port);
        let scheme = if port == "443" { "https" } else { "tcp" };
        return (!url.is_empty() && !url.contains('/')).then(|| bare_url(&format!("{scheme}://{url}")));
    }
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'-' | b'_'))
    };
    (url.contains("://") && (method.is_empty() || word(method))).then(|| bare_url(url))
}

/// The page and the origin that a referrer names.
fn page_of(referrer: Option<&str>) -> (Option<Page>, Option<String>) {
    let Some(url) = referrer.filter(|url| url.contains("://")).map(bare_url) else { return (None, None) };
    let origin = url.split_once("://").map(|(scheme, rest)| {
        let host = rest.split('/').next().unwrap_or_default();
        format!("{scheme}://{host}")
    });
    (Some(Page { url: Some(url), ..Page::default() }), origin)
}

/// The cells of a line; quotes hold separators, and `""` stands for one of them (RFC 4180).
fn cells(line: &str, separator: char) -> Vec<String> {
    let (mut out, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                if out.len() >= COLUMNS_MAX {
                    return out;
                }
                // W3C lines may be aligned with more than one blank.
                if separator != ' ' || !cell.is_empty() {
                    out.push(std::mem::take(&mut cell));
                }
            }
            c => cell.push(c),
        }
    }
    out.push(cell);
    out
}
