//! A public page that reaches inside by WebRTC.

use crate::page::Judgement;
use crate::{Case, Check, Context};
use hinomi_model::Verdict;
use hinomi_model::fact::{PageFact, PageRule};

pub(crate) const CHECK: Check = Check {
    id: "page.webrtc-local",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

const JUDGEMENT: Judgement = Judgement { rule: PageRule::WebrtcLocal, way, blind };

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    JUDGEMENT.judge(cx, case)
}

/// Whether it carries data of the page.
fn way(_: &Case<'_>, fact: &PageFact) -> Option<&'static str> {
    Some(if fact.has_note("data_in_ufrag") { "data" } else { "contacts" })
}

/// Most sources do not see WebRTC at all.
fn blind(fact: &PageFact) -> Option<&'static str> {
    fact.webrtc_unseen.then_some("webrtc_unseen")
}
