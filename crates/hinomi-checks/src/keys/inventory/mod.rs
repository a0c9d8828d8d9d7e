//! All keys and servers of a run, and the rules of time that are held against them.
//!
//! The join: the SHA-256 of the SubjectPublicKeyInfo is the same for the server seen on the wire, the certificate, and
//! the key file on the disk. A check is judged on one key, which is one asset wherever it lies; the ring says which
//! servers use it.

pub(crate) mod calendar;
pub(crate) mod period;
pub(crate) mod strength;
#[cfg(test)]
mod tests;

use hinomi_model::Observation;
use hinomi_model::fact::{KeyFact, KeyKind, TlsFact};
use std::collections::BTreeMap;

/// Keys by public key, certificates by fingerprint, and who serves what.
#[derive(Debug, Clone, Default)]
pub struct KeyRing<'a> {
    certificates: BTreeMap<&'a str, &'a KeyFact>,
    served: BTreeMap<&'a str, Vec<&'a TlsFact>>,
}

impl<'a> KeyRing<'a> {
    /// Reads it off all observations of a run.
    pub fn from_observations(observations: impl IntoIterator<Item = &'a Observation>) -> Self {
        let mut ring = Self::default();
        for observation in observations {
            if let Some(key) = observation.fact.as_key().filter(|key| key.kind == KeyKind::Certificate) {
                ring.certificates.entry(&key.fingerprint_sha256).or_insert(key);
            }
            if let Some(tls) = observation.fact.as_tls() {
                for chain in tls.chains.iter().filter(|chain| !chain.leaf_spki.is_empty()) {
                    ring.served.entry(&chain.leaf_spki).or_default().push(tls);
                }
            }
        }
        for servers in ring.served.values_mut() {
            servers.sort_by_key(|tls| (tls.endpoint(), tls.address.clone()));
            servers.dedup_by_key(|tls| (tls.endpoint(), tls.address.clone()));
        }
        ring
    }

    /// The certificate with this SHA-256.
    pub fn certificate(&self, fingerprint: &str) -> Option<&'a KeyFact> {
        self.certificates.get(fingerprint).copied()
    }

    /// The servers that use the key with this SHA-256, each once.
    pub fn servers_of(&self, spki: Option<&str>) -> &[&'a TlsFact] {
        spki.and_then(|spki| self.served.get(spki)).map_or(&[], Vec::as_slice)
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
