//! The years, the phases and the ring.

use super::calendar::{phase_on, phases, renewal_costs};
use super::period::{Purpose, months_between, months_max, purpose};
use super::strength::{Criteria, Standing, Use};
use super::*;
use hinomi_model::fact::{CertificateSeen, ChainSeen};
use hinomi_model::{AssetId, AssetKind, EvidenceId, Fact, Locator};
use jiff::civil::date;

#[track_caller]
fn standing(bits: u16, r#use: Use, year: i16, expected: Option<Standing>) {
    assert_eq!(Criteria::builtin().standing(bits, r#use, year), expected, "{bits} bits in {year}");
}

#[test]
fn strengths_stand_as_cryptrec_prints_them() {
    use Standing::*;
    standing(80, Use::Generate, 2026, Some(Unusable));
    standing(80, Use::Process, 2026, Some(Unusable));
    standing(112, Use::Generate, 2022, Some(Transition));
    standing(112, Use::Generate, 2030, Some(Transition));
    standing(112, Use::Generate, 2031, Some(Unusable));
    standing(112, Use::Process, 2031, Some(Allowed));
    standing(112, Use::Process, 2041, Some(Unusable));
    standing(128, Use::Generate, 2040, Some(Usable));
    standing(128, Use::Generate, 2041, Some(Transition));
    standing(128, Use::Generate, 2051, Some(Unusable));
    standing(128, Use::Process, 2051, Some(Allowed));
    standing(192, Use::Generate, 2070, Some(Usable));
    standing(256, Use::Generate, 2070, Some(Usable));
    standing(128, Use::Generate, 2071, None);
    standing(256, Use::Generate, 2021, None);
}

#[test]
fn the_last_year_of_a_strength_is_told() {
    let criteria = Criteria::builtin();
    assert_eq!(criteria.last_year(80, Use::Generate), None);
    assert_eq!(criteria.last_year(112, Use::Generate), Some(2030));
    assert_eq!(criteria.last_year(112, Use::Process), Some(2040));
    assert_eq!(criteria.last_year(128, Use::Generate), Some(2050));
    assert_eq!(criteria.last_year(256, Use::Generate), Some(2070));
}

#[test]
fn a_certificate_is_held_against_the_phase_of_its_first_day() {
    let days = |year, month, day| phase_on(date(year, month, day)).map(|phase| phase.days_max);
    assert_eq!(days(2017, 1, 1), None);
    assert_eq!(days(2020, 8, 31), Some(825));
    assert_eq!(days(2020, 9, 1), Some(398));
    assert_eq!(days(2026, 3, 14), Some(398));
    assert_eq!(days(2026, 3, 15), Some(200));
    assert_eq!(days(2027, 3, 15), Some(100));
    assert_eq!(days(2029, 3, 14), Some(100));
    assert_eq!(days(2029, 3, 15), Some(47));
    assert!(phases().is_sorted_by_key(|phase| phase.from));
}

#[test]
fn renewing_by_hand_costs_more_in_each_phase() {
    let costs = renewal_costs(date(2026, 1, 1), 100, 60);
    let told: Vec<(u32, u32, u32, u64)> = costs
        .iter()
        .map(|cost| (cost.phase.days_max, cost.renewals_min, cost.renewals, cost.minutes))
        .collect();
    assert_eq!(told, [(398, 1, 2, 12_000), (200, 2, 3, 18_000), (100, 4, 6, 36_000), (47, 8, 12, 72_000)]);
    let last = renewal_costs(date(2030, 1, 1), u32::MAX, u32::MAX);
    assert_eq!(last.len(), 1, "only what has not ended");
    assert_eq!(last[0].minutes, u64::MAX, "a silly number stays a number");
}

#[test]
fn a_purpose_is_read_off_certificate_and_format() {
    let with = |certificate: CertificateSeen| KeyFact {
        kind: KeyKind::Certificate,
        certificate: Some(Box::new(certificate)),
        ..KeyFact::default()
    };
    let usage =
        |name: &str| CertificateSeen { key_usage: vec![name.to_owned()], ..CertificateSeen::default() };
    let extended = |name: &str| CertificateSeen {
        extended_key_usage: vec![name.to_owned()],
        ..CertificateSeen::default()
    };
    let of_format = |format: &str| KeyFact { format: format.to_owned(), ..KeyFact::default() };
    for (fact, expected) in [
        (with(extended("serverAuth")), Some(Purpose::Authentication)),
        (with(extended("codeSigning")), Some(Purpose::Signature)),
        (with(usage("keyEncipherment")), Some(Purpose::Transport)),
        (with(CertificateSeen { is_ca: true, ..CertificateSeen::default() }), Some(Purpose::Signature)),
        (KeyFact { kind: KeyKind::SecretKey, ..KeyFact::default() }, Some(Purpose::Encryption)),
        (of_format("ppk3"), Some(Purpose::Authentication)),
        (of_format("openpgp"), Some(Purpose::Signature)),
        (of_format("pem"), None),
    ] {
        assert_eq!(purpose(&[&fact]), expected, "{fact:?}");
    }
    assert_eq!(months_max(Purpose::Authentication), Some(24));
    assert_eq!(months_max(Purpose::Signature), Some(36));
    let at = |text: &str| text.parse().unwrap();
    assert_eq!(months_between(at("2024-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z")), 24);
    assert_eq!(months_between(at("2026-01-01T00:00:00Z"), at("2024-01-01T00:00:00Z")), 0);
}

fn observation(fact: Fact) -> Observation {
    Observation {
        asset: AssetId::new(AssetKind::Key, "k").unwrap(),
        evidence: EvidenceId::of(b"x"),
        within: None,
        at: None,
        locator: Locator::default(),
        fact,
    }
}

fn server(host: &str, spki: &str, trusted: Option<bool>) -> Observation {
    let chain = ChainSeen {
        certificates: vec!["c1".to_owned()],
        leaf_spki: spki.to_owned(),
        trusted,
        ..ChainSeen::default()
    };
    let tls = TlsFact {
        host: host.to_owned(),
        port: 443,
        chains: vec![chain.clone(), chain],
        ..TlsFact::default()
    };
    observation(Fact::Tls(Box::new(tls)))
}

fn certificate(scts: Option<u32>) -> KeyFact {
    let seen = CertificateSeen { embedded_scts: scts, ..CertificateSeen::default() };
    KeyFact {
        kind: KeyKind::Certificate,
        spki_sha256: Some("s1".to_owned()),
        fingerprint_sha256: "c1".to_owned(),
        certificate: Some(Box::new(seen)),
        ..KeyFact::default()
    }
}

#[test]
fn the_ring_joins_servers_to_keys_each_once() {
    let seen =
        [server("b.example", "s1", None), server("a.example", "s1", None), server("c.example", "s2", None)];
    let ring = KeyRing::from_observations(&seen);
    let hosts = |spki| ring.servers_of(spki).iter().map(|tls| tls.host.as_str()).collect::<Vec<_>>();
    assert_eq!(hosts(Some("s1")), ["a.example", "b.example"]);
    assert_eq!(hosts(Some("s3")), [""; 0]);
    assert_eq!(hosts(None), [""; 0], "a locked key is nobody's");
}

#[test]
fn a_certificate_is_public_when_something_says_so() {
    let trusted = [server("a.example", "s1", Some(true))];
    let not = [server("a.example", "s1", Some(false))];
    let ring = KeyRing::from_observations(&trusted);
    assert_eq!(ring.is_public(&certificate(None)), Some(true));
    let ring = KeyRing::from_observations(&not);
    assert_eq!(ring.is_public(&certificate(None)), None, "an unknown root may be public tomorrow");
    assert_eq!(ring.is_public(&certificate(Some(0))), None);
    assert_eq!(ring.is_public(&certificate(Some(2))), Some(true));
    assert_eq!(ring.is_public(&KeyFact::default()), None);
}
