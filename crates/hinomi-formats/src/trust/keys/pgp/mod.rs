//! OpenPGP keys (RFC 9580), armoured or not: the public halves of keys and subkeys, and whether the private ones open.

mod locked;
mod public;

use super::gather::{Gather, Tag};
use super::object::{KeyFormat, KeyKind, KeyObject};
use super::store::Bytes;
use super::text::base64;
use public::Key;

/// Packets with keys (RFC 9580, 5): secret key, public key, secret subkey, public subkey; user id.
const SECRET_KEY: u8 = 5;
const PUBLIC_KEY: u8 = 6;
const SECRET_SUBKEY: u8 = 7;
const PUBLIC_SUBKEY: u8 = 14;
const USER_ID: u8 = 13;
/// Characters of a user id that are kept.
const ID_CHARS_MAX: usize = 256;

/// Reads what stands in armour: keys; messages and signatures hold none.
pub(super) fn armoured(gather: &mut Gather<'_>, label: &str, text: &[u8], place: &str) -> Option<()> {
    if !label.ends_with("KEY BLOCK") {
        return Some(());
    }
    // The last line is a checksum behind an equals sign.
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii_start().starts_with(b"="));
    let bytes = base64::decode(&lines.collect::<Vec<_>>().join(&b'\n'))?;
    packets(gather, &bytes, place).then_some(())
}

/// Whether bytes begin with a key.
pub(super) fn looks_like_key(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    packet(&mut rest)
        .is_some_and(|(tag, body)| matches!(tag, SECRET_KEY | PUBLIC_KEY) && Key::read(body).is_some())
}

/// Reads every key in a row of packets. True when there was one.
pub(super) fn packets(gather: &mut Gather<'_>, bytes: &[u8], place: &str) -> bool {
    let mut rest = bytes;
    let mut first = gather.objects.len();
    let before = first;
    let mut number = 0_usize;
    while let Some((tag, body)) = packet(&mut rest) {
        match tag {
            SECRET_KEY | PUBLIC_KEY | SECRET_SUBKEY | PUBLIC_SUBKEY => {
                if matches!(tag, SECRET_KEY | PUBLIC_KEY) {
                    first = gather.objects.len();
                }
                number = number.saturating_add(1);
                one(gather, tag, body, &format!("{place}#{number}"));
            }
            USER_ID => {
                let id = String::from_utf8_lossy(body);
                let id: String = id.chars().filter(|c| !c.is_control()).take(ID_CHARS_MAX).collect();
                // The first user id is the name of its key.
                if let Some(key) = gather.objects.get_mut(first).filter(|key| key.label.is_empty()) {
                    key.label = id;
                }
            }
            _ => {}
        }
    }
    gather.objects.len() > before
}

fn one(gather: &mut Gather<'_>, tag: u8, body: &[u8], place: &str) -> Option<()> {
    let key = Key::read(body)?;
    let is_secret = matches!(tag, SECRET_KEY | SECRET_SUBKEY);
    if !is_secret && !key.rest.is_empty() {
        return None;
    }
    let kind = if is_secret { KeyKind::PrivateKey } else { KeyKind::PublicKey };
    let whole = body.get(..body.len().checked_sub(key.rest.len())?)?;
    let mut object = KeyObject::new(kind, KeyFormat::OpenPgp, whole);
    let rest = key.rest;
    let (algorithm, version) = (key.algorithm, key.version);
    key.known.put_into(&mut object);
    if is_secret {
        locked::open(gather, &mut object, rest, version, algorithm, place);
    }
    gather.named(object, Tag { format: KeyFormat::OpenPgp, label: "", place });
    Some(())
}

/// The next packet: its tag and its bytes. Lengths in parts and open ends are for messages, not for keys.
fn packet<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let mut cursor = Bytes(rest);
    let first = cursor.u8().filter(|first| first & 0x80 != 0)?;
    let (tag, length) = if first & 0x40 == 0 {
        let length = match first & 3 {
            0 => u32::from(cursor.u8()?),
            1 => u32::from(cursor.u16()?),
            2 => cursor.u32()?,
            _ => return None,
        };
        (first >> 2 & 0xf, length)
    } else {
        let length = match cursor.u8()? {
            short @ 0..=191 => u32::from(short),
            high @ 192..=223 => {
                let high = u32::from(high.wrapping_sub(192)) << 8;
                high.wrapping_add(u32::from(cursor.u8()?)).wrapping_add(192)
            }
            255 => cursor.u32()?,
            _ => return None,
        };
        (first & 0x3f, length)
    };
    let body = cursor.take(usize::try_from(length).ok()?)?;
    *rest = cursor.0;
    Some((tag, body))
}

/// A number with its bits before it (RFC 9580, 3.2).
fn number<'a>(cursor: &mut Bytes<'a>) -> Option<&'a [u8]> {
    let bits = cursor.u16()?;
    cursor.take(usize::from(bits.div_ceil(8)))
}
