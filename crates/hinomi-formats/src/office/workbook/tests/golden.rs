//! Workbooks of the generator in `hinomi-dev`, one of each container.

use super::*;
use crate::script::survey_xlm;
use expect_test::expect_file;

#[test]
fn workbooks_of_the_generator() {
    for (packed, expected) in [
        (include_str!("../fixtures/plain.xls.b64"), expect_file!["../fixtures/plain.xls.txt"]),
        (include_str!("../fixtures/cells.xlsb.b64"), expect_file!["../fixtures/cells.xlsb.txt"]),
        (
            include_str!("../fixtures/self-modifying.xlsm.b64"),
            expect_file!["../fixtures/self-modifying.xlsm.txt"],
        ),
    ] {
        let bytes = crate::office::base64::decode(packed.as_bytes());
        let parsed = read(&bytes);
        assert_eq!(parsed.problems, []);
        let mut told = describe(&parsed.value);
        let survey = survey_xlm(&parsed.value, &Limits::desk());
        assert_eq!(survey.problems, []);
        for call in &survey.value.calls {
            let way: Vec<&str> = call.path.iter().map(|step| step.procedure.as_str()).collect();
            writeln!(told, "call {} {} by {}", call.name, call.argument, way.join(" > ")).unwrap();
        }
        for command in &survey.value.commands {
            writeln!(told, "command {} {}", command.place, command.text).unwrap();
        }
        for url in &survey.value.urls {
            writeln!(told, "url {}", url.text).unwrap();
        }
        expected.assert_eq(&told.replace("http", "hxxp"));
    }
}

#[test]
fn a_module_that_is_listed_as_a_sheet_has_no_part() {
    let book = r#"<workbook><sheets><sheet name="Sheet1" r:id="r1"/><sheet name="Module" r:id=""/></sheets></workbook>"#;
    let relations =
        r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/></Relationships>"#;
    let sheet = r#"<worksheet><sheetData><row r="2"><c r="B2" t="inlineStr"><is><t>x</t></is></c></row></sheetData>
        </worksheet>"#;
    let parsed = read(&zip(&[
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/s.xml", sheet.as_bytes()),
    ]));
    assert_eq!(parsed.problems, []);
    let kinds: Vec<_> = parsed.value.sheets.iter().map(|sheet| (sheet.kind, sheet.cells.len())).collect();
    assert_eq!(kinds, [(SheetKind::Worksheet, 1), (SheetKind::Other, 0)]);
}

/// The document's reader gives the workbook only where it has macros, and the same one.
#[test]
fn documents_have_their_workbook_only_with_macros() {
    let limits = Limits::desk();
    let with = Book8::default().sheet("Macro1", 2, Kind::Macro, Vec::new()).stream();
    let without = Book8::default().sheet("Sheet1", 0, Kind::Worksheet, Vec::new()).stream();
    for (stream, expected) in [(with, true), (without, false)] {
        for name in ["Workbook", "Book"] {
            let file = crate::office::forge::compound(cfb::Version::V3, &[(name, &stream)]);
            let document = crate::office::read(&file, &limits, &mut Budget::new(&limits)).unwrap();
            assert_eq!(document.problems, []);
            assert_eq!(document.value.workbook.is_some(), expected, "{name}");
        }
    }
}
