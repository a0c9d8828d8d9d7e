//! Operations on program text and structured text: scripts, JSON, addresses.

pub(in crate::decode) mod beautify;
pub(in crate::decode) mod jpath;
pub(in crate::decode) mod json5;
pub(in crate::decode) mod scripts;
pub(in crate::decode) mod uri;
