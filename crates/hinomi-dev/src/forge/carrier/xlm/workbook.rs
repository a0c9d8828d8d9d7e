//! The workbook as BIFF8 records (MS-XLS 2.1.7.20).

use super::formula::other_sheet;
use super::{Entry, Held, Workbook};
use crate::forge::document::excel::{CLASS, begin, dimensions, label, record, window};
use crate::forge::document::tab_cells;
use crate::forge::ovba;
use anyhow::Result;

pub(super) fn write(workbook: &Workbook) -> Result<Vec<u8>> {
    let mut sheets = vec![front(workbook)];
    sheets.extend(workbook.sheets.iter().map(sheet));
    let size = globals(workbook, &vec![0; sheets.len()]).len();
    let mut at = size as u32;
    let places: Vec<u32> = sheets
        .iter()
        .map(|sheet| {
            at += sheet.len() as u32;
            at - sheet.len() as u32
        })
        .collect();
    let mut book = globals(workbook, &places);
    book.extend(sheets.concat());
    book.resize(book.len().max(4_096), 0);
    ovba::compound(&[("Workbook".to_owned(), book)], Some(CLASS))
}

fn globals(workbook: &Workbook, places: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    record(&mut out, 0x0809, &begin(0x0005));
    record(&mut out, 0x0042, &1_200u16.to_le_bytes());
    window(&mut out);
    record(&mut out, 0x0085, &bound(places[0], 0, 0, "集計"));
    for (sheet, place) in workbook.sheets.iter().zip(&places[1..]) {
        record(&mut out, 0x0085, &bound(*place, sheet.shown as u8, 1, &sheet.name));
    }
    // SupBook for this workbook itself, ExternSheet with an entry for each sheet of formulas.
    let count = workbook.sheets.len() as u16;
    record(&mut out, 0x01AE, &[(count + 1).to_le_bytes(), [1, 4]].concat());
    let mut table = count.to_le_bytes().to_vec();
    for number in 1..=count {
        table.extend([0, number, number].iter().flat_map(|field: &u16| field.to_le_bytes()));
    }
    record(&mut out, 0x0017, &table);
    record(&mut out, 0x0018, &name(workbook));
    record(&mut out, 0x000A, &[]);
    out
}

/// BoundSheet8 (2.4.28).
fn bound(at: u32, state: u8, kind: u8, name: &str) -> Vec<u8> {
    let mut out = at.to_le_bytes().to_vec();
    let units = ovba::utf16(name);
    out.extend([state, kind, (units.len() / 2) as u8, 1]);
    out.extend(units);
    out
}

/// Lbl (2.4.150): the name that starts the first sheet of formulas, hidden from the list of names.
fn name(workbook: &Workbook) -> Vec<u8> {
    const HIDDEN: u16 = 1;
    const BUILT_IN: u16 = 1 << 5;
    const AUTO_OPEN: u8 = 1;
    let (entry, place) = &workbook.entry;
    let (flags, name) = match entry {
        Entry::BuiltIn => (HIDDEN | BUILT_IN, vec![AUTO_OPEN]),
        Entry::Written(name) => (HIDDEN, name.clone().into_bytes()),
    };
    let mut formula = Vec::new();
    other_sheet(0x3A, 0, *place, false, &mut formula);
    let mut out = flags.to_le_bytes().to_vec();
    out.extend([0, name.len() as u8]);
    out.extend((formula.len() as u16).to_le_bytes());
    out.extend([0; 8]);
    out.push(0);
    out.extend(name);
    out.extend(formula);
    out
}

/// The sheet that people see.
fn front(workbook: &Workbook) -> Vec<u8> {
    let mut out = Vec::new();
    record(&mut out, 0x0809, &begin(0x0010));
    dimensions(&mut out);
    for (row, line) in workbook.page.lines.iter().enumerate() {
        for (column, cell) in tab_cells(line).enumerate() {
            record(&mut out, 0x0204, &label(row as u16, column as u16, cell));
        }
    }
    record(&mut out, 0x000A, &[]);
    out
}

/// A sheet of formulas.
fn sheet(sheet: &super::Sheet) -> Vec<u8> {
    const MACRO_SHEET: u16 = 0x0040;
    let mut out = Vec::new();
    record(&mut out, 0x0809, &begin(MACRO_SHEET));
    dimensions(&mut out);
    for ((row, column), held) in &sheet.cells {
        match held {
            Held::Text(text) => record(&mut out, 0x0204, &label(*row, *column, text)),
            Held::Formula(formula) => {
                let mut tokens = Vec::new();
                formula.tokens(false, &mut tokens);
                // Formula (2.4.127): place, format, value, flags, cache, tokens.
                let mut content: Vec<u8> =
                    [*row, *column, 0].iter().flat_map(|field| field.to_le_bytes()).collect();
                content.extend([0; 14]);
                content.extend((tokens.len() as u16).to_le_bytes());
                content.extend(tokens);
                record(&mut out, 0x0006, &content);
            }
        }
    }
    record(&mut out, 0x000A, &[]);
    out
}
