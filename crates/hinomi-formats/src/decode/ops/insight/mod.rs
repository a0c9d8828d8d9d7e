//! What bytes are: how random they look, what files start with, which operations would make sense of them.

mod draw;
pub(in crate::decode) mod entropy;
pub(in crate::decode) mod file_type;

mod language;
mod logarithm;
pub(in crate::decode) mod magic;
pub(in crate::decode) mod magic_table;
