//! Operations on bytes and text written down in another form: numbers, base encodings, escapes, code pages.

pub(in crate::decode) mod base64;
pub(in crate::decode) mod bases;
pub(in crate::decode) mod charset;
pub(in crate::decode) mod entities;
pub(in crate::decode) mod escapes;
pub(in crate::decode) mod numbers;
pub(in crate::decode) mod punycode;
