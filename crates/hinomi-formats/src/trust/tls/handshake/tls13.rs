//! TLS 1.3 to its end (RFC 8446): what a server tells under keys, and the tickets it gives.

use super::{Hash, Seal, Turn, gcm_suite, public_one, shared};
use crate::tls::names::Version;
use crate::tls::wire::{
    Alert, Bytes, Extension, Flight, Heard, Hello, ServerHello, alpn, certificates, extensions, handshake,
    record,
};

/// What the server told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Told13 {
    /// The suite and group agreed.
    pub(crate) suite: u16,
    pub(crate) group: u16,
    pub(crate) certificates: Vec<Vec<u8>>,
    /// The OCSP response beside the leaf.
    pub(crate) staple: Option<Vec<u8>>,
    /// The list of timestamps beside the leaf.
    pub(crate) timestamps: Option<Vec<u8>>,
    pub(crate) alpn: Option<String>,
    /// The scheme that the server signed with.
    pub(crate) signature: Option<u16>,
    pub(crate) asks_certificate: bool,
    /// Whether the server's Finished was right: everything above is the server's own word.
    pub(crate) is_finished: bool,
    /// Early data allowed by each ticket, in bytes; 0 when it allows none.
    pub(crate) tickets: Vec<u32>,
    /// Why it ended early: an alert, or something that is no TLS 1.3.
    pub(crate) alert: Option<u8>,
    pub(crate) broken: bool,
}

/// Tickets heard before the rest is left.
const TICKETS_MAX: usize = 8;

/// A handshake in progress.
#[derive(Debug)]
pub(crate) struct Tls13 {
    flight: Flight,
    /// Messages so far, as the hashes take them.
    transcript: Vec<u8>,
    /// Messages that came sealed and are not whole.
    inside: Vec<u8>,
    group: u16,
    keys: Option<Keys>,
    told: Told13,
}

#[derive(Debug)]
struct Keys {
    hash: Hash,
    length: usize,
    handshake_secret: Vec<u8>,
    client: Vec<u8>,
    server: Vec<u8>,
    reading: Seal,
    writing: Seal,
    read: u64,
}

/// What to ask.
#[derive(Debug, Clone)]
pub(crate) struct Ask13 {
    pub(crate) suites: Vec<u16>,
    pub(crate) group: u16,
    pub(crate) signatures: Vec<u16>,
    pub(crate) alpn: Vec<String>,
    pub(crate) name: Option<String>,
}

impl Tls13 {
    /// A handshake and its first bytes; `None` in a group that cannot be agreed without arithmetic.
    pub(crate) fn new(ask: &Ask13, random: [u8; 32]) -> Option<(Self, Vec<u8>)> {
        let mut list: Vec<Extension> = ask.name.clone().map(Extension::ServerName).into_iter().collect();
        list.push(Extension::Groups(vec![ask.group]));
        list.push(Extension::Signatures(ask.signatures.clone()));
        list.push(Extension::StatusRequest);
        list.push(Extension::Timestamps);
        if !ask.alpn.is_empty() {
            list.push(Extension::Alpn(ask.alpn.clone()));
        }
        list.push(Extension::Versions(vec![Version::Tls13.id()]));
        list.push(Extension::PskModes);
        list.push(Extension::KeyShare(vec![(ask.group, public_one(ask.group)?)]));
        let hello = Hello {
            version: Version::Tls13,
            random,
            session_id: random.to_vec(),
            suites: ask.suites.clone(),
            compressions: vec![0],
            extensions: list,
        };
        let (transcript, bytes) = (hello.message(), hello.bytes());
        let (flight, told) = (Flight::new(), Told13::default());
        let this = Self { flight, transcript, inside: Vec::new(), group: ask.group, keys: None, told };
        Some((this, bytes))
    }

    /// Takes bytes.
    pub(crate) fn heard(&mut self, bytes: &[u8]) -> Turn<Told13> {
        let mut out = Vec::new();
        for heard in self.flight.push(bytes) {
            if self.step(heard, &mut out).is_none() {
                return Turn::Done(std::mem::take(&mut self.told));
            }
        }
        Turn::Go(out)
    }

