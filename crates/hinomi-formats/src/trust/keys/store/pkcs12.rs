//! PKCS#12 (RFC 7292): bags in safes, a safe mostly encrypted, a MAC around all.

use crate::ProblemKind;
use crate::keys::asn1::ber::{self, Reader, Value, around, instead};
use crate::keys::asn1::{Algorithm, DATA, Known, utf16};
use crate::keys::gather::{Gather, Tag};
use crate::keys::lock::{self, Digest, Scheme, hmac_of, utf16_be};
use crate::keys::object::{KeyFormat, KeyKind, KeyObject, OpenedBy};

/// `encryptedData` of PKCS#7.
const ENCRYPTED: &str = "1.2.840.113549.1.7.6";
const FRIENDLY_NAME: &str = "1.2.840.113549.1.9.20";
/// Safes within safes.
const SAFES_MAX: u32 = 4;

/// Reads a PFX.
pub(in crate::trust::keys) fn pkcs12(gather: &mut Gather<'_>, value: &Value<'_>, tag: Tag<'_>) -> Option<()> {
    let tag = Tag { format: KeyFormat::Pkcs12, ..tag };
    let mut inside = value.inside();
    inside.small()?;
    let mut content = inside.sequence()?;
    let kind = content.oid()?;
    let mut store = KeyObject::new(KeyKind::Keystore, KeyFormat::Pkcs12, value.whole);
    let safes = (kind == DATA).then(|| content.take(around(0))?.inside().octets()).flatten();
    let Some(safes) = safes else {
        // Signed by a certificate instead of a password.
        gather.problem(ProblemKind::Unsupported, tag.place, "PKCS#12 in public-key integrity mode");
        gather.named(store, tag);
        return Some(());
    };
    if let Some(mac) = inside.sequence().and_then(Mac::read) {
        store.encryption = Some(mac.name());
        let opened =
            gather.ring.open(tag.place, mac.cost(), |password| mac.accepts(password, &safes).then_some(()));
        store.opened_by = opened.map_or(OpenedBy::Closed, |(_, by)| by);
    }
    let at = gather.objects.len();
    gather.named(store, tag);
    let mut safes = Reader::new(&safes).sequence()?;
    let mut number = 0_usize;
    while let Some(content) = safes.next() {
        let by = safe(gather, &content, tag, &mut number);
        // Without a MAC the first safe tells what opens the store.
        if let Some(store) = gather.objects.get_mut(at)
            && store.encryption.is_none()
            && let Some((scheme, by)) = by
        {
            store.encryption = Some(scheme);
            store.opened_by = by;
        }
    }
    Some(())
}

/// One safe; of an encrypted one its scheme and what opened it.
fn safe(
    gather: &mut Gather<'_>,
    content: &Value<'_>,
    tag: Tag<'_>,
    number: &mut usize,
) -> Option<(String, OpenedBy)> {
    let mut inside = content.inside();
    let kind = inside.oid()?;
    let mut value = inside.take(around(0))?.inside();
    if kind == DATA {
        let bytes = value.octets()?;
        bags(gather, &bytes, tag, number, SAFES_MAX);
        return None;
    }
    if kind != ENCRYPTED {
        gather.problem(ProblemKind::Unsupported, tag.place, "a safe encrypted for a public key");
        return None;
    }
    let mut data = value.sequence()?;
    data.small()?;
    let mut content = data.sequence()?;
    content.oid()?;
    let algorithm = Algorithm::read(&mut content)?;
    let bytes = content.next().filter(|value| value.tag == instead(0) || value.tag == around(0))?.octets()?;
    let scheme = match Scheme::read(&algorithm) {
        Ok(scheme) => scheme,
        Err(oid) => {
            gather.problem(ProblemKind::Unsupported, tag.place, &format!("encryption {oid}"));
            return Some((oid, OpenedBy::Closed));
        }
    };
    let accept = |plain: &[u8]| Reader::new(plain).sequence().map(|_| plain.to_vec());
    match scheme.try_all(&mut gather.ring, tag.place, &bytes, accept) {
        Some((plain, by)) => {
            let plain = zeroize::Zeroizing::new(plain);
            bags(gather, &plain, tag, number, SAFES_MAX);
            Some((scheme.name(), by))
        }
        None => {
            gather.problem(ProblemKind::Encrypted, tag.place, "no password opened the certificates");
            Some((scheme.name(), OpenedBy::Closed))
        }
    }
}

