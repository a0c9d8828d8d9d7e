//! Measures the comparison of moduli: `moduli COUNT BITS`.
//!
//! A modulus is the product of random primes of 64 bits: no two share one by chance, as no two real keys do, and there are
//! thousands of them in a second. Of every thousand two are made to share a prime. Prints `{"moduli", "seconds", "planted",
//! "found"}`: the processor time of the comparison alone, how many moduli were made to share a prime, and how many are found when these
//! and no others are (none otherwise).

#![expect(clippy::print_stdout, reason = "a program of the tests, which prints what it measured")]
#![expect(
    clippy::disallowed_methods,
    reason = "the crate reads no files; this program asks the system for its time"
)]

use dashu_int::UBig;
use hinomi_formats::Limits;
use hinomi_formats::keys::weak::shared_primes;
use std::time::{Duration, Instant};

/// Of so many moduli two share a prime.
const PLANTED_EVERY: usize = 1_000;

fn main() {
    let mut words = std::env::args().skip(1).filter_map(|word| word.parse::<usize>().ok());
    let (count, bits) = (words.next().unwrap_or(1_000), words.next().unwrap_or(2_048));
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut planted = Vec::new();
    let mut moduli: Vec<Vec<u8>> = Vec::with_capacity(count);
    let mut before = random.prime();
    for at in 0..count {
        let shares = at % PLANTED_EVERY == 1;
        let first = if shares { before } else { random.prime() };
        if shares {
            planted.extend([at - 1, at]);
        }
        let rest: UBig = (1..bits / 64).map(|_| UBig::from(random.prime())).product();
        moduli.push((rest * first).to_be_bytes().into_vec());
        before = first;
    }
    let numbers: Vec<&[u8]> = moduli.iter().map(Vec::as_slice).collect();
    let (started, before) = (Instant::now(), on_processor());
    let shared = shared_primes(&numbers, &Limits::desk());
    let wall = started.elapsed();
    let spent = before.zip(on_processor()).map_or(wall, |(before, after)| after.saturating_sub(before));
    let seconds = spent.as_secs_f64();
    let found: Vec<usize> = shared.value.iter().map(|shared| shared.index).collect();
    let right = if found == planted && shared.problems.is_empty() { planted.len() } else { 0 };
    println!(
        "{}",
        serde_json::json!({ "moduli": count, "seconds": seconds, "planted": planted.len(), "found": right })
    );
}

/// Time this thread has had of a processor, where the system tells.
fn on_processor() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Numbers that look random and are the same at every run (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A prime, as far as Fermat's test to the base two tells, with its first bits set: so many make a whole modulus.
    fn prime(&mut self) -> u64 {
        const SMALL: [u64; 14] = [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47];
        loop {
            let number = self.next() | 0xff00_0000_0000_0001;
            if SMALL.iter().all(|small| !number.is_multiple_of(*small)) && is_prime(number) {
                return number;
            }
        }
    }
}

/// Whether 2 to the power of n - 1 is one modulo an odd n (Montgomery's multiplication).
fn is_prime(n: u64) -> bool {
    // One by n modulo 2^64, by Newton: each round doubles the bits that are right.
    let inverse = (0..6).fold(1_u64, |x, _| x.wrapping_mul(2_u64.wrapping_sub(n.wrapping_mul(x))));
    let square = |a: u64| {
        let product = u128::from(a) * u128::from(a);
        let low = u128::from((product as u64).wrapping_mul(inverse)) * u128::from(n);
        let (high, under) = ((product >> 64) as u64).overflowing_sub((low >> 64) as u64);
        if under { high.wrapping_add(n) } else { high }
    };
    let one = ((1_u128 << 64) % u128::from(n)) as u64;
    let power = (0..64).rev().fold(one, |power, bit| {
        let square = square(power);
        if (n - 1) >> bit & 1 == 0 {
            return square;
        }
        ((u128::from(square) << 1) % u128::from(n)) as u64
    });
    power == one
}
