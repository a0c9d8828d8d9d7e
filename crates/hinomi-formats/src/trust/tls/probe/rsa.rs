//! RSA with a public key, as much as ROBOT needs: the key of a certificate, and raising to a small exponent.

use crate::tls::wire::Bytes;

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublicKey {
    pub(super) modulus: Vec<u8>,
    exponent: u32,
}

/// Bits of a modulus that are worked with.
const BITS_MAX: usize = 8192;
/// rsaEncryption with its parameters, as a SubjectPublicKeyInfo has it (RFC 3279 section 2.3.1).
const RSA: &[u8] = &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03];

impl PublicKey {
    /// The key of a certificate, DER.
    pub(super) fn of(certificate: &[u8]) -> Option<Self> {
        let place = memchr::memmem::find(certificate, RSA)?.checked_add(RSA.len())?;
        let mut at = Bytes::new(certificate.get(place..)?);
        let bits = value(&mut at)?;
        let mut key = Bytes::new(bits.get(1..)?);
        (key.u8()? == 0x30).then_some(())?;
        let mut numbers = Bytes::new(value(&mut key)?);
        (numbers.u8()? == 0x02).then_some(())?;
        let modulus = value(&mut numbers)?;
        (numbers.u8()? == 0x02).then_some(())?;
        let exponent = value(&mut numbers)?
            .iter()
            .try_fold(0_u32, |sum, byte| sum.checked_mul(256)?.checked_add(u32::from(*byte)))?;
        let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
        let modulus = modulus.get(zeros..)?.to_vec();
        // A modulus that fills its first byte is above every block that is raised.
        let fits = (64..=BITS_MAX / 8).contains(&modulus.len())
            && modulus.last()? & 1 == 1
            && *modulus.first()? >= 0x80;
        fits.then_some(Self { modulus, exponent })
    }

    /// The message, as long as the modulus, raised to the exponent: by Montgomery's multiplication, which divides by
    /// nothing but powers of two.
    pub(super) fn raise(&self, message: &[u8]) -> Vec<u8> {
        let modulus = limbs(&self.modulus);
        let least = modulus.first().copied().unwrap_or(1);
        // the inverse of the least limb, by Newton, each round twice the bits
        let inverse = (0..5)
            .fold(1_u32, |inverse, _| inverse.wrapping_mul(2_u32.wrapping_sub(least.wrapping_mul(inverse))))
            .wrapping_neg();
        let times = |left: &[u32], right: &[u32]| multiplied(left, right, &modulus, inverse);
        // the square of the radix, by doubling
        let mut square = one(modulus.len());
        for _ in 0..modulus.len().saturating_mul(64) {
            double(&mut square, &modulus);
        }
        let base = times(&limbs(message), &square);
        let mut power = times(&one(modulus.len()), &square);
        for bit in (0..32).rev() {
            power = times(&power, &power);
            if self.exponent >> bit & 1 == 1 {
                power = times(&power, &base);
            }
        }
        let power = times(&power, &one(modulus.len()));
        let bytes: Vec<u8> = power.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        let extra = bytes.len().saturating_sub(self.modulus.len());
        bytes.get(extra..).unwrap_or_default().to_vec()
    }
}

/// Length and content of a DER element whose tag was read.
fn value<'a>(at: &mut Bytes<'a>) -> Option<&'a [u8]> {
    let length = match at.u8()? {
        short @ 0..=0x7F => usize::from(short),
        0x81 => usize::from(at.u8()?),
        0x82 => usize::from(at.u16()?),
        _ => return None,
    };
    at.take(length)
}

/// Big-endian bytes as limbs, least first.
fn limbs(bytes: &[u8]) -> Vec<u32> {
    bytes.rchunks(4).map(|chunk| chunk.iter().fold(0, |limb, byte| limb << 8 | u32::from(*byte))).collect()
}

fn one(length: usize) -> Vec<u32> {
    let mut number = vec![0; length];
    number.iter_mut().take(1).for_each(|limb| *limb = 1);
    number
}

/// Left times right over the radix, modulo the modulus.
fn multiplied(left: &[u32], right: &[u32], modulus: &[u32], inverse: u32) -> Vec<u32> {
    let mut sum = vec![0; modulus.len().saturating_add(2)];
    for limb in left {
        add_times(&mut sum, right, *limb);
        let least = sum.first().copied().unwrap_or_default();
        add_times(&mut sum, modulus, least.wrapping_mul(inverse));
        // the least limb is zero now
        sum.rotate_left(1);
    }
    take_off(&mut sum, modulus);
    sum.truncate(modulus.len());
    sum
}

/// Adds a multiple.
fn add_times(sum: &mut [u32], other: &[u32], factor: u32) {
    let mut carry = 0_u64;
    for (limb, other) in sum.iter_mut().zip(other.iter().chain(std::iter::repeat(&0))) {
        let value = u64::from(*limb) + u64::from(*other) * u64::from(factor) + carry;
        *limb = low(value);
        carry = value >> 32;
    }
}

fn double(number: &mut Vec<u32>, modulus: &[u32]) {
    number.push(0);
    let other = number.clone();
    add_times(number, &other, 1);
    take_off(number, modulus);
    number.pop();
}

/// Takes the modulus off once, if it fits.
fn take_off(number: &mut [u32], modulus: &[u32]) {
    let wide = || modulus.iter().chain(std::iter::repeat(&0)).take(number.len());
    let padded: Vec<u32> = wide().copied().collect();
    if number.iter().rev().lt(padded.iter().rev()) {
        return;
    }
    let mut borrow = 0_u64;
    for (limb, modulus) in number.iter_mut().zip(padded) {
        let less = u64::from(modulus) + borrow;
        borrow = u64::from(u64::from(*limb) < less);
        *limb = low((borrow << 32 | u64::from(*limb)).wrapping_sub(less));
    }
}

fn low(value: u64) -> u32 {
    let [.., a, b, c, d] = value.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}
