//! Hellos written and flights read, byte by byte.

use super::*;
use crate::tls::names::{Exchange, Version};

fn hello(extensions: Vec<Extension>) -> Hello {
    Hello {
        version: Version::Tls12,
        random: [7; 32],
        session_id: Vec::new(),
        suites: vec![0xC02F, 0x0035],
        compressions: vec![0],
        extensions,
    }
}

#[test]
fn a_hello_is_laid_out_as_the_rfc_says() {
    let name = Extension::ServerName("a.example".to_owned());
    let bytes = hello(vec![name, Extension::Groups(vec![0x1D])]).bytes();
    assert_eq!(bytes[..5], [22, 3, 1, 0, 75]);
    assert_eq!(bytes[5..11], [1, 0, 0, 71, 3, 3]);
    assert_eq!(bytes[43..54], [0, 0, 4, 0xC0, 0x2F, 0x00, 0x35, 1, 0, 0, 26]);
    assert_eq!(bytes[54..60], [0, 0, 0, 14, 0, 12]);
    assert_eq!(bytes[60..], *b"\0\0\x09a.example\0\x0A\0\x04\0\x02\0\x1D");
}

#[test]
fn lengths_that_hang_old_load_balancers_are_padded_away() {
    for count in 0..400 {
        let length = hello(vec![Extension::Raw(0x0A0A, vec![0; count])]).message().len();
        assert!(!(256..512).contains(&length), "{count} gives {length}");
    }
}

#[test]
fn a_hello_of_sslv3_has_no_room_for_extensions() {
    let mut hello = hello(Vec::new());
    hello.version = Version::SslV3;
    let bytes = hello.bytes();
    assert_eq!(bytes[..11], [22, 3, 0, 0, 47, 1, 0, 0, 43, 3, 0]);
    assert_eq!(bytes.len(), 5 + 47);
}

/// Feeds the same bytes in every size of piece; what is heard does not depend on it.
#[track_caller]
fn check(bytes: &[u8], expected: &[Heard]) {
    for size in [1, 2, 3, 7, 64, bytes.len().max(1)] {
        let mut flight = Flight::new();
        let heard: Vec<Heard> = bytes.chunks(size).flat_map(|piece| flight.push(piece)).collect();
        assert_eq!(heard, expected, "in pieces of {size}");
    }
}

#[test]
fn messages_cut_into_records_are_put_together() {
    check(
        &[22, 3, 3, 0, 3, 14, 0, 0, 22, 3, 3, 0, 0, 22, 3, 3, 0, 6, 0, 12, 0, 0, 1, 9],
        &[Heard::Message { kind: 14, body: vec![] }, Heard::Message { kind: 12, body: vec![9] }],
    );
}

#[test]
fn alerts_are_read_by_the_pair() {
    check(
        &[21, 3, 0, 0, 4, 1, 112, 2, 40],
        &[
            Heard::Alert(Alert { level: 1, description: 112 }),
            Heard::Alert(Alert { level: 2, description: 40 }),
        ],
    );
}

#[test]
fn after_change_cipher_spec_all_is_sealed() {
    check(
        &[20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 2, 7, 7],
        &[Heard::ChangeCipherSpec, Heard::Sealed { kind: 22, version: 0x0303, content: vec![7, 7] }],
    );
}

#[test]
fn what_is_no_record_is_named() {
    check(b"HTTP/1.0 400", &[Heard::Broken(NotTls::Http)]);
    check(b"SSH-2.0-OpenSSH_9", &[Heard::Broken(NotTls::Ssh)]);
    check(b"220 mail.example ESMTP", &[Heard::Broken(NotTls::Mail)]);
    check(&[22, 3, 3, 0xFF, 0xFF, 0], &[Heard::Broken(NotTls::Malformed)]);
    check(&[22, 3, 3, 0, 4, 11, 0xFF, 0, 0], &[Heard::Broken(NotTls::TooLong)]);
    check(&[23; 6], &[Heard::Broken(NotTls::Garbage)]);
}

#[test]
fn an_sslv2_answer_lists_its_kinds() {
    let body = [4, 0, 1, 0, 2, 0, 2, 0, 6, 0, 1, 0x30, 0x31, 1, 0, 0x80, 7, 0, 0xC0, 9];
    let mut bytes = vec![0x80, 20];
    bytes.extend(body);
    let mut flight = Flight::of_sslv2();
    let heard: Vec<Heard> = bytes.iter().flat_map(|byte| flight.push(&[*byte])).collect();
    let hello = ServerHelloV2 { kinds: vec![0x01_0080, 0x07_00C0], certificate: vec![0x30, 0x31] };
    assert_eq!(heard, [Heard::V2(hello)]);
    // the same hello answered by a server of TLS
    assert_eq!(
        Flight::of_sslv2().push(&[21, 3, 1, 0, 2, 2, 70]),
        [Heard::Alert(Alert { level: 2, description: 70 })]
    );
    assert_eq!(Flight::of_sslv2().push(&[0x80, 3, 0, 0, 1]), [Heard::Broken(NotTls::RefusedV2)]);
}

#[test]
fn no_more_than_its_share_is_read() {
    let mut flight = Flight::new();
    let mut heard = Vec::new();
    for _ in 0..1_000 {
        heard.extend(flight.push(&[&[22, 3, 3, 0x40, 0, 11, 1, 0xBF, 0xFC][..], &[0; 16_380]].concat()));
    }
    assert_eq!(heard.last(), Some(&Heard::Broken(NotTls::TooLong)));
    assert!(heard.len() <= 2);
}

#[test]
fn a_server_hello_is_read_whole() {
    let mut body = vec![3, 3];
    body.extend([1; 24]);
    body.extend(b"DOWNGRD\x01");
    body.extend([1, 0xAA, 0xC0, 0x2F, 0, 0, 13, 0xFF, 1, 0, 1, 0, 0, 16, 0, 5, 0, 3, 2, b'h', b'2']);
    assert_eq!(ServerHello::read(&body), None, "an extension list that is cut off");
    body[40] = 14;
    let hello = ServerHello::read(&body).unwrap();
    assert_eq!((hello.version, hello.suite, hello.session_id.as_slice()), (0x0303, 0xC02F, &[0xAA][..]));
    assert_eq!(hello.alpn().as_deref(), Some("h2"));
    assert_eq!(hello.sentinel(), Some(Version::Tls13));
    assert!(!hello.is_retry());
}

#[test]
fn key_exchanges_are_read_by_what_the_suite_calls_for() {
    let curve = Exchanged::Curve { group: 0x1D, point: vec![9] };
    assert_eq!(exchanged(&[3, 0, 0x1D, 1, 9], Exchange::Ecdhe, false), Some(curve.clone()));
    assert_eq!(exchanged(&[0, 1, b'h', 3, 0, 0x1D, 1, 9], Exchange::Ecdhe, true), Some(curve));
    let field = Exchanged::Field { prime: vec![23], generator: vec![5], public: vec![8] };
    assert_eq!(exchanged(&[0, 1, 23, 0, 1, 5, 0, 1, 8, 0], Exchange::Dhe, false), Some(field));
    let rsa = Exchanged::Rsa { modulus: vec![1, 1], exponent: vec![3] };
    assert_eq!(exchanged(&[0, 2, 1, 1, 0, 1, 3], Exchange::Rsa, false), Some(rsa));
    assert_eq!(exchanged(&[0, 9, 1], Exchange::Dhe, false), None);
    assert_eq!(exchanged(&[], Exchange::Dh, false), None);
}
