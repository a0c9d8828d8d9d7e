//! Every place that code reads texts from, and that hostile documents end.

use super::super::forge::{
    compound,
    forms::{ForgedControl, captioned, f_stream, morph, o_stream, tab_strip},
    word,
};
use super::{Holder, surroundings};
use crate::archive::forge::{file, zip};
use crate::{Budget, Limits, Parsed};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::fmt::Write;

const LIMITS: Limits = Limits::desk();

fn told(bytes: &[u8], limits: &Limits) -> String {
    let Parsed { value, problems } = surroundings(bytes, &[], limits, &mut Budget::new(limits));
    let mut lines = String::new();
    for text in value.texts {
        let holder = match text.holder {
            Holder::Control { form, control, index } => format!("{form}.{control}#{index}"),
            Holder::Page { form, control, index } => format!("{form}.{control}.Pages({index})"),
            other => format!("{other:?}"),
        };
        writeln!(lines, "{holder}.{} = {:?}", text.property, text.text).unwrap();
    }
    for problem in problems {
        writeln!(lines, "{:?} {}: {}", problem.kind, problem.place, problem.detail).unwrap();
    }
    lines
}

#[track_caller]
fn check(bytes: &[u8], expected: Expect) {
    expected.assert_eq(&told(bytes, &LIMITS));
}

fn control(name: &'static str, id: u32, class: u16, record: Vec<u8>) -> ForgedControl {
    ForgedControl { name, id, class, record, ..ForgedControl::default() }
}

/// A form with every control that holds text, a frame, and a multi-page control.
fn form_streams(root: &str) -> Vec<(String, Vec<u8>)> {
    let outer = [
        ForgedControl { tag: "t", ..control("Label1", 1, 21, captioned("odd")) },
        ForgedControl { tip: "powershell -e", ..control("TextBox1", 2, 23, morph("値", "", "")) },
        control("Own", 3, 0x8000, vec![1, 2, 3, 4, 5, 6, 7]),
        control("CheckBox1", 4, 26, morph("1", "mouahaha", "group")),
        control("Frame1", 5, 14, Vec::new()),
        control("Button1", 6, 17, captioned("go")),
        control("MultiPage1", 7, 57, Vec::new()),
        control("TabStrip1", 8, 18, tab_strip(&[("one", "x")])),
    ];
    let inner = [control("TextBox2", 9, 23, morph("inner", "", ""))];
    let pages = [
        control("", 10, 18, tab_strip(&[("First", "http://"), ("Second", "a.example")])),
        ForgedControl { tag: "page tag", ..control("Page1", 11, 7, Vec::new()) },
        control("Page2", 12, 7, Vec::new()),
    ];
    let frame = b"VERSION 5.00\r\nBegin {C62A69F0-16DC-11CE-9E98-00AA00574A4F} UserForm1 \r\n   \
        Caption         =   \"say \"\"it\"\"\"\r\n   ClientHeight    =   100\r\nEnd\r\n";
    let mut streams = vec![(format!("{root}UserForm1/\u{3}VBFrame"), frame.to_vec())];
    for (storage, caption, controls) in
        [("", "", &outer[..]), ("i05/", "frame caption", &inner[..]), ("i07/", "", &pages[..])]
    {
        streams.push((format!("{root}UserForm1/{storage}f"), f_stream(caption, controls)));
        streams.push((format!("{root}UserForm1/{storage}o"), o_stream(controls)));
    }
    streams
}

fn compound_of(streams: &[(String, Vec<u8>)]) -> Vec<u8> {
    let streams: Vec<(&str, &[u8])> =
        streams.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    compound(cfb::Version::V3, &streams)
}

