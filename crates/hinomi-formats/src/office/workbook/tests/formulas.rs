//! Tokens of binary formulas, and what they read as.

use super::assembler::{formula8, label8, text8};
use super::*;
use crate::script::survey_xlm;
use expect_test::{Expect, expect};

/// What tokens of BIFF8 in cell A1 of the second of two sheets read as.
#[track_caller]
fn check(tokens: &[u8], expected: &str) {
    let stream = Book8::default()
        .sheet("My sheet", 0, Kind::Worksheet, Vec::new())
        .sheet("Macro1", 0, Kind::Macro, formula8(0, 0, tokens))
        .name(0, "key", &[0x1E, 5, 0])
        .stream();
    let read = workbook_of_stream(&stream, "Workbook", Cells::All, &Limits::desk());
    assert_eq!(read.problems, []);
    assert_eq!(read.value.sheets[1].cells[0].formula.as_deref(), Some(expected));
}

#[test]
fn tokens_read_as_excel_writes_them() {
    check(&[0x1E, 7, 0], "7");
    check(&[[0x1F].as_slice(), &0.5_f64.to_le_bytes()].concat(), "0.5");
    check(&text8("say \"x\""), "\"say \"\"x\"\"\"");
    check(&[0x17, 1, 1, 0x42, 0x30], "\"\u{3042}\"");
    check(&[0x1D, 1, 0x1D, 0, 0x08], "TRUE&FALSE");
    check(&[0x1C, 0x17], "#REF!");
    // 1+2*3, (1+2)*3, -1%
    check(&[0x1E, 1, 0, 0x1E, 2, 0, 0x1E, 3, 0, 0x05, 0x03], "1+2*3");
    check(&[0x1E, 1, 0, 0x1E, 2, 0, 0x03, 0x15, 0x1E, 3, 0, 0x05], "(1+2)*3");
    check(&[0x1E, 1, 0, 0x13, 0x14], "-1%");
    // Parentheses that the tokens imply.
    check(&[0x1E, 1, 0, 0x1E, 2, 0, 0x03, 0x1E, 3, 0, 0x05], "(1+2)*3");
    // References: relative flags in the column.
    check(&[0x24, 4, 0, 1, 0xC0], "B5");
    check(&[0x44, 4, 0, 1, 0x00], "$B$5");
    check(&[0x25, 0, 0, 2, 0, 0, 0xC0, 1, 0xC0], "A1:B3");
    check(&[0x3A, 0, 0, 0, 0, 0, 0xC0], "'My sheet'!A1");
    check(&[0x5A, 1, 0, 9, 0, 2, 0], "Macro1!$C$10");
    check(&[0x3A, 7, 0, 0, 0, 0, 0xC0], "#REF!");
    check(&[0x23, 1, 0, 0, 0], "key");
    check(&[0x23, 9, 0, 0, 0], "#NAME?");
    // CHAR(65), MID("ab",1,1), CONCATENATE of three, HALT(), EXEC, an argument left away.
    check(&[0x1E, 65, 0, 0x41, 111, 0], "CHAR(65)");
    check(&[text8("ab"), vec![0x1E, 1, 0, 0x1E, 1, 0, 0x41, 31, 0]].concat(), "MID(\"ab\",1,1)");
    check(&[0x1E, 1, 0, 0x1E, 2, 0, 0x1E, 3, 0, 0x42, 3, 0x50, 0x01], "CONCATENATE(1,2,3)");
    check(&[0x42, 0, 54, 0], "HALT()");
    check(&[text8("cmd"), vec![0x42, 1, 110, 0]].concat(), "EXEC(\"cmd\")");
    check(&[0x1D, 1, 0x16, 0x1E, 2, 0, 0x42, 3, 1, 0], "IF(TRUE,,2)");
    // A command, and one that would show its dialog box.
    check(&[text8("x"), vec![0x42, 1, 0x76, 0x80]].concat(), "ALERT(\"x\")");
    // Hints for the calculation, and SUM of one argument.
    check(&[0x25, 0, 0, 2, 0, 0, 0xC0, 0, 0xC0, 0x19, 0x10, 0, 0], "SUM(A1:A3)");
    check(&[0x19, 0x40, 0, 1, 0x1E, 1, 0], "1");
    // A function by name.
    check(&[0x23, 1, 0, 0, 0, 0x1E, 2, 0, 0x42, 2, 0xFF, 0x00], "key(2)");
}

#[track_caller]
fn check_book(book: &Book8, expected: Expect) {
    let read = workbook_of_stream(&book.stream(), "Workbook", Cells::All, &Limits::desk());
    assert_eq!(read.problems, []);
    expected.assert_eq(&describe(&read.value));
}

#[test]
fn names_that_start_by_themselves_however_they_are_written() {
    let start = [0x3A, 0, 0, 0, 0, 0, 0];
    let book = Book8::default()
        .sheet("Macro1", 2, Kind::Macro, label8(0, 0, "x"))
        .name(0x21, "\u{1}", &start)
        .name(0x20, "\u{2}", &start)
        .name(0x01, "auto_oPen7", &start)
        .name(0x20, "\u{a}", &start)
        .name(0x00, "Open", &start);
    check_book(
        &book,
        expect![[r#"
        [Macro1] Macro VeryHidden Workbook
        A1 Text("x")
        name Auto_Open =Macro1!$A$1 hidden None
        name Auto_Close =Macro1!$A$1 None
        name auto_oPen7 =Macro1!$A$1 hidden None
        name Auto_Activate =Macro1!$A$1 None
        name Open =Macro1!$A$1 None
    "#]],
    );
    let read = workbook_of_stream(&book.stream(), "Workbook", Cells::None, &Limits::desk()).value;
    let starts: Vec<bool> = read.names.iter().map(DefinedName::starts_by_itself).collect();
    assert_eq!(starts, [true, true, true, true, false]);
    assert!(read.sheets.iter().all(|sheet| sheet.cells.is_empty()));
}

#[test]
fn letters_nobody_sees_do_not_hide_a_name() {
    for name in ["Auto\u{ad}_Open", "AUTO_OPEN\u{200b}", "\u{ff21}uto_Open", "_xlnm.Auto_Open", "auto_close1"]
    {
        assert!(DefinedName { name: name.to_owned(), ..DefinedName::default() }.starts_by_itself(), "{name}");
    }
    for name in ["Open", "x_auto_open", "Auto_Ope", ""] {
        assert!(
            !DefinedName { name: name.to_owned(), ..DefinedName::default() }.starts_by_itself(),
            "{name}"
        );
    }
}

/// Excel goes by what the substream of a sheet says it is.
#[test]
fn a_macro_sheet_that_is_listed_as_another_kind() {
    let records = [text8("cmd /c echo"), vec![0x42, 1, 110, 0]].concat();
    let mut book = Book8::default().name(0x20, "\u{1}", &[0x3A, 0, 0, 0, 0, 0, 0]);
    book.sheets.push(("Data", 1, 0, Some(Kind::Macro), formula8(0, 0, &records)));
    let read = workbook_of_stream(&book.stream(), "Workbook", Cells::All, &Limits::desk()).value;
    let survey = survey_xlm(&read, &Limits::desk()).value;
    assert_eq!(survey.commands[0].text, "cmd /c echo");
    assert_eq!(survey.calls[0].reached_from, ["Auto_Open"]);
}
