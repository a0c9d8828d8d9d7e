//! Files that hold many keys under one password.

mod bks;
mod bytes;
mod jks;
mod pkcs12;
mod sealed;

pub(super) use bks::{bks, looks_like_bks};
pub(super) use bytes::Bytes;
pub(super) use jks::{jks, looks_like_jks};
pub(super) use pkcs12::pkcs12;

use memchr::memmem;

/// The name that NSS gives to its table of private things.
const NSS_TABLE: &[u8] = b"nssPrivate";

/// Whether these are the first bytes of the database in which Mozilla's programs keep keys.
pub(super) fn looks_like_nss(bytes: &[u8]) -> bool {
    bytes.starts_with(b"SQLite format 3\0")
        && memmem::find(bytes.get(..64 << 10).unwrap_or(bytes), NSS_TABLE).is_some()
}
