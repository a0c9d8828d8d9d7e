//! Keys that can be broken: by arithmetic on what everybody may know, or by a list of keys that are known.
//!
//! Every test is deterministic and has no opinion on policy beyond the sizes that nobody allows any more. What a test
//! finds out about a private number stays here: a finding names the class, never a factor.

mod blocklist;
mod curves;
mod group;
mod roca;
mod rsa;
mod shared;
#[cfg(test)]
mod tests;

pub use blocklist::{Blocklist, Mark};
pub use shared::{SharedPrime, shared_primes};

use super::object::{KeyKind, KeyObject, PublicNumbers};

/// A way in which a key is weak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weakness {
    /// `size`, `roca`, `fermat`, `shared_prime`, `small_private_exponent`, `small_factor`, `pattern`, `blocklisted`,
    /// `exponent`, `curve`, `group` or `signature_hash`.
    pub id: &'static str,
    /// What exactly, for people.
    pub detail: String,
}

impl Weakness {
    /// A way by its id, and what exactly.
    pub fn new(id: &'static str, detail: impl Into<String>) -> Self {
        Self { id, detail: detail.into() }
    }
}

/// The longest number that is computed with, in bits: a longer one is no key, and takes too long.
const BITS_MAX: u32 = 16_384;

/// Everything that is weak about one object by itself; [`Blocklist`] and a comparison of all moduli find more.
pub fn weaknesses(object: &KeyObject) -> Vec<Weakness> {
    let mut found = Vec::new();
    match &object.public {
        PublicNumbers::Rsa { n, e } => rsa::test(n, e, object.private.look(), &mut found),
        PublicNumbers::Dsa { p, q, g, y } => group::dsa([p, q, g, y], &mut found),
        PublicNumbers::Dh { p, g, .. } => group::dh(p, g, &mut found),
        PublicNumbers::Point { point, foreign } => {
            let curve = object.curve.as_deref().unwrap_or_default();
            curves::point(curve, object.bits, point, *foreign, &mut found);
            curves::scalar(object.private.look(), &mut found);
        }
        PublicNumbers::Bytes(key) => curves::bytes(&object.algorithm, key, &mut found),
        PublicNumbers::Unknown => {}
    }
    signature(object, &mut found);
    found
}

/// Hash functions under which two documents can be made to have one signature.
const BROKEN: &[(&str, &str)] = &[("md2-", "MD2"), ("md4-", "MD4"), ("md5-", "MD5"), ("sha1-", "SHA-1")];

fn signature(object: &KeyObject, found: &mut Vec<Weakness>) {
    let Some(certificate) = &object.certificate else { return };
    // Nobody looks at the signature of a root: it is trusted because it is there.
    if certificate.self_issued && certificate.is_ca && object.kind == KeyKind::Certificate {
        return;
    }
    let hash = BROKEN.iter().find(|(prefix, _)| certificate.signature_algorithm.starts_with(prefix));
    found.extend(hash.map(|(_, name)| Weakness::new("signature_hash", format!("signed with {name}"))));
}
