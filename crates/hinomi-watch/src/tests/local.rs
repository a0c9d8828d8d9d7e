//! HW-1, HW-2, HW-4 to HW-7: what pages try.

use super::{Browser, PUBLIC};
use crate::{Rule, Watch};
use serde_json::{Value, json};

/// One request of a public page.
fn one(url: &str, more: Value, end: Value) -> Browser {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    browser.asks(&page, url, more, end);
    browser
}

#[track_caller]
fn check(url: &str, more: Value, end: Value, expected: &[&str]) {
    one(url, more, end).check(expected);
}

#[test]
fn addresses_and_names_that_say_it_are_seen_at_the_request() {
    for (url, told) in [
        ("http://127.0.0.1:5900/", "http://127.0.0.1:5900 literal"),
        ("ws://127.0.0.1:5900/", "ws://127.0.0.1:5900 literal"),
        ("http://[::ffff:7f00:1]:8000/", "http://::ffff:127.0.0.1:8000 literal"),
        ("http://[64:ff9b::a00:1]/", "http://64:ff9b::a00:1:80 literal"),
        ("http://[2002:a00:1::]/", "http://2002:a00:1:::80 literal"),
        ("http://192.168.0.1/x", "http://192.168.0.1:80 literal"),
        ("http://0.0.0.0:8080/", "http://0.0.0.0:8080 literal"),
        ("http://localhost:3000/", "http://localhost:3000 name"),
        ("https://a.localhost/", "https://a.localhost:443 name"),
        ("http://printer.local/", "http://printer.local:80 name"),
    ] {
        let expected = format!("HW-1 https://shop.example/ -> {told}");
        check(url, json!({}), json!({}), &[&expected]);
    }
    check(
        "http://burp/",
        json!({}),
        json!({}),
        &["HW-1 https://shop.example/ -> http://burp:80 name [likely_local]"],
    );
}

#[test]
fn what_only_looks_local_is_not() {
    for url in [
        "https://localhost.example.com/",
        "http://fc01.deviantart.net/x.png",
        "https://127.0.0.1.example/",
        "https://10.example/",
        "https://203.0.113.10/",
        "data:text/plain,127.0.0.1",
        "chrome-extension://abc/127.0.0.1",
    ] {
        check(url, json!({}), json!({}), &[]);
    }
}

#[test]
fn names_are_seen_by_the_address_that_answers() {
    let by_ip = &["HW-1 https://shop.example/ -> https://cdn.other.example:8443 ip"];
    check("https://cdn.other.example:8443/", json!({}), json!({"ip": "127.0.0.1"}), by_ip);
    check("https://cdn.other.example:8443/", json!({}), json!({"ip": "::ffff:10.0.0.1"}), by_ip);
    let by_error = &["HW-1 https://shop.example/ -> http://router.other.example:80 lna_error"];
    for error in ["net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS", "NS_ERROR_LOCAL_NETWORK_ACCESS_DENIED"] {
        check("http://router.other.example/", json!({}), json!({"error": error}), by_error);
    }
}

#[test]
fn no_address_and_the_cache_prove_nothing() {
    check("https://a.other.example/", json!({}), json!({"status": 200}), &[]);
    check("https://a.other.example/", json!({}), json!({"ip": Value::Null, "status": 200}), &[]);
    check("https://a.other.example/", json!({}), json!({"ip": "10.0.0.1", "from_cache": true}), &[]);
    check("https://a.other.example/", json!({}), json!({"ip": "10.0.0.1", "proxied": true}), &[]);
}

#[test]
fn a_closed_port_behind_a_name_is_seen_by_what_the_name_resolves_to() {
    let mut browser =
        one("https://a.other.example:5900/", json!({}), json!({"error": "net::ERR_CONNECTION_REFUSED"}));
    browser.check(&[]);
    browser
        .push(json!({"type": "resolution", "name": "a.other.example", "answers": ["127.0.0.1"]}), json!({}));
    browser.check(&["HW-1 https://shop.example/ -> https://a.other.example:5900 dns"]);
    let seen = browser.seen_with(&json!({}));
    assert_eq!((seen[0].outcomes.refused, seen[0].count), (1, 1));
}

