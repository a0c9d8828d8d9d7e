//! A workbook as formulas see it: sheets, defined names, cells. Read from BIFF streams (`.xls`), binary
//! workbooks (`.xlsb`) and XML workbooks (`.xlsx`, `.xlsm`), as leniently as Excel reads them.
//!
//! What is kept of one workbook (cells, texts, formulas) is paid for out of a purse of its own that holds
//! [`Limits::expanded_bytes_max`]; unpacking and copying are paid for out of the budget of the file.

mod biff;
mod fields;
mod keep;
mod package;
mod ptg;
mod reference;
#[cfg(test)]
mod tests;

use super::cfb::{CompoundFile, EntryKind};
use crate::{Budget, Limits, Parsed, Problem, archive};
use keep::Keep;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

pub(crate) use ptg::{is_function, is_macro_command};
pub(crate) use reference::{COLUMNS_MAX, ROWS_MAX, column_number, push_cell, push_sheet};

/// Which cells are worth reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cells {
    /// None: only sheets, names and links. Costs a look at the index of the workbook.
    None,
    /// Those of macro sheets.
    Macro,
    /// All.
    All,
}

/// Reads a workbook with all its cells; `None` when the bytes are no workbook of a kind this version knows.
///
/// Meets `expanded_bytes_max` (kept and unpacked bytes), `text_bytes_max` (one formula), `entries_max`.
pub fn workbook(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Option<Parsed<Workbook>> {
    workbook_with(bytes, Cells::All, limits, budget)
}

/// Reads a workbook with only the cells asked for.
pub fn workbook_with(
    bytes: &[u8],
    cells: Cells,
    limits: &Limits,
    budget: &mut Budget,
) -> Option<Parsed<Workbook>> {
    if super::looks_like_ole(bytes) {
        return of_compound_file(bytes, cells, limits, budget);
    }
    archive::looks_like_zip(bytes).then(|| package::read(bytes, cells, limits, budget)).flatten()
}

/// Reads the `Workbook` (or `Book`) stream of an `.xls` by itself, e.g. one that was decrypted. `place` is its
/// path, for problems and [`Sheet::place`].
pub fn workbook_of_stream(stream: &[u8], place: &str, cells: Cells, limits: &Limits) -> Parsed<Workbook> {
    let mut keep = Keep::new(place, limits);
    let workbook = biff::read(stream, place, cells, &mut keep);
    Parsed { value: workbook, problems: keep.into_problems() }
}

/// Whether a workbook has macro sheets or names that start by themselves. Reads no cell.
pub fn has_macro_sheets(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> bool {
    workbook_with(bytes, Cells::None, limits, budget).is_some_and(|parsed| parsed.value.has_macros())
}

/// The whole workbook when it has macro sheets or names that start by themselves, else `None`: that is found
/// out without reading cells.
pub fn macro_workbook(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Option<Parsed<Workbook>> {
    has_macro_sheets(bytes, limits, budget).then(|| workbook(bytes, limits, budget)).flatten()
}

/// The workbook of a compound file with all its cells, when it has macro sheets or names that start by
/// themselves; its index alone is looked at to find out, and what is damaged in that is told to `problems`.
pub(super) fn with_macros(
    file: &CompoundFile<'_>,
    limits: &Limits,
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) -> Option<Workbook> {
    let (place, stream) = stream_of(file, budget)?;
    // A damaged stream of a workbook without macros is nobody's loss but that of its reader.
    let index = workbook_of_stream(&stream.value, place, Cells::None, limits).take(problems);
    if !index.has_macros() {
        return None;
    }
    problems.extend(stream.problems);
    Some(workbook_of_stream(&stream.value, place, Cells::All, limits).take(problems))
}

/// The stream of records in a compound file, and its name.
fn stream_of<'a>(
    file: &'a CompoundFile<'_>,
    budget: &mut Budget,
) -> Option<(&'static str, Parsed<std::borrow::Cow<'a, [u8]>>)> {
    ["Workbook", "Book"].into_iter().find_map(|name| {
        let id = file.find(name).filter(|id| file.kind(*id) == EntryKind::Stream)?;
        Some((name, file.read(id, budget)))
    })
}

fn of_compound_file(
    bytes: &[u8],
    cells: Cells,
    limits: &Limits,
    budget: &mut Budget,
) -> Option<Parsed<Workbook>> {
    // A damaged directory is told by the reader of the document.
    let file = CompoundFile::open(bytes, limits)?.value;
    let (name, stream) = stream_of(&file, budget)?;
    let mut parsed = workbook_of_stream(&stream.value, name, cells, limits);
    parsed.problems.splice(0..0, stream.problems);
    Some(parsed)
}

/// Sheets, names and cells of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workbook {
    /// Sheets in workbook order.
    pub sheets: Vec<Sheet>,
    /// Defined names.
    pub names: Vec<DefinedName>,
    /// Other workbooks, DDE servers and OLE objects the workbook is linked with.
    pub links: Vec<Link>,
}

impl Workbook {
    /// The sheets whose formulas are programs.
    pub fn macro_sheets(&self) -> impl Iterator<Item = &Sheet> {
        self.sheets.iter().filter(|sheet| sheet.kind == SheetKind::Macro)
    }

    /// Whether there are macro sheets, or names that start by themselves.
    pub fn has_macros(&self) -> bool {
        self.macro_sheets().next().is_some() || self.names.iter().any(DefinedName::starts_by_itself)
    }
}

/// What a workbook is linked with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// The path of a workbook, or `program|topic` of a DDE server.
    pub target: String,
    /// DDE items and names used of it.
    pub items: Vec<String>,
    /// Whether it is a DDE server or an OLE object rather than a workbook.
    pub is_dde: bool,
}

