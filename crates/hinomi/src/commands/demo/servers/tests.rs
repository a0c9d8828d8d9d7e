//! The servers as the survey of the product finds them.

use super::look::{EDI, MAIL};
use super::survey::target;
use super::*;
use hinomi_collect::{Roots, TlsSweep, TlsTarget, ask_https, find_paths, survey_tls};
use hinomi_formats::tls::names::Version;
use hinomi_formats::tls::survey::{Known, Surveyed, Why};
use hinomi_formats::tls::weakness::{Verdict, weaknesses};
use std::collections::BTreeSet;
use std::time::Duration;

const NOW: &str = "2026-11-24T01:02:03Z";

fn targets(servers: &Servers) -> Vec<TlsTarget> {
    servers.endpoints().iter().map(|stand| target(stand).unwrap()).collect()
}

fn survey(servers: &Servers) -> Vec<Surveyed> {
    let targets = targets(servers);
    let mut seen = vec![None; targets.len()];
    survey_tls(&targets, &TlsSweep::usual(), [7; 32], |index, surveyed| seen[index] = Some(surveyed))
        .unwrap();
    seen.into_iter().map(|surveyed| surveyed.expect("every server is told")).collect()
}

/// What was found in each version equals the table, and nothing is open.
#[track_caller]
fn check(seen: &Surveyed, table: &[(Version, &[u16])]) {
    for version in &seen.versions {
        let ids = table.iter().find(|(of, _)| *of == version.version).map_or(&[][..], |(_, ids)| ids);
        let expected: BTreeSet<u32> = ids.iter().map(|id| u32::from(*id)).collect();
        let found: BTreeSet<u32> = version.suites.iter().copied().collect();
        assert_eq!(found, expected, "{} {:?}", version.version, version.offered);
        assert_eq!(version.offered.as_bool(), Some(!ids.is_empty()), "{}", version.version);
        if !ids.is_empty() {
            assert_eq!(version.complete, Known::Seen(()), "{}", version.version);
        }
    }
}

fn vulnerable(seen: &Surveyed) -> Vec<&'static str> {
    let found = weaknesses(seen).into_iter().filter(|weakness| weakness.verdict == Verdict::Vulnerable);
    found.map(|weakness| weakness.id).collect()
}

#[test]
fn the_survey_finds_what_the_tables_say() {
    let servers = Servers::start(NOW.parse().unwrap()).unwrap();
    let seen = survey(&servers);
    let [web, edi, mail, fax] = seen.as_slice() else { panic!("four servers") };
    check(web, &[(Version::Tls13, &[0x1301, 0x1302, 0x1303]), (Version::Tls12, &[0xc030, 0xc02f, 0xcca8])]);
    check(edi, EDI);
    check(mail, MAIL);
    assert_eq!(vulnerable(web), [""; 0]);
    assert_eq!(vulnerable(edi), ["poodle", "sweet32", "beast", "lucky13", "rc4"]);
    assert_eq!(vulnerable(mail), ["freak", "sweet32", "beast", "lucky13", "rc4"]);
    assert_eq!(mail.export_rsa_bits, [512]);
    assert!(mail.fields.iter().all(|field| field.prime.as_deref() == Some("rfc2409-2")), "{:?}", mail.fields);
    assert!(!mail.fields.is_empty());
    assert_eq!(fax.speaks(), None, "it never turned");
    assert!(fax.versions.iter().all(|version| matches!(version.offered, Known::Untested(Why::StartTls(_)))));
}

#[test]
fn whom_clients_would_trust() {
    let servers = Servers::start(NOW.parse().unwrap()).unwrap();
    let seen = survey(&servers);
    let at = NOW.parse::<Timestamp>().unwrap().as_second();
    let roots = Roots::public().and("ca.der", servers.authority()).unwrap();
    let told = |index: usize, roots: &Roots| {
        let stand = servers.endpoints().swap_remove(index);
        let mut paths = find_paths(&seen[index], stand.host, at, roots);
        let path = paths.pop().expect("a chain");
        (path.trusted.as_bool(), path.why, path.names_match.as_bool())
    };
    assert_eq!(told(0, &roots), (Some(true), None, Some(true)));
    assert_eq!(told(0, &Roots::public()), (Some(false), Some("issuer_not_sent".to_owned()), Some(true)));
    assert_eq!(told(1, &roots), (Some(false), Some("expired".to_owned()), Some(true)));
    assert_eq!(told(2, &roots), (Some(true), None, Some(true)));
}

#[test]
fn only_the_web_server_answers_visitors() {
    let servers = Servers::start(NOW.parse().unwrap()).unwrap();
    let asked: Vec<_> =
        targets(&servers).iter().map(|target| ask_https(target, Duration::from_secs(20))).collect();
    let Known::Seen(web) = &asked[0] else { panic!("{:?}", asked[0]) };
    assert_eq!(web.status, 200);
    assert!(web.headers.iter().any(|(name, _)| name == "strict-transport-security"));
    assert_eq!(asked[1], Known::Untested(Why::RefusesAll(Some(40))));
    assert_eq!(asked[2..], [Known::Untested(Why::NotApplicable), Known::Untested(Why::NotApplicable)]);
}

#[test]
fn nobody_listens_after_the_end() {
    let servers = Servers::start(NOW.parse().unwrap()).unwrap();
    let stands = servers.endpoints();
    drop(servers);
    for stand in stands {
        let again = std::net::TcpListener::bind(stand.address);
        assert!(again.is_ok() || std::net::TcpStream::connect(stand.address).is_ok(), "{stand:?}");
    }
}

/// Side by side, as two people on one machine may run it.
#[test]
fn each_demo_gives_the_same_evidence() {
    let at: Timestamp = NOW.parse().unwrap();
    let (one, two) = (Servers::start(at).unwrap(), Servers::start(at).unwrap());
    let (one, two) = (one.survey(at).unwrap(), two.survey(at).unwrap());
    let read = hinomi_formats::tls::recording::recordings(&two, &hinomi_formats::Limits::desk());
    assert_eq!((read.value.len(), read.problems.len()), (4, 0));
    let differs = one.iter().zip(&two).position(|(a, b)| a != b);
    let around = differs.map(|at| String::from_utf8_lossy(&one[at.saturating_sub(200)..at + 20]));
    assert_eq!((around, one.len()), (None, two.len()));
}
