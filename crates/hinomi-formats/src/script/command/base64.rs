//! Base64 as scripts carry it, and what is packed inside.

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::io::Read;

/// What came out of a packed blob.
pub(super) struct Unpacked {
    pub(super) bytes: Vec<u8>,
    /// `gzip`, `deflate`; `None` when it was not packed.
    pub(super) packing: Option<&'static str>,
    /// More would have come out than the limit allows.
    pub(super) cut: bool,
}

/// Decodes RFC 4648 base64, skipping white space and ending at the first foreign character.
pub(in crate::script) fn decode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b' ' | b'\t' | b'\r' | b'\n' | b'`' => continue,
            _ => break,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            // Lossless: only the low eight bits are wanted.
            out.push((bits >> count & 0xff) as u8);
        }
    }
    out
}

/// A script from base64, with the name of the layer.
pub(super) fn script(text: &str) -> Option<(String, &'static str)> {
    to_script(&decode(text))
}

/// Bytes as script text: UTF-16LE, which `-EncodedCommand` means, or UTF-8. `None` when they are no text.
pub(super) fn to_script(bytes: &[u8]) -> Option<(String, &'static str)> {
    if bytes.len() < 2 {
        return None;
    }
    if !bytes.contains(&0)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return is_text(text).then(|| (text.trim_start_matches('\u{feff}').to_owned(), "base64 UTF-8"));
    }
    let (text, _) = encoding_rs::UTF_16LE.decode_without_bom_handling(bytes.get(..bytes.len() & !1)?);
    is_text(&text).then(|| (text.trim_start_matches('\u{feff}').to_owned(), "base64 UTF-16LE"))
}

/// The name of the layer that bytes out of base64 were: of their text, or of the text packed in them.
pub(super) fn layer(bytes: &[u8], bytes_max: usize) -> &'static str {
    if let Some((_, name)) = to_script(bytes) {
        return name;
    }
    let unpacked = unpack(bytes, "deflate", bytes_max);
    to_script(&unpacked.bytes).map_or("base64", |(_, name)| name)
}

/// Script text has hardly any control characters, and letters.
fn is_text(text: &str) -> bool {
    let total = text.chars().count();
    let strange = |c: char| {
        (c.is_control() && !c.is_whitespace()) || c == '\u{fffd}' || ('\u{e000}'..='\u{f8ff}').contains(&c)
    };
    let odd = text.chars().filter(|c| strange(*c)).count();
    total > 0 && odd * 20 <= total && text.chars().any(|c| c.is_ascii_alphabetic())
}

/// The bytes of the first `FromBase64String('…')` whose argument is one literal.
pub(super) fn from_call(text: &str) -> Option<Vec<u8>> {
    const NAME: &[u8] = b"frombase64string";
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = memchr::memmem::find(lower.as_bytes().get(from..)?, NAME) {
        let at = from + found + NAME.len();
        from = at;
        let rest = text.get(at..)?.trim_start_matches(['"', '\'', ')', '.']);
        let rest = rest.strip_prefix("Invoke").or_else(|| rest.strip_prefix("invoke")).unwrap_or(rest);
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) else { continue };
        let Some((value, _)) = rest.get(1..)?.split_once(quote) else { continue };
        let bytes = decode(value);
        if bytes.len() >= 4 {
            return Some(bytes);
        }
    }
    None
}

/// Unpacks when the bytes or the script around them say so; at most `bytes_max` come out.
pub(super) fn unpack(bytes: &[u8], script: &str, bytes_max: usize) -> Unpacked {
    let lower = script.to_ascii_lowercase();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return read_all(MultiGzDecoder::new(bytes), "gzip", bytes_max);
    }
    if lower.contains("deflate") {
        let raw = read_all(DeflateDecoder::new(bytes), "deflate", bytes_max);
        return if raw.bytes.is_empty() { read_all(ZlibDecoder::new(bytes), "zlib", bytes_max) } else { raw };
    }
    Unpacked { bytes: bytes.to_vec(), packing: None, cut: false }
}

fn read_all(reader: impl Read, packing: &'static str, bytes_max: usize) -> Unpacked {
    let mut bytes = Vec::new();
    // A damaged end does not spoil what came before it.
    let _damaged = reader.take(bytes_max as u64 + 1).read_to_end(&mut bytes).is_err();
    let cut = bytes.len() > bytes_max;
    bytes.truncate(bytes_max);
    Unpacked { bytes, packing: Some(packing), cut }
}
