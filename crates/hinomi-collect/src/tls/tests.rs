//! Sockets on loopback: servers that are none, are gone, or never answer.

use crate::{Scope, TlsSweep, TlsTarget, survey_tls};
use hinomi_formats::tls::survey::{Known, Surveyed, Why};
use hinomi_formats::tls::wire::NotTls;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

fn target(port: u16) -> TlsTarget {
    let scope = Scope::new::<&str, &str>(&[], &["127.0.0.1/32"]).unwrap();
    let host = scope.admit("127.0.0.1").unwrap();
    let address = scope.admit_resolved(&host, "127.0.0.1".parse().unwrap()).unwrap();
    TlsTarget::new(host, address, port)
}

/// A server that does the same to every connection, until the test is over.
fn serve(each: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(each));
    port
}

fn run(ports: &[u16], sweep: &TlsSweep) -> Vec<Surveyed> {
    let targets: Vec<TlsTarget> = ports.iter().map(|port| target(*port)).collect();
    let mut seen: Vec<Option<Surveyed>> = vec![None; targets.len()];
    survey_tls(&targets, sweep, [3; 32], |index, surveyed| seen[index] = Some(surveyed)).unwrap();
    seen.into_iter().map(|surveyed| surveyed.expect("every target is told")).collect()
}

#[track_caller]
fn check(seen: &Surveyed, expected: &Why) {
    for version in &seen.versions {
        assert_eq!(version.offered, Known::Untested(expected.clone()), "{}", version.version);
    }
}

fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn what_is_no_tls_server_is_untested() {
    let http = serve(|mut stream| {
        let mut hello = [0; 64];
        let _ = stream.read(&mut hello);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let seen = run(&[http, closed_port()], &TlsSweep::usual());
    check(&seen[0], &Why::NotTls(NotTls::Http));
    check(&seen[1], &Why::Unreachable);
}

#[test]
fn a_tar_pit_holds_up_nobody() {
    let pit = serve(std::mem::forget);
    let mut sweep = TlsSweep::usual();
    sweep.each.answer = Duration::from_millis(200);
    sweep.each.deadline = Duration::from_millis(700);
    let seen = run(&[pit, closed_port(), pit], &sweep);
    check(&seen[1], &Why::Unreachable);
    for seen in [&seen[0], &seen[2]] {
        assert!(seen.versions.iter().all(|version| version.offered.why().is_some()));
    }
}

#[test]
fn fewer_sockets_than_targets_want_are_enough() {
    let http = serve(|mut stream| drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")));
    let sweep = TlsSweep { sockets_max: 2, ..TlsSweep::usual() };
    for seen in run(&[http; 20], &sweep) {
        assert!(seen.versions.iter().all(|version| version.offered.why().is_some()));
    }
}
