//! Methods of packing that several formats of archives share.

pub(in crate::archive) mod bits;
pub(in crate::archive) mod bzip2;
pub(in crate::archive) mod lzma;
