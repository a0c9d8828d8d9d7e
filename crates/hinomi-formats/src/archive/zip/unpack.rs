//! From a directory record to bytes: unlocking, inflating, checking, under one purse.

use super::directory::{Record, Span};
use super::lock::{self, Lock};
use crate::archive::shelf::{Ended, Inflater, crc32};
use crate::archive::{Archive, Encryption, Entry};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind};

/// Compression methods that are read (APPNOTE 4.4.5).
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Searches through all passwords that one archive may ask for. Its entries nearly always share one, which
/// is tried first and not counted; this bounds the key derivations that thousands of entries could ask for.
const SEARCHES_MAX: usize = 4;

/// What unpacking one archive needs and has used up.
pub(in crate::archive) struct Unpacker<'a> {
    bytes: &'a [u8],
    passwords: &'a [String],
    limits: &'a Limits,
    budget: &'a mut Budget,
    inflater: Inflater,
    problems: Vec<Problem>,
    /// The password that opened an entry before.
    known: Option<usize>,
    searches_left: usize,
    /// Bytes that may still be worked through for passwords that turn out wrong.
    wrong_left: u64,
    /// Whether the empty purse was reported.
    spent: bool,
}

impl<'a> Unpacker<'a> {
    pub(in crate::archive) fn new(
        bytes: &'a [u8],
        passwords: &'a [String],
        limits: &'a Limits,
        budget: &'a mut Budget,
    ) -> Self {
        Self {
            bytes,
            passwords: passwords.get(..limits.passwords_max).unwrap_or(passwords),
            limits,
            budget,
            inflater: Inflater::new(),
            problems: Vec::new(),
            known: None,
            searches_left: SEARCHES_MAX,
            wrong_left: limits.expanded_bytes_max,
            spent: false,
        }
    }

