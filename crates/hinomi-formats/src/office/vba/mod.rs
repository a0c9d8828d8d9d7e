//! VBA projects in compound files (MS-OVBA): every storage that holds a `dir` stream, and every stream that
//! holds compressed source although no project names it.

mod code_page;
mod compiled;
mod decompress;
mod dir_stream;
mod orphans;
#[cfg(test)]
mod tests;
mod tokens;

pub(super) use code_page::decode as decode_code_page;

use super::cfb::{CompoundFile, EntryId, EntryKind};
use super::{Module, VbaProject};
use crate::{Budget, Limits, Problem, ProblemKind};
use compiled::{Compiled, Names};
use decompress::{Damage, decompress};
use dir_stream::ModuleRecord;
use std::collections::BTreeSet;

/// Reads all projects of a compound file.
pub(super) fn read(
    file: &CompoundFile<'_>,
    limits: &Limits,
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) -> Vec<VbaProject> {
    let mut reader =
        Reader { file, limits, budget, problems, modules_left: limits.modules_max, read: BTreeSet::new() };
    let storages = file.entries().filter(|id| is_vba_storage(file, *id));
    let mut projects: Vec<VbaProject> = storages.filter_map(|storage| reader.project(storage)).collect();
    reader.orphans(&mut projects);
    if is_code_only(file) {
        projects.iter_mut().for_each(|project| project.code_only = true);
    }
    projects
}

/// Whether a compound file is that of a project without forms: a storage `VBA`, and streams beside it that describe
/// the project (MS-OVBA 2.2).
fn is_code_only(file: &CompoundFile<'_>) -> bool {
    let root = file.root();
    file.entries().all(|id| match file.kind(id) {
        EntryKind::Stream => {
            let name = file.name(id);
            let holds_controls =
                ["f", "o", "x", "contents"].iter().any(|held| name.eq_ignore_ascii_case(held));
            let describes = name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("PROJECT"));
            !holds_controls && (describes || file.parent(id) != root)
        }
        _ => Some(id) == root || is_vba_storage(file, id) && file.parent(id) == root,
    })
}

/// A storage named `VBA`. Where it stands differs by program (`Macros` in Word,
/// `_VBA_PROJECT_CUR` in Excel, the root in `vbaProject.bin`), and does not matter.
fn is_vba_storage(file: &CompoundFile<'_>, id: EntryId) -> bool {
    file.kind(id) == EntryKind::Storage && file.name(id).eq_ignore_ascii_case("VBA")
}

/// Reads projects and counts what they may cost.
struct Reader<'r, 'a> {
    file: &'r CompoundFile<'a>,
    limits: &'r Limits,
    budget: &'r mut Budget,
    problems: &'r mut Vec<Problem>,
    modules_left: usize,
    /// Streams that a project has claimed.
    read: BTreeSet<EntryId>,
}

impl Reader<'_, '_> {
    fn project(&mut self, storage: EntryId) -> Option<VbaProject> {
        let dir = self.file.child(storage, "dir");
        let Some(dir) = dir.filter(|dir| self.file.kind(*dir) == EntryKind::Stream) else {
            // Publisher keeps an empty storage for macros that nobody wrote.
            if self.file.children(storage).next().is_some() {
                self.malformed(&self.file.path(storage), "the storage has no dir stream");
            }
            return None;
        };
        let place = self.file.path(dir);
        let compressed = self.file.read(dir, self.budget).take(self.problems);
        // A `dir` stream is a few hundred bytes a module; one limit fits both.
        let unpacked = self.decompress(&compressed, &place)?;
        let listed = dir_stream::read(&unpacked, self.modules_left);
        if listed.is_damaged {
            self.malformed(&place, "bytes that are no record were skipped");
        }
        if listed.has_more_modules {
            self.too_many_modules(&place);
        }
        if code_page::encoding(listed.code_page).is_none() {
            let detail =
                format!("code page {} is not known; read as {}", listed.code_page, code_page::FALLBACK);
            self.problems.push(Problem::new(ProblemKind::Unsupported, &place, detail));
        }
        let mut project = VbaProject {
            path: self.file.path(storage),
            code_page: listed.code_page,
            modules: Vec::with_capacity(listed.modules.len()),
            stomped: Vec::new(),
            code_only: false,
        };
        self.modules_left = self.modules_left.saturating_sub(listed.modules.len());
        let names = self.names(storage, &listed.modules, listed.code_page);
        let mut compiled = Vec::new();
        for record in &listed.modules {
            let Some((module, code)) = self.module(storage, record, listed.code_page, &names) else {
                continue;
            };
            project.modules.push(module);
            compiled.push(code);
        }
        project.stomped = compiled::compare(&project.modules, &compiled, &names);
        Some(project)
    }

