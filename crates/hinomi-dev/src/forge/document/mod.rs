//! Office documents around a VBA project: `.docm` and `.xlsm` (ISO 29500), `.doc` (MS-DOC), `.xls` (MS-XLS).

pub(in crate::forge) mod excel;
mod extras;
pub(in crate::forge) mod ooxml;
mod word;

use super::{Chance, ovba};
use anyhow::Result;

pub use extras::{Extras, Property};
pub use ovba::{Form, Kind, Module, Project};

/// What a document is packed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Container {
    /// Word 97–2003.
    Doc,
    /// Word with macros.
    Docm,
    /// Excel 97–2003.
    Xls,
    /// Excel with macros.
    Xlsm,
}

impl Container {
    /// The file name extension.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Doc => "doc",
            Self::Docm => "docm",
            Self::Xls => "xls",
            Self::Xlsm => "xlsm",
        }
    }

    /// The media type that mail programs declare.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Doc => "application/msword",
            Self::Docm => "application/vnd.ms-word.document.macroEnabled.12",
            Self::Xls => "application/vnd.ms-excel",
            Self::Xlsm => "application/vnd.ms-excel.sheet.macroEnabled.12",
        }
    }

    /// Whether it is Word's.
    pub fn is_word(self) -> bool {
        matches!(self, Self::Doc | Self::Docm)
    }

    /// The name of its document module.
    pub fn document_module(self) -> &'static str {
        if self.is_word() { "ThisDocument" } else { "ThisWorkbook" }
    }
}

/// What a person sees: paragraphs, or the rows of one sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Paragraphs of Word; rows of Excel with cells divided by a tab.
    pub lines: Vec<String>,
}

impl Page {
    /// The first paragraph or cell.
    pub fn first_text(&self) -> String {
        self.lines.first().and_then(|line| cells(line).next()).unwrap_or_default().to_owned()
    }
}

/// Writes a document; without a project, one that has no macros at all (only for `.doc` and `.xls`).
pub fn write(
    container: Container,
    page: &Page,
    extras: &Extras,
    project: Option<&Project>,
    chance: &mut Chance,
) -> Result<Vec<u8>> {
    match container {
        Container::Doc => word::doc(page, extras, project, chance),
        Container::Xls => excel::xls(page, extras, project, chance),
        Container::Docm | Container::Xlsm => ooxml::write(container, page, extras, project, chance),
    }
}

/// A cell's name, row and column from 0.
pub(super) fn cell_name(row: u16, column: u16) -> String {
    ooxml::a1(row, column)
}

/// The cells of a row, divided by tabs.
pub(super) fn tab_cells(line: &str) -> impl Iterator<Item = &str> {
    cells(line)
}

/// The cells of a row.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.split('\t')
}
