//! A public page that asks for names under `.local` that nobody gave a device.

use crate::page::{Judgement, never_blind};
use crate::{Case, Check, Context};
use hinomi_model::Verdict;
use hinomi_model::fact::{PageFact, PageRule};

pub(crate) const CHECK: Check = Check {
    id: "page.mdns-exfiltration",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

const JUDGEMENT: Judgement = Judgement { rule: PageRule::MdnsExfiltration, way, blind: never_blind };

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    JUDGEMENT.judge(cx, case)
}

/// What the names look like.
fn way(_: &Case<'_>, fact: &PageFact) -> Option<&'static str> {
    Some(if fact.has_note("encoded_name") { "encoded" } else { "many" })
}
