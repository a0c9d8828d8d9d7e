//! What goes over the wire: hellos written, flights of servers read. SSLv2 to TLS 1.3, no keys and no secrets.

mod bytes;
mod exchange;
mod flight;
mod greeting;
mod hello;
mod sslv2;
#[cfg(test)]
mod tests;

pub use exchange::{Exchanged, exchanged};
pub use flight::{Alert, BYTES_MAX, Flight, Heard, NotTls, ServerHello};
pub use greeting::what_is;
pub use hello::{Extension, Hello};
pub use sslv2::{ServerHelloV2, hello_v2};

pub(crate) use bytes::{Bytes, put_u16, put_vec8, put_vec16, put_vec24};
#[cfg(test)]
pub(crate) use flight::RETRY;
pub(crate) use flight::{alpn, certificates, extensions};
pub(crate) use hello::{handshake, record};
