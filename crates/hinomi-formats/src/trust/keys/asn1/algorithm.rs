//! Which algorithm a key is for, and what its public half holds (RFC 5280, RFC 3279, RFC 5480, RFC 8410).

use super::ber::{self, Reader, Value, encode, encode_unsigned, trimmed};
use crate::keys::curve;
use crate::keys::object::{KeyObject, PublicNumbers};
use crate::keys::secret::PrivateNumbers;
use std::borrow::Cow;

pub(in crate::trust::keys) const RSA: &str = "1.2.840.113549.1.1.1";
pub(in crate::trust::keys) const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const RSA_OAEP: &str = "1.2.840.113549.1.1.7";
pub(in crate::trust::keys) const DSA: &str = "1.2.840.10040.4.1";
const DSA_OLD: &str = "1.3.14.3.2.12";
const DH_PKCS3: &str = "1.2.840.113549.1.3.1";
const DH_X942: &str = "1.2.840.10046.2.1";
pub(in crate::trust::keys) const EC: &str = "1.2.840.10045.2.1";

/// Algorithms whose keys are plain bytes: identifier, name, identifier in DER for those that are built here, bits of
/// the usual measure.
const BYTES: &[(&str, &str, Option<u32>)] = &[
    ("1.3.101.110", "x25519", Some(256)),
    ("1.3.101.111", "x448", Some(448)),
    ("1.3.101.112", "ed25519", Some(256)),
    ("1.3.101.113", "ed448", Some(456)),
    ("2.16.840.1.101.3.4.3.17", "ml-dsa-44", None),
    ("2.16.840.1.101.3.4.3.18", "ml-dsa-65", None),
    ("2.16.840.1.101.3.4.3.19", "ml-dsa-87", None),
    ("2.16.840.1.101.3.4.3.20", "slh-dsa-sha2-128s", None),
    ("2.16.840.1.101.3.4.3.21", "slh-dsa-sha2-128f", None),
    ("2.16.840.1.101.3.4.3.22", "slh-dsa-sha2-192s", None),
    ("2.16.840.1.101.3.4.3.23", "slh-dsa-sha2-192f", None),
    ("2.16.840.1.101.3.4.3.24", "slh-dsa-sha2-256s", None),
    ("2.16.840.1.101.3.4.3.25", "slh-dsa-sha2-256f", None),
    ("2.16.840.1.101.3.4.3.26", "slh-dsa-shake-128s", None),
    ("2.16.840.1.101.3.4.3.27", "slh-dsa-shake-128f", None),
    ("2.16.840.1.101.3.4.3.28", "slh-dsa-shake-192s", None),
    ("2.16.840.1.101.3.4.3.29", "slh-dsa-shake-192f", None),
    ("2.16.840.1.101.3.4.3.30", "slh-dsa-shake-256s", None),
    ("2.16.840.1.101.3.4.3.31", "slh-dsa-shake-256f", None),
    ("2.16.840.1.101.3.4.4.1", "ml-kem-512", None),
    ("2.16.840.1.101.3.4.4.2", "ml-kem-768", None),
    ("2.16.840.1.101.3.4.4.3", "ml-kem-1024", None),
    ("1.2.643.2.2.19", "gost2001", Some(256)),
    ("1.2.643.7.1.1.1.1", "gost2012-256", Some(256)),
    ("1.2.643.7.1.1.1.2", "gost2012-512", Some(512)),
];

/// An algorithm with its parameters, as it stands before a key.
#[derive(Debug, Clone)]
pub(in crate::trust::keys) struct Algorithm<'a> {
    pub(in crate::trust::keys) oid: String,
    pub(in crate::trust::keys) parameters: Option<Value<'a>>,
    whole: &'a [u8],
}

impl<'a> Algorithm<'a> {
    pub(in crate::trust::keys) fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let value = reader.take(ber::SEQUENCE)?;
        let mut inside = value.inside();
        Some(Self { oid: inside.oid()?, parameters: inside.next(), whole: value.whole })
    }

    pub(in crate::trust::keys) fn is_rsa(&self) -> bool {
        matches!(self.oid.as_str(), RSA | RSA_PSS | RSA_OAEP)
    }

    pub(in crate::trust::keys) fn is_dsa(&self) -> bool {
        matches!(self.oid.as_str(), DSA | DSA_OLD)
    }

    pub(in crate::trust::keys) fn is_dh(&self) -> bool {
        matches!(self.oid.as_str(), DH_PKCS3 | DH_X942)
    }

    /// Name and bits of an algorithm whose keys are plain bytes.
    pub(in crate::trust::keys) fn of_bytes(&self) -> Option<(&'static str, Option<u32>)> {
        BYTES.iter().find(|(oid, ..)| *oid == self.oid).map(|(_, name, bits)| (*name, *bits))
    }

    /// A public key of this algorithm, as X.509 writes it.
    pub(in crate::trust::keys) fn spki(&self, key: &[u8]) -> Vec<u8> {
        encode(ber::SEQUENCE, &[self.whole, &encode(ber::BIT_STRING, &[&[0], key])])
    }

    /// Numbers of the parameters: `p q g` of DSA and X9.42, `p g` of PKCS#3.
    pub(in crate::trust::keys) fn group(&self) -> Option<Group<'a>> {
        let mut numbers = self.parameters?.inside();
        let p = numbers.unsigned()?;
        let second = numbers.unsigned()?;
        let third = numbers.unsigned();
        match (self.oid.as_str(), third) {
            (DSA | DSA_OLD, Some(g)) => Some(Group { p, q: second, g }),
            (DH_X942, Some(q)) => Some(Group { p, q, g: second }),
            _ => Some(Group { p, q: &[], g: second }),
        }
    }
}

