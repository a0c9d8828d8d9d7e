//! Workbooks of all three containers: what formulas, names and cells read as, and that hostile ones end.

mod assembler;
mod formulas;
mod golden;
mod hostile;

use super::*;
use crate::ProblemKind;
use assembler::{Book8, Kind, Part, record8, record12, zip};
use std::fmt::Write as _;

/// Sheets, names and cells as lines.
fn describe(workbook: &Workbook) -> String {
    let mut out = String::new();
    for sheet in &workbook.sheets {
        writeln!(out, "[{}] {:?} {:?} {}", sheet.name, sheet.kind, sheet.visibility, sheet.place).unwrap();
        for cell in &sheet.cells {
            let mut at = String::new();
            push_cell(&mut at, cell.row, cell.column);
            let formula = cell.formula.as_ref().map(|formula| format!("={formula} ")).unwrap_or_default();
            writeln!(out, "{} {}{:?}", at.replace('$', ""), formula, cell.value).unwrap();
        }
    }
    for name in &workbook.names {
        let hidden = if name.hidden { " hidden" } else { "" };
        writeln!(out, "name {} ={}{hidden} {:?}", name.name, name.formula, name.sheet).unwrap();
    }
    for link in &workbook.links {
        writeln!(out, "link {} {:?} {}", link.target, link.items, link.is_dde).unwrap();
    }
    out
}

fn read(bytes: &[u8]) -> Parsed<Workbook> {
    let limits = Limits::desk();
    workbook(bytes, &limits, &mut Budget::new(&limits)).unwrap()
}
