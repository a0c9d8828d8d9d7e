//! `cargo dev …`.
fn main() {}
