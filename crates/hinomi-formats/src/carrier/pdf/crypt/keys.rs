//! From a password to the key of a file (ISO 32000-2, 7.6.4).

use crate::office::ciphers::{self, Hash, Rc4};
use crate::pdf::object::{Dictionary, Object};
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};

/// What stands behind a short password (algorithm 2).
const PADDING: [u8; 32] = [
    0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08, 0x2E,
    0x2E, 0x00, 0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
];
/// Times a hash is hashed again, and a cipher applied again, from revision 3 on.
const HASHED_AGAIN: usize = 50;
const ENCRYPTED_AGAIN: u8 = 19;
/// Bytes of `/U` and `/O`: a hash and two salts, from revision 5 on.
const VERIFIER_BYTES: usize = 32;
const SALT_BYTES: usize = 8;
const ENTRY_BYTES: usize = VERIFIER_BYTES + 2 * SALT_BYTES;
/// The longest password of revisions 5 and 6.
const PASSWORD_BYTES_MAX: usize = 127;
/// Copies of password and hash in a round of revision 6, and rounds that there are at least; their number depends on
/// what comes out, and is 287 at most.
const COPIES: usize = 64;
const ROUNDS_MIN: usize = 64;
const ROUNDS_MAX: usize = 287;
/// Bytes hashed for all passwords together: some 100 of them in revision 6, thousands in the others.
pub(super) const WORK_MAX: u64 = 64 << 20;
/// What a password of the older revisions costs, in the same measure.
const WORK_OF_OLD: u64 = 16 << 10;

/// The numbers of an encryption dictionary that make the key.
pub(super) struct Numbers {
    revision: i64,
    key_bytes: usize,
    owner: Vec<u8>,
    user: Vec<u8>,
    /// The key itself, encrypted for owner and user, from revision 5 on.
    owner_key: Vec<u8>,
    user_key: Vec<u8>,
    permissions: [u8; 4],
    encrypts_metadata: bool,
    id: Vec<u8>,
}

impl Numbers {
    pub(super) fn read(dictionary: &Dictionary, version: i64, id: &[u8]) -> Option<Self> {
        let text = |key: &str| match dictionary.get(key) {
            Some(Object::Text(bytes)) => bytes.clone(),
            _ => Vec::new(),
        };
        let revision = dictionary.number("R").filter(|revision| (2..=6).contains(revision))?;
        let bits = dictionary.number("Length").filter(|bits| (40..=128).contains(bits) && bits % 8 == 0);
        let key_bytes = match version {
            1 => 5,
            // A filter of this version has 128 bits; what stands in Length is often nonsense.
            4 => 16,
            _ => usize::try_from(bits.unwrap_or(40) / 8).ok()?,
        };
        let numbers = Self {
            revision,
            key_bytes,
            owner: text("O"),
            user: text("U"),
            owner_key: text("OE"),
            user_key: text("UE"),
            // A negative number of 32 bits, which some write as a positive one.
            permissions: (dictionary.number("P").unwrap_or(0) & 0xFFFF_FFFF)
                .to_le_bytes()
                .first_chunk()
                .copied()?,
            encrypts_metadata: dictionary.get("EncryptMetadata") != Some(&Object::Bool(false)),
            id: id.to_vec(),
        };
        let shortest = if revision >= 5 { ENTRY_BYTES } else { VERIFIER_BYTES };
        (numbers.owner.len() >= shortest && numbers.user.len() >= shortest).then_some(numbers)
    }

    /// The key of the file, when this is the user's or the owner's password; the outer `None` when there is no work
    /// left.
    pub(super) fn key(&self, password: &str, work: &mut u64) -> Option<Option<Vec<u8>>> {
        if self.revision >= 5 {
            let bytes = password.as_bytes();
            return self.new_key(bytes.get(..PASSWORD_BYTES_MAX).unwrap_or(bytes), work);
        }
        *work = work.checked_sub(WORK_OF_OLD)?;
        let spellings = crate::archive::spellings(password);
        Some(spellings.into_iter().find_map(|word| {
            self.user_key_of(&word).or_else(|| self.user_key_of(&self.user_password(&word)))
        }))
    }

