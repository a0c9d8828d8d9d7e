//! Dialogues of our own making, in the form the DevTools protocol has: what comes out as events.

use super::super::cdp::Told;
use super::super::join::{Written, lines};
use super::super::netlog::{NetLog, NetRequest, Packet};
use super::*;
use hinomi_formats::capture::WebRtc;
use serde_json::{Value, json};

const NOW: i64 = 1_700_000_000_000;
const PAGE: &str = "https://shop.example/";
const APP: &str = "https://shop.example/app.js";

struct Dialogue {
    tape: Tape,
    mark: String,
    own: String,
}

impl Dialogue {
    /// A page that has come, in session `S`, frame `F`, as document `D`.
    fn begun() -> Self {
        let hook = Hook::new();
        let own = hook.url.clone();
        let mark = own.trim_start_matches("hinomi:").to_owned();
        let mut tape = Tape::new(hook);
        tape.attached("S", &Target { kind: "page", id: "F", url: "about:blank" }, None, None);
        let mut dialogue = Self { tape, mark, own };
        let page = json!({ "requestId": "D", "loaderId": "D", "frameId": "F", "type": "Document", "timestamp": 10.0,
            "wallTime": 1_700_000_000.0, "request": { "url": PAGE, "method": "GET", "headers": {} }, "initiator": { "type": "other" } });
        dialogue.say("Network.requestWillBeSent", page);
        let answer = json!({ "requestId": "D", "loaderId": "D", "type": "Document", "timestamp": 10.1,
            "response": { "url": PAGE, "status": 200, "remoteIPAddress": "203.0.113.10" } });
        dialogue.say("Network.responseReceived", answer);
        dialogue.say("Page.frameNavigated", json!({ "frame": { "id": "F", "loaderId": "D", "url": PAGE } }));
        let context = json!({ "context": { "id": 1, "auxData": { "frameId": "F" } } });
        dialogue.say("Runtime.executionContextCreated", context);
        dialogue
    }

    fn say(&mut self, method: &str, params: Value) {
        self.tape.take(&Told { session: Some("S".to_owned()), method: method.to_owned(), params }, NOW + 500);
    }

    fn asks(&mut self, id: &str, kind: &str, url: &str, initiator: Value) {
        let request = json!({ "requestId": id, "loaderId": "D", "frameId": "F", "type": kind, "timestamp": 10.5, "wallTime": 1_700_000_000.5,
            "documentURL": PAGE, "request": { "url": url, "method": "GET", "headers": {} }, "initiator": initiator });
        self.say("Network.requestWillBeSent", request);
    }

    fn hook(&mut self, said: &Value, frames: &[Value]) {
        let own = frame(&self.own, "tell", 40, 4);
        let frames: Vec<Value> = std::iter::once(own).chain(frames.iter().cloned()).collect();
        let told = json!({ "type": "debug", "args": [{ "value": self.mark }, { "value": said.to_string() }], "executionContextId": 1,
            "timestamp": 1_700_000_000_490.0, "stackTrace": { "callFrames": frames } });
        self.say("Runtime.consoleAPICalled", told);
    }

