//! The whole of one file: a mail with its attachments, an archive with its documents, each one a node.
//!
//! [`read`] looks at the bytes, calls the reader of their kind, and goes on with what that reader found inside,
//! within [`Limits::depth_max`] and one [`Budget`] for everything. Work is a list, not recursion.

mod kind;
#[cfg(test)]
mod tests;

pub use kind::{Kind, detect, kind_by_name};

use crate::archive::{self, Archive, Encryption};
use crate::mail::{self, Mail};
use crate::office::{self, Document};
use crate::pdf::{self, Pdf};
use crate::script::{self, Survey};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind, text};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Everything in one file. The first node is the file itself; parents stand before their children.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Password candidates that the mails in this file offer for archives in neighbouring mails, likeliest
    /// first. Secret: use them, never keep them.
    pub candidates: Vec<String>,
}

/// One file of the tree.
#[derive(Debug, Clone)]
pub struct Node {
    /// Index of the node it was found in.
    pub parent: Option<usize>,
    /// File name, decoded; of a mail without one, empty.
    pub name: String,
    /// Names from the outermost container to this one, joined by `/`; empty for the root.
    pub place: String,
    /// SHA-256 of the bytes.
    pub digest: [u8; 32],
    /// Size in bytes.
    pub size: u64,
    /// The media type its mail declares; empty outside mail.
    pub media_type: String,
    /// What its bytes are.
    pub kind: Kind,
    /// What was read.
    pub content: Content,
}

/// What was read of a node.
#[derive(Debug, Clone)]
pub enum Content {
    /// A message. Its parts' bytes have moved into nodes of their own.
    Mail(Box<Mail>),
    /// An archive.
    Archive(Container),
    /// An Office document, with its macros surveyed project by project. Module texts are dropped.
    Document(Box<Document>, Vec<Survey>),
    /// A PDF.
    Pdf(Box<Pdf>),
    /// A script, surveyed.
    Script(Box<Survey>),
    /// Nothing deeper was read.
    Plain,
}

/// An archive without its entries' bytes.
#[derive(Debug, Clone, Default)]
pub struct Container {
    /// `zip` or `gzip`.
    pub format: &'static str,
    /// Number of entries.
    pub entries: usize,
    /// Number of encrypted entries.
    pub encrypted: usize,
    /// Cipher of the first encrypted entry.
    pub encryption: Encryption,
    /// Where the password stood that opened it.
    pub opened_with: Option<Opened>,
    /// Entries whose bytes were not read: name and claimed size.
    pub unread: Vec<(String, u64)>,
}

/// Which password opened an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Where it stood.
    pub by: PasswordSource,
    /// Its length in characters.
    pub chars: u32,
}

/// Where a password stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordSource {
    /// In the text of a mail around the archive.
    Here,
    /// In [`Hints::neighbours`], at this index.
    Neighbour(usize),
    /// In [`Hints::usual`].
    Usual,
}

/// Passwords from outside the file, tried on encrypted archives after those of the mail itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'a> {
    /// Candidates from neighbouring mails of the conversation.
    pub neighbours: &'a [String],
    /// The company's usual passwords.
    pub usual: &'a [String],
}

/// Reads a file and everything in it. `name` is its file name and decides only what bytes leave open.
pub fn read(name: &str, bytes: &[u8], hints: Hints<'_>, limits: &Limits) -> Parsed<Tree> {
    let mut walk = Walk {
        tree: Tree::default(),
        problems: Vec::new(),
        budget: Budget::new(limits),
        waiting: Vec::new(),
        hints,
        limits,
    };
    walk.waiting.push(Found {
        parent: None,
        name: name.to_owned(),
        place: String::new(),
        media_type: String::new(),
        bytes: Cow::Borrowed(bytes),
        depth: 0,
        passwords: Vec::new(),
    });
    while let Some(found) = walk.waiting.pop() {
        walk.visit(found);
    }
    Parsed { value: walk.tree, problems: walk.problems }
}

