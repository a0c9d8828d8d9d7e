//! The walk through what the person named: in order, within the folders, past nothing silently.

use super::fetch::{self, Stamp};
use super::mailbox::{self, HEAD_BYTES, Mbox};
use super::{CollectLimits, CollectProblem, Fetch, FileState, Item, Taken, shown};
use hinomi_formats::mail::looks_like_mbox;
use std::collections::{HashSet, VecDeque};
use std::fs::{FileType, Metadata};
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Finds everything to read under `paths`, in the order given and, inside each, by name. Nothing but the first bytes
/// of each file is read here; the bytes come by [`Fetch::read`]. What lies under two of the paths is found once.
///
/// The caller reads `-` itself: standard input is not a path.
pub fn collect(paths: &[PathBuf], limits: &CollectLimits) -> Collect {
    let roots: Vec<Root> =
        paths.iter().map(|path| Root { given: path.clone(), real: path.canonicalize().ok() }).collect();
    Collect {
        all: roots.iter().filter_map(|root| root.real.clone()).collect(),
        seen: HashSet::new(),
        pending: roots.into(),
        walk: None,
        mbox: None,
        messages: None,
        count: 0,
        limits: limits.clone(),
        ended: false,
    }
}

/// What [`collect`] finds, one by one.
#[derive(Debug)]
pub struct Collect {
    pending: VecDeque<Root>,
    /// Every root, as it really lies.
    all: HashSet<PathBuf>,
    /// The roots that were walked, as they really lie.
    seen: HashSet<PathBuf>,
    walk: Option<walkdir::IntoIter>,
    mbox: Option<Mbox>,
    /// The folder last looked at, and whether it is the `cur` or `new` of a Maildir.
    messages: Option<(PathBuf, bool)>,
    count: u64,
    limits: CollectLimits,
    ended: bool,
}

/// A path the person named.
#[derive(Debug, Clone)]
struct Root {
    given: PathBuf,
    /// Where it really lies; `None` when it is not there.
    real: Option<PathBuf>,
}

type Found = Result<Item, CollectProblem>;

impl Iterator for Collect {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if self.ended {
            return None;
        }
        let found = self.find()?;
        if found.is_ok() {
            self.count += 1;
            if self.count > self.limits.files_max {
                self.ended = true;
                let path = found.map(|item| item.source).unwrap_or_default();
                let (limit, max) = ("files_max", self.limits.files_max);
                return Some(Err(CollectProblem::LimitReached { path, limit, max, actual: None }));
            }
        }
        Some(found)
    }
}

impl Collect {
    fn find(&mut self) -> Option<Found> {
        loop {
            if let Some(mbox) = &mut self.mbox {
                if let Some(found) = mbox.next(&self.limits) {
                    return Some(found);
                }
                self.mbox = None;
            }
            let Some(walk) = &mut self.walk else {
                let root = self.pending.pop_front()?;
                self.enter(&root);
                continue;
            };
            let found = match walk.next() {
                None => {
                    self.walk = None;
                    continue;
                }
                Some(Err(error)) => Some(Err(walk_problem(&error))),
                Some(Ok(entry)) => self.look_at(&entry),
            };
            if found.is_some() {
                return found;
            }
        }
    }

    fn enter(&mut self, root: &Root) {
        if let Some(real) = &root.real {
            if lies_in(real, &self.seen) {
                return;
            }
            self.seen.insert(real.clone());
        }
        self.walk = Some(
            WalkDir::new(&root.given)
                .follow_links(false)
                .follow_root_links(true)
                // One deeper than allowed, so that what lies too deep is told rather than missed.
                .max_depth(self.limits.depth_max.saturating_add(1))
                .sort_by_file_name()
                .into_iter(),
        );
    }

    /// What an entry is worth: an item, a problem, or nothing (folders, what is found elsewhere).
    fn look_at(&mut self, entry: &DirEntry) -> Option<Found> {
        let path = entry.path();
        if entry.file_type().is_dir() {
            return self.look_at_folder(entry).map(Err);
        }
        // The root may be a link the person named; a link found on the way is not followed.
        let is_root = entry.depth() == 0;
        if entry.path_is_symlink() && !is_root {
            return self.look_at_link(path).map(Err);
        }
        if self.was_walked(path, is_root) {
            return None;
        }
        let found = if is_root { path.metadata() } else { path.symlink_metadata() };
        match found {
            Err(error) => Some(Err(CollectProblem::unreadable(shown(path), &error))),
            // A root that links to a folder: the walk goes in by itself.
            Ok(found) if found.is_dir() => None,
            Ok(found) if !found.is_file() => {
                Some(Err(CollectProblem::NotAFile { path: shown(path), what: what_it_is(found.file_type()) }))
            }
            Ok(found) => self.look_at_file(path, is_root, &found),
        }
    }

