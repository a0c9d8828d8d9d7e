//! Java's keystores, JKS and JCEKS: entries one after another, and a hash of password and everything.

use super::{Bytes, sealed};
use crate::ProblemKind;
use crate::keys::asn1::ber::Reader;
use crate::keys::gather::{Gather, Tag};
use crate::keys::lock::{Digest, utf16_be};
use crate::keys::object::{KeyFormat, KeyKind, KeyObject, OpenedBy};

const JKS: u32 = 0xFEED_FEED;
const JCEKS: u32 = 0xCECE_CECE;
/// What Java hashes between the password and the file.
const WHITENER: &[u8] = b"Mighty Aphrodite";
const HASH_BYTES: usize = 20;
/// Moments of entries that make sense, in milliseconds since 1970: up to the year 2100.
const MOMENT_MAX: u64 = 4_102_444_800_000;
/// What a serialised Java object begins with.
pub(super) const SERIALISED: &[u8] = b"\xac\xed\x00\x05";

/// Whether these are the first bytes of one of the two.
pub(in crate::trust::keys) fn looks_like_jks(bytes: &[u8]) -> bool {
    let mut head = Bytes(bytes);
    matches!(head.u32(), Some(JKS | JCEKS)) && matches!(head.u32(), Some(1 | 2))
}

/// Reads one.
pub(in crate::trust::keys) fn jks(gather: &mut Gather<'_>, bytes: &[u8], place: &str) -> Option<()> {
    let (body, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH_BYTES)?)?;
    let mut cursor = Bytes(body);
    let format = if cursor.u32()? == JKS { KeyFormat::Jks } else { KeyFormat::Jceks };
    let version = cursor.u32()?;
    let count = cursor.u32()?;
    let mut store = KeyObject::new(KeyKind::Keystore, format, bytes);
    store.encryption = Some("SHA-1 of password and store".to_owned());
    let cost = u64::try_from(bytes.len() / 64).unwrap_or(u64::MAX);
    let accept = |password: &str| {
        let made = Digest::Sha1.hash(&[&utf16_be(password), WHITENER, body]);
        (made == hash).then_some(())
    };
    store.opened_by = gather.ring.open(place, cost, accept).map_or(OpenedBy::Closed, |(_, by)| by);
    gather.named(store, Tag { format, label: "", place });
    for _ in 0..count {
        if entry(gather, &mut cursor, format, version, place).is_none() {
            gather.problem(ProblemKind::Malformed, place, "an entry of the keystore that could not be read");
            break;
        }
    }
    Some(())
}

fn entry(
    gather: &mut Gather<'_>,
    cursor: &mut Bytes<'_>,
    format: KeyFormat,
    version: u32,
    store: &str,
) -> Option<()> {
    let kind = cursor.u32()?;
    let alias = cursor.text()?;
    cursor.u64()?;
    let place = format!("{store}#{alias}");
    let tag = Tag { format, label: alias, place: &place };
    match kind {
        1 => {
            let key = Reader::new(cursor.string()?).next()?;
            gather.encrypted(&key, tag)?;
            for _ in 0..cursor.u32()? {
                certificate(gather, cursor, version, tag)?;
            }
        }
        2 => certificate(gather, cursor, version, tag)?,
        // A serialised object without a length: the next entry, or the end, tells where it ends.
        3 => {
            let length = sealed_length(cursor.0)?;
            let sealed = cursor.take(length)?;
            let mut object = KeyObject::new(KeyKind::SecretKey, format, sealed);
            object.encryption = Some("SealedObject".to_owned());
            object.opened_by = OpenedBy::Closed;
            // Another object than Java's own stays closed.
            _ = sealed::open(gather, &mut object, sealed, &place);
            gather.named(object, tag);
        }
        _ => return None,
    }
    Some(())
}

fn certificate(gather: &mut Gather<'_>, cursor: &mut Bytes<'_>, version: u32, tag: Tag<'_>) -> Option<()> {
    if version == 2 {
        cursor.text()?;
    }
    let value = Reader::new(cursor.string()?).next()?;
    if !gather.value(&value, tag) {
        gather.problem(ProblemKind::Malformed, tag.place, "a certificate that could not be read");
    }
    Some(())
}

/// Bytes of a serialised object.
fn sealed_length(bytes: &[u8]) -> Option<usize> {
    bytes.starts_with(SERIALISED).then_some(())?;
    // The tag of an entry is three zeros and a small number.
    let ends = memchr::memmem::find_iter(bytes, &[0, 0, 0]).filter(|at| {
        let mut ahead = Bytes(bytes.get(*at..).unwrap_or_default());
        let is_tag = matches!(ahead.u32(), Some(1..=3));
        is_tag
            && ahead.text().is_some_and(|alias| !alias.is_empty() && !alias.contains(char::is_control))
            && ahead.u64().is_some_and(|moment| (1..MOMENT_MAX).contains(&moment))
    });
    ends.into_iter().next().or(Some(bytes.len()))
}
