//! What happens every day: nothing is seen, or one allow rule covers what a person has to decide.

use super::{Browser, PUBLIC};
use serde_json::{Value, json};

/// Nothing is seen of a page from the Internet that does this.
#[track_caller]
fn quiet(does: impl Fn(&mut Browser)) {
    let mut browser = Browser::new();
    does(&mut browser);
    browser.check(&[]);
}

/// A public page does this with one place: seen once, and with the rule not at all.
#[track_caller]
fn decided(page: &str, urls: &[&str], rule: Value) {
    let mut browser = Browser::new();
    let page = browser.opens(1, page, PUBLIC);
    for url in urls {
        browser.asks(&page, url, json!({}), json!({"ip": "127.0.0.1", "status": 200}));
    }
    let seen = browser.seen_with(&json!({}));
    assert_eq!(seen.iter().filter(|seen| seen.counts()).count(), 1, "{seen:?}");
    browser.check_with(&json!({"allow": [rule]}), &[]);
}

#[test]
fn local_pages_reach_for_their_own() {
    // 1 a development server, 2 with its reload socket
    quiet(|b| {
        let page = b.opens(1, "http://localhost:5173/", "127.0.0.1");
        b.gets(&page, "http://localhost:5173/a.js", "127.0.0.1");
        b.asks(&page, "ws://localhost:5173/", json!({"resource": "websocket"}), json!({"ip": "127.0.0.1"}));
        b.gets(&page, "http://127.0.0.1:8080/api", "127.0.0.1");
    });
    // 3 under a name for developers, 4 in a container behind a name
    quiet(|b| {
        let page = b.opens(1, "http://app.localtest.me:3000/", "127.0.0.1");
        b.gets(&page, "http://api.localtest.me:4000/", "127.0.0.1");
        let page = b.opens(2, "http://app.docker.internal/", "172.17.0.2");
        b.gets(&page, "http://172.17.0.3:9000/", "172.17.0.3");
    });
    // 5 a page of the network loads from the network, 6 a router, 7 a printer, 8 a television
    quiet(|b| {
        let page = b.opens(1, "http://10.1.2.3/", "10.1.2.3");
        b.gets(&page, "http://10.1.2.4/x.js", "10.1.2.4");
        let page = b.opens(1, "http://192.168.1.1/", "192.168.1.1");
        b.gets(&page, "http://192.168.1.1/status", "192.168.1.1");
        let page = b.opens(1, "http://printer.local/", "192.168.1.7");
        b.gets(&page, "http://printer.local/ink", "192.168.1.7");
        let page = b.opens(1, "http://192.168.1.9:8009/", "192.168.1.9");
        b.gets(&page, "http://192.168.1.7/", "192.168.1.7");
    });
    // 9 a portal of the company by its name, 10 that uses an agent on the machine
    quiet(|b| {
        let page = b.opens(1, "https://portal.corp.example/", "10.1.2.3");
        b.gets(&page, "https://files.corp.example/x", "10.1.2.5");
        b.gets(&page, "http://127.0.0.1:53000/agent", "127.0.0.1");
    });
    // 11 a wiki whose name has one label
    quiet(|b| {
        let page = b.opens(1, "http://wiki/", "10.1.2.9");
        b.gets(&page, "http://files/x", "10.1.2.5");
    });
}

#[test]
fn pages_of_files_and_extensions_are_not_of_the_web() {
    // 12 a file, 13 and 14 extensions, 15 a page of the browser
    for origin in [
        "file:///C:/report.html",
        "chrome-extension://abcdef/popup.html",
        "moz-extension://1-2/a.html",
        "chrome://newtab/",
    ] {
        quiet(|b| {
            let page = b.opens(1, origin, "");
            b.gets(&page, "http://127.0.0.1:8080/", "127.0.0.1");
        });
    }
}

#[test]
fn the_internet_is_the_internet() {
    // 16 everyday pages, 17 and 18 names that only look local, 19 many ports of public hosts
    quiet(|b| {
        let page = b.opens(1, "https://news.example/", PUBLIC);
        for at in 0..30 {
            b.gets(&page, &format!("https://cdn{at}.example/a.png"), "198.51.100.7");
            b.gets(&page, &format!("https://news.example:{}/", 8000 + at), PUBLIC);
        }
        b.gets(&page, "https://localhost.example.com/", "198.51.100.7");
        b.gets(&page, "http://fc01.deviantart.net/x.jpg", "198.51.100.7");
    });
    // 20 from the cache, 21 without an address
    quiet(|b| {
        let page = b.opens(1, "https://news.example/", "");
        b.asks(&page, "https://cdn.example/a", json!({}), json!({"from_cache": true, "ip": "10.0.0.5"}));
        b.asks(&page, "https://cdn.example/b", json!({}), json!({"ip": null}));
        b.asks(&page, "https://news.example/c", json!({}), json!({"ip": null}));
    });
}

