//! Facts on TLS and keys stay readable for years: field names are promises, and unknown ones are refused.

use super::*;

/// Reads `json`, writes it again, and holds the two equal.
#[track_caller]
fn stays(json: &str) -> Fact {
    let fact: Fact = serde_json::from_str(json).unwrap();
    let once: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_value(&fact).unwrap(), once);
    fact
}

#[track_caller]
fn refused(json: &str, why: &str) {
    let told = serde_json::from_str::<Fact>(json).expect_err("must be refused").to_string();
    assert!(told.contains(why), "{told}");
}

const TLS: &str = r#"{"tls": {
    "host": "www.reiji.example", "port": 443, "address": "192.0.2.1", "service": "https", "starttls": false,
    "sni": "www.reiji.example",
    "versions": [
        {"version": "sslv2", "offered": false, "complete": true},
        {"version": "tls1.0", "offered": null, "why": "reset", "complete": false},
        {"version": "tls1.2", "offered": true, "suites": [49199, 49195], "order": "server", "complete": true}],
    "chosen_version": "tls1.2", "groups": [29, 4588], "groups_complete": true, "groups_order": "client",
    "dh": [{"bits": 2048, "prime": "ffdhe2048", "version": "tls1.2", "export": false}],
    "chains": [{"certificates": ["aa"], "leaf_spki": "bb", "for_auth": "rsa", "trusted": false,
        "untrusted_why": "unknown_issuer", "names_match": true}],
    "extensions": {"extended_master_secret": true, "compression": false, "alpn": ["h2"]},
    "weaknesses": [{"id": "robot", "verdict": "untested", "how": "probed", "detail": "no static RSA"}],
    "http": {"status": 200, "hsts_max_age": 63072000, "hsts_subdomains": true, "hsts_preload": false,
        "headers": [["server", "nginx"]]},
    "connections": 38, "problems": ["one"]}}"#;

const KEY: &str = r#"{"key": {
    "kind": "certificate", "format": "pem", "label": "CERTIFICATE", "algorithm": "ec", "bits": 256, "curve": "p-256",
    "spki_sha256": "bb", "fingerprint_sha256": "aa", "opened_by": "none_needed", "place": "etc/web.pem",
    "on_wire": false, "mode": 420, "owner": 0, "surroundings": ["world_readable"],
    "changed": "2026-01-01T00:00:00Z",
    "certificate": {"subject": "CN=www.reiji.example", "issuer": "CN=CA", "serial": "01",
        "not_before": "2026-01-01T00:00:00Z", "not_after": "2026-07-01T00:00:00Z",
        "dns_names": ["www.reiji.example"], "is_ca": false, "signature_algorithm": "ecdsa-with-SHA256",
        "self_signed": false, "key_usage": ["digitalSignature"], "extended_key_usage": ["serverAuth"],
        "issuer_spki": "cc", "embedded_scts": 2},
    "weaknesses": [{"id": "roca", "detail": "d"}], "weaknesses_tested": true}}"#;

#[test]
fn every_field_of_an_endpoint_survives_storing() {
    let fact = stays(TLS);
    assert_eq!(fact.kind(), "tls");
    let tls = fact.as_tls().unwrap();
    assert_eq!(tls.offers("tls1.2"), Some(true));
    assert_eq!(tls.offers("sslv2"), Some(false));
    assert_eq!(tls.offers("tls1.0"), None, "a reset is no \"off\"");
    assert_eq!(tls.offers("tls1.3"), None, "not asked is no \"off\"");
    assert!(tls.answered());
    assert_eq!(tls.endpoint(), "www.reiji.example:443");
    assert_eq!(tls.weakness("robot").unwrap().verdict, WeaknessVerdict::Untested);
    assert_eq!(tls.weakness("crime"), None);
}

#[test]
fn every_field_of_a_key_survives_storing() {
    let fact = stays(KEY);
    assert_eq!(fact.kind(), "key");
    let key = fact.as_key().unwrap();
    assert_eq!(key.kind, KeyKind::Certificate);
    assert_eq!(key.asset_name(), "spki-sha256:bb");
    assert_eq!(key.described(), "EC p-256");
    assert!(key.lies_in("world_readable") && !key.lies_in("backup"));
}

#[test]
fn a_silent_fact_says_that_nothing_is_known() {
    let tls = TlsFact::default();
    assert!(!tls.answered() && tls.extensions.is_empty());
    assert_eq!(tls.extensions.secure_renegotiation, None);
    assert_eq!(TlsFact { host: "2001:db8::1".to_owned(), port: 25, ..tls }.endpoint(), "[2001:db8::1]:25");
    let key = KeyFact { fingerprint_sha256: "ff".to_owned(), ..KeyFact::default() };
    assert_eq!(key.asset_name(), "object-sha256:ff", "a locked key is an asset of its own");
    assert!(!key.weaknesses_tested);
}

