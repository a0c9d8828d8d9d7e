//! Parts: names, types, encodings, boundaries.

use super::*;
use std::fmt::Write;

/// One line a part, one a problem, then the text.
fn tell(read: &Parsed<Mail>) -> String {
    let mut out = String::new();
    for Part { path, name, media_type, attachment, bytes } in &read.value.parts {
        let content = String::from_utf8_lossy(bytes);
        let offered = if *attachment { "" } else { " (inline)" };
        writeln!(out, "{path} {media_type} {} {content:?}{offered}", name.as_deref().unwrap_or("-"))
            .expect("a String");
    }
    for problem in &read.problems {
        writeln!(out, "! {:?} {}: {}", problem.kind, problem.place, problem.detail).expect("a String");
    }
    write!(out, "{:?}", read.value.text).expect("a String");
    out
}

#[track_caller]
fn check(raw: &[u8], expected: &str) {
    assert_eq!(tell(&parse(raw)), expected);
}

/// A part with these header lines, beside a text.
fn beside(headers: &[u8]) -> Vec<u8> {
    bytes(&[
        b"From: a@a.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n",
        headers,
        b"\r\n\r\ndata\r\n--b--\r\n",
    ])
}

#[track_caller]
fn name(headers: &[u8], expected: &str) {
    let read = parse(&beside(headers));
    let names: Vec<Option<&str>> = read.value.parts.iter().map(|part| part.name.as_deref()).collect();
    assert_eq!(names, [Some(expected)], "{}", String::from_utf8_lossy(headers));
    assert_eq!(read.problems, []);
}

const SEIKYU: &str = "請求書の件です.doc";

#[test]
fn rfc_2231_in_jis_split_over_segments() {
    // Cut at every byte: inside escapes, inside characters.
    for charset in ["iso-2022-jp", "utf-8", "shift_jis", "euc-jp"] {
        let raw = encode(charset, SEIKYU);
        let percent = |bytes: &[u8]| bytes.iter().map(|byte| format!("%{byte:02x}")).collect::<String>();
        for at in 1..raw.len() {
            let (a, b) = raw.split_at(at);
            let field = format!(
                "Content-Disposition: attachment;\r\n filename*1*={};\r\n filename*0*={charset}'ja'{}",
                percent(b),
                percent(a)
            );
            name(field.as_bytes(), SEIKYU);
        }
    }
}

#[test]
fn rfc_2231_forms() {
    name(b"Content-Disposition: attachment; filename*=utf-8''%E8%AB%8B.doc", "請.doc");
    name(b"Content-Disposition: attachment; filename*=UTF-8'ja'%E8%AB%8B.doc; filename=x.doc", "請.doc");
    name(
        b"Content-Disposition: attachment; filename*0=\"long\"; filename*1=\"name.\"; filename*2=doc",
        "longname.doc",
    );
    name(b"Content-Disposition: attachment; filename*0*=cp932''%90%bf; filename*1=.doc", "請.doc");
    name(b"Content-Disposition: attachment; filename*=%E8%AB%8B.doc", "請.doc");
    name(b"Content-Disposition: attachment; filename*0=\"=?utf-8?B?6KuL\"; filename*1=\"?=.doc\"", "請.doc");
    name(b"Content-Type: application/x; name*=iso-2022-jp''%1B$B@A5a%1B(B.doc", "請求.doc");
}

#[test]
fn names_as_japanese_programs_write_them() {
    let word = format!("=?ISO-2022-JP?B?{}?=", base64(&encode("iso-2022-jp", SEIKYU)));
    name(format!("Content-Disposition: attachment; filename=\"{word}\"").as_bytes(), SEIKYU);
    name(format!("Content-Disposition: attachment; filename={word}").as_bytes(), SEIKYU);
    name(format!("Content-Type: application/msword; name=\"{word}\"").as_bytes(), SEIKYU);
    let (a, b) = (base64("請求書の".as_bytes()), base64("件です.doc".as_bytes()));
    let two = format!("Content-Type: application/msword;\r\n name=\"=?utf-8?B?{a}?=\r\n =?utf-8?B?{b}?=\"");
    name(two.as_bytes(), SEIKYU);
    let apart = format!("Content-Type: application/msword; name=\"=?utf-8?B?{a}?=\"\r\n \"=?utf-8?B?{b}?=\"");
    name(apart.as_bytes(), SEIKYU);
    for charset in ["iso-2022-jp", "shift_jis", "euc-jp", "utf-8"] {
        let raw = bytes(&[b"Content-Disposition: attachment; filename=\"", &encode(charset, SEIKYU), b"\""]);
        name(&raw, SEIKYU);
    }
    // 表 and ソ end in a backslash; a JIS pair may be a quote or a semicolon.
    name(
        &bytes(&[b"Content-Disposition: attachment; filename=\"", &encode("shift_jis", "一覧表"), b".xls\""]),
        "一覧表.xls",
    );
    name(
        &bytes(&[
            b"Content-Disposition: attachment; filename=\"",
            &encode("iso-2022-jp", "あいうえお会社"),
            b".xls\"",
        ]),
        "あいうえお会社.xls",
    );
    name(&bytes(&[b"Content-Type: application/x; name=\"", b"\x1b(I6^2\x1b(B.xls\""]), "ｶﾞｲ.xls");
}

