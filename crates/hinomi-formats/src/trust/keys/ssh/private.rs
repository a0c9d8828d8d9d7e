//! OpenSSH's private keys (PROTOCOL.key): the public halves in the clear, then the private ones, encrypted or not.

use super::blob;
use crate::keys::asn1::Known;
use crate::keys::gather::{Gather, Tag};
use crate::keys::lock::{Cipher, Opened};
use crate::keys::object::{KeyFormat, KeyKind, KeyObject, OpenedBy};
use crate::keys::secret::PrivateNumbers;
use crate::keys::store::Bytes;
use aes::cipher::{KeyIvInit, StreamCipher};
use zeroize::Zeroizing;

/// What such a file begins with, decoded.
pub(in crate::trust::keys) const MAGIC: &[u8] = b"openssh-key-v1\0";
/// Keys in one file; programs write one.
const KEYS_MAX: u32 = 64;
/// Steps that a round of bcrypt costs, in hashes.
const ROUND_COST: u64 = 4_000;
/// Rounds beyond which nobody waits for his own key.
const ROUNDS_MAX: u32 = 1_024;

/// Reads a file, decoded.
pub(in crate::trust::keys) fn private(gather: &mut Gather<'_>, bytes: &[u8], place: &str) -> Option<()> {
    let mut cursor = Bytes(bytes.strip_prefix(MAGIC)?);
    let (cipher, kdf, options) = (cursor.word()?, cursor.word()?, cursor.string()?);
    let count = cursor.u32().filter(|count| (1..=KEYS_MAX).contains(count))?;
    let publics = (0..count).map(|_| cursor.string()).collect::<Option<Vec<_>>>()?;
    let mut locked = cursor.string()?;
    let lock = Lock { cipher, kdf, options, tag: cursor.0 };
    let mut opened_by = OpenedBy::NoneNeeded;
    let opened: Option<Opened> = if cipher == "none" {
        Some(Zeroizing::new(locked.to_vec()))
    } else {
        opened_by = OpenedBy::Closed;
        let found = lock.cost().and_then(|cost| {
            gather.ring.open(place, cost, |password| {
                lock.open(password, locked).filter(|plain| checked(plain).is_some())
            })
        });
        found.map(|(plain, by)| {
            opened_by = by;
            plain
        })
    };
    locked = opened.as_ref().map_or(&[], |plain| plain);
    let mut privates = checked(locked);
    for public in publics {
        let (_, mut known) = blob::public(public)?;
        let mut label = "";
        if let Some((private, comment)) = privates.as_mut().and_then(|cursor| one(cursor)) {
            known.private = private;
            label = comment;
        }
        let mut object = KeyObject::new(KeyKind::PrivateKey, KeyFormat::OpenSsh, public);
        known.put_into(&mut object);
        object.encryption = (cipher != "none").then(|| format!("OpenSSH {kdf} {cipher}"));
        object.opened_by = opened_by;
        gather.named(object, Tag { format: KeyFormat::OpenSsh, label, place });
    }
    Some(())
}

/// The private halves, if both check numbers are the same.
fn checked(plain: &[u8]) -> Option<Bytes<'_>> {
    let mut cursor = Bytes(plain);
    (cursor.u32()? == cursor.u32()?).then_some(cursor)
}

/// One private half and its comment.
fn one<'a>(cursor: &mut Bytes<'a>) -> Option<(PrivateNumbers, &'a str)> {
    let kind = cursor.word()?;
    let private = match kind {
        "ssh-rsa" => {
            let [_n, _e, d, _inverse, p, q] = strings::<6>(cursor)?;
            PrivateNumbers::rsa(d, p, q)
        }
        "ssh-dss" => {
            let [_p, _q, _g, _y, x] = strings::<5>(cursor)?;
            PrivateNumbers::scalar(x)
        }
        "ssh-ed25519" => {
            let [_public, both] = strings::<2>(cursor)?;
            PrivateNumbers::scalar(both.get(..32)?)
        }
        kind if kind.starts_with("ecdsa-sha2-") => {
            let [_curve, _point, scalar] = strings::<3>(cursor)?;
            PrivateNumbers::scalar(scalar)
        }
        // In a token there is no private number to be had; certificates are read no further.
        _ => return None,
    };
    Some((private, cursor.word().unwrap_or_default()))
}

