//! The plan: which work removes most for the money there is, in order, with reasons.
//!
//! Integers only, so that a plan adds up to the yen. The same findings give the same plan, whatever order they
//! come in. What a finding is worth is said in one place, [`value_of`].

mod budget;
mod choose;
#[cfg(test)]
mod tests;
mod upkeep;
mod value;

pub use budget::{Amount, Budget, BudgetInput, Lens, LensKind, SECURITY_SHARES};
pub use upkeep::Upkeep;
pub use value::{Points, value_of};

use crate::{Catalog, Reported};
use choose::{Chosen, Left};
use hinomi_model::{Fingerprint, Measure, Status, Text, Yen};
use std::collections::BTreeMap;

/// The costed list for a set of findings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The arithmetic.
    pub budget: Budget,
    /// All work that removes something, in order; what fits is marked.
    pub items: Vec<Item>,
    /// Each finding with the work that answers it, best first.
    pub answers: BTreeMap<Fingerprint, Vec<Answer>>,
    /// Every measure the answers name, by id.
    pub measures: BTreeMap<String, Measure>,
    /// Findings no measure of the catalogue answers.
    pub unanswered: Vec<Fingerprint>,
    /// What all open findings are worth removing.
    pub total: Points,
    /// What the chosen work removes of it: the sum of the gains of the chosen items.
    pub removed: Points,
    /// What the chosen work costs.
    pub yen: Yen,
    /// Own working days of the chosen work, in tenths.
    pub days_tenths: u64,
    /// What comes back every year whatever is chosen, by phase: part of no budget, and told beside it.
    pub upkeep: Vec<Upkeep>,
}

/// A piece of work on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The work.
    pub measure: Measure,
    /// The findings it removes something of, in order.
    pub removes: Vec<Fingerprint>,
    /// What it removes after the chosen work before it (for work that is not chosen: after all chosen work).
    pub gain: Points,
    /// Chosen work up to and with this, in yen; for work that is not chosen, what was spent before it.
    pub cumulative_yen: Yen,
    /// The same in tenths of a day.
    pub cumulative_days_tenths: u64,
    /// Whether it fits.
    pub choice: Choice,
    /// Why it stands here, in `app` words.
    pub why: Text,
}

/// Whether work is part of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// It is.
    Chosen,
    /// The money left after the chosen work does not reach.
    OverMoney,
    /// The days left after the chosen work do not reach.
    OverDays,
    /// It is too far down the list to be weighed this time.
    NotWeighed,
}

/// One way to answer one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The measure's id.
    pub measure: String,
    /// What it removes of this finding alone.
    pub gain: Points,
    /// Why it stands here, in `app` words.
    pub why: Text,
}

impl Choice {
    /// The word of keys and machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::OverMoney => "over_money",
            Self::OverDays => "over_days",
            Self::NotWeighed => "not_weighed",
        }
    }
}

impl Plan {
    /// Makes the plan for the findings that are open: accepted and fixed ones cost nothing and count nothing.
    pub fn make(findings: &[Reported], catalog: &Catalog, input: &BudgetInput) -> Self {
        let open = open_findings(findings);
        let all = left_of(open.values());
        let mut plan = Self {
            budget: Budget::work_out(input, catalog),
            total: sum(all.values().copied()),
            ..Self::default()
        };
        plan.answer(&open, catalog);
        let measures: Vec<&Measure> = catalog.measures.values().collect();
        let ordered: Vec<&Measure> = choose::order(&all, &measures).into_iter().map(|(m, _)| m).collect();
        let (yen, days) = (plan.budget.envelope_yen.map(|yen| yen.0), plan.budget.envelope_days_tenths);
        let chosen = choose::choose(&all, &ordered, yen, days);
        plan.list(&open, &all, &ordered, &chosen);
        plan
    }

