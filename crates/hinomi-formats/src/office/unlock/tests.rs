//! Documents that a password opens, and documents that it does not.

use super::super::forge::compound;
use super::super::{Container, read_with};
use super::binary::{xor_array_of, xor_verifier};
use super::{Key, Unlocked, seal, unlock};
use crate::archive::forge::{file, zip};
use crate::{Budget, Limits, Parsed, ProblemKind};

const LIMITS: Limits = Limits::desk();
const DEFAULT: &str = "VelvetSweatshop";

fn opened(bytes: &[u8], passwords: &[&str]) -> Parsed<Option<Unlocked>> {
    let passwords: Vec<String> = passwords.iter().map(|word| (*word).to_owned()).collect();
    unlock(bytes, &passwords, &LIMITS, &mut Budget::new(&LIMITS))
}

#[track_caller]
fn check(bytes: &[u8], passwords: &[&str], by: Option<Key>, plain: Option<&[u8]>) {
    let unlocked = opened(bytes, passwords).value;
    assert_eq!(unlocked.as_ref().map(|unlocked| unlocked.by), by);
    if let (Some(unlocked), Some(plain)) = (unlocked, plain) {
        assert_eq!(unlocked.bytes, plain);
    }
}

/// A package of more than one segment.
fn package() -> Vec<u8> {
    let link = "<externalLink><ddeLink ddeService='cmd' ddeTopic='/c x'/></externalLink>";
    let types = "<Types><Override PartName='/xl/e.xml' ContentType='application/vnd.openxmlformats-officedocument\
        .spreadsheetml.externalLink+xml'/></Types>";
    let noise: Vec<u8> = (0..9000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    zip(&[
        file("[Content_Types].xml", types.as_bytes()),
        file("xl/e.xml", link.as_bytes()),
        file("n.bin", &noise),
    ])
}

#[test]
fn packages_are_opened_by_their_passwords() {
    let package = package();
    for lock in [seal::standard, |package: &[u8], password: &str| seal::agile(package, password, 1000)] {
        check(&lock(&package, DEFAULT), &[], Some(Key::Default), Some(&package));
        check(&lock(&package, "秘密"), &["no", "秘密"], Some(Key::Given(1)), Some(&package));
        check(&lock(&package, "secret"), &["Secret", ""], None, None);
    }
}

#[test]
fn what_is_opened_is_read_as_the_document() {
    let sealed = seal::standard(&package(), DEFAULT);
    let document = read_with(&sealed, &[], &LIMITS, &mut Budget::new(&LIMITS)).expect("a document");
    assert_eq!(document.problems, Vec::new());
    assert_eq!(document.value.container, Container::Ooxml);
    assert_eq!((document.value.encrypted, document.value.opened_with), (false, Some(Key::Default)));
    assert_eq!(document.value.dde[0].command, "cmd /c x");
}

/// A workbook with a sheet, a link to a program, and enough text for several blocks.
fn workbook() -> Vec<u8> {
    let record = |id: u16, content: &[u8]| {
        [&id.to_le_bytes()[..], &(content.len() as u16).to_le_bytes(), content].concat()
    };
    let link = b"\x01\0\x08\0\0cmd\x03/c x";
    let text: Vec<u8> = (0..5000_u32).map(|at| b'a' + (at % 26) as u8).collect();
    [
        record(0x0809, &[0, 6, 5, 0, 1, 2, 3, 4]),
        record(0x0085, b"\x11\x22\x33\x44\x02\x00\x05\x00Sheet"),
        record(0x00FC, &text),
        record(0x01AE, link),
        record(0x000A, &[]),
    ]
    .concat()
}

#[test]
fn workbooks_are_opened_in_place() {
    let plain = workbook();
    for lock in [seal::rc4_workbook, seal::xor_workbook] {
        for (password, given, by) in
            [(DEFAULT, "x", Key::Default), ("abcd", "abcd", Key::Given(0)), ("12345", "12345", Key::Given(0))]
        {
            let sealed = lock(&plain, password);
            let file = compound(cfb::Version::V3, &[("Workbook", &sealed), ("Other", b"left alone")]);
            let passwords = [given.to_owned()];
            let document =
                read_with(&file, &passwords, &LIMITS, &mut Budget::new(&LIMITS)).expect("a document");
            assert_eq!(document.problems, Vec::new());
            assert_eq!(document.value.opened_with, Some(by));
            assert_eq!(document.value.dde[0].command, "cmd /c x");
            let unlocked =
                unlock(&file, &passwords, &LIMITS, &mut Budget::new(&LIMITS)).value.expect("opened");
            let text = memchr::memmem::find(&unlocked.bytes, b"abcdefghijklmnopqrstuvwxyzabcdef");
            assert!(text.is_some(), "{password}");
            assert_eq!(unlocked.bytes.len(), file.len());
        }
        let file = compound(cfb::Version::V3, &[("Workbook", &lock(&plain, "secret"))]);
        check(&file, &["wrong"], None, None);
    }
}

#[test]
fn short_streams_are_opened_in_place_too() {
    let record =
        [&0x01AE_u16.to_le_bytes()[..], &13_u16.to_le_bytes(), b"\x01\0\x08\0\0cmd\x03/c x"].concat();
    let plain = [&[0x09, 0x08, 2, 0, 0, 6][..], &record, &[0x0A, 0, 0, 0]].concat();
    let before = [0xAB; 700];
    let sealed = seal::rc4_workbook(&plain, DEFAULT);
    let file = compound(cfb::Version::V3, &[("A", &before), ("Workbook", &sealed), ("Z", &before)]);
    let document = read_with(&file, &[], &LIMITS, &mut Budget::new(&LIMITS)).expect("a document").value;
    assert_eq!(document.dde[0].command, "cmd /c x");
}

#[test]
fn the_obfuscation_array_is_that_of_the_specification() {
    assert_eq!(xor_verifier(b"VelvetSweatshop"), 0x9A0A);
    let velvet =
        [0x87, 0x6B, 0x9A, 0xE2, 0x1E, 0xE3, 0x05, 0x62, 0x1E, 0x69, 0x96, 0x60, 0x98, 0x6E, 0x94, 0x04];
    assert_eq!(xor_array_of(b"VelvetSweatshop"), Some(velvet.to_vec()));
    let even =
        [0xCB, 0x27, 0xCA, 0x24, 0xA6, 0xE9, 0x84, 0x4B, 0x84, 0xE9, 0xA7, 0x56, 0x7B, 0x49, 0xFC, 0x16];
    assert_eq!(xor_array_of(b"abcd"), Some(even.to_vec()));
    assert_eq!(xor_array_of(b""), None);
    assert_eq!(xor_array_of(b"a password of sixteen"), None);
}

#[test]
fn hashing_without_end_is_not_begun() {
    let sealed = seal::agile(&package(), "secret", 9_000_000);
    let parsed = opened(&sealed, &["secret"]);
    assert_eq!(parsed.value, None);
    assert_eq!(parsed.problems[0].limit.as_ref().map(|limit| limit.name.as_str()), Some("steps_max"));
    // And more passwords than there is time for.
    let sealed = seal::agile(&package(), "secret", 100_000);
    let words: Vec<String> = (0..500).map(|at| at.to_string()).collect();
    let limits = Limits { steps_max: 250_000, ..LIMITS };
    let parsed = unlock(&sealed, &words, &limits, &mut Budget::new(&limits));
    assert_eq!(parsed.problems[0].kind, ProblemKind::LimitReached);
}

#[test]
fn locks_cut_anywhere_stay_closed() {
    let sealed = seal::agile(&package(), DEFAULT, 10);
    for len in (0..sealed.len()).step_by(97) {
        opened(&sealed[..len], &[]);
    }
    for info in [&b""[..], b"\x04\0\x04\0", b"\x03\0\x02\0\0\0\0\0\xFF\xFF\xFF\xFF", &[2; 90]] {
        let file =
            compound(cfb::Version::V3, &[("EncryptionInfo", info), ("EncryptedPackage", b"1234567890")]);
        check(&file, &["x"], None, None);
    }
}
