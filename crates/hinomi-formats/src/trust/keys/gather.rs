//! What the readers of all formats put their objects into.

use super::asn1::ber::{self, Reader, Value};
use super::asn1::{self, Algorithm, Known, Shape};
use super::lock::{Keyring, Scheme};
use super::object::{KeyFormat, KeyKind, KeyObject, OpenedBy};
use super::store;
use crate::{Limits, Problem, ProblemKind};
use zeroize::Zeroizing;

/// Objects found so far, and the passwords for what is locked.
pub(super) struct Gather<'a> {
    pub(super) ring: Keyring<'a>,
    pub(super) objects: Vec<KeyObject>,
    pub(super) problems: Vec<Problem>,
    pub(super) limits: &'a Limits,
}

/// How an object is written, what it is called and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'t> {
    pub(super) format: KeyFormat,
    pub(super) label: &'t str,
    pub(super) place: &'t str,
}

impl<'a> Gather<'a> {
    pub(super) fn new(passwords: &'a [String], limits: &'a Limits) -> Self {
        let ring = Keyring::new(passwords, limits);
        Self { ring, objects: Vec::new(), problems: Vec::new(), limits }
    }

    /// Keeps an object; false when there are too many.
    pub(super) fn push(&mut self, object: KeyObject) -> bool {
        if self.objects.len() < self.limits.entries_max {
            self.objects.push(object);
            return true;
        }
        let value = u64::try_from(self.limits.entries_max).unwrap_or(u64::MAX);
        if !self.problems.iter().any(|problem| problem.limit.is_some()) {
            self.problems.push(Problem::limit(&object.place, "entries_max", value));
        }
        false
    }

    /// Keeps a key that was read.
    pub(super) fn key(&mut self, kind: KeyKind, tag: Tag<'_>, whole: &[u8], known: Known) {
        let mut object = KeyObject::new(kind, tag.format, whole);
        known.put_into(&mut object);
        self.named(object, tag);
    }

    /// Keeps an object under its label and place.
    pub(super) fn named(&mut self, mut object: KeyObject, tag: Tag<'_>) {
        tag.label.clone_into(&mut object.label);
        tag.place.clone_into(&mut object.place);
        self.push(object);
    }

    /// A store or key that stayed closed, or whose inside cannot be read.
    pub(super) fn problem(&mut self, kind: ProblemKind, place: &str, detail: &str) {
        self.problems.push(Problem::new(kind, place, detail));
    }

    /// Reads a value in ASN.1, whatever it is. False when it is nothing of ours.
    pub(super) fn value(&mut self, value: &Value<'_>, tag: Tag<'_>) -> bool {
        asn1::shape(value).is_some_and(|shape| self.shaped(shape, value, tag).is_some())
    }

    /// Reads a value whose shape is known.
    pub(super) fn shaped(&mut self, shape: Shape, value: &Value<'_>, tag: Tag<'_>) -> Option<()> {
        let whole = value.whole;
        let reader = &mut Reader::new(whole);
        match shape {
            Shape::Certificate => {
                let (certificate, known) = asn1::certificate(reader)?;
                let mut object = KeyObject::new(KeyKind::Certificate, tag.format, whole);
                known.put_into(&mut object);
                object.certificate = Some(Box::new(certificate));
                self.named(object, tag);
            }
            Shape::Request => {
                let (certificate, known) = asn1::request(reader)?;
                let mut object = KeyObject::new(KeyKind::Request, tag.format, whole);
                known.put_into(&mut object);
                object.certificate = Some(Box::new(certificate));
                self.named(object, tag);
            }
            Shape::Crl => {
                let mut object = KeyObject::new(KeyKind::Crl, tag.format, whole);
                object.certificate = Some(Box::new(asn1::crl(reader)?));
                self.named(object, tag);
            }
            Shape::Pkcs1 => self.key(KeyKind::PrivateKey, tag, whole, asn1::pkcs1(reader)?),
            Shape::Pkcs8 => {
                let known = self.derived(tag, |derive| asn1::pkcs8(&mut Reader::new(whole), derive))?;
                self.key(KeyKind::PrivateKey, tag, whole, known);
            }
            Shape::Sec1 => {
                let known = self.derived(tag, |derive| asn1::sec1(&mut Reader::new(whole), None, derive))?;
                self.key(KeyKind::PrivateKey, tag, whole, known);
            }
            Shape::Dsa => self.key(KeyKind::PrivateKey, tag, whole, asn1::dsa(reader)?),
            Shape::Spki => self.key(KeyKind::PublicKey, tag, whole, asn1::public(reader)?),
            Shape::Pkcs1Public => {
                let mut numbers = reader.sequence()?;
                let known = Known::rsa(numbers.unsigned()?, numbers.unsigned()?);
                self.key(KeyKind::PublicKey, tag, whole, known);
            }
            Shape::Parameters => self.parameters(value, tag)?,
            Shape::EncryptedPkcs8 => self.encrypted(value, tag)?,
            Shape::Pkcs7 => {
                let tag = Tag { format: KeyFormat::Pkcs7, ..tag };
                for (number, one) in (1_usize..).zip(asn1::signed_certificates(reader)?) {
                    let place = format!("{}#{number}", tag.place);
                    self.value(&one, Tag { place: &place, ..tag });
                }
            }
            Shape::Pkcs12 => return store::pkcs12(self, value, tag),
        }
        Some(())
    }

