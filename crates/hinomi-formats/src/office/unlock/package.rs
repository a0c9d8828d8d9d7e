//! Encrypted packages: standard and agile encryption of ECMA-376 (MS-OFFCRYPTO 2.3.4).

use super::super::base64;
use super::super::cfb::{CompoundFile, u16_at, u32_at};
use super::super::ole::encryption;
use super::super::ooxml::xml;
use super::Secret;
use super::ciphers::{BLOCK, Hash, aes};
use crate::{Budget, Problem, ProblemKind};

/// The stream that tells how the package is encrypted.
const INFO: &str = "EncryptionInfo";

/// How a package is locked.
pub(super) enum Lock {
    Standard(Standard),
    Agile(Box<Agile>),
}

/// Standard encryption: AES, each block by itself, SHA-1 in 50,000 rounds.
pub(super) struct Standard {
    key_bytes: usize,
    salt: Vec<u8>,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
}

/// Agile encryption: the parameters stand in XML.
#[derive(Default)]
pub(super) struct Agile {
    package: Parameters,
    password: Parameters,
    rounds: u64,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
    key: Vec<u8>,
}

/// What both `keyData` and `encryptedKey` say.
#[derive(Default)]
struct Parameters {
    salt: Vec<u8>,
    hash: Option<Hash>,
    key_bytes: usize,
}

/// Rounds of standard encryption (MS-OFFCRYPTO 2.3.4.7).
const STANDARD_ROUNDS: u64 = 50_000;
/// More than this a document may not ask for (MS-OFFCRYPTO 2.3.4.10, `spinCount`).
const ROUNDS_MAX: u64 = 10_000_000;

impl Lock {
    pub(super) fn read(file: &CompoundFile<'_>, budget: &mut Budget) -> Option<Self> {
        let info = file.read_path(INFO, budget)?.value;
        match (u16_at(&info, 0)?, u16_at(&info, 2)?) {
            (4, 4) => Agile::read(info.get(8..)?).map(|agile| Self::Agile(Box::new(agile))),
            (2..=4, 2) => Standard::read(&info).map(Self::Standard),
            _ => None,
        }
    }

    pub(super) fn rounds(&self) -> u64 {
        match self {
            Self::Standard(_) => STANDARD_ROUNDS,
            Self::Agile(agile) => agile.rounds,
        }
    }

    /// The key of the package, when the password is right.
    pub(super) fn secret(&self, password: &str) -> Option<Secret> {
        match self {
            Self::Standard(lock) => lock.secret(password),
            Self::Agile(lock) => lock.secret(password),
        }
    }

    /// The package.
    pub(super) fn open(
        &self,
        file: &CompoundFile<'_>,
        secret: &Secret,
        budget: &mut Budget,
        problems: &mut Vec<Problem>,
    ) -> Option<Vec<u8>> {
        let stream = file.read_path(encryption::PACKAGE, budget)?.take(problems);
        let (len, sealed) = stream.split_first_chunk()?;
        let len = u64::from_le_bytes(*len);
        let mut plain = sealed.to_vec();
        plain.truncate(plain.len() / BLOCK * BLOCK);
        match self {
            Self::Standard(_) => aes(secret, None, &mut plain)?,
            Self::Agile(lock) => lock.open(secret, &mut plain)?,
        }
        match usize::try_from(len).ok().filter(|len| *len <= plain.len()) {
            Some(len) => plain.truncate(len),
            None => {
                let detail = "the encrypted package is shorter than it says";
                problems.push(Problem::new(ProblemKind::Truncated, encryption::PACKAGE, detail));
            }
        }
        Some(plain)
    }
}

impl Standard {
    /// MS-OFFCRYPTO 2.3.4.5: version, flags, the header behind its size, the verifier.
    fn read(info: &[u8]) -> Option<Self> {
        const AES: [u32; 3] = [0x660E, 0x660F, 0x6610];
        let header = info.get(12..)?;
        let (header, verifier) = header.split_at_checked(u32_at(info, 8)? as usize)?;
        AES.contains(&u32_at(header, 8)?).then_some(())?;
        let salt_bytes = u32_at(verifier, 0)? as usize;
        let behind_salt = verifier.get(4..)?.get(salt_bytes..)?;
        Some(Self {
            key_bytes: u32_at(header, 16)? as usize / 8,
            salt: verifier.get(4..)?.get(..salt_bytes)?.to_vec(),
            verifier: behind_salt.get(..16)?.to_vec(),
            verifier_hash: behind_salt.get(20..52)?.to_vec(),
        })
    }

    fn secret(&self, password: &str) -> Option<Secret> {
        let key = self.key(password)?;
        let mut verifier = self.verifier.clone();
        let mut verifier_hash = self.verifier_hash.clone();
        aes(&key, None, &mut verifier)?;
        aes(&key, None, &mut verifier_hash)?;
        verifier_hash.starts_with(&Hash::Sha1.of(&[&verifier])).then_some(key)
    }

