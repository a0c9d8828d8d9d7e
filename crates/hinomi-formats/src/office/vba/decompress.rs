//! The compression of VBA source and of the `dir` stream (MS-OVBA 2.4.1).

use super::super::cfb::u16_at;

/// What came out of a compressed container.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Decompressed {
    pub(super) bytes: Vec<u8>,
    pub(super) damage: Option<Damage>,
}

/// Why not everything came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// The signature byte is missing: this is no compressed container.
    NotCompressed,
    /// Bytes follow that are no chunk; what came before them is whole.
    TrailingBytes,
    /// A chunk refers to bytes before the beginning, or is cut short.
    BadChunk,
    /// More would have come out than was asked for.
    TooLong,
}

/// First byte of a compressed container (MS-OVBA 2.4.1.1.1).
const SIGNATURE: u8 = 0x01;
/// Bits 12 to 14 of a chunk header (MS-OVBA 2.4.1.1.5).
const CHUNK_SIGNATURE: u16 = 0b011;
/// A chunk never holds more, compressed or not.
const CHUNK_LEN: usize = 4096;

/// Whether a compressed container with a first chunk could start here.
pub(super) fn could_start(container: &[u8]) -> bool {
    container.first() == Some(&SIGNATURE) && u16_at(container, 1).is_some_and(is_chunk_header)
}

/// Decompresses until the container ends, is damaged, or `len_max` bytes came out.
pub(super) fn decompress(container: &[u8], len_max: usize) -> Decompressed {
    let Some((&SIGNATURE, mut rest)) = container.split_first() else {
        return Decompressed { bytes: Vec::new(), damage: Some(Damage::NotCompressed) };
    };
    let mut bytes = Vec::with_capacity(container.len().saturating_mul(2).min(len_max));
    let mut damage = None;
    while let Some((header, after)) = rest.split_first_chunk() {
        let header = u16::from_le_bytes(*header);
        if !is_chunk_header(header) {
            let damage = if bytes.is_empty() { Damage::NotCompressed } else { Damage::TrailingBytes };
            return Decompressed { bytes, damage: Some(damage) };
        }
        // The header counts the whole chunk less three; two of these bytes are the header itself.
        let len = usize::from(header & 0x0FFF) + 1;
        let is_compressed = header & 0x8000 != 0;
        let (chunk, next) = after.split_at_checked(len).unwrap_or((after, &[]));
        let is_whole = if is_compressed {
            unpack_chunk(chunk, &mut bytes)
        } else {
            bytes.extend_from_slice(chunk);
            true
        };
        if bytes.len() > len_max {
            bytes.truncate(len_max);
            return Decompressed { bytes, damage: Some(Damage::TooLong) };
        }
        if !is_whole {
            // The header still tells where the next chunk starts, and each chunk stands for itself.
            damage = Some(Damage::BadChunk);
        }
        rest = next;
    }
    Decompressed { bytes, damage }
}

fn is_chunk_header(header: u16) -> bool {
    (header >> 12) & 0b111 == CHUNK_SIGNATURE
}

/// Appends one chunk; `false` when it is damaged. A copy token that points before the first byte appends as
/// many question marks: then what follows still finds its place.
fn unpack_chunk(chunk: &[u8], bytes: &mut Vec<u8>) -> bool {
    let chunk_start = bytes.len();
    let mut is_whole = true;
    let mut rest = chunk;
    while let Some((&flags, mut tokens)) = rest.split_first() {
        for bit in 0..8 {
            if flags >> bit & 1 == 0 {
                let Some((&literal, after)) = tokens.split_first() else { break };
                bytes.push(literal);
                tokens = after;
            } else {
                let Some((token, after)) = tokens.split_first_chunk() else {
                    is_whole &= tokens.is_empty();
                    tokens = &[];
                    break;
                };
                let (offset, len) = copy_token(u16::from_le_bytes(*token), bytes.len() - chunk_start);
                if !copy(bytes, offset, len) {
                    is_whole = false;
                    bytes.extend(std::iter::repeat_n(b'?', len));
                }
                tokens = after;
            }
        }
        if bytes.len() - chunk_start > CHUNK_LEN {
            is_whole = false;
            if bytes.len() - chunk_start > 2 * CHUNK_LEN {
                break;
            }
        }
        rest = tokens;
    }
    is_whole
}

/// Splits a copy token into offset and length. How many bits each has depends on how much of the chunk has
/// come out already (MS-OVBA 2.4.1.3.19.1).
fn copy_token(token: u16, come_out: usize) -> (usize, usize) {
    let offset_bits = usize::BITS - come_out.saturating_sub(1).leading_zeros();
    // 12 bits are the most in a sound chunk; a damaged one can be longer for a while.
    let offset_bits = offset_bits.clamp(4, 15);
    let len = usize::from(token & (0xFFFF >> offset_bits)) + 3;
    let offset = usize::from(token >> (16 - offset_bits)) + 1;
    (offset, len)
}

/// Copies `len` bytes from `offset` bytes back; source and target may overlap.
fn copy(bytes: &mut Vec<u8>, offset: usize, len: usize) -> bool {
    let Some(start) = bytes.len().checked_sub(offset) else { return false };
    if offset >= len {
        bytes.extend_from_within(start..start + len);
        return true;
    }
    let mut left = len;
    while left > 0 {
        // Everything since `start` repeats with the period `offset`, so ever longer pieces can be taken.
        let take = left.min(bytes.len() - start);
        bytes.extend_from_within(start..start + take);
        left -= take;
    }
    true
}
