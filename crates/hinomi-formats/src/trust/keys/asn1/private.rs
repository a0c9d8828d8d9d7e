//! Private keys in ASN.1: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC 1 (RFC 5915), OpenSSL's DSA.

use super::algorithm::{Algorithm, EC, Group, Known, point, public_of};
use super::ber::{self, Reader, around, instead};
use crate::keys::curve;
use crate::keys::object::PublicNumbers;
use crate::keys::secret::PrivateNumbers;
use std::borrow::Cow;

/// Bytes of an expanded ML-KEM key before the public key in it, and of that (FIPS 203, 7.1).
const ML_KEM: &[(&str, usize, usize)] =
    &[("ml-kem-512", 768, 800), ("ml-kem-768", 1_152, 1_184), ("ml-kem-1024", 1_536, 1_568)];

/// Steps that a public key of lattices takes.
const LATTICE_STEPS: u64 = 2_000;

/// `PrivateKeyInfo`: version, algorithm, key, and perhaps the public half. Where that lacks, it is computed if `derive`
/// is set: [`cost`] tells what that takes.
pub(in crate::trust::keys) fn pkcs8(reader: &mut Reader<'_>, derive: bool) -> Option<Known> {
    let mut inside = reader.sequence()?;
    inside.unsigned()?;
    let algorithm = Algorithm::read(&mut inside)?;
    let key = inside.octets()?;
    inside.take(around(0));
    let told = inside.take(instead(1)).and_then(|value| value.bits());
    by_algorithm(&algorithm, &key, told, derive)
}

fn by_algorithm(algorithm: &Algorithm<'_>, key: &[u8], told: Option<&[u8]>, derive: bool) -> Option<Known> {
    let mut reader = Reader::new(key);
    if algorithm.is_rsa() {
        let mut known = pkcs1(&mut reader)?;
        if algorithm.oid == super::algorithm::RSA_PSS {
            // Its parameters belong to the public half.
            known.algorithm = Cow::Borrowed("rsa-pss");
            if let PublicNumbers::Rsa { n, e } = &known.public {
                let numbers = [ber::encode_unsigned(n), ber::encode_unsigned(e)];
                known.spki = Some(algorithm.spki(&ber::encode(ber::SEQUENCE, &[&numbers.concat()])));
            }
        }
        return Some(known);
    }
    if algorithm.is_dsa() {
        return dsa_of(algorithm.group()?, reader.unsigned()?, None, derive);
    }
    if algorithm.is_dh() {
        let (group, x) = (algorithm.group()?, reader.unsigned()?);
        let y = derive.then(|| curve::power(group.g, x, group.p)).flatten();
        let known = Known::dh("dh", group, y.as_deref().unwrap_or_default());
        let spki = y.map(|y| algorithm.spki(&ber::encode_unsigned(&y)));
        return Some(Known { spki, ..known }.with_private(PrivateNumbers::scalar(x)));
    }
    if algorithm.oid == EC {
        return sec1(&mut reader, Some(algorithm), derive);
    }
    let Some((name, _)) = algorithm.of_bytes() else {
        let private = PrivateNumbers::scalar(key);
        return Some(Known::named(algorithm.oid.clone(), None).with_private(private));
    };
    // The key is an octet string within the octet string (RFC 8410, 7).
    let seed = seed_of(name, key).or_else(|| reader.octets()).unwrap_or(Cow::Borrowed(key));
    let public = told
        .map(Cow::Borrowed)
        .or_else(|| expanded(name, key))
        .or_else(|| if derive { derived(name, &seed) } else { None });
    let known = match public {
        Some(public) => {
            public_of(algorithm, &public).map(|known| Known { spki: Some(algorithm.spki(&public)), ..known })
        }
        None => Known::bytes(name, &[]),
    };
    Some(known?.with_private(PrivateNumbers::scalar(&seed)))
}

/// The public half of a seed.
pub(in crate::trust::keys) fn derived(name: &str, seed: &[u8]) -> Option<Cow<'static, [u8]>> {
    match name {
        "ed25519" => curve::ed25519(seed).map(|key| Cow::Owned(key.to_vec())),
        "x448" => curve::x448(seed).map(|key| Cow::Owned(key.to_vec())),
        "x25519" => curve::x25519(seed).map(|key| Cow::Owned(key.to_vec())),
        "ed448" => curve::ed448(seed).map(|key| Cow::Owned(key.to_vec())),
        _ => curve::of_seed(name, seed).map(Cow::Owned),
    }
}

/// The seed of a key of ML-KEM or ML-DSA: alone, or before the expanded key (RFC 9935, 6; RFC 9881, 6).
fn seed_of<'a>(name: &str, key: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    name.starts_with("ml-").then_some(())?;
    let mut reader = Reader::new(key);
    if let Some(alone) = reader.take(instead(0)) {
        return Some(Cow::Borrowed(alone.body));
    }
    Reader::new(key).sequence()?.octets()
}

