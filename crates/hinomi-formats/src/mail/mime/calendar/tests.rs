//! Invitations as programs write them, and as somebody would who has a reason.

use super::*;
use crate::ProblemKind;
use std::fmt::Write;

fn parse(source: &[u8]) -> Parsed<Calendar> {
    let limits = Limits::desk();
    read(source, None, &limits, &mut Budget::new(&limits))
}

#[track_caller]
fn check(lines: &str, expected: &str) {
    check_bytes(lines.replace('\n', "\r\n").as_bytes(), expected);
}

#[track_caller]
fn check_bytes(lines: &[u8], expected: &str) {
    let source =
        [b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", lines, b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"].concat();
    assert!(looks_like_calendar(&source));
    let Parsed { value: calendar, problems } = parse(&source);
    let mut out = String::new();
    for organizer in &calendar.organizers {
        _ = writeln!(out, "by {} <{}>", organizer.name, organizer.address);
    }
    for link in &calendar.links {
        _ = writeln!(out, "to {} {}", link.href, link.text);
    }
    for file in &calendar.files {
        _ = writeln!(
            out,
            "file {} {} {:?}",
            file.name,
            file.media_type,
            String::from_utf8_lossy(&file.bytes)
        );
    }
    calendar.text.lines().for_each(|line| _ = writeln!(out, "| {line}"));
    problems.iter().for_each(|problem| _ = writeln!(out, "! {:?} {}", problem.kind, problem.detail));
    let out: Vec<&str> = out.lines().map(str::trim_end).collect();
    assert_eq!(out.join("\n"), expected);
}

#[test]
fn files_come_inline_and_by_address() {
    check(
        "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=\"議事録: 案.txt\":aGVsbG8=",
        "file 議事録: 案.txt text/plain \"hello\"",
    );
    // Folded as RFC 5545 has it, and as vCalendar 1.0 does, which some write without the blank.
    check("ATTACH;ENCODING=BASE64;FILENAME=a.js:aGVs\n bG8gd\n 29ybGQ=", "file a.js  \"hello world\"");
    check("ATTACH;BASE64;X-LABEL=b.js:\naGVsbG8gd\n29ybGQ=\n\nSUMMARY:x", "file b.js  \"hello world\"\n| x");
    check(
        "ATTACH;FILENAME=plan.zip:https://files.example/plan.zip\nATTACH:CID:part1@x\nATTACH:file://share.example/a.lnk",
        "to https://files.example/plan.zip plan.zip\nto file://share.example/a.lnk",
    );
    check("ATTACH;FILENAME=c.hta:data:text/html;base64,aGVsbG8=", "file c.hta text/html \"hello\"");
}

#[test]
fn links_stand_in_every_field() {
    check(
        "URL:https://a.example/\nCONFERENCE;VALUE=URI;LABEL=join:https://b.example/room\nX-GOOGLE-CONFERENCE:https://c.example/x\n\
         DESCRIPTION;ALTREP=\"https://d.example/invite.html\":see https://e.example/y\\, and\\nanswer",
        "to https://a.example/\nto https://b.example/room join\nto https://c.example/x\nto https://d.example/invite.html\n\
         to https://e.example/y\n| see https://e.example/y, and\n| answer",
    );
    check(
        "X-ALT-DESC;FMTTYPE=text/html:<html><body><a href=\"https://f.exam\n ple/login\">Answer</a></body></html>",
        "to https://f.example/login Answer\n| Answer",
    );
    check(
        "DESCRIPTION;ALTREP=\"data:text/html,%3Ca%20href=https://g.example/z\":same",
        "to https://g.example/z\n| same",
    );
}

#[test]
fn who_invites_is_told() {
    check(
        "ORGANIZER;CN=\"佐藤; 総務\";SENT-BY=\"mailto:bot@b.example\":MAILTO:sato@a.example",
        "by 佐藤; 総務 <sato@a.example>\nby  <bot@b.example>",
    );
}

#[test]
fn text_of_every_age_and_charset_is_read() {
    // vCalendar 1.0 of a phone: quoted-printable with soft line breaks, in Shift_JIS.
    check_bytes(b"SUMMARY;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=90=BF=\r\n=8B=81=8F=91", "| 請求書");
    check_bytes(b"SUMMARY;QUOTED-PRINTABLE:a=3Db", "| a=b");
    // A fold in the middle of a character.
    check_bytes(b"SUMMARY:\xE8\xAB\r\n \x8B\xE6\xB1\x82", "| 請求");
    check_bytes(b"item1.SUMMARY:a\\\\b\\;c\r\nLOCATION:a\\\\b\\;c", "| a\\b;c");
}

#[test]
fn what_is_no_calendar_is_none() {
    assert!(looks_like_calendar(b"\xEF\xBB\xBF\r\nbegin:vcalendar\r\n"));
    for bytes in [&b""[..], b"BEGIN:VCARD", b"Subject: BEGIN:VCALENDAR"] {
        assert!(!looks_like_calendar(bytes));
    }
}

#[test]
fn limits_are_told_once() {
    let mut many = b"BEGIN:VCALENDAR\n".to_vec();
    for n in 0..5_000 {
        many.extend(format!("URL:https://a.example/{n}\nATTACH;ENCODING=BASE64:QUJD\n").into_bytes());
    }
    let few = Limits { entries_max: 10, urls_max: 20, expanded_bytes_max: 6, ..Limits::desk() };
    let parsed = read(&many, None, &few, &mut Budget::new(&few));
    assert_eq!((parsed.value.links.len(), parsed.value.files.len()), (20, 2));
    assert!(parsed.problems.iter().all(|problem| problem.kind == ProblemKind::LimitReached));
    let names: Vec<&str> =
        parsed.problems.iter().filter_map(|p| p.limit.as_ref()).map(|l| l.name.as_str()).collect();
    assert_eq!(names.iter().filter(|name| **name == "urls_max").count(), 1);
    assert!(names.contains(&"expanded_bytes_max"));
}
