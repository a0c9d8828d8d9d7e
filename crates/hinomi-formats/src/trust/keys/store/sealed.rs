//! Secret keys of JCEKS: a serialised Java object (Java Object Serialization Specification, 6) that holds another one,
//! encrypted.

use super::Bytes;
use crate::keys::asn1::ber::Reader;
use crate::keys::gather::Gather;
use crate::keys::lock::{Opened, Scheme};
use crate::keys::object::KeyObject;
use crate::keys::secret::PrivateNumbers;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// An array of bytes whose class is described here for the first time: the class's name, its number, no fields.
const FIRST_ARRAY: &[u8] = b"ur\0\x02[B\xac\xf3\x17\xf8\x06\x08\x54\xe0\x02\0\0xp";
/// One whose class was described before, and the bytes that say where.
const NEXT_ARRAY: &[u8] = b"uq";
const HANDLE_BYTES: usize = 4;
/// A text.
const TEXT: u8 = b't';
/// Characters of the longest name of an algorithm.
const NAME_MAX: usize = 64;
/// Bytes of the longest key.
const KEY_MAX: usize = 1_024;

/// Tells how the key is encrypted, and what it is if a password opens it. None when the object is another.
pub(super) fn open(gather: &mut Gather<'_>, object: &mut KeyObject, bytes: &[u8], place: &str) -> Option<()> {
    let (parameters, rest) = first_array(bytes)?;
    let mut cursor = Bytes(rest.strip_prefix(NEXT_ARRAY)?);
    cursor.take(HANDLE_BYTES)?;
    let locked = cursor.string()?;
    let mut parameters = Reader::new(parameters).sequence()?;
    let salt = parameters.octets()?.into_owned();
    let scheme = Scheme::sealed(&salt, u32::try_from(parameters.small()?).ok()?);
    object.encryption = Some(format!("SealedObject {}", scheme.name()));
    let ((name, key), by) = scheme.try_all(&mut gather.ring, place, locked, secret)?;
    object.algorithm = Cow::Owned(name);
    object.bits = u32::try_from(key.len()).ok().map(|bytes| bytes.saturating_mul(8));
    object.private = PrivateNumbers::scalar(&key);
    object.opened_by = by;
    Some(())
}

/// The algorithm and the key of what was sealed: the array, and the text right before it.
fn secret(plain: &[u8]) -> Option<(String, Opened)> {
    plain.starts_with(super::jks::SERIALISED).then_some(())?;
    let at = memchr::memmem::find(plain, FIRST_ARRAY)?;
    let (key, _) = first_array(plain)?;
    let before = plain.get(..at)?;
    let name = (1..=NAME_MAX).find_map(|length| {
        let text = before.get(before.len().checked_sub(length.checked_add(3)?)?..)?;
        let mut cursor = Bytes(text);
        (cursor.u8()? == TEXT).then_some(())?;
        cursor.text().filter(|name| name.len() == length && name.bytes().all(|byte| byte.is_ascii_graphic()))
    })?;
    let is_key = (1..=KEY_MAX).contains(&key.len());
    is_key.then(|| (name.to_ascii_lowercase(), Zeroizing::new(key.to_vec())))
}

/// The first array of bytes, and what follows it.
fn first_array(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memmem::find(bytes, FIRST_ARRAY)?;
    let mut cursor = Bytes(bytes.get(at.checked_add(FIRST_ARRAY.len())?..)?);
    let array = cursor.string()?;
    Some((array, cursor.0))
}
