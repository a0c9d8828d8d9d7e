//! The flight of a server: records put together again, however they were cut, and messages read.
//!
//! One [`Flight`] reads one connection and holds at most [`BYTES_MAX`]; a server that sends more, or claims a message
//! that would be more, is told as [`Heard::Broken`] and read no further.

use super::{Bytes, ServerHelloV2, sslv2, what_is};
use crate::tls::names::Version;
use serde::{Deserialize, Serialize};

/// Bytes of one connection that are read: far above any honest flight, far below what a flood would send.
pub const BYTES_MAX: usize = 112 << 10;
/// A record as TLS 1.2 and before allow it: 2^14 and 2048 for compression and cipher (RFC 5246 section 6.2.3).
const RECORD_MAX: usize = (1 << 14) + 2048;

/// One thing that a server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A handshake message in the clear: its type and body.
    Message {
        /// The type (RFC 8446 section 4).
        kind: u8,
        /// What follows the four bytes of header.
        body: Vec<u8>,
    },
    /// An alert in the clear.
    Alert(Alert),
    /// A ChangeCipherSpec.
    ChangeCipherSpec,
    /// A heartbeat record (RFC 6520) in the clear.
    Heartbeat(Vec<u8>),
    /// A record under keys: content type and ciphertext.
    Sealed {
        /// The content type outside.
        kind: u8,
        /// The version in the record's header.
        version: u16,
        /// The ciphertext.
        content: Vec<u8>,
    },
    /// The answer of an SSLv2 server.
    V2(ServerHelloV2),
    /// Not TLS; nothing more is read.
    Broken(NotTls),
}

/// An alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alert {
    /// 2 ends the connection, 1 warns.
    pub level: u8,
    /// See [`crate::tls::names::alert_name`].
    pub description: u8,
}

/// Why bytes are no TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotTls {
    /// HTTP in the clear.
    Http,
    /// SSH.
    Ssh,
    /// SMTP, IMAP, POP3 or FTP in the clear.
    Mail,
    /// Nothing known.
    Garbage,
    /// A record or message that breaks its format.
    Malformed,
    /// More than [`BYTES_MAX`], or a message that claims more.
    TooLong,
    /// An SSLv2 error message: it understood, and refused.
    RefusedV2,
}

/// Reads what one connection brings.
#[derive(Debug, Default)]
pub struct Flight {
    expects_v2: bool,
    begun: bool,
    ended: bool,
    sealed: bool,
    is_tls13: bool,
    records: Vec<u8>,
    messages: Vec<u8>,
    total: usize,
}

impl Flight {
    /// A flight that answers a hello of SSLv3 or later.
    pub fn new() -> Self {
        Self::default()
    }

    /// A flight that answers a hello of SSLv2.
    pub fn of_sslv2() -> Self {
        Self { expects_v2: true, ..Self::default() }
    }

    /// Whether nothing at all was heard.
    pub fn is_silent(&self) -> bool {
        self.total == 0
    }

    /// Takes bytes as they come and gives what became whole.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Heard> {
        let mut heard = Vec::new();
        if self.ended {
            return heard;
        }
        self.total = self.total.saturating_add(bytes.len());
        self.records.extend_from_slice(bytes);
        self.read_records(&mut heard);
        if self.total > BYTES_MAX && !self.ended {
            self.broken(&mut heard, NotTls::TooLong);
        }
        heard
    }

    /// What is left when the connection ends: a first answer too short to be named before.
    pub fn end(&mut self) -> Option<NotTls> {
        (!self.begun && !self.ended && !self.records.is_empty()).then(|| what_is(&self.records))
    }

    fn broken(&mut self, heard: &mut Vec<Heard>, what: NotTls) {
        self.ended = true;
        self.records = Vec::new();
        self.messages = Vec::new();
        heard.push(Heard::Broken(what));
    }

    fn read_records(&mut self, heard: &mut Vec<Heard>) {
        let mut records = std::mem::take(&mut self.records);
        let mut at = Bytes::new(&records);
        while !self.ended {
            let before = at;
            let Some((kind, version, length)) = header(&mut at) else {
                at = before;
                if self.expects_v2 && !self.begun && at.rest().len() >= 2 {
                    self.read_v2(at.rest(), heard);
                }
                break;
            };
            let is_tls = (20..=24).contains(&kind) && version >> 8 == 3;
            if !is_tls && !self.begun && self.expects_v2 {
                at = before;
                self.read_v2(at.rest(), heard);
                break;
            }
            if !is_tls {
                let what = if self.begun { NotTls::Malformed } else { what_is(before.rest()) };
                self.broken(heard, what);
                break;
            }
            if length > RECORD_MAX {
                self.broken(heard, NotTls::Malformed);
                break;
            }
            let Some(content) = at.take(length) else {
                at = before;
                break;
            };
            self.begun = true;
            self.read_content(kind, version, content, heard);
        }
        // Only what was read is cut off: a message in records of one byte must not be copied at each of them.
        let read = records.len().saturating_sub(at.rest().len());
        records.drain(..read);
        if !self.ended {
            self.records = records;
        }
    }

    fn read_v2(&mut self, bytes: &[u8], heard: &mut Vec<Heard>) {
        match sslv2::read(bytes) {
            None => {}
            Some(Some(hello)) => {
                self.ended = true;
                heard.push(Heard::V2(hello));
            }
            // an error message is three bytes: type 0, then the error
            Some(None) if bytes.starts_with(&[0x80, 0x03, 0x00]) => self.broken(heard, NotTls::RefusedV2),
            Some(None) => self.broken(heard, what_is(bytes)),
        }
    }

    fn read_content(&mut self, kind: u8, version: u16, content: &[u8], heard: &mut Vec<Heard>) {
        match kind {
            20 => {
                // TLS 1.3 sends it for the eyes of middleboxes only
                self.sealed = !self.is_tls13;
                heard.push(Heard::ChangeCipherSpec);
            }
            23 => heard.push(Heard::Sealed { kind, version, content: content.to_vec() }),
            _ if self.sealed => heard.push(Heard::Sealed { kind, version, content: content.to_vec() }),
            21 => {
                for pair in content.chunks_exact(2) {
                    if let [level, description] = *pair {
                        heard.push(Heard::Alert(Alert { level, description }));
                    }
                }
            }
            22 => self.read_messages(content, heard),
            _ => heard.push(Heard::Heartbeat(content.to_vec())),
        }
    }

    fn read_messages(&mut self, content: &[u8], heard: &mut Vec<Heard>) {
        self.messages.extend_from_slice(content);
        let mut messages = std::mem::take(&mut self.messages);
        let mut at = Bytes::new(&messages);
        loop {
            let before = at;
            let (Some(kind), Some(length)) = (at.u8(), at.u24()) else {
                at = before;
                break;
            };
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if length > BYTES_MAX {
                self.broken(heard, NotTls::TooLong);
                return;
            }
            let Some(body) = at.take(length) else {
                at = before;
                break;
            };
            if kind == 2 {
                self.is_tls13 =
                    ServerHello::read(body).is_some_and(|hello| hello.version == Version::Tls13.id());
            }
            heard.push(Heard::Message { kind, body: body.to_vec() });
        }
        let read = messages.len().saturating_sub(at.rest().len());
        messages.drain(..read);
        self.messages = messages;
    }
}

