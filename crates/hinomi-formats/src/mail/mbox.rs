//! mbox files: where their messages lie (RFC 4155 and the dialects before it).

use memchr::{memchr, memchr_iter};
use std::ops::Range;

/// The longest line that may be a `From ` line, in bytes. Envelope addresses end at 254 (RFC 5321).
const SEPARATOR_BYTES_MAX: usize = 512;

/// Whether a file starts like an mbox: with a `From ` line that names a sender and a date.
pub fn looks_like_mbox(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(SEPARATOR_BYTES_MAX)).unwrap_or_default();
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    memchr(b'\n', head).and_then(|end| head.get(..end)).is_some_and(is_separator)
}

/// Where the messages of an mbox lie: byte ranges without their `From ` lines. Streams: feed chunks of any
/// size, get ranges. A file without a `From ` line at its start is not an mbox and yields nothing.
///
/// A `From ` line counts at the start of the file and after an empty line, and only when an envelope follows:
/// something like an address, and a date. So body lines such as "From here on …" do not split a message.
/// `>From ` lines stay as they are: whether one is an escape cannot be known from the file.
#[derive(Debug, Default)]
pub struct MboxSplitter {
    /// Bytes seen.
    at: u64,
    /// The start of the line that is being read; at most [`SEPARATOR_BYTES_MAX`] and one bytes of it.
    line: Vec<u8>,
    line_start: u64,
    before: Before,
    /// Where the current message starts.
    message: Option<u64>,
    /// Where the empty line right before the current line starts: it ends the message.
    gap_start: u64,
    not_mbox: bool,
}

/// What stands before the current line.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing: the file starts here.
    #[default]
    Start,
    /// An empty line.
    Empty,
    /// A line with text.
    Text,
}

impl MboxSplitter {
    /// A splitter at the start of a file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and adds the ranges of the messages that ended in them.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<Range<u64>>) {
        let mut from = 0_usize;
        for end in memchr_iter(b'\n', chunk) {
            self.keep(chunk.get(from..end).unwrap_or_default());
            let line_end = self.at.saturating_add(end as u64).saturating_add(1);
            self.end_line(line_end, out);
            from = end.saturating_add(1);
        }
        self.keep(chunk.get(from..).unwrap_or_default());
        self.at = self.at.saturating_add(chunk.len() as u64);
    }

    /// Ends the file and adds the range of the last message.
    pub fn finish(mut self, out: &mut Vec<Range<u64>>) {
        if !self.line.is_empty() {
            self.end_line(self.at, out);
        }
        if let Some(start) = self.message {
            out.push(start..self.at.max(start));
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        let room = SEPARATOR_BYTES_MAX.saturating_add(1).saturating_sub(self.line.len());
        self.line.extend_from_slice(piece.get(..room).unwrap_or(piece));
    }

    fn end_line(&mut self, line_end: u64, out: &mut Vec<Range<u64>>) {
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        let line = if self.before == Before::Start {
            line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
        } else {
            line
        };
        let empty = line.is_empty();
        if self.before != Before::Text && !self.not_mbox && is_separator(line) {
            if let Some(start) = self.message.replace(line_end) {
                // The empty line before the separator belongs to the separator.
                out.push(start..self.gap_start.max(start));
            }
        } else if self.before == Before::Start && !empty {
            self.not_mbox = true;
        }
        if empty {
            self.gap_start = self.line_start;
        }
        self.before = match self.before {
            Before::Start if empty => Before::Start,
            _ if empty => Before::Empty,
            _ => Before::Text,
        };
        self.line.clear();
        self.line_start = line_end;
    }
}

/// Whether a line is `From <sender> <date>`. Senders without `@` exist (`MAILER-DAEMON`, `-`), dates in asctime
/// form with or without a zone, and RFC 5322 dates by some exporters.
fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    if line.len() > SEPARATOR_BYTES_MAX {
        return false;
    }
    let Ok(rest) = std::str::from_utf8(rest) else { return false };
    let words: Vec<&str> = rest.split_ascii_whitespace().take(16).collect();
    let has_clock = words.iter().any(|word| is_clock(word));
    let has_year = words.iter().any(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()));
    let has_month = words.iter().any(|word| is_month(word));
    // The sender is one word, or quoted; the date follows it.
    has_clock && has_year && has_month && words.len() >= 5
}

fn is_clock(word: &str) -> bool {
    let mut numbers = word.split(':');
    let two = |number: Option<&str>| {
        number.is_some_and(|n| (1..=2).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
    };
    two(numbers.next()) && two(numbers.next())
}

fn is_month(word: &str) -> bool {
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .iter()
        .any(|month| word.trim_end_matches(',').eq_ignore_ascii_case(month))
}
