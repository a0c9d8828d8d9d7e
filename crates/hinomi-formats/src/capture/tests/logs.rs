//! Logs of proxies and resolvers.

use super::*;

#[test]
fn dnsmasq() {
    check(
        Format::DnsLog,
        include_bytes!("../fixtures/dnsmasq.log"),
        &expect![[r#"
        +0 Resolution client=127.0.0.1 name=www.attacker.example answers=8.20.30.40
        +0 Resolution client=127.0.0.1 name=priv.attacker.example answers=192.168.77.1
        +0 Resolution client=127.0.0.1 name=both.attacker.example answers=8.20.30.40,10.0.0.9
        +0 Resolution client=127.0.0.1 name=cn.attacker.example answers=192.168.77.1
        +0 Resolution client=127.0.0.1 name=tv.attacker.example answers=8.20.30.40
    "#]],
    );
}

#[test]
fn dnsmasq_with_serials_and_warnings() {
    check(
        Format::DnsLog,
        include_bytes!("../fixtures/dnsmasq-extra.log"),
        &expect![[r#"
        +0 Resolution client=127.0.0.1 error=possible DNS-rebind attack name=c10.class.example
        +0 Resolution client=127.0.0.1 name=cgnat.class.example answers=100.64.1.1
        +0 Resolution client=127.0.0.1 error=possible DNS-rebind attack name=m127.class.example
        +0 Resolution client=127.0.0.1 name=pub.class.example answers=8.8.4.4
        +0 Resolution client=127.0.0.1 name=v6pub.class.example answers=2606:4700::1111
    "#]],
    );
}

#[test]
fn unbound() {
    check(
        Format::DnsLog,
        include_bytes!("../fixtures/unbound.log"),
        &expect![[r#"
        +0 Resolution client=127.0.0.1 name=c10.class.example
        +0 Resolution client=127.0.0.1 name=c172.class.example
        +0 Resolution client=127.0.0.1 name=c192.class.example
        +0 Resolution client=127.0.0.1 name=c169.class.example
    "#]],
    );
}

#[test]
fn unbound_told_to_say_everything() {
    check(
        Format::DnsLog,
        include_bytes!("../fixtures/unbound-verbose.log"),
        &expect![[r#"
        +0 Resolution error=answer removed: DNS rebinding protection name=c10.class.example answers=10.1.2.3
        +0 Resolution client=127.0.0.1 name=c10.class.example
        +0 Resolution client=127.0.0.1 name=c127.class.example
        +0 Resolution name=c127.class.example answers=127.0.0.1
    "#]],
    );
}

#[test]
fn bind() {
    let log = "\
23-Nov-2026 16:00:00.000 queries: info: client @0x7f0000000001 10.0.0.5#50000 (a.example): query: a.example IN A +E(0)K (10.0.0.1)
23-Nov-2026 16:00:00.250 resolver: notice: answer address 192.168.0.1 denied for rebind.example/A/IN
23-Nov-2026 16:00:01.000 rpz: info: client @0x7f0000000002 10.0.0.5#50001 (b.example): view inside: rpz IP NXDOMAIN rewrite b.example/A/IN via 32.4.3.2.10.rpz-ip.policy.invalid
23-Nov-2026 16:00:02.000 general: info: zone inside.example/IN: loaded serial 1
";
    check(
        Format::DnsLog,
        log.as_bytes(),
        &expect![[r#"
        +0 Resolution client=10.0.0.5 name=a.example
        +250 Resolution error=answer denied: DNS rebinding protection name=rebind.example answers=192.168.0.1
        +1000 Resolution client=10.0.0.5 error=answer rewritten: response policy against DNS rebinding name=b.example answers=10.2.3.4
    "#]],
    );
}

/// Two alias steps, two answers, another line of the program between, and the turn of a year.
#[test]
fn chains_of_aliases_belong_to_what_was_asked() {
    let log = "\
Dec 31 23:59:59 gw dnsmasq[7]: query[A] www.shop.example from 10.0.0.5
Dec 31 23:59:59 gw dnsmasq[7]: forwarded www.shop.example to 192.0.2.53
Dec 31 23:59:59 gw dnsmasq[7]: reply www.shop.example is <CNAME>
Dec 31 23:59:59 gw dnsmasq[7]: reply edge.cdn.example is <CNAME>
Dec 31 23:59:59 gw dnsmasq[7]: reply node.cdn.example is 203.0.113.7
Dec 31 23:59:59 gw dnsmasq[7]: reply node.cdn.example is 10.0.0.7
Jan  1 00:00:01 gw dnsmasq[7]: config router.example is 192.168.0.1
Jan  1 00:00:01 gw dnsmasq[7]: /etc/hosts nas.example is 192.168.0.2
Jan  1 00:00:01 gw dnsmasq[7]: cached node.cdn.example is 203.0.113.7
Jan  1 00:00:02 gw dnsmasq[7]: reply gone.example is NXDOMAIN
";
    check(
        Format::DnsLog,
        log.as_bytes(),
        &expect![[r#"
            +0 Resolution client=10.0.0.5 name=www.shop.example answers=203.0.113.7,10.0.0.7
            +2000 Resolution name=node.cdn.example answers=203.0.113.7
        "#]],
    );
}

#[test]
fn squid() {
    let log = "\
1795452429.123     45 10.0.0.5 TCP_MISS/200 1234 GET http://news.example/a?b=c - HIER_DIRECT/203.0.113.9 text/html
1795452430.000      0 10.0.0.5 TCP_MEM_HIT/200 99 GET http://img.example/logo.png - HIER_NONE/- image/png
1795452431.500      9 10.0.0.5 TCP_TUNNEL/200 5120 CONNECT shop.example:443 user HIER_DIRECT/2001:db8::7 -
1795452432.500   9000 10.0.0.5 NONE_NONE/000 0 GET http://192.168.0.1:8080/ - HIER_NONE/- -
1795452433.500      7 10.0.0.5 TCP_MISS/200 77 GET http://rebind.example/ - HIER_DIRECT/10.0.0.9 text/plain
this is no line of squid
";
    check(
        Format::ProxyLog,
        log.as_bytes(),
        &expect![[r#"
            +0 Request request=line:1 client=10.0.0.5 url=http://news.example/a
            +0 Response request=line:1 client=10.0.0.5 url=http://news.example/a ip=203.0.113.9 status=200
            +922 Request request=line:2 client=10.0.0.5 url=http://img.example/logo.png cache=
            +922 Response request=line:2 client=10.0.0.5 url=http://img.example/logo.png status=200 cache=
            +2413 Request request=line:3 client=10.0.0.5 method=CONNECT url=https://shop.example:443/
            +2413 Response request=line:3 client=10.0.0.5 method=CONNECT url=https://shop.example:443/ ip=2001:db8::7 status=200
            -5578 Request request=line:4 client=10.0.0.5 url=http://192.168.0.1:8080/
            -5578 Failure request=line:4 client=10.0.0.5 url=http://192.168.0.1:8080/ status=0 error=no answer
            +4415 Request request=line:5 client=10.0.0.5 url=http://rebind.example/
            +4415 Response request=line:5 client=10.0.0.5 url=http://rebind.example/ ip=10.0.0.9 status=200
            Malformed line 6: not of the format of this log
        "#]],
    );
}

#[test]
fn combined() {
    let log = r#"10.0.0.5 - sato [23/Nov/2026:16:00:00 +0900] "GET http://127.0.0.1:5900/ HTTP/1.1" 502 0 "https://shop.example/cart?x=1" "Mozilla/5.0" TCP_MISS:HIER_DIRECT
10.0.0.5 - - [23/Nov/2026:16:00:01 +0900] "CONNECT shop.example:443 HTTP/1.1" 200 512 "-" "Mozilla/5.0"
"#;
    check(
        Format::ProxyLog,
        log.as_bytes(),
        &expect![[r#"
        +0 Request request=line:1 from=https://shop.example client=10.0.0.5 url=http://127.0.0.1:5900/ page=|https://shop.example/cart||
        +0 Response request=line:1 from=https://shop.example client=10.0.0.5 url=http://127.0.0.1:5900/ status=502 page=|https://shop.example/cart||
        +1000 Request request=line:2 client=10.0.0.5 method=CONNECT url=https://shop.example:443/
        +1000 Response request=line:2 client=10.0.0.5 method=CONNECT url=https://shop.example:443/ status=200
    "#]],
    );
}

#[test]
fn named_columns() {
    let w3c = "\
#Software: SGOS 7.3
#Fields: date time c-ip cs-method cs-uri-scheme cs-host cs-uri-port cs-uri-path sc-status cs(Referer) s-ip
2026-11-23 07:00:00 10.0.0.5 GET http 192.168.0.1 8080 /status 200 \"https://news.example/a b\" 10.0.0.2
";
    let csv = "\u{feff}Timestamp,Source IP,Method,URL,Status,Dest IP\r\n\
\"2026-11-23T07:00:00Z\",10.0.0.5,GET,\"http://printer.example/a,b?c\",200,192.168.0.9\r\n";
    check(
        Format::ProxyLog,
        w3c.as_bytes(),
        &expect![[r#"
        +0 Request request=line:3 from=https://news.example client=10.0.0.5 url=http://192.168.0.1:8080/status page=|https://news.example/a b||
        +0 Response request=line:3 from=https://news.example client=10.0.0.5 url=http://192.168.0.1:8080/status status=200 page=|https://news.example/a b||
    "#]],
    );
    check(
        Format::ProxyLog,
        csv.as_bytes(),
        &expect![[r#"
        +0 Request request=line:2 client=10.0.0.5 url=http://printer.example/a,b
        +0 Response request=line:2 client=10.0.0.5 url=http://printer.example/a,b ip=192.168.0.9 status=200
    "#]],
    );
}

/// What looks alike and is something else must stay what it is.
#[test]
fn others_are_no_recordings() {
    for text in [
        "",
        "{}",
        "{\"log\": 1}",
        "{\"constants\": \"\"}",
        "name,price\napple,100\n",
        "10.0.0.5 - - [23/Nov/2026:16:00:00 +0900] \"GET /index.html HTTP/1.1\" 200 1 \"-\" \"-\"\n",
        "Dear dnsmasq[1]: reply a is b\n",
        "We asked the client about it: query: none\n",
        "Nov 23 16:00:00 gw sshd[1]: Accepted publickey for root from 10.0.0.1\n",
        "\u{feff}From: a@a.example\nSubject: unbound[1:0] info: x\n\nNov",
        "\0\0\0\0",
    ] {
        assert_eq!(detect(text.as_bytes()), None, "{text:?}");
    }
}
