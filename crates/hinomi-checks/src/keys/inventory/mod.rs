//! All keys and servers of a run, and the rules of time that are held against them.
//!
//! The join: the SHA-256 of the SubjectPublicKeyInfo is the same for the server seen on the wire, the certificate, and
//! the key file on the disk. A check is judged on one key, which is one asset wherever it lies; the ring says which
//! servers use it.

pub(crate) mod calendar;
pub(crate) mod ckms;
pub(crate) mod held;
pub(crate) mod observe;
pub(crate) mod period;
pub(crate) mod strength;
#[cfg(test)]
mod tests;

use hinomi_model::Observation;
use hinomi_model::fact::{KeyFact, KeyKind, TlsFact};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Keys by public key, certificates by fingerprint, and who serves what.
#[derive(Debug, Clone, Default)]
pub struct KeyRing<'a> {
    certificates: BTreeMap<&'a str, &'a KeyFact>,
    by_key: BTreeMap<&'a str, Vec<&'a KeyFact>>,
    served: BTreeMap<&'a str, Vec<&'a TlsFact>>,
}

impl<'a> KeyRing<'a> {
    /// Reads it off all observations of a run.
    pub fn from_observations(observations: impl IntoIterator<Item = &'a Observation>) -> Self {
        let mut ring = Self::default();
        for observation in observations {
            if let Some(key) = observation.fact.as_key().filter(|key| key.kind == KeyKind::Certificate) {
                let held = ring.certificates.entry(&key.fingerprint_sha256).or_insert(key);
                // The same certificate was met in several places: which one stands for it must not depend on the order.
                if written(key) < written(held) {
                    *held = key;
                }
                if let Some(spki) = &key.spki_sha256 {
                    ring.by_key.entry(spki).or_default().push(key);
                }
            }
            if let Some(tls) = observation.fact.as_tls() {
                let spkis = tls.chains.iter().map(|chain| chain.leaf_spki.as_str());
                for spki in spkis.filter(|spki| !spki.is_empty()).collect::<BTreeSet<&str>>() {
                    ring.served.entry(spki).or_default().push(tls);
                }
            }
        }
        ring.by_key.values_mut().for_each(|keys| keys.sort_by_cached_key(|key| written(key)));
        ring.served
            .values_mut()
            .for_each(|all| all.sort_by_cached_key(|tls| (tls.endpoint(), format!("{tls:?}"))));
        ring
    }

    /// The certificate with this SHA-256.
    pub fn certificate(&self, fingerprint: &str) -> Option<&'a KeyFact> {
        self.certificates.get(fingerprint).copied()
    }

    /// All certificates over the key with this SHA-256.
    pub(crate) fn certificates_over(&self, spki: Option<&str>) -> impl Iterator<Item = &'a KeyFact> {
        spki.and_then(|spki| self.by_key.get(spki)).into_iter().flatten().copied()
    }

    /// What was seen of servers that use the key with this SHA-256; a server that was looked at twice is there twice.
    pub fn servers_of(&self, spki: Option<&str>) -> &[&'a TlsFact] {
        spki.and_then(|spki| self.served.get(spki)).map_or(&[], Vec::as_slice)
    }

    /// How many public certificates are in use at a moment: those for the same names count once, for one takes the
    /// place of the other.
    pub fn public_certificates(&self, at: Timestamp) -> usize {
        let in_use = |key: &&&KeyFact| {
            let end = key.certificate.as_deref().and_then(|seen| seen.not_after);
            self.is_public(key) == Some(true) && end.is_some_and(|end| end >= at)
        };
        let names = |key: &&'a KeyFact| {
            let seen = key.certificate.as_deref();
            let mut names: Vec<&str> =
                seen.iter().flat_map(|seen| &seen.dns_names).map(String::as_str).collect();
            names.sort_unstable();
            (names, seen.map(|seen| seen.subject.as_str()))
        };
        self.certificates.values().filter(in_use).map(names).collect::<BTreeSet<_>>().len()
    }

    /// Whether a public authority stands behind a certificate: it was logged, or a server's chain with it leads to a
    /// public root. `None`: nothing says so, and nothing speaks against it.
    pub(crate) fn is_public(&self, key: &KeyFact) -> Option<bool> {
        let certificate = key.certificate.as_deref()?;
        if certificate.self_signed || certificate.is_ca {
            return Some(false);
        }
        if certificate.embedded_scts.is_some_and(|count| count > 0) {
            return Some(true);
        }
        let servers = self.servers_of(key.spki_sha256.as_deref()).iter();
        let chains = servers.flat_map(|tls| &tls.chains);
        let mut of_it = chains.filter(|chain| chain.certificates.first() == Some(&key.fingerprint_sha256));
        if of_it.any(|chain| chain.trusted == Some(true)) { Some(true) } else { None }
    }
}

/// An order among facts that depends on nothing but them.
fn written(key: &KeyFact) -> String {
    format!("{} {key:?}", key.place)
}
