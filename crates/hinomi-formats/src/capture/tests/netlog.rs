//! Chromium's log beyond what the recorded one holds: connections, sealed frames, proxies, and every way to end early.

use super::check;
use crate::Limits;
use crate::capture::{Dates, Format, Reader};
use crate::{Problem, ProblemKind};
use expect_test::expect;

const NAMES: &[&str] = &[
    "REQUEST_ALIVE",
    "URL_REQUEST_START_JOB",
    "LOCAL_NETWORK_ACCESS_CHECK",
    "HTTP_TRANSACTION_READ_RESPONSE_HEADERS",
    "HTTP_STREAM_JOB_CONTROLLER_BOUND",
    "HTTP_STREAM_REQUEST_BOUND_TO_JOB",
    "SOCKET_POOL_BOUND_TO_SOCKET",
    "HTTP2_SESSION_POOL_FOUND_EXISTING_SESSION",
    "HTTP2_SESSION_INITIALIZED",
    "HTTP_STREAM_JOB_CONTROLLER_PROXY_SERVER_RESOLVED",
    "TCP_CONNECT_ATTEMPT",
    "SOCKET_BYTES_SENT",
    "PROXY_RESOLUTION_SERVICE",
    "CONNECT_JOB",
    "SOCKET_POOL_CONNECT_JOB_CREATED",
    "SOCKET_ALIVE",
];
/// The number of sources that are sockets, as `log` writes it.
const SOCKET: u64 = 1;

/// `[(name, source, phase, params)]` as a log; each event one millisecond after the other.
fn log(events: &[(&str, u64, u64, &str)]) -> String {
    let numbered: Vec<String> =
        NAMES.iter().enumerate().map(|(at, name)| format!("\"{name}\":{at}")).collect();
    let line = |(at, (name, source, phase, params)): (usize, &(&str, u64, u64, &str))| {
        let number = NAMES.iter().position(|known| known == name).unwrap();
        format!(
            "{{\"params\":{params},\"phase\":{phase},\"source\":{{\"id\":{source},\"type\":{SOCKET}}},\"time\":\"{at}\",\"type\":{number}}}"
        )
    };
    let lines: Vec<String> = events.iter().enumerate().map(line).collect();
    format!(
        "{{\"constants\":{{\"logEventTypes\":{{{}}},\"logSourceType\":{{\"SOCKET\":{SOCKET}}},\"netError\":{{\"ERR_WS_UPGRADE\":-173,\"ERR_FAILED\":-2,\"ERR_ABORTED\":-3}},\
         \"timeTickOffset\":\"1700000000000\",\"clientInfo\":{{}}}},\n\"events\": [\n{}],\n\"polledData\": {{}}}}\n",
        numbered.join(","),
        lines.join(",\n")
    )
}

const START: &str = r#"{"initiator":"https://shop.example","method":"GET","url":"ws://inside.example:5900/a?b","request_type":"other"}"#;

