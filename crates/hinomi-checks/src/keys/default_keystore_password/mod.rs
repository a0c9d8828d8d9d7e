//! A keystore or key that opens with a password everybody knows.

use super::{Seen, all, finding, undetermined};
use crate::{Case, Check, Context};
use hinomi_model::fact::{KeyFact, KeyKind};
use hinomi_model::{Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "keys.default-keystore-password",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let objects = all(case);
    let locked: Vec<Seen<'_>> = objects.into_iter().filter(|(_, key)| has_password(key)).collect();
    let by_default = |(_, key): &&Seen<'_>| default_of(key).is_some();
    let found: Vec<Seen<'_>> = locked.iter().filter(by_default).copied().collect();
    let Some((_, first)) = found.first() else {
        let unread = locked.iter().find(|(_, key)| key.opened_by.is_none() && !key.problems.is_empty());
        return unread.map_or(Verdict::Pass, |seen| undetermined("unread", Some(seen)));
    };
    // Of a store without private keys (a list of trusted authorities) a known password gives nothing away.
    let key = match () {
        () if first.kind == KeyKind::Keystore && first.label.as_deref() == Some("trust") => "trust_store",
        () if default_of(first) == Some("empty") => "empty",
        () if first.kind == KeyKind::Keystore => "keystore",
        () => "private_key",
    };
    finding(cx, case, Text::new(key), &found)
}

/// Keystores, and keys encrypted by themselves; entries of a keystore are told with it.
fn has_password(key: &KeyFact) -> bool {
    let inside = matches!(key.format.as_str(), "pkcs12" | "jks" | "jceks" | "bks");
    key.kind == KeyKind::Keystore || (key.encrypted.is_some() && !inside)
}

/// The name of the well-known default that opened it.
fn default_of(key: &KeyFact) -> Option<&str> {
    key.opened_by.as_deref().and_then(|by| by.strip_prefix("default:"))
}
