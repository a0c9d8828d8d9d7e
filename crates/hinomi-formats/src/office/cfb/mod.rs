//! Compound files (MS-CFB, "OLE2"): a small file system inside a file. Read without copying and without
//! asking the file to be well formed.
//!
//! Office opens files that break MS-CFB, so this reader does too: field values that a stream's content does
//! not depend on (FAT length, directory colour, name length, unused FAT slots) are not looked at. Chains are
//! walked when a stream is asked for, never longer than the file has sectors, and all walks of one file
//! together never take more than [`Limits::steps_max`] steps.

mod directory;
mod export;
mod sectors;
#[cfg(test)]
mod tests;

pub use directory::{EntryId, EntryKind};
pub(crate) use export::export;
pub(crate) use sectors::{u16_at, u32_at};

use crate::{Budget, Limits, Parsed, Problem, ProblemKind};
use directory::Directory;
use sectors::{Lost, Sectors};
use std::borrow::Cow;
use std::cell::Cell;

/// A compound file, opened: its directory is read, its streams are not.
#[derive(Debug)]
pub struct CompoundFile<'a> {
    sectors: Sectors<'a>,
    directory: Directory,
    /// The mini stream (MS-CFB 2.3): where streams shorter than [`MINI_CUTOFF`] lie.
    mini_stream: Cow<'a, [u8]>,
    steps_left: Cell<u64>,
    steps_max: u64,
    expanded_bytes_max: u64,
}

/// Streams below this size lie in the mini stream. MS-CFB 2.2 fixes the header field to this value, and
/// Office ignores another one.
const MINI_CUTOFF: u64 = 4096;

impl<'a> CompoundFile<'a> {
    /// Opens a compound file and reads its directory, at most [`Limits::entries_max`] entries of it.
    /// `None` when the signature is missing.
    pub fn open(bytes: &'a [u8], limits: &Limits) -> Option<Parsed<Self>> {
        if !super::looks_like_ole(bytes) {
            return None;
        }
        let mut problems = Vec::new();
        let steps_left = Cell::new(limits.steps_max);
        let sectors = Sectors::open(bytes, &mut problems);
        let chain = sectors.chain(sectors.first_directory_sector, None, &steps_left);
        if let Some(lost) = chain.lost {
            problems.push(lost.problem("directory", limits.steps_max));
        }
        let directory = Directory::read(&chain.stitch(bytes), sectors.is_v4, limits, &mut problems);
        let mini_stream = match directory.root() {
            Some((start, size)) if size > 0 => sectors.chain(start, None, &steps_left).stitch(bytes),
            _ => Cow::Borrowed(&[][..]),
        };
        let file = Self {
            sectors,
            directory,
            mini_stream,
            steps_left,
            steps_max: limits.steps_max,
            expanded_bytes_max: limits.expanded_bytes_max,
        };
        Some(Parsed { value: file, problems })
    }