#[test]
fn what_became_of_it_is_counted() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    let url = "http://127.0.0.1:9000/";
    browser.asks(&page, url, json!({}), json!({"ip": "127.0.0.1", "status": 404}));
    browser.asks(&page, url, json!({}), json!({"error": "net::ERR_CONNECTION_REFUSED"}));
    browser.asks(&page, url, json!({}), json!({"error": "net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS"}));
    browser.asks(&page, url, json!({}), json!({"error": "net::ERR_ABORTED"}));
    let seen = browser.seen_with(&json!({}));
    let all = seen[0].outcomes;
    assert_eq!((all.reached, all.refused, all.blocked, all.failed), (1, 1, 1, 1));
    assert_eq!((seen[0].count, seen[0].targets.len(), seen[0].targets[0].outcomes), (4, 1, all));
}

#[test]
fn a_redirect_leads_on_with_the_same_id() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    let base = json!({"request": "x", "tab": 1, "frame": 0, "document": {"id": page.id}});
    browser.push(base.clone(), json!({"type": "request", "url": "https://shop.example/go"}));
    browser.push(base.clone(), json!({"type": "redirect", "url": "https://shop.example/go", "ip": PUBLIC}));
    browser.push(base.clone(), json!({"type": "request", "url": "http://192.168.1.1/reboot"}));
    browser.push(base, json!({"type": "response", "url": "http://192.168.1.1/reboot", "ip": "192.168.1.1"}));
    browser.check(&["HW-1 https://shop.example/ -> http://192.168.1.1:80 literal"]);
    assert_eq!(browser.seen_with(&json!({}))[0].outcomes.reached, 1);
}

#[test]
fn a_beginning_that_is_told_twice_counts_once() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    let url = "http://127.0.0.1:5939/";
    let base = json!({"request": "x", "tab": 1, "frame": 0, "document": {"id": page.id}, "url": url});
    // A background that was stopped in between tells the beginning again before the end.
    browser.push(base.clone(), json!({"type": "request"}));
    browser.push(base.clone(), json!({"type": "request"}));
    browser.push(base.clone(), json!({"type": "response", "ip": "127.0.0.1"}));
    // The page is left before it read the answer, and another background hears of it.
    browser.push(base.clone(), json!({"type": "request"}));
    browser.push(base, json!({"type": "failure", "error": "net::ERR_ABORTED"}));
    let seen = browser.seen_with(&json!({}));
    let all = seen[0].outcomes;
    assert_eq!((seen[0].count, all.reached, all.failed), (1, 1, 0));
}

#[test]
fn workers_and_sandboxed_frames_act_for_their_page() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    browser.push(
        json!({"type": "request", "request": "w", "tab": -1, "initiator": "https://shop.example",
            "url": "http://127.0.0.1:1/", "resource": "xmlhttprequest"}),
        json!({}),
    );
    let frame = browser.document(&page, "parent", "about:srcdoc", "");
    browser.push(
        json!({"type": "request", "request": "s", "tab": 1, "frame": 7, "initiator": "null",
            "document": {"id": frame.id}, "url": "http://127.0.0.1:2/"}),
        json!({}),
    );
    browser.check(&["HW-1 https://shop.example/ -> http://127.0.0.1:1 literal, http://127.0.0.1:2 literal"]);
}

#[test]
fn a_frame_is_named_with_the_page_around_it() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    let frame = browser.document(&page, "parent", "https://ads.example/f.html", PUBLIC);
    browser.asks(&frame, "http://127.0.0.1:1/", json!({}), json!({}));
    browser.check(&["HW-1 https://ads.example/f.html -> http://127.0.0.1:1 literal"]);
    assert_eq!(browser.seen_with(&json!({}))[0].top.as_deref(), Some("https://shop.example/"));
}

/// The ports that a shop and banks looked for in 2020, as far as they were published.
const FOURTEEN: [u16; 14] =
    [63333, 5900, 5901, 5902, 5903, 3389, 5950, 5931, 5939, 6039, 5944, 6040, 5279, 7070];

#[test]
fn attempts_under_way_when_it_becomes_a_scan_end_in_it() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    let of = |port: u16| {
        json!({"request": format!("r{port}"), "tab": 1, "frame": 0, "document": {"id": page.id.clone()},
            "url": format!("http://127.0.0.1:{port}/"), "resource": "image"})
    };
    FOURTEEN.iter().for_each(|port| _ = browser.push(of(*port), json!({"type": "request"})));
    let refused = json!({"type": "failure", "error": "net::ERR_CONNECTION_REFUSED"});
    FOURTEEN.iter().for_each(|port| _ = browser.push(of(*port), refused.clone()));
    let seen = browser.seen_with(&json!({}));
    let all: Vec<(Rule, u64, u64)> = seen.iter().map(|s| (s.rule, s.count, s.outcomes.refused)).collect();
    assert_eq!(all, [(Rule::LocalAccess, 14, 14), (Rule::PortScan, 14, 14)]);
}

