//! Recordings of one lab run, made by Chromium 156, dnsmasq 2.90 and Unbound 1.17.1, shortened and renamed; what
//! others write; and what breaks.

mod broken;
mod logs;
mod netlog;
mod packets;

use super::*;
use expect_test::{Expect, expect};
use std::fmt::Write;

/// Records as lines: time since the first, what, who, where, what came of it.
fn written(records: &[Record]) -> String {
    let first = records.first().map_or(0, |record| record.at_ms);
    records.iter().map(|record| line(record, first) + "\n").collect()
}

fn line(record: &Record, first: i64) -> String {
    let mut out = format!("{:+} {:?}", record.at_ms - first, record.what);
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(out, " {name}={value}");
        }
    };
    add("request", record.request.clone());
    add("from", record.initiator.clone());
    add("client", record.client.clone());
    add("as", record.resource.map(str::to_owned));
    add("method", record.method.clone().filter(|method| method != "GET"));
    add("url", record.url.clone());
    add("ip", record.ip.clone());
    add("status", record.status.map(|status| status.to_string()));
    add("error", record.error.clone());
    add("name", record.name.clone());
    add("answers", Some(record.answers.join(",")).filter(|answers| !answers.is_empty()));
    add("cache", record.from_cache.then(String::new));
    add("sent", record.content_type.clone());
    add("proxied", record.proxied.filter(|proxied| *proxied).map(|_| String::new()));
    if let Some(page) = &record.page {
        let parts = [page.id.as_deref(), page.url.as_deref(), page.ip.as_deref(), page.space];
        add("page", Some(parts.map(Option::unwrap_or_default).join("|")));
    }
    if let Some(site) = &record.call_site {
        let one = |site: &CallSite| {
            format!(
                "{}:{}:{}:{}",
                site.script,
                site.line.unwrap_or_default(),
                site.column.unwrap_or_default(),
                site.function.as_deref().unwrap_or_default()
            )
        };
        add(
            "site",
            Some(
                std::iter::once(one(site)).chain(site.parents.iter().map(one)).collect::<Vec<_>>().join("<"),
            ),
        );
    }
    if let Some(webrtc) = &record.webrtc {
        add("servers", Some(webrtc.servers.join(",")).filter(|text| !text.is_empty()));
        add("candidates", Some(webrtc.candidates.join(",")).filter(|text| !text.is_empty()));
        add(
            "ufrag",
            webrtc.ufrag.map(|ufrag| format!("{}{}", ufrag.len, if ufrag.own { " own" } else { "" })),
        );
    }
    out
}

/// Reads in one piece and in pieces of seven bytes: both must give the same.
fn read_both(format: Format, bytes: &[u8]) -> Parsed<Vec<Record>> {
    let limits = Limits::desk();
    let dates = Dates { year: Some(2026), offset_s: 0 };
    let whole = read(format, bytes, dates, &limits);
    let mut records = Vec::new();
    let mut reader = Reader::new(format, dates, &limits);
    for piece in bytes.chunks(7) {
        reader.feed(piece, &mut |record| records.push(record));
    }
    let problems = reader.finish(&mut |record| records.push(record));
    assert_eq!((&whole.value, &whole.problems), (&records, &problems), "in pieces");
    whole
}

/// Finds the format, reads, and compares with the lines expected; problems stand behind them.
#[track_caller]
fn check(format: Format, bytes: &[u8], expected: &Expect) {
    assert_eq!(detect(bytes), Some(format));
    let read = read_both(format, bytes);
    let problems: String =
        read.problems.iter().map(|p| format!("{:?} {}: {}\n", p.kind, p.place, p.detail)).collect();
    expected.assert_eq(&(written(&read.value) + &problems));
}

