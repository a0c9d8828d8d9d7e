//! The compressed container of MS-OVBA 2.4.1.

const CHUNK: usize = 4_096;
/// Earlier places looked at for one copy: all would cost a second a module without optimisation.
const SEARCH: usize = 768;

/// Compresses: signature byte, then a chunk for every 4,096 bytes.
pub(crate) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![1];
    for chunk in bytes.chunks(CHUNK) {
        let packed = tokens(chunk);
        if packed.len() < CHUNK {
            out.extend(header(packed.len(), true));
            out.extend(packed);
        } else {
            // A raw chunk is always full: what is missing is zero (2.4.1.3.10).
            out.extend(header(CHUNK, false));
            out.extend(chunk);
            out.extend(vec![0; CHUNK - chunk.len()]);
        }
    }
    out
}

/// 2.4.1.1.5: size less 3 of the chunk with its header, signature 0b011, compressed or not.
fn header(body: usize, compressed: bool) -> [u8; 2] {
    ((body + 2 - 3) as u16 | 0b011 << 12 | u16::from(compressed) << 15).to_le_bytes()
}

/// Token sequences: a flag byte, then eight tokens, each a literal or a copy.
fn tokens(chunk: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < chunk.len() {
        let flags_at = out.len();
        out.push(0);
        for bit in 0..8 {
            if at >= chunk.len() {
                break;
            }
            let (length, distance) = longest(chunk, at);
            if length >= 3 {
                let (bits, _) = widths(at);
                out[flags_at] |= 1 << bit;
                out.extend((((distance - 1) << (16 - bits) | (length - 3)) as u16).to_le_bytes());
                at += length;
            } else {
                out.push(chunk[at]);
                at += 1;
            }
        }
    }
    out
}

/// 2.4.1.3.19.1: bits of the distance and longest copy, by how far the chunk has come.
fn widths(at: usize) -> (u32, usize) {
    let bits = at.next_power_of_two().trailing_zeros().max(4);
    (bits, (0xFFFF >> bits) + 3)
}

fn longest(chunk: &[u8], at: usize) -> (usize, usize) {
    let (_, most) = widths(at);
    let mut best = (0, 0);
    for start in (0..at).rev().take(SEARCH) {
        // Most places fail here, without a comparison of runs.
        if chunk[start] != chunk[at] || chunk.get(start + best.0) != chunk.get(at + best.0) {
            continue;
        }
        let length = chunk[at..].iter().zip(&chunk[start..]).take(most).take_while(|(a, b)| a == b).count();
        if length > best.0 {
            best = (length, at - start);
        }
        if best.0 == most {
            break;
        }
    }
    best
}
