//! Tests of the house itself, from outside.

#![expect(clippy::unwrap_used, reason = "clippy.toml lets tests unwrap, but not the functions beside them")]

mod copy;
mod new_check;
mod seeds;
mod walls;
