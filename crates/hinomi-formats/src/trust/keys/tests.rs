//! Keys of every format: read, opened, told apart, and hostile ones survived.
//!
//! `fixtures/objects.b64` holds files, one a line: its name and its bytes in base64. They were made for this test by
//! OpenSSL 3.0.19, JDK 17, OpenSSH 9.2, GnuPG 2.2.40, and by hand after the descriptions of PuTTY's and Bouncy
//! Castle's formats. The hashes of public keys in `fixtures/objects.txt` agree with what OpenSSL computes.

use super::text::base64;
use super::*;
use expect_test::{expect, expect_file};
use std::fmt::Write;

const PASSWORD: &str = "fire-watch";

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let lines = include_str!("fixtures/objects.b64").lines();
    lines
        .filter_map(|line| line.split_once(' '))
        .map(|(name, text)| (name, base64::decode(text.as_bytes()).unwrap()))
        .collect()
}

fn file(name: &str) -> Vec<u8> {
    files().into_iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no fixture {name}")).1
}

fn read_file(name: &str, bytes: &[u8], passwords: &[&str]) -> Parsed<Vec<KeyObject>> {
    let passwords: Vec<String> = passwords.iter().map(ToString::to_string).collect();
    read(name, bytes, &passwords, &Limits::desk())
}

/// One line an object, one a problem.
fn listing(name: &str, parsed: &Parsed<Vec<KeyObject>>) -> String {
    let mut text = String::new();
    for object in &parsed.value {
        let spki =
            object.spki_sha256.map(|hash| hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect());
        let spki: String = spki.unwrap_or_else(|| "-".to_owned());
        let bits = object.bits.map_or("-".to_owned(), |bits| bits.to_string());
        let curve = object.curve.as_deref().unwrap_or("-");
        let lock = object.encryption.as_deref().unwrap_or("open");
        write!(
            text,
            "{name}{} | {} {} | {}",
            object.place,
            object.kind.name(),
            object.format.name(),
            object.label
        )
        .unwrap();
        write!(text, " | {} {bits} {curve} {spki} | {lock}, {:?}", object.algorithm, object.opened_by)
            .unwrap();
        writeln!(text, "{}", if object.private.is_known() { ", private half known" } else { "" }).unwrap();
    }
    for problem in &parsed.problems {
        writeln!(text, "{name}{} | {:?}: {}", problem.place, problem.kind, problem.detail).unwrap();
    }
    text
}

#[test]
fn reads_every_format() {
    let read = |(name, bytes): &(&str, Vec<u8>)| listing(name, &read_file(name, bytes, &[PASSWORD]));
    let text: String = files().iter().map(read).collect();
    expect_file!["fixtures/objects.txt"].assert_eq(&text);
}

#[test]
fn every_fixture_passes_the_sieve() {
    for (name, bytes) in files() {
        assert!(may_hold(&bytes), "{name}");
    }
}

#[track_caller]
fn closed(name: &str, expected: &str) {
    let parsed = read_file(name, &file(name), &["wrong"]);
    let states: Vec<String> =
        parsed.value.iter().map(|object| format!("{} {:?}", object.kind.name(), object.opened_by)).collect();
    assert_eq!(states.join(", "), expected);
}

#[test]
fn a_wrong_password_opens_nothing() {
    closed("rsa.legacy-aes.pem", "private_key Closed");
    closed("rsa.pbes2.pem", "private_key Closed");
    closed("rsa.scrypt.der", "private_key Closed");
    closed("rsa.pbe-md5des.pem", "private_key Closed");
    closed("modern.p12", "keystore Closed, private_key Closed");
    closed("ssh.rsa", "private_key Closed");
    closed("ssh.gcm", "private_key Closed");
    closed("putty2.ppk", "private_key Closed");
    closed("putty3.ppk", "private_key Closed");
    closed("pgp.locked.asc", "private_key Closed");
    closed(
        "store1.bks",
        "keystore Closed, certificate NoneNeeded, private_key Closed, certificate NoneNeeded",
    );
}

#[test]
fn a_keystore_that_stays_closed_is_told() {
    let parsed = read_file("modern.p12", &file("modern.p12"), &[]);
    assert_eq!(parsed.problems.first().map(|problem| problem.kind), Some(ProblemKind::Encrypted));
}

