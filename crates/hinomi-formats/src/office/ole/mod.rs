//! Documents that are a compound file themselves, and compound files inside other documents.

mod embedded;
pub(super) mod encryption;
mod outside;
pub(super) mod powerpoint;

use super::cfb::{CompoundFile, EntryKind};
use super::{Application, Container, Document, Embedded, VbaProject, vba};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind};
use std::collections::BTreeSet;

/// Reads a compound file as a document; `None` when it is no compound file.
pub(super) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Option<Parsed<Document>> {
    let mut problems = Vec::new();
    let file = CompoundFile::open(bytes, limits)?.take(&mut problems);
    let mut document =
        Document { container: Container::Ole, application: application(&file), ..Document::default() };
    if let Some(place) = encryption::place(&file) {
        document.encrypted = true;
        problems.push(Problem::new(ProblemKind::Encrypted, place, "the document is encrypted"));
    }
    let mut depth_left = limits.depth_max;
    let mut found = Found::default();
    found.search(&file, limits, budget, &mut depth_left);
    problems.append(&mut found.problems);
    document.projects = found.projects;
    document.embedded = found.embedded;
    if !document.encrypted {
        outside::read(&file, &mut document, limits, budget, &mut problems);
    }
    Some(Parsed { value: document, problems })
}

/// What the compound files of one document hold.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) projects: Vec<VbaProject>,
    pub(super) embedded: Vec<Embedded>,
    pub(super) problems: Vec<Problem>,
}

impl Found {
    /// Adds what a compound file inside the document holds. `place` is its part or stream.
    pub(super) fn add_inner(&mut self, place: &str, bytes: &[u8], limits: &Limits, budget: &mut Budget) {
        let mut depth_left = limits.depth_max;
        self.add_at_depth(place, bytes, limits, budget, &mut depth_left);
    }

    fn add_at_depth(
        &mut self,
        place: &str,
        bytes: &[u8],
        limits: &Limits,
        budget: &mut Budget,
        depth_left: &mut u32,
    ) {
        let Some(opened) = CompoundFile::open(bytes, limits) else { return };
        let mut inner = Self::default();
        let file = opened.take(&mut inner.problems);
        inner.search(&file, limits, budget, depth_left);
        self.problems.extend(inner.problems.into_iter().map(|problem| problem.inside(place)));
        self.embedded.extend(inner.embedded.into_iter().map(|mut file| {
            file.path = format!("{place}:{}", file.path);
            file
        }));
        self.projects.extend(inner.projects.into_iter().map(|mut project| {
            project.path = format!("{place}:{}", project.path);
            for module in &mut project.modules {
                module.stream = format!("{place}:{}", module.stream);
            }
            project
        }));
    }

    fn search(
        &mut self,
        file: &CompoundFile<'_>,
        limits: &Limits,
        budget: &mut Budget,
        depth_left: &mut u32,
    ) {
        self.projects.extend(vba::read(file, limits, budget, &mut self.problems));
        embedded::read(file, budget, self);
        let Some(slides) = file.find(powerpoint::STREAM) else { return };
        if *depth_left == 0 {
            self.problems.push(Problem::limit(powerpoint::STREAM, "depth_max", u64::from(limits.depth_max)));
            return;
        }
        let stream = file.read(slides, budget).take(&mut self.problems);
        let mut inner = Self::default();
        for (place, storage) in powerpoint::storages(&stream, limits, budget, &mut self.problems) {
            *depth_left -= 1;
            inner.add_at_depth(&place, &storage, limits, budget, depth_left);
            *depth_left += 1;
        }
        self.add_slides(inner);
        if powerpoint::says_macros(&stream) && self.projects.is_empty() {
            let detail = "the presentation says that it has macros, and none were found";
            self.problems.push(Problem::new(ProblemKind::Malformed, powerpoint::STREAM, detail));
        }
    }

    /// Adds what the storages of a presentation hold. Source in a storage that is not packed was met before,
    /// as an orphan of the stream around it.
    fn add_slides(&mut self, inner: Self) {
        let read: BTreeSet<&str> =
            inner.projects.iter().flat_map(|project| &project.modules).map(|m| m.code.as_str()).collect();
        for project in &mut self.projects {
            project.modules.retain(|module| {
                module.stream != powerpoint::STREAM || !module.orphan || !read.contains(module.code.as_str())
            });
        }
        self.projects.retain(|project| !project.modules.is_empty());
        self.projects.extend(inner.projects);
        self.embedded.extend(inner.embedded);
        self.problems.extend(inner.problems);
    }
}

/// The program, told by the stream that only it writes.
fn application(file: &CompoundFile<'_>) -> Application {
    let marks = [
        ("WordDocument", Application::Word),
        ("Workbook", Application::Excel),
        ("Book", Application::Excel),
        (powerpoint::STREAM, Application::PowerPoint),
    ];
    let has = |name| file.find(name).is_some_and(|id| file.kind(id) == EntryKind::Stream);
    marks.into_iter().find(|(name, _)| has(name)).map(|(_, application)| application).unwrap_or_default()
}
