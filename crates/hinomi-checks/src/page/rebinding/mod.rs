//! A page whose name was public and leads inside, within one visit.

use crate::page::{OfRule, judge};
use crate::{Case, Check};
use hinomi_model::fact::{PageFact, PageRule};

pub(crate) const CHECK: Check = Check {
    id: "page.rebinding",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge: judge::<Rebinding>,
};

struct Rebinding;

impl OfRule for Rebinding {
    const RULE: PageRule = PageRule::Rebinding;

    /// How far it came.
    fn way(_: &Case<'_>, fact: &PageFact) -> Option<&'static str> {
        let by = |how: &str| fact.targets.iter().any(|target| target.how == how);
        Some(match () {
            () if fact.has_note("flip") || fact.has_note("both_at_once") => "flips",
            () if fact.has_note("resolver_warned") => "refused_by_resolver",
            () if fact.has_note("answered_local") => "answers_inside",
            () if by("ip") => "rebound",
            () if by("lna_error") => "stopped",
            () => "resolves_inside",
        })
    }
}
