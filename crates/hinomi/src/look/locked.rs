//! The second look: mails whose archives stayed shut, with the passwords of their neighbours.

use super::conversation::{Conversations, Letter};
use super::pieces::{Called, Hint, head};
use super::{Looking, Seen};
use crate::jail::{JailError, Job};
use hinomi_checks::Observed;
use hinomi_model::EvidenceId;
use std::cell::RefCell;
use std::collections::VecDeque;

/// Reads them once more, one after the other: no more of them are held than the jail has in flight.
pub(super) fn open(seen: &mut [Seen], how: &mut Looking<'_>) -> Result<(), JailError> {
    if seen.iter().all(|one| one.again.is_none()) {
        return Ok(());
    }
    let locked: Vec<usize> =
        (0..seen.len()).filter(|at| seen.get(*at).is_some_and(|s| s.again.is_some())).collect();
    let letters: Vec<Option<Letter>> = seen.iter_mut().map(letter).collect();
    // Where each letter of a piece stands among those that are letters.
    let mut known = Vec::with_capacity(letters.len());
    let mut places = Vec::with_capacity(letters.len());
    for letter in letters {
        places.push(letter.as_ref().map(|_| known.len()));
        known.extend(letter);
    }
    let conversations = Conversations::new(&known);
    let sent: RefCell<VecDeque<usize>> = RefCell::default();
    let brief = how.brief();
    let jobs = locked.into_iter().filter_map(|at| {
        let one = seen.get(at)?;
        let mine = known.get((*places.get(at)?)?)?;
        let (passwords, mails) = conversations.candidates(mine);
        let bytes = one.again.as_ref()?.read().ok()?;
        // What changed between the two looks is not read again: the first look stands.
        if passwords.is_empty() || EvidenceId::of(&bytes) != mine.id {
            return None;
        }
        sent.borrow_mut().push_back(at);
        let hint = Hint { passwords, mails };
        let called = Called { source: &one.source, name: &one.name, lies: one.lies };
        Some(Job { head: head(called, &one.place, brief, hint), bytes })
    });
    let mut better: Vec<(usize, Observed)> = Vec::new();
    how.jail.run(jobs, |_, answer| {
        let Some(at) = sent.borrow_mut().pop_front() else { return };
        // A second look that fails leaves the first one standing, with its problem.
        let observed = answer.ok().and_then(|bytes| serde_json::from_slice::<Observed>(&bytes).ok());
        better.extend(observed.map(|observed| (at, observed)));
    })?;
    for (at, observed) in better {
        if let Some(one) = seen.get_mut(at) {
            one.observed = observed;
        }
    }
    Ok(())
}

/// A piece as a letter, when it is a mail. The candidates move: nothing else needs them.
fn letter(seen: &mut Seen) -> Option<Letter> {
    let candidates = std::mem::take(&mut seen.candidates).lines().map(str::to_owned).collect();
    let root = seen.observed.evidence.first()?;
    let mail = seen.observed.observations.iter().find(|o| o.evidence == root.id)?.fact.as_mail()?;
    Some(Letter::new(root.id.clone(), mail, candidates))
}
