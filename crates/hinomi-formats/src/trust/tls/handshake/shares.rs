//! Key agreement with the number one: public value and shared secret without arithmetic.
//!
//! With the private number one our public value is the generator, and the secret both sides know is the public value of
//! the server. Hybrids join it with ML-KEM under a key of zeros (`kem.rs`). Fields: RFC 7919, generator 2. Curves: SEC 2 for the generators, RFC 7748 for 9 and 5.

use super::kem::{ciphertext_bytes, decapsulated, public_zero};

const P256: &str = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e16\
    2bce33576b315ececbb6406837bf51f5";
const P384: &str = "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7\
    3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f";
const P521: &str = "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ff\
    a8de3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17\
    273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650";

/// A curve and ML-KEM together, and whether ML-KEM stands first (draft-ietf-tls-ecdhe-mlkem section 4).
fn hybrid(group: u16) -> Option<(u16, u16, bool)> {
    Some(match group {
        0x11EB => (0x17, 0x201, false),
        0x11EC => (0x1D, 0x201, true),
        0x11ED => (0x18, 0x202, false),
        _ => return None,
    })
}

fn joined(curve: Vec<u8>, kem: Vec<u8>, kem_first: bool) -> Vec<u8> {
    let (mut first, second) = if kem_first { (kem, curve) } else { (curve, kem) };
    first.extend(second);
    first
}

/// Our public value in a group; `None` for groups that are agreed in no known way.
pub(crate) fn public_one(group: u16) -> Option<Vec<u8>> {
    let padded = |value: u8, length: usize, at: usize| {
        let mut bytes = vec![0; length];
        bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = value);
        bytes
    };
    Some(match group {
        0x17 => unhex(P256),
        0x18 => unhex(P384),
        0x19 => unhex(P521),
        0x1D => padded(9, 32, 0),
        0x1E => padded(5, 56, 0),
        0x100..=0x104 => {
            let length = field_bytes(group);
            padded(2, length, length.saturating_sub(1))
        }
        0x200..=0x202 => public_zero(group)?,
        _ => {
            let (curve, kem, kem_first) = hybrid(group)?;
            joined(public_one(curve)?, public_zero(kem)?, kem_first)
        }
    })
}

/// The secret, given the public value of the server.
pub(crate) fn shared(group: u16, theirs: &[u8]) -> Option<Vec<u8>> {
    match group {
        // the first coordinate of an uncompressed point
        0x17..=0x19 => {
            let (4, point) = (*theirs.first()?, theirs.get(1..)?) else { return None };
            point.get(..point.len().checked_div(2)?).map(<[u8]>::to_vec)
        }
        0x1D | 0x1E => Some(theirs.to_vec()),
        0x100..=0x104 => (theirs.len() == field_bytes(group)).then(|| theirs.to_vec()),
        0x200..=0x202 => decapsulated(group, theirs),
        _ => {
            let (curve, kem, kem_first) = hybrid(group)?;
            let length = ciphertext_bytes(kem)?;
            let at = if kem_first { length } else { theirs.len().checked_sub(length)? };
            let (first, second) = theirs.split_at_checked(at)?;
            let (ciphertext, point) = if kem_first { (first, second) } else { (second, first) };
            Some(joined(shared(curve, point)?, decapsulated(kem, ciphertext)?, kem_first))
        }
    }
}

fn field_bytes(group: u16) -> usize {
    match group {
        0x100 => 256,
        0x101 => 384,
        0x102 => 512,
        0x103 => 768,
        _ => 1024,
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digit =
        |at: u8| char::from(at).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or_default();
    text.as_bytes().chunks(2).map(|pair| pair.iter().fold(0_u8, |byte, at| byte << 4 | digit(*at))).collect()
}
