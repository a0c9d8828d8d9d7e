//! The bytes of an item, read when they are wanted, and only if they are still those that were found.

use super::{CollectProblem, shown};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A handle to bytes that can be read more than once. It holds no open file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    path: PathBuf,
    source: String,
    /// The part of the file, in bytes.
    range: Range<u64>,
    stamp: Stamp,
}

/// What makes a file the same file with the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    /// Device, inode, and the time of the last change of either; zero where the platform has none.
    identity: [i64; 4],
}

impl Fetch {
    pub(super) fn new(path: PathBuf, source: String, range: Range<u64>, stamp: Stamp) -> Self {
        Self { path, source, range, stamp }
    }

    /// The file the bytes are in.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the bytes.
    ///
    /// # Errors
    /// [`CollectProblem::Changed`] when the file is no longer the one that was found, also when it changes during the
    /// reading; [`CollectProblem::Unreadable`].
    pub fn read(&self) -> Result<Vec<u8>, CollectProblem> {
        let failed = |error: io::Error| CollectProblem::unreadable(self.source.clone(), &error);
        let changed = || CollectProblem::Changed { path: self.source.clone() };
        let mut file = open(&self.path).map_err(failed)?;
        let same = |file: &File| file.metadata().map(|found| Stamp::of(&found) == self.stamp);
        if !same(&file).map_err(failed)? {
            return Err(changed());
        }
        let wanted = self.range.end.saturating_sub(self.range.start);
        let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or(0));
        if self.range.start > 0 {
            file.seek(SeekFrom::Start(self.range.start)).map_err(failed)?;
        }
        // One more than expected, at the end of the file, would be a file that lies about its size.
        let surplus = u64::from(self.range.end == self.stamp.size);
        (&mut file).take(wanted.saturating_add(surplus)).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 != wanted || !same(&file).map_err(failed)? {
            return Err(changed());
        }
        Ok(bytes)
    }
}

impl Stamp {
    pub(super) fn of(found: &Metadata) -> Self {
        Self { size: found.len(), modified: found.modified().ok(), identity: identity(found) }
    }
}

#[cfg(unix)]
fn identity(found: &Metadata) -> [i64; 4] {
    use std::os::unix::fs::MetadataExt;
    [found.dev().cast_signed(), found.ino().cast_signed(), found.ctime(), found.ctime_nsec()]
}

#[cfg(not(unix))]
fn identity(_found: &Metadata) -> [i64; 4] {
    [0; 4]
}

/// Opens a file that was a file a moment ago. Should it have become a link or a pipe, neither is followed nor waited for.
#[cfg(unix)]
pub(super) fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let careful = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    OpenOptions::new().read(true).custom_flags(careful.bits().cast_signed()).open(path)
}

#[cfg(not(unix))]
pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// The first bytes of a file, at most `max`, if it is still the file that was found.
pub(super) fn peek(path: &Path, stamp: Stamp, max: u64) -> Result<Vec<u8>, CollectProblem> {
    let failed = |error: io::Error| CollectProblem::unreadable(shown(path), &error);
    let file = open(path).map_err(failed)?;
    if Stamp::of(&file.metadata().map_err(failed)?) != stamp {
        return Err(CollectProblem::Changed { path: shown(path) });
    }
    let mut head = Vec::new();
    file.take(max).read_to_end(&mut head).map_err(failed)?;
    Ok(head)
}
