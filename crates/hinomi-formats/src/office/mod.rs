//! Office documents: compound files (MS-CFB), OOXML, and the VBA projects in them (MS-OVBA).

pub mod cfb;
#[cfg(test)]
pub(crate) mod forge;
mod mhtml;
mod ole;
mod ooxml;
mod outward;
mod packed;
mod surroundings;
#[cfg(test)]
mod tests;
mod unlock;
mod vba;
mod word;
mod workbook;

use outward::{dde, decoy, targets};
use packed::{base64, inflate};

pub use dde::dde_in_table;
pub use surroundings::{HeldText, Holder, Surroundings, surroundings};
pub(crate) use targets::target_of as target;
pub(crate) use unlock::ciphers;
#[cfg(test)]
pub(crate) use unlock::seal;
pub use unlock::{Key, Unlocked, unlock};
pub(crate) use workbook::{
    COLUMNS_MAX, ROWS_MAX, column_number, is_function, is_macro_command, push_cell, push_sheet,
};
pub use workbook::{
    Cell, CellValue, Cells, DefinedName, Link, Sheet, SheetKind, Visibility, Workbook, has_macro_sheets,
    macro_workbook, workbook, workbook_of_stream, workbook_with,
};

use crate::{Budget, Limits, Parsed};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a document holds that can act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// How it is packed.
    pub container: Container,
    /// The program that opens it.
    pub application: Application,
    /// VBA projects, in the order found.
    pub projects: Vec<VbaProject>,
    /// Whether the document is encrypted. In OOXML its macros were not seen then; the binary formats leave
    /// them in the clear.
    pub encrypted: bool,
    /// What opened the document, when it was encrypted; `encrypted` is not said then.
    pub opened_with: Option<Key>,
    /// Text and targets worth judging that are not macros: external relationships, embedded packages.
    pub embedded: Vec<Embedded>,
    /// Commands that fields and links start without any macro.
    pub dde: Vec<Dde>,
    /// What the document fetches from other machines when it is opened. Links that people click are not among them.
    pub targets: Vec<Target>,
    /// Sheets, names and cells, of a workbook that has macro sheets or names that start by themselves. Of others
    /// cells are not read.
    pub workbook: Option<Workbook>,
    /// Phrases in its text that ask the reader to switch macros on, in lower case. Looked for
    /// only where there is something to switch on: macros, macro sheets, targets, DDE.
    pub decoys: Vec<String>,
    /// What the document was built from, where macros start by themselves: the shape of their code, and the bytes of
    /// the whole. Set by the tree; see [`crate::tree::likeness`].
    pub sketches: Sketches,
}

/// Sketches of a document; empty where there was too little.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sketches {
    /// Of the source of its macros.
    pub code: String,
    /// Of its bytes.
    pub bytes: String,
}

/// A command in a field, a link or a formula (dynamic data exchange).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dde {
    /// The program and its line, put together from the pieces it was cut into.
    pub command: String,
    /// The part or stream.
    pub place: String,
    /// It is brought up to date when the document is opened, not only when the reader asks.
    pub automatic: bool,
}

/// Something on another machine that a document fetches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What it is fetched as.
    pub kind: TargetKind,
    /// A URL, or a share as `\\host\…`.
    pub url: String,
    /// The part or stream.
    pub place: String,
}

/// What a target is fetched as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// The template, macros and all.
    Template,
    /// An object shown in the document.
    Object,
    /// A frame of a frame set.
    Frame,
    /// A picture.
    Image,
    /// Text of another document.
    SubDocument,
    /// Something else.
    Other,
}

/// How a document is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Container {
    /// A compound file (OLE2).
    #[default]
    Ole,
    /// A ZIP of XML parts.
    Ooxml,
    /// One XML file with base64 parts.
    FlatOpc,
    /// MHTML with an ActiveMime part, or such a part by itself (`editdata.mso`).
    Mhtml,
    /// RTF with its objects.
    Rtf,
    /// A OneNote section.
    OneNote,
    /// Text that Excel opens as a table: CSV, SYLK.
    Table,
}

