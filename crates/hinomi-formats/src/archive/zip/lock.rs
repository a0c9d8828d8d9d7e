//! Opening encrypted entries: the traditional PKWARE cipher (APPNOTE 6.1) and WinZip AES (AE-1 and AE-2,
//! WinZip's "AES Encryption Information", version 1.04).

use super::directory::{FLAG_DESCRIPTOR, Record};
use crate::archive::shelf::names;
use crate::archive::{Encryption, u16_at};
use aes::cipher::{KeyIvInit, StreamCipher};
use ctr::Ctr128LE;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::borrow::Cow;

/// General purpose flag bits 0 (encrypted) and 6 (PKWARE's strong encryption).
const FLAG_ENCRYPTED: u16 = 1 << 0;
const FLAG_STRONG: u16 = 1 << 6;
/// Method and extra field of WinZip AES.
pub(in crate::archive) const METHOD_AES: u16 = 99;
const EXTRA_AES: u16 = 0x9901;

/// The traditional cipher's header before the data.
const ZIPCRYPTO_HEADER_BYTES: usize = 12;
/// PBKDF2 rounds, verifier, authentication code, and SHA-1's output, in WinZip AES.
const AES_ROUNDS: u32 = 1000;
const AES_VERIFIER_BYTES: usize = 2;
const AES_CODE_BYTES: usize = 10;
const SHA1_BYTES: usize = 20;

/// How an entry is locked, and what is needed to try a password.
pub(in crate::archive) enum Lock {
    Open,
    ZipCrypto {
        /// What the header's last byte may be: from the checksum, or from the time with a descriptor.
        checks: [u8; 2],
    },
    Aes(AesLock),
    /// One this version does not open.
    Other,
}

/// The parameters of the WinZip AES extra field.
#[derive(Clone, Copy)]
pub(in crate::archive) struct AesLock {
    key_bytes: usize,
    /// The compression method under the encryption.
    method: u16,
    /// AE-2 stores no checksum; its authentication code is what counts.
    has_crc: bool,
}

impl Lock {
    pub(in crate::archive) fn of(record: &Record) -> Self {
        if record.flags & FLAG_ENCRYPTED == 0 && record.method != METHOD_AES {
            return Self::Open;
        }
        if record.flags & FLAG_STRONG != 0 {
            return Self::Other;
        }
        if record.method == METHOD_AES {
            return AesLock::of(record.extra).map_or(Self::Other, Self::Aes);
        }
        let [_, time] = record.dos_time.to_le_bytes();
        let [_, _, _, crc] = record.crc.to_le_bytes();
        // Writers disagree on which of the two they use when a descriptor follows.
        Self::ZipCrypto { checks: [crc, if record.flags & FLAG_DESCRIPTOR == 0 { crc } else { time }] }
    }

    pub(in crate::archive) fn encryption(&self) -> Encryption {
        match self {
            Self::Open => Encryption::None,
            Self::ZipCrypto { .. } => Encryption::ZipCrypto,
            Self::Aes(AesLock { key_bytes: 16, .. }) => Encryption::Aes128,
            Self::Aes(AesLock { key_bytes: 24, .. }) => Encryption::Aes192,
            Self::Aes(_) => Encryption::Aes256,
            Self::Other => Encryption::Other,
        }
    }

    /// The compression method once the lock is off.
    pub(in crate::archive) fn method(&self, record: &Record) -> u16 {
        match self {
            Self::Aes(aes) => aes.method,
            _ => record.method,
        }
    }

    /// Whether the unpacked bytes must have the record's checksum.
    pub(in crate::archive) fn has_crc(&self) -> bool {
        !matches!(self, Self::Aes(AesLock { has_crc: false, .. }))
    }

    /// The cheap look at a password: the check byte or the verifier. One in 256 (128 with a descriptor) or
    /// 65,536 wrong passwords passes.
    pub(in crate::archive) fn may_open(&self, data: &[u8], password: &[u8]) -> bool {
        match self {
            Self::Open | Self::Other => false,
            Self::ZipCrypto { checks } => {
                let Some(header) = data.first_chunk::<ZIPCRYPTO_HEADER_BYTES>() else { return false };
                let mut keys = ZipCryptoKeys::new(password);
                let last = header.iter().fold(0, |_, byte| keys.decrypt(*byte));
                checks.contains(&last)
            }
            Self::Aes(aes) => aes.verify(data, password).unwrap_or(false),
        }
    }

