//! CycloneDX 1.6: the inventory of keys, certificates and endpoints as other tools read it (CBOM).
//!
//! Invariant: never a private value and never a password. A component says where a key lies and how it is protected;
//! the field `value` does not exist in [`shape`].

mod shape;
#[cfg(test)]
mod tests;

use hinomi_model::fact::{KeyFact, KeyKind, KeyState, TlsFact, VersionSeen};
use hinomi_model::{EvidenceId, Observation};
use jiff::Timestamp;
use shape::*;
use std::collections::{BTreeMap, BTreeSet};

/// The inventory as one JSON document.
///
/// `suite_name` gives the name of a cipher suite; `made_at` is the moment of the inventory, against which the state of
/// each key is told. The same observations give the same bytes, in whatever order they come.
pub fn cbom(observations: &[Observation], made_at: Timestamp, suite_name: impl Fn(u32) -> String) -> String {
    // What stands for a key that lies in several places must not depend on the order of reading.
    let mut keys: Vec<&KeyFact> = observations.iter().filter_map(|seen| seen.fact.as_key()).collect();
    keys.sort_by_cached_key(|key| (key.place.clone(), serde_json::to_string(key).unwrap_or_default()));
    let mut endpoints: Vec<&TlsFact> = observations.iter().filter_map(|seen| seen.fact.as_tls()).collect();
    endpoints.sort_by_cached_key(|tls| serde_json::to_string(tls).unwrap_or_default());
    let mut gathered = Gathered { states: states(&keys, made_at), ..Gathered::default() };
    keys.iter().for_each(|key| gathered.key(key));
    endpoints.iter().for_each(|tls| gathered.endpoint(tls, &suite_name));
    let components: Vec<Component> = gathered.components.into_values().collect();
    let known: BTreeSet<&str> = components.iter().map(|component| component.bom_ref.as_str()).collect();
    let dependencies = gathered
        .uses
        .iter()
        .map(|(from, to)| Dependency {
            r#ref: from.clone(),
            depends_on: to.iter().filter(|to| known.contains(to.as_str())).cloned().collect(),
        })
        .collect();
    let written = serde_json::to_string(&components).unwrap_or_default();
    let bom = Bom {
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: serial_of(&written),
        version: 1,
        metadata: Metadata { timestamp: made_at.to_string(), tools: Tools::ours() },
        components,
        dependencies,
    };
    let value = serde_json::to_value(&bom).unwrap_or_default();
    super::line(&value) + "\n"
}

