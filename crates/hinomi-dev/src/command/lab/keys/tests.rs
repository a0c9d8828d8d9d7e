//! The comparisons of the lab of keys can fail.

use super::badkeys::fault;
use super::nothing_else::sample;
use super::ours::{Held, Told};
use super::vectors::Counted;
use std::collections::BTreeSet;
use std::fs;

fn told(kind: &str, algorithm: &str, bits: u32) -> Told {
    let (format, fingerprint) = (String::new(), String::new());
    let algorithm = Some(algorithm.to_owned());
    let kind = kind.to_owned();
    Told { kind, format, algorithm, bits: Some(bits), curve: None, spki: None, fingerprint, closed: false }
}

#[track_caller]
fn check_counted(truth: Vec<Told>, ours: Vec<Told>, recognised: usize) {
    let mut counted = Counted::default();
    let objects = truth.len();
    counted.add(&Held { file: "a.pem".into(), objects: truth }, ours);
    assert_eq!((counted.objects, counted.recognised), (objects, recognised));
    assert_eq!(counted.missed.len(), objects - recognised);
    assert_eq!(counted.ensure_enough().is_ok(), objects == recognised);
}

#[test]
fn an_object_is_recognised_by_kind_algorithm_and_size() {
    let truth = || vec![told("public_key", "rsa", 2_048)];
    check_counted(truth(), vec![told("public_key", "rsa", 2_048)], 1);
    check_counted(truth(), vec![told("authorized_key", "rsa", 2_048)], 1);
    check_counted(truth(), vec![told("public_key", "rsa-pss", 2_048)], 1);
    check_counted(truth(), vec![told("public_key", "rsa", 2_047)], 0);
    check_counted(truth(), vec![told("private_key", "rsa", 2_048)], 0);
    check_counted(truth(), vec![told("public_key", "dsa", 2_048)], 0);
    check_counted(truth(), Vec::new(), 0);
}

#[test]
fn two_objects_are_not_recognised_by_one() {
    let key = || told("private_key", "ec", 256);
    check_counted(vec![key(), key()], vec![key()], 1);
    check_counted(vec![key(), key()], vec![key(), key()], 2);
}

#[track_caller]
fn check_fault(name: &str, objects: usize, found: &[&str], is_wrong: bool) {
    let found: BTreeSet<&str> = found.iter().copied().collect();
    assert_eq!(fault(name, objects, &found).is_some(), is_wrong, "{name} {found:?}");
}

#[test]
fn a_key_in_the_wrong_class_is_told() {
    check_fault("rsa-roca.key", 1, &["roca"], false);
    check_fault("rsa-roca.key", 1, &[], true);
    check_fault("rsa-roca.key", 1, &["roca", "fermat"], true);
    check_fault("rsa-ok.key", 1, &[], false);
    check_fault("rsa-ok.key", 0, &[], true);
    check_fault("rsa-ok.key", 1, &["pattern"], true);
    check_fault("dkim/dkim-valid-gmail.txt", 0, &[], false);
    check_fault("dkim/dkim-valid-gmail.txt", 1, &[], true);
    check_fault("of-tomorrow.key", 0, &[], true);
}

#[test]
fn a_sample_has_its_bytes_from_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = (0..100).map(|number| folder.path().join(format!("{number:03}"))).collect();
    files.iter().for_each(|path| fs::write(path, [0; 10]).unwrap());
    let taken = sample(&files, 70);
    assert_eq!(taken.len(), 7);
    assert_eq!(taken.last(), files.get(96));
    assert_eq!(sample(&files, 10_000).len(), 100);
}
