//! A public page that reaches for the machine or the network of who opened it.

use crate::page::ports::is_remote_control;
use crate::page::{OfRule, judge};
use crate::{Case, Check};
use hinomi_model::Fact;
use hinomi_model::fact::{PageFact, PageRule, PageTarget};

pub(crate) const CHECK: Check = Check {
    id: "page.local-access",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge: judge::<LocalAccess>,
};

struct LocalAccess;

impl OfRule for LocalAccess {
    const RULE: PageRule = PageRule::LocalAccess;

    /// What is worst of it. A scan is told by the check for scans.
    fn way(case: &Case<'_>, fact: &PageFact) -> Option<&'static str> {
        if told_as_scan(case, fact) {
            return None;
        }
        let ports = || fact.targets.iter().map(|target| target.port);
        Some(match () {
            () if fact.outcomes.is_stopped() => "blocked",
            () if fact.targets.iter().any(|target| target.metadata) => "metadata",
            () if ports().any(is_remote_control) => "remote_control",
            () if fact.outcomes.reached > 0 => "reached",
            () if fact.has_note("likely_local") => "likely_local",
            () => "tried",
        })
    }
}

/// Whether every place it tried is one that a scan of the same page tried.
fn told_as_scan(case: &Case<'_>, fact: &PageFact) -> bool {
    let scans = case.facts(Fact::as_page).map(|(_, other)| other);
    let mut scans = scans.filter(|other| other.rule == Some(PageRule::PortScan) && other.counts());
    scans.any(|scan| {
        let is_there = |target: &PageTarget| {
            scan.targets.iter().any(|other| other.port == target.port && other.host == target.host)
        };
        fact.targets.iter().all(is_there)
    })
}
