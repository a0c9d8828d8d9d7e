//! What answered, when it was not TLS.

use super::NotTls;

/// Beginnings by which other protocols are known.
const BEGINNINGS: &[(&[u8], NotTls)] = &[
    (b"HTTP/", NotTls::Http),
    (b"<!DO", NotTls::Http),
    (b"<html", NotTls::Http),
    (b"SSH-", NotTls::Ssh),
    (b"220", NotTls::Mail),
    (b"421", NotTls::Mail),
    (b"50", NotTls::Mail),
    (b"* ", NotTls::Mail),
    (b"+OK", NotTls::Mail),
    (b"-ERR", NotTls::Mail),
];

/// Names the protocol of a first answer that is no TLS record.
pub fn what_is(bytes: &[u8]) -> NotTls {
    BEGINNINGS
        .iter()
        .find(|(beginning, _)| bytes.starts_with(beginning))
        .map_or(NotTls::Garbage, |(_, what)| *what)
}
