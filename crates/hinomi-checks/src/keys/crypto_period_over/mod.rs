//! A private key that has been in use for longer than its purpose allows.

use super::inventory::period::{known_since, months_between, months_max, purpose};
use super::{Seen, all, day, finding, looked_at, undetermined};
use crate::{Case, Check, Context};
use hinomi_model::fact::KeyFact;
use hinomi_model::{Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "keys.crypto-period-over",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let objects = all(case);
    let secrets: Vec<Seen<'_>> =
        objects.iter().filter(|(_, key)| key.is_secret() && !key.on_wire).copied().collect();
    let Some(first) = secrets.first() else { return Verdict::Pass };
    let facts: Vec<&KeyFact> = objects.iter().map(|(_, key)| *key).collect();
    let Some(at) = looked_at(&objects) else { return undetermined("no_time", Some(first)) };
    let Some(since) = known_since(&facts) else { return undetermined("no_dates", Some(first)) };
    let Some(purpose) = purpose(&facts) else { return undetermined("no_purpose", Some(first)) };
    let Some(allowed) = months_max(purpose) else { return undetermined("no_purpose", Some(first)) };
    let months = months_between(since, at);
    if months <= allowed {
        return Verdict::Pass;
    }
    let way = if facts.iter().any(|fact| fact.certificate.as_deref().is_some_and(|seen| seen.is_ca)) {
        "authority"
    } else {
        "over"
    };
    let text = Text::new(way).with("since", day(since)).with("months", months).with("months_max", allowed);
    finding(cx, case, text, &secrets)
}