#[test]
fn a_socket_tells_where_a_request_went_when_the_browser_does_not() {
    let web_socket = log(&[
        ("URL_REQUEST_START_JOB", 1, 1, START),
        ("HTTP_STREAM_JOB_CONTROLLER_BOUND", 1, 0, r#"{"source_dependency":{"id":2,"type":32}}"#),
        ("HTTP_STREAM_JOB_CONTROLLER_PROXY_SERVER_RESOLVED", 2, 0, r#"{"proxy_chain":"[direct://]"}"#),
        ("TCP_CONNECT_ATTEMPT", 4, 1, r#"{"address":"127.0.0.1:5900"}"#),
        ("SOCKET_POOL_BOUND_TO_SOCKET", 3, 0, r#"{"source_dependency":{"id":4,"type":10}}"#),
        ("HTTP_STREAM_REQUEST_BOUND_TO_JOB", 1, 0, r#"{"source_dependency":{"id":3,"type":17}}"#),
        (
            "HTTP_TRANSACTION_READ_RESPONSE_HEADERS",
            1,
            0,
            r#"{"headers":["HTTP/1.1 101 Switching Protocols"]}"#,
        ),
        ("REQUEST_ALIVE", 1, 2, r#"{"net_error":-173}"#),
    ]);
    check(
        Format::NetLog,
        web_socket.as_bytes(),
        &expect![[r#"
            +0 Request request=netlog:1 from=https://shop.example as=websocket url=ws://inside.example:5900/a
            +3 Connection url=tcp://127.0.0.1:5900 ip=127.0.0.1
            +7 Response request=netlog:1 from=https://shop.example as=websocket url=ws://inside.example:5900/a ip=127.0.0.1 status=101
        "#]],
    );
}

#[test]
fn a_session_is_used_again_and_a_proxy_is_told() {
    let start = r#"{"initiator":"https://shop.example","url":"https://cdn.example/x"}"#;
    let sessions = log(&[
        ("TCP_CONNECT_ATTEMPT", 4, 1, r#"{"address":"10.0.0.1:3128"}"#),
        ("HTTP2_SESSION_INITIALIZED", 5, 0, r#"{"source_dependency":{"id":4}}"#),
        ("URL_REQUEST_START_JOB", 1, 1, start),
        ("HTTP_STREAM_JOB_CONTROLLER_BOUND", 1, 0, r#"{"source_dependency":{"id":2}}"#),
        ("HTTP_STREAM_JOB_CONTROLLER_PROXY_SERVER_RESOLVED", 2, 0, r#"{"proxy_chain":"[10.0.0.1:3128]"}"#),
        ("HTTP2_SESSION_POOL_FOUND_EXISTING_SESSION", 3, 0, r#"{"source_dependency":{"id":5}}"#),
        ("HTTP_STREAM_REQUEST_BOUND_TO_JOB", 1, 0, r#"{"source_dependency":{"id":3}}"#),
        ("HTTP_TRANSACTION_READ_RESPONSE_HEADERS", 1, 0, r#"{"headers":["HTTP/1.1 204"]}"#),
        ("REQUEST_ALIVE", 1, 2, r#"{"net_error":-3}"#),
    ]);
    check(
        Format::NetLog,
        sessions.as_bytes(),
        &expect![[r#"
            +0 Connection url=tcp://10.0.0.1:3128 ip=10.0.0.1
            +2 Request request=netlog:1 from=https://shop.example as=other url=https://cdn.example/x
            +8 Response request=netlog:1 from=https://shop.example as=other url=https://cdn.example/x ip=10.0.0.1 status=204 proxied=
        "#]],
    );
}

#[test]
fn the_browsers_own_check_and_sealed_frames_and_turn_over_tcp() {
    let sealed = r#"{"initiator":"null","network_isolation_key":"https://shop.example null","url":"ws://127.0.0.1:5900/"}"#;
    let browsers = r#"{"initiator":"null","network_isolation_key":"null","url":"http://10.0.0.9/"}"#;
    let denied = r#"{"client_address_space":"public","resource_address_space":"loopback","result":"blocked-by-policy-block","transport_info":"TransportInfo{ type = TransportType::kDirect, endpoint = 127.0.0.1:5900 }"}"#;
    let text = log(&[
        ("URL_REQUEST_START_JOB", 1, 1, sealed),
        ("LOCAL_NETWORK_ACCESS_CHECK", 1, 0, denied),
        ("REQUEST_ALIVE", 1, 2, r#"{"net_error":-2}"#),
        ("URL_REQUEST_START_JOB", 2, 1, browsers),
        ("TCP_CONNECT_ATTEMPT", 4, 1, r#"{"address":"192.168.77.1:3478"}"#),
        (
            "SOCKET_BYTES_SENT",
            4,
            0,
            r#"{"byte_count":28,"bytes":"AAMACCESpEJCNGdSUlZLNk9uQzYAGQAEEQAAAA=="}"#,
        ),
        ("SOCKET_BYTES_SENT", 4, 0, r#"{"byte_count":3,"bytes":"R0VU"}"#),
    ]);
    check(
        Format::NetLog,
        text.as_bytes(),
        &expect![[r#"
            +0 Request request=netlog:1 from=null as=websocket url=ws://127.0.0.1:5900/
            +2 Failure request=netlog:1 from=null as=websocket url=ws://127.0.0.1:5900/ ip=127.0.0.1 error=net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS page=|null||public
            +3 Request request=netlog:2 as=other url=http://10.0.0.9/
            +4 Connection url=tcp://192.168.77.1:3478 ip=192.168.77.1
            +5 WebRtc request=netlog:4 ip=192.168.77.1 servers=turn:192.168.77.1:3478?transport=tcp
        "#]],
    );
}

/// A page scans by TURN over TCP: one port is closed, one ends the connection at once, one still waits at the end of
/// the log, and one is told by what is sent. A connection of a pool, and a WebSocket's, are none of these.
#[test]
fn turn_over_tcp_to_ports_that_get_no_byte() {
    let attempt = |port: u16| format!("{{\"address\":\"127.0.0.1:{port}\"}}");
    let made_by = |job: u64| format!("{{\"source_dependency\":{{\"id\":{job},\"type\":7}}}}");
    let mut events: Vec<(&str, u64, u64, String)> = Vec::new();
    for (job, port) in [(10, 1), (20, 2), (30, 3), (40, 4)] {
        events.push(("PROXY_RESOLUTION_SERVICE", job - 1, 2, "{}".to_owned()));
        events.push(("CONNECT_JOB", job, 1, "{}".to_owned()));
        events.push(("SOCKET_ALIVE", job + 1, 1, made_by(job)));
        events.push(("TCP_CONNECT_ATTEMPT", job + 1, 1, attempt(port)));
        events.push(("CONNECT_JOB", job, 2, "{}".to_owned()));
    }
    let allocate = r#"{"bytes":"AAMACCESpEJCNGdSUlZLNk9uQzYAGQAEEQAAAA=="}"#;
    events.push(("SOCKET_BYTES_SENT", 41, 0, allocate.to_owned()));
    for socket in [11, 21, 41] {
        events.push(("SOCKET_ALIVE", socket, 2, "{}".to_owned()));
    }
    // A pool's, right after a socket's decision; and a job that no decision came before.
    events.push(("PROXY_RESOLUTION_SERVICE", 49, 2, "{}".to_owned()));
    events.push(("CONNECT_JOB", 50, 1, "{}".to_owned()));
    events.push(("SOCKET_POOL_CONNECT_JOB_CREATED", 50, 0, "{}".to_owned()));
    for (job, port) in [(50, 5), (60, 6)] {
        events.push(("CONNECT_JOB", job, 1, "{}".to_owned()));
        events.push(("SOCKET_ALIVE", job + 1, 1, made_by(job)));
        events.push(("TCP_CONNECT_ATTEMPT", job + 1, 1, attempt(port)));
        events.push(("SOCKET_ALIVE", job + 1, 2, "{}".to_owned()));
    }
    let events: Vec<_> = events.iter().map(|(name, id, phase, said)| (*name, *id, *phase, &**said)).collect();
    check(
        Format::NetLog,
        log(&events).as_bytes(),
        &expect![[r#"
        +0 Connection url=tcp://127.0.0.1:1 ip=127.0.0.1
        +5 Connection url=tcp://127.0.0.1:2 ip=127.0.0.1
        +10 Connection url=tcp://127.0.0.1:3 ip=127.0.0.1
        +15 Connection url=tcp://127.0.0.1:4 ip=127.0.0.1
        +17 WebRtc request=netlog:41 ip=127.0.0.1 servers=turn:127.0.0.1:4?transport=tcp
        +0 WebRtc request=netlog:11 ip=127.0.0.1 servers=turn:127.0.0.1:1?transport=tcp
        +5 WebRtc request=netlog:21 ip=127.0.0.1 servers=turn:127.0.0.1:2?transport=tcp
        +26 Connection url=tcp://127.0.0.1:5 ip=127.0.0.1
        +30 Connection url=tcp://127.0.0.1:6 ip=127.0.0.1
        +10 WebRtc request=netlog:31 ip=127.0.0.1 servers=turn:127.0.0.1:3?transport=tcp
    "#]],
    );
}

/// Reads in pieces of some size; gives how many records there were, and the problems.
fn in_pieces(bytes: &[u8], size: usize) -> (usize, Vec<Problem>) {
    let mut reader = Reader::new(Format::NetLog, Dates::default(), &Limits::desk());
    let mut count = 0;
    for piece in bytes.chunks(size) {
        reader.feed(piece, &mut |_| count += 1);
    }
    let mut more = 0;
    let problems = reader.finish(&mut |_| more += 1);
    (count + more, problems)
}

#[test]
fn a_log_that_ends_anywhere_is_told_with_the_place_of_its_end() {
    let answered = r#"{"headers":["HTTP/1.1 200 OK"]}"#;
    let whole = log(&[
        ("URL_REQUEST_START_JOB", 1, 1, START),
        ("HTTP_TRANSACTION_READ_RESPONSE_HEADERS", 1, 0, answered),
    ]);
    assert_eq!(in_pieces(whole.as_bytes(), 7), (2, Vec::new()));
    let start = whole.find("\"events\"").unwrap();
    for end in start..whole.trim_end().len() {
        let (count, problems) = in_pieces(&whole.as_bytes()[..end], 64);
        assert!(count <= 2, "{end}");
        let [problem] = &problems[..] else { panic!("{end}: {problems:?}") };
        assert_eq!(
            (problem.kind, problem.place.as_str()),
            (ProblemKind::Truncated, format!("byte {end}").as_str())
        );
    }
}
