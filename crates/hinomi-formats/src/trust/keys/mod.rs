//! Keys and certificates of every kind: recognised by content, opened, and told apart.
//!
//! [`read`] takes the bytes of one file and returns what it holds: certificates, requests, private and public keys,
//! keystores with everything inside. What is encrypted is tried with the passwords given and a few well-known ones,
//! and with nothing else. [`may_hold`] says cheaply that most files hold none.
//!
//! Invariant: private numbers live in [`PrivateNumbers`] only, which cannot be printed, serialised or taken out.

mod asn1;
mod curve;
mod gather;
mod lock;
mod object;
mod pgp;
mod secret;
mod sieve;
mod ssh;
mod store;
#[cfg(test)]
mod tests;
mod text;
pub mod weak;

pub use lock::DEFAULT_PASSWORDS;
pub use object::{Certificate, KeyFormat, KeyKind, KeyObject, OpenedBy, PublicNumbers};
pub use secret::PrivateNumbers;

use crate::{Limits, Parsed, ProblemKind};
use asn1::ber::Reader;
use gather::{Gather, Tag};
use sha2::{Digest, Sha256};
use sieve::{Binary, Signs};

/// Whether a file may hold keys; most do not, and this is quick to say so.
pub fn may_hold(bytes: &[u8]) -> bool {
    sieve::signs(bytes).any()
}

/// Reads every key and certificate in a file. `name` is its file name, and tells a list of keys that may log in from
/// keys on their own; `passwords` are tried on what is encrypted, before [`DEFAULT_PASSWORDS`].
///
/// Limits: `entries_max` objects, `passwords_max` of the passwords, `steps_max` hashes to open what is encrypted,
/// `text_bytes_max` of JSON. What could not be read or opened is told by a problem; a file without keys gives neither
/// objects nor problems.
pub fn read(name: &str, bytes: &[u8], passwords: &[String], limits: &Limits) -> Parsed<Vec<KeyObject>> {
    let signs = sieve::signs(bytes);
    let mut gather = Gather::new(passwords, limits);
    if signs.any() {
        by_signs(&mut gather, name, bytes, signs, "");
    }
    let Gather { ring, objects, mut problems, .. } = gather;
    problems.extend(ring.problems);
    Parsed { value: objects, problems }
}

fn by_signs(gather: &mut Gather<'_>, name: &str, bytes: &[u8], signs: Signs, place: &str) {
    if let Some(binary) = signs.binary {
        if by_first_bytes(gather, bytes, binary, place).is_none() {
            gather.problem(ProblemKind::Malformed, place, "a keystore that could not be read");
        }
        return;
    }
    if signs.pem {
        text::pem(gather, bytes, place);
    }
    if signs.rfc4716 {
        ssh::rfc4716(gather, bytes, place);
    }
    if signs.putty && ssh::putty(gather, bytes, place).is_none() {
        gather.problem(ProblemKind::Malformed, place, "a key of PuTTY that could not be read");
    }
    if signs.ssh_lines {
        ssh::lines(gather, name, bytes, place);
    }
    if signs.json {
        text::jwk(gather, bytes, place);
    }
    // One level only: a secret within a secret is nobody's habit.
    if place.is_empty() {
        let secrets = if signs.secret { text::secrets(bytes) } else { Vec::new() };
        let hidden = if signs.hidden_pem { text::hidden_pem(bytes) } else { Vec::new() };
        for value in secrets.into_iter().chain(hidden) {
            let signs = sieve::signs(&value.bytes);
            by_signs(gather, &value.name, &value.bytes, signs, &format!("#{}", value.name));
        }
    }
}

/// Reads a binary format. None when it is broken; ASN.1 that is no key is none of ours.
fn by_first_bytes(gather: &mut Gather<'_>, bytes: &[u8], binary: Binary, place: &str) -> Option<()> {
    match binary {
        Binary::Asn1 => {
            let value = Reader::new(bytes).next()?;
            gather.value(&value, Tag { format: KeyFormat::Der, label: "", place });
            Some(())
        }
        Binary::Jks => store::jks(gather, bytes, place),
        Binary::Bks => store::bks(gather, bytes, place),
        Binary::Nss => {
            let store = KeyObject::new(KeyKind::Keystore, KeyFormat::Nss, bytes);
            gather.named(store, Tag { format: KeyFormat::Nss, label: "", place });
            gather.problem(ProblemKind::Unsupported, place, "the keys in an NSS database");
            Some(())
        }
        Binary::OpenSsh => ssh::private(gather, bytes, place),
        Binary::OpenPgp => pgp::packets(gather, bytes, place).then_some(()),
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
