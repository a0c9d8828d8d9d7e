//! Readers of hostile bytes. Bytes go in; what could be read and what could not comes out.
//!
//! Invariants: this crate never panics on any input, never reads a clock, a file, the environment or the
//! network, and never works beyond the [`Limits`] its caller sets. A reader does not fail: it returns
//! [`Parsed`], the value it could read with a [`Problem`] for everything it could not.

#![deny(clippy::indexing_slicing, clippy::string_slice, clippy::panic, clippy::unreachable)]
#![deny(missing_docs)]

pub mod archive;
mod bounds;
pub mod capture;
pub mod carrier;
pub mod decode;
pub mod mail;
pub mod office;
pub mod script;
pub mod text;
pub mod tree;
pub mod trust;

pub use bounds::{Budget, Limit, Limits, Parsed, Problem, ProblemKind};
pub use carrier::{html, onenote, pdf, rtf, shortcut};
pub use text::url;
pub use trust::{keys, tls};
