//! ZIP (APPNOTE): the directory and the local headers, their locks, and the way from a record to bytes.

pub(super) mod directory;
pub(crate) mod lock;
pub(super) mod unpack;