/// The program that opens a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Application {
    /// Word.
    Word,
    /// Excel.
    Excel,
    /// PowerPoint.
    PowerPoint,
    /// Something else, or not told by the file.
    #[default]
    Other,
}

/// A VBA project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VbaProject {
    /// The storage that holds it, e.g. `word/vbaProject.bin:VBA`, `Macros/VBA`.
    pub path: String,
    /// The project's code page; 932 in Japan.
    pub code_page: u16,
    /// Modules in the order of the `dir` stream, then orphans by stream name.
    pub modules: Vec<Module>,
    /// Modules whose compiled code, which Office may run, is of another source than the one that is there.
    pub stomped: Vec<Stomped>,
    /// Its compound file holds code and nothing else: no form, no control, no text that code could ask for.
    pub code_only: bool,
}

/// A module whose compiled code does what its source does not show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stomped {
    /// Name of the module.
    pub module: String,
    /// Names that only the compiled code has, those with power first, at most 64.
    pub only_compiled: Vec<String>,
    /// String literals that only the compiled code has, at most 64.
    pub literals: Vec<String>,
    /// No statement is left in the module's source.
    pub source_removed: bool,
}

/// One module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Module {
    /// Name of the module as the `dir` stream has it.
    pub name: String,
    /// Full stream path.
    pub stream: String,
    /// What kind of module it is.
    pub kind: ModuleKind,
    /// Source text, decoded with the project's code page, line ends as stored.
    pub code: String,
    /// The stream is not listed in `dir`.
    pub orphan: bool,
}

/// Kinds of module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModuleKind {
    /// A procedural module.
    #[default]
    Standard,
    /// A class, document or form module.
    Class,
}

/// A file inside a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Embedded {
    /// Where it stands in the document.
    pub path: String,
    /// The file name it claims, when it has one.
    pub name: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Whether the bytes start like a compound file.
pub fn looks_like_ole(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
}

/// Whether the bytes are a document that is text, whatever its name: Flat OPC, Word 2003 XML, or a bare ActiveMime
/// part (`editdata.mso`).
pub fn looks_like_text_document(bytes: &[u8]) -> bool {
    mhtml::is_active_mime(bytes) || ooxml::flat::is_flat(bytes)
}

/// Whether the bytes are MHTML with macros in it. Slower than a look at the first bytes: for what its name calls a
/// document.
pub fn looks_like_mhtml(bytes: &[u8]) -> bool {
    mhtml::has_active_mime(bytes)
}

/// Reads a document of any container this version knows; `None` when it is none. One that is encrypted is opened with
/// the programs' own passwords.
pub fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Option<Parsed<Document>> {
    read_with(bytes, &[], limits, budget)
}

/// Reads a document as [`read`] does, trying `passwords` as well when it is encrypted.
pub fn read_with(
    bytes: &[u8],
    passwords: &[String],
    limits: &Limits,
    budget: &mut Budget,
) -> Option<Parsed<Document>> {
    if !looks_like_ole(bytes) {
        return read_as_is(bytes, limits, budget);
    }
    let mut problems = Vec::new();
    let unlocked = unlock(bytes, passwords, limits, budget).take(&mut problems);
    let Some(Unlocked { bytes: plain, by }) = unlocked else {
        let mut parsed = read_as_is(bytes, limits, budget)?;
        parsed.problems.append(&mut problems);
        return Some(parsed);
    };
    let mut parsed = read_as_is(&plain, limits, budget)?;
    parsed.value.opened_with = Some(by);
    parsed.problems.append(&mut problems);
    Some(parsed)
}

/// Reads a document as it is, without trying to take its encryption off: what [`unlock`] gave, or could not open.
pub fn read_as_is(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Option<Parsed<Document>> {
    let mut parsed = ole::read(bytes, limits, budget)
        .or_else(|| ooxml::read(bytes, limits, budget))
        .or_else(|| ooxml::flat::read(bytes, limits, budget))
        .or_else(|| mhtml::read(bytes, limits, budget))?;
    // A damaged stream is looked at more than once, and hostile files repeat themselves.
    let mut told = BTreeSet::new();
    parsed.problems.retain(|problem| told.insert((problem.place.clone(), problem.detail.clone())));
    Some(parsed)
}
