//! From a password to a key, the old ways.

use super::Opened;
use md5::Md5;
use sha1::Sha1;
use sha2::digest::KeyInit;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

/// The hash functions that locks name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::trust::keys) enum Digest {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    /// By its identifier as a hash, or as the hash of an HMAC.
    pub(in crate::trust::keys) fn of(oid: &str) -> Option<Self> {
        Some(match oid {
            "1.2.840.113549.2.5" | "1.2.840.113549.2.6" => Self::Md5,
            "1.3.14.3.2.26" | "1.2.840.113549.2.7" => Self::Sha1,
            "2.16.840.1.101.3.4.2.4" | "1.2.840.113549.2.8" => Self::Sha224,
            "2.16.840.1.101.3.4.2.1" | "1.2.840.113549.2.9" => Self::Sha256,
            "2.16.840.1.101.3.4.2.2" | "1.2.840.113549.2.10" => Self::Sha384,
            "2.16.840.1.101.3.4.2.3" | "1.2.840.113549.2.11" => Self::Sha512,
            _ => return None,
        })
    }

    pub(in crate::trust::keys) const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    pub(in crate::trust::keys) fn hash(self, pieces: &[&[u8]]) -> Vec<u8> {
        fn all<D: sha2::Digest>(pieces: &[&[u8]]) -> Vec<u8> {
            let mut hash = D::new();
            pieces.iter().for_each(|piece| hash.update(piece));
            hash.finalize().to_vec()
        }
        match self {
            Self::Md5 => all::<Md5>(pieces),
            Self::Sha1 => all::<Sha1>(pieces),
            Self::Sha224 => all::<Sha224>(pieces),
            Self::Sha256 => all::<Sha256>(pieces),
            Self::Sha384 => all::<Sha384>(pieces),
            Self::Sha512 => all::<Sha512>(pieces),
        }
    }

    /// Bytes that the function works on at a time.
    const fn block(self) -> usize {
        match self {
            Self::Md5 | Self::Sha1 | Self::Sha224 | Self::Sha256 => 64,
            Self::Sha384 | Self::Sha512 => 128,
        }
    }

    /// PBKDF2 (RFC 8018, 5.2).
    pub(super) fn pbkdf2(self, password: &[u8], salt: &[u8], rounds: u32, length: usize) -> Opened {
        let mut key = Zeroizing::new(vec![0; length]);
        match self {
            Self::Md5 => pbkdf2::pbkdf2_hmac::<Md5>(password, salt, rounds, &mut key),
            Self::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, rounds, &mut key),
            Self::Sha224 => pbkdf2::pbkdf2_hmac::<Sha224>(password, salt, rounds, &mut key),
            Self::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut key),
            Self::Sha384 => pbkdf2::pbkdf2_hmac::<Sha384>(password, salt, rounds, &mut key),
            Self::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut key),
        }
        key
    }

    /// HMAC (RFC 2104).
    pub(in crate::trust::keys) fn hmac(self, key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
        use hmac::{Hmac, Mac};
        fn all<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
            let mut mac = <M as KeyInit>::new_from_slice(key).ok()?;
            mac.update(message);
            Some(mac.finalize().into_bytes().to_vec())
        }
        match self {
            Self::Md5 => all::<Hmac<Md5>>(key, message),
            Self::Sha1 => all::<Hmac<Sha1>>(key, message),
            Self::Sha224 => all::<Hmac<Sha224>>(key, message),
            Self::Sha256 => all::<Hmac<Sha256>>(key, message),
            Self::Sha384 => all::<Hmac<Sha384>>(key, message),
            Self::Sha512 => all::<Hmac<Sha512>>(key, message),
        }
    }
}

/// Key and initialisation vector as OpenSSL's PEM files have them: hashes one after another, each over the one before
/// it, password and salt.
pub(in crate::trust::keys) fn bytes_to_key(password: &[u8], salt: &[u8], length: usize) -> Opened {
    let mut key = Zeroizing::new(Vec::new());
    let mut hash = Vec::new();
    while key.len() < length {
        hash = Digest::Md5.hash(&[&hash, password, salt]);
        key.extend_from_slice(&hash);
    }
    key.truncate(length);
    key
}

/// A password in UTF-16, big-endian.
pub(in crate::trust::keys) fn utf16_be(password: &str) -> Opened {
    Zeroizing::new(password.encode_utf16().flat_map(u16::to_be_bytes).collect())
}

/// The function of PKCS#12 (RFC 7292, B.2). `purpose` is 1 for a key, 2 for an initialisation vector, 3 for a MAC.
/// `password` is in UTF-16 with two zeros behind it, or empty.
pub(in crate::trust::keys) fn pkcs12(
    digest: Digest,
    password: &[u8],
    salt: &[u8],
    rounds: u64,
    purpose: u8,
    length: usize,
) -> Opened {
    let block = digest.block();
    let filled = |bytes: &[u8]| -> Vec<u8> {
        let length = bytes.len().div_ceil(block).saturating_mul(block);
        bytes.iter().copied().cycle().take(length).collect()
    };
    let diversifier = vec![purpose; block];
    let mut state = Zeroizing::new([filled(salt), filled(password)].concat());
    let mut key = Zeroizing::new(Vec::new());
    while key.len() < length {
        let mut hash = digest.hash(&[&diversifier, &state]);
        for _ in 1..rounds {
            hash = digest.hash(&[&hash]);
        }
        key.extend_from_slice(&hash);
        let addend: Vec<u8> = hash.iter().copied().cycle().take(block).collect();
        state.chunks_exact_mut(block).for_each(|chunk| add_and_one(chunk, &addend));
    }
    key.truncate(length);
    key
}

/// Adds a number and one, modulo the length of both.
fn add_and_one(number: &mut [u8], addend: &[u8]) {
    let mut carry = 1_u16;
    for (digit, add) in number.iter_mut().rev().zip(addend.iter().rev()) {
        let sum = u16::from(*digit).wrapping_add(u16::from(*add)).wrapping_add(carry);
        let [high, low] = sum.to_be_bytes();
        *digit = low;
        carry = u16::from(high);
    }
}
