//! RTF: the objects it carries, what it fetches by itself, and its text.
//!
//! Attackers write the hex digits of an object so that Word reads them and scanners do not: blanks and groups
//! between digits, raw bytes, digits that Word forgets. So the text is read by one machine that keeps Word's state.

mod document;
mod field;
mod lex;
mod machine;
mod ole1;
mod packed;
mod pending;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use packed::unpack;

use crate::{Budget, Limits, Parsed};

/// What an RTF text holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rtf {
    /// The objects, in file order.
    pub objects: Vec<Object>,
    /// What is fetched or run besides objects, in file order.
    pub links: Vec<Link>,
    /// The text a person reads, or the HTML that Outlook packed into the RTF when `is_html`; at most
    /// `text_bytes_max`.
    pub text: String,
    /// The text is HTML (MS-OXRTFEX).
    pub is_html: bool,
}

/// One `\object`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object {
    /// Byte offset of its data in the file.
    pub offset: u64,
    /// The class its data names: `Package`, `Word.Document.8`, `Equation.3`; else that of `\objclass`.
    pub class: String,
    /// File name, of what the Packager wrote.
    pub name: Option<String>,
    /// The file or address that a linked object is fetched from.
    pub target: Option<String>,
    /// The object is refreshed when the document is opened (`\objupdate`, `\objautlink`).
    pub refreshes: bool,
    /// The object itself: a compound file, the packed file, or native data of another program.
    pub bytes: Vec<u8>,
}

/// Something that an RTF text leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What makes it act.
    pub kind: LinkKind,
    /// The target or command line as written.
    pub target: String,
}

/// Ways in which an RTF text fetches or runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// `\*\template`: fetched on opening.
    Template,
    /// A field `DDE` or `DDEAUTO`: its program is started.
    Dde,
    /// A field that fetches text or an object: `INCLUDETEXT`, `LINK`.
    Include,
    /// A field that fetches a picture: `INCLUDEPICTURE`, `IMPORT`.
    Picture,
    /// `HYPERLINK`: fetched on a click.
    Hyperlink,
}

/// Whether the bytes are RTF as Word takes it: the version may be missing.
pub fn looks_like_rtf(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(br"{\rt")
}

/// Reads an RTF text. `budget` pays for objects. Meets `entries_max` (objects), `urls_max` (links),
/// `text_bytes_max`.
pub fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Rtf> {
    machine::read(bytes, limits, budget)
}

/// The text as [`crate::office::Document`] with one survey: objects become embedded files, targets URLs, DDE
/// fields commands.
pub(crate) use document::document;
