//! The other direction, for the documents that tests build.

use super::super::forge::{base64, compound};
use super::binary::{BOUND_SHEET, EXCEL_BLOCK, IN_THE_CLEAR, rc4_start, records, xor_array_of, xor_verifier};
use super::ciphers::{BLOCK, Hash, Rc4};
use super::package::{FOR_KEY, FOR_VERIFIER, FOR_VERIFIER_HASH, fitted, standard_key};
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};

const SALT: [u8; 16] = [9, 1, 8, 2, 7, 3, 6, 4, 5, 9, 1, 8, 2, 7, 3, 6];

fn aes_128(key: &[u8], first: Option<&[u8]>, bytes: &[u8]) -> Vec<u8> {
    let cipher = aes::Aes128::new_from_slice(key).expect("a key of 16 bytes");
    let mut sealed = bytes.to_vec();
    sealed.resize(bytes.len().next_multiple_of(BLOCK), 0);
    let mut before = first.map(<[u8]>::to_vec);
    for block in sealed.chunks_exact_mut(BLOCK) {
        if let Some(before) = &before {
            block.iter_mut().zip(before).for_each(|(byte, mask)| *byte ^= mask);
        }
        cipher.encrypt_block(<&mut Array<u8, _>>::try_from(&mut *block).expect("a block"));
        if before.is_some() {
            before = Some(block.to_vec());
        }
    }
    sealed
}

fn file(info: &[u8], sealed: &[u8], len: usize) -> Vec<u8> {
    let package = [&(len as u64).to_le_bytes()[..], sealed].concat();
    compound(cfb::Version::V3, &[("EncryptionInfo", info), ("EncryptedPackage", &package)])
}

/// A package under standard encryption.
pub(crate) fn standard(package: &[u8], password: &str) -> Vec<u8> {
    let key = standard_key(&SALT, password, 16).expect("a key");
    let verifier = [7; 16];
    let mut header = Vec::new();
    for field in [0x24_u32, 0, 0x660E, 0x8004, 128, 0x18, 0, 0] {
        header.extend(field.to_le_bytes());
    }
    let mut info = [3_u16, 2, 0x24, 0].into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    info.extend((header.len() as u32).to_le_bytes());
    info.extend(header);
    info.extend(16_u32.to_le_bytes());
    info.extend(SALT);
    info.extend(aes_128(&key, None, &verifier));
    info.extend(20_u32.to_le_bytes());
    info.extend(aes_128(&key, None, &Hash::Sha1.of(&[&verifier])));
    file(&info, &aes_128(&key, None, package), package.len())
}

/// A package under agile encryption with this many rounds of SHA-512.
pub(crate) fn agile(package: &[u8], password: &str, rounds: u64) -> Vec<u8> {
    let hash = Hash::Sha512;
    let stretched = hash.stretched(&SALT, password, rounds.min(10_000));
    let seal = |purpose: &[u8], plain: &[u8]| {
        base64(&aes_128(&fitted(hash.of(&[&stretched, purpose]), 16), Some(&SALT), plain)).replace('\n', "")
    };
    let key = [5; 16];
    let verifier = [8; 16];
    let parameters = format!(
        "saltSize='16' blockSize='16' keyBits='128' hashSize='64' cipherAlgorithm='AES' \
         cipherChaining='ChainingModeCBC' hashAlgorithm='SHA512' saltValue='{}'",
        base64(&SALT)
    );
    let xml = format!(
        "<encryption><keyData {parameters}/><keyEncryptors><p:encryptedKey spinCount='{rounds}' {parameters} \
         encryptedVerifierHashInput='{}' encryptedVerifierHashValue='{}' encryptedKeyValue='{}'/>\
         </keyEncryptors></encryption>",
        seal(&FOR_VERIFIER, &verifier),
        seal(&FOR_VERIFIER_HASH, &hash.of(&[&verifier])),
        seal(&FOR_KEY, &key),
    );
    let info = [&[4, 0, 4, 0, 0x40, 0, 0, 0], xml.as_bytes()].concat();
    let mut sealed = Vec::new();
    for (number, segment) in (0_u32..).zip(package.chunks(4096)) {
        let first = fitted(hash.of(&[&SALT, &number.to_le_bytes()]), 16);
        sealed.extend(aes_128(&key, Some(&first), segment));
    }
    file(&info, &sealed, package.len())
}

/// The content of a FilePass record, and the sealed workbook. `stream` has such a record, of the right length.
pub(crate) fn rc4_workbook(stream: &[u8], password: &str) -> Vec<u8> {
    let start = rc4_start(&SALT, password);
    let key = |number: u32| Hash::Md5.of(&[&start, &number.to_le_bytes()]);
    let verifier = [3; 16];
    let mut checks = [&verifier[..], &Hash::Md5.of(&[&verifier])].concat();
    Rc4::new(&key(0)).apply(&mut checks);
    let pass = [&[1, 0, 1, 0, 1, 0], &SALT[..], &checks].concat();
    let plain = with_pass(stream, &pass);
    let mut sealed = plain.clone();
    for (number, block) in (0_u32..).zip(sealed.chunks_mut(EXCEL_BLOCK)) {
        Rc4::new(&key(number)).apply(block);
    }
    clear(&plain, sealed)
}

/// The sealed workbook under XOR obfuscation.
pub(crate) fn xor_workbook(stream: &[u8], password: &str) -> Vec<u8> {
    let array = xor_array_of(password.as_bytes()).expect("a password of its length");
    let mut pass = vec![0; 6];
    pass[4..].copy_from_slice(&xor_verifier(password.as_bytes()).to_le_bytes());
    let plain = with_pass(stream, &pass);
    let mut sealed = plain.clone();
    for (start, record) in records(&plain) {
        let len = record.len() - 4;
        for at in start + 4..start + record.len() {
            sealed[at] = plain[at].rotate_left(5) ^ array[(at + len) % 16];
        }
    }
    clear(&plain, sealed)
}

/// The workbook with a FilePass record behind its first record.
fn with_pass(stream: &[u8], pass: &[u8]) -> Vec<u8> {
    let (_, first) = records(stream).next().expect("a record");
    let head = [0x2F_u16, pass.len() as u16].into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    [first, &head, pass, &stream[first.len()..]].concat()
}

fn clear(plain: &[u8], mut sealed: Vec<u8>) -> Vec<u8> {
    for (at, record) in records(plain) {
        let id = u16::from_le_bytes([record[0], record[1]]);
        let clear = match id {
            _ if IN_THE_CLEAR.contains(&id) => record.len(),
            BOUND_SHEET => 8,
            _ => 4,
        };
        sealed[at..at + clear].copy_from_slice(&record[..clear]);
    }
    sealed
}
