//! The walk over a file and all it carries.

use super::{Content, Hints, Kind, detect, kind_by_name, read};
use crate::Limits;

#[track_caller]
fn kind(name: &str, bytes: &[u8], expected: Kind) {
    assert_eq!(detect(name, bytes), expected, "{name}");
}

#[test]
fn tells_kinds_by_bytes_before_names() {
    kind("invoice.pdf", b"MZ\x90\0", Kind::Program);
    kind("invoice.txt", b"\x7fELF", Kind::Program);
    kind("a.docx", b"PK\x03\x04", Kind::Zip);
    kind("a.jar", b"PK\x03\x04", Kind::Program);
    kind("a.bin", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], Kind::Document);
    kind("setup.msi", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], Kind::Program);
    kind("log.gz", &[0x1f, 0x8b, 8, 0], Kind::Gzip);
    kind("start.js", b"var a = 1;", Kind::Script);
    kind("notes.txt", b"dear all", Kind::Other);
}

#[test]
fn tells_kinds_by_names_as_windows_reads_them() {
    assert_eq!(kind_by_name("請求書.pdf.exe"), Kind::Program);
    assert_eq!(kind_by_name("a.exe. . "), Kind::Program);
    assert_eq!(kind_by_name("A.LNK"), Kind::Script);
    assert_eq!(kind_by_name("README"), Kind::Other);
}

#[test]
fn an_empty_file_is_one_plain_node() {
    let tree = read("empty", b"", Hints::default(), &Limits::desk());
    assert!(tree.problems.is_empty());
    assert_eq!(tree.value.nodes.len(), 1);
    assert!(matches!(tree.value.nodes[0].content, Content::Plain));
}
