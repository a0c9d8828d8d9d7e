//! Forged evidence: documents, mail and archives that look like the attacks of 2020 to 2023 and do nothing.
//!
//! Everything is made from a seed, so that the same seed gives the same bytes on every machine; the
//! compressors are our own for that reason. Invariants: every host is a reserved name (RFC 2606 `.example`
//! and `.invalid`) or an address for documentation (RFC 5737), every "program" is a line of text, and every script
//! that would start what it fetched does so only under a condition that never holds, or only echoes its words.

pub mod archive;
pub mod bombs;
pub mod carrier;
mod chance;
pub mod company;
pub mod document;
pub mod letter;
pub mod macros;
pub mod mutate;
mod ovba;
pub mod pack;
pub mod specimens;

pub use chance::Chance;
