//! Every row of the address table, and hosts in every spelling.

use crate::place::{Place, read_ip};
use crate::space::space_of_name;
use crate::{Space, is_metadata, space_of};

#[track_caller]
fn check(expected: Space, addresses: &[&str]) {
    for address in addresses {
        assert_eq!(space_of(address.parse().unwrap()), expected, "{address}");
    }
}

#[test]
fn every_block_has_its_space_from_first_to_last_address() {
    check(Space::Loopback, &["127.0.0.0", "127.0.0.1", "127.255.255.255", "0.0.0.0", "::1", "::"]);
    check(Space::Loopback, &["198.18.0.0", "198.19.255.255"]);
    check(Space::Local, &["0.0.0.1", "0.255.255.255", "10.0.0.0", "10.255.255.255"]);
    check(Space::Local, &["172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"]);
    check(Space::Local, &["100.64.0.0", "100.127.255.255", "169.254.0.0", "169.254.255.255"]);
    check(Space::Local, &["224.0.0.0", "239.255.255.255", "255.255.255.255"]);
    check(Space::Local, &["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::", "febf::1"]);
    check(Space::Local, &["fec0::", "feff::1", "ff00::", "ff02::fb"]);
    check(Space::Local, &["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff::1"]);
}

#[test]
fn what_lies_beside_a_block_is_public() {
    check(Space::Public, &["1.0.0.0", "9.255.255.255", "11.0.0.0", "126.255.255.255", "128.0.0.0"]);
    check(Space::Public, &["172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0"]);
    check(Space::Public, &["100.63.255.255", "100.128.0.0", "169.253.255.255", "169.255.0.0"]);
    check(Space::Public, &["198.17.255.255", "198.20.0.0", "223.255.255.255", "240.0.0.1"]);
    check(Space::Public, &["192.0.2.1", "198.51.100.1", "203.0.113.1"]);
    check(
        Space::Public,
        &["fbff::1", "fe00::1", "fe7f::1", "2001:db7::1", "2001:db9::1", "3ffe::1", "3fff:1000::1"],
    );
    check(Space::Public, &["2606:4700::1111", "::2:0:0:1"]);
}

#[test]
fn an_address_inside_an_address_decides() {
    check(Space::Loopback, &["::ffff:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::7f00:1", "2002:7f00:1::"]);
    check(Space::Loopback, &["::127.0.0.1", "::ffff:0.0.0.0"]);
    check(Space::Local, &["::ffff:10.1.2.3", "64:ff9b::a00:1", "2002:c0a8:101::1", "::192.168.0.1"]);
    check(Space::Public, &["::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "::8.8.8.8"]);
    check(Space::Public, &["64:ff9b:2::a00:1", "64:ff9a::a00:1"]);
}

#[test]
fn clouds_hand_out_keys_at_known_addresses() {
    for address in ["169.254.169.254", "::ffff:169.254.169.254", "169.254.170.2", "fd00:ec2::254"] {
        assert!(is_metadata(address.parse().unwrap()), "{address}");
    }
    for address in ["169.254.169.253", "169.254.1.1", "fd00:ec2::253"] {
        assert!(!is_metadata(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn names_say_where_they_lead_or_leave_it_open() {
    use Space::{Local, Loopback};
    for (name, expected) in [
        ("localhost", Some((Loopback, false))),
        ("localhost.", Some((Loopback, false))),
        ("a.localhost", Some((Loopback, false))),
        ("a.localhost.", Some((Loopback, false))),
        ("app.localtest.me", Some((Loopback, false))),
        ("lvh.me", Some((Loopback, false))),
        ("127.0.0.1.nip.io", Some((Loopback, false))),
        ("x.10-0-0-1.sslip.io", Some((Local, false))),
        ("8.8.8.8.nip.io", None),
        ("192-168-1-5.0123abcd.plex.direct", Some((Local, false))),
        ("printer.local", Some((Local, false))),
        ("printer.local.", Some((Local, false))),
        ("nas.home.arpa", Some((Local, true))),
        ("metadata.google.internal", Some((Local, true))),
        ("burp", Some((Local, true))),
        ("localhost.example.com", None),
        ("notlocalhost", Some((Local, true))),
        ("my-localhost.example", None),
        ("fc01.deviantart.net", None),
        ("local.example", None),
        ("mylocaltest.me", None),
        ("10.example", None),
        ("", None),
        (".", None),
    ] {
        assert_eq!(space_of_name(name).map(|named| (named.space, named.likely)), expected, "{name}");
    }
}

#[test]
fn hosts_are_read_in_every_spelling_of_an_address() {
    for (host, expected) in [
        ("127.0.0.1", Some("127.0.0.1")),
        ("127.1", Some("127.0.0.1")),
        ("0x7f000001", Some("127.0.0.1")),
        ("2130706433", Some("127.0.0.1")),
        ("0177.0.0.1", Some("127.0.0.1")),
        ("127.0.0.1.", Some("127.0.0.1")),
        ("192.168.257", Some("192.168.1.1")),
        ("0", Some("0.0.0.0")),
        ("[::1]", Some("::1")),
        ("[::ffff:7f00:1]", Some("::ffff:127.0.0.1")),
        ("fe80::1%eth0", Some("fe80::1")),
        ("256.0.0.1", None),
        ("1.2.3.4.5", None),
        ("1..2", None),
        ("4294967296", None),
        ("08.0.0.1", None),
        ("127.0.0.1.example", None),
        ("a", None),
        ("", None),
    ] {
        assert_eq!(read_ip(host), expected.map(|ip| ip.parse().unwrap()), "{host}");
    }
}

#[test]
fn urls_are_cut_where_browsers_cut_them() {
    for (url, host, port, path) in [
        ("http://a.example/x?y#z", "a.example", 80, "/x"),
        ("https://u:p@A.example:8443", "a.example", 8443, ""),
        ("ws://127.1:5900/", "127.0.0.1", 5900, "/"),
        ("http://[::1]:8000/a", "::1", 8000, "/a"),
        ("stun:127.0.0.1:3478", "127.0.0.1", 3478, ""),
        ("turns:localhost?transport=tcp", "localhost", 5349, ""),
        ("blob:https://a.example/0-1", "a.example", 443, "/0-1"),
        ("http://a.example:99999/", "a.example", 80, "/"),
        ("http://127.0.0.1@b.example/", "b.example", 80, "/"),
        ("http://b.example\\@127.0.0.1/", "b.example", 80, "\\@127.0.0.1/"),
    ] {
        let place = Place::of(url).unwrap();
        assert_eq!((place.host.as_str(), place.port, place.path.as_str()), (host, port, path), "{url}");
    }
    for url in ["", "no scheme", "/path", "ht tp://a", "://a"] {
        assert_eq!(Place::of(url), None, "{url}");
    }
}

#[test]
fn sites_tell_owners_apart() {
    for (url, site) in [
        ("https://a.b.example.com", "example.com"),
        ("https://www.shop.co.jp", "shop.co.jp"),
        ("https://www.shop.example", "shop.example"),
        ("https://localhost", "localhost"),
        ("https://10.0.0.1", "10.0.0.1"),
    ] {
        assert_eq!(Place::of(url).unwrap().site(), site, "{url}");
    }
}