#[test]
fn names_against_the_rules() {
    name(b"Content-Disposition: attachment; filename=my file (1).doc", "my file (1).doc");
    name(b"Content-Disposition: attachment; filename=\"a;b.doc\"; size=3", "a;b.doc");
    name(b"Content-Disposition: attachment; filename=\"a.doc; size=3", "\"a.doc".trim_start_matches('"'));
    name(b"Content-Disposition: attachment; filename=\"C:\\temp\\a.doc\"", "C:\\temp\\a.doc");
    name(b"Content-Disposition: attachment; filename=\"a\\\"b.doc\"", "a\"b.doc");
    name(b"Content-Disposition: attachment filename=a.doc", "a.doc");
    name(b"Content-Disposition: filename=a.doc", "a.doc");
    name(b"Content-Disposition: ATTACHMENT;\r\n\tFILENAME = \"a.doc\" ;", "a.doc");
    name(b"Content-Type: APPLICATION/X; NAME=a.doc", "a.doc");
    name(b"Content-Type: application/x; filename=a.doc", "a.doc");
    name(b"Content-Disposition: attachment; name=a.doc", "a.doc");
}

#[test]
fn names_that_end_differently_are_reported() {
    let raw =
        beside(b"Content-Type: image/png; name=a.png\r\nContent-Disposition: attachment; filename=a.exe");
    check(&raw, "2 image/png a.exe \"data\"\n! Malformed part 2: also named \"a.png\"\n\"text\"");
    let raw = beside(b"Content-Disposition: attachment; filename=a.txt; filename*=utf-8''a.js");
    check(&raw, "2 text/plain a.js \"data\"\n! Malformed part 2: also named \"a.txt\"\n\"text\"");
}

#[test]
fn bodies_without_a_charset_or_with_a_false_one() {
    let body = "パスワードは「①ﾃｽﾄ」です。";
    let plain = "パスワードは①です。";
    for (charset, text) in [("iso-2022-jp", plain), ("shift_jis", body), ("euc-jp", body), ("utf-8", body)] {
        let raw = bytes(&[b"From: a@a.example\r\n\r\n", &encode(charset, text), b"\r\n"]);
        check(&raw, &format!("{text:?}"));
        let raw = bytes(&[b"Content-Type: text/plain; charset=us-ascii\r\n\r\n", &encode(charset, text)]);
        check(&raw, &format!("{text:?}"));
    }
    for label in ["cp932", "\"Windows-31J\"", "x-sjis", "SHIFT-JIS"] {
        let head = format!("Content-Type: text/plain; charset={label}\r\n\r\n");
        check(&bytes(&[head.as_bytes(), &encode("shift_jis", body)]), &format!("{body:?}"));
    }
}

#[test]
fn transfer_encodings() {
    let part = |encoding: &str, body: &str| {
        format!("Content-Type: application/x\nContent-Transfer-Encoding: {encoding}\n\n{body}").into_bytes()
    };
    let is = |content: &str| format!("1 application/x - {content:?} (inline)\n\"\"");
    check(&part("base64", "YWxw\r\naGE="), &is("alpha"));
    check(&part("BASE64;", "YWxwaGE"), &is("alpha"));
    check(&part("base64 (comment)", "YWxw!*aGE=YmV0YQ=="), &is("alphabeta"));
    check(&part("base64", ""), &is(""));
    check(&part("quoted-printable", "a=3Db=\r\nc=  \r\nd=zz="), &is("a=bcd=zz"));
    check(&part("x-uuencode", "begin 644 a.txt\n%86QP:&$ \n`\nend\n"), &is("alpha"));
    check(&part("8bit", "alpha"), &is("alpha"));
    check(&part("x-no-such", "alpha"), &is("alpha"));
}

#[test]
fn uuencoded_files_in_text() {
    let raw = "Subject: x\n\nhello\nbegin 644 a.doc\n%86QP:&$ \n`\nend\nbye\nbegin 5 minutes early\n";
    check(
        raw.as_bytes(),
        "1.1 application/octet-stream a.doc \"alpha\"\n\"hello\\nbye\\nbegin 5 minutes early\"",
    );
    check(b"Subject: x\n\nbegin 644 a.doc\nis how it starts\n", "\"begin 644 a.doc\\nis how it starts\"");
}

