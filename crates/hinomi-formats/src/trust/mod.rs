//! What proves who somebody is, and keeps what is said secret: TLS as servers speak it, keys and certificates as they lie in
//! files.

pub mod keys;
pub mod tls;
