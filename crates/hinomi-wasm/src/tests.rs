//! The session as the extension uses it: bytes in, bytes out, stopped at any time.

use crate::session::Session;
use serde_json::{Value, json};

const EVENTS: &str = r#"{"at": 1, "source": "web_request", "type": "document", "tab": 1, "frame": 0, "document": {"id": "d", "url": "https://shop.example/", "ip": "203.0.113.9"}}
{"at": 2, "source": "web_request", "type": "request", "request": "1", "tab": 1, "document": {"id": "d"}, "url": "http://127.0.0.1:5900/"}
{"at": 3, "source": "web_request", "type": "failure", "request": "1", "tab": 1, "document": {"id": "d"}, "url": "http://127.0.0.1:5900/", "error": "net::ERR_CONNECTION_REFUSED"}
"#;

fn read(bytes: Result<Vec<u8>, String>) -> Value {
    serde_json::from_slice(&bytes.unwrap()).unwrap()
}

#[test]
fn events_go_in_and_what_changed_comes_out() {
    let mut session = Session::default();
    assert_eq!(read(session.start(b"", b"")), json!({"problems": []}));
    let told = read(session.take(EVENTS.as_bytes()));
    assert_eq!(told["changed"][0]["rule"], "HW-1");
    assert_eq!(told["changed"][0]["targets"][0]["outcomes"]["refused"], 1);
    assert_eq!(read(session.take(b"\n")), json!({"changed": [], "unread": []}));
    let report = read(session.report());
    assert_eq!(report["visits"][0]["requests"], 1);
    session.forget(b"4").unwrap();
    assert_eq!(read(session.report())["sightings"], json!([]));
}

#[test]
fn a_stop_between_two_events_loses_nothing() {
    let mut whole = Session::default();
    whole.take(EVENTS.as_bytes()).unwrap();
    let mut state = Vec::new();
    for line in EVENTS.lines() {
        let mut session = Session::default();
        session.start(b"{}", &state).unwrap();
        session.take(line.as_bytes()).unwrap();
        state = session.snapshot();
    }
    let mut last = Session::default();
    assert_eq!(read(last.start(b"{}", &state)), json!({"problems": []}));
    assert_eq!(read(last.report()), read(whole.report()));
}

#[test]
fn what_cannot_be_read_is_told() {
    let mut session = Session::default();
    let told = read(session.start(br#"{"allow": [{"page": "*", "target": "x"}]}"#, b"nonsense"));
    assert_eq!(told["problems"][0]["place"], "allow[0]");
    assert!(told["lost"].as_str().unwrap().starts_with("the state is not readable"));
    assert!(session.configure(b"[").unwrap_err().starts_with("the settings are not readable"));
    assert_eq!(
        read(session.take(b"{}\nnonsense\n"))["unread"],
        json!([[2, "the line is not JSON (column 2)"]])
    );
    assert!(session.forget(b"soon").is_err());
}

#[test]
fn an_allow_rule_may_come_later() {
    let mut session = Session::default();
    let rule = br#"{"allow": [{"page": "shop.example", "target": "127.0.0.1", "reason": "agent"}]}"#;
    assert_eq!(read(session.configure(rule)), json!({"problems": []}));
    session.take(EVENTS.as_bytes()).unwrap();
    let report = read(session.report());
    assert_eq!(report["sightings"][0]["allowed_by"], "allow-0");
    assert_eq!(report["rule_hits"], json!({"allow-0": 1}));
}
