//! The public half of an OpenPGP key (RFC 9580, 5.5.2 and 5.5.5).

use super::number;
use crate::keys::asn1::{Group, Known, ber};
use crate::keys::store::Bytes;

/// Curves that are written in a way of OpenPGP's own.
const ED25519: &str = "1.3.6.1.4.1.11591.15.1";
const X25519: &str = "1.3.6.1.4.1.3029.1.5.1";
/// Stands before a point in that way.
const NATIVE: u8 = 0x40;

/// A key, and what follows its public half.
pub(super) struct Key<'a> {
    pub(super) version: u8,
    pub(super) algorithm: u8,
    pub(super) known: Known,
    pub(super) rest: &'a [u8],
}

impl<'a> Key<'a> {
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        let mut cursor = Bytes(body);
        let version = cursor.u8().filter(|version| (2..=6).contains(version))?;
        cursor.u32()?;
        if version <= 3 {
            // Days it is valid.
            cursor.u16()?;
        }
        let algorithm = cursor.u8()?;
        if version >= 5 {
            cursor.u32()?;
        }
        let known = fields(algorithm, &mut cursor)?;
        Some(Self { version, algorithm, known, rest: cursor.0 })
    }
}

fn fields(algorithm: u8, cursor: &mut Bytes<'_>) -> Option<Known> {
    let mut next = || number(cursor);
    let known = match algorithm {
        1..=3 => Known::rsa(next()?, next()?),
        16 | 20 => {
            let group = Group { p: next()?, q: &[], g: next()? };
            Known::dh("elgamal", group, next()?)
        }
        17 => {
            let group = Group { p: next()?, q: next()?, g: next()? };
            Known::dsa(group, next()?)
        }
        18 | 19 | 22 => {
            let length = cursor.u8()?;
            let oid = ber::oid(cursor.take(usize::from(length))?)?;
            let point = number(cursor)?;
            if algorithm == 18 {
                // Hash and cipher that a key is wrapped with.
                let length = cursor.u8()?;
                cursor.take(usize::from(length))?;
            }
            let native = point.strip_prefix(&[NATIVE]).unwrap_or(point);
            match oid.as_str() {
                ED25519 => Known::bytes("ed25519", native)?,
                X25519 => Known::bytes("x25519", native)?,
                _ => Known::ec(&oid, point),
            }
        }
        25 => Known::bytes("x25519", cursor.take(32)?)?,
        26 => Known::bytes("x448", cursor.take(56)?)?,
        27 => Known::bytes("ed25519", cursor.take(32)?)?,
        28 => Known::bytes("ed448", cursor.take(57)?)?,
        _ => return None,
    };
    // A number of a few bits is no key, and other bytes are read as one easily.
    (known.bits.is_none_or(|bits| bits >= 160)).then_some(known)
}
