//! 7z archives (7zFormat.txt of the LZMA SDK): stored, LZMA, LZMA2, deflate, the filters for programs and tables,
//! and AES-256 with the passwords of the mail. Names may be encrypted, too.

mod coders;
mod header;
mod lock;

use super::inflate::Ended;
use super::shelf::{Shelf, Unpacked, entry};
use super::unpack::crc32;
use super::{Archive, Encryption, Entry, u32_at, u64_at};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind};
use coders::Way;
use header::{Folder, Listing, Streams};
use lock::Lock;

/// The signature header before all data.
const START_BYTES: usize = 32;
/// Encoded headers inside encoded headers.
const HEADERS_MAX: usize = 4;

pub(super) fn read(bytes: &[u8], passwords: &[String], limits: &Limits, budget: &mut Budget) -> Parsed<Archive> {
    let passwords = passwords.get(..limits.passwords_max).unwrap_or(passwords);
    let mut seven =
        Seven { bytes, passwords, shelf: Shelf::new(limits, budget), known: None, rounds_left: lock::ROUNDS_MAX };
    match seven.listing() {
        Ok(listing) => seven.folders(&listing),
        Err(problem) => seven.shelf.problems.push(problem),
    }
    Parsed { value: Archive { entries: seven.shelf.entries }, problems: seven.shelf.problems }
}

struct Seven<'a> {
    bytes: &'a [u8],
    passwords: &'a [String],
    shelf: Shelf<'a>,
    /// The password that opened something before.
    known: Option<usize>,
    rounds_left: u64,
}

/// What a folder gave, and the password that opened it.
struct Opened {
    out: Unpacked,
    with: Option<usize>,
}

impl<'a> Seven<'a> {
    /// Finds the header and takes its wrapping off.
    fn listing(&mut self) -> Result<Listing, Problem> {
        let malformed = |detail: &str| Problem::new(ProblemKind::Malformed, "", detail);
        let truncated = || Problem::new(ProblemKind::Truncated, "", "the archive ends before its directory");
        let (at, len, crc) =
            start(self.bytes).ok_or_else(|| Problem::new(ProblemKind::Unreadable, "", "no 7z header"))?;
        if len == 0 {
            return Ok(Listing::default());
        }
        let end = at.checked_add(len).ok_or_else(truncated)?;
        let mut header = self.bytes.get(at..end).ok_or_else(truncated)?.to_vec();
        if crc32(&header) != crc {
            return Err(malformed("the checksum of the directory does not fit"));
        }
        for _ in 0..HEADERS_MAX {
            if header.first() != Some(&header::ENCODED_HEADER) {
                let limits = self.shelf.limits;
                return header::read(&header, limits).ok_or_else(|| malformed("the directory is damaged"));
            }
            let mut reader = Reader(header.get(1..).unwrap_or_default());
            let streams = header::streams(&mut reader, self.shelf.limits);
            let streams = streams.ok_or_else(|| malformed("the directory is damaged"))?;
            let folder = streams.folders.first().ok_or_else(|| malformed("the directory is damaged"))?;
            let packed = self.packed(&streams, 0, 0).ok_or_else(truncated)?;
            if let Some(what) = coders::unsupported(folder) {
                return Err(Problem::new(ProblemKind::Unsupported, "", format!("compression: {what}")));
            }
            let most = coders::header_most(self.shelf.budget);
            let Some(opened) = self.open(folder, packed, most, Ended::Allowance) else {
                return Err(self.sealed(""));
            };
            if opened.out.ended != Ended::Whole {
                return Err(malformed("the packed directory is damaged"));
            }
            header = opened.out.bytes;
        }
        Err(malformed("the directory is packed again and again"))
    }

