//! ROCA (CVE-2017-15361): primes of the form k·M + (65537^a mod M), M the product of the first primes.
//!
//! Their product is a power of 65537 modulo M, too, and of other moduli one in 2^155 is. Whether a number is such a
//! power is told prime power by prime power of the order of 65537 (Pohlig and Hellman).

use super::rsa::{product, small_primes};
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::Gcd;
use std::sync::LazyLock;

/// The last prime in M for the shortest keys; longer keys have more primes, and these as well.
const LAST_PRIME: u32 = 167;
const GENERATOR: u32 = 65_537;

struct Group {
    modulus: UBig,
    ring: ConstDivisor,
    /// The order of the generator, and the powers of primes it is made of.
    order: UBig,
    prime_powers: Vec<u64>,
}

static GROUP: LazyLock<Group> = LazyLock::new(|| {
    let primes: Vec<u32> = small_primes(LAST_PRIME).collect();
    let modulus = product(primes.iter().copied().map(UBig::from).collect());
    let order = primes.iter().map(|prime| order_modulo(*prime)).fold(1_u64, common_multiple);
    let prime_powers = prime_powers(order);
    Group { ring: ConstDivisor::new(modulus.clone()), modulus, order: UBig::from(order), prime_powers }
});

/// How often the generator is multiplied with itself until it is one again.
fn order_modulo(prime: u32) -> u64 {
    let step = u64::from(GENERATOR % prime);
    let (mut power, mut order) = (step, 1_u64);
    while power > 1 && order < u64::from(prime) {
        power = power.wrapping_mul(step) % u64::from(prime);
        order = order.saturating_add(1);
    }
    order
}

fn common_multiple(one: u64, other: u64) -> u64 {
    let (mut a, mut b) = (one, other);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (one / a.max(1)).saturating_mul(other)
}

fn prime_powers(number: u64) -> Vec<u64> {
    let mut rest = number;
    let mut powers = Vec::new();
    for prime in small_primes(LAST_PRIME).map(u64::from) {
        let mut power = 1_u64;
        while rest.is_multiple_of(prime) {
            rest /= prime;
            power = power.saturating_mul(prime);
        }
        if power > 1 {
            powers.push(power);
        }
    }
    powers
}

/// Whether a modulus is a power of the generator.
pub(super) fn is_so(modulus: &UBig) -> bool {
    let Group { modulus: group, ring, order, prime_powers } = &*GROUP;
    if !modulus.gcd(group).is_one() {
        return false;
    }
    let element = ring.reduce(modulus.clone());
    let one = ring.reduce(UBig::ONE);
    if element.pow(order) != one {
        return false;
    }
    let generator = ring.reduce(UBig::from(GENERATOR));
    prime_powers.iter().all(|power| {
        let rest = order / UBig::from(*power);
        let (target, step) = (element.pow(&rest), generator.pow(&rest));
        let mut now = one.clone();
        (0..*power).any(|_| {
            let is_it = now == target;
            now *= &step;
            is_it
        })
    })
}
