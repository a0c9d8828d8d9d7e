//! The tree: products and sums upwards, fractions downwards.

use super::transform::{Plan, add_times, times};
use dashu_int::UBig;
use std::collections::BTreeMap;

/// Words of a product below which a library multiplies as fast.
const SHORT_WORDS: usize = 1_536;
/// Words of a number whose reciprocal a library finds as fast.
const DIVIDED_WORDS: usize = 256;
/// Moduli in a leaf, at least: below, a library is as fast.
const LEAF_MODULI: usize = 16;

/// Plans by their lengths: one level of the tree needs one or two.
#[derive(Default)]
struct Plans(BTreeMap<usize, Plan>);

impl Plans {
    fn of(&mut self, words: usize) -> &Plan {
        let length = Plan::length(words);
        // The tables of other levels are not needed any more.
        if self.0.len() > 2 && !self.0.contains_key(&length) {
            self.0.clear();
        }
        self.0.entry(length).or_insert_with(|| Plan::new(words))
    }
}

/// A product of moduli, and the sum of its quotients by them.
struct Node {
    product: Vec<u64>,
    sum: Vec<u64>,
}

/// For each modulus, the product of all others modulo it.
pub(super) fn products_of_others<'m>(moduli: impl Iterator<Item = &'m UBig>) -> Vec<UBig> {
    let moduli: Vec<&UBig> = moduli.collect();
    if moduli.len() < 2 {
        return moduli.iter().map(|_| UBig::ONE).collect();
    }
    let mut plans = Plans::default();
    let leaves = leaves(&moduli);
    let mut levels: Vec<Vec<Vec<u64>>> = Vec::new();
    let mut nodes: Vec<Node> = leaves.iter().map(|leaf| Node::of(leaf)).collect();
    while nodes.len() > 1 {
        let mut above = Vec::with_capacity(nodes.len().div_ceil(2));
        let mut products = Vec::with_capacity(nodes.len());
        let mut rest = nodes.into_iter();
        while let Some(left) = rest.next() {
            let Some(right) = rest.next() else {
                products.push(Vec::new());
                above.push(left);
                break;
            };
            above.push(Node::above(&mut plans, &left, &right));
            products.push(left.product);
            products.push(right.product);
        }
        levels.push(products);
        nodes = above;
    }
    let Some(top) = nodes.pop() else { return Vec::new() };
    let mut fractions = vec![fraction(&mut plans, &top)];
    drop(top);
    while let Some(products) = levels.pop() {
        let mut below = Vec::with_capacity(products.len());
        for (fraction, pair) in fractions.into_iter().zip(products.chunks(2)) {
            match pair {
                [left, right] => below.extend(halves(&mut plans, &fraction, left, right)),
                // A node without a neighbour passes its fraction on.
                _ => below.push(fraction),
            }
        }
        fractions = below;
    }
    leaves.iter().zip(fractions).flat_map(|(leaf, fraction)| remainders(leaf, &fraction)).collect()
}

/// Leaves of like size, as many as a power of two, so that no level has a large and a small half.
fn leaves<'l, 'm>(moduli: &'l [&'m UBig]) -> Vec<&'l [&'m UBig]> {
    let count = (moduli.len() / LEAF_MODULI).max(1);
    let count = if count.is_power_of_two() { count } else { count.next_power_of_two() / 2 };
    let mut rest = moduli;
    let mut leaves = Vec::with_capacity(count);
    for left in (1..=count).rev() {
        let (leaf, others) = rest.split_at_checked(rest.len() / left).unwrap_or((rest, &[]));
        leaves.push(leaf);
        rest = others;
    }
    leaves
}

impl Node {
    /// A leaf: few moduli, for which a library does.
    fn of(moduli: &[&UBig]) -> Self {
        let (mut product, mut sum) = (UBig::ONE, UBig::ZERO);
        for modulus in moduli {
            sum = sum * *modulus + &product;
            product *= *modulus;
        }
        Self { product: product.as_words().to_vec(), sum: sum.as_words().to_vec() }
    }

    /// The node above two.
    fn above(plans: &mut Plans, left: &Self, right: &Self) -> Self {
        let words = left.product.len().saturating_add(right.product.len());
        if words < SHORT_WORDS {
            let [a, b, s, t] =
                [&left.product, &right.product, &left.sum, &right.sum].map(|n| UBig::from_words(n));
            let (product, sum) = (&a * &b, s * b + t * a);
            return Self { product: product.as_words().to_vec(), sum: sum.as_words().to_vec() };
        }
        let plan = plans.of(words);
        let (a, b) = (plan.forward(&left.product), plan.forward(&right.product));
        let mut sum = plan.forward(&left.sum);
        times(&mut sum, &b);
        let t = plan.forward(&right.sum);
        add_times(&mut sum, &t, &a);
        drop(t);
        let sum = plan.backward(sum, words);
        let mut product = a;
        times(&mut product, &b);
        drop(b);
        Self { product: without_zeros(plan.backward(product, words)), sum: without_zeros(sum) }
    }
}

