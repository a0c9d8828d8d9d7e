//! Conditions that nobody but the machine that opens the workbook decides: which way is taken in which run.

use super::reference::Place;
use std::collections::{HashMap, HashSet, VecDeque};

/// Runs of one macro that follow from undecided conditions.
const RUNS_MAX: usize = 64;
/// How often one undecided condition is decided anew within one run; then it is not met, so that loops end.
const TIMES_MAX: u32 = 2;

/// The decisions of this run, and the runs to come.
#[derive(Debug, Default)]
pub(super) struct Choices {
    /// Decisions of this run: first those planned, then those made.
    taken: Vec<bool>,
    next: usize,
    times: HashMap<Place, u32>,
    /// Ways that some run went.
    seen: HashSet<(Place, bool)>,
    /// Runs that go a way none went yet; the last decision of each is the new one, at this place.
    fresh: VecDeque<(Vec<bool>, Place)>,
    /// Runs that put known ways together anew.
    others: VecDeque<Vec<bool>>,
    /// New ways there was no room to plan for.
    dropped: HashSet<(Place, bool)>,
    runs: usize,
}

impl Choices {
    /// Forgets everything; the first run has no plan.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
        self.others.push_back(Vec::new());
    }

    /// Begins the next run, one with a new way first. `false` when there is none.
    pub(super) fn begin_run(&mut self) -> bool {
        if self.runs >= RUNS_MAX {
            return false;
        }
        while let Some((plan, place)) = self.fresh.pop_front() {
            let way = plan.last().copied().unwrap_or_default();
            if !self.seen.contains(&(place, way)) {
                self.take(plan);
                return true;
            }
            self.others.push_back(plan);
        }
        match self.others.pop_front() {
            Some(plan) => {
                self.take(plan);
                true
            }
            None => false,
        }
    }

    fn take(&mut self, plan: Vec<bool>) {
        self.taken = plan;
        self.next = 0;
        self.times.clear();
        self.runs += 1;
    }

    /// Decides: as planned for this run, else the way nobody went yet, and the other one is planned for later.
    pub(super) fn decide(&mut self, place: Place) -> bool {
        let times = self.times.entry(place).or_default();
        *times += 1;
        if *times > TIMES_MAX {
            return false;
        }
        let planned = self.taken.get(self.next).copied();
        self.next += 1;
        let way = planned
            .unwrap_or_else(|| self.seen.contains(&(place, false)) || !self.seen.contains(&(place, true)));
        self.seen.insert((place, way));
        if planned.is_none() {
            self.plan(place, !way);
            self.taken.push(way);
        }
        way
    }

    fn plan(&mut self, place: Place, way: bool) {
        let room = RUNS_MAX.saturating_sub(self.runs);
        let is_new = !self.seen.contains(&(place, way));
        if self.fresh.len() + self.others.len() >= room && (!is_new || self.others.pop_back().is_none()) {
            if is_new {
                self.dropped.insert((place, way));
            }
            return;
        }
        let mut plan = self.taken.clone();
        plan.push(way);
        if is_new {
            self.fresh.push_back((plan, place));
        } else {
            self.others.push_back(plan);
        }
    }

    /// The condition one of whose ways no run went, because there were too many.
    pub(super) fn left_out(&self) -> Option<Place> {
        let planned =
            self.fresh.iter().map(|(plan, place)| (*place, plan.last().copied().unwrap_or_default()));
        let missed = self.dropped.iter().copied().chain(planned).filter(|way| !self.seen.contains(way));
        missed.map(|(place, _)| place).min()
    }
}
