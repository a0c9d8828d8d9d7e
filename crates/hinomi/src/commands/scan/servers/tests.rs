//! How servers are named.

use super::*;

#[track_caller]
fn named(word: &str, label: &str, host: &str, port: u16, starttls: Option<Protocol>, service: &str) {
    let server = Server::named(word).unwrap();
    assert_eq!((server.label.as_str(), server.host.as_str()), (label, host));
    assert_eq!((server.port, server.starttls, server.service()), (port, starttls, service));
}

#[test]
fn a_server_is_named_by_host_and_port_or_by_what_it_speaks() {
    let www = "www.reiji.example";
    named("www.reiji.example:443", "www.reiji.example:443", www, 443, None, "https");
    named("WWW.Reiji.example:8443", "www.reiji.example:8443", www, 8443, None, "https");
    named("tls://www.reiji.example", "tls://www.reiji.example:443", www, 443, None, "https");
    named("tls://www.reiji.example:25/", "tls://www.reiji.example:25", www, 25, None, "https");
    named("www.reiji.example:25", "smtp://www.reiji.example:25", www, 25, Some(Protocol::Smtp), "smtp");
    named("SMTP://www.reiji.example", "smtp://www.reiji.example:25", www, 25, Some(Protocol::Smtp), "smtp");
    let xmpp = Some(Protocol::XmppServer);
    named("xmpp-server://www.reiji.example", "xmpp-server://www.reiji.example:5269", www, 5269, xmpp, "xmpp");
    named("www.reiji.example:993", "www.reiji.example:993", www, 993, None, "imap");
    named("[2001:db8::1]:443", "[2001:db8::1]:443", "2001:db8::1", 443, None, "https");
    named("tls://[2001:db8::1]", "tls://[2001:db8::1]:443", "2001:db8::1", 443, None, "https");
}

#[test]
fn what_names_no_server_is_none() {
    for word in [
        "www.reiji.example",
        "mail.eml",
        "C:\\mail",
        "a/b:443",
        "host:0",
        "host:65536",
        "host:x",
        ":443",
        "[::1",
        "[::1]x",
        "gopher://host:70",
        "https://host:443/x",
        "2001:db8::1",
        "user@host:22",
        "tls://",
        "smtp://host:x",
    ] {
        assert_eq!(Server::named(word), None, "{word}");
    }
}
