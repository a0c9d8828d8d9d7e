//! tar (POSIX.1-2017 pax, ustar, and GNU's long names): nothing is packed, so everything is there.

use crate::archive::shelf::{Shelf, entry, name};
use crate::archive::{Archive, Entry};
use crate::{Budget, Limits, Parsed, ProblemKind};

const BLOCK: usize = 512;
/// The longest name in an extension header.
const NAME_BYTES_MAX: usize = 64 << 10;

pub(in crate::archive) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Archive> {
    let mut shelf = Shelf::new(limits, budget);
    let mut rest = bytes;
    // A name from a header of its own, for the next file.
    let mut long = None;
    while let Some((header, after)) = rest.split_at_checked(BLOCK) {
        if header.iter().all(|byte| *byte == 0) {
            break;
        }
        let size = number(header.get(124..136).unwrap_or_default()).filter(|_| checksum_fits(header));
        let Some(size) = size else {
            shelf.tell(ProblemKind::Malformed, "", "a header whose checksum does not fit");
            break;
        };
        let len = usize::try_from(size).unwrap_or(usize::MAX);
        let data = after.get(..len).unwrap_or(after);
        let is_cut = data.len() < len;
        rest = after.get(len.checked_next_multiple_of(BLOCK).unwrap_or(usize::MAX)..).unwrap_or_default();
        match header.get(156).copied().unwrap_or(0) {
            b'L' => long = Some(name(until_nul(data.get(..NAME_BYTES_MAX).unwrap_or(data)))),
            b'x' => long = pax_path(data.get(..NAME_BYTES_MAX).unwrap_or(data)).or(long),
            b'K' | b'g' => {}
            kind => {
                if !shelf.has_room() {
                    break;
                }
                let named = long.take().unwrap_or_else(|| own_name(header));
                file(&mut shelf, kind, named, size, data, is_cut);
            }
        }
    }
    shelf.done()
}

/// Whether a header stands at the start.
pub(in crate::archive) fn looks_like_tar(bytes: &[u8]) -> bool {
    bytes.get(..BLOCK).is_some_and(|header| header.first() != Some(&0) && checksum_fits(header))
}

/// The checksum of a header is the sum of its bytes, its own field taken as blanks.
fn checksum_fits(header: &[u8]) -> bool {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    let (Some(before), Some(field), Some(after)) =
        (header.get(..148), header.get(148..156), header.get(156..))
    else {
        return false;
    };
    number(field) == Some(sum(before).saturating_add(8 * 0x20).saturating_add(sum(after)))
}

fn file(shelf: &mut Shelf<'_>, kind: u8, named: String, size: u64, data: &[u8], is_cut: bool) {
    match kind {
        b'5' => {
            let slash = if named.ends_with('/') { "" } else { "/" };
            shelf.entries.push(Entry { bytes: Some(Vec::new()), ..entry(format!("{named}{slash}"), 0) });
        }
        // Links, devices: nothing to read.
        b'1'..=b'4' | b'6' => shelf.entries.push(Entry { bytes: Some(Vec::new()), ..entry(named, 0) }),
        _ => {
            if is_cut {
                shelf.tell(ProblemKind::Truncated, &named, "the archive ends before the file does");
            }
            let out = shelf.stored(data);
            shelf.put(entry(named, size), out);
        }
    }
}

/// The name of a header, with its prefix in ustar.
fn own_name(header: &[u8]) -> String {
    let base = name(until_nul(header.get(..100).unwrap_or_default()));
    let is_ustar = header.get(257..262) == Some(b"ustar") && header.get(262) == Some(&0);
    let prefix = until_nul(header.get(345..500).filter(|_| is_ustar).unwrap_or_default());
    if prefix.is_empty() { base } else { format!("{}/{base}", name(prefix)) }
}

/// Octal digits, or a number of bytes when the highest bit is set (GNU).
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|first| first & 0x80 != 0) {
        let low = field.get(4..)?.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        return Some(low);
    }
    let digits: String = field.iter().map(|byte| char::from(*byte)).filter(char::is_ascii_digit).collect();
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(&digits, 8).ok() }
}

/// `path` of a list of `length key=value` lines.
fn pax_path(data: &[u8]) -> Option<String> {
    let lines = data.split(|byte| *byte == b'\n');
    let mut paths = lines.filter_map(|line| {
        let at = memchr::memchr(b' ', line)?;
        line.get(at.checked_add(1)?..)?.strip_prefix(b"path=")
    });
    paths.next().map(name)
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    memchr::memchr(0, bytes).and_then(|end| bytes.get(..end)).unwrap_or(bytes)
}
