//! A certificate that was renewed without a new key.

use super::{Seen, all, finding, undetermined};
use crate::{Case, Check, Context};
use hinomi_model::{Text, Verdict};
use std::collections::BTreeSet;

pub(crate) const CHECK: Check = Check {
    id: "keys.renewed-with-same-key",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let objects = all(case);
    // An authority is certified several times over one key on purpose (cross-certificates).
    let certificates: Vec<Seen<'_>> = objects
        .into_iter()
        .filter(|(_, key)| key.certificate.as_deref().is_some_and(|seen| !seen.is_ca))
        .collect();
    let dated = |found: &&Seen<'_>| begin(found).is_some();
    let begins: BTreeSet<_> = certificates.iter().filter_map(begin).collect();
    if begins.len() > 1 {
        let mut found: Vec<Seen<'_>> = certificates.iter().filter(dated).copied().collect();
        found.sort_by_key(begin);
        found.dedup_by(|a, b| a.1.fingerprint_sha256 == b.1.fingerprint_sha256);
        let text = Text::new("renewed").with("times", begins.len() - 1);
        return finding(cx, case, text, &found);
    }
    let prints: BTreeSet<&str> =
        certificates.iter().map(|(_, key)| key.fingerprint_sha256.as_str()).collect();
    let undated = certificates.iter().find(|found| !dated(found)).filter(|_| prints.len() > 1);
    undated.map_or(Verdict::Pass, |seen| undetermined("no_dates", Some(seen)))
}

fn begin(found: &Seen<'_>) -> Option<jiff::Timestamp> {
    found.1.certificate.as_deref().and_then(|seen| seen.not_before)
}
