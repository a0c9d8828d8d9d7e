//! What a person reads, HTML that Outlook packed, compressed bodies.

use super::*;

#[track_caller]
fn shows(rtf: &[u8], expected: &str) {
    assert_eq!(parse(rtf).value.text, expected);
}

#[test]
fn text_is_what_a_person_reads() {
    shows(
        br"{\rtf1{\fonttbl{\f0 Arial;}}{\info{\title no}}\pard Hello\par{\b World}{\pict 4142}}",
        "Hello\nWorld",
    );
    shows(br"{\rtf1 a\{b\}\\\~c\emdash}", "a{b}\\\u{A0}c—");
}

#[test]
fn japanese_is_read_by_code_page_font_and_unicode() {
    shows(br"{\rtf1\ansicpg932 \'93\'fa\'96\'7b}", "日本");
    shows(br"{\rtf1\ansicpg1252{\fonttbl{\f5\fcharset128 M;}}\f5\'93\'fa\'96\'7b}", "日本");
    shows(br"{\rtf1\ansicpg1252\uc1\u26085?\u26412?}", "日本");
    shows(br"{\rtf1\uc2\u26085\'93\'fa!}", "日!");
    // U+1F600 as two units, signed.
    shows(br"{\rtf1\u-10179?\u-8704?}", "😀");
}

#[test]
fn html_comes_back_out_of_rtf() {
    let rtf = r##"{\rtf1\ansi\ansicpg1252\fromhtml1 {\fonttbl{\f0 A;}}{\*\htmltag64 <html><body>}
{\*\htmltag84 <a href="http://a.example/?q=1">}\htmlrtf {\b \htmlrtf0 click &amp; see\htmlrtf }\htmlrtf0
{\*\htmltag92 </a>}\htmlrtf\par\htmlrtf0 {\*\htmltag58 </body></html>}}"##;
    let parsed = parse(rtf.as_bytes());
    assert!(parsed.value.is_html);
    assert_eq!(
        parsed.value.text,
        "<html><body><a href=\"http://a.example/?q=1\">click &amp; see</a></body></html>"
    );
}

fn unpacked(bytes: &[u8]) -> (String, Vec<String>) {
    let mut problems = Vec::new();
    let out = unpack(bytes, "body", &mut Budget::new(&Limits::desk()), &mut problems);
    (String::from_utf8_lossy(&out).into_owned(), problems.into_iter().map(|problem| problem.detail).collect())
}

/// The example of MS-OXRTFCP 4.1.1 and 4.1.2, and what is wrong with copies of it.
#[test]
fn compressed_rtf_is_unpacked() {
    let spec: &[u8] = &[
        0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03,
        0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65,
        0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
    ];
    assert_eq!(unpacked(spec), ("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n".to_owned(), vec![]));
    let (text, problems) = unpacked(&spec[..40]);
    assert!(text.starts_with("{\\rtf1\\ansi\\ansicpg125"), "{text}");
    assert_eq!(problems, ["the compressed RTF ends early"]);
    let stored = [&[30, 0, 0, 0, 5, 0, 0, 0][..], b"MELA", &[0; 4], b"{\\rtf"].concat();
    assert_eq!(unpacked(&stored), ("{\\rtf".to_owned(), vec![]));
    assert_eq!(
        unpacked(b"nothing of the kind"),
        (String::new(), vec!["the body is no compressed RTF".to_owned()])
    );
}
