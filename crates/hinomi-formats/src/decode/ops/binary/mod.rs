//! Operations on bytes as bytes: bits, slices, digests, unpacking.

pub(in crate::decode) mod bits;
pub(in crate::decode) mod bytes;
mod bzip2;
pub(in crate::decode) mod hashes;
pub(in crate::decode) mod slices;
pub(in crate::decode) mod unpack;
mod unzip;