    fn events(&self, log: &NetLog) -> Vec<Value> {
        let during = NOW..=NOW + 10_000;
        let written = lines(&Written { tape: &self.tape, log, during, keep_query: false });
        String::from_utf8(written).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The events about an address.
    fn about(&self, log: &NetLog, url: &str) -> Vec<Value> {
        self.events(log).into_iter().filter(|event| event["url"] == url).collect()
    }
}

fn frame(url: &str, function: &str, line: u64, column: u64) -> Value {
    json!({ "url": url, "functionName": function, "lineNumber": line, "columnNumber": column, "scriptId": "1" })
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().filter_map(|event| event["type"].as_str()).collect()
}

#[test]
fn a_page_is_a_document_with_address_and_space() {
    let mut dialogue = Dialogue::begun();
    dialogue.asks("1", "Fetch", "http://127.0.0.1:5900/x?token=1", json!({ "type": "script" }));
    let security =
        json!({ "requestId": "1", "clientSecurityState": { "initiatorIPAddressSpace": "Public" } });
    dialogue.say("Network.requestWillBeSentExtraInfo", security);
    let failed = json!({ "requestId": "1", "timestamp": 10.6, "errorText": "net::ERR_FAILED",
        "corsErrorStatus": { "corsError": "LocalNetworkAccessPermissionDenied" } });
    dialogue.say("Network.loadingFailed", failed);
    let document = json!({ "id": "D", "url": PAGE, "ip": "203.0.113.10", "space": "public" });
    let events = dialogue.events(&NetLog::default());
    assert_eq!(types(&events), ["request", "document", "response", "request", "failure"]);
    assert_eq!(events[1]["document"], document);
    assert_eq!(events[0].get("document"), None, "nobody's document asked for the first page");
    let [request, failure] = &dialogue.about(&NetLog::default(), "http://127.0.0.1:5900/x")[..] else {
        panic!()
    };
    assert_eq!((&request["document"], &request["initiator"]), (&document, &json!("https://shop.example")));
    assert_eq!((request["at"].as_i64(), failure["at"].as_i64()), (Some(NOW + 500), Some(NOW + 600)));
    assert_eq!(failure["error"], DENIED);
}

#[test]
fn the_call_is_the_innermost_frame_with_an_address_counted_from_one() {
    let mut dialogue = Dialogue::begun();
    let evaluated = frame("", "run", 0, 1);
    let parent = json!({ "description": "await", "callFrames": [frame(APP, "later", 99, 0)] });
    let stack = json!({ "callFrames": [evaluated, frame("https://shop.example/app.js?v=3", "scan", 4, 12)], "parent": parent });
    dialogue.asks("1", "Fetch", "http://10.0.0.1/", json!({ "type": "script", "stack": stack }));
    // An image asks after a wait of its own: nothing but its parent has frames.
    let image = json!({ "callFrames": [], "parent": { "description": "Image", "callFrames": [frame(APP, "", 6, 2)] } });
    dialogue.asks("2", "Image", "http://10.0.0.2/", json!({ "type": "script", "stack": image }));
    let site = |url: &str| dialogue.about(&NetLog::default(), url)[0]["call_site"].clone();
    let parents = json!([{ "script": APP, "line": 100, "column": 1, "function": "later" }]);
    let fetch =
        json!({ "script": APP, "line": 5, "column": 13, "function": "scan", "async_parents": parents });
    assert_eq!(site("http://10.0.0.1/"), fetch);
    assert_eq!(site("http://10.0.0.2/"), json!({ "script": APP, "line": 7, "column": 3 }));
}

#[test]
fn where_the_address_was_named_comes_before_where_it_was_asked_for() {
    let mut dialogue = Dialogue::begun();
    dialogue.hook(&json!({ "k": "call", "a": "xhr", "u": "http://10.0.0.1/x" }), &[frame(APP, "open", 1, 1)]);
    dialogue.hook(
        &json!({ "k": "text", "a": "Element.innerHTML", "u": "http://10.0.0.2/x" }),
        &[frame(APP, "text", 2, 1)],
    );
    let sent = json!({ "type": "script", "stack": { "callFrames": [frame(APP, "send", 8, 1)] } });
    dialogue.asks("1", "XHR", "http://10.0.0.1/x", sent.clone());
    dialogue.asks("2", "Fetch", "http://10.0.0.2/x", sent);
    dialogue.asks("3", "Image", "http://10.0.0.2/x", json!({ "type": "other" }));
    let functions = |url: &str| -> Vec<Value> {
        let asked = dialogue.about(&NetLog::default(), url);
        asked.iter().map(|event| event["call_site"]["function"].clone()).collect()
    };
    assert_eq!(functions("http://10.0.0.1/x"), ["open"]);
    assert_eq!(functions("http://10.0.0.2/x"), ["send", "text"]);
}

#[test]
fn a_redirected_request_keeps_its_caller_and_tells_each_hop() {
    let mut dialogue = Dialogue::begun();
    let stack = json!({ "callFrames": [frame(APP, "go", 0, 0)] });
    dialogue.asks("1", "Fetch", "https://shop.example/r", json!({ "type": "script", "stack": stack }));
    let hop = json!({ "requestId": "1", "loaderId": "D", "frameId": "F", "type": "Fetch", "timestamp": 10.7, "wallTime": 1_700_000_000.7,
        "request": { "url": "http://127.0.0.1/in", "method": "GET", "headers": {} }, "initiator": { "type": "other" },
        "redirectResponse": { "status": 302, "remoteIPAddress": "203.0.113.10" } });
    dialogue.say("Network.requestWillBeSent", hop);
    dialogue.say(
        "Network.loadingFailed",
        json!({ "requestId": "1", "timestamp": 10.8, "errorText": "net::ERR_CONNECTION_REFUSED" }),
    );
    let events = dialogue.events(&NetLog::default());
    let of_request: Vec<_> = events.iter().filter(|event| event["request"] == "1").collect();
    let told: Vec<_> = of_request
        .iter()
        .map(|event| (event["type"].as_str().unwrap(), event["url"].as_str().unwrap()))
        .collect();
    let expected = [
        ("request", "https://shop.example/r"),
        ("redirect", "https://shop.example/r"),
        ("request", "http://127.0.0.1/in"),
        ("failure", "http://127.0.0.1/in"),
    ];
    assert_eq!(told, expected);
    assert_eq!(of_request[1]["ip"], "203.0.113.10");
    let callers = [0, 2].map(|at| &of_request[at]["call_site"]["function"]);
    assert_eq!(callers, ["go", "go"]);
}

#[test]
fn the_network_log_says_why_a_socket_failed_and_where_it_led() {
    let mut dialogue = Dialogue::begun();
    let url = "ws://inside.example:5900/";
    dialogue.say(
        "Network.webSocketCreated",
        json!({ "requestId": "W", "url": url, "initiator": { "type": "script" } }),
    );
    dialogue.say(
        "Network.webSocketFrameError",
        json!({ "requestId": "W", "timestamp": 10.6, "errorMessage": "net::ERR_FAILED" }),
    );
    let seen = NetRequest {
        at: NOW + 510,
        url: "http://inside.example:5900/".to_owned(),
        ip: Some("127.0.0.1".to_owned()),
        initiator: Some("https://shop.example".to_owned()),
        error: Some(DENIED.to_owned()),
        ..NetRequest::default()
    };
    let log = NetLog { requests: vec![seen], ..NetLog::default() };
    let [request, failure] = &dialogue.about(&log, url)[..] else { panic!() };
    assert_eq!(request["resource"], "websocket");
    assert_eq!((&failure["error"], &failure["ip"]), (&json!(DENIED), &json!("127.0.0.1")));
}

#[test]
fn a_packet_of_webrtc_belongs_to_the_call_that_named_its_endpoint() {
    let mut dialogue = Dialogue::begun();
    let config = json!({ "k": "rtc", "a": "rtc.config", "s": ["stun:localhost:3478"] });
    dialogue.hook(&config, &[frame(APP, "listen", 11, 0)]);
    let packet =
        |port: u16, says: WebRtc| Packet { at: NOW + 900, endpoint: format!("127.0.0.1:{port}"), says };
    let asks = WebRtc { servers: vec!["stun:127.0.0.1:3478".to_owned()], ..WebRtc::default() };
    let ufrag = hinomi_formats::capture::Ufrag { len: 12, own: false };
    let candidates = vec!["127.0.0.1:12580/udp".to_owned()];
    let tries = WebRtc { candidates, ufrag: Some(ufrag), ..WebRtc::default() };
    let packets = vec![packet(3478, asks), packet(12580, tries)];
    let log = NetLog { packets, ..NetLog::default() };
    let events: Vec<Value> =
        dialogue.events(&log).into_iter().filter(|event| event["type"] == "webrtc").collect();
    let [named, first, second] = &events[..] else { panic!("{events:?}") };
    assert_eq!(named["webrtc"], json!({ "servers": ["stun:localhost:3478"] }));
    assert_eq!((&first["call_site"]["function"], &first["document"]["id"]), (&json!("listen"), &json!("D")));
    assert_eq!(second.get("call_site"), None, "nobody named this endpoint");
    assert_eq!(second["webrtc"]["candidates"], json!(["127.0.0.1:12580/udp"]));
    let ufrag = &second["webrtc"]["ufrag"];
    assert_eq!((&ufrag["len"], &ufrag["own"]), (&json!(12), &json!(false)));
}

#[test]
fn a_page_cannot_speak_in_our_name() {
    let mut dialogue = Dialogue::begun();
    let said = json!({ "k": "call", "a": "fetch", "u": "http://10.0.0.1/" }).to_string();
    for args in
        [json!([{ "value": "guess" }, { "value": said }]), json!([{ "value": 1 }]), json!([]), json!("x")]
    {
        dialogue.say(
            "Runtime.consoleAPICalled",
            json!({ "type": "debug", "args": args, "executionContextId": 1 }),
        );
    }
    assert_eq!(dialogue.tape.calls.len(), 0);
}

#[test]
fn a_flood_is_cut_and_told() {
    let mut dialogue = Dialogue::begun();
    for number in 0..ROWS_MAX + 10 {
        dialogue.asks(&number.to_string(), "Fetch", "http://127.0.0.1/", json!({ "type": "other" }));
    }
    assert_eq!((dialogue.tape.rows.len(), dialogue.tape.cut), (ROWS_MAX, true));
    let events = dialogue.events(&NetLog::default());
    assert_eq!(events.last().map(|event| &event["type"]), Some(&json!("truncated")));
}

#[test]
fn words_that_this_version_does_not_know_cost_nothing() {
    let mut dialogue = Dialogue::begun();
    let before = dialogue.tape.rows.len();
    for method in [
        "Network.requestWillBeSent",
        "Network.responseReceived",
        "Network.loadingFailed",
        "Page.frameNavigated",
        "Network.webSocketCreated",
        "Runtime.executionContextCreated",
        "Runtime.consoleAPICalled",
        "Future.thing",
    ] {
        for params in [
            json!(null),
            json!([]),
            json!({}),
            json!({ "requestId": 5, "frame": "x", "context": 1, "args": {} }),
        ] {
            dialogue.say(method, params);
        }
    }
    assert_eq!(dialogue.tape.rows.len(), before);
}
