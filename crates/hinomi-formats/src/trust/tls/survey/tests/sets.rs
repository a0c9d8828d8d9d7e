//! Found equals made: versions, suites, groups, orders, and no more connections than they take.

use super::model::{Model, Refusal};
use super::net::{Run, Server, run, run_to};
use crate::tls::names::{Exchange, Version, suite, suites};
use crate::tls::starttls::Protocol;
use crate::tls::survey::{End, Known, Options, Order, Surveyed, Target, Why};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

/// The least number of connections that can prove this (facts of the field: one answer names one suite).
fn bound(model: &Model) -> usize {
    let versions = [Version::Tls13, Version::Tls12, Version::Tls11, Version::Tls10, Version::SslV3];
    let of = |version: Version| {
        let ids = model.suites.get(&version).map_or(&[][..], Vec::as_slice);
        // An answer shows a group only when its suite has one.
        let showing = ids.iter().filter(|id| version == Version::Tls13 || needs_group(id)).count();
        let groups = match version {
            Version::Tls13 => model.groups13.len(),
            Version::Tls12 => model.groups.len(),
            _ => 0,
        };
        let shown = if showing > 0 { showing.max(groups) } else { 0 };
        ids.len() - showing + shown + 1
    };
    1 + versions.into_iter().map(of).sum::<usize>()
}

fn needs_group(id: &u16) -> bool {
    suite(*id).is_some_and(|suite| suite.exchange == Exchange::Ecdhe)
}

#[track_caller]
pub(super) fn check_sets(model: &Model, seen: &Surveyed) {
    for version in [Version::Tls13, Version::Tls12, Version::Tls11, Version::Tls10, Version::SslV3] {
        let made: BTreeSet<u32> =
            model.suites.get(&version).into_iter().flatten().map(|id| u32::from(*id)).collect();
        let found = seen.version(version).unwrap();
        assert_eq!(found.suites.iter().copied().collect::<BTreeSet<_>>(), made, "{version} of {model:?}");
        assert_eq!(found.suites.len(), made.len(), "{version}: each once");
        assert_eq!(found.offered.as_bool(), Some(!made.is_empty()), "{version} of {model:?}");
        assert_eq!(found.complete, Known::Seen(()), "{version} of {model:?}");
    }
    let v2 = seen.version(Version::SslV2).unwrap();
    assert_eq!(v2.suites, model.kinds);
    assert_eq!(v2.offered.as_bool(), Some(!model.kinds.is_empty()));
}

#[track_caller]
pub(super) fn check_groups(model: &Model, seen: &Surveyed) {
    let set = |ids: &[u16]| ids.iter().copied().collect::<BTreeSet<_>>();
    let tls13 = seen.version(Version::Tls13).unwrap();
    if !tls13.suites.is_empty() {
        assert_eq!(set(&tls13.groups), set(&model.groups13), "{model:?}");
        assert_eq!(tls13.groups_complete, Known::Seen(()));
    }
}

fn both(model: &Model) -> (Run, Run) {
    let flat = |options: Options| Options { deep: false, ..options };
    let polite = run(&mut model.clone(), flat(Options::polite()), Duration::from_millis(1));
    let usual = run(&mut model.clone(), flat(Options::usual()), Duration::from_millis(20));
    for run in [&polite, &usual] {
        check_sets(model, &run.seen);
        check_groups(model, &run.seen);
    }
    assert!(polite.at_once <= 2 && usual.at_once <= 8);
    (polite, usual)
}

const MODERN: &[u16] = &[0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009E, 0x009F];

#[test]
fn a_modern_server_is_found_whole() {
    let model = Model::new(&[(Version::Tls13, &[0x1302, 0x1303, 0x1301]), (Version::Tls12, MODERN)]);
    let (polite, _) = both(&model);
    let seen = polite.seen;
    assert!(seen.connections as usize * 4 <= bound(&model) * 5, "{} of {}", seen.connections, bound(&model));
    assert_eq!(seen.version(Version::Tls12).unwrap().order, Known::Seen(Order::Server));
    assert_eq!(seen.version(Version::Tls13).unwrap().order, Known::Seen(Order::Server));
    assert_eq!(seen.alpn, Known::Seen(vec!["h2".to_owned(), "http/1.1".to_owned()]));
    assert_eq!(seen.fallback_scsv, Known::Seen(()));
    assert_eq!(seen.downgrade_sentinel, Known::Seen(()));
    assert_eq!(seen.newest_preferred, Known::Seen(()));
    assert_eq!(seen.extended_master_secret, Known::Seen(()));
    assert_eq!(seen.heartbeat, Known::Absent);
    assert_eq!(seen.chains.len(), 2);
}

#[test]
fn going_deeper_costs_at_most_fifteen_more() {
    let mut model = Model::new(&[(Version::Tls13, &[0x1302, 0x1303, 0x1301]), (Version::Tls12, MODERN)]);
    model.extensions.push(15);
    let seen = run(&mut model.clone(), Options::usual(), Duration::from_millis(1)).seen;
    check_sets(&model, &seen);
    assert!(seen.connections as usize <= bound(&model) + 15, "{} of {}", seen.connections, bound(&model));
    // The model does nothing beyond its flight, which proves no fault and no strength.
    assert_eq!(seen.heartbleed, Known::Absent);
    assert_eq!(seen.client_renegotiation.as_bool(), None);
    assert_eq!(seen.certificates_tls13.as_bool(), None);
}

