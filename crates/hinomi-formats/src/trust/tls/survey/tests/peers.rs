//! Servers that other probers were seen to misread: each made up here with what led them astray.

use super::model::{ClientHello, Model};
use super::net::{Server, run, run_to};
use super::sets::{check_groups, check_sets};
use crate::tls::names::Version;
use crate::tls::survey::{End, Known, Options, Surveyed, Target, Why};
use std::time::Duration;

const TRIP: Duration = Duration::from_millis(1);
/// server_name (RFC 6066, 3).
const SERVER_NAME: u16 = 0;

#[track_caller]
fn whole(model: &Model) -> Surveyed {
    let seen = run(&mut model.clone(), Options::usual(), TRIP).seen;
    check_sets(model, &seen);
    check_groups(model, &seen);
    seen
}

/// Aborts when it is called by an address, which RFC 6066 forbids, as tlslite-ng does. One prober calls it so, and
/// prints a report that looks clean.
struct Named {
    model: Model,
    names: Vec<Option<Vec<u8>>>,
}

impl Server for Named {
    fn answer(&mut self, _: u32, sent: &[u8]) -> (Vec<u8>, Option<End>) {
        if sent[0] == 22 {
            let name = ClientHello::read(sent).extensions.remove(&SERVER_NAME);
            self.names.push(name.clone());
            // A list of one entry: its length, the kind, the length of the name, the name.
            let text = name.map(|entry| String::from_utf8(entry[5..].to_vec()).unwrap());
            if text.is_some_and(|text| text.parse::<std::net::IpAddr>().is_ok()) {
                return (vec![21, 3, 1, 0, 2, 2, 47], Some(End::Closed));
            }
        }
        self.model.answer(sent)
    }
}

#[track_caller]
fn asked_as(host: &str, is_named: bool) {
    let old: &[u16] = &[0x0005, 0x000A, 0x002F];
    let model = Model::new(&[(Version::Tls12, old), (Version::Tls10, old), (Version::SslV3, old)]);
    let mut server = Named { model: model.clone(), names: Vec::new() };
    let seen = run_to(&mut server, Target::new(host), Options::usual(), TRIP).seen;
    check_sets(&model, &seen);
    assert_eq!(server.names.iter().any(Option::is_some), is_named, "{host}");
}

#[test]
fn an_address_is_no_name_to_call_a_server_by() {
    asked_as("127.0.0.1", false);
    asked_as("::1", false);
    asked_as("2001:db8::443", false);
    asked_as("lab.example", true);
}

#[test]
fn a_server_that_takes_its_time_costs_its_deadline_and_is_not_called_off() {
    // One prober hung for more than a minute on a server of NSS; and what was not heard in time is not "off".
    let model = Model::new(&[(Version::Tls12, &[0x002F, 0x0035, 0x000A]), (Version::SslV3, &[0x0005])]);
    let run = run(&mut model.clone(), Options::usual(), Duration::from_secs(3));
    assert!(run.took <= Options::usual().deadline, "{:?}", run.took);
    for version in run.seen.versions.iter().filter(|version| model.suites.contains_key(&version.version)) {
        assert_ne!(version.offered, Known::Absent, "{}", version.version);
        assert_ne!(version.complete, Known::Seen(()), "{}", version.version);
    }
}

#[test]
fn suites_of_sslv2_and_sslv3_are_listed_and_not_only_the_version() {
    let mut model = Model::new(&[(Version::SslV3, &[0x0003, 0x0005, 0x0009, 0x000A, 0x0033])]);
    model.kinds = vec![0x01_0080, 0x02_0080, 0x07_00C0];
    whole(&model);
}

#[test]
fn hybrids_and_pure_kems_are_among_the_groups() {
    let mut model = Model::new(&[(Version::Tls13, &[0x1301, 0x1302])]);
    model.groups13 = vec![0x11EC, 0x11EB, 0x11ED, 0x1D];
    whole(&model);
    // A server of nothing else, on which one prober fails.
    model.groups13 = vec![0x0200, 0x0201, 0x0202];
    whole(&model);
}

#[test]
fn sslv3_with_a_curve_that_nobody_offered_is_read() {
    // A Java server signs for a curve of its own choice there; a prober on a library ended with "wrong curve", and its
    // test of the fallback signal with it.
    let elliptic: &[u16] = &[0xC011, 0xC012, 0xC013, 0xC014];
    let mut model = Model::new(&[(Version::Tls10, elliptic), (Version::SslV3, elliptic)]);
    model.groups = vec![0x0E];
    model.scsv = false;
    let seen = whole(&model);
    assert_eq!(seen.fallback_scsv, Known::Absent);
    model.scsv = true;
    assert_eq!(whole(&model).fallback_scsv, Known::Seen(()));
}

#[test]
fn a_server_that_only_hangs_up_is_no_clean_server() {
    struct Gone;
    impl Server for Gone {
        fn answer(&mut self, _: u32, _: &[u8]) -> (Vec<u8>, Option<End>) {
            (Vec::new(), Some(End::Closed))
        }
    }
    let seen = run(&mut Gone, Options::usual(), TRIP).seen;
    for version in &seen.versions {
        assert_eq!(version.offered, Known::Untested(Why::RefusesAll(None)), "{}", version.version);
    }
}
