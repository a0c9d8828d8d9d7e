//! A record that only a server reads which has changed to the keys of an empty secret (CVE-2014-0224): it derived them before
//! any secret was agreed, and anyone can do the same. TLS 1.2 with AES, in GCM (RFC 5288) or in CBC with SHA-1 (RFC 5246
//! section 6.2.3.2).

use crate::tls::handshake::{Hash, Seal, gcm_suite};
use crate::tls::names::{Mode, Version, suite};
use crate::tls::wire::{Bytes, ServerHello, record};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The header of a ClientKeyExchange of 258 bytes: who reads it waits for the rest, which never comes.
const BEGINNING: [u8; 4] = [16, 0, 1, 2];

/// Number, type, version and length of it as a first record: what its seal covers.
const ABOUT: [u8; 13] = [0, 0, 0, 0, 0, 0, 0, 0, 22, 3, 3, 0, 4];

/// How a suite seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// GCM: hash and bytes of key.
    Gcm(Hash, usize),
    /// CBC with SHA-1: bytes of key.
    Cbc(usize),
}

fn kind(id: u16) -> Option<Kind> {
    if let Some((hash, length)) = gcm_suite(id) {
        return Some(Kind::Gcm(hash, length));
    }
    let suite =
        suite(id).filter(|suite| suite.cipher == "AES" && suite.mode == Mode::Cbc && suite.mac == "SHA")?;
    Some(Kind::Cbc(usize::from(suite.bits).checked_div(8)?))
}

/// Whether [`beginning`] can be made in a suite of TLS 1.2.
pub(crate) fn seals(id: u16) -> bool {
    kind(id).is_some()
}

/// The beginning of a message, sealed as the first record of a client; `None` when the suite agreed is not one that we seal with.
pub(super) fn beginning(hello: &ServerHello, random: [u8; 32]) -> Option<Vec<u8>> {
    // encrypt-then-MAC, RFC 7366: no server that old
    let is_usual = hello.version == Version::Tls12.id() && hello.extension(22).is_none();
    let seed = [hello.random, random].concat();
    match kind(hello.suite).filter(|_| is_usual)? {
        Kind::Gcm(hash, length) => by_gcm(hash, length, &seed),
        Kind::Cbc(length) => by_cbc(length, &seed),
    }
}

/// An initialisation vector of zeros, then content, MAC and padding in CBC.
fn by_cbc(length: usize, seed: &[u8]) -> Option<Vec<u8>> {
    const MAC_BYTES: usize = 20;
    let bytes = MAC_BYTES.saturating_add(length).saturating_mul(2);
    let block = Hash::Sha256.prf(&[], "key expansion", seed, bytes);
    let mut at = Bytes::new(&block);
    let (tag_key, _, key) = (at.take(MAC_BYTES)?, at.take(MAC_BYTES)?, at.take(length)?);
    let mut tag = <Hmac<Sha1> as KeyInit>::new_from_slice(tag_key).ok()?;
    tag.update(&ABOUT);
    tag.update(&BEGINNING);
    let mut plain = BEGINNING.to_vec();
    plain.extend(tag.finalize().into_bytes());
    let padding = 16_usize.saturating_sub(plain.len() % 16);
    plain.resize(plain.len().saturating_add(padding), u8::try_from(padding.saturating_sub(1)).ok()?);
    let mut body = vec![0; 16];
    body.extend(Seal::new(key, &[])?.chained(&plain));
    Some(record(22, Version::Tls12.id(), &body))
}

fn by_gcm(hash: Hash, length: usize, seed: &[u8]) -> Option<Vec<u8>> {
    let block = hash.prf(&[], "key expansion", seed, length.saturating_mul(2).saturating_add(8));
    let mut at = Bytes::new(&block);
    let (key, _theirs, salt) = (at.take(length)?, at.take(length)?, at.take(4)?);
    let seal = Seal::new(key, salt)?;
    let number = [0; 8];
    let mut body = number.to_vec();
    body.extend(seal.close(&seal.nonce12(&number), &ABOUT, &BEGINNING));
    Some(record(22, Version::Tls12.id(), &body))
}
