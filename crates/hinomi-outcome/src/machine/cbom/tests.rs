//! The inventory is what the official schema says, and holds nothing private.

use super::*;
use hinomi_model::fact::{CertificateSeen, ChainSeen, KeyWeakness};
use hinomi_model::{AssetId, AssetKind, Fact, Locator};
use serde_json::{Value, json};

/// The official schema (Apache-2.0), as CycloneDX publishes it.
const SCHEMA: &str = include_str!("../fixtures/cyclonedx/bom-1.6.schema.json");

/// In place of the two schemas that the official one refers to: licences and signatures, of which we write neither.
struct Others;

impl jsonschema::Retrieve for Others {
    fn retrieve(
        &self,
        _: &jsonschema::Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Ok(json!({"definitions": {"signature": false}}))
    }
}

#[track_caller]
fn valid(text: &str) -> Value {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::options().with_retriever(Others).build(&schema).unwrap();
    let bom: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&bom).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    bom
}

fn seen(fact: Fact) -> Observation {
    Observation {
        asset: AssetId::new(AssetKind::Key, "k").unwrap(),
        evidence: EvidenceId::of(b"x"),
        within: None,
        at: None,
        locator: Locator::default(),
        fact,
    }
}

fn key(kind: KeyKind, place: &str, change: impl Fn(&mut KeyFact)) -> Observation {
    let mut fact = KeyFact {
        kind,
        format: "pem".to_owned(),
        algorithm: "rsa".to_owned(),
        bits: Some(2048),
        spki_sha256: Some("5b".to_owned()),
        fingerprint_sha256: format!("fp-{place}"),
        opened_by: Some("none_needed".to_owned()),
        place: place.to_owned(),
        ..KeyFact::default()
    };
    change(&mut fact);
    seen(Fact::Key(Box::new(fact)))
}

fn certificate(place: &str) -> Observation {
    key(KeyKind::Certificate, place, |fact| {
        fact.fingerprint_sha256 = "c1".to_owned();
        fact.certificate = Some(Box::new(CertificateSeen {
            subject: "CN=www.reiji.example".to_owned(),
            issuer: "CN=Example CA".to_owned(),
            not_before: Some("2026-05-01T00:00:00Z".parse().unwrap()),
            not_after: Some("2026-11-01T00:00:00Z".parse().unwrap()),
            signature_algorithm: "sha256-rsa".to_owned(),
            ..CertificateSeen::default()
        }));
    })
}

fn server() -> Observation {
    let version = |version: &str, offered, suites: &[u32]| VersionSeen {
        version: version.to_owned(),
        offered,
        suites: suites.to_vec(),
        complete: offered.is_some(),
        ..VersionSeen::default()
    };
    seen(Fact::Tls(Box::new(TlsFact {
        host: "www.reiji.example".to_owned(),
        port: 443,
        address: Some("192.0.2.1".to_owned()),
        versions: vec![
            version("tls1.2", Some(true), &[0xC02F]),
            version("sslv2", Some(true), &[0x01_0080]),
            version("tls1.0", Some(false), &[]),
            version("tls1.1", None, &[]),
        ],
        chains: vec![ChainSeen {
            certificates: vec!["c1".to_owned()],
            leaf_spki: "5b".to_owned(),
            ..ChainSeen::default()
        }],
        ..TlsFact::default()
    })))
}

fn inventory() -> Vec<Observation> {
    vec![
        server(),
        certificate("www.reiji.example:443"),
        certificate("etc/web.crt"),
        key(KeyKind::PrivateKey, "etc/web.key", |fact| {
            fact.mode = Some(0o640);
            fact.owner = Some(33);
            fact.surroundings = vec!["group_readable".to_owned()];
        }),
        key(KeyKind::AuthorizedKey, "home/sato/.ssh/authorized_keys", |fact| {
            fact.spki_sha256 = Some("77".to_owned());
            fact.algorithm = "ec".to_owned();
            fact.bits = Some(256);
            fact.curve = Some("p-256".to_owned());
        }),
        key(KeyKind::SecretKey, "etc/data.key", |fact| {
            fact.spki_sha256 = None;
            fact.algorithm = "aes".to_owned();
            fact.bits = Some(256);
            fact.encrypted = Some("pbes2-aes-256-cbc".to_owned());
        }),
        key(KeyKind::PrivateKey, "etc/old.key", |fact| {
            fact.spki_sha256 = Some("99".to_owned());
            fact.weaknesses = vec![KeyWeakness { id: "roca".to_owned(), detail: "d".to_owned() }];
        }),
        key(KeyKind::Keystore, "share/locked.p12", |fact| {
            fact.algorithm = String::new();
            fact.spki_sha256 = None;
        }),
        key(KeyKind::PublicKey, "etc/odd.pub", |fact| {
            fact.spki_sha256 = Some("88".to_owned());
            fact.algorithm = "1.2.3.4".to_owned();
            fact.bits = None;
        }),
    ]
}

fn made(observations: &[Observation]) -> String {
    cbom(observations, "2026-06-01T00:00:00Z".parse().unwrap(), |id| format!("SUITE_{id:X}"))
}