#[test]
fn a_server_of_one_suite_is_asked_for_its_order_in_vain() {
    let model = Model::new(&[(Version::Tls12, &[0x002F])]);
    let (polite, _) = both(&model);
    assert_eq!(polite.seen.version(Version::Tls12).unwrap().order.as_bool(), None);
    assert_eq!(polite.seen.version(Version::Tls13).unwrap().offered, Known::Absent);
}

#[test]
fn ten_milliseconds_each_way_cost_one_trip_a_suite() {
    let ids: Vec<u16> =
        suites().filter(|suite| suite.exchange == Exchange::Rsa).map(|suite| suite.id).take(20).collect();
    let model = Model::new(&[(Version::Tls12, &ids)]);
    let (_, usual) = both(&model);
    assert!(usual.took < Duration::from_millis(20 * 30), "{:?}", usual.took);
}

#[test]
fn a_server_that_closes_for_no_is_not_one_that_is_gone() {
    for refusal in [Refusal::Close, Refusal::Reset] {
        let mut model = Model::new(&[(Version::Tls12, MODERN)]);
        model.refusal = refusal;
        both(&model);
    }
}

/// Drops its alerts on the floor, as some mail servers do.
struct Mute(Model);

impl Server for Mute {
    fn answer(&mut self, connection: u32, sent: &[u8]) -> (Vec<u8>, Option<End>) {
        let (bytes, end) = Server::answer(&mut self.0, connection, sent);
        if bytes.first() == Some(&21) { (Vec::new(), end) } else { (bytes, end) }
    }
}

#[test]
fn a_server_that_drops_its_alerts_is_still_protected_against_fallback() {
    let speaks: &[(Version, &[u16])] = &[(Version::Tls12, MODERN), (Version::Tls10, &[0x002F, 0x0035])];
    let mut model = Model::new(speaks);
    let seen = run(&mut Mute(model.clone()), Options::usual(), Duration::from_millis(1)).seen;
    check_sets(&model, &seen);
    assert_eq!(seen.fallback_scsv, Known::Seen(()));
    model.scsv = false;
    let seen = run(&mut Mute(model), Options::usual(), Duration::from_millis(1)).seen;
    assert_eq!(seen.fallback_scsv, Known::Absent);
}

#[test]
fn groups_that_a_server_cannot_bear_hide_no_version() {
    let mut model = Model::new(&[(Version::Tls13, &[0x1301, 0x1302]), (Version::Tls12, MODERN)]);
    model.groups13 = vec![0x1D, 0x17];
    model.knows_groups_only = Some(vec![0x17, 0x18, 0x19, 0x1D, 0x1E, 0x100, 0x101, 0x102, 0x103, 0x104]);
    both(&model);
}

#[test]
fn long_hellos_that_a_server_cannot_bear_hide_nothing() {
    let mut model = Model::new(&[(Version::Tls12, MODERN), (Version::Tls10, &[0x002F, 0x0035])]);
    model.suites_max = 128;
    both(&model);
}

#[test]
fn extensions_that_a_server_cannot_bear_hide_nothing() {
    let mut model = Model::new(&[(Version::Tls10, &[0x002F, 0x0035, 0x0005])]);
    model.bears_extensions = false;
    both(&model);
}

#[test]
fn handshakes_in_records_of_one_byte_are_read() {
    let mut model =
        Model::new(&[(Version::Tls13, &[0x1301]), (Version::Tls12, MODERN), (Version::Tls10, &[0x0005])]);
    model.record_bytes = 1;
    both(&model);
}

/// The same server behind a mail dialog.
struct Mail(Model, bool);

impl Server for Mail {
    fn greet(&mut self, _: u32) -> (Vec<u8>, Option<End>) {
        (b"220 mail.example\r\n".to_vec(), None)
    }

    fn answer(&mut self, connection: u32, sent: &[u8]) -> (Vec<u8>, Option<End>) {
        let last = sent.split_inclusive(|byte| *byte == b'\n').next_back().unwrap_or_default();
        match last {
            b"EHLO [127.0.0.1]\r\n" => (b"250-mail.example\r\n250 STARTTLS\r\n".to_vec(), None),
            b"STARTTLS\r\n" if self.1 => (b"220 go\r\n".to_vec(), None),
            b"STARTTLS\r\n" => (b"454 no\r\n".to_vec(), None),
            _ => {
                let at = memchr::memmem::find(sent, b"STARTTLS\r\n").unwrap() + 10;
                Server::answer(&mut self.0, connection, &sent[at..])
            }
        }
    }
}