#[test]
fn what_a_certificate_says() {
    let parsed = read_file("cert.pem", &file("cert.pem"), &[]);
    let certificate = parsed.value.first().and_then(|object| object.certificate.as_deref()).unwrap();
    let mut told = certificate.clone();
    // Dates and identifiers were made on the day of the fixture.
    assert_eq!(told.not_after.unwrap() - told.not_before.unwrap(), 825 * 86_400);
    assert_eq!(told.subject_key_id.as_ref().map(String::len), Some(40));
    (told.not_before, told.not_after, told.subject_key_id) = (None, None, None);
    expect![[r#"
        Certificate {
            subject: "C=JP, O=Hinomi\\, Example, CN=www.hinomi.example",
            issuer: "C=JP, O=Hinomi\\, Example, CN=www.hinomi.example",
            serial: "1234abcd",
            not_before: None,
            not_after: None,
            dns_names: [
                "www.hinomi.example",
                "*.hinomi.example",
            ],
            ip_names: [
                "192.0.2.7",
                "2001:db8::7",
            ],
            is_ca: true,
            signature_algorithm: "sha256-ecdsa",
            self_issued: true,
            key_usage: [
                "digitalSignature",
                "keyCertSign",
            ],
            extended_key_usage: [
                "serverAuth",
                "clientAuth",
            ],
            subject_key_id: None,
            authority_key_id: None,
            embedded_scts: 0,
        }
    "#]]
    .assert_debug_eq(&told);
}

#[test]
fn private_numbers_are_never_printed() {
    // The private scalar of this key is the bytes from 0 to 31.
    let parsed = read_file("set.jwks", &file("set.jwks"), &[]);
    let text = format!("{parsed:?}");
    assert!(text.contains("PrivateNumbers(known)"));
    for trace in ["24, 25, 26, 27", "18191a1b", "GBkaGx", "GBgZGhsc"] {
        assert!(!text.contains(trace), "{trace}");
    }
}

#[track_caller]
fn nothing(name: &str, bytes: &[u8]) {
    let parsed = read_file(name, bytes, &[]);
    assert_eq!(listing(name, &parsed), "");
}

#[test]
fn what_is_no_key_is_none() {
    nothing("a.md", b"ssh-keygen prints `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB...` and\n-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n");
    nothing("a.json", br#"{"kty": "RSA", "n": "???"} "#);
    nothing("a.der", &[0x30, 0x10, 2, 1, 1, 2, 1, 3, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
    nothing("a.bin", &[0x99, 0, 4, 4, 0, 0, 0]);
    nothing("a.class", &[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52]);
    nothing("a.pem", b"-----BEGIN -----BEGIN -----END -----");
    nothing("zeros", &[0; 4096]);
}

#[test]
fn a_broken_key_is_told() {
    let text = "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEAq7BFUpkGp3+LQmlQ\nYx2eqzDV+xeG8kx/sQFV18S5JhzGeIJNA72wSeukEPojtqUyX2J0CciPBh7eqclQ\n-----END PRIVATE KEY-----\n";
    let parsed = read_file("a.pem", text.as_bytes(), &[]);
    assert_eq!(listing("a.pem", &parsed), "a.pem#1 | Malformed: PEM PRIVATE KEY that could not be read\n");
}

#[test]
fn expensive_locks_cost_a_bounded_number_of_steps() {
    let limits = Limits { steps_max: 5_000, ..Limits::desk() };
    let passwords: Vec<String> = (0..100).map(|number| format!("wrong {number}")).collect();
    let parsed = read("a.pem", &file("rsa.pbes2.pem"), &passwords, &limits);
    let names: Vec<_> = parsed.problems.iter().filter_map(|problem| problem.limit.as_ref()).collect();
    assert_eq!(names.iter().map(|limit| limit.name.as_str()).collect::<Vec<_>>(), ["steps_max"]);
    assert_eq!(parsed.value.first().map(|object| object.opened_by), Some(OpenedBy::Closed));
}

#[test]
fn too_many_objects_are_told() {
    let one = file("rsa.pub.pem");
    let limits = Limits { entries_max: 3, ..Limits::desk() };
    let parsed = read("a.pem", &one.repeat(9), &[], &limits);
    assert_eq!((parsed.value.len(), parsed.problems.len()), (3, 1));
}

/// Cuts and changes every fixture: whatever comes out, nothing panics and the limits hold.
#[test]
fn damaged_files_are_survived() {
    let limits = Limits { steps_max: 3_000, ..Limits::desk() };
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 33).unwrap() % below
    };
    for (name, whole) in files() {
        // Text is changed where it is text and where it is base64; the bytes inside are what matters most.
        for round in 0..24 {
            let mut bytes = whole.clone();
            match round % 3 {
                0 => bytes.truncate(next(whole.len())),
                1 => {
                    let at = next(bytes.len());
                    bytes[at] = bytes[at].wrapping_add(1 + u8::try_from(next(255)).unwrap());
                }
                _ => {
                    let at = next(bytes.len());
                    let until = at + next(bytes.len() - at) / 16;
                    bytes.drain(at..until);
                }
            }
            let parsed = read(name, &bytes, &[PASSWORD.to_owned()], &limits);
            parsed.value.iter().for_each(|object| drop(weak::weaknesses(object)));
        }
    }
}

#[test]
fn deep_nesting_is_survived() {
    // Indefinite lengths within one another, and definite ones.
    let mut indefinite = [0x30, 0x80].repeat(100_000);
    indefinite.extend([0; 200_000]);
    nothing("deep.der", &indefinite);
    let mut definite = vec![0x30, 0];
    for _ in 0..60 {
        definite = asn1::ber::encode(asn1::ber::SEQUENCE, &[&definite]);
    }
    nothing("deep.der", &definite);
    nothing("deep.json", &[b"[".repeat(100_000), b"\"kty\"".to_vec()].concat());
}
