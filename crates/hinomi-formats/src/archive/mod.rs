//! Archives: ZIP (stored, deflate; ZipCrypto and WinZip AES; CP932 and UTF-8 names) and gzip.

use crate::{Budget, Limits, Parsed};
use serde::{Deserialize, Serialize};

/// An archive as its directory and its bytes tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Archive {
    /// Entries in directory order.
    pub entries: Vec<Entry>,
}

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The name, decoded (UTF-8 flag, else UTF-8 when valid, else CP932), with `\` and `/` as found.
    pub name: String,
    /// Expanded size as claimed by the directory, in bytes.
    pub size: u64,
    /// How the entry is encrypted.
    pub encryption: Encryption,
    /// The index in `passwords` that opened it.
    pub opened_with: Option<usize>,
    /// The content; `None` when it was not read, and then a problem says why.
    pub bytes: Option<Vec<u8>>,
}

/// The encryption of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encryption {
    /// Not encrypted.
    #[default]
    None,
    /// The traditional PKWARE cipher (APPNOTE 6.1).
    ZipCrypto,
    /// WinZip AES, key length in bits: 128, 192, 256 (AE-1 and AE-2).
    Aes128,
    /// See [`Encryption::Aes128`].
    Aes192,
    /// See [`Encryption::Aes128`].
    Aes256,
    /// An encryption this version does not open.
    Other,
}

/// Whether the bytes start or end like a ZIP (also one with junk before it).
pub fn looks_like_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Reads a ZIP and unpacks its entries. Encrypted entries are tried with `passwords` in order.
pub fn read_zip(_bytes: &[u8], _passwords: &[String], _limits: &Limits, _budget: &mut Budget) -> Parsed<Archive> {
    Parsed::default()
}

/// Reads a ZIP's directory and unpacks only the entries that `wanted` accepts, by name: what OOXML needs.
pub fn read_zip_some(
    _bytes: &[u8],
    _wanted: &dyn Fn(&str) -> bool,
    _limits: &Limits,
    _budget: &mut Budget,
) -> Parsed<Archive> {
    Parsed::default()
}

/// Reads a gzip member chain (RFC 1952): one entry, named by the header when it has a name.
pub fn read_gzip(_bytes: &[u8], _limits: &Limits, _budget: &mut Budget) -> Parsed<Archive> {
    Parsed::default()
}
