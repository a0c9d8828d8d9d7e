//! Spellings of hosts: those that must not slip through, and those that must.

use super::{InScope, Scope};
use crate::resolve;
use std::net::IpAddr;

fn ours() -> Scope {
    let networks = ["8.8.4.0/24", "2606:4700::/32", "10.20.0.0/16", "2001:db8:77::/48", "100.100.100.200"];
    Scope::new(&["example.co.jp", "日本語.example"], &networks[..2])
        .and_then(|_| {
            Scope::new(&["example.co.jp", "日本語.example", "x.example", "y.example", "z.example"], &networks)
        })
        .expect("the test's scope is one")
}

#[track_caller]
fn check(scope: &Scope, host: &str, expected: Option<&str>) {
    let admitted = scope.admit(host).ok();
    assert_eq!(admitted.as_ref().map(|host| host.get().as_str()), expected, "{host:?}");
}

/// Loopback, metadata, private and nobody's, in the spellings that clients have been fooled with.
const INWARDS: &[&str] = &[
    // loopback
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "2130706433.",
    "0x7f000001",
    "0X7F000001",
    "0x7f.0x0.0x0.0x1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.0.0.01",
    "00000177.1",
    "017700000001",
    "127.0x0.0.1",
    "127.00.00.01",
    "１２７.0.0.1",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "①②⑦.⓪.⓪.①",
    "::1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "::ffff:127.0.0.1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:0001]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[2606:4700::5efe:7f00:1]",
    // metadata
    "169.254.169.254",
    "169.254.43518",
    "2852039166",
    "0xa9fea9fe",
    "0xA9.0xFE.0xA9.0xFE",
    "0251.0376.0251.0376",
    "0251.254.169.254",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]",
    "169.254.170.2",
    "[fd00:ec2::254]",
    "100.100.100.200",
    "168.63.129.16",
    // private, shared, link-local
    "10.0.0.1",
    "10.1",
    "012.0.0.1",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.257",
    "3232235521",
    "0xc0a80001",
    "[::ffff:192.168.0.1]",
    "100.64.0.1",
    "169.254.1.1",
    "[fe80::1]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[fec0::1]",
    // nobody
    "0.0.0.0",
    "0",
    "0x0",
    "0x",
    "00",
    "0.0.0.1",
    "[::]",
    "[::ffff:0.0.0.0]",
    "224.0.0.1",
    "255.255.255.255",
    "4294967295",
    "0xffffffff",
    "240.0.0.1",
    "[ff02::1]",
];

#[test]
fn addresses_that_aim_inwards_are_refused_however_spelled() {
    // A scope that lists the whole Internet, and so would contain them all.
    let everything = Scope::new(&[] as &[&str], &["0.0.0.0/0", "::/0"]).expect("networks");
    assert!(INWARDS.len() >= 60);
    for host in INWARDS {
        check(&everything, host, None);
    }
}

#[test]
fn what_is_no_host_is_refused() {
    let scope = ours();
    for host in [
        "",
        ".",
        "..",
        " example.co.jp",
        "example.co.jp ",
        "example.co.jp\n",
        "example.co.jp\0",
        "exa mple.co.jp",
        "example.co.jp..",
        "a..example.co.jp",
        ".example.co.jp",
        "example.co.jp:443",
        "example.co.jp/",
        "https://example.co.jp",
        "evil.example@example.co.jp",
        "example.co.jp#@evil.example",
        "evil.example\\.example.co.jp",
        "evil.example/.example.co.jp",
        "evil.example?.example.co.jp",
        "%65xample.co.jp",
        "*.example.co.jp",
        "8.8.4.4:53",
        "8.8.4.4/32",
        "8.8.4.256",
        "8.8.4.4.4",
        "8.8.4.08",
        "8.8.4.+4",
        "8.8.4.-4",
        "8.8..4",
        "4294967296",
        "0x1ffffffff",
        "99999999999999999999999",
        "[8.8.4.4]",
        "[2606:4700::1",
        "2606:4700::1]",
        "[2606:4700::1]:443",
        "2606:4700::1%eth0",
        "[2606:4700::1%25eth0]",
        "2606:4700:::1",
    ] {
        check(&scope, host, None);
    }
}

