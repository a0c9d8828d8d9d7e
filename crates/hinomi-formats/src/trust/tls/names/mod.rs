//! The names and numbers of SSL and TLS: versions, cipher suites, groups, signature schemes, alerts, common primes.
//!
//! All of it is data of the IANA registries and of the RFCs named beside it. Parts of a cipher suite (exchange,
//! authentication, cipher, bits, mode, MAC) are derived from its name, so that the two cannot disagree.

mod group;
mod prime;
mod suite;
mod table;
#[cfg(test)]
mod tests;

pub use group::{Group, GroupKind, group, groups};
pub use prime::{prime_bits, prime_name};
pub use suite::{Auth, Exchange, Mode, Suite, kind_of_sslv2, kinds_of_sslv2, suite, suites};

use serde::{Deserialize, Serialize};
use std::fmt;

/// A protocol version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Version {
    /// SSL 2.0 (1995).
    SslV2,
    /// SSL 3.0 (RFC 6101).
    SslV3,
    /// TLS 1.0 (RFC 2246).
    #[serde(rename = "tls1.0")]
    Tls10,
    /// TLS 1.1 (RFC 4346).
    #[serde(rename = "tls1.1")]
    Tls11,
    /// TLS 1.2 (RFC 5246).
    #[serde(rename = "tls1.2")]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    #[serde(rename = "tls1.3")]
    Tls13,
}

impl Version {
    /// All of them, newest first.
    pub const ALL: [Self; 6] = [Self::Tls13, Self::Tls12, Self::Tls11, Self::Tls10, Self::SslV3, Self::SslV2];

    /// The number on the wire.
    pub fn id(self) -> u16 {
        match self {
            Self::SslV2 => 0x0002,
            Self::SslV3 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    /// The version a number on the wire means.
    pub fn from_id(id: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.id() == id)
    }

    /// As facts name it: `tls1.2`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SslV2 => "sslv2",
            Self::SslV3 => "sslv3",
            Self::Tls10 => "tls1.0",
            Self::Tls11 => "tls1.1",
            Self::Tls12 => "tls1.2",
            Self::Tls13 => "tls1.3",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of an alert (RFC 8446 section 6 and earlier).
pub fn alert_name(description: u8) -> Option<&'static str> {
    Some(match description {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        30 => "decompression_failure",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        52 => "too_many_cids_requested",
        60 => "export_restriction",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        111 => "certificate_unobtainable",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        114 => "bad_certificate_hash_value",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        117 => "general_error",
        120 => "no_application_protocol",
        121 => "ech_required",
        _ => return None,
    })
}

/// Signature schemes offered, strongest kinds first: RFC 8446, RFC 8734, RFC 9150, RFC 8998, the ML-DSA drafts, and
/// the (hash, signature) pairs of TLS 1.2.
pub const SIGNATURES: &[(u16, &str)] = &[
    (0x0403, "ecdsa_secp256r1_sha256"),
    (0x0503, "ecdsa_secp384r1_sha384"),
    (0x0603, "ecdsa_secp521r1_sha512"),
    (0x0807, "ed25519"),
    (0x0808, "ed448"),
    (0x081A, "ecdsa_brainpoolP256r1tls13_sha256"),
    (0x081B, "ecdsa_brainpoolP384r1tls13_sha384"),
    (0x081C, "ecdsa_brainpoolP512r1tls13_sha512"),
    (0x0804, "rsa_pss_rsae_sha256"),
    (0x0805, "rsa_pss_rsae_sha384"),
    (0x0806, "rsa_pss_rsae_sha512"),
    (0x0809, "rsa_pss_pss_sha256"),
    (0x080A, "rsa_pss_pss_sha384"),
    (0x080B, "rsa_pss_pss_sha512"),
    (0x0401, "rsa_pkcs1_sha256"),
    (0x0501, "rsa_pkcs1_sha384"),
    (0x0601, "rsa_pkcs1_sha512"),
    (0x0904, "mldsa44"),
    (0x0905, "mldsa65"),
    (0x0906, "mldsa87"),
    (0x0708, "sm2sig_sm3"),
    (0x0402, "dsa_sha256"),
    (0x0303, "ecdsa_sha224"),
    (0x0301, "rsa_sha224"),
    (0x0302, "dsa_sha224"),
    (0x0203, "ecdsa_sha1"),
    (0x0201, "rsa_pkcs1_sha1"),
    (0x0202, "dsa_sha1"),
    (0x0101, "rsa_md5"),
];

/// The name of a signature scheme.
pub fn signature_name(id: u16) -> Option<&'static str> {
    SIGNATURES.iter().find(|(number, _)| *number == id).map(|(_, name)| *name)
}
