//! Elliptic curves: their names, and the point that belongs to a private scalar. And what belongs to the seeds of lattices.
//!
//! A private key often lacks its public half, without which nobody could say whose key it is. The arithmetic here
//! makes it. It takes no care to hide what it computes from a watcher with a clock: nobody asks it to sign.

mod edwards;
mod lattice;
mod weierstrass;

pub(super) use edwards::{ed448, ed25519, x448, x25519};
pub(super) use lattice::of_seed;
pub(super) use weierstrass::{is_on, multiply};

use crate::keys::asn1::ber::{self, Value, trimmed};
use crate::keys::asn1::bit_length;
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use std::borrow::Cow;

/// The longest modulus that is computed with.
const MODULUS_BITS_MAX: u32 = 4_096;
/// Curves over a prime field, whose numbers are known here.
const PARAMETERS: &str = include_str!("parameters.txt");

/// Curves known by name alone, with the bits of their field.
const NAMES: &[(&str, &str, u32)] = &[
    ("1.2.840.10045.3.1.2", "prime192v2", 192),
    ("1.2.840.10045.3.1.3", "prime192v3", 192),
    ("1.2.840.10045.3.1.4", "prime239v1", 239),
    ("1.2.840.10045.3.1.5", "prime239v2", 239),
    ("1.2.840.10045.3.1.6", "prime239v3", 239),
    ("1.3.132.0.1", "sect163k1", 163),
    ("1.3.132.0.2", "sect163r1", 163),
    ("1.3.132.0.3", "sect239k1", 239),
    ("1.3.132.0.4", "sect113r1", 113),
    ("1.3.132.0.5", "sect113r2", 113),
    ("1.3.132.0.7", "secp112r2", 112),
    ("1.3.132.0.15", "sect163r2", 163),
    ("1.3.132.0.16", "sect283k1", 283),
    ("1.3.132.0.17", "sect283r1", 283),
    ("1.3.132.0.22", "sect131r1", 131),
    ("1.3.132.0.23", "sect131r2", 131),
    ("1.3.132.0.24", "sect193r1", 193),
    ("1.3.132.0.25", "sect193r2", 193),
    ("1.3.132.0.26", "sect233k1", 233),
    ("1.3.132.0.27", "sect233r1", 233),
    ("1.3.132.0.29", "secp128r2", 128),
    ("1.3.132.0.36", "sect409k1", 409),
    ("1.3.132.0.37", "sect409r1", 409),
    ("1.3.132.0.38", "sect571k1", 571),
    ("1.3.132.0.39", "sect571r1", 571),
    ("1.2.250.1.223.101.256.1", "FRP256v1", 256),
];

/// A curve y² = x³ + ax + b over the integers modulo p.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Curve {
    name: &'static str,
    p: UBig,
    a: UBig,
    b: UBig,
    generator: (UBig, UBig),
    order: UBig,
}

/// Every curve whose numbers are known, with its identifier.
fn curves() -> impl Iterator<Item = (&'static str, Curve)> {
    PARAMETERS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut words = line.split(' ');
        let (name, oid) = (words.next()?, words.next()?);
        let mut number = || UBig::from_str_radix(words.next()?, 16).ok();
        let (p, a, b) = (number()?, number()?, number()?);
        Some((oid, Curve { name, p, a, b, generator: (number()?, number()?), order: number()? }))
    })
}

/// The numbers of a curve by its name.
pub(super) fn by_name(name: &str) -> Option<Curve> {
    curves().map(|(_, curve)| curve).find(|curve| curve.name == name)
}

/// The identifier of a curve by its name.
pub(super) fn identifier(name: &str) -> Option<&'static str> {
    let line = PARAMETERS.lines().find(|line| line.split(' ').next() == Some(name))?;
    line.split(' ').nth(1)
}

/// Name and bits of the field of a curve by its identifier; of an unknown one its identifier.
pub(super) fn named(oid: &str) -> (Cow<'static, str>, Option<u32>) {
    if let Some((_, name, bits)) = NAMES.iter().find(|(known, ..)| *known == oid) {
        return (Cow::Borrowed(name), Some(*bits));
    }
    match curves().find(|(known, _)| *known == oid) {
        Some((_, curve)) => (Cow::Borrowed(curve.name), Some(curve.bits())),
        None => (Cow::Owned(oid.to_owned()), None),
    }
}

impl Curve {
    fn bits(&self) -> u32 {
        bit_length(&self.p.to_be_bytes())
    }
}

/// A curve as parameters tell it.
pub(super) struct Told {
    pub(super) name: Cow<'static, str>,
    pub(super) bits: Option<u32>,
    /// Its field and coefficients are those of a known curve, but its generator or order is not: such a key can be
    /// made to match a public key whose private half nobody has (CVE-2020-0601).
    pub(super) foreign: bool,
}

/// The curve of `ECParameters`: by name, or by its numbers (SEC 1, C.2).
pub(super) fn of_parameters(parameters: &Value<'_>) -> Option<Told> {
    if parameters.tag == ber::OID {
        let (name, bits) = named(&ber::oid(parameters.body)?);
        return Some(Told { name, bits, foreign: false });
    }
    let mut inside = (parameters.tag == ber::SEQUENCE).then(|| parameters.inside())?;
    inside.unsigned()?;
    let mut field = inside.sequence()?;
    if field.oid()? != "1.2.840.10045.1.1" {
        // Of a field of characteristic two the first number is its degree.
        let bits = field.sequence()?.small().and_then(|bits| u32::try_from(bits).ok());
        return Some(Told { name: Cow::Borrowed("explicit"), bits, foreign: false });
    }
    let p = field.unsigned()?;
    let mut coefficients = inside.sequence()?;
    let (a, b) = (coefficients.octets()?, coefficients.octets()?);
    let generator = inside.octets()?;
    let order = inside.unsigned()?;
    let number = |bytes: &[u8]| UBig::from_be_bytes(bytes);
    let bits = Some(bit_length(p));
    let known = curves().map(|(_, curve)| curve);
    let mut known =
        known.filter(|curve| curve.p == number(p) && curve.a == number(&a) && curve.b == number(&b));
    let Some(curve) = known.next() else {
        return Some(Told { name: Cow::Borrowed("explicit"), bits, foreign: false });
    };
    let abscissa = generator.get(1..trimmed(p).len().saturating_add(1)).map(number);
    let foreign = abscissa.as_ref() != Some(&curve.generator.0) || number(order) != curve.order;
    Some(Told { name: Cow::Borrowed(curve.name), bits, foreign })
}

/// `base` to the power of `exponent` modulo `modulus`: the public value of Diffie-Hellman and DSA.
pub(super) fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Option<Vec<u8>> {
    let modulus = UBig::from_be_bytes(modulus);
    let length = bit_length(&modulus.to_be_bytes());
    // A modulus of zero has no numbers; one this long is no key, and its power takes minutes.
    if modulus <= UBig::from(1_u8)
        || length > MODULUS_BITS_MAX
        || exponent.len() > modulus.to_be_bytes().len()
    {
        return None;
    }
    let ring = ConstDivisor::new(modulus);
    let power = ring.reduce(UBig::from_be_bytes(base)).pow(&UBig::from_be_bytes(exponent));
    Some(power.residue().to_be_bytes().into_vec())
}
