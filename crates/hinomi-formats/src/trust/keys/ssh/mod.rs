//! Keys of SSH: OpenSSH's own format, its lines of public keys, RFC 4716, and PuTTY's files.

mod blob;
mod lines;
mod private;
mod putty;

pub(super) use lines::{lines, rfc4716};
pub(super) use private::{MAGIC, private};
pub(super) use putty::putty;
