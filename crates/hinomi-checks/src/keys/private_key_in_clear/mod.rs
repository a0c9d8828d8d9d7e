//! A private key that anybody who gets the file can use.

use super::{Seen, all, finding, servers, undetermined};
use crate::{Case, Check, Context};
use hinomi_model::fact::KeyKind;
use hinomi_model::{Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "keys.private-key-in-clear",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let objects = all(case);
    let secrets = || objects.iter().filter(|(_, key)| key.is_secret() && !key.on_wire);
    // What could not be read may be encrypted or not.
    let known = |(_, key): &&Seen<'_>| key.encrypted.is_some() || key.opened_by.is_some();
    let clear: Vec<Seen<'_>> =
        secrets().filter(known).filter(|(_, key)| key.encrypted.is_none()).copied().collect();
    let Some((_, first)) = clear.first() else {
        return match secrets().find(|seen| !known(seen)) {
            Some(unread) => undetermined("unread", Some(unread)),
            None => Verdict::Pass,
        };
    };
    let is_ca = objects.iter().any(|(_, key)| key.certificate.as_deref().is_some_and(|seen| seen.is_ca));
    let key = match () {
        () if is_ca => "authority",
        // A server has to start without a person: what counts then is who may read the file.
        () if !servers(cx, first).is_empty() => "served",
        () if first.kind == KeyKind::SecretKey => "secret",
        () => "in_clear",
    };
    finding(cx, case, Text::new(key), &clear)
}
