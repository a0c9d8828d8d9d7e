//! What the readers of all archives but ZIP share: how much may come out of an entry, and how it is kept.

mod inflate;
pub(in crate::archive) mod names;

use super::{Archive, Encryption, Entry};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind};
pub(in crate::archive) use inflate::{Ended, Inflater};

/// The ratio is looked at once this much came out.
const RATIO_FROM_BYTES: u64 = 1 << 20;

/// What came out of an entry.
pub(in crate::archive) struct Unpacked {
    pub(in crate::archive) bytes: Vec<u8>,
    pub(in crate::archive) ended: Ended,
}

/// The entries of one archive while it is read.
pub(in crate::archive) struct Shelf<'a> {
    pub(in crate::archive) limits: &'a Limits,
    pub(in crate::archive) budget: &'a mut Budget,
    pub(in crate::archive) problems: Vec<Problem>,
    pub(in crate::archive) entries: Vec<Entry>,
    /// How the directory is encrypted, when nobody could open it.
    pub(in crate::archive) sealed: Encryption,
    /// The empty purse was told.
    spent: bool,
}

impl<'a> Shelf<'a> {
    pub(in crate::archive) fn new(limits: &'a Limits, budget: &'a mut Budget) -> Self {
        Self {
            limits,
            budget,
            problems: Vec::new(),
            entries: Vec::new(),
            sealed: Encryption::None,
            spent: false,
        }
    }

    /// The archive as far as it was read.
    pub(in crate::archive) fn done(self) -> Parsed<Archive> {
        let value = Archive { entries: self.entries, sealed: self.sealed };
        Parsed { value, problems: self.problems }
    }

    /// Whether another entry fits; that one does not is told.
    pub(in crate::archive) fn has_room(&mut self) -> bool {
        let fits = self.entries.len() < self.limits.entries_max;
        if !fits {
            self.problems.push(Problem::limit("", "entries_max", self.limits.entries_max as u64));
        }
        fits
    }

    /// The most that may come out of so many packed bytes, and why no more.
    pub(in crate::archive) fn most(&self, packed: usize) -> (usize, Ended) {
        let ratio = (packed as u64).saturating_mul(self.limits.ratio_max).max(RATIO_FROM_BYTES);
        let left = self.budget.left();
        let most = usize::try_from(left.min(ratio)).unwrap_or(usize::MAX);
        (most, if ratio < left { Ended::Ratio } else { Ended::Allowance })
    }

    /// Stored data as they are.
    pub(in crate::archive) fn stored(&self, data: &[u8]) -> Unpacked {
        let (most, _) = (usize::try_from(self.budget.left()).unwrap_or(usize::MAX), ());
        match data.get(..most) {
            Some(kept) if kept.len() < data.len() => {
                Unpacked { bytes: kept.to_vec(), ended: Ended::Allowance }
            }
            _ => Unpacked { bytes: data.to_vec(), ended: Ended::Whole },
        }
    }

    /// Keeps an entry with what came out of it.
    pub(in crate::archive) fn put(&mut self, mut entry: Entry, out: Unpacked) {
        match out.ended {
            Ended::Whole => {}
            Ended::Truncated => self.tell(ProblemKind::Truncated, &entry.name, "the packed data ends early"),
            Ended::Corrupt => self.tell(ProblemKind::Malformed, &entry.name, "the packed data is damaged"),
            Ended::Ratio => {
                self.problems.push(Problem::limit(&entry.name, "ratio_max", self.limits.ratio_max))
            }
            Ended::Allowance => self.tell_spent(&entry.name),
        }
        let is_nothing = out.bytes.is_empty() && out.ended != Ended::Whole;
        match self.budget.spend(out.bytes.len() as u64, &entry.name) {
            Ok(()) if !is_nothing => entry.bytes = Some(out.bytes),
            Ok(()) => {}
            Err(problem) => self.problems.push(problem),
        }
        self.entries.push(entry);
    }

    /// A bomb of ten thousand entries is one loss.
    fn tell_spent(&mut self, name: &str) {
        if !std::mem::replace(&mut self.spent, true) {
            self.problems.push(self.budget.spent(name));
        }
    }

    pub(in crate::archive) fn tell(&mut self, kind: ProblemKind, name: &str, detail: &str) {
        self.problems.push(Problem::new(kind, name, detail));
    }
}

/// CRC-32 as ZIP, gzip, 7z and RAR have it.
pub(in crate::archive) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// An entry by its name and claimed size.
pub(in crate::archive) fn entry(name: String, size: u64) -> Entry {
    Entry { name, size, ..Entry::default() }
}

/// A name in UTF-8 or CP932.
pub(in crate::archive) fn name(raw: &[u8]) -> String {
    names::decode(raw, &[], 0)
}
