//! Any events in any order: bounded, repeatable, and the same after a restart.

use super::{Browser, PUBLIC};
use crate::{Config, Event, LINE_BYTES_MAX, Sighting, Watch, read_line};
use proptest::prelude::*;
use serde_json::{Value, json};

fn after(events: &[Event]) -> Watch {
    let (mut watch, _) = Watch::new(&Config::default());
    events.iter().for_each(|event| watch.take(event));
    watch
}

fn event(told: Value) -> Event {
    read_line(told.to_string().as_bytes()).unwrap()
}

/// Bytes of state that no flood exceeds.
const STATE_BYTES_MAX: usize = 24 << 20;

#[test]
fn a_flood_of_requests_stays_within_bounds_and_is_told() {
    let (mut watch, _) = Watch::new(&Config::default());
    for at in 0..100_000_i64 {
        let document =
            json!({"id": format!("d{}", at % 7_000), "url": format!("https://p{}.example/", at % 3_000)});
        watch.take(&event(json!({
            "at": at, "source": "web_request", "type": "request", "request": format!("r{at}"), "tab": at % 500,
            "document": document, "url": format!("http://10.0.{}.{}:{}/{}", at % 251, at % 241, at % 60_000, at),
        })));
    }
    assert!(watch.snapshot().len() < STATE_BYTES_MAX, "{}", watch.snapshot().len());
    let cut = watch.cut();
    assert!(cut.groups > 0 && cut.requests > 0 && cut.sightings > 0 && cut.visits > 0, "{cut:?}");
    assert!(watch.sightings().count() <= 1_000);
}

#[test]
fn one_page_that_floods_is_one_sighting_with_all_counted() {
    let mut watch = Watch::new(&Config::default()).0;
    for at in 0..100_000_i64 {
        watch.take(&event(json!({
            "at": at, "source": "web_request", "type": "request", "request": format!("r{at}"), "tab": 1,
            "document": {"id": "d", "url": "https://p.example/"}, "url": format!("http://127.0.0.1:{}/", at % 65_535),
        })));
    }
    let seen: Vec<&Sighting> = watch.sightings().collect();
    assert_eq!(seen.iter().map(|seen| seen.count).max(), Some(100_000));
    assert!(seen.iter().all(|seen| seen.targets.len() <= 128));
    assert!(seen.iter().any(|seen| seen.notes.iter().any(|note| note == "more_targets")));
    assert!(watch.snapshot().len() < 1 << 20, "{}", watch.snapshot().len());
}

#[test]
fn endless_texts_are_cut() {
    let long = "a".repeat(LINE_BYTES_MAX / 8);
    let mut watch = Watch::new(&Config::default()).0;
    for at in 0..50 {
        watch.take(&event(json!({
            "at": at, "type": "request", "request": format!("{at}{long}"), "document": {"id": format!("{at}{long}"),
            "url": format!("https://p.example/{at}{long}")}, "url": format!("http://127.0.0.1/{at}{long}"),
            "api": long, "call_site": {"script": long, "function": long},
        })));
    }
    assert!(watch.snapshot().len() < 1 << 19, "{}", watch.snapshot().len());
}

#[test]
fn events_of_one_time_are_not_held_without_end() {
    let mut watch = Watch::new(&Config::default()).0;
    let line = json!({"at": 1, "answers": vec![""; LINE_BYTES_MAX / 4], "call_site": {"async_parents": vec![json!({}); 1_000]}});
    for _ in 0..40 {
        watch.take_ordered(event(line.clone()));
        // An answer without a letter takes 24 bytes.
        assert!(watch.same_time.len() <= 4, "{}", watch.same_time.len());
    }
}

#[test]
fn urls_in_urls_end() {
    let deep = "blob:".repeat(LINE_BYTES_MAX / 16);
    let mut watch = Watch::new(&Config::default()).0;
    watch.take(&event(json!({"type": "request", "url": deep, "document": {"id": deep, "url": deep}})));
    assert_eq!(watch.visits().count(), 0);
}

#[test]
fn lines_that_are_no_events_say_why_and_nothing_else() {
    for (line, why) in [
        ("", "the line ends too early (column 1)"),
        ("{\"at\": 1", "the line ends too early (column 9)"),
        ("secret", "the line is not JSON (column 1)"),
        ("[1]", "the line is no event (column 4)"),
        ("{\"at\": \"secret\"}", "the line is no event (column 16)"),
    ] {
        assert_eq!(read_line(line.as_bytes()).unwrap_err(), why);
    }
    let long = vec![b' '; LINE_BYTES_MAX + 1];
    assert_eq!(read_line(&long).unwrap_err(), "the line is longer than 1048576 bytes");
    assert!(
        read_line(b"{\"at\": 1.5, \"type\": \"of tomorrow\", \"more\": {}, \"ip\": null, \"url\": null}")
            .is_ok()
    );
}

