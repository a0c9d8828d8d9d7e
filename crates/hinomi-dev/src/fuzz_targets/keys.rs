//! Targets of the readers of keys: any bytes as a file with keys, and behind the first bytes of every format, so that the
//! fuzzer need not find those.

use super::{LIMITS, honest};
use hinomi_formats::keys::weak::{Blocklist, shared_primes, weaknesses};
use hinomi_formats::keys::{self, KeyObject, OpenedBy};
use std::collections::BTreeSet;

/// The password of kept seeds, so that what is inside a store is met too.
const KEY_PASSWORD: &str = "fire-watch";
/// Labels of PEM that say what is inside.
pub const LABELS: &[&str] = &[
    "CERTIFICATE",
    "TRUSTED CERTIFICATE",
    "CERTIFICATE REQUEST",
    "X509 CRL",
    "PKCS7",
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "DSA PRIVATE KEY",
    "PUBLIC KEY",
    "RSA PUBLIC KEY",
    "DH PARAMETERS",
    "X9.42 DH PARAMETERS",
    "DSA PARAMETERS",
    "EC PARAMETERS",
];

/// A file that may hold keys.
pub fn keys(bytes: &[u8]) {
    key_file("authorized_keys", bytes);
}

/// ASN.1, as it is and under every label that says what it should be: the first byte says which.
pub fn keys_asn1(bytes: &[u8]) {
    let Some((label, value)) = bytes.split_first() else { return };
    key_file("a.der", value);
    armoured(LABELS[usize::from(*label) % LABELS.len()], value);
}

/// A keystore of Java, whose first bytes are right: the first byte says of which kind and version.
pub fn keys_store(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let heads: [&[u8]; 6] = [
        b"\xfe\xed\xfe\xed\0\0\0\x02",
        b"\xfe\xed\xfe\xed\0\0\0\x01",
        b"\xce\xce\xce\xce\0\0\0\x02",
        b"\xce\xce\xce\xce\0\0\0\x01",
        b"\0\0\0\x02",
        b"\0\0\0\x01",
    ];
    key_file("a.jks", &[heads[usize::from(*kind) % heads.len()], rest].concat());
}

/// A store of PKCS#12, alone and under a label.
pub fn keys_pkcs12(bytes: &[u8]) {
    key_file("a.p12", bytes);
    armoured("PKCS12", bytes);
}

/// Packets of OpenPGP, alone and in armour.
pub fn keys_pgp(bytes: &[u8]) {
    key_file("a.gpg", bytes);
    armoured("PGP PRIVATE KEY BLOCK", bytes);
}

/// A key of SSH: the first byte says whether OpenSSH's own format follows, a line, PuTTY's, or that of RFC 4716.
pub fn keys_ssh(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    match kind % 5 {
        0 => armoured("OPENSSH PRIVATE KEY", &[b"openssh-key-v1\0", rest].concat()),
        1 => key_file("authorized_keys", rest),
        2 => key_file("known_hosts", &[b"ssh-rsa ", base64(rest).as_bytes()].concat()),
        3 => key_file("a.ppk", &[b"PuTTY-User-Key-File-", rest].concat()),
        _ => key_file("a.pub", &[b"---- BEGIN SSH2 PUBLIC KEY ----\n", rest].concat()),
    }
}

/// Moduli, each of so many bytes as the first byte says: the order in which they come changes nothing, and who shares a
/// prime does not share it alone.
pub fn keys_moduli(bytes: &[u8]) {
    let Some((size, rest)) = bytes.split_first() else { return };
    let moduli: Vec<&[u8]> = rest.chunks(usize::from(*size % 8) * 32 + 32).collect();
    let read = shared_primes(&moduli, &LIMITS);
    honest(&read.problems);
    let found: BTreeSet<&[u8]> = read.value.iter().map(|shared| moduli[shared.index]).collect();
    for shared in &read.value {
        assert!(shared.with.iter().all(|other| moduli[*other] != moduli[shared.index]), "{shared:?}");
    }
    assert!(found.len() != 1, "a prime is shared with nobody");
    let turned: Vec<&[u8]> = moduli.iter().rev().copied().collect();
    let again = shared_primes(&turned, &LIMITS);
    // Past the limit others are left out.
    if read.problems.is_empty() {
        assert_eq!(found, again.value.iter().map(|shared| turned[shared.index]).collect());
    }
}

/// A file with keys: no more than the limits say, and nothing private of what stayed closed.
fn key_file(name: &str, bytes: &[u8]) {
    let passwords = [KEY_PASSWORD.to_owned()];
    let read = keys::read(name, bytes, &passwords, &LIMITS);
    honest(&read.problems);
    let objects: &[KeyObject] = &read.value;
    assert!(objects.len() <= LIMITS.entries_max);
    assert!(keys::may_hold(bytes) || objects.is_empty() && read.problems.is_empty());
    let list = Blocklist::read(&[0; 16]);
    for object in objects {
        _ = list.as_ref().and_then(|list| list.lists(object));
        assert!(object.opened_by != OpenedBy::Closed || !object.private.is_known(), "{object:?}");
        for weakness in weaknesses(object) {
            assert!(!weakness.id.is_empty() && !weakness.detail.is_empty());
        }
    }
}

/// Under a label of PEM.
fn armoured(label: &str, bytes: &[u8]) {
    let text = base64(bytes);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("base64 is ASCII")).collect();
    let whole = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"));
    key_file("a.pem", whole.as_bytes());
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
        let number = number << (8 * (3 - three.len()));
        for at in 0..4 {
            let digit = char::from(DIGITS[number >> (18 - 6 * at) & 63]);
            text.push(if at <= three.len() { digit } else { '=' });
        }
    }
    text
}
