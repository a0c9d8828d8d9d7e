//! Campaigns: mails of many senders whose documents were built by the same hand.
//!
//! The files of a campaign are unique for every victim, and so are the names in their macros. What stays is the shape
//! of the code, the picture that asks to enable macros, and the wording of the subject.

use super::skeleton;
use crate::document::acts_alone;
use hinomi_formats::tree::{bins, likeness};
use hinomi_model::fact::{Address, MacroFact};
use hinomi_model::{EvidenceId, Observation};
use std::collections::{BTreeMap, BTreeSet};

/// Domains that must send the same before it is a campaign: one sender repeats himself, and two may work together.
const DOMAINS_MIN: usize = 3;
/// How alike the code or the files of two documents are, in percent. Unrelated macros of one author reach 30.
const CODE_ALIKE: u8 = 60;
const FILE_ALIKE: u8 = 60;
/// Documents compared with for each bin they share: the tenth like the first nine tells nothing new.
const COMPARED_MAX: usize = 8;

/// What was sent by many hands, from all mail of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Campaigns {
    campaigns: Vec<Campaign>,
    by_mail: BTreeMap<EvidenceId, usize>,
    by_subject: BTreeMap<String, usize>,
}

/// One campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Campaign {
    /// Its mails.
    pub mails: BTreeSet<EvidenceId>,
    /// The domains of their senders.
    pub domains: BTreeSet<String>,
    /// The subjects as they are written, of the first mails in order.
    pub subjects: BTreeSet<String>,
}

/// A mail with a document that acts by itself.
struct Armed<'a> {
    mail: &'a EvidenceId,
    domain: String,
    subject: &'a str,
    document: &'a MacroFact,
}

impl Campaigns {
    /// Reads the campaigns off all observations of a run. Time is near linear in the number of documents.
    pub fn from_observations(observations: &[Observation]) -> Self {
        let armed = armed(observations);
        let mut groups = Groups::of(armed.len());
        let mut seen: BTreeMap<(u8, usize, &str), Vec<usize>> = BTreeMap::new();
        for (at, mail) in armed.iter().enumerate() {
            let kinds =
                [(0, &mail.document.code_sketch, CODE_ALIKE), (1, &mail.document.file_sketch, FILE_ALIKE)];
            for (kind, sketch, alike) in kinds {
                let other = |other: &Armed<'_>| {
                    likeness(sketch, sketch_of(other, kind)).is_some_and(|seen| seen >= alike)
                };
                for (bin, value) in bins(sketch) {
                    let known = seen.entry((kind, bin, value)).or_default();
                    let joined = known.iter().filter(|known| armed.get(**known).is_some_and(other));
                    joined.for_each(|known| groups.join(*known, at));
                    if known.len() < COMPARED_MAX {
                        known.push(at);
                    }
                }
            }
        }
        join_by_wording(&armed, &mut groups);
        Self::of(&armed, &mut groups)
    }

    fn of(armed: &[Armed<'_>], groups: &mut Groups) -> Self {
        let mut by_group: BTreeMap<usize, Campaign> = BTreeMap::new();
        for (at, mail) in armed.iter().enumerate() {
            let campaign = by_group.entry(groups.first(at)).or_default();
            campaign.mails.insert(mail.mail.clone());
            campaign.domains.insert(mail.domain.clone());
            if campaign.subjects.len() < COMPARED_MAX {
                campaign.subjects.insert(mail.subject.to_owned());
            }
        }
        let mut campaigns = Self::default();
        for campaign in by_group.into_values().filter(|campaign| campaign.domains.len() >= DOMAINS_MIN) {
            let number = campaigns.campaigns.len();
            campaigns.by_mail.extend(campaign.mails.iter().map(|mail| (mail.clone(), number)));
            let wordings = campaign.subjects.iter().filter_map(|subject| skeleton(subject));
            campaigns.by_subject.extend(wordings.map(|wording| (wording, number)));
            campaigns.campaigns.push(campaign);
        }
        campaigns
    }

    /// The campaign a mail is part of.
    pub fn of_mail(&self, mail: &EvidenceId) -> Option<&Campaign> {
        self.campaigns.get(*self.by_mail.get(mail)?)
    }

    /// The campaign whose subjects are worded like this one.
    pub(crate) fn worded_like(&self, subject: &str) -> Option<&Campaign> {
        self.campaigns.get(*self.by_subject.get(&skeleton(subject)?)?)
    }
}

fn armed(observations: &[Observation]) -> Vec<Armed<'_>> {
    let mails: BTreeMap<&EvidenceId, _> = observations
        .iter()
        .filter(|seen| seen.within.is_none())
        .filter_map(|seen| seen.fact.as_mail().map(|mail| (&seen.evidence, mail)))
        .collect();
    let mut armed: Vec<Armed<'_>> = observations
        .iter()
        .filter_map(|seen| {
            seen.fact.as_macro().filter(|fact| acts_alone(fact)).map(|fact| (seen.root(), fact))
        })
        .filter_map(|(root, document)| {
            let (mail, fact) = mails.get_key_value(root)?;
            let domain = fact.from.first().map(Address::domain).filter(|domain| !domain.is_empty())?;
            Some(Armed { mail, domain, subject: &fact.subject, document })
        })
        .collect();
    // The order of reading decides nothing.
    armed.sort_by(|a, b| (a.mail, &a.document.name).cmp(&(b.mail, &b.document.name)));
    armed
}

fn sketch_of<'a>(mail: &'a Armed<'_>, kind: u8) -> &'a str {
    if kind == 0 { &mail.document.code_sketch } else { &mail.document.file_sketch }
}

/// The same wording of the subject above the same request to enable macros.
fn join_by_wording(armed: &[Armed<'_>], groups: &mut Groups) {
    let mut firsts: BTreeMap<(String, &[String]), usize> = BTreeMap::new();
    for (at, mail) in armed.iter().enumerate().filter(|(_, mail)| !mail.document.decoys.is_empty()) {
        if let Some(wording) = skeleton(mail.subject) {
            let first = *firsts.entry((wording, mail.document.decoys.as_slice())).or_insert(at);
            groups.join(first, at);
        }
    }
}

/// Disjoint sets, each named by its first member.
struct Groups(Vec<usize>);

impl Groups {
    fn of(len: usize) -> Self {
        Self((0..len).collect())
    }

    fn first(&mut self, at: usize) -> usize {
        let mut first = at;
        while let Some(above) = self.0.get(first).copied().filter(|above| *above != first) {
            let next = self.0.get(above).copied().unwrap_or(above);
            if let Some(link) = self.0.get_mut(first) {
                *link = next;
            }
            first = next;
        }
        first
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        if let Some(link) = self.0.get_mut(one.max(other)) {
            *link = one.min(other);
        }
    }
}
