//! Where the entries of a ZIP are: end record, ZIP64 end record, central directory, and local headers that
//! no directory lists. Layouts and signatures: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.

use crate::archive::shelf::names;
use crate::archive::{u16_at, u32_at, u64_at};
use crate::{Limits, Parsed, Problem, ProblemKind};
use memchr::memmem;
use std::ops::Range;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";

const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;
const END_64_BYTES: usize = 56;
const LOCATOR_64_BYTES: usize = 20;

/// End records looked at, from the back, before the directory counts as missing.
const END_CANDIDATES_MAX: usize = 64;
/// How far from the back [`ends_like_zip`] looks: the longest comment and the record itself.
const TAIL_BYTES: usize = 0xFFFF + END_BYTES;
/// General purpose flag bit 3: sizes and checksum follow the data.
pub(in crate::archive) const FLAG_DESCRIPTOR: u16 = 1 << 3;

/// What to do with the bytes that no listed entry covers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::archive) enum Gaps {
    /// Look for local headers there.
    Scan,
    /// Leave them alone.
    Leave,
}

/// One entry as its headers describe it. Nothing of it was checked against the data.
#[derive(Debug)]
pub(in crate::archive) struct Record<'a> {
    pub(in crate::archive) raw_name: &'a [u8],
    pub(in crate::archive) extra: &'a [u8],
    pub(in crate::archive) flags: u16,
    pub(in crate::archive) method: u16,
    pub(in crate::archive) dos_time: u16,
    pub(in crate::archive) crc: u32,
    pub(in crate::archive) size: u64,
    packed: u64,
    /// Offset of the local header from the start of the bytes.
    local: u64,
    /// Local header and packed data, within the bytes; `None` when there is no local header.
    pub(in crate::archive) span: Option<Span>,
}

/// Where an entry lies.
#[derive(Debug, Clone)]
pub(in crate::archive) struct Span {
    start: usize,
    /// The packed data, cut at the end of the file.
    pub(in crate::archive) data: Range<usize>,
    /// Whether the data was longer than the file.
    pub(in crate::archive) cut: bool,
    /// Whether the local header has a name that ends differently.
    pub(in crate::archive) renamed: bool,
    /// Whether another kept entry lies on the same bytes.
    pub(in crate::archive) overlaps: bool,
}

impl Record<'_> {
    pub(in crate::archive) fn name(&self) -> String {
        names::decode(self.raw_name, self.extra, self.flags)
    }
}

/// Whether a directory with at least one entry stands near the end.
pub(in crate::archive) fn ends_like_zip(bytes: &[u8]) -> bool {
    let from = bytes.len().saturating_sub(TAIL_BYTES);
    let tail = bytes.get(from..).unwrap_or_default();
    memmem::rfind_iter(tail, END)
        .take(4)
        .filter_map(|at| End::read(bytes, from.saturating_add(at)))
        .any(|end| end.entries > 0)
}

/// Reads the directory, or the local headers where there is none, and finds each entry's place.
pub(in crate::archive) fn read<'a>(bytes: &'a [u8], limits: &Limits, gaps: Gaps) -> Parsed<Vec<Record<'a>>> {
    let mut problems = Vec::new();
    let end = find_end(bytes);
    let mut records = match &end {
        Some(end) => central_records(bytes, end, limits, &mut problems),
        None => {
            let kind = if bytes.starts_with(LOCAL) { ProblemKind::Truncated } else { ProblemKind::Malformed };
            problems.push(Problem::new(kind, "", "no central directory; local headers read instead"));
            Vec::new()
        }
    };
    for record in &mut records {
        record.span = locate(bytes, record);
    }
    if gaps == Gaps::Scan || records.is_empty() {
        let listed = records.len();
        scan_gaps(bytes, &mut records, limits, &mut problems);
        if end.is_some() && records.len() > listed {
            let hidden = records.len().saturating_sub(listed);
            let detail = format!("{hidden} local headers are not in the central directory");
            problems.push(Problem::new(ProblemKind::Malformed, "", detail));
        }
    }
    mark_overlaps(&mut records);
    Parsed { value: records, problems }
}

