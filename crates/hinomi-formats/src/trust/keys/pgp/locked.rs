//! The private half of an OpenPGP key (RFC 9580, 5.5.3 and 3.7): in the clear, encrypted, or not there at all.

use super::number;
use crate::keys::gather::Gather;
use crate::keys::lock::{Digest, Opened};
use crate::keys::object::{KeyObject, OpenedBy};
use crate::keys::secret::PrivateNumbers;
use crate::keys::store::Bytes;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use zeroize::Zeroizing;

/// GnuPG's kind of "derivation" for keys whose private half is elsewhere: on a card, or taken away.
const ELSEWHERE: u8 = 101;
/// Bytes hashed that cost as much as a step.
const BYTES_A_STEP: u64 = 128;

/// Says how the private half is encrypted, and tries to open it.
pub(super) fn open(
    gather: &mut Gather<'_>,
    object: &mut KeyObject,
    rest: &[u8],
    version: u8,
    algorithm: u8,
    place: &str,
) -> Option<()> {
    let mut cursor = Bytes(rest);
    let usage = cursor.u8()?;
    if usage == 0 {
        if version >= 5 {
            // Version 5 tells the length; version 6 does not in the clear.
            (version == 5).then(|| cursor.u32());
        }
        object.private = numbers(algorithm, cursor.0)?;
        return Some(());
    }
    object.opened_by = OpenedBy::Closed;
    object.encryption = Some("OpenPGP".to_owned());
    let lock = Lock::read(&mut cursor, usage, version)?;
    object.encryption = Some(lock.name());
    if lock.kind == ELSEWHERE {
        return Some(());
    }
    let locked = cursor.0;
    let attempt = |password: &str| numbers(algorithm, &lock.open(password, locked)?);
    if let Some((private, by)) = gather.ring.open(place, lock.cost()?, attempt) {
        object.private = private;
        object.opened_by = by;
    }
    Some(())
}

fn numbers(algorithm: u8, plain: &[u8]) -> Option<PrivateNumbers> {
    let mut cursor = Bytes(plain);
    match algorithm {
        1..=3 => Some(PrivateNumbers::rsa(number(&mut cursor)?, number(&mut cursor)?, number(&mut cursor)?)),
        25 | 27 => Some(PrivateNumbers::scalar(cursor.take(32)?)),
        26 | 28 => Some(PrivateNumbers::scalar(cursor.take(56)?)),
        _ => Some(PrivateNumbers::scalar(number(&mut cursor)?)),
    }
}

struct Lock {
    usage: u8,
    cipher: u8,
    kind: u8,
    digest: Option<Digest>,
    salt: Vec<u8>,
    /// Bytes that are hashed; zero for password and salt once.
    count: u64,
    iv: Vec<u8>,
}

impl Lock {
    fn read(cursor: &mut Bytes<'_>, usage: u8, version: u8) -> Option<Self> {
        if version >= 5 {
            // The length of all that follows up to the private half.
            cursor.u8()?;
        }
        let is_new = matches!(usage, 253..=255);
        let cipher = if is_new { cursor.u8()? } else { usage };
        if usage == 253 {
            cursor.u8()?;
        }
        if version >= 6 {
            cursor.u8()?;
        }
        let mut lock = Self {
            usage,
            cipher,
            kind: 0,
            digest: Some(Digest::Md5),
            salt: Vec::new(),
            count: 0,
            iv: Vec::new(),
        };
        if is_new {
            lock.kind = cursor.u8()?;
            lock.digest = match cursor.u8()? {
                1 => Some(Digest::Md5),
                2 => Some(Digest::Sha1),
                8 => Some(Digest::Sha256),
                9 => Some(Digest::Sha384),
                10 => Some(Digest::Sha512),
                11 => Some(Digest::Sha224),
                _ => None,
            };
            if matches!(lock.kind, 1 | 3) {
                lock.salt = cursor.take(8)?.to_vec();
            }
            if lock.kind == 3 {
                let coded = cursor.u8()?;
                let shift = u32::from(coded >> 4).saturating_add(6);
                lock.count = u64::from(coded & 15).saturating_add(16) << shift;
            }
        }
        if lock.kind != ELSEWHERE && usage != 253 {
            let block = if matches!(cipher, 7..=10) { 16 } else { 8 };
            lock.iv = cursor.take(block)?.to_vec();
        }
        if version == 5 && lock.kind != ELSEWHERE {
            cursor.u32()?;
        }
        Some(lock)
    }

