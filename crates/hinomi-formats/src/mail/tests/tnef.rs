//! Outlook's `winmail.dat`.

use super::*;

/// One attribute: level, id, type, data, checksum (which nobody reads).
fn attribute(level: u8, id: u16, kind: u16, data: &[u8]) -> Vec<u8> {
    let len = (data.len() as u32).to_le_bytes();
    bytes(&[&[level], &id.to_le_bytes(), &kind.to_le_bytes(), &len, data, &[0, 0]])
}

/// A property with one value that has a length.
fn property(id: u16, kind: u16, value: &[u8]) -> Vec<u8> {
    let len = (value.len() as u32).to_le_bytes();
    let padding = vec![0; value.len().next_multiple_of(4) - value.len()];
    bytes(&[&kind.to_le_bytes(), &id.to_le_bytes(), &1_u32.to_le_bytes(), &len, value, &padding])
}

fn stream(attributes: &[Vec<u8>]) -> Vec<u8> {
    bytes(&[&[0x78, 0x9F, 0x3E, 0x22, 1, 0], &attributes.concat()])
}

fn properties(list: &[Vec<u8>]) -> Vec<u8> {
    bytes(&[&(list.len() as u32).to_le_bytes(), &list.concat()])
}

fn mail(stream: &[u8]) -> Vec<u8> {
    let head = "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n";
    format!("{head}{}", base64(stream)).into_bytes()
}

/// Names and contents of the files inside, then the text.
#[track_caller]
fn check(stream: &[u8], files: &[(&str, &str)], text: &str) {
    let read = parse(&mail(stream)).value;
    let found: Vec<(String, String)> = read
        .parts
        .iter()
        .filter(|part| part.media_type != "application/ms-tnef")
        .map(|part| {
            (part.name.clone().unwrap_or_default(), String::from_utf8_lossy(&part.bytes).into_owned())
        })
        .collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(name, data)| (name.as_str(), data.as_str())).collect();
    assert_eq!(found, files);
    assert_eq!(read.text, text);
}

/// Two files: a title in the code page, a long name in UTF-16 behind properties of other shapes.
fn two_files() -> Vec<u8> {
    let long: Vec<u8> = "請求書の件.doc\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let number = bytes(&[&3_u16.to_le_bytes(), &0x0E20_u16.to_le_bytes(), &7_u32.to_le_bytes()]);
    let named =
        bytes(&[&3_u16.to_le_bytes(), &0x8001_u16.to_le_bytes(), &[9; 16], &[0; 4], &[5; 4], &[7; 4]]);
    stream(&[
        attribute(1, 0x9007, 6, &932_u32.to_le_bytes()),
        attribute(1, 0x800C, 2, &bytes(&[&encode("shift_jis", "添付します。"), b"\0"])),
        attribute(2, 0x9002, 6, &[0; 14]),
        attribute(2, 0x8010, 1, &bytes(&[&encode("shift_jis", "表.xls"), b"\0"])),
        attribute(2, 0x800F, 6, b"cells"),
        attribute(2, 0x9002, 6, &[0; 14]),
        attribute(2, 0x8010, 1, b"SEIKYU~1.DOC\0"),
        attribute(2, 0x800F, 6, b"words"),
        attribute(2, 0x9005, 6, &properties(&[number, named, property(0x3707, 0x001F, &long)])),
    ])
}

#[test]
fn files_and_text() {
    check(&two_files(), &[("表.xls", "cells"), ("請求書の件.doc", "words")], "添付します。");
    check(&stream(&[]), &[], "");
    check(b"no stream", &[], "");
}

#[test]
fn a_message_inside_is_opened() {
    let inner = bytes(&[&[0; 16], &two_files()]);
    let outer = stream(&[
        attribute(2, 0x9002, 6, &[0; 14]),
        attribute(2, 0x800F, 6, b"a picture of it"),
        attribute(2, 0x9005, 6, &properties(&[property(0x3701, 0x000D, &inner)])),
    ]);
    check(&outer, &[("表.xls", "cells"), ("請求書の件.doc", "words")], "添付します。");
}

#[test]
fn damage_is_survived_and_said() {
    let whole = two_files();
    for end in 7..whole.len() {
        let read = parse(&mail(&whole[..end]));
        assert!(read.value.parts.len() <= 3);
    }
    let read = parse(&mail(&whole[..whole.len() - 60]));
    assert_eq!(read.problems[0].detail, "the TNEF stream ends early");
    check(&bytes(&[&whole, b"garbage"]), &[("表.xls", "cells"), ("請求書の件.doc", "words")], "添付します。");
    let flood = stream(&vec![attribute(2, 0x8010, 1, b"x"); 10]);
    check(&flood, &[], "");
    let many: Vec<Vec<u8>> =
        (0..5_000).flat_map(|_| [attribute(2, 0x9002, 6, &[]), attribute(2, 0x800F, 6, b"x")]).collect();
    let read = parse(&mail(&stream(&many)));
    assert!(read.problems.contains(&crate::Problem::limit("", "parts_max", 1_000)));
}
