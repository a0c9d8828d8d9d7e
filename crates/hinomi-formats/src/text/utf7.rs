//! UTF-7 (RFC 2152): ASCII with stretches of UTF-16 in base64 between `+` and `-`.

/// Decodes; a stretch that is no UTF-16 keeps U+FFFD in its place.
pub(super) fn decode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'+' {
            out.push(if byte.is_ascii() { char::from(byte) } else { char::REPLACEMENT_CHARACTER });
            continue;
        }
        let len = after.iter().position(|byte| sextet(*byte).is_none()).unwrap_or(after.len());
        let (stretch, tail) = after.split_at_checked(len).unwrap_or_default();
        let closed = tail.strip_prefix(b"-");
        rest = closed.unwrap_or(tail);
        if stretch.is_empty() {
            out.push('+');
        } else {
            out.extend(char::decode_utf16(units(stretch)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        }
    }
    out
}

/// The UTF-16 units of a base64 stretch; bits that fill no unit are padding.
fn units(stretch: &[u8]) -> impl Iterator<Item = u16> {
    let (mut bits, mut held) = (0_u32, 0_u32);
    stretch.iter().filter_map(move |byte| {
        bits = (bits << 6) | u32::from(sextet(*byte)?);
        held = held.saturating_add(6);
        let left = held.checked_sub(16)?;
        held = left;
        Some((bits >> left) as u16)
    })
}

fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte.wrapping_sub(b'A'),
        b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
        b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}
