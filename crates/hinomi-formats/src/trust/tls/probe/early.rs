//! A record that only a server reads which has changed to the keys of an empty secret (CVE-2014-0224): it derived them before
//! any secret was agreed, and anyone can do the same. AES-GCM of TLS 1.2 (RFC 5288).

use crate::tls::handshake::{Seal, gcm_suite};
use crate::tls::names::Version;
use crate::tls::wire::{Bytes, ServerHello, record};

/// A warning that the user gave up (RFC 5246 section 7.2): it is left aside in the middle of a handshake.
const WARNING: [u8; 2] = [1, 90];

/// The warning, sealed as the first record of a client; `None` when the suite agreed is not one that we seal with.
pub(super) fn warning(hello: &ServerHello, random: [u8; 32]) -> Option<Vec<u8>> {
    let (hash, length) = gcm_suite(hello.suite).filter(|_| hello.version == Version::Tls12.id())?;
    let seed = [hello.random, random].concat();
    let block = hash.prf(&[], "key expansion", &seed, length.saturating_mul(2).saturating_add(8));
    let mut at = Bytes::new(&block);
    let (key, _theirs, salt) = (at.take(length)?, at.take(length)?, at.take(4)?);
    let seal = Seal::new(key, salt)?;
    let number = [0; 8];
    // number, type, version and length of the content
    let about = [&number[..], &[21, 3, 3, 0, 2]].concat();
    let mut body = number.to_vec();
    body.extend(seal.close(&seal.nonce12(&number), &about, &WARNING));
    Some(record(21, Version::Tls12.id(), &body))
}
