//! The multi-byte pages of East Asia, by `encoding_rs`.

use crate::decode::dish::str_to_text;
use encoding_rs::{EncoderResult, Encoding};

pub(super) fn decode(encoding: &'static Encoding, input: &[u8]) -> Vec<u16> {
    str_to_text(&encoding.decode_without_bom_handling(input).0)
}

/// A character the page lacks becomes a NUL byte a code unit.
pub(super) fn encode(encoding: &'static Encoding, input: &[u16]) -> Vec<u8> {
    let mut encoder = encoding.new_encoder();
    let mut out = Vec::with_capacity(input.len().saturating_mul(2));
    let mut rest = input;
    let mut buffer = [0; 4096];
    loop {
        let (result, read, written) = encoder.encode_from_utf16_without_replacement(rest, &mut buffer, true);
        out.extend_from_slice(buffer.get(..written).unwrap_or_default());
        rest = rest.get(read..).unwrap_or_default();
        match result {
            EncoderResult::InputEmpty => return out,
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(lost) => out.extend(std::iter::repeat_n(0, lost.len_utf16())),
        }
    }
}
