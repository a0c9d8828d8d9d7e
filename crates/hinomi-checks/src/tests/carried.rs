//! From the bytes of a mail to verdicts: what archives and pages in it carry.

use crate::{ContactBook, Origin, entries, judge, observe};
use hinomi_formats::Limits;
use hinomi_formats::tree::{self, Hints};
use hinomi_model::Verdict;
use std::collections::BTreeSet;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../hinomi-formats/src/archive/fixtures/", $name, ".b64"))
    };
}

/// A mail from outside with one file, whose base64 is given.
fn mail(text: &str, name: &str, base64: &str) -> Vec<u8> {
    format!(
        "From: a@partner.example\r\nTo: b@reiji.example\r\nSubject: invoice\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=edge\r\n\r\n--edge\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         {text}\r\n--edge\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; \
         filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64}\r\n--edge--\r\n"
    )
    .into_bytes()
}

/// The checks of what mail carries; a new one that looks at something else has its own tests.
const OF_CARRIED: [&str; 7] = [
    "document.auto-run-macro",
    "document.carries-program",
    "document.hidden-macro-sheet",
    "document.starts-powershell",
    "mail.deceptive-file-name",
    "mail.password-beside-archive",
    "mail.program-in-archive",
];

/// What they do not pass, as `check key`.
fn verdicts(mail: &[u8]) -> Vec<String> {
    let limits = Limits::desk();
    let origin = Origin {
        source: "in/1.eml".to_owned(),
        name: "1.eml".to_owned(),
        store: "in".to_owned(),
        own_domains: vec!["reiji.example".to_owned()],
        pages: crate::PageConfig::default(),
        taken_by: "test".to_owned(),
        neighbours: Vec::new(),
        lies: Default::default(),
        looked_at: None,
    };
    let observed = observe(tree::read("1.eml", mail, Hints::default(), &limits), &origin);
    let own = BTreeSet::from(["reiji.example".to_owned()]);
    let contacts = ContactBook::from_observations(&observed.observations);
    let judged = judge(&entries().unwrap(), &own, &contacts, &observed.observations);
    let ours = judged.decisions.into_iter().filter(|decision| OF_CARRIED.contains(&decision.check.as_str()));
    let told = ours.filter_map(|decision| match decision.verdict {
        Verdict::Pass => None,
        Verdict::Fail(finding) => Some(format!("{} {}", decision.check, finding.text.key)),
        Verdict::Undetermined(why) => Some(format!("{} {}?", decision.check, why.key)),
    });
    let told: BTreeSet<String> = told.collect();
    told.into_iter().collect()
}

#[track_caller]
fn check(text: &str, name: &str, base64: &str, expected: &[&str]) {
    assert_eq!(verdicts(&mail(text, name, base64)), expected, "{name}");
}

const PROGRAM: &str = "mail.program-in-archive program";

#[test]
fn a_program_is_found_in_every_archive() {
    for (name, base64) in [
        ("a.7z", fixture!("lzma2.7z")),
        ("b.7z", fixture!("bcj2.7z")),
        ("a.lzh", fixture!("level0-lh5.lzh")),
        ("b.lzh", fixture!("level2-lh7.lzh")),
        ("a.cab", fixture!("mszip.cab")),
    ] {
        check("", name, base64, &[PROGRAM]);
    }
    check("", "a.iso.gz", fixture!("joliet.iso.gz"), &[PROGRAM]);
    check("", "a.tgz", fixture!("gnu.tar.gz"), &[PROGRAM]);
}

#[test]
fn a_program_that_nobody_unpacked_is_found_by_its_name() {
    let told = verdicts(&mail("", "a.rar", fixture!("v5.rar")));
    assert!(told.contains(&PROGRAM.to_owned()), "{told:?}");
    assert!(told.contains(&"mail.program-in-archive named_in_archive".to_owned()), "{told:?}");
    assert!(told.contains(&"mail.deceptive-file-name double_extension".to_owned()), "{told:?}");
    check("", "a.7z", fixture!("deflate64.7z"), &["mail.program-in-archive named_in_archive"]);
}

#[test]
fn a_password_beside_an_archive_is_found_in_every_format_that_has_one() {
    let text = "解凍パスワード: vEry20";
    for (name, base64) in [("a.7z", fixture!("aes.7z")), ("b.7z", fixture!("aes-header.7z"))] {
        check(text, name, base64, &["mail.password-beside-archive same_mail", PROGRAM]);
    }
    // Names are told without the password, and nothing at all where they are encrypted.
    check(
        "",
        "a.7z",
        fixture!("aes.7z"),
        &["mail.password-beside-archive not_opened?", "mail.program-in-archive named_in_archive"],
    );
    for (name, base64) in [("b.7z", fixture!("aes-header.7z")), ("a.rar", fixture!("v5-header.rar"))] {
        let shut = ["mail.password-beside-archive not_opened?", "mail.program-in-archive unread?"];
        check("", name, base64, &shut);
    }
}