#[test]
fn behind_a_dialog_the_same_is_found() {
    let model = Model::new(&[(Version::Tls13, &[0x1302, 0x1301]), (Version::Tls12, MODERN)]);
    let target = || Target::new("mail.example").after(Protocol::Smtp);
    let trip = Duration::from_millis(5);
    let seen = run_to(&mut Mail(model.clone(), true), target(), Options::usual(), trip).seen;
    check_sets(&model, &seen);
    let seen = run_to(&mut Mail(model, false), target(), Options::usual(), trip).seen;
    for version in &seen.versions {
        assert_eq!(version.offered, Known::Untested(Why::StartTls("refused: 454 no".to_owned())));
    }
}

fn some_suites(tls13: bool) -> impl Strategy<Value = Vec<u16>> {
    let all: Vec<u16> =
        suites().filter(|suite| suite.id != 0 && suite.is_tls13() == tls13).map(|suite| suite.id).collect();
    let most = if tls13 { 4 } else { 40 };
    proptest::sample::subsequence(all, 0..=most).prop_shuffle()
}

fn some_groups(all: Vec<u16>) -> impl Strategy<Value = Vec<u16>> {
    let most = all.len();
    proptest::sample::subsequence(all, 1..=most).prop_shuffle()
}

prop_compose! {
    fn models()(
        tls13 in some_suites(true),
        tls12 in some_suites(false),
        tls11 in some_suites(false),
        tls10 in some_suites(false),
        sslv3 in some_suites(false),
        kinds in proptest::sample::subsequence(vec![0x01_0080, 0x02_0080, 0x07_00C0], 0..=3),
        server_order in any::<bool>(),
        groups in some_groups(vec![0x17, 0x18, 0x19, 0x1D, 0x1E, 0x1A, 0x16, 0x0E]),
        groups13 in some_groups(vec![0x17, 0x18, 0x1D, 0x1E, 0x100, 0x11EC, 0x11EB, 0x201, 0x1F]),
        refusal in prop_oneof![
            Just(Refusal::Alert(40)), Just(Refusal::Alert(70)), Just(Refusal::Alert(80)), Just(Refusal::Alert(71)),
            Just(Refusal::Close), Just(Refusal::Reset)
        ],
        curve in prop_oneof![Just(None), Just(Some(0x17))],
        record_bytes in prop_oneof![Just(1_usize), Just(7), Just(1 << 14)],
        scsv in any::<bool>(),
    ) -> Model {
        let mut model = Model::new(&[
            (Version::Tls13, &tls13), (Version::Tls12, &tls12), (Version::Tls11, &tls11), (Version::Tls10, &tls10),
            (Version::SslV3, &sslv3),
        ]);
        model.suites.retain(|_, ids| !ids.is_empty());
        // Behind a curve that the server has not, its ECDSA suites are out of reach for everybody.
        let curve = curve.filter(|curve| groups.contains(curve));
        Model { kinds, server_order, groups, groups13, refusal, curve, record_bytes, scsv, ..model }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn found_equals_made(model in models()) {
        prop_assume!(!model.suites.is_empty());
        let (polite, usual) = both(&model);
        // Order in two versions, a fallback, refusals that are unclear; and by closing, the same heard twice.
        let (bound, extra) = (bound(&model), if matches!(model.refusal, Refusal::Alert(_)) { 6 } else { 9 });
        for (run, slack) in [(&polite, 0), (&usual, 8)] {
            let connections = run.seen.connections as usize;
            prop_assert!(connections * 4 <= bound * 5 + (extra + slack) * 4, "{connections} of {bound}: {model:?}");
        }
        for seen in &polite.seen.versions {
            if let Known::Seen(order) = seen.order {
                let made = if model.server_order { Order::Server } else { Order::Client };
                prop_assert_eq!(order, made, "{} of {:?}", seen.version, model);
            }
        }
    }
}

/// The server of the field's first profile: 17 suites, 3 of TLS 1.3, ten groups there.
fn high() -> Model {
    let ids: &[u16] = &[
        0xC02C, 0xC030, 0xC0AF, 0xC0AD, 0xCCA9, 0xCCA8, 0xC02B, 0xC02F, 0xC0AE, 0xC0AC, 0x009F, 0xC0A3,
        0xC09F, 0xCCAA, 0x009E, 0xC0A2, 0xC09E,
    ];
    let mut model = Model::new(&[(Version::Tls13, &[0x1302, 0x1303, 0x1301]), (Version::Tls12, ids)]);
    model.groups = vec![0x1D, 0x17, 0x1E, 0x19, 0x18];
    model.groups13 = vec![0x1D, 0x17, 0x1E, 0x19, 0x18, 0x100, 0x101, 0x102, 0x103, 0x104];
    model
}

#[test]
fn the_first_profile_costs_what_its_bar_says() {
    let model = high();
    let (polite, usual) = both(&model);
    for run in [&polite, &usual] {
        let connections = run.seen.connections as usize;
        assert!(connections * 4 <= bound(&model) * 5, "{connections} of {}", bound(&model));
    }
    let deep = run(&mut high(), Options::usual(), Duration::from_millis(1)).seen;
    assert!(deep.connections as usize <= bound(&model) + 15, "{} of {}", deep.connections, bound(&model));
}