/// A group of numbers modulo a prime.
#[derive(Debug, Clone, Copy)]
pub(in crate::trust::keys) struct Group<'a> {
    pub(in crate::trust::keys) p: &'a [u8],
    pub(in crate::trust::keys) q: &'a [u8],
    pub(in crate::trust::keys) g: &'a [u8],
}

/// What is known of a key: every reader of a format ends here.
#[derive(Debug, Clone, Default)]
pub(in crate::trust::keys) struct Known {
    pub(in crate::trust::keys) algorithm: Cow<'static, str>,
    pub(in crate::trust::keys) bits: Option<u32>,
    pub(in crate::trust::keys) curve: Option<Cow<'static, str>>,
    pub(in crate::trust::keys) public: PublicNumbers,
    /// The public half in DER.
    pub(in crate::trust::keys) spki: Option<Vec<u8>>,
    pub(in crate::trust::keys) private: PrivateNumbers,
}

impl Known {
    pub(in crate::trust::keys) fn named(algorithm: impl Into<Cow<'static, str>>, bits: Option<u32>) -> Self {
        Self { algorithm: algorithm.into(), bits, ..Self::default() }
    }

    pub(in crate::trust::keys) fn rsa(n: &[u8], e: &[u8]) -> Self {
        let (n, e) = (trimmed(n), trimmed(e));
        let key = encode(ber::SEQUENCE, &[&encode_unsigned(n), &encode_unsigned(e)]);
        let algorithm = encode(ber::SEQUENCE, &[&encode_oid(RSA), &encode(ber::NULL, &[])]);
        Self {
            public: PublicNumbers::Rsa { n: n.to_vec(), e: e.to_vec() },
            spki: Some(spki(&algorithm, &key)),
            ..Self::named("rsa", Some(bit_length(n)))
        }
    }

    pub(in crate::trust::keys) fn dsa(group: Group<'_>, y: &[u8]) -> Self {
        let [p, q, g, y] = [group.p, group.q, group.g, y].map(trimmed);
        let numbers = encode(ber::SEQUENCE, &[&encode_unsigned(p), &encode_unsigned(q), &encode_unsigned(g)]);
        let algorithm = encode(ber::SEQUENCE, &[&encode_oid(DSA), &numbers]);
        let whole = (!p.is_empty() && !y.is_empty()).then(|| spki(&algorithm, &encode_unsigned(y)));
        let [p, q, g, y] = [p, q, g, y].map(<[u8]>::to_vec);
        let bits = (!p.is_empty()).then(|| bit_length(&p));
        Self { public: PublicNumbers::Dsa { p, q, g, y }, spki: whole, ..Self::named("dsa", bits) }
    }

    pub(in crate::trust::keys) fn dh(algorithm: &'static str, group: Group<'_>, y: &[u8]) -> Self {
        let [p, g, y] = [group.p, group.g, y].map(|number| trimmed(number).to_vec());
        let bits = (!p.is_empty()).then(|| bit_length(&p));
        Self { public: PublicNumbers::Dh { p, g, y }, ..Self::named(algorithm, bits) }
    }

    /// A point on a curve told by the identifier of the curve.
    pub(in crate::trust::keys) fn ec(curve_oid: &str, point: &[u8]) -> Self {
        let name = encode_oid(curve_oid);
        let algorithm = encode(ber::SEQUENCE, &[&encode_oid(EC), &name]);
        let (name, bits) = curve::named(curve_oid);
        Self {
            curve: Some(name),
            public: PublicNumbers::Point { point: point.to_vec(), foreign: false },
            spki: (!point.is_empty()).then(|| spki(&algorithm, point)),
            ..Self::named("ec", bits)
        }
    }

