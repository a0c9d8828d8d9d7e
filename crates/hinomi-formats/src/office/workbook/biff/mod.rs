//! Workbooks of Excel 5 to 2003: one stream of records (MS-XLS 2.1). Substreams follow one another, first that of
//! the workbook, then one per sheet.

mod globals;
mod links;
mod sheet;
mod texts;

use super::fields::Fields;
use super::keep::Keep;
use super::ptg::{Decompiler, Version};
use super::{Cells, DefinedName, Link, Sheet, SheetKind, Workbook};
use crate::{Problem, ProblemKind};
use globals::Globals;
use sheet::Reader;

/// A record.
#[derive(Debug, Clone, Copy)]
struct Record<'a> {
    id: u16,
    body: &'a [u8],
}

/// Record numbers used in more than one place (MS-XLS 2.3).
const BOF: u16 = 0x0809;
const OLD_BOFS: [u16; 3] = [0x0009, 0x0209, 0x0409];
const EOF: u16 = 0x000A;
const CONTINUE: u16 = 0x003C;

/// The records of a stream. Ends where the stream does, or where a record would go beyond it.
#[derive(Debug, Clone, Copy)]
struct Records<'a> {
    rest: Fields<'a>,
}

impl<'a> Records<'a> {
    fn new(stream: &'a [u8]) -> Self {
        Self { rest: Fields::new(stream) }
    }

    fn left(&self) -> usize {
        self.rest.rest().len()
    }

    fn peek_id(&self) -> Option<u16> {
        self.rest.clone().u16()
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let id = self.rest.u16()?;
        let len = self.rest.len16()?;
        // The last record of a cut stream is taken as far as it goes.
        Some(Record { id, body: self.rest.take_most(len) })
    }
}

/// Reads a workbook stream.
pub(super) fn read(stream: &[u8], place: &str, cells: Cells, keep: &mut Keep<'_>) -> Workbook {
    let globals = Globals::read(stream, keep);
    if globals.is_encrypted {
        keep.push(Problem::new(ProblemKind::Encrypted, place, "the workbook stream is encrypted"));
        return Workbook::default();
    }
    let mut decompiler = Decompiler::new(&globals.scope, keep.limits.text_bytes_max);
    let names = names(&globals, &mut decompiler, keep);
    let mut workbook = Workbook { sheets: Vec::new(), names, links: links(&globals) };
    let texts = match cells {
        Cells::None => texts::Texts::default(),
        _ => texts::Texts::read(&globals.texts, keep),
    };
    let mut reader = Reader::new(stream, &globals, &texts, decompiler);
    for bound in &globals.sheets {
        let mut sheet = Sheet {
            name: bound.name.clone(),
            kind: bound.kind,
            visibility: bound.visibility,
            cells: Vec::new(),
            place: place.to_owned(),
        };
        let wanted = match cells {
            Cells::None => false,
            Cells::Macro => sheet.kind == SheetKind::Macro,
            Cells::All => true,
        };
        if wanted {
            reader.read(bound.offset, &mut sheet, keep);
        }
        workbook.sheets.push(sheet);
    }
    workbook
}

fn names(globals: &Globals<'_>, decompiler: &mut Decompiler<'_>, keep: &mut Keep<'_>) -> Vec<DefinedName> {
    let mut names = Vec::new();
    let mut text = String::new();
    for record in &globals.names {
        text.clear();
        // A name whose formula is damaged still starts by itself.
        let _ = decompiler.write(record.tokens, record.extra, (0, 0), &mut text);
        let Some(formula) = keep.formula(&text) else { break };
        if !keep.pay(record.name.len()) {
            break;
        }
        let sheet = record.sheet;
        names.push(DefinedName { name: record.name.clone(), formula, hidden: record.hidden, sheet });
    }
    names
}

fn links(globals: &Globals<'_>) -> Vec<Link> {
    use super::ptg::BookKind;
    let linked =
        globals.scope.books.iter().filter(|book| matches!(book.kind, BookKind::Workbook | BookKind::Dde));
    let link = |book: &super::ptg::Book| Link {
        target: book.target.clone(),
        items: book.names.clone(),
        is_dde: book.kind == BookKind::Dde,
    };
    linked.map(link).collect()
}

/// The version a BOF record tells (MS-XLS 2.4.21).
fn version_of(bof: Record<'_>) -> Version {
    match Fields::new(bof.body).u16() {
        Some(0x0600) => Version::Biff8,
        _ if bof.id == BOF => Version::Biff5,
        _ => Version::Biff5,
    }
}

/// What kind of sheet a BOF record starts; `None` when it starts none.
fn kind_of(bof: Record<'_>) -> Option<SheetKind> {
    let mut fields = Fields::new(bof.body);
    fields.u16()?;
    match fields.u16()? {
        0x0010 => Some(SheetKind::Worksheet),
        0x0020 | 0x0006 => Some(SheetKind::Other),
        0x0040 => Some(SheetKind::Macro),
        _ => None,
    }
}

fn is_bof(id: u16) -> bool {
    id == BOF || OLD_BOFS.contains(&id)
}
