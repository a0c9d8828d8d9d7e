//! Damage must be damage, repeatable, and of every size.

use super::*;

#[test]
fn the_same_seed_does_the_same_damage() {
    let bytes: Vec<u8> = (0..4_000u32).map(|n| n as u8).collect();
    let (mut shorter, mut longer, mut same_size) = (0, 0, 0);
    for seed in 0..500 {
        let copy = mutate(seed, &bytes);
        assert_eq!(copy, mutate(seed, &bytes));
        match copy.len().cmp(&bytes.len()) {
            std::cmp::Ordering::Less => shorter += 1,
            std::cmp::Ordering::Greater => longer += 1,
            std::cmp::Ordering::Equal => same_size += 1,
        }
    }
    assert!(shorter > 50 && longer > 50 && same_size > 50, "{shorter} {longer} {same_size}");
}

#[test]
fn nearly_every_copy_differs() {
    let bytes = b"PK\x03\x04 a small file that nobody would call large".to_vec();
    let unchanged = (0..1_000).filter(|seed| mutate(*seed, &bytes) == bytes).count();
    assert!(unchanged < 50, "{unchanged} of 1,000 copies are whole");
}

#[test]
fn tiny_files_can_be_damaged() {
    for size in 0..9 {
        for seed in 0..200 {
            mutate(seed, &vec![7; size]);
        }
    }
}

#[test]
fn a_corpus_is_read_in_order() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("b")).unwrap();
    for (name, size) in [("b/two", 2), ("one", 1), ("large", 100), ("empty", 0)] {
        fs::write(dir.path().join(name), vec![1; size]).unwrap();
    }
    let files = corpus(dir.path(), 10).unwrap();
    assert_eq!(files, ["b/two", "one"].map(|name| dir.path().join(name)));
    assert_eq!(nth(&files, 2, 1).unwrap().0, files[0]);
    assert!(corpus(dir.path(), 0).is_err());
}
