//! Sections with files behind a picture of a button, and sections that lie.

use super::*;
use crate::tree::{self, Hints};

fn wide_bytes(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

const GUID: [u8; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const GUID_TEXT: &str = "{04030201-0605-0807-090A-0B0C0D0E0F10}";
const DATA_GUID: [u8; 16] =
    [0xE7, 0x16, 0xE3, 0xBD, 0x65, 0x26, 0x11, 0x45, 0xA4, 0xC4, 0x8D, 0x4D, 0x0B, 0x7A, 0x9E, 0xAC];

fn data(content: &[u8]) -> Vec<u8> {
    [&DATA_GUID[..], &(content.len() as u64).to_le_bytes(), &[0; 12], content, &[0x22; 16]].concat()
}

/// A set with these properties, `(id, bytes)`, behind the objects it refers to.
fn set(objects: &[u32], properties: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut out = (0x8000_0000 | objects.len() as u32).to_le_bytes().to_vec();
    objects.iter().for_each(|object| out.extend(object.to_le_bytes()));
    out.extend((properties.len() as u16).to_le_bytes());
    properties.iter().for_each(|(id, _)| out.extend(id.to_le_bytes()));
    properties.iter().for_each(|(_, value)| out.extend(value));
    out
}

fn counted(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_le_bytes()[..], bytes].concat()
}

/// A section with one named file, a page text with a link, and a picture.
fn section(name: &str, content: &[u8]) -> Vec<u8> {
    let mut out = SECTION.to_vec();
    out.resize(1_024, 0);
    // OID, type, count, reference, ending.
    let reference = format!("<ifndf>{GUID_TEXT}");
    out.extend(
        [&[0x01, 0x02, 0, 0][..], &0x0008_0036_u32.to_le_bytes(), &[1], &45_u32.to_le_bytes()].concat(),
    );
    out.extend([wide_bytes(&reference), 4_u32.to_le_bytes().to_vec(), wide_bytes(".hta")].concat());
    out.extend(set(
        &[0x999, 0x201],
        &[
            (0x2000_1CFF, vec![]),
            (0x0800_1D9A, vec![]),
            (0x1400_1C1C, vec![1, 2, 3, 4]),
            (0x2000_1D9B, vec![]),
            (0x1C00_1D9C, counted(&wide_bytes(&format!("{name}\0")))),
        ],
    ));
    let text = "\u{FDDF}HYPERLINK \"http://a.example/x\"ここをダブルクリック";
    out.extend(set(&[], &[(0x1C00_1C22, counted(&wide_bytes(text)))]));
    out.extend(set(&[], &[(0x1C00_3498, counted(b"plain text"))]));
    out.extend(set(&[], &[(0x1C00_1E20, counted(&wide_bytes("http://a.example/y")))]));
    let at = out.len() + 40;
    // Id 0x94, offset in four bytes, size in four bytes.
    let header = 0x94_u32 | 29 << 10 | 1 << 23 | 1 << 31;
    out.extend(
        [&header.to_le_bytes()[..], &(at as u32).to_le_bytes(), &36_u32.to_le_bytes(), &GUID].concat(),
    );
    out.resize(at, 0);
    out.extend(data(content));
    out.extend(data(b"\x89PNG picture"));
    out
}

fn parse(bytes: &[u8]) -> Parsed<OneNote> {
    read(bytes, &Limits::desk(), &mut Budget::new(&Limits::desk()))
}

#[test]
fn files_come_out_with_their_names() {
    let bytes = section("請求書.hta", b"<script>x</script>");
    let parsed = parse(&bytes);
    assert_eq!(parsed.problems, []);
    let files: Vec<_> = parsed
        .value
        .files
        .iter()
        .map(|f| (f.name.as_deref(), f.extension.as_str(), f.bytes.as_slice()))
        .collect();
    assert_eq!(
        files,
        [(Some("請求書.hta"), ".hta", &b"<script>x</script>"[..]), (None, "", &b"\x89PNG picture"[..])]
    );
    assert_eq!(
        parsed.value.links,
        ["http://a.example/y", "http://a.example/x"][..].iter().rev().copied().collect::<Vec<_>>()
    );
    assert!(parsed.value.text.contains("ここをダブルクリック") && parsed.value.text.contains("plain text"));
}

#[test]
fn a_script_behind_a_button_is_a_script_of_the_section() {
    let bytes = section("open.vbs", b"CreateObject(\"WScript.Shell\").Run \"cmd /c calc.exe\"");
    let tree = tree::read("請求書.one", &bytes, Hints::default(), &Limits::desk()).value;
    let kinds: Vec<String> =
        tree.nodes.iter().map(|node| format!("{} {:?}", node.place, node.kind)).collect();
    assert_eq!(kinds, [" Document", "open.vbs Script", "file at 1548 Other"]);
}

#[test]
fn a_packed_section_says_that_its_files_are_not_read() {
    let mut bytes = section("a.hta", b"x");
    bytes[FORMAT_AT..FORMAT_AT + 16].copy_from_slice(PACKED_FORMAT);
    assert_eq!(parse(&bytes).problems[0].kind, ProblemKind::Unsupported);
}

#[test]
fn a_file_longer_than_its_section_is_cut_and_told() {
    let mut bytes = section("a.hta", b"content");
    bytes.truncate(bytes.len() - 20);
    let parsed = parse(&bytes);
    assert_eq!(parsed.problems[0].kind, ProblemKind::Truncated);
    assert_eq!(parsed.value.files.len(), 2);
}

#[test]
fn every_cut_and_every_changed_byte_is_survived() {
    let bytes = section("a.hta", b"content");
    for at in 0..bytes.len() {
        parse(&bytes[..at]);
        for byte in [0, 0x94, 0xFF] {
            let mut changed = bytes.clone();
            changed[at] = byte;
            parse(&changed);
        }
    }
    let limits = Limits { entries_max: 1, expanded_bytes_max: 3, text_bytes_max: 4, ..Limits::desk() };
    let parsed = read(&bytes, &limits, &mut Budget::new(&limits));
    let names: Vec<&str> =
        parsed.problems.iter().filter_map(|p| p.limit.as_ref()).map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["text_bytes_max", "expanded_bytes_max", "expanded_bytes_max"]);
}
