//! HW-3: a name that was public and is local, within one visit; and everything that looks alike.

use super::{Browser, PUBLIC, Page};
use crate::{Rule, Suppression};
use serde_json::json;

const HOST: &str = "http://a.attacker.example:8000";

/// A page whose name leads to a public address.
fn attacker() -> (Browser, Page) {
    let mut browser = Browser::new();
    let page = browser.opens(1, &format!("{HOST}/"), PUBLIC);
    (browser, page)
}

fn told(note: &str, scheme: &str, how: &str) -> String {
    format!("HW-3 {HOST}/ -> {scheme}://a.attacker.example:8000 {how} [{note}]")
}

#[test]
fn fetch_and_websocket_of_the_own_host_are_seen() {
    for local in ["127.0.0.1", "192.168.77.1", "::ffff:10.0.0.1"] {
        let (mut browser, page) = attacker();
        browser.wait(61_000).gets(&page, &format!("{HOST}/secret"), local);
        browser.check(&[&told("fetch", "http", "ip")]);

        let (mut browser, page) = attacker();
        browser.asks(
            &page,
            "ws://a.attacker.example:8000/",
            json!({"resource": "websocket"}),
            json!({"ip": local, "status": 101}),
        );
        browser.check(&[&told("websocket", "ws", "ip")]);
    }
}

#[test]
fn frames_of_the_own_host_are_seen_once() {
    let (mut browser, page) = attacker();
    browser.asks(&page, &format!("{HOST}/f"), json!({"resource": "sub_frame"}), json!({"ip": "127.0.0.1"}));
    browser.document(&page, "parent", &format!("{HOST}/f"), "127.0.0.1");
    browser.check(&[&told("iframe", "http", "ip")]);

    let (mut browser, page) = attacker();
    browser.document(&page, "parent", &format!("{HOST}/f"), "127.0.0.1");
    browser.check(&[&told("iframe", "http", "ip")]);
}

#[test]
fn popups_of_the_own_host_are_seen() {
    let (mut browser, page) = attacker();
    browser.document(&page, "opener", &format!("{HOST}/p"), "127.0.0.1");
    browser.check(&[&told("popup", "http", "ip")]);

    let (mut browser, page) = attacker();
    let initiator = json!({"initiator": page.origin()});
    browser.visits(2, &format!("{HOST}/p"), "192.168.77.1", initiator);
    browser.check(&[&told("popup", "http", "ip")]);
}

#[test]
fn a_frame_of_another_name_that_flips_is_seen() {
    let (mut browser, page) = attacker();
    let frame = browser.document(&page, "parent", "http://b.attacker.example:8000/f", PUBLIC);
    browser.gets(&frame, "http://b.attacker.example:8000/x", "10.0.0.1");
    browser.check(&["HW-3 http://b.attacker.example:8000/f -> http://b.attacker.example:8000 ip [fetch]"]);
}

#[test]
fn the_browsers_refusal_for_the_own_host_is_proof() {
    let mut browser = Browser::new();
    // Not even the address of the page is known.
    let page = browser.opens(1, &format!("{HOST}/"), "");
    browser.asks(
        &page,
        &format!("{HOST}/x"),
        json!({}),
        json!({"error": "net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS"}),
    );
    browser.check(&[&told("fetch", "http", "lna_error")]);
    assert_eq!(browser.seen_with(&json!({}))[0].outcomes.blocked, 1);
}

#[test]
fn a_closed_port_of_the_own_host_is_seen_by_resolving() {
    let (mut browser, page) = attacker();
    browser.asks(&page, &format!("{HOST}/x"), json!({}), json!({"error": "NS_ERROR_CONNECTION_REFUSED"}));
    browser.push(
        json!({"type": "resolution", "name": "a.attacker.example", "answers": ["127.0.0.1"], "tab": 1,
            "document": {"id": page.id}}),
        json!({}),
    );
    browser.check(&[&told("resolution", "http", "dns")]);
}

