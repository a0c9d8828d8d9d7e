//! TLS 1.2 to its end (RFC 5246, with the AES-GCM suites of RFC 5288 and RFC 5289): tickets, and whether the server lets
//! a client begin again.

use super::{Hash, Seal, Turn, gcm_suite, public_one, shared};
use crate::tls::names::{Exchange, Version, suite};
use crate::tls::wire::{
    Alert, Bytes, Exchanged, Extension, Flight, Heard, Hello, ServerHello, exchanged, handshake, put_vec8,
    put_vec16, record,
};

/// What the handshake came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Finished12 {
    /// Whether both sides finished.
    pub(crate) is_finished: bool,
    /// The ticket given (RFC 5077).
    pub(crate) ticket: Option<Vec<u8>>,
    /// Whether the server began a second handshake on our word; `None` when that was not seen.
    pub(crate) renegotiated: Option<bool>,
    /// The fatal alert that ended it.
    pub(crate) alert: Option<u8>,
    /// The answer broke the protocol.
    pub(crate) broken: bool,
}

/// What to ask.
#[derive(Debug, Clone)]
pub(crate) struct Ask12 {
    /// Suites of [`gcm_suite`] with DHE or ECDHE.
    pub(crate) suites: Vec<u16>,
    pub(crate) groups: Vec<u16>,
    pub(crate) signatures: Vec<u16>,
    pub(crate) name: Option<String>,
    /// Whether to ask for a second handshake.
    pub(crate) renegotiate: bool,
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Stage {
    /// Waits for the flight of the server.
    Flight,
    /// Waits for its Finished.
    Finish,
    /// Waits for what it says to a second hello.
    Again,
}

/// A handshake in progress.
#[derive(Debug)]
pub(crate) struct Tls12 {
    flight: Flight,
    ask: Ask12,
    random: [u8; 32],
    hello: Option<ServerHello>,
    exchanged: Option<Exchanged>,
    asks_certificate: bool,
    transcript: Vec<u8>,
    inside: Vec<u8>,
    master: Vec<u8>,
    keys: Option<(Hash, Seal, Seal)>,
    written: u64,
    read: u64,
    our_proof: Vec<u8>,
    stage: Stage,
    result: Finished12,
}

fn hello_of(ask: &Ask12, random: [u8; 32], renegotiation: Vec<u8>) -> Hello {
    let mut extensions: Vec<Extension> = ask.name.clone().map(Extension::ServerName).into_iter().collect();
    extensions.push(Extension::Groups(ask.groups.clone()));
    extensions.push(Extension::PointFormats);
    extensions.push(Extension::Signatures(ask.signatures.clone()));
    extensions.push(Extension::SessionTicket(Vec::new()));
    extensions.push(Extension::RenegotiationInfo(renegotiation));
    let suites = ask.suites.clone();
    Hello {
        version: Version::Tls12,
        random,
        session_id: Vec::new(),
        suites,
        compressions: vec![0],
        extensions,
    }
}

impl Tls12 {
    /// A handshake and its first bytes.
    pub(crate) fn new(ask: Ask12, random: [u8; 32]) -> (Self, Vec<u8>) {
        let hello = hello_of(&ask, random, Vec::new());
        let (transcript, bytes) = (hello.message(), hello.bytes());
        let this = Self {
            flight: Flight::new(),
            ask,
            random,
            hello: None,
            exchanged: None,
            asks_certificate: false,
            transcript,
            inside: Vec::new(),
            master: Vec::new(),
            keys: None,
            written: 0,
            read: 0,
            our_proof: Vec::new(),
            stage: Stage::Flight,
            result: Finished12::default(),
        };
        (this, bytes)
    }

    /// Takes bytes.
    pub(crate) fn heard(&mut self, bytes: &[u8]) -> Turn<Finished12> {
        let mut out = Vec::new();
        for heard in self.flight.push(bytes) {
            if self.step(heard, &mut out).is_none() {
                return Turn::Done(std::mem::take(&mut self.result));
            }
        }
        Turn::Go(out)
    }

    /// The connection ended. Who closes instead of beginning again has refused to.
    pub(crate) fn ended(mut self, by_timeout: bool) -> Finished12 {
        if self.stage == Stage::Again && !by_timeout {
            self.result.renegotiated.get_or_insert(false);
        }
        self.result
    }

    fn step(&mut self, heard: Heard, out: &mut Vec<u8>) -> Option<()> {
        match heard {
            Heard::Message { kind, body } => self.in_the_clear(kind, &body, out),
            Heard::Sealed { kind, version, content } => self.unseal(kind, version, &content, out),
            Heard::ChangeCipherSpec => Some(()),
            Heard::Alert(alert) => self.alert(alert),
            Heard::Heartbeat(_) | Heard::V2(_) | Heard::Broken(_) => self.broken(),
        }
    }

    fn broken(&mut self) -> Option<()> {
        self.result.broken = true;
        None
    }

    fn alert(&mut self, alert: Alert) -> Option<()> {
        if self.stage == Stage::Again {
            self.result.renegotiated.get_or_insert(false);
            return None;
        }
        if alert.level == 2 {
            self.result.alert = Some(alert.description);
            return None;
        }
        Some(())
    }

