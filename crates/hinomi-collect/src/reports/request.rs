//! As much of HTTP/1.1 (RFC 9112) as a browser's `fetch` needs: one request a connection, its body told by its length.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

/// Bytes of the request line with all header fields.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Bytes of a body: what the extension puts into one report, and no more.
pub(super) const BODY_BYTES_MAX: usize = 64 << 10;
/// Header fields.
const FIELDS_MAX: usize = 100;
/// Bytes that are read and thrown away so that a refused sender gets to read why.
const REST_BYTES_MAX: usize = 1 << 20;

/// One request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    target: String,
    /// Names in lower case.
    fields: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// What is answered: a status, and for people why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reply {
    status: u16,
    pub(super) why: &'static str,
}

impl Request {
    /// Reads one request until `until`.
    pub(super) fn read(stream: &TcpStream, until: Instant) -> Result<Self, Reply> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            if bytes.len() > HEAD_BYTES_MAX {
                return Err(Reply::new(431, "the head is too long"));
            }
            if more(stream, &mut bytes, until)? == 0 {
                return Err(Reply::new(400, "the head ends too early"));
            }
        };
        let head = bytes.get(..end).unwrap_or_default();
        let mut request = Self::of_head(head)?;
        request.body = bytes.get(end + 4..).unwrap_or_default().to_vec();
        let length = request.length()?;
        if request.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
            _ = (&*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        while request.body.len() < length {
            if more(stream, &mut request.body, until)? == 0 {
                return Err(Reply::new(400, "the body ends too early"));
            }
        }
        request.body.truncate(length);
        Ok(request)
    }

    fn of_head(head: &[u8]) -> Result<Self, Reply> {
        let bad = Reply::new(400, "no HTTP");
        let head = std::str::from_utf8(head).map_err(|_| bad)?;
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target), Some(version), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(bad);
        };
        if !version.starts_with("HTTP/1.") || !is_token(method) {
            return Err(bad);
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in lines {
            let (name, value) = line.split_once(':').filter(|(name, _)| is_token(name)).ok_or(bad)?;
            let name = name.to_ascii_lowercase();
            let once = ["content-length", "host", "origin", "content-type"].contains(&name.as_str());
            if fields.len() >= FIELDS_MAX || once && fields.iter().any(|(known, _)| *known == name) {
                return Err(bad);
            }
            fields.push((name, value.trim_matches([' ', '\t']).to_owned()));
        }
        Ok(Self { method: method.to_owned(), target: target.to_owned(), fields, body: Vec::new() })
    }

    fn length(&self) -> Result<usize, Reply> {
        if self.header("transfer-encoding").is_some() {
            return Err(Reply::new(411, "the length of the body is not told"));
        }
        let Some(told) = self.header("content-length") else { return Ok(0) };
        let digits = !told.is_empty() && told.bytes().all(|byte| byte.is_ascii_digit());
        match told.parse::<usize>() {
            Ok(length) if digits && length <= BODY_BYTES_MAX => Ok(length),
            _ if digits => Err(Reply::new(413, "the body is too long")),
            _ => Err(Reply::new(400, "no HTTP")),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn origin(&self) -> Option<&str> {
        self.header("origin")
    }

    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

impl Reply {
    pub(super) fn new(status: u16, why: &'static str) -> Self {
        Self { status, why }
    }

    /// The answer; `origin` may read it.
    pub(super) fn head(self, origin: Option<&str>) -> String {
        let phrase = match self.status {
            204 => "No Content",
            507 => "Insufficient Storage",
            503 => "Service Unavailable",
            _ => "Refused",
        };
        let allowed = origin.map_or_else(String::new, |origin| {
            format!(
                "Access-Control-Allow-Origin: {origin}\r\nAccess-Control-Allow-Methods: POST\r\n\
                 Access-Control-Allow-Headers: content-type\r\nVary: Origin\r\n"
            )
        });
        let length = if self.status == 204 { "" } else { "Content-Length: 0\r\n" };
        let Self { status, .. } = self;
        format!("HTTP/1.1 {status} {phrase}\r\n{length}{allowed}Connection: close\r\n\r\n")
    }

    pub(super) fn send(self, mut stream: &TcpStream, origin: Option<&str>, until: Instant) {
        let Some(left) = left(until) else { return };
        _ = stream.set_write_timeout(Some(left));
        if stream.write_all(self.head(origin).as_bytes()).is_err() {
            return;
        }
        // A connection that is closed while bytes wait is reset, and the answer lost with it.
        _ = stream.shutdown(std::net::Shutdown::Write);
        let mut rest = Vec::new();
        while rest.len() < REST_BYTES_MAX && more(stream, &mut rest, until).is_ok_and(|read| read > 0) {}
    }
}

/// Reads what is there, as long as there is time; 0 when the sender is done.
fn more(mut stream: &TcpStream, bytes: &mut Vec<u8>, until: Instant) -> Result<usize, Reply> {
    let mut piece = [0; 8 << 10];
    loop {
        let slow = Reply::new(408, "too slow");
        let left = left(until).ok_or(slow)?;
        stream.set_read_timeout(Some(left)).map_err(|_| slow)?;
        match stream.read(&mut piece) {
            Ok(read) => {
                bytes.extend(piece.iter().take(read));
                return Ok(read);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Err(slow);
            }
            Err(_) => return Err(Reply::new(400, "the connection broke")),
        }
    }
}

fn left(until: Instant) -> Option<std::time::Duration> {
    until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
