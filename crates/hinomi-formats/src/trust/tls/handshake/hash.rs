//! Key derivation: HKDF with the labels of TLS 1.3 (RFC 5869, RFC 8446 section 7.1) and the PRF of TLS 1.2 (RFC 5246
//! section 5).

use crate::tls::wire::{put_u16, put_vec8};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha384};

/// The hash of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
}

impl Hash {
    pub(crate) fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    pub(crate) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
        }
    }

    pub(crate) fn keyed(self, key: &[u8], pieces: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha256 => keyed(<Hmac<Sha256> as KeyInit>::new_from_slice(key).ok(), pieces),
            Self::Sha384 => keyed(<Hmac<Sha384> as KeyInit>::new_from_slice(key).ok(), pieces),
        }
    }

    /// HKDF-Extract.
    pub(crate) fn extract(self, salt: &[u8], secret: &[u8]) -> Vec<u8> {
        self.keyed(salt, &[secret])
    }

    /// HKDF-Expand-Label.
    pub(crate) fn expand(self, secret: &[u8], label: &str, context: &[u8], length: usize) -> Vec<u8> {
        let mut about = Vec::new();
        put_u16(&mut about, u16::try_from(length).unwrap_or_default());
        put_vec8(&mut about, format!("tls13 {label}").as_bytes());
        put_vec8(&mut about, context);
        let (mut out, mut last) = (Vec::new(), Vec::new());
        for round in 1..=u8::MAX {
            if out.len() >= length {
                break;
            }
            last = self.keyed(secret, &[&last, &about, &[round]]);
            out.extend_from_slice(&last);
        }
        out.truncate(length);
        out
    }

    /// Derive-Secret, with the hash of the messages made already.
    pub(crate) fn derive(self, secret: &[u8], label: &str, messages: &[u8]) -> Vec<u8> {
        self.expand(secret, label, messages, self.length())
    }

    /// The PRF of TLS 1.2.
    pub(crate) fn prf(self, secret: &[u8], label: &str, seed: &[u8], length: usize) -> Vec<u8> {
        let seed = [label.as_bytes(), seed].concat();
        let (mut out, mut at) = (Vec::new(), self.keyed(secret, &[&seed]));
        while out.len() < length {
            out.extend(self.keyed(secret, &[&at, &seed]));
            at = self.keyed(secret, &[&at]);
        }
        out.truncate(length);
        out
    }
}

fn keyed<M: Mac>(mac: Option<M>, pieces: &[&[u8]]) -> Vec<u8> {
    // HMAC takes keys of any length, so that there is always one.
    let Some(mut mac) = mac else { return Vec::new() };
    pieces.iter().for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}
