//! PDF (ISO 32000): what a document would open, run or carry. A tolerant scanner, not a renderer.

use crate::{Budget, Limits, Parsed};

/// What a PDF holds that can act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pdf {
    /// `/URI` actions, in file order.
    pub links: Vec<Target>,
    /// `/Launch` actions: file or command.
    pub launches: Vec<Target>,
    /// `/JavaScript` and `/JS` sources.
    pub scripts: Vec<Target>,
    /// Embedded files.
    pub embedded: Vec<Embedded>,
    /// An action runs when the document is opened (`/OpenAction`, `/AA`) and is not merely a destination.
    pub open_action: bool,
    /// `/Encrypt` is present.
    pub encrypted: bool,
}

/// A target with its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// The text, decoded (PDFDocEncoding or UTF-16).
    pub text: String,
    /// Byte offset of the object in the file.
    pub offset: u64,
}

/// An embedded file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Embedded {
    /// Its file name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Whether `%PDF-` stands in the first KiB, as viewers accept it.
pub fn looks_like_pdf(_bytes: &[u8]) -> bool {
    false
}

/// Reads a PDF.
pub fn read(_bytes: &[u8], _limits: &Limits, _budget: &mut Budget) -> Parsed<Pdf> {
    Parsed::default()
}
