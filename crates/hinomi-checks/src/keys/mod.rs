//! Keys and certificates: how strong they are, where they lie, who uses them, and for how long still.
//!
//! A key is one asset wherever it lies: a case holds every object with the same public key (a file, a certificate, an
//! entry of a keystore, the leaf of a handshake). So one finding names the server, the certificate, the file and its
//! permissions.

pub(crate) mod certificate_expires;
pub(crate) mod crypto_period_over;
pub(crate) mod default_keystore_password;
pub(crate) mod inventory;
pub(crate) mod private_key_exposed;
pub(crate) mod private_key_in_clear;
pub(crate) mod renewed_with_same_key;
pub(crate) mod same_key_in_two_places;
pub(crate) mod strength_ends;
#[cfg(test)]
mod tests;
pub(crate) mod validity_too_long;
pub(crate) mod weak_key;

use crate::case::{cut, fail, proof};
use crate::{Case, Context};
use hinomi_model::fact::{KeyFact, KeyKind, TlsFact};
use hinomi_model::{Fact, Observation, Step, Text, Verdict};
use jiff::{Timestamp, tz::TimeZone};

/// Places named in a sentence, and steps of a story.
const NAMED_MAX: usize = 4;
const STEPS_MAX: usize = 20;

/// One object of a case, and where it was seen.
type Seen<'a> = (&'a Observation, &'a KeyFact);

/// All objects of a case.
fn all<'a>(case: &Case<'a>) -> Vec<Seen<'a>> {
    case.facts(Fact::as_key).collect()
}

/// A verdict that fails, told of `found`, with everything that is known to hold the same key in its story.
fn finding(cx: &Context<'_>, case: &Case<'_>, text: Text, found: &[Seen<'_>]) -> Verdict {
    let Some(((first, key), rest)) = found.split_first() else { return Verdict::Pass };
    let places = found.iter().map(|(_, key)| key.place.as_str());
    let text = text
        .with("key", named_key(key))
        .with("place", named(places))
        .with("served", named(servers(cx, key).iter().map(|tls| tls.endpoint())));
    let mut finding = cx.finding(case, text, proof(first, &key.place));
    finding.at = first.at;
    for (seen, key) in rest.iter().take(STEPS_MAX) {
        finding = finding.proved_by(proof(seen, &key.place));
    }
    finding.story = story(cx, case);
    fail(finding)
}

/// `RSA 2048`; of a locked store what it is: `PKCS12`.
fn named_key(key: &KeyFact) -> String {
    let described = key.described();
    if described.is_empty() { key.format.to_uppercase() } else { described }
}

/// The servers that use a key.
fn servers<'a>(cx: &Context<'a>, key: &KeyFact) -> &'a [&'a TlsFact] {
    cx.ring.servers_of(key.spki_sha256.as_deref())
}

/// The join: servers on the wire, certificates, then keys with their permissions.
fn story(cx: &Context<'_>, case: &Case<'_>) -> Vec<Step> {
    let step = |kind: &str, text: String, place: &str| Step {
        kind: kind.to_owned(),
        text: cut(&text, 200),
        place: place.to_owned(),
    };
    let objects = all(case);
    let served = objects.first().map_or(&[][..], |(_, key)| servers(cx, key));
    let mut steps: Vec<Step> = served
        .iter()
        .map(|tls| step("server", tls.endpoint(), tls.address.as_deref().unwrap_or_default()))
        .collect();
    let of_kind = |kind: KeyKind| objects.iter().filter(move |(_, key)| key.kind == kind);
    for (_, key) in of_kind(KeyKind::Certificate) {
        let Some(seen) = key.certificate.as_deref() else { continue };
        let until = seen.not_after.map(|end| format!(" (– {})", day(end))).unwrap_or_default();
        steps.push(step("certificate", format!("{}{until}", seen.subject), &key.place));
    }
    let others = objects.iter().filter(|(_, key)| key.kind != KeyKind::Certificate);
    for (_, key) in others {
        let mode = key.mode.map(|mode| format!(" {}", written_mode(mode))).unwrap_or_default();
        let lock = key.encrypted.as_deref().map(|scheme| format!(" {scheme}")).unwrap_or_default();
        let text = format!("{} {}{mode}{lock}", key.kind.as_str(), named_key(key));
        steps.push(step("key", text, &key.place));
    }
    steps.dedup();
    steps.truncate(STEPS_MAX);
    steps
}

/// `0640`.
fn written_mode(mode: u32) -> String {
    format!("{:04o}", mode & 0o7777)
}

/// The first of them, each once, and how many more there are; `–` when there is none.
fn named<T: AsRef<str>>(names: impl Iterator<Item = T>) -> String {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if !all.iter().any(|known| known == name.as_ref()) {
            all.push(name.as_ref().to_owned());
        }
    }
    if all.is_empty() {
        return "–".to_owned();
    }
    let more = all.len().saturating_sub(NAMED_MAX);
    all.truncate(NAMED_MAX);
    let list = cut(&all.join(", "), 300);
    if more > 0 { format!("{list} … +{more}") } else { list }
}

/// `2026-03-15`, in UTC.
fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// The year, in UTC.
fn year(at: Timestamp) -> i16 {
    at.to_zoned(TimeZone::UTC).year()
}

/// The moment at which the inventory was taken: the latest of the case.
fn looked_at(objects: &[Seen<'_>]) -> Option<Timestamp> {
    objects.iter().filter_map(|(seen, _)| seen.at).max()
}

/// Nothing can be said, and why.
fn undetermined(key: &str, seen: Option<&Seen<'_>>) -> Verdict {
    let place = seen.map(|(_, key)| key.place.clone()).unwrap_or_default();
    Verdict::Undetermined(Text::new(key).with("place", place))
}
