//! A public certificate that lasts longer than its day of issue allows.

use super::inventory::calendar::phase_on;
use super::{Seen, all, day, finding, undetermined};
use crate::{Case, Check, Context};
use hinomi_model::{Text, Verdict};
use jiff::tz::TimeZone;

pub(crate) const CHECK: Check = Check {
    id: "keys.validity-too-long",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let mut open = None;
    for found in all(case) {
        let (_, key) = found;
        let Some(certificate) = key.certificate.as_deref() else { continue };
        let (Some(begin), Some(days)) = (certificate.not_before, certificate.validity_days()) else {
            open.get_or_insert_with(|| undetermined("no_dates", Some(&found)));
            continue;
        };
        let Some(phase) = phase_on(begin.to_zoned(TimeZone::UTC).date()) else { continue };
        if days <= i64::from(phase.days_max) {
            continue;
        }
        match cx.ring.is_public(key) {
            Some(false) => {}
            None => {
                open.get_or_insert_with(|| private(&found));
            }
            Some(true) => {
                let text = Text::new("too_long")
                    .with("subject", &certificate.subject)
                    .with("begin", day(begin))
                    .with("days", days)
                    .with("days_max", phase.days_max);
                return finding(cx, case, text, &[found]);
            }
        }
    }
    open.unwrap_or(Verdict::Pass)
}

/// The rule binds public authorities only, and nothing says whether this one is.
fn private(found: &Seen<'_>) -> Verdict {
    undetermined("issuer_unknown", Some(found))
}
