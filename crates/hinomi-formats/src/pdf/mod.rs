//! PDF (ISO 32000): what a document would open, run or carry. A tolerant scanner, not a renderer.
//!
//! The cross-reference table is not trusted, nor needed: every `n g obj` in the file and every object in an
//! object stream is looked at, those of older revisions too.

mod filters;
mod object;
mod outline;
mod syntax;
#[cfg(test)]
mod tests;
mod walk;

use crate::{Budget, Limits, Parsed};

/// What a PDF holds that can act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pdf {
    /// `/URI` actions and the addresses forms are sent to, in file order.
    pub links: Vec<Target>,
    /// `/Launch` actions: file or command; `/GoToR` to another host.
    pub launches: Vec<Target>,
    /// `/JavaScript` and `/JS` sources.
    pub scripts: Vec<Target>,
    /// Embedded files.
    pub embedded: Vec<Embedded>,
    /// An action runs when the document is opened (`/OpenAction`, `/AA` of the document or a page, scripts by
    /// name) and is not merely a destination.
    pub open_action: bool,
    /// `/Encrypt` is present. Strings and streams are then not read.
    pub encrypted: bool,
}

/// A target with its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// The text, decoded (PDFDocEncoding, UTF-8 or UTF-16).
    pub text: String,
    /// Byte offset of the object in the file; of the object stream for an object inside one.
    pub offset: u64,
}

/// An embedded file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Embedded {
    /// Its file name; empty when no file specification names it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Whether `%PDF-` stands in the first KiB, as viewers accept it.
pub fn looks_like_pdf(bytes: &[u8]) -> bool {
    let head = bytes.get(..1_024 + b"%PDF-".len()).unwrap_or(bytes);
    memchr::memmem::find(head, b"%PDF-").is_some()
}

/// Reads a PDF. `budget` pays for unpacked streams; object streams, scripts and embedded files are unpacked, page
/// contents are not. Meets `steps_max` (per 64 bytes read again), `text_bytes_max` (one script), `urls_max`
/// (targets of each kind), `entries_max` (embedded files), `ratio_max` and `expanded_bytes_max`.
pub fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Pdf> {
    let mut problems = Vec::new();
    let outline = outline::Outline::of(bytes, limits, budget, &mut problems);
    let value = walk::Walk::new(&outline, limits, budget, &mut problems).run();
    Parsed { value, problems }
}
