//! Chains good and bad. Keys are made anew in each run; what the library that makes them refuses is a fixture.

use super::super::{Roots, find_paths};
use hinomi_formats::tls::names::Version;
use hinomi_formats::tls::survey::{ChainSeen, Surveyed, Why};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, NameConstraints, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// 2026-12-15.
const NOW: i64 = 1_797_292_800;
const HOST: &str = "www.reiji.example";

type Der = Vec<u8>;
type Change = fn(&mut CertificateParams);

fn params(name: &str, change: Change) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2027, 1, 1));
    change(&mut params);
    params
}

fn authority(params: &mut CertificateParams) {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
}

fn server(params: &mut CertificateParams) {
    params.subject_alt_names = CertificateParams::new(vec![HOST.to_owned(), "192.0.2.7".to_owned()])
        .expect("names")
        .subject_alt_names;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
}

struct Authority {
    der: Der,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn root(name: &str) -> Self {
        let (params, key) = (params(name, authority), key());
        Self {
            der: params.self_signed(&key).expect("a root").der().to_vec(),
            issuer: Issuer::new(params, key),
        }
    }

    fn below(&self, name: &str, change: Change) -> Self {
        let (params, key) = (params(name, change), key());
        let certificate = params.signed_by(&key, &self.issuer).expect("an intermediate");
        Self { der: certificate.der().to_vec(), issuer: Issuer::new(params, key) }
    }

    fn leaf(&self, change: Change) -> Der {
        params("www", change).signed_by(&key(), &self.issuer).expect("a leaf").der().to_vec()
    }

    fn trusted(&self) -> Roots {
        Roots::public().and("ca.der", &self.der).expect("a root")
    }
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key")
}

/// What became of one chain: trusted or the reason, and whether the name is right.
fn seen(chain: &[Der], host: &str, roots: &Roots) -> (String, Option<bool>) {
    let mut surveyed = Surveyed::untested(&Why::NotAsked);
    let chain =
        ChainSeen { certificates: chain.to_vec(), auth: "any".to_owned(), versions: vec![Version::Tls13] };
    surveyed.chains = vec![chain];
    let mut paths = find_paths(&surveyed, host, NOW, roots);
    let path = paths.pop().expect("as many as chains");
    assert!(paths.is_empty());
    let trusted = match (path.trusted.as_bool(), path.why) {
        (Some(true), None) => "trusted".to_owned(),
        (Some(false), Some(why)) => why,
        (None, None) => "untested".to_owned(),
        other => panic!("a reason exactly when there is no path: {other:?}"),
    };
    (trusted, path.names_match.as_bool())
}

#[track_caller]
fn check(chain: &[Der], roots: &Roots, expected: &str) {
    assert_eq!(seen(chain, HOST, roots), (expected.to_owned(), Some(true)));
}

#[test]
fn a_company_root_makes_its_servers_trusted() {
    let root = Authority::root("root");
    let middle = root.below("middle", authority);
    let chain = [middle.leaf(server), middle.der.clone()];
    check(&chain, &root.trusted(), "trusted");
    check(&[root.leaf(server)], &root.trusted(), "trusted");
    // sent without need, and in another order
    let chain = [middle.leaf(server), root.der.clone(), middle.der.clone()];
    check(&chain, &root.trusted(), "trusted");
}

#[test]
fn names_are_another_matter_than_trust() {
    let root = Authority::root("root");
    let chain = [root.leaf(server)];
    let trusted = |host: &str| seen(&chain, host, &root.trusted());
    for (host, matches) in [
        (HOST, true),
        ("WWW.reiji.EXAMPLE", true),
        ("192.0.2.7", true),
        ("reiji.example", false),
        ("mail.reiji.example", false),
        ("192.0.2.8", false),
        ("2001:db8::7", false),
    ] {
        assert_eq!(trusted(host), ("trusted".to_owned(), Some(matches)), "{host}");
    }
    let (_, unknowable) = trusted("no name");
    assert_eq!(unknowable, None);
    assert_eq!(seen(&chain, HOST, &Roots::public()).1, Some(true), "right though untrusted");
}

#[test]
fn a_wildcard_is_one_label() {
    let root = Authority::root("root");
    let wild: Change = |params| {
        params.subject_alt_names =
            CertificateParams::new(vec!["*.reiji.example".to_owned()]).expect("a name").subject_alt_names;
    };
    let chain = [root.leaf(wild)];
    for (host, matches) in [(HOST, true), ("reiji.example", false), ("a.b.reiji.example", false)] {
        assert_eq!(seen(&chain, host, &root.trusted()).1, Some(matches), "{host}");
    }
}

#[test]
fn a_common_name_is_no_name() {
    let root = Authority::root("root");
    let only: Change = |params| params.distinguished_name.push(DnType::CommonName, HOST);
    assert_eq!(seen(&[root.leaf(only)], HOST, &root.trusted()), ("trusted".to_owned(), Some(false)));
}

#[test]
fn dates_count() {
    let root = Authority::root("root");
    let over: Change = |params| {
        server(params);
        params.not_after = date_time_ymd(2026, 12, 14);
    };
    let early: Change = |params| {
        server(params);
        params.not_before = date_time_ymd(2026, 12, 16);
    };
    check(&[root.leaf(over)], &root.trusted(), "expired");
    check(&[root.leaf(early)], &root.trusted(), "not_yet_valid");
    let middle = root.below("middle", |params| {
        authority(params);
        params.not_after = date_time_ymd(2026, 12, 14);
    });
    check(&[middle.leaf(server), middle.der.clone()], &root.trusted(), "expired");
}

