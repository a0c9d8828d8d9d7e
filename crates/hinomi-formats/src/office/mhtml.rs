//! "Single file web pages" of Word and Excel: MIME with the macros in an ActiveMime part (`editdata.mso`).

use super::ole::Found;
use super::{Application, Container, Document, base64, inflate, looks_like_ole};
use crate::{Budget, Limits, Parsed};
use memchr::memmem;
use std::borrow::Cow;

/// How an ActiveMime file starts. Office stores with it a compound file, compressed.
pub(super) fn is_active_mime(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ActiveMime")
}

/// Whether a base64 part is an ActiveMime file.
pub(super) fn has_active_mime(bytes: &[u8]) -> bool {
    base64_parts(bytes).any(is_active_mime_part)
}

fn is_active_mime_part(part: &[u8]) -> bool {
    is_active_mime(&base64::decode(part.get(..64).unwrap_or(part)))
}

/// Reads MHTML that has an ActiveMime part, or such a part by itself; `None` for anything else.
pub(super) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Option<Parsed<Document>> {
    let mut found = Found::default();
    if is_active_mime(bytes) {
        add_active_mime(&mut found, "", bytes, limits, budget);
    } else {
        let mut any = false;
        for part in base64_parts(bytes) {
            if is_active_mime_part(part) {
                any = true;
                add_part(&mut found, part, limits, budget);
            }
        }
        if !any {
            return None;
        }
    }
    let document = Document {
        container: Container::Mhtml,
        application: application(bytes),
        projects: found.projects,
        embedded: found.embedded,
        ..Document::default()
    };
    Some(Parsed { value: document, problems: found.problems })
}

/// The program, told by the namespace that its HTML declares.
fn application(bytes: &[u8]) -> Application {
    let marks: [(&[u8], Application); 3] = [
        (b"urn:schemas-microsoft-com:office:word", Application::Word),
        (b"urn:schemas-microsoft-com:office:excel", Application::Excel),
        (b"urn:schemas-microsoft-com:office:powerpoint", Application::PowerPoint),
    ];
    let found = marks.into_iter().find(|(mark, _)| memmem::find(bytes, mark).is_some());
    found.map(|(_, application)| application).unwrap_or_default()
}

fn add_part(found: &mut Found, part: &[u8], limits: &Limits, budget: &mut Budget) {
    // The name stands in headers that need not be there; the macros do not depend on it.
    let place = "editdata.mso";
    match budget.spend(part.len() as u64, place) {
        Ok(()) => add_active_mime(found, place, &base64::decode(part), limits, budget),
        Err(problem) => found.problems.push(problem),
    }
}

/// The bodies that a header calls base64, in order. The boundary is not looked for: a body ends where a line
/// starts with two hyphens, which base64 does not have.
fn base64_parts(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = message;
    std::iter::from_fn(move || {
        let mark = memchr::memchr2_iter(b'b', b'B', rest).find(|at| {
            rest.get(*at..)
                .and_then(|from| from.get(..6))
                .is_some_and(|word| word.eq_ignore_ascii_case(b"base64"))
        })?;
        rest = rest.get(mark + 6..)?;
        let head = rest.get(..HEAD_LEN_MAX).unwrap_or(rest);
        let ends = [&b"\n\r\n"[..], b"\n\n", b"\r\r"];
        let Some(head_end) = ends.iter().filter_map(|end| memmem::find(head, end)).min() else {
            return Some(&[][..]);
        };
        rest = rest.get(head_end..)?.trim_ascii_start();
        let body_end = memmem::find(rest, b"\n--").unwrap_or(rest.len());
        let (body, after) = rest.split_at_checked(body_end)?;
        rest = after;
        Some(body)
    })
}

/// How far behind the word `base64` the headers of a part may end.
const HEAD_LEN_MAX: usize = 8 << 10;

/// Adds what an ActiveMime file holds: zlib data, at an offset that the header tells and that differs by
/// program.
pub(super) fn add_active_mime(
    found: &mut Found,
    place: &str,
    bytes: &[u8],
    limits: &Limits,
    budget: &mut Budget,
) {
    let Some(packed) = zlib_start(bytes) else {
        let problem =
            crate::Problem::new(crate::ProblemKind::Malformed, place, "ActiveMime without zlib data");
        found.problems.push(problem);
        return;
    };
    let Some(unpacked) = inflate::zlib(packed, None, place, budget, &mut found.problems) else { return };
    if looks_like_ole(&unpacked) {
        found.add_inner(place, &unpacked, limits, budget);
    }
}

/// The compound files in the ActiveMime parts of a message, or in such a part by itself; none in anything else.
pub(super) fn compound_files(bytes: &[u8], budget: &mut Budget) -> Parsed<Vec<Vec<u8>>> {
    let place = "editdata.mso";
    let mut found = Parsed::whole(Vec::new());
    let parts: Vec<Cow<'_, [u8]>> = if is_active_mime(bytes) {
        vec![Cow::Borrowed(bytes)]
    } else {
        let parts = base64_parts(bytes).filter(|part| is_active_mime_part(part));
        parts.map(|part| Cow::Owned(base64::decode(part))).collect()
    };
    for part in parts {
        if let Err(problem) = budget.spend(part.len() as u64, place) {
            found.problems.push(problem);
            break;
        }
        let unpacked = zlib_start(&part)
            .and_then(|packed| inflate::zlib(packed, None, place, budget, &mut found.problems));
        found.value.extend(unpacked.filter(|unpacked| looks_like_ole(unpacked)));
    }
    found
}

/// Where the zlib data start: as the header tells, else where Word (0x32) or Excel (0x22A) put it, else at
/// the first thing that inflates to a compound file.
fn zlib_start(bytes: &[u8]) -> Option<&[u8]> {
    let told = super::cfb::u16_at(bytes, 0x1E).map(|offset| usize::from(offset) + 46);
    let anywhere = memchr::memchr_iter(b'x', bytes).take(64);
    told.into_iter()
        .chain([0x32, 0x22A])
        .chain(anywhere)
        .filter_map(|at| bytes.get(at..))
        .find(|from| inflate::starts_ole(from))
}
