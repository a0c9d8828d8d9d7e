//! Archives: ZIP (stored, deflate; ZipCrypto and WinZip AES; CP932 and UTF-8 names), gzip, 7z, LZH, tar, cabinets,
//! disc images, and what RAR tells of itself.
//!
//! A ZIP says the same thing up to three times (directory, local headers, data descriptors), and a hostile
//! one says three different things. The directory is believed first, because that is what mail users' tools
//! do; local headers that no directory lists are read as well and reported, because other tools show those.
//! Kept entries never share a byte of the file, so expansion is bounded by the file's size times the ratio.

mod cab;
#[cfg(test)]
pub(crate) mod forge;
mod iso;
mod lzh;
mod methods;
mod rar;
mod seven;
mod shelf;
#[cfg(test)]
mod tests;
mod unix;
mod zip;

pub(crate) use zip::lock::spellings;

use crate::{Budget, Limits, Parsed};
use serde::{Deserialize, Serialize};

/// An archive as its directory and its bytes tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Archive {
    /// Entries in directory order; entries that no directory lists come last.
    pub entries: Vec<Entry>,
    /// How the directory itself is encrypted, when nobody could open it: then there are no entries.
    pub sealed: Encryption,
}

/// One file of an archive. A folder is an entry whose name ends in `/` and whose content is empty.
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
    /// The content; `None` when it was not read, and then a problem says why (or nobody wanted it). What
    /// came out before a limit or a damage is kept, since documents padded to hundreds of megabytes have all
    /// that matters at their start; a problem says that the rest is missing.
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

/// Whether the bytes start with a header of tar, whatever its age: the checksum of the header fits.
pub fn looks_like_tar(bytes: &[u8]) -> bool {
    unix::tar::looks_like_tar(bytes)
}

/// Whether the bytes start or end like a ZIP (also one with junk before or after it).
pub fn looks_like_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
        || bytes.starts_with(b"PK\x05\x06")
        || bytes.starts_with(b"PK00PK\x03\x04")
        || zip::directory::ends_like_zip(bytes)
}

/// Reads a ZIP and unpacks its entries. Encrypted entries are tried with `passwords` in order, the one that
/// opened the entry before first; at most `passwords_max` of them are looked at.
pub fn read_zip(bytes: &[u8], passwords: &[String], limits: &Limits, budget: &mut Budget) -> Parsed<Archive> {
    let listed = zip::directory::read(bytes, limits, zip::directory::Gaps::Scan);
    zip::unpack::Unpacker::new(bytes, passwords, limits, budget).all(listed, &|_| true)
}

/// Reads a ZIP's directory and unpacks only the entries that `wanted` accepts, by name: what OOXML needs.
/// The others are listed without content and without a problem.
pub fn read_zip_some(
    bytes: &[u8],
    wanted: &dyn Fn(&str) -> bool,
    limits: &Limits,
    budget: &mut Budget,
) -> Parsed<Archive> {
    let listed = zip::directory::read(bytes, limits, zip::directory::Gaps::Leave);
    zip::unpack::Unpacker::new(bytes, &[], limits, budget).all(listed, wanted)
}

/// Reads a gzip member chain (RFC 1952): one entry, named by the header when it has a name.
pub fn read_gzip(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Archive> {
    unix::gzip::read(bytes, limits, budget)
}

/// Reads an archive of another format, by the name that [`crate::tree::archive_format`] has for it: `7z`, `lzh`, `tar`,
/// `cab`, `iso`, `rar`. `None` for a format that is known and not read. Compression that is not read leaves entries
/// without bytes, with a problem.
pub fn read_other(
    format: &str,
    bytes: &[u8],
    passwords: &[String],
    limits: &Limits,
    budget: &mut Budget,
) -> Option<Parsed<Archive>> {
    Some(match format {
        "7z" => seven::read(bytes, passwords, limits, budget),
        "lzh" => lzh::read(bytes, limits, budget),
        "tar" => unix::tar::read(bytes, limits, budget),
        "cab" => cab::read(bytes, limits, budget),
        "iso" => iso::read(bytes, limits, budget),
        "rar" => rar::read(bytes, limits, budget),
        _ => return None,
    })
}

/// Little-endian numbers at an offset, `None` beyond the end.
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|b| u64::from_le_bytes(*b))
}