#[test]
fn who_is_not_known_is_told_apart() {
    let root = Authority::root("root");
    let middle = root.below("middle", authority);
    let public = Roots::public();
    check(&[middle.leaf(server), middle.der.clone(), root.der.clone()], &public, "unknown_issuer");
    check(&[middle.leaf(server), middle.der.clone()], &public, "issuer_not_sent");
    // the root is known, and the intermediate is missing
    check(&[middle.leaf(server)], &root.trusted(), "issuer_not_sent");

    let alone = params("www", server).self_signed(&key()).expect("self-signed").der().to_vec();
    check(std::slice::from_ref(&alone), &public, "self_signed");
    let mine = Roots::public().and("www.der", &alone).expect("a certificate");
    check(&[alone], &mine, "trusted");
    let both = params("www", |params| {
        server(params);
        authority(params);
    });
    check(&[both.self_signed(&key()).expect("self-signed").der().to_vec()], &public, "self_signed");
}

#[test]
fn a_root_of_the_same_name_is_another() {
    let (root, twin) = (Authority::root("root"), Authority::root("root"));
    check(&[twin.leaf(server)], &root.trusted(), "bad_signature");
}

#[test]
fn a_certificate_is_for_its_use_only() {
    let root = Authority::root("root");
    let people: Change = |params| {
        server(params);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    };
    check(&[root.leaf(people)], &root.trusted(), "not_for_servers");
    let over: Change = |params| {
        server(params);
        authority(params);
    };
    check(&[root.leaf(over)], &root.trusted(), "authority_as_server");
    let no_authority = root.below("middle", |_| {});
    check(&[no_authority.leaf(server), no_authority.der.clone()], &root.trusted(), "issuer_is_no_authority");
    let elsewhere = root.below("middle", |params| {
        authority(params);
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("other.example".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    });
    check(&[elsewhere.leaf(server), elsewhere.der.clone()], &root.trusted(), "not_for_this_name_by_issuer");
    let short = root.below("middle", |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let below = short.below("below", authority);
    check(&[below.leaf(server), below.der.clone(), short.der.clone()], &root.trusted(), "path_too_long");
}

#[track_caller]
fn check_fixture(pem: &str, expected: &str, names_match: bool) {
    let chain: Vec<Der> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .map(|der| der.expect("a certificate").to_vec())
        .collect();
    assert_eq!(chain.len(), 2);
    let roots = Roots::public().and("ca.der", &chain[1]).expect("a root");
    assert_eq!(seen(&chain, HOST, &roots), (expected.to_owned(), Some(names_match)));
}

#[test]
fn weak_signatures_give_no_path() {
    check_fixture(include_str!("fixtures/sha1.pem"), "weak_signature", true);
    check_fixture(include_str!("fixtures/md5.pem"), "weak_signature", true);
    check_fixture(include_str!("fixtures/rsa1024_issuer.pem"), "weak_issuer_key", true);
    check_fixture(include_str!("fixtures/version1.pem"), "old_certificate_version", false);
}

#[test]
fn what_cannot_be_checked_is_not_judged() {
    check_fixture(include_str!("fixtures/p521_issuer.pem"), "untested", true);
    let roots = Roots::public();
    assert_eq!(seen(&[], HOST, &roots), ("untested".to_owned(), None));
    assert_eq!(seen(&[b"no certificate".to_vec()], HOST, &roots), ("untested".to_owned(), None));
}

/// 300 intermediates that all may have signed each other.
#[test]
fn a_chain_made_to_be_walked_forever_ends() {
    let root = Authority::root("root");
    let mut chain = vec![root.leaf(server)];
    let twins: Vec<Authority> = (0..8).map(|_| Authority::root("root")).collect();
    chain.extend((0..300).map(|at| twins[at % 8].below("root", authority).der));
    let (trusted, names_match) = seen(&chain, HOST, &Roots::public());
    assert_ne!(trusted, "trusted");
    assert_eq!(names_match, Some(true));
}

#[test]
fn roots_come_in_pem_too_and_rubbish_is_refused() {
    let root = Authority::root("root");
    let other = Authority::root("other");
    let pem = |der: &[u8]| {
        let base64 = data_encoding(der);
        format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
    };
    let file = format!("our roots\n{}{}", pem(&other.der), pem(&root.der));
    let roots = Roots::public().and("roots.pem", file.as_bytes()).expect("two roots");
    check(&[root.leaf(server)], &roots, "trusted");
    for rubbish in [&b""[..], b"our roots", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    {
        let refused = Roots::public().and("roots.pem", rubbish).expect_err("no certificate");
        assert_eq!(refused.to_string(), "read certificates from roots.pem");
    }
}

/// Base64 on one line.
fn data_encoding(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - three.len()));
        let letter = |at: usize| char::from(LETTERS[bits >> (18 - 6 * at) & 63]);
        text.extend((0..=three.len()).map(letter));
        text.extend(std::iter::repeat_n('=', 3 - three.len()));
    }
    text
}
