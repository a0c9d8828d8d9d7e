//! From a log's records to what is held of them. That every line is read right is tested where they are read.

use super::*;

const EVENTS: &[&str] = &[
    "URL_REQUEST_START_JOB",
    "REQUEST_ALIVE",
    "UDP_BYTES_SENT",
    "HTTP_TRANSACTION_READ_RESPONSE_HEADERS",
    "HOST_RESOLVER_MANAGER_CACHE_HIT",
    "LOCAL_NETWORK_ACCESS_CHECK",
];

fn log(lines: &[String], end: &str) -> String {
    let names: Vec<String> = EVENTS.iter().enumerate().map(|(at, name)| format!("\"{name}\":{at}")).collect();
    format!(
        "{{\"constants\":{{\"logEventTypes\":{{{}}},\"netError\":{{\"ERR_FAILED\":-2}},\"timeTickOffset\":\"1000\",\"clientInfo\":{{}}}},\n\"events\": [\n{}{end}",
        names.join(","),
        lines.join(",\n")
    )
}

fn line(name: &str, source: u64, phase: u64, time: u64, params: &str) -> String {
    let number = EVENTS.iter().position(|known| *known == name).unwrap();
    format!(
        "{{\"params\":{params},\"phase\":{phase},\"source\":{{\"id\":{source},\"type\":1}},\"time\":\"{time}\",\"type\":{number}}}"
    )
}

const END: &str = "],\n\"polledData\": {}}\n";

fn start(source: u64, url: &str) -> String {
    let params = format!("{{\"initiator\":\"https://a.example\",\"method\":\"POST\",\"url\":\"{url}\"}}");
    line("URL_REQUEST_START_JOB", source, 1, source, &params)
}

#[test]
fn a_request_is_one_from_its_start_to_its_end() {
    let headers = r#"{"headers":["HTTP/1.1 404 Not Found"]}"#;
    let check = r#"{"result":"blocked-by-x","transport_info":"TransportInfo{ type = TransportType::kDirect, endpoint = 10.0.0.1:80, }"}"#;
    let lines = [
        start(1, "http://10.0.0.1/x?query"),
        start(2, "http://b.example/"),
        line("HTTP_TRANSACTION_READ_RESPONSE_HEADERS", 2, 0, 3, headers),
        line("LOCAL_NETWORK_ACCESS_CHECK", 1, 0, 4, check),
        line("REQUEST_ALIVE", 1, 2, 5, r#"{"net_error":-2}"#),
        line("REQUEST_ALIVE", 2, 2, 6, "{}"),
    ];
    let read = read(log(&lines, END).as_bytes());
    let blocked = NetRequest {
        at: 1001,
        url: "http://10.0.0.1/x".to_owned(),
        method: "POST".to_owned(),
        initiator: Some("https://a.example".to_owned()),
        ip: Some("10.0.0.1".to_owned()),
        error: Some("net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS".to_owned()),
        ..NetRequest::default()
    };
    let answered = NetRequest {
        at: 1002,
        url: "http://b.example/".to_owned(),
        status: Some(404),
        ip: None,
        error: None,
        ..blocked.clone()
    };
    assert_eq!(read.requests, [blocked, answered]);
    assert_eq!((read.begun, read.cut, read.problems), (true, false, Vec::new()));
}

#[test]
fn a_packet_that_is_sent_again_is_told_once() {
    let plain = r#"{"address":"127.0.0.1:3478","bytes":"AAEAACESpEJPWEQxeHQ0OXVydjI="}"#;
    let lines = [line("UDP_BYTES_SENT", 1, 0, 1, plain), line("UDP_BYTES_SENT", 1, 0, 2, plain)];
    let read = read(log(&lines, END).as_bytes());
    let says = WebRtc { servers: vec!["stun:127.0.0.1:3478".to_owned()], ..WebRtc::default() };
    assert_eq!(read.packets, [Packet { at: 1001, endpoint: "127.0.0.1:3478".to_owned(), says }]);
}

#[test]
fn a_name_keeps_all_its_answers() {
    let hit = |ip: &str| {
        format!(
            "{{\"results\":{{\"aliases\":[\"inside.example\"],\"ip_endpoints\":[{{\"endpoint_address\":\"{ip}\"}}]}}}}"
        )
    };
    let one = |at, ip| line("HOST_RESOLVER_MANAGER_CACHE_HIT", 1, 0, at, &hit(ip));
    let read = read(log(&[one(1, "203.0.113.9"), one(2, "10.0.0.1"), one(3, "203.0.113.9")], END).as_bytes());
    let expected = vec!["203.0.113.9".to_owned(), "10.0.0.1".to_owned()];
    assert_eq!(read.answers, BTreeMap::from([("inside.example".to_owned(), expected)]));
}

#[test]
fn a_log_is_read_as_far_as_it_goes_and_its_end_is_told() {
    let text = log(&[start(1, "http://127.0.0.1/1")], ",\n{\"params\":{\"url");
    let read = read(text.as_bytes());
    assert_eq!((read.requests.len(), read.begun), (1, true));
    assert_eq!(read.problems, [format!("byte {}: the recording ends before its JSON does", text.len())]);
}

#[test]
fn what_is_no_log_gives_nothing_and_says_so() {
    for text in ["", "{", "\0\0\0", "[]\n{}\n{\"type\":1}\n", "{\"constants\":\n{\"source\":{\"id\":-1}}"] {
        let read = read(text.as_bytes());
        assert_eq!((read.requests, read.packets), (Vec::new(), Vec::new()), "{text:?}");
        assert!(!read.problems.is_empty(), "{text:?}");
    }
}
