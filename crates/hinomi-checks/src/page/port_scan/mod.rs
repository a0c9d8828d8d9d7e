//! A public page that tries many ports or hosts in a short time.

use crate::page::ports::is_remote_control;
use crate::page::{OfRule, judge};
use crate::{Case, Check};
use hinomi_model::Fact;
use hinomi_model::fact::{PageFact, PageRule};

pub(crate) const CHECK: Check = Check {
    id: "page.port-scan",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge: judge::<PortScan>,
};

/// Ports of remote control that make a scan one for remote control.
const REMOTE_MIN: usize = 3;

struct PortScan;

impl OfRule for PortScan {
    const RULE: PageRule = PageRule::PortScan;

    /// What it looks for. What became of each attempt stands with the targets.
    fn way(case: &Case<'_>, fact: &PageFact) -> Option<&'static str> {
        let remote = fact.targets.iter().filter(|target| is_remote_control(target.port)).count();
        Some(match () {
            () if stopped(case) => "stopped",
            () if remote >= REMOTE_MIN => "remote_control_scan",
            () => "scan",
        })
    }
}

/// The attempts of a scan are those of the access it is made of; their outcomes stand there.
fn stopped(case: &Case<'_>) -> bool {
    let made_of = [PageRule::LocalAccess, PageRule::WebrtcLocal];
    let facts = case.facts(Fact::as_page).map(|(_, fact)| fact);
    let mut parts = facts.filter(|fact| fact.rule.is_some_and(|rule| made_of.contains(&rule))).peekable();
    parts.peek().is_some() && parts.all(|fact| fact.outcomes.is_stopped())
}
