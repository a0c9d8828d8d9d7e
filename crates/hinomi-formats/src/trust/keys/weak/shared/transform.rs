//! Products of very long numbers, by number-theoretic transforms modulo 2^64 - 2^32 + 1.
//!
//! A transform is shared by all the products a number is in, and a product may be taken modulo 2^k - 1, which saves
//! half where its upper or lower half is not wanted. Both is what makes comparing a hundred thousand moduli a matter
//! of seconds, and what libraries do not offer.

use super::odd::Odd;

/// The modulus; its residues have roots of unity of every order up to 2^32, and of three and five times
/// that.
pub(super) const P: u64 = 0xFFFF_FFFF_0000_0001;
/// 2^64 modulo it.
const EPSILON: u64 = 0xFFFF_FFFF;
/// A generator of its residues.
const GENERATOR: u64 = 7;
/// A root of unity of order four: 2^48.
const QUARTER_SHIFT: u32 = 48;

/// Residues are any 64 bits while they are worked on, and made smaller than the modulus at the end.
#[inline(always)]
pub(super) fn add(a: u64, b: u64) -> u64 {
    let (sum, over) = a.overflowing_add(b);
    let (sum, again) = sum.overflowing_add(if over { EPSILON } else { 0 });
    if again { sum.wrapping_add(EPSILON) } else { sum }
}

#[inline(always)]
pub(super) fn sub(a: u64, b: u64) -> u64 {
    let (less, under) = a.overflowing_sub(b);
    let (less, again) = less.overflowing_sub(if under { EPSILON } else { 0 });
    if again { less.wrapping_sub(EPSILON) } else { less }
}

#[expect(clippy::cast_possible_truncation, reason = "the halves of a number of 128 bits are taken apart")]
#[inline(always)]
fn reduced(wide: u128) -> u64 {
    let (low, high) = (wide as u64, (wide >> 64) as u64);
    // 2^96 is -1, and 2^64 is 2^32 - 1.
    let (mut rest, under) = low.overflowing_sub(high >> 32);
    if under {
        rest = rest.wrapping_sub(EPSILON);
    }
    let (sum, over) = rest.overflowing_add((high & EPSILON).wrapping_mul(EPSILON));
    if over { sum.wrapping_add(EPSILON) } else { sum }
}

/// The residue itself.
fn least(a: u64) -> u64 {
    if a >= P { a.wrapping_sub(P) } else { a }
}

#[inline(always)]
pub(super) fn mul(a: u64, b: u64) -> u64 {
    reduced(u128::from(a).wrapping_mul(u128::from(b)))
}

#[inline(always)]
fn quarter(a: u64) -> u64 {
    reduced(u128::from(a) << QUARTER_SHIFT)
}

pub(super) fn power(base: u64, mut exponent: u64) -> u64 {
    let (mut result, mut square) = (1, base);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = mul(result, square);
        }
        square = mul(square, square);
        exponent >>= 1;
    }
    result
}

/// Everything a transform of one length needs.
pub(super) struct Plan {
    length: usize,
    /// Bits of a number in one residue.
    bits: u32,
    /// The step of three or five, if the length has such a factor.
    odd: Odd,
    /// Powers of the roots for the steps of four, longest first.
    fourths: Vec<Vec<[u64; 3]>>,
    /// One by the length.
    inverse: u64,
}

impl Plan {
    /// Bits a residue holds: the sum of two products must stay below the modulus, residue by residue. Of `words` words
    /// one factor has half at most, or it is the only product; that makes 2^63.8 for the longest number with 20 bits.
    fn bits(words: usize) -> u32 {
        if words <= 4_700_000 { 20 } else { 16 }
    }

    /// The shortest length that holds a number of so many words.
    pub(super) fn length(words: usize) -> usize {
        let residues = words.saturating_mul(64).div_ceil(Self::bits(words) as usize).max(4);
        let whole = residues.next_power_of_two();
        // Five eighths or three quarters of it, if that is enough.
        let shorter = [whole / 8 * 5, whole / 4 * 3].into_iter().find(|shorter| *shorter >= residues);
        shorter.filter(|_| whole >= 32).unwrap_or(whole)
    }

    /// A plan for numbers, and products, of so many words.
    pub(super) fn new(words: usize) -> Self {
        let length = Self::length(words);
        let order = length as u64;
        let root = power(GENERATOR, (P.wrapping_sub(1)) / order);
        let odd = Odd::new(length, root);
        let whole = length / odd.parts();
        let step = power(root, odd.parts() as u64);
        // The root whose quarter is 2^48; the other one is its inverse.
        let is_turned = whole >= 4 && least(power(step, whole as u64 / 4)) != 1 << QUARTER_SHIFT;
        let mut step = if is_turned { power(step, P.wrapping_sub(2)) } else { step };
        let mut whole = whole;
        let mut fourths = Vec::new();
        while whole >= 4 {
            let one = |power: u64| {
                let square = mul(power, power);
                [power, square, mul(power, square)]
            };
            fourths.push(powers(step, whole / 4).map(one).collect());
            step = power(step, 4);
            whole /= 4;
        }
        let inverse = power(order, P.wrapping_sub(2));
        Self { length, bits: Self::bits(words), odd, fourths, inverse }
    }

    /// The transform of a number.
    pub(super) fn forward(&self, words: &[u64]) -> Vec<u64> {
        let mut residues = Vec::with_capacity(self.length);
        self.cut(words, &mut residues);
        residues.resize(self.length, 0);
        self.odd.forward(&mut residues);
        residues.chunks_mut(self.length / self.odd.parts()).for_each(|part| forward(part, &self.fourths));
        residues
    }