/// The central directory as an end record describes it.
struct End {
    /// Start of the first central record.
    directory: usize,
    /// The end record itself: no central record lies behind it.
    at: usize,
    /// Bytes before the archive that its offsets do not count.
    base: u64,
    entries: u64,
}

/// The last end record that leads to entries; an empty one counts only when there is no other, since it may
/// have been put behind an archive to hide it.
fn find_end(bytes: &[u8]) -> Option<End> {
    let mut empty = None;
    for at in memmem::rfind_iter(bytes, END).take(END_CANDIDATES_MAX) {
        match End::read(bytes, at) {
            Some(end) if end.entries > 0 => return Some(end),
            end => empty = empty.or(end),
        }
    }
    empty
}

impl End {
    /// Reads the end record at `at`; `None` unless it leads to a central directory (or to an empty one).
    fn read(bytes: &[u8], at: usize) -> Option<Self> {
        u16_at(bytes, at.checked_add(END_BYTES - 2)?)?;
        let (mut entries, mut size, mut offset, mut top) = (
            u64::from(u16_at(bytes, at.checked_add(10)?)?),
            u64::from(u32_at(bytes, at.checked_add(12)?)?),
            u64::from(u32_at(bytes, at.checked_add(16)?)?),
            at,
        );
        if let Some(end) = find_end_64(bytes, at) {
            entries = u64_at(bytes, end.checked_add(32)?)?;
            size = u64_at(bytes, end.checked_add(40)?)?;
            offset = u64_at(bytes, end.checked_add(48)?)?;
            top = end;
        }
        if entries == 0 && size == 0 {
            return Some(Self { directory: at, at, base: 0, entries });
        }
        // The directory ends where the end record starts; what its offset lacks was put before the archive.
        let by_size = u64::try_from(top).ok()?.checked_sub(size);
        [by_size, Some(offset)].into_iter().flatten().find_map(|start| {
            let base = start.checked_sub(offset)?;
            let directory = usize::try_from(start).ok()?;
            let found = directory < at && bytes.get(directory..)?.starts_with(CENTRAL);
            found.then_some(Self { directory, at, base, entries })
        })
    }
}

/// The ZIP64 end record that belongs to the end record at `end`.
fn find_end_64(bytes: &[u8], end: usize) -> Option<usize> {
    let locator = end.checked_sub(LOCATOR_64_BYTES)?;
    if !bytes.get(locator..)?.starts_with(LOCATOR_64) {
        return None;
    }
    let told = u64_at(bytes, locator.checked_add(8)?).and_then(|at| usize::try_from(at).ok());
    // With bytes put before the archive the locator points too low; the record then stands right before it.
    [told, locator.checked_sub(END_64_BYTES)]
        .into_iter()
        .flatten()
        .find(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(END_64)))
}

fn central_records<'a>(
    bytes: &'a [u8],
    end: &End,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Vec<Record<'a>> {
    let mut records = Vec::new();
    let mut at = end.directory;
    while at < end.at {
        let Some((record, next)) = central_record(bytes, at, end.base) else { break };
        if records.len() >= limits.entries_max {
            problems.push(Problem::limit("", "entries_max", limits.entries_max as u64));
            return records;
        }
        records.push(record);
        at = next;
    }
    // Without ZIP64 the count is a 16-bit number that wraps.
    let found = records.len() as u64;
    if found != end.entries && found & 0xFFFF != end.entries {
        let detail = format!("central directory claims {} entries and has {found}", end.entries);
        problems.push(Problem::new(ProblemKind::Malformed, "", detail));
    }
    records
}

