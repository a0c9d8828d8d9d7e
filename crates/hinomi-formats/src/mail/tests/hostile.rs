//! Messages made to hurt: nesting, floods, long lines, cuts, noise.

use super::*;
use crate::{Problem, ProblemKind};
use proptest::prelude::*;

/// Every shape in one message.
fn rich() -> Vec<u8> {
    bytes(&[
        b"Return-Path: <r@a.example>\r\nReceived: from x (y [192.0.2.1]) by z for <m@b.example>; Thu, 23 Jul 2020 09:15:00 +0900\r\n",
        b"Authentication-Results: mx.example; spf=pass smtp.mailfrom=a\r\nFrom: =?utf-8?B?44GC?= <a@a.example>\r\n",
        b"Subject: ",
        &encode("iso-2022-jp", "請求書"),
        b"\r\n =?iso-2022-jp?B?GyRCOzNFREJATzobKEI=?=\r\nContent-Type: multipart/mixed;\r\n boundary=\"b1\"\r\n\r\n",
        b"--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n--b2\r\nContent-Type: text/plain; charset=cp932\r\n\r\n",
        &encode("shift_jis", "パスワード：abc\r\nbegin 644 a\r\n"),
        b"%86QP:&$ \r\n`\r\nend\r\n--b2\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<a href=3D\"http://a.example/\">x&amp;y</a>=\r\n\r\n--b2--\r\n",
        b"--b1\r\nContent-Type: application/zip; name*0*=iso-2022-jp''%1B$B@A;\r\n name*1*=5a%1B(B.zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBA==\r\n--b1\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nx\r\n--b1--\r\n",
    ])
}

#[test]
fn the_rich_message_is_read_whole() {
    let read = parse(&rich());
    assert_eq!(read.problems, []);
    assert_eq!(read.value.subject, "請求書 山田太郎");
    let names: Vec<Option<&str>> = read.value.parts.iter().map(|part| part.name.as_deref()).collect();
    assert_eq!(names, [Some("a"), Some("請求.zip"), None]);
    assert_eq!(read.value.text, "パスワード：abc\n\nx&y");
}

#[test]
fn truncation_at_every_offset() {
    let whole = rich();
    for end in 0..whole.len() {
        let read = parse(&whole[..end]);
        assert!(read.value.parts.len() <= 3);
        looks_like_mail(&whole[..end]);
    }
}

#[test]
fn a_thousand_multiparts_deep() {
    let level = |n: u32| format!("Content-Type: multipart/mixed; boundary=b{n}x\n\n--b{n}x\n");
    let raw: String = (0..1_000).map(level).collect();
    let read = parse(raw.as_bytes());
    assert!(
        read.problems.contains(&Problem::limit("part 1.1.1.1.1.1.1.1", "depth_max", 8)),
        "{:?}",
        read.problems
    );
    assert_eq!(read.value.parts[0].media_type, "multipart/mixed");
    assert!(read.value.parts[0].bytes.ends_with(b"--b999x\n"));
}

#[test]
fn a_thousand_messages_deep_is_one_part() {
    let raw = "Content-Type: message/rfc822\n\n".repeat(1_000);
    let read = parse(raw.as_bytes());
    assert_eq!((read.value.parts.len(), read.problems.len()), (1, 0));
}

#[test]
fn a_hundred_thousand_parts() {
    let raw = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}--b--",
        "--b\nContent-Type: x/y\n\nz\n".repeat(100_000)
    );
    let read = parse(raw.as_bytes());
    assert_eq!(read.value.parts.len(), 1_000);
    assert_eq!(read.problems, [Problem::limit("", "parts_max", 1_000)]);
}

#[test]
fn a_header_line_of_a_megabyte() {
    for filler in ["x", "=?a?b?", "\"", "(", "<", "a@b, ", ";a*0=", "\r\n ", "=?utf-8?Q?=41?= ", "=?a?b?c="] {
        for field in
            ["Subject", "From", "Received", "Authentication-Results", "Content-Type", "References", "Date"]
        {
            let raw = format!(
                "{field}: {}\r\nTo: t@t.example\r\n\r\nbody",
                filler.repeat((1 << 20) / filler.len())
            );
            let read = parse(raw.as_bytes());
            assert!(
                read.problems.contains(&Problem::limit("", "header_bytes_max", 64 << 10)),
                "{field} {filler:?}"
            );
            assert_eq!(read.value.to.len(), 1, "{field} {filler:?}");
        }
    }
}

