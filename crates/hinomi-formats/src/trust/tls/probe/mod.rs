//! Probes that prove a fault without doing harm, each on one connection that stops before any key is agreed.
//!
//! - **Heartbleed** (CVE-2014-0160): a heartbeat that is wrong in one way only: the padding that RFC 6520 asks for is
//!   missing. It carries every byte that it claims, so that a server at fault sends back our own bytes, and none of its
//!   memory; a server that checks drops it. A right heartbeat with other bytes follows, so that it need not be waited
//!   for silence: which of the two comes back decides.
//! - **CCS** (CVE-2014-0224): a ChangeCipherSpec before its time. A server that is right objects. One that is silent gets
//!   the beginning of a message under the keys of an empty secret, which a server at fault reads, to wait for the rest, and
//!   then a record of noise, at which it says that it cannot decrypt it, or ends: two records that only differ in their keys.

mod early;
mod robot;
mod rsa;
#[cfg(test)]
mod tests;

pub(crate) use early::seals;
pub(crate) use robot::{FORMS, Reaction, Robot, differ};

use crate::tls::wire::{Alert, Flight, Heard, ServerHello, record};

/// What a probe came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Poked {
    /// The fault is there, proven by this.
    Vulnerable(String),
    /// The server behaved as it should.
    NotVulnerable,
    /// It said something that proves neither.
    Unclear(String),
    /// The connection never came to the point.
    NotReached,
}

/// Which fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    Heartbleed,
    Ccs,
}

/// What a silent server was sent last, behind the early ChangeCipherSpec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Nothing,
    Beginning,
    Noise,
}

/// A probe in progress.
#[derive(Debug)]
pub(crate) struct Poke {
    fault: Fault,
    flight: Flight,
    /// The version agreed: a record of another is refused before it is looked at, which would prove nothing.
    version: u16,
    /// What was sent after the server's flight, once it was.
    sent: Option<Vec<u8>>,
    echoed: Vec<u8>,
    random: [u8; 32],
    hello: Option<ServerHello>,
    /// How far the server was led on by its silence.
    step: Step,
    /// The server said nothing to the beginning of a message.
    is_read: bool,
}

/// Bytes of the heartbeat: more than the 4 KiB that a server at fault may hold back in its buffer, and with the three
/// bytes of header still one record.
const PAYLOAD: u16 = 16_000;
/// Padding that the answer carries (RFC 6520 section 4).
const PADDING: usize = 16;

impl Poke {
    /// A probe behind a hello with this random.
    pub(crate) fn new(fault: Fault, random: [u8; 32]) -> Self {
        Self {
            fault,
            flight: Flight::new(),
            version: 0x0301,
            sent: None,
            echoed: Vec::new(),
            random,
            hello: None,
            step: Step::Nothing,
            is_read: false,
        }
    }

    /// Whether the server gave a session id, once it has answered.
    pub(crate) fn session_id(&self) -> Option<bool> {
        self.hello.as_ref().map(|hello| !hello.session_id.is_empty())
    }

