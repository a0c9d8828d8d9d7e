//! Objects of key files become facts. What is private stays behind.

use hinomi_formats::keys::weak::{Weakness, weaknesses};
use hinomi_formats::keys::{
    Certificate, DEFAULT_PASSWORDS, KeyKind as Read, KeyObject, OpenedBy, PublicNumbers,
};
use hinomi_model::fact::{CertificateSeen, KeyFact, KeyKind, KeyWeakness};
use hinomi_model::{AssetId, AssetKind};
use jiff::Timestamp;

/// Where a file with keys lay, and how.
#[derive(Debug, Clone, Default)]
pub struct KeyPlace {
    /// Path as shown to people; what is inside the file is added behind `#`.
    pub path: String,
    /// Permission bits.
    pub mode: Option<u32>,
    /// Number of the owner.
    pub owner: Option<u32>,
    /// What lies around it: `web_root`, `repository`, `backup`, `container_layer`, `temporary`.
    pub surroundings: Vec<String>,
    /// When the file was last changed.
    pub changed: Option<Timestamp>,
}

/// The facts on all objects of one file, each with the asset it is about.
///
/// `more` finds what one object does not show by itself: block lists, primes shared with other keys of the run.
pub fn key_facts(
    objects: &[KeyObject],
    place: &KeyPlace,
    more: impl Fn(&KeyObject) -> Vec<Weakness>,
) -> Vec<(AssetId, KeyFact)> {
    let facts = objects.iter().filter_map(|object| placed(one_of(object, objects, place, more(object))));
    facts.collect()
}

/// The fact on one object of a file with these objects.
pub(crate) fn one_of(
    object: &KeyObject,
    objects: &[KeyObject],
    place: &KeyPlace,
    more: Vec<Weakness>,
) -> KeyFact {
    let mut fact = fact(object, place, more);
    if object.kind == Read::Keystore && holds_no_secret(object, objects) {
        fact.label = Some("trust".to_owned());
    }
    fact
}

/// A fact with its asset: the public key, or the object itself when that is not known.
pub(crate) fn placed(fact: KeyFact) -> Option<(AssetId, KeyFact)> {
    AssetId::new(AssetKind::Key, &fact.asset_name()).ok().map(|asset| (asset, fact))
}

/// One object, as it lies in `place`.
pub(crate) fn fact(object: &KeyObject, place: &KeyPlace, more: Vec<Weakness>) -> KeyFact {
    let found = weaknesses(object).into_iter().chain(more);
    let mut surroundings = place.surroundings.clone();
    let readable = [(0o004, "world_readable"), (0o040, "group_readable")];
    let open = |bit: u32| place.mode.is_some_and(|mode| mode & bit != 0);
    surroundings.extend(readable.into_iter().filter(|(bit, _)| open(*bit)).map(|(_, word)| word.to_owned()));
    KeyFact {
        kind: kind(object.kind),
        format: object.format.name().to_owned(),
        label: (!object.label.is_empty()).then(|| object.label.clone()),
        algorithm: object.algorithm.to_string(),
        bits: object.bits,
        curve: object.curve.as_deref().map(str::to_owned),
        spki_sha256: object.spki_sha256.map(|digest| hex(&digest)),
        fingerprint_sha256: hex(&object.fingerprint_sha256),
        encrypted: object.encryption.clone(),
        opened_by: opened_by(object.opened_by),
        place: format!("{}{}", place.path, inside(&object.place)),
        on_wire: false,
        mode: place.mode,
        owner: place.owner,
        surroundings,
        created: None,
        changed: place.changed,
        certificate: object.certificate.as_deref().map(|seen| Box::new(certificate(seen))),
        weaknesses: found.map(|one| KeyWeakness { id: one.id.to_owned(), detail: one.detail }).collect(),
        weaknesses_tested: object.public != PublicNumbers::Unknown,
        problems: Vec::new(),
    }
}

/// `#alias`, whether or not the reader wrote the mark.
fn inside(place: &str) -> String {
    match place {
        "" => String::new(),
        marked if marked.starts_with('#') => marked.to_owned(),
        bare => format!("#{bare}"),
    }
}

/// An opened keystore with certificates only.
fn holds_no_secret(store: &KeyObject, objects: &[KeyObject]) -> bool {
    let entries = || {
        objects.iter().filter(|other| other.kind != Read::Keystore && other.place.starts_with(&store.place))
    };
    let secret = |object: &KeyObject| matches!(object.kind, Read::PrivateKey | Read::SecretKey);
    store.opened_by != OpenedBy::Closed && entries().next().is_some() && !entries().any(secret)
}

fn kind(kind: Read) -> KeyKind {
    match kind {
        Read::PrivateKey => KeyKind::PrivateKey,
        Read::PublicKey => KeyKind::PublicKey,
        Read::Certificate => KeyKind::Certificate,
        Read::Request => KeyKind::Request,
        Read::Crl => KeyKind::Crl,
        Read::SecretKey => KeyKind::SecretKey,
        Read::Keystore => KeyKind::Keystore,
        Read::AuthorizedKey => KeyKind::AuthorizedKey,
        Read::KnownHost => KeyKind::KnownHost,
        Read::Parameters => KeyKind::Parameters,
    }
}

/// Defaults are named, because everybody knows them; a password that was given never is.
fn opened_by(by: OpenedBy) -> Option<String> {
    match by {
        OpenedBy::NoneNeeded => Some("none_needed".to_owned()),
        OpenedBy::Given(_) => Some("given".to_owned()),
        OpenedBy::Default(at) => {
            let name = DEFAULT_PASSWORDS.get(at).copied().unwrap_or("unknown");
            Some(format!("default:{}", if name.is_empty() { "empty" } else { name }))
        }
        OpenedBy::Closed => None,
    }
}

fn certificate(seen: &Certificate) -> CertificateSeen {
    let moment = |seconds: Option<i64>| seconds.and_then(|s| Timestamp::from_second(s).ok());
    // The same names alone are no proof: the key identifiers must not speak against it.
    let same_key = match (&seen.subject_key_id, &seen.authority_key_id) {
        (Some(subject), Some(authority)) => subject == authority,
        _ => true,
    };
    CertificateSeen {
        subject: seen.subject.clone(),
        issuer: seen.issuer.clone(),
        serial: seen.serial.clone(),
        not_before: moment(seen.not_before),
        not_after: moment(seen.not_after),
        dns_names: seen.dns_names.clone(),
        ip_names: seen.ip_names.clone(),
        is_ca: seen.is_ca,
        signature_algorithm: seen.signature_algorithm.clone(),
        self_signed: seen.self_issued && same_key,
        key_usage: seen.key_usage.iter().map(|usage| (*usage).to_owned()).collect(),
        extended_key_usage: seen.extended_key_usage.clone(),
        issuer_spki: None,
        embedded_scts: u32::try_from(seen.embedded_scts).ok(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