/// Pages that put a script or an archive (with a text in it) together and offer it: in base64.
const BUILDS_SCRIPT: &str = "PGh0bWw+PGJvZHk+PHNjcmlwdD52YXIgZCA9IGF0b2IoJ0x5OGdaRzlsY3lCdWIzUm9hVzVuSUdKMWRDQm5jbVZsZEN3Z2RIZHBZMlVOQ2xkVFkzSnBjSFF1UldOb2J5Z25ZU2NwT3cwS1YxTmpjbWx3ZEM1RlkyaHZLQ2RpSnlrN0RRbz0nKTt2YXIgYiA9IG5ldyBCbG9iKFtkXSk7dmFyIGEgPSBkb2N1bWVudC5jcmVhdGVFbGVtZW50KCdhJyk7YS5ocmVmID0gVVJMLmNyZWF0ZU9iamVjdFVSTChiKTthLmRvd25sb2FkID0gJ2ludm9pY2UuanMnO2EuY2xpY2soKTs8L3NjcmlwdD48L2JvZHk+PC9odG1sPg==";
const BUILDS_ARCHIVE: &str = "PGh0bWw+PGJvZHk+PHNjcmlwdD52YXIgZCA9IGF0b2IoJ1VFc0RCQlFBQUFBQUFBQlE5MURjSmV6MUdRQUFBQmtBQUFBSUFBQUFibTkwWlM1MGVIUnViM1JvYVc1bklHaGhjbTFtZFd3Z2FXNGdhR1Z5WlEwS1VFc0JBaFFERkFBQUFBQUFBRkQzVU53bDdQVVpBQUFBR1FBQUFBZ0FBQUFBQUFBQUFBQUFBSUFCQUFBQUFHNXZkR1V1ZEhoMFVFc0ZCZ0FBQUFBQkFBRUFOZ0FBQUQ4QUFBQUFBQT09Jyk7dmFyIGIgPSBuZXcgQmxvYihbZF0pO3ZhciBhID0gZG9jdW1lbnQuY3JlYXRlRWxlbWVudCgnYScpO2EuaHJlZiA9IFVSTC5jcmVhdGVPYmplY3RVUkwoYik7YS5kb3dubG9hZCA9ICdzY2FuLnppcCc7YS5jbGljaygpOzwvc2NyaXB0PjwvYm9keT48L2h0bWw+";

#[test]
fn a_file_that_a_page_builds_is_found() {
    let script = ["document.carries-program smuggled_program", "mail.program-in-archive attached"];
    check("", "invoice.html", BUILDS_SCRIPT, &script);
    check("", "invoice.hta", BUILDS_SCRIPT, &script);
    check("", "scan.htm", BUILDS_ARCHIVE, &["document.carries-program smuggled_file"]);
}

#[test]
fn an_invitation_is_read_as_part_of_its_mail() {
    let source = "From: a@partner.example\r\nTo: b@reiji.example\r\nSubject: meeting\r\nMIME-Version: 1.0\r\n\
        Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n\
        BEGIN:VEVENT\r\nORGANIZER;CN=Sato:mailto:sato@other.example\r\nURL:https://join.example/room\r\n\
        ATTACH;ENCODING=BASE64;VALUE=BINARY;FILENAME=agenda.js:V1NjcmlwdC5FY2hvKDEp\r\n\
        DESCRIPTION:bring the papers\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    assert_eq!(
        verdicts(source.as_bytes()),
        ["document.carries-program in_document", "mail.program-in-archive attached"]
    );
    let tree = tree::read("1.eml", source.as_bytes(), Hints::default(), &Limits::desk());
    assert_eq!(tree.problems, []);
    let tree::Content::Mail(mail) = &tree.value.nodes[0].content else { panic!("a mail is a mail") };
    assert_eq!(mail.links[0].href, "https://join.example/room");
    assert_eq!(mail.organizers[0].address, "sato@other.example");
    assert_eq!(mail.text, "bring the papers");
    assert_eq!(tree.value.nodes[2].place, "1/agenda.js");
}

#[test]
fn macros_of_a_sheet_nobody_sees_are_found_in_every_container() {
    macro_rules! workbook {
        ($name:literal) => {
            include_str!(concat!("../../../hinomi-formats/src/office/workbook/fixtures/", $name, ".b64"))
        };
    }
    let expected = ["document.auto-run-macro starts_program", "document.hidden-macro-sheet acts"];
    check("", "plain.xls", workbook!("plain.xls"), &expected);
    check("", "cells.xlsb", workbook!("cells.xlsb"), &expected);
    check("", "written.xlsm", workbook!("self-modifying.xlsm"), &expected);
}
