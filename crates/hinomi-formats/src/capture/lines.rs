//! Lines of a log that comes in pieces, each with its number.

use super::Told;
use crate::{Limits, Problem};
use memchr::memchr;

/// Cuts a stream into lines. A line is held up to [`Limits::header_bytes_max`].
#[derive(Debug)]
pub(super) struct Lines {
    line: Vec<u8>,
    number: u64,
    cut: bool,
    bytes_max: usize,
}

impl Lines {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { line: Vec::new(), number: 1, cut: false, bytes_max: limits.header_bytes_max }
    }

    /// Takes the next bytes; every whole line goes to `take` with its number, from 1.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        told: &mut Told,
        take: &mut dyn FnMut(&str, u64, &mut Told),
    ) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (head, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
            self.hold(head);
            self.end(told, take);
            bytes = rest.get(1..).unwrap_or_default();
        }
        self.hold(bytes);
    }

    /// The stream is over: its last line may lack its end.
    pub(super) fn finish(&mut self, told: &mut Told, take: &mut dyn FnMut(&str, u64, &mut Told)) {
        if !self.line.is_empty() {
            self.end(told, take);
        }
    }

    fn hold(&mut self, bytes: &[u8]) {
        let room = self.bytes_max.saturating_sub(self.line.len());
        self.cut |= bytes.len() > room;
        self.line.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    fn end(&mut self, told: &mut Told, take: &mut dyn FnMut(&str, u64, &mut Told)) {
        if self.cut {
            told.once(Problem::limit(
                format!("line {}", self.number),
                "header_bytes_max",
                self.bytes_max as u64,
            ));
        }
        let line = String::from_utf8_lossy(&self.line);
        let line = line.strip_prefix('\u{feff}').filter(|_| self.number == 1).unwrap_or(&line);
        take(line.trim_end_matches(['\r', '\n']), self.number, told);
        self.number = self.number.saturating_add(1);
        self.cut = false;
        self.line.clear();
    }
}
