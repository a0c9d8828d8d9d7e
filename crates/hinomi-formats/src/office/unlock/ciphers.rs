//! The ciphers and hashes of MS-OFFCRYPTO.

use aes::cipher::{Array, BlockCipherDecrypt, KeyInit};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// Hash functions that documents name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// By the name of ECMA-376 agile encryption.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().replace('-', "").as_str() {
            "MD5" => Self::Md5,
            "SHA1" => Self::Sha1,
            "SHA256" => Self::Sha256,
            "SHA384" => Self::Sha384,
            "SHA512" => Self::Sha512,
            _ => return None,
        })
    }

    /// The hash of pieces put together.
    pub(crate) fn of(self, pieces: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Md5 => digest::<Md5>(pieces),
            Self::Sha1 => digest::<Sha1>(pieces),
            Self::Sha256 => digest::<Sha256>(pieces),
            Self::Sha384 => digest::<Sha384>(pieces),
            Self::Sha512 => digest::<Sha512>(pieces),
        }
    }

    /// A password made expensive (MS-OFFCRYPTO 2.3.4.7 and 2.3.4.11): the hash of salt and password, then hashed again
    /// and again behind the number of the round.
    pub(crate) fn stretched(self, salt: &[u8], password: &str, rounds: u64) -> Vec<u8> {
        let mut hash = self.of(&[salt, &utf_16(password)]);
        for round in 0..rounds {
            let round = u32::try_from(round).unwrap_or(u32::MAX);
            hash = self.of(&[&round.to_le_bytes(), &hash]);
        }
        hash
    }
}

fn digest<D: Digest>(pieces: &[&[u8]]) -> Vec<u8> {
    let mut hash = D::new();
    for piece in pieces {
        hash.update(piece);
    }
    hash.finalize().to_vec()
}

pub(crate) fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// AES blocks of 16 bytes.
pub(crate) const BLOCK: usize = 16;

/// Decrypts whole blocks: chained from `first` (CBC, NIST SP 800-38A 6.2), or each by itself without it. `None` when
/// the key has no length that AES knows.
pub(crate) fn aes(key: &[u8], first: Option<&[u8]>, bytes: &mut [u8]) -> Option<()> {
    match key.len() {
        16 => blocks(&aes::Aes128::new_from_slice(key).ok()?, first, bytes),
        24 => blocks(&aes::Aes192::new_from_slice(key).ok()?, first, bytes),
        32 => blocks(&aes::Aes256::new_from_slice(key).ok()?, first, bytes),
        _ => return None,
    }
    Some(())
}

fn blocks<C: BlockCipherDecrypt>(cipher: &C, first: Option<&[u8]>, bytes: &mut [u8]) {
    let mut before: Option<[u8; BLOCK]> = first.map(|first| first.first_chunk().copied().unwrap_or_default());
    for block in bytes.chunks_exact_mut(BLOCK) {
        let sealed: [u8; BLOCK] = block.first_chunk().copied().unwrap_or_default();
        if let Ok(block) = <&mut Array<u8, C::BlockSize>>::try_from(&mut *block) {
            cipher.decrypt_block(block);
        }
        if let Some(before) = &mut before {
            for (byte, mask) in block.iter_mut().zip(before.iter()) {
                *byte ^= mask;
            }
            *before = sealed;
        }
    }
}

/// RC4, whose key stream is the same in both directions.
#[derive(Clone)]
pub(crate) struct Rc4 {
    state: [u8; 256],
    first: u8,
    second: u8,
}

impl Rc4 {
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut state = [0; 256];
        for (at, byte) in (0_u8..=255).zip(&mut state) {
            *byte = at;
        }
        let mut second = 0_u8;
        for (at, key) in (0_u8..=255).zip(key.iter().cycle()) {
            second = second.wrapping_add(*pick(&mut state, at)).wrapping_add(*key);
            state.swap(usize::from(at), usize::from(second));
        }
        Self { state, first: 0, second: 0 }
    }

    pub(crate) fn apply(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.first = self.first.wrapping_add(1);
            let one = *pick(&mut self.state, self.first);
            self.second = self.second.wrapping_add(one);
            let other = *pick(&mut self.state, self.second);
            self.state.swap(usize::from(self.first), usize::from(self.second));
            *byte ^= *pick(&mut self.state, one.wrapping_add(other));
        }
    }
}

/// A byte of the state; every `u8` is an index of it.
fn pick(state: &mut [u8; 256], at: u8) -> &mut u8 {
    let [zero, rest @ ..] = state;
    match usize::from(at).checked_sub(1) {
        Some(at) => rest.get_mut(at).unwrap_or(zero),
        None => zero,
    }
}
