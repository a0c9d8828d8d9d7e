//! The developer's tool as a library: what tests of other crates may also call.
//!
//! Invariant: nothing here is part of the product, and nothing forged here works: hosts are reserved names
//! (`.example`, `.invalid`), programs are a few words of text.

pub mod forge;
pub mod fuzz_seeds;
pub mod fuzz_targets;