fn strings<'a, const N: usize>(cursor: &mut Bytes<'a>) -> Option<[&'a [u8]; N]> {
    let mut found = [&[][..]; N];
    for slot in &mut found {
        *slot = cursor.string()?;
    }
    Some(found)
}

/// How the private halves are encrypted.
struct Lock<'a> {
    cipher: &'a str,
    kdf: &'a str,
    options: &'a [u8],
    /// What stands behind the private halves: the tag of an authenticating cipher.
    tag: &'a [u8],
}

impl Lock<'_> {
    /// Key and vector, in bytes.
    fn sizes(&self) -> Option<(usize, usize)> {
        Some(match self.cipher {
            "aes128-ctr" | "aes128-cbc" => (16, 16),
            "aes192-ctr" | "aes192-cbc" => (24, 16),
            "aes256-ctr" | "aes256-cbc" => (32, 16),
            "aes128-gcm@openssh.com" => (16, 12),
            "aes256-gcm@openssh.com" => (32, 12),
            "3des-cbc" => (24, 8),
            _ => return None,
        })
    }

    fn parameters(&self) -> Option<(&[u8], u32)> {
        let mut options = Bytes(self.options);
        let salt = options.string()?;
        let rounds = options.u32().filter(|rounds| (1..=ROUNDS_MAX).contains(rounds))?;
        (self.kdf == "bcrypt" && !salt.is_empty()).then_some((salt, rounds))
    }

    /// What a password costs; none of a lock that cannot be opened here.
    fn cost(&self) -> Option<u64> {
        self.sizes()?;
        self.parameters().map(|(_, rounds)| u64::from(rounds).saturating_mul(ROUND_COST))
    }

    fn open(&self, password: &str, bytes: &[u8]) -> Option<Opened> {
        let (key_bytes, iv_bytes) = self.sizes()?;
        let (salt, rounds) = self.parameters()?;
        let mut made = Zeroizing::new(vec![0; key_bytes.checked_add(iv_bytes)?]);
        bcrypt_pbkdf::bcrypt_pbkdf(password.as_bytes(), salt, rounds, &mut made).ok()?;
        let (key, iv) = made.split_at_checked(key_bytes)?;
        if self.cipher.ends_with("-cbc") {
            let cipher =
                if self.cipher == "3des-cbc" { Cipher::TripleDes(24) } else { Cipher::Aes(key_bytes) };
            return cipher.decrypt(key, iv, bytes);
        }
        // In GCM the counter starts at two behind the vector; the check numbers tell a wrong password as well as
        // the tag would.
        let is_gcm = !self.tag.is_empty() && iv_bytes == 12;
        let start = if is_gcm { [iv, &[0, 0, 0, 2]].concat() } else { iv.to_vec() };
        let mut plain = Zeroizing::new(bytes.to_vec());
        match key_bytes {
            16 => {
                ctr::Ctr128BE::<aes::Aes128>::new_from_slices(key, &start).ok()?.apply_keystream(&mut plain)
            }
            24 => {
                ctr::Ctr128BE::<aes::Aes192>::new_from_slices(key, &start).ok()?.apply_keystream(&mut plain)
            }
            _ => ctr::Ctr128BE::<aes::Aes256>::new_from_slices(key, &start).ok()?.apply_keystream(&mut plain),
        }
        Some(plain)
    }
}

/// A key as other readers of this folder return it.
pub(super) fn with(known: Known, private: Option<PrivateNumbers>) -> Known {
    known.with_private(private.unwrap_or_default())
}
