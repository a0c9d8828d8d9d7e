//! ZIP (APPNOTE): the directory and the local headers, their locks, and the way from a record to bytes.

pub(super) mod directory;
pub(super) mod lock;
pub(super) mod unpack;