    /// MS-OFFCRYPTO 2.3.4.7.
    pub(super) fn key(&self, password: &str) -> Option<Secret> {
        standard_key(&self.salt, password, self.key_bytes)
    }
}

/// MS-OFFCRYPTO 2.3.4.7.
pub(super) fn standard_key(salt: &[u8], password: &str, key_bytes: usize) -> Option<Secret> {
    const WIDE: usize = 64;
    let hash = Hash::Sha1.stretched(salt, password, STANDARD_ROUNDS);
    let last = Hash::Sha1.of(&[&hash, &[0; 4]]);
    let half = |pad: u8| {
        let mut wide = [pad; WIDE];
        for (byte, mask) in wide.iter_mut().zip(&last) {
            *byte ^= mask;
        }
        Hash::Sha1.of(&[&wide])
    };
    let key = [half(0x36), half(0x5C)].concat();
    key.get(..key_bytes).map(<[u8]>::to_vec)
}

/// What each key of agile encryption is for (MS-OFFCRYPTO 2.3.4.13 and 2.3.4.14).
pub(super) const FOR_VERIFIER: [u8; 8] = [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79];
pub(super) const FOR_VERIFIER_HASH: [u8; 8] = [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E];
pub(super) const FOR_KEY: [u8; 8] = [0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6];

impl Agile {
    fn read(info: &[u8]) -> Option<Self> {
        let mut agile = Self::default();
        for element in xml::elements(info) {
            let bytes = |name: &str| base64::decode(element.attribute(name).unwrap_or_default().as_bytes());
            match element.name {
                b"keyData" => agile.package = Parameters::read(&element)?,
                b"encryptedKey" => {
                    agile.password = Parameters::read(&element)?;
                    agile.rounds = element.attribute("spinCount")?.parse().ok()?;
                    agile.verifier = bytes("encryptedVerifierHashInput");
                    agile.verifier_hash = bytes("encryptedVerifierHashValue");
                    agile.key = bytes("encryptedKeyValue");
                }
                _ => {}
            }
        }
        let is_whole = agile.package.hash.is_some() && agile.password.hash.is_some();
        (is_whole && agile.rounds <= ROUNDS_MAX).then_some(agile)
    }

    fn secret(&self, password: &str) -> Option<Secret> {
        let hash = self.password.hash?;
        let stretched = hash.stretched(&self.password.salt, password, self.rounds);
        let open = |purpose: &[u8], sealed: &[u8]| {
            let key = fitted(hash.of(&[&stretched, purpose]), self.password.key_bytes);
            let first = fitted(self.password.salt.clone(), BLOCK);
            let mut plain = sealed.to_vec();
            plain.truncate(plain.len() / BLOCK * BLOCK);
            aes(&key, Some(&first), &mut plain).map(|()| plain)
        };
        let verifier = open(&FOR_VERIFIER, &self.verifier)?;
        let expected = open(&FOR_VERIFIER_HASH, &self.verifier_hash)?;
        // The verifier is as long as its salt; what follows fills the last block.
        let verifier = verifier.get(..self.password.salt.len()).unwrap_or(&verifier);
        if !expected.starts_with(&hash.of(&[verifier])) {
            return None;
        }
        open(&FOR_KEY, &self.key)?.get(..self.package.key_bytes).map(<[u8]>::to_vec)
    }

    /// Segments of 4096 bytes, each chained from a value of its own (MS-OFFCRYPTO 2.3.4.15).
    fn open(&self, secret: &Secret, bytes: &mut [u8]) -> Option<()> {
        const SEGMENT: usize = 4096;
        let hash = self.package.hash?;
        for (number, segment) in (0_u32..).zip(bytes.chunks_mut(SEGMENT)) {
            let first = fitted(hash.of(&[&self.package.salt, &number.to_le_bytes()]), BLOCK);
            aes(secret, Some(&first), segment)?;
        }
        Some(())
    }
}

impl Parameters {
    fn read(element: &xml::Element<'_>) -> Option<Self> {
        let is = |name: &str, value: &str| element.attribute(name).is_some_and(|found| found == value);
        // Others are allowed, and nobody writes them.
        (is("cipherAlgorithm", "AES") && is("cipherChaining", "ChainingModeCBC")).then_some(())?;
        Some(Self {
            salt: base64::decode(element.attribute("saltValue")?.as_bytes()),
            hash: Some(Hash::named(&element.attribute("hashAlgorithm")?)?),
            key_bytes: element.attribute("keyBits")?.parse::<usize>().ok()? / 8,
        })
    }
}

/// Cut, or filled up with 0x36 (MS-OFFCRYPTO 2.3.4.11).
pub(super) fn fitted(mut bytes: Vec<u8>, len: usize) -> Vec<u8> {
    bytes.resize(len.min(64), 0x36);
    bytes
}
