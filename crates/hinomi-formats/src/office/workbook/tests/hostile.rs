//! Workbooks made to break their reader: each ends, and says what it met.

use super::assembler::{formula8, label8, text8};
use super::*;

/// Kind and limit of the problems, without repeats.
#[track_caller]
fn check(parsed: &Parsed<Workbook>, expected: &[&str]) {
    let mut told: Vec<String> = parsed
        .problems
        .iter()
        .map(|problem| match &problem.limit {
            Some(limit) => limit.name.clone(),
            None => format!("{:?}: {}", problem.kind, problem.detail),
        })
        .collect();
    told.sort();
    told.dedup();
    assert_eq!(told, expected);
}

fn stream(records: Vec<u8>) -> Parsed<Workbook> {
    let stream = Book8::default().sheet("Macro1", 0, Kind::Macro, records).stream();
    workbook_of_stream(&stream, "Workbook", Cells::All, &Limits::desk())
}

#[test]
fn token_garbage() {
    for tokens in [
        vec![0x03],
        vec![0x42, 200, 1, 0],
        vec![0x17, 255, 0],
        vec![0xFF; 300],
        vec![0x41, 0xFF, 0xFF],
        vec![0x42, 0, 0xFF, 0xFF],
        vec![0x19, 0x04, 0xFF, 0xFF],
        vec![0x20; 64],
        vec![],
    ] {
        check(&stream(formula8(0, 0, &tokens)), &["Malformed: a formula could not be read"]);
    }
    for byte in 0..=u8::MAX {
        let parsed = stream(formula8(0, 0, &[byte, byte, 0x1E, 1, 0, byte]));
        assert!(parsed.value.sheets[0].cells.len() == 1, "{byte}");
    }
}

#[test]
fn formulas_nested_ten_thousand_deep() {
    let mut tokens = vec![0x1E, 1, 0];
    tokens.extend([0x15].repeat(10_000));
    check(&stream(formula8(0, 0, &tokens)), &[]);
    let mut calls = vec![0x1E, 1, 0];
    calls.extend([0x41, 111, 0].repeat(2_000));
    let parsed = stream(formula8(0, 0, &calls));
    assert_eq!(parsed.value.sheets[0].cells[0].formula.as_ref().unwrap().matches("CHAR(").count(), 2_000);
    // What comes out is too deep to be worked through, and that is told.
    let survey = crate::script::survey_xlm(&parsed.value, &Limits::desk());
    assert!(
        survey.problems.iter().any(|problem| problem.limit.as_ref().is_some_and(|l| l.name == "nesting_max"))
    );
}

#[test]
fn short_tokens_that_make_long_texts() {
    let name: &str = Box::leak("n".repeat(250).into_boxed_str());
    let mut tokens = vec![0x23, 1, 0, 0, 0];
    tokens.extend([0x23, 1, 0, 0, 0, 0x08].repeat(1_300));
    let records: Vec<u8> = (0..2_000).flat_map(|row| formula8(row, 0, &tokens)).collect();
    let stream =
        Book8::default().sheet("Macro1", 0, Kind::Macro, records).name(0, name, &[0x1E, 1, 0]).stream();
    let limits = Limits { expanded_bytes_max: 8 << 20, ..Limits::desk() };
    check(&workbook_of_stream(&stream, "Workbook", Cells::All, &limits), &["expanded_bytes_max"]);
    let limits = Limits { text_bytes_max: 64 << 10, ..limits };
    check(
        &workbook_of_stream(&stream, "Workbook", Cells::All, &limits),
        &["expanded_bytes_max", "text_bytes_max"],
    );
}

/// A shared formula that a thousand cells refer to costs what it writes.
#[test]
fn shared_formulas_that_are_asked_for_again_and_again() {
    let long: Vec<u8> =
        [text8(&"x".repeat(250)), [text8(&"y".repeat(250)), vec![0x08]].concat().repeat(20)].concat();
    let mut shared = vec![0, 0, 0, 0, 0, 0, 0, 0];
    shared.extend(u16::try_from(long.len()).unwrap().to_le_bytes());
    shared.extend(&long);
    let mut records = formula8(0, 0, &[0x01, 0, 0, 0, 0]);
    records.extend(record8(0x04BC, &shared));
    records.extend((1..2_000).flat_map(|row| formula8(row, 0, &[0x01, 0, 0, 0, 0])));
    let book = Book8::default().sheet("Macro1", 0, Kind::Macro, records).stream();
    let limits = Limits { expanded_bytes_max: 4 << 20, ..Limits::desk() };
    check(&workbook_of_stream(&book, "Workbook", Cells::All, &limits), &["expanded_bytes_max"]);
    check(&workbook_of_stream(&book, "Workbook", Cells::All, &Limits::desk()), &[]);
}

#[test]
fn sheets_that_lie_in_each_other() {
    let mut book = Book8::default();
    let cells: Vec<u8> = (0..500).flat_map(|row| label8(row, 0, "some text in a cell")).collect();
    for _ in 0..40 {
        book.sheets.push(("S", 0, 1, Some(Kind::Macro), Vec::new()));
    }
    book.sheets.push(("Last", 0, 1, Some(Kind::Macro), cells));
    let mut bytes = book.stream();
    // Every sheet begins where the last one does.
    let (at, len) = (20, record8(0x0085, &[0; 9]).len());
    let last = at + 40 * len + 4;
    let offset: [u8; 4] = bytes[last..last + 4].try_into().unwrap();
    for sheet in 0..40 {
        bytes[at + sheet * len + 4..][..4].copy_from_slice(&offset);
    }
    let parsed = workbook_of_stream(&bytes, "Workbook", Cells::All, &Limits::desk());
    check(&parsed, &["visits_max"]);
}

