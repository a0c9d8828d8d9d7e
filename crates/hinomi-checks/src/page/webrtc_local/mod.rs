//! A public page that reaches inside by WebRTC.

use crate::page::{OfRule, judge};
use crate::{Case, Check};
use hinomi_model::fact::{PageFact, PageRule};

pub(crate) const CHECK: Check = Check {
    id: "page.webrtc-local",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge: judge::<WebrtcLocal>,
};

struct WebrtcLocal;

impl OfRule for WebrtcLocal {
    const RULE: PageRule = PageRule::WebrtcLocal;

    /// Whether it carries data of the page.
    fn way(_: &Case<'_>, fact: &PageFact) -> Option<&'static str> {
        Some(if fact.has_note("data_in_ufrag") { "data" } else { "contacts" })
    }

    /// Most sources do not see WebRTC at all.
    fn blind(fact: &PageFact) -> Option<&'static str> {
        fact.webrtc_unseen.then_some("webrtc_unseen")
    }
}
