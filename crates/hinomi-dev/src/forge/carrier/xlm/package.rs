//! The workbook as a package, of XML parts (ECMA-376) or of binary ones (MS-XLSB).

use super::formula::{absolute, other_sheet};
use super::{Chance, Held, Sheet, Workbook};
use crate::forge::document::ooxml::{HEAD, OFFICE, Package, SHEET, a1, escape};
use crate::forge::document::tab_cells;
use crate::forge::ovba;
use std::collections::BTreeMap;

const MACRO_SHEET: &str = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet";

/// The main part's links: the sheet that people see, then those of formulas.
fn links(package: &mut Package, sheets: usize, ending: &str) {
    package.links.push((format!("{OFFICE}/worksheet"), format!("worksheets/sheet1.{ending}")));
    for number in 1..=sheets {
        package.links.push((MACRO_SHEET.to_owned(), format!("macrosheets/sheet{number}.{ending}")));
    }
}

fn names(workbook: &Workbook) -> Vec<String> {
    workbook.sheets.iter().map(|sheet| sheet.name.clone()).collect()
}

pub(super) fn xml(workbook: &Workbook, chance: &mut Chance) -> Vec<u8> {
    let mut package = Package::default();
    links(&mut package, workbook.sheets.len(), "xml");
    let mut sheets = "<sheet name=\"集計\" sheetId=\"1\" r:id=\"rId1\"/>".to_owned();
    for (sheet, number) in workbook.sheets.iter().zip(2..) {
        sheets.extend([format!(
            "<sheet name=\"{}\" sheetId=\"{number}\" state=\"{}\" r:id=\"rId{number}\"/>",
            sheet.name,
            sheet.shown.state()
        )]);
    }
    let (entry, place) = &workbook.entry;
    let defined = format!(
        "<definedName name=\"{}\" hidden=\"1\">{}!{}</definedName>",
        entry.in_package(),
        workbook.sheets[0].name,
        absolute(*place)
    );
    let main = format!(
        "{HEAD}<workbook xmlns=\"{SHEET}\" xmlns:r=\"{OFFICE}\"><sheets>{sheets}</sheets>\
         <definedNames>{defined}</definedNames></workbook>"
    );
    package.part("xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml", main);
    let front: BTreeMap<_, _> = front(workbook);
    let mut strings = Vec::new();
    let data = sheet_data(&front, &[], &mut strings);
    package.part(
        "xl/worksheets/sheet1.xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
        format!("{HEAD}<worksheet xmlns=\"{SHEET}\">{data}</worksheet>"),
    );
    let names = names(workbook);
    for (sheet, number) in workbook.sheets.iter().zip(1..) {
        let data = sheet_data(&sheet.cells, &names, &mut strings);
        let text = format!(
            "{HEAD}<xm:macrosheet xmlns=\"{SHEET}\" \
             xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\">{data}</xm:macrosheet>"
        );
        let part = format!("xl/macrosheets/sheet{number}.xml");
        package.part(&part, "application/vnd.ms-excel.macrosheet+xml", text);
    }
    shared(&strings, &mut package);
    package.write("xl/workbook.xml", chance)
}

/// The table of shared strings.
fn shared(strings: &[String], package: &mut Package) {
    let items: String = strings
        .iter()
        .map(|text| format!("<si><t xml:space=\"preserve\">{}</t></si>", escape(text)))
        .collect();
    package.part(
        "xl/sharedStrings.xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml",
        format!(
            "{HEAD}<sst xmlns=\"{SHEET}\" count=\"{0}\" uniqueCount=\"{0}\">{items}</sst>",
            strings.len()
        ),
    );
    package.links.push((format!("{OFFICE}/sharedStrings"), "sharedStrings.xml".to_owned()));
}

/// What people see, as cells.
fn front(workbook: &Workbook) -> BTreeMap<super::Place, Held> {
    let rows = workbook.page.lines.iter().enumerate();
    rows.flat_map(|(row, line)| {
        let cells = tab_cells(line).enumerate();
        cells.map(move |(column, text)| ((row as u16, column as u16), Held::Text(text.to_owned())))
    })
    .collect()
}

/// Cells by their rows.
fn rows(cells: &BTreeMap<super::Place, Held>) -> BTreeMap<u16, Vec<(u16, &Held)>> {
    let mut rows: BTreeMap<u16, Vec<(u16, &Held)>> = BTreeMap::new();
    for ((row, column), held) in cells {
        rows.entry(*row).or_default().push((*column, held));
    }
    rows
}

/// Cells as XML; their texts go to the table of strings.
fn sheet_data(cells: &BTreeMap<super::Place, Held>, names: &[String], strings: &mut Vec<String>) -> String {
    let mut out = "<sheetData>".to_owned();
    for (row, cells) in rows(cells) {
        out.extend([format!("<row r=\"{}\">", row + 1)]);
        for (column, held) in cells {
            let place = a1(row, column);
            out.extend([match held {
                Held::Formula(formula) => {
                    format!("<c r=\"{place}\"><f>{}</f><v>0</v></c>", escape(&formula.text(names)))
                }
                Held::Text(text) => {
                    strings.push(text.clone());
                    format!("<c r=\"{place}\" t=\"s\"><v>{}</v></c>", strings.len() - 1)
                }
            }]);
        }
        out += "</row>";
    }
    out + "</sheetData>"
}