#[test]
fn playwright() {
    check(
        Format::Har,
        include_bytes!("../fixtures/playwright.har"),
        &expect![[r#"
        +0 Document as=main_frame url=http://www.attacker.example:8000/ ip=8.20.30.40 page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +0 Request request=har:1 as=main_frame url=http://www.attacker.example:8000/
        +22 Response request=har:1 as=main_frame url=http://www.attacker.example:8000/ ip=8.20.30.40 status=200 page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +169 Request request=har:2 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:5900/probe page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +198 Failure request=har:2 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:5900/probe error=net::ERR_FAILED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +173 Request request=har:3 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:5901/probe page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +202 Failure request=har:3 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:5901/probe error=net::ERR_CONNECTION_REFUSED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +174 Request request=har:4 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:3389/probe page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +199 Failure request=har:4 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:3389/probe error=net::ERR_CONNECTION_REFUSED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +174 Request request=har:5 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:5931/probe page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +194 Failure request=har:5 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:5931/probe error=net::ERR_CONNECTION_REFUSED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +174 Request request=har:6 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:7070/probe page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +194 Failure request=har:6 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:7070/probe error=net::ERR_CONNECTION_REFUSED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +174 Request request=har:7 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:63333/probe page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +209 Failure request=har:7 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://127.0.0.1:63333/probe error=net::ERR_CONNECTION_REFUSED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +177 Request request=har:8 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://priv.attacker.example:8000/x page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +228 Failure request=har:8 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://priv.attacker.example:8000/x error=net::ERR_FAILED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +179 Request request=har:9 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://both.attacker.example:8000/x page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +302 Failure request=har:9 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://both.attacker.example:8000/x error=net::ERR_FAILED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +180 Request request=har:10 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://cn.attacker.example:8000/x page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +231 Failure request=har:10 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://cn.attacker.example:8000/x error=net::ERR_FAILED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +181 Request request=har:11 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://tv.attacker.example:8000/x page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +316 Failure request=har:11 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://tv.attacker.example:8000/x error=net::ERR_FAILED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +197 Request request=har:12 from=http://www.attacker.example:8000 as=image url=http://192.168.77.1:8000/logo.png page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +198 Failure request=har:12 from=http://www.attacker.example:8000 as=image url=http://192.168.77.1:8000/logo.png error=net::ERR_FAILED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +261 Request request=har:13 as=websocket url=ws://127.0.0.1:5950/ws page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +261 Failure request=har:13 as=websocket url=ws://127.0.0.1:5950/ws error=net::ERR_CONNECTION_REFUSED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +6257 Request request=har:14 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://tv.attacker.example:8000/y page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
        +6266 Failure request=har:14 from=http://www.attacker.example:8000 as=xmlhttprequest url=http://tv.attacker.example:8000/y error=net::ERR_FAILED page=page@d43cb89a48df9f68c86eb611276cc1df#1|http://www.attacker.example:8000/|8.20.30.40|
    "#]],
    );
}

#[test]
fn chromium() {
    check(
        Format::NetLog,
        include_bytes!("../fixtures/chromium.netlog"),
        &expect![[r#"
            +0 Request request=netlog:57 as=main_frame url=http://www.attacker.example:8000/
            +4 Resolution name=www.attacker.example answers=8.20.30.40
            +5 Connection url=tcp://8.20.30.40:8000 ip=8.20.30.40
            +5 Connection url=tcp://8.20.30.40:8000 ip=8.20.30.40
            +127 Document as=main_frame url=http://www.attacker.example:8000/ ip=8.20.30.40 page=netlog:57|http://www.attacker.example:8000/|8.20.30.40|
            +127 Response request=netlog:57 as=main_frame url=http://www.attacker.example:8000/ ip=8.20.30.40
            +165 Request request=netlog:69 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:5900/probe
            +165 Connection url=tcp://127.0.0.1:5900 ip=127.0.0.1
            +167 Failure request=netlog:69 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:5900/probe ip=127.0.0.1 error=net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS page=|http://www.attacker.example:8000||public
            +169 Request request=netlog:75 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:5901/probe
            +170 Connection url=tcp://127.0.0.1:5901 ip=127.0.0.1
            +172 Request request=netlog:81 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:3389/probe
            +172 Connection url=tcp://127.0.0.1:3389 ip=127.0.0.1
            +172 Request request=netlog:87 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:5931/probe
            +174 Connection url=tcp://127.0.0.1:5931 ip=127.0.0.1
            +176 Request request=netlog:93 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:7070/probe
            +177 Connection url=tcp://127.0.0.1:7070 ip=127.0.0.1
            +178 Request request=netlog:99 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:63333/probe
            +179 Connection url=tcp://127.0.0.1:63333 ip=127.0.0.1
            +180 Request request=netlog:105 from=http://www.attacker.example:8000 as=other url=http://priv.attacker.example:8000/x
            +182 Request request=netlog:117 from=http://www.attacker.example:8000 as=other url=http://both.attacker.example:8000/x
            +183 Request request=netlog:129 from=http://www.attacker.example:8000 as=other url=http://cn.attacker.example:8000/x
            +185 Request request=netlog:141 from=http://www.attacker.example:8000 as=other url=http://tv.attacker.example:8000/x
            +187 Request request=netlog:154 from=http://www.attacker.example:8000 as=websocket url=ws://127.0.0.1:5950/ws
            +187 Connection url=tcp://127.0.0.1:5950 ip=127.0.0.1
            +189 Failure request=netlog:75 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:5901/probe error=net::ERR_CONNECTION_REFUSED
            +189 Failure request=netlog:81 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:3389/probe error=net::ERR_CONNECTION_REFUSED
            +190 Failure request=netlog:87 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:5931/probe error=net::ERR_CONNECTION_REFUSED
            +191 Failure request=netlog:93 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:7070/probe error=net::ERR_CONNECTION_REFUSED
            +191 Failure request=netlog:99 from=http://www.attacker.example:8000 as=other url=http://127.0.0.1:63333/probe error=net::ERR_CONNECTION_REFUSED
            +192 Request request=netlog:159 from=http://www.attacker.example:8000 as=other url=http://192.168.77.1:8000/logo.png
            +193 Connection url=tcp://192.168.77.1:8000 ip=192.168.77.1
            +201 Failure request=netlog:154 from=http://www.attacker.example:8000 as=websocket url=ws://127.0.0.1:5950/ws error=net::ERR_CONNECTION_REFUSED
            +202 Failure request=netlog:159 from=http://www.attacker.example:8000 as=other url=http://192.168.77.1:8000/logo.png ip=192.168.77.1 error=net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS page=|http://www.attacker.example:8000||public
            +205 Resolution name=priv.attacker.example answers=192.168.77.1
            +205 Connection url=tcp://192.168.77.1:8000 ip=192.168.77.1
            +206 Resolution name=both.attacker.example answers=8.20.30.40,10.0.0.9
            +212 Connection url=tcp://8.20.30.40:8000 ip=8.20.30.40
            +213 Resolution name=cn.attacker.example answers=192.168.77.1
            +213 Connection url=tcp://192.168.77.1:8000 ip=192.168.77.1
            +213 Resolution name=tv.attacker.example answers=8.20.30.40
            +213 Connection url=tcp://8.20.30.40:8000 ip=8.20.30.40
            +216 Failure request=netlog:105 from=http://www.attacker.example:8000 as=other url=http://priv.attacker.example:8000/x ip=192.168.77.1 error=net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS page=|http://www.attacker.example:8000||public
            +217 Failure request=netlog:129 from=http://www.attacker.example:8000 as=other url=http://cn.attacker.example:8000/x ip=192.168.77.1 error=net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS page=|http://www.attacker.example:8000||public
            +242 Response request=netlog:117 from=http://www.attacker.example:8000 as=other url=http://both.attacker.example:8000/x ip=8.20.30.40 page=|http://www.attacker.example:8000||public
            +244 Request request=netlog:169 from=http://www.attacker.example:8000 as=other url=http://www.attacker.example:8000/favicon.ico
            +248 Response request=netlog:141 from=http://www.attacker.example:8000 as=other url=http://tv.attacker.example:8000/x ip=8.20.30.40 page=|http://www.attacker.example:8000||public
            +255 Response request=netlog:169 from=http://www.attacker.example:8000 as=other url=http://www.attacker.example:8000/favicon.ico ip=8.20.30.40 page=|http://www.attacker.example:8000||public
            +6253 Request request=netlog:179 from=http://www.attacker.example:8000 as=other url=http://tv.attacker.example:8000/y
            +6254 Connection url=tcp://8.20.30.40:8000 ip=8.20.30.40
            +6263 Response request=netlog:179 from=http://www.attacker.example:8000 as=other url=http://tv.attacker.example:8000/y ip=8.20.30.40 page=|http://www.attacker.example:8000||public
        "#]],
    );
}

/// One page that reached inside by WebRTC in every way the lab knows: one packet to each place.
#[test]
fn chromium_by_webrtc() {
    check(
        Format::NetLog,
        include_bytes!("../fixtures/webrtc.netlog"),
        &expect![[r#"
        +0 Connection url=tcp://203.0.113.10:8000 ip=203.0.113.10
        +1 Request request=netlog:89 as=main_frame url=http://webrtc.scanner.example:8000/technique/rtc-stun
        +3 Document as=main_frame url=http://webrtc.scanner.example:8000/technique/rtc-stun page=netlog:89|http://webrtc.scanner.example:8000/technique/rtc-stun||
        +3 Response request=netlog:89 as=main_frame url=http://webrtc.scanner.example:8000/technique/rtc-stun
        +69 WebRtc request=netlog:111 ip=127.0.0.1 servers=stun:127.0.0.1:9186
        +747 WebRtc request=netlog:115 ip=192.168.77.1 servers=stun:192.168.77.1:9188
        +2292 WebRtc request=netlog:148 ip=127.0.0.1 candidates=127.0.0.1:9191/udp ufrag=4 own
        +2996 WebRtc request=netlog:152 ip=127.0.0.1 candidates=127.0.0.1:9192/udp ufrag=4 own
        +3701 WebRtc request=netlog:178 ip=127.0.0.1 candidates=127.0.0.1:9193/udp ufrag=123
        +4407 WebRtc request=netlog:182 ip=127.0.0.1 candidates=127.0.0.1:9194/udp ufrag=123
    "#]],
    );
}

/// The form of Chromium's DevTools: call sites from 0, `_error`, `_fromCache`, no frames.
#[test]
fn devtools() {
    let har = r#"{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},
      "pages":[{"startedDateTime":"2026-11-23T10:00:00.000Z","id":"page_1","title":"https://shop.example/"}],
      "entries":[
       {"_initiator":{"type":"other"},"_resourceType":"document","pageref":"page_1","serverIPAddress":"203.0.113.9",
        "startedDateTime":"2026-11-23T10:00:00.000Z","time":120.4,
        "request":{"method":"GET","url":"https://shop.example/cart?session=1#top","headers":[]},
        "response":{"status":200,"content":{"mimeType":"text/html"},"redirectURL":"","_error":null}},
       {"_initiator":{"type":"script","stack":{"callFrames":[
          {"functionName":"","scriptId":"9","url":"","lineNumber":0,"columnNumber":0},
          {"functionName":"scan","scriptId":"12","url":"https://cdn.example/tag.js?v=3","lineNumber":2,"columnNumber":13}],
          "parent":{"description":"setTimeout","callFrames":[
          {"functionName":"start","scriptId":"12","url":"https://cdn.example/tag.js","lineNumber":8,"columnNumber":0}]}}},
        "_resourceType":"fetch","pageref":"page_1","startedDateTime":"2026-11-23T10:00:01.000+00:00","time":3,
        "request":{"method":"POST","url":"http://0x7f000001:6379/?a=b","headers":[{"name":"Origin","value":"https://shop.example"}],
          "postData":{"mimeType":"text/plain;charset=UTF-8","text":"FLUSHALL"}},
        "response":{"status":0,"content":{},"redirectURL":"","_error":"net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS"}},
       {"_initiator":{"type":"parser","url":"https://shop.example/cart","lineNumber":40},"_resourceType":"document","pageref":"page_1",
        "startedDateTime":"2026-11-23T10:00:02Z","time":3,"serverIPAddress":"[fd00::1]",
        "request":{"method":"GET","url":"http://frame.example/","headers":[]},
        "response":{"status":302,"content":{},"redirectURL":"http://192.168.0.1/"}},
       {"_resourceType":"websocket","pageref":"page_1","startedDateTime":"2026-11-23T10:00:03Z","time":3,
        "request":{"method":"GET","url":"ws://LOCALHOST:9222/devtools","headers":[]},"_webSocketMessages":[{"type":"send","data":"secret"}],
        "response":{"status":0,"content":{}}},
       {"_fromCache":"disk","_resourceType":"image","pageref":"page_1","startedDateTime":"2026-11-23T10:00:04Z","time":3,
        "request":{"method":"GET","url":"data:image/png;base64,AAAA","headers":[]},"response":{"status":200}}]}}"#;
    check(
        Format::Har,
        har.as_bytes(),
        &expect![[r#"
        +0 Document as=main_frame url=https://shop.example/cart ip=203.0.113.9 page=page_1#1|https://shop.example/cart|203.0.113.9|
        +0 Request request=har:1 as=main_frame url=https://shop.example/cart
        +120 Response request=har:1 as=main_frame url=https://shop.example/cart ip=203.0.113.9 status=200 page=page_1#1|https://shop.example/cart|203.0.113.9|
        +1000 Request request=har:2 from=https://shop.example as=xmlhttprequest method=POST url=http://127.0.0.1:6379/ sent=text/plain page=page_1#1|https://shop.example/cart|203.0.113.9| site=https://cdn.example/tag.js:3:14:scan<https://cdn.example/tag.js:9:1:start
        +1003 Failure request=har:2 from=https://shop.example as=xmlhttprequest method=POST url=http://127.0.0.1:6379/ error=net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS sent=text/plain page=page_1#1|https://shop.example/cart|203.0.113.9|
        +2000 Request request=har:3 from=https://shop.example as=sub_frame url=http://frame.example/ page=page_1#1|https://shop.example/cart|203.0.113.9| site=https://shop.example/cart:41:0:
        +2003 Redirect request=har:3 from=https://shop.example as=sub_frame url=http://frame.example/ ip=fd00::1 status=302 page=page_1#1|https://shop.example/cart|203.0.113.9|
        +3000 Request request=har:4 as=websocket url=ws://localhost:9222/devtools page=page_1#1|https://shop.example/cart|203.0.113.9|
        +3003 Response request=har:4 as=websocket url=ws://localhost:9222/devtools status=101 page=page_1#1|https://shop.example/cart|203.0.113.9|
        +4000 Request request=har:5 as=image url=data: cache= page=page_1#1|https://shop.example/cart|203.0.113.9|
        +4003 Response request=har:5 as=image url=data: status=200 cache= page=page_1#1|https://shop.example/cart|203.0.113.9|
    "#]],
    );
}

/// Firefox, Charles and ZAP write no types; some of them no pages.
#[test]
fn plain_archives() {
    let har = r#"{"log":{"creator":{"name":"Firefox","version":"153"},"entries":[
       {"pageref":"page_1","startedDateTime":"2026-11-23T10:00:00.000+09:00","serverIPAddress":"203.0.113.9","time":"12",
        "request":{"method":"GET","url":"https://shop.example/","headers":[]},
        "response":{"status":200,"content":{"mimeType":"text/html; charset=utf-8"}}},
       {"pageref":"page_1","startedDateTime":"2026-11-23T10:00:01.000+09:00","time":1,
        "request":{"method":"GET","url":"http://127.0.0.1:8888/","headers":[{"name":"Referer","value":"https://shop.example/?q=1"}]},
        "response":{"status":"204","content":{"mimeType":"text/html"}}},
       {"startedDateTime":"2026-11-23T10:00:02.000+09:00","time":1,
        "request":{"method":"GET","url":"http://10.0.0.1/x","headers":[{"name":"referer","value":"https://news.example/a?b"}]},
        "response":{"status":0}}]}}"#;
    check(
        Format::Har,
        har.as_bytes(),
        &expect![[r#"
        +0 Document as=main_frame url=https://shop.example/ ip=203.0.113.9 page=page_1#1|https://shop.example/|203.0.113.9|
        +0 Request request=har:1 as=main_frame url=https://shop.example/
        +12 Response request=har:1 as=main_frame url=https://shop.example/ ip=203.0.113.9 status=200 page=page_1#1|https://shop.example/|203.0.113.9|
        +1000 Request request=har:2 from=https://shop.example as=other url=http://127.0.0.1:8888/ page=page_1#1|https://shop.example/|203.0.113.9|
        +1001 Response request=har:2 from=https://shop.example as=other url=http://127.0.0.1:8888/ status=204 page=page_1#1|https://shop.example/|203.0.113.9|
        +2000 Request request=har:3 from=https://news.example as=other url=http://10.0.0.1/x page=|https://news.example/a||
    "#]],
    );
}

/// No record holds what is the visitor's: bodies, queries, fragments, users, the text of a ufrag.
#[test]
fn nothing_of_the_content_is_kept() {
    let fixtures: [(Format, &[u8]); 2] = [
        (Format::Har, include_bytes!("../fixtures/playwright.har")),
        (Format::NetLog, include_bytes!("../fixtures/chromium.netlog")),
    ];
    for (format, bytes) in fixtures {
        let records = read(format, bytes, Dates::default(), &Limits::desk()).value;
        assert!(records.len() > 20, "{format:?}: {}", records.len());
        let all = format!("{records:?}");
        for word in ["a body that no record", "token", "secret=1", "fbp1700000000x", "?"] {
            assert!(!all.contains(word), "{format:?} holds {word}");
        }
    }
}

#[test]
fn urls_are_bared() {
    for (url, bare) in [
        ("https://user:pw@A.example:8443/p/a?q=1#f", "https://a.example:8443/p/a"),
        ("http://2130706433", "http://127.0.0.1/"),
        ("http://0177.1/x", "http://127.0.0.1/x"),
        ("http://[0:0::1]:5900/", "http://[::1]:5900/"),
        ("ws://localhost:5950/ws?x", "ws://localhost:5950/ws"),
        ("http://printer/", "http://printer/"),
        ("https://例え.example/", "https://xn--r8jz45g.example/"),
        ("data:text/html,http://a.example/secret", "data:"),
        ("javascript:alert(1)", "javascript:"),
        ("blob:https://a.example/0a1b", "blob:https://a.example/0a1b"),
        ("http://?", "http:///"),
        ("no url", ""),
    ] {
        assert_eq!(bare_url(url), bare, "{url}");
    }
}
