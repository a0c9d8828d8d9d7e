//! The encryption of 7z: AES-256 in CBC mode with a key made slow on purpose.

use super::header::Coder;
use sha2::{Digest, Sha256};

/// The coder's id.
pub(super) const AES: &[u8] = &[6, 0xF1, 7, 1];
/// Rounds worked through for all passwords together: 32 of them at the usual 2^19.
pub(super) const ROUNDS_MAX: u64 = 1 << 24;
/// More rounds than this (as a power of two) are made to keep readers busy; 7-Zip writes 19.
const CYCLES_MAX: u8 = 24;
/// The counter in each round, and how many rounds are hashed in one go.
const COUNTER_BYTES: usize = 8;
const ROUNDS_AT_ONCE: u64 = 256;
/// Says that the key is the password itself.
const NO_HASH: u8 = 0x3F;

/// Salt and cycles of the coder's properties.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Lock {
    cycles: u8,
    salt: Vec<u8>,
}

impl Lock {
    pub(super) fn of(coder: &Coder) -> Option<Self> {
        let first = *coder.properties.first()?;
        let (salt, _) = parts(&coder.properties)?;
        let cycles = first & 0x3F;
        (cycles <= CYCLES_MAX || cycles == NO_HASH).then(|| Self { cycles, salt: salt.to_vec() })
    }

    /// What one password costs.
    pub(super) fn rounds(&self) -> u64 {
        if self.cycles == NO_HASH { 1 } else { 1 << self.cycles }
    }

    /// SHA-256 over salt, password and counter, again and again.
    pub(super) fn key(&self, password: &str) -> [u8; 32] {
        let wide: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        if self.cycles == NO_HASH {
            let mut key = [0; 32];
            key.iter_mut().zip(self.salt.iter().chain(&wide)).for_each(|(slot, byte)| *slot = *byte);
            return key;
        }
        let mut hash = Sha256::new();
        // Many rounds at a time, since the hash works on large pieces faster. Of each only the counter changes.
        let round = [self.salt.as_slice(), &wide, &[0; COUNTER_BYTES]].concat();
        let at_once = ROUNDS_AT_ONCE.min(self.rounds());
        let mut rounds = round.repeat(usize::try_from(at_once).unwrap_or(1));
        for from in (0..self.rounds()).step_by(ROUNDS_AT_ONCE as usize) {
            for (counter, round) in (from..).zip(rounds.chunks_exact_mut(round.len())) {
                if let Some(slot) = round.last_chunk_mut::<COUNTER_BYTES>() {
                    *slot = counter.to_le_bytes();
                }
            }
            hash.update(&rounds);
        }
        hash.finalize().into()
    }
}

/// The vector that decryption starts with.
pub(super) fn iv(properties: &[u8]) -> Option<[u8; 16]> {
    let (_, start) = parts(properties)?;
    let mut iv = [0; 16];
    iv.iter_mut().zip(start).for_each(|(slot, byte)| *slot = *byte);
    Some(iv)
}

fn parts(properties: &[u8]) -> Option<(&[u8], &[u8])> {
    let first = *properties.first()?;
    let Some(second) = properties.get(1).copied().filter(|_| first & 0xC0 != 0) else {
        return Some((&[], &[]));
    };
    let salt_len = usize::from(first >> 7 & 1).checked_add(usize::from(second >> 4))?;
    let iv_len = usize::from(first >> 6 & 1).checked_add(usize::from(second & 0xF))?;
    let (salt, rest) = properties.get(2..)?.split_at_checked(salt_len)?;
    Some((salt, rest.get(..iv_len)?))
}
