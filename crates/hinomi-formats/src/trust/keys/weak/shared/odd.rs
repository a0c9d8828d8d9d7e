//! The step of a transform by which a length of three or five times a power of two is brought to the power: without
//! it a number just too long for one power of two would take twice the time.

use super::transform::{P, add, mul, power, powers, sub};

/// The step.
pub(super) enum Odd {
    /// The length is a power of two.
    One,
    /// A step of three: the cube root of unity and its square, and the powers of the root of the whole length.
    Three([u64; 2], Vec<[u64; 2]>),
    /// A step of five: half the sums and half the differences of a fifth root with its inverse and of their squares,
    /// and the powers.
    Five([u64; 4], Vec<[u64; 4]>),
}

impl Odd {
    /// The step of a length whose root of unity is `root`.
    pub(super) fn new(length: usize, root: u64) -> Self {
        if length.is_multiple_of(3) {
            let part = length / 3;
            let cube = power(root, part as u64);
            let table = powers(root, part).map(|w| [w, mul(w, w)]).collect();
            return Self::Three([cube, mul(cube, cube)], table);
        }
        if length.is_multiple_of(5) {
            let part = length / 5;
            let fifth = power(root, part as u64);
            let [one, two, three, four] = [1, 2, 3, 4].map(|exponent| power(fifth, exponent));
            let half = P.div_ceil(2);
            let halves = [add(one, four), add(two, three), sub(one, four), sub(two, three)];
            let table = powers(root, part).map(|w| {
                let square = mul(w, w);
                [w, square, mul(w, square), mul(square, square)]
            });
            return Self::Five(halves.map(|sum| mul(sum, half)), table.collect());
        }
        Self::One
    }

    /// Parts into which the step takes the whole apart.
    pub(super) const fn parts(&self) -> usize {
        match self {
            Self::One => 1,
            Self::Three(..) => 3,
            Self::Five(..) => 5,
        }
    }

    /// Before the transforms of the parts.
    pub(super) fn forward(&self, residues: &mut [u64]) {
        match self {
            Self::One => {}
            Self::Three(roots, table) => thirds(residues, table, |values, [w, ww]| {
                let [a, b, c] = three(values, roots);
                [a, mul(b, *w), mul(c, *ww)]
            }),
            Self::Five(halves, table) => fifths(residues, table, |values, [w1, w2, w3, w4]| {
                let [a, b, c, d, e] = five(values, halves);
                [a, mul(b, *w1), mul(c, *w2), mul(d, *w3), mul(e, *w4)]
            }),
        }
    }

    /// After the transforms of the parts. The roots are the same, so that what comes out is turned around.
    pub(super) fn backward(&self, residues: &mut [u64]) {
        match self {
            Self::One => {}
            Self::Three(roots, table) => {
                thirds(residues, table, |[a, b, c], [w, ww]| three([a, mul(b, *w), mul(c, *ww)], roots))
            }
            Self::Five(halves, table) => fifths(residues, table, |[a, b, c, d, e], [w1, w2, w3, w4]| {
                five([a, mul(b, *w1), mul(c, *w2), mul(d, *w3), mul(e, *w4)], halves)
            }),
        }
    }
}

/// A transform of length three.
fn three([a, b, c]: [u64; 3], [root, square]: &[u64; 2]) -> [u64; 3] {
    [
        add(a, add(b, c)),
        add(a, add(mul(b, *root), mul(c, *square))),
        add(a, add(mul(b, *square), mul(c, *root))),
    ]
}

/// A transform of length five.
fn five([a, b, c, d, e]: [u64; 5], [c1, c2, s1, s2]: &[u64; 4]) -> [u64; 5] {
    let (outer, inner) = (add(b, e), add(c, d));
    let (across, within) = (sub(b, e), sub(c, d));
    let one = add(a, add(mul(outer, *c1), mul(inner, *c2)));
    let two = add(a, add(mul(outer, *c2), mul(inner, *c1)));
    let turn = add(mul(across, *s1), mul(within, *s2));
    let twice = sub(mul(across, *s2), mul(within, *s1));
    [add(a, add(outer, inner)), add(one, turn), add(two, twice), sub(two, twice), sub(one, turn)]
}

/// Replaces the elements that stand at one place of each third.
fn thirds(residues: &mut [u64], table: &[[u64; 2]], step: impl Fn([u64; 3], &[u64; 2]) -> [u64; 3]) {
    let (first, rest) = residues.split_at_mut(table.len());
    let (second, third) = rest.split_at_mut(table.len());
    for (((a, b), c), powers) in first.iter_mut().zip(second).zip(third).zip(table) {
        [*a, *b, *c] = step([*a, *b, *c], powers);
    }
}

/// Replaces the elements that stand at one place of each fifth.
fn fifths(residues: &mut [u64], table: &[[u64; 4]], step: impl Fn([u64; 5], &[u64; 4]) -> [u64; 5]) {
    let (first, rest) = residues.split_at_mut(table.len());
    let (second, rest) = rest.split_at_mut(table.len());
    let (third, rest) = rest.split_at_mut(table.len());
    let (fourth, fifth) = rest.split_at_mut(table.len());
    let places = first.iter_mut().zip(second).zip(third.iter_mut().zip(fourth)).zip(fifth);
    for ((((a, b), (c, d)), e), powers) in places.zip(table) {
        [*a, *b, *c, *d, *e] = step([*a, *b, *c, *d, *e], powers);
    }
}
