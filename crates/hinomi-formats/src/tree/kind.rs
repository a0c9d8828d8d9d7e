//! What bytes are: by their first bytes, and by name only where bytes leave it open.

use crate::{archive, mail, office, pdf};
use serde::{Deserialize, Serialize};

/// What a file's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A message.
    Mail,
    /// A ZIP that is no document.
    Zip,
    /// Gzip.
    Gzip,
    /// An Office document, or a compound file at least.
    Document,
    /// PDF.
    Pdf,
    /// A program: PE, ELF, Mach-O, Windows Installer.
    Program,
    /// A script or shortcut that a double click runs.
    Script,
    /// Anything else.
    Other,
}

/// Extensions that Windows runs by a double click as a program.
const PROGRAMS: &[&str] = &["exe", "scr", "com", "pif", "cpl", "msi", "msp", "msix", "appx", "jar", "dll"];

/// Extensions that Windows hands to a script host, a shell or a shortcut.
const SCRIPTS: &[&str] = &[
    "js",
    "jse",
    "vbs",
    "vbe",
    "wsf",
    "wsh",
    "hta",
    "ps1",
    "psm1",
    "bat",
    "cmd",
    "lnk",
    "url",
    "sct",
    "reg",
    "chm",
    "scf",
    "inf",
    "application",
    "settingcontent-ms",
];

/// Extensions of Office documents, for files whose bytes nobody could read.
const DOCUMENTS: &[&str] = &[
    "doc", "docx", "docm", "dot", "dotx", "dotm", "xls", "xlsx", "xlsm", "xlsb", "xlt", "xltm", "xla",
    "xlam", "ppt", "pptx", "pptm", "pps", "ppsx", "ppsm", "pot", "potm", "rtf", "pub", "one", "mht", "xml",
];

/// What the bytes are. `name` decides between a script and plain text, and nothing a first byte tells.
pub fn detect(name: &str, bytes: &[u8]) -> Kind {
    if bytes.starts_with(b"MZ") || bytes.starts_with(b"\x7fELF") || is_mach_o(bytes) {
        return Kind::Program;
    }
    if office::looks_like_ole(bytes) {
        return if extension(name) == "msi" { Kind::Program } else { Kind::Document };
    }
    if bytes.starts_with(&[0x1f, 0x8b, 8]) {
        return Kind::Gzip;
    }
    if pdf::looks_like_pdf(bytes) {
        return Kind::Pdf;
    }
    // After those: an archive is recognised by its end, too, and may hang on anything.
    if archive::looks_like_zip(bytes) {
        return if extension(name) == "jar" { Kind::Program } else { Kind::Zip };
    }
    // A shortcut: header size 0x4C and the class id of MS-SHLLINK 2.1.
    if bytes.starts_with(&[0x4c, 0, 0, 0, 1, 0x14, 2, 0]) {
        return Kind::Script;
    }
    match kind_by_name(name) {
        Kind::Script => Kind::Script,
        Kind::Mail => Kind::Mail,
        Kind::Document if office::looks_like_text_document(bytes) => Kind::Document,
        _ if mail::looks_like_mail(bytes) => Kind::Mail,
        _ if office::looks_like_text_document(bytes) => Kind::Document,
        _ => Kind::Other,
    }
}

/// What a name claims: for entries whose bytes could not be read.
pub fn kind_by_name(name: &str) -> Kind {
    let extension = extension(name);
    let is = |list: &[&str]| list.contains(&extension.as_str());
    match () {
        () if is(PROGRAMS) => Kind::Program,
        () if is(SCRIPTS) => Kind::Script,
        () if is(DOCUMENTS) => Kind::Document,
        () if extension == "pdf" => Kind::Pdf,
        () if extension == "zip" => Kind::Zip,
        () if extension == "gz" => Kind::Gzip,
        () if extension == "eml" => Kind::Mail,
        () => Kind::Other,
    }
}

/// The extension as Windows sees it: after the last dot, trailing dots and spaces dropped, lower case.
fn extension(name: &str) -> String {
    let name = name.trim_end_matches(['.', ' ', '\0']);
    name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_lowercase())
}

fn is_mach_o(bytes: &[u8]) -> bool {
    let magic: &[&[u8]] = &[
        &[0xfe, 0xed, 0xfa, 0xce],
        &[0xfe, 0xed, 0xfa, 0xcf],
        &[0xcf, 0xfa, 0xed, 0xfe],
        &[0xce, 0xfa, 0xed, 0xfe],
    ];
    magic.iter().any(|magic| bytes.starts_with(magic))
}