#[test]
fn the_scan_of_fourteen_ports_is_a_scan() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    for port in FOURTEEN {
        let url = format!("wss://127.0.0.1:{port}/");
        browser.calls(&page, "websocket", &url, ("https://shop.example/check.js", 10, 5));
        browser.asks(&page, &url, json!({"resource": "websocket"}), json!({"error": "net::ERR_FAILED"}));
    }
    let seen = browser.seen_with(&json!({}));
    let rules: Vec<Rule> = seen.iter().map(|seen| seen.rule).collect();
    assert_eq!(rules, [Rule::LocalAccess, Rule::PortScan]);
    for seen in &seen {
        let ports: Vec<u16> = seen.targets.iter().map(|target| target.port).collect();
        assert_eq!((ports.as_slice(), seen.count), (FOURTEEN.as_slice(), 14), "{:?}", seen.rule);
        // Also of those that ended before it was a scan.
        let failed: u64 = seen.targets.iter().map(|target| target.outcomes.failed).sum();
        assert_eq!((seen.outcomes.failed, failed), (14, 14), "{:?}", seen.rule);
        let site = seen.script.as_ref().unwrap();
        assert_eq!(
            (site.script.as_str(), site.line, site.column),
            ("https://shop.example/check.js", Some(10), Some(5))
        );
    }
}

#[track_caller]
fn scans(places: &[&str], pause: i64, expected: bool) {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    for place in places {
        browser.asks(&page, &format!("http://{place}/"), json!({}), json!({})).wait(pause);
    }
    let found = browser.seen_with(&json!({})).iter().any(|seen| seen.rule == Rule::PortScan);
    assert_eq!(found, expected, "{places:?}");
}

#[test]
fn few_places_or_slow_ones_are_no_scan() {
    let ports = ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "127.0.0.1:4", "127.0.0.1:5"];
    scans(&ports, 0, true);
    scans(&ports[..4], 0, false);
    scans(&ports, 10_000, false);
    scans(&["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"], 0, true);
    scans(&["127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:1"], 0, false);
    scans(
        &["a.local:1", "b.local:2", "c.local:3", "d.local:4", "a.local:2", "b.local:3", "c.local:4"],
        0,
        false,
    );
    scans(
        &[
            "a.local:1",
            "b.local:2",
            "c.local:3",
            "d.local:4",
            "a.local:2",
            "b.local:3",
            "c.local:4",
            "d.local:1",
        ],
        0,
        true,
    );
}

#[test]
fn scans_of_two_visits_do_not_add_up() {
    let mut browser = Browser::new();
    for tab in 1..=5 {
        let page = browser.opens(tab, "https://shop.example/", PUBLIC);
        browser.asks(&page, &format!("http://127.0.0.1:{tab}/"), json!({}), json!({}));
    }
    assert!(browser.seen_with(&json!({})).iter().all(|seen| seen.rule == Rule::LocalAccess));
}

#[test]
fn a_protocol_that_is_not_http_is_seen() {
    let crossing = |how: &str, port: u16, note: &str| {
        vec![
            format!("HW-1 https://shop.example/ -> {how}://127.0.0.1:{port} literal"),
            format!("HW-4 https://shop.example/ -> {how}://127.0.0.1:{port} literal [{note}]"),
        ]
    };
    let post = json!({"method": "POST", "content_type": "text/plain"});
    for (url, more, expected) in [
        ("http://127.0.0.1:6379/", post.clone(), crossing("http", 6379, "post")),
        ("http://127.0.0.1:25/", post.clone(), crossing("http", 25, "post")),
        ("ws://127.0.0.1:11211/", json!({"resource": "websocket"}), crossing("ws", 11211, "websocket")),
    ] {
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(url, more, json!({}), &expected);
    }
    check(
        "http://127.0.0.1:6379/",
        json!({}),
        json!({}),
        &["HW-1 https://shop.example/ -> http://127.0.0.1:6379 literal"],
    );
    check(
        "http://127.0.0.1:8080/",
        post,
        json!({}),
        &["HW-1 https://shop.example/ -> http://127.0.0.1:8080 literal"],
    );
    check("wss://mail.example:993/", json!({}), json!({}), &[]);
}

