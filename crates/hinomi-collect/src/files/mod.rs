//! Files, folders and mailboxes: what is there to read, in an order that does not depend on the disk.

mod fetch;
mod mailbox;
mod surroundings;
#[cfg(test)]
mod tests;
mod walk;

pub use fetch::Fetch;
pub use surroundings::{Around, Surroundings};
pub use walk::{Collect, collect};

use std::path::Path;

/// How much of the world is worth collecting. There is no `Default`: see [`CollectLimits::desk`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectLimits {
    /// One file, or one message of a mailbox file, in bytes. A larger one is not read at all.
    pub file_bytes_max: u64,
    /// One mailbox file, in bytes. It streams, so this bounds time, not memory.
    pub mailbox_bytes_max: u64,
    /// Files and messages of one collection.
    pub files_max: u64,
    /// Folders inside folders.
    pub depth_max: usize,
}

impl CollectLimits {
    /// What a desk scan uses: 64 MiB a file, a million files, mailboxes up to 256 GiB.
    pub const fn desk() -> Self {
        Self { file_bytes_max: 64 << 20, mailbox_bytes_max: 256 << 30, files_max: 1_000_000, depth_max: 64 }
    }
}

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it is: the path as a person would write it, with `#n` for the n-th message of a mailbox file. Bytes that
    /// are not UTF-8 are shown as `\xNN`; control characters are left for the output to escape.
    pub source: String,
    /// How it was found.
    pub taken: Taken,
    /// Its size, in bytes; at most [`CollectLimits::file_bytes_max`].
    pub size: u64,
    /// Its bytes, when they are wanted.
    pub fetch: Fetch,
    /// How the file lies there; none of messages of a mailbox.
    pub state: Option<FileState>,
}

/// What the file system says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileState {
    /// Permission bits; none on systems without them.
    pub mode: Option<u32>,
    /// Number of the owner; none on systems without one.
    pub owner: Option<u32>,
    /// Its last change, in seconds since 1970.
    pub changed_unix_s: Option<i64>,
}

impl FileState {
    fn of(found: &std::fs::Metadata) -> Self {
        let since = found.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let (mode, owner) = protection(found);
        Self { mode, owner, changed_unix_s: since.and_then(|since| i64::try_from(since.as_secs()).ok()) }
    }
}

#[cfg(unix)]
fn protection(found: &std::fs::Metadata) -> (Option<u32>, Option<u32>) {
    use std::os::unix::fs::MetadataExt;
    (Some(found.mode() & 0o7777), Some(found.uid()))
}

#[cfg(not(unix))]
fn protection(_found: &std::fs::Metadata) -> (Option<u32>, Option<u32>) {
    (None, None)
}

/// How an item was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// A file of its own.
    File,
    /// A message of a Maildir, in `cur` or `new`.
    Maildir {
        /// The flags after `:2,`, such as `S` for seen; empty in `new`.
        flags: String,
    },
    /// A message of an mbox file, counted from 1.
    Mbox {
        /// Its number.
        number: u64,
    },
}

/// What could not be collected; one problem of the report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CollectProblem {
    /// The system would not let us.
    #[error("{path}: could not be read: {why}")]
    Unreadable {
        /// What was to be read.
        path: String,
        /// The system's reason.
        why: String,
    },
    /// Not a file: reading it could block for ever, or do something.
    #[error("{path}: is {what}, not a file; it was not opened")]
    NotAFile {
        /// What was found.
        path: String,
        /// `a named pipe`, `a socket`, `a device`.
        what: &'static str,
    },
    /// A link that leads out of the folder that was named.
    #[error("{path}: leads out of the folder; it was not followed")]
    LeadsOutside {
        /// The link.
        path: String,
    },
    /// A limit was met, and what lies behind it was not looked at.
    #[error("{path}: more than {limit} = {max}{}", actual.map(|actual| format!(" ({actual})")).unwrap_or_default())]
    LimitReached {
        /// What was too much.
        path: String,
        /// The field of [`CollectLimits`].
        limit: &'static str,
        /// Its value.
        max: u64,
        /// What was found, where it is known.
        actual: Option<u64>,
    },
    /// It is not what it was when it was found.
    #[error("{path}: changed while it was read")]
    Changed {
        /// What changed.
        path: String,
    },
}

impl CollectProblem {
    /// What it is about.
    pub fn source_path(&self) -> &str {
        match self {
            Self::Unreadable { path, .. }
            | Self::NotAFile { path, .. }
            | Self::LeadsOutside { path }
            | Self::LimitReached { path, .. }
            | Self::Changed { path } => path,
        }
    }

    /// The `kind` of the machine output's `problem`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::NotAFile { .. } | Self::LeadsOutside { .. } => "refused-by-scope",
            Self::LimitReached { .. } => "limit-reached",
            Self::Changed { .. } => "changed",
        }
    }

    /// The limit that was met, by name and value.
    pub fn limit(&self) -> Option<(&'static str, u64)> {
        match self {
            Self::LimitReached { limit, max, .. } => Some((limit, *max)),
            _ => None,
        }
    }

    fn unreadable(path: String, error: &std::io::Error) -> Self {
        Self::Unreadable { path, why: error.to_string() }
    }
}

/// A path as a person would write it. Two paths never look alike: bytes that are no UTF-8 become `\xNN`.
fn shown(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format_args!("\\x{byte:02X}").to_string());
        }
    }
    text
}
