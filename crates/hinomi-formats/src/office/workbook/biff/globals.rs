//! The workbook's own substream: sheets, names, links and shared strings.

use super::super::fields::Fields;
use super::super::keep::Keep;
use super::super::ptg::{Scope, Version};
use super::super::{SheetKind, Visibility};
use super::{CONTINUE, EOF, Record, Records, is_bof, kind_of, links, texts, version_of};
use crate::ProblemKind;

/// What the first substream says.
#[derive(Debug, Default)]
pub(super) struct Globals<'a> {
    pub(super) scope: Scope,
    pub(super) sheets: Vec<Bound>,
    pub(super) names: Vec<Name<'a>>,
    /// SST and the records that continue it.
    pub(super) texts: Vec<&'a [u8]>,
    pub(super) is_encrypted: bool,
}

/// A sheet and where its substream begins.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) name: String,
    pub(super) kind: SheetKind,
    pub(super) visibility: Visibility,
    pub(super) offset: usize,
}

/// A defined name, its formula not yet read: it may refer to what comes later.
#[derive(Debug)]
pub(super) struct Name<'a> {
    pub(super) name: String,
    pub(super) tokens: &'a [u8],
    pub(super) extra: &'a [u8],
    pub(super) hidden: bool,
    pub(super) sheet: Option<usize>,
}

/// Records of the substream (MS-XLS 2.3.1).
const NAME: u16 = 0x0018;
const OLD_NAME: u16 = 0x0218;
const EXTERNSHEET: u16 = 0x0017;
const EXTERNNAME: u16 = 0x0023;
const OLD_EXTERNNAME: u16 = 0x0223;
const FILEPASS: u16 = 0x002F;
const CODEPAGE: u16 = 0x0042;
const BOUNDSHEET: u16 = 0x0085;
const SST: u16 = 0x00FC;
const SUPBOOK: u16 = 0x01AE;

impl<'a> Globals<'a> {
    pub(super) fn read(stream: &'a [u8], keep: &mut Keep<'_>) -> Self {
        let mut globals = Self::default();
        globals.scope.code_page = 1252;
        let mut records = Records::new(stream);
        let mut depth = 0_u32;
        let mut has_end = false;
        while let Some(record) = records.next() {
            match record.id {
                id if is_bof(id) => {
                    if depth == 0 {
                        globals.begin(record);
                    }
                    depth = depth.saturating_add(1);
                }
                EOF if depth <= 1 => {
                    has_end = true;
                    break;
                }
                EOF => depth = depth.saturating_sub(1),
                FILEPASS => {
                    globals.is_encrypted = true;
                    break;
                }
                SST => {
                    globals.texts.push(record.body);
                    while records.peek_id() == Some(CONTINUE) {
                        globals.texts.extend(records.next().map(|more| more.body));
                    }
                }
                _ if depth <= 1 && globals.take(record, stream).is_none() => {
                    let detail = format!("record 0x{:04X} is cut short", record.id);
                    keep.tell(ProblemKind::Malformed, "workbook", detail);
                }
                _ => {}
            }
        }
        if !has_end && !globals.is_encrypted {
            keep.tell(ProblemKind::Truncated, "workbook", "the stream ends before its first part does");
        }
        globals.name_sheets();
        globals
    }

    /// Excel 4 and before have no workbook: the stream is a sheet.
    fn begin(&mut self, bof: Record<'_>) {
        self.scope.version = version_of(bof);
        if let Some(kind) = kind_of(bof) {
            let visibility = Visibility::Visible;
            self.sheets.push(Bound { name: "Sheet1".to_owned(), kind, visibility, offset: 0 });
        }
    }

    fn take(&mut self, record: Record<'a>, stream: &[u8]) -> Option<()> {
        let mut fields = Fields::new(record.body);
        match record.id {
            CODEPAGE => self.scope.code_page = fields.u16()?,
            BOUNDSHEET => {
                let sheet = self.sheet(&mut fields, stream)?;
                self.sheets.push(sheet);
            }
            NAME | OLD_NAME => {
                let name = self.name(&mut fields)?;
                self.scope.names.push(name.name.clone());
                self.names.push(name);
            }
            SUPBOOK => links::book(&mut fields, &mut self.scope)?,
            EXTERNNAME | OLD_EXTERNNAME => links::name(&mut fields, &mut self.scope)?,
            EXTERNSHEET if self.scope.version == Version::Biff8 => {
                links::sheets(&mut fields, &mut self.scope)?
            }
            EXTERNSHEET => links::old_sheet(&mut fields, &mut self.scope)?,
            _ => {}
        }
        Some(())
    }

    /// BoundSheet8 (MS-XLS 2.4.28). What the sheet's own substream says it is counts too: Excel goes by that.
    fn sheet(&self, fields: &mut Fields<'_>, stream: &[u8]) -> Option<Bound> {
        let offset = fields.len32()?;
        let visibility = match fields.u8()? & 3 {
            0 => Visibility::Visible,
            1 => Visibility::Hidden,
            _ => Visibility::VeryHidden,
        };
        let told = match fields.u8()? {
            0 => SheetKind::Worksheet,
            1 => SheetKind::Macro,
            _ => SheetKind::Other,
        };
        let len = usize::from(fields.u8()?);
        let name = texts::name(fields, len, &self.scope)?;
        let begins = stream.get(offset..).and_then(|from| Records::new(from).next());
        let found = begins.filter(|record| is_bof(record.id)).and_then(kind_of);
        let kind = if found == Some(SheetKind::Macro) { SheetKind::Macro } else { told };
        Some(Bound { name, kind, visibility, offset })
    }

    /// Lbl (MS-XLS 2.4.150).
    fn name(&self, fields: &mut Fields<'a>) -> Option<Name<'a>> {
        const HIDDEN: u16 = 0x0001;
        const BUILT_IN: u16 = 0x0020;
        let flags = fields.u16()?;
        fields.u8()?;
        let name_len = usize::from(fields.u8()?);
        let tokens_len = fields.len16()?;
        fields.u16()?;
        let sheet = fields.len16()?.checked_sub(1);
        fields.take(4)?;
        let mut name = texts::name(fields, name_len, &self.scope)?;
        if flags & BUILT_IN != 0 {
            let code = name.chars().next().map_or(u32::MAX, u32::from);
            let known = usize::try_from(code).ok().and_then(|at| BUILT_IN_NAMES.get(at));
            name = known.map_or_else(|| format!("_built_in_{code}"), |known| (*known).to_owned());
        }
        let tokens = fields.take_most(tokens_len);
        Some(Name { name, tokens, extra: fields.rest(), hidden: flags & HIDDEN != 0, sheet })
    }

    fn name_sheets(&mut self) {
        self.scope.sheets = self.sheets.iter().map(|sheet| sheet.name.clone()).collect();
        // Where no record says so, references mean this workbook.
        if self.scope.books.is_empty() {
            self.scope.books.push(super::super::ptg::Book::default());
        }
    }
}

/// Names Excel gives itself, by number (MS-XLS 2.5.66).
const BUILT_IN_NAMES: [&str; 14] = [
    "Consolidate_Area",
    "Auto_Open",
    "Auto_Close",
    "Extract",
    "Database",
    "Criteria",
    "Print_Area",
    "Print_Titles",
    "Recorder",
    "Data_Form",
    "Auto_Activate",
    "Auto_Deactivate",
    "Sheet_Title",
    "_FilterDatabase",
];
