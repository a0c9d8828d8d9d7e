//! A workbook as formulas see it: sheets, defined names, cells.

use serde::{Deserialize, Serialize};

/// Sheets, names and cells of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workbook {
    /// Sheets in workbook order.
    pub sheets: Vec<Sheet>,
    /// Defined names.
    pub names: Vec<DefinedName>,
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
