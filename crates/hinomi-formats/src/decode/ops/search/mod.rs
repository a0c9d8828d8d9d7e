//! Operations that look for something in text: patterns, lines, things of a known form.

pub(in crate::decode) mod extract;
pub(in crate::decode) mod lines;
pub(in crate::decode) mod patterns;
pub(in crate::decode) mod timsort;
pub(in crate::decode) mod urls;
