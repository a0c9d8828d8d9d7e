//! The pages of ISO 2022, which switch sets of characters: Japanese by `encoding_rs`, Korean (RFC 1557) and
//! Chinese (RFC 1922) by the tables. CyberChef lists them and then fails.

use super::Decoded;
use super::tables::Table;
use crate::decode::dish::str_to_text;
use encoding_rs::{EncoderResult, ISO_2022_JP};

/// The place of code page 949 among the double-byte tables, whose upper half holds KS X 1001.
const KOREAN: usize = 4;
/// The place of code page 936 there, whose upper half holds GB 2312.
const CHINESE: usize = 15;

const SHIFT_OUT: u8 = 0x0e;
const SHIFT_IN: u8 = 0x0f;
/// Says that KS X 1001 is what stands behind a shift out.
const TO_KOREAN: &[u8] = b"\x1b$)C";
/// Says so of GB 2312.
const TO_CHINESE: &[u8] = b"\x1b$)A";

pub(super) fn from_japanese(input: &[u8]) -> Vec<u16> {
    str_to_text(&ISO_2022_JP.decode_without_bom_handling(input).0)
}

/// A character the page lacks becomes a NUL byte a code unit.
pub(super) fn to_japanese(input: &[u16]) -> Vec<u8> {
    let mut encoder = ISO_2022_JP.new_encoder();
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

/// One of the two pages that shift.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shifting {
    table: Table,
    announced: &'static [u8],
    /// Whether every line begins anew, unannounced.
    by_line: bool,
}

impl Shifting {
    pub(super) fn korean() -> Self {
        Self { table: Table::double(KOREAN), announced: TO_KOREAN, by_line: false }
    }

    pub(super) fn chinese() -> Self {
        Self { table: Table::double(CHINESE), announced: TO_CHINESE, by_line: true }
    }

    /// What is no character, and any other set, becomes U+FFFD, a byte each.
    pub(super) fn decode(self, input: &[u8]) -> Decoded {
        let mut decoded = Decoded { text: Vec::with_capacity(input.len()), broken: false };
        let (mut rest, mut shifted) = (input, false);
        while let Some((&first, after)) = rest.split_first() {
            if let Some(after) = rest.strip_prefix(self.announced) {
                rest = after;
                continue;
            }
            rest = after;
            let unit = match (first, after) {
                (SHIFT_OUT | SHIFT_IN, _) => {
                    shifted = first == SHIFT_OUT;
                    continue;
                }
                (0x21..=0x7e, [second @ 0x21..=0x7e, after @ ..]) if shifted => {
                    rest = after;
                    let code = u16::from_be_bytes([first, *second]) | 0x8080;
                    self.table.character(usize::from(code))
                }
                (0x21..=0x7e, _) if shifted => None,
                _ => Some(u16::from(first)).filter(|unit| *unit < 0x80 && *unit != 0x1b),
            };
            shifted &= first != b'\n';
            decoded.broken |= unit.is_none();
            decoded.text.push(unit.unwrap_or(0xfffd));
        }
        decoded
    }

    /// A character the page lacks becomes a NUL byte a code unit.
    pub(super) fn encode(self, input: &[u16]) -> Vec<u8> {
        let codes = self.table.codes();
        let mut out = Vec::with_capacity(input.len().saturating_mul(2));
        let (mut shifted, mut announced) = (false, false);
        for unit in input {
            let code = codes.of(*unit);
            let double = code & 0x8080 == 0x8080;
            if double && !announced {
                out.extend_from_slice(self.announced);
                announced = true;
            }
            if double != shifted {
                out.push(if double { SHIFT_OUT } else { SHIFT_IN });
                shifted = double;
            }
            match double {
                true => out.extend_from_slice(&(code & 0x7f7f).to_be_bytes()),
                false => out.push(u8::try_from(*unit).ok().filter(u8::is_ascii).unwrap_or(0)),
            }
            announced &= !(self.by_line && *unit == 0x0a);
        }
        if shifted {
            out.push(SHIFT_IN);
        }
        out
    }
}