#[test]
fn a_flood_of_header_lines() {
    let raw = format!("{}\nbody", "X: y\n".repeat(200_000));
    let read = parse(raw.as_bytes());
    assert_eq!(read.value.headers.len(), 10_000);
    assert_eq!(read.problems, [Problem::limit("", "entries_max", 10_000)]);
    assert_eq!(read.value.text, "body");
}

#[test]
fn one_long_line_of_base64_stays_within_the_purse() {
    let small = Limits { expanded_bytes_max: 1_000_000, ..limits() };
    let raw = format!("Content-Type: x/y\nContent-Transfer-Encoding: base64\n\n{}", "QUFB".repeat(1_000_000));
    let mut budget = Budget::new(&small);
    let read = read(raw.as_bytes(), &small, &mut budget);
    assert_eq!(read.value.parts[0].bytes.len(), 1_000_000);
    assert_eq!(read.problems, [Problem::limit("part 1", "expanded_bytes_max", 1_000_000)]);
    assert_eq!(budget.left(), 0);
}

#[test]
fn long_texts_are_cut_and_said() {
    let small = Limits { text_bytes_max: 1_000, ..limits() };
    for kind in ["text/plain", "text/html"] {
        let raw = format!("Content-Type: {kind}; charset=utf-8\n\n{}", "あ ".repeat(10_000));
        let read = read(raw.as_bytes(), &small, &mut Budget::new(&small));
        assert!(read.value.text.len() <= 1_000, "{}", read.value.text.len());
        assert_eq!(read.problems, [Problem::limit("part 1", "text_bytes_max", 1_000)]);
    }
}

#[test]
fn html_floods_stay_linear() {
    for filler in
        ["<", "<a ", "<a href='", "<!--", "&#", "<script>", "</", "<a href=x>", "&", "<p a=\"", "<img alt='"]
    {
        let raw = format!("Content-Type: text/html\n\n{}", filler.repeat((2 << 20) / filler.len()));
        let read = parse(raw.as_bytes());
        assert!(read.value.links.len() <= 1_000);
        assert!(read.problems.iter().all(|problem| problem.kind == ProblemKind::LimitReached));
    }
}

#[test]
fn body_floods_stay_linear() {
    for filler in [
        "begin 644 x\n",
        "b",
        "--b\n",
        "--",
        "\n",
        "\r",
        "begin 644 x\n%86QP:&$ \n",
        "パスワード:",
        "「",
        "pw ",
    ] {
        let body = filler.repeat((256 << 10) / filler.len());
        parse(format!("Content-Type: multipart/mixed; boundary=c\n\n{body}").as_bytes());
        let read = parse(format!("Subject: x\n\n{body}").as_bytes());
        password_candidates(&read.value.text, &limits());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// No mutation of a message panics or takes more than the purse.
    #[test]
    fn mutations_are_survived(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..20)) {
        let mut raw = rich();
        for (at, byte, insert) in changes {
            let at = at.index(raw.len());
            if insert { raw.insert(at, byte) } else { raw[at] = byte }
        }
        let mut budget = Budget::new(&limits());
        let read = read(&raw, &limits(), &mut budget);
        let kept: usize = read.value.parts.iter().map(|part| part.bytes.len()).sum();
        prop_assert!(kept <= raw.len());
        prop_assert!(budget.left() < limits().expanded_bytes_max);
        password_candidates(&read.value.text, &limits());
    }

    /// Nor does noise that looks a little like mail.
    #[test]
    fn noise_is_survived(pieces in prop::collection::vec(prop::sample::select(vec![
        "From: ", "Subject: ", "Content-Type: ", "multipart/mixed; ", "boundary=", "b", "\r\n", "\n", "--b", "--", "\"", "=?utf-8?B?", "?=",
        "text/html", "<a href=", ">", "&#1", ";", "name*0*=", "'", "%1B$B", "(", "<x@y>", ",", "\u{1b}$B", "あ", "Received: from x by y; ", "begin 644 a\n",
    ]), 0..60)) {
        let raw = pieces.concat();
        parse(raw.as_bytes());
        looks_like_mail(raw.as_bytes());
        looks_like_mbox(raw.as_bytes());
        password_candidates(&raw, &limits());
    }
}
