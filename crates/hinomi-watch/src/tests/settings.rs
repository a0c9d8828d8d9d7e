//! Allow rules, overrides, and what of a configuration cannot be used.

use super::{Browser, PUBLIC};
use crate::config::Settings;
use crate::pattern::{PagePattern, TargetPattern, fits_glob};
use crate::place::Place;
use crate::{Config, Space, Watch};
use serde_json::{Value, json};

#[track_caller]
fn fits(pattern: &str, page: &str, expected: bool) {
    let page = Place::of(page).unwrap();
    assert_eq!(PagePattern::read(pattern).unwrap().fits(&page), expected, "{pattern} {page:?}");
}

#[test]
fn pages_are_named_as_in_the_content_settings() {
    fits("[*.]example.com", "https://example.com/", true);
    fits("[*.]example.com", "https://a.b.example.com/x", true);
    fits("[*.]example.com", "https://badexample.com/", false);
    fits("example.com", "https://example.com/", true);
    fits("example.com", "https://www.example.com/", false);
    fits("https://example.com", "http://example.com/", false);
    fits("https://example.com/", "https://example.com/a", true);
    fits("*://example.com:8443", "https://example.com:8443/", true);
    fits("example.com:8443", "https://example.com/", false);
    fits("example.com:*", "https://example.com:9/", true);
    fits("https://*", "https://anything.example/", true);
    fits("*", "http://anything.example/", true);
    fits("[*.]EXAMPLE.com", "https://a.example.com/", true);
    for bad in ["", "exa mple", "https://", "a/b", "[*.]", "example.com:port", "*.example.com"] {
        assert!(PagePattern::read(bad).is_err(), "{bad}");
    }
}

#[test]
fn targets_are_hosts_or_blocks() {
    for (pattern, url, ip, expected) in [
        ("127.0.0.1", "http://127.0.0.1:1/", None, true),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/", None, true),
        ("10.0.0.0/8", "http://10.9.8.7/", None, true),
        ("10.0.0.0/8", "http://11.0.0.1/", None, false),
        ("10.0.0.0/8", "https://x.example/", Some("10.1.1.1"), true),
        ("fd00::/8", "http://[fd12::1]/", None, true),
        ("localhost", "http://localhost:80/", None, true),
        ("localhost", "http://localhost./", None, true),
        ("*.corp.example", "http://a.corp.example/", None, true),
        ("*.corp.example", "http://corp.example/", None, false),
        ("*", "http://anything/", None, true),
    ] {
        let place = Place::of(url).unwrap();
        let ip = ip.map(|ip: &str| ip.parse().unwrap());
        assert_eq!(TargetPattern::read(pattern).unwrap().fits(&place, ip), expected, "{pattern} {url}");
    }
    for bad in ["", "10.0.0.0/33x", "a b", "http://x/"] {
        assert!(TargetPattern::read(bad).is_err(), "{bad}");
    }
}

#[test]
fn stars_stand_for_any_text() {
    for (glob, text, expected) in [
        ("a*c", "abc", true),
        ("a*c", "ac", true),
        ("a*c", "abcd", false),
        ("*b*", "abc", true),
        ("a*a", "a", false),
        ("*", "", true),
        ("", "", true),
        ("", "a", false),
        ("https://cdn.example/*.js", "https://cdn.example/a/b.js", true),
        ("*a*a*", "aa", true),
    ] {
        assert_eq!(fits_glob(glob, text), expected, "{glob} {text}");
    }
    let (stars, long) = ("*a".repeat(500) + "b", "a".repeat(50_000));
    assert!(!fits_glob(&stars, &long));
}

fn reach(config: &Value) -> (usize, u64) {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    browser.calls(&page, "fetch", "http://127.0.0.1:8769/", ("https://cdn.example/agent.js?v=1", 1, 1));
    browser.gets(&page, "http://127.0.0.1:8769/", "127.0.0.1");
    let (mut watch, problems) = Watch::new(&Config::read(config.to_string().as_bytes()).unwrap());
    assert_eq!(problems, Vec::new());
    browser.read().iter().for_each(|event| watch.take(event));
    let counting = watch.sightings().filter(|seen| seen.counts()).count();
    (counting, watch.rule_hits().map(|(_, hits)| hits).sum())
}

