//! For how long a key may be used, by what it is used for.

use hinomi_model::fact::{KeyFact, KeyKind};
use jiff::Timestamp;
use serde::Deserialize;

const PERIODS: &str = include_str!("../../../../../catalog/profiles/keys/crypto-periods.toml");
/// Seconds of a month, on the average of the calendar.
const MONTH_S: i64 = 2_629_746;

/// What a key is for, as far as its surroundings tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Purpose {
    Signature,
    Authentication,
    Encryption,
    Transport,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "period")]
    periods: Vec<Period>,
}

#[derive(Deserialize)]
struct Period {
    r#use: Purpose,
    months_max: u32,
}

/// The longest use of a key of this purpose, in months; `None` when nothing is said of it.
pub(crate) fn months_max(purpose: Purpose) -> Option<u32> {
    let file: File = toml::from_str(PERIODS).ok()?;
    file.periods.into_iter().find(|period| period.r#use == purpose).map(|period| period.months_max)
}

/// The purpose of the key that these facts are about: what its certificate says, or what its format is for.
pub(crate) fn purpose(facts: &[&KeyFact]) -> Option<Purpose> {
    let certificates = || facts.iter().filter_map(|fact| fact.certificate.as_deref());
    let extended = |name: &str| certificates().any(|seen| seen.extended_key_usage.iter().any(|u| u == name));
    let usage = |name: &str| certificates().any(|seen| seen.key_usage.iter().any(|u| u == name));
    if facts.iter().any(|fact| fact.kind == KeyKind::SecretKey) {
        return Some(Purpose::Encryption);
    }
    if extended("serverAuth") || extended("clientAuth") {
        return Some(Purpose::Authentication);
    }
    if certificates().any(|seen| seen.is_ca) || extended("codeSigning") || usage("nonRepudiation") {
        return Some(Purpose::Signature);
    }
    if usage("keyEncipherment") && !usage("digitalSignature") {
        return Some(Purpose::Transport);
    }
    let is_ssh = |fact: &&KeyFact| {
        matches!(fact.kind, KeyKind::AuthorizedKey | KeyKind::KnownHost)
            || matches!(fact.format.as_str(), "openssh" | "ppk2" | "ppk3")
    };
    if facts.iter().any(is_ssh) {
        return Some(Purpose::Authentication);
    }
    facts.iter().any(|fact| fact.format == "openpgp").then_some(Purpose::Signature)
}

/// The earliest moment at which the key is known to have been there.
pub(crate) fn known_since(facts: &[&KeyFact]) -> Option<Timestamp> {
    let begins = facts.iter().flat_map(|fact| {
        let begin = fact.certificate.as_deref().and_then(|seen| seen.not_before);
        [fact.created, begin, fact.changed]
    });
    begins.flatten().min()
}

/// Whole months between two moments; 0 when they are in the wrong order.
pub(crate) fn months_between(from: Timestamp, to: Timestamp) -> u32 {
    let seconds = to.as_second().saturating_sub(from.as_second()).max(0);
    u32::try_from(seconds / MONTH_S).unwrap_or(u32::MAX)
}
