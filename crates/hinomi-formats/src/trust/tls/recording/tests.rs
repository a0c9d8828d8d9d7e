//! What was recorded is read again, and what is none is told.

use super::*;
use crate::tls::names::Version;
use crate::tls::survey::{ChainSeen, FieldSeen, Order, VersionSeen, Why};
use crate::tree::{Kind, detect};

fn recording() -> Recording {
    let surveyed = Surveyed {
        versions: vec![VersionSeen {
            version: Version::Tls12,
            offered: Known::Seen(()),
            suites: vec![0xC02F, 0xC030],
            order: Known::Seen(Order::Server),
            complete: Known::Seen(()),
            groups: vec![0x1D],
            groups_order: Known::Absent,
            groups_complete: Known::Untested(Why::Deadline),
        }],
        fields: vec![FieldSeen {
            bits: 2048,
            prime: Some("ffdhe2048".to_owned()),
            digest: "00ff".to_owned(),
            version: Version::Tls12,
            export: false,
        }],
        chains: vec![ChainSeen {
            certificates: vec![vec![0x30, 0x00], vec![]],
            auth: "rsa".to_owned(),
            versions: vec![Version::Tls12],
        }],
        heartbleed: Known::Untested(Why::RefusesAll(Some(40))),
        ccs: Known::Seen("proof".to_owned()),
        compression: Known::Seen(1),
        alpn: Known::Seen(vec!["h2".to_owned()]),
        connections: 5,
        ..Surveyed::untested(&Why::StartTls("454 not now".to_owned()))
    };
    let recording = Recording::new("www.reiji.example", 443, "192.0.2.1", "https", 1_600_000_000, surveyed);
    Recording {
        starttls: Some(Protocol::XmppServer),
        paths: vec![PathSeen {
            trusted: Known::Absent,
            why: Some("expired".to_owned()),
            names_match: Known::Seen(()),
        }],
        https: Known::Seen(Answered { status: 200, headers: vec![("server".to_owned(), "x".to_owned())] }),
        ..recording
    }
}

#[test]
fn what_was_recorded_is_read_again_and_known_by_its_first_bytes() {
    let one = recording();
    let two = Recording::new("[::1]", 8443, "", "https", -1, Surveyed::untested(&Why::Unreachable));
    let bytes = [one.to_json(), two.to_json()].concat();
    assert!(is_recording(&bytes));
    assert_eq!(detect("servers.json", &bytes), Kind::TlsSurvey);
    let read = recordings(&bytes, &Limits::desk());
    assert_eq!(read.problems, []);
    assert_eq!(read.value, [one, two]);
}

#[test]
fn a_line_that_is_none_is_told_and_the_others_are_read() {
    let good = recording().to_json();
    let other = String::from_utf8(good.clone()).unwrap().replace("tls-survey/1", "tls-survey/2");
    let bytes = [&good, &b"{\"hinomi\":\"tls-survey/1\"}\n"[..], other.as_bytes(), &good[..50]].concat();
    let read = recordings(&bytes, &Limits::desk());
    assert_eq!(read.value.len(), 1);
    let told: Vec<_> = read.problems.iter().map(|p| (p.place.as_str(), p.kind)).collect();
    use ProblemKind::{Malformed, Unsupported};
    assert_eq!(told, [("line 2", Malformed), ("line 3", Unsupported), ("line 4", Malformed)]);
    let few = Limits { entries_max: 1, ..Limits::desk() };
    let read = recordings(&[&good[..], &good].concat(), &few);
    assert_eq!((read.value.len(), read.problems.len()), (1, 1));
    assert_eq!(read.problems[0].limit.as_ref().unwrap().name, "entries_max");
}
