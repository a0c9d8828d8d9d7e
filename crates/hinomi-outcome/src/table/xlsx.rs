//! A workbook: findings, indicators, plan, problems. Strings are strings, numbers are numbers.

use super::{Cell, Sheet, rows};
use crate::Report;
use crate::plan::Plan;
use crate::words::Say;
use hinomi_model::Gate;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use thiserror::Error;

/// Why no workbook could be written. The text completes "failed to …".
#[derive(Debug, Error)]
#[error("write the workbook")]
pub struct TableError(#[from] XlsxError);

/// A cell holds 32,767 UTF-16 units (Excel's limit); longer text is cut and ends in `…`.
const CELL_UNITS_MAX: usize = 32_000;
/// A sheet holds 1,048,576 rows, one of them the header.
const ROWS_MAX: usize = 1_048_575;

/// The report as a workbook.
///
/// # Errors
/// [`TableError`] when the writer refuses, which it does for nothing this function hands it.
pub fn xlsx(report: &Report, plan: &Plan, gate: &Gate) -> Result<Vec<u8>, TableError> {
    let say = Say::of(report);
    let mut book = Workbook::new();
    // Without this the writer asks the clock, and the same report gives two different files.
    let made = ExcelDateTime::from_timestamp(report.made_at.as_second())?;
    book.set_properties(
        &DocProperties::new().set_title(say.app("report_title")).set_creation_datetime(&made),
    );
    for sheet in [
        rows::findings(report, say),
        rows::indicators(report, gate, say),
        rows::plan(plan, say),
        rows::problems(report, say),
    ] {
        write(book.add_worksheet(), &sheet)?;
    }
    Ok(book.save_to_buffer()?)
}

fn write(page: &mut Worksheet, sheet: &Sheet) -> Result<(), TableError> {
    let header = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x1F_3A_4D))
        .set_font_color(Color::White)
        .set_border_bottom(FormatBorder::Thin);
    let text = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_num_format("@");
    let number = Format::new().set_align(FormatAlign::Top).set_num_format("#,##0");
    let tenths = Format::new().set_align(FormatAlign::Top).set_num_format("#,##0.0");
    page.set_name(&sheet.name)?;
    page.set_freeze_panes(1, 0)?;
    let columns = u16::try_from(sheet.header.len()).unwrap_or(u16::MAX);
    let rows = u32::try_from(sheet.rows.len().min(ROWS_MAX)).unwrap_or(u32::MAX);
    for (column, name) in (0_u16..).zip(&sheet.header) {
        page.write_string_with_format(0, column, name, &header)?;
        page.set_column_width(column, width(sheet, usize::from(column)))?;
    }
    for (row, cells) in (1_u32..).zip(sheet.rows.iter().take(ROWS_MAX)) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Text(words) => page.write_string_with_format(row, column, fit(words), &text)?,
                Cell::Number(value) => page.write_number_with_format(row, column, exact(*value), &number)?,
                Cell::Tenths(value) => {
                    page.write_number_with_format(row, column, exact(*value) / 10.0, &tenths)?
                }
                Cell::Empty => page,
            };
        }
    }
    if rows > 0 && columns > 0 {
        page.autofilter(0, 0, rows, columns - 1)?;
    }
    Ok(())
}

/// A workbook's numbers are doubles: exact up to 2^53, which is more yen than there are.
fn exact(value: u64) -> f64 {
    let (high, low) = (value >> 32, value & 0xffff_ffff);
    let part = |half: u64| f64::from(u32::try_from(half).unwrap_or(u32::MAX));
    part(high) * 4_294_967_296.0 + part(low)
}

/// Cuts text to what a cell holds.
fn fit(words: &str) -> String {
    let mut units = 0;
    let mut end = 0;
    for c in words.chars() {
        units += c.len_utf16();
        if units > CELL_UNITS_MAX {
            return words.get(..end).map_or(String::new(), |kept| format!("{kept}…"));
        }
        end += c.len_utf8();
    }
    words.to_owned()
}

/// Columns: as wide as the widest line of the first rows, between 8 and 60.
fn width(sheet: &Sheet, column: usize) -> f64 {
    use unicode_width::UnicodeWidthStr;
    let of = |cell: &Cell| match cell {
        Cell::Text(words) => words.lines().map(UnicodeWidthStr::width).max().unwrap_or(0),
        _ => 10,
    };
    let cells = sheet.rows.iter().take(200).filter_map(|row| row.get(column)).map(of).max().unwrap_or(0);
    let header = sheet.header.get(column).map_or(0, |name| name.width() + 3);
    let widest = cells.max(header).clamp(8, 60);
    f64::from(u32::try_from(widest).unwrap_or(60)) + 1.0
}
