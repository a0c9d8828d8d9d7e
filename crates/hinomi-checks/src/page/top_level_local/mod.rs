//! A public page that opens a local address as a page, or has it fetched ahead.

use crate::page::{OfRule, judge};
use crate::{Case, Check};
use hinomi_model::fact::{PageFact, PageRule};

pub(crate) const CHECK: Check = Check {
    id: "page.top-level-local",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge: judge::<TopLevelLocal>,
};

struct TopLevelLocal;

impl OfRule for TopLevelLocal {
    const RULE: PageRule = PageRule::TopLevelLocal;

    /// How it did.
    fn way(_: &Case<'_>, fact: &PageFact) -> Option<&'static str> {
        Some(match () {
            () if fact.outcomes.is_stopped() => "stopped",
            () if fact.has_note("speculative") => "fetched_ahead",
            () => "opened",
        })
    }
}
