//! Bouncy Castle's keystore BKS: entries one after another, an HMAC at the end.

use super::Bytes;
use crate::ProblemKind;
use crate::keys::asn1::ber::Reader;
use crate::keys::asn1::{Known, pkcs8};
use crate::keys::gather::{Gather, Tag};
use crate::keys::lock::{Digest, Scheme, pkcs12, utf16_be};
use crate::keys::object::{KeyFormat, KeyKind, KeyObject, OpenedBy};
use zeroize::Zeroizing;

const HASH_BYTES: usize = 20;
/// Bytes of a salt, and rounds, that are written by anybody.
const SALT_BYTES: std::ops::RangeInclusive<usize> = 8..=64;
const ROUNDS: std::ops::RangeInclusive<u32> = 1..=1 << 20;
/// Moments of entries that make sense, in milliseconds since 1970: up to the year 2100.
const MOMENT_MAX: u64 = 4_102_444_800_000;

/// Whether these are the first bytes of one: a small version, a salt, a number of rounds, and an entry or the end.
pub(in crate::trust::keys) fn looks_like_bks(bytes: &[u8]) -> bool {
    header(bytes).is_some_and(|head| {
        let mut rest = head.entries;
        match rest.u8() {
            Some(0) => rest.0.len() == HASH_BYTES,
            Some(1..=4) => {
                rest.text().is_some_and(|alias| !alias.contains(char::is_control))
                    && rest.u64().is_some_and(|moment| (1..MOMENT_MAX).contains(&moment))
            }
            _ => false,
        }
    })
}

struct Head<'a> {
    version: u32,
    salt: &'a [u8],
    rounds: u32,
    entries: Bytes<'a>,
}

fn header(bytes: &[u8]) -> Option<Head<'_>> {
    let mut cursor = Bytes(bytes);
    let version = cursor.u32().filter(|version| (1..=2).contains(version))?;
    let salt = cursor.string().filter(|salt| SALT_BYTES.contains(&salt.len()))?;
    let rounds = cursor.u32().filter(|rounds| ROUNDS.contains(rounds))?;
    Some(Head { version, salt, rounds, entries: cursor })
}

/// Reads one.
pub(in crate::trust::keys) fn bks(gather: &mut Gather<'_>, bytes: &[u8], place: &str) -> Option<()> {
    let head = header(bytes)?;
    let tag = Tag { format: KeyFormat::Bks, label: "", place };
    let (body, mac) = head.entries.0.split_at_checked(head.entries.0.len().checked_sub(HASH_BYTES)?)?;
    let mut store = KeyObject::new(KeyKind::Keystore, KeyFormat::Bks, bytes);
    store.encryption = Some(format!("HMAC-SHA-1 {}", head.rounds));
    // The first version takes the bytes of a hash for the bits of a key.
    let length = if head.version == 1 { HASH_BYTES / 8 } else { HASH_BYTES };
    let accept = |password: &str| {
        let password = Zeroizing::new([utf16_be(password).as_slice(), &[0, 0]].concat());
        let key = pkcs12(Digest::Sha1, &password, head.salt, u64::from(head.rounds), 3, length);
        (Digest::Sha1.hmac(&key, body)? == mac).then_some(())
    };
    let opened = gather.ring.open(place, u64::from(head.rounds), accept);
    store.opened_by = opened.map_or(OpenedBy::Closed, |(_, by)| by);
    gather.named(store, tag);
    let mut cursor = Bytes(body);
    while let Some(kind @ 1..) = cursor.u8() {
        if entry(gather, &mut cursor, kind, place).is_none() {
            gather.problem(ProblemKind::Malformed, place, "an entry of the keystore that could not be read");
            break;
        }
    }
    Some(())
}

fn entry(gather: &mut Gather<'_>, cursor: &mut Bytes<'_>, kind: u8, store: &str) -> Option<()> {
    let alias = cursor.text()?;
    cursor.u64()?;
    let place = format!("{store}#{alias}");
    let tag = Tag { format: KeyFormat::Bks, label: alias, place: &place };
    for _ in 0..cursor.u32()? {
        certificate(gather, cursor, tag)?;
    }
    match kind {
        1 => certificate(gather, cursor, tag)?,
        2 => {
            let key = bare(cursor)?;
            gather.key(key.kind, tag, key.whole, key.known);
        }
        3 => {
            let secret = cursor.string()?;
            gather.key(KeyKind::SecretKey, tag, secret, Known::default());
        }
        4 => sealed(gather, cursor.string()?, tag)?,
        _ => return None,
    }
    Some(())
}

fn certificate(gather: &mut Gather<'_>, cursor: &mut Bytes<'_>, tag: Tag<'_>) -> Option<()> {
    cursor.text()?;
    let value = Reader::new(cursor.string()?).next()?;
    if !gather.value(&value, tag) {
        gather.problem(ProblemKind::Malformed, tag.place, "a certificate that could not be read");
    }
    Some(())
}

/// A key that is not encrypted, or no longer.
struct Bare<'a> {
    kind: KeyKind,
    whole: &'a [u8],
    known: Known,
}

fn bare<'a>(cursor: &mut Bytes<'a>) -> Option<Bare<'a>> {
    let kind = cursor.u8()?;
    let (_format, algorithm) = (cursor.text()?, cursor.text()?);
    let whole = cursor.string()?;
    let (kind, known) = match kind {
        0 => (KeyKind::PrivateKey, pkcs8(&mut Reader::new(whole), true)?),
        1 => (KeyKind::PublicKey, crate::keys::asn1::public(&mut Reader::new(whole))?),
        2 => {
            let bits = u32::try_from(whole.len()).ok().and_then(|bytes| bytes.checked_mul(8));
            (KeyKind::SecretKey, Known::named(algorithm.to_lowercase(), bits))
        }
        _ => return None,
    };
    Some(Bare { kind, whole, known })
}

fn sealed(gather: &mut Gather<'_>, blob: &[u8], tag: Tag<'_>) -> Option<()> {
    let mut cursor = Bytes(blob);
    let salt = cursor.string()?;
    let rounds = cursor.u32().filter(|rounds| ROUNDS.contains(rounds))?;
    let scheme = Scheme::bouncy(salt, rounds);
    let mut object = KeyObject::new(KeyKind::PrivateKey, tag.format, blob);
    object.encryption = Some(scheme.name());
    object.opened_by = OpenedBy::Closed;
    let accept = |plain: &[u8]| bare(&mut Bytes(plain)).map(|key| (key.kind, key.known));
    if let Some(((kind, known), by)) = scheme.try_all(&mut gather.ring, tag.place, cursor.0, accept) {
        object.kind = kind;
        known.put_into(&mut object);
        object.opened_by = by;
    }
    gather.named(object, tag);
    Some(())
}
