//! A key that others can compute, or that is too short, or a signature over a broken hash.

use super::{Seen, all, finding, undetermined};
use crate::{Case, Check, Context};
use hinomi_model::fact::{KeyFact, KeyKind};
use hinomi_model::{Text, Verdict};

pub(crate) const CHECK: Check =
    Check { id: "keys.weak-key", entry: include_str!("check.toml"), page: include_str!("page.md"), judge };

/// Below this, a key is too short today: 112 bits (RSA 2048, EC 224).
const STRENGTH_MIN_BITS: u16 = 112;
/// Weaknesses by what they mean, worst first; the word is the key of the text.
const WAYS: &[(&str, &[&str])] = &[
    ("known_to_others", &["blocklisted"]),
    ("computable", &["roca", "fermat", "shared_prime", "small_private_exponent", "small_factor"]),
    ("too_short", &["size"]),
    ("suspicious", &["pattern", "curve", "group", "exponent"]),
    ("signature", &["signature_hash"]),
];

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let objects = all(case);
    for (way, ids) in WAYS {
        let found: Vec<Seen<'_>> =
            objects.iter().filter(|(_, key)| shows(key, way, ids).is_some()).copied().collect();
        if let Some((_, first)) = found.first() {
            let detail = shows(first, way, ids).unwrap_or_default();
            return finding(cx, case, Text::new(way).with("detail", detail), &found);
        }
    }
    // One object with the public key is enough: the others have the same.
    let testable = |(_, key): &&Seen<'_>| !matches!(key.kind, KeyKind::Crl | KeyKind::Keystore);
    let tested = objects.iter().any(|(_, key)| key.weaknesses_tested);
    let open = objects.iter().find(testable).filter(|_| !tested);
    match open.or_else(|| objects.iter().find(|(_, key)| is_locked(key))) {
        Some(seen) if is_locked(seen.1) => undetermined("locked", Some(seen)),
        Some(seen) => undetermined("untested", Some(seen)),
        None => Verdict::Pass,
    }
}

fn is_locked(key: &KeyFact) -> bool {
    key.encrypted.is_some() && key.opened_by.is_none() && key.spki_sha256.is_none()
}

/// What of a way a key shows: `roca`, `RSA 1024`, `sha1WithRSAEncryption`.
fn shows(key: &KeyFact, way: &str, ids: &[&str]) -> Option<String> {
    if let Some(weakness) = key.weaknesses.iter().find(|weakness| ids.contains(&weakness.id.as_str())) {
        let detail =
            if weakness.detail.is_empty() { String::new() } else { format!(" ({})", weakness.detail) };
        return Some(format!("{}{detail}", weakness.id));
    }
    match way {
        "too_short" => key.strength_bits().filter(|bits| *bits < STRENGTH_MIN_BITS).map(|_| key.described()),
        "signature" => broken_signature(key),
        _ => None,
    }
}

/// The signature of a root is checked by nobody: it is trusted for being there.
fn broken_signature(key: &KeyFact) -> Option<String> {
    let certificate = key.certificate.as_deref().filter(|seen| !(seen.self_signed && seen.is_ca))?;
    let bits = certificate.hash_strength_bits()?;
    (bits < STRENGTH_MIN_BITS).then(|| certificate.signature_algorithm.clone())
}