/// The sum by the product: a fraction with a word more than the product has.
fn fraction(plans: &mut Plans, node: &Node) -> Vec<u64> {
    let words = node.product.len();
    let shift = node.product.last().map_or(0, |top| top.leading_zeros());
    let product = shifted(&node.product, shift);
    let mut sum = shifted(&node.sum, shift);
    sum.resize(words, 0);
    let reciprocal = reciprocal(plans, &product);
    let whole = multiply(plans, &sum, &reciprocal);
    // Of the 2·words below the point, the upper words and one.
    let from = words.saturating_sub(1);
    let mut fraction: Vec<u64> = whole.get(from..).unwrap_or_default().to_vec();
    fraction.resize(words.saturating_add(1), 0);
    fraction
}

/// The fractions of both halves: the fraction times what lies beside, without its whole part. Only the words between
/// the whole part and what is dropped must be right, so the product is taken modulo 2^k - 1.
fn halves(plans: &mut Plans, fraction: &[u64], left: &[u64], right: &[u64]) -> [Vec<u64>; 2] {
    let words = fraction.len();
    let cut = |whole: &[u64], own: usize| -> Vec<u64> {
        let keep = own.saturating_add(1);
        let mut kept = whole.get(words.saturating_sub(keep)..words).unwrap_or_default().to_vec();
        kept.resize(keep, 0);
        kept
    };
    if words < SHORT_WORDS {
        let number = UBig::from_words(fraction);
        let times = |beside: &[u64]| {
            let mut product = (&number * UBig::from_words(beside)).as_words().to_vec();
            product.resize(words.saturating_add(beside.len()), 0);
            product
        };
        return [cut(&times(right), left.len()), cut(&times(left), right.len())];
    }
    // A word more than both halves: then only words wrap around that are dropped.
    let plan = plans.of(left.len().saturating_add(right.len()).saturating_add(2));
    let number = plan.forward(fraction);
    let half = |beside: &[u64], own: usize| {
        let mut product = plan.forward(beside);
        times(&mut product, &number);
        cut(&plan.backward(product, words), own)
    };
    [half(right, left.len()), half(left, right.len())]
}

/// The remainders of the moduli of a leaf.
fn remainders(moduli: &[&UBig], fraction: &[u64]) -> Vec<UBig> {
    let product: UBig = moduli.iter().copied().product();
    let bits = fraction.len().saturating_mul(64);
    // The fraction is a little too small; rounding makes the whole number of it.
    let half = UBig::ONE << bits.saturating_sub(1);
    let whole = (UBig::from_words(fraction) * product + half) >> bits;
    moduli.iter().map(|modulus| &whole % *modulus).collect()
}

/// 2^(128·words) by a number of so many words whose first bit is set, or a little less (Newton).
fn reciprocal(plans: &mut Plans, number: &[u64]) -> Vec<u64> {
    let words = number.len();
    if words <= DIVIDED_WORDS {
        let whole = UBig::ONE << words.saturating_mul(128);
        return (whole / UBig::from_words(number)).as_words().to_vec();
    }
    // The upper half, and some words more for what rounding loses.
    let half = words.div_ceil(2).saturating_add(2);
    let upper = number.get(words.saturating_sub(half)..).unwrap_or_default();
    let first = reciprocal(plans, upper);
    // What is missing of one: a number of about `words` words. `first` was made of the upper words alone, so it may be
    // too large by its last bits.
    let mut first = UBig::from_words(&first);
    first -= UBig::from(8_u8);
    let product = multiply(plans, number, first.as_words());
    let one = UBig::ONE << words.saturating_add(half).saturating_mul(64);
    let product = UBig::from_words(&product);
    let missing = if product < one { one - product } else { UBig::ZERO };
    // Of that only the upper words count.
    let drop = words.saturating_sub(half).saturating_sub(2);
    let missing = missing >> drop.saturating_mul(64);
    let more = multiply(plans, missing.as_words(), first.as_words());
    let down = half.saturating_mul(2).saturating_sub(drop).saturating_mul(64);
    let more = UBig::from_words(&more) >> down;
    let sum = (first << words.saturating_sub(half).saturating_mul(64)) + more;
    sum.as_words().to_vec()
}

/// The whole product of two numbers.
fn multiply(plans: &mut Plans, one: &[u64], other: &[u64]) -> Vec<u64> {
    let words = one.len().saturating_add(other.len());
    if words < SHORT_WORDS {
        return (UBig::from_words(one) * UBig::from_words(other)).as_words().to_vec();
    }
    let plan = plans.of(words);
    let mut product = plan.forward(one);
    times(&mut product, &plan.forward(other));
    plan.backward(product, words)
}

fn shifted(words: &[u64], bits: u32) -> Vec<u64> {
    (UBig::from_words(words) << bits as usize).as_words().to_vec()
}

fn without_zeros(mut words: Vec<u64>) -> Vec<u64> {
    while words.last() == Some(&0) {
        words.pop();
    }
    words
}
