//! Which passwords are tried on an archive, when more are offered than may be tried.

use super::{Hints, Opened, PasswordSource};
use std::collections::HashSet;

/// The passwords to try, in order, each with where it stood.
#[derive(Default)]
pub(super) struct Offer {
    pub(super) words: Vec<String>,
    pub(super) from: Vec<Opened>,
}

impl Offer {
    /// Those of the mail first, then the neighbours', then the usual ones; at most `max`. A long mail offers
    /// hundreds, and must not crowd out the others: a quarter is kept for the usual ones, and half of the rest
    /// for the neighbours', as far as there are so many.
    pub(super) fn new(here: &[String], hints: Hints<'_>, max: usize) -> Self {
        let usual = hints.usual.len().min(max / 4);
        let neighbours = hints.neighbours.len().min(max.saturating_sub(usual) / 2);
        let here_max = max.saturating_sub(usual).saturating_sub(neighbours);
        let mut offer = Self::default();
        let mut known = HashSet::new();
        let sources = here.iter().map(|word| (word, PasswordSource::Here)).take(here_max);
        let others =
            hints.neighbours.iter().enumerate().map(|(at, word)| (word, PasswordSource::Neighbour(at)));
        let room = max.saturating_sub(usual).saturating_sub(here.len().min(here_max));
        let usual = hints.usual.iter().map(|word| (word, PasswordSource::Usual));
        for (word, by) in sources.chain(others.take(room)).chain(usual) {
            if offer.words.len() < max && known.insert(word.as_str()) {
                let chars = u32::try_from(word.chars().count()).unwrap_or(u32::MAX);
                offer.words.push(word.clone());
                offer.from.push(Opened { by, chars });
            }
        }
        offer
    }
}
