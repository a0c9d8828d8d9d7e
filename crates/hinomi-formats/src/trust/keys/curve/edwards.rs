//! Public keys of Ed25519 and Ed448 (RFC 8032, 5.1.5 and 5.2.5), X25519 and X448 (RFC 7748, 5) from the private ones.

use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::modular::Reduced;
use dashu_int::ops::BitTest;
use sha2::{Digest, Sha512};
use shake::digest::{ExtendableOutput, Update, XofReader};

/// Abscissa and ordinate of the generator, and d of the curve, hexadecimal.
const BASE: [&str; 3] = [
    "216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a",
    "6666666666666666666666666666666666666666666666666666666666666658",
    "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3",
];
/// (A - 2) / 4 of the Montgomery curve, and the abscissa of its generator.
const A24: u32 = 121_665;
const BASE_U: u32 = 9;
/// The same of the curve of X448.
const A24_OF_448: u32 = 39_081;
const BASE_U_OF_448: u32 = 5;
const BITS: usize = 255;
/// Abscissa and ordinate of the generator of Ed448, and minus d of its curve (RFC 8032, 5.2).
const BASE_OF_448: [&str; 2] = [
    "4f1970c66bed0ded221d15a622bf36da9e146570470f1767ea6de324a3d3a46412ae1af72ab66511433b80e18b00938e2626a82bc70cc05e",
    "693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14",
];
const MINUS_D_OF_448: u32 = 39_081;
const BITS_OF_448: usize = 448;

fn prime() -> UBig {
    (UBig::from(1_u8) << BITS) - UBig::from(19_u8)
}

/// Clears and sets the bits that RFC 7748 and RFC 8032 tell.
fn clamped(bytes: &[u8; 32]) -> UBig {
    let mut number = UBig::from_le_bytes(bytes);
    [0, 1, 2, 255].into_iter().for_each(|bit| number.clear_bit(bit));
    number.set_bit(254);
    number
}

fn little_endian<const N: usize>(number: &UBig) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.iter_mut().zip(number.to_le_bytes()).for_each(|(slot, byte)| *slot = byte);
    bytes
}

/// The public key of a seed.
pub(in crate::trust::keys) fn ed25519(seed: &[u8]) -> Option<[u8; 32]> {
    let _: &[u8; 32] = seed.try_into().ok()?;
    let hash: [u8; 64] = Sha512::digest(seed).into();
    let scalar = clamped(hash.first_chunk()?);
    let ring = ConstDivisor::new(prime());
    let mut numbers = BASE.iter().filter_map(|text| UBig::from_str_radix(text, 16).ok());
    let mut next = || Some(ring.reduce(numbers.next()?));
    let (x, y, d) = (next()?, next()?, next()?);
    let one = ring.reduce(UBig::from(1_u8));
    let base = [x.clone(), y.clone(), one.clone(), x * y];
    let zero = || ring.reduce(UBig::from(0_u8));
    let mut sum = [zero(), one.clone(), one, zero()];
    for bit in (0..BITS).rev() {
        sum = add(&sum, &sum, &d);
        if scalar.bit(bit) {
            sum = add(&sum, &base, &d);
        }
    }
    let [x, y, z, _] = sum;
    let inverse = z.inv()?;
    let (x, y) = ((x * &inverse).residue(), (y * inverse).residue());
    let mut key: [u8; 32] = little_endian(&y);
    if let Some(last) = key.last_mut() {
        *last |= u8::from(x.bit(0)) << 7;
    }
    Some(key)
}

/// Addition in extended coordinates; the formulas are complete, so that doubling needs none of its own
/// (RFC 8032, 5.1.4).
fn add<'a>(one: &[Reduced<'a>; 4], other: &[Reduced<'a>; 4], d: &Reduced<'a>) -> [Reduced<'a>; 4] {
    let ([x1, y1, z1, t1], [x2, y2, z2, t2]) = (one, other);
    let a = (y1 - x1) * (y2 - x2);
    let b = (y1 + x1) * (y2 + x2);
    let c = (t1 * t2 * d).dbl();
    let z = (z1 * z2).dbl();
    let (e, f, g, h) = (&b - &a, &z - &c, z + c, b + a);
    [&e * &f, &g * &h, f * g, e * h]
}

