//! 7z archives (7zFormat.txt of the LZMA SDK): stored, LZMA, LZMA2, deflate, the filters for programs and tables,
//! and AES-256 with the passwords of the mail. Names may be encrypted, too.

mod coders;
mod filters;
mod header;
mod lock;

use super::shelf::{Ended, Shelf, Unpacked, crc32, entry};
use super::{Archive, Encryption, Entry, u32_at, u64_at};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind};
use coders::Way;
use header::{Folder, Listing, Streams};
use lock::Lock;

/// The signature header before all data.
const START_BYTES: usize = 32;
/// A piece from which on it pays to give the rest back.
const PIECE_BYTES: usize = 1 << 20;
/// Encoded headers inside encoded headers.
const HEADERS_MAX: usize = 4;

pub(super) fn read(
    bytes: &[u8],
    passwords: &[String],
    limits: &Limits,
    budget: &mut Budget,
) -> Parsed<Archive> {
    let passwords = passwords.get(..limits.passwords_max).unwrap_or(passwords);
    let mut seven = Seven {
        bytes,
        passwords,
        shelf: Shelf::new(limits, budget),
        known: None,
        tried: 0,
        rounds_left: lock::ROUNDS_MAX,
        wrong_left: limits.expanded_bytes_max,
    };
    match seven.listing() {
        Ok(listing) => seven.folders(&listing),
        Err(problem) => seven.shelf.problems.push(problem),
    }
    seven.shelf.done()
}