/// `urn:uuid:…` of the content, marked as of version 8 (RFC 9562): the same inventory has the same number.
fn serial_of(written: &str) -> String {
    let digest = EvidenceId::of(written.as_bytes());
    let hex = digest.as_str();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// The state of each key, by what is worst known of it and best said by its certificates: a key is in use as long as one
/// of them is.
fn states(keys: &[&KeyFact], made_at: Timestamp) -> BTreeMap<String, KeyState> {
    let rank = |state: KeyState| match state {
        KeyState::Compromised => 3,
        KeyState::Active => 2,
        KeyState::PreActivation => 1,
        _ => 0,
    };
    let mut states: BTreeMap<String, KeyState> = BTreeMap::new();
    for key in keys {
        if let Some((spki, state)) = key.spki_sha256.clone().zip(key.state(made_at)) {
            let known = states.entry(spki).or_insert(state);
            if rank(state) > rank(*known) {
                *known = state;
            }
        }
    }
    states
}

/// Components by reference, and who uses what.
#[derive(Default)]
struct Gathered {
    /// The state of each public key, by its SHA-256.
    states: BTreeMap<String, KeyState>,
    components: BTreeMap<String, Component>,
    uses: BTreeMap<String, BTreeSet<String>>,
}

impl Gathered {
    fn key(&mut self, key: &KeyFact) {
        let algorithm = self.algorithm(key);
        let reference = match key.kind {
            KeyKind::Certificate => self.certificate(key, algorithm.clone()),
            // What only lists, and what nobody could open, is no key.
            KeyKind::Crl | KeyKind::Keystore | KeyKind::Request | KeyKind::Parameters => return,
            _ => self.material(key, algorithm.clone()),
        };
        let uses = self.uses.entry(reference).or_default();
        uses.extend(algorithm);
    }

    /// The component of an algorithm with its size; `None` when the object does not tell it.
    fn algorithm(&mut self, key: &KeyFact) -> Option<String> {
        if key.algorithm.is_empty() {
            return None;
        }
        let name = key.described();
        let reference = format!("crypto/algorithm/{}", name.to_lowercase().replace(' ', "-"));
        let sized = key.curve.is_none() && !key.algorithm.chars().any(|c| c.is_ascii_digit());
        let properties = AlgorithmProperties {
            primitive: primitive(&key.algorithm),
            parameter_set_identifier: key.bits.filter(|_| sized).map(|bits| bits.to_string()),
            curve: key.curve.clone(),
            classical_security_level: key.strength_bits(),
            nist_quantum_security_level: key.quantum_level(),
        };
        let crypto = CryptoProperties { algorithm: Some(properties), ..CryptoProperties::of("algorithm") };
        self.components
            .entry(reference.clone())
            .or_insert_with(|| Component::new(reference.clone(), name, crypto));
        Some(reference)
    }

    fn material(&mut self, key: &KeyFact, algorithm: Option<String>) -> String {
        let sort = match key.kind {
            KeyKind::PrivateKey => "private-key",
            KeyKind::SecretKey => "secret-key",
            _ => "public-key",
        };
        let id = key.spki_sha256.as_ref().unwrap_or(&key.fingerprint_sha256);
        let reference = format!("crypto/key/{sort}/{id}");
        let material = Material {
            r#type: sort,
            id: id.clone(),
            state: self.states.get(id).map(|state| state.as_str()),
            algorithm_ref: algorithm,
            creation_date: key.created.map(|at| at.to_string()),
            size: key.bits,
            format: key.format.to_uppercase(),
            secured_by: key
                .is_secret()
                .then(|| SecuredBy { mechanism: key.encrypted.clone().unwrap_or_else(|| "None".to_owned()) }),
        };
        let crypto =
            CryptoProperties { material: Some(material), ..CryptoProperties::of("related-crypto-material") };
        self.found(reference, format!("{sort} {}", key.described()), crypto, key)
    }

    fn certificate(&mut self, key: &KeyFact, algorithm: Option<String>) -> String {
        let public = key.spki_sha256.as_ref().map(|_| {
            let bare = KeyFact {
                kind: KeyKind::PublicKey,
                certificate: None,
                weaknesses: Vec::new(),
                ..key.clone()
            };
            let reference = self.material(&bare, algorithm.clone());
            self.uses.entry(reference.clone()).or_default().extend(algorithm);
            reference
        });
        let seen = key.certificate.as_deref().cloned().unwrap_or_default();
        let signature = self.signature(&seen.signature_algorithm);
        let reference = format!("crypto/certificate/{}", key.fingerprint_sha256);
        let certificate = CertificateProperties {
            subject_name: seen.subject.clone(),
            issuer_name: seen.issuer.clone(),
            not_valid_before: seen.not_before.map(|at| at.to_string()),
            not_valid_after: seen.not_after.map(|at| at.to_string()),
            signature_algorithm_ref: signature.clone(),
            subject_public_key_ref: public.clone(),
            certificate_format: "X.509",
            certificate_extension: if key.format == "pem" { "pem" } else { "crt" },
        };
        let crypto =
            CryptoProperties { certificate: Some(certificate), ..CryptoProperties::of("certificate") };
        let name = if seen.subject.is_empty() { key.fingerprint_sha256.clone() } else { seen.subject };
        let reference = self.found(reference, name, crypto, key);
        self.uses.entry(reference.clone()).or_default().extend(signature.into_iter().chain(public));
        reference
    }

    fn signature(&mut self, name: &str) -> Option<String> {
        if name.is_empty() {
            return None;
        }
        let reference = format!("crypto/algorithm/{}", name.to_lowercase());
        let properties = AlgorithmProperties { primitive: "signature", ..AlgorithmProperties::default() };
        let crypto = CryptoProperties { algorithm: Some(properties), ..CryptoProperties::of("algorithm") };
        self.components
            .entry(reference.clone())
            .or_insert_with(|| Component::new(reference.clone(), name.to_owned(), crypto));
        Some(reference)
    }

    /// Adds a place to a component, which is made when it is new.
    fn found(&mut self, reference: String, name: String, crypto: CryptoProperties, key: &KeyFact) -> String {
        let component = self
            .components
            .entry(reference.clone())
            .or_insert_with(|| Component::new(reference.clone(), name, crypto));
        component.occurs(&key.place, context(key));
        for weakness in &key.weaknesses {
            component.says("hinomi:weakness", format!("{} {}", weakness.id, weakness.detail).trim_end());
        }
        if let Some(strength) = key.strength_bits() {
            component.says("hinomi:strength-bits", &strength.to_string());
        }
        reference
    }

    /// One component a version, with its suites and the certificates of the endpoint.
    fn endpoint(&mut self, tls: &TlsFact, suite_name: &impl Fn(u32) -> String) {
        let certificates: BTreeSet<String> = tls
            .chains
            .iter()
            .filter_map(|chain| chain.certificates.first())
            .map(|print| format!("crypto/certificate/{print}"))
            .filter(|reference| self.components.contains_key(reference))
            .collect();
        for seen in tls.versions.iter().filter(|seen| seen.offered == Some(true)) {
            let reference = format!("crypto/protocol/{}/{}", tls.endpoint(), seen.version);
            let protocol = ProtocolProperties {
                r#type: "tls",
                version: seen.version.trim_start_matches("tls").to_owned(),
                cipher_suites: suites(seen, suite_name),
                crypto_ref_array: certificates.iter().cloned().collect(),
            };
            let crypto = CryptoProperties { protocol: Some(protocol), ..CryptoProperties::of("protocol") };
            let name = format!("{} {}", seen.version.to_uppercase(), tls.endpoint());
            let mut component = Component::new(reference.clone(), name, crypto);
            component.occurs(&tls.endpoint(), tls.address.clone());
            if !seen.complete {
                component.says("hinomi:incomplete", "not every suite was asked for");
            }
            self.components.insert(reference.clone(), component);
            self.uses.entry(reference).or_default().extend(certificates.iter().cloned());
        }
    }
}

fn suites(seen: &VersionSeen, suite_name: &impl Fn(u32) -> String) -> Vec<CipherSuite> {
    let bytes = |id: u32| -> Vec<String> {
        let [_, high, middle, low] = id.to_be_bytes();
        let all = if high == 0 { vec![middle, low] } else { vec![high, middle, low] };
        all.into_iter().map(|byte| format!("0x{byte:02X}")).collect()
    };
    seen.suites.iter().map(|id| CipherSuite { name: suite_name(*id), identifiers: bytes(*id) }).collect()
}

/// What protects a key where it lies: `mode 0640, owner 33, web_root`.
fn context(key: &KeyFact) -> Option<String> {
    let mode = key.mode.map(|mode| format!("mode {:04o}", mode & 0o7777));
    let owner = key.owner.map(|owner| format!("owner {owner}"));
    let parts: Vec<String> = mode.into_iter().chain(owner).chain(key.surroundings.iter().cloned()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The word of CycloneDX for what an algorithm does.
fn primitive(algorithm: &str) -> &'static str {
    match algorithm {
        "rsa" | "elgamal" => "pke",
        "dh" | "x25519" | "x448" => "key-agree",
        "aes" | "camellia" | "3des" => "block-cipher",
        "chacha20" => "stream-cipher",
        name if name.starts_with("ml-kem") => "kem",
        "rsa-pss" | "ec" | "dsa" | "ed25519" | "ed448" => "signature",
        name if name.starts_with("ml-dsa") || name.starts_with("slh-dsa") => "signature",
        _ => "unknown",
    }
}