    /// Algorithm 2, and 6 to see whether it was the right password.
    fn user_key_of(&self, password: &[u8]) -> Option<Vec<u8>> {
        let unencrypted: &[u8] = if self.revision >= 4 && !self.encrypts_metadata { &[0xFF; 4] } else { &[] };
        let owner = self.owner.get(..VERIFIER_BYTES)?;
        let mut key = Hash::Md5.of(&[&padded(password), owner, &self.permissions, &self.id, unencrypted]);
        key.truncate(self.key_bytes);
        if self.revision == 2 {
            let mut verifier = PADDING;
            Rc4::new(&key).apply(&mut verifier);
            return (self.user.get(..VERIFIER_BYTES)? == verifier).then_some(key);
        }
        for _ in 0..HASHED_AGAIN {
            key = Hash::Md5.of(&[&key]);
            key.truncate(self.key_bytes);
        }
        let mut verifier = Hash::Md5.of(&[&PADDING, &self.id]);
        for round in 0..=ENCRYPTED_AGAIN {
            Rc4::new(&masked(&key, round)).apply(&mut verifier);
        }
        (self.user.get(..verifier.len())? == verifier).then_some(key)
    }

    /// Algorithm 7: the user's password, as the owner's leads to it.
    fn user_password(&self, owner: &[u8]) -> Vec<u8> {
        let mut key = Hash::Md5.of(&[&padded(owner)]);
        let mut user = self.owner.get(..VERIFIER_BYTES).unwrap_or_default().to_vec();
        if self.revision == 2 {
            key.truncate(self.key_bytes);
            Rc4::new(&key).apply(&mut user);
            return user;
        }
        for _ in 0..HASHED_AGAIN {
            key = Hash::Md5.of(&[&key]);
        }
        key.truncate(self.key_bytes);
        for round in (0..=ENCRYPTED_AGAIN).rev() {
            Rc4::new(&masked(&key, round)).apply(&mut user);
        }
        user
    }

    /// Algorithm 2.A.
    fn new_key(&self, password: &[u8], work: &mut u64) -> Option<Option<Vec<u8>>> {
        let user = self.user.get(..ENTRY_BYTES)?;
        for (entry, sealed, with) in
            [(user, &self.user_key, &[][..]), (self.owner.get(..ENTRY_BYTES)?, &self.owner_key, user)]
        {
            let (verifier, salts) = entry.split_at_checked(VERIFIER_BYTES)?;
            let (for_verifier, for_key) = salts.split_at_checked(SALT_BYTES)?;
            if self.hash(password, for_verifier, with, work)? == verifier {
                let key = self.hash(password, for_key, with, work)?;
                let mut plain = sealed.get(..VERIFIER_BYTES)?.to_vec();
                ciphers::aes(&key, Some(&[0; 16]), &mut plain)?;
                return Some(Some(plain));
            }
        }
        Some(None)
    }

    /// Algorithm 2.B; revision 5 has its first step alone.
    fn hash(&self, password: &[u8], salt: &[u8], user: &[u8], work: &mut u64) -> Option<Vec<u8>> {
        let mut key = Hash::Sha256.of(&[password, salt, user]);
        if self.revision == 5 {
            *work = work.checked_sub(WORK_OF_OLD)?;
            return Some(key);
        }
        for round in 1..=ROUNDS_MAX {
            let mut block = [password, &key, user].concat().repeat(COPIES);
            *work = work.checked_sub(block.len() as u64)?;
            let (cipher_key, iv) = key.get(..32)?.split_at_checked(16)?;
            encrypt(cipher_key, iv, &mut block)?;
            // A number of 16 bytes by three: as the sum of its digits to the base of 256, which is one more than 255.
            let sum: u32 = block.iter().take(16).map(|byte| u32::from(*byte)).sum();
            key = match sum % 3 {
                0 => Hash::Sha256,
                1 => Hash::Sha384,
                _ => Hash::Sha512,
            }
            .of(&[&block]);
            let last = usize::from(*block.last()?);
            if round >= ROUNDS_MIN && last <= round - 32 {
                break;
            }
        }
        key.truncate(VERIFIER_BYTES);
        Some(key)
    }
}

fn padded(password: &[u8]) -> Vec<u8> {
    password.iter().chain(&PADDING).copied().take(PADDING.len()).collect()
}

fn masked(key: &[u8], mask: u8) -> Vec<u8> {
    key.iter().map(|byte| byte ^ mask).collect()
}

/// AES-128 in CBC mode; the length is one of whole blocks, as 64 copies always are.
fn encrypt(key: &[u8], iv: &[u8], bytes: &mut [u8]) -> Option<()> {
    let cipher = aes::Aes128::new_from_slice(key).ok()?;
    let mut before: [u8; 16] = *iv.first_chunk()?;
    for block in bytes.as_chunks_mut::<16>().0 {
        for (byte, mask) in block.iter_mut().zip(before) {
            *byte ^= mask;
        }
        let mut sealed = Array::from(*block);
        cipher.encrypt_block(&mut sealed);
        *block = sealed.into();
        before = *block;
    }
    Some(())
}
