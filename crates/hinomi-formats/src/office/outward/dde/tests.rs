//! What documents start and fetch without macros, and what they ask for, in every container.

use super::dde_in_table;
use crate::archive::forge::{file, zip};
use crate::office::forge::{compound, document, module, word};
use crate::office::{Document, read};
use crate::{Budget, Limits};
use expect_test::{Expect, expect};
use std::fmt::Write;

const LIMITS: Limits = Limits::desk();

#[track_caller]
fn check(bytes: &[u8], expected: Expect) {
    let document: Document = read(bytes, &LIMITS, &mut Budget::new(&LIMITS)).expect("a document").value;
    let mut told = String::new();
    for dde in &document.dde {
        let automatic = if dde.automatic { " by itself" } else { "" };
        writeln!(told, "dde {}{automatic}: {}", dde.place.escape_debug(), dde.command.escape_debug())
            .unwrap();
    }
    for target in &document.targets {
        writeln!(told, "{:?} {}: {}", target.kind, target.place, target.url).unwrap();
    }
    for decoy in &document.decoys {
        writeln!(told, "decoy {decoy}").unwrap();
    }
    expected.assert_eq(&told);
}

/// A package of these parts with their content types.
fn package(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut types = String::from("<Types><Default Extension='xml' ContentType='application/xml'/>");
    for (name, content_type, _) in parts {
        if !content_type.is_empty() {
            write!(types, "<Override ContentType='{content_type}' PartName='/{name}'/>").unwrap();
        }
    }
    let mut files = vec![file("[Content_Types].xml", format!("{types}</Types>").as_bytes())];
    files.extend(parts.iter().map(|(name, _, bytes)| file(name, bytes)));
    zip(&files)
}

const MAIN: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
const LINK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml";
const RELATIONSHIP: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

