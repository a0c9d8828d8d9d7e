//! Links: other workbooks, add-ins, DDE servers, and the sheets of them that references name.

use super::super::fields::Fields;
use super::super::ptg::{Book, BookKind, Extern, Scope};
use super::texts;

/// Sheets of one linked workbook, rows of the table of sheets: 16-bit counts in the file.
const COUNT_MAX: usize = 1 << 16;

/// SupBook (MS-XLS 2.4.271).
pub(super) fn book(fields: &mut Fields<'_>, scope: &mut Scope) -> Option<()> {
    const OWN: usize = 0x0401;
    const ADD_IN: usize = 0x3A01;
    let sheets = fields.len16()?;
    let len = fields.len16()?;
    let mut book = Book::default();
    match len {
        OWN => {}
        ADD_IN => book.kind = BookKind::AddIn,
        _ => {
            let path = texts::uncounted(fields, len, scope)?;
            book.kind = kind_of(&path);
            book.target = target(&path);
            for _ in 0..sheets {
                let Some(sheet) = texts::counted(fields, scope) else { break };
                book.sheets.push(sheet);
            }
        }
    }
    scope.books.push(book);
    Some(())
}

/// A path of a workbook starts with control characters; that of a DDE server has one in its middle
/// (MS-XLS 2.5.277 VirtualPath).
fn kind_of(path: &str) -> BookKind {
    let is_dde = !path.starts_with(|c: char| c.is_control()) && path.contains('\u{3}');
    if is_dde { BookKind::Dde } else { BookKind::Workbook }
}

/// The path as people write it.
fn target(path: &str) -> String {
    if kind_of(path) == BookKind::Dde {
        return path.replace('\u{3}', "|");
    }
    let mut text = String::new();
    let mut characters = path.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            // A volume: a letter follows, or `@` for a share.
            '\u{1}' => {
                if text.is_empty() && characters.next_if_eq(&'\u{1}').is_some() {
                    match characters.next() {
                        Some('@') => text.push_str("\\\\"),
                        Some(drive) => text.extend([drive, ':', '\\']),
                        None => {}
                    }
                }
            }
            '\u{2}' => text.push('\\'),
            '\u{3}' => text.push('\\'),
            '\u{4}' => text.push_str("..\\"),
            // A long path: its length follows.
            '\u{5}' => {
                characters.next();
            }
            c if c.is_control() => {}
            c => text.push(c),
        }
    }
    text
}

/// ExternName (MS-XLS 2.4.105), of the book before it.
pub(super) fn name(fields: &mut Fields<'_>, scope: &mut Scope) -> Option<()> {
    const IS_OLE: u16 = 0x0010;
    let flags = fields.u16()?;
    fields.u32()?;
    let len = usize::from(fields.u8()?);
    let name = texts::name(fields, len, scope)?;
    if scope.books.is_empty() {
        scope.books.push(Book::default());
    }
    let book = scope.books.last_mut()?;
    if flags & IS_OLE != 0 && book.kind == BookKind::Workbook {
        book.kind = BookKind::Dde;
    }
    book.names.push(name);
    Some(())
}

/// ExternSheet (MS-XLS 2.4.106).
pub(super) fn sheets(fields: &mut Fields<'_>, scope: &mut Scope) -> Option<()> {
    let count = fields.len16()?;
    for _ in 0..count {
        let Some(book) = fields.len16() else { break };
        let (Some(first), Some(last)) = (fields.u16(), fields.u16()) else { break };
        if scope.externs.len() >= COUNT_MAX {
            break;
        }
        let (first, last) = (i32::from(first.cast_signed()), i32::from(last.cast_signed()));
        scope.externs.push(Extern { book, first, last });
    }
    Some(())
}

/// Before BIFF8 each record is one sheet or workbook; a leading 3 marks a sheet of this workbook.
pub(super) fn old_sheet(fields: &mut Fields<'_>, scope: &mut Scope) -> Option<()> {
    let len = usize::from(fields.u8()?);
    let mut name = texts::name(fields, len.saturating_add(1), scope)?;
    let is_own = name.starts_with('\u{3}') || name.starts_with('\u{2}');
    name.retain(|c| !c.is_control());
    let book = scope.books.len();
    let kind = if is_own { BookKind::Own } else { BookKind::Workbook };
    let first = if is_own { scope.sheets.iter().position(|sheet| *sheet == name) } else { None };
    scope.books.push(Book { kind, target: name, ..Book::default() });
    let first = first.and_then(|at| i32::try_from(at).ok()).unwrap_or(-2);
    scope.externs.push(Extern { book, first, last: first });
    Some(())
}
