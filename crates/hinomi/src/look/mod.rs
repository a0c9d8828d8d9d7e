//! Looking: files are collected, read in the jail, and what was seen in them is brought together.

mod conversation;
mod keys;
mod locked;
mod pieces;
mod seen;
#[cfg(test)]
mod tests;

pub(crate) use seen::{Looked, PlaceLooked};

use crate::jail::{Jail, Job, Lost};
use anyhow::{Context, Result};
use hinomi_checks::{CANDIDATES_MAX, Lies, Observed, PageConfig};
use hinomi_collect::CollectLimits;
use hinomi_formats::Limits;
use hinomi_model::EvidenceId;
use jiff::Timestamp;
use pieces::{Bytes, Called, Hint, Piece, head, pieces};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::PathBuf;

/// One place to look at.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// How the place is called: in the store, as the asset of files that are nobody's mail, and in front of the path
    /// of everything in it. Must not change with the folder the program is started in.
    pub(crate) label: String,
    /// Where it is.
    pub(crate) what: What,
}

/// Where a place is.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// A file or folder.
    Path(PathBuf),
    /// Bytes that came by standard input.
    Bytes(Vec<u8>),
}

/// How to look.
pub(crate) struct Looking<'a> {
    pub(crate) jail: &'a mut Jail,
    /// A jail with more time, for what is done once for all keys of a run; opened when there are many.
    pub(crate) patient_jail: &'a dyn Fn() -> Result<Jail>,
    pub(crate) limits: &'a Limits,
    pub(crate) collect: &'a CollectLimits,
    pub(crate) usual_passwords: &'a [String],
    /// Passwords of keys and keystores.
    pub(crate) key_passwords: &'a [String],
    /// Keys that are known to others, in the format of badkeys.
    pub(crate) blocklist: Option<&'a [u8]>,
    /// Our own domains, lower case.
    pub(crate) own_domains: &'a [String],
    /// What is expected of pages, and how the company's networks differ from the rest.
    pub(crate) pages: &'a PageConfig,
    pub(crate) now: Timestamp,
    /// Told after each file.
    pub(crate) progress: &'a dyn Fn(&str),
}

/// What every reader is told alike.
#[derive(Clone, Copy)]
struct Brief<'a> {
    limits: &'a Limits,
    usual: &'a [String],
    key_passwords: &'a [String],
    now: Timestamp,
    own_domains: &'a [String],
    pages: &'a PageConfig,
}

impl<'a> Looking<'a> {
    fn brief(&self) -> Brief<'a> {
        Brief {
            limits: self.limits,
            usual: self.usual_passwords,
            key_passwords: self.key_passwords,
            now: self.now,
            own_domains: self.own_domains,
            pages: self.pages,
        }
    }
}

/// A piece that was read.
struct Seen {
    place: String,
    source: String,
    name: String,
    lies: Lies,
    /// The file of those with keys in it.
    path: Option<PathBuf>,
    /// To read it once more; only for those that stayed locked.
    again: Option<Bytes>,
    /// The password candidates it offers, a line each: one of these is held for every mail of a run.
    candidates: Box<str>,
    observed: Observed,
}

/// Looks at places, one after the other, then a second time at mails whose archives stayed shut, with the
/// passwords of their neighbours.
pub(crate) fn look(places: &[Place], how: &mut Looking<'_>) -> Result<Looked> {
    let mut looked = Looked::default();
    let mut seen = Vec::new();
    for place in places {
        looked.places.entry(place.label.clone()).or_default();
        read_all(place, how, &mut looked, &mut seen)?;
    }
    locked::open(&mut seen, how)?;
    looked.keys_not_compared(keys::together(&mut seen, how)?);
    for one in seen {
        looked.take(one, how.now);
    }
    Ok(looked)
}

/// Reads the pieces of one place in the jail, in their order, as they are found.
fn read_all(place: &Place, how: &mut Looking<'_>, looked: &mut Looked, seen: &mut Vec<Seen>) -> Result<()> {
    let refused = RefCell::new(Vec::new());
    let sent: RefCell<VecDeque<Piece>> = RefCell::default();
    let (brief, progress) = (how.brief(), how.progress);
    let jobs = pieces(place, how.collect).filter_map(|piece| {
        let read = piece.and_then(|piece| piece.bytes.read().map(|bytes| (piece, bytes)));
        read.map(|(piece, bytes)| {
            let called = Called { source: &piece.source, name: &piece.name, lies: piece.lies };
            let head = head(called, &place.label, brief, Hint::default());
            sent.borrow_mut().push_back(piece);
            Job { head, bytes }
        })
        .map_err(|problem| refused.borrow_mut().push(problem))
        .ok()
    });
    let mut lost = Vec::new();
    let done = |_: usize, answer: Result<Vec<u8>, Lost>| {
        let Some(piece) = sent.borrow_mut().pop_front() else { return };
        progress(&piece.source);
        match answer.map(|bytes| serde_json::from_slice::<Observed>(&bytes)) {
            Ok(Ok(observed)) => seen.push(kept(place, piece, observed)),
            Ok(Err(_)) => lost.push((piece, Lost::Garbled)),
            Err(why) => lost.push((piece, why)),
        }
    };
    how.jail.run(jobs, done).context("read in the jail")?;
    for problem in refused.into_inner() {
        looked.not_collected(place, &problem);
    }
    for (piece, why) in lost {
        let id = piece.bytes.read().ok().map(|bytes| EvidenceId::of(&bytes));
        looked.lost(&place.label, &piece.source, id, &why);
    }
    Ok(())
}

/// What is held of a piece until all are read.
fn kept(place: &Place, piece: Piece, mut observed: Observed) -> Seen {
    // The answer came out of the jail; what it may weigh is decided here.
    let mut candidates = std::mem::take(&mut observed.candidates);
    candidates.truncate(CANDIDATES_MAX);
    let holds_keys = observed.locked || observed.observations.iter().any(|seen| seen.fact.as_key().is_some());
    Seen {
        lies: piece.lies,
        path: piece.bytes.path().filter(|_| holds_keys).map(std::path::Path::to_owned),
        candidates: candidates.join("\n").into_boxed_str(),
        place: place.label.clone(),
        again: observed.locked.then_some(piece.bytes),
        source: piece.source,
        name: piece.name,
        observed,
    }
}
