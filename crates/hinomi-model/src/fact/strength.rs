//! How strong a key is, and in which state of its life: arithmetic on facts, no opinion.
//!
//! Strengths are those of NIST SP 800-57 Part 1 Rev. 5, table 2 (keys) and table 3 (hashes of signatures).

use super::key::{CertificateSeen, KeyFact, KeyKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// From this modulus on, and this strength, for RSA, DSA, DH and ElGamal.
const MODULUS: &[(u32, u16)] = &[(15_360, 256), (7_680, 192), (3_072, 128), (2_048, 112), (1_024, 80)];
/// From this field on, and this strength, for curves.
const FIELD: &[(u32, u16)] = &[(512, 256), (384, 192), (256, 128), (224, 112), (160, 80)];

/// The states of a key's life (SP 800-57 Part 1 Rev. 5, 7; the words are those of CycloneDX as well).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum KeyState {
    /// Made, and not yet to be used.
    PreActivation,
    /// In use.
    Active,
    /// Past its end.
    Deactivated,
    /// Somebody else can have it.
    Compromised,
}

impl KeyState {
    /// The word of JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreActivation => "pre-activation",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Compromised => "compromised",
        }
    }
}

impl KeyFact {
    /// Strength against a classical attacker, in bits; 0 is below 80. `None` when algorithm or size is not known.
    pub fn strength_bits(&self) -> Option<u16> {
        let bits = self.bits;
        match self.algorithm.as_str() {
            "rsa" | "rsa-pss" | "dsa" | "dh" | "elgamal" => bits.map(|bits| at_least(MODULUS, bits)),
            "ec" => bits.map(|bits| at_least(FIELD, bits)),
            "ed25519" | "x25519" | "ml-kem-512" | "ml-dsa-44" => Some(128),
            "ed448" | "x448" | "ml-kem-768" | "ml-dsa-65" => Some(192),
            "ml-kem-1024" | "ml-dsa-87" => Some(256),
            "aes" | "camellia" | "chacha20" => bits.and_then(|bits| u16::try_from(bits).ok()),
            // Two keys of three give 80, three give 112.
            "3des" => bits.map(|bits| if bits >= 168 { 112 } else { 80 }),
            _ => None,
        }
    }

    /// The category of the NIST post-quantum call (0: falls to a quantum computer); `None` when it is not known.
    pub fn quantum_level(&self) -> Option<u8> {
        match self.algorithm.as_str() {
            "rsa" | "rsa-pss" | "dsa" | "dh" | "elgamal" | "ec" | "ed25519" | "ed448" | "x25519" | "x448" => {
                Some(0)
            }
            "ml-kem-512" => Some(1),
            "ml-dsa-44" => Some(2),
            "ml-kem-768" | "ml-dsa-65" => Some(3),
            "ml-kem-1024" | "ml-dsa-87" => Some(5),
            "aes" => match self.bits {
                Some(128) => Some(1),
                Some(192) => Some(3),
                Some(256) => Some(5),
                _ => None,
            },
            _ => None,
        }
    }

    /// Its state at a moment, by the dates it carries itself; `None` when it carries none and nothing is known against
    /// it.
    pub fn state(&self, at: Timestamp) -> Option<KeyState> {
        let broken =
            ["roca", "fermat", "shared_prime", "small_private_exponent", "small_factor", "blocklisted"];
        if self.weaknesses.iter().any(|weakness| broken.contains(&weakness.id.as_str())) {
            return Some(KeyState::Compromised);
        }
        let certificate = self.certificate.as_deref()?;
        if certificate.not_before.is_some_and(|begin| at < begin) {
            return Some(KeyState::PreActivation);
        }
        let end = certificate.not_after?;
        Some(if end < at { KeyState::Deactivated } else { KeyState::Active })
    }

    /// Whether it is a secret half: a private or a symmetric key.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind, KeyKind::PrivateKey | KeyKind::SecretKey)
    }
}

impl CertificateSeen {
    /// Strength of the hash it is signed over, in bits; 0 for MD5 and SHA-1, whose collisions are practical. `None`
    /// when the algorithm is not one that names a hash.
    pub fn hash_strength_bits(&self) -> Option<u16> {
        let plain: String =
            self.signature_algorithm.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let known = [
            ("sha512", 256),
            ("sha384", 192),
            ("sha256", 128),
            ("sha224", 112),
            ("sha1", 0),
            ("md5", 0),
            ("md4", 0),
            ("md2", 0),
            ("ed25519", 128),
            ("ed448", 192),
        ];
        known.iter().find(|(name, _)| plain.contains(name)).map(|(_, bits)| *bits)
    }

    /// Days from its first to its last moment, begun days counted whole (CA/Browser Forum BR 6.3.2).
    pub fn validity_days(&self) -> Option<i64> {
        let seconds = self.not_after?.as_second().checked_sub(self.not_before?.as_second())?;
        // Both ends belong to it.
        (seconds >= 0).then(|| begun_days(seconds.saturating_add(1)))
    }
}

/// Seconds as days, begun ones counted whole.
fn begun_days(seconds: i64) -> i64 {
    const DAY_S: i64 = 86_400;
    seconds / DAY_S + i64::from(seconds % DAY_S > 0)
}

fn at_least(table: &[(u32, u16)], bits: u32) -> u16 {
    table.iter().find(|(from, _)| bits >= *from).map_or(0, |(_, strength)| *strength)
}
