//! Addresses, and what is kept of them.

use super::address::{cut, host, origin};

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