#[test]
fn a_field_nobody_knows_is_refused() {
    refused(r#"{"tls": {"hots": "a"}}"#, "unknown field");
    refused(r#"{"tls": {"versions": [{"version": "tls1.2", "offerd": true}]}}"#, "unknown field");
    refused(r#"{"tls": {"extensions": {"ems": true}}}"#, "unknown field");
    refused(r#"{"tls": {"weaknesses": [{"id": "robot", "verdict": "maybe", "how": "probed"}]}}"#, "maybe");
    refused(r#"{"key": {"private_exponent": "1"}}"#, "unknown field");
    refused(r#"{"key": {"password": "changeit"}}"#, "unknown field");
    refused(r#"{"key": {"certificate": {"name": "x"}}}"#, "unknown field");
    refused(r#"{"key": {"kind": "secret"}}"#, "unknown variant");
}

#[test]
fn every_kind_of_key_has_the_word_of_its_json() {
    use KeyKind::*;
    for kind in [
        PrivateKey,
        PublicKey,
        Certificate,
        Request,
        Crl,
        SecretKey,
        Keystore,
        AuthorizedKey,
        KnownHost,
        Parameters,
    ] {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
}

#[track_caller]
fn strength(algorithm: &str, bits: u32, expected: Option<u16>, quantum: Option<u8>) {
    let key = KeyFact { algorithm: algorithm.to_owned(), bits: Some(bits), ..KeyFact::default() };
    assert_eq!((key.strength_bits(), key.quantum_level()), (expected, quantum), "{algorithm} {bits}");
}

#[test]
fn strengths_are_those_of_sp_800_57() {
    strength("rsa", 512, Some(0), Some(0));
    strength("rsa", 1024, Some(80), Some(0));
    strength("rsa", 2047, Some(80), Some(0));
    strength("rsa", 2048, Some(112), Some(0));
    strength("dh", 3072, Some(128), Some(0));
    strength("rsa", 4096, Some(128), Some(0));
    strength("rsa", 16384, Some(256), Some(0));
    strength("ec", 192, Some(80), Some(0));
    strength("ec", 256, Some(128), Some(0));
    strength("ec", 521, Some(256), Some(0));
    strength("x25519", 253, Some(128), Some(0));
    strength("ml-kem-768", 768, Some(192), Some(3));
    strength("3des", 168, Some(112), None);
    strength("aes", 256, Some(256), Some(5));
    strength("gost", 256, None, None);
    let unknown = KeyFact { algorithm: "rsa".to_owned(), ..KeyFact::default() };
    assert_eq!(unknown.strength_bits(), None, "no size is no weakness");
}

#[track_caller]
fn hash(algorithm: &str, expected: Option<u16>) {
    let seen = CertificateSeen { signature_algorithm: algorithm.to_owned(), ..CertificateSeen::default() };
    assert_eq!(seen.hash_strength_bits(), expected, "{algorithm}");
}

#[test]
fn the_hash_of_a_signature_is_read_off_its_name() {
    hash("sha256WithRSAEncryption", Some(128));
    hash("ecdsa-with-SHA384", Some(192));
    hash("sha1WithRSAEncryption", Some(0));
    hash("dsa-with-sha1", Some(0));
    hash("md5WithRSAEncryption", Some(0));
    hash("ed25519", Some(128));
    hash("1.2.3.4", None);
}

fn certificate(begin: &str, end: &str) -> KeyFact {
    let certificate = CertificateSeen {
        not_before: Some(begin.parse().unwrap()),
        not_after: Some(end.parse().unwrap()),
        ..CertificateSeen::default()
    };
    KeyFact { certificate: Some(Box::new(certificate)), ..KeyFact::default() }
}

#[test]
fn a_state_follows_from_dates_and_from_what_is_known_against_a_key() {
    let at = "2026-06-01T00:00:00Z".parse().unwrap();
    assert_eq!(certificate("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z").state(at), Some(KeyState::Active));
    assert_eq!(
        certificate("2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z").state(at),
        Some(KeyState::PreActivation)
    );
    let mut over = certificate("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    assert_eq!(over.state(at), Some(KeyState::Deactivated));
    over.weaknesses.push(KeyWeakness { id: "roca".to_owned(), detail: String::new() });
    assert_eq!(over.state(at), Some(KeyState::Compromised));
    assert_eq!(KeyFact::default().state(at), None, "a bare key says nothing of its life");
}

#[test]
fn a_validity_counts_both_ends() {
    for (begin, end, days) in [
        ("2026-01-01T00:00:00Z", "2026-07-19T23:59:59Z", 200),
        ("2026-01-01T00:00:00Z", "2026-07-20T00:00:00Z", 201),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 1),
    ] {
        let fact = certificate(begin, end);
        assert_eq!(fact.certificate.unwrap().validity_days(), Some(days), "{begin} {end}");
    }
    let backwards = certificate("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z");
    assert_eq!(backwards.certificate.unwrap().validity_days(), None);
}
