//! Which mails belong together, so that a password in one opens the archive in the other.

#[cfg(test)]
mod tests;

use hinomi_checks::bare_subject;
use hinomi_model::EvidenceId;
use hinomi_model::fact::MailFact;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Mails of one sender this far apart, in seconds, still belong together: a password mail follows within a day.
const APART_S_MAX: u64 = 24 * 60 * 60;
/// Neighbours looked at for each tie, the nearest in time first: a sender of a hundred thousand mails must not make
/// each of them look at all others.
const NEAREST_MAX: usize = 50;
/// References followed, the newest first.
const REFERENCES_MAX: usize = 50;
/// Candidates tried in all; readers try no more either.
const IN_ALL_MAX: usize = 400;
/// Shorter subjects are shared by too many.
const SUBJECT_CHARS_MIN: usize = 4;

/// One mail, as far as its neighbours care. Holds secrets: never stored, never printed.
pub(crate) struct Letter {
    pub(crate) id: EvidenceId,
    candidates: Vec<String>,
    message_id: Option<String>,
    references: Vec<String>,
    sender: String,
    subject: String,
    at: Option<i64>,
}

impl Letter {
    pub(crate) fn new(id: EvidenceId, mail: &MailFact, candidates: Vec<String>) -> Self {
        let newest = mail.references.len().saturating_sub(REFERENCES_MAX);
        Self {
            id,
            candidates,
            message_id: mail.message_id.clone(),
            references: mail.references.iter().skip(newest).cloned().collect(),
            sender: mail.from.first().map(|from| from.address.to_lowercase()).unwrap_or_default(),
            subject: bare_subject(&mail.subject).to_lowercase(),
            at: mail.date.map(|date| date.as_second()),
        }
    }
}

/// The mails of a run, findable by what ties them together.
pub(crate) struct Conversations<'a> {
    letters: &'a [Letter],
    by_tie: BTreeMap<Tie<'a>, Tied>,
}

/// The mails with one tie.
#[derive(Default)]
struct Tied {
    /// With a date, in order of it.
    dated: Vec<(i64, usize)>,
    undated: Vec<usize>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Tie<'a> {
    Message(&'a str),
    Sender(&'a str),
    Subject(&'a str),
}

impl<'a> Conversations<'a> {
    pub(crate) fn new(letters: &'a [Letter]) -> Self {
        let mut by_tie: BTreeMap<Tie<'a>, Tied> = BTreeMap::new();
        for (index, letter) in letters.iter().enumerate() {
            for tie in ties(letter) {
                let tied = by_tie.entry(tie).or_default();
                match letter.at {
                    Some(at) => tied.dated.push((at, index)),
                    None => tied.undated.push(index),
                }
            }
        }
        for tied in by_tie.values_mut() {
            tied.dated.sort_unstable();
        }
        Self { letters, by_tie }
    }

    /// The password candidates of the neighbours of `of`, nearest in time first, each with the mail it stood in.
    pub(crate) fn candidates(&self, of: &Letter) -> (Vec<String>, Vec<EvidenceId>) {
        let mut near: BTreeSet<usize> = BTreeSet::new();
        for tie in ties(of) {
            if let Some(tied) = self.by_tie.get(&tie) {
                // An answer may take weeks; a shared sender or subject alone means little after a day.
                let apart_max = if matches!(tie, Tie::Message(_)) { u64::MAX } else { APART_S_MAX };
                near.extend(tied.nearest(of.at, apart_max));
            }
        }
        let mut near: Vec<&Letter> = near.into_iter().filter_map(|at| self.letters.get(at)).collect();
        near.retain(|other| other.id != of.id);
        near.sort_by_key(|other| (distance(of, other), &other.id));
        let (mut words, mut mails) = (Vec::new(), Vec::new());
        let mut known = HashSet::new();
        for letter in near {
            for word in &letter.candidates {
                if words.len() < IN_ALL_MAX && known.insert(word.as_str()) {
                    words.push(word.clone());
                    mails.push(letter.id.clone());
                }
            }
        }
        (words, mails)
    }
}

impl Tied {
    /// The nearest mails, at most `apart_max` seconds away. Without a date nothing is near, only tied.
    fn nearest(&self, at: Option<i64>, apart_max: u64) -> Vec<usize> {
        let Some(at) = at else {
            let any = if apart_max == u64::MAX { NEAREST_MAX } else { 0 };
            return self
                .undated
                .iter()
                .copied()
                .chain(self.dated.iter().map(|(_, i)| *i))
                .take(any)
                .collect();
        };
        let split = self.dated.partition_point(|(other, _)| *other < at);
        let (before, after) = self.dated.split_at(split);
        let (mut before, mut after) = (before.iter().rev().peekable(), after.iter().peekable());
        let apart = |one: Option<&&(i64, usize)>| one.map_or(u64::MAX, |(other, _)| other.abs_diff(at));
        let mut found = Vec::new();
        while found.len() < NEAREST_MAX && (before.peek().is_some() || after.peek().is_some()) {
            let (back, forth) = (apart(before.peek()), apart(after.peek()));
            if back.min(forth) > apart_max {
                break;
            }
            let next = if back < forth || after.peek().is_none() { before.next() } else { after.next() };
            found.extend(next.map(|(_, index)| *index));
        }
        if apart_max == u64::MAX {
            found.extend(self.undated.iter().take(NEAREST_MAX.saturating_sub(found.len())));
        }
        found
    }
}

fn ties(letter: &Letter) -> Vec<Tie<'_>> {
    let mut ties: Vec<Tie<'_>> =
        letter.message_id.iter().chain(&letter.references).map(|id| Tie::Message(id)).collect();
    if !letter.sender.is_empty() {
        ties.push(Tie::Sender(&letter.sender));
    }
    if letter.subject.chars().count() >= SUBJECT_CHARS_MIN {
        ties.push(Tie::Subject(&letter.subject));
    }
    ties
}

/// Seconds between two mails; as far as can be when one has no date.
fn distance(one: &Letter, other: &Letter) -> u64 {
    match (one.at, other.at) {
        (Some(a), Some(b)) => a.abs_diff(b),
        _ => u64::MAX,
    }
}