    pub(in crate::archive) fn all(
        mut self,
        listed: Parsed<Vec<Record>>,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Parsed<Archive> {
        let records = listed.take(&mut self.problems);
        let entries = records.iter().map(|record| self.entry(record, wanted)).collect();
        Parsed { value: Archive { entries, ..Archive::default() }, problems: self.problems }
    }

    fn entry(&mut self, record: &Record, wanted: &dyn Fn(&str) -> bool) -> Entry {
        let lock = Lock::of(record);
        let mut entry = Entry {
            name: record.name(),
            size: record.size,
            encryption: lock.encryption(),
            ..Entry::default()
        };
        if !wanted(&entry.name) {
            return entry;
        }
        let Some(span) = record.span.as_ref() else {
            self.lose(ProblemKind::Malformed, &entry.name, "no local header where the directory points");
            return entry;
        };
        if span.overlaps {
            self.lose(ProblemKind::Malformed, &entry.name, "lies on the bytes of another entry");
            return entry;
        }
        if self.budget.left() == 0 {
            // Said once: a bomb of ten thousand entries is one loss.
            if !std::mem::replace(&mut self.spent, true) {
                self.problems.push(self.budget.spent(&entry.name));
            }
            return entry;
        }
        if span.cut {
            self.lose(ProblemKind::Truncated, &entry.name, "the data ends with the file");
        }
        if span.renamed {
            self.lose(
                ProblemKind::Malformed,
                &entry.name,
                "the local header has a name that ends differently",
            );
        }
        self.read(record, span, &lock, &mut entry);
        entry
    }

    fn read(&mut self, record: &Record, span: &Span, lock: &Lock, entry: &mut Entry) {
        let data = self.bytes.get(span.data.clone()).unwrap_or_default();
        let method = lock.method(record);
        if lock.encryption() == Encryption::Other {
            self.lose(ProblemKind::Unsupported, &entry.name, "an encryption that is not read");
        } else if method != STORED && method != DEFLATED {
            let detail = format!("compression method {method}{}", method_name(method));
            self.lose(ProblemKind::Unsupported, &entry.name, &detail);
        } else if matches!(lock, Lock::Open) {
            let out = self.expand(method, data, record.size);
            let fits = out.ended == Ended::Whole && !span.cut && crc32(&out.bytes) == record.crc;
            if out.ended == Ended::Whole && !span.cut && !fits {
                self.lose(ProblemKind::Malformed, &entry.name, "the checksum does not fit");
            }
            // What is there is read; what is claimed beyond it would not have been.
            let claims_more = !fits && record.size > self.limits.expanded_bytes_max;
            if claims_more && !matches!(out.ended, Ended::Ratio | Ended::Allowance) {
                let most = self.limits.expanded_bytes_max;
                self.problems.push(Problem::limit(&entry.name, "expanded_bytes_max", most));
            }
            entry.bytes = self.keep(out, &entry.name);
        } else if let Some((index, out)) = self.search(record, lock, method, data) {
            entry.opened_with = Some(index);
            entry.bytes = self.keep(out, &entry.name);
        } else {
            let detail = format!("none of {} passwords opens it", self.passwords.len());
            self.lose(ProblemKind::Encrypted, &entry.name, &detail);
        }
    }

    /// The password that opens the entry, and what it opens.
    fn search(
        &mut self,
        record: &Record,
        lock: &Lock,
        method: u16,
        data: &[u8],
    ) -> Option<(usize, Expanded)> {
        if let Some(known) = self.known
            && let Some(out) = self.attempt(known, record, lock, method, data)
        {
            return Some((known, out));
        }
        self.searches_left = self.searches_left.checked_sub(1)?;
        for index in 0..self.passwords.len() {
            if let Some(out) = self.attempt(index, record, lock, method, data) {
                self.known = Some(index);
                return Some((index, out));
            }
        }
        None
    }

    /// Tries one password in its spellings. It counts only when checksum or authentication code agree.
    fn attempt(
        &mut self,
        index: usize,
        record: &Record,
        lock: &Lock,
        method: u16,
        data: &[u8],
    ) -> Option<Expanded> {
        for password in lock::spellings(self.passwords.get(index)?) {
            if !lock.may_open(data, &password) || self.wrong_left < data.len() as u64 {
                continue;
            }
            let out = lock.open(data, &password).map(|plain| self.expand(method, &plain, record.size));
            let worked = out.as_ref().map_or(0, |out| out.bytes.len()).saturating_add(data.len());
            match out {
                Some(out) if !lock.has_crc() => return Some(out),
                Some(out) if out.ended == Ended::Whole && crc32(&out.bytes) == record.crc => {
                    return Some(out);
                }
                // Cut by a limit, the checksum cannot be had; a wrong key does not inflate that far. A stored
                // entry would pass with any key, so there it does not count.
                Some(out) if method == DEFLATED && matches!(out.ended, Ended::Ratio | Ended::Allowance) => {
                    return Some(out);
                }
                _ => self.wrong_left = self.wrong_left.saturating_sub(worked as u64),
            }
        }
        None
    }

    /// Unpacks as far as purse and ratio allow. Pays nothing yet.
    fn expand(&mut self, method: u16, data: &[u8], size: u64) -> Expanded {
        let allowance = self.budget.left();
        if method == STORED {
            let fits = usize::try_from(allowance).ok().and_then(|allowance| data.get(..allowance));
            let ended = if fits.is_some_and(|kept| kept.len() < data.len()) {
                Ended::Allowance
            } else {
                Ended::Whole
            };
            return Expanded { bytes: fits.unwrap_or(data).to_vec(), ended };
        }
        let mut bytes = Vec::new();
        let ended = self.inflater.run(data, &mut bytes, size, allowance, self.limits).ended;
        Expanded { bytes, ended }
    }

    /// Pays for what came out and says what did not.
    fn keep(&mut self, out: Expanded, name: &str) -> Option<Vec<u8>> {
        match out.ended {
            Ended::Whole => {}
            Ended::Truncated => self.lose(ProblemKind::Truncated, name, "the compressed data ends early"),
            Ended::Corrupt => self.lose(ProblemKind::Malformed, name, "the compressed data is damaged"),
            Ended::Ratio => self.problems.push(Problem::limit(name, "ratio_max", self.limits.ratio_max)),
            Ended::Allowance => self.problems.push(self.budget.spent(name)),
        }
        if let Err(problem) = self.budget.spend(out.bytes.len() as u64, name) {
            self.problems.push(problem);
            return None;
        }
        let nothing = out.bytes.is_empty() && out.ended != Ended::Whole;
        (!nothing).then_some(out.bytes)
    }

    fn lose(&mut self, kind: ProblemKind, name: &str, detail: &str) {
        self.problems.push(Problem::new(kind, name, detail));
    }
}

/// The bytes of one entry, and why there are no more.
struct Expanded {
    bytes: Vec<u8>,
    ended: Ended,
}

/// The usual names of the methods that are not read (APPNOTE 4.4.5).
fn method_name(method: u16) -> &'static str {
    match method {
        1 => " (shrink)",
        6 => " (implode)",
        9 => " (deflate64)",
        12 => " (bzip2)",
        14 => " (lzma)",
        93 => " (zstd)",
        95 => " (xz)",
        98 => " (ppmd)",
        _ => "",
    }
}
