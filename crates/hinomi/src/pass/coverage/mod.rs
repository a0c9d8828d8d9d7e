//! What a run may call gone: only what was looked for where it was, in full.

#[cfg(test)]
mod tests;

use crate::look::PlaceLooked;
use hinomi_model::{AssetId, CheckId, Coverage, EvidenceId, Finding};
use std::collections::{BTreeMap, BTreeSet};

/// What is known before the run is closed.
pub(crate) struct Known<'a> {
    pub(crate) checks: &'a [&'a CheckId],
    pub(crate) places: &'a BTreeMap<String, PlaceLooked>,
    /// The assets with findings ever seen in a place, by its label.
    pub(crate) assets: &'a BTreeMap<String, Vec<AssetId>>,
    /// Evidence a check of this run could not decide about.
    pub(crate) undecided: &'a BTreeSet<EvidenceId>,
    /// Checks that could not decide about a server, a key, a page: whatever it was seen in.
    pub(crate) undecided_of: &'a BTreeSet<(CheckId, AssetId)>,
}

/// A finding that stands and was not seen in this run.
pub(crate) struct Unseen<'a> {
    pub(crate) finding: &'a Finding,
    /// The evidence around its evidence, outwards: the archive, the mail.
    pub(crate) around: Vec<EvidenceId>,
}

impl Known<'_> {
    /// All checks looked at every asset of a place whose whole content was read. An asset that is also in a place
    /// with a blind spot was not looked at whole. A finding stays what it was when its evidence, or what that came
    /// in, was not read whole, or its case was not decided.
    pub(crate) fn coverage(&self, unseen: &[Unseen<'_>]) -> Coverage {
        let mut coverage = Coverage::default();
        let (blind, open): (Vec<_>, Vec<_>) = self.places.iter().partition(|(_, place)| place.blind);
        let hidden: BTreeSet<&AssetId> = blind.into_iter().flat_map(|place| self.assets_of(place)).collect();
        let looked_at: BTreeSet<&AssetId> =
            open.into_iter().flat_map(|place| self.assets_of(place)).collect();
        for asset in looked_at.difference(&hidden) {
            self.checks.iter().for_each(|check| coverage.add(check, asset));
        }
        for one in unseen.iter().filter(|one| self.is_unsure(one)) {
            coverage.remove(&one.finding.check, &one.finding.asset);
        }
        coverage
    }

    fn assets_of<'b>(
        &'b self,
        (label, place): (&String, &'b PlaceLooked),
    ) -> impl Iterator<Item = &'b AssetId> {
        self.assets.get(label).into_iter().flatten().chain(&place.assets)
    }

    fn is_unsure(&self, unseen: &Unseen<'_>) -> bool {
        let of_it = || unseen.finding.evidence().iter().map(|proof| &proof.sha256).chain(&unseen.around);
        self.places.values().any(|place| {
            of_it().any(|id| place.partly_evidence.contains(id))
                || unseen.finding.evidence().iter().any(|proof| is_partly(place, &proof.source))
        }) || of_it().any(|id| self.undecided.contains(id))
            || self.undecided_of.contains(&(unseen.finding.check.clone(), unseen.finding.asset.clone()))
    }
}

/// Whether a source, or a folder or mailbox around it, was not read whole.
fn is_partly(place: &PlaceLooked, source: &str) -> bool {
    let cuts = source.char_indices().filter(|(_, c)| matches!(c, '/' | '\\' | '#')).map(|(at, _)| at);
    cuts.chain([source.len()]).any(|at| source.get(..at).is_some_and(|part| place.partly.contains(part)))
}
