//! A handshake carried to its end, to hear what a server says only under keys.
//!
//! **It keeps nothing secret, by design.** Our half of the key agreement is the number one: the public value is the
//! generator of the group, so the shared secret is the server's own public value, and no arithmetic on curves is
//! needed; where a server encapsulates a secret for us, our secret key is zero, which serves the same. Whoever listens can read it all; there is nothing to read but what the server tells everybody. No data of
//! ours, no password and no request ever goes through such a connection.

mod gcm;
mod hash;
mod keccak;
mod kem;
mod shares;
#[cfg(test)]
mod tests;
mod tls12;
mod tls13;

pub(crate) use gcm::Seal;
pub(crate) use hash::Hash;
pub(crate) use shares::{public_one, shared};
pub(crate) use tls12::{Ask12, Finished12, Tls12};
pub(crate) use tls13::{Ask13, Tls13, Told13};

/// What became of bytes or of an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn<T> {
    /// Nothing yet; these bytes are to be sent, if any.
    Go(Vec<u8>),
    /// It is over.
    Done(T),
}

/// The suites whose records [`Seal`] opens: hash and length of the key.
pub(crate) fn gcm_suite(id: u16) -> Option<(Hash, usize)> {
    match id {
        0x1301 | 0xC02B | 0xC02F | 0x009E | 0x009C => Some((Hash::Sha256, 16)),
        0x1302 | 0xC02C | 0xC030 | 0x009F | 0x009D => Some((Hash::Sha384, 32)),
        _ => None,
    }
}
