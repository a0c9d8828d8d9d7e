//! Products by transforms are the products.

use super::transform::{Plan, add_times, times};
use dashu_int::UBig;

#[track_caller]
fn check(left: usize, right: usize) {
    let mut seed = 0x1234_5678_9abc_def1_u64;
    let mut words = |count: usize| -> Vec<u64> {
        let word = |_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Runs of ones and zeros carry the farthest.
            if seed >> 62 == 3 { u64::MAX } else { seed }
        };
        (0..count).map(word).collect()
    };
    let (a, b) = (words(left), words(right));
    let plan = Plan::new(left + right);
    let mut product = plan.forward(&a);
    times(&mut product, &plan.forward(&b));
    let product = plan.backward(product, left + right);
    assert_eq!(
        UBig::from_words(&product),
        UBig::from_words(&a) * UBig::from_words(&b),
        "{left} by {right} words"
    );
}

#[test]
fn products_are_right() {
    for words in [1, 2, 3, 5, 8, 13, 20, 31, 32, 33, 49, 60, 90, 100, 150, 195, 400, 1_000, 2_500] {
        check(words, words);
        check(words, 1);
        check(words, words / 2 + 1);
    }
}

#[test]
fn sums_of_products_are_right() {
    let ones = vec![u64::MAX; 300];
    let plan = Plan::new(600);
    let one = plan.forward(&ones);
    let mut sum = plan.forward(&ones);
    times(&mut sum, &one);
    add_times(&mut sum, &one, &one);
    let number = UBig::from_words(&ones);
    // Twice the product takes a bit more than fits, which comes around at the other end only if there is no room.
    let sum = UBig::from_words(&plan.backward(sum, 601));
    assert_eq!(sum, (&number * &number) << 1);
}
