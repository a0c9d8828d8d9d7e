//! How a document reaches outside without a macro, and how it asks its reader to allow one.

pub(in crate::office) mod dde;
pub(in crate::office) mod decoy;
pub(in crate::office) mod targets;
