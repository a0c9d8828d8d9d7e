//! Weaknesses of surveys made up, each beside its near miss.

use super::*;
use crate::tls::survey::{FieldSeen, Options, Survey, Target, VersionSeen};

/// A survey of a server that speaks these, and was asked for everything.
fn surveyed(speaks: &[(Version, &[u32])]) -> Surveyed {
    let mut seen = Survey::new(Target::default(), Options::usual(), [0; 32]).report();
    for version in &mut seen.versions {
        let suites = speaks.iter().find(|(at, _)| *at == version.version).map(|(_, ids)| ids.to_vec());
        version.offered = if suites.is_some() { Known::Seen(()) } else { Known::Absent };
        version.suites = suites.unwrap_or_default();
        version.complete = Known::Seen(());
    }
    (seen.compression, seen.secure_renegotiation) = (Known::Absent, Known::Seen(()));
    seen
}

#[track_caller]
fn check(seen: &Surveyed, vulnerable: &[&str], untested: &[&str]) {
    let all = weaknesses(seen);
    let of =
        |verdict| -> Vec<&str> { all.iter().filter(|at| at.verdict == verdict).map(|at| at.id).collect() };
    assert_eq!(of(Verdict::Vulnerable), vulnerable);
    let probes = ["heartbleed", "ccs", "ticketbleed"];
    let open: Vec<&str> = of(Verdict::Untested).into_iter().filter(|id| !probes.contains(id)).collect();
    assert_eq!(open, untested);
}

#[test]
fn a_modern_server_has_none() {
    check(&surveyed(&[(Version::Tls13, &[0x1301]), (Version::Tls12, &[0xC02F])]), &[], &[]);
}

#[test]
fn sslv3_is_poodle_with_cbc_only() {
    check(&surveyed(&[(Version::SslV3, &[0x0035])]), &["poodle", "beast"], &["robot"]);
    check(&surveyed(&[(Version::SslV3, &[0x0005])]), &["rc4"], &["robot"]);
}

#[test]
fn export_of_sslv2_is_drown_and_not_freak() {
    let seen = surveyed(&[(Version::SslV2, &[0x02_0080]), (Version::Tls12, &[0x002F])]);
    check(&seen, &["drown", "lucky13"], &["robot"]);
    let seen = surveyed(&[(Version::Tls10, &[0x0003])]);
    check(&seen, &["freak", "rc4"], &["robot"]);
}

#[test]
fn a_short_prime_is_logjam() {
    let mut seen = surveyed(&[(Version::Tls12, &[0x009E])]);
    check(&seen, &[], &[]);
    let field = |bits, prime: Option<&str>| FieldSeen {
        bits,
        prime: prime.map(str::to_owned),
        digest: String::new(),
        version: Version::Tls12,
        export: false,
    };
    seen.fields = vec![field(1024, None), field(2048, Some("rfc3526-14"))];
    check(&seen, &[], &[]);
    seen.fields = vec![field(1024, Some("rfc2409-2"))];
    check(&seen, &[], &[]);
    seen.fields = vec![field(512, None)];
    check(&seen, &["logjam"], &[]);
}

#[test]
fn a_list_cut_short_clears_nothing() {
    let mut seen = surveyed(&[(Version::Tls12, &[0xC02F])]);
    let cut = |version: &mut VersionSeen| version.complete = Known::Untested(Why::Deadline);
    seen.versions.iter_mut().filter(|version| version.version == Version::Tls12).for_each(cut);
    check(&seen, &[], &["freak", "logjam", "sweet32", "lucky13", "rc4", "robot"]);
}

#[test]
fn compression_and_renegotiation_are_told_as_seen() {
    let mut seen = surveyed(&[(Version::Tls12, &[0xC02F])]);
    seen.compression = Known::Seen(1);
    (seen.secure_renegotiation, seen.client_renegotiation) = (Known::Absent, Known::Seen(()));
    check(&seen, &["crime", "renegotiation"], &[]);
    seen.client_renegotiation = Known::Absent;
    check(&seen, &["crime"], &[]);
    seen.client_renegotiation = Known::Untested(Why::Timeout);
    check(&seen, &["crime"], &["renegotiation"]);
}

#[test]
fn small_blocks_are_sweet32() {
    check(&surveyed(&[(Version::Tls12, &[0xC012])]), &["sweet32", "lucky13"], &[]);
    check(&surveyed(&[(Version::Tls12, &[0x0081])]), &[], &[]);
    check(&surveyed(&[(Version::SslV2, &[0x07_00C0])]), &["drown"], &[]);
}

#[test]
fn export_with_longer_keys_is_neither_freak_nor_logjam() {
    check(&surveyed(&[(Version::Tls10, &[0x0062, 0x0063])]), &["sweet32", "beast", "lucky13"], &["robot"]);
    // nobody signs for it: whoever stands between needs no export
    check(&surveyed(&[(Version::Tls10, &[0x0017])]), &["rc4"], &[]);
    check(&surveyed(&[(Version::Tls10, &[0x0014])]), &["logjam", "sweet32", "beast", "lucky13"], &[]);
}

#[test]
fn what_a_probe_proved_is_told_with_its_proof() {
    let mut seen = surveyed(&[(Version::Tls12, &[0xC02F])]);
    seen.heartbleed = Known::Seen("proof".to_owned());
    seen.ccs = Known::Absent;
    let all = weaknesses(&seen);
    let of = |id| all.iter().find(|at| at.id == id).unwrap();
    assert_eq!((of("heartbleed").verdict, of("heartbleed").probed), (Verdict::Vulnerable, true));
    assert_eq!(of("heartbleed").detail, "proof");
    assert_eq!(of("ccs").verdict, Verdict::NotVulnerable);
    assert_eq!(of("ticketbleed").verdict, Verdict::Untested);
}
