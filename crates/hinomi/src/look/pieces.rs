//! The pieces of a place: found one by one while the ones before are read.

use super::{Brief, Place, What};
use crate::reader::Head;
use hinomi_checks::{Lies, Origin};
use hinomi_collect::{CollectLimits, CollectProblem, Fetch, FileState, Item, Taken, collect};
use hinomi_formats::tree;
use hinomi_model::EvidenceId;
use jiff::Timestamp;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

/// The name of a message that has none: it is known to be one.
const MESSAGE: &str = "message.eml";

/// A piece collected and not yet read.
pub(super) struct Piece {
    pub(super) source: String,
    pub(super) name: String,
    pub(super) bytes: Bytes,
    pub(super) lies: Lies,
}

/// Bytes that can be read more than once.
pub(super) enum Bytes {
    Fetch(Fetch),
    Here(Rc<[u8]>, Range<usize>),
}

impl Bytes {
    /// The file they are in, when they are in one.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Fetch(fetch) => Some(fetch.path()),
            Self::Here(..) => None,
        }
    }

    pub(super) fn read(&self) -> Result<Vec<u8>, CollectProblem> {
        match self {
            Self::Fetch(fetch) => fetch.read(),
            Self::Here(bytes, range) => Ok(bytes.get(range.clone()).unwrap_or_default().to_vec()),
        }
    }
}

/// Everything to read in a place, and what could not be collected.
pub(super) fn pieces<'a>(
    place: &'a Place,
    limits: &CollectLimits,
) -> Box<dyn Iterator<Item = Result<Piece, CollectProblem>> + 'a> {
    match &place.what {
        What::Bytes(bytes) => Box::new(of_bytes(&place.label, bytes).into_iter().map(Ok)),
        What::Path(path) => {
            let items = collect(std::slice::from_ref(path), limits);
            Box::new(items.map(|item| item.map(|item| of_item(&place.label, path, item))))
        }
    }
}

/// Standard input: one file, or the messages of an mbox.
fn of_bytes(label: &str, bytes: &[u8]) -> Vec<Piece> {
    let shared: Rc<[u8]> = Rc::from(bytes);
    let messages = tree::messages(bytes).enumerate().map(|(at, range)| Piece {
        source: format!("{label}#{}", at + 1),
        name: MESSAGE.to_owned(),
        bytes: Bytes::Here(Rc::clone(&shared), range),
        lies: Lies::default(),
    });
    let messages: Vec<Piece> = messages.collect();
    if !messages.is_empty() {
        return messages;
    }
    let bytes = Bytes::Here(Rc::clone(&shared), 0..shared.len());
    vec![Piece { source: label.to_owned(), name: String::new(), bytes, lies: Lies::default() }]
}

fn of_item(label: &str, path: &Path, item: Item) -> Piece {
    Piece {
        name: file_name(&item),
        source: called(label, path, &item.source),
        lies: item.state.map(lies).unwrap_or_default(),
        bytes: Bytes::Fetch(item.fetch),
    }
}

fn lies(state: FileState) -> Lies {
    let changed = state.changed_unix_s.and_then(|seconds| Timestamp::from_second(seconds).ok());
    Lies { mode: state.mode, owner: state.owner, changed }
}

/// A path below a place, as the place is called: the same whatever folder the program is started in.
pub(super) fn called(label: &str, path: &Path, source: &str) -> String {
    let path = path.to_string_lossy();
    match source.strip_prefix(path.trim_end_matches('/')) {
        Some(rest) if rest.is_empty() || rest.starts_with('#') => format!("{label}{rest}"),
        Some(rest) => format!("{}/{}", label.trim_end_matches('/'), rest.trim_start_matches('/')),
        None => source.to_owned(),
    }
}

/// The name of a piece as a reader should know it.
fn file_name(item: &Item) -> String {
    match item.taken {
        Taken::File => item.source.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
        Taken::Maildir { .. } | Taken::Mbox { .. } => MESSAGE.to_owned(),
    }
}

/// Passwords of neighbouring mails, each with the mail it stood in.
#[derive(Default)]
pub(super) struct Hint {
    pub(super) passwords: Vec<String>,
    pub(super) mails: Vec<EvidenceId>,
}

/// How a piece is called, and how it lies there.
#[derive(Clone, Copy)]
pub(super) struct Called<'a> {
    pub(super) source: &'a str,
    pub(super) name: &'a str,
    pub(super) lies: Lies,
}

/// What the reader is told about a piece.
pub(super) fn head(piece: Called<'_>, store: &str, brief: Brief<'_>, hint: Hint) -> Vec<u8> {
    let head = Head {
        origin: Origin {
            source: piece.source.to_owned(),
            name: piece.name.to_owned(),
            store: store.to_owned(),
            own_domains: brief.own_domains.to_vec(),
            pages: brief.pages.clone(),
            taken_by: concat!("hinomi ", env!("CARGO_PKG_VERSION")).to_owned(),
            neighbours: hint.mails,
            lies: piece.lies,
            looked_at: Some(brief.now),
        },
        neighbours: hint.passwords,
        usual: brief.usual.to_vec(),
        keys: brief.key_passwords.to_vec(),
        limits: brief.limits.clone(),
    };
    serde_json::to_vec(&head).unwrap_or_default()
}
