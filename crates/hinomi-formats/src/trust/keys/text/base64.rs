//! Base64, both alphabets, strictly: what is no base64 is no key.

/// The bytes; white space is skipped, padding may be missing. None at the first other character.
pub(in crate::trust::keys) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut held) = (0_u32, 0_u32);
    let mut ended = false;
    for byte in text {
        let six = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                ended = true;
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => return None,
        };
        if ended {
            return None;
        }
        group = group << 6 | u32::from(six);
        held = held.wrapping_add(1);
        if held == 4 {
            let [_, a, b, c] = group.to_be_bytes();
            bytes.extend_from_slice(&[a, b, c]);
            (group, held) = (0, 0);
        }
    }
    match held {
        0 => {}
        2 => {
            bytes.extend(group.to_be_bytes().get(2..3).map(|_| u8::try_from(group >> 4 & 0xff).unwrap_or(0)))
        }
        3 => {
            bytes.push(u8::try_from(group >> 10 & 0xff).unwrap_or(0));
            bytes.push(u8::try_from(group >> 2 & 0xff).unwrap_or(0));
        }
        _ => return None,
    }
    Some(bytes)
}
