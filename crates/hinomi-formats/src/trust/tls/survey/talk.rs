//! One connection that asks by a hello and listens until the server has said what there is to learn.

use super::End;
use super::surveyed::Why;
use crate::tls::handshake::{Finished12, Told13};
use crate::tls::names::{Auth, Version, suite};
use crate::tls::probe::{Poked, Reaction};
use crate::tls::wire::{
    Alert, Exchanged, Flight, Heard, NotTls, ServerHello, ServerHelloV2, certificates, exchanged,
};

/// Alerts heard before a server that only warns is left alone.
const ALERTS_MAX: usize = 16;

/// What a hello came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The server chose.
    Chose(Box<Chosen>),
    /// An SSLv2 server listed what it has.
    V2(ServerHelloV2),
    /// The server refused: by an alert, or by closing.
    Refused(Option<u8>),
    /// A handshake of TLS 1.3 came to its end, or not.
    Told(Box<Told13>),
    /// A handshake of TLS 1.2 came to its end, or not.
    Finished(Box<Finished12>),
    /// A probe came to its end; whether the server gave a session id there, where no ticket was asked for.
    Poked(Poked, Option<bool>),
    /// How an oracle that may be there reacted.
    Reacted(Reaction),
    /// Nothing is known.
    Failed(Why),
}

/// The flight of a server that chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) hello: ServerHello,
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) staple: Option<Vec<u8>>,
    pub(super) exchanged: Option<Exchanged>,
    pub(super) asks_certificate: bool,
    /// A fatal alert after the choice: the server could not do what it chose.
    pub(super) failed: Option<u8>,
}

/// A connection in progress.
#[derive(Debug)]
pub(super) struct Talk {
    flight: Flight,
    chosen: Option<Box<Chosen>>,
    alerts: usize,
}

impl Talk {
    pub(super) fn new(is_v2: bool) -> Self {
        let flight = if is_v2 { Flight::of_sslv2() } else { Flight::new() };
        Self { flight, chosen: None, alerts: 0 }
    }

    /// Takes bytes; an outcome ends the connection.
    pub(super) fn heard(&mut self, bytes: &[u8]) -> Option<Outcome> {
        let heard = self.flight.push(bytes);
        heard.into_iter().find_map(|heard| self.step(heard))
    }

    /// The connection ended by itself.
    pub(super) fn ended(mut self, end: End) -> Outcome {
        if let Some(what) = self.flight.end() {
            return Outcome::Failed(Why::NotTls(what));
        }
        match (self.chosen, end) {
            (Some(chosen), _) => Outcome::Chose(chosen),
            (None, End::Timeout) => Outcome::Failed(Why::Timeout),
            (None, End::Refused) => Outcome::Failed(Why::Unreachable),
            (None, End::Closed | End::Reset) => Outcome::Refused(None),
        }
    }

    fn step(&mut self, heard: Heard) -> Option<Outcome> {
        match heard {
            Heard::V2(hello) => Some(Outcome::V2(hello)),
            Heard::Broken(NotTls::RefusedV2) => Some(Outcome::Refused(None)),
            Heard::Broken(what) => {
                Some(self.chosen.take().map_or(Outcome::Failed(Why::NotTls(what)), Outcome::Chose))
            }
            Heard::Alert(alert) => self.alert(alert),
            Heard::Message { kind, body } => self.message(kind, &body),
            // A session that is taken up again: nothing more comes in the clear.
            Heard::ChangeCipherSpec => self.chosen.take().map(Outcome::Chose),
            Heard::Heartbeat(_) | Heard::Sealed { .. } => None,
        }
    }

    fn alert(&mut self, alert: Alert) -> Option<Outcome> {
        self.alerts = self.alerts.saturating_add(1);
        if self.alerts > ALERTS_MAX {
            return Some(Outcome::Failed(Why::Contradicts("a flood of alerts".to_owned())));
        }
        // A warning goes on, or the close that follows ends it.
        if alert.level != 2 {
            return None;
        }
        Some(match self.chosen.take() {
            None => Outcome::Refused(Some(alert.description)),
            Some(mut chosen) => {
                chosen.failed = Some(alert.description);
                Outcome::Chose(chosen)
            }
        })
    }

    fn message(&mut self, kind: u8, body: &[u8]) -> Option<Outcome> {
        if kind == 2 {
            return self.hello(body);
        }
        let Some(chosen) = &mut self.chosen else {
            // HelloRequest may come at any time; anything else before the ServerHello is none of TLS.
            return (kind != 0).then_some(Outcome::Failed(Why::NotTls(NotTls::Malformed)));
        };
        match kind {
            11 => chosen.certificates = certificates(body, false),
            12 => {
                let suite = suite(chosen.hello.suite);
                chosen.exchanged =
                    suite.and_then(|suite| exchanged(body, suite.exchange, suite.auth == Auth::Psk));
            }
            13 => chosen.asks_certificate = true,
            22 => chosen.staple = body.get(4..).filter(|_| body.first() == Some(&1)).map(<[u8]>::to_vec),
            14 => return self.chosen.take().map(Outcome::Chose),
            _ => {}
        }
        None
    }

    fn hello(&mut self, body: &[u8]) -> Option<Outcome> {
        let Some(hello) = ServerHello::read(body) else {
            return Some(Outcome::Failed(Why::NotTls(NotTls::Malformed)));
        };
        let is_tls13 = hello.version == Version::Tls13.id();
        let chosen = Box::new(Chosen {
            hello,
            certificates: Vec::new(),
            staple: None,
            exchanged: None,
            asks_certificate: false,
            failed: None,
        });
        if is_tls13 {
            return Some(Outcome::Chose(chosen));
        }
        self.chosen = Some(chosen);
        None
    }
}

impl Chosen {
    /// The group agreed, if this flight names one.
    pub(super) fn group(&self) -> Option<u16> {
        match &self.exchanged {
            Some(Exchanged::Curve { group, .. }) => Some(*group),
            _ => self.hello.group(),
        }
    }

    /// The group a certificate's key stands on, for the curves that certificates use.
    pub(super) fn certificate_curve(&self) -> Option<u16> {
        const CURVES: &[(&[u8], u16)] = &[
            (&[0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], 0x17),
            (&[0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22], 0x18),
            (&[0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23], 0x19),
        ];
        // AlgorithmIdentifier of an EC key: id-ecPublicKey, then the curve (RFC 5480).
        const EC_KEY: &[u8] = &[0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
        let leaf = self.certificates.first()?;
        let at = memchr::memmem::find(leaf, EC_KEY)?;
        let after = leaf.get(at.saturating_add(EC_KEY.len())..)?;
        CURVES.iter().find(|(oid, _)| after.starts_with(oid)).map(|(_, group)| *group)
    }
}
