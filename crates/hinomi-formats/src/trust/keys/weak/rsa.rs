//! Tests of an RSA modulus and its exponents.

use super::{BITS_MAX, Weakness, roca};
use crate::keys::asn1::bit_length;
use crate::keys::secret::Private;
use dashu_int::UBig;
use dashu_int::ops::{BitTest, DivRem, Gcd, SquareRoot};
use std::sync::LazyLock;

/// Bits below which nobody allows a modulus any more (SP 800-131A).
const BITS_MIN: u32 = 2_048;
/// Steps of Fermat's method: finds primes that begin with the same half and a bit more.
const FERMAT_STEPS: usize = 100;
/// The largest small factor looked for, and the usual exponent.
const SMALL_MAX: u32 = 65_537;
/// Primes shorter than this are found with elliptic curves.
const FACTOR_BITS_MIN: u32 = 256;
/// Equal bytes one after another that no random modulus has.
const RUN: usize = 16;
/// The longest exponent allowed (FIPS 186-5, A.1.1), in bits.
const EXPONENT_BITS_MAX: usize = 256;

/// The product of all primes up to [`SMALL_MAX`].
static SMALL_PRIMES: LazyLock<UBig> = LazyLock::new(|| {
    let primes: Vec<UBig> = small_primes(SMALL_MAX).map(UBig::from).collect();
    product(primes)
});

/// Primes up to `max`, by the sieve of Eratosthenes.
pub(super) fn small_primes(max: u32) -> impl Iterator<Item = u32> {
    let length = usize::try_from(max).unwrap_or(usize::MAX).saturating_add(1);
    let mut is_prime = vec![true; length];
    for step in 2..length {
        let multiples = step.saturating_mul(step)..length;
        if multiples.start >= length {
            break;
        }
        if is_prime.get(step) == Some(&true) {
            multiples.step_by(step).for_each(|at| {
                if let Some(slot) = is_prime.get_mut(at) {
                    *slot = false;
                }
            });
        }
    }
    (0..=max).zip(is_prime).filter(|(number, is_prime)| *number >= 2 && *is_prime).map(|(number, _)| number)
}

/// The product of numbers, in pairs, so that the large products have factors of like size.
pub(super) fn product(mut numbers: Vec<UBig>) -> UBig {
    while numbers.len() > 1 {
        numbers = numbers.chunks(2).map(|pair| pair.iter().product()).collect();
    }
    numbers.pop().unwrap_or(UBig::ONE)
}

/// Tests a public key, and what is known of the private one.
pub(super) fn test(n: &[u8], e: &[u8], private: Option<&Private>, found: &mut Vec<Weakness>) {
    let bits = bit_length(n);
    if bits < BITS_MIN {
        found.push(Weakness::new("size", format!("{bits} bits")));
    }
    if !(16..=BITS_MAX).contains(&bits) || bit_length(e) > BITS_MAX {
        return;
    }
    let (modulus, exponent) = (UBig::from_be_bytes(n), UBig::from_be_bytes(e));
    this_exponent(&modulus, &exponent, found);
    if !(&modulus).gcd(&(&*SMALL_PRIMES % &modulus)).is_one() {
        found.push(Weakness::new("small_factor", format!("a prime up to {SMALL_MAX} divides the modulus")));
    } else {
        pattern(n, bits, found);
        if roca::is_so(&modulus) {
            found.push(Weakness::new("roca", "the primes were made as CVE-2017-15361 tells"));
        }
        if let Some(steps) = fermat(&modulus) {
            found.push(Weakness::new("fermat", format!("the primes lie together: found in {steps} steps")));
        }
    }
    let mut is_small = false;
    if let Some(Private::Rsa { d, p, q }) = private {
        // Below this size the private exponent follows from the public numbers (Boneh and Durfee).
        is_small = bit_length(d) < bits.saturating_mul(292) / 1_000;
        let shorter = bit_length(p).min(bit_length(q));
        if shorter > 1 && shorter < FACTOR_BITS_MIN {
            found.push(Weakness::new("small_factor", format!("a prime of {shorter} bits")));
        }
    }
    if is_small || wiener(&modulus, &exponent) {
        found.push(Weakness::new("small_private_exponent", "the private exponent is short"));
    }
}

fn this_exponent(modulus: &UBig, exponent: &UBig, found: &mut Vec<Weakness>) {
    let problem = match () {
        () if !exponent.bit(0) => "even",
        () if exponent.is_one() => "one: encryption changes nothing",
        () if exponent >= modulus => "not less than the modulus",
        () if exponent.bit_len() > EXPONENT_BITS_MAX => "longer than 256 bits",
        () if *exponent < UBig::from(SMALL_MAX) => "less than 65537",
        () => return,
    };
    found.push(Weakness::new("exponent", problem));
}

