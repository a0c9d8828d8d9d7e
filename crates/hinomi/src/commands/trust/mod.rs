//! Commands on what proves who somebody is, and keeps what is said secret: keys, certificates, TLS servers.

pub(super) mod keys;
pub(super) mod tls;
