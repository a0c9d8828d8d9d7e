//! Primes for Diffie-Hellman that many servers share: whoever breaks one breaks all of them (LOGJAM).

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The first eight bytes of the SHA-256 of the prime (big-endian, without leading zeros), and its name.
const KNOWN: &[(&str, &str)] = &[
    // RFC 2409 section 6, RFC 3526, RFC 7919 appendix A
    ("b52ba6a3026520a6", "rfc2409-1"),
    ("3f35a3f5f6c4376a", "rfc2409-2"),
    ("64fcc83ec403930b", "rfc3526-5"),
    ("d66436f79bbd6b2e", "rfc3526-14"),
    ("48cf8b092fbce435", "rfc3526-15"),
    ("4ee95187682bcb23", "rfc3526-16"),
    ("d1bfe6d0925ce7e4", "rfc3526-17"),
    ("39ab4feab950a312", "rfc3526-18"),
    ("9cd3b7f336872f46", "ffdhe2048"),
    ("0eaf67db3a839156", "ffdhe3072"),
    ("4648414224ac881b", "ffdhe4096"),
    ("227ac9066b3ddd9e", "ffdhe6144"),
    ("770b14efaf6f0499", "ffdhe8192"),
];

/// The name of a widely shared prime, given big-endian.
pub fn prime_name(prime: &[u8]) -> Option<&'static str> {
    let digest = Sha256::digest(trimmed(prime));
    let mut hex = String::with_capacity(16);
    for byte in digest.iter().take(8) {
        // writing to a String cannot fail
        let _ = write!(hex, "{byte:02x}");
    }
    KNOWN.iter().find(|(known, _)| *known == hex).map(|(_, name)| *name)
}

/// Size in bits of a big-endian number.
pub fn prime_bits(prime: &[u8]) -> u32 {
    let digits = trimmed(prime);
    let Some(first) = digits.first() else { return 0 };
    u32::try_from(digits.len()).unwrap_or(u32::MAX).saturating_mul(8).saturating_sub(first.leading_zeros())
}

fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}