    /// The number of a transform, modulo 2^k - 1 where k are the bits of all residues; its first `words` words.
    pub(super) fn backward(&self, mut residues: Vec<u64>, words: usize) -> Vec<u64> {
        residues.chunks_mut(self.length / self.odd.parts()).for_each(|part| backward(part, &self.fourths));
        self.odd.backward(&mut residues);
        self.joined(&residues, words)
    }

    /// Cuts a number into residues.
    fn cut(&self, words: &[u64], residues: &mut Vec<u64>) {
        let mask = (1_u64 << self.bits).wrapping_sub(1);
        let (mut held, mut held_bits) = (0_u128, 0_u32);
        for word in words {
            held |= u128::from(*word) << held_bits;
            held_bits = held_bits.wrapping_add(64);
            while held_bits >= self.bits {
                residues.push(low(held) & mask);
                held >>= self.bits;
                held_bits = held_bits.wrapping_sub(self.bits);
            }
        }
        if held_bits > 0 {
            residues.push(low(held));
        }
        residues.truncate(self.length);
    }

    /// Adds residues up to a number. They come in the order in which a second forward transform leaves them: the
    /// first, then the last to the second.
    fn joined(&self, residues: &[u64], words: usize) -> Vec<u64> {
        let mask = (1_u64 << self.bits).wrapping_sub(1);
        let (mut held, mut held_bits, mut carry) = (0_u64, 0_u32, 0_u64);
        let mut number = Vec::with_capacity(words);
        let ordered = residues.iter().take(1).chain(residues.get(1..).unwrap_or_default().iter().rev());
        for residue in ordered {
            // Sums stay far enough below 2^64 for what is carried.
            carry = carry.wrapping_add(least(mul(*residue, self.inverse)));
            let digit = carry & mask;
            carry >>= self.bits;
            held |= digit << held_bits;
            held_bits = held_bits.wrapping_add(self.bits);
            if held_bits >= 64 {
                number.push(held);
                held_bits = held_bits.wrapping_sub(64);
                held = digit >> self.bits.wrapping_sub(held_bits);
            }
        }
        number.push(held);
        number.resize(words, 0);
        number
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
fn low(wide: u128) -> u64 {
    wide as u64
}

pub(super) fn powers(root: u64, count: usize) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(1), move |power| Some(mul(*power, root))).take(count)
}

/// Multiplies transforms, residue by residue.
pub(super) fn times(product: &mut [u64], other: &[u64]) {
    product.iter_mut().zip(other).for_each(|(a, b)| *a = mul(*a, *b));
}

/// Adds the product of two transforms to another.
pub(super) fn add_times(sum: &mut [u64], one: &[u64], other: &[u64]) {
    sum.iter_mut().zip(one.iter().zip(other)).for_each(|(sum, (a, b))| *sum = add(*sum, mul(*a, *b)));
}

/// From natural order to one of its own. The depth is half the logarithm of the length.
fn forward(residues: &mut [u64], tables: &[Vec<[u64; 3]>]) {
    let Some((table, deeper)) = tables.split_first() else {
        if let [a, b] = residues {
            (*a, *b) = (add(*a, *b), sub(*a, *b));
        }
        return;
    };
    let half = residues.len() / 2;
    let (lower, upper) = residues.split_at_mut(half);
    let ((first, second), (third, fourth)) = (lower.split_at_mut(half / 2), upper.split_at_mut(half / 2));
    let quarters = first.iter_mut().zip(&mut *second).zip(third.iter_mut().zip(&mut *fourth));
    for (((a, b), (c, d)), [w, ww, www]) in quarters.zip(table) {
        let (t0, t1) = (add(*a, *c), sub(*a, *c));
        let (t2, t3) = (add(*b, *d), quarter(sub(*b, *d)));
        *a = add(t0, t2);
        *b = mul(sub(t0, t2), *ww);
        *c = mul(add(t1, t3), *w);
        *d = mul(sub(t1, t3), *www);
    }
    [first, second, third, fourth].into_iter().for_each(|part| forward(part, deeper));
}

/// Back from that order, with the same roots: so what comes out is turned around but for its first.
fn backward(residues: &mut [u64], tables: &[Vec<[u64; 3]>]) {
    let Some((table, deeper)) = tables.split_first() else {
        if let [a, b] = residues {
            (*a, *b) = (add(*a, *b), sub(*a, *b));
        }
        return;
    };
    let half = residues.len() / 2;
    let (lower, upper) = residues.split_at_mut(half);
    let ((first, second), (third, fourth)) = (lower.split_at_mut(half / 2), upper.split_at_mut(half / 2));
    for part in [&mut *first, &mut *second, &mut *third, &mut *fourth] {
        backward(part, deeper);
    }
    let quarters = first.iter_mut().zip(second).zip(third.iter_mut().zip(fourth));
    for (((a, b), (c, d)), [w, ww, www]) in quarters.zip(table) {
        let (u1, u2, u3) = (mul(*b, *ww), mul(*c, *w), mul(*d, *www));
        let (t0, t2) = (add(*a, u1), sub(*a, u1));
        let (t1, t3) = (add(u2, u3), quarter(sub(u2, u3)));
        (*a, *c) = (add(t0, t1), sub(t0, t1));
        (*b, *d) = (add(t2, t3), sub(t2, t3));
    }
}