    fn in_the_clear(&mut self, kind: u8, body: &[u8], out: &mut Vec<u8>) -> Option<()> {
        match kind {
            0 => return Some(()),
            2 => {
                let hello = ServerHello::read(body).filter(|hello| {
                    hello.version == Version::Tls12.id() && self.ask.suites.contains(&hello.suite)
                });
                if hello.is_none() {
                    return self.broken();
                }
                self.hello = hello;
            }
            4 if self.stage == Stage::Finish => {
                let mut at = Bytes::new(body);
                self.result.ticket = at.take(4).and_then(|_| at.vec16()).map(<[u8]>::to_vec);
            }
            12 => {
                let exchange = self.hello.as_ref().and_then(|hello| suite(hello.suite))?.exchange;
                self.exchanged = exchanged(body, exchange, false);
            }
            13 => self.asks_certificate = true,
            _ => {}
        }
        self.transcript.extend(handshake(kind, body));
        if kind == 14 && self.stage == Stage::Flight && self.finish(out).is_none() {
            return self.broken();
        }
        Some(())
    }

    /// The server has said all; our half, and the keys.
    fn finish(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let hello = self.hello.as_ref()?;
        let (hash, length) = gcm_suite(hello.suite)?;
        let (public, secret) = agreed(suite(hello.suite)?.exchange, self.exchanged.as_ref()?)?;
        if self.asks_certificate {
            let message = handshake(11, &[0, 0, 0]);
            out.extend(record(22, 0x0303, &message));
            self.transcript.extend(message);
        }
        let message = handshake(16, &public);
        out.extend(record(22, 0x0303, &message));
        self.transcript.extend(message);
        self.master = hash.prf(&secret, "master secret", &[self.random, hello.random].concat(), 48);
        let seed = [hello.random, self.random].concat();
        let block =
            hash.prf(&self.master, "key expansion", &seed, length.saturating_mul(2).saturating_add(8));
        let mut at = Bytes::new(&block);
        let (client, server) = (at.take(length)?, at.take(length)?);
        let (client_iv, server_iv) = (at.take(4)?, at.take(4)?);
        self.keys = Some((hash, Seal::new(client, client_iv)?, Seal::new(server, server_iv)?));
        self.our_proof = hash.prf(&self.master, "client finished", &hash.of(&self.transcript), 12);
        let message = handshake(20, &self.our_proof);
        out.extend(record(20, 0x0303, &[1]));
        out.extend(self.sealed(22, &message)?);
        self.transcript.extend(message);
        self.stage = Stage::Finish;
        Some(())
    }

    fn sealed(&mut self, kind: u8, content: &[u8]) -> Option<Vec<u8>> {
        let (_, writing, _) = self.keys.as_ref()?;
        let number = self.written.to_be_bytes();
        self.written = self.written.saturating_add(1);
        let mut body = number.to_vec();
        body.extend(writing.close(&writing.nonce12(&number), &about(number, kind, content.len()), content));
        Some(record(kind, 0x0303, &body))
    }

    fn unseal(&mut self, kind: u8, version: u16, content: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let number = self.read.to_be_bytes();
        self.read = self.read.saturating_add(1);
        let plain = self.keys.as_ref().filter(|_| version == 0x0303).and_then(|(_, _, reading)| {
            let (explicit, sealed) = content.split_at_checked(8)?;
            let length = sealed.len().checked_sub(16)?;
            reading.open(&reading.nonce12(explicit), &about(number, kind, length), sealed)
        });
        let Some(plain) = plain else { return self.broken() };
        match kind {
            21 => {
                let [level, description] = *plain.as_slice() else { return self.broken() };
                self.alert(Alert { level, description })
            }
            22 => self.under_keys(&plain, out),
            _ => Some(()),
        }
    }

    fn under_keys(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Option<()> {
        self.inside.extend_from_slice(plain);
        let inside = std::mem::take(&mut self.inside);
        let mut at = Bytes::new(&inside);
        loop {
            let before = at;
            let (Some(kind), Some(body)) = (at.u8(), at.vec24()) else {
                self.inside = before.rest().to_vec();
                return Some(());
            };
            match (kind, self.stage) {
                (20, Stage::Finish) => self.finished(body, out)?,
                (2, Stage::Again) => {
                    self.result.renegotiated = Some(true);
                    return None;
                }
                _ => {}
            }
        }
    }

    fn finished(&mut self, body: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let hash = self.keys.as_ref().map(|(hash, ..)| *hash)?;
        if hash.prf(&self.master, "server finished", &hash.of(&self.transcript), 12) != body {
            return self.broken();
        }
        self.result.is_finished = true;
        if !self.ask.renegotiate {
            return None;
        }
        let mut random = self.random;
        random.reverse();
        let hello = hello_of(&self.ask, random, self.our_proof.clone()).message();
        out.extend(self.sealed(22, &hello)?);
        self.stage = Stage::Again;
        Some(())
    }
}

/// What a record says about itself (RFC 5246 section 6.2.3.3).
fn about(number: [u8; 8], kind: u8, length: usize) -> Vec<u8> {
    let mut about = number.to_vec();
    about.extend([kind, 3, 3]);
    about.extend(u16::try_from(length).unwrap_or_default().to_be_bytes());
    about
}

/// Our public value as a ClientKeyExchange, and the secret: the number one again.
fn agreed(exchange: Exchange, theirs: &Exchanged) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut message = Vec::new();
    match (exchange, theirs) {
        (Exchange::Ecdhe, Exchanged::Curve { group, point }) => {
            put_vec8(&mut message, &public_one(*group)?);
            Some((message, shared(*group, point)?))
        }
        (Exchange::Dhe, Exchanged::Field { generator, public, .. }) => {
            put_vec16(&mut message, generator);
            let zeros = public.iter().take_while(|byte| **byte == 0).count();
            Some((message, public.get(zeros..)?.to_vec()))
        }
        _ => None,
    }
}
