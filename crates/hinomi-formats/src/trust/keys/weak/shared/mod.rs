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
/// Moduli with a shared prime that are compared with one another, to say which shares with which.
const COMPARED_MAX: usize = 2_000;

/// A modulus that has a prime in common with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedPrime {
    /// Its index among the moduli given.
    pub index: usize,
    /// The indices of others that have it too; sixteen at most, and none where too many moduli share primes to tell.
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
        (!number.gcd(&others).is_one()).then(|| (number.clone(), places.to_vec()))
    };
    let sharing: Vec<(UBig, Vec<usize>)> = numbers.iter().zip(others).filter_map(shares).collect();
    Parsed { value: named(&sharing), problems }
}

/// Says which of the moduli that share primes share them with which.
fn named(sharing: &[(UBig, Vec<usize>)]) -> Vec<SharedPrime> {
    let mut found = Vec::new();
    for (at, (number, places)) in sharing.iter().enumerate() {
        let compared = if sharing.len() <= COMPARED_MAX { sharing } else { &[] };
        let partners = compared
            .iter()
            .enumerate()
            .filter(|(other, (modulus, _))| *other != at && !number.gcd(modulus).is_one());
        let with: Vec<usize> =
            partners.flat_map(|(_, (_, places))| places.iter().copied()).take(PARTNERS_MAX).collect();
        found.extend(places.iter().map(|index| SharedPrime { index: *index, with: with.clone() }));
    }
    found.sort_by_key(|shared| shared.index);
    found
}
