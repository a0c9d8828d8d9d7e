//! A public page that opens a local address as a page, or has it fetched ahead.

use crate::page::{Judgement, never_blind};
use crate::{Case, Check, Context};
use hinomi_model::Verdict;
use hinomi_model::fact::{PageFact, PageRule};

pub(crate) const CHECK: Check = Check {
    id: "page.top-level-local",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

const JUDGEMENT: Judgement = Judgement { rule: PageRule::TopLevelLocal, way, blind: never_blind };

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    JUDGEMENT.judge(cx, case)
}

/// How it did.
fn way(_: &Case<'_>, fact: &PageFact) -> Option<&'static str> {
    Some(match () {
        () if fact.outcomes.is_stopped() => "stopped",
        () if fact.has_note("speculative") => "fetched_ahead",
        () => "opened",
    })
}
