//! The groups of the registry "TLS Supported Groups", drafts still deployed included.

use serde::{Deserialize, Serialize};

/// A group for key agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// The number on the wire.
    pub id: u16,
    /// The name of the registry.
    pub name: &'static str,
    /// What it is.
    pub kind: GroupKind,
    /// Size of the field in bits; of hybrids that of the classical part; of pure KEMs the parameter set.
    pub bits: u16,
}

/// The sorts of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupKind {
    /// A curve for TLS 1.2 and before only.
    CurveOld,
    /// A curve for TLS 1.2 and 1.3.
    Curve,
    /// A curve for TLS 1.3 only.
    Curve13,
    /// A finite field (RFC 7919).
    Field,
    /// A curve and ML-KEM together.
    Hybrid,
    /// ML-KEM alone.
    Kem,
}

const fn row(id: u16, name: &'static str, kind: GroupKind, bits: u16) -> Group {
    Group { id, name, kind, bits }
}

use GroupKind::{Curve, Curve13, CurveOld, Field, Hybrid, Kem};

const TABLE: &[Group] = &[
    row(0x0001, "sect163k1", CurveOld, 163),
    row(0x0002, "sect163r1", CurveOld, 163),
    row(0x0003, "sect163r2", CurveOld, 163),
    row(0x0004, "sect193r1", CurveOld, 193),
    row(0x0005, "sect193r2", CurveOld, 193),
    row(0x0006, "sect233k1", CurveOld, 233),
    row(0x0007, "sect233r1", CurveOld, 233),
    row(0x0008, "sect239k1", CurveOld, 239),
    row(0x0009, "sect283k1", CurveOld, 283),
    row(0x000A, "sect283r1", CurveOld, 283),
    row(0x000B, "sect409k1", CurveOld, 409),
    row(0x000C, "sect409r1", CurveOld, 409),
    row(0x000D, "sect571k1", CurveOld, 571),
    row(0x000E, "sect571r1", CurveOld, 571),
    row(0x000F, "secp160k1", CurveOld, 160),
    row(0x0010, "secp160r1", CurveOld, 160),
    row(0x0011, "secp160r2", CurveOld, 160),
    row(0x0012, "secp192k1", CurveOld, 192),
    row(0x0013, "secp192r1", CurveOld, 192),
    row(0x0014, "secp224k1", CurveOld, 224),
    row(0x0015, "secp224r1", CurveOld, 224),
    row(0x0016, "secp256k1", CurveOld, 256),
    row(0x0017, "secp256r1", Curve, 256),
    row(0x0018, "secp384r1", Curve, 384),
    row(0x0019, "secp521r1", Curve, 521),
    row(0x001A, "brainpoolP256r1", CurveOld, 256),
    row(0x001B, "brainpoolP384r1", CurveOld, 384),
    row(0x001C, "brainpoolP512r1", CurveOld, 512),
    row(0x001D, "x25519", Curve, 253),
    row(0x001E, "x448", Curve, 448),
    row(0x001F, "brainpoolP256r1tls13", Curve13, 256),
    row(0x0020, "brainpoolP384r1tls13", Curve13, 384),
    row(0x0021, "brainpoolP512r1tls13", Curve13, 512),
    row(0x0022, "GC256A", Curve, 256),
    row(0x0023, "GC256B", Curve, 256),
    row(0x0024, "GC256C", Curve, 256),
    row(0x0025, "GC256D", Curve, 256),
    row(0x0026, "GC512A", Curve, 512),
    row(0x0027, "GC512B", Curve, 512),
    row(0x0028, "GC512C", Curve, 512),
    row(0x0029, "curveSM2", Curve13, 256),
    row(0x0100, "ffdhe2048", Field, 2048),
    row(0x0101, "ffdhe3072", Field, 3072),
    row(0x0102, "ffdhe4096", Field, 4096),
    row(0x0103, "ffdhe6144", Field, 6144),
    row(0x0104, "ffdhe8192", Field, 8192),
    row(0x0200, "MLKEM512", Kem, 512),
    row(0x0201, "MLKEM768", Kem, 768),
    row(0x0202, "MLKEM1024", Kem, 1024),
    row(0x11EB, "SecP256r1MLKEM768", Hybrid, 256),
    row(0x11EC, "X25519MLKEM768", Hybrid, 253),
    row(0x11ED, "SecP384r1MLKEM1024", Hybrid, 384),
    row(0x11EE, "curveSM2MLKEM768", Hybrid, 256),
    row(0x6399, "X25519Kyber768Draft00", Hybrid, 253),
    row(0x639A, "SecP256r1Kyber768Draft00", Hybrid, 256),
];

/// All groups, ascending by number.
pub fn groups() -> &'static [Group] {
    TABLE
}

/// The group of a number.
pub fn group(id: u16) -> Option<Group> {
    let at = TABLE.binary_search_by_key(&id, |row| row.id).ok()?;
    TABLE.get(at).copied()
}

impl Group {
    /// Whether a hello of TLS 1.3 may name it.
    pub fn is_for_tls13(&self) -> bool {
        self.kind != CurveOld
    }

    /// Whether a hello of TLS 1.2 may name it as a curve. The fields of RFC 7919 are left out there: a server that
    /// sees them but has none of them must not use DHE at all, and would look as if it had none.
    pub fn is_curve_for_tls12(&self) -> bool {
        // Those named for TLS 1.3 are agreed in TLS 1.2 as well by some (tlslite-ng).
        matches!(self.kind, CurveOld | Curve | Curve13)
    }
}