/// The public key of a seed of Ed448.
pub(in crate::trust::keys) fn ed448(seed: &[u8]) -> Option<[u8; 57]> {
    let seed: &[u8; 57] = seed.try_into().ok()?;
    let mut hash = shake::Shake256::default();
    hash.update(seed);
    let mut bytes = [0; 56];
    // Of the first half of 114 bytes the last byte is cleared.
    hash.finalize_xof().read(&mut bytes);
    let mut scalar = UBig::from_le_bytes(&bytes);
    [0, 1].into_iter().for_each(|bit| scalar.clear_bit(bit));
    scalar.set_bit(BITS_OF_448 - 1);
    let ring = ConstDivisor::new(prime_of_448());
    let mut numbers = BASE_OF_448.iter().filter_map(|text| UBig::from_str_radix(text, 16).ok());
    let mut next = || Some(ring.reduce(numbers.next()?));
    let base = [next()?, next()?, ring.reduce(UBig::ONE)];
    let minus_d = ring.reduce(UBig::from(MINUS_D_OF_448));
    let mut sum = [ring.reduce(UBig::ZERO), ring.reduce(UBig::ONE), ring.reduce(UBig::ONE)];
    for bit in (0..BITS_OF_448).rev() {
        sum = add_of_448(&sum, &sum, &minus_d);
        if scalar.bit(bit) {
            sum = add_of_448(&sum, &base, &minus_d);
        }
    }
    let [x, y, z] = sum;
    let inverse = z.inv()?;
    let (x, y) = ((x * &inverse).residue(), (y * inverse).residue());
    let mut key: [u8; 57] = little_endian(&y);
    if let Some(last) = key.last_mut() {
        *last |= u8::from(x.bit(0)) << 7;
    }
    Some(key)
}

/// Addition in projective coordinates; complete too (RFC 8032, 5.2.4).
fn add_of_448<'a>(
    one: &[Reduced<'a>; 3],
    other: &[Reduced<'a>; 3],
    minus_d: &Reduced<'a>,
) -> [Reduced<'a>; 3] {
    let ([x1, y1, z1], [x2, y2, z2]) = (one, other);
    let (a, c, d) = (z1 * z2, x1 * x2, y1 * y2);
    let (b, e) = (a.sqr(), minus_d * &c * &d);
    // d is negative here, so that sum and difference change places.
    let (f, g) = (&b + &e, b - e);
    let h = (x1 + y1) * (x2 + y2);
    [&a * &f * (h - &c - &d), a * &g * (d - c), f * g]
}

fn prime_of_448() -> UBig {
    (UBig::ONE << BITS_OF_448) - (UBig::ONE << (BITS_OF_448 / 2)) - UBig::ONE
}

/// The public key of a private one.
pub(in crate::trust::keys) fn x25519(scalar: &[u8]) -> Option<[u8; 32]> {
    let scalar = clamped(scalar.try_into().ok()?);
    ladder(&scalar, prime(), BITS, [A24, BASE_U]).map(|key| little_endian(&key))
}

/// The public key of a private one of X448.
pub(in crate::trust::keys) fn x448(scalar: &[u8]) -> Option<[u8; 56]> {
    let scalar: &[u8; 56] = scalar.try_into().ok()?;
    let mut number = UBig::from_le_bytes(scalar);
    [0, 1].into_iter().for_each(|bit| number.clear_bit(bit));
    number.set_bit(447);
    let key = ladder(&number, prime_of_448(), BITS_OF_448, [A24_OF_448, BASE_U_OF_448])?;
    Some(little_endian(&key))
}

/// Montgomery's ladder (RFC 7748, 5), from a constant of the curve and the abscissa of its generator.
fn ladder(scalar: &UBig, prime: UBig, bits: usize, [a24, base]: [u32; 2]) -> Option<UBig> {
    let ring = ConstDivisor::new(prime);
    let number = |small: u32| ring.reduce(UBig::from(small));
    let (base, a24) = (number(base), number(a24));
    let (mut x2, mut z2, mut x3, mut z3) = (number(1), number(0), base.clone(), number(1));
    for bit in (0..bits).rev() {
        let swap = scalar.bit(bit);
        if swap {
            (x2, x3, z2, z3) = (x3, x2, z3, z2);
        }
        let (a, b) = (&x2 + &z2, &x2 - &z2);
        let (aa, bb) = (a.sqr(), b.sqr());
        let e = &aa - &bb;
        let (da, cb) = ((&x3 - &z3) * a, (x3 + z3) * b);
        x3 = (&da + &cb).sqr();
        z3 = &base * (da - cb).sqr();
        x2 = &aa * bb;
        z2 = &e * (aa + &a24 * &e);
        if swap {
            (x2, x3, z2, z3) = (x3, x2, z3, z2);
        }
    }
    Some((x2 * z2.inv()?).residue())
}
