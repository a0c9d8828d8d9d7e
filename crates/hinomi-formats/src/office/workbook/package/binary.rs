//! The workbook part of a binary workbook, and its records.

use super::super::fields::{Fields, push_utf_16};
use super::super::keep::Keep;
use super::super::ptg::{Book, BookKind, Decompiler, Extern, Scope, Version};
use super::super::{DefinedName, Link, Sheet, Visibility};
use super::relations::Relations;
use super::{Bound, Index};
use crate::ProblemKind;

/// A record (MS-XLSB 2.1.4).
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) id: u16,
    pub(super) body: &'a [u8],
}

/// The records of a part, one after the other. Ends where one would go beyond the part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Records<'a> {
    rest: Fields<'a>,
}

impl<'a> Records<'a> {
    pub(super) fn new(part: &'a [u8]) -> Self {
        Self { rest: Fields::new(part) }
    }

    /// Seven bits a byte, the lowest first; a set top bit says that more follow.
    fn number(&mut self, bytes_max: u32) -> Option<u32> {
        let mut number = 0_u32;
        for at in 0..bytes_max {
            let byte = self.rest.u8()?;
            number |= u32::from(byte & 0x7F) << (7 * at);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(number)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let id = u16::try_from(self.number(2)?).ok()?;
        let len = usize::try_from(self.number(4)?).ok()?;
        Some(Record { id, body: self.rest.take_most(len) })
    }
}

/// XLWideString (MS-XLSB 2.5.168), at most `characters_max` of it.
pub(super) fn wide_text(fields: &mut Fields<'_>, characters_max: usize, text: &mut String) -> Option<()> {
    let len = fields.len32()?;
    // A null string has this length.
    if len == 0xFFFF_FFFF {
        return Some(());
    }
    let bytes = fields.take(len.checked_mul(2)?)?;
    push_utf_16(bytes.get(..characters_max.saturating_mul(2)).unwrap_or(bytes), text);
    Some(())
}

fn name_text(fields: &mut Fields<'_>) -> Option<String> {
    const NAME_CHARACTERS_MAX: usize = 255;
    let mut text = String::new();
    wide_text(fields, NAME_CHARACTERS_MAX, &mut text)?;
    Some(text)
}

/// Records of the workbook part (MS-XLSB 2.3.2).
const BEGIN_BOOK: u16 = 131;
const NAME: u16 = 39;
const BUNDLE_SHEET: u16 = 156;
const SUP_BOOK_SOURCE: u16 = 355;
const SUP_SELF: u16 = 357;
const SUP_SAME: u16 = 358;
const EXTERN_SHEET: u16 = 362;
const SUP_ADD_IN: u16 = 667;
/// Records of a link's part.
const SUP_BOOK: u16 = 360;
const SUP_TABS: u16 = 577;
const SUP_NAME_START: u16 = 366;

/// A name whose formula is not yet read: it may refer to what comes later.
struct Pending<'a> {
    name: String,
    tokens: &'a [u8],
    extra: &'a [u8],
    hidden: bool,
    sheet: Option<usize>,
}

/// Reads the workbook part; `None` when it is none.
pub(super) fn index(part: &[u8], keep: &mut Keep<'_>) -> Option<Index> {
    if Records::new(part).next()?.id != BEGIN_BOOK {
        return None;
    }
    let mut index =
        Index { scope: Scope { version: Version::Biff12, ..Scope::default() }, ..Index::default() };
    let mut names = Vec::new();
    for record in Records::new(part) {
        let mut fields = Fields::new(record.body);
        if keep.is_spent() {
            break;
        }
        let read = match record.id {
            NAME => name(&mut fields).map(|name| names.push(name)),
            BUNDLE_SHEET => sheet(&mut fields).map(|sheet| {
                keep.pay(size_of::<Sheet>());
                index.scope.sheets.push(sheet.sheet.name.clone());
                index.sheets.push(sheet);
            }),
            SUP_SELF | SUP_SAME => {
                index.scope.books.push(Book::default());
                Some(())
            }
            SUP_ADD_IN => {
                let kind = BookKind::AddIn;
                index.scope.books.push(Book { kind, ..Book::default() });
                Some(())
            }
            SUP_BOOK_SOURCE => name_text(&mut fields).map(|relation| {
                // Formulas write a linked workbook by its number.
                let target = (index.externals.len() + 1).to_string();
                let kind = BookKind::Workbook;
                index.externals.push((relation, index.scope.books.len()));
                index.scope.books.push(Book { kind, target, ..Book::default() });
            }),
            EXTERN_SHEET => extern_sheets(&mut fields, &mut index.scope),
            _ => Some(()),
        };
        if read.is_none() {
            keep.tell(ProblemKind::Malformed, "workbook", format!("record {} is cut short", record.id));
        }
    }
    index.scope.names = names.iter().map(|name| name.name.clone()).collect();
    index.names = written(names, &index.scope, keep);
    Some(index)
}

