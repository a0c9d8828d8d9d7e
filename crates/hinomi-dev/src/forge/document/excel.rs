//! `.xls`: one sheet of labels in a BIFF8 workbook (MS-XLS 2.1), with the project below `_VBA_PROJECT_CUR`.

use super::extras::summary;
use super::{Extras, Page, Project, cells};
use crate::forge::{Chance, ovba};
use anyhow::Result;

/// The class of an Excel workbook, in its root entry.
pub(in crate::forge) const CLASS: [u8; 16] = [0x20, 0x08, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

pub(super) fn xls(
    page: &Page,
    extras: &Extras,
    project: Option<&Project>,
    chance: &mut Chance,
) -> Result<Vec<u8>> {
    let mut book = Vec::new();
    record(&mut book, 0x0809, &begin(0x0005));
    record(&mut book, 0x0042, &1_200u16.to_le_bytes());
    if project.is_some() {
        record(&mut book, 0x00D3, &[]);
    }
    window(&mut book);
    let strings = shared_strings(&extras.cells);
    let sheet_at = book.len() + sheet_entry(0).len() + 4 + strings.len() + 4;
    record(&mut book, 0x0085, &sheet_entry(sheet_at as u32));
    book.extend(strings);
    record(&mut book, 0x000A, &[]);

    record(&mut book, 0x0809, &begin(0x0010));
    dimensions(&mut book);
    for (row, line) in page.lines.iter().enumerate() {
        for (column, cell) in cells(line).enumerate() {
            record(&mut book, 0x0204, &label(row as u16, column as u16, cell));
        }
    }
    for (index, (row, column, _)) in extras.cells.iter().enumerate() {
        // LabelSst (MS-XLS 2.4.149): row, column, format, index.
        let fields: Vec<u8> = [*row, *column, 0].iter().flat_map(|field| field.to_le_bytes()).collect();
        record(&mut book, 0x00FD, &[fields, (index as u32).to_le_bytes().to_vec()].concat());
    }
    record(&mut book, 0x000A, &[]);
    book.resize(book.len().max(4_096), 0);

    let mut streams = vec![("Workbook".to_owned(), book)];
    if !extras.properties.is_empty() {
        streams.push(("\u{5}SummaryInformation".to_owned(), summary(&extras.properties, 1_252)));
    }
    if let Some(project) = project {
        let macros = project.streams(chance);
        streams.extend(macros.into_iter().map(|(path, bytes)| (format!("_VBA_PROJECT_CUR/{path}"), bytes)));
    }
    ovba::compound(&streams, Some(CLASS))
}

pub(in crate::forge) fn record(out: &mut Vec<u8>, id: u16, content: &[u8]) {
    out.extend(id.to_le_bytes());
    out.extend((content.len() as u16).to_le_bytes());
    out.extend(content);
}

/// BOF (MS-XLS 2.4.21): BIFF8, 0x0005 for the globals, 0x0010 for a sheet.
pub(in crate::forge) fn begin(substream: u16) -> Vec<u8> {
    [0x0600, substream, 0x0DBB, 0x07CC, 0, 0, 0x0006, 0]
        .iter()
        .flat_map(|field: &u16| field.to_le_bytes())
        .collect()
}

/// Window1 (MS-XLS 2.4.345): one window that shows the first sheet.
pub(in crate::forge) fn window(out: &mut Vec<u8>) {
    let fields: [u16; 9] = [0, 0, 0x4000, 0x2000, 0x38, 0, 0, 1, 600];
    let content: Vec<u8> = fields.iter().flat_map(|field| field.to_le_bytes()).collect();
    record(out, 0x003D, &content);
}

/// Dimensions (MS-XLS 2.4.90): the cells in use, here all that there may be.
pub(in crate::forge) fn dimensions(out: &mut Vec<u8>) {
    let rows = [0, 1u32 << 16].map(u32::to_le_bytes).concat();
    let columns = [0, 1u16 << 8, 0].map(u16::to_le_bytes).concat();
    record(out, 0x0200, &[rows, columns].concat());
}

/// BoundSheet8 (MS-XLS 2.4.28): place of the sheet, visible, worksheet, name.
fn sheet_entry(at: u32) -> Vec<u8> {
    let mut out = at.to_le_bytes().to_vec();
    out.extend([0, 0]);
    let name = ovba::utf16("集計");
    out.extend([(name.len() / 2) as u8, 1]);
    out.extend(name);
    out
}

/// Label (MS-XLS 2.4.148): a cell with its text in place.
pub(in crate::forge) fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let mut out: Vec<u8> = [row, column, 0].iter().flat_map(|field| field.to_le_bytes()).collect();
    let units = ovba::utf16(text);
    out.extend(((units.len() / 2) as u16).to_le_bytes());
    out.push(1);
    out.extend(units);
    out
}

/// The table of shared strings (SST, MS-XLS 2.4.265), goes on in `Continue` records; empty without strings.
fn shared_strings(cells: &[(u16, u16, String)]) -> Vec<u8> {
    const RECORD: usize = 8_224;
    let mut out = Vec::new();
    if cells.is_empty() {
        return out;
    }
    let count = (cells.len() as u32).to_le_bytes();
    let (mut id, mut content) = (0x00FC, [count, count].concat());
    for (_, _, text) in cells {
        let units = ovba::utf16(text);
        // A string is never cut: each is far shorter than a record.
        if content.len() + units.len() + 3 > RECORD {
            record(&mut out, id, &content);
            (id, content) = (0x003C, Vec::new());
        }
        content.extend(((units.len() / 2) as u16).to_le_bytes());
        content.push(1);
        content.extend(units);
    }
    record(&mut out, id, &content);
    out
}
