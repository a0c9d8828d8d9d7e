//! Encryption of keys as ASN.1 names it: PBES1 and PBES2 (RFC 8018), PKCS#12 (RFC 7292, C), Java's own two.

use super::kdf::{Digest, pkcs12, utf16_be};
use super::{Keyring, Opened};
use crate::keys::OpenedBy;
use crate::keys::asn1::Algorithm;
use crate::keys::asn1::ber::{self, Reader, Value};
use crate::office::ciphers;
use aes::cipher::{Array, BlockCipherDecrypt, KeyInit};
use zeroize::Zeroizing;

/// Bytes a key is made of at most by scrypt; PKCS#8 files of OpenSSL take 16 MiB.
const SCRYPT_BYTES_MAX: u64 = 64 << 20;

/// A cipher with its mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::trust::keys) enum Cipher {
    /// AES in CBC mode with a key of so many bytes.
    Aes(usize),
    /// Triple DES in CBC mode with a key of 24 or 16 bytes.
    TripleDes(usize),
    /// DES in CBC mode.
    Des,
    /// RC2 in CBC mode: bytes of the key, bits of it that count.
    Rc2(usize, usize),
    /// RC4 with a key of so many bytes.
    Rc4(usize),
}

impl Cipher {
    pub(in crate::trust::keys) const fn key_bytes(self) -> usize {
        match self {
            Self::Aes(bytes) | Self::TripleDes(bytes) | Self::Rc2(bytes, _) | Self::Rc4(bytes) => bytes,
            Self::Des => 8,
        }
    }

    pub(in crate::trust::keys) const fn block_bytes(self) -> usize {
        match self {
            Self::Aes(_) => 16,
            Self::TripleDes(_) | Self::Des | Self::Rc2(..) => 8,
            Self::Rc4(_) => 0,
        }
    }

    pub(in crate::trust::keys) fn name(self) -> String {
        match self {
            Self::Aes(bytes) => format!("AES-{}-CBC", bytes.saturating_mul(8)),
            Self::TripleDes(24) => "3DES-CBC".to_owned(),
            Self::TripleDes(_) => "2-key-3DES-CBC".to_owned(),
            Self::Des => "DES-CBC".to_owned(),
            Self::Rc2(_, bits) => format!("RC2-{bits}-CBC"),
            Self::Rc4(bytes) => format!("RC4-{}", bytes.saturating_mul(8)),
        }
    }

    /// Decrypts, and takes the padding away (RFC 8018, 6.1.1).
    pub(in crate::trust::keys) fn open(self, key: &[u8], iv: &[u8], bytes: &[u8]) -> Option<Opened> {
        let mut plain = self.decrypt(key, iv, bytes)?;
        if self.block_bytes() == 0 {
            return Some(plain);
        }
        let padding = usize::from(*plain.last()?);
        let end = plain.len().checked_sub(padding)?;
        let is_padding = (1..=self.block_bytes()).contains(&padding);
        (is_padding && plain.get(end..)?.iter().all(|byte| usize::from(*byte) == padding)).then_some(())?;
        plain.truncate(end);
        Some(plain)
    }

    /// Decrypts whole blocks.
    pub(in crate::trust::keys) fn decrypt(self, key: &[u8], iv: &[u8], bytes: &[u8]) -> Option<Opened> {
        let mut plain = Zeroizing::new(bytes.to_vec());
        let block = self.block_bytes();
        if block != 0 && (bytes.is_empty() || !bytes.len().is_multiple_of(block) || iv.len() != block) {
            return None;
        }
        let key = key.get(..self.key_bytes())?;
        match self {
            Self::Aes(_) => ciphers::aes(key, Some(iv), &mut plain)?,
            Self::TripleDes(24) => chained(&des::TdesEde3::new_from_slice(key).ok()?, iv, &mut plain),
            Self::TripleDes(_) => chained(&des::TdesEde2::new_from_slice(key).ok()?, iv, &mut plain),
            Self::Des => chained(&des::Des::new_from_slice(key).ok()?, iv, &mut plain),
            Self::Rc2(_, bits) => chained(&rc2::Rc2::new_with_eff_key_len(key, bits), iv, &mut plain),
            Self::Rc4(_) => ciphers::Rc4::new(key).apply(&mut plain),
        }
        Some(plain)
    }
}

/// CBC over blocks of eight bytes.
fn chained<C: BlockCipherDecrypt<BlockSize = aes::cipher::consts::U8>>(
    cipher: &C,
    iv: &[u8],
    bytes: &mut [u8],
) {
    let mut before = [0; 8];
    before.iter_mut().zip(iv).for_each(|(slot, byte)| *slot = *byte);
    for block in bytes.as_chunks_mut::<8>().0 {
        let encrypted = *block;
        cipher.decrypt_block(<&mut Array<u8, _>>::from(&mut *block));
        block.iter_mut().zip(before).for_each(|(byte, before)| *byte ^= before);
        before = encrypted;
    }
}

