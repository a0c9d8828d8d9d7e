//! The commands.

pub(crate) mod forge;
