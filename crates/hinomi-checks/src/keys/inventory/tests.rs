//! The years, the phases and the ring.

use super::calendar::{phase_on, phases, renewal_costs};
use super::ckms::{Answer, Questionnaire};
use super::period::{Purpose, months_between, months_max, purpose};
use super::strength::{Criteria, Standing, Use};
use super::*;
use hinomi_model::fact::{CertificateSeen, ChainSeen};
use hinomi_model::{AssetId, AssetKind, EvidenceId, Fact, Lang, Locator};
use jiff::Timestamp;
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

fn private(place: &str, change: impl Fn(&mut KeyFact)) -> Observation {
    let mut key = KeyFact {
        kind: KeyKind::PrivateKey,
        algorithm: "rsa".to_owned(),
        bits: Some(2048),
        spki_sha256: Some("s1".to_owned()),
        opened_by: Some("none_needed".to_owned()),
        fingerprint_sha256: place.to_owned(),
        place: place.to_owned(),
        mode: Some(0o600),
        weaknesses_tested: true,
        ..KeyFact::default()
    };
    change(&mut key);
    observation(Fact::Key(Box::new(key)))
}

/// The sentence the inventory answers an item with.
#[track_caller]
fn answer(item: &str, seen: &[Observation], expected: &str) {
    let questions = Questionnaire::builtin();
    let all = questions.answered(seen, &[], "2026-06-01T00:00:00Z".parse().unwrap());
    let (question, answer) = all.iter().find(|(question, _)| question.id == item).unwrap();
    let Answer::Evidence(figures) = answer else { panic!("{item}: {answer:?}") };
    assert_eq!(questions.sentence(question, figures, Lang::En), expected);
}

#[test]
fn the_inventory_answers_what_it_can() {
    let old = |key: &mut KeyFact| {
        key.kind = KeyKind::Certificate;
        key.certificate = Some(Box::new(CertificateSeen {
            not_before: Some("2020-01-01T00:00:00Z".parse().unwrap()),
            not_after: Some("2021-01-01T00:00:00Z".parse().unwrap()),
            ..CertificateSeen::default()
        }));
    };
    let seen = [
        private("etc/a.key", |_| {}),
        private("share/a.p12#a", |key| key.encrypted = Some("pbes2-aes-256-cbc".to_owned())),
        private("etc/a.crt", old),
        private("var/www/b.key", |key| {
            key.spki_sha256 = Some("s2".to_owned());
            key.bits = Some(1024);
            key.mode = Some(0o644);
            key.owner = Some(0);
            key.surroundings = vec!["web_root".to_owned()];
        }),
    ];
    answer("K-1", &seen, "Seen: 3 private keys, 0 secret keys, 1 certificates, 0 locked keystores.");
    answer("K-2", &seen, "Of 2: unusable now 1, in transition 1, of unknown algorithm or size 0.");
    answer("K-3", &seen, "The places of 3 private and secret keys are known; of 2 the owner is not.");
    answer("K-4", &seen, "Of 1 certificates: active 0, past their end 1, before their start 0.");
    answer("F-5", &seen, "Private keys left with expired certificates only: 1.");
    answer("S-1", &seen, "Of 3 private and secret keys, 2 are in clear.");
    answer(
        "A-1",
        &seen,
        "Of 3 private and secret keys: open to everybody 1, in a web root, repository or backup 1, of unknown permissions 0.",
    );
    answer("A-2", &seen, "Private keys in two places or more: 1.");
    answer("D-2", &seen, "Of 4 keys tested for weaknesses 0 are weak; 0 could not be tested.");
}

#[test]
fn every_item_has_words_and_every_evidence_its_sentence() {
    let questions = Questionnaire::builtin();
    assert!(!questions.confirmed, "not before the guideline is transcribed");
    let seen = [private("a", |_| {})];
    for (item, answer) in questions.answered(&seen, &[], "2026-06-01T00:00:00Z".parse().unwrap()) {
        assert!(!item.words(Lang::Ja).is_ascii() && item.words(Lang::En).is_ascii(), "{}", item.id);
        match answer {
            Answer::Evidence(figures) => {
                for lang in Lang::ALL {
                    let told = questions.sentence(item, &figures, lang);
                    assert!(!told.is_empty() && !told.contains('{'), "{} {told}", item.id);
                }
            }
            other => assert_eq!(other, Answer::Open, "{}", item.id),
        }
    }
}

#[test]
fn without_an_inventory_nothing_is_answered_by_evidence() {
    let questions = Questionnaire::builtin();
    let all = questions.answered(&[], &[], Timestamp::UNIX_EPOCH);
    assert!(all.iter().all(|(_, answer)| *answer == Answer::Open));
}

#[test]
fn what_people_answer_has_an_owner_a_date_and_an_end() {
    let questions = Questionnaire::builtin();
    let text = "[[answer]]\nitem = \"G-1\"\nowner = \"情報システム部\"\ndate = \"2026-04-01\"\ntext = \"規程 12\"\nagain = \"2027-04-01\"\n";
    let told = questions.read_answers(text).unwrap();
    let state = |at: &str| {
        let all = questions.answered(&[], &told, at.parse().unwrap());
        all.into_iter().find(|(item, _)| item.id == "G-1").unwrap().1
    };
    assert_eq!(state("2027-04-01T00:00:00Z"), Answer::Told(told[0].clone()));
    assert_eq!(state("2027-04-02T00:00:00Z"), Answer::Overdue(told[0].clone()));
    assert!(questions.read_answers(&text.replace("G-1", "G-9")).unwrap_err().contains("G-9"));
    assert!(questions.read_answers(&format!("{text}{text}")).unwrap_err().contains("twice"));
    assert!(questions.read_answers(&text.replace("owner", "woner")).is_err());
    assert_eq!(questions.read_answers("").unwrap(), []);
}

#[test]
fn public_certificates_in_use_count_once_for_the_same_names() {
    let one = |print: &str, name: &str, scts: u32, end: &str| {
        let mut fact = certificate(Some(scts));
        fact.fingerprint_sha256 = print.to_owned();
        let seen = fact.certificate.as_deref_mut().unwrap();
        seen.dns_names = vec![name.to_owned()];
        seen.not_after = Some(end.parse().unwrap());
        observation(Fact::Key(Box::new(fact)))
    };
    let all = [
        one("a", "www.reiji.example", 2, "2026-12-01T00:00:00Z"),
        one("b", "www.reiji.example", 2, "2027-02-01T00:00:00Z"),
        one("c", "mail.reiji.example", 2, "2026-12-01T00:00:00Z"),
        // Over, and of nobody public.
        one("d", "old.reiji.example", 2, "2020-12-01T00:00:00Z"),
        one("e", "inside.reiji.example", 0, "2026-12-01T00:00:00Z"),
    ];
    let count = |at: &str| KeyRing::from_observations(&all).public_certificates(at.parse().unwrap());
    assert_eq!(count("2026-11-24T00:00:00Z"), 2);
    assert_eq!(count("2028-11-24T00:00:00Z"), 0);
}
