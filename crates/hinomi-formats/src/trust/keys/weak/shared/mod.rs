//! Primes that several moduli share: found for all moduli at once, by a tree of products (Bernstein, "How to find the
//! smooth parts of integers", and the scaled remainder tree of "Scaled remainder trees").
//!
//! Up the tree go the product N of the moduli below and the sum S of N/n over them. At the top S/N is taken as a
//! binary fraction; down the tree it is multiplied with what lies beside, and its whole part dropped. So at a modulus
//! n arrives (product of all others) mod n, whose greatest common divisor with n is a shared prime.

mod odd;
#[cfg(test)]
mod tests;
mod transform;
mod tree;

use dashu_int::UBig;
use dashu_int::ops::Gcd;
use std::collections::BTreeMap;

use crate::keys::asn1::{ber::trimmed, bit_length};
use crate::{Limits, Parsed, Problem};

/// Bits of the moduli that are compared: shorter ones are broken without company, longer ones are none.
const BITS: std::ops::RangeInclusive<u32> = 256..=super::BITS_MAX;
/// Partners that are named of one modulus.
const PARTNERS_MAX: usize = 16;
/// Words that are compared, two moduli by two, to say which shares a prime with which: four hundred of 2,048 bits. Whoever
/// writes thousands that share primes has them named by their primes only.
const COMPARED_WORDS_MAX: usize = 400 * 400 * 32;

/// A modulus that has a prime in common with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedPrime {
    /// Its index among the moduli given.
    pub index: usize,
    /// The indices of others that have it too; sixteen at most. Where hundreds share primes, those whose primes are all
    /// shared are not named.
    pub with: Vec<usize>,
}

/// Compares moduli, big-endian, with one another: which have a prime in common without being the same. The same modulus
/// may stand there several times, and is answered each time.
///
/// Limit: `expanded_bytes_max` bytes of different moduli. What lies beyond is not compared, and told.
pub fn shared_primes(moduli: &[&[u8]], limits: &Limits) -> Parsed<Vec<SharedPrime>> {
    let mut problems = Vec::new();
    let mut places: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    let mut left = limits.expanded_bytes_max;
    for (index, modulus) in moduli.iter().enumerate() {
        let modulus = trimmed(modulus);
        let is_odd = modulus.last().is_some_and(|last| last & 1 == 1);
        if !is_odd || !BITS.contains(&bit_length(modulus)) {
            continue;
        }
        if let Some(known) = places.get_mut(modulus) {
            known.push(index);
            continue;
        }
        match left.checked_sub(modulus.len() as u64) {
            Some(rest) => left = rest,
            None => {
                problems.push(Problem::limit("", "expanded_bytes_max", limits.expanded_bytes_max));
                break;
            }
        }
        places.insert(modulus, vec![index]);
    }
    let numbers: Vec<(UBig, &Vec<usize>)> =
        places.iter().map(|(modulus, places)| (UBig::from_be_bytes(modulus), places)).collect();
    let others = tree::products_of_others(numbers.iter().map(|(number, _)| number));
    let shares = |((number, places), others): (&(UBig, &Vec<usize>), UBig)| {
        let shared = number.gcd(&others);
        (!shared.is_one()).then(|| Sharing { number: number.clone(), shared, places: places.to_vec() })
    };
    let sharing: Vec<Sharing> = numbers.iter().zip(others).filter_map(shares).collect();
    Parsed { value: named(&sharing), problems }
}

/// A modulus with company: the number, what it shares with all others together, and where it stands.
struct Sharing {
    number: UBig,
    shared: UBig,
    places: Vec<usize>,
}

/// Says which of the moduli that share primes share them with which.
fn named(sharing: &[Sharing]) -> Vec<SharedPrime> {
    let longest = sharing.iter().map(|one| one.number.as_words().len()).max().unwrap_or(0);
    let work = sharing.len().saturating_mul(sharing.len()).saturating_mul(longest);
    let partners = if work <= COMPARED_WORDS_MAX { by_pairs(sharing) } else { by_primes(sharing) };
    let mut found = Vec::new();
    for (one, partners) in sharing.iter().zip(partners) {
        let with = partners.into_iter().filter_map(|other| sharing.get(other));
        let with: Vec<usize> =
            with.flat_map(|other| other.places.iter().copied()).take(PARTNERS_MAX).collect();
        found.extend(one.places.iter().map(|index| SharedPrime { index: *index, with: with.clone() }));
    }
    found.sort_by_key(|shared| shared.index);
    found
}

/// The partners of each: every two are compared.
fn by_pairs(sharing: &[Sharing]) -> Vec<Vec<usize>> {
    let mut partners: Vec<Vec<usize>> = sharing.iter().map(|_| Vec::new()).collect();
    for (at, one) in sharing.iter().enumerate() {
        for (other, with) in sharing.iter().enumerate().skip(at.saturating_add(1)) {
            if !(&one.number).gcd(&with.number).is_one() {
                [(at, other), (other, at)].into_iter().for_each(|(who, whom)| {
                    if let Some(known) = partners.get_mut(who) {
                        known.push(whom);
                    }
                });
            }
        }
    }
    partners
}

/// The partners of each among those that share the same prime and nothing else: what many share is told without comparing
/// every two, and whose primes are all shared has none named.
fn by_primes(sharing: &[Sharing]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&UBig, Vec<usize>> = BTreeMap::new();
    for (at, one) in sharing.iter().enumerate() {
        groups.entry(&one.shared).or_default().push(at);
    }
    let others = |(at, one): (usize, &Sharing)| {
        let group = groups.get(&one.shared).into_iter().flatten();
        group.copied().filter(|other| *other != at).take(PARTNERS_MAX).collect()
    };
    sharing.iter().enumerate().map(others).collect()
}
