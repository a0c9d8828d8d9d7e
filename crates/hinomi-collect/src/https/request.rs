//! One real request: what a visitor's browser is told by the head of the answer.
//!
//! It is `GET /`, not `HEAD`: many servers send their headers of protection with pages only, or refuse `HEAD`, and a
//! missing header would be told that every visitor gets. Both are safe methods (RFC 9110 section 9.2.1). The body is
//! not read: the connection is closed behind the head.

use super::accept::any_server;
use super::line::Line;
use crate::TlsTarget;
use hinomi_formats::tls::http::Head;
use hinomi_formats::tls::recording::Answered;
use hinomi_formats::tls::survey::{Known, Why};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, Error};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// The port that a URL with `https` means when it names none.
const HTTPS: u16 = 443;

/// Asks each target by [`ask_https`], at most `at_once_max` at the same time, and hands each answer to `done` as it
/// comes, with the index of its target.
pub fn ask_https_each(
    targets: &[TlsTarget],
    at_once_max: usize,
    limit: Duration,
    mut done: impl FnMut(usize, Known<Answered>),
) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (told, heard) = mpsc::channel();
        for _ in 0..at_once_max.clamp(1, targets.len().max(1)) {
            let (told, next) = (told.clone(), &next);
            scope.spawn(move || {
                let mut indexes = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
                while let Some((index, target)) =
                    indexes.next().and_then(|index| targets.get(index).map(|target| (index, target)))
                {
                    _ = told.send((index, ask_https(target, limit)));
                }
            });
        }
        drop(told);
        heard.iter().for_each(|(index, answered)| done(index, answered));
    });
}

/// Asks a server for `/` over one connection, with whatever certificate it shows, and follows nothing. `limit` is for
/// all of it. Untested, with the reason: a server behind a dialog ([`Why::NotApplicable`]), one that speaks only what
/// rustls does not (TLS 1.1 and before, suites without forward secrecy or AEAD), and one that does not answer in time
/// or not with HTTP/1.1.
pub fn ask_https(target: &TlsTarget, limit: Duration) -> Known<Answered> {
    if target.starttls().is_some() {
        return Known::Untested(Why::NotApplicable);
    }
    converse(target, limit).unwrap_or_else(Known::Untested)
}

fn converse(target: &TlsTarget, limit: Duration) -> Result<Known<Answered>, Why> {
    let of_tls = |error: Error| Why::BeyondUs(error.to_string());
    let config = any_server().map_err(of_tls)?;
    let mut tls = ClientConnection::new(Arc::new(config), server_name(target)).map_err(of_tls)?;
    // It waits in the connection until the handshake is done.
    tls.writer().write_all(request(target.host(), target.address()).as_bytes()).map_err(|_| Why::Closed)?;
    let mut line = Line::open(target.address(), limit)?;
    let mut head = Head::default();
    loop {
        while tls.wants_write() {
            tls.write_tls(&mut line).map_err(of_io)?;
        }
        let ended = tls.read_tls(&mut line).map_err(of_io)? == 0;
        let moved = tls.process_new_packets();
        // What came before an error counts.
        if let Some(answered) = take(&mut tls, &mut head) {
            tls.send_close_notify();
            _ = tls.write_tls(&mut line);
            return Ok(answered);
        }
        if let Err(error) = moved {
            // The alert that says why we go.
            _ = tls.write_tls(&mut line);
            return Err(of_tls_error(&error, &line));
        }
        if ended {
            return Err(Why::Closed);
        }
    }
}

/// Hands on what was decrypted.
fn take(tls: &mut ClientConnection, head: &mut Head) -> Option<Known<Answered>> {
    let mut buffer = [0; 4 << 10];
    // Ends at `WouldBlock`, or when nothing will ever come.
    while let Ok(count @ 1..) = tls.reader().read(&mut buffer) {
        if let Some(answered) = head.take(buffer.get(..count).unwrap_or_default()) {
            return Some(answered);
        }
    }
    None
}

/// The name, or the address, of which rustls makes no SNI (RFC 6066 section 3). So it is with a name that none can be.
fn server_name(target: &TlsTarget) -> ServerName<'static> {
    ServerName::try_from(target.host().to_owned())
        .unwrap_or_else(|_| ServerName::IpAddress(target.address().ip().into()))
}

fn request(host: &str, address: SocketAddr) -> String {
    let host = if host.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv6()) {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let port = if address.port() == HTTPS { String::new() } else { format!(":{}", address.port()) };
    format!(
        "GET / HTTP/1.1\r\nHost: {host}{port}\r\nUser-Agent: Hinomi/{}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        env!("CARGO_PKG_VERSION"),
    )
}

fn of_io(error: std::io::Error) -> Why {
    match error.kind() {
        ErrorKind::TimedOut => Why::Deadline,
        ErrorKind::FileTooLarge => Why::Contradicts("more bytes than a handshake and a head are".to_owned()),
        _ => Why::Closed,
    }
}

fn of_tls_error(error: &Error, line: &Line) -> Why {
    match error {
        Error::AlertReceived(alert) => Why::RefusesAll(Some(u8::from(*alert))),
        Error::InvalidMessage(_) => Why::NotTls(line.not_tls()),
        Error::PeerIncompatible(_) => Why::BeyondUs(error.to_string()),
        _ => Why::Contradicts(error.to_string()),
    }
}
