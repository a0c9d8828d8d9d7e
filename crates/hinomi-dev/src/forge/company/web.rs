//! What the desks' browsers, the resolver and a recording saw of web pages in the same week: a shop that looks for remote
//! control programs on the visitor's own machine, as in May 2020; a name that turns inside; a sign-in that is expected.

use super::desk::Planted;
use super::truth::Entry;
use crate::forge::pack::Folder;
use serde_json::{Value, json};

/// Monday, 2020-07-20 00:00 in Japan, in milliseconds.
const MONDAY_MS: i64 = 1_595_170_800_000;
const HOUR_MS: i64 = 3_600_000;
/// Ports of remote control programs, in the order in which pages asked for them.
const REMOTE_CONTROL: [u16; 14] =
    [3389, 5279, 5900, 5901, 5902, 5903, 5931, 5939, 5944, 5950, 6039, 6040, 7070, 63333];

/// Fills `web/`; returns what is planted in it.
pub(super) fn fill(folder: &mut Folder) -> Vec<Entry> {
    let reports = "web/page-reports.ndjson";
    let log = "web/dnsmasq-20200722.log";
    let settings = "web/dnsmasq.conf";
    let recording = "web/受付端末_予約サイト.har";
    folder.insert(reports.into(), lines(&[shop(), sign_in(), calm()]));
    folder.insert(log.into(), names().into());
    folder.insert(settings.into(), SETTINGS.into());
    folder.insert(recording.into(), archive().to_string().into_bytes());
    let planted = |name, class, checks: &[&'static str], note| Planted {
        name,
        class,
        checks: checks.to_vec(),
        urls: Vec::new(),
        note,
    };
    vec![
        Entry::file(
            &planted(
                "page-scans-the-visitor",
                "attack",
                &["page.port-scan"],
                "A shop asks the visitor's own machine for fourteen remote control programs.",
            ),
            reports,
        ),
        Entry::file(
            &planted(
                "name-that-turns-inside",
                "attack",
                &["page.rebinding"],
                "A stranger's name is public first, and a minute later the router of the office.",
            ),
            log,
        ),
        Entry::file(
            &planted(
                "resolver-without-protection",
                "practice",
                &["page.resolver-lets-private-answers-through"],
                "The office's resolver passes private answers on.",
            ),
            settings,
        ),
        Entry::file(
            &planted(
                "page-reaches-for-the-printer",
                "attack",
                &["page.local-access", "page.cross-protocol"],
                "A booking site sends a job to the port of a printer in the network.",
            ),
            recording,
        ),
    ]
}

fn lines(all: &[Value]) -> Vec<u8> {
    all.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

fn target(scheme: &str, port: u16) -> Value {
    json!({"scheme": scheme, "host": "127.0.0.1", "port": port, "space": "loopback", "how": "literal",
        "outcomes": {"refused": 1}, "count": 1})
}

/// Fourteen WebSockets to the visitor's own machine.
fn shop() -> Value {
    let targets: Vec<Value> = REMOTE_CONTROL.iter().map(|port| target("wss", *port)).collect();
    let at = MONDAY_MS + 34 * HOUR_MS;
    json!({"rule": "HW-2", "page": "https://www.kagu-kobo.example/", "targets": targets,
        "script": {"script": "https://h.kagu-kobo.example/check.js", "line": 1, "column": 20_481},
        "api": ["WebSocket"], "outcomes": {"refused": 14}, "first": at, "last": at + 2_140, "count": 14,
        "notes": [], "seat": "sales-03"})
}

/// What the company's own rule expects.
fn sign_in() -> Value {
    let at = MONDAY_MS + 9 * HOUR_MS;
    let mut target = target("https", 8769);
    target["outcomes"] = json!({"reached": 1});
    json!({"rule": "HW-1", "page": "https://login.reiji.example/", "targets": [target], "api": ["fetch"],
        "outcomes": {"reached": 1}, "first": at, "last": at, "count": 1, "allowed_by": "sign-in-agent",
        "notes": [], "seat": "keiri-01"})
}

/// A name of the filter's list: marked, not told.
fn calm() -> Value {
    let at = MONDAY_MS + 11 * HOUR_MS;
    json!({"rule": "HW-1", "page": "https://news.kisha.example/", "outcomes": {"failed": 1}, "first": at,
        "last": at, "count": 1, "suppressed": "sinkhole", "notes": [], "seat": "keiri-01", "api": ["image"],
        "targets": [{"scheme": "https", "host": "ads.kokoku.example", "port": 443, "ip": "0.0.0.0",
            "space": "loopback", "how": "ip", "outcomes": {"failed": 1}, "count": 1}]})
}

/// A day of the resolver's log.
fn names() -> String {
    let mut log = vec!["Jul 22 08:58:00 dnsmasq[611]: started, version 2.80 cachesize 1000\n".to_owned()];
    let mut ask = |time: &str, name: &str, answer: &str, client: &str| {
        log.push(format!("Jul 22 {time} dnsmasq[611]: query[A] {name} from {client}\n"));
        log.push(format!("Jul 22 {time} dnsmasq[611]: reply {name} is {answer}\n"));
    };
    let desk = "192.168.10.23";
    ask("09:01:12", "www.reiji.example", "198.51.100.20", desk);
    ask("09:02:40", "www.kagu-kobo.example", "203.0.113.77", desk);
    ask("10:14:05", "news.kisha.example", "203.0.113.15", "192.168.10.31");
    ask("11:30:00", "p4kq.chirashi-lottery.example", "203.0.113.142", desk);
    ask("11:31:02", "p4kq.chirashi-lottery.example", "192.168.10.1", desk);
    ask("13:05:51", "www.yamakawa-seiki.example", "198.51.100.88", desk);
    // The company's own server has an address inside, and may.
    ask("13:20:00", "files.reiji.example", "192.168.10.5", desk);
    log.concat()
}

const SETTINGS: &str = "\
# 社内リゾルバー（総務の棚のルーター）
domain-needed
server=198.51.100.53
cache-size=1000
";

/// What the front desk's browser recorded when the booking page was slow.
fn archive() -> Value {
    let entry = |at: &str, kind: &str, ip: &str, method: &str, url: &str, status: u16| {
        json!({"pageref": "page_1", "_resourceType": kind, "startedDateTime": at, "time": 40.0, "serverIPAddress": ip,
            "request": {"method": method, "url": url, "httpVersion": "HTTP/1.1", "headers": [], "queryString": [],
                "cookies": [], "headersSize": -1, "bodySize": 0},
            "response": {"status": status, "statusText": "", "httpVersion": "HTTP/1.1", "headers": [], "cookies": [],
                "content": {"size": 0, "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": 0},
            "cache": {}, "timings": {"send": 0, "wait": 40, "receive": 0}})
    };
    let site = "https://yoyaku.onsen-hinata.example";
    json!({"log": {"version": "1.2", "creator": {"name": "browser", "version": "84"},
    "pages": [{"id": "page_1", "title": format!("{site}/"), "startedDateTime": "2020-07-23T16:20:00.000+09:00",
        "pageTimings": {}}],
    "entries": [
        entry("2020-07-23T16:20:00.000+09:00", "document", "203.0.113.60", "GET", &format!("{site}/"), 200),
        entry("2020-07-23T16:20:00.400+09:00", "script", "203.0.113.60", "GET", &format!("{site}/calendar.js"), 200),
        entry("2020-07-23T16:20:01.100+09:00", "xhr", "192.168.10.40", "POST", "http://192.168.10.40:9100/", 0),
    ]}})
}