/// How many steps of Fermat's method factor the modulus; none if they do not.
fn fermat(modulus: &UBig) -> Option<usize> {
    let root = modulus.sqrt();
    let mut a = if &root * &root == *modulus { root } else { root + UBig::ONE };
    let mut rest = &a * &a - modulus;
    for step in 1..=FERMAT_STEPS {
        if is_square(&rest) {
            return Some(step);
        }
        rest += (&a << 1) + UBig::ONE;
        a += UBig::ONE;
    }
    None
}

fn is_square(number: &UBig) -> bool {
    // A square ends in one of twelve of the sixty-four values of six bits.
    const ENDS: u64 = 0x0202_0212_0203_0213;
    let low = number.as_words().first().copied().unwrap_or(0) & 63;
    if ENDS >> low & 1 == 0 {
        return false;
    }
    let root = number.sqrt();
    &root * &root == *number
}

/// Wiener's attack: a private exponent below the fourth root of the modulus is the denominator of a convergent of
/// e/n.
fn wiener(modulus: &UBig, exponent: &UBig) -> bool {
    // A short private exponent makes a long public one.
    if exponent.bit_len() < modulus.bit_len().saturating_mul(6) / 10 || exponent >= modulus {
        return false;
    }
    let bound = modulus.bit_len() / 4 + 1;
    let (mut x, mut y) = (exponent.clone(), modulus.clone());
    let [mut k, mut k_before] = [UBig::ZERO, UBig::ONE];
    let [mut d, mut d_before] = [UBig::ONE, UBig::ZERO];
    // The first step only turns the fraction around.
    (x, y) = (y, x);
    while !y.is_zero() && d.bit_len() <= bound {
        let (quotient, rest) = (&x).div_rem(&y);
        (x, y) = (y, rest);
        (k, k_before) = (&quotient * &k + &k_before, k);
        (d, d_before) = (&quotient * &d + &d_before, d);
        if breaks(modulus, exponent, &k, &d) {
            return true;
        }
    }
    false
}

/// Whether k and d tell the factors: (ed - 1)/k is then (p - 1)(q - 1).
fn breaks(modulus: &UBig, exponent: &UBig, k: &UBig, d: &UBig) -> bool {
    let product = exponent * d;
    if k.is_zero() || product.is_zero() {
        return false;
    }
    let (phi, rest) = (product - UBig::ONE).div_rem(k);
    if !rest.is_zero() || phi >= *modulus {
        return false;
    }
    let sum = modulus - phi + UBig::ONE;
    let square = &sum * &sum;
    let four = modulus << 2;
    square >= four && is_square(&(square - four))
}

/// A modulus with a look that chance does not give.
fn pattern(n: &[u8], bits: u32, found: &mut Vec<Weakness>) {
    let is_run = |window: &[u8]| window.iter().all(|byte| window.first() == Some(byte));
    if n.windows(RUN).any(is_run) {
        found.push(Weakness::new("pattern", format!("{RUN} equal bytes in the modulus")));
        return;
    }
    let set: u32 = n.iter().map(|byte| byte.count_ones()).sum();
    let percent = set.saturating_mul(100) / bits.max(1);
    // Nine standard deviations and more for each size.
    let spread = match bits {
        2_001.. => 10,
        1_001.. => 12,
        _ => 17,
    };
    if percent.abs_diff(50) > spread {
        found.push(Weakness::new("pattern", format!("{percent} % of the bits of the modulus are ones")));
    }
    if is_trigger(n) {
        found.push(Weakness::new("pattern", "a message to the backdoor of CVE-2024-3094"));
    }
}

/// Whether the backdoor of xz 5.6 would take a modulus for a command: the first numbers of it, as SSH sends it, give a
/// number from 0 to 3.
fn is_trigger(n: &[u8]) -> bool {
    let mut sent = Vec::new();
    if n.first().is_some_and(|first| first & 0x80 != 0) {
        sent.push(0);
    }
    sent.extend(n.iter().take(16));
    let half = |at: usize| {
        let bytes = sent.get(at..at.saturating_add(4))?;
        bytes.try_into().ok().map(|bytes| u64::from(u32::from_le_bytes(bytes)))
    };
    let last = sent.get(8..16).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
    match (half(0), half(4), last) {
        (Some(a), Some(b), Some(c)) => a.wrapping_mul(b).wrapping_add(c) <= 3,
        _ => false,
    }
}
