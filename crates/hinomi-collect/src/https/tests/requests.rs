//! Servers that answer, and servers that would like to keep us.

use super::super::{ask_https, ask_https_each};
use crate::{Scope, TlsTarget};
use hinomi_formats::tls::recording::Answered;
use hinomi_formats::tls::starttls::Protocol;
use hinomi_formats::tls::survey::{Known, Why};
use hinomi_formats::tls::wire::NotTls;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, Stream, SupportedProtocolVersion};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(400);
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=63072000\r\nSet-Cookie: a=b\r\n\r\nbody";

fn target(host: &str, port: u16) -> TlsTarget {
    let scope = Scope::new(&["reiji.example"], &["127.0.0.1/32"]).expect("a scope");
    let host = scope.admit(host).expect("in scope");
    let address = scope.admit_resolved(&host, "127.0.0.1".parse().expect("an address")).expect("listed");
    TlsTarget::new(host, address, port)
}

/// A server that does the same to every connection, until the test is over.
fn serve(each: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(&each));
    port
}

/// A TLS server with a certificate of its own making. `each` talks inside.
fn serve_tls(
    versions: &'static [&'static SupportedProtocolVersion],
    each: impl Fn(&mut Stream<'_, ServerConnection, TcpStream>) + Send + 'static,
) -> u16 {
    let made = rcgen::generate_simple_self_signed(vec!["wrong.example".to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .expect("a key of the certificate");
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let config = Arc::new(config);
    serve(move |mut stream| {
        let mut tls = ServerConnection::new(Arc::clone(&config)).expect("a connection");
        each(&mut Stream::new(&mut tls, &mut stream));
    })
}

/// Reads until the head of the request is whole.
fn request(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(1..) => head.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn good() -> Known<Answered> {
    let policy = ("strict-transport-security".to_owned(), "max-age=63072000".to_owned());
    Known::Seen(Answered { status: 200, headers: vec![policy] })
}

#[track_caller]
fn check(port: u16, limit: Duration, expected: &Why) {
    assert_eq!(ask_https(&target("127.0.0.1", port), limit), Known::Untested(expected.clone()));
}

#[test]
fn asks_once_with_a_name_and_keeps_the_head() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let (told, heard) = mpsc::channel();
        let versions: &'static [_] = Box::leak(Box::new([version]));
        let port = serve_tls(versions, move |stream| {
            let request = request(stream);
            let name = stream.conn.server_name().map(str::to_owned);
            _ = stream.write_all(ANSWER);
            _ = told.send((request, name, stream.conn.alpn_protocol().map(<[u8]>::to_vec)));
        });
        assert_eq!(ask_https(&target("www.reiji.example", port), LIMIT), good());
        let (request, name, alpn) = heard.recv().expect("asked");
        assert_eq!(
            request,
            format!(
                "GET / HTTP/1.1\r\nHost: www.reiji.example:{port}\r\nUser-Agent: Hinomi/{}\r\nAccept: */*\r\n\
                 Connection: close\r\n\r\n",
                env!("CARGO_PKG_VERSION")
            )
        );
        assert_eq!(name.as_deref(), Some("www.reiji.example"));
        assert_eq!(alpn.as_deref(), Some(&b"http/1.1"[..]));
        assert_eq!(heard.try_recv(), Err(mpsc::TryRecvError::Empty), "one connection");
    }
}

/// RFC 6066 forbids addresses there, and some servers end the connection at one.
#[test]
fn an_address_is_no_server_name() {
    let (told, heard) = mpsc::channel();
    let port = serve_tls(rustls::ALL_VERSIONS, move |stream| {
        _ = request(stream);
        _ = stream.write_all(ANSWER);
        _ = told.send(stream.conn.server_name().map(str::to_owned));
    });
    assert_eq!(ask_https(&target("127.0.0.1", port), LIMIT), good());
    assert_eq!(heard.recv(), Ok(None));
}

#[test]
fn a_redirection_is_told_and_not_followed() {
    let (told, heard) = mpsc::channel();
    let port = serve_tls(rustls::ALL_VERSIONS, move |stream| {
        _ = request(stream);
        _ = stream.write_all(b"HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/elsewhere?t=1\r\n\r\n");
        _ = told.send(());
    });
    let Known::Seen(answered) = ask_https(&target("127.0.0.1", port), LIMIT) else { panic!("an answer") };
    assert_eq!(answered.status, 301);
    assert_eq!(answered.headers, [("location".to_owned(), "https://127.0.0.1".to_owned())]);
    assert_eq!((heard.recv(), heard.try_recv()), (Ok(()), Err(mpsc::TryRecvError::Empty)));
}

#[test]
fn what_is_no_tls_is_told_what_it_is() {
    let says = |text: &'static [u8]| {
        serve(move |mut stream| {
            let mut hello = [0; 1024];
            _ = stream.read(&mut hello);
            _ = stream.write_all(text);
            _ = stream.read(&mut hello);
        })
    };
    check(says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), LIMIT, &Why::NotTls(NotTls::Http));
    check(says(b"SSH-2.0-OpenSSH_9\r\n"), LIMIT, &Why::NotTls(NotTls::Ssh));
    check(says(b"220 mail.reiji.example ESMTP\r\n"), LIMIT, &Why::NotTls(NotTls::Mail));
    check(says(&[0xff; 64]), LIMIT, &Why::NotTls(NotTls::Garbage));
    check(serve(drop), LIMIT, &Why::Closed);
    // handshake_failure; protocol_version, as a server of TLS 1.0 says
    check(says(&[0x15, 3, 3, 0, 2, 2, 40]), LIMIT, &Why::RefusesAll(Some(40)));
    check(says(&[0x15, 3, 1, 0, 2, 2, 70]), LIMIT, &Why::RefusesAll(Some(70)));
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    check(closed, LIMIT, &Why::Unreachable);
}