#[track_caller]
fn rtc(told: Value, expected: &[&str]) {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    browser.webrtc(&page, told);
    browser.check(expected);
}

#[test]
fn webrtc_that_leads_to_the_machine_is_seen() {
    let stun = "HW-5 https://shop.example/ -> stun://127.0.0.1:3478 literal";
    rtc(json!({"servers": ["stun:127.0.0.1:3478"]}), &[stun]);
    rtc(
        json!({"servers": ["stun:localhost"]}),
        &["HW-5 https://shop.example/ -> stun://localhost:3478 name"],
    );
    rtc(
        json!({"servers": ["turn:192.168.1.1:80?transport=tcp"]}),
        &["HW-5 https://shop.example/ -> turn://192.168.1.1:80 literal"],
    );
    rtc(
        json!({"candidates": ["127.0.0.1:12580/udp"]}),
        &["HW-5 https://shop.example/ -> ice-udp://127.0.0.1:12580 literal"],
    );
    rtc(
        json!({"candidates": ["192.168.1.1:53/udp"]}),
        &["HW-5 https://shop.example/ -> ice-udp://192.168.1.1:53 literal"],
    );
    rtc(
        json!({"candidates": ["192.168.1.9:6379/tcp", "192.168.1.9:6379/udp", "192.168.1.9:443/tcp"]}),
        &["HW-5 https://shop.example/ -> ice-tcp://192.168.1.9:6379 literal"],
    );
    rtc(
        json!({"servers": ["stun:127.0.0.1:3478"], "ufrag": {"len": 40, "own": false}}),
        &[&format!("{stun} [data_in_ufrag]")],
    );
}

#[test]
fn hosts_searched_for_by_candidates_are_seen_one_by_one_as_well() {
    let by_port: Vec<String> = (1..=30).map(|host| format!("192.168.1.{host}:8080/tcp")).collect();
    let by_host: Vec<String> = (1..=60).map(|host| format!("10.0.0.{host}:{}/udp", 40_000 + host)).collect();
    for (tried, all) in [(by_port, 30), (by_host, 60)] {
        for at_once in [1, tried.len()] {
            let mut browser = Browser::new();
            let page = browser.opens(1, "https://shop.example/", PUBLIC);
            for some in tried.chunks(at_once) {
                browser.webrtc(&page, json!({"candidates": some}));
            }
            let sightings = browser.seen_with(&json!({}));
            let webrtc = sightings.iter().find(|seen| seen.rule == Rule::WebRtcLocal).unwrap();
            assert_eq!(webrtc.targets.len(), all);
            assert!(sightings.iter().any(|seen| seen.rule == Rule::PortScan));
        }
    }
}

#[test]
fn data_put_into_a_ufrag_before_is_remembered() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    browser.webrtc(&page, json!({"ufrag": {"len": 256, "own": false, "hash": "ab"}}));
    browser.check(&[]);
    browser.webrtc(&page, json!({"candidates": ["127.0.0.1:12580/udp"]}));
    browser.check(&["HW-5 https://shop.example/ -> ice-udp://127.0.0.1:12580 literal [data_in_ufrag]"]);
}

#[test]
fn names_that_carry_data_are_seen() {
    let long = "http://4a2f9c1e7b3d5a8f6c0e2b4d.local/";
    let seen = one(long, json!({}), json!({})).seen_with(&json!({}));
    assert_eq!(
        seen.iter().map(|seen| seen.rule).collect::<Vec<_>>(),
        [Rule::LocalAccess, Rule::MdnsExfiltration]
    );
    for url in
        ["http://EPSON1A2B3C.local/", "http://BRW008077D3F2A1.local/", "http://my-diskstation-at-home.local/"]
    {
        let seen = one(url, json!({}), json!({})).seen_with(&json!({}));
        assert_eq!(seen.iter().map(|seen| seen.rule).collect::<Vec<_>>(), [Rule::LocalAccess], "{url}");
    }
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    for at in 0..12 {
        browser.asks(&page, &format!("http://w{at}.local/"), json!({}), json!({}));
    }
    assert!(browser.seen_with(&json!({})).iter().any(|seen| seen.rule == Rule::MdnsExfiltration));
}