    fn packed(&self, streams: &Streams, folder: usize, first: usize) -> Option<&'a [u8]> {
        let before: u64 = streams.pack_sizes.get(..first)?.iter().try_fold(0_u64, |sum, size| sum.checked_add(*size))?;
        let count = streams.folders.get(folder)?.packed.len();
        let sizes = streams.pack_sizes.get(first..first.checked_add(count)?)?;
        let len = sizes.iter().try_fold(0_u64, |sum, size| sum.checked_add(*size))?;
        let at = (START_BYTES as u64).checked_add(streams.position)?.checked_add(before)?;
        let data = self.bytes.get(usize::try_from(at).ok()?..)?;
        Some(data.get(..usize::try_from(len).ok()?).unwrap_or(data))
    }

    fn folders(&mut self, listing: &Listing) {
        if listing.cut {
            self.shelf.problems.push(Problem::limit("", "entries_max", self.shelf.limits.entries_max as u64));
        }
        let mut files = listing.files.iter();
        let mut first_stream = 0;
        for (at, folder) in listing.streams.folders.iter().enumerate() {
            // Files without content stand between the others.
            let mut names = Vec::with_capacity(folder.files.len());
            while names.len() < folder.files.len() {
                let Some(file) = files.next() else { break };
                if file.has_stream {
                    names.push(file.name.clone());
                } else {
                    self.empty(file);
                }
            }
            self.folder(listing, at, first_stream, names);
            first_stream = first_stream.saturating_add(folder.packed.len());
        }
        for file in files {
            self.empty(file);
        }
    }

    fn empty(&mut self, file: &header::Named) {
        let slash = if file.is_folder && !file.name.ends_with('/') { "/" } else { "" };
        let mut empty = entry(format!("{}{slash}", file.name), 0);
        empty.bytes = Some(Vec::new());
        self.shelf.entries.push(empty);
    }

    fn folder(&mut self, listing: &Listing, at: usize, first_stream: usize, names: Vec<String>) {
        let Some(folder) = listing.streams.folders.get(at) else { return };
        let is_locked = coders::lock_of(folder).is_some();
        let encryption = if is_locked { Encryption::Aes256 } else { Encryption::None };
        let mut named = names.into_iter();
        let entries: Vec<(Entry, Option<u32>)> = folder
            .files
            .iter()
            .map(|(size, crc)| {
                (Entry { encryption, ..entry(named.next().unwrap_or_default(), *size) }, *crc)
            })
            .collect();
        let place = entries.first().map(|(entry, _)| entry.name.clone()).unwrap_or_default();
        let opened = match (coders::unsupported(folder), self.packed(&listing.streams, at, first_stream)) {
            (Some(what), _) => {
                self.shelf.tell(ProblemKind::Unsupported, &place, &format!("compression: {what}"));
                None
            }
            (None, None) => {
                self.shelf.tell(ProblemKind::Truncated, &place, "the archive ends before its data");
                None
            }
            (None, Some(packed)) => {
                let (most, over) = self.shelf.most(packed.len());
                let opened = self.open(folder, packed, most, over);
                if opened.is_none() {
                    let problem = self.sealed(&place);
                    self.shelf.problems.push(problem);
                }
                opened
            }
        };
        match opened {
            Some(opened) => self.share(entries, &opened),
            None => self.shelf.entries.extend(entries.into_iter().map(|(entry, _)| entry)),
        }
    }

    fn sealed(&self, place: &str) -> Problem {
        if self.rounds_left == 0 {
            return Problem::limit(place, "passwords_max", self.shelf.limits.passwords_max as u64);
        }
        let detail = format!("none of {} passwords opens it", self.passwords.len());
        Problem::new(ProblemKind::Encrypted, place, detail)
    }

    /// Cuts what a folder gave into its files.
    fn share(&mut self, entries: Vec<(Entry, Option<u32>)>, opened: &Opened) {
        let mut rest = opened.out.bytes.as_slice();
        for (mut entry, crc) in entries {
            let len = usize::try_from(entry.size).unwrap_or(usize::MAX);
            let (bytes, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            rest = after;
            let is_whole = bytes.len() == len;
            if is_whole && crc.is_some_and(|crc| crc32(bytes) != crc) {
                self.shelf.tell(ProblemKind::Malformed, &entry.name, "the checksum does not fit");
            }
            entry.opened_with = opened.with;
            let ended = match opened.out.ended {
                _ if is_whole => Ended::Whole,
                Ended::Whole => Ended::Truncated,
                ended => ended,
            };
            self.shelf.put(entry, Unpacked { bytes: bytes.to_vec(), ended });
        }
    }

    /// Unpacks a folder; `None` when no password opens it.
    fn open(&mut self, folder: &Folder, packed: &[u8], most: usize, over: Ended) -> Option<Opened> {
        let limits = self.shelf.limits;
        let Some(coder) = coders::lock_of(folder) else {
            return Some(Opened { out: coders::unpack(folder, &Way { packed, key: None, most, over, limits }), with: None });
        };
        let lock = Lock::of(coder)?;
        let order = self.known.into_iter().chain((0..self.passwords.len()).filter(|at| Some(*at) != self.known));
        for at in order.collect::<Vec<_>>() {
            let password = self.passwords.get(at)?;
            let Some(left) = self.rounds_left.checked_sub(lock.rounds()) else {
                self.rounds_left = 0;
                return None;
            };
            self.rounds_left = left;
            let key = lock.key(password);
            let out = coders::unpack(folder, &Way { packed, key: Some(&key), most, over, limits });
            if fits(folder, &out) {
                self.known = Some(at);
                return Some(Opened { out, with: Some(at) });
            }
        }
        None
    }
}