/// One sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// What kind of sheet it is.
    pub kind: SheetKind,
    /// Whether people see it.
    pub visibility: Visibility,
    /// Cells that hold something, by row and then column.
    pub cells: Vec<Cell>,
    /// Where it stands in the file: a stream path or a part name.
    pub place: String,
}

/// Kinds of sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SheetKind {
    /// Cells for people.
    #[default]
    Worksheet,
    /// Excel 4.0 macros (XLM): its formulas are a program.
    Macro,
    /// A chart, a dialog, a VBA module sheet.
    Other,
}

/// Whether people see a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// Shown.
    #[default]
    Visible,
    /// Hidden; the menu shows it again.
    Hidden,
    /// Hidden; only code shows it again.
    VeryHidden,
}

/// A name that stands for a reference or a formula.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DefinedName {
    /// The name; built-in ones by their words: `Auto_Open`.
    pub name: String,
    /// What it stands for, as a formula without the equals sign: `Macro1!$A$1`.
    pub formula: String,
    /// Hidden from the list of names.
    pub hidden: bool,
    /// The sheet it is local to, as an index of [`Workbook::sheets`].
    pub sheet: Option<usize>,
}

impl DefinedName {
    /// Whether Excel runs what the name stands for by itself: names that begin with `Auto_Open`, `Auto_Close`,
    /// `Auto_Activate` or `Auto_Deactivate`, whatever follows, in any case.
    pub fn starts_by_itself(&self) -> bool {
        const STARTS: [&str; 4] = ["auto_open", "auto_close", "auto_activate", "auto_deactivate"];
        let plain = self.plain_name();
        STARTS.iter().any(|start| plain.starts_with(start))
    }

    /// The name as Excel compares it: lower case, without the prefix of built-in names and without characters
    /// nobody sees, which hide `Auto_Open` from a search for the word.
    pub fn plain_name(&self) -> String {
        let unseen = |c: &char| {
            c.is_control() || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
        };
        let seen: String = self.name.chars().filter(|c| !unseen(c)).nfkc().collect();
        let lower = seen.to_lowercase();
        lower.strip_prefix("_xlnm.").map(str::to_owned).unwrap_or(lower)
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// From 0.
    pub row: u32,
    /// From 0.
    pub column: u32,
    /// Its formula as text, without the equals sign.
    pub formula: Option<String>,
    /// The value stored with it.
    pub value: CellValue,
}

impl Eq for Cell {}

/// A stored value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum CellValue {
    /// Nothing.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A number; dates are numbers.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// An error such as `#REF!`.
    Error,
}
