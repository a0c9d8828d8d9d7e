//! How documents pack what they carry: base64 in XML and MHTML, zlib streams.

pub(in crate::office) mod base64;
pub(in crate::office) mod inflate;