/// Whether a password was the right one: by the checksums of the files, or of all.
fn fits(folder: &Folder, out: &Unpacked) -> bool {
    let mut rest = out.bytes.as_slice();
    for (size, crc) in &folder.files {
        let Some((bytes, after)) = usize::try_from(*size).ok().and_then(|size| rest.split_at_checked(size)) else {
            // Cut by a limit: a wrong key does not unpack that far.
            return matches!(out.ended, Ended::Ratio | Ended::Allowance) && folder.coders.len() > 1;
        };
        rest = after;
        if let Some(crc) = crc {
            return crc32(bytes) == *crc;
        }
    }
    out.ended == Ended::Whole
}

/// Offset and length of the header, and its checksum.
fn start(bytes: &[u8]) -> Option<(usize, usize, u32)> {
    let at = usize::try_from(u64_at(bytes, 12)?).ok()?.checked_add(START_BYTES)?;
    Some((at, usize::try_from(u64_at(bytes, 20)?).ok()?, u32_at(bytes, 28)?))
}

/// Numbers and lists of a header.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number whose first byte says by its leading ones how many bytes follow.
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let more = first.leading_ones();
        let low = self.take(more as usize)?;
        let low = low.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        let mask = 0x7F_u8.checked_shr(more).unwrap_or(0);
        let high = u64::from(first & mask).checked_shl(more * 8).unwrap_or(0);
        Some(high | low)
    }

    /// A number of things, each of which takes at least a byte of some list.
    fn count(&mut self, limits: &Limits) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= limits.entries_max).then_some(count)
    }

    fn counted(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.number()?).ok()?;
        self.take(len)
    }

    fn bits(&mut self, count: usize) -> Vec<bool> {
        let bits = self.0.iter().flat_map(|byte| (0..8).map(move |bit| byte << bit & 0x80 != 0));
        bits.take(count).collect()
    }

    /// Checksums, of those that have one.
    fn digests(&mut self, count: usize) -> Option<Vec<Option<u32>>> {
        let all = self.byte()? != 0;
        let has = if all {
            vec![true; count]
        } else {
            Reader(self.take(count.div_ceil(8))?).bits(count)
        };
        has.into_iter()
            .map(|has| if has { self.take(4).map(|raw| u32_at(raw, 0)) } else { Some(None) })
            .collect()
    }

    /// Names in UTF-16, each ended by a NUL.
    fn names(&mut self, count: usize) -> Option<Vec<String>> {
        if self.byte()? != 0 {
            return None;
        }
        let units = self.0.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(u16::from_le_bytes));
        let units: Vec<u16> = units.collect();
        Some(units.split(|unit| *unit == 0).take(count).map(String::from_utf16_lossy).collect())
    }
}
