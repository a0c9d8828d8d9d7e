//! Opening one file: the reader of its kind is called, and what it found inside becomes children.

use super::kind::extension;
use super::passwords::Offer;
use super::walk::{Found, unreadable};
use super::{Container, Content, Hints, Kind, Opened, archive_format, kind_by_name, mailbox, sketch};
use crate::archive::{self, Archive, Encryption};
use crate::office::{self, Document};
use crate::{
    Budget, Limits, Parsed, Problem, ProblemKind, capture, html, mail, onenote, pdf, rtf, script, shortcut,
    text, tls,
};
use std::collections::HashSet;

/// A file found inside another.
pub(super) struct Child {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) media_type: String,
    pub(super) bytes: Vec<u8>,
    pub(super) partly: bool,
}

/// What opening one file needs, and what it finds.
pub(super) struct Opener<'a> {
    pub(super) budget: &'a mut Budget,
    pub(super) problems: &'a mut Vec<Problem>,
    pub(super) hints: Hints<'a>,
    pub(super) limits: &'a Limits,
    pub(super) children: Vec<Child>,
}

impl<'a> Opener<'a> {
    pub(super) fn new(
        budget: &'a mut Budget,
        problems: &'a mut Vec<Problem>,
        hints: Hints<'a>,
        limits: &'a Limits,
    ) -> Self {
        Self { budget, problems, hints, limits, children: Vec::new() }
    }

    /// Calls the reader of the kind; a reader may find that the kind is another one.
    pub(super) fn open(&mut self, found: &Found<'_>, kind: &mut Kind) -> Content {
        match *kind {
            Kind::Mail => self.mail(&found.bytes),
            Kind::Mailbox => self.mailbox(&found.bytes),
            Kind::Document if rtf::looks_like_rtf(&found.bytes) => self.rtf(&found.bytes),
            Kind::Document if onenote::looks_like_onenote(&found.bytes) => self.onenote(&found.bytes),
            Kind::Document | Kind::Zip => match self.office(found) {
                Some(content) => {
                    *kind = Kind::Document;
                    content
                }
                None if *kind == Kind::Zip => self.zip(found),
                None => {
                    self.problems.push(unreadable("a document"));
                    Content::Plain
                }
            },
            Kind::Gzip => self.gzip(found),
            Kind::OtherArchive => self.other_archive(found),
            Kind::Pdf => self.pdf(found),
            Kind::Script if shortcut::looks_like_shortcut(&found.bytes) => self.shortcut(&found.bytes),
            Kind::Script => {
                let source = text::decode_guess(&found.bytes);
                let survey = script::survey_file(&found.name, &source, self.limits).take(self.problems);
                if html::looks_like_html(&found.bytes) {
                    self.page(&found.bytes);
                }
                Content::Script(Box::new(survey))
            }
            Kind::Html => self.page(&found.bytes),
            Kind::Calendar => self.calendar(&found.bytes),
            Kind::Other if matches!(extension(&found.name).as_str(), "csv" | "tsv" | "slk") => {
                self.table(&found.bytes)
            }
            Kind::Recording => self.recording(found),
            Kind::ResolverSettings => match capture::resolver::detect(&found.name, &found.bytes) {
                Some(program) => {
                    let read = capture::resolver::read(program, &found.bytes, self.limits);
                    Content::Resolver(Box::new(read.take(self.problems)))
                }
                None => Content::Plain,
            },
            Kind::TlsSurvey => {
                let read = tls::recording::recordings(&found.bytes, self.limits);
                Content::TlsSurvey(read.take(self.problems))
            }
            Kind::PageEvents => match self.budget.spend(found.bytes.len() as u64, "") {
                Ok(()) => Content::PageEvents(found.bytes.to_vec()),
                Err(problem) => {
                    self.problems.push(problem);
                    Content::Plain
                }
            },
            Kind::Program | Kind::Other => Content::Plain,
        }
    }

    fn mail(&mut self, bytes: &[u8]) -> Content {
        let mut mail = mail::read(bytes, self.limits, self.budget).take(self.problems);
        let damaged = damaged(self.problems);
        for part in &mut mail.parts {
            let name = part.name.clone().unwrap_or_default();
            self.children.push(Child {
                place: if name.is_empty() { part.path.clone() } else { name.clone() },
                name,
                media_type: part.media_type.clone(),
                bytes: std::mem::take(&mut part.bytes),
                partly: damaged.contains(&format!("part {}", part.path)),
            });
        }
        Content::Mail(Box::new(mail))
    }

    /// A recording is read by who judges it. Excel opens a table whatever its columns are called.
    fn recording(&mut self, found: &Found<'_>) -> Content {
        let is_table = matches!(extension(&found.name).as_str(), "csv" | "tsv" | "slk");
        if is_table && let Content::Document(document, surveys) = self.table(&found.bytes) {
            return Content::Document(document, surveys);
        }
        match (capture::detect(&found.bytes), self.budget.spend(found.bytes.len() as u64, "")) {
            (Some(format), Ok(())) => Content::Recording(format, found.bytes.to_vec()),
            (_, Err(problem)) => {
                self.problems.push(problem);
                Content::Plain
            }
            (None, Ok(())) => Content::Plain,
        }
    }

