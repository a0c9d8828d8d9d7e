//! Opening what carries files without being an archive: RTF, OneNote, shortcuts, web pages, invitations.

use super::Content;
use super::open::{Child, Opener};
use crate::office::{Container, Document, Embedded};
use crate::{html, mail, onenote, rtf, script, shortcut, text, url};

impl Opener<'_> {
    /// Word opens RTF whatever its name says.
    pub(super) fn rtf(&mut self, bytes: &[u8]) -> Content {
        let read = rtf::read(bytes, self.limits, self.budget).take(self.problems);
        let (document, surveys) = rtf::document(read, self.limits, self.problems);
        self.carrier(document, surveys)
    }

    /// The files of a section are its children; links count as what the section leads to.
    pub(super) fn onenote(&mut self, bytes: &[u8]) -> Content {
        let read = onenote::read(bytes, self.limits, self.budget).take(self.problems);
        let mut document = Document { container: Container::OneNote, ..Document::default() };
        document.embedded.extend(read.files.into_iter().map(|file| {
            Embedded {
                // A nameless file still ends as the store says, which decides what a double click runs.
                path: format!("file at {}{}", file.offset, file.extension),
                name: file
                    .name
                    .or_else(|| (!file.extension.is_empty()).then(|| format!("embedded{}", file.extension))),
                bytes: file.bytes,
            }
        }));
        let urls: Vec<_> = read.links.iter().filter_map(|link| url::read(link)).collect();
        let survey = script::Survey { urls, ..script::Survey::default() };
        let surveys = if survey.urls.is_empty() { Vec::new() } else { vec![survey] };
        self.carrier(document, surveys)
    }

    /// A shortcut is read as the script that it is; what hangs behind its end is a file.
    pub(super) fn shortcut(&mut self, bytes: &[u8]) -> Content {
        let mut read = shortcut::read(bytes, self.limits).take(self.problems);
        let survey = shortcut::survey(&read, self.limits, self.problems);
        if !read.appended.is_empty() {
            let name = shortcut::carried(&read);
            self.child(name, std::mem::take(&mut read.appended));
        }
        Content::Script(Box::new(survey))
    }

    /// The files that a page puts together are its children; scripts that leave the browser are surveyed.
    pub(super) fn page(&mut self, bytes: &[u8]) -> Content {
        let source = text::decode(mail::declared_charset(bytes).as_deref(), bytes);
        let page = html::read(&source, self.limits, self.budget).take(self.problems);
        let scripts = page.scripts.iter().map(String::as_str);
        let mut survey = script::survey_page(scripts, self.limits).take(self.problems);
        survey.urls.extend(page.targets.iter().filter_map(|target| url::read(&target.url)));
        for (at, file) in page.files.into_iter().enumerate() {
            let place = file.name.clone().unwrap_or_else(|| format!("file {}", at.saturating_add(1)));
            self.children.push(Child {
                name: file.name.unwrap_or_default(),
                place,
                media_type: String::new(),
                bytes: file.bytes,
                partly: false,
            });
        }
        Content::Script(Box::new(survey))
    }

    /// The files of an invitation are its children, and what it leads to is told as a survey.
    pub(super) fn calendar(&mut self, bytes: &[u8]) -> Content {
        let read = mail::calendar::read(bytes, None, self.limits, self.budget).take(self.problems);
        for (at, file) in read.files.into_iter().enumerate() {
            let place = if file.name.is_empty() {
                format!("file {}", at.saturating_add(1))
            } else {
                file.name.clone()
            };
            self.children.push(Child {
                name: file.name,
                place,
                media_type: file.media_type,
                bytes: file.bytes,
                partly: false,
            });
        }
        let urls = read.links.iter().filter_map(|link| url::read(&link.href)).collect();
        Content::Script(Box::new(script::Survey { urls, ..script::Survey::default() }))
    }

    /// Adds a file found inside, paid for here.
    fn child(&mut self, name: String, bytes: Vec<u8>) {
        match self.budget.spend(bytes.len() as u64, &name) {
            Ok(()) => {
                let place = name.clone();
                self.children.push(Child { name, place, media_type: String::new(), bytes, partly: false });
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    /// A document whose embedded files become children.
    fn carrier(&mut self, mut document: Document, surveys: Vec<script::Survey>) -> Content {
        self.hand_out(&mut document);
        Content::Document(Box::new(document), surveys)
    }
}
