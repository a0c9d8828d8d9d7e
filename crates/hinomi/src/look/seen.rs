//! What was seen, brought together: evidence, observations, losses, and what became of each place.

use super::pieces::called;
use super::{Place, Seen, What};
use crate::jail::Lost;
use hinomi_checks::Observed;
use hinomi_collect::CollectProblem;
use hinomi_formats::Problem;
use hinomi_model::{AssetId, Evidence, EvidenceId, Observation};
use hinomi_outcome::ProblemLine;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    pub(crate) evidence: BTreeMap<EvidenceId, Evidence>,
    pub(crate) observations: Vec<Observation>,
    pub(crate) problems: Vec<ProblemLine>,
    /// By label of a place.
    pub(crate) places: BTreeMap<String, PlaceLooked>,
    /// Pieces that could not be read, or not whole.
    pub(crate) unread: u64,
}

/// What became of one place.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlaceLooked {
    /// The assets seen in it.
    pub(crate) assets: BTreeSet<AssetId>,
    /// Something in it was not listed, or was there and could not be read: it may be anything, and nothing of the
    /// place can be called gone.
    pub(crate) blind: bool,
    /// Sources (path, `#n`) of which something was not read, and paths that were not entered.
    pub(crate) partly: BTreeSet<String>,
    /// Files of which something was not read, wherever they lay.
    pub(crate) partly_evidence: BTreeSet<EvidenceId>,
    /// The evidence seen in it.
    pub(crate) evidence: BTreeSet<EvidenceId>,
}

impl Looked {
    pub(super) fn take(&mut self, seen: Seen, now: Timestamp) {
        let Observed { evidence, observations, problems, .. } = seen.observed;
        let root = evidence.first().map(|root| root.id.clone());
        let place = self.places.entry(seen.place).or_default();
        place.assets.extend(observations.iter().map(|o| o.asset.clone()));
        place.evidence.extend(evidence.iter().map(|e| e.id.clone()));
        if !problems.is_empty() {
            place.partly.insert(seen.source.clone());
            place.partly_evidence.extend(root.clone());
            self.unread += 1;
        }
        for mut one in evidence {
            one.taken_at = Some(now);
            self.evidence.entry(one.id.clone()).or_insert(one);
        }
        self.observations.extend(observations);
        self.problems.extend(problems.into_iter().map(|p| problem_line(&seen.source, root.clone(), p)));
    }

    pub(super) fn not_collected(&mut self, place: &Place, problem: &CollectProblem) {
        let source = match &place.what {
            What::Path(path) => called(&place.label, path, problem.source_path()),
            What::Bytes(_) => problem.source_path().to_owned(),
        };
        let looked = self.places.entry(place.label.clone()).or_default();
        if may_hide_anything(problem) {
            looked.blind = true;
        } else {
            looked.partly.insert(source.clone());
        }
        self.unread += 1;
        self.problems.push(ProblemLine {
            source,
            evidence: None,
            place: String::new(),
            kind: problem.kind().to_owned(),
            limit: problem.limit().map(|(name, value)| (name.to_owned(), value)),
            detail: problem.to_string(),
        });
    }

    /// The keys of a run could not be compared with one another, or not all of them: the weakness that only a
    /// comparison shows may be there.
    pub(super) fn keys_not_compared(&mut self, problems: Vec<ProblemLine>) {
        self.unread += u64::from(!problems.is_empty());
        self.problems.extend(problems);
    }

    pub(super) fn lost(&mut self, place: &str, source: &str, id: Option<EvidenceId>, why: &Lost) {
        let looked = self.places.entry(place.to_owned()).or_default();
        looked.partly.insert(source.to_owned());
        looked.partly_evidence.extend(id.clone());
        self.unread += 1;
        self.problems.push(ProblemLine {
            source: source.to_owned(),
            evidence: id,
            place: String::new(),
            kind: why.kind().to_owned(),
            limit: why.limit().map(|(name, value)| (name.to_owned(), value)),
            detail: why.to_string(),
        });
    }
}

/// Whether what was not collected may be something that was found here before, under another name. What is too
/// large, too deep, or no file was never read here; what could not be read, or came after the last one allowed,
/// may have been.
fn may_hide_anything(problem: &CollectProblem) -> bool {
    match problem {
        CollectProblem::LimitReached { limit, .. } => *limit == "files_max",
        CollectProblem::NotAFile { .. } | CollectProblem::LeadsOutside { .. } => false,
        _ => true,
    }
}

pub(super) fn problem_line(source: &str, evidence: Option<EvidenceId>, problem: Problem) -> ProblemLine {
    let kind = serde_json::to_value(problem.kind).ok().and_then(|v| v.as_str().map(str::to_owned));
    ProblemLine {
        source: source.to_owned(),
        evidence,
        place: problem.place,
        kind: kind.unwrap_or_default(),
        limit: problem.limit.map(|limit| (limit.name, limit.value)),
        detail: problem.detail,
    }
}
