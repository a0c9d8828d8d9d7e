//! Whole documents of every container: what is found in them, and that no damage makes the reader panic.

use super::forge::{self, ForgedModule, active_mime, base64, compound, document, module, slide_record, zlib};
use super::{Document, base64 as unbase64, read};
use crate::archive::forge::{file, zip};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind};
use expect_test::{Expect, expect, expect_file};
use proptest::prelude::*;
use std::fmt::Write;

pub(crate) const OLE_MAGIC: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const LIMITS: Limits = Limits::desk();

fn read_all(bytes: &[u8]) -> Option<Parsed<Document>> {
    read(bytes, &LIMITS, &mut Budget::new(&LIMITS))
}

fn survey(bytes: &[u8]) -> String {
    let Some(Parsed { value: document, problems }) = read_all(bytes) else {
        return "no document\n".to_owned();
    };
    let mut text = format!("{:?} {:?}\n", document.container, document.application);
    if document.encrypted {
        text += "encrypted\n";
    }
    for project in &document.projects {
        writeln!(text, "project {} ({})", project.path, project.code_page).unwrap();
        for module in &project.modules {
            writeln!(text, "  {} = {:?}", module.stream, module.code).unwrap();
        }
    }
    for embedded in &document.embedded {
        let start = String::from_utf8_lossy(&embedded.bytes[..embedded.bytes.len().min(20)]);
        writeln!(text, "embedded {} {:?} {start:?}", embedded.path.escape_debug(), embedded.name).unwrap();
    }
    for Problem { kind, place, detail, .. } in &problems {
        writeln!(text, "{kind:?} {place}: {detail}").unwrap();
    }
    text
}

#[track_caller]
fn check(bytes: &[u8], expected: Expect) {
    expected.assert_eq(&survey(bytes));
}

/// `vbaProject.bin` with one module.
fn vba_project() -> Vec<u8> {
    document("", 1252, &[module("Module1", "x = 1")], &[])
}

#[test]
fn something_else_is_no_document() {
    let mail = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n--b--\r\n";
    let others: [&[u8]; 7] =
        [b"", b"x", b"PK\x03\x04", b"\xFF\xD8\xFF\xE0", mail, b"<html></html>", &OLE_MAGIC[..7]];
    for other in others {
        assert_eq!(survey(other), "no document\n");
    }
    assert_eq!(survey(&zip(&[file("word/vbaProject.bin", &vba_project())])), "no document\n");
}

#[test]
fn the_program_is_told_by_its_stream() {
    for (stream, program) in [
        ("WordDocument", "Word"),
        ("Workbook", "Excel"),
        ("Book", "Excel"),
        ("PowerPoint Document", "PowerPoint"),
        ("Quill", "Other"),
    ] {
        let bytes = document("Macros/", 1252, &[], &[(stream, b"")]);
        assert_eq!(survey(&bytes).lines().next(), Some(&*format!("Ole {program}")));
    }
}

/// A package with a content type for each part, and one relationship of the main part.
fn package(parts: &[(&str, &str, &[u8])], relationship: &str) -> Vec<u8> {
    let mut types = String::from(
        "<?xml version='1.0'?><!-- > --><Types><Default ContentType=\"application/xml\" Extension=\"xml\"/>\
         <Default Extension=\"png\" ContentType=\"image/png\"/>\
         <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument\
         .wordprocessingml.document.main+xml\"/>",
    );
    for (name, content_type, _) in parts {
        if !content_type.is_empty() {
            write!(types, "<Override ContentType='{content_type}' PartName='/{name}'/>").unwrap();
        }
    }
    let relationships = format!("<Relationships>{relationship}</Relationships>");
    let mut files = vec![
        file("[Content_Types].xml", format!("{types}</Types>").as_bytes()),
        file("word/document.xml", b"<w:document/>"),
        file("word/_rels/document.xml.rels", relationships.as_bytes()),
    ];
    files.extend(parts.iter().map(|(name, _, bytes)| file(name, bytes)));
    zip(&files)
}

const VBA_TYPE: &str = "application/vnd.ms-office.vbaProject";

#[test]
fn a_project_in_a_package_is_found_under_any_name() {
    let project = vba_project();
    let expected = |part: &str| {
        format!(
            "Ooxml Word\nproject {part}:VBA (1252)\n  {part}:VBA/Module1 = \
             \"Attribute VB_Name = \\\"Module1\\\"\\r\\nx = 1\"\n"
        )
    };
    for (part, content_type, relationship) in [
        ("word/vbaProject.bin", VBA_TYPE, ""),
        ("word/vbaProject.bin", "", ""),
        ("word/theme/picture.png", VBA_TYPE, ""),
        ("word/deep/er/still/x", "", ""),
        (
            "word/p.png",
            "",
            "<Relationship Id='r1' Target='p.png' \
             Type='http://schemas.microsoft.com/office/2006/relationships/vbaProject'/>",
        ),
        (
            "word/p.png",
            "",
            "<r:Relationship Type=\"http://schemas.microsoft.com/office/2006/relationships/vbaProject\" \
             Target=\"/Word/&#x70;.png\"/>",
        ),
    ] {
        assert_eq!(survey(&package(&[(part, content_type, &project)], relationship)), expected(part));
    }
}