    fn mailbox(&mut self, bytes: &[u8]) -> Content {
        let mut container = Container { format: "mbox", ..Container::default() };
        for (at, range) in mailbox::messages(bytes).enumerate().take(self.limits.entries_max) {
            let message = bytes.get(range).unwrap_or_default();
            container.entries = at.saturating_add(1);
            let place = format!("#{}", container.entries);
            if let Err(problem) = self.budget.spend(message.len() as u64, &place) {
                self.problems.push(problem);
                break;
            }
            self.children.push(Child {
                name: "message.eml".to_owned(),
                place,
                media_type: String::new(),
                bytes: message.to_vec(),
                partly: false,
            });
        }
        Content::Archive(container)
    }

    /// A document; one that is encrypted is opened first, with the passwords of the mail as well.
    fn office(&mut self, found: &Found<'_>) -> Option<Content> {
        let mut unlocked = None;
        if office::looks_like_ole(&found.bytes) {
            let offer = Offer::new(&found.passwords, self.hints, self.limits.passwords_max);
            let opened = office::unlock(&found.bytes, &offer.words, self.limits, self.budget);
            unlocked = opened.take(self.problems);
        }
        let bytes: &[u8] = unlocked.as_ref().map_or(&found.bytes, |unlocked| &unlocked.bytes);
        let mut parsed = office::read_as_is(bytes, self.limits, self.budget)?;
        parsed.value.opened_with = unlocked.as_ref().map(|unlocked| unlocked.by);
        Some(self.document(bytes, parsed))
    }

    fn document(&mut self, bytes: &[u8], parsed: Parsed<Document>) -> Content {
        let mut document = parsed.take(self.problems);
        let mut surveys = Vec::with_capacity(document.projects.len());
        let code_only = document.projects.iter().filter(|project| project.code_only);
        let code_only: Vec<String> =
            code_only.filter_map(|project| Some(project.path.split_once(':')?.0.to_owned())).collect();
        for project in &mut document.projects {
            // What the macros can read of their document is only read when they deserve it.
            let mut unread = Vec::new();
            let around = || {
                let around = office::surroundings(bytes, &code_only, self.limits, self.budget);
                let mut around = around.take(&mut unread);
                let workbook = office::workbook(bytes, self.limits, self.budget);
                around.workbook = workbook.map(|parsed| parsed.take(&mut unread));
                around
            };
            let survey = script::survey_vba_with(&project.modules, self.limits, around).take(self.problems);
            self.problems.append(&mut unread);
            if acts(&survey) && document.sketches.code.is_empty() {
                document.sketches.code = sketch::of_code(&project.modules);
            }
            surveys.push(survey);
            for module in &project.stomped {
                surveys.push(script::survey_compiled(module, self.limits).take(self.problems));
            }
            for module in &mut project.modules {
                module.code = String::new();
            }
        }
        if let Some(workbook) = &mut document.workbook {
            surveys.push(script::survey_xlm(workbook, self.limits).take(self.problems));
            workbook.sheets.iter_mut().for_each(|sheet| sheet.cells = Vec::new());
        }
        if !document.dde.is_empty() {
            surveys.push(script::survey_dde(&document.dde, self.limits).take(self.problems));
        }
        if surveys.iter().any(acts) {
            document.sketches.bytes = sketch::of_bytes(bytes);
        }
        self.hand_out(&mut document);
        if document.container == office::Container::Ooxml {
            self.stowaways(bytes);
        }
        Content::Document(Box::new(document), surveys)
    }

    /// The files inside a document become children.
    pub(super) fn hand_out(&mut self, document: &mut Document) {
        for embedded in &mut document.embedded {
            let name = embedded.name.clone().unwrap_or_default();
            self.children.push(Child {
                place: if name.is_empty() { embedded.path.clone() } else { name.clone() },
                name,
                media_type: String::new(),
                bytes: std::mem::take(&mut embedded.bytes),
                partly: false,
            });
        }
    }

    /// Text that Excel opens as a table. Nothing in it runs but formulas that start a program.
    fn table(&mut self, bytes: &[u8]) -> Content {
        let dde = office::dde_in_table(&text::decode_guess(bytes), "cells", self.limits.commands_max);
        if dde.is_empty() {
            return Content::Plain;
        }
        let surveys = vec![script::survey_dde(&dde, self.limits).take(self.problems)];
        let (container, application) = (office::Container::Table, office::Application::Excel);
        Content::Document(Box::new(Document { container, application, dde, ..Document::default() }), surveys)
    }

