//! Weak keys made on purpose are found and named; sound ones are not.

use super::shared::shared_primes;
use super::*;
use crate::Limits;
use crate::keys::asn1::Known;
use crate::keys::object::KeyFormat;
use crate::keys::sha256;
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::Gcd;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// An odd number of so many bits; its first two are ones, so that a product of two has twice as many.
    fn odd(&mut self, bits: usize) -> UBig {
        let words: Vec<u64> = (0..bits.div_ceil(64)).map(|_| self.word()).collect();
        let mut number = UBig::from_words(&words);
        number.clear_high_bits(bits);
        [0, bits - 1, bits - 2].into_iter().for_each(|bit| number.set_bit(bit));
        number
    }

    fn prime(&mut self, bits: usize) -> UBig {
        next_prime(self.odd(bits))
    }
}

fn is_prime(number: &UBig) -> bool {
    let ring = ConstDivisor::new(number.clone());
    let one = ring.reduce(UBig::ONE);
    [2_u32, 3, 5].iter().all(|base| ring.reduce(UBig::from(*base)).pow(&(number - UBig::ONE)) == one)
}

fn next_prime(mut number: UBig) -> UBig {
    let small: Vec<u32> = rsa::small_primes(2_000).skip(1).collect();
    loop {
        if small.iter().all(|prime| &number % *prime != 0) && is_prime(&number) {
            return number;
        }
        number += UBig::from(2_u8);
    }
}

fn rsa_key(n: &UBig, e: u64) -> KeyObject {
    let mut object = KeyObject::new(KeyKind::PublicKey, KeyFormat::Der, b"");
    Known::rsa(&n.to_be_bytes(), &e.to_be_bytes()).put_into(&mut object);
    object
}

#[track_caller]
fn check(object: &KeyObject, expected: &str) {
    let ids: Vec<&str> = weaknesses(object).iter().map(|weakness| weakness.id).collect();
    assert_eq!(ids.join(" "), expected);
}

#[test]
fn sound_keys_are_sound() {
    let mut dice = Dice(1);
    for _ in 0..3 {
        check(&rsa_key(&(dice.prime(1_024) * dice.prime(1_024)), 65_537), "");
    }
}

#[test]
fn short_moduli() {
    let mut dice = Dice(2);
    check(&rsa_key(&(dice.prime(512) * dice.prime(512)), 65_537), "size");
}

#[test]
fn exponents_nobody_should_use() {
    let mut dice = Dice(3);
    let n = dice.prime(1_024) * dice.prime(1_024);
    for e in [1, 2, 3, 17, 65_536] {
        check(&rsa_key(&n, e), "exponent");
    }
    check(&rsa_key(&n, 65_539), "");
}

#[test]
fn primes_that_lie_together() {
    let mut dice = Dice(4);
    let p = dice.prime(1_024);
    let q = next_prime(&p + (UBig::ONE << 515));
    check(&rsa_key(&(&p * q), 65_537), "fermat");
    check(&rsa_key(&(&p * &p), 65_537), "fermat");
    // Half of the digits are the same, and not more: a hundred steps do not reach.
    let far = next_prime(&p + (UBig::ONE << 560));
    check(&rsa_key(&(&p * far), 65_537), "");
}

#[test]
fn small_factors() {
    let mut dice = Dice(5);
    check(&rsa_key(&(dice.prime(2_033) * UBig::from(65_521_u32)), 65_537), "small_factor");
}

#[test]
fn roca_primes() {
    let mut dice = Dice(6);
    let group = rsa::product(rsa::small_primes(167).map(UBig::from).collect());
    let ring = ConstDivisor::new(group.clone());
    let mut prime = || loop {
        let power = ring.reduce(UBig::from(65_537_u32)).pow(&UBig::from(dice.word() >> 2)).residue();
        let candidate = dice.odd(1_024 - 219) * &group + power;
        if is_prime(&candidate) {
            return candidate;
        }
    };
    let n = prime() * prime();
    let ids: Vec<&str> = weaknesses(&rsa_key(&n, 65_537)).iter().map(|weakness| weakness.id).collect();
    assert!(ids.contains(&"roca"), "{ids:?}");
}

