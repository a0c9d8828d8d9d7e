//! A public page that sends HTTP or WebSocket to a port of another protocol inside.

use crate::page::{OfRule, judge};
use crate::{Case, Check};
use hinomi_model::fact::{PageFact, PageRule};

pub(crate) const CHECK: Check = Check {
    id: "page.cross-protocol",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge: judge::<CrossProtocol>,
};

struct CrossProtocol;

impl OfRule for CrossProtocol {
    const RULE: PageRule = PageRule::CrossProtocol;

    /// Whether it got through.
    fn way(_: &Case<'_>, fact: &PageFact) -> Option<&'static str> {
        Some(if fact.outcomes.is_stopped() { "stopped" } else { "spoken" })
    }
}
