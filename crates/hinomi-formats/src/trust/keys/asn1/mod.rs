//! Keys and certificates in ASN.1.

mod algorithm;
pub(super) mod ber;
mod certificate;
mod name;
mod private;
mod shape;

pub(super) use algorithm::{Algorithm, EC, Group, Known, bit_length, encode_oid, point, public};
pub(super) use certificate::{certificate, crl, request};
pub(super) use name::utf16;
pub(super) use private::{cost, derived, dsa, pkcs1, pkcs8, sec1};
pub(super) use shape::{DATA, Shape, shape, signed_certificates};
