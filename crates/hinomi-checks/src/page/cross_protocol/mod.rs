//! A public page that sends HTTP or WebSocket to a port of another protocol inside.

use crate::page::{Judgement, never_blind};
use crate::{Case, Check, Context};
use hinomi_model::Verdict;
use hinomi_model::fact::{PageFact, PageRule};

pub(crate) const CHECK: Check = Check {
    id: "page.cross-protocol",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

const JUDGEMENT: Judgement = Judgement { rule: PageRule::CrossProtocol, way, blind: never_blind };

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    JUDGEMENT.judge(cx, case)
}

/// Whether it got through.
fn way(_: &Case<'_>, fact: &PageFact) -> Option<&'static str> {
    Some(if fact.outcomes.is_stopped() { "stopped" } else { "spoken" })
}