#[test]
fn short_private_exponents() {
    let mut dice = Dice(7);
    let (p, q) = (dice.prime(1_024), dice.prime(1_024));
    let phi = (&p - UBig::ONE) * (&q - UBig::ONE);
    let ring = ConstDivisor::new(phi.clone());
    let exponent = |bits: usize, dice: &mut Dice| loop {
        let d = dice.odd(bits);
        if let Some(e) = ring.reduce(d).inv() {
            return e.residue();
        }
    };
    let key = |e: UBig| {
        let mut object = rsa_key(&(&p * &q), 65_537);
        object.public =
            PublicNumbers::Rsa { n: (&p * &q).to_be_bytes().into_vec(), e: e.to_be_bytes().into_vec() };
        object
    };
    for bits in [100, 256, 500] {
        check(&key(exponent(bits, &mut dice)), "exponent small_private_exponent");
    }
    check(&key(exponent(900, &mut dice)), "exponent");
}

#[test]
fn moduli_with_a_look() {
    let mut dice = Dice(8);
    let p = dice.prime(1_024);
    let n = dice.prime(1_024) * &p;
    // Sixteen bytes of one value in the middle; whether it has two prime factors nobody asks.
    let mut bytes = n.to_be_bytes().into_vec();
    bytes[100..116].fill(0x5a);
    let mut object = rsa_key(&n, 65_537);
    object.public = PublicNumbers::Rsa { n: bytes, e: vec![1, 0, 1] };
    let ids: Vec<&str> = weaknesses(&object).iter().map(|weakness| weakness.id).collect();
    assert!(ids.contains(&"pattern") || ids == ["small_factor"], "{ids:?}");
}

#[test]
fn points_off_their_curve() {
    let scalar = [7; 32];
    let mut point = crate::keys::curve::multiply("P-256", &scalar).unwrap();
    let mut object = KeyObject::new(KeyKind::PublicKey, KeyFormat::Der, b"");
    Known::ec("1.2.840.10045.3.1.7", &point).put_into(&mut object);
    check(&object, "");
    *point.last_mut().unwrap() ^= 1;
    Known::ec("1.2.840.10045.3.1.7", &point).put_into(&mut object);
    check(&object, "curve");
    Known::ec("1.3.132.0.6", &[]).put_into(&mut object);
    check(&object, "size");
    Known::bytes("x25519", &[0; 32]).unwrap().put_into(&mut object);
    check(&object, "curve");
}

#[test]
fn lists_are_searched() {
    let mut dice = Dice(9);
    let keys: Vec<KeyObject> = (0..50).map(|_| rsa_key(&(dice.odd(512) * dice.odd(512)), 65_537)).collect();
    let mark = |object: &KeyObject| {
        let PublicNumbers::Rsa { n, .. } = &object.public else { panic!("made above") };
        sha256(n)
    };
    let mut records: Vec<[u8; 16]> =
        keys.iter().skip(1).map(mark).map(|hash| hash[..16].try_into().unwrap()).collect();
    for record in &mut records {
        record[15] = 42;
    }
    records.sort_unstable();
    let bytes = records.concat();
    let list = Blocklist::read(&bytes).unwrap();
    assert_eq!(list.lists(&keys[0]), None);
    assert!(keys.iter().skip(1).all(|key| list.lists(key) == Some(42)));
    assert!(Blocklist::read(&bytes[1..]).is_none());
    assert!(Blocklist::read(&bytes.iter().rev().copied().collect::<Vec<u8>>()).is_none());
}

