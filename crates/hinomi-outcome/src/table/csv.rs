//! CSV for spreadsheets: UTF-8, CRLF, no formulas.

use super::{Cell, Sheet, rows};
use crate::Report;
use crate::plan::{Plan, tenths};
use crate::visible::terminal_safe;
use crate::words::Say;

/// Whether a byte order mark comes first. Excel needs it to read UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bom {
    /// For Excel.
    With,
    /// For programs.
    #[default]
    Without,
}

/// The findings, one a row, header first.
pub fn csv(report: &Report, bom: Bom) -> String {
    sheet(rows::findings(report, Say::of(report)), bom)
}

/// The plan, one piece of work a row, header first.
pub fn plan_csv(report: &Report, plan: &Plan, bom: Bom) -> String {
    sheet(rows::plan(plan, Say::of(report)), bom)
}

fn sheet(sheet: Sheet, bom: Bom) -> String {
    let mut lines = vec![sheet.header];
    lines.extend(sheet.rows.iter().map(|row| row.iter().map(field).collect()));
    let mark = if bom == Bom::With { "\u{feff}" } else { "" };
    format!("{mark}{}", written(&lines))
}

/// Rows as CSV text; each field is made harmless.
pub(crate) fn written(rows: &[Vec<String>]) -> String {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(vec![]);
    for row in rows {
        // Writing into memory cannot fail, and rows may differ in length.
        let _ = writer.write_record(row.iter().map(|field| harmless(field)));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Numbers are ours and stay as they are; text is made harmless by [`written`].
fn field(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Tenths(value) => tenths(*value),
        Cell::Empty => String::new(),
    }
}

/// Text that a spreadsheet takes for text: a `'` before what would begin a formula or a macro (also full-width,
/// which some programs fold), nothing that acts on a screen.
pub(super) fn harmless(text: &str) -> String {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let safe = terminal_safe(text);
    if begins { format!("'{safe}") } else { safe.into_owned() }
}