/// How the key of a cipher is made.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Making {
    Pbkdf2(Digest, Vec<u8>, u32),
    Scrypt {
        salt: Vec<u8>,
        log_n: u8,
        r: u32,
        p: u32,
    },
    /// PBES1 of PKCS#5: key and vector by hashing again and again.
    Pbkdf1(Digest, Vec<u8>, u32),
    /// The function of PKCS#12, key and vector.
    Pkcs12(Digest, Vec<u8>, u32),
    /// Java's `PBEWithMD5AndTripleDES`.
    Jceks(Vec<u8>, u32),
    /// Java's oldest, in which nothing is made at all.
    Jks,
}

/// A scheme with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::trust::keys) struct Scheme {
    making: Making,
    cipher: Cipher,
    iv: Vec<u8>,
}

/// Whether a value is the identifier of a scheme, known here or not.
pub(in crate::trust::keys) fn is_scheme(value: &Value<'_>) -> bool {
    const FAMILIES: &[&str] = &["1.2.840.113549.1.5.", "1.2.840.113549.1.12.1.", "1.3.6.1.4.1.42.2."];
    let oid = Algorithm::read(&mut Reader::new(value.whole)).map(|algorithm| algorithm.oid);
    oid.is_some_and(|oid| FAMILIES.iter().any(|family| oid.starts_with(family)))
}

impl Scheme {
    /// The scheme, or its identifier if nobody here can open it.
    pub(in crate::trust::keys) fn read(algorithm: &Algorithm<'_>) -> Result<Self, String> {
        Self::known(algorithm).ok_or_else(|| algorithm.oid.clone())
    }

    fn known(algorithm: &Algorithm<'_>) -> Option<Self> {
        if algorithm.oid == "1.2.840.113549.1.5.13" {
            return pbes2(&mut algorithm.parameters?.inside());
        }
        if algorithm.oid == "1.3.6.1.4.1.42.2.17.1.1" {
            return Some(Self { making: Making::Jks, cipher: Cipher::Rc4(0), iv: Vec::new() });
        }
        let mut parameters = algorithm.parameters?.inside();
        let salt = parameters.octets()?.into_owned();
        let rounds = u32::try_from(parameters.small()?).ok()?;
        let pbes1 = |digest, cipher| (Making::Pbkdf1(digest, salt.clone(), rounds), cipher);
        let pkcs12 = |cipher| (Making::Pkcs12(Digest::Sha1, salt.clone(), rounds), cipher);
        let (making, cipher) = match algorithm.oid.as_str() {
            "1.2.840.113549.1.5.3" => pbes1(Digest::Md5, Cipher::Des),
            "1.2.840.113549.1.5.6" => pbes1(Digest::Md5, Cipher::Rc2(8, 64)),
            "1.2.840.113549.1.5.10" => pbes1(Digest::Sha1, Cipher::Des),
            "1.2.840.113549.1.5.11" => pbes1(Digest::Sha1, Cipher::Rc2(8, 64)),
            "1.2.840.113549.1.12.1.1" => pkcs12(Cipher::Rc4(16)),
            "1.2.840.113549.1.12.1.2" => pkcs12(Cipher::Rc4(5)),
            "1.2.840.113549.1.12.1.3" => pkcs12(Cipher::TripleDes(24)),
            "1.2.840.113549.1.12.1.4" => pkcs12(Cipher::TripleDes(16)),
            "1.2.840.113549.1.12.1.5" => pkcs12(Cipher::Rc2(16, 128)),
            "1.2.840.113549.1.12.1.6" => pkcs12(Cipher::Rc2(5, 40)),
            "1.3.6.1.4.1.42.2.19.1" => (Making::Jceks(salt, rounds), Cipher::TripleDes(24)),
            _ => return None,
        };
        Some(Self { making, cipher, iv: Vec::new() })
    }

    /// PKCS#12's triple DES with a salt of its own, as Bouncy Castle uses it.
    pub(in crate::trust::keys) fn bouncy(salt: &[u8], rounds: u32) -> Self {
        let making = Making::Pkcs12(Digest::Sha1, salt.to_vec(), rounds);
        Self { making, cipher: Cipher::TripleDes(24), iv: Vec::new() }
    }

    /// What Java seals a key of JCEKS with.
    pub(in crate::trust::keys) fn sealed(salt: &[u8], rounds: u32) -> Self {
        Self { making: Making::Jceks(salt.to_vec(), rounds), cipher: Cipher::TripleDes(24), iv: Vec::new() }
    }