    fn look_at_folder(&mut self, entry: &DirEntry) -> Option<CollectProblem> {
        let path = entry.path();
        let inside = entry.depth() > 0;
        if entry.depth() > self.limits.depth_max {
            let max = self.limits.depth_max as u64;
            return Some(CollectProblem::LimitReached {
                path: shown(path),
                limit: "depth_max",
                max,
                actual: None,
            });
        }
        if inside && (mailbox::is_under_delivery(path) || self.was_walked(path, false)) {
            self.walk.as_mut()?.skip_current_dir();
        }
        None
    }

    /// Whether a path inside the current root was found under an earlier root.
    fn was_walked(&self, path: &Path, is_root: bool) -> bool {
        // With one root, the usual case, nothing can have been.
        if is_root || self.seen.len() < 2 {
            return false;
        }
        path.canonicalize().is_ok_and(|real| self.seen.contains(&real))
    }

    /// A link inside a folder: what it leads to is found by itself, or not ours to read.
    fn look_at_link(&self, path: &Path) -> Option<CollectProblem> {
        match path.canonicalize() {
            Err(error) => Some(CollectProblem::unreadable(shown(path), &error)),
            Ok(target) if lies_in(&target, &self.all) => None,
            Ok(_) => Some(CollectProblem::LeadsOutside { path: shown(path) }),
        }
    }

    fn look_at_file(&mut self, path: &Path, is_root: bool, found: &Metadata) -> Option<Found> {
        let source = shown(path);
        // From here on links are not followed, so a root that is one gives way to what it leads to.
        let file = match path.canonicalize() {
            Ok(real) if is_root => real,
            _ => path.to_owned(),
        };
        let stamp = Stamp::of(found);
        let head = match fetch::peek(&file, stamp, HEAD_BYTES) {
            Ok(head) => head,
            Err(problem) => return Some(Err(problem)),
        };
        let is_mbox = looks_like_mbox(&head);
        let (limit, max) = if is_mbox {
            ("mailbox_bytes_max", self.limits.mailbox_bytes_max)
        } else {
            ("file_bytes_max", self.limits.file_bytes_max)
        };
        if found.len() > max {
            let actual = Some(found.len());
            return Some(Err(CollectProblem::LimitReached { path: source, limit, max, actual }));
        }
        if is_mbox {
            return match Mbox::open(file, source, stamp) {
                Ok(mbox) => {
                    self.mbox = Some(mbox);
                    None
                }
                Err(problem) => Some(Err(problem)),
            };
        }
        let taken = self.how_taken(path);
        let fetch = Fetch::new(file, source.clone(), 0..found.len(), stamp);
        let state = (taken == Taken::File).then(|| FileState::of(found));
        Some(Ok(Item { source, taken, size: found.len(), fetch, state }))
    }

    fn how_taken(&mut self, path: &Path) -> Taken {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Taken::File };
        let known = self.messages.as_ref().filter(|(looked_at, _)| looked_at == folder);
        let messages = known.map_or_else(|| mailbox::is_message_folder(folder), |(_, messages)| *messages);
        if known.is_none() {
            self.messages = Some((folder.to_owned(), messages));
        }
        // A name that starts with a dot is no message (maildir(5)); it is read as the file it is.
        let hidden = name.as_encoded_bytes().starts_with(b".");
        if messages && !hidden { Taken::Maildir { flags: mailbox::flags(name) } } else { Taken::File }
    }
}

/// Whether a path is one of these, or lies in one.
fn lies_in(path: &Path, folders: &HashSet<PathBuf>) -> bool {
    path.ancestors().any(|folder| folders.contains(folder))
}

fn walk_problem(error: &walkdir::Error) -> CollectProblem {
    let path = error.path().map(shown).unwrap_or_default();
    let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    CollectProblem::Unreadable { path, why }
}

#[cfg(unix)]
fn what_it_is(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else {
        "something unknown"
    }
}

#[cfg(not(unix))]
fn what_it_is(_kind: FileType) -> &'static str {
    "something unknown"
}
