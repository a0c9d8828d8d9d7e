//! The walk: a list of files found and not yet read, worked off one by one.

use super::open::{Child, Opener};
use super::passwords::Offer;
use super::{Content, HeldKey, Hints, Kind, Node, PLACE_CHARS_MAX, Tree, detect};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind, keys, mail};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::rc::Rc;

pub(super) fn read(name: &str, bytes: &[u8], hints: Hints<'_>, limits: &Limits) -> Parsed<Tree> {
    let Parsed { value: (tree, _), problems } = walk(name, bytes, hints, limits, None);
    Parsed { value: tree, problems }
}

/// The same, and the keys in every file.
pub(super) fn read_keys(
    name: &str,
    bytes: &[u8],
    hints: Hints<'_>,
    limits: &Limits,
) -> Parsed<(Tree, Vec<HeldKey>)> {
    walk(name, bytes, hints, limits, Some(Vec::new()))
}

fn walk(
    name: &str,
    bytes: &[u8],
    hints: Hints<'_>,
    limits: &Limits,
    keys: Option<Vec<HeldKey>>,
) -> Parsed<(Tree, Vec<HeldKey>)> {
    let mut walk = Walk {
        tree: Tree::default(),
        keys,
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
        partly: false,
        passwords: Rc::from([]),
    });
    while let Some(found) = walk.waiting.pop() {
        walk.visit(found);
    }
    Parsed { value: (walk.tree, walk.keys.unwrap_or_default()), problems: walk.problems }
}

/// A file found and not yet read.
pub(super) struct Found<'a> {
    parent: Option<usize>,
    pub(super) name: String,
    place: String,
    media_type: String,
    pub(super) bytes: Cow<'a, [u8]>,
    depth: u32,
    /// Its container could not hand it over whole.
    partly: bool,
    /// Candidates of the mails around it, the innermost first.
    pub(super) passwords: Rc<[String]>,
}

struct Walk<'a> {
    tree: Tree,
    /// The keys found, when they are asked for.
    keys: Option<Vec<HeldKey>>,
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
        let mut kind = match detect(&found.name, &found.bytes) {
            // Its container says so, and no first byte says otherwise.
            Kind::Other if found.media_type == "message/rfc822" => Kind::Mail,
            _ if found.media_type == "message/rfc822" && mail::looks_like_mail(&found.bytes) => Kind::Mail,
            kind => kind,
        };
        let mut problems = Vec::new();
        let (content, children) = if found.depth > self.limits.depth_max && is_read(kind) {
            let limit = u64::from(self.limits.depth_max);
            problems.push(Problem::limit("", "depth_max", limit));
            (Content::Plain, Vec::new())
        } else {
            let mut opener = Opener::new(&mut self.budget, &mut problems, self.hints, self.limits);
            let content = opener.open(&found, &mut kind);
            (content, opener.children)
        };
        self.keys(&found, &mut problems);
        let partly = found.partly || !problems.is_empty();
        self.problems.extend(problems.into_iter().map(|problem| placed(problem, &found.place)));
        let index = self.tree.nodes.len();
        let passwords = self.passwords(&content, &found);
        self.descend(index, &found, &passwords, children);
        self.tree.nodes.push(Node {
            parent: found.parent,
            digest: Sha256::digest(&found.bytes).into(),
            size: u64::try_from(found.bytes.len()).unwrap_or(u64::MAX),
            place: found.place,
            media_type: found.media_type,
            kind,
            partly,
            content,
            name: found.name,
        });
    }

    /// Reads the keys in a file, whatever else it is.
    fn keys(&mut self, found: &Found<'_>, problems: &mut Vec<Problem>) {
        let node = self.tree.nodes.len();
        // Nearly no file holds any, and a mailbox offers many passwords.
        let Some(held) = self.keys.as_mut().filter(|_| keys::may_hold(&found.bytes)) else { return };
        let offer = Offer::new(&found.passwords, self.hints, self.limits.passwords_max);
        let words: Vec<String> = self.hints.keys.iter().chain(&offer.words).cloned().collect();
        let read = keys::read(&found.name, &found.bytes, &words, self.limits).take(problems);
        held.extend(read.into_iter().map(|key| HeldKey { node, key }));
    }

    /// The candidates for what is inside: a mail's own before those of the mails around it.
    fn passwords(&mut self, content: &Content, found: &Found<'_>) -> Rc<[String]> {
        let Content::Mail(mail) = content else { return Rc::clone(&found.passwords) };
        let mine = mail::password_candidates(&format!("{}\n{}", mail.subject, mail.text), self.limits);
        let room = self.limits.passwords_max.saturating_sub(self.tree.candidates.len());
        self.tree.candidates.extend(mine.iter().take(room).cloned());
        // Half at least for the mails around: one that forwards a message may say the password of what is in it.
        let outer = found.passwords.len().min(self.limits.passwords_max / 2);
        let mine = mine.into_iter().take(self.limits.passwords_max.saturating_sub(outer));
        mine.chain(found.passwords.iter().take(outer).cloned()).collect()
    }

    /// Puts the children on the list, last first, so that they are read in their order.
    fn descend(&mut self, index: usize, found: &Found<'_>, passwords: &Rc<[String]>, children: Vec<Child>) {
        for child in children.into_iter().rev() {
            let label = cut(&child.place);
            let place = if found.place.is_empty() { label } else { format!("{}/{label}", found.place) };
            self.waiting.push(Found {
                parent: Some(index),
                name: child.name,
                place,
                media_type: child.media_type,
                bytes: Cow::Owned(child.bytes),
                depth: found.depth.saturating_add(1),
                partly: child.partly,
                passwords: Rc::clone(passwords),
            });
        }
    }
}

/// Whether a file of this kind is looked into.
fn is_read(kind: Kind) -> bool {
    !matches!(kind, Kind::Program | Kind::Other)
}

fn placed(problem: Problem, place: &str) -> Problem {
    if place.is_empty() { problem } else { problem.inside(place) }
}

/// A name as a place shows it.
fn cut(name: &str) -> String {
    match name.char_indices().nth(PLACE_CHARS_MAX) {
        Some((at, _)) => format!("{}…", name.get(..at).unwrap_or_default()),
        None => name.to_owned(),
    }
}

/// A document or archive that says what it is and then is not: nothing of it was read, and that is told.
pub(super) fn unreadable(what: &str) -> Problem {
    Problem::new(ProblemKind::Unreadable, "", format!("starts like {what}, and could not be read as one"))
}
