//! The tables agree with themselves and with what the registries say.

use super::suite::{Auth, Exchange, Mode};
use super::*;

#[track_caller]
fn check(id: u16, expected: (Exchange, Auth, &str, u16, Mode, &str, bool)) {
    let found = suite(id).unwrap();
    assert_eq!(
        (found.exchange, found.auth, found.cipher, found.bits, found.mode, found.mac, found.export),
        expected,
        "{}",
        found.name
    );
}

#[test]
fn suites_are_taken_apart() {
    check(0x0003, (Exchange::Rsa, Auth::Rsa, "RC4", 40, Mode::Stream, "MD5", true));
    check(0x0008, (Exchange::Rsa, Auth::Rsa, "DES", 40, Mode::Cbc, "SHA", true));
    check(0x0009, (Exchange::Rsa, Auth::Rsa, "DES", 56, Mode::Cbc, "SHA", false));
    check(0x000A, (Exchange::Rsa, Auth::Rsa, "3DES", 168, Mode::Cbc, "SHA", false));
    check(0x0018, (Exchange::Dhe, Auth::Anon, "RC4", 128, Mode::Stream, "MD5", false));
    check(0x003B, (Exchange::Rsa, Auth::Rsa, "NULL", 0, Mode::None, "SHA256", false));
    check(0x0064, (Exchange::Rsa, Auth::Rsa, "RC4", 56, Mode::Stream, "SHA", true));
    check(0x00AA, (Exchange::Dhe, Auth::Psk, "AES", 128, Mode::Aead, "AEAD", false));
    check(0x00B6, (Exchange::Rsa, Auth::Psk, "AES", 128, Mode::Cbc, "SHA256", false));
    check(0x1302, (Exchange::Any, Auth::Any, "AES", 256, Mode::Aead, "AEAD", false));
    check(0xC011, (Exchange::Ecdhe, Auth::Rsa, "RC4", 128, Mode::Stream, "SHA", false));
    check(0xC02B, (Exchange::Ecdhe, Auth::Ecdsa, "AES", 128, Mode::Aead, "AEAD", false));
    check(0xC0A8, (Exchange::Psk, Auth::Psk, "AES", 128, Mode::Aead, "AEAD", false));
    check(0xC0AA, (Exchange::Dhe, Auth::Psk, "AES", 128, Mode::Aead, "AEAD", false));
    check(0xC0B4, (Exchange::Any, Auth::Any, "NULL", 0, Mode::None, "SHA256", false));
    check(0xCC13, (Exchange::Ecdhe, Auth::Rsa, "CHACHA20", 256, Mode::Aead, "AEAD", false));
}

#[test]
fn the_table_of_suites_is_in_order_and_every_name_is_understood() {
    let all: Vec<Suite> = suites().collect();
    assert!(all.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert!(all.len() >= 360);
    for suite in &all {
        assert!(!suite.cipher.is_empty() && !suite.mac.is_empty() || suite.id == 0, "{}", suite.name);
        assert_eq!(suite.exchange == Exchange::Any, !suite.name.contains("_WITH_"), "{}", suite.name);
        assert_eq!(super::suite(suite.id), Some(*suite));
    }
}

#[test]
fn groups_are_in_order() {
    assert!(groups().windows(2).all(|pair| pair[0].id < pair[1].id));
    assert_eq!(group(4588).map(|group| group.name), Some("X25519MLKEM768"));
    assert_eq!(group(0xFFFF), None);
}

#[test]
fn a_shared_prime_is_known_by_its_name() {
    // RFC 2409 section 6.2
    let prime = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
                 EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
                 EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF";
    let digit = |at: u8| u8::try_from(char::from(at).to_digit(16).unwrap()).unwrap();
    let bytes: Vec<u8> =
        prime.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
    assert_eq!((prime_bits(&bytes), prime_name(&bytes)), (1024, Some("rfc2409-2")));
    let padded: Vec<u8> = std::iter::once(0).chain(bytes.iter().copied()).collect();
    assert_eq!((prime_bits(&padded), prime_name(&padded)), (1024, Some("rfc2409-2")));
    assert_eq!(prime_name(&bytes[1..]), None);
    assert_eq!(prime_bits(&[]), 0);
}

#[test]
fn versions_go_by_their_numbers() {
    for version in Version::ALL {
        assert_eq!(Version::from_id(version.id()), Some(version));
        assert_eq!(serde_json::to_value(version).unwrap(), version.name());
    }
    assert_eq!(Version::from_id(0x0305), None);
}