fn header(at: &mut Bytes<'_>) -> Option<(u8, u16, usize)> {
    Some((at.u8()?, at.u16()?, usize::from(at.u16()?)))
}

/// The random by which a ServerHello asks for another hello (RFC 8446 section 4.1.3).
pub(crate) const RETRY: [u8; 32] = [
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2,
    0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
];

/// A ServerHello or HelloRetryRequest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerHello {
    /// The version agreed: of `supported_versions` when there is one.
    pub version: u16,
    /// The server's random.
    pub random: [u8; 32],
    /// The session id; before TLS 1.3 an id means that the server keeps sessions.
    pub session_id: Vec<u8>,
    /// The suite chosen.
    pub suite: u16,
    /// The compression chosen.
    pub compression: u8,
    /// Extensions: number and content.
    pub extensions: Vec<(u16, Vec<u8>)>,
}

impl ServerHello {
    /// Reads the body of message type 2; `None` when it is malformed.
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut at = Bytes::new(body);
        let legacy = at.u16()?;
        let random: [u8; 32] = at.take(32)?.try_into().ok()?;
        let session_id = at.vec8()?.to_vec();
        let (suite, compression) = (at.u16()?, at.u8()?);
        let extensions = if at.is_empty() { Vec::new() } else { extensions(at.vec16()?)? };
        let mut hello = Self { version: legacy, random, session_id, suite, compression, extensions };
        if let Some(content) = hello.extension(43) {
            hello.version = Bytes::new(content).u16()?;
        }
        Some(hello)
    }

    /// The content of one extension.
    pub fn extension(&self, number: u16) -> Option<&[u8]> {
        self.extensions.iter().find(|(at, _)| *at == number).map(|(_, content)| content.as_slice())
    }

    /// Whether this is a HelloRetryRequest.
    pub fn is_retry(&self) -> bool {
        self.random == RETRY
    }

    /// The group of `key_share`, in either form.
    pub fn group(&self) -> Option<u16> {
        Bytes::new(self.extension(51)?).u16()
    }

    /// The server's share of `key_share`.
    pub fn share(&self) -> Option<&[u8]> {
        let mut at = Bytes::new(self.extension(51)?);
        at.u16()?;
        at.vec16()
    }

    /// The protocol of ALPN.
    pub fn alpn(&self) -> Option<String> {
        alpn(self.extension(16)?)
    }

    /// Whether the random carries the mark of a server that could do better (RFC 8446 section 4.1.3): the newest
    /// version it then speaks, 1.3 or 1.2.
    pub fn sentinel(&self) -> Option<Version> {
        match self.random.get(24..)? {
            b"DOWNGRD\x01" => Some(Version::Tls13),
            b"DOWNGRD\x00" => Some(Version::Tls12),
            _ => None,
        }
    }
}

/// Extensions one after another; `None` when one is cut off.
pub(crate) fn extensions(bytes: &[u8]) -> Option<Vec<(u16, Vec<u8>)>> {
    let mut at = Bytes::new(bytes);
    let mut list = Vec::new();
    while !at.is_empty() {
        let number = at.u16()?;
        list.push((number, at.vec16()?.to_vec()));
    }
    Some(list)
}

/// The protocol inside an ALPN extension of a server.
pub(crate) fn alpn(content: &[u8]) -> Option<String> {
    let name = Bytes::new(Bytes::new(content).vec16()?).vec8()?;
    Some(String::from_utf8_lossy(name).into_owned())
}

/// The certificates of message type 11, DER, leaf first; empty when malformed.
pub(crate) fn certificates(body: &[u8], is_tls13: bool) -> Vec<Vec<u8>> {
    let mut at = Bytes::new(body);
    if is_tls13 && at.vec8().is_none() {
        return Vec::new();
    }
    let mut list = Bytes::new(at.vec24().unwrap_or_default());
    let mut found = Vec::new();
    while let Some(certificate) = list.vec24() {
        found.push(certificate.to_vec());
        if is_tls13 && list.vec16().is_none() {
            break;
        }
    }
    found
}
