//! Verdicts on items, and what they come to.

use super::measured::{Look, Measured};
use super::{Item, Level, Profile, Reading};
use crate::keys::inventory::KeyRing;
use hinomi_model::fact::TlsFact;

/// The verdict on one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Met, and it counts.
    Pass,
    /// A mandatory item is not met.
    Fail,
    /// A recommendation or an advice is not met. That is no failure.
    Unmet,
    /// It could not be observed.
    NotObservable,
    /// 要確認: nobody of us has read its words. It counts as nothing, whatever was measured.
    Unconfirmed,
    /// It does not concern this endpoint.
    NotApplicable,
}

/// One item, held against one endpoint.
#[derive(Debug, Clone)]
pub struct ItemVerdict<'p> {
    /// The item.
    pub item: &'p Item,
    /// The verdict.
    pub outcome: Outcome,
    /// What was measured, also of an unconfirmed item.
    pub measured: Measured,
}

/// A profile held against one endpoint.
#[derive(Debug, Clone)]
pub struct Assessment<'p> {
    /// The profile.
    pub profile: &'p Profile,
    /// The verdicts, in the order of the profile.
    pub verdicts: Vec<ItemVerdict<'p>>,
}

/// What all verdicts come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conformity {
    /// 適合: every mandatory item was read, measured and met.
    Conforms,
    /// 不適合: a mandatory item is not met.
    Fails,
    /// 要確認: nothing fails, and some mandatory item was not measured, or not read.
    Open,
}

impl<'p> Assessment<'p> {
    /// Holds `profile` against what was seen of one endpoint.
    pub fn of(profile: &'p Profile, fact: &TlsFact, ring: &KeyRing<'_>) -> Self {
        let look = Look { profile, fact, ring };
        let verdicts = profile.items.iter().map(|item| judge(item, look.measure(&item.rule))).collect();
        Self { profile, verdicts }
    }

    /// What it comes to.
    pub fn conformity(&self) -> Conformity {
        let mandatory = || self.verdicts.iter().filter(|verdict| verdict.item.level == Level::Mandatory);
        if mandatory().any(|verdict| verdict.outcome == Outcome::Fail) {
            return Conformity::Fails;
        }
        let open = |verdict: &ItemVerdict<'_>| {
            matches!(verdict.outcome, Outcome::NotObservable | Outcome::Unconfirmed)
        };
        if mandatory().any(open) { Conformity::Open } else { Conformity::Conforms }
    }

    /// How many items have this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.outcome == outcome).count()
    }
}

fn judge(item: &Item, measured: Measured) -> ItemVerdict<'_> {
    let outcome = match (&measured, item.confidence, item.level) {
        (Measured::NotApplicable, ..) => Outcome::NotApplicable,
        (_, Reading::Unconfirmed, _) => Outcome::Unconfirmed,
        (Measured::Met, ..) => Outcome::Pass,
        (Measured::Unmet(_), _, Level::Mandatory) => Outcome::Fail,
        (Measured::Unmet(_), ..) => Outcome::Unmet,
        (Measured::Unknown(_), ..) => Outcome::NotObservable,
    };
    ItemVerdict { item, outcome, measured }
}
