//! Logs of our own making, in the form Chromium writes.

use super::*;

const CONSTANTS: &str = r#"{"constants":{"timeTickOffset":1000,"netError":{"ERR_CONNECTION_REFUSED":-102},"logEventTypes":{"URL_REQUEST_START_JOB":1,"LOCAL_NETWORK_ACCESS_CHECK":2,"REQUEST_ALIVE":3,"UDP_BYTES_SENT":4,"TCP_CONNECT_ATTEMPT":5,"SOCKET_BYTES_SENT":6,"HOST_RESOLVER_MANAGER_JOB":7,"HOST_RESOLVER_DNS_TASK":8,"HTTP_TRANSACTION_READ_RESPONSE_HEADERS":9}},
"events": ["#;

/// One line of a log.
fn line(source: u64, kind: u64, time: u64, params: &str) -> String {
    format!(
        "{{\"params\":{params},\"phase\":1,\"source\":{{\"id\":{source},\"type\":1}},\"time\":\"{time}\",\"type\":{kind}}},\n"
    )
}

fn read_lines(lines: &[String], end: &str) -> NetLog {
    read(format!("{CONSTANTS}\n{}{end}", lines.concat()).as_bytes())
}

#[test]
fn a_request_has_where_it_led_and_why_it_failed() {
    let start = r#"{"initiator":"https://a.example","method":"POST","request_type":"other","url":"http://inside.example:9/x?q"}"#;
    let check = r#"{"client_address_space":"public","resource_address_space":"loopback","result":"blocked-by-policy","transport_info":"TransportInfo{ type = TransportType::kDirect, endpoint = [::1]:9, negotiated_protocol = unknown }"}"#;
    let lines = [line(5, 1, 7, start), line(5, 2, 8, check), line(5, 3, 9, r#"{"net_error":-102}"#)];
    let log = read_lines(&lines, "");
    let expected = NetRequest {
        at: 1007,
        url: "http://inside.example:9/x?q".to_owned(),
        method: "POST".to_owned(),
        initiator: Some("https://a.example".to_owned()),
        ip: Some("::1".to_owned()),
        error: Some("net::ERR_CONNECTION_REFUSED".to_owned()),
        blocked: true,
        ..NetRequest::default()
    };
    assert_eq!(log, NetLog { requests: vec![expected], whole: true, ..NetLog::default() });
}

#[test]
fn stun_is_found_in_packets_and_in_streams_and_once_for_each_endpoint() {
    // A binding request without attributes, and one with the user name `abcd:WXYZ`.
    let plain = r#"{"address":"127.0.0.1:3478","bytes":"AAEAACESpEJPWEQxeHQ0OXVydjI="}"#;
    let named = r#"{"address":"[fd00::1]:9","bytes":"AAEAECESpEJPWEQxeHQ0OXVydjIABgAJYWJjZDpXWFlaAAAA"}"#;
    let dns = r#"{"address":"127.0.0.1:53","bytes":"a6YBAAABAAAAAAAACnJlZGlyZWN0b3IEZ3Z0MQNjb20AAEEAAQ=="}"#;
    let lines = [
        line(1, 4, 1, plain),
        line(1, 4, 2, plain),
        line(2, 4, 3, named),
        line(3, 4, 4, dns),
        line(4, 5, 5, r#"{"address":"192.168.77.1:3478"}"#),
        line(4, 6, 6, r#"{"byte_count":28,"bytes":"AAMACCESpEJCNGdSUlZLNk9uQzYAGQAEEQAAAA=="}"#),
    ];
    let packet = |at, endpoint: &str, ufrags: &[&str]| Packet {
        at,
        endpoint: endpoint.to_owned(),
        ufrags: ufrags.iter().map(|&ufrag| ufrag.to_owned()).collect(),
    };
    let expected = vec![
        packet(1001, "127.0.0.1:3478/udp", &[]),
        packet(1003, "[fd00::1]:9/udp", &["abcd", "WXYZ"]),
        packet(1006, "192.168.77.1:3478/tcp", &[]),
    ];
    assert_eq!(read_lines(&lines, "").packets, expected);
}

#[test]
fn names_lead_to_addresses() {
    let results = r#"{"results":[{"endpoints":[{"address":"10.0.0.1","port":0}]},{"endpoints":[{"address":"fd00::1","port":0}]}]}"#;
    let lines = [line(1, 7, 1, r#"{"host":"https://inside.example:8443"}"#), line(1, 8, 2, results)];
    let log = read_lines(&lines, "");
    let expected = [("inside.example".to_owned(), vec!["10.0.0.1".to_owned(), "fd00::1".to_owned()])];
    assert_eq!(log.answers, BTreeMap::from(expected));
}

#[test]
fn a_log_is_read_as_far_as_it_goes() {
    let start = |url: &str| format!("{{\"initiator\":\"https://a.example\",\"url\":\"{url}\"}}");
    let whole = line(1, 1, 1, &start("http://127.0.0.1/1"));
    let last = line(2, 1, 2, &start("http://127.0.0.1/2"));
    let ended = last.replace("},\n", "}],\n\"polledData\": []\n}\n");
    for (end, urls, lost) in
        [("", 1, 0), (last.as_str(), 2, 0), (ended.as_str(), 2, 0), ("{\"params\":{\"url", 1, 1)]
    {
        let log = read_lines(std::slice::from_ref(&whole), end);
        assert_eq!((log.requests.len(), log.lost), (urls, lost), "{end}");
    }
}

#[test]
fn what_is_no_log_gives_nothing() {
    for text in ["", "{", "\0\0\0", "[]\n{}\n{\"type\":1}\n", "{\"constants\":\n{\"source\":{\"id\":-1}}"] {
        let log = read(text.as_bytes());
        assert_eq!((log.requests, log.packets), (Vec::new(), Vec::new()), "{text:?}");
    }
}
