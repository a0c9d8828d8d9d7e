//! Base64 as XML and MIME carry it: white space and anything else that is not base64 is skipped.

/// Decodes up to the first padding; a rest that makes no byte is dropped.
pub(in crate::office) fn decode(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut waiting) = (0_u32, 0_u32);
    for symbol in text.iter().take_while(|symbol| **symbol != b'=') {
        let Some(value) = value(*symbol) else { continue };
        bits = bits << 6 | value;
        waiting += 6;
        if waiting >= 8 {
            waiting -= 8;
            bytes.push((bits >> waiting & 0xFF) as u8);
        }
    }
    bytes
}

fn value(symbol: u8) -> Option<u32> {
    Some(match symbol {
        b'A'..=b'Z' => u32::from(symbol - b'A'),
        b'a'..=b'z' => u32::from(symbol - b'a') + 26,
        b'0'..=b'9' => u32::from(symbol - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}
