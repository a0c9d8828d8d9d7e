//! Points of curves y² = x³ + ax + b (SEC 1, 2.2.1), in Jacobian coordinates.

use super::{Curve, by_name};
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::modular::Reduced;
use dashu_int::ops::BitTest;

/// X/Z², Y/Z³; the point at infinity has no coordinates.
type Point<'a> = Option<[Reduced<'a>; 3]>;

/// The point of a private scalar, uncompressed as SEC 1, 2.3.3 writes it. None of an unknown curve, or of a scalar
/// outside the order of the curve.
pub(in crate::trust::keys) fn multiply(curve: &str, scalar: &[u8]) -> Option<Vec<u8>> {
    let curve = by_name(curve)?;
    let scalar = UBig::from_be_bytes(scalar);
    if scalar.is_zero() || scalar >= curve.order {
        return None;
    }
    let ring = ConstDivisor::new(curve.p.clone());
    let a = ring.reduce(curve.a.clone());
    let one = || ring.reduce(UBig::from(1_u8));
    let base = [ring.reduce(curve.generator.0.clone()), ring.reduce(curve.generator.1.clone()), one()];
    let mut sum: Point<'_> = None;
    for bit in (0..scalar.bit_len()).rev() {
        sum = double(sum, &a);
        if scalar.bit(bit) {
            sum = add(sum, &base, &a);
        }
    }
    let [x, y, z] = sum?;
    let inverse = z.inv()?;
    let square = inverse.sqr();
    let (x, y) = (x * &square, y * square * inverse);
    Some(uncompressed(&curve, &x.residue(), &y.residue()))
}

fn double<'a>(point: Point<'a>, a: &Reduced<'a>) -> Point<'a> {
    let [x, y, z] = point?;
    if y.residue().is_zero() {
        return None;
    }
    let yy = y.sqr();
    let s = (&x * &yy).dbl().dbl();
    let xx = x.sqr();
    let m = &xx + &xx + &xx + a * z.sqr().sqr();
    let doubled = m.sqr() - s.clone().dbl();
    let eight = yy.sqr().dbl().dbl().dbl();
    let ordinate = m * (s - &doubled) - eight;
    Some([doubled, ordinate, (y * z).dbl()])
}

fn add<'a>(point: Point<'a>, other: &[Reduced<'a>; 3], a: &Reduced<'a>) -> Point<'a> {
    let Some([x1, y1, z1]) = point else { return Some(other.clone()) };
    let [x2, y2, z2] = other;
    let (zz1, zz2) = (z1.sqr(), z2.sqr());
    let (u1, u2) = (&x1 * &zz2, x2 * &zz1);
    let (s1, s2) = (&y1 * &zz2 * z2, y2 * &zz1 * &z1);
    if u1 == u2 {
        return if s1 == s2 { double(Some([x1, y1, z1]), a) } else { None };
    }
    let (h, r) = (u2 - &u1, s2 - &s1);
    let hh = h.sqr();
    let hhh = &hh * &h;
    let v = u1 * hh;
    let x = r.sqr() - &hhh - v.clone().dbl();
    let y = r * (v - &x) - s1 * hhh;
    Some([x, y, z1 * z2 * h])
}

fn uncompressed(curve: &Curve, x: &UBig, y: &UBig) -> Vec<u8> {
    let length = curve.p.to_be_bytes().len();
    let mut point = vec![4];
    for number in [x, y] {
        let digits = number.to_be_bytes();
        point.extend(std::iter::repeat_n(0, length.saturating_sub(digits.len())));
        point.extend_from_slice(&digits);
    }
    point
}

/// Whether an uncompressed point lies on the curve. None where that cannot be told: an unknown curve, another form.
pub(in crate::trust::keys) fn is_on(curve: &str, point: &[u8]) -> Option<bool> {
    let curve = by_name(curve)?;
    let (form, numbers) = point.split_first()?;
    let length = curve.p.to_be_bytes().len();
    if *form != 4 {
        return None;
    }
    let Some((x, y)) = numbers.split_at_checked(length).filter(|(_, y)| y.len() == length) else {
        return Some(false);
    };
    let (x, y) = (UBig::from_be_bytes(x), UBig::from_be_bytes(y));
    if x >= curve.p || y >= curve.p {
        return Some(false);
    }
    let ring = ConstDivisor::new(curve.p.clone());
    let [x, y, a, b] = [x, y, curve.a, curve.b].map(|number| ring.reduce(number));
    Some(y.sqr() == x.sqr() * &x + a * x + b)
}
