//! A key that will not be strong enough until the planned end of its use.

use super::inventory::strength::{Criteria, Standing, Use};
use super::{Seen, all, finding, looked_at, undetermined, year};
use crate::{Case, Check, Context};
use hinomi_model::fact::{KeyFact, KeyKind, KeyState};
use hinomi_model::{Text, Verdict};
use jiff::Timestamp;

pub(crate) const CHECK: Check = Check {
    id: "keys.strength-ends",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let objects = all(case);
    let keys: Vec<Seen<'_>> = objects.into_iter().filter(|(_, key)| is_key(key)).collect();
    let Some(first) = keys.first() else { return Verdict::Pass };
    let Some(at) = looked_at(&keys) else { return undetermined("no_time", Some(first)) };
    let live: Vec<Seen<'_>> =
        keys.into_iter().filter(|(_, key)| key.state(at) != Some(KeyState::Deactivated)).collect();
    let Some(strongest) = live.iter().find(|(_, key)| key.strength_bits().is_some()) else {
        return live.first().map_or(Verdict::Pass, |seen| undetermined("unknown_strength", Some(seen)));
    };
    let bits = strongest.1.strength_bits().unwrap_or_default();
    let until = live.iter().map(|(_, key)| needed_until(cx, key, at)).max().unwrap_or_else(|| year(at));
    let criteria = Criteria::builtin();
    let way = match criteria.standing(bits, Use::Generate, until) {
        Some(Standing::Usable) => return Verdict::Pass,
        None => return undetermined("beyond_criteria", Some(strongest)),
        Some(Standing::Transition) => "transition",
        Some(Standing::Allowed | Standing::Unusable) => {
            let now = criteria.standing(bits, Use::Generate, year(at));
            if now == Some(Standing::Unusable) { "unusable" } else { "ends" }
        }
    };
    let last = criteria.last_year(bits, Use::Generate).map_or("–".to_owned(), |year| year.to_string());
    let text = Text::new(way).with("bits", bits).with("until", until).with("last", last);
    finding(cx, case, text, &live)
}

/// The year until which it is to be used: what the company plans, or at least the end of its certificate.
fn needed_until(cx: &Context<'_>, key: &KeyFact, at: Timestamp) -> i16 {
    let end = key.certificate.as_deref().and_then(|seen| seen.not_after).map(year);
    let planned = cx.policy.in_use_until;
    planned.into_iter().chain(end).chain([year(at)]).max().unwrap_or_default()
}

/// What makes or proves something: not a list of revoked certificates, not somebody else's host key.
fn is_key(key: &KeyFact) -> bool {
    !matches!(key.kind, KeyKind::Crl | KeyKind::KnownHost | KeyKind::Keystore | KeyKind::Parameters)
}