#[test]
fn every_text_of_a_form_is_read() {
    check(
        &compound_of(&form_streams("Macros/")),
        expect![[r#"
            UserForm1.#0.caption = "say \"it\""
            UserForm1.Label1#0.name = "Label1"
            UserForm1.Label1#0.tag = "t"
            UserForm1.Label1#0.controltiptext = ""
            UserForm1.Label1#0.caption = "odd"
            UserForm1.TextBox1#1.name = "TextBox1"
            UserForm1.TextBox1#1.tag = ""
            UserForm1.TextBox1#1.controltiptext = "powershell -e"
            UserForm1.TextBox1#1.value = "値"
            UserForm1.TextBox1#1.caption = ""
            UserForm1.TextBox1#1.groupname = ""
            UserForm1.Own#2.name = "Own"
            UserForm1.Own#2.tag = ""
            UserForm1.Own#2.controltiptext = ""
            UserForm1.CheckBox1#3.name = "CheckBox1"
            UserForm1.CheckBox1#3.tag = ""
            UserForm1.CheckBox1#3.controltiptext = ""
            UserForm1.CheckBox1#3.value = "1"
            UserForm1.CheckBox1#3.caption = "mouahaha"
            UserForm1.CheckBox1#3.groupname = "group"
            UserForm1.Frame1#4.name = "Frame1"
            UserForm1.Frame1#4.tag = ""
            UserForm1.Frame1#4.controltiptext = ""
            UserForm1.Frame1#4.caption = "frame caption"
            UserForm1.TextBox2#5.name = "TextBox2"
            UserForm1.TextBox2#5.tag = ""
            UserForm1.TextBox2#5.controltiptext = ""
            UserForm1.TextBox2#5.value = "inner"
            UserForm1.TextBox2#5.caption = ""
            UserForm1.TextBox2#5.groupname = ""
            UserForm1.Button1#6.name = "Button1"
            UserForm1.Button1#6.tag = ""
            UserForm1.Button1#6.controltiptext = ""
            UserForm1.Button1#6.caption = "go"
            UserForm1.MultiPage1#7.name = "MultiPage1"
            UserForm1.MultiPage1#7.tag = ""
            UserForm1.MultiPage1#7.controltiptext = ""
            UserForm1.MultiPage1.Pages(0).caption = "First"
            UserForm1.MultiPage1.Pages(1).caption = "Second"
            UserForm1.MultiPage1.Pages(0).tag = "http://"
            UserForm1.MultiPage1.Pages(1).tag = "a.example"
            UserForm1.MultiPage1.Pages(0).name = "Page1"
            UserForm1.MultiPage1.Pages(0).tag = "page tag"
            UserForm1.MultiPage1.Pages(0).controltiptext = ""
            UserForm1.Page1#8.name = "Page1"
            UserForm1.Page1#8.tag = "page tag"
            UserForm1.Page1#8.controltiptext = ""
            UserForm1.MultiPage1.Pages(1).name = "Page2"
            UserForm1.MultiPage1.Pages(1).tag = ""
            UserForm1.MultiPage1.Pages(1).controltiptext = ""
            UserForm1.Page2#9.name = "Page2"
            UserForm1.Page2#9.tag = ""
            UserForm1.Page2#9.controltiptext = ""
            UserForm1.TabStrip1#10.name = "TabStrip1"
            UserForm1.TabStrip1#10.tag = ""
            UserForm1.TabStrip1#10.controltiptext = ""
            UserForm1.TabStrip1.Pages(0).caption = "one"
            UserForm1.TabStrip1.Pages(0).tag = "x"
        "#]],
    );
}

#[test]
fn a_form_cut_anywhere_gives_what_is_left_and_says_so() {
    let streams = form_streams("");
    let whole = told(&compound_of(&streams), &LIMITS).lines().count();
    for len in (0..streams[1].1.len()).step_by(7) {
        let mut cut = streams.clone();
        cut[1].1.truncate(len);
        let text = told(&compound_of(&cut), &LIMITS);
        assert!(text.contains("Malformed UserForm1/f"), "{len}: {text}");
        assert!(text.lines().count() <= whole + 1, "{len}: {text}");
    }
}

#[test]
fn frames_that_hold_themselves_end() {
    // Each storage holds one of the same id: as deep as a file can make it.
    let inner = [control("Frame1", 1, 14, Vec::new())];
    let mut path = "F/".to_owned();
    let mut streams = Vec::new();
    for _ in 0..60 {
        streams.push((format!("{path}f"), f_stream("", &inner)));
        path.push_str("i01/");
    }
    let text = told(&compound_of(&streams), &LIMITS);
    assert!(text.contains("more than nesting_max = 48"), "{text}");
}

#[test]
fn a_million_paragraphs_end_at_the_limit() {
    let document = format!("<w:document>{}<w:t>end</w:t></w:document>", "<w:p/>".repeat(100_000));
    let limits = Limits { text_bytes_max: 1 << 16, ..LIMITS };
    let text = told(&package(&[("word/document.xml", document.as_bytes())]), &limits);
    assert!(text.contains("more than text_bytes_max = 65536"), "{}", text.lines().count());
    assert!(text.lines().count() < 1_100);
}

/// A Word package of these parts; those it does not know are of no type.
fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let types = format!(
        "<Types><Default Extension='xml' ContentType='application/xml'/>\
         <Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>\
         <Default Extension='vml' ContentType='application/vnd.openxmlformats-officedocument.vmlDrawing'/>\
         <Override PartName='/word/comments.xml' ContentType='{WORD}.comments+xml'/>\
         <Override PartName='/xl/worksheets/sheet1.xml' ContentType='{SHEET}.worksheet+xml'/>\
         <Override PartName='/xl/drawings/drawing1.xml' \
         ContentType='application/vnd.openxmlformats-officedocument.drawing+xml'/></Types>"
    );
    let mut files = vec![file("[Content_Types].xml", types.as_bytes())];
    files.extend(parts.iter().map(|(name, bytes)| file(name, bytes)));
    zip(&files)
}

#[test]
fn texts_of_a_word_package_are_read() {
    let document = "<w:document xmlns:w='w'><w:body><w:bookmarkStart w:id='1' w:name='mark'/>\
        <w:p><w:pPr><w:tabs><w:tab w:val='left' w:pos='1'/></w:tabs></w:pPr><w:r><w:t>pow</w:t></w:r>\
        <w:r><w:t>er&amp;</w:t><w:tab/></w:r></w:p><w:bookmarkEnd w:id='1'/>\
        <w:p><w:r><w:drawing><wp:anchor><wp:docPr id='1' name='Box 1' descr='-enc AAAA' title='t'/>\
        <wps:txbx><w:txbxContent><w:p><w:r><w:t>in the box</w:t></w:r></w:p></w:txbxContent></wps:txbx>\
        </wp:anchor></w:drawing></w:r></w:p>\
        <mc:AlternateContent><mc:Choice/><mc:Fallback><w:p><w:r><w:t>twice</w:t></w:r></w:p></mc:Fallback>\
        </mc:AlternateContent>\
        <w:sdt><w:sdtPr><w:alias w:val='A'/><w:tag w:val='B'/></w:sdtPr><w:sdtContent>\
        <w:p><w:r><w:t>held</w:t></w:r></w:p></w:sdtContent></w:sdt>\
        <w:p><w:r><w:pict><v:shape id='s1' alt='old alt'><v:textpath string='art'/></v:shape></w:pict></w:r>\
        <w:control r:id='rId9' w:name='TextBox7'/></w:p></w:body></w:document>";
    let rels = "<Relationships><Relationship Id='rId9' Target='activeX/a1.xml' \
        Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/control'/></Relationships>";
    let control = "<ax:ocx ax:persistence='persistStreamInit' r:id='rId1'/>";
    let control_rels = "<Relationships><Relationship Id='rId1' Target='/word/activeX/a1.bin' \
        Type='http://schemas.microsoft.com/office/2006/relationships/activeXControlBinary'/></Relationships>";
    let class = [0x10, 0x1D, 0xD2, 0x8B, 0x42, 0xEC, 0xCE, 0x11, 0x9E, 0x0D, 0, 0xAA, 0, 0x60, 2, 0xF3];
    let state = [&class[..], &morph("from active x", "", "")].concat();
    let settings = "<w:settings><w:docVars><w:docVar w:name='v' w:val='a&#x62;c'/></w:docVars></w:settings>";
    let comments = "<w:comments><w:comment w:id='0'><w:p><w:r><w:t>no</w:t></w:r><w:r><w:t>te</w:t></w:r></w:p>\
        </w:comment></w:comments>";
    let core = "<cp:coreProperties><dc:description>cmd</dc:description></cp:coreProperties>";
    let custom = "<Properties><property pid='2' name='P'><vt:lpwstr>x</vt:lpwstr></property></Properties>";
    check(
        &package(&[
            ("word/document.xml", document.as_bytes()),
            ("word/_rels/document.xml.rels", rels.as_bytes()),
            ("word/activeX/a1.xml", control.as_bytes()),
            ("word/activeX/_rels/a1.xml.rels", control_rels.as_bytes()),
            ("word/activeX/a1.bin", &state),
            ("word/settings.xml", settings.as_bytes()),
            ("word/comments.xml", comments.as_bytes()),
            ("docProps/core.xml", core.as_bytes()),
            ("docProps/custom.xml", custom.as_bytes()),
            ("word/vbaProject.bin", &compound_of(&[("M/f".to_owned(), f_stream("form", &[]))])),
        ]),
        expect![[r#"
            Property("Comments"). = "cmd"
            Property("P"). = "x"
            Variable("v"). = "abc"
            Comment(1). = "note"
            Bookmark("mark"). = "power&\t"
            Bookmark("A"). = "held"
            Bookmark("B"). = "held"
            Shape { name: "Box 1", index: 1 }.name = "Box 1"
            Shape { name: "Box 1", index: 1 }.alternativetext = "-enc AAAA"
            Shape { name: "Box 1", index: 1 }.title = "t"
            Shape { name: "Box 1", index: 1 }.text = "in the box"
            Shape { name: "s1", index: 2 }.name = "s1"
            Shape { name: "s1", index: 2 }.alternativetext = "old alt"
            Shape { name: "s1", index: 2 }.text = "art"
            Paragraph(1). = "power&\t"
            Paragraph(2). = ""
            Paragraph(3). = "held"
            ThisDocument.TextBox7#0.name = "TextBox7"
            ThisDocument.TextBox7#0.value = "from active x"
            ThisDocument.TextBox7#0.caption = ""
            ThisDocument.TextBox7#0.groupname = ""
            M.#0.caption = "form"
        "#]],
    );
}

#[test]
fn texts_of_a_workbook_package_are_read() {
    let drawing = "<xdr:wsDr><xdr:sp><xdr:nvSpPr><xdr:cNvPr id='2' name='Rect 1' descr='alt'/></xdr:nvSpPr>\
        <xdr:txBody><a:p><a:r><a:t>one</a:t></a:r></a:p><a:p><a:r><a:t>two</a:t></a:r></a:p></xdr:txBody></xdr:sp>\
        <xdr:pic><xdr:nvPicPr><xdr:cNvPr id='3' name='Pic'/></xdr:nvPicPr></xdr:pic></xdr:wsDr>";
    let vml = "<xml><v:shape id='_x1' alt=\"a\"><v:textbox><div style='x'><font>Ru<br>n me</font></div></v:textbox>\
        </v:shape></xml>";
    let sheet = "<worksheet><sheetPr codeName='Tabelle1'/><control shapeId='1' r:id='r1' name='Box'/>\
        <control shapeId='1' r:id='r1' name='Box'/></worksheet>";
    let rels = "<Relationships><Relationship Id='r1' Target='../activeX/a.xml' \
        Type='http://x/relationships/control'/></Relationships>";
    let control = "<ax:ocx ax:persistence='persistPropertyBag'><ax:ocxPr ax:name='Caption' ax:value='cap'/>\
        <ax:ocxPr ax:name='Size' ax:value='1'/></ax:ocx>";
    check(
        &package(&[
            ("xl/drawings/drawing1.xml", drawing.as_bytes()),
            ("xl/drawings/vmlDrawing1.vml", vml.as_bytes()),
            ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
            ("xl/worksheets/_rels/sheet1.xml.rels", rels.as_bytes()),
            ("xl/activeX/a.xml", control.as_bytes()),
        ]),
        expect![[r#"
            Shape { name: "Rect 1", index: 1 }.name = "Rect 1"
            Shape { name: "Rect 1", index: 1 }.alternativetext = "alt"
            Shape { name: "Rect 1", index: 1 }.text = "one\rtwo"
            Shape { name: "Pic", index: 2 }.name = "Pic"
            Shape { name: "_x1", index: 1 }.name = "_x1"
            Shape { name: "_x1", index: 1 }.alternativetext = "a"
            Shape { name: "_x1", index: 1 }.text = "Run me"
            Tabelle1.Box#0.name = "Box"
            Tabelle1.Box#0.caption = "cap"
        "#]],
    );
}

#[test]
fn texts_of_flat_documents_are_read() {
    let flat = "<?xml version='1.0'?><pkg:package xmlns:pkg='http://schemas.microsoft.com/office/2006/xmlPackage'>\
        <pkg:part pkg:name='/docProps/core.xml' pkg:contentType='x/core-properties+xml'><pkg:xmlData>\
        <dc:title>T</dc:title></pkg:xmlData></pkg:part><pkg:part pkg:name='/word/document.xml' pkg:contentType=\
        'application/vnd.ms-word.document.macroEnabled.main+xml'><pkg:xmlData><w:p><w:t>para</w:t></w:p>\
        </pkg:xmlData></pkg:part></pkg:package>";
    check(
        flat.as_bytes(),
        expect![[r#"
        Property("Title"). = "T"
        Paragraph(1). = "para"
    "#]],
    );
    let old = "<w:wordDocument xmlns:w='http://schemas.microsoft.com/office/word/2003/wordml'>\
        <o:DocumentProperties><o:Description>hello</o:Description></o:DocumentProperties>\
        <o:CustomDocumentProperties><o:P1 dt:dt='string'>val</o:P1></o:CustomDocumentProperties>\
        <w:docVars><w:docVar w:name='a' w:val='b'/></w:docVars><w:p><w:t>para</w:t></w:p></w:wordDocument>";
    check(
        old.as_bytes(),
        expect![[r#"
        Property("Comments"). = "hello"
        Property("P1"). = "val"
        Variable("a"). = "b"
        Paragraph(1). = "para"
    "#]],
    );
}

#[test]
fn texts_of_a_binary_word_document_are_read() {
    let word = word::ForgedWord {
        pieces: vec!["Rechnung\rshow \u{13} QUOTE x \u{14}res\u{15}".to_owned(), "請求書\r".to_owned()],
        comments: vec!["first", "second"],
        variables: vec![("v1", "powershell"), ("v2", "値")],
        bookmarks: vec![("bm", 0, 8)],
        template: "",
    };
    let (document, table) = word::streams(&word);
    let control = morph("pool", "", "");
    let name: Vec<u8> = "Box1\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let class = [&[0; 12][..], &[0x10, 0x1D, 0xD2, 0x8B], &[0; 12]].concat();
    let streams: [(&str, &[u8]); 7] = [
        ("WordDocument", &document),
        ("1Table", &table),
        ("ObjectPool/_12/contents", &control),
        ("ObjectPool/_12/\u{3}OCXNAME", &name),
        ("ObjectPool/_12/\u{1}CompObj", &class),
        ("\u{5}SummaryInformation", &property_set(&[(6, "comment")], &[])),
        ("\u{5}DocumentSummaryInformation", &property_set(&[(15, "firm")], &[("Mine", "custom")])),
    ];
    check(
        &compound(cfb::Version::V3, &streams),
        expect![[r#"
        ThisDocument.Box1#0.name = "Box1"
        ThisDocument.Box1#0.value = "pool"
        ThisDocument.Box1#0.caption = ""
        ThisDocument.Box1#0.groupname = ""
        Property("Comments"). = "comment"
        Property("Company"). = "firm"
        Property("Mine"). = "custom"
        Variable("v1"). = "powershell"
        Variable("v2"). = "値"
        Bookmark("bm"). = "Rechnung"
        Comment(1). = "first"
        Comment(2). = "second"
        Paragraph(1). = "Rechnung"
        Paragraph(2). = "show res請求書"
        Paragraph(3). = ""
    "#]],
    );
}

/// A property set stream (MS-OLEPS): one set, and a second with a dictionary when there are custom properties.
fn property_set(known: &[(u32, &str)], custom: &[(&str, &str)]) -> Vec<u8> {
    let mut dictionary = (custom.len() as u32).to_le_bytes().to_vec();
    for (at, (name, _)) in custom.iter().enumerate() {
        dictionary.extend((at as u32 + 2).to_le_bytes());
        dictionary.extend((name.len() as u32 + 1).to_le_bytes());
        dictionary.extend(name.as_bytes());
        dictionary.push(0);
    }
    dictionary.resize(dictionary.len().next_multiple_of(4), 0);
    let text = |text: &str| {
        let mut value = 30_u32.to_le_bytes().to_vec();
        value.extend((text.len() as u32 + 1).to_le_bytes());
        value.extend(text.as_bytes());
        value.push(0);
        value.resize(value.len().next_multiple_of(4), 0);
        value
    };
    let set = |entries: Vec<(u32, Vec<u8>)>| {
        let head = 8 + entries.len() * 8;
        let mut index = Vec::new();
        let mut values = Vec::new();
        for (id, value) in &entries {
            index.extend(id.to_le_bytes());
            index.extend(((head + values.len()) as u32).to_le_bytes());
            values.extend(value);
        }
        let len = (head + values.len()) as u32;
        [&len.to_le_bytes()[..], &(entries.len() as u32).to_le_bytes(), &index, &values].concat()
    };
    let code_page = (1, [2_u32.to_le_bytes(), 1252_u32.to_le_bytes()].concat());
    let mut first = vec![code_page.clone()];
    first.extend(known.iter().map(|(id, value)| (*id, text(value))));
    let mut sets = vec![set(first)];
    if !custom.is_empty() {
        let mut second = vec![(0, dictionary), code_page];
        second.extend(custom.iter().enumerate().map(|(at, (_, value))| (at as u32 + 2, text(value))));
        sets.push(set(second));
    }
    let mut stream = vec![0xFE, 0xFF, 0, 0, 0, 0, 0, 0];
    stream.extend([0; 16]);
    stream.extend((sets.len() as u32).to_le_bytes());
    let mut at = 28 + sets.len() as u32 * 20;
    for set in &sets {
        stream.extend([0; 16]);
        stream.extend(at.to_le_bytes());
        at += set.len() as u32;
    }
    stream.extend(sets.concat());
    stream
}

#[test]
fn shapes_of_the_binary_formats_have_their_texts() {
    let name: Vec<u8> = "Box\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let alt: Vec<u8> = "alt text\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut entries = Vec::new();
    for (id, value) in [(0x0181_u16, 5_u32), (0xC380, name.len() as u32), (0xC381, alt.len() as u32)] {
        entries.extend(id.to_le_bytes());
        entries.extend(value.to_le_bytes());
    }
    let content = [entries, name, alt].concat();
    let mut drawing = b"before".to_vec();
    drawing.extend((3_u16 << 4 | 3).to_le_bytes());
    drawing.extend([0x0B, 0xF0]);
    drawing.extend((content.len() as u32).to_le_bytes());
    drawing.extend(content);
    check(
        &compound(cfb::Version::V3, &[("Workbook", &drawing)]),
        expect![[r#"
        Shape { name: "Box", index: 1 }.name = "Box"
        Shape { name: "Box", index: 1 }.alternativetext = "alt text"
    "#]],
    );
}

#[test]
fn something_else_has_no_surroundings() {
    for bytes in [&b""[..], b"x", b"PK\x03\x04", b"<html></html>", &super::super::tests::OLE_MAGIC] {
        let parsed = surroundings(bytes, &[], &LIMITS, &mut Budget::new(&LIMITS));
        assert_eq!(parsed.value.texts, Vec::new());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_breaks_the_reader(at in 0_usize..6000, value in any::<u8>(), cut in 0_usize..9000) {
        let (document, table) = word::streams(&word::ForgedWord {
            pieces: vec!["a\u{13}b".to_owned(), "値".to_owned()],
            comments: vec!["c"],
            variables: vec![("v", "w")],
            bookmarks: vec![("b", 0, 1)],
            template: "t",
        });
        let mut streams = form_streams("Macros/");
        streams.push(("WordDocument".to_owned(), document));
        streams.push(("1Table".to_owned(), table));
        let mut bytes = compound_of(&streams);
        // Behind the header, where it hurts the streams.
        let at = 512 + at % (bytes.len() - 512);
        bytes[at] = value;
        bytes.truncate(bytes.len().saturating_sub(cut).max(600));
        told(&bytes, &LIMITS);
    }
}