fn written(names: Vec<Pending<'_>>, scope: &Scope, keep: &mut Keep<'_>) -> Vec<DefinedName> {
    let mut decompiler = Decompiler::new(scope, keep.limits.text_bytes_max);
    let mut text = String::new();
    let mut written = Vec::new();
    for pending in names {
        text.clear();
        // A name whose formula is damaged still starts by itself.
        let _ = decompiler.write(pending.tokens, pending.extra, (0, 0), &mut text);
        let Some(formula) = keep.formula(&text) else { break };
        let name = pending.name.strip_prefix("_xlnm.").map(str::to_owned).unwrap_or(pending.name);
        if !keep.pay(name.len().saturating_add(size_of::<DefinedName>())) {
            break;
        }
        written.push(DefinedName { name, formula, hidden: pending.hidden, sheet: pending.sheet });
    }
    written
}

/// BrtBundleSh (MS-XLSB 2.4.304). Files from before the format was published have one field more in front of the
/// relationship.
fn sheet(fields: &mut Fields<'_>) -> Option<Bound> {
    let visibility = match fields.u32()? {
        0 => Visibility::Visible,
        1 => Visibility::Hidden,
        _ => Visibility::VeryHidden,
    };
    fields.u32()?;
    let mut older = *fields;
    older.u32();
    let (relation, name) = relation_and_name(fields).or_else(|| relation_and_name(&mut older))?;
    Some(Bound { sheet: Sheet { name, visibility, ..Sheet::default() }, relation })
}

fn relation_and_name(fields: &mut Fields<'_>) -> Option<(String, String)> {
    Some((name_text(fields)?, name_text(fields)?))
}

/// BrtName (MS-XLSB 2.4.711).
fn name<'a>(fields: &mut Fields<'a>) -> Option<Pending<'a>> {
    const HIDDEN: u32 = 1;
    let flags = fields.u32()?;
    fields.u8()?;
    let sheet = fields.u32()?;
    let name = name_text(fields)?;
    let (tokens, extra) = formula(fields).unwrap_or_default();
    let sheet = usize::try_from(sheet).ok().filter(|_| sheet != u32::MAX);
    Some(Pending { name, tokens, extra, hidden: flags & HIDDEN != 0, sheet })
}

/// Tokens and what stands behind them (MS-XLSB 2.5.97.1).
pub(super) fn formula<'a>(fields: &mut Fields<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let len = fields.len32()?;
    let tokens = fields.take_most(len);
    let len = fields.len32().unwrap_or_default();
    Some((tokens, fields.take_most(len)))
}

/// BrtExternSheet (MS-XLSB 2.4.667).
fn extern_sheets(fields: &mut Fields<'_>, scope: &mut Scope) -> Option<()> {
    for _ in 0..fields.u32()? {
        let book = fields.len32()?;
        let (first, last) = (fields.u32()?.cast_signed(), fields.u32()?.cast_signed());
        scope.externs.push(Extern { book, first, last });
    }
    Some(())
}

/// A part that describes a linked workbook or server (MS-XLSB 2.1.7.22), and the sheets it names.
pub(super) fn link(part: &[u8], relations: &Relations) -> (Link, Vec<String>) {
    let mut link =
        Link { target: relations.external_path().unwrap_or_default().to_owned(), ..Link::default() };
    let mut sheets = Vec::new();
    for record in Records::new(part) {
        let mut fields = Fields::new(record.body);
        match record.id {
            // BrtBeginSupBook: 0 a workbook, 1 a DDE server, 2 an OLE object.
            SUP_BOOK => {
                let Some(kind) = fields.u16() else { continue };
                link.is_dde = kind != 0;
                if kind == 1 {
                    let program = name_text(&mut fields).unwrap_or_default();
                    let topic = name_text(&mut fields).unwrap_or_default();
                    link.target = format!("{program}|{topic}");
                }
            }
            SUP_TABS => {
                fields.u32();
                while let Some(sheet) = name_text(&mut fields) {
                    sheets.push(sheet);
                }
            }
            SUP_NAME_START => link.items.extend(name_text(&mut fields)),
            _ => {}
        }
    }
    (link, sheets)
}