#[test]
fn domains_match_at_a_label_and_nowhere_else() {
    let scope = ours();
    check(&scope, "example.co.jp", Some("example.co.jp"));
    check(&scope, "EXAMPLE.co.JP", Some("example.co.jp"));
    check(&scope, "example.co.jp.", Some("example.co.jp"));
    check(&scope, "www.example.co.jp", Some("www.example.co.jp"));
    check(&scope, "_dmarc.a.b.example.co.jp", Some("_dmarc.a.b.example.co.jp"));
    check(&scope, "ｅｘａｍｐｌｅ．ｃｏ．ｊｐ", Some("example.co.jp"));
    check(&scope, "www。example。co。jp", Some("www.example.co.jp"));
    check(&scope, "日本語.example", Some("xn--wgv71a119e.example"));
    check(&scope, "www.xn--wgv71a119e.example", Some("www.xn--wgv71a119e.example"));

    check(&scope, "notexample.co.jp", None);
    check(&scope, "example.co.jp.evil.example", None);
    check(&scope, "co.jp", None);
    check(&scope, "jp", None);
    check(&scope, "example-co.jp", None);
    check(&scope, "ехample.co.jp", None);
    check(&scope, "localhost", None);
    check(&scope, "localhost.", None);
    check(&scope, "metadata.google.internal", None);
}

#[test]
fn networks_match_by_bits() {
    let scope = ours();
    check(&scope, "8.8.4.4", Some("8.8.4.4"));
    check(&scope, "8.8.4.255", Some("8.8.4.255"));
    check(&scope, "8.8.5.0", None);
    check(&scope, "8.8.3.255", None);
    // Spelled oddly, but ours: the one form is handed on.
    check(&scope, "0x08080404", Some("8.8.4.4"));
    check(&scope, "010.010.4.4", Some("8.8.4.4"));
    check(&scope, "8.8.4.0x", Some("8.8.4.0"));
    check(&scope, "[::ffff:8.8.4.4]", Some("8.8.4.4"));
    check(&scope, "2606:4700::1111", Some("2606:4700::1111"));
    check(&scope, "[2606:4700:0:0::1111]", Some("2606:4700::1111"));
    check(&scope, "2606:4701::1", None);
    // A tunnel to an address of ours is still a tunnel through what is not ours.
    check(&scope, "[64:ff9b::8.8.4.4]", None);
}

#[test]
fn what_aims_inwards_is_admitted_when_it_is_listed_itself() {
    let scope = ours();
    check(&scope, "10.20.30.40", Some("10.20.30.40"));
    check(&scope, "10.21.0.1", None);
    check(&scope, "2001:db8:77::5", Some("2001:db8:77::5"));
    check(&scope, "100.100.100.200", Some("100.100.100.200"));
    let link_local = Scope::new(&[] as &[&str], &["169.254.0.0/16", "127.0.0.0/8", "::1"]).expect("networks");
    check(&link_local, "169.254.1.1", Some("169.254.1.1"));
    check(&link_local, "127.0.0.1", Some("127.0.0.1"));
    check(&link_local, "::1", Some("::1"));
    // The metadata service is not just another link-local host: it wants to be named.
    check(&link_local, "169.254.169.254", None);
    let named = Scope::new(&[] as &[&str], &["169.254.169.254/32"]).expect("a network");
    check(&named, "169.254.169.254", Some("169.254.169.254"));
    let both = Scope::new(&[] as &[&str], &["64:ff9b::/96", "10.0.0.0/8"]).expect("networks");
    check(&both, "[64:ff9b::10.1.2.3]", Some("64:ff9b::a01:203"));
    check(&both, "[64:ff9b::11.1.2.3]", None);
}