    /// The names of the compiled code; none when there is none.
    fn names(&mut self, storage: EntryId, modules: &[ModuleRecord], code_page: u16) -> Names {
        let Some(id) = self.file.child(storage, "_VBA_PROJECT") else { return Names::default() };
        // What is lost of it costs a comparison, and no source.
        let stream = self.file.read(id, self.budget).value;
        let modules: Vec<String> = modules.iter().map(|record| record.name(code_page)).collect();
        Names::read(&stream, &modules, code_page)
    }

    fn module(
        &mut self,
        storage: EntryId,
        record: &ModuleRecord,
        code_page: u16,
        names: &Names,
    ) -> Option<(Module, Compiled)> {
        let name = record.name(code_page);
        let find = |stream_name: String| {
            let id = self.file.child(storage, &stream_name)?;
            (self.file.kind(id) == EntryKind::Stream).then_some(id)
        };
        let Some(id) = record.stream_names(code_page).find_map(find) else {
            let place = format!("{}/{name}", self.file.path(storage));
            self.malformed(&place, "the module's stream is missing");
            return None;
        };
        let place = self.file.path(id);
        if !self.read.insert(id) {
            self.malformed(&place, "two modules name the same stream");
            return None;
        }
        let stream = self.file.read(id, self.budget).take(self.problems);
        let compiled = Compiled::read(stream.get(..record.text_offset).unwrap_or(&stream), names, code_page);
        // A module whose source is gone is one with a source that is empty, as long as there is compiled code.
        let code = self.source(&stream, record.text_offset, &place);
        let code = if compiled.is_empty() { code? } else { code.unwrap_or_default() };
        let code = code_page::decode(code_page, code);
        Some((Module { name, stream: place, kind: record.kind, code, orphan: false }, compiled))
    }

    /// The source in a module's stream. It stands behind the compiled code, at an offset that only `dir`
    /// tells; when that is wrong, the source is found by how it begins.
    fn source(&mut self, stream: &[u8], text_offset: usize, place: &str) -> Option<Vec<u8>> {
        let at_offset = stream.get(text_offset..).unwrap_or_default();
        if decompress::could_start(at_offset) {
            return self.decompress(at_offset, place);
        }
        let Some(start) = orphans::sources(stream).next() else {
            // Nothing but a signature is what an empty module looks like.
            if at_offset.len() > 1 || stream.len() < text_offset {
                self.malformed(place, "no source at the offset told, nor elsewhere in the stream");
            }
            return None;
        };
        self.malformed(place, "the source is not at the offset told");
        self.decompress(stream.get(start..).unwrap_or_default(), place)
    }

    /// Decompresses within the limits; `None` when nothing came out.
    fn decompress(&mut self, container: &[u8], place: &str) -> Option<Vec<u8>> {
        let left = usize::try_from(self.budget.left()).unwrap_or(usize::MAX);
        let len_max = self.limits.macro_bytes_max.min(left);
        let unpacked = decompress(container, len_max);
        match unpacked.damage {
            None | Some(Damage::TrailingBytes) => {}
            Some(Damage::NotCompressed) => self.malformed(place, "not compressed as VBA is"),
            Some(Damage::BadChunk) => self.malformed(place, "a part of the compressed text is damaged"),
            Some(Damage::TooLong) if left < self.limits.macro_bytes_max => {
                self.problems.push(self.budget.spent(place));
            }
            Some(Damage::TooLong) => {
                let max = self.limits.macro_bytes_max as u64;
                self.problems.push(Problem::limit(place, "macro_bytes_max", max));
            }
        }
        if let Err(problem) = self.budget.spend(unpacked.bytes.len() as u64, place) {
            self.problems.push(problem);
            return None;
        }
        (!unpacked.bytes.is_empty()).then_some(unpacked.bytes)
    }

    fn too_many_modules(&mut self, place: &str) {
        self.problems.push(Problem::limit(place, "modules_max", self.limits.modules_max as u64));
    }

    fn malformed(&mut self, place: &str, detail: &str) {
        self.problems.push(Problem::new(ProblemKind::Malformed, place, detail));
    }
}