/// A record of BIFF12 (MS-XLSB 2.1.4): its number and its size in 7-bit groups.
fn record(out: &mut Vec<u8>, id: u16, content: &[u8]) {
    if id < 128 {
        out.push(id as u8);
    } else {
        out.extend([(id & 0x7F) as u8 | 0x80, (id >> 7) as u8]);
    }
    let mut size = content.len();
    while size > 0x7F {
        out.push((size & 0x7F) as u8 | 0x80);
        size >>= 7;
    }
    out.push(size as u8);
    out.extend(content);
}

/// XLWideString: length in characters, UTF-16.
fn wide(text: &str) -> Vec<u8> {
    let units = ovba::utf16(text);
    [((units.len() / 2) as u32).to_le_bytes().to_vec(), units].concat()
}

pub(super) fn binary(workbook: &Workbook, chance: &mut Chance) -> Vec<u8> {
    let mut package = Package::default();
    links(&mut package, workbook.sheets.len(), "bin");
    package.part(
        "xl/workbook.bin",
        "application/vnd.ms-excel.sheet.binary.macroEnabled.main",
        book(workbook),
    );
    package.part(
        "xl/worksheets/sheet1.bin",
        "application/vnd.ms-excel.worksheet",
        binary_sheet(&front(workbook)),
    );
    for (sheet, number) in workbook.sheets.iter().zip(1..) {
        let part = format!("xl/macrosheets/sheet{number}.bin");
        package.part(&part, "application/vnd.ms-excel.macrosheet", binary_sheet(&sheet.cells));
    }
    package.write("xl/workbook.bin", chance)
}

fn book(workbook: &Workbook) -> Vec<u8> {
    let mut out = Vec::new();
    record(&mut out, 131, &[]);
    record(&mut out, 143, &[]);
    let bundle = |state: u32, number: u32, name: &str| {
        let head = [state.to_le_bytes(), number.to_le_bytes()].concat();
        [head, wide(&format!("rId{number}")), wide(name)].concat()
    };
    record(&mut out, 156, &bundle(0, 1, "集計"));
    for (Sheet { name, shown, .. }, number) in workbook.sheets.iter().zip(2..) {
        record(&mut out, 156, &bundle(*shown as u32, number, name));
    }
    record(&mut out, 144, &[]);
    // Externals: this workbook itself, and an entry for each sheet of formulas.
    record(&mut out, 353, &[]);
    record(&mut out, 357, &[]);
    let count = workbook.sheets.len() as u32;
    let mut table = count.to_le_bytes().to_vec();
    for number in 1..=count {
        table.extend([0, number, number].iter().flat_map(|field: &u32| field.to_le_bytes()));
    }
    record(&mut out, 362, &table);
    record(&mut out, 354, &[]);
    record(&mut out, 39, &defined(workbook));
    record(&mut out, 132, &[]);
    out
}

/// BrtName (MS-XLSB 2.4.712): hidden, of the whole workbook.
fn defined(workbook: &Workbook) -> Vec<u8> {
    const HIDDEN: u32 = 1;
    const BUILT_IN: u32 = 1 << 5;
    let (entry, place) = &workbook.entry;
    let flags = if *entry == super::Entry::BuiltIn { HIDDEN | BUILT_IN } else { HIDDEN };
    let mut formula = Vec::new();
    other_sheet(0x3A, 0, *place, true, &mut formula);
    let mut out = flags.to_le_bytes().to_vec();
    out.push(0);
    out.extend(u32::MAX.to_le_bytes());
    out.extend(wide(entry.in_package()));
    out.extend((formula.len() as u32).to_le_bytes());
    out.extend(formula);
    out.extend(0u32.to_le_bytes());
    // No comment.
    out.extend(u32::MAX.to_le_bytes());
    out
}

fn binary_sheet(cells: &BTreeMap<super::Place, Held>) -> Vec<u8> {
    let mut out = Vec::new();
    record(&mut out, 129, &[]);
    let rows = rows(cells);
    let last = |values: &mut dyn Iterator<Item = u16>| u32::from(values.max().unwrap_or(0));
    let (row, column) = (last(&mut rows.keys().copied()), last(&mut cells.keys().map(|(_, column)| *column)));
    // BrtWsDim: first and last row, first and last column.
    record(&mut out, 148, &[0, row, 0, column].iter().flat_map(|f| f.to_le_bytes()).collect::<Vec<u8>>());
    record(&mut out, 145, &[]);
    for (row, cells) in rows {
        let mut head = u32::from(row).to_le_bytes().to_vec();
        head.extend([0, 0, 0, 0, 0x2C, 1, 0, 0, 0, 0, 0, 0, 0]);
        record(&mut out, 0, &head);
        for (column, held) in cells {
            let mut cell = u32::from(column).to_le_bytes().to_vec();
            cell.extend([0; 4]);
            match held {
                Held::Text(text) => {
                    cell.extend(wide(text));
                    record(&mut out, 6, &cell);
                }
                Held::Formula(formula) => {
                    let mut tokens = Vec::new();
                    formula.tokens(true, &mut tokens);
                    // BrtFmlaNum: value, flags, tokens, nothing beside them.
                    cell.extend([0; 10]);
                    cell.extend((tokens.len() as u32).to_le_bytes());
                    cell.extend(tokens);
                    cell.extend(0u32.to_le_bytes());
                    record(&mut out, 9, &cell);
                }
            }
        }
    }
    record(&mut out, 146, &[]);
    record(&mut out, 130, &[]);
    out
}