    /// A key of plain bytes, by the name of its algorithm.
    pub(in crate::trust::keys) fn bytes(name: &str, key: &[u8]) -> Option<Self> {
        let (oid, name, bits) = BYTES.iter().find(|(_, known, _)| *known == name)?;
        let algorithm = encode(ber::SEQUENCE, &[&encode_oid(oid)]);
        Some(Self {
            public: PublicNumbers::Bytes(key.to_vec()),
            spki: (!key.is_empty()).then(|| spki(&algorithm, key)),
            ..Self::named(*name, *bits)
        })
    }

    pub(in crate::trust::keys) fn with_private(mut self, private: PrivateNumbers) -> Self {
        self.private = private;
        self
    }

    pub(in crate::trust::keys) fn put_into(self, object: &mut KeyObject) {
        object.spki_sha256 = self.spki.as_deref().map(crate::keys::sha256);
        object.algorithm = self.algorithm;
        object.bits = self.bits;
        object.curve = self.curve;
        object.public = self.public;
        object.private = self.private;
    }
}

/// Reads a SubjectPublicKeyInfo.
pub(in crate::trust::keys) fn public(reader: &mut Reader<'_>) -> Option<Known> {
    let value = reader.take(ber::SEQUENCE)?;
    let mut inside = value.inside();
    let algorithm = Algorithm::read(&mut inside)?;
    let key = inside.take(ber::BIT_STRING)?.bits()?;
    let mut known = public_of(&algorithm, key)?;
    // What others compute is the hash of these very bytes.
    known.spki = Some(value.whole.to_vec());
    Some(known)
}

/// The public key of an algorithm, by the bytes in its bit string.
pub(in crate::trust::keys) fn public_of(algorithm: &Algorithm<'_>, key: &[u8]) -> Option<Known> {
    let mut reader = Reader::new(key);
    if algorithm.is_rsa() {
        let mut numbers = reader.sequence()?;
        let mut known = Known::rsa(numbers.unsigned()?, numbers.unsigned()?);
        if algorithm.oid == RSA_PSS {
            known.algorithm = Cow::Borrowed("rsa-pss");
        }
        return Some(known);
    }
    if algorithm.is_dsa() {
        let y = reader.unsigned()?;
        // The group may be that of the issuer (RFC 3279, 2.3.2).
        return Some(Known::dsa(algorithm.group().unwrap_or(Group { p: &[], q: &[], g: &[] }), y));
    }
    if algorithm.is_dh() {
        return Some(Known::dh("dh", algorithm.group()?, reader.unsigned()?));
    }
    if algorithm.oid == EC {
        return Some(point(algorithm, key));
    }
    let (name, bits) = match algorithm.of_bytes() {
        Some((name, bits)) => (Cow::Borrowed(name), bits),
        None => (Cow::Owned(algorithm.oid.clone()), None),
    };
    Some(Known { public: PublicNumbers::Bytes(key.to_vec()), ..Known::named(name, bits) })
}

/// A point on the curve of the parameters; of no point there is the curve at least.
pub(in crate::trust::keys) fn point(algorithm: &Algorithm<'_>, point: &[u8]) -> Known {
    let curve = algorithm.parameters.and_then(|parameters| curve::of_parameters(&parameters));
    let (name, bits, foreign) = match curve {
        Some(curve) => (Some(curve.name), curve.bits, curve.foreign),
        None => (None, None, false),
    };
    Known {
        curve: name,
        public: PublicNumbers::Point { point: point.to_vec(), foreign },
        spki: (!point.is_empty()).then(|| algorithm.spki(point)),
        ..Known::named("ec", bits)
    }
}

fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    encode(ber::SEQUENCE, &[algorithm, &encode(ber::BIT_STRING, &[&[0], key])])
}

/// Bits of a big-endian number.
pub(in crate::trust::keys) fn bit_length(number: &[u8]) -> u32 {
    let number = trimmed(number);
    let top = number.first().map_or(0, |first| 8_u32.saturating_sub(first.leading_zeros()));
    u32::try_from(number.len().saturating_sub(1)).unwrap_or(u32::MAX).saturating_mul(8).saturating_add(top)
}

/// An identifier with dots, in DER.
pub(in crate::trust::keys) fn encode_oid(text: &str) -> Vec<u8> {
    let mut numbers = text.split('.').filter_map(|number| number.parse::<u64>().ok());
    let first = numbers.next().unwrap_or(0).saturating_mul(40).saturating_add(numbers.next().unwrap_or(0));
    let mut body = Vec::new();
    for number in std::iter::once(first).chain(numbers) {
        let groups = (64_u32.saturating_sub(number.leading_zeros())).div_ceil(7).max(1);
        for group in (0..groups).rev() {
            let more = if group == 0 { 0 } else { 0x80 };
            body.push(u8::try_from(number >> group.saturating_mul(7) & 0x7f).unwrap_or(0) | more);
        }
    }
    encode(ber::OID, &[&body])
}
