//! Probes that prove a fault without doing harm, each on one connection that stops before any key is agreed.
//!
//! - **Heartbleed** (CVE-2014-0160): a heartbeat that is wrong in one way only: the padding that RFC 6520 asks for is
//!   missing. It carries every byte that it claims, so that a server at fault sends back our own bytes, and none of its
//!   memory; a server that checks drops it.
//! - **CCS** (CVE-2014-0224): a ChangeCipherSpec before its time, then a record of noise. A server that is right objects
//!   to the first; one at fault tries to decrypt the second, and says so. Nothing is decrypted.

#[cfg(test)]
mod tests;

use crate::tls::wire::{Alert, Flight, Heard, record};

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

/// A probe in progress.
#[derive(Debug)]
pub(crate) struct Poke {
    fault: Fault,
    flight: Flight,
    /// What was sent after the server's flight, once it was.
    sent: Option<Vec<u8>>,
    echoed: Vec<u8>,
}

/// Bytes of the heartbeat: more than the 4 KiB that a server at fault may hold back in its buffer, and with the three
/// bytes of header still one record.
const PAYLOAD: u16 = 16_000;
/// Padding that the answer carries (RFC 6520 section 4).
const PADDING: usize = 16;

impl Poke {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { fault, flight: Flight::new(), sent: None, echoed: Vec::new() }
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
                _ => return Err(self.ended()),
            }
        }
        Ok(out)
    }

    /// The connection ended without more.
    pub(crate) fn ended(&self) -> Poked {
        match (self.fault, &self.sent) {
            (_, None) => Poked::NotReached,
            (Fault::Heartbleed, Some(_)) if self.echoed.is_empty() => Poked::NotVulnerable,
            // closed without a word: refused, or given up
            (Fault::Ccs, Some(_)) => Poked::NotVulnerable,
            (Fault::Heartbleed, Some(_)) => Poked::Unclear("part of a heartbeat came back".to_owned()),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self.fault {
            Fault::Heartbleed => {
                let mut beat = vec![1];
                beat.extend(PAYLOAD.to_be_bytes());
                beat.extend((0..PAYLOAD).map(own_byte));
                let mut out = record(24, 0x0301, &beat);
                // a farewell, so that a server that dropped the beat answers as well
                out.extend(record(21, 0x0301, &[1, 0]));
                out
            }
            Fault::Ccs => {
                let mut out = record(20, 0x0301, &[1]);
                out.extend(record(22, 0x0301, &[0x5A; 64]));
                out
            }
        }
    }

    fn alert(&self, alert: Alert) -> Poked {
        match (self.fault, alert.description) {
            // bad_record_mac, decryption_failed: it had changed to keys that nobody agreed
            (Fault::Ccs, code @ (20 | 21)) => Poked::Vulnerable(format!("answered with alert {code}")),
            (Fault::Ccs, _) | (Fault::Heartbleed, _) if self.echoed.is_empty() => Poked::NotVulnerable,
            _ => self.ended(),
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
        let is_ours = payload.iter().copied().eq((0..PAYLOAD).map(own_byte));
        let behind = rest.len().saturating_sub(length);
        Some(match is_ours && behind <= PADDING {
            true => Poked::Vulnerable(format!("sent back {length} bytes, all of them ours")),
            false => Poked::Unclear("sent back other bytes than ours".to_owned()),
        })
    }
}

/// Bytes of ours, by their place.
fn own_byte(at: u16) -> u8 {
    let [high, low] = at.wrapping_mul(31).to_be_bytes();
    high ^ low
}