/// Compares with every pair taken by itself.
#[track_caller]
fn check_shared(moduli: &[UBig]) {
    let bytes: Vec<Box<[u8]>> = moduli.iter().map(UBig::to_be_bytes).collect();
    let slices: Vec<&[u8]> = bytes.iter().map(|bytes| &**bytes).collect();
    let found = shared_primes(&slices, &Limits::desk());
    let mut expected = Vec::new();
    for (at, one) in moduli.iter().enumerate() {
        let others = moduli.iter().enumerate().filter(|(_, other)| *other != one);
        let with: Vec<usize> =
            others.filter(|(_, other)| !one.gcd(*other).is_one()).map(|(at, _)| at).collect();
        if !with.is_empty() {
            expected.push((at, with));
        }
    }
    assert!(!expected.is_empty());
    let indices: Vec<usize> = found.value.iter().map(|shared| shared.index).collect();
    assert_eq!(indices, expected.iter().map(|(at, _)| *at).collect::<Vec<_>>());
    for (shared, (_, with)) in found.value.iter().zip(&expected) {
        assert!(!shared.with.is_empty() && shared.with.iter().all(|other| with.contains(other)));
    }
}

#[test]
fn shared_primes_are_all_found() {
    let mut dice = Dice(10);
    let primes: Vec<UBig> = (0..6).map(|_| dice.prime(256)).collect();
    // A ring, in which both primes of one are shared; a modulus twice; one alone.
    let mut moduli: Vec<UBig> = (0..5).map(|at| &primes[at] * &primes[(at + 1) % 5]).collect();
    moduli.push(moduli[0].clone());
    moduli.push(&primes[5] * dice.prime(256));
    check_shared(&moduli);
}

/// Comparing every two of them would take longer than finding them all.
#[test]
fn a_prime_that_hundreds_share_is_told_of_each() {
    const COUNT: usize = 800;
    let shared = Dice(13).prime(256);
    // One more than a multiple of all small primes: no two have a factor in common.
    let small: UBig = rsa::small_primes(COUNT as u32).map(UBig::from).product();
    let moduli: Vec<UBig> = (1..=COUNT).map(|at| (&small * UBig::from(at) + UBig::ONE) * &shared).collect();
    let bytes: Vec<Vec<u8>> = moduli.iter().map(|modulus| modulus.to_be_bytes().into_vec()).collect();
    let numbers: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
    let found = shared_primes(&numbers, &Limits::desk()).value;
    assert_eq!(found.iter().map(|one| one.index).collect::<Vec<_>>(), (0..COUNT).collect::<Vec<_>>());
    for one in found {
        assert_eq!(one.with.len(), 16);
        assert!(!one.with.contains(&one.index));
    }
}

/// Odd numbers share small factors by chance, which is as good; the tree is deep enough for transforms of every sort.
#[test]
fn the_tree_agrees_with_all_pairs() {
    let mut dice = Dice(11);
    for (count, bits) in [(2, 512), (3, 1_024), (33, 300), (150, 512), (470, 640)] {
        let mut moduli: Vec<UBig> = (0..count).map(|_| dice.odd(bits)).collect();
        let shared = &moduli[0] * UBig::from(3_u8);
        moduli.push(shared);
        check_shared(&moduli);
    }
}

#[test]
fn moduli_of_different_lengths_are_compared() {
    let mut dice = Dice(12);
    let moduli: Vec<UBig> = (0..90).map(|at| dice.odd(256 + at * 40)).collect();
    check_shared(&moduli);
}

#[test]
fn what_is_no_modulus_is_not_compared() {
    let found = shared_primes(&[&[], &[0], &[0; 400], &[2; 64], &[3; 64]], &Limits::desk());
    assert_eq!(found.value, []);
    let even = [[1; 64], [3; 64]].concat();
    let limits = Limits { expanded_bytes_max: 100, ..Limits::desk() };
    let long: Vec<&[u8]> = vec![&even[..64], &even[64..]];
    assert_eq!(shared_primes(&long, &limits).problems.len(), 1);
}