fn bags(gather: &mut Gather<'_>, bytes: &[u8], tag: Tag<'_>, number: &mut usize, levels: u32) {
    let Some(mut list) = Reader::new(bytes).sequence() else { return };
    while let Some(mut bag) = list.sequence() {
        *number = number.saturating_add(1);
        let (Some(kind), Some(value)) = (bag.oid(), bag.take(around(0))) else { return };
        let name = bag.take(ber::SET).and_then(|attributes| friendly_name(attributes.inside()));
        let label = name.unwrap_or_default();
        let place = match label.as_str() {
            "" => format!("{}#{number}", tag.place),
            label => format!("{}#{label}", tag.place),
        };
        let tag_of_bag = Tag { label: &label, place: &place, ..tag };
        let mut inside = value.inside();
        let read = match kind.strip_prefix("1.2.840.113549.1.12.10.1.") {
            Some("1") => inside.next().is_some_and(|key| gather.value(&key, tag_of_bag)),
            Some("2") => inside.next().is_some_and(|key| gather.encrypted(&key, tag_of_bag).is_some()),
            // The value of a certificate or list is an octet string in a `[0]`.
            Some("3" | "4") => wrapped(inside).is_some_and(|bytes| {
                Reader::new(&bytes).next().is_some_and(|value| gather.value(&value, tag_of_bag))
            }),
            Some("5") => {
                gather.key(KeyKind::SecretKey, tag_of_bag, value.whole, Known::default());
                true
            }
            Some("6") => match levels.checked_sub(1) {
                Some(levels) => {
                    bags(gather, value.body, tag, number, levels);
                    true
                }
                None => false,
            },
            _ => false,
        };
        if !read {
            gather.problem(ProblemKind::Malformed, &place, "a bag that could not be read");
        }
    }
}

fn wrapped(mut inside: Reader<'_>) -> Option<Vec<u8>> {
    let mut bag = inside.sequence()?;
    bag.oid()?;
    bag.take(around(0))?.inside().octets().map(|bytes| bytes.into_owned())
}

fn friendly_name(mut attributes: Reader<'_>) -> Option<String> {
    while let Some(mut attribute) = attributes.sequence() {
        if attribute.oid()? == FRIENDLY_NAME {
            let value = attribute.take(ber::SET)?.inside().next()?;
            return Some(utf16(value.body));
        }
    }
    None
}

/// The MAC over the safes, which tells a right password from a wrong one.
struct Mac<'a> {
    algorithm: Algorithm<'a>,
    digest: Vec<u8>,
    salt: Vec<u8>,
    rounds: u64,
}

impl<'a> Mac<'a> {
    fn read(mut mac: Reader<'a>) -> Option<Self> {
        let mut told = mac.sequence()?;
        let algorithm = Algorithm::read(&mut told)?;
        let digest = told.octets()?.into_owned();
        let salt = mac.octets()?.into_owned();
        let rounds = mac.small().unwrap_or(1);
        Some(Self { algorithm, digest, salt, rounds })
    }

    fn name(&self) -> String {
        match Digest::of(&self.algorithm.oid) {
            Some(digest) => format!("PKCS#12 MAC {} {}", digest.name(), self.rounds),
            None => format!("PKCS#12 MAC {}", self.algorithm.oid),
        }
    }

    fn cost(&self) -> u64 {
        self.rounds
    }

    fn accepts(&self, password: &str, message: &[u8]) -> bool {
        if self.algorithm.oid == "1.2.840.113549.1.5.14" {
            let mac =
                self.algorithm.parameters.and_then(|parameters| hmac_of(&parameters, password, message));
            return mac.as_ref() == Some(&self.digest);
        }
        let Some(digest) = Digest::of(&self.algorithm.oid) else { return false };
        let is_so = |password: &[u8]| {
            let key = lock::pkcs12(digest, password, &self.salt, self.rounds, 3, self.digest.len());
            digest.hmac(&key, message).as_ref() == Some(&self.digest)
        };
        is_so(&[utf16_be(password).as_slice(), &[0, 0]].concat()) || (password.is_empty() && is_so(&[]))
    }
}
