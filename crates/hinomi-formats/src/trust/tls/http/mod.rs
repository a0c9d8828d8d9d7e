//! The head of one HTTP/1.1 answer (RFC 9112), read as it comes; of it only what matters for safety is kept.
//!
//! What a page holds is nobody's business here: the body is never read, cookies are never kept, and of a redirection
//! only where it leads to, not the path, which may carry a token.

#[cfg(test)]
mod tests;

use crate::tls::recording::Answered;
use crate::tls::survey::{Known, Why};

/// Bytes of all heads of one answer, interim ones (1xx) included.
pub const HEAD_BYTES_MAX: usize = 64 << 10;
/// Header lines kept. A server sends each of [`KEPT`] once, or by mistake twice.
const LINES_MAX: usize = 48;
/// Bytes of a value kept: policies of 4 KB are met.
const VALUE_BYTES_MAX: usize = 8 << 10;
/// What every answer to an HTTP/1.1 request begins with.
const MARK: &[u8] = b"HTTP/1.";

/// Headers that say how browsers are told to protect the visitor, and what the server tells of itself.
const KEPT: &[&str] = &[
    "access-control-allow-credentials",
    "access-control-allow-origin",
    "alt-svc",
    "content-security-policy",
    "content-security-policy-report-only",
    "content-type",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "location",
    "permissions-policy",
    "public-key-pins",
    "referrer-policy",
    "server",
    "strict-transport-security",
    "x-aspnet-version",
    "x-content-type-options",
    "x-frame-options",
    "x-permitted-cross-domain-policies",
    "x-powered-by",
    "x-xss-protection",
];

/// A head under way.
#[derive(Debug, Default)]
pub struct Head {
    bytes: Vec<u8>,
    /// How far the end was looked for in vain.
    searched: usize,
    /// Bytes of interim heads, done with.
    dropped: usize,
}

impl Head {
    /// Takes what came. `None`: more is needed.
    pub fn take(&mut self, came: &[u8]) -> Option<Known<Answered>> {
        let room = HEAD_BYTES_MAX.saturating_sub(self.dropped.saturating_add(self.bytes.len()));
        self.bytes.extend(came.iter().take(room));
        loop {
            if self.bytes.iter().zip(MARK).any(|(byte, mark)| byte != mark) {
                return Some(contradicts("the answer to a request is not HTTP/1.1"));
            }
            let Some(end) = self.find_end() else { break };
            let head: Vec<u8> = self.bytes.drain(..end).collect();
            self.searched = 0;
            self.dropped = self.dropped.saturating_add(end);
            match answered(&head) {
                Ok(answered) if (100..200).contains(&answered.status) && answered.status != 101 => {}
                Ok(answered) => return Some(Known::Seen(answered)),
                Err(what) => return Some(contradicts(what)),
            }
        }
        (came.len() > room).then(|| contradicts("the head of the answer has no end"))
    }

    /// Behind the first empty line. Lines end in CR LF, or in LF alone (RFC 9112 section 2.2).
    fn find_end(&mut self) -> Option<usize> {
        while let Some(rest) = self.bytes.get(self.searched..) {
            let line_end = self.searched.saturating_add(memchr::memchr(b'\n', rest)?).saturating_add(1);
            match self.bytes.get(line_end..)? {
                [b'\n', ..] => return Some(line_end.saturating_add(1)),
                [b'\r', b'\n', ..] => return Some(line_end.saturating_add(2)),
                // the next byte decides
                [] | [b'\r'] => return None,
                _ => self.searched = line_end,
            }
        }
        None
    }
}

fn contradicts(what: &str) -> Known<Answered> {
    Known::Untested(Why::Contradicts(what.to_owned()))
}

fn answered(head: &[u8]) -> Result<Answered, &'static str> {
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let status = lines.next().and_then(status).ok_or("the answer has no status")?;
    let mut headers: Vec<(String, String)> = Vec::new();
    // Whether a folded line belongs to a header that is kept.
    let mut keeps = false;
    for line in lines {
        if let [b' ' | b'\t', ..] = line {
            if let Some((_, value)) = headers.last_mut().filter(|_| keeps) {
                *value = cut(&format!("{value} {}", text(line)));
            }
            continue;
        }
        let header = header(line);
        keeps = header.is_some();
        if headers.len() >= LINES_MAX && keeps {
            return Err("more header lines than any server needs");
        }
        headers.extend(header);
    }
    Ok(Answered { status, headers })
}

fn status(line: &[u8]) -> Option<u16> {
    let rest = line.strip_prefix(MARK)?;
    let [version, b' ', digits @ ..] = rest else { return None };
    let (digits, rest) = digits.split_at_checked(3)?;
    let ends = matches!(rest, [] | [b' ', ..]) && version.is_ascii_digit();
    let status = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (ends && (100..1000).contains(&status)).then_some(status)
}

/// A line that is kept; a name with a space before its colon is none (RFC 9112 section 5.1).
fn header(line: &[u8]) -> Option<(String, String)> {
    let (name, value) = line.split_at_checked(memchr::memchr(b':', line)?)?;
    let name = KEPT.iter().find(|kept| name.eq_ignore_ascii_case(kept.as_bytes()))?;
    let value = text(value.strip_prefix(b":")?);
    let value = if *name == "location" { origin(&value) } else { value };
    Some(((*name).to_owned(), cut(&value)))
}

/// Bytes as text without anything that moves a cursor.
fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.trim_ascii());
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The start of a long value, marked as cut.
fn cut(value: &str) -> String {
    if value.len() <= VALUE_BYTES_MAX {
        return value.to_owned();
    }
    let mut length = 0_usize;
    let fits = |c: &char| {
        length = length.saturating_add(c.len_utf8());
        length <= VALUE_BYTES_MAX
    };
    value.chars().take_while(fits).chain(['…']).collect()
}

/// Scheme and host of a redirection, without path and user; `/` when it stays where it is.
fn origin(target: &str) -> String {
    // as browsers read it
    let target = target.replace('\\', "/");
    let Some((scheme, rest)) = target.split_once("//").filter(|(scheme, _)| is_scheme(scheme)) else {
        return "/".to_owned();
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}//{host}").to_ascii_lowercase()
}

fn is_scheme(text: &str) -> bool {
    let name = text.strip_suffix(':').unwrap_or(text);
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}
