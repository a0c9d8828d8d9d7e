//! Tests of points, and of keys that are plain bytes.

use super::Weakness;
use crate::keys::asn1::bit_length;
use crate::keys::curve;
use crate::keys::secret::Private;

/// Bits of a field below which nobody allows a curve any more (SP 800-131A).
const BITS_MIN: u32 = 224;
/// Private scalars shorter than this are found by trying.
const SCALAR_BITS_MIN: u32 = 64;
/// Ordinates of the points of small order on the curve of Ed25519, little-endian, hexadecimal and without sign: what
/// is encrypted or signed with one is not secret and not signed.
const SMALL_ORDER: &[&str] = &[
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
];
/// The same for X25519, where a key is an abscissa (RFC 7748, 6.1).
const SMALL_ORDER_X: &[&str] = &[
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// Tests a point and its curve.
pub(super) fn point(curve: &str, bits: Option<u32>, point: &[u8], foreign: bool, found: &mut Vec<Weakness>) {
    if let Some(bits) = bits.filter(|bits| *bits < BITS_MIN) {
        found.push(Weakness::new("size", format!("{bits} bits")));
    }
    if foreign {
        found.push(Weakness::new("curve", format!("{curve} with another generator")));
    } else if curve == "explicit" {
        found.push(Weakness::new("curve", "a curve of its own"));
    }
    if !point.is_empty() && curve::is_on(curve, point) == Some(false) {
        found.push(Weakness::new("curve", format!("a point that is not on {curve}")));
    }
}

/// Tests a private scalar.
pub(super) fn scalar(private: Option<&Private>, found: &mut Vec<Weakness>) {
    if let Some(Private::Scalar(scalar)) = private
        && bit_length(scalar) < SCALAR_BITS_MIN
    {
        found.push(Weakness::new("small_private_exponent", "the private scalar is short"));
    }
}

/// Tests a key of plain bytes.
pub(super) fn bytes(algorithm: &str, key: &[u8], found: &mut Vec<Weakness>) {
    let table = match algorithm {
        "ed25519" => SMALL_ORDER,
        "x25519" => SMALL_ORDER_X,
        _ => return,
    };
    let mut plain = key.to_vec();
    if let Some(last) = plain.last_mut() {
        *last &= 0x7f;
    }
    let text: String = plain.iter().map(|byte| format!("{byte:02x}")).collect();
    if table.contains(&text.as_str()) {
        found.push(Weakness::new("curve", "a point of small order"));
    }
}
