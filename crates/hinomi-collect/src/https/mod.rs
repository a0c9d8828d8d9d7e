//! What a survey cannot do without a TLS library: one real request, and the paths from certificates to roots.
//!
//! The two are apart on purpose. The request accepts any certificate, for it asks how the server answers its visitors
//! and tells it nothing; whether clients would accept the certificate is found from the chains of the survey, without
//! any connection.

mod accept;
mod line;
mod paths;
mod request;
#[cfg(test)]
mod tests;

pub use paths::{Roots, find_paths};
pub use request::{ask_https, ask_https_each};