#[test]
fn streams_that_end_early() {
    let whole = Book8::default()
        .sheet("Macro1", 0, Kind::Macro, formula8(0, 0, &[0x1E, 1, 0]))
        .name(0x20, "\u{1}", &[0x3A, 0, 0, 0, 0, 0, 0])
        .stream();
    for end in 0..whole.len() {
        let parsed = workbook_of_stream(&whole[..end], "Workbook", Cells::All, &Limits::desk());
        let is_whole = parsed.value.sheets.first().is_some_and(|sheet| sheet.cells.len() == 1)
            && parsed.value.names.len() == 1;
        assert!(is_whole || !parsed.problems.is_empty(), "{end}");
    }
}

fn read_small(bytes: &[u8]) -> Parsed<Workbook> {
    let limits = Limits { expanded_bytes_max: 4 << 20, ..Limits::desk() };
    workbook(bytes, &limits, &mut Budget::new(&limits)).unwrap()
}

const RELATIONS: &str = r#"<Relationships><Relationship Id="r1" Type="x/xlMacrosheet" Target="macrosheets/sheet1.xml"/>
<Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const BOOK: &str =
    r#"<workbook><sheets><sheet name="M" sheetId="1" state="veryHidden" r:id="r1"/></sheets></workbook>"#;

fn package(sheet: &str, strings: &str) -> Vec<u8> {
    let parts: [Part<'_>; 4] = [
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/macrosheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
    ];
    zip(&parts)
}

#[test]
fn dimensions_nobody_could_hold() {
    let sheet = r#"<worksheet><dimension ref="A1:XFD1048576"/><sheetData>
        <row r="1048576"><c r="XFD1048576"><f>1+1</f><v>2</v></c></row>
        <row r="4294967295"><c r="ZZZ99999999999"><v>1</v></c><c><v>2</v></c></row></sheetData></worksheet>"#;
    let parsed = read(&package(sheet, ""));
    check(&parsed, &[]);
    assert_eq!(parsed.value.sheets[0].cells.len(), 3);
    let dimensions = [0_u32.to_le_bytes(), u32::MAX.to_le_bytes()].concat().repeat(2);
    check(&stream([record8(0x0200, &dimensions[..14]), label8(u16::MAX, 255, "x")].concat()), &[]);
}

#[test]
fn shared_strings_that_every_cell_repeats() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(30_000));
    let cells = r#"<c t="s"><v>0</v></c>"#.repeat(1_000);
    let sheet = format!("<worksheet><sheetData><row r=\"1\">{cells}</row></sheetData></worksheet>");
    check(&read_small(&package(&sheet, &strings)), &["expanded_bytes_max"]);
}

#[test]
fn shared_formulas_of_markup_that_every_cell_moves() {
    let first = format!(r#"<c r="A1"><f t="shared" si="0">{}A1</f></c>"#, "A1+".repeat(5_000));
    let others = r#"<c><f t="shared" si="0"/></c>"#.repeat(1_000);
    let sheet = format!("<worksheet><sheetData><row r=\"1\">{first}{others}</row></sheetData></worksheet>");
    check(&read_small(&package(&sheet, "")), &["expanded_bytes_max"]);
}

#[test]
fn a_part_that_two_sheets_claim_and_one_that_is_missing() {
    let book = r#"<workbook><sheets><sheet name="A" r:id="r1"/><sheet name="B" r:id="r1"/><sheet name="C" r:id="r2"/>
        </sheets></workbook>"#;
    let relations = r#"<Relationships><Relationship Id="r1" Type="x/xlMacrosheet" Target="s.xml"/>
        <Relationship Id="r2" Type="x/xlMacrosheet" Target="gone.xml"/></Relationships>"#;
    let parsed = read(&zip(&[
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/s.xml", b"<worksheet><sheetData/></worksheet>"),
    ]));
    check(&parsed, &["Malformed: the part of the sheet is missing", "visits_max"]);
}

#[test]
fn binary_parts_of_garbage() {
    let begin = record12(131, &[]);
    for body in
        [vec![0xFF; 40], record12(156, &[0xFF; 3]), record12(39, &[0xFF; 30]), record12(362, &[0xFF; 4])]
    {
        let parsed = read(&zip(&[("xl/workbook.bin", &[begin.clone(), body].concat())]));
        assert!(!parsed.problems.is_empty());
        assert!(parsed.problems.iter().all(|problem| problem.kind != ProblemKind::LimitReached));
    }
}

#[test]
fn many_thousand_sheets_and_relationships() {
    let sheets: String = (0..30_000).map(|at| format!(r#"<sheet name="s{at}" r:id="r{at}"/>"#)).collect();
    let relations: String = (0..30_000)
        .map(|at| format!(r#"<Relationship Id="r{at}" Type="x/worksheet" Target="s{at}.xml"/>"#))
        .collect();
    let parsed = read(&zip(&[
        ("xl/workbook.xml", format!("<workbook><sheets>{sheets}</sheets></workbook>").as_bytes()),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships>{relations}</Relationships>").as_bytes()),
    ]));
    assert_eq!(parsed.value.sheets.len(), 30_000);
    assert!(!parsed.problems.is_empty());
}
