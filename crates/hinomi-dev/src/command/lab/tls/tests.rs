//! What can be held without raising a server: the tables, the comparison, the proxy, the hostile ones, the readers.

use super::heard::{Difference, Heard, Spoken};
use super::hostile::{self, Hostile};
use super::proxy::Proxy;
use super::roster::{self, Server};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

fn servers() -> Vec<Server> {
    roster::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lab/tls/servers")).unwrap()
}

#[test]
fn every_server_has_a_truth_and_a_port_of_its_own() {
    let servers = servers();
    assert!(servers.len() >= 30, "{} servers", servers.len());
    let ports: BTreeSet<u16> = servers
        .iter()
        .map(|server| server.port)
        .chain(hostile::ALL.iter().map(|hostile| hostile.port))
        .collect();
    assert_eq!(ports.len(), servers.len() + hostile::ALL.len(), "two have the same port");
    for server in &servers {
        assert!(
            server.version.iter().any(|version| !version.suites.is_empty()),
            "{} speaks nothing",
            server.id
        );
        for version in &server.version {
            let suites: BTreeSet<u32> = version.suites.iter().copied().collect();
            assert_eq!(
                suites.len(),
                version.suites.len(),
                "{} {} tells a suite twice",
                server.id,
                version.name
            );
            assert_ne!(version.order.as_deref(), Some("mixed"), "{} {}", server.id, version.name);
        }
    }
    assert!(servers.iter().any(|server| server.id == "nginx-recommended" && server.port == hostile::CUT_UP));
}

#[test]
fn all_starttls_dialogs_have_a_server() {
    let told: BTreeSet<String> = servers().into_iter().filter_map(|server| server.starttls).collect();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    assert_eq!(told, ["ftp", "imap", "ldap", "mysql", "pop3", "postgres", "rdp", "smtp", "xmpp"]);
}

/// A server of two versions.
fn example() -> Server {
    let table = r#"
        title = "an example"
        port = 1
        keys = []
        start = { program = "openssl", arguments = [] }
        known = { vulnerable = ["drown"] }
        [[version]]
        name = "ssl2"
        suites = [0x010080]
        [[version]]
        name = "tls1.2"
        order = "server"
        suites = [0xC02F, 0x002F]
        groups = [0x1D, 0x17]
        groups_order = "server"
    "#;
    toml::from_str(table).unwrap()
}

fn spoken(name: &str, suites: &[u32]) -> Spoken {
    Spoken { name: name.to_owned(), suites: suites.to_vec(), ..Spoken::default() }
}

#[track_caller]
fn differs(versions: Vec<Spoken>, wrong: Difference) {
    let vulnerable = BTreeSet::from(["drown".to_owned()]);
    assert_eq!(Heard { versions, vulnerable, ..Heard::default() }.against(&example()), wrong);
}

#[test]
fn what_was_heard_is_held_against_the_table() {
    let ssl2 = || spoken("ssl2", &[0x010080]);
    let strings = |told: &[&str]| told.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    differs(vec![ssl2(), spoken("tls1.2", &[0x002F, 0xC02F])], Difference::default());
    differs(
        vec![spoken("tls1.2", &[0xC02F, 0xC030])],
        Difference {
            missing: strings(&["ssl2 010080", "tls1.2 002F"]),
            extra: strings(&["tls1.2 C030"]),
            ..Difference::default()
        },
    );
    differs(
        vec![ssl2(), spoken("tls1.2", &[0xC02F, 0x002F]), spoken("tls1.3", &[0x1301])],
        Difference { extra: strings(&["tls1.3 1301"]), ..Difference::default() },
    );
    let ordered = |suites: &[u32], order: &str, groups: &[u16]| Spoken {
        order: Some(order.to_owned()),
        groups: Some(groups.to_vec()),
        groups_order: Some("server".to_owned()),
        ..spoken("tls1.2", suites)
    };
    differs(vec![ssl2(), ordered(&[0xC02F, 0x002F], "server", &[0x1D, 0x17])], Difference::default());
    differs(
        vec![ssl2(), ordered(&[0x002F, 0xC02F], "server", &[0x17])],
        Difference {
            groups_missing: strings(&["tls1.2 001D"]),
            order_wrong: strings(&["tls1.2", "tls1.2 groups"]),
            ..Difference::default()
        },
    );
}

#[test]
fn claims_are_held_against_what_is_known() {
    let names = |told: &[&str]| told.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<_>>();
    let heard = Heard {
        versions: vec![spoken("ssl2", &[0x010080]), spoken("tls1.2", &[0xC02F, 0x002F])],
        vulnerable: names(&["robot"]),
        not_vulnerable: names(&["drown", "heartbleed"]),
        ..Heard::default()
    };
    let wrong = heard.against(&example());
    assert_eq!((wrong.false_claims, wrong.overlooked), (vec!["robot".to_owned()], vec!["drown".to_owned()]));
    let silent = Heard { versions: heard.versions, ..Heard::default() };
    assert_eq!(silent.against(&example()).unproven, ["drown"]);
}

/// Echoes until the other side has said everything.
fn echo() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || std::io::copy(&mut stream.try_clone().unwrap(), &mut stream));
        }
    });
    port
}