/// Pages of three sites with parts of others, all answered from one address.
fn surf(b: &mut Browser, answers: impl Fn(usize) -> String) {
    for (at, site) in ["news.example", "shop.co.jp", "mail.test", "wiki.invalid"].iter().enumerate() {
        let page = b.opens(at as i64, &format!("https://{site}/"), &answers(at));
        for part in ["cdn-one.example", "fonts-two.test", "count-three.invalid"] {
            b.gets(&page, &format!("https://{part}/x"), &answers(at));
        }
    }
}

#[test]
fn a_proxy_answers_for_everybody() {
    // 22 on this machine, 23 in the network, 24 that makes up an address for every name
    for ip in ["127.0.0.1", "10.0.0.5"] {
        quiet(|b| surf(b, |_| ip.to_owned()));
    }
    quiet(|b| surf(b, |at| format!("198.18.0.{}", at + 1)));
    // 25 some names directly (automatic configuration)
    quiet(|b| {
        surf(b, |_| "10.0.0.5".to_owned());
        let page = b.opens(9, "https://direct.example/", PUBLIC);
        for part in ["cdn-one.example", "fonts-two.test", "fresh.invalid"] {
            b.gets(&page, &format!("https://{part}/x"), "10.0.0.5");
        }
    });
    // 26 pages that were open before the watch began
    quiet(|b| {
        let page = b.opens(1, "https://news.example/", "");
        for part in ["cdn-one.example", "fonts-two.test", "count-three.invalid", "four.example"] {
            b.gets(&page, &format!("https://{part}/x"), "10.0.0.5");
        }
    });
}

#[test]
fn a_proxy_that_is_known_hides_nothing_else() {
    let mut browser = Browser::new();
    browser.push(json!({"type": "proxy", "proxied": true, "answers": ["10.0.0.5:3128"]}), json!({}));
    let page = browser.opens(1, "https://news.example/", "10.0.0.5");
    browser.gets(&page, "https://cdn.example/x", "10.0.0.5");
    browser.gets(&page, "http://127.0.0.1:5900/", "127.0.0.1");
    browser.check(&["HW-1 https://news.example/ -> http://127.0.0.1:5900 literal"]);
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://news.example/", "10.0.0.5");
    browser.gets(&page, "https://cdn.example/x", "10.0.0.5");
    browser.gets(&page, "http://127.0.0.1:5900/", "127.0.0.1");
    browser.check_with(
        &json!({"proxies": ["10.0.0.5:3128"]}),
        &["HW-1 https://news.example/ -> http://127.0.0.1:5900 literal"],
    );
}

#[test]
fn filters_answer_for_what_they_block() {
    // 27 with this machine, 28 with nothing, 29 with a page of their own
    for ip in ["127.0.0.1", "0.0.0.0", "192.168.1.2"] {
        quiet(|b| {
            let page = b.opens(1, "https://news.example/", PUBLIC);
            for part in ["ads.example", "count.test", "track.invalid", "pixel.example"] {
                b.gets(&page, &format!("http://{part}/x"), ip);
                b.gets(&page, &format!("https://x.{part}/x"), ip);
            }
        });
    }
    // 30 in a log of names
    quiet(|b| {
        for name in ["ads.example", "count.test", "track.invalid", "pixel.example"] {
            b.push(
                json!({"type": "resolution", "source": "dns_log", "name": name, "answers": ["0.0.0.0"]}),
                json!({}),
            );
        }
    });
}

/// What the browser refuses, without an address, of names of these places.
fn refused(urls: &[&str]) -> Browser {
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://news.example/", PUBLIC);
    for url in urls {
        browser.asks(
            &page,
            url,
            json!({}),
            json!({"error": "net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS"}),
        );
    }
    browser
}

#[test]
fn a_browser_that_refuses_names_of_many_owners_stands_behind_a_filter() {
    // 27 to 29 where the browser refuses it itself, and says no address
    let parts =
        ["http://ads.example/x", "https://count.test/x", "http://track.invalid/x", "https://pixel.example/x"];
    refused(&parts).check(&[]);
    refused(&parts[..2]).check(&[
        "HW-1 https://news.example/ -> http://ads.example:80 lna_error, https://count.test:443 lna_error",
    ]);
    // Other ports, addresses that say it, and the page's own name are explained by no filter.
    let places = ["http://ads.example:8080/x", "http://192.168.1.1/", "https://news.example/inside"];
    refused(&[&parts[..], &places[..]].concat()).check(&[
        "HW-1 https://news.example/ -> http://ads.example:8080 lna_error, http://192.168.1.1:80 literal",
        "HW-3 https://news.example/ -> https://news.example:443 lna_error [fetch sealed]",
    ]);
}

#[test]
fn a_tunnel_with_shared_addresses_is_what_the_policy_says() {
    // 31 names of the Internet with addresses of 100.64.0.0/10
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://news.example/", PUBLIC);
    browser.gets(&page, "https://files.saas.example/x", "100.80.1.2");
    browser.check(&["HW-1 https://news.example/ -> https://files.saas.example:443 ip"]);
    browser.check_with(&json!({"overrides": ["100.64.0.0/10=public"]}), &[]);
}

