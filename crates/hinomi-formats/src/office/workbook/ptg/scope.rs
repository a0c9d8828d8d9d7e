//! What formulas of a workbook refer to by number: sheets, names, links.

use super::super::push_sheet;

/// Versions of the binary formula language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) enum Version {
    /// Excel 5 and 95.
    Biff5,
    /// Excel 97 to 2003 (MS-XLS).
    #[default]
    Biff8,
    /// Binary workbooks (MS-XLSB).
    Biff12,
}

impl Version {
    /// Rows of a sheet.
    pub(super) fn rows(self) -> u32 {
        match self {
            Self::Biff5 => 1 << 14,
            Self::Biff8 => 1 << 16,
            Self::Biff12 => super::super::ROWS_MAX,
        }
    }

    /// Columns of a sheet.
    pub(super) fn columns(self) -> u32 {
        if self == Self::Biff12 { super::super::COLUMNS_MAX } else { 1 << 8 }
    }
}

/// What the numbers in formulas stand for.
#[derive(Debug, Default)]
pub(in super::super) struct Scope {
    pub(in super::super) version: Version,
    /// The code page of texts before BIFF8.
    pub(in super::super) code_page: u16,
    /// Sheets of this workbook.
    pub(in super::super) sheets: Vec<String>,
    /// Defined names; formulas count them from 1.
    pub(in super::super) names: Vec<String>,
    /// Workbooks and servers linked with; one of them may be this workbook.
    pub(in super::super) books: Vec<Book>,
    /// Sheets as references name them: by an index into this table.
    pub(in super::super) externs: Vec<Extern>,
}

/// A workbook or server that formulas refer to.
#[derive(Debug, Default, Clone)]
pub(in super::super) struct Book {
    pub(in super::super) kind: BookKind,
    /// Path of the workbook, or `program|topic`.
    pub(in super::super) target: String,
    pub(in super::super) sheets: Vec<String>,
    /// Names of it that formulas use, and items of a DDE server; counted from 1.
    pub(in super::super) names: Vec<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum BookKind {
    /// This workbook.
    #[default]
    Own,
    /// Functions of add-ins: their names stand without a prefix.
    AddIn,
    /// Another workbook.
    Workbook,
    /// A DDE server or an OLE object.
    Dde,
}

/// A row of the table of sheets (XTI, MS-XLS 2.5.344).
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Extern {
    pub(in super::super) book: usize,
    /// First and last sheet, from 0; -2 for the workbook as a whole, -1 for a deleted sheet.
    pub(in super::super) first: i32,
    pub(in super::super) last: i32,
}

impl Scope {
    /// Writes what stands before a reference through a row of the table, the `!` with it. `false` for a sheet that
    /// is gone.
    pub(super) fn push_prefix(&self, row: usize, out: &mut String) -> bool {
        let Some(row) = self.externs.get(row) else { return false };
        let Some(book) = self.books.get(row.book) else { return false };
        let sheets = if book.kind == BookKind::Own { &self.sheets } else { &book.sheets };
        let sheet = |number: i32| usize::try_from(number).ok().and_then(|at| sheets.get(at));
        let mut name = String::new();
        match (book.kind, sheet(row.first)) {
            (BookKind::Own, None) => return false,
            (BookKind::Own, Some(first)) => name.push_str(first),
            (BookKind::AddIn, _) => return true,
            (BookKind::Dde, _) => {
                out.push_str(&book.target);
                out.push('!');
                return true;
            }
            (BookKind::Workbook, first) => {
                push_path(&mut name, &book.target, first.map_or("", String::as_str))
            }
        }
        if let Some(last) = sheet(row.last).filter(|_| row.last != row.first) {
            name.push(':');
            name.push_str(last);
        }
        // `First:Last` needs no quotes around the colon.
        match name.split_once(':').filter(|_| book.kind == BookKind::Own && row.first != row.last) {
            Some((first, last)) if quoted(first) || quoted(last) => push_quoted(&name, out),
            Some(_) => out.push_str(&name),
            None => push_sheet(out, &name),
        }
        out.push('!');
        true
    }

    /// Writes a name by its number, from 1. `false` when there is none.
    pub(super) fn push_name(&self, number: usize, out: &mut String) -> bool {
        let name = number.checked_sub(1).and_then(|at| self.names.get(at));
        name.map(|name| out.push_str(name)).is_some()
    }

    /// Writes a name that is used through a row of the table of sheets. `false` when there is none.
    pub(super) fn push_foreign_name(&self, row: usize, number: usize, out: &mut String) -> bool {
        let Some(found) = self.externs.get(row) else { return false };
        let Some(book) = self.books.get(found.book) else { return false };
        if book.kind == BookKind::Own {
            if found.first >= 0 {
                self.push_prefix(row, out);
            }
            return self.push_name(number, out);
        }
        let Some(name) = number.checked_sub(1).and_then(|at| book.names.get(at)) else { return false };
        match book.kind {
            BookKind::AddIn => {}
            BookKind::Workbook if found.first < 0 => {
                push_quoted(&book.target, out);
                out.push('!');
            }
            _ => {
                self.push_prefix(row, out);
            }
        }
        out.push_str(name);
        true
    }
}

fn quoted(name: &str) -> bool {
    let mut written = String::new();
    push_sheet(&mut written, name);
    written.starts_with('\'')
}

fn push_quoted(name: &str, out: &mut String) {
    out.push('\'');
    out.push_str(&name.replace('\'', "''"));
    out.push('\'');
}

/// `C:\folder\[book.xls]Sheet`.
fn push_path(out: &mut String, target: &str, sheet: &str) {
    let file_at = target.rfind(['\\', '/']).map_or(0, |at| at + 1);
    let (folder, file) = target.split_at_checked(file_at).unwrap_or(("", target));
    out.push_str(folder);
    out.push('[');
    out.push_str(file);
    out.push(']');
    out.push_str(sheet);
}
