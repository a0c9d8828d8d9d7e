//! The header block: fields, folding, and bytes that should not be there (RFC 5322, 2.2 and 4).

use super::mime::words;
use crate::{Limits, Problem, ProblemKind, text};
use memchr::memchr2;
use std::borrow::Cow;

/// The longest field name taken for one; real ones end well below.
const NAME_BYTES_MAX: usize = 128;
/// Lines in a header block that are no field, skipped because fields follow.
const STRAY_LINES_MAX: usize = 16;

/// One field as it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    /// Everything after the colon, folds included, the last line end not.
    raw: &'a [u8],
}

impl<'a> Field<'a> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value unfolded and as text, before anything structured is looked for. Raw JIS and CP932 have bytes
    /// that look like quotes and backslashes, so they must be gone by then.
    pub(super) fn text(&self) -> Cow<'a, str> {
        let raw = self.raw.trim_ascii();
        let plain = raw.iter().all(|byte| matches!(byte, b' '..=b'~'));
        match std::str::from_utf8(raw) {
            Ok(text) if plain => Cow::Borrowed(text),
            _ => Cow::Owned(text::decode_guess(&unfold(raw))),
        }
    }

    /// The value as a person reads it, encoded words decoded.
    pub(super) fn decoded(&self) -> String {
        words::decode(&self.text())
    }
}

/// Takes line ends out and makes the white space they leave a space.
fn unfold(raw: &[u8]) -> Vec<u8> {
    raw.iter()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .map(|byte| if *byte == b'\t' { b' ' } else { *byte })
        .collect()
}

/// A header block read.
pub(super) struct Block<'a> {
    pub(super) fields: Vec<Field<'a>>,
    /// What follows the empty line.
    pub(super) body: &'a [u8],
}

impl<'a> Block<'a> {
    /// The first field of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.is(name))
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(move |field| field.is(name))
    }
}

/// Cuts the first line off: the line without its end, and the rest. CRLF, LF and CR all end lines.
pub(super) fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let Some(end) = memchr2(b'\r', b'\n', bytes) else { return (bytes, &[]) };
    let (line, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default();
    (line, rest)
}

/// Reads the header block at the start of `bytes`. `place` names the part for problems.
pub(super) fn read<'a>(
    bytes: &'a [u8],
    limits: &Limits,
    place: &str,
    problems: &mut Vec<Problem>,
) -> Block<'a> {
    let mut fields = Vec::new();
    let mut rest = skip_envelope(bytes);
    let (mut strays, mut long) = (0_usize, false);
    loop {
        let (first, after) = line(rest);
        if first.is_empty() {
            return Block { fields, body: after };
        }
        let Some(name) = field_name(first) else {
            // A stray line must not turn the fields after it, and with them the attachments, into text.
            let stray = strays < STRAY_LINES_MAX && field_name(line(after).0).is_some();
            strays = strays.saturating_add(1);
            let detail = if stray {
                "a header line that is no field"
            } else {
                "the header block ends without an empty line"
            };
            problems.push(Problem::new(ProblemKind::Malformed, place, detail));
            if stray {
                rest = after;
                continue;
            }
            return Block { fields, body: rest };
        };
        let end = field_end(rest);
        let (field, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        let raw = field.get(first.iter().position(|byte| *byte == b':').unwrap_or(0).saturating_add(1)..);
        let raw = raw.unwrap_or_default();
        if fields.len() >= limits.entries_max {
            problems.push(Problem::limit(place, "entries_max", limits.entries_max as u64));
            return Block { fields, body: find_body(rest) };
        }
        fields.push(Field { name, raw: raw.get(..limits.header_bytes_max).unwrap_or(raw) });
        // Said once a block.
        if raw.len() > limits.header_bytes_max && !std::mem::replace(&mut long, true) {
            problems.push(Problem::limit(place, "header_bytes_max", limits.header_bytes_max as u64));
        }
        rest = after;
    }
}

/// The mbox line some exports keep in front.
fn skip_envelope(bytes: &[u8]) -> &[u8] {
    let (first, after) = line(bytes);
    if first.starts_with(b"From ") || first.starts_with(b">From ") { after } else { bytes }
}

/// The name of the field a line starts, `None` when it starts none.
pub(super) fn field_name(line: &[u8]) -> Option<&str> {
    let head = line.get(..line.len().min(NAME_BYTES_MAX))?;
    let colon = head.iter().position(|byte| *byte == b':')?;
    let name = head.get(..colon)?.trim_ascii_end();
    let good = !name.is_empty() && name.iter().all(|byte| matches!(byte, b'!'..=b'~'));
    std::str::from_utf8(name).ok().filter(|_| good)
}

/// Where the field at the start ends: after the first line end that no continuation follows.
fn field_end(bytes: &[u8]) -> usize {
    let (_, mut rest) = line(bytes);
    while matches!(rest.first(), Some(b' ' | b'\t')) {
        rest = line(rest).1;
    }
    bytes.len().saturating_sub(rest.len())
}

/// What follows the first empty line.
fn find_body(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (first, after) = line(rest);
        rest = after;
        if first.is_empty() {
            break;
        }
    }
    rest
}
