//! Which mails belong together, so that a password in one opens the archive in the other.

use hinomi_model::EvidenceId;
use hinomi_model::fact::MailFact;
use std::collections::{BTreeMap, BTreeSet};

/// Mails of one sender this far apart, in seconds, still belong together: a password mail follows within a day.
const APART_S_MAX: i64 = 24 * 60 * 60;
/// Candidates taken from one neighbour; the likeliest stand first.
const FROM_ONE_MAX: usize = 40;
/// Candidates tried in all; readers try no more either.
const IN_ALL_MAX: usize = 400;

/// One mail, as far as its neighbours care. Holds secrets: never stored, never printed.
pub(crate) struct Letter {
    pub(crate) id: EvidenceId,
    pub(crate) candidates: Vec<String>,
    message_id: Option<String>,
    references: Vec<String>,
    sender: String,
    subject: String,
    at: Option<i64>,
}

impl Letter {
    pub(crate) fn new(id: EvidenceId, mail: &MailFact, candidates: Vec<String>) -> Self {
        Self {
            id,
            candidates,
            message_id: mail.message_id.clone(),
            references: mail.references.clone(),
            sender: mail.from.first().map(|from| from.address.to_lowercase()).unwrap_or_default(),
            subject: bare_subject(&mail.subject),
            at: mail.date.map(|date| date.as_second()),
        }
    }
}

/// A subject without reply prefixes and case.
fn bare_subject(subject: &str) -> String {
    const PREFIXES: &[&str] = &["re:", "fw:", "fwd:", "re：", "fw：", "返信:", "返信：", "転送:", "転送："];
    let mut rest = subject.trim().to_lowercase();
    while let Some(bare) = PREFIXES.iter().find_map(|prefix| rest.strip_prefix(prefix)) {
        rest = bare.trim_start().to_owned();
    }
    rest
}

/// The mails of a run, findable by what ties them together.
pub(crate) struct Conversations<'a> {
    letters: &'a [Letter],
    by_tie: BTreeMap<Tie<'a>, Vec<usize>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Tie<'a> {
    Message(&'a str),
    Sender(&'a str),
    Subject(&'a str),
}

impl<'a> Conversations<'a> {
    pub(crate) fn new(letters: &'a [Letter]) -> Self {
        let mut by_tie: BTreeMap<Tie<'a>, Vec<usize>> = BTreeMap::new();
        for (at, letter) in letters.iter().enumerate() {
            for tie in ties(letter) {
                by_tie.entry(tie).or_default().push(at);
            }
        }
        Self { letters, by_tie }
    }

    /// The password candidates of the neighbours of `of`, nearest in time first, each with the mail it stood in.
    pub(crate) fn candidates(&self, of: &Letter) -> (Vec<String>, Vec<EvidenceId>) {
        let mut near: BTreeSet<usize> = BTreeSet::new();
        for tie in ties(of) {
            let loose = !matches!(tie, Tie::Message(_));
            let tied = self.by_tie.get(&tie).into_iter().flatten().copied();
            near.extend(
                tied.filter(|at| !loose || self.letters.get(*at).is_some_and(|other| close(of, other))),
            );
        }
        let mut near: Vec<&Letter> = near.into_iter().filter_map(|at| self.letters.get(at)).collect();
        near.retain(|other| other.id != of.id);
        near.sort_by_key(|other| (distance(of, other), &other.id));
        let (mut words, mut mails) = (Vec::new(), Vec::new());
        for letter in near {
            for word in letter.candidates.iter().take(FROM_ONE_MAX) {
                if words.len() < IN_ALL_MAX && !words.contains(word) {
                    words.push(word.clone());
                    mails.push(letter.id.clone());
                }
            }
        }
        (words, mails)
    }
}

fn ties(letter: &Letter) -> Vec<Tie<'_>> {
    let mut ties: Vec<Tie<'_>> =
        letter.message_id.iter().chain(&letter.references).map(|id| Tie::Message(id)).collect();
    if !letter.sender.is_empty() {
        ties.push(Tie::Sender(&letter.sender));
    }
    if letter.subject.chars().count() > 3 {
        ties.push(Tie::Subject(&letter.subject));
    }
    ties
}

fn distance(one: &Letter, other: &Letter) -> i64 {
    match (one.at, other.at) {
        (Some(a), Some(b)) => a.abs_diff(b).try_into().unwrap_or(i64::MAX),
        _ => i64::MAX,
    }
}

fn close(one: &Letter, other: &Letter) -> bool {
    distance(one, other) <= APART_S_MAX
}
