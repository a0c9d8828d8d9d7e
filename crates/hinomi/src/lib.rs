//! hinomi.

pub mod jail;
