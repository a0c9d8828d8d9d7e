//! From a survey to facts, and what follows from them.

use super::*;
use hinomi_formats::tls::survey::Why;
use hinomi_model::fact::WeaknessVerdict;

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
    let unknown = || Known::Untested(Why::Timeout);
    Surveyed {
        versions,
        fields: Vec::new(),
        export_rsa_bits: Vec::new(),
        chains: Vec::new(),
        staples: Vec::new(),
        timestamps: Vec::new(),
        extended_master_secret: Known::Absent,
        encrypt_then_mac: unknown(),
        secure_renegotiation: Known::Seen(()),
        session_tickets: unknown(),
        session_ids: unknown(),
        ocsp_stapling: unknown(),
        sct: unknown(),
        compression: Known::Absent,
        heartbeat: unknown(),
        client_certificate: unknown(),
        fallback_scsv: unknown(),
        downgrade_sentinel: unknown(),
        newest_preferred: Known::Seen(()),
        alpn: Known::Absent,
        connections: 7,
        ..Surveyed::untested(&Why::NotAsked)
    }
}

fn observed(survey: &Surveyed) -> (TlsFact, Vec<(AssetId, KeyFact)>) {
    let endpoint = Endpoint { host: "WWW.reiji.example".to_owned(), port: 443, ..Endpoint::default() };
    let facts = endpoint_facts(survey, &endpoint, Vec::new(), &Limits::desk()).unwrap();
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

#[track_caller]
fn weak(versions: Vec<survey::VersionSeen>, change: impl Fn(&mut Surveyed), expected: &str) {
    let mut survey = surveyed(versions);
    change(&mut survey);
    let (tls, _) = observed(&survey);
    let of = |verdict: WeaknessVerdict| -> String {
        let ids = tls.weaknesses.iter().filter(|weakness| weakness.verdict == verdict);
        ids.map(|weakness| weakness.id.as_str()).collect::<Vec<_>>().join(" ")
    };
    let told = format!("{} | {}", of(WeaknessVerdict::Vulnerable), of(WeaknessVerdict::Untested));
    assert_eq!(told, expected);
}

#[test]
fn weaknesses_follow_from_what_is_accepted() {
    let nothing = |_: &mut Surveyed| {};
    weak(all(&[0xC02F], &[], &[], &[]), nothing, " | ");
    weak(all(&[0xC013], &[], &[], &[]), nothing, "lucky13 | ");
    weak(all(&[0xC02F], &[0x2F], &[], &[]), nothing, "beast lucky13 | ");
    weak(all(&[0xC02F], &[], &[0x0A], &[]), nothing, "poodle sweet32 beast lucky13 | ");
    weak(all(&[0xC02F], &[], &[0x05], &[]), nothing, "rc4 | ");
    weak(all(&[0xC02F], &[0x0003], &[], &[]), nothing, "freak rc4 | ");
    weak(all(&[0xC02F], &[], &[], &[0x01_0080]), nothing, "drown | ");
    weak(all(&[0xC02F], &[], &[], &[]), |s| s.compression = Known::Seen(1), "crime | ");
    let prime = |bits: u32| {
        move |s: &mut Surveyed| {
            s.fields.push(survey::FieldSeen {
                bits,
                prime: None,
                digest: String::new(),
                version: Version::Tls12,
                export: false,
            });
        }
    };
    weak(all(&[0x009E], &[], &[], &[]), prime(1024), "logjam | ");
    weak(all(&[0x009E], &[], &[], &[]), prime(2048), " | ");
    weak(all(&[0x009E], &[], &[], &[]), nothing, " | logjam");
}

/// Export suites of SSLv2 are DROWN's; a claim of FREAK on them is the mistake of another tool.
#[test]
fn export_suites_of_sslv2_are_no_freak() {
    weak(all(&[0xC02F], &[], &[], &[0x02_0080, 0x04_0080]), |_| {}, "drown | ");
}

#[test]
fn what_was_not_asked_to_the_end_is_not_absent() {
    let cut = |s: &mut Surveyed| s.versions[1].complete = Known::Untested(Why::Deadline);
    weak(all(&[0xC02F], &[], &[], &[]), cut, " | freak logjam sweet32 lucky13 rc4");
    let silent = |s: &mut Surveyed| {
        s.versions[5].offered = Known::Untested(Why::Timeout);
        s.compression = Known::Untested(Why::Timeout);
    };
    weak(all(&[0xC02F], &[], &[], &[]), silent, " | drown crime");
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