#[test]
fn calls_between_people_are_calls() {
    // 32 candidates that the browser made up, 33 in one network, 34 a public server, 35 a ufrag of the browser
    quiet(|b| {
        let page = b.opens(1, "https://meet.example/", PUBLIC);
        b.webrtc(
            &page,
            json!({"servers": ["stun:stun.example:3478", "turns:turn.example:443?transport=tcp"]}),
        );
        b.webrtc(
            &page,
            json!({"candidates": ["1b4e28ba-2fa1-11d2-883f-0016d3cca427.local:51012/udp", "203.0.113.5:40000/udp"],
                "ufrag": {"len": 4, "own": true}}),
        );
        b.webrtc(
            &page,
            json!({"candidates": ["192.168.1.20:54321/udp", "192.168.1.20:9/tcp", "10.8.0.2:61000/udp"]}),
        );
    });
    // 46 a page that may use the microphone: every address of a machine with containers and a tunnel, to and fro between
    // two connections of its own, each with ports of its own.
    quiet(|b| {
        let page = b.opens(1, "https://meet.example/", PUBLIC);
        let own =
            ["192.168.1.20", "10.8.0.2", "172.17.0.1", "172.18.0.1", "172.19.0.1", "[fd00::20]", "[fe80::1]"];
        for connection in 0..4 {
            for (at, host) in own.iter().enumerate() {
                let port = 49_152 + connection * 100 + at;
                b.webrtc(
                    &page,
                    json!({"candidates": [format!("{host}:{port}/udp"), format!("{host}:9/tcp")]}),
                );
            }
        }
    });
    // 47 a server for calls behind the Internet that offers the addresses it has inside, on the ports of the web.
    quiet(|b| {
        let page = b.opens(1, "https://meet.example/", PUBLIC);
        b.webrtc(
            &page,
            json!({"candidates": ["10.1.2.3:10000/udp", "172.17.0.1:10000/udp", "10.1.2.3:443/tcp", "203.0.113.5:443/tcp"],
                "ufrag": {"len": 24, "own": false}}),
        );
    });
}

#[test]
fn names_of_the_company_are_expected() {
    // 36 a service on the Internet shows pictures of a server inside
    let mut browser = Browser::new();
    let page = browser.opens(1, "https://saas.example/", PUBLIC);
    browser.gets(&page, "https://files.corp.example/logo.png", "10.1.2.5");
    browser.check_with(&json!({"own_domains": ["corp.example"]}), &[]);
    // 37 a link to a page inside, in the same tab and in a new one
    quiet(|b| {
        let page = b.opens(1, "https://mail.example/", PUBLIC);
        b.visits(1, "https://portal.corp.example/", "10.1.2.3", json!({"initiator": page.origin()}));
        b.visits(2, "https://portal.corp.example/", "10.1.2.3", json!({"initiator": page.origin()}));
    });
}

#[test]
fn one_rule_covers_what_a_person_has_to_decide() {
    let rule = |page: &str, target: &str, ports: Value| json!({"page": page, "target": target, "ports": ports, "reason": "expected", "owner": "it"});
    // 38 a sign-in agent
    decided(
        "https://login.idp.example/",
        &["http://127.0.0.1:8769/a", "http://127.0.0.1:8769/b"],
        rule("[*.]idp.example", "127.0.0.1", json!([8769])),
    );
    // 39 one that listens at one of several ports
    decided(
        "https://login.idp.example/",
        &["http://localhost:65111/", "http://localhost:65121/", "http://localhost:65131/"],
        rule("[*.]idp.example", "localhost", json!(["65000-65535"])),
    );
    // 40 printing
    decided(
        "https://wms.example/",
        &["wss://localhost:8181/"],
        rule("https://wms.example", "localhost", json!([8181])),
    );
    // 41 electronic signature
    decided(
        "https://shinsei.example/",
        &["https://127.0.0.1:18080/sign"],
        rule("shinsei.example", "127.0.0.0/8", json!([])),
    );
    // 42 a media server in the house
    decided(
        "https://app.plex.example/",
        &["https://192-168-1-5.0a1b.plex.direct:32400/"],
        rule("app.plex.example", "*.plex.direct", json!([32400])),
    );
    // 43 a development page that talks to a local database tool
    decided(
        "https://devtool.example/",
        &["http://127.0.0.1:5050/"],
        rule("devtool.example", "127.0.0.1", json!([5050])),
    );
    // 44 a meter in the network
    decided(
        "https://energy.example/",
        &["http://192.168.1.40/api"],
        rule("energy.example", "192.168.0.0/16", json!([80])),
    );
    // 45 a desktop program of a chat
    decided(
        "https://chat.example/",
        &["ws://127.0.0.1:6463/"],
        rule("[*.]chat.example", "127.0.0.1", json!(["6463-6472"])),
    );
}