#[test]
fn every_field_of_a_rule_must_fit() {
    let rule = |more: Value| {
        let mut rule =
            json!({"id": "agent", "page": "shop.example", "target": "127.0.0.1", "reason": "agent"});
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"allow": [rule]})
    };
    for (more, expected) in [
        (json!({}), (0, 1)),
        (json!({"page": "other.example"}), (1, 0)),
        (json!({"target": "10.0.0.0/8"}), (1, 0)),
        (json!({"ports": [8769]}), (0, 1)),
        (json!({"ports": [1, "8000-9000"]}), (0, 1)),
        (json!({"ports": [80, "1-7"]}), (1, 0)),
        (json!({"script": "https://cdn.example/*"}), (0, 1)),
        (json!({"script": "https://elsewhere.example/*"}), (1, 0)),
        // The events are of 2023-11-14.
        (json!({"expires": "2023-11-14"}), (0, 1)),
        (json!({"expires": "2023-11-13"}), (1, 0)),
        (json!({"expires": "2024-02-29"}), (0, 1)),
    ] {
        assert_eq!(reach(&rule(more.clone())), expected, "{more}");
    }
}

#[test]
fn a_rule_for_a_script_covers_a_call_that_comes_late() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://shop.example/", PUBLIC);
    browser.gets(&page, "http://127.0.0.1:8769/", "127.0.0.1");
    browser.calls(&page, "fetch", "http://127.0.0.1:8769/", ("https://cdn.example/agent.js", 1, 1));
    let rule =
        json!({"page": "*", "target": "127.0.0.1", "script": "https://cdn.example/*", "reason": "agent"});
    browser.check_with(&json!({"allow": [rule]}), &[]);
}

#[test]
fn what_cannot_be_used_is_told_with_its_place() {
    let config = json!({
        "allow": [
            {"page": "a.example", "target": "127.0.0.1", "reason": "fine"},
            {"page": "a.example", "target": "127.0.0.1"},
            {"page": "a b", "target": "127.0.0.1", "reason": "x"},
            {"page": "*", "target": "http://x", "reason": "x"},
            {"page": "*", "target": "x", "ports": ["9-1"], "reason": "x"},
            {"page": "*", "target": "x", "expires": "soon", "reason": "x"},
        ],
        "overrides": ["10.0.0.0/8=public", "10.0.0.0/8", "x=public"],
        "proxies": ["10.0.0.5:3128", "proxy"],
    });
    let (_, problems) = Watch::new(&Config::read(config.to_string().as_bytes()).unwrap());
    let told: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", problem.place, problem.why)).collect();
    assert_eq!(
        told,
        [
            "allow[1]: no reason is given",
            "allow[2]: \"a b\" is no pattern of pages, such as [*.]example.com",
            "allow[3]: \"http://x\" is neither a host nor a block of addresses",
            "allow[4]: \"9-1\" is neither a port nor a range of ports",
            "allow[5]: \"soon\" is no day, such as 2027-03-31",
            "overrides[1]: \"10.0.0.0/8\" is not address=public|local|loopback",
            "overrides[2]: \"x=public\" is not address=public|local|loopback",
            "proxies[1]: \"proxy\" is no address",
        ]
    );
}

#[test]
fn overrides_are_written_as_in_the_policy() {
    let overrides =
        ["100.64.0.0/10=public", "203.0.113.7:8443=local", "[fd00::1]:80=public", "[2606::]/16=loopback"];
    let config = Config { overrides: overrides.map(str::to_owned).to_vec(), ..Config::default() };
    let (settings, problems) = Settings::read(&config);
    assert_eq!(problems, Vec::new());
    for (ip, port, expected) in [
        ("100.80.0.1", 443, Some(Space::Public)),
        ("203.0.113.7", 8443, Some(Space::Local)),
        ("203.0.113.7", 443, None),
        ("fd00::1", 80, Some(Space::Public)),
        ("fd00::1", 81, None),
        ("2606:4700::1", 1, Some(Space::Loopback)),
    ] {
        assert_eq!(settings.overridden(ip.parse().unwrap(), port), expected, "{ip}:{port}");
    }
}