#[track_caller]
fn check_resolved(address: &str, expected: Option<&str>) {
    let scope = ours();
    let name = scope.admit("www.example.co.jp").expect("it is ours");
    let address: IpAddr = address.parse().expect("the test's address is one");
    let admitted = scope.admit_resolved(&name, address).ok();
    assert_eq!(admitted.map(|InScope(address)| address.to_string()).as_deref(), expected, "{address}");
}

#[test]
fn a_name_of_ours_cannot_aim_us_inwards() {
    check_resolved("93.184.215.14", Some("93.184.215.14"));
    check_resolved("::ffff:93.184.215.14", Some("93.184.215.14"));
    check_resolved("2a00:1450::1", Some("2a00:1450::1"));
    check_resolved("10.20.1.1", Some("10.20.1.1"));
    for inwards in
        ["10.0.0.1", "127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1", "0.0.0.0", "ff02::1"]
    {
        check_resolved(inwards, None);
    }
    for tunnel in ["64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1"] {
        check_resolved(tunnel, None);
    }
}

#[test]
fn a_scope_says_which_line_is_wrong() {
    let failed = |domains: &[&str], networks: &[&str]| {
        Scope::new(domains, networks).err().map(|error| error.to_string()).unwrap_or_default()
    };
    for domain in [
        "",
        "jp",
        "192.0.2.1",
        "a b.example",
        "*.example.jp",
        "https://x.example",
        "www.localhost",
        "a.local",
    ] {
        assert_eq!(failed(&[domain], &[]), format!("read {domain:?} in [scope] as a domain of ours"));
    }
    for network in [
        "",
        "10.0.0.0/33",
        "10.0.0/8",
        "10.0.0.0/",
        "10.0.0.0/+8",
        "2001:db8::/129",
        "::ffff:0:0/95",
        "x/8",
        "10.0.0.0/8/8",
    ] {
        assert_eq!(
            failed(&[], &[network]),
            format!("read {network:?} in [scope] as a network (like 192.0.2.0/24)")
        );
    }
    let mapped = Scope::new(&[] as &[&str], &["::ffff:8.8.0.0/112"]).expect("an IPv4 network");
    check(&mapped, "8.8.255.1", Some("8.8.255.1"));
    check(&mapped, "8.9.0.1", None);
    let host_bits = Scope::new(&[] as &[&str], &["8.8.4.77/24"]).expect("a network");
    check(&host_bits, "8.8.4.1", Some("8.8.4.1"));
}

#[test]
fn an_empty_scope_admits_nothing() {
    for host in ["example.co.jp", "8.8.4.4", "2606:4700::1"] {
        check(&Scope::default(), host, None);
    }
    let refused = Scope::default().admit("evil.example").err().map(|error| error.to_string());
    assert_eq!(refused.as_deref(), Some("touch evil.example: it is not in [scope]"));
}

#[test]
fn names_lead_to_addresses_that_are_judged_again() {
    let outside = Scope::new(&["reiji.example"], &["127.0.0.0/8"]).unwrap();
    let hosts = ["127.0.0.1", "www.reiji.example", "127.0.0.2"].map(|host| outside.admit(host).unwrap());
    let found = resolve(&outside, &hosts);
    let addresses = |at: usize| found[at].addresses.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!((addresses(0), addresses(2)), (vec!["127.0.0.1".to_owned()], vec!["127.0.0.2".to_owned()]));
    // `.example` is nobody's (RFC 6761): a resolver says so, or there is none.
    assert!(addresses(1).is_empty());
    assert!(found[1].left_out[0].starts_with("resolve www.reiji.example"), "{:?}", found[1].left_out);
    let narrow = Scope::new(&["reiji.example"], &["127.0.0.2"]).unwrap();
    let found = resolve(&narrow, &hosts[..1]);
    assert_eq!(found[0].addresses, []);
    assert_eq!(found[0].left_out, ["touch 127.0.0.1 (127.0.0.1): it is not in [scope]"]);
}
