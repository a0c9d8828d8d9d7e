//! PDF (ISO 32000): what a document would open, run or carry. A tolerant scanner, not a renderer.
//!
//! The cross-reference table is not trusted, nor needed: every `n g obj` in the file and every object in an
//! object stream is looked at, those of older revisions too.

mod crypt;
mod filters;
mod object;
mod outline;
mod syntax;
#[cfg(test)]
mod tests;
mod walk;

use crate::office::Key;
use crate::{Budget, Limits, Parsed};
use outline::Outline;
use std::collections::HashSet;
use walk::Walk;

/// What a PDF holds that can act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pdf {
    /// `/URI` actions and the addresses forms are sent to, in file order.
    pub links: Vec<Target>,
    /// `/Launch` actions: file or command; `/GoToR` to another host.
    pub launches: Vec<Target>,
    /// `/JavaScript` and `/JS` sources.
    pub scripts: Vec<Target>,
    /// Embedded files.
    pub embedded: Vec<Embedded>,
    /// An action runs when the document is opened (`/OpenAction`, `/AA` of the document or a page, scripts by
    /// name) and is not merely a destination.
    pub open_action: bool,
    /// It is encrypted, and no password opened it. Strings and streams are then not read.
    pub encrypted: bool,
    /// What opened an encrypted one: the empty password, which viewers try by themselves, or one that was given.
    pub opened_with: Option<Key>,
}

/// Whether this is text, and not what a cipher leaves.
fn is_readable(text: &str) -> bool {
    !text.contains(|c: char| c == char::REPLACEMENT_CHARACTER || c.is_control() && !c.is_whitespace())
}

/// A target with its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Target {
    /// The text, decoded (PDFDocEncoding, UTF-8 or UTF-16).
    pub text: String,
    /// Byte offset of the object in the file; of the object stream for an object inside one.
    pub offset: u64,
}

/// An embedded file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Embedded {
    /// Its file name; empty when no file specification names it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Whether `%PDF-` stands in the first KiB, as viewers accept it.
pub fn looks_like_pdf(bytes: &[u8]) -> bool {
    let head = bytes.get(..1_024 + b"%PDF-".len()).unwrap_or(bytes);
    memchr::memmem::find(head, b"%PDF-").is_some()
}

/// Reads a PDF. `budget` pays for unpacked streams; object streams, scripts and embedded files are unpacked, page
/// contents are not. Meets `steps_max` (per 64 bytes read again), `text_bytes_max` (one script), `urls_max`
/// (targets of each kind), `entries_max` (embedded files), `ratio_max` and `expanded_bytes_max`.
pub fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Pdf> {
    read_with(bytes, &[], limits, budget)
}

/// Reads a PDF as [`read`] does; an encrypted one (the standard handler, revisions 2 to 6) with the empty password or
/// the first that opens it, at most `passwords_max` of those given.
pub fn read_with(bytes: &[u8], passwords: &[String], limits: &Limits, budget: &mut Budget) -> Parsed<Pdf> {
    let passwords = passwords.get(..limits.passwords_max).unwrap_or(passwords);
    let mut problems = Vec::new();
    let outline = Outline::of(bytes, Some(passwords), limits, budget, &mut problems);
    let mut value = Walk::new(&outline, passwords.len(), limits, budget, &mut problems).run();
    if outline.is_two_faced() {
        // Viewers disagree on which trailer counts, so both readings do.
        let mut again = Vec::new();
        let plain = Outline::of(bytes, None, limits, budget, &mut again);
        let other = Walk::new(&plain, 0, limits, budget, &mut again).run();
        value.take_in(other, limits.urls_max);
        again.retain(|problem| !problems.contains(problem));
        problems.extend(again);
    }
    Parsed { value, problems }
}

impl Pdf {
    /// Adds what another reading of the same file saw, up to so many targets of a kind.
    fn take_in(&mut self, other: Self, most: usize) {
        let lists = [
            (&mut self.links, other.links),
            (&mut self.launches, other.launches),
            (&mut self.scripts, other.scripts),
        ];
        for (list, more) in lists {
            let known: HashSet<Target> = list.iter().cloned().collect();
            list.extend(
                more.into_iter().filter(|target| !known.contains(target) && is_readable(&target.text)),
            );
            list.truncate(most);
        }
        let known: HashSet<Embedded> = self.embedded.iter().cloned().collect();
        self.embedded.extend(other.embedded.into_iter().filter(|file| !known.contains(file)));
        self.open_action |= other.open_action;
    }
}
