//! gzip: a chain of members, read as one file (RFC 1952).

use crate::archive::shelf::{Ended, Inflater, crc32};
use crate::archive::{Archive, Entry, u16_at, u32_at};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind, text};
use memchr::memchr;

const MAGIC: &[u8] = &[0x1F, 0x8B, 8];
const HEADER_BYTES: usize = 10;
/// Checksum and size after the data.
const TRAILER_BYTES: usize = 8;

const FLAG_HEADER_CRC: u8 = 1 << 1;
const FLAG_EXTRA: u8 = 1 << 2;
const FLAG_NAME: u8 = 1 << 3;
const FLAG_COMMENT: u8 = 1 << 4;

pub(in crate::archive) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Archive> {
    let mut inflater = Inflater::new();
    let mut problems = Vec::new();
    let (mut out, mut name) = (Vec::new(), None);
    let mut rest = bytes;
    let mut members = 0_usize;
    while let Some(header) = Header::read(rest) {
        if members >= limits.entries_max {
            problems.push(Problem::limit("", "entries_max", limits.entries_max as u64));
            break;
        }
        members = members.saturating_add(1);
        name = name.or(header.name);
        let before = out.len();
        let inflated = inflater.run(header.data, &mut out, 0, budget.left(), limits);
        let member = out.get(before..).unwrap_or_default();
        let trailer = header.data.get(inflated.consumed..).unwrap_or_default();
        let problem = match inflated.ended {
            Ended::Whole if trailer.len() < TRAILER_BYTES => Some(truncated("the trailer is cut off")),
            Ended::Whole if u32_at(trailer, 0) == Some(crc32(member)) => None,
            Ended::Whole => Some(malformed("the checksum does not fit")),
            Ended::Truncated => Some(truncated("the compressed data ends early")),
            Ended::Corrupt => Some(malformed("the compressed data is damaged")),
            Ended::Ratio => Some(Problem::limit("", "ratio_max", limits.ratio_max)),
            Ended::Allowance => Some(budget.spent("")),
        };
        // The inflater stayed within what was left, so this cannot be refused.
        let paid = budget.spend(member.len() as u64, "");
        problems.extend(problem.into_iter().chain(paid.err()));
        rest = trailer.get(TRAILER_BYTES..).unwrap_or_default();
        if inflated.ended != Ended::Whole {
            rest = &[];
        }
    }
    if members == 0 {
        return Parsed { value: Archive::default(), problems: vec![unreadable()] };
    }
    if rest.iter().any(|byte| *byte != 0) {
        problems.push(malformed("bytes after the last member"));
    }
    let entry = Entry {
        name: name.unwrap_or_default(),
        size: out.len() as u64,
        bytes: Some(out),
        ..Entry::default()
    };
    Parsed { value: Archive { entries: vec![entry], ..Archive::default() }, problems }
}

fn truncated(detail: &str) -> Problem {
    Problem::new(ProblemKind::Truncated, "", detail)
}

fn malformed(detail: &str) -> Problem {
    Problem::new(ProblemKind::Malformed, "", detail)
}

fn unreadable() -> Problem {
    Problem::new(ProblemKind::Unreadable, "", "no gzip member")
}

/// A member's header, and everything after it.
struct Header<'a> {
    name: Option<String>,
    data: &'a [u8],
}

impl<'a> Header<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (fixed, mut data) = bytes.split_at_checked(HEADER_BYTES)?;
        let flags = *fixed.get(3)?;
        if !fixed.starts_with(MAGIC) {
            return None;
        }
        if flags & FLAG_EXTRA != 0 {
            data = data.get(usize::from(u16_at(data, 0)?).checked_add(2)?..)?;
        }
        let mut name = None;
        if flags & FLAG_NAME != 0 {
            let (raw, after) = zero_ended(data)?;
            name = Some(text::decode_guess(raw)).filter(|name| !name.is_empty());
            data = after;
        }
        if flags & FLAG_COMMENT != 0 {
            (_, data) = zero_ended(data)?;
        }
        if flags & FLAG_HEADER_CRC != 0 {
            data = data.get(2..)?;
        }
        Some(Self { name, data })
    }
}

fn zero_ended(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(0, bytes)?;
    Some((bytes.get(..end)?, bytes.get(end.checked_add(1)?..)?))
}
