//! Tests of the numbers of DSA, Diffie-Hellman and ElGamal.

use super::Weakness;
use crate::keys::asn1::bit_length;
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::BitTest;

/// Bits below which nobody allows a prime any more, and of the order of DSA (SP 800-131A).
const BITS_MIN: u32 = 2_048;
const ORDER_BITS_MIN: u32 = 224;
/// The longest prime that is computed with: a power modulo it takes some 30 ms.
const BITS_MAX: u32 = 4_096;

/// Tests a DSA key or its parameters: p, q, g and the public value.
pub(super) fn dsa(numbers: [&Vec<u8>; 4], found: &mut Vec<Weakness>) {
    let [p, q, g, y] = numbers;
    if p.is_empty() {
        return;
    }
    size(p, BITS_MIN, "the prime", found);
    size(q, ORDER_BITS_MIN, "the order", found);
    let Some(p) = prime(p, found) else { return };
    if bit_length(q) > bit_length(&p.to_be_bytes()) || q.is_empty() {
        found.push(Weakness::new("group", "the order is no order of the prime"));
        return;
    }
    let [q, g, y] = [q, g, y].map(|number| UBig::from_be_bytes(number));
    if !((&p - UBig::ONE) % &q).is_zero() {
        found.push(Weakness::new("group", "the order does not divide the prime less one"));
    }
    let ring = ConstDivisor::new(p.clone());
    let has_order = |number: &UBig| {
        *number > UBig::ONE && *number < p && ring.reduce(number.clone()).pow(&q) == ring.reduce(UBig::ONE)
    };
    if !has_order(&g) {
        found.push(Weakness::new("group", "the generator has another order"));
    }
    if !y.is_zero() && !has_order(&y) {
        found.push(Weakness::new("group", "the public value is not in the group"));
    }
}

/// Tests the numbers of Diffie-Hellman or ElGamal.
pub(super) fn dh(p: &[u8], g: &[u8], found: &mut Vec<Weakness>) {
    size(p, BITS_MIN, "the prime", found);
    let Some(p) = prime(p, found) else { return };
    let g = UBig::from_be_bytes(g);
    if g <= UBig::ONE || g >= &p - UBig::ONE {
        found.push(Weakness::new("group", "the generator generates nothing"));
    }
}

fn size(number: &[u8], min: u32, what: &str, found: &mut Vec<Weakness>) {
    let bits = bit_length(number);
    if bits < min {
        found.push(Weakness::new("size", format!("{what} has {bits} bits")));
    }
}

/// The prime, if it looks like one: by Fermat's test to the base of two, and for the look of numbers chosen to be easy.
fn prime(number: &[u8], found: &mut Vec<Weakness>) -> Option<UBig> {
    let p = UBig::from_be_bytes(number);
    if p.bit_len() < 16 || bit_length(number) > BITS_MAX {
        return None;
    }
    let ring = ConstDivisor::new(p.clone());
    let power = ring.reduce(UBig::from(2_u8)).pow(&(&p - UBig::ONE));
    if !p.bit(0) || power != ring.reduce(UBig::ONE) {
        found.push(Weakness::new("group", "the modulus is not prime"));
        return None;
    }
    if is_sparse(number) {
        found.push(Weakness::new("pattern", "the prime is nearly all zeros: its logarithms are easy"));
    }
    Some(p)
}

/// Whether the upper five sixths of a number are nearly all zeros, as in primes made for quick division.
fn is_sparse(number: &[u8]) -> bool {
    let upper = number.get(..number.len().saturating_mul(5) / 6).unwrap_or_default();
    let set: u32 = upper.iter().map(|byte| byte.count_ones()).sum();
    let bits = u32::try_from(upper.len()).unwrap_or(u32::MAX).saturating_mul(8);
    upper.len() >= 32 && set.saturating_mul(100) < bits.saturating_mul(30)
}
