//! Servers that are none, or broken: bounded, and never told as "off".

use super::model::Model;
use super::net::{Server, run};
use crate::tls::names::Version;
use crate::tls::survey::{End, Known, Options, Why};
use crate::tls::wire::NotTls;
use std::time::Duration;

struct Says(&'static [u8], Option<End>, usize);

impl Server for Says {
    fn answer(&mut self, _: u32, _: &[u8]) -> (Vec<u8>, Option<End>) {
        (self.0.repeat(self.2), self.1)
    }
}

/// Every version of a server that says this is untested, and why.
#[track_caller]
fn check(bytes: &'static [u8], end: Option<End>, times: usize, expected: &Why) {
    let run = run(&mut Says(bytes, end, times), Options::usual(), Duration::from_millis(1));
    for seen in &run.seen.versions {
        assert_eq!(seen.offered, Known::Untested(expected.clone()), "{}", seen.version);
    }
    assert!(run.took <= Options::usual().deadline);
    assert!(run.seen.connections < 64, "{}", run.seen.connections);
}

#[test]
fn http_in_the_clear_is_not_tls() {
    check(b"HTTP/1.1 400 Bad Request\r\n\r\n", Some(End::Closed), 1, &Why::NotTls(NotTls::Http));
}

#[test]
fn ssh_is_not_tls() {
    check(b"SSH-2.0-x\r\n", None, 1, &Why::NotTls(NotTls::Ssh));
}

#[test]
fn a_short_answer_is_named_when_it_ends() {
    check(b"220", Some(End::Closed), 1, &Why::NotTls(NotTls::Mail));
}

#[test]
fn a_tar_pit_costs_its_own_time_only() {
    check(b"", None, 1, &Why::Timeout);
}

#[test]
fn a_flood_of_warnings_ends() {
    check(&[21, 3, 1, 0, 2, 1, 90], None, 5_000, &Why::Contradicts("a flood of alerts".to_owned()));
}

#[test]
fn a_message_that_claims_sixteen_megabytes_is_left() {
    check(&[22, 3, 3, 0, 4, 11, 0xFF, 0xFF, 0xFF], None, 1, &Why::NotTls(NotTls::TooLong));
}

#[test]
fn empty_records_without_end_are_left() {
    check(&[22, 3, 3, 0, 0], None, 30_000, &Why::NotTls(NotTls::TooLong));
}

#[test]
fn a_server_that_resets_every_hello_is_not_tested() {
    check(b"", Some(End::Reset), 1, &Why::RefusesAll(None));
}

#[test]
fn a_server_that_refuses_every_hello_is_not_tested() {
    check(&[21, 3, 1, 0, 2, 2, 40], Some(End::Closed), 1, &Why::RefusesAll(Some(40)));
}

/// Chooses what was not offered.
struct Liar(Model, u16);

impl Server for Liar {
    fn answer(&mut self, _: u32, sent: &[u8]) -> (Vec<u8>, Option<End>) {
        let (mut bytes, end) = self.0.answer(sent);
        // the suite of a ServerHello: record 5, message 4, version 2, random 32, session id 33
        if let Some(place) = bytes.get_mut(76..78).filter(|_| sent[0] == 22) {
            place.copy_from_slice(&self.1.to_be_bytes());
        }
        (bytes, end)
    }
}

#[test]
fn a_suite_that_was_not_offered_ends_the_chain() {
    let model = Model::new(&[(Version::Tls12, &[0x002F, 0x0035])]);
    let run = run(&mut Liar(model, 0x1301), Options::usual(), Duration::from_millis(1));
    let seen = run.seen.version(Version::Tls12).unwrap();
    assert_eq!(seen.offered, Known::Untested(Why::Contradicts("suite 1301 was not offered".to_owned())));
    assert!(seen.suites.is_empty());
}

/// Stops answering after some connections.
struct Tired(Model, u32);

impl Server for Tired {
    fn answer(&mut self, connection: u32, sent: &[u8]) -> (Vec<u8>, Option<End>) {
        if connection < self.1 { self.0.answer(sent) } else { (Vec::new(), None) }
    }
}

#[test]
fn a_server_that_falls_silent_has_no_complete_list() {
    let model =
        Model::new(&[(Version::Tls12, &[0x002F, 0x0035, 0x003C, 0x003D, 0x009C, 0x009D, 0x000A, 0x0005])]);
    let run = run(&mut Tired(model, 10), Options::usual(), Duration::from_millis(1));
    let seen = run.seen.version(Version::Tls12).unwrap();
    assert_eq!(seen.offered, Known::Seen(()));
    assert!(seen.complete.why().is_some(), "{:?}", seen.complete);
    assert!(run.took <= Options::usual().deadline);
}

/// Closes every connection after some.
struct Full(Model, u32);

impl Server for Full {
    fn answer(&mut self, connection: u32, sent: &[u8]) -> (Vec<u8>, Option<End>) {
        if connection < self.1 { self.0.answer(sent) } else { (Vec::new(), Some(End::Closed)) }
    }
}

#[test]
fn a_server_that_has_had_enough_did_not_refuse() {
    let mut model =
        Model::new(&[(Version::Tls12, &[0x002F, 0x0035, 0x003C, 0x003D, 0x009C, 0x009D, 0x000A, 0x0005])]);
    model.refusal = super::model::Refusal::Close;
    let run =
        run(&mut Full(model, 12), Options { deep: false, ..Options::usual() }, Duration::from_millis(1));
    let seen = run.seen.version(Version::Tls12).unwrap();
    assert_eq!(seen.offered, Known::Seen(()));
    assert!((1..8).contains(&seen.suites.len()), "{}", seen.suites.len());
    assert_eq!(seen.complete, Known::Untested(Why::Closed));
    assert_eq!(run.seen.version(Version::Tls11).unwrap().offered, Known::Untested(Why::Closed));
}