#[test]
fn a_field_cut_into_runs_is_one_command() {
    let main = "<w:document><w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> DDE</w:instrText>\
        </w:r><w:r><w:instrText>AUTO cmd \"/k po</w:instrText></w:r><w:r><w:instrText>wershell &quot;</w:instrText>\
        </w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>Error</w:t></w:r><w:r>\
        <w:fldChar w:fldCharType='end'/></w:r></w:p><w:p><w:r><w:t>Please Enable  con</w:t></w:r><w:r><w:t>tent\
        </w:t></w:r></w:p><w:fldSimple w:instr='DDE cmd &quot;/c x&quot;'/></w:document>";
    check(
        &package(&[("word/document.xml", MAIN, main.as_bytes())]),
        expect![[r#"
            dde word/document.xml by itself: cmd /k powershell 
            dde word/document.xml: cmd /c x
            decoy enable content
        "#]],
    );
}

#[test]
fn numbers_of_quote_fields_are_letters() {
    let quote = |numbers: &str| {
        format!(
            "<w:fldChar w:fldCharType='begin'/><w:instrText>QUOTE {numbers}</w:instrText>\
             <w:fldChar w:fldCharType='separate'/><w:t>stale</w:t><w:fldChar w:fldCharType='end'/>"
        )
    };
    let main = format!(
        "<w:p><w:fldChar w:fldCharType='begin'/><w:instrText>DDEAUTO </w:instrText>{}\
         <w:instrText> \"</w:instrText>{}<w:instrText>\"</w:instrText><w:fldChar w:fldCharType='end'/></w:p>",
        quote("99 109 100"),
        quote("47 99 32 120")
    );
    check(
        &package(&[("word/header1.xml", &MAIN.replace("document.main", "header"), main.as_bytes())]),
        expect![[r#"
            dde word/header1.xml by itself: cmd /c x
        "#]],
    );
}

#[test]
fn links_of_workbooks_are_commands() {
    let link =
        "<externalLink><ddeLink ddeService='cmd' ddeTopic='/c calc.exe'><ddeItems/></ddeLink></externalLink>";
    check(
        &package(&[("xl/externalLinks/externalLink1.xml", LINK, link.as_bytes())]),
        expect![[r#"
            dde xl/externalLinks/externalLink1.xml by itself: cmd /c calc.exe
        "#]],
    );
    let wide = |text: &str| {
        let mut bytes = (text.encode_utf16().count() as u32).to_le_bytes().to_vec();
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    let content = [vec![1, 0], wide("cmd"), wide("/c calc")].concat();
    let binary = [&[0xE8, 0x02, content.len() as u8][..], &content].concat();
    check(
        &package(&[("xl/externalLinks/externalLink1.bin", "application/vnd.ms-excel.externalLink", &binary)]),
        expect![[r#"
            dde xl/externalLinks/externalLink1.bin by itself: cmd /c calc
        "#]],
    );
    let sup_book = |path: &str| {
        let mut content = 1_u16.to_le_bytes().to_vec();
        content.extend((path.len() as u16).to_le_bytes());
        content.push(0);
        content.extend(path.as_bytes());
        [&0x01AE_u16.to_le_bytes()[..], &(content.len() as u16).to_le_bytes(), &content].concat()
    };
    let workbook = [
        vec![0x09, 0x08, 4, 0, 0, 6, 5, 0],
        sup_book("cmd\u{3}/c calc"),
        sup_book("\u{1}\u{2}folder\u{3}other.xls"),
        sup_book("Word.Document.8\u{3}x.doc"),
        vec![0x0A, 0, 0, 0],
        sup_book("after\u{3}end"),
    ];
    check(
        &compound(cfb::Version::V3, &[("Workbook", &workbook.concat())]),
        expect![[r#"
            dde Workbook by itself: cmd /c calc
        "#]],
    );
}

#[test]
fn what_lies_on_other_machines_is_told_and_links_are_not() {
    let mut rels = String::from("<Relationships>");
    for (kind, target) in [
        ("attachedTemplate", "http://a.example/t.dotm"),
        ("attachedTemplate", "file:///C:\\Users\\x\\Normal.dotm"),
        ("attachedTemplate", "file:///\\\\host.example\\share\\t.dotm"),
        ("oleObject", "mhtml:https://a.example/x!x-usc:https://a.example/x"),
        ("frame", "file://host.example/share/f.htm"),
        ("subDocument", "\\\\host.example\\s.docx"),
        ("image", "https://a.example/p.png"),
        ("hyperlink", "https://a.example/"),
        ("externalLinkPath", "Book2.xlsx"),
    ] {
        write!(
            rels,
            "<Relationship Id='r' Type='{RELATIONSHIP}/{kind}' Target='{target}' TargetMode='External'/>"
        )
        .unwrap();
    }
    rels += "<Relationship Id='i' Type='x/image' Target='media/p.png'/></Relationships>";
    check(
        &package(&[("word/deep/_rels/settings.xml.rels", "", rels.as_bytes())]),
        expect![[r#"
            Template word/deep/settings.xml: http://a.example/t.dotm
            Template word/deep/settings.xml: \\host.example\share\t.dotm
            Object word/deep/settings.xml: mhtml:https://a.example/x!x-usc:https://a.example/x
            Frame word/deep/settings.xml: \\host.example\share\f.htm
            SubDocument word/deep/settings.xml: \\host.example\s.docx
            Image word/deep/settings.xml: https://a.example/p.png
        "#]],
    );
}

#[test]
fn flat_documents_fetch_too() {
    let old = "<w:wordDocument xmlns:w='http://schemas.microsoft.com/office/word/2003/wordml'>\
        <w:attachedTemplate w:val='http://a.example/t.dot'/><w:p><w:fldSimple w:instr='DDEAUTO cmd x'>\
        <w:r><w:t>r</w:t></w:r></w:fldSimple></w:p></w:wordDocument>";
    check(
        old.as_bytes(),
        expect![[r#"
        dde  by itself: cmd x
        Template : http://a.example/t.dot
    "#]],
    );
}

#[test]
fn binary_word_documents_fetch_too() {
    let word = word::ForgedWord {
        pieces: vec![
            "x\u{13} DDEAUTO c:\\\\cmd.exe \"/k x\" \u{14}r\u{15}\u{13}INCLUDETEXT \"http://a.exam"
                .to_owned(),
            "ple/t\" \u{15}\r「コンテンツの 有効化」をクリック\r".to_owned(),
        ],
        template: "http://a.example/t.dot",
        ..word::ForgedWord::default()
    };
    let (document, table) = word::streams(&word);
    check(
        &compound(cfb::Version::V3, &[("WordDocument", &document), ("1Table", &table)]),
        expect![[r#"
            dde WordDocument by itself: c:\\cmd.exe /k x
            SubDocument WordDocument: http://a.example/t
            Template WordDocument: http://a.example/t.dot
            decoy コンテンツの有効化
        "#]],
    );
}

#[test]
fn decoys_count_only_beside_something_to_switch_on() {
    let wide: Vec<u8> =
        "コンテンツの有効化 Enable Content".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let head = [0x00FC_u16, wide.len() as u16].into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let wide = [head, wide].concat();
    check(
        &document("_VBA_PROJECT_CUR/", 932, &[module("M", "")], &[("Workbook", &wide)]),
        expect![[r#"
        decoy enable content
        decoy コンテンツの有効化
    "#]],
    );
    check(&compound(cfb::Version::V3, &[("Workbook", &wide)]), expect![[r#""#]]);
}

#[test]
fn formulas_of_tables_are_commands() {
    let commands = |text: &str| -> Vec<String> {
        dde_in_table(text, "", 10).into_iter().map(|dde| dde.command).collect()
    };
    assert_eq!(commands("a,=cmd|'/C calc'!A0,b"), ["cmd /C calc"]);
    assert_eq!(commands("a\n\"@SUM(1+1)*cmd|'/C x''y'!A0\"\n"), ["cmd /C x'y"]);
    assert_eq!(commands("+MSEXCEL|'\\..\\..\\cmd.exe /c x'!''"), ["MSEXCEL \\..\\..\\cmd.exe /c x"]);
    assert_eq!(commands("a | 'b'! c\n| table |\nx=1|'\n"), Vec::<String>::new());
    assert_eq!(dde_in_table(&"=a|'b'!c\n".repeat(50), "", 10).len(), 10);
}