fn central_record(bytes: &[u8], at: usize, base: u64) -> Option<(Record<'_>, usize)> {
    let head = bytes.get(at..at.checked_add(CENTRAL_BYTES)?)?;
    if !head.starts_with(CENTRAL) {
        return None;
    }
    let (name_len, extra_len, comment_len) = (u16_at(head, 28)?, u16_at(head, 30)?, u16_at(head, 32)?);
    let name_at = at.checked_add(CENTRAL_BYTES)?;
    let extra_at = name_at.checked_add(usize::from(name_len))?;
    let comment_at = extra_at.checked_add(usize::from(extra_len))?;
    let mut record = Record {
        raw_name: bytes.get(name_at..extra_at)?,
        extra: bytes.get(extra_at..comment_at)?,
        flags: u16_at(head, 8)?,
        method: u16_at(head, 10)?,
        dos_time: u16_at(head, 12)?,
        crc: u32_at(head, 16)?,
        packed: u64::from(u32_at(head, 20)?),
        size: u64::from(u32_at(head, 24)?),
        local: u64::from(u32_at(head, 42)?),
        span: None,
    };
    let Record { extra, size, packed, local, .. } = &mut record;
    widen(extra, [size, packed, local]);
    record.local = record.local.saturating_add(base);
    Some((record, comment_at.checked_add(usize::from(comment_len))?))
}

/// Replaces the numbers that say "see the ZIP64 field" (APPNOTE 4.5.3), in the order of that field.
fn widen(extra: &[u8], numbers: [&mut u64; 3]) {
    let field = names::extra_field(extra, 0x0001).unwrap_or_default();
    let mut at = 0_usize;
    for number in numbers.into_iter().filter(|number| **number == u64::from(u32::MAX)) {
        let Some(wide) = u64_at(field, at) else { return };
        *number = wide;
        at = at.saturating_add(8);
    }
}

/// Finds an entry's data through its local header.
fn locate(bytes: &[u8], record: &Record) -> Option<Span> {
    let start = usize::try_from(record.local).ok()?;
    let data = local_data_start(bytes, start)?;
    let end = usize::try_from(record.packed).ok().and_then(|packed| data.checked_add(packed));
    let within = end.filter(|end| *end <= bytes.len());
    let name_at = start.checked_add(LOCAL_BYTES)?;
    let name_end = name_at.checked_add(usize::from(u16_at(bytes, start.checked_add(26)?)?))?;
    Some(Span {
        start,
        data: data..within.unwrap_or(bytes.len()),
        cut: within.is_none(),
        renamed: !ends_alike(bytes.get(name_at..name_end)?, record.raw_name),
        overlaps: false,
    })
}

/// Whether two names open with the same program. Their bytes may well differ: some tools write one in CP932
/// and the other in UTF-8.
fn ends_alike(a: &[u8], b: &[u8]) -> bool {
    let ending = |name: &[u8]| name.rsplit(|byte| *byte == b'.').next().map(<[u8]>::to_ascii_lowercase);
    let dots = |name: &[u8]| name.contains(&b'.');
    dots(a) == dots(b) && (!dots(a) || ending(a) == ending(b))
}

fn local_data_start(bytes: &[u8], start: usize) -> Option<usize> {
    let head = bytes.get(start..start.checked_add(LOCAL_BYTES)?)?;
    let (name_len, extra_len) = (usize::from(u16_at(head, 26)?), usize::from(u16_at(head, 28)?));
    let data = start.checked_add(LOCAL_BYTES)?.checked_add(name_len)?.checked_add(extra_len)?;
    (head.starts_with(LOCAL) && data <= bytes.len()).then_some(data)
}

/// Adds the entries whose local headers lie where no listed entry does: an archive without a directory, two
/// archives joined (some tools show the first, others the last), or entries dropped from the directory.
fn scan_gaps<'a>(
    bytes: &'a [u8],
    records: &mut Vec<Record<'a>>,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) {
    let mut covered: Vec<(usize, usize)> =
        records.iter().filter_map(|r| r.span.as_ref()).map(|span| (span.start, span.data.end)).collect();
    covered.sort_unstable();
    covered.push((bytes.len(), bytes.len()));
    let mut at = 0_usize;
    for (gap_end, next) in covered {
        while let Some(start) = next_local(bytes, at, gap_end) {
            let Some(record) = local_record(bytes, start, gap_end) else {
                at = start.saturating_add(LOCAL.len());
                continue;
            };
            if records.len() >= limits.entries_max {
                problems.push(Problem::limit("", "entries_max", limits.entries_max as u64));
                return;
            }
            at = record.span.as_ref().map_or(gap_end, |span| span.data.end);
            records.push(record);
        }
        // Covered ranges may overlap; the scan never goes back.
        at = at.max(next);
    }
}