#[test]
fn a_portal_with_two_addresses_is_seen_by_nobody() {
    let portal = "http://portal.corp.example/";
    let mut browser = Browser::new();
    let page = browser.opens(1, portal, PUBLIC);
    browser.gets(&page, "http://portal.corp.example/a", PUBLIC);
    // At the office again, in the same tab and in another.
    let page = browser.wait(3_600_000).opens(1, portal, "10.1.2.3");
    browser.gets(&page, "http://portal.corp.example/a", "10.1.2.3");
    let page = browser.wait(1_000).opens(2, portal, "10.1.2.3");
    browser.gets(&page, "http://portal.corp.example/a", "10.1.2.3");
    // And from home.
    let page = browser.wait(3_600_000).opens(1, portal, PUBLIC);
    browser.gets(&page, "http://portal.corp.example/a", PUBLIC);
    browser.check(&[]);
}

#[test]
fn a_portal_whose_tab_was_closed_leaves_nothing_behind() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "http://portal.corp.example/", PUBLIC);
    browser.gone(&page);
    let page = browser.opens(2, "http://portal.corp.example/", "");
    browser.gets(&page, "http://portal.corp.example/a", "10.1.2.3");
    browser.check(&[]);
}

#[test]
fn a_tunnel_that_comes_up_under_an_open_page_is_told_by_the_certificate() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://portal.corp.example/", PUBLIC);
    browser.gets(&page, "https://portal.corp.example/a", "10.1.2.3");
    browser.gets(&page, "https://portal.corp.example/b", PUBLIC);
    browser.check(&[]);
    assert_eq!(browser.seen_with(&json!({}))[0].suppressed, Some(Suppression::Certificate));
}

#[test]
fn our_own_names_may_have_two_addresses() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "http://portal.corp.example/", PUBLIC);
    browser.gets(&page, "http://portal.corp.example/a", "10.1.2.3");
    browser.check(&["HW-3 http://portal.corp.example/ -> http://portal.corp.example:80 ip [fetch]"]);
    browser.check_with(&json!({"own_domains": ["corp.example"]}), &[]);
    let rule = json!({"allow": [{"page": "http://portal.corp.example", "target": "portal.corp.example",
        "reason": "two addresses"}]});
    browser.check_with(&rule, &[]);
}

#[test]
fn many_public_addresses_are_a_delivery_network() {
    let mut browser = Browser::new();
    let page = browser.opens(1, "http://cdn.example/", PUBLIC);
    for ip in ["203.0.113.10", "198.51.100.7", "2606:4700::1111"] {
        browser.gets(&page, "http://cdn.example/a", ip);
    }
    browser.check(&[]);
}

#[test]
fn a_portal_in_front_of_the_network_answers_for_everybody() {
    let mut browser = Browser::new();
    let news = browser.opens(1, "http://news.example/", PUBLIC);
    let shop = browser.opens(2, "http://shop.example/", PUBLIC);
    // The laptop has joined another network.
    browser.gets(&news, "http://news.example/poll", "10.0.0.1");
    browser.gets(&shop, "http://shop.example/poll", "10.0.0.1");
    browser.gets(&news, "http://adverts.example/a", "10.0.0.1");
    browser.check(&[]);
    let seen = browser.seen_with(&json!({}));
    assert!(seen.iter().all(|seen| seen.suppressed == Some(Suppression::Sinkhole)), "{seen:?}");
}

#[test]
fn an_attacker_with_three_domains_does_not_hide_a_rebinding() {
    let (mut browser, page) = attacker();
    for name in ["http://x.one.example", "http://x.two.example", "http://x.three.example"] {
        browser.gets(&page, &format!("{name}/"), "127.0.0.1");
    }
    browser.gets(&page, &format!("{HOST}/secret"), "127.0.0.1");
    assert!(browser.seen_with(&json!({})).iter().any(|seen| seen.rule == Rule::Rebinding && seen.counts()));
}
