//! Excel 4.0 macros (XLM): workbooks whose hidden sheet of formulas would fetch and start something (shape E6).
//!
//! What they would start is `cmd /c echo`, followed by the words an attack would have used.

mod formula;
mod package;
mod styles;
mod workbook;

use crate::forge::document::Page;
use crate::forge::{Chance, macros};
use anyhow::Result;
use std::collections::BTreeMap;

pub use formula::Formula;
pub use styles::Style;

/// What the workbook is packed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// BIFF8 (MS-XLS).
    Xls,
    /// A package of XML parts.
    Xlsm,
    /// A package of binary parts (MS-XLSB).
    Xlsb,
}

impl Container {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Xls, Self::Xlsm, Self::Xlsb];

    /// The file name extension.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xls => "xls",
            Self::Xlsm => "xlsm",
            Self::Xlsb => "xlsb",
        }
    }
}

/// Whether people see the sheet with the formulas; the number is that of `BoundSheet8` (MS-XLS 2.4.28).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It is a sheet like others.
    Visible = 0,
    /// Hidden; the menu shows it again.
    Hidden = 1,
    /// Hidden; only code shows it again.
    Very = 2,
}

impl Shown {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Very, Self::Hidden, Self::Visible];

    /// Its name in truth files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visible => "macro-sheet",
            Self::Hidden => "hidden-macro-sheet",
            Self::Very => "very-hidden-macro-sheet",
        }
    }

    /// Its name in a package (ECMA-376 part 1, 18.18.68).
    fn state(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::Hidden => "hidden",
            Self::Very => "veryHidden",
        }
    }
}

/// A cell: row and column, from 0.
pub type Place = (u16, u16);

/// What a cell of a macro sheet holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// A formula.
    Formula(Formula),
    /// Text.
    Text(String),
}

/// A sheet of formulas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name: letters and digits.
    pub name: String,
    /// Whether people see it.
    pub shown: Shown,
    /// Its cells.
    pub cells: BTreeMap<Place, Held>,
}

/// A workbook: one sheet for people, then sheets of formulas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workbook {
    /// What people see.
    pub page: Page,
    /// Sheets of formulas.
    pub sheets: Vec<Sheet>,
    /// The name that starts the first of them, and the cell it stands for.
    pub entry: (Entry, Place),
}

/// How the name that starts a sheet of formulas is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The built-in name.
    BuiltIn,
    /// A name in letters: Excel only looks at how it begins, in any case.
    Written(String),
}

impl Entry {
    /// As a package writes it.
    fn in_package(&self) -> &str {
        match self {
            Self::BuiltIn => "_xlnm.Auto_Open",
            Self::Written(name) => name,
        }
    }

    /// As people know it.
    pub fn name(&self) -> &str {
        match self {
            Self::BuiltIn => "Auto_Open",
            Self::Written(name) => name,
        }
    }
}

impl Workbook {
    /// The bytes of the file.
    pub fn write(&self, container: Container, chance: &mut Chance) -> Result<Vec<u8>> {
        match container {
            Container::Xls => workbook::write(self),
            Container::Xlsm => Ok(package::xml(self, chance)),
            Container::Xlsb => Ok(package::binary(self, chance)),
        }
    }
}

/// A look-alike of shape E6, and what is true of it.
#[derive(Debug, Clone)]
pub struct Forged {
    /// The workbook.
    pub workbook: Workbook,
    /// What it would start.
    pub command: String,
    /// What it would fetch, in order.
    pub urls: Vec<String>,
}

/// A workbook that would fetch from some addresses and then start a line of text.
pub fn attack(style: Style, shown: Shown, page: Page, chance: &mut Chance) -> Forged {
    let mut urls = macros::script::urls(chance);
    urls.truncate(chance.between(2, 4));
    let library = format!("..\\{}.{}", chance.word(4, 8), chance.pick(&["ocx", "dll"]));
    let command = match chance.below(3) {
        0 => format!("cmd /c echo regsvr32.exe -s {library}"),
        1 => format!("cmd.exe /c echo C:\\Windows\\SysWow64\\regsvr32.exe /s {library}"),
        _ => format!("cmd /c echo rundll32.exe {library},DllRegisterServer"),
    };
    let sheets = styles::sheets(style, shown, &urls, &library, &command, chance);
    let entry = match chance.below(3) {
        0 => Entry::BuiltIn,
        1 => Entry::Written("Auto_Open".to_owned()),
        _ => Entry::Written(format!("auto_oPen{}", chance.below(100))),
    };
    let workbook = Workbook { page, sheets: sheets.sheets, entry: (entry, sheets.start) };
    Forged { workbook, command, urls }
}

/// An honest workbook of the time before VBA: a sheet of formulas that formats and asks, started by its button.
pub fn honest(chance: &mut Chance) -> Workbook {
    let shown = *chance.pick(&[Shown::Visible, Shown::Hidden]);
    let sheets = vec![styles::honest(shown, chance)];
    let page = Page { lines: vec!["検算表".to_owned(), format!("件数\t{}", chance.between(10, 900))] };
    Workbook { page, sheets, entry: (Entry::Written("Kensan".to_owned()), (0, 0)) }
}

#[cfg(test)]
mod tests;
