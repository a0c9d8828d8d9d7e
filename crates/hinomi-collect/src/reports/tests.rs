//! Who is listened to, what is kept of a line, and what is on the disk after everything that can go wrong.

use super::*;
use std::fs;
use std::io::Read;
use std::net::Shutdown;
use std::path::Path;
use std::sync::Mutex;

const EXTENSION: &str = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";
const LINE: &str = r#"{"rule":"HW-1","page":"https://shop.example/a?card=4111","targets":[{"scheme":"ws","host":"127.0.0.1","port":5900,"space":"loopback","how":"literal","outcomes":{"refused":1},"count":1}],"api":["websocket"],"outcomes":{"refused":1},"first":1700000000000,"last":1700000000001,"count":1,"notes":[],"seat":"s-7","cookie":"secret"}"#;

/// A receiver that nobody stops: it ends with the tests.
fn started(to: &Path, change: impl FnOnce(&mut Receive)) -> (SocketAddr, Arc<Mutex<Vec<Heard>>>) {
    let mut how = Receive {
        listen: "127.0.0.1:0".parse().unwrap(),
        beyond_this_machine: false,
        origins: Vec::new(),
        to: Some(to.to_owned()),
        file_bytes_max: 1 << 20,
    };
    change(&mut how);
    let receiver = Receiver::open(&how).unwrap();
    let address = receiver.address();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&heard);
    thread::spawn(move || receiver.run(Arc::new(move |what| told.lock().unwrap().push(what))));
    (address, heard)
}

/// Sends bytes as they are and gives the status.
fn sent(address: SocketAddr, bytes: &[u8]) -> u16 {
    let mut stream = TcpStream::connect(address).unwrap();
    // The receiver may have had enough before the end.
    _ = stream.write_all(bytes);
    _ = stream.shutdown(Shutdown::Write);
    let mut answer = String::new();
    _ = stream.read_to_string(&mut answer);
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

fn post(fields: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /page-reports HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Length: {length}\r\n{fields}\r\n{body}"
    )
    .into_bytes()
}

fn from_extension(body: &str) -> Vec<u8> {
    post(&format!("Origin: {EXTENSION}\r\nContent-Type: application/x-ndjson\r\n"), body)
}

#[test]
fn a_line_is_kept_without_what_may_be_a_secret() {
    let desk = tempfile::tempdir().unwrap();
    let file = desk.path().join("reports.ndjson");
    let (address, heard) = started(&file, |_| {});
    assert_eq!(sent(address, &from_extension(&format!("{LINE}\nnonsense\n"))), 204);
    let written = fs::read_to_string(&file).unwrap();
    expect_test::expect![[r#"
        {"api":["websocket"],"count":1,"first":1700000000000,"last":1700000000001,"notes":[],"outcomes":{"refused":1},"page":"https://shop.example/a","rule":"HW-1","seat":"s-7","targets":[{"count":1,"host":"127.0.0.1","how":"literal","outcomes":{"refused":1},"port":5900,"scheme":"ws","space":"loopback"}]}
    "#]]
    .assert_eq(&written);
    assert_eq!(*heard.lock().unwrap(), [Heard::Lines { taken: 1, refused: 1 }]);
}

#[track_caller]
fn check_refused(address: SocketAddr, bytes: &[u8], status: u16) {
    assert_eq!(
        sent(address, bytes),
        status,
        "{}",
        String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes))
    );
}