    /// Its name, for people.
    pub(in crate::trust::keys) fn name(&self) -> String {
        let cipher = self.cipher.name();
        match &self.making {
            Making::Pbkdf2(digest, _, rounds) => {
                format!("PBES2 PBKDF2-HMAC-{} {rounds} {cipher}", digest.name())
            }
            Making::Scrypt { log_n, r, p, .. } => format!("PBES2 scrypt 2^{log_n},{r},{p} {cipher}"),
            Making::Pbkdf1(digest, _, rounds) => format!("PBES1 {} {rounds} {cipher}", digest.name()),
            Making::Pkcs12(digest, _, rounds) => format!("PKCS#12 {} {rounds} {cipher}", digest.name()),
            Making::Jceks(_, rounds) => format!("PBEWithMD5AndTripleDES {rounds}"),
            Making::Jks => "JKS SHA-1 key stream".to_owned(),
        }
    }

    /// What one password costs, in hashes.
    pub(in crate::trust::keys) fn cost(&self) -> u64 {
        match &self.making {
            Making::Pbkdf2(_, _, rounds) | Making::Pbkdf1(_, _, rounds) | Making::Jceks(_, rounds) => {
                u64::from(*rounds)
            }
            // Two to four blocks of key and vector.
            Making::Pkcs12(_, _, rounds) => u64::from(*rounds).saturating_mul(3),
            Making::Scrypt { log_n, r, p, .. } => 1_u64
                .checked_shl(u32::from(*log_n))
                .map_or(u64::MAX, |n| n.saturating_mul(u64::from(*r)).saturating_mul(u64::from(*p))),
            Making::Jks => 64,
        }
    }

    /// Decrypts with one password.
    pub(in crate::trust::keys) fn open(&self, password: &str, bytes: &[u8]) -> Option<Opened> {
        let utf8 = password.as_bytes();
        let (length, block) = (self.cipher.key_bytes(), self.cipher.block_bytes());
        match &self.making {
            Making::Pbkdf2(digest, salt, rounds) => {
                self.cipher.open(&digest.pbkdf2(utf8, salt, *rounds, length), &self.iv, bytes)
            }
            Making::Scrypt { salt, log_n, r, p } => {
                let mut key = Zeroizing::new(vec![0; length]);
                let params = scrypt::Params::new(*log_n, *r, *p).ok()?;
                scrypt::scrypt(utf8, salt, &params, &mut key).ok()?;
                self.cipher.open(&key, &self.iv, bytes)
            }
            Making::Pbkdf1(digest, salt, rounds) => {
                let mut hash = digest.hash(&[utf8, salt]);
                for _ in 1..*rounds {
                    hash = digest.hash(&[&hash]);
                }
                self.cipher.open(hash.get(..8)?, hash.get(8..16)?, bytes)
            }
            Making::Pkcs12(digest, salt, rounds) => {
                let made = |password: &[u8]| {
                    let make = |purpose, length| {
                        pkcs12(*digest, password, salt, u64::from(*rounds), purpose, length)
                    };
                    self.cipher.open(&make(1, length), &make(2, block), bytes)
                };
                let ended = Zeroizing::new([utf16_be(password).as_slice(), &[0, 0]].concat());
                // No password is either nothing or the end mark alone (RFC 7292, B.1 leaves it open).
                made(&ended).or_else(|| if password.is_empty() { made(&[]) } else { None })
            }
            Making::Jceks(salt, rounds) => jceks(self.cipher, password, salt, *rounds, bytes),
            Making::Jks => jks(password, bytes),
        }
    }

    /// Decrypts with whatever password of the ring makes sense to `accept`.
    pub(in crate::trust::keys) fn try_all<T>(
        &self,
        ring: &mut Keyring<'_>,
        place: &str,
        bytes: &[u8],
        accept: impl Fn(&[u8]) -> Option<T>,
    ) -> Option<(T, OpenedBy)> {
        ring.open(place, self.cost(), |password| accept(&self.open(password, bytes)?))
    }
}

/// PBES2: how the key is made, and the cipher.
fn pbes2(parameters: &mut Reader<'_>) -> Option<Scheme> {
    let making = Algorithm::read(parameters)?;
    let encryption = Algorithm::read(parameters)?;
    let cipher = match encryption.oid.as_str() {
        "2.16.840.1.101.3.4.1.2" => Cipher::Aes(16),
        "2.16.840.1.101.3.4.1.22" => Cipher::Aes(24),
        "2.16.840.1.101.3.4.1.42" => Cipher::Aes(32),
        "1.2.840.113549.3.7" => Cipher::TripleDes(24),
        "1.3.14.3.2.7" => Cipher::Des,
        "1.2.840.113549.3.2" => return rc2(&making, &encryption),
        _ => return None,
    };
    let iv = Reader::new(encryption.parameters?.whole).octets()?.into_owned();
    Some(Scheme { making: pbes2_making(&making)?, cipher, iv })
}

