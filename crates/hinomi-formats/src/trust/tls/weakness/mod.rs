//! Named weaknesses of a server, read off what a survey found: no connection more.
//!
//! "Not vulnerable" needs every version concerned decided and listed to its end; what is missing there makes it untested.

#[cfg(test)]
mod tests;

use crate::tls::names::{Auth, Exchange, Mode, Suite, Version, suite};
use crate::tls::survey::{Known, Surveyed, Why};

/// What is known of a weakness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is there.
    Vulnerable,
    /// It is not.
    NotVulnerable,
    /// Nobody knows.
    Untested,
}

/// One weakness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weakness {
    /// `poodle`, `drown`, `freak` …
    pub id: &'static str,
    /// What is known.
    pub verdict: Verdict,
    /// Whether a probe of its own decided, or the enumeration.
    pub probed: bool,
    /// What the verdict stands on.
    pub detail: String,
}

/// All weaknesses, each once.
pub fn weaknesses(seen: &Surveyed) -> Vec<Weakness> {
    let ticketbleed = match &seen.ticketbleed {
        Known::Seen(()) => Known::Seen("answered 31 bytes of session id with 32".to_owned()),
        Known::Absent => Known::Absent,
        Known::Untested(why) => Known::Untested(why.clone()),
    };
    vec![
        derived("poodle", seen, &[Version::SslV3], |_, suite| suite.mode == Mode::Cbc),
        drown(seen),
        derived("freak", seen, OLD, |_, suite| is_short(suite) && suite.exchange == Exchange::Rsa),
        logjam(seen),
        derived("sweet32", seen, OLD, |_, suite| {
            suite.mode == Mode::Cbc && matches!(suite.cipher, "3DES" | "DES" | "IDEA" | "RC2")
        }),
        derived("beast", seen, &[Version::SslV3, Version::Tls10], |_, suite| suite.mode == Mode::Cbc),
        lucky13(seen),
        derived("rc4", seen, OLD, |_, suite| suite.cipher == "RC4"),
        crime(seen),
        robot(seen),
        renegotiation(seen),
        probed("heartbleed", &seen.heartbleed),
        probed("ccs", &seen.ccs),
        probed("ticketbleed", &ticketbleed),
    ]
}

/// Versions with suites of their own before TLS 1.3.
const OLD: &[Version] = &[Version::SslV3, Version::Tls10, Version::Tls11, Version::Tls12];

fn probed(id: &'static str, known: &Known<String>) -> Weakness {
    let (verdict, detail) = match known {
        Known::Seen(proof) => (Verdict::Vulnerable, proof.clone()),
        Known::Absent => (Verdict::NotVulnerable, String::new()),
        Known::Untested(why) => (Verdict::Untested, why.to_string()),
    };
    Weakness { id, verdict, probed: true, detail }
}

fn told(id: &'static str, verdict: Verdict, detail: impl Into<String>) -> Weakness {
    Weakness { id, verdict, probed: false, detail: detail.into() }
}

/// Suites of some versions that meet a condition, and the first reason why there may be more.
fn search(
    seen: &Surveyed,
    versions: &[Version],
    meets: impl Fn(Version, &Suite) -> bool,
) -> (Vec<(Version, Suite)>, Option<Why>) {
    let (mut found, mut open) = (Vec::new(), None);
    for version in versions.iter().filter_map(|version| seen.version(*version)) {
        let ids = version.suites.iter().filter_map(|id| u16::try_from(*id).ok());
        let those = ids.filter_map(suite).filter(|suite| meets(version.version, suite));
        found.extend(those.map(|suite| (version.version, suite)));
        if version.offered != Known::Absent {
            let why = version.offered.why().or(version.complete.why()).cloned();
            open = open.or(why);
        }
    }
    (found, open)
}

fn derived(
    id: &'static str,
    seen: &Surveyed,
    versions: &[Version],
    meets: impl Fn(Version, &Suite) -> bool,
) -> Weakness {
    let (found, open) = search(seen, versions, meets);
    match (found.first(), open) {
        (Some((version, suite)), _) => {
            told(id, Verdict::Vulnerable, format!("{} with {version}, {} in all", suite.name, found.len()))
        }
        (None, Some(why)) => told(id, Verdict::Untested, why.to_string()),
        (None, None) => told(id, Verdict::NotVulnerable, ""),
    }
}