#[test]
fn pages_that_open_local_addresses_are_seen() {
    let top = json!({"resource": "main_frame", "tab": 2});
    let told = "HW-7 https://shop.example/ -> http://192.168.1.1:80 literal";
    check("http://192.168.1.1/", top.clone(), json!({}), &[told]);
    check(
        "http://192.168.1.1/",
        json!({"speculative": true}),
        json!({}),
        &[&format!("{told} [speculative]")],
    );
    // A link to a page of the company is nothing; a script that opens this machine by a name is.
    check("https://portal.corp.example/", top.clone(), json!({"ip": "10.0.0.1"}), &[]);
    check(
        "https://x.other.example/",
        top,
        json!({"ip": "127.0.0.1"}),
        &["HW-7 https://shop.example/ -> https://x.other.example:443 ip"],
    );
    let mut typed = Browser::new();
    typed.opens(1, "http://192.168.1.1/", "192.168.1.1");
    typed.check(&[]);
}

#[test]
fn the_call_is_found_whichever_comes_first() {
    for late in [false, true] {
        let mut browser = Browser::new();
        let page = browser.opens(1, "https://shop.example/", PUBLIC);
        let url = "http://127.0.0.1:8000/hit?x=1";
        let site = ("https://cdn.example/a.js?v=2", 3, 14);
        if late {
            browser.asks(&page, url, json!({}), json!({"ip": "127.0.0.1"}));
            browser.calls(&page, "fetch", url, site);
        } else {
            browser.calls(&page, "fetch", url, site);
            browser.asks(&page, url, json!({}), json!({"ip": "127.0.0.1"}));
        }
        let seen = browser.seen_with(&json!({}));
        let [seen] = seen.as_slice() else { panic!("{seen:?}") };
        let found = seen.targets[0].script.as_ref().unwrap();
        assert_eq!(
            (found.script.as_str(), found.line, found.column),
            ("https://cdn.example/a.js", Some(3), Some(14))
        );
        assert_eq!((seen.count, seen.api.as_slice()), (1, ["fetch".to_owned()].as_slice()), "late: {late}");
    }
}

#[test]
fn a_call_for_one_place_is_never_told_of_another() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    browser.calls(&page, "fetch", "http://127.0.0.1:1/a", ("https://cdn.example/a.js", 1, 1));
    browser.asks(&page, "http://127.0.0.1:1/b", json!({}), json!({}));
    let seen = browser.seen_with(&json!({}));
    let of = |path: &str| seen[0].targets.iter().find(|target| target.path == path).unwrap().script.is_some();
    assert!(of("/a") && !of("/b"));
}

#[test]
fn a_log_of_names_shows_flips_and_warnings() {
    let mut browser = Browser::new();
    let answers = |name: &str, ip: &str, client: &str| json!({"type": "resolution", "source": "dns_log", "name": name, "answers": [ip], "client": client});
    browser.push(answers("a.attacker.example", PUBLIC, "pc1"), json!({}));
    browser.push(answers("a.attacker.example", "127.0.0.1", "pc1"), json!({}));
    browser.push(answers("b.example", "192.168.0.9", "pc2"), json!({}));
    browser.push(
        json!({"type": "resolution", "source": "dns_log", "name": "c.example", "error": "possible DNS-rebind"}),
        json!({}),
    );
    browser.push(answers("printer.local", "10.0.0.1", "pc2"), json!({}));
    browser.push(answers("4.3.2.1.zen.example", "127.0.0.2", "pc2"), json!({}));
    browser.check(&[
        "HW-3 dns:a.attacker.example -> ://a.attacker.example:0 dns [flip]",
        "HW-3 dns:b.example -> ://b.example:0 dns [answered_local]",
        "HW-3 dns:c.example -> ://c.example:0 dns [resolver_warned]",
    ]);
    browser.check_with(
        &json!({"own_domains": ["b.example"]}),
        &[
            "HW-3 dns:a.attacker.example -> ://a.attacker.example:0 dns [flip]",
            "HW-3 dns:c.example -> ://c.example:0 dns [resolver_warned]",
        ],
    );
}

#[test]
fn pages_that_did_nothing_are_counted_as_watched() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/a?secret=1", PUBLIC);
    browser.gets(&page, "https://shop.example/b", PUBLIC);
    browser.push(json!({"type": "truncated"}), json!({}));
    let (mut watch, _) = Watch::new(&crate::Config::default());
    browser.read().iter().for_each(|event| watch.take(event));
    let visits: Vec<_> =
        watch.visits().map(|visit| (visit.page.as_str(), visit.requests, visit.cut)).collect();
    assert_eq!(visits, [("https://shop.example/a", 1, true)]);
    assert_eq!(watch.cut().told, 1);
}