/// The public half that an expanded ML-KEM key holds; such a key stands alone or after its seed (RFC 9935, 6).
fn expanded(name: &str, key: &[u8]) -> Option<Cow<'static, [u8]>> {
    let (_, before, length) = ML_KEM.iter().find(|(known, ..)| *known == name)?;
    let mut reader = Reader::new(key);
    let mut keys = reader.sequence().unwrap_or(Reader::new(key));
    let mut public = None;
    while let Some(key) = keys.next() {
        let end = before.saturating_add(*length);
        public = key.body.get(*before..end).map(|key| Cow::Owned(key.to_vec())).or(public);
    }
    public
}

/// `RSAPrivateKey`.
pub(in crate::trust::keys) fn pkcs1(reader: &mut Reader<'_>) -> Option<Known> {
    let mut inside = reader.sequence()?;
    // Version 1 has more than two primes.
    (inside.small()? <= 1).then_some(())?;
    let (n, e, d) = (inside.unsigned()?, inside.unsigned()?, inside.unsigned()?);
    let (p, q) = (inside.unsigned()?, inside.unsigned()?);
    // Two exponents and a coefficient more, else it is something else.
    (0..3).try_for_each(|_| inside.unsigned().map(|_| ()))?;
    Some(Known::rsa(n, e).with_private(PrivateNumbers::rsa(d, p, q)))
}

/// OpenSSL's DSA key: zero, p, q, g, public value, private value.
pub(in crate::trust::keys) fn dsa(reader: &mut Reader<'_>) -> Option<Known> {
    let mut inside = reader.sequence()?;
    (inside.small()? == 0).then_some(())?;
    let group = Group { p: inside.unsigned()?, q: inside.unsigned()?, g: inside.unsigned()? };
    let (y, x) = (inside.unsigned()?, inside.unsigned()?);
    inside.is_done().then(|| dsa_of(group, x, Some(y), false))?
}

fn dsa_of(group: Group<'_>, x: &[u8], y: Option<&[u8]>, derive: bool) -> Option<Known> {
    let computed = || if derive { curve::power(group.g, x, group.p) } else { None };
    let y = y.map(<[u8]>::to_vec).or_else(computed).unwrap_or_default();
    Some(Known::dsa(group, &y).with_private(PrivateNumbers::scalar(x)))
}

/// Steps that computing the public half of a key takes, each about a hash of a block; none if it is there, or cannot
/// be computed.
pub(in crate::trust::keys) fn cost(known: &Known) -> Option<u64> {
    if known.spki.is_some() || !known.private.is_known() {
        return None;
    }
    if known.algorithm.starts_with("ml-") {
        return Some(LATTICE_STEPS);
    }
    let words = u64::from(known.bits?).div_ceil(64);
    match known.algorithm.as_ref() {
        "ec" | "ed448" | "ed25519" | "x25519" | "x448" => Some(words.saturating_mul(500)),
        "dsa" | "dh" => Some(words.saturating_mul(words).saturating_mul(16)),
        _ => None,
    }
}

/// `ECPrivateKey`: its curve stands in it, or around it.
pub(in crate::trust::keys) fn sec1(
    reader: &mut Reader<'_>,
    algorithm: Option<&Algorithm<'_>>,
    derive: bool,
) -> Option<Known> {
    let mut inside = reader.sequence()?;
    (inside.small()? == 1).then_some(())?;
    let scalar = inside.octets()?;
    let parameters = inside.take(around(0));
    let told = inside.take(around(1)).and_then(|value| value.inside().take(ber::BIT_STRING)?.bits());
    // One algorithm, as it would stand before the public key.
    let oid = ber_oid();
    let own = parameters.map(|parameters| ber::encode(ber::SEQUENCE, &[&oid, parameters.body]));
    let own = own.as_deref().and_then(|bytes| Algorithm::read(&mut Reader::new(bytes)));
    let around = algorithm.filter(|algorithm| algorithm.parameters.is_some()).or(own.as_ref());
    let Some(algorithm) = around else {
        return Some(Known::named("ec", None).with_private(PrivateNumbers::scalar(&scalar)));
    };
    let known = point(algorithm, told.unwrap_or_default());
    let known = match (&known.curve, told) {
        (Some(name), None) if derive => match curve::multiply(name, &scalar) {
            Some(derived) => point(algorithm, &derived),
            None => known,
        },
        _ => known,
    };
    Some(known.with_private(PrivateNumbers::scalar(&scalar)))
}

fn ber_oid() -> Vec<u8> {
    super::algorithm::encode_oid(EC)
}
