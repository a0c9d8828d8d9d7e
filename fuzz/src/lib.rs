//! The targets of the developer's tool, without the rest of it: a fuzzer builds everything it depends on anew.

#[path = "../../crates/hinomi-dev/src/fuzz_targets.rs"]
mod fuzz_targets;

pub use fuzz_targets::*;