    /// The chosen work, in order.
    pub fn chosen(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.choice == Choice::Chosen)
    }

    /// The best work for a finding.
    pub fn best_for(&self, finding: &Fingerprint) -> Option<&Measure> {
        self.measures.get(&self.answers.get(finding)?.first()?.measure)
    }

    fn answer(&mut self, open: &BTreeMap<Fingerprint, &Reported>, catalog: &Catalog) {
        for (id, reported) in open {
            let left = left_of([reported]);
            let mut answers: Vec<(&Measure, Points)> = catalog
                .measures
                .values()
                .map(|measure| (measure, choose::gain(&left, measure)))
                .filter(|(_, gain)| gain.0 > 0)
                .collect();
            answers.sort_by(|(a, a_gain), (b, b_gain)| choose::first(a, *a_gain, b, *b_gain));
            if answers.is_empty() {
                self.unanswered.push(id.clone());
            }
            for (measure, _) in &answers {
                self.measures.entry(measure.id.clone()).or_insert_with(|| (*measure).clone());
            }
            let all = value_of(&reported.finding);
            let answers = answers.into_iter().map(|(measure, gain)| Answer {
                measure: measure.id.clone(),
                gain,
                why: why(measure, gain, all, 1),
            });
            self.answers.insert(id.clone(), answers.collect());
        }
    }

    fn list(
        &mut self,
        open: &BTreeMap<Fingerprint, &Reported>,
        all: &Left,
        ordered: &[&Measure],
        chosen: &Chosen,
    ) {
        let mut left_in_the_end = all.clone();
        for measure in chosen.places.iter().filter_map(|at| ordered.get(*at)) {
            choose::remove(&mut left_in_the_end, measure);
        }
        let mut left = all.clone();
        for (at, measure) in ordered.iter().enumerate() {
            let removes: Vec<Fingerprint> = open
                .iter()
                .filter(|(_, reported)| measure.removes_bp.contains_key(&reported.finding.check))
                .map(|(id, _)| id.clone())
                .collect();
            let (choice, gain) = if chosen.places.contains(&at) {
                let gain = choose::remove(&mut left, measure);
                self.yen = Yen(self.yen.0.saturating_add(measure.cost_yen.0));
                self.days_tenths = self.days_tenths.saturating_add(u64::from(measure.days_tenths));
                (Choice::Chosen, gain)
            } else {
                (self.refusal(at, measure, chosen), choose::gain(&left_in_the_end, measure))
            };
            self.items.push(Item {
                measure: (*measure).clone(),
                why: why(measure, gain, self.total, removes.len()),
                removes,
                gain,
                cumulative_yen: self.yen,
                cumulative_days_tenths: self.days_tenths,
                choice,
            });
        }
        self.removed = chosen.removed;
    }

    /// The best set takes whatever still fits, so what it left out does not fit.
    fn refusal(&self, at: usize, measure: &Measure, chosen: &Chosen) -> Choice {
        let yen = chosen.yen.saturating_add(measure.cost_yen.0);
        if at >= choose::WEIGHED_MAX {
            Choice::NotWeighed
        } else if self.budget.envelope_yen.is_some_and(|max| yen > max.0) {
            Choice::OverMoney
        } else {
            Choice::OverDays
        }
    }
}

/// By fingerprint, so that neither order nor repetition of the input counts.
fn open_findings(findings: &[Reported]) -> BTreeMap<Fingerprint, &Reported> {
    let mut open: BTreeMap<Fingerprint, &Reported> = BTreeMap::new();
    for reported in findings {
        if matches!(reported.status, Status::New | Status::Open | Status::Reopened) {
            let worse = |other: &&Reported| other.finding.severity >= reported.finding.severity;
            let id = reported.finding.fingerprint();
            if !open.get(&id).is_some_and(worse) {
                open.insert(id, reported);
            }
        }
    }
    open
}

fn left_of<'a, 'b: 'a>(findings: impl IntoIterator<Item = &'a &'b Reported>) -> Left {
    let mut left = Left::new();
    for reported in findings {
        let value = left.entry(reported.finding.check.clone()).or_default();
        *value = value.saturating_add(value_of(&reported.finding).0);
    }
    left
}

fn sum(values: impl IntoIterator<Item = u64>) -> Points {
    Points(values.into_iter().fold(0, u64::saturating_add))
}

/// Why a measure stands where it stands: what it removes, of how much, for how much.
fn why(measure: &Measure, gain: Points, all: Points, findings: usize) -> Text {
    let key = if measure.cost_yen.0 == 0 { "why_free" } else { "why_paid" };
    // Points have 10,000 parts: 100 × parts per yen are points per million yen.
    let per = u128::from(gain.0) * 100 / u128::from(measure.cost_yen.0.max(1));
    Text::new(key)
        .with("findings", findings)
        .with("points", gain.whole())
        .with("share", hinomi_model::BasisPoints(gain.share_of_bp(all)))
        .with("per_million", per)
        .with("yen", measure.cost_yen)
        .with("days", tenths(u64::from(measure.days_tenths)))
}

/// `0.5`, `3`.
pub(crate) fn tenths(value: u64) -> String {
    match value % 10 {
        0 => (value / 10).to_string(),
        part => format!("{}.{part}", value / 10),
    }
}
