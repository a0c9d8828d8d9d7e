//! What may be called gone: the table of what keeps a finding standing.

use super::*;
use hinomi_model::{AssetKind, Confidence, EvidenceRef, Grade, Locator, Severity, Text};

const CHECK: &str = "document.auto-run-macro";
const SOURCE: &str = "mail/in/1.eml";

fn asset(name: &str) -> AssetId {
    AssetId::new(AssetKind::Store, name).unwrap()
}

fn id(name: &str) -> EvidenceId {
    EvidenceId::of(name.as_bytes())
}

fn finding() -> Finding {
    let proof = EvidenceRef {
        sha256: id("doc"),
        source: SOURCE.to_owned(),
        locator: Locator::default(),
        quote: String::new(),
    };
    let grade = Grade { severity: Severity::High, confidence: Confidence::High };
    Finding::new(CHECK, asset("a"), grade, Text::new("starts_program"), proof)
}

/// Whether the finding would be called gone when its place, `mail`, was looked at like this.
fn is_gone(change: impl FnOnce(&mut BTreeMap<String, PlaceLooked>, &mut BTreeSet<EvidenceId>)) -> bool {
    is_gone_but(&BTreeSet::new(), change)
}

/// The same, when a check could not decide about these.
fn is_gone_but(
    undecided_of: &BTreeSet<(CheckId, AssetId)>,
    change: impl FnOnce(&mut BTreeMap<String, PlaceLooked>, &mut BTreeSet<EvidenceId>),
) -> bool {
    let mut places = BTreeMap::from([("mail".to_owned(), PlaceLooked::default())]);
    let mut undecided = BTreeSet::new();
    change(&mut places, &mut undecided);
    let checks = [CHECK.to_owned()];
    let checks: Vec<&CheckId> = checks.iter().collect();
    let assets =
        BTreeMap::from([("mail".to_owned(), vec![asset("a")]), ("other".to_owned(), vec![asset("a")])]);
    let known =
        Known { checks: &checks, places: &places, assets: &assets, undecided: &undecided, undecided_of };
    let finding = finding();
    let unseen = [Unseen { finding: &finding, around: vec![id("zip"), id("mail")] }];
    known.coverage(&unseen).covers(CHECK, &asset("a"))
}

#[track_caller]
fn stays(change: impl FnOnce(&mut PlaceLooked)) {
    assert!(!is_gone(|places, _| change(places.get_mut("mail").unwrap())));
}

#[test]
fn a_place_read_in_full_covers_what_was_ever_found_in_it() {
    assert!(is_gone(|_, _| {}));
}

#[test]
fn a_partly_read_source_keeps_its_findings() {
    stays(|mail| _ = mail.partly.insert(SOURCE.to_owned()));
    stays(|mail| _ = mail.partly.insert("mail/in".to_owned()));
    assert!(is_gone(
        |places, _| _ = places.get_mut("mail").unwrap().partly.insert("mail/in/10.eml".to_owned())
    ));
    assert!(is_gone(|places, _| _ = places.get_mut("mail").unwrap().partly.insert("mail/i".to_owned())));
}

#[test]
fn a_message_that_moved_and_was_read_in_part_keeps_its_findings() {
    for part in ["doc", "zip", "mail"] {
        stays(|mail| _ = mail.partly_evidence.insert(id(part)));
    }
    assert!(is_gone(|places, _| _ = places.get_mut("mail").unwrap().partly_evidence.insert(id("stranger"))));
}

#[test]
fn an_undecided_case_keeps_its_findings_also_when_it_is_about_what_is_around() {
    for part in ["doc", "zip", "mail"] {
        assert!(!is_gone(|_, undecided| _ = undecided.insert(id(part))));
    }
    assert!(is_gone(|_, undecided| _ = undecided.insert(id("stranger"))));
}

#[test]
fn a_server_that_could_not_be_judged_this_time_keeps_its_findings() {
    let undecided =
        |check: &str, of: &str| is_gone_but(&BTreeSet::from([(check.to_owned(), asset(of))]), |_, _| {});
    assert!(!undecided(CHECK, "a"));
    assert!(undecided(CHECK, "b"));
    assert!(undecided("tls.another", "a"));
}

#[test]
fn a_blind_place_covers_nothing() {
    stays(|mail| mail.blind = true);
}

#[test]
fn an_asset_that_is_also_in_a_blind_place_is_not_covered_by_the_other() {
    let blind = || PlaceLooked { blind: true, ..PlaceLooked::default() };
    assert!(!is_gone(|places, _| _ = places.insert("other".to_owned(), blind())));
    // Seen there for the first time in this run.
    let seen = PlaceLooked { assets: BTreeSet::from([asset("a")]), ..blind() };
    assert!(!is_gone(|places, _| _ = places.insert("new".to_owned(), seen)));
    assert!(is_gone(|places, _| _ = places.insert("stranger".to_owned(), blind())));
}
