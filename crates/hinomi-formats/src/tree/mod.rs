//! The whole of one file: a mail with its attachments, an archive with its documents, each one a node.
//!
//! [`read`] looks at the bytes, calls the reader of their kind, and goes on with what that reader found inside,
//! within [`Limits::depth_max`] and one [`crate::Budget`] for everything. Work is a list, not recursion.

mod carriers;
mod kind;
mod mailbox;
mod open;
mod passwords;
mod sketch;
#[cfg(test)]
mod tests;
mod walk;

pub use kind::{Kind, archive_format, detect, kind_by_name};
pub use mailbox::messages;
pub use sketch::{bins, likeness};

use crate::archive::Encryption;
use crate::keys::KeyObject;
use crate::mail::Mail;
use crate::office::Document;
use crate::pdf::Pdf;
use crate::script::Survey;
use crate::{Limits, Parsed};
use std::fmt;

/// Everything in one file. The first node is the file itself; parents stand before their children.
#[derive(Clone, Default)]
pub struct Tree {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Password candidates that the mails in this file offer for archives in neighbouring mails, likeliest
    /// first; at most `passwords_max`. Secret: use them, never keep them.
    pub candidates: Vec<String>,
}

/// Says how many candidates there are, never which.
impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree")
            .field("nodes", &self.nodes)
            .field("candidates", &self.candidates.len())
            .finish()
    }
}

/// One file of the tree.
#[derive(Debug, Clone)]
pub struct Node {
    /// Index of the node it was found in.
    pub parent: Option<usize>,
    /// File name, decoded; of a mail without one, empty.
    pub name: String,
    /// Names from the outermost container to this one, joined by `/`, each cut at [`PLACE_CHARS_MAX`]; empty for
    /// the root.
    pub place: String,
    /// SHA-256 of the bytes.
    pub digest: [u8; 32],
    /// Size in bytes.
    pub size: u64,
    /// The media type its mail declares; empty outside mail.
    pub media_type: String,
    /// What its bytes are.
    pub kind: Kind,
    /// Something of it was not read: its bytes did not come whole, a limit was met in it, or it is damaged. A
    /// problem says what.
    pub partly: bool,
    /// What was read.
    pub content: Content,
}

/// Characters of one name in a [`Node::place`]: a chain of long names would otherwise be written out once for
/// every file below it.
pub const PLACE_CHARS_MAX: usize = 120;

/// What was read of a node.
#[derive(Debug, Clone)]
pub enum Content {
    /// A message. Its parts' bytes have moved into nodes of their own.
    Mail(Box<Mail>),
    /// An archive.
    Archive(Container),
    /// An Office document, with its macros surveyed project by project and then those of its macro sheets. Module
    /// texts and cells are dropped.
    Document(Box<Document>, Vec<Survey>),
    /// A PDF.
    Pdf(Box<Pdf>),
    /// A script, surveyed.
    Script(Box<Survey>),
    /// Events of web pages, as they came: who knows their meaning reads them line by line.
    PageEvents(Vec<u8>),
    /// A recording of the network, as it came: [`crate::capture::Reader`] reads it.
    Recording(crate::capture::Format, Vec<u8>),
    /// The settings of a resolver.
    Resolver(Box<crate::capture::resolver::Settings>),
    /// What TLS servers were found to speak.
    TlsSurvey(Vec<crate::tls::recording::Recording>),
    /// Nothing deeper was read.
    Plain,
}

/// An archive without its entries' bytes.
#[derive(Debug, Clone, Default)]
pub struct Container {
    /// `zip`, `gzip`, `mbox`; of other archives what [`archive_format`] calls it.
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
    /// Not even the names of what is inside are known.
    pub closed: bool,
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
#[derive(Clone, Copy, Default)]
pub struct Hints<'a> {
    /// Candidates from neighbouring mails of the conversation.
    pub neighbours: &'a [String],
    /// The company's usual passwords.
    pub usual: &'a [String],
    /// Passwords of keys and keystores alone: no archive is tried with them.
    pub keys: &'a [String],
}

/// Says how many there are, never which.
impl fmt::Debug for Hints<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hints")
            .field("neighbours", &self.neighbours.len())
            .field("usual", &self.usual.len())
            .field("keys", &self.keys.len())
            .finish()
    }
}

/// A key or certificate in one of the files.
#[derive(Debug, Clone)]
pub struct HeldKey {
    /// Index of the node it stands in.
    pub node: usize,
    /// The key; its place is the one within that node.
    pub key: KeyObject,
}

/// Reads a file and everything in it, and the keys and certificates in every one of them. On encrypted keys the passwords
/// of keys are tried first, then those that the mails around and the other hints offer.
pub fn read_keys(
    name: &str,
    bytes: &[u8],
    hints: Hints<'_>,
    limits: &Limits,
) -> Parsed<(Tree, Vec<HeldKey>)> {
    walk::read_keys(name, bytes, hints, limits)
}

/// Reads a file and everything in it. `name` is its file name and decides only what bytes leave open.
pub fn read(name: &str, bytes: &[u8], hints: Hints<'_>, limits: &Limits) -> Parsed<Tree> {
    walk::read(name, bytes, hints, limits)
}
