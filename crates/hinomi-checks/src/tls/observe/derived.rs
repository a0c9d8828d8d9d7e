//! Weaknesses that follow from versions, suites and parameters: no connection is spent on them.
//!
//! Each is there when something proves it, not there when everything was asked and nothing does, and untested otherwise.

use crate::tls::profile::names::suite_name;
use hinomi_formats::tls::names::{Exchange, Mode, Suite, suite};
use hinomi_model::fact::{TlsFact, VersionSeen, WeaknessProof, WeaknessSeen, WeaknessVerdict};

/// Primes of this length and below are within reach (LOGJAM).
const LOGJAM_BITS_MAX: u32 = 1024;
/// Versions whose CBC is attacked by BEAST: the first block of a record is predictable.
const PREDICTABLE: &[&str] = &["sslv3", "tls1.0"];
/// Versions of SSL and TLS with suites of the registry, oldest first.
const VERSIONS: &[&str] = &["sslv3", "tls1.0", "tls1.1", "tls1.2"];

/// Everything that follows. What a probe told before is left alone by the caller.
pub(super) fn weaknesses(tls: &TlsFact) -> Vec<WeaknessSeen> {
    if !tls.answered() {
        return Vec::new();
    }
    let cbc = |suite: &Suite| suite.mode == Mode::Cbc;
    let small = |suite: &Suite| matches!(suite.cipher, "3DES" | "DES" | "IDEA" | "RC2");
    let export_rsa = |suite: &Suite| suite.export && suite.exchange == Exchange::Rsa;
    vec![
        by_suite(tls, "poodle", &["sslv3"], cbc),
        drown(tls),
        by_suite(tls, "freak", VERSIONS, export_rsa),
        logjam(tls),
        by_suite(tls, "sweet32", VERSIONS, small),
        by_suite(tls, "beast", PREDICTABLE, cbc),
        by_suite(tls, "lucky13", VERSIONS, cbc),
        by_suite(tls, "rc4", VERSIONS, |suite| suite.cipher == "RC4"),
        crime(tls),
    ]
}

fn told(id: &str, verdict: WeaknessVerdict, detail: String) -> WeaknessSeen {
    WeaknessSeen { id: id.to_owned(), verdict, how: WeaknessProof::Derived, detail }
}

/// There when one of these versions has a suite like this.
fn by_suite(tls: &TlsFact, id: &str, versions: &[&str], like: impl Fn(&Suite) -> bool) -> WeaknessSeen {
    let of = |seen: &VersionSeen| {
        let is = |id: &&u32| u16::try_from(**id).ok().and_then(suite).is_some_and(|suite| like(&suite));
        seen.suites.iter().find(is).map(|id| format!("{} ({})", suite_name(*id), seen.version))
    };
    let listed = || versions.iter().map(|name| tls.version(name));
    if let Some(proof) = listed().flatten().find_map(of) {
        return told(id, WeaknessVerdict::Vulnerable, proof);
    }
    // A version that is off has no suites; of one that is on all must have been asked for.
    let settled = |seen: Option<&VersionSeen>| {
        seen.is_some_and(|seen| match seen.offered {
            Some(true) => seen.complete,
            Some(false) => true,
            None => false,
        })
    };
    let verdict =
        if listed().all(settled) { WeaknessVerdict::NotVulnerable } else { WeaknessVerdict::Untested };
    told(id, verdict, String::new())
}

/// SSLv2 with a key of RSA is enough, whatever else is on.
fn drown(tls: &TlsFact) -> WeaknessSeen {
    let (verdict, detail) = match tls.offers("sslv2") {
        Some(true) => (WeaknessVerdict::Vulnerable, "sslv2".to_owned()),
        Some(false) => (WeaknessVerdict::NotVulnerable, String::new()),
        None => (WeaknessVerdict::Untested, String::new()),
    };
    told("drown", verdict, detail)
}

/// An export suite with DHE, or a prime that is too short.
fn logjam(tls: &TlsFact) -> WeaknessSeen {
    let short = tls.dh.iter().find(|dh| dh.bits <= LOGJAM_BITS_MAX);
    if let Some(dh) = short {
        let prime = dh.prime.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        return told(
            "logjam",
            WeaknessVerdict::Vulnerable,
            format!("DH {}{prime} ({})", dh.bits, dh.version),
        );
    }
    let export = by_suite(tls, "logjam", VERSIONS, |suite| suite.export && suite.exchange == Exchange::Dhe);
    let dhe = by_suite(tls, "logjam", VERSIONS, |suite| suite.exchange == Exchange::Dhe);
    match (export.verdict, dhe.verdict) {
        (WeaknessVerdict::NotVulnerable, WeaknessVerdict::Vulnerable) if tls.dh.is_empty() => {
            told("logjam", WeaknessVerdict::Untested, String::new())
        }
        _ => export,
    }
}

fn crime(tls: &TlsFact) -> WeaknessSeen {
    let verdict = match tls.extensions.compression {
        Some(true) => WeaknessVerdict::Vulnerable,
        Some(false) => WeaknessVerdict::NotVulnerable,
        None => WeaknessVerdict::Untested,
    };
    told("crime", verdict, String::new())
}