fn everyday() -> Browser {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    for port in [5900, 5901, 5902, 5903, 3389, 7070] {
        let url = format!("ws://127.0.0.1:{port}/");
        browser.calls(&page, "websocket", &url, ("https://shop.example/a.js", 1, 1));
        browser.asks(&page, &url, json!({}), json!({"error": "net::ERR_CONNECTION_REFUSED"}));
    }
    let rebound = browser.opens(2, "http://a.attacker.example/", PUBLIC);
    browser.gets(&rebound, "http://a.attacker.example/x", "10.0.0.1");
    browser.webrtc(&page, json!({"servers": ["stun:127.0.0.1:1"]}));
    // Sent on from outside to inside: the call is that of the first address.
    let sent_on = "https://shop.example/away";
    browser.calls(&page, "fetch", sent_on, ("https://shop.example/a.js", 2, 2));
    browser.asks(&page, sent_on, json!({"request": "away"}), json!({}));
    let away = json!({"request": "away", "document": {"id": page.id}, "tab": page.tab});
    browser.push(away.clone(), json!({"type": "redirect", "url": sent_on, "ip": PUBLIC, "status": 302}));
    browser
        .push(away, json!({"type": "response", "url": "http://10.0.0.9/", "ip": "10.0.0.9", "status": 200}));
    browser.gone(&page);
    browser
}

#[test]
fn a_restart_at_any_event_changes_nothing() {
    let events = everyday().read();
    let whole: Vec<Sighting> = after(&events).sightings().cloned().collect();
    assert!(whole.len() >= 4);
    for at in 0..events.len() {
        let (before, behind) = events.split_at(at);
        let (mut watch, read) = Watch::restore(&Config::default(), &after(before).snapshot());
        assert_eq!(read, Ok(()));
        behind.iter().for_each(|event| watch.take(event));
        assert_eq!(watch.sightings().cloned().collect::<Vec<_>>(), whole, "after event {at}");
    }
}

#[test]
fn a_state_that_is_not_readable_is_told() {
    for snapshot in ["", "{}", "{\"version\": 7}", "null"] {
        assert!(Watch::restore(&Config::default(), snapshot).1.is_err(), "{snapshot}");
    }
}

#[test]
fn events_of_the_same_time_may_come_in_any_order() {
    let mut events = everyday().read();
    events.iter_mut().for_each(|event| event.at = event.at / 1_000 * 1_000);
    let seen = |events: &[Event]| {
        let (mut watch, _) = Watch::new(&Config::default());
        events.iter().for_each(|event| watch.take_ordered(event.clone()));
        watch.finish();
        watch.sightings().cloned().collect::<Vec<Sighting>>()
    };
    let first = seen(&events);
    assert!(first.len() >= 3);
    events.reverse();
    assert_eq!(seen(&events), first);
    events.sort_by_key(|event| event.url.clone());
    assert_eq!(seen(&events), first);
}

#[test]
fn what_is_old_can_be_forgotten() {
    let mut watch = after(&everyday().read());
    watch.forget_before(i64::MAX);
    assert_eq!((watch.sightings().count(), watch.visits().count(), watch.changed().len()), (0, 0, 0));
    everyday().read().iter().for_each(|event| watch.take(event));
    assert!(watch.changed().len() >= 4);
    assert_eq!(watch.changed(), Vec::new());
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = Value> + Clone {
    prop::sample::select(words).prop_map(|word| json!(word))
}

fn any_event() -> impl Strategy<Value = Event> {
    let kind = word(&[
        "request",
        "response",
        "failure",
        "redirect",
        "call",
        "webrtc",
        "resolution",
        "document",
        "document_gone",
        "proxy",
        "truncated",
        "other",
    ]);
    let url = word(&[
        "https://a.example/",
        "http://b.example:8000/x",
        "http://127.0.0.1:25/",
        "ws://[::1]:6379/",
        "http://x.local/",
        "about:blank",
        "stun:localhost",
        "http://a.example/",
        "",
        ":",
        "http://",
        "file:///x",
        "blob:https://a.example/1",
    ]);
    let ip = word(&["", "203.0.113.9", "10.0.0.1", "127.0.0.1", "::1", "198.18.0.9", "nonsense"]);
    let id = || word(&["1", "2", "3", ""]);
    let resource = word(&["main_frame", "sub_frame", "xmlhttprequest", "websocket"]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), -1_i64..4, any::<i64>());
    (kind, url.clone(), url, ip, (id(), id(), id()), resource, flags).prop_map(
        |(kind, url, page, ip, (id, other, request), resource, (a, b, c, tab, at))| {
            let error = if a { json!("ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS") } else { json!("REFUSED") };
            let told = json!({
                "at": at, "type": kind, "source": "dns_log", "url": url, "ip": ip, "request": request, "tab": tab,
                "document": {"id": id, "url": page, "parent": if b { other.clone() } else { Value::Null },
                    "opener": if c { other } else { Value::Null }, "ip": ip},
                "resource": resource, "error": if b { error } else { Value::Null }, "initiator": page, "from_cache": c,
                "webrtc": {"servers": [url], "candidates": [format!("{}:1/udp", ip.as_str().unwrap())], "ufrag": {"own": a}},
                "name": "a.example", "answers": [ip], "method": "POST", "speculative": a && b && c,
                "call_site": {"script": url},
            });
            read_line(told.to_string().as_bytes()).unwrap()
        },
    )
}

proptest! {
    #[test]
    fn no_sequence_of_events_breaks_the_watch(events in prop::collection::vec(any_event(), 0..60)) {
        let watch = after(&events);
        prop_assert!(watch.sightings().all(|seen| seen.targets.len() <= 128));
        let (restored, read) = Watch::restore(&Config::default(), &watch.snapshot());
        prop_assert_eq!(read, Ok(()));
        prop_assert_eq!(restored.snapshot(), watch.snapshot());
        let again = after(&events);
        prop_assert_eq!(again.snapshot(), watch.snapshot());
    }

    #[test]
    fn no_line_breaks_the_reader(line in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(event) = read_line(&line) {
            after(&[event]);
        }
    }
}
