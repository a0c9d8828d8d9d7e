//! The order of the list, and which part of it fits.
//!
//! The order does not look at the envelope: work that costs nothing first, by what it still removes per
//! own day after the work before it; then paid work, by what it removes per yen. What fits is the set that removes most of all sets that
//! fit, so a larger envelope can never remove less, and nothing useful is left out that would still fit.

use super::value::Points;
use hinomi_model::Measure;
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

/// What is left to remove, by check.
pub(super) type Left = BTreeMap<String, u64>;

/// A set of measures, as places in the ordered list, and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Chosen {
    pub(super) places: Vec<usize>,
    pub(super) removed: Points,
    pub(super) yen: u64,
    pub(super) days: u64,
}

/// As many measures are weighed against each other; those further down the list wait for the next plan. Every set
/// is looked at in the worst case, so this bounds the work to about a million steps.
pub(super) const WEIGHED_MAX: usize = 20;

/// What `measure` removes of what is left; takes it off.
pub(super) fn remove(left: &mut Left, measure: &Measure) -> Points {
    let mut removed = 0_u64;
    for (check, share) in &measure.removes_bp {
        if let Some(value) = left.get_mut(check) {
            let part = u128::from(*value) * u128::from(share.0.min(10_000)) / 10_000;
            let part = u64::try_from(part).unwrap_or(*value).min(*value);
            *value -= part;
            removed = removed.saturating_add(part);
        }
    }
    Points(removed)
}

/// What `measure` would remove of what is left.
pub(super) fn gain(left: &Left, measure: &Measure) -> Points {
    remove(&mut left.clone(), measure)
}

/// Puts measures in order; those that remove nothing more after the ones before them are left out.
pub(super) fn order<'m>(all: &Left, measures: &[&'m Measure]) -> Vec<(&'m Measure, Points)> {
    let mut left = all.clone();
    let mut rest: Vec<&Measure> = measures.to_vec();
    let mut ordered = Vec::new();
    loop {
        rest.retain(|measure| gain(&left, measure).0 > 0);
        let best = rest
            .iter()
            .enumerate()
            .min_by(|(_, a), (_, b)| first(a, gain(&left, a), b, gain(&left, b)))
            .map(|(at, _)| at);
        let Some(at) = best else { return ordered };
        let measure = rest.remove(at);
        ordered.push((measure, remove(&mut left, measure)));
    }
}

/// Which of two measures comes first: free ones, by what they remove per own day; then by what they remove per
/// yen. Ties go to the cheaper, the shorter, the id.
pub(super) fn first(a: &Measure, a_gain: Points, b: &Measure, b_gain: Points) -> Ordering {
    // a_gain / a_price against b_gain / b_price, without dividing; what has no price comes first.
    let per = |a_price: u64, b_price: u64| {
        let a_side = u128::from(a_gain.0) * u128::from(b_price);
        let b_side = u128::from(b_gain.0) * u128::from(a_price);
        b_side.cmp(&a_side).then(a_price.cmp(&b_price)).then(b_gain.cmp(&a_gain))
    };
    let free = |measure: &Measure| measure.cost_yen.0 == 0;
    let by_price = match (free(a), free(b)) {
        (true, true) => per(u64::from(a.days_tenths), u64::from(b.days_tenths)),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => per(a.cost_yen.0, b.cost_yen.0).then(a.days_tenths.cmp(&b.days_tenths)),
    };
    by_price.then_with(|| a.id.cmp(&b.id))
}

/// The best set within `yen` and `days` (tenths); `None` does not bind.
pub(super) fn choose(all: &Left, ordered: &[&Measure], yen: Option<u64>, days: Option<u64>) -> Chosen {
    let weighed: Vec<&Measure> = ordered.iter().take(WEIGHED_MAX).copied().collect();
    let mut search = Search {
        weighed: &weighed,
        yen: yen.unwrap_or(u64::MAX),
        days: days.unwrap_or(u64::MAX),
        best: Chosen::default(),
    };
    search.go_on(0, all.clone(), Chosen::default());
    search.best
}

/// Branch and bound over the list: each measure is taken or not, in order.
struct Search<'a> {
    weighed: &'a [&'a Measure],
    yen: u64,
    days: u64,
    best: Chosen,
}

impl Search<'_> {
    /// At most [`WEIGHED_MAX`] deep.
    fn go_on(&mut self, at: usize, left: Left, set: Chosen) {
        let rest = self.weighed.get(at..).unwrap_or(&[]);
        let Some(measure) = rest.first() else {
            if better(&set, &self.best) {
                self.best = set;
            }
            return;
        };
        // What is removed by several counts less than what each removes alone: a bound from above.
        let at_most = rest.iter().fold(set.removed.0, |sum, m| sum.saturating_add(gain(&left, m).0));
        if at_most < self.best.removed.0 {
            return;
        }
        let mut taken = set.clone();
        taken.yen = set.yen.saturating_add(measure.cost_yen.0);
        taken.days = set.days.saturating_add(u64::from(measure.days_tenths));
        if taken.yen <= self.yen && taken.days <= self.days {
            let mut left = left.clone();
            taken.removed = Points(set.removed.0.saturating_add(remove(&mut left, measure).0));
            taken.places.push(at);
            self.go_on(at + 1, left, taken);
        }
        if !self.all_fit(&set, rest) {
            self.go_on(at + 1, left, set);
        }
    }

    /// Whether everything that is left fits: then leaving one out cannot be better.
    fn all_fit(&self, set: &Chosen, rest: &[&Measure]) -> bool {
        let yen = rest.iter().fold(set.yen, |sum, m| sum.saturating_add(m.cost_yen.0));
        let days = rest.iter().fold(set.days, |sum, m| sum.saturating_add(u64::from(m.days_tenths)));
        yen <= self.yen && days <= self.days
    }
}

/// More removed; then less money, fewer days, and the earlier places of the list.
fn better(a: &Chosen, b: &Chosen) -> bool {
    let key = |set: &Chosen| (set.removed, Reverse(set.yen), Reverse(set.days), Reverse(set.places.clone()));
    key(a) > key(b)
}