fn drown(seen: &Surveyed) -> Weakness {
    match seen.version(Version::SslV2).map(|version| &version.offered) {
        Some(Known::Seen(())) => told("drown", Verdict::Vulnerable, "SSLv2 is on"),
        Some(Known::Absent) => {
            told("drown", Verdict::NotVulnerable, "SSLv2 is off; other servers with the same key count too")
        }
        Some(Known::Untested(why)) => told("drown", Verdict::Untested, why.to_string()),
        None => told("drown", Verdict::Untested, ""),
    }
}

/// For export with keys of 512 bits; those of 1999 with 1,024 bits have ciphers of 56.
fn is_short(suite: &Suite) -> bool {
    suite.export && suite.bits == 40
}

/// Suites for export that the server signs for, and primes as short as theirs. What is 1,024 bits long is judged by length.
fn logjam(seen: &Surveyed) -> Weakness {
    let export = derived("logjam", seen, OLD, |_, suite| {
        is_short(suite) && suite.exchange == Exchange::Dhe && suite.auth != Auth::Anon
    });
    match seen.fields.iter().find(|field| field.bits < 1024) {
        Some(field) if export.verdict != Verdict::Vulnerable => {
            let name = field.prime.as_deref().unwrap_or("of its own");
            told("logjam", Verdict::Vulnerable, format!("a prime of {} bits, {name}", field.bits))
        }
        _ => export,
    }
}

/// Whether an implementation takes the same time for good and bad padding cannot be seen from outside without harm: what
/// is told is that it depends on that.
fn lucky13(seen: &Surveyed) -> Weakness {
    let mut cbc =
        derived("lucky13", seen, OLD, |version, suite| version > Version::SslV3 && suite.mode == Mode::Cbc);
    if cbc.verdict == Verdict::Vulnerable {
        cbc.detail.push_str("; depends on the time the implementation takes");
    }
    cbc
}

fn crime(seen: &Surveyed) -> Weakness {
    match &seen.compression {
        Known::Seen(method) => told("crime", Verdict::Vulnerable, format!("compression method {method}")),
        Known::Absent => told("crime", Verdict::NotVulnerable, ""),
        // TLS 1.3 has none
        Known::Untested(_) if off(seen, OLD) => {
            told("crime", Verdict::NotVulnerable, "no version with compression")
        }
        Known::Untested(why) => told("crime", Verdict::Untested, why.to_string()),
    }
}

fn off(seen: &Surveyed, versions: &[Version]) -> bool {
    versions.iter().all(|version| seen.version(*version).is_some_and(|seen| seen.offered == Known::Absent))
}

/// Without key exchange by RSA there is no oracle to ask.
fn robot(seen: &Surveyed) -> Weakness {
    let (found, open) = search(seen, OLD, |_, suite| suite.exchange == Exchange::Rsa);
    match (found.is_empty(), open) {
        (false, _) => probed("robot", &seen.robot),
        (true, Some(why)) => told("robot", Verdict::Untested, why.to_string()),
        (true, None) => told("robot", Verdict::NotVulnerable, "no key exchange by RSA"),
    }
}

fn renegotiation(seen: &Surveyed) -> Weakness {
    let probed = |verdict, detail: &str| Weakness { probed: true, ..told("renegotiation", verdict, detail) };
    match (&seen.secure_renegotiation, &seen.client_renegotiation) {
        (Known::Seen(()), _) => told("renegotiation", Verdict::NotVulnerable, "RFC 5746"),
        (_, _) if off(seen, OLD) => {
            told("renegotiation", Verdict::NotVulnerable, "no version that renegotiates")
        }
        (Known::Absent, Known::Seen(())) => probed(Verdict::Vulnerable, "begins again without RFC 5746"),
        (Known::Absent, Known::Absent) => probed(Verdict::NotVulnerable, "does not begin again"),
        (Known::Absent, Known::Untested(why)) | (Known::Untested(why), _) => {
            told("renegotiation", Verdict::Untested, why.to_string())
        }
    }
}
