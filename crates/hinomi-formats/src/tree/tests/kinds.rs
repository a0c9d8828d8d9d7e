//! What bytes are, and what they only pretend to be.

use super::super::{archive_format, detect, kind_by_name};
use super::*;

#[track_caller]
fn kind(name: &str, bytes: &[u8], expected: Kind) {
    assert_eq!(detect(name, bytes), expected, "{name}");
}

const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const MESSAGE: &[u8] =
    b"Received: from x\r\nFrom: a@b.example\r\nTo: c@d.example\r\nSubject: %PDF-1.4\r\n\r\ntext\r\n";

#[test]
fn bytes_come_before_names() {
    kind("invoice.pdf", b"MZ\x90\0", Kind::Program);
    kind("invoice.txt", b"\x7fELF", Kind::Program);
    kind("a.docx", b"PK\x03\x04", Kind::Zip);
    kind("a.jar", b"PK\x03\x04", Kind::Program);
    kind("a.bin", OLE, Kind::Document);
    kind("setup.msi", OLE, Kind::Program);
    kind("log.gz", &[0x1f, 0x8b, 8, 0], Kind::Gzip);
    kind("start.js", b"var a = 1;", Kind::Script);
    kind("notes.txt", b"dear all", Kind::Other);
    kind("x", b"%PDF-1.4", Kind::Pdf);
    kind("x", b"junk\n%PDF-1.4", Kind::Pdf);
    kind("x.lnk", b"\x4c\0\0\0\x01\x14\x02\0", Kind::Script);
    kind("x", b"\x4c\0\0\0\x01\x14\x02\0", Kind::Script);
}

#[test]
fn names_are_read_as_windows_reads_them() {
    assert_eq!(kind_by_name("請求書.pdf.exe"), Kind::Program);
    assert_eq!(kind_by_name("a.exe. . "), Kind::Program);
    assert_eq!(kind_by_name("A.LNK"), Kind::Script);
    assert_eq!(kind_by_name("a.ISO"), Kind::OtherArchive);
    assert_eq!(kind_by_name("README"), Kind::Other);
}

#[test]
fn a_message_with_a_pdf_mark_in_its_subject_stays_a_message() {
    kind("message.eml", MESSAGE, Kind::Mail);
    kind("", MESSAGE, Kind::Mail);
}

#[test]
fn a_message_whose_first_field_starts_like_a_program_stays_a_message() {
    kind(
        "message.eml",
        b"MZ-Id: 1\r\nFrom: a@b.example\r\nTo: c@d.example\r\nSubject: s\r\n\r\n",
        Kind::Mail,
    );
}

#[test]
fn a_zip_whose_first_entry_is_a_stored_pdf_stays_a_zip() {
    let zip = forge::zip(&[file("a.pdf", b"%PDF-1.4 ...").stored(), file("b.doc", &macro_document())]);
    kind("x.zip", &zip, Kind::Zip);
    kind("", &zip, Kind::Zip);
    let parsed = look("", &zip);
    assert!(parsed.value.nodes.iter().any(|node| matches!(node.content, Content::Document(..))));
}

#[test]
fn a_zip_behind_a_pdf_is_a_zip_to_who_opens_it_as_one() {
    let both = [b"%PDF-1.4\n%%EOF\n".to_vec(), forge::zip(&[file("a.doc", &macro_document())])].concat();
    kind("a.zip", &both, Kind::Zip);
    kind("a.pdf", &both, Kind::Pdf);
}

#[test]
fn a_script_stays_a_script_whatever_it_starts_with() {
    kind("a.js", b"MZ=1;//%PDF-1.4", Kind::Script);
    kind("a.bat", b"PK\x03\x04\r\npowershell -c 1", Kind::Script);
    kind("a.js", b"MZ\x90\0\x03\0\0\0", Kind::Program);
}

#[test]
fn archives_that_are_not_read_are_known() {
    for (bytes, format) in [
        (&b"Rar!\x1a\x07\x00"[..], "rar"),
        (b"7z\xbc\xaf\x27\x1c\0", "7z"),
        (b"MSCF\0\0\0\0", "cab"),
        (b"\x20\x00-lh5-", "lzh"),
        (b"BZh91AY&SY", "bzip2"),
    ] {
        assert_eq!(archive_format(bytes), Some(format));
        kind("x", bytes, Kind::OtherArchive);
    }
    assert_eq!(archive_format(b"a -lh is no archive"), None);
    assert_eq!(archive_format(b"BZhello"), None);
}

#[test]
fn documents_written_as_text_are_documents_whatever_their_name() {
    let ole = documents::document("", 932, &[documents::module("ThisDocument", MACRO)], &[]);
    let flat = format!(
        "<?xml version=\"1.0\"?><?mso-application progid=\"Word.Document\"?>\
         <pkg:package xmlns:pkg=\"http://schemas.microsoft.com/office/2006/xmlPackage\">\
         <pkg:part pkg:name=\"/word/vbaProject.bin\"><pkg:binaryData>{}</pkg:binaryData></pkg:part></pkg:package>",
        documents::base64(&ole)
    );
    check("a.xml", flat.as_bytes(), &[" document with 1 entry points"]);
    check("a.doc", flat.as_bytes(), &[" document with 1 entry points"]);
    check("a", flat.as_bytes(), &[" document with 1 entry points"]);
    let mhtml = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\n\
         Content-Location: file:///C:/editdata.mso\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Type: application/x-mso\r\n\r\n{}\r\n--b--\r\n",
        documents::base64(&documents::active_mime(&ole))
    );
    check("a.doc", mhtml.as_bytes(), &[" document with 1 entry points"]);
    // As a message, its part is the document.
    check("a.eml", mhtml.as_bytes(), &[" mail", "1 document with 1 entry points"]);
}

#[test]
fn a_zip_that_calls_itself_a_package_does_not_hide_its_files() {
    let inner = forge::zip(&[file("invoice.doc", &macro_document())]);
    check(
        "invoice.zip",
        &package(&[("inner.zip", &inner), ("run.exe", b"MZ\x90\0")]),
        &[
            " document with 0 entry points",
            "inner.zip zip",
            "inner.zip/invoice.doc document with 1 entry points",
            "run.exe program",
        ],
    );
}
