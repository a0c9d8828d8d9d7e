//! The walk over a file and all it carries.

mod hostile;
mod keys;
mod kinds;
mod passwords;

use super::{Container, Content, Hints, Kind, Node, Tree, read};
use crate::archive::forge::{self, Seal, file};
use crate::office::forge as documents;
use crate::{Limits, Parsed};
use std::fmt::Write;

const MACRO: &str = "Sub AutoOpen()\r\nShell \"calc.exe\"\r\nEnd Sub\r\n";

/// A Word document whose macro starts a program when it is opened.
fn macro_document() -> Vec<u8> {
    documents::document("Macros/", 932, &[documents::module("ThisDocument", MACRO)], &[("WordDocument", b"")])
}

/// A package with these parts beside its content types.
fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let types = br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
        <Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>
        <Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>
        </Types>"#;
    let mut files = vec![file("[Content_Types].xml", types), file("word/document.xml", b"<w:document/>")];
    files.extend(parts.iter().map(|(name, bytes)| file(name, bytes)));
    forge::zip(&files)
}

/// A mail with a text and files, each by name.
fn mail(subject: &str, text: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = format!(
        "From: a@partner.example\r\nTo: b@reiji.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=edge\r\n\r\n--edge\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
    );
    for (name, bytes) in files {
        let kind = if name.is_empty() { "message/rfc822" } else { "application/octet-stream" };
        let disposition = if name.is_empty() { String::new() } else { format!("; filename=\"{name}\"") };
        let _ = write!(
            out,
            "--edge\r\nContent-Type: {kind}\r\nContent-Disposition: attachment{disposition}\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            documents::base64(bytes)
        );
    }
    (out + "--edge--\r\n").into_bytes()
}

fn look(name: &str, bytes: &[u8]) -> Parsed<Tree> {
    read(name, bytes, Hints::default(), &Limits::desk())
}

/// One line a node (`place kind`, `!` when something of it was not read), one a problem.
fn told(parsed: &Parsed<Tree>) -> Vec<String> {
    let nodes = parsed.value.nodes.iter().map(|node| {
        let mark = if node.partly { " !" } else { "" };
        format!("{} {}{mark}", node.place, kind_word(node))
    });
    let problems = parsed.problems.iter().map(|p| format!("! {:?} {}: {}", p.kind, p.place, p.detail));
    nodes.chain(problems).collect()
}

fn kind_word(node: &Node) -> String {
    match &node.content {
        Content::Document(_, surveys) => {
            format!(
                "document with {} entry points",
                surveys.iter().map(|s| s.entry_points.len()).sum::<usize>()
            )
        }
        _ => format!("{:?}", node.kind).to_lowercase(),
    }
}

#[track_caller]
fn check(name: &str, bytes: &[u8], expected: &[&str]) {
    assert_eq!(told(&look(name, bytes)), expected);
}

fn container(tree: &Tree) -> &Container {
    let found = tree.nodes.iter().find_map(|node| match &node.content {
        Content::Archive(container) => Some(container),
        _ => None,
    });
    found.expect("an archive")
}

#[test]
fn an_empty_file_is_one_plain_node() {
    check("empty", b"", &[" other"]);
}

#[test]
fn a_macro_is_found_through_mail_archive_and_document() {
    let docm = package(&[(
        "word/vbaProject.bin",
        &documents::document("", 932, &[documents::module("ThisDocument", MACRO)], &[]),
    )]);
    let zip =
        forge::zip(&[file("folder/", b""), file("folder/請求書.docm", &docm), file("memo.txt", b"memo")]);
    check(
        "message.eml",
        &mail(
            "Invoice",
            "see attached",
            &[("invoice.zip", &zip), ("", &mail("inner", "", &[("plain.doc", &macro_document())]))],
        ),
        &[
            " mail",
            "invoice.zip zip",
            "invoice.zip/folder/請求書.docm document with 1 entry points",
            "invoice.zip/memo.txt other",
            "3 mail",
            "3/plain.doc document with 1 entry points",
        ],
    );
}