/// A file found and not yet read.
struct Found<'a> {
    parent: Option<usize>,
    name: String,
    place: String,
    media_type: String,
    bytes: Cow<'a, [u8]>,
    depth: u32,
    /// Candidates of the mail around it.
    passwords: Vec<String>,
}

struct Walk<'a> {
    tree: Tree,
    problems: Vec<Problem>,
    budget: Budget,
    waiting: Vec<Found<'a>>,
    hints: Hints<'a>,
    limits: &'a Limits,
}

impl Walk<'_> {
    fn visit(&mut self, found: Found<'_>) {
        if self.tree.nodes.len() >= self.limits.entries_max {
            let limit = u64::try_from(self.limits.entries_max).unwrap_or(u64::MAX);
            self.problems.push(Problem::limit(&found.place, "entries_max", limit));
            self.waiting.clear();
            return;
        }
        let digest = Sha256::digest(&found.bytes).into();
        let first_problem = self.problems.len();
        let mut kind = match detect(&found.name, &found.bytes) {
            // Its container says so, and no first byte says otherwise.
            Kind::Other if found.media_type == "message/rfc822" => Kind::Mail,
            kind => kind,
        };
        let mut children = Vec::new();
        let content = self.open(&found, &mut kind, &mut children);
        for problem in self.problems.iter_mut().skip(first_problem) {
            if !found.place.is_empty() {
                let inner = std::mem::replace(problem, Problem::new(ProblemKind::Unreadable, "", ""));
                *problem = inner.inside(&found.place);
            }
        }
        let index = self.tree.nodes.len();
        self.tree.nodes.push(Node {
            parent: found.parent,
            place: found.place.clone(),
            digest,
            size: u64::try_from(found.bytes.len()).unwrap_or(u64::MAX),
            media_type: found.media_type.clone(),
            kind,
            content,
            name: found.name.clone(),
        });
        self.descend(index, &found, children);
    }

    /// Puts the children on the list, last first, so that they are read in their order.
    fn descend(&mut self, index: usize, found: &Found<'_>, children: Vec<Child>) {
        let depth = found.depth.saturating_add(1);
        if depth > self.limits.depth_max {
            if !children.is_empty() {
                let limit = u64::from(self.limits.depth_max);
                self.problems.push(Problem::limit(&found.place, "depth_max", limit));
            }
            return;
        }
        let passwords = self.tree.nodes.get(index).and_then(|node| match &node.content {
            Content::Mail(mail) => {
                Some(mail::password_candidates(&format!("{}\n{}", mail.subject, mail.text), self.limits))
            }
            _ => None,
        });
        if let Some(mine) = &passwords {
            self.tree.candidates.extend(mine.iter().cloned());
        }
        let passwords = passwords.unwrap_or_else(|| found.passwords.clone());
        for child in children.into_iter().rev() {
            let place =
                if found.place.is_empty() { child.place } else { format!("{}/{}", found.place, child.place) };
            self.waiting.push(Found {
                parent: Some(index),
                name: child.name,
                place,
                media_type: child.media_type,
                bytes: Cow::Owned(child.bytes),
                depth,
                passwords: passwords.clone(),
            });
        }
    }

    /// Calls the reader of the kind; a reader may find that the kind is another one.
    fn open(&mut self, found: &Found<'_>, kind: &mut Kind, children: &mut Vec<Child>) -> Content {
        match *kind {
            Kind::Mail => self.open_mail(&found.bytes, children),
            Kind::Document | Kind::Zip => match office::read(&found.bytes, self.limits, &mut self.budget) {
                Some(parsed) => {
                    *kind = Kind::Document;
                    self.open_document(parsed, children)
                }
                None if *kind == Kind::Zip => self.open_zip(found, children),
                None => Content::Plain,
            },
            Kind::Gzip => {
                let archive = archive::read_gzip(&found.bytes, self.limits, &mut self.budget);
                let archive = archive.take(&mut self.problems);
                Content::Archive(self.container("gzip", archive, &[], children))
            }
            Kind::Pdf => self.open_pdf(&found.bytes, children),
            Kind::Script => {
                let source = text::decode_guess(&found.bytes);
                let survey = script::survey_text(&source, self.limits).take(&mut self.problems);
                Content::Script(Box::new(survey))
            }
            Kind::Program | Kind::Other => Content::Plain,
        }
    }

    fn open_mail(&mut self, bytes: &[u8], children: &mut Vec<Child>) -> Content {
        let mut mail = mail::read(bytes, self.limits, &mut self.budget).take(&mut self.problems);
        for part in &mut mail.parts {
            let name = part.name.clone().unwrap_or_default();
            let label = if name.is_empty() { part.path.clone() } else { name.clone() };
            children.push(Child {
                place: label,
                name,
                media_type: part.media_type.clone(),
                bytes: std::mem::take(&mut part.bytes),
            });
        }
        Content::Mail(Box::new(mail))
    }

    fn open_document(&mut self, parsed: Parsed<Document>, children: &mut Vec<Child>) -> Content {
        let mut document = parsed.take(&mut self.problems);
        let mut surveys = Vec::with_capacity(document.projects.len());
        for project in &mut document.projects {
            surveys.push(script::survey_vba(&project.modules, self.limits).take(&mut self.problems));
            for module in &mut project.modules {
                module.code = String::new();
            }
        }
        for embedded in &mut document.embedded {
            let name = embedded.name.clone().unwrap_or_default();
            children.push(Child {
                place: if name.is_empty() { embedded.path.clone() } else { name.clone() },
                name,
                media_type: String::new(),
                bytes: std::mem::take(&mut embedded.bytes),
            });
        }
        Content::Document(Box::new(document), surveys)
    }

    fn open_pdf(&mut self, bytes: &[u8], children: &mut Vec<Child>) -> Content {
        let mut pdf = pdf::read(bytes, self.limits, &mut self.budget).take(&mut self.problems);
        for embedded in &mut pdf.embedded {
            children.push(Child {
                place: embedded.name.clone(),
                name: embedded.name.clone(),
                media_type: String::new(),
                bytes: std::mem::take(&mut embedded.bytes),
            });
        }
        Content::Pdf(Box::new(pdf))
    }

    fn open_zip(&mut self, found: &Found<'_>, children: &mut Vec<Child>) -> Content {
        let sources: Vec<(&String, PasswordSource)> = found
            .passwords
            .iter()
            .map(|password| (password, PasswordSource::Here))
            .chain(self.hints.neighbours.iter().enumerate().map(|(at, p)| (p, PasswordSource::Neighbour(at))))
            .chain(self.hints.usual.iter().map(|password| (password, PasswordSource::Usual)))
            .collect();
        let passwords: Vec<String> = sources.iter().map(|(password, _)| (*password).clone()).collect();
        let opened: Vec<Opened> = sources
            .iter()
            .map(|(password, by)| Opened {
                by: *by,
                chars: u32::try_from(password.chars().count()).unwrap_or(u32::MAX),
            })
            .collect();
        let archive = archive::read_zip(&found.bytes, &passwords, self.limits, &mut self.budget);
        let archive = archive.take(&mut self.problems);
        Content::Archive(self.container("zip", archive, &opened, children))
    }

    fn container(
        &self,
        format: &'static str,
        archive: Archive,
        opened: &[Opened],
        children: &mut Vec<Child>,
    ) -> Container {
        let mut container = Container { format, entries: archive.entries.len(), ..Container::default() };
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
                Some(bytes) if !directory => children.push(Child {
                    name: entry.name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
                    place: entry.name,
                    media_type: String::new(),
                    bytes,
                }),
                None if !directory => container.unread.push((entry.name, entry.size)),
                _ => {}
            }
        }
        container
    }
}

/// A file found inside another.
struct Child {
    name: String,
    place: String,
    media_type: String,
    bytes: Vec<u8>,
}
