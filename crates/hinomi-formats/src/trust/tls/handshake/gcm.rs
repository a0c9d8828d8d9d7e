//! AES in Galois/Counter Mode (NIST SP 800-38D), as records use it.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256};

type Block = [u8; 16];

/// One direction's key and salt.
#[derive(Clone)]
pub(crate) struct Seal {
    cipher: Cipher,
    /// H, the key of the hash.
    key: u128,
    iv: Vec<u8>,
}

#[derive(Clone)]
enum Cipher {
    Short(Box<Aes128>),
    Long(Box<Aes256>),
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Cipher {
    fn encrypt(&self, block: Block) -> Block {
        let mut block = block.into();
        match self {
            Self::Short(cipher) => cipher.encrypt_block(&mut block),
            Self::Long(cipher) => cipher.encrypt_block(&mut block),
        }
        block.into()
    }
}

/// Length of the tag behind each record.
const TAG: usize = 16;

impl Seal {
    /// A key of 16 or 32 bytes, and the fixed part of the nonce: 12 bytes in TLS 1.3, 4 in TLS 1.2.
    pub(crate) fn new(key: &[u8], iv: &[u8]) -> Option<Self> {
        let cipher = match key.len() {
            16 => Cipher::Short(Box::new(Aes128::new_from_slice(key).ok()?)),
            32 => Cipher::Long(Box::new(Aes256::new_from_slice(key).ok()?)),
            _ => return None,
        };
        let key = u128::from_be_bytes(cipher.encrypt([0; 16]));
        Some(Self { cipher, key, iv: iv.to_vec() })
    }

    /// The same key in CBC mode, from a block of zeros on; whole blocks only.
    pub(crate) fn chained(&self, plain: &[u8]) -> Vec<u8> {
        let (blocks, _) = plain.as_chunks::<16>();
        let mut last = [0; 16];
        let mut out = Vec::with_capacity(plain.len());
        for block in blocks {
            last.iter_mut().zip(block).for_each(|(byte, next)| *byte ^= next);
            last = self.cipher.encrypt(last);
            out.extend_from_slice(&last);
        }
        out
    }

    /// The nonce of TLS 1.3 (RFC 8446 section 5.3): the number over the fixed part.
    pub(crate) fn nonce13(&self, number: u64) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce.iter_mut().zip(&self.iv).for_each(|(byte, iv)| *byte = *iv);
        nonce.iter_mut().skip(4).zip(number.to_be_bytes()).for_each(|(byte, part)| *byte ^= part);
        nonce
    }

    /// The nonce of TLS 1.2 (RFC 5288 section 3): fixed part, then what the record says.
    pub(crate) fn nonce12(&self, explicit: &[u8]) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce.iter_mut().zip(self.iv.iter().chain(explicit)).for_each(|(byte, part)| *byte = *part);
        nonce
    }

    /// Ciphertext and tag.
    pub(crate) fn close(&self, nonce: &[u8; 12], about: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut out = self.stream(nonce, plain);
        let tag = self.tag(nonce, about, &out);
        out.extend_from_slice(&tag);
        out
    }

    /// The plaintext, when the tag is right.
    pub(crate) fn open(&self, nonce: &[u8; 12], about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (sealed, tag) = sealed.split_at_checked(sealed.len().checked_sub(TAG)?)?;
        (self.tag(nonce, about, sealed) == tag).then(|| self.stream(nonce, sealed))
    }

    fn counter(&self, nonce: &[u8; 12], count: u32) -> Block {
        let mut block = [0; 16];
        let bytes = nonce.iter().copied().chain(count.to_be_bytes());
        block.iter_mut().zip(bytes).for_each(|(byte, value)| *byte = value);
        self.cipher.encrypt(block)
    }

    fn stream(&self, nonce: &[u8; 12], bytes: &[u8]) -> Vec<u8> {
        let masks = (2_u32..).map(|count| self.counter(nonce, count));
        let blocks = bytes.chunks(16).zip(masks);
        blocks
            .flat_map(|(block, mask)| {
                block.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect::<Vec<_>>()
            })
            .collect()
    }

    fn tag(&self, nonce: &[u8; 12], about: &[u8], sealed: &[u8]) -> Block {
        let bits = |bytes: &[u8]| u128::try_from(bytes.len()).unwrap_or_default() << 3;
        let blocks = about.chunks(16).chain(sealed.chunks(16)).map(padded);
        let lengths = bits(about) << 64 | bits(sealed);
        let sum = blocks.chain([lengths]).fold(0, |sum, block| multiplied(sum ^ block, self.key));
        (sum ^ u128::from_be_bytes(self.counter(nonce, 1))).to_be_bytes()
    }
}

fn padded(bytes: &[u8]) -> u128 {
    let mut block = [0; 16];
    block.iter_mut().zip(bytes).for_each(|(at, byte)| *at = *byte);
    u128::from_be_bytes(block)
}

/// Multiplication in GF(2^128), bit by bit: a few kilobytes a handshake need no table.
fn multiplied(left: u128, right: u128) -> u128 {
    let (mut product, mut shifted) = (0, right);
    for bit in (0..128).rev() {
        if left >> bit & 1 == 1 {
            product ^= shifted;
        }
        let carry = shifted & 1;
        shifted >>= 1;
        if carry == 1 {
            shifted ^= 0xE1 << 120;
        }
    }
    product
}
