//! Keys written as text.

pub(super) mod base64;
mod jwk;
mod kubernetes;
mod pem;

pub(super) use jwk::jwk;
pub(super) use kubernetes::{PEM_IN_BASE64, hidden_pem, secrets};
pub(super) use pem::pem;
