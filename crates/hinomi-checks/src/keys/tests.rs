//! The join: one finding names server, certificate, file and permissions.

use crate::tls::{Endpoint, EndpointFacts, endpoint_facts};
use crate::{CHECKS, ContactBook, Judged, KeyPlace, Policy, entries, judge, judge_under, key_facts};
use hinomi_formats::Limits;
use hinomi_formats::tls::survey::{ChainSeen, Known, Surveyed, Why};
use hinomi_model::{AssetId, EvidenceId, Fact, Finding, Locator, Observation, Verdict};
use std::collections::BTreeSet;

/// The observations of the n-th example of a check's page.
fn example(id: &str, at: usize) -> Vec<Observation> {
    let check = CHECKS.iter().find(|check| check.id == id).unwrap();
    let example = crate::manual::examples(check.page).remove(at);
    let mut value: serde_json::Value = serde_json::from_str(&example.observations).unwrap();
    for observation in value.as_array_mut().unwrap() {
        let name = observation["evidence"].as_str().unwrap().to_owned();
        observation["evidence"] = EvidenceId::of(name.as_bytes()).as_str().into();
    }
    serde_json::from_value(value).unwrap()
}

fn findings(judged: Judged, id: &str) -> Vec<Finding> {
    let of_check = judged.decisions.into_iter().filter(|decision| decision.check == id);
    of_check
        .filter_map(|decision| match decision.verdict {
            Verdict::Fail(finding) => Some(*finding),
            _ => None,
        })
        .collect()
}

#[test]
fn a_finding_on_a_key_file_names_the_server_the_certificate_the_file_and_its_mode() {
    let seen = example("keys.private-key-in-clear", 1);
    let judged = judge(&entries().unwrap(), &BTreeSet::new(), &ContactBook::default(), &seen);
    let found = findings(judged, "keys.private-key-in-clear");
    assert_eq!(found.len(), 1);
    let steps: Vec<String> =
        found[0].story.iter().map(|step| format!("{} | {} | {}", step.kind, step.text, step.place)).collect();
    assert_eq!(
        steps,
        [
            "server | www.reiji.example:443 | 192.0.2.1",
            "certificate | CN=www.reiji.example (– 2026-11-16) | www.reiji.example:443",
            "key | private_key RSA 2048 0640 | etc/web.key",
        ]
    );
    assert_eq!(found[0].text.args["served"], "www.reiji.example:443");
}

#[test]
fn the_planned_end_of_use_decides_on_strength() {
    let seen = example("keys.strength-ends", 0);
    let under = |in_use_until| {
        let policy = Policy { in_use_until, ..Policy::default() };
        let entries = entries().unwrap();
        let judged = judge_under(&policy, &entries, &BTreeSet::new(), &ContactBook::default(), &seen);
        findings(judged, "keys.strength-ends").remove(0).text.key
    };
    assert_eq!(under(None), "transition");
    assert_eq!(under(Some(2030)), "transition");
    assert_eq!(under(Some(2031)), "ends");
}

#[test]
fn a_finding_stays_the_same_when_a_copy_of_the_key_moves() {
    let seen = example("keys.same-key-in-two-places", 0);
    let mut moved = seen.clone();
    for observation in &mut moved {
        if let Fact::Key(key) = &mut observation.fact {
            key.place = format!("srv/{}", key.place);
        }
    }
    let print = |seen: &[Observation]| {
        let judged = judge(&entries().unwrap(), &BTreeSet::new(), &ContactBook::default(), seen);
        findings(judged, "keys.same-key-in-two-places").remove(0).fingerprint()
    };
    assert_eq!(print(&seen), print(&moved));
}

/// Bytes of a fixture, which lies there as base64 so that no scanner trips on it.
fn fixture(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.bytes().filter_map(|byte| ALPHABET.iter().position(|known| *known == byte));
    let (mut out, mut held, mut bits) = (Vec::new(), 0_usize, 0);
    for digit in digits {
        held = (held << 6) | digit;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((held >> bits) & 0xFF).unwrap());
        }
    }
    out
}

const CERTIFICATE: &str = include_str!("fixtures/server-certificate.der.b64");
const KEY: &str = include_str!("fixtures/server-key.der.b64");
/// SHA-256 of the SubjectPublicKeyInfo, as OpenSSL computes it.
const SPKI: &str = "5af41116aa47d400e57ad0e268bca809e414ca0fbfd299e3655275200aade677";

fn seen(asset: AssetId, fact: Fact, evidence: &str) -> Observation {
    Observation {
        asset,
        evidence: EvidenceId::of(evidence.as_bytes()),
        within: None,
        at: Some("2026-12-01T00:00:00Z".parse().unwrap()),
        locator: Locator::default(),
        fact,
    }
}

/// A survey that met one server with the certificate of the fixture.
fn survey() -> Surveyed {
    Surveyed {
        chains: vec![ChainSeen {
            certificates: vec![fixture(CERTIFICATE)],
            auth: "ecdsa".to_owned(),
            versions: Vec::new(),
        }],
        heartbleed: Known::Absent,
        connections: 1,
        ..Surveyed::untested(&Why::NotAsked)
    }
}

#[test]
fn a_handshake_and_a_key_file_are_joined_by_their_public_key() {
    let endpoint = Endpoint { host: "www.reiji.example".to_owned(), port: 443, ..Endpoint::default() };
    let limits = Limits::desk();
    let EndpointFacts { asset: host, tls, certificates: sent } =
        endpoint_facts(&survey(), &endpoint, &limits).unwrap();
    assert_eq!(tls.chains[0].leaf_spki, SPKI);
    let read = hinomi_formats::keys::read("web.key", &fixture(KEY), &[], &limits);
    let place = KeyPlace { path: "etc/web.key".to_owned(), mode: Some(0o644), ..KeyPlace::default() };
    let held = key_facts(&read.value, &place, |_| Vec::new());
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].1.surroundings, ["world_readable", "group_readable"]);
    let mut all = vec![seen(host, Fact::Tls(Box::new(tls)), "wire")];
    let keys = sent.into_iter().chain(held);
    all.extend(keys.map(|(asset, key)| seen(asset, Fact::Key(Box::new(key)), "key")));
    assert_eq!(all[1].asset, all[2].asset, "certificate and key file are one asset");

    let judged = judge(&entries().unwrap(), &BTreeSet::new(), &ContactBook::default(), &all);
    let found = findings(judged, "keys.private-key-exposed").remove(0);
    assert_eq!(found.text.key, "others_read");
    let steps: Vec<String> = found.story.iter().map(|step| format!("{} {}", step.kind, step.text)).collect();
    assert_eq!(steps[0], "server www.reiji.example:443");
    assert!(
        steps[1].starts_with("certificate ") && steps[1].contains("CN=www.reiji.example"),
        "{}",
        steps[1]
    );
    assert!(steps[2].starts_with("key private_key EC ") && steps[2].ends_with(" 0644"), "{}", steps[2]);
}

#[test]
fn nothing_private_is_in_a_fact() {
    let bytes = fixture(KEY);
    let read = hinomi_formats::keys::read("web.key", &bytes, &[], &Limits::desk());
    let facts = key_facts(&read.value, &KeyPlace::default(), |_| Vec::new());
    let written = serde_json::to_string(&facts).unwrap();
    // The private number of the fixture: 32 bytes behind the OCTET STRING tag of RFC 5915.
    let at = bytes.windows(4).position(|window| window == [0x02, 0x01, 0x01, 0x04]).unwrap();
    let secret = &bytes[at + 5..at + 37];
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!written.to_lowercase().contains(&hex) && !written.contains(&format!("{secret:?}")));
}