/// Connections stand before the proxy has taken them.
fn until_counted(proxy: &Proxy, connections: u64) {
    while proxy.counted().connections < connections {
        thread::yield_now();
    }
}

#[track_caller]
fn carries(round_trip: Duration) {
    let proxy = Proxy::before(echo(), round_trip).unwrap();
    let mut streams: Vec<TcpStream> =
        (0..3).map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap()).collect();
    until_counted(&proxy, 3);
    let said: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
    for stream in &mut streams {
        let (mut writer, words) = (stream.try_clone().unwrap(), said.clone());
        let writer = thread::spawn(move || {
            writer.write_all(&words).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).unwrap();
        writer.join().unwrap();
        assert_eq!(heard, said, "something was lost or came in another order");
    }
    let counted = proxy.counted();
    assert_eq!((counted.connections, counted.at_once_max), (3, 3));
    assert_eq!((counted.bytes_asked, counted.bytes_answered), (1_200_000, 1_200_000));
}

/// A server that keeps what its client has long left says nothing of how many the client holds.
#[test]
fn what_the_prober_has_closed_is_not_held_at_once() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().collect::<Vec<_>>());
    let proxy = Proxy::before(port, Duration::from_millis(2)).unwrap();
    for round in 1..=3 {
        let pair: Vec<TcpStream> =
            (0..2).map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap()).collect();
        until_counted(&proxy, 2 * round);
        drop(pair);
    }
    assert_eq!(proxy.counted().at_once_max, 2);
}

#[test]
fn the_proxy_counts_and_loses_nothing() {
    carries(Duration::ZERO);
}

#[test]
fn the_proxy_with_a_long_way_loses_nothing() {
    carries(Duration::from_millis(4));
}

/// What a hostile server says to a hello of TLS 1.2 with the suites C02F and 002F.
fn said_by(hostile: &Hostile, most: u64) -> std::io::Result<Vec<u8>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    drop(listener);
    let serve = hostile.serve;
    thread::spawn(move || serve(&mut server));
    let body = [&[3, 3], &[7; 32][..], &[0, 0, 4, 0xC0, 0x2F, 0, 0x2F, 1, 0]].concat();
    let record = [&[22, 3, 1, 0, 47, 1, 0, 0, 43], &body[..]].concat();
    client.write_all(&record).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut heard = Vec::new();
    client.take(most).read_to_end(&mut heard)?;
    Ok(heard)
}

#[track_caller]
fn starts(id: &str, wanted: &[u8], at_least: usize) {
    let hostile = hostile::ALL.iter().find(|hostile| hostile.id == id).unwrap();
    let heard = said_by(hostile, 32 << 20).unwrap();
    assert!(heard.starts_with(wanted), "{id} starts with {:02x?}", heard.get(..wanted.len()));
    assert!(heard.len() >= at_least && heard.len() < 20 << 20, "{id} says {} bytes", heard.len());
}

#[test]
fn hostile_servers_are_as_hostile_as_they_say() {
    starts("garbage", &[], 4096);
    starts("http", b"HTTP/1.1 400 ", 100);
    starts("closed", &[], 0);
    starts("endless-certificate", &[22, 3, 3, 0, 42, 2], 16 << 20);
    starts("many-certificates", &[22, 3, 3, 0, 42, 2], 20_000);
    starts("alert-flood", &[21, 3, 3, 0, 2, 1, 112], 1_400_000);
    starts("empty-records", &[22, 3, 3, 0, 0, 22], 1_000_000);
    starts("long-record", &[22, 3, 3, 0xFF, 0xFF], 60_000);
    starts("no-der", &[22, 3, 3], 700);
    starts("wrong-suite", &[22, 3, 3], 40);
}

#[test]
fn the_server_that_resets_says_nothing_and_resets() {
    let hostile = hostile::ALL.iter().find(|hostile| hostile.id == "reset").unwrap();
    let ended = said_by(hostile, 100).map_err(|error| error.kind());
    assert_eq!(ended, Err(std::io::ErrorKind::ConnectionReset));
}

#[track_caller]
fn of_hostile(id: &str, heard: Heard, fault: Option<&str>) {
    let hostile = hostile::ALL.iter().find(|hostile| hostile.id == id).unwrap();
    assert_eq!(hostile.fault(&heard).as_deref(), fault);
}

#[test]
fn a_prober_may_not_call_a_hostile_server_clean_nor_make_things_up() {
    let open = || vec!["tls1.2: closed without an answer".to_owned()];
    of_hostile("garbage", Heard::default(), Some("it was called clean"));
    of_hostile("garbage", Heard { untested: open(), ..Heard::default() }, None);
    let suite = |name: &str| vec![spoken(name, &[0x002F])];
    of_hostile("drip", Heard { versions: suite("tls1.2"), ..Heard::default() }, None);
    let made_up = "it does not speak [002F] in tls1.1";
    of_hostile("drip", Heard { versions: suite("tls1.1"), ..Heard::default() }, Some(made_up));
    let claims = BTreeSet::from(["ccs".to_owned()]);
    of_hostile(
        "http",
        Heard { untested: open(), vulnerable: claims, ..Heard::default() },
        Some("ccs was claimed"),
    );
}