    /// Every entry that is in use, in directory order, the root among them. Orphans (entries no storage
    /// leads to) are listed too: Office ignores them, forensics does not.
    pub fn entries(&self) -> impl Iterator<Item = EntryId> + '_ {
        self.directory.ids()
    }

    /// Whether an entry is a stream or a storage.
    pub fn kind(&self, id: EntryId) -> EntryKind {
        self.directory.kind(id)
    }

    /// The entry's own name, decoded from UTF-16; lone surrogates become U+FFFD.
    pub fn name(&self, id: EntryId) -> &str {
        self.directory.name(id)
    }

    /// The path from the root, joined by `/`, without the root's own name: `Macros/VBA/dir`.
    pub fn path(&self, id: EntryId) -> String {
        self.directory.path(id)
    }

    /// The size the directory claims for a stream, in bytes. Not checked against the file.
    pub fn claimed_size(&self, id: EntryId) -> u64 {
        self.directory.size(id)
    }

    /// Whether no storage leads to the entry.
    pub fn is_orphan(&self, id: EntryId) -> bool {
        self.directory.is_orphan(id)
    }

    /// The storage that holds the entry; `None` for the root and for orphans.
    pub fn parent(&self, id: EntryId) -> Option<EntryId> {
        self.directory.parent(id)
    }

    /// The root storage, when there is a directory at all.
    pub fn root(&self) -> Option<EntryId> {
        self.directory.root_id()
    }

    /// What a storage holds directly, in directory order.
    pub fn children(&self, storage: EntryId) -> impl Iterator<Item = EntryId> + '_ {
        self.directory.children(storage)
    }

    /// The entry of that name directly inside a storage; case does not count.
    pub fn child(&self, storage: EntryId, name: &str) -> Option<EntryId> {
        self.directory.child(storage, name)
    }

    /// The entry at a path from the root, components joined by `/`; case does not count.
    pub fn find(&self, path: &str) -> Option<EntryId> {
        let mut at = self.root()?;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            at = self.child(at, name)?;
        }
        Some(at)
    }

    /// The content of a stream: borrowed when it lies in one piece, else copied and paid for from `budget`.
    /// A damaged stream gives what is left of it, with a problem.
    pub fn read(&self, id: EntryId, budget: &mut Budget) -> Parsed<Cow<'_, [u8]>> {
        let (pieces, lost) = self.locate(id, self.claimed_size(id));
        let mut problems = Vec::new();
        if let Some(lost) = lost {
            problems.push(lost.problem(&self.path(id), self.steps_max));
            if self.claimed_size(id) > self.expanded_bytes_max {
                problems.push(Problem::limit(self.path(id), "expanded_bytes_max", self.expanded_bytes_max));
            }
        }
        if let [one] = pieces[..] {
            return Parsed { value: Cow::Borrowed(one), problems };
        }
        let len: usize = pieces.iter().map(|piece| piece.len()).sum();
        if let Err(problem) = budget.spend(len as u64, &self.path(id)) {
            problems.push(problem);
            return Parsed { value: Cow::Borrowed(&[]), problems };
        }
        Parsed { value: Cow::Owned(pieces.concat()), problems }
    }

    /// The content of the stream at a path; `None` when there is no such stream.
    pub fn read_path(&self, path: &str, budget: &mut Budget) -> Option<Parsed<Cow<'_, [u8]>>> {
        let id = self.find(path)?;
        (self.kind(id) == EntryKind::Stream).then(|| self.read(id, budget))
    }

    /// The pieces a stream consists of, in order, without copying; and at most `len_max` bytes of it. For
    /// looking at a stream that may not be worth reading.
    pub fn pieces(&self, id: EntryId, len_max: u64) -> Parsed<Vec<&[u8]>> {
        let (pieces, lost) = self.locate(id, self.claimed_size(id).min(len_max));
        let problems = lost.map(|lost| lost.problem(&self.path(id), self.steps_max)).into_iter().collect();
        Parsed { value: pieces, problems }
    }

    /// Writes a stream's content over the places where it lies in `copy`, a copy of the file. What is longer than the
    /// stream is left out.
    pub(crate) fn put_back(&self, id: EntryId, content: &[u8], copy: &mut [u8]) {
        let len = self.claimed_size(id);
        let start = self.directory.start(id);
        let places = if len < MINI_CUTOFF {
            let chain = self.sectors.mini_chain(start, len, self.mini_stream.len(), &self.steps_left);
            let root = self.directory.root().map_or(u32::MAX, |(start, _)| start);
            let outer = self.sectors.chain(root, None, &self.steps_left);
            chain.places().iter().flat_map(|range| outer.within(range)).collect()
        } else {
            self.sectors.chain(start, Some(len), &self.steps_left).places().to_vec()
        };
        let mut rest = content;
        for place in places {
            let Some(to) = copy.get_mut(place) else { break };
            let (from, after) = rest.split_at_checked(to.len()).unwrap_or((rest, &[]));
            let Some(to) = to.get_mut(..from.len()) else { break };
            to.copy_from_slice(from);
            rest = after;
        }
    }

    /// How much of the file there is, in bytes: no stream can be longer.
    pub fn file_len(&self) -> usize {
        self.sectors.bytes.len()
    }

    fn locate(&self, id: EntryId, len: u64) -> (Vec<&[u8]>, Option<Lost>) {
        if self.kind(id) != EntryKind::Stream {
            return (Vec::new(), None);
        }
        let start = self.directory.start(id);
        if self.claimed_size(id) < MINI_CUTOFF {
            let chain = self.sectors.mini_chain(start, len, self.mini_stream.len(), &self.steps_left);
            (chain.pieces(&self.mini_stream), chain.lost)
        } else {
            let chain = self.sectors.chain(start, Some(len), &self.steps_left);
            (chain.pieces(self.sectors.bytes), chain.lost)
        }
    }
}

impl Lost {
    fn problem(self, place: &str, steps_max: u64) -> Problem {
        match self {
            Self::FileEnds => {
                Problem::new(ProblemKind::Truncated, place, "the file ends before the stream does")
            }
            Self::ChainEnds => {
                Problem::new(ProblemKind::Malformed, place, "the sector chain ends before the stream does")
            }
            Self::Loop => Problem::circle(place, "the sector chain runs in a circle"),
            Self::Steps => Problem::limit(place, "steps_max", steps_max),
        }
    }
}