    /// The connection ended: what was told until then.
    pub(crate) fn ended(self) -> Told13 {
        self.told
    }

    /// `None` ends it.
    fn step(&mut self, heard: Heard, out: &mut Vec<u8>) -> Option<()> {
        match heard {
            Heard::Message { kind: 2, body } => {
                let done = self.agree(&body);
                self.told.broken |= done.is_none();
                done
            }
            Heard::Sealed { kind, version, content } => self.unseal(kind, version, &content, out),
            Heard::ChangeCipherSpec => Some(()),
            Heard::Alert(Alert { level: 1, .. }) => Some(()),
            Heard::Alert(alert) => {
                self.told.alert = Some(alert.description);
                None
            }
            Heard::Message { .. } | Heard::Heartbeat(_) | Heard::V2(_) | Heard::Broken(_) => {
                self.told.broken = true;
                None
            }
        }
    }

    fn agree(&mut self, body: &[u8]) -> Option<()> {
        let hello = ServerHello::read(body)?;
        if hello.version != Version::Tls13.id() || hello.is_retry() || self.keys.is_some() {
            return None;
        }
        let (hash, length) = gcm_suite(hello.suite)?;
        let secret = shared(self.group, hello.share().filter(|_| hello.group() == Some(self.group))?)?;
        self.told.suite = hello.suite;
        self.told.group = self.group;
        self.transcript.extend(handshake(2, body));
        let zeros = vec![0; hash.length()];
        let empty = hash.of(&[]);
        let early = hash.extract(&zeros, &zeros);
        let handshake_secret = hash.extract(&hash.derive(&early, "derived", &empty), &secret);
        let so_far = hash.of(&self.transcript);
        let client = hash.derive(&handshake_secret, "c hs traffic", &so_far);
        let server = hash.derive(&handshake_secret, "s hs traffic", &so_far);
        let (reading, writing) = (seal(hash, &server, length)?, seal(hash, &client, length)?);
        self.keys = Some(Keys { hash, length, handshake_secret, client, server, reading, writing, read: 0 });
        Some(())
    }

    fn unseal(&mut self, kind: u8, version: u16, content: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let Some(keys) = self.keys.as_mut().filter(|_| kind == 23) else {
            self.told.broken = true;
            return None;
        };
        let mut about = vec![kind];
        about.extend(version.to_be_bytes());
        about.extend(u16::try_from(content.len()).unwrap_or_default().to_be_bytes());
        let nonce = keys.reading.nonce13(keys.read);
        keys.read = keys.read.saturating_add(1);
        let Some(mut plain) = keys.reading.open(&nonce, &about, content) else {
            self.told.broken = true;
            return None;
        };
        // the type is the last byte that is not zero
        while plain.last() == Some(&0) {
            plain.pop();
        }
        match plain.pop() {
            Some(22) => self.messages(&plain, out),
            Some(21) => {
                let alert = plain.get(1).copied().filter(|code| *code != 0);
                self.told.alert = self.told.alert.or(alert);
                None
            }
            _ => Some(()),
        }
    }