fn next_local(bytes: &[u8], from: usize, end: usize) -> Option<usize> {
    memmem::find(bytes.get(from..end)?, LOCAL).and_then(|at| at.checked_add(from))
}

/// A local header as an entry of its own; `None` when those four bytes stand there by chance.
fn local_record(bytes: &[u8], start: usize, gap_end: usize) -> Option<Record<'_>> {
    let data = local_data_start(bytes, start)?;
    let head = bytes.get(start..data)?;
    let (version, name_len) = (u16_at(head, 4)? & 0xFF, usize::from(u16_at(head, 26)?));
    let name_end = LOCAL_BYTES.checked_add(name_len)?;
    let raw_name = head.get(LOCAL_BYTES..name_end)?;
    // APPNOTE 4.4.3 ends at 6.3; a name has no control bytes.
    if version > 63 || raw_name.is_empty() || raw_name.iter().any(|byte| *byte < 0x20) {
        return None;
    }
    let mut record = Record {
        raw_name,
        extra: head.get(name_end..)?,
        flags: u16_at(head, 6)?,
        method: u16_at(head, 8)?,
        dos_time: u16_at(head, 10)?,
        crc: u32_at(head, 14)?,
        packed: u64::from(u32_at(head, 18)?),
        size: u64::from(u32_at(head, 22)?),
        local: u64::try_from(start).ok()?,
        span: None,
    };
    let mut none = 0;
    let Record { extra, size, packed, .. } = &mut record;
    widen(extra, [size, packed, &mut none]);
    if record.flags & FLAG_DESCRIPTOR != 0 && record.packed == 0 {
        let (packed, crc, size) = descriptor(bytes.get(data..gap_end)?);
        (record.packed, record.crc, record.size) = (packed as u64, crc.unwrap_or(0), size);
    }
    record.span = locate(bytes, &record);
    if let Some(span) = &mut record.span
        && span.data.end > gap_end
    {
        // The neighbour is listed and this one is not: the listed one keeps its bytes.
        span.data.end = gap_end.max(span.data.start);
        span.cut = true;
    }
    Some(record)
}

/// Packed length, checksum and size from the data descriptor (APPNOTE 4.3.9) that ends `data`. Without one
/// the data ends at the next header.
fn descriptor(data: &[u8]) -> (usize, Option<u32>, u64) {
    for at in memmem::find_iter(data, b"PK") {
        let Some(rest) = data.get(at..) else { break };
        if rest.starts_with(DESCRIPTOR) && u32_at(rest, 8).map(|len| len as usize) == Some(at) {
            return (at, u32_at(rest, 4), u64::from(u32_at(rest, 12).unwrap_or(0)));
        }
        if rest.starts_with(LOCAL) || rest.starts_with(CENTRAL) {
            return (at, None, 0);
        }
    }
    (data.len(), None, 0)
}

/// Marks entries that lie on bytes of another. Of two that overlap the one that ends first is kept, the
/// inner one of two that end together: so one giant false entry cannot hide the true ones under it.
fn mark_overlaps(records: &mut [Record]) {
    let mut spans: Vec<&mut Span> = records.iter_mut().filter_map(|record| record.span.as_mut()).collect();
    spans.sort_by_key(|span| (span.data.end, std::cmp::Reverse(span.start)));
    let mut free_from = 0;
    for span in spans {
        span.overlaps = span.start < free_from;
        if !span.overlaps {
            free_from = span.data.end;
        }
    }
}
