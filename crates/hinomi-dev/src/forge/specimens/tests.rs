//! The set is balanced, the same for the same seed, and names no real host.

use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const COUNT: usize = 12 * LANES;
const SEED: u64 = 7;

fn set() -> impl Iterator<Item = &'static Specimen> {
    static SET: LazyLock<Vec<Specimen>> =
        LazyLock::new(|| (0..COUNT).map(|number| attack(number, SEED).unwrap()).collect());
    SET.iter()
}

#[test]
fn every_style_comes_up_twelve_times_and_in_many_places() {
    let mut places: BTreeMap<String, (usize, BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    for truth in
        set().map(|specimen| &specimen.truth).filter(|truth| !truth.modules.is_empty() && !truth.stomped)
    {
        let (count, places, containers) = places.entry(truth.style.clone().unwrap()).or_default();
        *count += 1;
        places.insert(truth.place.clone().unwrap());
        containers.insert(truth.container.clone());
    }
    assert_eq!(places.len(), Style::all().count());
    for (style, (count, places, containers)) in places {
        assert!(
            count >= 12 && places.len() >= 9 && containers.len() >= 3,
            "{style}: {count} {places:?} {containers:?}"
        );
    }
}

#[test]
fn every_shape_is_there() {
    let shapes: BTreeSet<String> = set().map(|specimen| specimen.truth.shape.clone()).collect();
    let wanted = (1..=11).map(|number| format!("e{number}"));
    for shape in wanted.chain(
        ["dde", "disk-image", "remote-template", "rtf-package", "script", "web-page"].map(str::to_owned),
    ) {
        assert!(shapes.contains(&shape), "{shape} is missing in {shapes:?}");
    }
    let extensions: BTreeSet<&str> = set().map(|specimen| specimen.extension).collect();
    let wanted = "bat csv doc docm docx eml hta html iso js lnk msg one pdf ps1 rtf vbs wsf xls xlsb xlsm";
    let wanted: Vec<&str> = wanted.split(' ').collect();
    assert_eq!(extensions.into_iter().collect::<Vec<_>>(), wanted);
}

#[test]
fn the_same_seed_gives_the_same_set() {
    for number in 0..LANES * 2 {
        assert_eq!(attack(number, 5).unwrap().bytes, attack(number, 5).unwrap().bytes);
        assert_ne!(attack(number, 5).unwrap().bytes, attack(number, 6).unwrap().bytes, "{number}");
        assert_eq!(benign(number, 5).unwrap().bytes, benign(number, 5).unwrap().bytes);
    }
}

/// Hosts of addresses in a text, as far as a path follows: some texts are cut in the middle of a name.
fn hosts(text: &str) -> impl Iterator<Item = &str> {
    text.split("://").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-._[]:".contains(c)))?;
        rest[end..].starts_with('/').then_some(&rest[..end])
    })
}

#[track_caller]
fn check_hosts(text: &str, what: &str) {
    for host in hosts(text).filter(|host| host.contains('.')) {
        // In a compressed module a byte of flags may follow the name.
        let host = host.strip_suffix(|last: char| last.is_ascii_uppercase()).unwrap_or(host);
        let reserved = [".example", ".invalid"].iter().any(|end| host.ends_with(end));
        // Names of XML formats are addresses that nobody fetches.
        let format = ["schemas.openxmlformats.org", "schemas.microsoft.com", "purl.org"].contains(&host);
        assert!(reserved || format, "{what}: {host}");
    }
}

#[test]
fn no_host_is_real() {
    for specimen in set() {
        let truth = &specimen.truth;
        let what = format!("{} {:?} {}", truth.shape, truth.style, truth.container);
        check_hosts(&String::from_utf8_lossy(&specimen.bytes), &what);
        check_hosts(&String::from_utf8_lossy(&specimen.bytes).replace('\0', ""), &what);
        check_hosts(&truth.urls.join(" "), &what);
        check_hosts(&truth.script.clone().unwrap_or_default(), &what);
        check_hosts(&truth.command.clone().unwrap_or_default(), &what);
        truth.modules.iter().for_each(|module| check_hosts(&module.code, &what));
        assert!(truth.urls.iter().all(|url| url.contains(".example/")), "{what}: {:?}", truth.urls);
    }
    for number in 0..120 {
        let Specimen { bytes, truth, .. } = benign(number, SEED).unwrap();
        check_hosts(&String::from_utf8_lossy(&bytes), &truth.shape);
        truth.modules.iter().for_each(|module| check_hosts(&module.code, &truth.shape));
    }
}

#[test]
fn every_attack_tells_what_is_to_be_found() {
    for specimen in set() {
        let truth = &specimen.truth;
        assert_eq!(truth.verdict, "attack");
        assert!(truth.stomped || !truth.urls.is_empty(), "{}", truth.shape);
        let no_start = ["e4", "remote-template"].contains(&truth.shape.as_str()) || truth.container == "ps1";
        let starts = !truth.stomped && !no_start;
        assert_eq!(truth.command.is_some(), starts, "{}", truth.shape);
        assert!(truth.style.is_some() && truth.place.is_some(), "{}", truth.shape);
    }
}

#[test]
fn honest_documents_are_of_thirty_kinds_and_more() {
    let kinds: BTreeSet<String> = (0..160).map(|number| benign(number, SEED).unwrap().truth.shape).collect();
    assert!(kinds.len() > 30, "{}", kinds.len());
    for number in 0..160 {
        let truth = benign(number, SEED).unwrap().truth;
        assert_eq!((truth.verdict, truth.urls.len(), truth.command), ("benign", 0, None));
    }
}
