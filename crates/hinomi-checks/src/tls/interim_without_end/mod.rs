//! A server under a profile that is for a while only, without an end or past it.

use crate::case::{fail, proof};
use crate::{Case, Check, Context};
use hinomi_model::{Fact, Text, Verdict};
use jiff::tz::TimeZone;

pub(crate) const CHECK: Check = Check {
    id: "tls.interim-without-end",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let profile = &cx.policy.tls;
    let newest = case.facts(Fact::as_tls).max_by_key(|(seen, _)| seen.at);
    let Some((seen, fact)) = newest.filter(|_| profile.interim) else { return Verdict::Pass };
    let text = |key: &str| Text::new(key).with("endpoint", fact.endpoint()).with("profile", &profile.id);
    let text = match (cx.policy.interim_until, seen.at) {
        (None, _) => text("no_end"),
        (Some(_), None) => return Verdict::Undetermined(text("no_time")),
        (Some(end), Some(at)) if at.to_zoned(TimeZone::UTC).date() > end => text("over").with("end", end),
        (Some(_), Some(_)) => return Verdict::Pass,
    };
    let mut finding =
        cx.finding(case, text, proof(seen, &fact.endpoint())).keyed("port", fact.port.to_string());
    finding.at = seen.at;
    fail(finding)
}
