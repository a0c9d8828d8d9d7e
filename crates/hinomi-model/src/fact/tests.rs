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
    for kind in
        [PrivateKey, PublicKey, Certificate, Request, Crl, SecretKey, Keystore, AuthorizedKey, KnownHost]
    {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
}