    /// Takes the encryption off. `None` when the authentication code says that the password is wrong or the
    /// data damaged; the traditional cipher has none, there the checksum of the unpacked bytes decides.
    pub(in crate::archive) fn open(&self, data: &[u8], password: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Open | Self::Other => None,
            Self::ZipCrypto { .. } => {
                let mut keys = ZipCryptoKeys::new(password);
                let mut bytes: Vec<u8> = data.iter().map(|byte| keys.decrypt(*byte)).collect();
                bytes.drain(..ZIPCRYPTO_HEADER_BYTES.min(bytes.len()));
                Some(bytes)
            }
            Self::Aes(aes) => aes.open(data, password),
        }
    }
}

/// The bytes a password may stand for: UTF-8, and CP932 when that differs (Windows in Japan).
pub(crate) fn spellings(password: &str) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let cp932 = (!password.is_ascii())
        .then(|| encoding_rs::SHIFT_JIS.encode(password))
        .and_then(|(bytes, _, lossy)| (!lossy).then_some(bytes));
    std::iter::once(Cow::Borrowed(password.as_bytes())).chain(cp932)
}

/// The three keys of APPNOTE 6.1.5.
struct ZipCryptoKeys(u32, u32, u32);

impl ZipCryptoKeys {
    fn new(password: &[u8]) -> Self {
        let mut keys = Self(0x1234_5678, 0x2345_6789, 0x3456_7890);
        for byte in password {
            keys.update(*byte);
        }
        keys
    }

    fn update(&mut self, plain: u8) {
        self.0 = crc32_step(self.0, plain);
        self.1 = self.1.wrapping_add(self.0 & 0xFF).wrapping_mul(0x0808_8405).wrapping_add(1);
        let [.., high] = self.1.to_le_bytes();
        self.2 = crc32_step(self.2, high);
    }

    /// The next byte of the key stream (APPNOTE 6.1.6).
    fn stream_byte(&self) -> u8 {
        let word = (self.2 & 0xFFFF) | 3;
        let [_, byte, ..] = word.wrapping_mul(word ^ 1).to_le_bytes();
        byte
    }

    fn decrypt(&mut self, cipher: u8) -> u8 {
        let plain = cipher ^ self.stream_byte();
        self.update(plain);
        plain
    }

    #[cfg(test)]
    fn encrypt(&mut self, plain: u8) -> u8 {
        let cipher = plain ^ self.stream_byte();
        self.update(plain);
        cipher
    }
}

/// CRC-32 (polynomial 0xEDB88320) of one byte, without the inversions at both ends.
fn crc32_step(crc: u32, byte: u8) -> u32 {
    let [low, ..] = crc.to_le_bytes();
    let entry = CRC32_TABLE.get(usize::from(low ^ byte)).copied().unwrap_or(0);
    entry ^ (crc >> 8)
}

const CRC32_TABLE: [u32; 256] = crc32_table();