#[track_caller]
fn check_code_only(beside: &[(&str, &[u8])], expected: bool) {
    let project = document("", 1252, &[module("Module1", "x = 1")], beside);
    let read = read_all(&package(&[("word/vbaProject.bin", VBA_TYPE, &project)], "")).unwrap();
    let told: Vec<bool> = read.value.projects.iter().map(|project| project.code_only).collect();
    assert_eq!(told, [expected], "{beside:?}");
}

#[test]
fn only_a_project_without_anything_beside_its_code_is_not_asked_for_texts() {
    check_code_only(&[], true);
    check_code_only(&[("PROJECTwm", b"")], true);
    check_code_only(&[("UserForm1/f", b"")], false);
    check_code_only(&[("UserForm1/anything", b"")], false);
    check_code_only(&[("VBA/o", b"")], false);
    check_code_only(&[("contents", b"")], false);
    check_code_only(&[("Escher", b"")], false);
}

#[test]
fn embedded_documents_are_handed_out() {
    let native = [
        &b"\x2F\0\0\0\x02\0run.vbs\0C:\\run.vbs\0\0\0\x03\0\x05\0\0\0C:\\t\0\x07\0\0\0payload"[..],
        b"behind the file",
    ]
    .concat();
    let ole = compound(::cfb::Version::V3, &[("\u{1}Ole10Native", &native), ("Package", b"PK\x03\x04inner")]);
    check(
        &package(
            &[
                (
                    "word/embeddings/oleObject1.bin",
                    "application/vnd.openxmlformats-officedocument.oleObject",
                    &ole,
                ),
                ("word/embeddings/Sheet.xlsx", "", b"PK\x03\x04sheet"),
                ("word/media/image1.png", "", b"\x89PNG"),
            ],
            "",
        ),
        expect![[r#"
            Ooxml Word
            embedded word/embeddings/oleObject1.bin:\u{1}Ole10Native Some("run.vbs") "payload"
            embedded word/embeddings/oleObject1.bin:Package None "PK\u{3}\u{4}inner"
            embedded word/embeddings/Sheet.xlsx Some("Sheet.xlsx") "PK\u{3}\u{4}sheet"
        "#]],
    );
}

#[test]
fn an_embedded_object_that_lies_about_its_length_is_cut() {
    let native = b"\xFF\xFF\xFF\x7F\x02\0a\0b\0\0\0\x03\0\x01\0\0\0\0\xFF\xFF\xFF\xFFrest";
    check(
        &compound(::cfb::Version::V3, &[("WordDocument", b""), ("ObjectPool/_1/\u{1}Ole10Native", native)]),
        expect![[r#"
            Ole Word
            embedded ObjectPool/_1/\u{1}Ole10Native Some("a") "rest"
        "#]],
    );
}

fn flat_opc(part: &[u8]) -> String {
    format!(
        "\u{FEFF}<?xml version=\"1.0\"?><pkg:package \
         xmlns:pkg=\"http://schemas.microsoft.com/office/2006/xmlPackage\">\
         <pkg:part pkg:name=\"/word/document.xml\" pkg:contentType=\"application/vnd.ms-word.document\
         .macroEnabled.main+xml\"><pkg:xmlData/></pkg:part>\
         <pkg:part pkg:name=\"/word/vbaProject.bin\" pkg:contentType=\"{VBA_TYPE}\">\
         <pkg:binaryData>\r\n{}</pkg:binaryData></pkg:part></pkg:package>",
        base64(part)
    )
}

fn word_2003(part: &[u8]) -> String {
    format!(
        "<?xml version=\"1.0\"?><w:wordDocument \
         xmlns:w=\"http://schemas.microsoft.com/office/word/2003/wordml\"><w:docSuppData>\
         <w:binData w:name=\"editdata.mso\">{}</w:binData></w:docSuppData></w:wordDocument>",
        base64(part)
    )
}

fn mhtml(part: &[u8]) -> String {
    format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\n\
         Content-Type: text/html\r\n\r\n<html xmlns:x=3D\"urn:schemas-microsoft-com:office:excel\">base64 is only a word here\r\n--b\r\nContent-Location: editdata.mso\r\n\
         Content-Transfer-Encoding: BASE64\r\n\r\n{}\r\n--b--\r\n",
        base64(part)
    )
}

#[test]
fn documents_as_one_text_file_are_read() {
    check(
        flat_opc(&vba_project()).as_bytes(),
        expect![[r#"
            FlatOpc Word
            project word/vbaProject.bin:VBA (1252)
              word/vbaProject.bin:VBA/Module1 = "Attribute VB_Name = \"Module1\"\r\nx = 1"
        "#]],
    );
    check(
        word_2003(&active_mime(&vba_project())).as_bytes(),
        expect![[r#"
            FlatOpc Word
            project editdata.mso:VBA (1252)
              editdata.mso:VBA/Module1 = "Attribute VB_Name = \"Module1\"\r\nx = 1"
        "#]],
    );
    check(
        mhtml(&active_mime(&vba_project())).as_bytes(),
        expect![[r#"
            Mhtml Excel
            project editdata.mso:VBA (1252)
              editdata.mso:VBA/Module1 = "Attribute VB_Name = \"Module1\"\r\nx = 1"
        "#]],
    );
}

#[test]
fn utf_16_is_xml_too() {
    let text: Vec<u8> = flat_opc(&vba_project()).encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(survey(&text), survey(flat_opc(&vba_project()).as_bytes()));
}

#[test]
fn active_mime_is_found_where_the_header_does_not_point() {
    let sound = active_mime(&vba_project());
    let expected = survey(&sound);
    assert!(expected.contains("VBA/Module1"), "{expected}");
    let mut lying = sound.clone();
    lying[0x1E] = 0x77;
    assert_eq!(survey(&lying), expected);
    lying.splice(0x32..0x32, *b"some x more");
    assert_eq!(survey(&lying), expected);
    check(
        &sound[..0x32],
        expect![[r#"
            Mhtml Other
            Malformed : ActiveMime without zlib data
        "#]],
    );
}

fn slides(records: &[Vec<u8>]) -> Vec<u8> {
    let stream = records.concat();
    compound(::cfb::Version::V3, &[("PowerPoint Document", &stream), ("Current User", &[0; 20])])
}

/// A packed storage as PowerPoint writes it.
fn packed(ole: &[u8]) -> Vec<u8> {
    slide_record(0x10, 0x1011, &[&(ole.len() as u32).to_le_bytes()[..], &zlib(ole)].concat())
}

fn says_macros() -> Vec<u8> {
    let atom = slide_record(2, 0x0400, &[1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
    slide_record(0x1F, 0x03FF, &atom)
}

#[test]
fn macros_of_a_presentation_are_read() {
    let project = vba_project();
    check(
        // The packed one stands last: how long it is depends on who packs.
        &slides(&[b"\x11\x10".to_vec(), says_macros(), slide_record(0, 0x1011, &project), packed(&project)]),
        expect![[r#"
            Ole PowerPoint
            project PowerPoint Document@30:VBA (1252)
              PowerPoint Document@30:VBA/Module1 = "Attribute VB_Name = \"Module1\"\r\nx = 1"
            project PowerPoint Document@3110:VBA (1252)
              PowerPoint Document@3110:VBA/Module1 = "Attribute VB_Name = \"Module1\"\r\nx = 1"
        "#]],
    );
    // Cut in the middle of the last storage, its start is still read.
    let cut = slides(&[packed(&project)[..200].to_vec()]);
    assert!(survey(&cut).contains("Truncated PowerPoint Document@0: the compressed data is cut short"));
    check(
        &slides(&[says_macros()]),
        expect![[r#"
            Ole PowerPoint
            Malformed PowerPoint Document: the presentation says that it has macros, and none were found
        "#]],
    );
}

#[test]
fn a_presentation_in_a_presentation_ends_at_the_depth_limit() {
    let mut bytes = vba_project();
    for _ in 0..12 {
        bytes = slides(&[slide_record(0, 0x1011, &bytes)]);
    }
    let parsed = read_all(&bytes).unwrap();
    let limit = parsed.problems.iter().find_map(|problem| problem.limit.as_ref());
    assert_eq!(limit.map(|limit| (limit.name.as_str(), limit.value)), Some(("depth_max", 8)));
}

#[test]
fn an_encrypted_document_is_said_to_be() {
    let word = |flags: u8| [&[0xEC, 0xA5][..], &[0; 9], &[flags], &[0; 40]].concat();
    let excel = |id: u8| [0x09, 8, 2, 0, 0, 6, 0x86, 0, 0, 0, id, 0, 2, 0, 0, 0, 0x0A, 0, 0, 0];
    let user = |token: u32| [&[0; 12][..], &token.to_le_bytes(), &[0; 8]].concat();
    let cases: [(&str, Vec<u8>, bool); 8] = [
        ("EncryptedPackage", vec![0; 8], true),
        ("WordDocument", word(1), true),
        ("WordDocument", word(0), false),
        ("Workbook", excel(0x2F).to_vec(), true),
        ("Book", excel(0x2F).to_vec(), true),
        ("Workbook", excel(0x42).to_vec(), false),
        ("Current User", user(0xF3D1_C4DF), true),
        ("Current User", user(0xE391_C05F), false),
    ];
    for (stream, content, expected) in cases {
        let parsed = read_all(&compound(::cfb::Version::V3, &[(stream, &content)])).unwrap();
        assert_eq!(parsed.value.encrypted, expected, "{stream}");
        let problems: Vec<_> =
            parsed.problems.iter().map(|problem| (problem.kind, &*problem.place)).collect();
        let told = [(ProblemKind::Encrypted, stream)];
        assert_eq!(problems, if expected { &told[..] } else { &[] }, "{stream}");
    }
}

#[test]
fn a_zlib_bomb_stops_at_the_budget() {
    let bomb = [&OLE_MAGIC[..], &vec![0; 4 << 20]].concat();
    let limits = Limits { expanded_bytes_max: 1 << 20, ..LIMITS };
    for bytes in [active_mime(&bomb), slides(&[packed(&bomb)])] {
        let problems = read(&bytes, &limits, &mut Budget::new(&limits)).unwrap().problems;
        let limit = problems.iter().find_map(|problem| problem.limit.as_ref());
        assert_eq!(limit.map(|limit| limit.name.as_str()), Some("expanded_bytes_max"), "{problems:?}");
    }
}

#[test]
fn the_same_loss_is_told_once() {
    let gone = ForgedModule { name: b"Gone".to_vec(), ..module("Gone", "") };
    let mut dir = forge::dir(1252, &[gone.clone(), gone]);
    dir = forge::compress(&dir);
    check(
        &compound(::cfb::Version::V3, &[("VBA/dir", &dir)]),
        expect![[r#"
            Ole Other
            project VBA (1252)
            Malformed VBA/Gone: the module's stream is missing
        "#]],
    );
}

#[test]
fn stored_documents_are_read_as_before() {
    for (stored, expected) in [
        (include_str!("fixtures/invoice.doc.b64"), expect_file!["fixtures/invoice.doc.txt"]),
        (include_str!("fixtures/invoice.docm.b64"), expect_file!["fixtures/invoice.docm.txt"]),
        (include_str!("fixtures/invoice.ppt.b64"), expect_file!["fixtures/invoice.ppt.txt"]),
    ] {
        expected.assert_eq(&survey(&unbase64::decode(stored.as_bytes())));
    }
}

/// One small document of every container.
fn documents() -> Vec<Vec<u8>> {
    let project = vba_project();
    vec![
        document("Macros/", 932, &[module("Module1", "x = 1")], &[("WordDocument", &[0; 64])]),
        package(&[("word/vbaProject.bin", VBA_TYPE, &project)], ""),
        flat_opc(&project).into_bytes(),
        word_2003(&active_mime(&project)).into_bytes(),
        mhtml(&active_mime(&project)).into_bytes(),
        slides(&[says_macros(), packed(&project)]),
    ]
}

#[test]
fn a_document_cut_anywhere_is_read_without_panic() {
    for document in documents() {
        for len in 0..document.len() {
            let _ = read_all(&document[..len]);
        }
    }
}

#[test]
fn a_cut_compound_file_never_loses_macros_without_a_word() {
    let whole = &documents()[0];
    for len in 8..whole.len() {
        let parsed = read_all(&whole[..len]).unwrap();
        let modules = parsed.value.projects.iter().map(|project| project.modules.len()).sum::<usize>();
        assert!(modules == 1 || !parsed.problems.is_empty(), "cut at {len}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_damaged_document_is_read_without_panic(
        which in 0..6_usize,
        patches in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut document = documents().swap_remove(which);
        for (at, byte) in patches {
            let at = at.index(document.len());
            document[at] = byte;
        }
        if is_cut {
            document.truncate(cut.index(document.len()));
        }
        let limits = Limits { expanded_bytes_max: 1 << 20, ..LIMITS };
        if let Some(parsed) = read(&document, &limits, &mut Budget::new(&limits)) {
            let kept: usize = parsed.value.embedded.iter().map(|embedded| embedded.bytes.len()).sum();
            prop_assert!(kept <= 1 << 20);
            prop_assert!(parsed.problems.len() < 1_000);
        }
    }

    #[test]
    fn a_header_of_any_numbers_is_read_without_panic(header in prop::collection::vec(any::<u8>(), 500..3_000)) {
        let bytes = [&OLE_MAGIC[..], &header].concat();
        prop_assert!(read_all(&bytes).is_some());
    }
}
