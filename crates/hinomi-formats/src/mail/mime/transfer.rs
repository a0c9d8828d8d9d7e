//! Content transfer encodings: base64 and quoted-printable (RFC 2045, 6.7 and 6.8), uuencode.

use memchr::memchr;

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    /// 7bit, 8bit, binary, or a name nobody knows.
    Identity,
    Base64,
    QuotedPrintable,
    Uuencode,
}

/// What was decoded, and whether `max` cut it.
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    pub(super) cut: bool,
}

impl Transfer {
    /// By the value of Content-Transfer-Encoding, comments and semicolons after it ignored.
    pub(super) fn of(value: &str) -> Self {
        let word: String = value
            .trim()
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect::<String>()
            .to_lowercase();
        match word.as_str() {
            "base64" | "base-64" | "x-base64" => Self::Base64,
            "quoted-printable" | "quotedprintable" => Self::QuotedPrintable,
            "x-uuencode" | "x-uue" | "uuencode" | "x-uu" => Self::Uuencode,
            _ => Self::Identity,
        }
    }

    /// Decodes at most `max` bytes.
    pub(super) fn decode(self, body: &[u8], max: u64) -> Decoded {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let mut bytes = match self {
            Self::Identity => body.get(..max.saturating_add(1)).unwrap_or(body).to_vec(),
            Self::Base64 => base64(body, max.saturating_add(1)),
            Self::QuotedPrintable => quoted_printable(body, max.saturating_add(1), false),
            // The line with the name, then the data; without such a line there is nothing to decode.
            Self::Uuencode => {
                uuencoded(body, max.saturating_add(1)).map_or_else(|| body.to_vec(), |found| found.bytes)
            }
        };
        let cut = bytes.len() > max;
        bytes.truncate(max);
        Decoded { bytes, cut }
    }
}

/// The value of each base64 letter; 64 for padding, 255 for everything else.
const BASE64: [u8; 256] = base64_table();

#[expect(clippy::indexing_slicing, reason = "computed at compile time; the index stays below the length")]
const fn base64_table() -> [u8; 256] {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    let mut table = [255; 256];
    let mut at = 0;
    while at < letters.len() {
        table[letters[at] as usize] = at as u8;
        at += 1;
    }
    table
}

fn base64_value(byte: u8) -> u8 {
    BASE64.get(usize::from(byte)).copied().unwrap_or(255)
}

/// Decodes base64, skipping what is no letter of it. Padding in the middle ends a group and reading goes on,
/// as with parts joined from several encoders.
pub(super) fn base64(body: &[u8], max: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity((body.len() / 4).saturating_mul(3).saturating_add(3).min(max));
    let mut rest = body;
    let (mut group, mut held) = (0_u32, 0_u32);
    while out.len() < max {
        // Whole groups first: nearly all input is that.
        if held == 0
            && let Some((&[a, b, c, d], after)) = rest.split_first_chunk()
        {
            let values = [a, b, c, d].map(base64_value);
            if values.iter().all(|value| *value < 64) {
                let [a, b, c, d] = values.map(u32::from);
                let [_, bytes @ ..] = ((a << 18) | (b << 12) | (c << 6) | d).to_be_bytes();
                out.extend(bytes);
                rest = after;
                continue;
            }
        }
        let Some((&byte, after)) = rest.split_first() else { break };
        rest = after;
        match base64_value(byte) {
            255 => {}
            64 => finish(&mut group, &mut held, &mut out),
            value => {
                group = (group << 6) | u32::from(value);
                held = held.saturating_add(1);
                if held == 4 {
                    finish(&mut group, &mut held, &mut out);
                }
            }
        }
    }
    finish(&mut group, &mut held, &mut out);
    out.truncate(max);
    out
}

/// Writes the whole bytes of a group of `held` letters.
fn finish(group: &mut u32, held: &mut u32, out: &mut Vec<u8>) {
    let [_, bytes @ ..] = (*group << (6 * 4_u32.saturating_sub(*held)).min(31)).to_be_bytes();
    let whole = usize::try_from(held.saturating_sub(1)).unwrap_or(0);
    out.extend(bytes.iter().take(whole));
    (*group, *held) = (0, 0);
}