    /// Takes bytes: what to send, or what it came to.
    pub(crate) fn heard(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Poked> {
        let mut out = Vec::new();
        for heard in self.flight.push(bytes) {
            match heard {
                Heard::Message { kind: 14, .. } if self.sent.is_none() => {
                    let bytes = self.bytes();
                    out.extend_from_slice(&bytes);
                    self.sent = Some(bytes);
                }
                Heard::Message { kind: 2, body } => {
                    self.hello = ServerHello::read(&body);
                    self.version = self.hello.as_ref().map_or(self.version, |hello| hello.version);
                }
                Heard::Message { .. } => {}
                Heard::Alert(Alert { level: 1, description: 112 }) => {}
                Heard::Alert(alert) if self.sent.is_some() => return Err(self.alert(alert)),
                Heard::Alert(_) if self.sent.is_none() => return Err(Poked::NotReached),
                Heard::Heartbeat(content) if self.fault == Fault::Heartbleed => {
                    self.echoed.extend(content);
                    if let Some(poked) = self.echo() {
                        return Err(poked);
                    }
                }
                _ => return Err(self.ended(false)),
            }
        }
        Ok(out)
    }

    /// Whether silence is soon an answer.
    pub(crate) fn is_impatient(&self) -> bool {
        self.fault == Fault::Ccs && self.sent.is_some() && self.step < Step::Noise
    }

    /// The server is silent: what to send next, if anything.
    pub(crate) fn silent(&mut self) -> Option<Vec<u8>> {
        if !self.is_impatient() {
            return None;
        }
        let hello = self.hello.as_ref().filter(|_| self.step == Step::Nothing);
        if let Some(beginning) = hello.and_then(|hello| early::beginning(hello, self.random)) {
            self.step = Step::Beginning;
            return Some(beginning);
        }
        self.is_read = self.step == Step::Beginning;
        self.step = Step::Noise;
        Some(record(22, self.version, &[0x5A; 64]))
    }

    /// The connection ended without more.
    pub(crate) fn ended(&self, by_timeout: bool) -> Poked {
        match (self.fault, &self.sent) {
            (_, None) => Poked::NotReached,
            (Fault::Heartbleed, Some(_)) if self.echoed.is_empty() => Poked::NotVulnerable,
            (Fault::Heartbleed, Some(_)) => Poked::Unclear("part of a heartbeat came back".to_owned()),
            // closed without a word: refused, or given up
            (Fault::Ccs, Some(_)) if self.step == Step::Nothing => Poked::NotVulnerable,
            (Fault::Ccs, Some(_)) if self.is_read && !by_timeout => Poked::Vulnerable(
                "read a record under the keys of an empty secret, and ended at noise".to_owned(),
            ),
            (Fault::Ccs, Some(_)) => Poked::Unclear(
                "took it in silence, and ended without a word at the record behind it".to_owned(),
            ),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self.fault {
            Fault::Heartbleed => {
                let beat = |number: u8, padding: usize| {
                    let mut beat = vec![1];
                    beat.extend(PAYLOAD.to_be_bytes());
                    beat.extend((0..PAYLOAD).map(|at| own_byte(number, at)));
                    beat.resize(beat.len().saturating_add(padding), 0);
                    record(24, self.version, &beat)
                };
                [beat(WRONG, 0), beat(RIGHT, PADDING)].concat()
            }
            Fault::Ccs => record(20, self.version, &[1]),
        }
    }

    fn alert(&self, alert: Alert) -> Poked {
        match (self.fault, alert.description) {
            // bad_record_mac, decryption_failed: it had changed to keys that nobody agreed
            (Fault::Ccs, code @ (20 | 21)) if self.step > Step::Nothing => {
                Poked::Vulnerable(format!("answered with alert {code}"))
            }
            (Fault::Ccs, _) | (Fault::Heartbleed, _) if self.echoed.is_empty() => Poked::NotVulnerable,
            _ => self.ended(false),
        }
    }

    /// The echo, once it is whole: it must be our own bytes.
    fn echo(&self) -> Option<Poked> {
        let length = usize::from(PAYLOAD);
        let (head, rest) = self.echoed.split_at_checked(3)?;
        if head.first() != Some(&2) {
            return Some(Poked::Unclear("a heartbeat that is no answer".to_owned()));
        }
        let payload = rest.get(..length)?;
        let is = |number| payload.iter().copied().eq((0..PAYLOAD).map(|at| own_byte(number, at)));
        Some(match (is(WRONG), is(RIGHT)) {
            (true, _) => Poked::Vulnerable(format!("sent back {length} bytes, all of them ours")),
            (_, true) => Poked::NotVulnerable,
            _ => Poked::Unclear("sent back other bytes than ours".to_owned()),
        })
    }
}

/// The two heartbeats.
const WRONG: u8 = 0;
const RIGHT: u8 = 0x55;

/// Bytes of ours, by heartbeat and place.
fn own_byte(number: u8, at: u16) -> u8 {
    let [high, low] = at.wrapping_mul(31).to_be_bytes();
    high ^ low ^ number
}