#[expect(clippy::indexing_slicing, reason = "computed at compile time; the index stays below the length")]
const fn crc32_table() -> [u32; 256] {
    let mut table = [0_u32; 256];
    let mut at = 0_usize;
    while at < table.len() {
        let mut value = at as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { (value >> 1) ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}

impl AesLock {
    fn of(extra: &[u8]) -> Option<Self> {
        let field = names::extra_field(extra, EXTRA_AES)?;
        let key_bytes = match field.get(4)? {
            1 => 16,
            2 => 24,
            3 => 32,
            _ => return None,
        };
        Some(Self { key_bytes, method: u16_at(field, 5)?, has_crc: u16_at(field, 0)? == 1 })
    }

    fn salt_bytes(self) -> usize {
        self.key_bytes / 2
    }

    /// Compares the verifier. It is the last thing derived, and lies in the last of PBKDF2's blocks for
    /// every key length, so one block of 1,000 rounds is enough instead of up to four.
    fn verify(self, data: &[u8], password: &[u8]) -> Option<bool> {
        let (salt, rest) = data.split_at_checked(self.salt_bytes())?;
        let wanted = rest.get(..AES_VERIFIER_BYTES)?;
        let at = self.key_bytes.checked_mul(2)?;
        let block = pbkdf2_block(password, salt, u32::try_from(at / SHA1_BYTES).ok()?.checked_add(1)?)?;
        let from = at % SHA1_BYTES;
        Some(block.get(from..from.checked_add(AES_VERIFIER_BYTES)?)? == wanted)
    }

    fn open(self, data: &[u8], password: &[u8]) -> Option<Vec<u8>> {
        let (salt, rest) = data.split_at_checked(self.salt_bytes())?;
        let (_verifier, rest) = rest.split_at_checked(AES_VERIFIER_BYTES)?;
        let (cipher, code) = rest.split_at_checked(rest.len().checked_sub(AES_CODE_BYTES)?)?;
        let (key, mac_key) = self.derive(salt, password)?;
        let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(&mac_key).ok()?;
        mac.update(cipher);
        if mac.finalize().into_bytes().get(..AES_CODE_BYTES)? != code {
            return None;
        }
        let mut bytes = cipher.to_vec();
        self.apply(&key, &mut bytes)?;
        Some(bytes)
    }

    /// Encryption key and authentication key.
    fn derive(self, salt: &[u8], password: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut keys = vec![0; self.key_bytes.checked_mul(2)?.checked_add(AES_VERIFIER_BYTES)?];
        pbkdf2::pbkdf2::<Hmac<Sha1>>(password, salt, AES_ROUNDS, &mut keys).ok()?;
        let (key, rest) = keys.split_at_checked(self.key_bytes)?;
        Some((key.to_vec(), rest.get(..self.key_bytes)?.to_vec()))
    }

    /// Counter mode, little-endian counter, first block 1.
    fn apply(self, key: &[u8], bytes: &mut [u8]) -> Option<()> {
        let first = 1_u128.to_le_bytes();
        match self.key_bytes {
            16 => Ctr128LE::<aes::Aes128>::new_from_slices(key, &first).ok()?.apply_keystream(bytes),
            24 => Ctr128LE::<aes::Aes192>::new_from_slices(key, &first).ok()?.apply_keystream(bytes),
            _ => Ctr128LE::<aes::Aes256>::new_from_slices(key, &first).ok()?.apply_keystream(bytes),
        }
        Some(())
    }
}

/// Block `index` (from 1) of PBKDF2-HMAC-SHA1 (RFC 8018, 5.2).
fn pbkdf2_block(password: &[u8], salt: &[u8], index: u32) -> Option<[u8; SHA1_BYTES]> {
    let keyed = <Hmac<Sha1> as KeyInit>::new_from_slice(password).ok()?;
    let mut round = {
        let mut mac = keyed.clone();
        mac.update(salt);
        mac.update(&index.to_be_bytes());
        mac.finalize().into_bytes()
    };
    let mut block = [0; SHA1_BYTES];
    for _ in 0..AES_ROUNDS {
        for (byte, part) in block.iter_mut().zip(&round) {
            *byte ^= part;
        }
        let mut mac = keyed.clone();
        mac.update(&round);
        round = mac.finalize().into_bytes();
    }
    Some(block)
}

/// The other direction, for the archives that tests build.
#[cfg(test)]
pub(in crate::archive) mod seal {
    use super::{AES_VERIFIER_BYTES, AesLock, Hmac, KeyInit, Mac, Sha1, ZipCryptoKeys, pbkdf2_block};

    pub(in crate::archive) fn zip_crypto(data: &[u8], password: &[u8], check: u8) -> Vec<u8> {
        let mut keys = ZipCryptoKeys::new(password);
        let header = [7, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, check];
        header.iter().chain(data).map(|byte| keys.encrypt(*byte)).collect()
    }

    pub(in crate::archive) fn aes(data: &[u8], password: &[u8], key_bytes: usize) -> Vec<u8> {
        let lock = AesLock { key_bytes, method: 0, has_crc: false };
        let salt: Vec<u8> = (1..=lock.salt_bytes() as u8).collect();
        let (key, mac_key) = lock.derive(&salt, password).expect("test keys have a length");
        let block = pbkdf2_block(password, &salt, (key_bytes * 2 / 20 + 1) as u32).expect("a block");
        let from = key_bytes * 2 % 20;
        let mut cipher = data.to_vec();
        lock.apply(&key, &mut cipher).expect("the key fits");
        let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(&mac_key).expect("any length fits");
        mac.update(&cipher);
        let code = mac.finalize().into_bytes();
        [&salt[..], &block[from..from + AES_VERIFIER_BYTES], &cipher, &code[..10]].concat()
    }
}