#[test]
fn only_extensions_of_this_machine_are_listened_to() {
    let desk = tempfile::tempdir().unwrap();
    let file = desk.path().join("reports.ndjson");
    let (address, _) = started(&file, |_| {});
    let kind = "Content-Type: application/x-ndjson\r\n";
    check_refused(address, &post(&format!("Origin: https://evil.example\r\n{kind}"), LINE), 403);
    check_refused(address, &post(&format!("Origin: null\r\n{kind}"), LINE), 403);
    check_refused(address, &post(&format!("Origin: {EXTENSION}\r\nContent-Type: text/plain\r\n"), LINE), 415);
    check_refused(address, &post(&format!("Origin: {EXTENSION}\r\n"), LINE), 415);
    let elsewhere = |text: &str| {
        from_extension(LINE).iter().map(|b| char::from(*b)).collect::<String>().replace("127.0.0.1:1", text)
    };
    check_refused(address, elsewhere("rebound.example:8787").as_bytes(), 403);
    check_refused(address, elsewhere("192.168.0.9").as_bytes(), 403);
    check_refused(address, from_extension(LINE).strip_prefix(b"POST").unwrap(), 400);
    check_refused(address, &[b"PUT", from_extension(LINE).strip_prefix(b"POST").unwrap()].concat(), 405);
    assert!(!file.exists() || fs::read(&file).unwrap().is_empty());
    // A program of this machine, and an extension at localhost.
    check_refused(address, &post(kind, LINE), 204);
    check_refused(address, elsewhere("localhost:8787").as_bytes(), 204);
}

#[test]
fn one_origin_alone_when_it_is_named() {
    let desk = tempfile::tempdir().unwrap();
    let (address, _) =
        started(&desk.path().join("r"), |how| how.origins = vec!["moz-extension://ours".to_owned()]);
    check_refused(address, &from_extension(LINE), 403);
    let kind = "Content-Type: application/x-ndjson\r\n";
    check_refused(address, &post(kind, LINE), 403);
    check_refused(address, &post(&format!("Origin: moz-extension://ours\r\n{kind}"), LINE), 204);
}

#[test]
fn a_browser_that_asks_first_is_answered() {
    let desk = tempfile::tempdir().unwrap();
    let (address, _) = started(&desk.path().join("r"), |_| {});
    let mut stream = TcpStream::connect(address).unwrap();
    let asked = format!("OPTIONS /page-reports HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {EXTENSION}\r\n\r\n");
    stream.write_all(asked.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 204") && answer.contains(&format!("Allow-Origin: {EXTENSION}\r\n")));
}

#[test]
fn garbage_and_floods_cost_a_connection_and_nothing_else() {
    let desk = tempfile::tempdir().unwrap();
    let file = desk.path().join("reports.ndjson");
    let (address, _) = started(&file, |_| {});
    let host = "Host: localhost\r\n";
    check_refused(address, &[0xff; 4000], 400);
    check_refused(address, &vec![b'a'; 200_000], 431);
    check_refused(address, b"GET / HTTP/2.0\r\n\r\n", 400);
    check_refused(address, b"POST  / HTTP/1.1\r\n\r\n", 400);
    check_refused(address, b"POST / HTTP/1.1\r\n folded: x\r\n\r\n", 400);
    let many = format!("POST / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(500));
    check_refused(address, many.as_bytes(), 400);
    for length in ["-1", "+5", "", "5, 5", "99999999999999999999999"] {
        let bytes = format!("POST /page-reports HTTP/1.1\r\n{host}Content-Length: {length}\r\n\r\n");
        let status = if length.starts_with('9') { 413 } else { 400 };
        check_refused(address, bytes.as_bytes(), status);
    }
    check_refused(
        address,
        b"POST /page-reports HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
        400,
    );
    check_refused(address, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411);
    check_refused(address, &from_extension(&"x".repeat((64 << 10) + 1)), 413);
    check_refused(address, &from_extension(&"[".repeat(60_000)), 422);
    check_refused(address, &from_extension(&LINE.replace("HW-1", "HW-9")), 422);
    check_refused(address, &from_extension(&LINE.replace("https://shop.example/a?card=4111", "")), 422);
    let short = from_extension(LINE);
    check_refused(address, &short[..short.len() - 10], 400);
    check_refused(address, &from_extension(LINE), 204);
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 1);
}

#[test]
fn slow_clients_keep_nobody_else_out() {
    let desk = tempfile::tempdir().unwrap();
    let (address, _) = started(&desk.path().join("r"), |_| {});
    let slow: Vec<TcpStream> = (0..CONNECTIONS_MAX - 2)
        .map(|_| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(b"POST /page-reports HTTP/1.1\r\n").unwrap();
            stream
        })
        .collect();
    check_refused(address, &from_extension(LINE), 204);
    let more: Vec<TcpStream> = (0..CONNECTIONS_MAX).map(|_| TcpStream::connect(address).unwrap()).collect();
    // All places are taken: the next is told so at once.
    let mut last = more.last().unwrap();
    let mut answer = [0; 12];
    last.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 503");
    drop((slow, more));
}

