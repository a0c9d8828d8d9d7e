//! Clients against servers whose answer to them is known.

use super::*;
use crate::tls::survey::{Options, Survey, Target, Why};

/// A server with these suites and groups in each version.
fn server(speaks: &[(Version, &[u32], &[u16])], order: Order) -> Surveyed {
    let mut seen = Survey::new(Target::default(), Options::usual(), [0; 32]).report();
    for version in &mut seen.versions {
        let own = speaks.iter().find(|(at, ..)| *at == version.version);
        version.offered = if own.is_some() { Known::Seen(()) } else { Known::Absent };
        version.complete = Known::Seen(());
        (version.order, version.groups_order) = (Known::Seen(order), Known::Seen(order));
        if let Some((_, suites, groups)) = own {
            (version.suites, version.groups) = (suites.to_vec(), groups.to_vec());
        }
    }
    seen
}

fn client(name: &str) -> &'static Client {
    clients().iter().find(|client| client.name.starts_with(name)).expect("a client of that name")
}

#[track_caller]
fn check(name: &str, seen: &Surveyed, expected: Option<(Version, u16, Option<u16>)>) {
    let found = match simulate(client(name), seen) {
        Outcome::Agreed(agreed) => Some((agreed.version, agreed.suite, agreed.group)),
        Outcome::Fails => None,
        Outcome::Unknown => panic!("{name}: unknown"),
    };
    assert_eq!(found, expected, "{name}");
}

#[test]
fn the_newest_version_in_common_is_taken() {
    let speaks: &[(Version, &[u32], &[u16])] = &[
        (Version::Tls13, &[0x1302, 0x1301], &[0x11EC, 0x1D]),
        (Version::Tls12, &[0xC030, 0xC02F, 0x0035], &[0x17]),
    ];
    let seen = server(speaks, Order::Server);
    check("Chromium", &seen, Some((Version::Tls13, 0x1302, Some(0x11EC))));
    check("Java", &seen, Some((Version::Tls13, 0x1302, Some(0x1D))));
    check("Node 0.10", &seen, Some((Version::Tls12, 0xC030, Some(0x17))));
    let seen = server(speaks, Order::Client);
    check("Chromium", &seen, Some((Version::Tls13, 0x1301, Some(0x11EC))));
}

#[test]
fn a_client_without_a_common_suite_fails() {
    let seen = server(&[(Version::Tls12, &[0xCCA8], &[0x1D])], Order::Server);
    check("Node 0.10", &seen, None);
    check("Chromium", &seen, Some((Version::Tls12, 0xCCA8, Some(0x1D))));
    let seen = server(&[(Version::SslV3, &[0x0005], &[])], Order::Server);
    check("Chromium", &seen, None);
}

#[test]
fn a_suite_without_a_common_group_is_passed_over() {
    let seen = server(&[(Version::Tls12, &[0xC02F, 0x009C], &[0x1E])], Order::Server);
    check("Chromium", &seen, Some((Version::Tls12, 0x009C, None)));
}

#[test]
fn groups_shown_in_one_old_version_serve_the_others() {
    let speaks: &[(Version, &[u32], &[u16])] =
        &[(Version::Tls12, &[0xC02F], &[0x1D, 0x17]), (Version::Tls10, &[0xC014], &[0x1D])];
    let mut seen = server(speaks, Order::Server);
    // Node 0.10 knows no x25519, and says TLS 1.0 in this story
    let old = Client { versions: &[0x0301], ..*client("Node 0.10") };
    seen.versions.iter_mut().for_each(|version| version.groups_complete = Known::Untested(Why::NotAsked));
    let agreed = Agreed { version: Version::Tls10, suite: 0xC014, group: Some(0x17), is_certain: true };
    assert_eq!(simulate(&old, &seen), Outcome::Agreed(agreed));
}

#[test]
fn what_was_not_tested_is_unknown() {
    let mut seen = server(&[(Version::Tls12, &[0xC02F], &[0x1D])], Order::Server);
    let newest = seen.versions.iter_mut().find(|version| version.version == Version::Tls13).unwrap();
    newest.offered = Known::Untested(Why::Timeout);
    assert_eq!(simulate(client("Chromium"), &seen), Outcome::Unknown);
    check("Node 0.10", &seen, None);
}

#[test]
fn every_stored_hello_is_made_of_known_parts() {
    for client in clients() {
        assert!(client.suites.iter().all(|id| suite(*id).is_some()), "{}", client.name);
        assert!(client.groups.iter().all(|id| group(*id).is_some()), "{}", client.name);
        assert!(client.versions.iter().all(|id| Version::from_id(*id).is_some()), "{}", client.name);
    }
    let agreed = Agreed { version: Version::Tls13, suite: 0x1301, group: Some(0x11EC), is_certain: true };
    assert!(agreed.is_forward_secret() && agreed.is_post_quantum());
}