    fn name(&self) -> String {
        let cipher = match self.cipher {
            1 => "IDEA",
            2 => "3DES",
            3 => "CAST5",
            4 => "Blowfish",
            7 => "AES-128",
            8 => "AES-192",
            9 => "AES-256",
            10 => "Twofish",
            11..=13 => "Camellia",
            _ => "another cipher",
        };
        match self.kind {
            ELSEWHERE => "OpenPGP, private half elsewhere".to_owned(),
            3 => format!("OpenPGP S2K {} {cipher}", self.count),
            kind => format!("OpenPGP S2K type {kind} {cipher}"),
        }
    }

    /// What a password costs; none of a lock that is not opened here.
    fn cost(&self) -> Option<u64> {
        let is_known = matches!(self.cipher, 2 | 3 | 7..=9) && self.kind <= 3 && self.usage != 253;
        (is_known && self.digest.is_some()).then(|| (self.count / BYTES_A_STEP).max(1))
    }

    fn open(&self, password: &str, locked: &[u8]) -> Option<Opened> {
        let digest = self.digest?;
        let length = match self.cipher {
            3 | 7 => 16,
            2 | 8 => 24,
            _ => 32,
        };
        let key = self.key(digest, password, length);
        let mut plain = Zeroizing::new(locked.to_vec());
        match self.cipher {
            2 => feedback(&des::TdesEde3::new_from_slice(&key).ok()?, &self.iv, &mut plain),
            3 => feedback(&cast5::Cast5::new_from_slice(&key).ok()?, &self.iv, &mut plain),
            7 => feedback(&aes::Aes128::new_from_slice(&key).ok()?, &self.iv, &mut plain),
            8 => feedback(&aes::Aes192::new_from_slice(&key).ok()?, &self.iv, &mut plain),
            _ => feedback(&aes::Aes256::new_from_slice(&key).ok()?, &self.iv, &mut plain),
        }
        let check = if self.usage == 254 { 20 } else { 2 };
        let (numbers, told) = plain.split_at_checked(plain.len().checked_sub(check)?)?;
        let is_right = if self.usage == 254 {
            Digest::Sha1.hash(&[numbers]) == told
        } else {
            let sum = numbers.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
            sum.to_be_bytes() == told
        };
        is_right.then(|| Zeroizing::new(numbers.to_vec()))
    }

    /// The key of a password (RFC 9580, 3.7.1): further hashes have zeros before what is hashed.
    fn key(&self, digest: Digest, password: &str, length: usize) -> Opened {
        let piece = Zeroizing::new([self.salt.as_slice(), password.as_bytes()].concat());
        let count = usize::try_from(self.count).unwrap_or(usize::MAX).max(piece.len());
        let mut text = Zeroizing::new(Vec::with_capacity(count));
        while text.len() < count && !piece.is_empty() {
            let left = count.saturating_sub(text.len()).min(piece.len());
            text.extend_from_slice(piece.get(..left).unwrap_or_default());
        }
        let mut key = Zeroizing::new(Vec::new());
        let mut zeros = Vec::new();
        while key.len() < length {
            key.extend_from_slice(&digest.hash(&[&zeros, &text]));
            zeros.push(0);
        }
        key.truncate(length);
        key
    }
}

/// CFB over whole blocks and what is left.
fn feedback<C: BlockCipherEncrypt>(cipher: &C, iv: &[u8], bytes: &mut [u8]) {
    let mut before = iv.to_vec();
    for chunk in bytes.chunks_mut(iv.len().max(1)) {
        let Ok(mut mask) = Array::<u8, C::BlockSize>::try_from(before.as_slice()) else { return };
        cipher.encrypt_block(&mut mask);
        before = chunk.to_vec();
        chunk.iter_mut().zip(mask.iter()).for_each(|(byte, mask)| *byte ^= mask);
    }
}
