//! Encrypted streams of Excel 97 and Word 97: RC4, RC4 CryptoAPI, and XOR obfuscation (MS-OFFCRYPTO 2.3.5 to 2.3.7).

use super::super::cfb::{CompoundFile, EntryKind, u16_at, u32_at};
use super::Secret;
use super::ciphers::{Hash, Rc4, utf_16};
use crate::Budget;

/// How the streams are locked.
pub(super) struct Lock {
    program: Program,
    cipher: Cipher,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Excel(&'static str),
    Word { table: &'static str, header_bytes: usize },
}

enum Cipher {
    /// The password obfuscates: key and verifier.
    Xor {
        verifier: u16,
    },
    Rc4(Rc4Lock),
}

struct Rc4Lock {
    salt: Vec<u8>,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
    /// Bytes of the key of CryptoAPI; the older way has none to choose.
    key_bytes: Option<usize>,
}

/// Records of Excel that tell it (MS-XLS 2.4.117).
const FILE_PASS: u16 = 0x002F;

impl Lock {
    pub(super) fn read(file: &CompoundFile<'_>, place: &'static str, budget: &mut Budget) -> Option<Self> {
        let stream = file.read_path(place, budget)?.value;
        if place == "WordDocument" {
            return Self::of_word(file, &stream, budget);
        }
        let (_, pass) = records(&stream).find(|(_, record)| u16_at(record, 0) == Some(FILE_PASS))?;
        let pass = pass.get(4..)?;
        let program = Program::Excel(place);
        let cipher = match u16_at(pass, 0)? {
            0 => Cipher::Xor { verifier: u16_at(pass, 4)? },
            1 => Cipher::Rc4(Rc4Lock::read(pass.get(2..)?)?),
            _ => return None,
        };
        Some(Self { program, cipher })
    }

    /// MS-DOC 2.2.6: the header stands at the start of the table stream.
    fn of_word(file: &CompoundFile<'_>, document: &[u8], budget: &mut Budget) -> Option<Self> {
        const IN_TABLE_1: u16 = 1 << 9;
        const OBFUSCATED: u16 = 1 << 15;
        let flags = u16_at(document, 10)?;
        if flags & OBFUSCATED != 0 {
            return None;
        }
        let table = if flags & IN_TABLE_1 != 0 { "1Table" } else { "0Table" };
        let header_bytes = u32_at(document, 14)? as usize;
        let stream = file.read_path(table, budget)?.value;
        let cipher = Cipher::Rc4(Rc4Lock::read(&stream)?);
        Some(Self { program: Program::Word { table, header_bytes }, cipher })
    }

    /// What the password gives when it is right.
    pub(super) fn secret(&self, password: &str) -> Option<Secret> {
        match &self.cipher {
            Cipher::Xor { verifier } => xor_array(password, *verifier),
            Cipher::Rc4(lock) => lock.secret(password),
        }
    }

    /// The file with its streams in the clear.
    pub(super) fn open(
        &self,
        file: &CompoundFile<'_>,
        bytes: &[u8],
        secret: &Secret,
        budget: &mut Budget,
    ) -> Vec<u8> {
        let mut plain = bytes.to_vec();
        match self.program {
            Program::Excel(stream) => {
                self.replace(file, stream, budget, &mut plain, |sealed| self.workbook(sealed, secret));
            }
            Program::Word { table, header_bytes } => {
                // MS-DOC 2.2.6.2: the start of the main stream is in the clear, and says that the rest is not.
                const CLEAR: usize = 68;
                self.replace(file, "WordDocument", budget, &mut plain, |sealed| {
                    let mut stream = self.decrypted(sealed, secret, WORD_BLOCK);
                    restore(&mut stream, sealed, 0..CLEAR);
                    if let Some(flags) = stream.get_mut(11) {
                        *flags &= !0x81;
                    }
                    stream
                });
                for (name, clear) in [(table, header_bytes), ("Data", 0)] {
                    self.replace(file, name, budget, &mut plain, |sealed| {
                        let mut stream = self.decrypted(sealed, secret, WORD_BLOCK);
                        restore(&mut stream, sealed, 0..clear);
                        stream
                    });
                }
            }
        }
        plain
    }

    fn replace(
        &self,
        file: &CompoundFile<'_>,
        name: &str,
        budget: &mut Budget,
        plain: &mut [u8],
        open: impl FnOnce(&[u8]) -> Vec<u8>,
    ) {
        let Some(id) = file.find(name).filter(|id| file.kind(*id) == EntryKind::Stream) else { return };
        let sealed = file.read(id, budget).value;
        file.put_back(id, &open(&sealed), plain);
    }

    /// A workbook stream: the heads of records are in the clear, and some records whole (MS-XLS 2.2.10).
    fn workbook(&self, sealed: &[u8], secret: &Secret) -> Vec<u8> {
        let mut stream = match &self.cipher {
            Cipher::Xor { .. } => xor_records(sealed, secret),
            Cipher::Rc4(_) => self.decrypted(sealed, secret, EXCEL_BLOCK),
        };
        for (at, record) in records(sealed) {
            let id = u16_at(record, 0).unwrap_or_default();
            let clear = match id {
                _ if IN_THE_CLEAR.contains(&id) => record.len(),
                BOUND_SHEET => 8,
                _ => 4,
            };
            restore(&mut stream, record, at..at + clear);
            if id == FILE_PASS {
                // What is no longer encrypted must not say so.
                stream.get_mut(at..at + 2).unwrap_or_default().fill(0);
            }
        }
        stream
    }

    /// RC4 with a new key for each block.
    fn decrypted(&self, sealed: &[u8], secret: &Secret, block_bytes: usize) -> Vec<u8> {
        let mut plain = sealed.to_vec();
        let Cipher::Rc4(lock) = &self.cipher else { return plain };
        for (number, block) in (0_u32..).zip(plain.chunks_mut(block_bytes)) {
            Rc4::new(&lock.block_key(secret, number)).apply(block);
        }
        plain
    }
}

/// Bytes under one key.
pub(super) const EXCEL_BLOCK: usize = 1024;
const WORD_BLOCK: usize = 512;

/// BOF, FilePass, InterfaceHdr, RRDHead, UsrExcl, FileLock, RRDInfo.
pub(super) const IN_THE_CLEAR: [u16; 7] = [0x0809, FILE_PASS, 0x00E1, 0x0138, 0x0194, 0x0195, 0x0196];
/// The first field tells a position, and is in the clear.
pub(super) const BOUND_SHEET: u16 = 0x0085;

/// The records of a workbook with their heads, and where they start.
pub(super) fn records(stream: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0_usize;
    std::iter::from_fn(move || {
        let len = 4 + usize::from(u16_at(stream, at + 2)?);
        let record = stream.get(at..)?;
        let found = (at, record.get(..len).unwrap_or(record));
        at += len;
        Some(found)
    })
}

/// Puts the clear bytes of a range back; `sealed` starts where the range does.
fn restore(stream: &mut [u8], sealed: &[u8], range: std::ops::Range<usize>) {
    let len = range.len();
    if let (Some(to), Some(from)) = (stream.get_mut(range), sealed.get(..len)) {
        to.copy_from_slice(from);
    }
}

impl Rc4Lock {
    /// The header: the older way (version 1.1), or CryptoAPI (x.2) with a header of its own.
    fn read(bytes: &[u8]) -> Option<Self> {
        match (u16_at(bytes, 0)?, u16_at(bytes, 2)?) {
            (1, 1) => Some(Self {
                salt: bytes.get(4..20)?.to_vec(),
                verifier: bytes.get(20..36)?.to_vec(),
                verifier_hash: bytes.get(36..52)?.to_vec(),
                key_bytes: None,
            }),
            (2..=4, 2) => {
                const RC4: u32 = 0x6801;
                let (header, verifier) = bytes.get(12..)?.split_at_checked(u32_at(bytes, 8)? as usize)?;
                (u32_at(header, 8)? == RC4).then_some(())?;
                // MS-OFFCRYPTO 2.3.5.1: no size means 40 bits.
                let bits = Some(u32_at(header, 16)? as usize).filter(|bits| *bits > 0).unwrap_or(40);
                Some(Self {
                    salt: verifier.get(4..20)?.to_vec(),
                    verifier: verifier.get(20..36)?.to_vec(),
                    verifier_hash: verifier.get(40..60)?.to_vec(),
                    key_bytes: Some(bits / 8),
                })
            }
            _ => None,
        }
    }

    fn secret(&self, password: &str) -> Option<Secret> {
        let secret = self.start(password);
        let mut sealed = [self.verifier.clone(), self.verifier_hash.clone()].concat();
        Rc4::new(&self.block_key(&secret, 0)).apply(&mut sealed);
        let (verifier, expected) = sealed.split_at_checked(self.verifier.len())?;
        let hash = if self.key_bytes.is_some() { Hash::Sha1 } else { Hash::Md5 };
        (hash.of(&[verifier]) == expected).then_some(secret)
    }

    /// What the keys of all blocks are made of (MS-OFFCRYPTO 2.3.5.2 and 2.3.6.2).
    fn start(&self, password: &str) -> Secret {
        if self.key_bytes.is_some() {
            return Hash::Sha1.of(&[&self.salt, &utf_16(password)]);
        }
        rc4_start(&self.salt, password)
    }

    fn block_key(&self, secret: &Secret, number: u32) -> Vec<u8> {
        let Some(key_bytes) = self.key_bytes else { return Hash::Md5.of(&[secret, &number.to_le_bytes()]) };
        let mut key = Hash::Sha1.of(&[secret, &number.to_le_bytes()]);
        key.truncate(key_bytes);
        if key_bytes == 5 {
            // Keys of 40 bits are used with zeros up to 128 (MS-OFFCRYPTO 2.3.5.2).
            key.resize(16, 0);
        }
        key
    }
}

/// The first five bytes of two hashes: the second of the first with the salt, sixteen times.
pub(super) fn rc4_start(salt: &[u8], password: &str) -> Secret {
    const KEY_BYTES: usize = 5;
    let first = Hash::Md5.of(&[&utf_16(password)]);
    let once = [first.get(..KEY_BYTES).unwrap_or_default(), salt].concat();
    let mut second = Hash::Md5.of(&[&once.repeat(16)]);
    second.truncate(KEY_BYTES);
    second
}

/// Each letter is XORed with a byte of the array, then turned (MS-OFFCRYPTO 2.3.7.3). Where the array starts depends on
/// where the record ends.
fn xor_records(sealed: &[u8], array: &[u8]) -> Vec<u8> {
    let mut plain = sealed.to_vec();
    for (start, record) in records(sealed) {
        let len = record.len() - 4.min(record.len());
        for at in start + 4..start + record.len() {
            let mask = array.get((at + len) % 16).copied().unwrap_or_default();
            if let Some(byte) = plain.get_mut(at) {
                *byte = (*byte ^ mask).rotate_right(5);
            }
        }
    }
    plain
}

/// What a password is filled up with (MS-OFFCRYPTO 2.3.7.2, `PadArray`).
const PAD: [u8; 15] = [0xBB, 0xFF, 0xFF, 0xBA, 0xFF, 0xFF, 0xB9, 0x80, 0, 0xBE, 0x0F, 0, 0xBF, 0x0F, 0];
/// `InitialCode` of MS-OFFCRYPTO 2.3.7.2, by the length of the password.
const INITIAL: [u16; 15] = [
    0xE1F0, 0x1D0F, 0xCC9C, 0x84C0, 0x110C, 0x0E10, 0xF1CE, 0x313E, 0x1872, 0xE139, 0xD40F, 0x84F9, 0x280C,
    0xA96A, 0x4EC3,
];

/// The array of sixteen bytes; `None` when the verifier says that the password is wrong, or it is of a length that
/// this way does not know (1 to 15 letters of one byte).
fn xor_array(password: &str, verifier: u16) -> Option<Secret> {
    let letters: Vec<u8> =
        password.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect::<Option<_>>()?;
    (xor_verifier(&letters) == verifier).then_some(())?;
    xor_array_of(&letters)
}

/// MS-OFFCRYPTO 2.3.7.1: the letters backwards and their number, each into fifteen bits that turn.
pub(super) fn xor_verifier(letters: &[u8]) -> u16 {
    let len = u8::try_from(letters.len()).unwrap_or(u8::MAX);
    let all = letters.iter().rev().chain(std::iter::once(&len));
    let verifier = all
        .fold(0_u16, |verifier, letter| (verifier >> 14 & 1) ^ (verifier << 1 & 0x7FFF) ^ u16::from(*letter));
    verifier ^ 0xCE4B
}

/// MS-OFFCRYPTO 2.3.7.2: letters, then padding, each with one half of the key and turned by one.
pub(super) fn xor_array_of(letters: &[u8]) -> Option<Secret> {
    let [low, high] = xor_key(letters)?.to_le_bytes();
    let filled = letters.iter().chain(&PAD).take(16).enumerate();
    Some(filled.map(|(at, byte)| (byte ^ if at % 2 == 1 { high } else { low }).rotate_right(1)).collect())
}

/// MS-OFFCRYPTO 2.3.7.2 `CreateXorKey_Method1`. Its matrix is a shift register: each row starts with a value of its
/// own, and each entry is the one before, doubled.
fn xor_key(letters: &[u8]) -> Option<u16> {
    let initial = INITIAL.get(letters.len().checked_sub(1)?)?;
    let mut key = *initial;
    // The last letter goes with the last row.
    for (row, letter) in ROWS.iter().rev().zip(letters.iter().rev()) {
        let mut entry = *row;
        let mut entries = [0_u16; 7];
        for slot in &mut entries {
            *slot = entry;
            entry = doubled(entry);
        }
        for (bit, entry) in entries.iter().enumerate() {
            if letter >> bit & 1 == 1 {
                key ^= entry;
            }
        }
    }
    Some(key)
}

/// The polynomial is that of CRC-16/CCITT.
fn doubled(entry: u16) -> u16 {
    entry << 1 ^ if entry & 0x8000 != 0 { 0x1021 } else { 0 }
}

/// The first entries of the rows of `XorMatrix`.
const ROWS: [u16; 15] = [
    0xAEFC, 0x7B61, 0x4563, 0x0375, 0xD849, 0x6F45, 0xEB23, 0x47D3, 0xB861, 0x45A0, 0xAA51, 0x76B4, 0x3730,
    0x3331, 0x1021,
];
