//! CSV and XLSX: every row, and no cell that is a formula.

use super::csv::harmless;
use super::*;
use crate::tests::{gate, plan, report};
use expect_test::expect_file;
use hinomi_model::Lang;

#[test]
fn what_would_begin_a_formula_is_quoted() {
    for (text, expected) in [
        ("=1+1", "'=1+1"),
        ("+81-90-0000-0000", "'+81-90-0000-0000"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'<U+000D>x"),
        ("＝x", "'＝x"),
        ("＋x", "'＋x"),
        ("－x", "'－x"),
        ("＠x", "'＠x"),
        ("a=b", "a=b"),
        ("請求書", "請求書"),
        ("", ""),
    ] {
        assert_eq!(harmless(text), expected);
    }
}

#[test]
fn golden_csv() {
    for lang in Lang::ALL {
        let name = lang.as_str();
        let text = csv(&report(lang), Bom::Without);
        assert!(text.lines().count() >= 6 && text.matches("\r\n").count() >= 6);
        // Repositories keep line feeds only.
        expect_file![format!("fixtures/sample.{name}.csv")].assert_eq(&text.replace("\r\n", "\n"));
    }
}

#[test]
fn numbers_of_the_plan_are_numbers() {
    let report = report(Lang::En);
    let sheet = rows::plan(&plan(&report), crate::words::Say::of(&report));
    let cost = sheet.header.iter().position(|name| name == "cost (yen)").unwrap();
    let days = sheet.header.iter().position(|name| name == "days").unwrap();
    for row in &sheet.rows {
        assert!(matches!(row[cost], Cell::Number(_)) && matches!(row[days], Cell::Tenths(_)), "{row:?}");
        assert_eq!(row.len(), sheet.header.len());
    }
}

#[test]
fn golden_plan() {
    let report = report(Lang::Ja);
    let text = plan_csv(&report, &plan(&report), Bom::Without);
    expect_file!["fixtures/plan.ja.csv"].assert_eq(&text.replace("\r\n", "\n"));
}

#[test]
fn every_row_has_a_cell_a_column() {
    let report = report(Lang::Ja);
    let say = crate::words::Say::of(&report);
    for sheet in
        [rows::findings(&report, say), rows::indicators(&report, &gate(), say), rows::problems(&report, say)]
    {
        assert!(!sheet.rows.is_empty());
        assert!(sheet.rows.iter().all(|row| row.len() == sheet.header.len()), "{}", sheet.name);
    }
}

#[test]
fn the_same_report_gives_the_same_workbook() {
    let report = report(Lang::Ja);
    let book = || xlsx(&report, &plan(&report), &gate()).unwrap();
    let first = book();
    assert!(first.starts_with(b"PK") && first == book());
}

#[test]
fn a_cell_longer_than_a_cell_is_cut() {
    let mut report = report(Lang::Ja);
    report.problems[0].detail = "𠮷".repeat(40_000);
    assert!(xlsx(&report, &plan(&report), &gate()).is_ok());
}
