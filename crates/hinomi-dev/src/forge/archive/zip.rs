//! ZIP archives (PKWARE APPNOTE 6.3), with the ciphers and the names met in Japanese mail.

use super::deflate;
use crate::forge::Chance;
use aes::cipher::{KeyIvInit, StreamCipher};
use hmac::{KeyInit, Mac};

/// One file to put into an archive.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// How the name is written.
    pub name_in: NameIn,
    /// The content.
    pub bytes: Vec<u8>,
    /// The lock on it.
    pub lock: Lock,
}

impl Entry {
    /// An entry without a lock, name in UTF-8 with its flag.
    pub fn open(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: name.to_owned(), name_in: NameIn::Utf8, bytes, lock: Lock::None }
    }

    /// An entry as Explorer and Lhaplus write it in Japan: name in CP932, traditional cipher.
    pub fn locked(name: &str, bytes: Vec<u8>, password: &str) -> Self {
        let lock = Lock::ZipCrypto(password.to_owned());
        Self { name: name.to_owned(), name_in: NameIn::Cp932, bytes, lock }
    }
}

/// How a name is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameIn {
    /// UTF-8, flag bit 11 set.
    Utf8,
    /// Code page 932, no flag.
    Cp932,
}

/// The lock on an entry: its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lock {
    /// None.
    None,
    /// Traditional PKWARE encryption (APPNOTE 6.1).
    ZipCrypto(String),
    /// WinZip AE-2, 256 bits.
    Aes256(String),
}

const FLAG_ENCRYPTED: u16 = 1;
const FLAG_UTF8: u16 = 1 << 11;
const METHOD_DEFLATE: u16 = 8;
const METHOD_AES: u16 = 99;
/// 2020-07-21 in DOS form (year since 1980, month, day).
const DATE: u16 = 40 << 9 | 7 << 5 | 21;
/// 09:30:00 in DOS form.
const TIME: u16 = 9 << 11 | 30 << 5;

/// Writes an archive. `chance` gives salts and cipher headers.
pub fn write(entries: &[Entry], chance: &mut Chance) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let place = out.len() as u32;
        let (fixed, name, extra, body) = member(entry, chance);
        out.extend(b"PK\x03\x04");
        out.extend(&fixed);
        out.extend(&name);
        out.extend(&extra);
        out.extend(&body);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&fixed);
        // Comment length, disk, internal and external attributes: all zero.
        directory.extend([0; 10]);
        directory.extend(place.to_le_bytes());
        directory.extend(&name);
        directory.extend(&extra);
    }
    let (start, size, count) = (out.len() as u32, directory.len() as u32, entries.len() as u16);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// The fixed fields shared by local and central header, name, extra field and stored bytes of one entry.
fn member(entry: &Entry, chance: &mut Chance) -> (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>) {
    let packed = deflate::raw(&entry.bytes);
    let crc = deflate::crc32(&entry.bytes);
    let mut flags = 0;
    let name = match entry.name_in {
        NameIn::Utf8 => {
            flags |= if entry.name.is_ascii() { 0 } else { FLAG_UTF8 };
            entry.name.clone().into_bytes()
        }
        NameIn::Cp932 => encoding_rs::SHIFT_JIS.encode(&entry.name).0.into_owned(),
    };
    let (method, crc, extra, body) = match &entry.lock {
        Lock::None => (METHOD_DEFLATE, crc, Vec::new(), packed),
        Lock::ZipCrypto(password) => {
            flags |= FLAG_ENCRYPTED;
            (METHOD_DEFLATE, crc, Vec::new(), zipcrypto(&packed, password, (crc >> 24) as u8, chance))
        }
        Lock::Aes256(password) => {
            flags |= FLAG_ENCRYPTED;
            // 0x9901: AE-2 (the CRC is left out), "AE", 3 = 256 bits, the method underneath.
            let extra = vec![0x01, 0x99, 7, 0, 2, 0, b'A', b'E', 3, METHOD_DEFLATE as u8, 0];
            (METHOD_AES, 0, extra, aes256(&packed, password, chance))
        }
    };
    let version: u16 = if method == METHOD_AES { 51 } else { 20 };
    let mut fixed = Vec::new();
    for field in [version, flags, method, TIME, DATE] {
        fixed.extend(field.to_le_bytes());
    }
    fixed.extend(crc.to_le_bytes());
    fixed.extend((body.len() as u32).to_le_bytes());
    fixed.extend((entry.bytes.len() as u32).to_le_bytes());
    fixed.extend((name.len() as u16).to_le_bytes());
    fixed.extend((extra.len() as u16).to_le_bytes());
    (fixed, name, extra, body)
}

/// APPNOTE 6.1: three keys stepped by every plain byte; a header of 12 bytes whose last one is `check`.
fn zipcrypto(plain: &[u8], password: &str, check: u8, chance: &mut Chance) -> Vec<u8> {
    let mut keys = [0x1234_5678u32, 0x2345_6789, 0x3456_7890];
    let step = |keys: &mut [u32; 3], byte: u8| {
        keys[0] = deflate::crc32_step(keys[0], byte);
        keys[1] = keys[1].wrapping_add(keys[0] & 0xFF).wrapping_mul(134_775_813).wrapping_add(1);
        keys[2] = deflate::crc32_step(keys[2], (keys[1] >> 24) as u8);
    };
    password.bytes().for_each(|byte| step(&mut keys, byte));
    let mut header = chance.bytes(11);
    header.push(check);
    header
        .iter()
        .chain(plain)
        .map(|byte| {
            let mask = (keys[2] | 2) & 0xFFFF;
            let sealed = byte ^ (mask.wrapping_mul(mask ^ 1) >> 8) as u8;
            step(&mut keys, *byte);
            sealed
        })
        .collect()
}

/// WinZip AES: PBKDF2-HMAC-SHA1 (1,000 rounds) gives key, MAC key and two bytes to check the password;
/// AES in counter mode, little endian from 1; ten bytes of HMAC-SHA1 at the end.
fn aes256(plain: &[u8], password: &str, chance: &mut Chance) -> Vec<u8> {
    const SALT_BYTES: usize = 16;
    const MAC_BYTES: usize = 10;
    let salt = chance.bytes(SALT_BYTES);
    let mut derived = [0u8; 66];
    pbkdf2::pbkdf2_hmac::<sha1::Sha1>(password.as_bytes(), &salt, 1_000, &mut derived);
    let mut sealed = plain.to_vec();
    let mut key = [0u8; 32];
    key.copy_from_slice(&derived[..32]);
    ctr::Ctr128LE::<aes::Aes256>::new(&key.into(), &1u128.to_le_bytes().into()).apply_keystream(&mut sealed);
    let mut mac =
        hmac::Hmac::<sha1::Sha1>::new_from_slice(&derived[32..64]).expect("HMAC takes keys of any length");
    mac.update(&sealed);
    let mut out = salt;
    out.extend(&derived[64..]);
    out.extend(&sealed);
    out.extend(&mac.finalize().into_bytes()[..MAC_BYTES]);
    out
}

#[cfg(test)]
mod tests;