/// RC2 tells its strength by a number that stands for it (RFC 2268, 6).
fn rc2(making: &Algorithm<'_>, encryption: &Algorithm<'_>) -> Option<Scheme> {
    let mut inside = encryption.parameters?.inside();
    let bits = match inside.small() {
        Some(160) => 40,
        Some(120) => 64,
        Some(58) => 128,
        _ => 32,
    };
    let iv = inside.octets()?.into_owned();
    let length = key_length(making).filter(|length| (1..=128).contains(length)).unwrap_or(bits / 8);
    Some(Scheme { making: pbes2_making(making)?, cipher: Cipher::Rc2(length, bits), iv })
}

fn key_length(making: &Algorithm<'_>) -> Option<usize> {
    let mut inside = making.parameters?.inside();
    inside.octets()?;
    inside.small()?;
    usize::try_from(inside.small()?).ok()
}

fn pbes2_making(making: &Algorithm<'_>) -> Option<Making> {
    let mut inside = making.parameters?.inside();
    let salt = inside.octets()?.into_owned();
    let number = inside.small()?;
    match making.oid.as_str() {
        "1.2.840.113549.1.5.12" => {
            // The length of the key may stand here, and the cipher knows it.
            inside.take(ber::INTEGER);
            let digest = match inside.sequence() {
                Some(mut function) => Digest::of(&function.oid()?)?,
                None => Digest::Sha1,
            };
            Some(Making::Pbkdf2(digest, salt, u32::try_from(number).ok()?))
        }
        "1.3.6.1.4.1.11591.4.11" => {
            let (r, p) = (inside.small()?, inside.small()?);
            let memory = number.checked_mul(r)?.checked_mul(128)?;
            if !number.is_power_of_two()
                || number < 2
                || memory > SCRYPT_BYTES_MAX
                || r > 1 << 10
                || p > 1 << 10
            {
                return None;
            }
            let log_n = u8::try_from(number.trailing_zeros()).ok()?;
            Some(Making::Scrypt { salt, log_n, r: u32::try_from(r).ok()?, p: u32::try_from(p).ok()? })
        }
        _ => None,
    }
}

/// The key made by PBKDF2 as PBMAC1 asks for it, and the MAC of a message with it (RFC 9579).
pub(in crate::trust::keys) fn hmac_of(
    parameters: &Value<'_>,
    password: &str,
    message: &[u8],
) -> Option<Vec<u8>> {
    let mut inside = parameters.inside();
    let (making, mac) = (Algorithm::read(&mut inside)?, Algorithm::read(&mut inside)?);
    let Making::Pbkdf2(digest, salt, rounds) = pbes2_making(&making)? else { return None };
    let length = key_length(&making).filter(|length| (1..=64).contains(length))?;
    let key = digest.pbkdf2(password.as_bytes(), &salt, rounds, length);
    Digest::of(&mac.oid)?.hmac(&key, message)
}

/// Both halves of the salt are hashed with the password, again and again; key and vector come out of that.
fn jceks(cipher: Cipher, password: &str, salt: &[u8], rounds: u32, bytes: &[u8]) -> Option<Opened> {
    let mut salt: [u8; 8] = salt.try_into().ok()?;
    let (first, second) = salt.split_at(4);
    if first == second {
        // Java means to turn the first half around, and writes to the wrong place.
        let [zero, one, _, three, ..] = salt;
        salt.iter_mut().zip([three, zero, one, three]).for_each(|(slot, byte)| *slot = byte);
    }
    let mut made = Zeroizing::new(Vec::new());
    for half in salt.as_chunks::<4>().0 {
        let mut hash = half.to_vec();
        for _ in 0..rounds {
            hash = Digest::Md5.hash(&[&hash, password.as_bytes()]);
        }
        made.extend_from_slice(&hash);
    }
    cipher.open(made.get(..24)?, made.get(24..)?, bytes)
}

/// Salt, key exclusive-or a chain of hashes, and a hash of password and key.
fn jks(password: &str, bytes: &[u8]) -> Option<Opened> {
    let password = utf16_be(password);
    let (salt, rest) = bytes.split_at_checked(20)?;
    let (encrypted, check) = rest.split_at_checked(rest.len().checked_sub(20)?)?;
    let mut plain = Zeroizing::new(encrypted.to_vec());
    let mut link = salt.to_vec();
    for chunk in plain.chunks_mut(20) {
        link = Digest::Sha1.hash(&[&password, &link]);
        chunk.iter_mut().zip(&link).for_each(|(byte, mask)| *byte ^= mask);
    }
    (Digest::Sha1.hash(&[&password, &plain]) == check).then_some(plain)
}