/// A ServerHello of TLS 1.0, from a server that does not look at what was offered.
#[test]
fn a_server_of_an_old_version_is_beyond_us() {
    let port = serve(|mut stream| {
        let mut hello = [0; 1024];
        _ = stream.read(&mut hello);
        let mut answer = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
        answer.extend([7; 32]);
        answer.extend([0, 0, 0x2f, 0]);
        _ = stream.write_all(&answer);
        _ = stream.read(&mut hello);
    });
    let asked = ask_https(&target("127.0.0.1", port), LIMIT);
    assert!(matches!(&asked, Known::Untested(Why::BeyondUs(_))), "{asked:?}");
}

#[test]
fn what_speaks_tls_but_no_http_is_told_so() {
    let says = |text: &'static [u8]| {
        serve_tls(rustls::ALL_VERSIONS, move |stream| {
            _ = request(stream);
            _ = stream.write_all(text);
        })
    };
    let no = |why: &str| Why::Contradicts(why.to_owned());
    check(says(b"* OK IMAP4 ready\r\n"), LIMIT, &no("the answer to a request is not HTTP/1.1"));
    check(says(b"HTTP/1.1 OK\r\n\r\n"), LIMIT, &no("the answer has no status"));
    check(says(b"HTTP/1.1 200 OK\r\nServer: x\r\n"), LIMIT, &Why::Closed);
    check(says(b""), LIMIT, &Why::Closed);
}

#[test]
fn a_server_that_drips_costs_its_time_only() {
    check(serve(std::mem::forget), SHORT, &Why::Deadline);
    let drip = |head: &'static [u8]| {
        serve_tls(rustls::ALL_VERSIONS, move |stream| {
            _ = request(stream);
            for byte in head.iter().cycle() {
                std::thread::sleep(Duration::from_millis(20));
                if stream.write_all(&[*byte]).and_then(|()| stream.flush()).is_err() {
                    return;
                }
            }
        })
    };
    check(drip(b"HTTP/1.1 200 OK\r\nx-slow: 1\r\n"), SHORT, &Why::Deadline);
    // in the handshake: a record whose rest never ends
    let slow = serve(|mut stream| {
        for byte in [0x16, 3, 3, 0x40, 0, 2, 0, 0x3f, 0].into_iter().chain(std::iter::repeat(0)) {
            std::thread::sleep(Duration::from_millis(20));
            if stream.write_all(&[byte]).is_err() {
                return;
            }
        }
    });
    check(slow, SHORT, &Why::Deadline);
}

#[test]
fn a_server_without_end_is_left() {
    let endless = |first: &'static [u8], rest: &'static [u8]| {
        serve_tls(rustls::ALL_VERSIONS, move |stream| {
            _ = request(stream);
            _ = stream.write_all(first);
            while stream.write_all(rest).is_ok() {}
        })
    };
    let no_end = Why::Contradicts("the head of the answer has no end".to_owned());
    check(endless(b"HTTP/1.1 200 OK\r\n", b"x-endless: and on\r\n"), LIMIT, &no_end);
    check(endless(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"), LIMIT, &no_end);
    // a body without end is not read
    let seen = ask_https(&target("127.0.0.1", endless(ANSWER, &[b'x'; 4096])), LIMIT);
    assert_eq!(seen, good());
    // records that say nothing, before any handshake
    let empty = serve(|mut stream| while stream.write_all(&[0x16, 3, 3, 0, 0].repeat(1000)).is_ok() {});
    let asked = ask_https(&target("127.0.0.1", empty), LIMIT);
    assert!(matches!(asked, Known::Untested(Why::NotTls(_) | Why::Contradicts(_))), "{asked:?}");
}

#[test]
fn behind_a_dialog_no_web_server_is_asked_for() {
    let smtp = target("127.0.0.1", 9).after(Protocol::Smtp);
    assert_eq!(ask_https(&smtp, LIMIT), Known::Untested(Why::NotApplicable));
}

#[test]
fn many_are_asked_side_by_side() {
    let web = serve_tls(rustls::ALL_VERSIONS, |stream| {
        _ = request(stream);
        _ = stream.write_all(ANSWER);
    });
    let pit = serve(std::mem::forget);
    let targets: Vec<TlsTarget> =
        (0..40).map(|at| target("127.0.0.1", if at % 10 == 0 { pit } else { web })).collect();
    let mut seen = vec![None; targets.len()];
    ask_https_each(&targets, 8, Duration::from_secs(4), |index, answered| seen[index] = Some(answered));
    for (at, answered) in seen.into_iter().enumerate() {
        let expected = if at % 10 == 0 { Known::Untested(Why::Deadline) } else { good() };
        assert_eq!(answered, Some(expected), "{at}");
    }
    ask_https_each(&[], 8, LIMIT, |_, _| panic!("nobody was asked"));
}