/// The component with this reference.
fn component<'a>(bom: &'a Value, reference: &str) -> &'a Value {
    let all = bom["components"].as_array().unwrap();
    all.iter().find(|component| component["bom-ref"] == reference).unwrap_or_else(|| panic!("no {reference}"))
}

#[test]
fn the_inventory_is_valid_by_the_official_schema() {
    let bom = valid(&made(&inventory()));
    assert_eq!(bom["specVersion"], "1.6");
    let private = component(&bom, "crypto/key/private-key/5b");
    assert_eq!(
        private["cryptoProperties"]["relatedCryptoMaterialProperties"],
        json!({"type": "private-key", "id": "5b", "state": "active", "algorithmRef": "crypto/algorithm/rsa-2048",
            "size": 2048, "format": "PEM", "securedBy": {"mechanism": "None"}})
    );
    assert_eq!(
        private["evidence"]["occurrences"],
        json!([{"location": "etc/web.key", "additionalContext": "mode 0640, owner 33, group_readable"}])
    );
    let certificate = component(&bom, "crypto/certificate/c1");
    let places: Vec<&Value> = certificate["evidence"]["occurrences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["location"])
        .collect();
    assert_eq!(places, ["etc/web.crt", "www.reiji.example:443"]);
    let properties = &certificate["cryptoProperties"]["certificateProperties"];
    assert_eq!(properties["subjectPublicKeyRef"], "crypto/key/public-key/5b");
    assert_eq!(properties["notValidAfter"], "2026-11-01T00:00:00Z");
    let curve = &component(&bom, "crypto/algorithm/ec-p-256")["cryptoProperties"]["algorithmProperties"];
    assert_eq!(
        *curve,
        json!({"primitive": "signature", "curve": "p-256", "classicalSecurityLevel": 128,
            "nistQuantumSecurityLevel": 0})
    );
    let old = component(&bom, "crypto/key/private-key/99");
    assert_eq!(old["cryptoProperties"]["relatedCryptoMaterialProperties"]["state"], "compromised");
    assert_eq!(old["properties"][1], json!({"name": "hinomi:weakness", "value": "roca d"}));
}

#[test]
fn an_endpoint_is_joined_to_its_certificate_and_that_to_its_key() {
    let bom = valid(&made(&inventory()));
    let protocol = component(&bom, "crypto/protocol/www.reiji.example:443/tls1.2");
    assert_eq!(
        protocol["cryptoProperties"]["protocolProperties"],
        json!({"type": "tls", "version": "1.2", "cryptoRefArray": ["crypto/certificate/c1"],
            "cipherSuites": [{"name": "SUITE_C02F", "identifiers": ["0xC0", "0x2F"]}]})
    );
    let sslv2 = &component(&bom, "crypto/protocol/www.reiji.example:443/sslv2")["cryptoProperties"];
    let kind = &sslv2["protocolProperties"]["cipherSuites"][0];
    assert_eq!(kind["identifiers"], json!(["0x01", "0x00", "0x80"]));
    let uses = |from: &str| {
        let all = bom["dependencies"].as_array().unwrap();
        all.iter().find(|one| one["ref"] == from).unwrap()["dependsOn"].clone()
    };
    assert_eq!(uses("crypto/protocol/www.reiji.example:443/tls1.2"), json!(["crypto/certificate/c1"]));
    assert!(uses("crypto/certificate/c1").as_array().unwrap().contains(&json!("crypto/key/public-key/5b")));
    // Off, and not known, are not in it.
    assert!(!made(&inventory()).contains("tls1.0") && !made(&inventory()).contains("tls1.1"));
}

#[test]
fn every_reference_leads_somewhere_and_is_there_once() {
    let bom = valid(&made(&inventory()));
    let all: Vec<&str> =
        bom["components"].as_array().unwrap().iter().map(|one| one["bom-ref"].as_str().unwrap()).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    let mut open = vec![&bom];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    let refers = name.ends_with("Ref") || name == "ref";
                    assert!(!refers || all.contains(&inner.as_str().unwrap()), "{name}: {inner}");
                    open.push(inner);
                }
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}

#[test]
fn nothing_found_is_an_empty_list_and_no_null() {
    let bom = valid(&made(&[]));
    assert_eq!(bom["components"], json!([]));
    assert!(!made(&inventory()).contains("null"));
}

#[test]
fn the_order_of_reading_does_not_show() {
    let mut observations = inventory();
    let once = made(&observations);
    observations.reverse();
    assert_eq!(made(&observations), once);
    observations.rotate_left(3);
    assert_eq!(made(&observations), once);
    assert_ne!(made(&observations[1..]), once);
}

#[test]
fn there_is_no_place_for_the_value_of_a_key() {
    let text = made(&inventory());
    let bom = valid(&text);
    let materials = bom["components"].as_array().unwrap().iter().map(|one| &one["cryptoProperties"]);
    assert!(
        materials.filter(|one| one["relatedCryptoMaterialProperties"].get("value").is_some()).count() == 0
    );
}

#[test]
fn a_schema_that_accepts_everything_would_be_noticed() {
    let broken = made(&inventory()).replace("\"private-key\"", "\"private-kay\"");
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::options().with_retriever(Others).build(&schema).unwrap();
    assert!(!validator.is_valid(&serde_json::from_str(&broken).unwrap()));
}
