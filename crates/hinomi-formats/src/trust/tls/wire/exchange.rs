//! The key exchange message of a server before TLS 1.3: which group, which prime, or which short RSA key.

use super::Bytes;
use crate::tls::names::Exchange;

/// What a server proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchanged {
    /// A named curve (RFC 8422) and the server's point.
    Curve {
        /// The group.
        group: u16,
        /// The point as sent.
        point: Vec<u8>,
    },
    /// A curve by its parameters: nobody's.
    ExplicitCurve,
    /// A finite field (RFC 5246 section 7.4.3).
    Field {
        /// The prime, big-endian.
        prime: Vec<u8>,
        /// The generator.
        generator: Vec<u8>,
        /// The server's public value.
        public: Vec<u8>,
    },
    /// A temporary RSA key: EXPORT (RFC 2246 section 7.4.3).
    Rsa {
        /// The modulus, big-endian.
        modulus: Vec<u8>,
        /// The public exponent.
        exponent: Vec<u8>,
    },
}

/// Reads the body of a ServerKeyExchange; `None` when it does not hold what the suite calls for.
pub fn exchanged(body: &[u8], exchange: Exchange, is_psk: bool) -> Option<Exchanged> {
    let mut at = Bytes::new(body);
    if is_psk {
        // the identity hint of RFC 4279
        at.vec16()?;
    }
    match exchange {
        Exchange::Ecdhe => match at.u8()? {
            3 => Some(Exchanged::Curve { group: at.u16()?, point: at.vec8()?.to_vec() }),
            _ => Some(Exchanged::ExplicitCurve),
        },
        Exchange::Dhe => Some(Exchanged::Field {
            prime: at.vec16()?.to_vec(),
            generator: at.vec16()?.to_vec(),
            public: at.vec16()?.to_vec(),
        }),
        Exchange::Rsa => {
            Some(Exchanged::Rsa { modulus: at.vec16()?.to_vec(), exponent: at.vec16()?.to_vec() })
        }
        _ => None,
    }
}