#[test]
fn a_batch_that_cannot_be_written_stays_with_its_sender() {
    let desk = tempfile::tempdir().unwrap();
    let file = desk.path().join("reports.ndjson");
    let (address, heard) = started(&file, |how| how.file_bytes_max = 700);
    check_refused(address, &from_extension(LINE), 204);
    check_refused(address, &from_extension(LINE), 204);
    let before = fs::read(&file).unwrap();
    check_refused(address, &from_extension(LINE), 507);
    assert_eq!(fs::read(&file).unwrap(), before);
    assert!(matches!(heard.lock().unwrap().last(), Some(Heard::Unwritten(why)) if why.contains("700")));
}

/// `/dev/full` says what a full disk says.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_of_the_batch() {
    let mut full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert_eq!(sink::add(&mut full, 0, b"{}\n").unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert!(Sink::open(Some(Path::new("/dev/full")), 1 << 20).is_err(), "no plain file");
}

#[track_caller]
fn check_reopened(before: &str, after: Option<&str>) {
    let desk = tempfile::tempdir().unwrap();
    let file = desk.path().join("reports.ndjson");
    fs::write(&file, before).unwrap();
    let opened = Sink::open(Some(&file), 1 << 20);
    assert_eq!(opened.is_ok(), after.is_some(), "{before:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), after.unwrap_or(before));
}

#[test]
fn half_a_line_of_a_killed_writer_is_cut_off_and_no_other_file_is_touched() {
    let line = r#"{"api":[],"rule":"HW-1"}"#;
    check_reopened("", Some(""));
    check_reopened(&format!("{line}\n"), Some(&format!("{line}\n")));
    check_reopened(&format!("{line}\n{{\"api\":[\"fe"), Some(&format!("{line}\n")));
    check_reopened("{\"api\":[\"fe", Some(""));
    check_reopened("{\"my\": \"settings\"}", None);
    check_reopened("{\"my\": \"settings\",\n", None);
    check_reopened("From somebody\n\nhalf", None);
}

#[test]
fn two_do_not_write_one_file() {
    let desk = tempfile::tempdir().unwrap();
    let file = desk.path().join("reports.ndjson");
    let first = Sink::open(Some(&file), 1 << 20).unwrap();
    assert!(Sink::open(Some(&file), 1 << 20).is_err());
    drop(first);
    assert!(Sink::open(Some(&file), 1 << 20).is_ok());
}

#[test]
fn nobody_listens_to_the_network_unasked() {
    let open = |listen: &str, beyond| {
        Receiver::open(&Receive {
            listen: listen.parse().unwrap(),
            beyond_this_machine: beyond,
            origins: Vec::new(),
            to: None,
            file_bytes_max: 0,
        })
    };
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        assert!(matches!(open(address, false), Err(ReceiveError::NotLoopback { .. })), "{address}");
    }
    assert!(open("127.0.0.1:0", false).is_ok());
    assert!(open("0.0.0.0:0", true).is_ok());
}

#[test]
fn hosts_that_name_this_machine() {
    for host in ["127.0.0.1", "127.0.0.1:8787", "127.9.9.9:1", "localhost", "LOCALHOST:80", "[::1]:8787"] {
        assert!(names_this_machine(host), "{host}");
    }
    for host in ["", "example", "127.0.0.1.example", "localhost.example", "[::2]", "0.0.0.0", "10.0.0.1:1"] {
        assert!(!names_this_machine(host), "{host}");
    }
}
