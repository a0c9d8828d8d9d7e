//! Source that no project names: every stream is searched for how compressed source begins.

use super::super::cfb::{EntryId, EntryKind};
use super::super::{Module, ModuleKind, VbaProject};
use super::{Reader, code_page, decompress};

/// Source begins with `Attribute VB_Name`. Compressed, the first eight letters stand as they are behind a
/// flag byte of zero.
const BEGINNING: &[u8] = b"\0Attribut";
/// Position in [`BEGINNING`] of the letter that is searched for: the rarest in other streams.
const RARE: usize = 6;
/// Signature and chunk header stand before the beginning.
const BEFORE: usize = 3;

/// Where compressed source may start, in order.
pub(super) fn sources(stream: &[u8]) -> impl Iterator<Item = usize> + '_ {
    beginnings(stream)
        .filter_map(|at| at.checked_sub(BEFORE))
        .filter(|start| decompress::could_start(stream.get(*start..).unwrap_or_default()))
}

/// Positions of [`BEGINNING`], in any case, where it is not the uncompressed word `Attribute`.
fn beginnings(stream: &[u8]) -> impl Iterator<Item = usize> + '_ {
    memchr::memchr2_iter(b'b', b'B', stream).filter_map(|letter| letter.checked_sub(RARE)).filter(|at| {
        let Some((found, after)) = stream.get(*at..).and_then(|rest| rest.split_at_checked(BEGINNING.len()))
        else {
            return false;
        };
        found.eq_ignore_ascii_case(BEGINNING) && !matches!(after.first(), None | Some(b'e' | b'E'))
    })
}

impl Reader<'_, '_> {
    /// Adds what the projects did not name: to the project whose storage holds the stream, else to a project
    /// of its own.
    pub(super) fn orphans(&mut self, projects: &mut Vec<VbaProject>) {
        let mut left_to_search = self.file.file_len().saturating_mul(2);
        let file = self.file;
        let streams = file.entries().filter(|id| file.kind(*id) == EntryKind::Stream);
        for id in streams {
            if self.read.contains(&id) {
                continue;
            }
            let pieces = file.pieces(id, left_to_search as u64).take(self.problems);
            left_to_search = left_to_search.saturating_sub(pieces.iter().map(|piece| piece.len()).sum());
            if left_to_search == 0 {
                // Streams of a sound file do not overlap: together they are never longer than it.
                self.malformed(&file.path(id), "streams overlap; not all were searched for macros");
                break;
            }
            if may_hold_source(&pieces) {
                drop(pieces);
                self.orphan(id, projects);
            }
        }
        for project in projects {
            // Modules of `dir` keep their order; the key is the same for all of them.
            let orphan_stream = |module: &Module| module.orphan.then(|| module.stream.clone());
            project.modules.sort_by_cached_key(orphan_stream);
        }
    }

    fn orphan(&mut self, id: EntryId, projects: &mut Vec<VbaProject>) {
        let place = self.file.path(id);
        let stream = self.file.read(id, self.budget).take(self.problems);
        let storage = self.file.parent(id).map(|storage| self.file.path(storage)).unwrap_or_default();
        let home = projects.iter().position(|project| project.path == storage);
        let code_page = home.and_then(|home| projects.get(home)).map_or(code_page::FALLBACK, |p| p.code_page);
        let mut modules = Vec::new();
        for start in sources(&stream) {
            if self.modules_left == 0 {
                self.too_many_modules(&place);
                break;
            }
            self.modules_left -= 1;
            let Some(code) = self.decompress(stream.get(start..).unwrap_or_default(), &place) else {
                continue;
            };
            modules.push(Module {
                name: self.file.name(id).to_owned(),
                stream: place.clone(),
                kind: ModuleKind::default(),
                code: code_page::decode(code_page, code),
                orphan: true,
            });
        }
        match home.and_then(|home| projects.get_mut(home)) {
            Some(project) => project.modules.extend(modules),
            None if modules.is_empty() => {}
            None => projects.push(VbaProject { path: storage, code_page, modules, ..VbaProject::default() }),
        }
    }
}

/// Whether the beginning stands in a piece, or across the seam of two.
pub(super) fn may_hold_source(pieces: &[&[u8]]) -> bool {
    let reach = BEGINNING.len();
    let mut seam = Vec::with_capacity(3 * reach);
    for piece in pieces {
        if beginnings(piece).next().is_some() {
            return true;
        }
        // The last bytes so far (from more than one piece when pieces are tiny), then the first of this one.
        seam.extend_from_slice(piece.get(..reach).unwrap_or(piece));
        if beginnings(&seam).next().is_some() {
            return true;
        }
        if piece.len() > reach {
            seam.clear();
            seam.extend_from_slice(piece.get(piece.len() - reach..).unwrap_or_default());
        } else {
            seam.drain(..seam.len().saturating_sub(reach));
        }
    }
    false
}
