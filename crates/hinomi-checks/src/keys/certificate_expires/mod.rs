//! A certificate that has ended, or that ends before a renewal by hand is done.

use super::inventory::calendar::{phase_on, renewals_a_year};
use super::{Seen, all, day, finding, undetermined};
use crate::{Case, Check, Context};
use hinomi_model::fact::{CertificateSeen, KeyFact};
use hinomi_model::{Text, Verdict};
use jiff::{Timestamp, tz::TimeZone};

pub(crate) const CHECK: Check = Check {
    id: "keys.certificate-expires",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// Days before its end at which a certificate of a year or more is due; a shorter one at a third of its validity.
const DUE_DAYS_MAX: i64 = 30;
const DAY_S: i64 = 86_400;

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let objects = all(case);
    let mut open = None;
    let mut worst: Option<(u8, Text, Seen<'_>)> = None;
    // A certificate with a later end that is there already takes the place of one that is due.
    let newest = objects.iter().filter_map(|(_, key)| key.certificate.as_deref()?.not_after).max();
    for found in &objects {
        let (seen, key) = found;
        let Some(certificate) = key.certificate.as_deref() else { continue };
        let (Some(end), Some(at)) = (certificate.not_after, seen.at) else {
            let why = if certificate.not_after.is_none() { "no_dates" } else { "no_time" };
            open.get_or_insert_with(|| undetermined(why, Some(found)));
            continue;
        };
        let replaced = newest.is_some_and(|newest| newest > end) && !key.on_wire;
        let Some((rank, way)) = way(cx, key, certificate, end, at).filter(|(rank, _)| *rank > 1 || !replaced)
        else {
            continue;
        };
        if worst.as_ref().is_none_or(|(known, ..)| rank > *known) {
            worst = Some((rank, told(way, certificate, end, at), *found));
        }
    }
    match worst {
        Some((_, text, found)) => finding(cx, case, text, &[found]),
        None => open.unwrap_or(Verdict::Pass),
    }
}

/// How bad it is, and the key of its text.
fn way(
    cx: &Context<'_>,
    key: &KeyFact,
    certificate: &CertificateSeen,
    end: Timestamp,
    at: Timestamp,
) -> Option<(u8, &'static str)> {
    let left = days_left(end, at);
    let due = certificate.validity_days().map_or(DUE_DAYS_MAX, |days| (days / 3).min(DUE_DAYS_MAX));
    let public = cx.ring.is_public(key) == Some(true);
    match () {
        () if end < at && key.on_wire => Some((4, "expired_served")),
        () if end < at => Some((1, "expired")),
        () if left <= due && public => Some((3, "due_public")),
        () if left <= due => Some((3, "due")),
        () => None,
    }
}

fn told(way: &str, certificate: &CertificateSeen, end: Timestamp, at: Timestamp) -> Text {
    let next = phase_on(end.to_zoned(TimeZone::UTC).date());
    let dash = || "–".to_owned();
    Text::new(way)
        .with("subject", &certificate.subject)
        .with("end", day(end))
        .with("days", days_left(end, at).max(0))
        .with("next_days", next.map_or_else(dash, |phase| phase.days_max.to_string()))
        .with("renewals", next.map_or_else(dash, |phase| renewals_a_year(phase.days_max).to_string()))
}

/// Whole days until the end.
fn days_left(end: Timestamp, at: Timestamp) -> i64 {
    end.as_second().saturating_sub(at.as_second()).div_euclid(DAY_S)
}
