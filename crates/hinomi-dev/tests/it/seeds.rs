//! Every kept seed, and damaged copies of it, through its fuzz target: what a fuzzer once found stays found.

use hinomi_dev::forge::mutate::mutate;
use hinomi_dev::fuzz_targets::{TARGETS, from_hex};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Damaged copies of each seed.
const COPIES: u64 = 5;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

#[test]
fn every_kept_seed_keeps_the_limits() {
    for target in TARGETS {
        let folder = fuzz().join("seeds").join(target.name);
        let mut paths: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        assert!(!paths.is_empty(), "{} has no seeds", target.name);
        for path in paths {
            let bytes = from_hex(&fs::read_to_string(&path).unwrap())
                .unwrap_or_else(|| panic!("{} is not hexadecimal", path.display()));
            (target.run)(&bytes);
            for seed in 0..COPIES {
                (target.run)(&mutate(seed, &bytes));
            }
        }
    }
}

#[test]
fn every_target_has_its_file_and_every_file_its_target() {
    let files: BTreeSet<String> = fs::read_dir(fuzz().join("fuzz_targets"))
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().path().file_stem()?.to_str()?.to_owned()))
        .collect();
    let names: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(files, names);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in names {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
    }
}