/// Decodes quoted-printable. `=` that starts no escape stays. `q` is the variant of encoded words (RFC 2047,
/// 4.2), in which `_` is a space.
pub(super) fn quoted_printable(body: &[u8], max: usize, q: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len().min(max));
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first()
        && out.len() < max
    {
        rest = after;
        match byte {
            b'_' if q => out.push(b' '),
            b'=' => match escape(after) {
                Some((byte, after)) => {
                    out.push(byte);
                    rest = after;
                }
                None => match soft_break(after) {
                    Some(after) => rest = after,
                    None => out.push(b'='),
                },
            },
            _ => out.push(byte),
        }
    }
    out
}

fn escape(after: &[u8]) -> Option<(u8, &[u8])> {
    let (&[high, low], rest) = after.split_first_chunk()?;
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(high)? << 4 | digit(low)?, rest))
}

/// What follows a soft line break; blanks may stand before its line end.
fn soft_break(after: &[u8]) -> Option<&[u8]> {
    let blanks = after.iter().take(80).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let rest = after.get(blanks..)?;
    rest.strip_prefix(b"\r\n")
        .or_else(|| rest.strip_prefix(b"\n"))
        .or_else(|| rest.strip_prefix(b"\r"))
        .or_else(|| rest.is_empty().then_some(rest))
}

/// A file in a text: `begin 644 name`, lines, `end`.
pub(super) struct Uuencoded<'a> {
    pub(super) name: &'a [u8],
    pub(super) bytes: Vec<u8>,
    /// Text before the `begin` line and after the `end` line.
    pub(super) around: (&'a [u8], &'a [u8]),
}

/// Finds and decodes the first uuencoded file.
pub(super) fn uuencoded(body: &[u8], max: usize) -> Option<Uuencoded<'_>> {
    let mut rest = body;
    let mut steps = 0_usize;
    loop {
        let at = memchr(b'b', rest)?;
        let from = rest.get(at..)?;
        let before = body.len().saturating_sub(from.len());
        let line_start = before == 0 || matches!(body.get(before.saturating_sub(1)), Some(b'\n' | b'\r'));
        if line_start && let Some(name) = begin_line(from) {
            let after = crate::mail::fields::line(from).1;
            if let Some((bytes, after)) = uu_lines(after, max) {
                return Some(Uuencoded { name, bytes, around: (body.get(..before)?, after) });
            }
            // Text about uuencode, not a file. A text full of such lines is not worth more.
            steps = steps.saturating_add(1);
            if steps > 64 {
                return None;
            }
        }
        rest = from.get(1..)?;
    }
}

fn begin_line(from: &[u8]) -> Option<&[u8]> {
    let head = crate::mail::fields::line(from.get(..from.len().min(1_024))?).0;
    let rest = head.strip_prefix(b"begin ")?;
    let mode = rest.iter().take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let name = rest.get(mode..)?.strip_prefix(b" ")?.trim_ascii();
    ((3..=4).contains(&mode) && !name.is_empty()).then_some(name)
}

/// Decodes lines up to `end`; `None` when not even one line is uuencoded.
fn uu_lines(body: &[u8], max: usize) -> Option<(Vec<u8>, &[u8])> {
    let mut out = Vec::new();
    let mut rest = body;
    let mut any = false;
    while !rest.is_empty() && out.len() < max {
        let (current, after) = crate::mail::fields::line(rest);
        if current == b"end" {
            return Some((out, after));
        }
        let count = usize::from(uu_value(*current.first().unwrap_or(&b'`')));
        let letters = current.get(1..).unwrap_or_default();
        // A line may lack blanks at its end, but never a byte's worth of letters more than four.
        let fits = current.iter().all(|byte| (0x20..=0x60).contains(byte))
            && letters.len().saturating_add(4) >= count.div_ceil(3).saturating_mul(4)
            && letters.len() <= count.div_ceil(3).saturating_mul(4).saturating_add(2);
        if !fits {
            break;
        }
        any |= count > 0;
        let from = out.len();
        for group in letters.chunks(4) {
            let [a, b, c, d] = [0, 1, 2, 3].map(|at| u32::from(uu_value(*group.get(at).unwrap_or(&b'`'))));
            let [_, bytes @ ..] = ((a << 18) | (b << 12) | (c << 6) | d).to_be_bytes();
            out.extend(bytes);
        }
        out.truncate(from.saturating_add(count));
        rest = after;
    }
    any.then_some((out, rest))
}

fn uu_value(byte: u8) -> u8 {
    byte.wrapping_sub(0x20) & 0x3F
}
