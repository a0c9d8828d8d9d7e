//! ROBOT (Böck, Somorovsky, Young 2018): does a server tell a right padding of PKCS #1 from a wrong one? It is asked with
//! five ciphertexts of ours, which hold nothing; what counts is only whether the answers differ.

use super::rsa::PublicKey;
use crate::tls::wire::{Flight, Heard, certificates, handshake, put_vec16, record};

/// Ciphertexts sent, each on a connection of its own.
pub(crate) const FORMS: u8 = 5;

/// Characters of a reaction that count.
const REACTION_MAX: usize = 200;

/// One question to the oracle that may be there.
#[derive(Debug)]
pub(crate) struct Robot {
    form: u8,
    /// What the hello asked for, which the premaster secret repeats.
    version: u16,
    flight: Flight,
    leaf: Vec<u8>,
    asks_certificate: bool,
    sent: bool,
    reaction: String,
}

/// How the server took it; `None` when it never came to that.
pub(crate) type Reaction = Option<String>;

impl Robot {
    pub(crate) fn new(form: u8, version: u16) -> Self {
        let (flight, leaf) = (Flight::new(), Vec::new());
        Self { form, version, flight, leaf, asks_certificate: false, sent: false, reaction: String::new() }
    }

    /// Takes bytes: what to send, or how it ended.
    pub(crate) fn heard(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Reaction> {
        let mut out = Vec::new();
        for heard in self.flight.push(bytes) {
            match heard {
                Heard::Message { kind: 11, body } if !self.sent => {
                    self.leaf = certificates(&body, false).into_iter().next().unwrap_or_default();
                }
                Heard::Message { kind: 14, .. } if !self.sent => {
                    out.extend(self.exchange().ok_or(None)?);
                    self.sent = true;
                }
                Heard::Message { kind, .. } if !self.sent => self.asks_certificate |= kind == 13,
                Heard::Alert(alert) if !self.sent && alert.level == 1 => {}
                Heard::Alert(alert) if self.sent => {
                    self.note("alert", alert.description);
                }
                Heard::ChangeCipherSpec if self.sent => self.note("change", 1),
                Heard::Message { kind, .. } => self.note("message", kind),
                Heard::Sealed { kind, .. } if self.sent => self.note("sealed", kind),
                // What is no TLS any more, such as an error in the words of a database, is an answer too.
                Heard::Broken(what) if self.sent => return Err(self.ended(&format!("{what:?}"))),
                _ => return Err(None),
            }
        }
        Ok(out)
    }

    fn note(&mut self, what: &str, number: u8) {
        if self.reaction.len() < REACTION_MAX {
            self.reaction.extend([what, " ", &number.to_string(), ", "]);
        }
    }

    /// The connection ended, in this way.
    pub(crate) fn ended(&self, how: &str) -> Reaction {
        self.sent.then(|| format!("{}{how}", self.reaction))
    }

    fn exchange(&self) -> Option<Vec<u8>> {
        let key = PublicKey::of(&self.leaf)?;
        let mut body = Vec::new();
        put_vec16(&mut body, &key.raise(&padded(self.form, key.modulus.len(), self.version)));
        let mut out = Vec::new();
        if self.asks_certificate {
            // an empty list: we have none
            out.extend(record(22, self.version, &handshake(11, &[0, 0, 0])));
        }
        out.extend(record(22, self.version, &handshake(16, &body)));
        out.extend(record(20, self.version, &[1]));
        out.extend(record(22, self.version, &[0x3C; 64]));
        Some(out)
    }
}

/// The five forms, as long as the modulus: right; a wrong beginning; no zero anywhere; a zero in a wrong place; a wrong
/// version inside.
fn padded(form: u8, length: usize, version: u16) -> Vec<u8> {
    let mut block = vec![0xAB; length];
    let mut put = |at: usize, bytes: &[u8]| {
        block.iter_mut().skip(at).zip(bytes).for_each(|(to, from)| *to = *from);
    };
    let secret = length.saturating_sub(48);
    let [high, low] = version.to_be_bytes();
    put(0, &[0, 2]);
    put(secret.saturating_sub(1), &[0, high, low]);
    match form {
        1 => put(0, &[0x41, 0x17]),
        2 => put(secret.saturating_sub(1), &[0x11]),
        3 => {
            put(secret.saturating_sub(1), &[0x11]);
            put(length.saturating_sub(1), &[0]);
        }
        4 => put(secret, &[2, 2]),
        _ => {}
    }
    block
}

/// Whether the answers to the five differ.
pub(crate) fn differ(reactions: &[String]) -> bool {
    reactions.windows(2).any(|pair| matches!(pair, [left, right] if left != right))
}
