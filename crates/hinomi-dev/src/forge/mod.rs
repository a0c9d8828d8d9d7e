//! Forged evidence: documents, mail and archives that look like the attacks of summer 2020 and do nothing.
//!
//! Everything is made from a seed, so that the same seed gives the same bytes on every machine; the
//! compressors are our own for that reason. Invariants: every host is a reserved name (RFC 2606 `.example`
//! and `.invalid`), every "program" is a line of text, and every script that would start what it fetched
//! does so only under a condition that never holds.

pub mod bombs;
mod chance;
pub mod company;
pub mod deflate;
pub mod document;
pub mod letter;
pub mod macros;
pub mod mutate;
mod ovba;
pub mod pack;
pub mod pdf;
pub mod zip;

pub use chance::Chance;