struct Seven<'a> {
    bytes: &'a [u8],
    passwords: &'a [String],
    shelf: Shelf<'a>,
    /// The lock, password and key that opened something before.
    known: Option<(Lock, usize, [u8; 32])>,
    /// Passwords that were tried on the folder at hand.
    tried: usize,
    rounds_left: u64,
    /// Bytes that may still be worked through for passwords that turn out wrong.
    wrong_left: u64,
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
            let Some(opened) = self.open(folder, &packed, most, Ended::Allowance) else {
                self.shelf.sealed = Encryption::Aes256;
                return Err(self.sealed(""));
            };
            if opened.out.ended != Ended::Whole {
                return Err(malformed("the packed directory is damaged"));
            }
            header = opened.out.bytes;
        }
        Err(malformed("the directory is packed again and again"))
    }

    /// The packed streams of a folder; one that lies behind the end of the file ends with it. `None` when all do.
    fn packed(&self, streams: &Streams, folder: usize, first: usize) -> Option<Vec<&'a [u8]>> {
        let before =
            streams.pack_sizes.get(..first)?.iter().try_fold(0_u64, |sum, size| sum.checked_add(*size))?;
        let mut at = (START_BYTES as u64).checked_add(streams.position)?.checked_add(before)?;
        let count = streams.folders.get(folder)?.packed.len();
        let mut packed = Vec::with_capacity(count);
        for size in streams.pack_sizes.get(first..first.checked_add(count)?)? {
            let data = usize::try_from(at).ok().and_then(|at| self.bytes.get(at..)).unwrap_or_default();
            packed.push(usize::try_from(*size).ok().and_then(|len| data.get(..len)).unwrap_or(data));
            at = at.checked_add(*size)?;
        }
        (count == 0 || packed.iter().any(|data| !data.is_empty())).then_some(packed)
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
            .map(|(size, crc)| (Entry { encryption, ..entry(named.next().unwrap_or_default(), *size) }, *crc))
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
                let (most, over) = self.shelf.most(packed.iter().map(|data| data.len()).sum());
                let opened = self.open(folder, &packed, most, over);
                if opened.is_none() {
                    let problem = self.sealed(&place);
                    self.shelf.problems.push(problem);
                }
                opened
            }
        };
        match opened {
            Some(opened) => self.share(entries, opened),
            None => self.shelf.entries.extend(entries.into_iter().map(|(entry, _)| entry)),
        }
    }

    fn sealed(&self, place: &str) -> Problem {
        let (tried, all) = (self.tried, self.passwords.len());
        let detail = if tried < all {
            format!(
                "passwords not all tried: none of the first {tried} of {all} opens it, each costs too much"
            )
        } else {
            format!("none of {all} passwords opens it")
        };
        Problem::new(ProblemKind::Encrypted, place, detail)
    }

    /// Cuts what a folder gave into its files, from the back so that no byte is there twice.
    fn share(&mut self, entries: Vec<(Entry, Option<u32>)>, opened: Opened) {
        let Opened { out, with } = opened;
        let mut starts = Vec::with_capacity(entries.len());
        let mut at = 0_usize;
        for (entry, _) in &entries {
            starts.push(at.min(out.bytes.len()));
            at = at.saturating_add(usize::try_from(entry.size).unwrap_or(usize::MAX));
        }
        let mut rest = out.bytes;
        rest.truncate(at);
        let mut pieces = Vec::with_capacity(entries.len());
        for start in starts.into_iter().rev() {
            let piece = if start == 0 { std::mem::take(&mut rest) } else { rest.split_off(start) };
            if piece.len() >= PIECE_BYTES {
                rest.shrink_to_fit();
            }
            pieces.push(piece);
        }
        for ((mut entry, crc), bytes) in entries.into_iter().zip(pieces.into_iter().rev()) {
            let is_whole = bytes.len() as u64 == entry.size;
            if is_whole && crc.is_some_and(|crc| crc32(&bytes) != crc) {
                self.shelf.tell(ProblemKind::Malformed, &entry.name, "the checksum does not fit");
            }
            entry.opened_with = with;
            let ended = match out.ended {
                _ if is_whole => Ended::Whole,
                Ended::Whole => Ended::Truncated,
                ended => ended,
            };
            self.shelf.put(entry, Unpacked { bytes, ended });
        }
    }

    /// Unpacks a folder; `None` when no password opens it.
    fn open(&mut self, folder: &Folder, packed: &[&[u8]], most: usize, over: Ended) -> Option<Opened> {
        let limits = self.shelf.limits;
        let way = Way { packed, key: None, most, over, limits };
        let Some(coder) = coders::lock_of(folder) else {
            return Some(Opened { out: coders::unpack(folder, &way), with: None });
        };
        let lock = Lock::of(coder)?;
        // All of an archive nearly always has one password.
        if let Some((known, with, key)) = self.known.take() {
            let key = if known == lock { key } else { self.key(&lock, with)? };
            let out = coders::unpack(folder, &Way { key: Some(&key), ..way });
            let opens = fits(folder, &out);
            self.known = Some((lock.clone(), with, key));
            if opens {
                return Some(Opened { out, with: Some(with) });
            }
        }
        self.tried = 0;
        for at in 0..self.passwords.len() {
            let key = self.key(&lock, at)?;
            self.tried = at.saturating_add(1);
            let out = coders::unpack(folder, &Way { key: Some(&key), ..way });
            if fits(folder, &out) {
                self.known = Some((lock, at, key));
                return Some(Opened { out, with: Some(at) });
            }
            let worked = packed.iter().map(|data| data.len()).sum::<usize>().saturating_add(out.bytes.len());
            self.wrong_left = self.wrong_left.checked_sub(worked as u64)?;
        }
        None
    }

    /// The key that a password makes, as long as there is work left.
    fn key(&mut self, lock: &Lock, password: usize) -> Option<[u8; 32]> {
        self.rounds_left = self.rounds_left.checked_sub(lock.rounds())?;
        self.passwords.get(password).map(|password| lock.key(password))
    }
}

/// Whether a password was the right one: by the checksums of the files, or of all.
fn fits(folder: &Folder, out: &Unpacked) -> bool {
    let mut rest = out.bytes.as_slice();
    for (size, crc) in &folder.files {
        let Some((bytes, after)) = usize::try_from(*size).ok().and_then(|size| rest.split_at_checked(size))
        else {
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
        let has = if all { vec![true; count] } else { Reader(self.take(count.div_ceil(8))?).bits(count) };
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
