//! Files inside compound files: what the Packager wrote (`Ole10Native`), and OOXML packages.

use super::super::Embedded;
use super::super::cfb::{CompoundFile, EntryId, EntryKind, u32_at};
use super::Found;
use crate::{Budget, Problem, ProblemKind, text};

/// Adds the embedded files of every storage.
pub(super) fn read(file: &CompoundFile<'_>, budget: &mut Budget, found: &mut Found) {
    for id in file.entries().filter(|id| file.kind(*id) == EntryKind::Stream) {
        // MS-OLEDS 2.3.6 (OLENativeStream); MS-OSHARED 2.3.3.1.6 for the package.
        let name = file.name(id);
        if name.eq_ignore_ascii_case("\u{1}Ole10Native") {
            native(file, id, budget, found);
        } else if name.eq_ignore_ascii_case("Package") {
            package(file, id, budget, found);
        }
    }
}

fn package(file: &CompoundFile<'_>, id: EntryId, budget: &mut Budget, found: &mut Found) {
    let path = file.path(id);
    let stream = file.read(id, budget).take(&mut found.problems);
    push(path, None, &stream, budget, found);
}

fn native(file: &CompoundFile<'_>, id: EntryId, budget: &mut Budget, found: &mut Found) {
    let path = file.path(id);
    let stream = file.read(id, budget).take(&mut found.problems);
    let Some(content) = stream.get(4..) else {
        found.problems.push(Problem::new(ProblemKind::Truncated, path, "no embedded object in the stream"));
        return;
    };
    match Native::read(content) {
        Some(native) => push(path, Some(text::decode_guess(native.label)), native.bytes, budget, found),
        // Programs other than the Packager write their own bytes here, without a name.
        None => push(path, None, content, budget, found),
    }
}

fn push(path: String, name: Option<String>, bytes: &[u8], budget: &mut Budget, found: &mut Found) {
    match budget.spend(bytes.len() as u64, &path) {
        Ok(()) => found.embedded.push(Embedded { path, name, bytes: bytes.to_vec() }),
        Err(problem) => found.problems.push(problem),
    }
}

/// What the Packager writes: label, source path, and a second path, all ended by NUL, then the file.
struct Native<'a> {
    label: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> Native<'a> {
    fn read(content: &'a [u8]) -> Option<Self> {
        // 2 means that label and paths follow.
        let (label, rest) = until_nul(content.strip_prefix(&[2, 0])?)?;
        let (_source, rest) = until_nul(rest)?;
        // Two words (0, 3), then the length of the temporary path and the path.
        let temporary_len = usize::try_from(u32_at(rest, 4)?).ok()?;
        let rest = rest.get(8..)?.get(temporary_len..)?;
        let len = usize::try_from(u32_at(rest, 0)?).ok()?;
        let bytes = rest.get(4..)?;
        // Less than was told is still the file, as far as it goes.
        Some(Self { label, bytes: bytes.get(..len).unwrap_or(bytes) })
    }
}

fn until_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(0, bytes)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}