    fn messages(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Option<()> {
        self.inside.extend_from_slice(plain);
        let inside = std::mem::take(&mut self.inside);
        let mut at = Bytes::new(&inside);
        loop {
            let before = at;
            let (Some(kind), Some(body)) = (at.u8(), at.vec24()) else {
                self.inside = before.rest().to_vec();
                return Some(());
            };
            self.message(kind, body, out)?;
        }
    }

    fn message(&mut self, kind: u8, body: &[u8], out: &mut Vec<u8>) -> Option<()> {
        match kind {
            4 => return self.ticket(body),
            8 => {
                let list = Bytes::new(body).vec16().and_then(extensions).unwrap_or_default();
                let content = list.iter().find(|(number, _)| *number == 16);
                self.told.alpn = content.and_then(|(_, content)| alpn(content));
            }
            11 => self.certificate(body),
            13 => self.told.asks_certificate = true,
            15 => self.told.signature = Bytes::new(body).u16(),
            20 => {
                self.finished(body, out);
                return if self.told.is_finished { Some(()) } else { None };
            }
            _ => {}
        }
        self.transcript.extend(handshake(kind, body));
        Some(())
    }

    fn certificate(&mut self, body: &[u8]) {
        self.told.certificates = certificates(body, true);
        // Beside the leaf: its staple and its timestamps.
        let beside = || {
            let mut at = Bytes::new(body);
            at.vec8()?;
            let mut list = Bytes::new(at.vec24()?);
            list.vec24()?;
            extensions(list.vec16()?)
        };
        for (number, content) in beside().unwrap_or_default() {
            match number {
                5 if content.first() == Some(&1) => self.told.staple = content.get(4..).map(<[u8]>::to_vec),
                18 => self.told.timestamps = Some(content),
                _ => {}
            }
        }
    }

    /// The server is done; so are we, and we say goodbye: what tickets there are come before its answer.
    fn finished(&mut self, body: &[u8], out: &mut Vec<u8>) {
        let Some(keys) = &mut self.keys else { return };
        let hash = keys.hash;
        let proof = |secret: &[u8], transcript: &[u8]| {
            hash.keyed(&hash.expand(secret, "finished", &[], hash.length()), &[&hash.of(transcript)])
        };
        if proof(&keys.server, &self.transcript) != body {
            self.told.broken = true;
            return;
        }
        self.told.is_finished = true;
        self.transcript.extend(handshake(20, body));
        let master = hash
            .extract(&hash.derive(&keys.handshake_secret, "derived", &hash.of(&[])), &vec![0; hash.length()]);
        let so_far = hash.of(&self.transcript);
        let mut flight = Vec::new();
        if self.told.asks_certificate {
            // an empty list: we have none
            flight.extend(handshake(11, &[0, 0, 0, 0]));
        }
        self.transcript.extend_from_slice(&flight);
        flight.extend(handshake(20, &proof(&keys.client, &self.transcript)));
        out.extend(record(20, 0x0303, &[1]));
        out.extend(sealed(&keys.writing, 0, 22, &flight));
        let server = seal(hash, &hash.derive(&master, "s ap traffic", &so_far), keys.length);
        let client = seal(hash, &hash.derive(&master, "c ap traffic", &so_far), keys.length);
        if let (Some(server), Some(client)) = (server, client) {
            out.extend(sealed(&client, 0, 21, &[1, 0]));
            (keys.reading, keys.read) = (server, 0);
        }
    }

    fn ticket(&mut self, body: &[u8]) -> Option<()> {
        let read = || {
            let mut at = Bytes::new(body);
            at.take(8)?;
            at.vec8()?;
            at.vec16()?;
            extensions(at.vec16()?)
        };
        let list = read()?;
        let early = list.iter().find(|(number, _)| *number == 42);
        let bytes =
            early.and_then(|(_, content)| Some(u32::from_be_bytes(content.as_slice().try_into().ok()?)));
        self.told.tickets.push(bytes.unwrap_or_default());
        (self.told.tickets.len() < TICKETS_MAX).then_some(())
    }
}

fn seal(hash: Hash, secret: &[u8], length: usize) -> Option<Seal> {
    Seal::new(&hash.expand(secret, "key", &[], length), &hash.expand(secret, "iv", &[], 12))
}

/// One sealed record.
fn sealed(seal: &Seal, number: u64, kind: u8, content: &[u8]) -> Vec<u8> {
    let mut plain = content.to_vec();
    plain.push(kind);
    let length = u16::try_from(plain.len().saturating_add(16)).unwrap_or_default();
    let mut about = vec![23, 3, 3];
    about.extend(length.to_be_bytes());
    let sealed = seal.close(&seal.nonce13(number), &about, &plain);
    about.extend(sealed);
    about
}
