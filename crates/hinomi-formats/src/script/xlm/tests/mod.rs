//! Macros of Excel 4.0: what each shape of obfuscation comes down to, and that hostile ones end.

mod hostile;
mod language;
mod shapes;

use super::*;
use crate::office::{Cell, DefinedName, Sheet, Visibility};
use expect_test::Expect;
use std::fmt::Write as _;

/// A workbook from lines: `[Macro1]`, `[Sheet1 plain hidden]` begin a sheet, `A1: =FORMULA` or `A1: text` fill it,
/// `name Auto_Open =Macro1!$A$1` defines a name. Digits are numbers; `'12` is a text.
pub(super) fn book(lines: &str) -> Workbook {
    let mut book = Workbook::default();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(head) = line.strip_prefix('[') {
            let mut words = head.trim_end_matches(']').split(' ');
            let name = words.next().unwrap().replace('_', " ");
            let words: Vec<&str> = words.collect();
            let kind = if words.contains(&"plain") { SheetKind::Worksheet } else { SheetKind::Macro };
            let visibility = match words.contains(&"hidden") {
                true => Visibility::VeryHidden,
                false => Visibility::Visible,
            };
            book.sheets.push(Sheet { name, kind, visibility, ..Sheet::default() });
        } else if let Some(rest) = line.strip_prefix("name ") {
            let (name, formula) = rest.split_once(" =").unwrap();
            let (name, formula) = (name.to_owned(), formula.to_owned());
            book.names.push(DefinedName { name, formula, hidden: true, sheet: None });
        } else {
            let (at, content) = line.split_once(": ").unwrap_or((line.trim_end_matches(':'), ""));
            book.sheets.last_mut().unwrap().cells.push(cell(at, content));
        }
    }
    for sheet in &mut book.sheets {
        sheet.cells.sort_by_key(|cell| (cell.row, cell.column));
    }
    book
}

fn cell(at: &str, content: &str) -> Cell {
    let (letters, digits) = at.split_at(at.find(|c: char| c.is_ascii_digit()).unwrap());
    let row = digits.parse::<u32>().unwrap() - 1;
    let column = crate::office::column_number(letters).unwrap();
    let formula = content.strip_prefix('=').map(str::to_owned);
    let value = match (&formula, content.parse::<f64>()) {
        (Some(_), _) => CellValue::Empty,
        (None, Ok(number)) => CellValue::Number(number),
        (None, Err(_)) => CellValue::Text(content.strip_prefix('\'').unwrap_or(content).to_owned()),
    };
    Cell { row, column, formula, value }
}

fn describe(survey: &Survey) -> String {
    let mut out = String::new();
    for entry in &survey.entry_points {
        writeln!(out, "entry {:?} {}.{}:{}", entry.trigger, entry.module, entry.name, entry.line).unwrap();
    }
    for call in &survey.calls {
        let argument = url::defang_text(&call.argument);
        let from = call.reached_from.join(",");
        writeln!(out, "{:?} {}:{} {}({argument}) [{from}]", call.power, call.module, call.line, call.name)
            .unwrap();
    }
    for command in &survey.commands {
        writeln!(
            out,
            "command {} {:?} {}",
            command.place,
            command.interpreter,
            url::defang_text(&command.text)
        )
        .unwrap();
        for url in &command.urls {
            writeln!(out, "  {}", url::defang(&url.text)).unwrap();
        }
    }
    for url in &survey.urls {
        writeln!(out, "url {} at {}", url::defang(&url.text), url.host.replace('.', "[.]")).unwrap();
    }
    out
}

#[track_caller]
fn check(lines: &str, expected: Expect) {
    let parsed = survey(&book(lines), &Limits::desk());
    assert_eq!(parsed.problems, []);
    expected.assert_eq(&describe(&parsed.value));
}

/// What a formula in A1 of a macro sheet gives, told by the ALERT that shows it.
#[track_caller]
fn check_value(formula: &str, expected: &str) {
    let lines = format!(
        "[Macro1]\nA1: =ALERT({formula})\nA2: =HALT()\nB1: 5\nB2: 7\nB3: abc\nB4: ABC\nC1: x\nname Auto_Open =Macro1!$A$1"
    );
    let parsed = survey(&book(&lines), &Limits::desk());
    assert_eq!(parsed.problems, []);
    assert_eq!(parsed.value.calls.first().unwrap().argument, expected, "{formula}");
}