#[test]
fn what_is_text_and_what_is_a_part() {
    let raw = beside(b"Content-Type: text/plain; name=note.txt");
    check(&raw, "2 text/plain note.txt \"data\"\n\"text\\n\\ndata\"");
    check(
        &beside(b"Content-Type: text/plain\r\nContent-Disposition: attachment"),
        "2 text/plain - \"data\"\n\"text\"",
    );
    check(&beside(b"Content-Type: text/csv"), "2 text/csv - \"data\" (inline)\n\"text\"");
    let image = b"Content-Type: image/png; name=a.png\r\nContent-ID: <x>\r\nContent-Disposition: inline";
    check(&beside(image), "2 image/png a.png \"data\" (inline)\n\"text\"");
    // Apple Mail shows documents inline.
    let pdf = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: inline; filename=a.pdf";
    check(&beside(pdf), "2 application/pdf a.pdf \"data\"\n\"text\"");
    check(&beside(b"Content-Type: nonsense"), "2 application/octet-stream - \"data\" (inline)\n\"text\"");
    check(&beside(b"Content-Type: text/html"), "\"text\\n\\ndata\"");
}

#[test]
fn a_message_inside_is_one_part_with_its_bytes() {
    let inner = "Subject: inner\n\nContent-Type: text/plain\n\nx";
    let raw = format!(
        "Content-Type: multipart/digest; boundary=d\n\n--d\n\n{inner}\n--d\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogYg==\n--d--"
    );
    check(
        raw.as_bytes(),
        &format!("1 message/rfc822 - {inner:?} (inline)\n2 message/rfc822 - \"Subject: b\" (inline)\n\"\""),
    );
}

#[test]
fn nested_multiparts_count_as_imap_does() {
    let raw = "Content-Type: multipart/mixed; boundary=a\n\npreamble\n--a\nContent-Type: multipart/alternative; boundary=\"a a\"\n\n--a a\n\nplain\n--a a\nContent-Type: text/html\n\n<p>html</p>\n--a a--\nepilogue\n--a \t\nContent-Type: x/y\n\nfile\n--a--\nepilogue";
    check(raw.as_bytes(), "2 x/y - \"file\" (inline)\n\"plain\\n\\nhtml\"");
    let long = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\nContent-Type: x/y\n\nin\n--ab--\n--a\nContent-Type: x/y\n\nout\n--a--";
    check(long.as_bytes(), "1.1 x/y - \"in\" (inline)\n2 x/y - \"out\" (inline)\n\"\"");
}

#[test]
fn broken_boundaries_still_give_their_parts() {
    let part = "Content-Type: x/y\n\nfile";
    let found = "1 x/y - \"file\" (inline)\n";
    let say = |kind, detail| format!("{found}! {kind} : {detail}\n\"\"");
    check(
        format!("Content-Type: multipart/mixed; boundary=a\n\n--a\n{part}").as_bytes(),
        &say("Truncated", "the final boundary is missing"),
    );
    check(
        format!("Content-Type: multipart/mixed; boundary=wrong\n\n--a\n{part}\n--a--").as_bytes(),
        &say("Malformed", "the boundary does not occur; another was taken"),
    );
    check(
        format!("Content-Type: multipart/mixed; boundary=wrong; boundary=a\n\n--a\n{part}\n--a--").as_bytes(),
        &say("Malformed", "the boundary does not occur; another was taken"),
    );
    check(
        format!("Content-Type: multipart\n\n--a\n{part}\n--a--").as_bytes(),
        &say("Malformed", "no boundary is named; one was found"),
    );
    check(
        format!("Content-Type: multipart/mixed; boundary=\"a  \"\n\n--a\n{part}\n--a--").as_bytes(),
        &format!("{found}\"\""),
    );
    check(
        format!("Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=a\n\n--a\n{part}\n--a--")
            .as_bytes(),
        &say("Malformed", "more than one Content-Type"),
    );
    check(
        format!("Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n--a\n{part}\n--a--")
            .as_bytes(),
        "2 x/y - \"file\" (inline)\n! Malformed : parts stand behind the final boundary\n\"x\"",
    );
    check(
        b"Content-Type: multipart/mixed; boundary=a\n\nonly text",
        "! Malformed : no part could be told apart\n\"only text\"",
    );
    check(b"Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\n--ab\nContent-Type: x/y\n\nfile\n--ab--", &format!("{found}\"\""));
}

#[test]
fn what_is_not_looked_into_is_said() {
    let say = |kind: &str, problem: &str| {
        let head = format!("Content-Type: {kind}");
        let media_type = kind.split(';').next().expect("a first piece");
        let expected = format!("2 {media_type} - \"data\" (inline)\n! {problem}\n\"text\"");
        check(&beside(head.as_bytes()), &expected);
    };
    say("application/pgp-encrypted", "Encrypted part 2: OpenPGP encryption");
    say("application/pkcs7-mime; smime-type=enveloped-data", "Encrypted part 2: S/MIME encryption");
    say("application/pkcs7-mime; smime-type=Signed-Data", "Unsupported part 2: opaque S/MIME signature");
    say("message/partial; id=x; number=1", "Unsupported part 2: a fragment of a message");
}
