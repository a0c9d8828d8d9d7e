//! ML-KEM (FIPS 203) with a secret key of zeros: what the server encapsulates for it is read without arithmetic.
//!
//! Of the ciphertext `u, v`, decapsulation takes `v - s·u`: with `s` zero that is `v`, which holds one bit of the message in
//! each of its 256 numbers. Our public key for it is zeros too: `t = A·s + e`, and no noise.

use super::keccak::{sha3_256, sha3_512};

/// A parameter set.
#[derive(Debug, Clone, Copy)]
struct Set {
    /// Polynomials in a vector.
    rank: usize,
    /// Bits that `u` and `v` are cut down to.
    u_bits: usize,
    v_bits: usize,
}

fn set(group: u16) -> Option<Set> {
    Some(match group {
        0x200 => Set { rank: 2, u_bits: 10, v_bits: 4 },
        0x201 => Set { rank: 3, u_bits: 10, v_bits: 4 },
        0x202 => Set { rank: 4, u_bits: 11, v_bits: 5 },
        _ => return None,
    })
}

/// Our public key: the vector of zeros, 12 bits a number, then the seed of the matrix.
pub(super) fn public_zero(group: u16) -> Option<Vec<u8>> {
    let Set { rank, .. } = set(group)?;
    Some(vec![0; rank.checked_mul(384)?.checked_add(32)?])
}

/// The length of the ciphertext.
pub(super) fn ciphertext_bytes(group: u16) -> Option<usize> {
    let Set { rank, u_bits, v_bits } = set(group)?;
    rank.checked_mul(u_bits)?.checked_add(v_bits)?.checked_mul(32)
}

/// The secret that a ciphertext for [`public_zero`] carries.
pub(super) fn decapsulated(group: u16, ciphertext: &[u8]) -> Option<Vec<u8>> {
    let Set { rank, u_bits, v_bits } = set(group)?;
    if ciphertext.len() != ciphertext_bytes(group)? {
        return None;
    }
    let v = ciphertext.get(rank.checked_mul(u_bits)?.checked_mul(32)?..)?;
    let full = 1_u32.checked_shl(u32::try_from(v_bits).ok()?)?;
    // Nearer to the middle than to either end is a one.
    let (low, high) = (full / 4, full / 4 * 3);
    let bits: Vec<bool> = numbers(v, v_bits).map(|number| number > low && number < high).collect();
    let mut message: Vec<u8> = bits
        .chunks(8)
        .map(|eight| eight.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit)))
        .collect();
    message.extend(sha3_256(&public_zero(group)?));
    let mut secret = sha3_512(&message);
    secret.truncate(32);
    Some(secret)
}

/// Numbers of so many bits, least bit first (ByteDecode).
fn numbers(bytes: &[u8], bits: usize) -> impl Iterator<Item = u32> {
    let stream: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).map(move |at| byte >> at & 1)).collect();
    let of = |some: &[u8]| some.iter().rev().fold(0_u32, |number, bit| number << 1 | u32::from(*bit));
    stream.chunks_exact(bits.max(1)).map(of).collect::<Vec<u32>>().into_iter()
}
