//! The modes of operation of a block cipher (NIST SP 800-38A, 800-38D), taken off, as the page has them: a
//! stream may end inside a block, and a block cut short is filled with zeros.

use super::aes::Aes;
use crate::decode::error::Fault;

/// What the cipher works on at a time.
pub(super) type Block = [u8; 16];

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Cbc,
    Cfb,
    Ofb,
    Ctr,
    Gcm,
    Ecb,
}

/// What is to be opened.
pub(super) struct Sealed<'c> {
    pub(super) cipher: &'c Aes,
    pub(super) mode: Mode,
    /// Whether padding at the end must be there and is taken off.
    pub(super) padded: bool,
    pub(super) iv: Vec<u8>,
    /// How long the IV was given, in units.
    pub(super) iv_units: usize,
    pub(super) data: Vec<u8>,
    /// GCM: what the tag must be, one unit a byte.
    pub(super) tag: Vec<u16>,
    /// GCM: what is authenticated beside the data.
    pub(super) beside: Vec<u8>,
}

/// The data in blocks, the last one filled with zeros.
pub(super) fn blocks(data: &[u8]) -> impl Iterator<Item = Block> {
    data.chunks(16).map(|chunk| {
        let mut block = [0; 16];
        for (slot, byte) in block.iter_mut().zip(chunk) {
            *slot = *byte;
        }
        block
    })
}

fn mixed(a: Block, b: Block) -> Block {
    (u128::from_be_bytes(a) ^ u128::from_be_bytes(b)).to_be_bytes()
}

pub(super) fn open(sealed: &Sealed<'_>) -> Result<Vec<u8>, Fault> {
    match sealed.mode {
        Mode::Ecb => {
            let plain = blocks(&sealed.data).flat_map(|block| sealed.cipher.decrypt(block)).collect();
            unpadded(plain, sealed)
        }
        Mode::Cbc => {
            let mut last = start(sealed)?;
            let plain = blocks(&sealed.data).flat_map(|block| {
                let plain = mixed(sealed.cipher.decrypt(block), last);
                last = block;
                plain
            });
            unpadded(plain.collect(), sealed)
        }
        Mode::Gcm => galois(sealed),
        Mode::Cfb | Mode::Ofb | Mode::Ctr => {
            let mut register = start(sealed)?;
            let mut out: Vec<u8> = Vec::with_capacity(sealed.data.len().saturating_add(16));
            for block in blocks(&sealed.data) {
                let stream = sealed.cipher.encrypt(register);
                out.extend(mixed(block, stream));
                register = match sealed.mode {
                    Mode::Cfb => block,
                    Mode::Ofb => stream,
                    _ => counted_up(register),
                };
            }
            out.truncate(sealed.data.len());
            Ok(out)
        }
    }
}

/// The first block of the IV.
fn start(sealed: &Sealed<'_>) -> Result<Block, Fault> {
    if sealed.iv_units < 16 {
        return Err(Fault::refused(format!("an IV of {} bytes: this mode takes 16", sealed.iv_units)));
    }
    Ok(blocks(&sealed.iv).next().unwrap_or_default())
}

/// The last 32 bits count, and wrap.
fn counted_up(block: Block) -> Block {
    let number = u128::from_be_bytes(block);
    let low = u32::try_from(number & 0xffff_ffff).unwrap_or(0).wrapping_add(1);
    (number & !0xffff_ffff | u128::from(low)).to_be_bytes()
}

const REFUSED: &str = "it does not open with these arguments";

/// PKCS #7.
fn unpadded(mut plain: Vec<u8>, sealed: &Sealed<'_>) -> Result<Vec<u8>, Fault> {
    if !sealed.padded || plain.is_empty() {
        return Ok(plain);
    }
    let count = plain.last().map_or(0, |byte| usize::from(*byte));
    let whole = sealed.data.len().is_multiple_of(16);
    let kept = plain.len().checked_sub(count).filter(|_| whole && (1..=16).contains(&count));
    let kept = kept.ok_or_else(|| Fault::refused(REFUSED))?;
    if plain.get(kept..).unwrap_or_default().iter().any(|byte| usize::from(*byte) != count) {
        return Err(Fault::refused(REFUSED));
    }
    plain.truncate(kept);
    Ok(plain)
}

/// GCM with a tag of 16 bytes.
fn galois(sealed: &Sealed<'_>) -> Result<Vec<u8>, Fault> {
    if sealed.tag.len() != 16 {
        return Err(Fault::refused(format!("a tag of {} bytes: it takes 16", sealed.tag.len())));
    }
    let hash = Ghash::new(u128::from_be_bytes(sealed.cipher.encrypt([0; 16])));
    let bits = |length: usize| u128::try_from(length).unwrap_or(0).saturating_mul(8);
    let first = if sealed.iv_units == 12 {
        let block = blocks(&sealed.iv).next().unwrap_or_default();
        u128::from_be_bytes(block) & !0xffff_ffff | 1
    } else {
        let sum = blocks(&sealed.iv).fold(0, |sum, block| hash.next(sum, u128::from_be_bytes(block)));
        hash.next(sum, bits(sealed.iv_units))
    };
    let first = first.to_be_bytes();
    let mut sum = blocks(&sealed.beside).fold(0, |sum, block| hash.next(sum, u128::from_be_bytes(block)));
    let mut counter = first;
    let mut out: Vec<u8> = Vec::with_capacity(sealed.data.len().saturating_add(16));
    for block in blocks(&sealed.data) {
        counter = counted_up(counter);
        sum = hash.next(sum, u128::from_be_bytes(block));
        out.extend(mixed(block, sealed.cipher.encrypt(counter)));
    }
    out.truncate(sealed.data.len());
    sum = hash.next(sum, bits(sealed.beside.len()) << 64 | bits(sealed.data.len()));
    let tag = mixed(sum.to_be_bytes(), sealed.cipher.encrypt(first));
    if !tag.iter().map(|byte| u16::from(*byte)).eq(sealed.tag.iter().copied()) {
        return Err(Fault::refused(REFUSED));
    }
    Ok(out)
}

/// Multiplication by one element of the field, by a table of what each bit of the other adds.
struct Ghash {
    powers: Vec<u128>,
}

impl Ghash {
    /// The polynomial of the field, reflected (NIST SP 800-38D, section 6.3).
    const R: u128 = 0xe1 << 120;

    fn new(key: u128) -> Self {
        let powers = std::iter::successors(Some(key), |value| {
            Some(value >> 1 ^ if value & 1 == 1 { Self::R } else { 0 })
        });
        Self { powers: powers.take(128).collect() }
    }

    fn next(&self, sum: u128, block: u128) -> u128 {
        let mut rest = sum ^ block;
        let mut product = 0;
        for power in &self.powers {
            // All ones where the highest bit is set: no branch on what is hashed.
            let mask = 0_u128.wrapping_sub(rest >> 127);
            product ^= power & mask;
            rest <<= 1;
        }
        product
    }
}
