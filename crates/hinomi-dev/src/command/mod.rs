//! The commands.

pub(crate) mod fixtures;
pub(crate) mod forge;
pub(crate) mod mutate;