#[test]
fn parents_stand_before_children_and_siblings_in_their_order() {
    let zip = forge::zip(&[
        file("1.txt", b"1"),
        file("2.zip", &forge::zip(&[file("3.txt", b"3")])),
        file("4.txt", b"4"),
    ]);
    let tree = look("a.zip", &zip).value;
    let places: Vec<&str> = tree.nodes.iter().map(|node| node.place.as_str()).collect();
    assert_eq!(places, ["", "1.txt", "2.zip", "2.zip/3.txt", "4.txt"]);
    for (at, node) in tree.nodes.iter().enumerate() {
        assert!(node.parent.is_none_or(|parent| parent < at), "{}", node.place);
    }
}

#[test]
fn a_problem_names_the_whole_way_to_it() {
    let damaged = {
        let mut zip = forge::zip(&[file("a.doc", &macro_document()).stored()]);
        // Inside the stored data: the checksum no longer fits.
        zip[600] ^= 1;
        zip
    };
    let parsed = look("m.eml", &mail("x", "", &[("outer.zip", &forge::zip(&[file("inner.zip", &damaged)]))]));
    let problem = &parsed.problems[0];
    assert_eq!(problem.place, "outer.zip/inner.zip/a.doc");
    assert!(parsed.value.nodes.iter().any(|node| node.place == problem.place && node.partly));
}

#[test]
fn a_part_without_a_name_is_placed_by_its_number() {
    let text = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: s\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=e\r\n\r\n--e\r\nContent-Type: image/png\r\n\r\nbytes\r\n--e--\r\n";
    check("", text, &[" mail", "1 other"]);
}

#[test]
fn gzip_without_a_name_is_called_as_gunzip_calls_it() {
    let mut gz = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    gz.extend(forge::deflate(&macro_document()));
    let parsed = look("report.doc.gz", &gz);
    assert_eq!(parsed.value.nodes[1].place, "report.doc");
}

#[test]
fn an_mbox_that_came_as_one_file_is_read_message_by_message() {
    let mut mbox = Vec::new();
    for n in 0..3 {
        mbox.extend(format!("From a@partner.example Thu Jul 23 10:00:0{n} 2020\n").into_bytes());
        mbox.extend(mail(&format!("m{n}"), "", &[("a.doc", &macro_document())]));
        mbox.push(b'\n');
    }
    let parsed = look("-", &mbox);
    let documents = parsed.value.nodes.iter().filter(|node| matches!(node.content, Content::Document(..)));
    assert_eq!(documents.count(), 3);
    assert_eq!(parsed.value.nodes[5].place, "#3");
}

#[test]
fn an_archive_that_is_not_read_is_told_and_closed() {
    let parsed = look("invoice.zst", b"\x28\xb5\x2f\xfdrest");
    assert_eq!(told(&parsed), [" otherarchive !", "! Unsupported : zstd archives are not read"]);
    assert!(container(&parsed.value).closed);
    let parsed = look("invoice.rar", b"Rar!\x1a\x07\x01\x00rest");
    assert_eq!(told(&parsed), [" otherarchive !", "! Truncated : the archive ends inside a header"]);
    assert!(container(&parsed.value).closed);
    let tar = [vec![b'a'; 257], b"ustar\x0000".to_vec(), vec![0; 300]].concat();
    assert!(container(&look("x", &tar).value).closed);
}

#[test]
fn a_document_that_cannot_be_read_as_one_is_told() {
    // The magic number alone.
    let parsed = look("a.doc", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    assert!(parsed.value.nodes[0].partly, "{:?}", told(&parsed));
    assert!(!parsed.problems.is_empty());
}

#[test]
fn what_hides_in_rtf_objects_is_found() {
    check("a.rtf", br"{\rtf1 text}", &[" document with 0 entry points"]);
    let data: String = documents::rtf_object("Word.Document.8", &macro_document());
    check(
        "a.doc",
        data.as_bytes(),
        &[" document with 0 entry points", "object at 24 (Word.Document.8) document with 1 entry points"],
    );
}
