//! One private key in several files, or behind several servers.

use super::{Seen, all, finding, named, servers, undetermined};
use crate::{Case, Check, Context};
use hinomi_model::{Text, Verdict};
use std::collections::BTreeSet;

pub(crate) const CHECK: Check = Check {
    id: "keys.same-key-in-two-places",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let objects = all(case);
    let secrets: Vec<Seen<'_>> =
        objects.iter().filter(|(_, key)| key.is_secret() && !key.on_wire).copied().collect();
    let files: BTreeSet<&str> = secrets.iter().map(|(_, key)| file_of(&key.place)).collect();
    let hosts: BTreeSet<&str> = objects
        .first()
        .map_or(&[][..], |(_, key)| servers(cx, key))
        .iter()
        .map(|tls| tls.address.as_deref().unwrap_or(&tls.host))
        .collect();
    if files.len() > 1 {
        return finding(cx, case, Text::new("files").with("count", files.len()), &secrets);
    }
    if hosts.len() > 1 {
        let text = Text::new("hosts").with("count", hosts.len()).with("hosts", named(hosts.iter()));
        return finding(cx, case, text, &objects);
    }
    // Of a locked key nobody knows whether it is one of the others.
    let locked = secrets.iter().find(|(_, key)| key.spki_sha256.is_none());
    locked.map_or(Verdict::Pass, |seen| undetermined("locked", Some(seen)))
}

/// The file of a place: `etc/web.p12` of `etc/web.p12#alias`.
fn file_of(place: &str) -> &str {
    place.split_once('#').map_or(place, |(file, _)| file)
}
