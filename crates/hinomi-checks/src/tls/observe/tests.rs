//! From a survey to facts.

use super::*;

fn seen(version: Version, suites: &[u32]) -> survey::VersionSeen {
    survey::VersionSeen {
        version,
        offered: if suites.is_empty() { Known::Absent } else { Known::Seen(()) },
        suites: suites.to_vec(),
        order: Known::Seen(survey::Order::Server),
        complete: Known::Seen(()),
        groups: Vec::new(),
        groups_order: Known::Untested(Why::NotAsked),
        groups_complete: Known::Untested(Why::NotAsked),
    }
}

fn surveyed(versions: Vec<survey::VersionSeen>) -> Surveyed {
    Surveyed {
        versions,
        extended_master_secret: Known::Absent,
        secure_renegotiation: Known::Seen(()),
        compression: Known::Absent,
        newest_preferred: Known::Seen(()),
        heartbleed: Known::Absent,
        alpn: Known::Absent,
        connections: 7,
        ..Surveyed::untested(&Why::NotAsked)
    }
}

fn observed(survey: &Surveyed) -> (TlsFact, Vec<(AssetId, KeyFact)>) {
    let endpoint = Endpoint { host: "WWW.reiji.example".to_owned(), port: 443, ..Endpoint::default() };
    let facts = endpoint_facts(survey, &endpoint, &Limits::desk()).unwrap();
    assert_eq!(facts.asset.as_str(), "host:www.reiji.example:443");
    (facts.tls, facts.certificates)
}

fn all(tls12: &[u32], tls10: &[u32], sslv3: &[u32], sslv2: &[u32]) -> Vec<survey::VersionSeen> {
    vec![
        seen(Version::Tls13, &[0x1301]),
        seen(Version::Tls12, tls12),
        seen(Version::Tls11, &[]),
        seen(Version::Tls10, tls10),
        seen(Version::SslV3, sslv3),
        seen(Version::SslV2, sslv2),
    ]
}

#[test]
fn three_answers_stay_three() {
    let mut versions = all(&[0xC02F, 0xC030], &[], &[], &[]);
    versions[4].offered = Known::Untested(Why::Closed);
    versions[4].complete = Known::Untested(Why::Closed);
    let (tls, _) = observed(&surveyed(versions));
    assert_eq!(tls.offers("tls1.2"), Some(true));
    assert_eq!(tls.offers("tls1.0"), Some(false));
    assert_eq!(tls.offers("sslv3"), None);
    assert_eq!(tls.version("sslv3").unwrap().why.as_deref(), Some("closed without an answer"));
    assert_eq!(tls.extensions.extended_master_secret, Some(false));
    assert_eq!(tls.extensions.encrypt_then_mac, None);
    assert_eq!(tls.chosen_version.as_deref(), Some("tls1.3"));
    assert!(!tls.groups_complete, "nobody asked for groups");
    assert_eq!(tls.connections, 7);
}

#[test]
fn groups_are_complete_when_the_versions_that_were_asked_are() {
    let complete = |change: &dyn Fn(&mut Vec<survey::VersionSeen>)| {
        let mut versions = all(&[0xC02F], &[0xC013], &[], &[]);
        versions[1].groups = vec![0x17, 0x1D];
        versions[1].groups_complete = Known::Seen(());
        versions[3].groups = vec![0x17];
        change(&mut versions);
        observed(&surveyed(versions)).0.groups_complete
    };
    assert!(complete(&|_| {}), "TLS 1.0 was not asked");
    assert!(!complete(&|versions| versions[3].groups_complete = Known::Untested(Why::Timeout)));
    assert!(!complete(&|versions| versions[1].groups_complete = Known::Untested(Why::Deadline)));
}

/// What the survey says of a weakness.
#[track_caller]
fn weak(versions: Vec<survey::VersionSeen>, id: &str, verdict: WeaknessVerdict, how: WeaknessProof) {
    let (tls, _) = observed(&surveyed(versions));
    let found = tls.weakness(id).unwrap();
    assert_eq!((found.verdict, found.how), (verdict, how), "{id}");
}

#[test]
fn weaknesses_keep_their_verdict_and_how_it_came_about() {
    use {WeaknessProof::*, WeaknessVerdict::*};
    weak(all(&[0xC02F], &[], &[0x0A], &[]), "poodle", Vulnerable, Derived);
    weak(all(&[0xC02F], &[], &[], &[]), "poodle", NotVulnerable, Derived);
    weak(all(&[0xC02F], &[], &[], &[]), "heartbleed", NotVulnerable, Probed);
    weak(all(&[0xC02F], &[], &[], &[]), "ccs", Untested, Probed);
    // Export suites of SSLv2 are DROWN's; a claim of FREAK on them is the mistake of another tool.
    weak(all(&[0xC02F], &[], &[], &[0x02_0080]), "drown", Vulnerable, Derived);
    weak(all(&[0xC02F], &[], &[], &[0x02_0080]), "freak", NotVulnerable, Derived);
}

#[test]
fn what_was_not_asked_to_the_end_is_not_absent() {
    let mut cut = all(&[0xC02F], &[], &[], &[]);
    cut[1].complete = Known::Untested(Why::Deadline);
    weak(cut, "sweet32", WeaknessVerdict::Untested, WeaknessProof::Derived);
}

#[test]
fn a_server_that_never_answered_has_no_verdicts() {
    let silent =
        |version| survey::VersionSeen { offered: Known::Untested(Why::Timeout), ..seen(version, &[]) };
    let (tls, keys) = observed(&surveyed(Version::ALL.map(silent).to_vec()));
    assert!(!tls.answered() && tls.weaknesses.is_empty() && keys.is_empty());
}

#[test]
fn a_certificate_that_is_none_is_a_problem_and_no_key() {
    let mut survey = surveyed(all(&[0xC02F], &[], &[], &[]));
    survey.chains.push(survey::ChainSeen {
        certificates: vec![b"garbage".to_vec()],
        auth: "rsa".to_owned(),
        versions: vec![Version::Tls12],
    });
    let (tls, keys) = observed(&survey);
    assert!(keys.is_empty());
    assert_eq!(tls.problems, ["a certificate that could not be read"]);
    assert_eq!(tls.chains[0].leaf_spki, "");
}

#[test]
fn a_policy_of_transport_security_is_read_as_browsers_read_it() {
    use hinomi_formats::tls::recording::{Answered, Recording};
    let read = |lines: &[&str]| {
        let survey = surveyed(all(&[0xC02F], &[], &[], &[]));
        let mut recording = Recording::new("www.reiji.example", 443, "192.0.2.1", "https", 0, survey);
        let header = |line: &&str| ("strict-transport-security".to_owned(), (*line).to_owned());
        recording.https = Known::Seen(Answered { status: 200, headers: lines.iter().map(header).collect() });
        let http = recorded(&recording, &Limits::desk()).unwrap().tls.http.unwrap();
        (http.hsts_max_age, http.hsts_subdomains, http.hsts_preload)
    };
    assert_eq!(read(&["max-age=31536000; includeSubDomains; preload"]), (Some(31_536_000), true, true));
    assert_eq!(read(&["MAX-AGE = \"300\" ;"]), (Some(300), false, false));
    assert_eq!(read(&["includeSubDomains"]), (None, false, false), "no age, no policy");
    assert_eq!(read(&["max-age=1; max-age=2"]), (None, false, false));
    assert_eq!(read(&["max-age=1", "max-age=2"]), (Some(1), false, false), "the first header counts");
    assert_eq!(read(&["max-age=-1"]), (None, false, false));
    assert_eq!(read(&[]), (None, false, false));
}
