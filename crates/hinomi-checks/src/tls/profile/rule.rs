//! The rules by which items are measured.

use super::names::{GroupName, SuiteName};
use hinomi_formats::tls::names::Version;
use serde::Deserialize;

/// How an item is measured.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Rule {
    /// All of these versions are offered.
    VersionsOn {
        /// The versions.
        versions: Vec<Version>,
    },
    /// One of these versions is offered.
    AnyVersionOn {
        /// The versions.
        versions: Vec<Version>,
    },
    /// None of these versions is offered.
    VersionsOff {
        /// The versions.
        versions: Vec<Version>,
    },
    /// Of all versions offered, the newest is chosen.
    NewestFirst,
    /// No suite but those of the profile.
    SuitesWithin,
    /// No suite with one of these words in its name, and none of these.
    SuitesWithout {
        /// Whole words between `_`: `RC4`, `NULL`.
        tokens: Vec<String>,
        /// Suites whose name does not tell.
        suites: Vec<SuiteName>,
    },
    /// No group but these.
    GroupsWithin {
        /// The groups.
        groups: Vec<GroupName>,
    },
    /// Key exchange is long enough.
    KeyExchangeMin {
        /// Of a Diffie-Hellman prime.
        dh_bits: u32,
        /// Of the field of a curve.
        ec_bits: u16,
    },
    /// The server decides on the suite.
    ServerOrder,
    /// The server decides, in the order of the profile's suites.
    SuiteOrder,
    /// Signatures of certificates are strong enough.
    CertificateHash {
        /// Strength of the hash in bits; SHA-256 has 128.
        bits_min: u16,
    },
    /// The keys of the server's certificates are of these kinds, and long enough.
    CertificateKey {
        /// Algorithms allowed.
        algorithms: Vec<String>,
        /// Of RSA.
        rsa_bits_min: u32,
        /// Of curves.
        ec_bits_min: u32,
    },
    /// A path to a public root, the right name, and dates that hold.
    CertificateTrusted,
    /// The key was made for this certificate, and is not known to be broken.
    CertificateNewKey,
    /// The server's certificates do not last longer than this.
    CertificateDays {
        /// Days, begun ones counted whole.
        days_max: i64,
    },
    /// The certificates are logged.
    CertificateLogged,
    /// HSTS, for at least this long.
    Hsts {
        /// Seconds.
        max_age_min: u64,
    },
    /// An OCSP answer is stapled.
    OcspStapling,
    /// Renegotiation is secure, and not begun by clients.
    SecureRenegotiation,
    /// No TLS compression.
    NoCompression,
    /// No TLS 1.3 early data.
    NoEarlyData,
    /// Extended master secret.
    ExtendedMasterSecret,
    /// Not measured: somebody has to transcribe the item first.
    Transcribe,
}

/// What an item is about: each area is one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Versions.
    Version,
    /// Suites.
    Suite,
    /// Groups and parameters.
    KeyExchange,
    /// Who decides, and in which order.
    Order,
    /// Certificates.
    Certificate,
    /// What hardens the rest.
    Hardening,
}

impl Rule {
    /// What it is about.
    pub fn area(&self) -> Area {
        match self {
            Self::VersionsOn { .. } | Self::AnyVersionOn { .. } | Self::VersionsOff { .. } => Area::Version,
            Self::SuitesWithin | Self::SuitesWithout { .. } | Self::Transcribe => Area::Suite,
            Self::GroupsWithin { .. } | Self::KeyExchangeMin { .. } => Area::KeyExchange,
            Self::NewestFirst | Self::ServerOrder | Self::SuiteOrder => Area::Order,
            Self::CertificateHash { .. }
            | Self::CertificateKey { .. }
            | Self::CertificateTrusted
            | Self::CertificateNewKey
            | Self::CertificateDays { .. }
            | Self::CertificateLogged => Area::Certificate,
            Self::Hsts { .. }
            | Self::OcspStapling
            | Self::SecureRenegotiation
            | Self::NoCompression
            | Self::NoEarlyData
            | Self::ExtendedMasterSecret => Area::Hardening,
        }
    }

    /// The key of the sentence that says it is not met.
    pub fn key(&self) -> &'static str {
        match self {
            Self::VersionsOn { .. } => "off",
            Self::AnyVersionOn { .. } => "none",
            Self::VersionsOff { .. } => "on",
            Self::NewestFirst => "newest",
            Self::SuitesWithin => "outside",
            Self::SuitesWithout { .. } => "forbidden",
            Self::GroupsWithin { .. } => "group",
            Self::KeyExchangeMin { .. } => "short",
            Self::ServerOrder => "client_decides",
            Self::SuiteOrder => "order",
            Self::CertificateHash { .. } => "hash",
            Self::CertificateKey { .. } => "key",
            Self::CertificateTrusted => "untrusted",
            Self::CertificateNewKey => "same_key",
            Self::CertificateDays { .. } => "days",
            Self::CertificateLogged => "not_logged",
            Self::Hsts { .. } => "hsts",
            Self::OcspStapling => "staple",
            Self::SecureRenegotiation => "renegotiation",
            Self::NoCompression => "compression",
            Self::NoEarlyData => "early_data",
            Self::ExtendedMasterSecret => "master_secret",
            Self::Transcribe => "transcribe",
        }
    }
}
