//! Addresses, what is kept of them, and which are gone to.

use super::address::{cut, host, origin};
use super::chromium::version_in;
use super::ways::Ways;
use super::{PageSeen, PageTrouble};

#[track_caller]
fn check_cut(url: &str, kept: &str) {
    assert_eq!(cut(url, false), kept, "{url}");
}

#[test]
fn of_an_address_only_where_it_leads_is_kept() {
    check_cut("http://127.0.0.1:5900/a?token=1#x", "http://127.0.0.1:5900/a");
    check_cut("https://user:word@host.example/p", "https://host.example/p");
    check_cut("https://host.example?q=@x", "https://host.example");
    check_cut("data:text/html,<b>secret</b>", "data:");
    check_cut("javascript:alert(1)", "javascript:");
    check_cut("about:srcdoc", "about:srcdoc");
    check_cut("blob:https://host.example/1-2", "blob:https://host.example/1-2");
    assert_eq!(cut("https://host.example/?q=1#f", true), "https://host.example/?q=1");
    assert_eq!(cut(&format!("http://hh.example/{}", "あ".repeat(10_000)), false).len(), 2_046);
}

#[test]
fn hosts_and_origins_are_read_as_written() {
    for (url, name, from) in [
        ("https://a.example:8443/x", Some("a.example"), Some("https://a.example:8443")),
        ("http://[::1]:80/", Some("::1"), Some("http://[::1]:80")),
        ("ws://u:p@b.example?x", Some("b.example"), Some("ws://b.example")),
        ("blob:https://a.example/1", Some("a.example"), Some("https://a.example")),
        ("about:blank", None, None),
        ("data:,x", None, None),
    ] {
        assert_eq!(host(url), name, "{url}");
        assert_eq!(origin(url).as_deref(), from, "{url}");
    }
}

#[test]
fn a_browser_tells_its_version_among_other_words() {
    for (said, version) in [
        ("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)", Some("156.0.8078.79")),
        ("Microsoft Edge 142.0.3595.53 ", Some("142.0.3595.53")),
        ("/usr/bin/chromium: 9: [: unexpected operator", None),
        ("v1.2.3", None),
    ] {
        assert_eq!(version_in(said).as_deref(), version, "{said}");
    }
}

/// A site, page by page: what is gone to in which order, and what is told of the rest.
#[test]
fn a_walk_stays_among_ours_and_tells_what_it_left() {
    let starts = ["https://a.example/", "https://b.example/"].map(str::to_owned);
    let ours = |host: &str| host.ends_with("a.example") || host == "b.example";
    let mut ways = Ways::new(&starts, 2, &ours);
    let links = |list: &[&str]| list.iter().map(|link| (*link).to_owned()).collect::<Vec<_>>();
    assert_eq!(ways.next(), Some((0, starts[0].clone())));
    let found = [
        "https://a.example/#top",
        "https://a.example/one#x",
        "https://strange.example/out?q=secret",
        "mailto:x@a.example",
        "javascript:void 0",
        "https://a.example.strange.example/",
        "https://www.a.example/two?x=1",
        "https://a.example/three",
        "https://a.example/one",
    ];
    ways.learn(0, &starts[0], links(&found));
    assert_eq!(ways.next(), Some((0, "https://a.example/one".to_owned())));
    ways.learn(0, "https://a.example/one", links(&["https://a.example/four"]));
    assert_eq!(ways.next(), Some((0, "https://www.a.example/two?x=1".to_owned())));
    assert_eq!(ways.next(), Some((1, starts[1].clone())), "a start is walked to its end before the next");
    assert_eq!(ways.next(), None);
    let seen = PageSeen { url: starts[0].clone(), ..PageSeen::lost("", String::new()) };
    assert_eq!(seen.troubles, [PageTrouble::Crashed { why: String::new() }]);
    let mut pages = [seen];
    ways.tell(0, &mut pages);
    let outside = ["https://a.example.strange.example/", "https://strange.example/out"];
    assert_eq!((&pages[0].outside[..], pages[0].left), (&outside.map(str::to_owned)[..], 2));
}