    /// Reads a private key, and once more with its public half computed, if that lacks and may be paid for.
    pub(super) fn derived(&mut self, tag: Tag<'_>, read: impl Fn(bool) -> Option<Known>) -> Option<Known> {
        let known = read(false)?;
        match asn1::cost(&known) {
            Some(cost) if self.ring.spend(tag.place, cost) => read(true),
            _ => Some(known),
        }
    }

    /// An encrypted PKCS#8 key.
    pub(super) fn encrypted(&mut self, value: &Value<'_>, tag: Tag<'_>) -> Option<()> {
        let mut inside = value.inside();
        let algorithm = Algorithm::read(&mut inside)?;
        let bytes = inside.octets()?;
        let mut object = KeyObject::new(KeyKind::PrivateKey, tag.format, value.whole);
        object.opened_by = OpenedBy::Closed;
        match Scheme::read(&algorithm) {
            Ok(scheme) => {
                object.encryption = Some(scheme.name());
                let accept = |plain: &[u8]| {
                    asn1::pkcs8(&mut Reader::new(plain), false).map(|_| Zeroizing::new(plain.to_vec()))
                };
                if let Some((plain, by)) = scheme.try_all(&mut self.ring, tag.place, &bytes, accept) {
                    let read = |derive| asn1::pkcs8(&mut Reader::new(&plain), derive);
                    self.derived(tag, read)?.put_into(&mut object);
                    object.opened_by = by;
                }
            }
            Err(oid) => object.encryption = Some(oid),
        }
        self.named(object, tag);
        Some(())
    }

    /// Parameters of Diffie-Hellman, DSA or a curve, which PEM labels and nothing else tells apart.
    pub(super) fn parameters(&mut self, value: &Value<'_>, tag: Tag<'_>) -> Option<()> {
        let known = if value.tag == ber::OID || tag.label.starts_with("EC") {
            let bytes = ber::encode(ber::SEQUENCE, &[&asn1::encode_oid(asn1::EC), value.whole]);
            let algorithm = Algorithm::read(&mut Reader::new(&bytes))?;
            asn1::point(&algorithm, &[])
        } else {
            let mut numbers = value.inside();
            let (p, second, third) = (numbers.unsigned()?, numbers.unsigned()?, numbers.unsigned());
            let group = |q, g| asn1::Group { p, q, g };
            match (tag.label, third) {
                ("DSA PARAMETERS", Some(g)) => Known::dsa(group(second, g), &[]),
                ("X9.42 DH PARAMETERS", Some(q)) => Known::dh("dh", group(q, second), &[]),
                _ => Known::dh("dh", group(&[], second), &[]),
            }
        };
        self.key(KeyKind::Parameters, tag, value.whole, known);
        Some(())
    }
}
