//! Cutting a multipart body at its boundary (RFC 2046, 5.1.1), also when the boundary is wrong or missing.

use crate::mail::fields;
use memchr::memmem;

/// Lines looked at for a boundary that no parameter names.
const GUESS_LINES: usize = 200;
/// The longest guessed boundary, in bytes; RFC 2046 ends at 70.
const GUESS_BYTES_MAX: usize = 200;

/// The parts of a multipart body.
#[derive(Default)]
pub(super) struct Split<'a> {
    /// Header and body of each part.
    pub(super) parts: Vec<&'a [u8]>,
    /// What is wrong with it.
    pub(super) fault: Option<&'static str>,
    /// Whether the fault is a missing end.
    pub(super) is_cut: bool,
}

/// Cuts `body` into at most `max` parts. The boundaries are tried in order; when none occurs, the first line
/// that looks like one and is followed by a header field is taken.
pub(super) fn split<'a, 'p>(
    body: &'a [u8],
    plain: impl Iterator<Item = &'p str>,
    marked: Option<String>,
    max: usize,
) -> Split<'a> {
    let mut fault = None;
    for boundary in plain.map(str::to_owned).chain(marked) {
        // White space cannot end a boundary, though some write it so.
        let boundary = boundary.trim_end();
        let split = by_boundary(body, boundary.as_bytes(), max);
        if !boundary.is_empty() && !split.parts.is_empty() {
            return Split { fault: fault.or(split.fault), ..split };
        }
        fault = Some("the boundary does not occur; another was taken");
    }
    match guess_boundary(body) {
        Some(boundary) => {
            let split = by_boundary(body, boundary, max);
            Split { fault: fault.or(Some("no boundary is named; one was found")), ..split }
        }
        None => Split { fault: Some("no part could be told apart"), ..Split::default() },
    }
}

fn by_boundary<'a>(body: &'a [u8], boundary: &[u8], max: usize) -> Split<'a> {
    let marker = [b"--", boundary].concat();
    let mut parts: Vec<&[u8]> = Vec::new();
    let (mut start, mut closed, mut reopened) = (None, false, false);
    for at in memmem::find_iter(body, &marker) {
        let Some((closing, after)) = delimiter(body, at, marker.len()) else { continue };
        if let Some(start) = start.take() {
            parts.push(without_line_end(body.get(start..at).unwrap_or_default()));
        }
        if parts.len() >= max {
            // The surplus is counted, and reported, by the reader of the parts.
            return Split { parts, ..Split::default() };
        }
        reopened |= closed && !closing;
        closed |= closing;
        // Some readers show parts behind the end, so they are read.
        start = (!closing).then_some(after);
    }
    let is_cut = start.is_some() && !closed;
    if let Some(start) = start {
        parts.push(body.get(start..).unwrap_or_default());
    }
    let fault = match (is_cut, reopened) {
        (true, _) => Some("the final boundary is missing"),
        (_, true) => Some("parts stand behind the final boundary"),
        _ => None,
    };
    Split { parts, fault, is_cut }
}

/// Whether a boundary at `at` is a delimiter line; whether it closes; and where the next line starts.
fn delimiter(body: &[u8], at: usize, marker_len: usize) -> Option<(bool, usize)> {
    let before = at.checked_sub(1).and_then(|before| body.get(before));
    if !matches!(before, None | Some(b'\n' | b'\r')) {
        return None;
    }
    let rest = body.get(at.checked_add(marker_len)?..)?;
    let (tail, next) = fields::line(rest);
    let (closing, tail) = tail.strip_prefix(b"--").map_or((false, tail), |tail| (true, tail));
    // Anything else makes it a longer boundary, of a multipart inside this one.
    tail.trim_ascii().is_empty().then(|| (closing, body.len().saturating_sub(next.len())))
}

/// The line end before a delimiter belongs to the delimiter.
fn without_line_end(part: &[u8]) -> &[u8] {
    part.strip_suffix(b"\r\n")
        .or_else(|| part.strip_suffix(b"\n"))
        .or_else(|| part.strip_suffix(b"\r"))
        .unwrap_or(part)
}

fn guess_boundary(body: &[u8]) -> Option<&[u8]> {
    let mut rest = body;
    for _ in 0..GUESS_LINES {
        if rest.is_empty() {
            return None;
        }
        let (line, after) = fields::line(rest);
        let boundary = line.strip_prefix(b"--").map(<[u8]>::trim_ascii_end).filter(|b| {
            (1..=GUESS_BYTES_MAX).contains(&b.len()) && b.iter().all(|byte| byte.is_ascii_graphic())
        });
        let header = fields::field_name(fields::line(after).0)
            .filter(|name| name.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("content-")));
        if boundary.is_some() && header.is_some() {
            return boundary;
        }
        rest = after;
    }
    None
}
