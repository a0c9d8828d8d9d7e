//! Mailboxes: mbox files, split without ever being held, and Maildir folders.

use super::fetch::{self, Stamp};
use super::{CollectLimits, CollectProblem, Fetch, Item, Taken};
use hinomi_formats::mail::MboxSplitter;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Read from an mbox at a time, in bytes.
const CHUNK_BYTES: usize = 256 << 10;
/// Enough of a file to tell an mbox by, in bytes.
pub(super) const HEAD_BYTES: u64 = 1024;

/// An mbox file that is being split.
#[derive(Debug)]
pub(super) struct Mbox {
    path: PathBuf,
    source: String,
    stamp: Stamp,
    file: File,
    /// `None` once the file has ended.
    splitter: Option<MboxSplitter>,
    ready: VecDeque<Range<u64>>,
    found: Vec<Range<u64>>,
    number: u64,
}

impl Mbox {
    pub(super) fn open(path: PathBuf, source: String, stamp: Stamp) -> Result<Self, CollectProblem> {
        let failed = |error: std::io::Error| CollectProblem::unreadable(source.clone(), &error);
        let file = fetch::open(&path).map_err(failed)?;
        if Stamp::of(&file.metadata().map_err(failed)?) != stamp {
            return Err(CollectProblem::Changed { path: source });
        }
        let splitter = Some(MboxSplitter::new());
        let (ready, found) = (VecDeque::new(), Vec::new());
        Ok(Self { path, source, stamp, file, splitter, ready, found, number: 0 })
    }

    /// The next message, or why it cannot be had; `None` after the last.
    pub(super) fn next(&mut self, limits: &CollectLimits) -> Option<Result<Item, CollectProblem>> {
        while self.ready.is_empty() {
            if let Err(problem) = self.read_on()? {
                self.splitter = None;
                return Some(Err(problem));
            }
        }
        let range = self.ready.pop_front()?;
        self.number += 1;
        let source = format!("{}#{}", self.source, self.number);
        let size = range.end.saturating_sub(range.start);
        if size > limits.file_bytes_max {
            return Some(Err(CollectProblem::LimitReached {
                path: source,
                limit: "file_bytes_max",
                max: limits.file_bytes_max,
                actual: Some(size),
            }));
        }
        let fetch = Fetch::new(self.path.clone(), source.clone(), range, self.stamp);
        Some(Ok(Item { source, taken: Taken::Mbox { number: self.number }, size, fetch, state: None }))
    }

    /// Reads one chunk further; `None` when there is nothing left.
    fn read_on(&mut self) -> Option<Result<(), CollectProblem>> {
        let splitter = self.splitter.as_mut()?;
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        if let Err(error) = (&mut self.file).take(CHUNK_BYTES as u64).read_to_end(&mut chunk) {
            return Some(Err(CollectProblem::unreadable(self.source.clone(), &error)));
        }
        if chunk.is_empty() {
            self.splitter.take()?.finish(&mut self.found);
        } else {
            splitter.push(&chunk, &mut self.found);
        }
        self.ready.extend(self.found.drain(..));
        // A mailbox that mail is delivered to meanwhile: what was split fits no more.
        let now = self.file.metadata().map(|found| Stamp::of(&found));
        if !now.is_ok_and(|now| now == self.stamp) {
            self.ready.clear();
            return Some(Err(CollectProblem::Changed { path: self.source.clone() }));
        }
        Some(Ok(()))
    }
}

/// Whether a folder is a Maildir (maildir(5)): it has the three folders.
fn is_maildir(folder: &Path) -> bool {
    ["cur", "new", "tmp"].iter().all(|name| {
        // A link would lead elsewhere; a Maildir has folders.
        folder.join(name).symlink_metadata().is_ok_and(|found| found.is_dir())
    })
}

/// Whether a folder holds messages that are still being delivered: the `tmp` of a Maildir.
pub(super) fn is_under_delivery(folder: &Path) -> bool {
    folder.file_name() == Some(OsStr::new("tmp")) && folder.parent().is_some_and(is_maildir)
}

/// Whether a folder holds the messages of a Maildir: its `cur` or `new`.
pub(super) fn is_message_folder(folder: &Path) -> bool {
    let named = folder.file_name().is_some_and(|name| name == "cur" || name == "new");
    named && folder.parent().is_some_and(is_maildir)
}

/// The flags of a Maildir message: what follows `:2,` in its name (`;2,` or `!2,` where a colon cannot be in names).
pub(super) fn flags(file_name: &OsStr) -> String {
    let name = file_name.to_string_lossy();
    let found = [":2,", ";2,", "!2,"].iter().find_map(|mark| name.rsplit_once(mark));
    found.map(|(_, flags)| flags.to_owned()).unwrap_or_default()
}