    /// Files in a package that are no parts of a document. One part named `[Content_Types].xml` makes a package of
    /// any ZIP, and who opens it as a ZIP sees the others.
    fn stowaways(&mut self, bytes: &[u8]) {
        let inside = archive::read_zip_some(bytes, &is_stowaway, self.limits, self.budget);
        let theirs = inside.problems.into_iter().filter(|problem| is_stowaway(&problem.place));
        self.problems.extend(theirs);
        let damaged = damaged(self.problems);
        for entry in inside.value.entries {
            if let Some(bytes) = entry.bytes {
                self.children.push(child_of_archive(entry.name, bytes, &damaged));
            }
        }
    }

    fn pdf(&mut self, found: &Found<'_>) -> Content {
        let offer = Offer::new(&found.passwords, self.hints, self.limits.passwords_max);
        let read = pdf::read_with(&found.bytes, &offer.words, self.limits, self.budget);
        let mut pdf = read.take(self.problems);
        for embedded in &mut pdf.embedded {
            self.children.push(Child {
                place: embedded.name.clone(),
                name: embedded.name.clone(),
                media_type: String::new(),
                bytes: std::mem::take(&mut embedded.bytes),
                partly: false,
            });
        }
        Content::Pdf(Box::new(pdf))
    }

    fn gzip(&mut self, found: &Found<'_>) -> Content {
        let archive = archive::read_gzip(&found.bytes, self.limits, self.budget);
        let cut = !archive.problems.is_empty();
        let mut archive = archive.take(self.problems);
        for entry in archive.entries.iter_mut().filter(|entry| entry.name.is_empty()) {
            // As gunzip does it: `report.doc.gz` holds `report.doc`.
            let bare = found.name.strip_suffix(".gz").or_else(|| found.name.strip_suffix(".GZ"));
            entry.name = bare.unwrap_or("content").to_owned();
        }
        let container = self.container("gzip", archive, &[]);
        self.children.iter_mut().for_each(|child| child.partly |= cut);
        Content::Archive(container)
    }

    fn zip(&mut self, found: &Found<'_>) -> Content {
        let offer = Offer::new(&found.passwords, self.hints, self.limits.passwords_max);
        let archive = archive::read_zip(&found.bytes, &offer.words, self.limits, self.budget);
        let archive = archive.take(self.problems);
        Content::Archive(self.container("zip", archive, &offer.from))
    }

    fn other_archive(&mut self, found: &Found<'_>) -> Content {
        let format = archive_format(&found.bytes).unwrap_or_default();
        let offer = Offer::new(&found.passwords, self.hints, self.limits.passwords_max);
        if let Some(read) = archive::read_other(format, &found.bytes, &offer.words, self.limits, self.budget)
        {
            let archive = read.take(self.problems);
            return Content::Archive(self.container(format, archive, &offer.from));
        }
        self.problems.push(Problem::new(
            ProblemKind::Unsupported,
            "",
            format!("{format} archives are not read"),
        ));
        Content::Archive(Container { format, closed: true, ..Container::default() })
    }

    fn container(&mut self, format: &'static str, archive: Archive, opened: &[Opened]) -> Container {
        let mut container = Container { format, entries: archive.entries.len(), ..Container::default() };
        // A ZIP without a single entry that says nothing is one whose directory was not found.
        container.closed = archive.entries.is_empty() && !self.problems.is_empty();
        if archive.sealed != Encryption::None {
            (container.encrypted, container.encryption) = (1, archive.sealed);
        }
        let damaged = damaged(self.problems);
        for entry in archive.entries {
            if entry.encryption != Encryption::None {
                if container.encrypted == 0 {
                    container.encryption = entry.encryption;
                }
                container.encrypted = container.encrypted.saturating_add(1);
                if container.opened_with.is_none() {
                    container.opened_with = entry.opened_with.and_then(|at| opened.get(at)).copied();
                }
            }
            let directory = entry.name.ends_with('/');
            match entry.bytes {
                Some(bytes) if !directory => {
                    self.children.push(child_of_archive(entry.name, bytes, &damaged));
                }
                None if !directory => container.unread.push((entry.name, entry.size)),
                _ => {}
            }
        }
        container
    }
}

fn child_of_archive(name: String, bytes: Vec<u8>, damaged: &HashSet<String>) -> Child {
    Child {
        name: name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
        partly: damaged.contains(&name),
        place: name,
        media_type: String::new(),
        bytes,
    }
}

/// The places of what was not handed over whole.
fn damaged(problems: &[Problem]) -> HashSet<String> {
    problems.iter().map(|problem| problem.place.clone()).collect()
}

/// Whether an entry point leads to a call that starts a program or fetches: only such documents are compared.
fn acts(survey: &script::Survey) -> bool {
    let powers = [script::Power::Process, script::Power::Network];
    survey.calls.iter().any(|call| powers.contains(&call.power) && !call.reached_from.is_empty())
}

/// Whether a part of a package is a file that has no business there.
fn is_stowaway(name: &str) -> bool {
    let folder = name.replace('\\', "/").to_ascii_lowercase();
    let runs = matches!(
        kind_by_name(name),
        Kind::Program | Kind::Script | Kind::Zip | Kind::Gzip | Kind::Mail | Kind::Pdf | Kind::Document
    );
    runs && extension(name) != "xml" && !folder.contains("/embeddings/")
}
