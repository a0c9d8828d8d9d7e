//! From lines to facts, and what is lost on the way.

use super::observe::events;
use crate::{AllowRule, Origin, PageConfig, entries, judge, observe};
use expect_test::expect;
use hinomi_formats::Limits;
use hinomi_formats::tree::{self, Hints};
use hinomi_model::{EvidenceKind, Fact, Verdict};
use std::collections::BTreeSet;

const SCAN: &str = r#"{"at": 1590000000000, "source": "web_request", "type": "document", "tab": 1, "frame": 0, "document": {"id": "d", "url": "https://shop.example/?q=1", "ip": "203.0.113.9"}}
{"at": 1590000000100, "source": "hook", "type": "call", "tab": 1, "document": {"id": "d"}, "api": "websocket", "url": "wss://127.0.0.1:5900/", "call_site": {"script": "https://cdn.example/check.js?v=2", "line": 3, "column": 14}}
{"at": 1590000000101, "source": "web_request", "type": "request", "request": "1", "tab": 1, "document": {"id": "d"}, "url": "wss://127.0.0.1:5900/", "resource": "websocket"}
{"at": 1590000000102, "source": "web_request", "type": "failure", "request": "1", "tab": 1, "document": {"id": "d"}, "url": "wss://127.0.0.1:5900/", "error": "net::ERR_CONNECTION_REFUSED"}
"#;

fn origin() -> Origin {
    Origin {
        source: "events.ndjson".to_owned(),
        name: "events.ndjson".to_owned(),
        store: "share".to_owned(),
        own_domains: Vec::new(),
        pages: PageConfig::default(),
        taken_by: "test".to_owned(),
        neighbours: Vec::new(),
        lies: Default::default(),
        looked_at: None,
    }
}

#[test]
fn a_file_of_events_is_judged_like_any_other() {
    let tree = tree::read("events.ndjson", SCAN.as_bytes(), Hints::default(), &Limits::desk());
    let observed = observe(tree, &origin());
    assert_eq!(observed.problems, Vec::new());
    assert_eq!(observed.evidence[0].kind, EvidenceKind::PageEvents);
    let entries = entries().unwrap();
    let judged = judge(&entries, &BTreeSet::new(), &crate::ContactBook::default(), &observed.observations);
    let told: Vec<String> = judged
        .decisions
        .iter()
        .filter(|decision| decision.check.starts_with("page."))
        .map(|decision| {
            let verdict = match &decision.verdict {
                Verdict::Pass => "pass".to_owned(),
                Verdict::Undetermined(text) => text.key.clone(),
                Verdict::Fail(finding) => format!("{} {}", finding.text.key, finding.text.args["script"]),
            };
            format!("{} {} {verdict}", decision.check, decision.asset)
        })
        .collect();
    assert_eq!(
        told,
        [
            "page.cross-protocol page:https://shop.example/ pass",
            "page.local-access page:https://shop.example/ remote_control https://cdn.example/check.js:3:14",
            "page.mdns-exfiltration page:https://shop.example/ pass",
            "page.port-scan page:https://shop.example/ pass",
            "page.rebinding page:https://shop.example/ pass",
            "page.top-level-local page:https://shop.example/ pass",
            "page.webrtc-local page:https://shop.example/ pass",
        ]
    );
}

#[test]
fn lines_that_are_no_events_are_told_and_leave_the_page_undecided() {
    let broken = format!("{SCAN}{}", "nonsense\n".repeat(30));
    let (seen, problems) = events(broken.as_bytes(), &PageConfig::default());
    assert_eq!(problems.len(), 21);
    assert_eq!(
        (problems[0].place.as_str(), problems[20].detail.as_str()),
        ("line 5", "10 more lines are no events")
    );
    assert!(seen.iter().any(|(_, _, fact)| fact.rule.is_none() && fact.cut));
    assert!(events(b"", &PageConfig::default()).0.is_empty());
}

const REPORT: &str = r#"{"api":["websocket"],"count":1,"first":1700000000000,"last":1700000000001,"notes":[],"outcomes":{"reached":1},"page":"https://shop.example/","rule":"HW-1","script":{"script":"https://cdn.example/a.js","line":3,"column":14},"seat":"s-7","targets":[{"count":1,"host":"127.0.0.1","how":"literal","outcomes":{"reached":1},"port":5900,"scheme":"ws","space":"loopback"}]}"#;

#[test]
fn what_browsers_report_is_judged_and_the_last_word_of_each_counts() {
    let again = REPORT.replace("\"count\":1,\"first\"", "\"count\":9,\"first\"");
    let other = REPORT.replace("s-7", "s-8");
    let lines = format!(
        "{REPORT}\n{again}\n{other}\n{{\"count\":4,\"rule\":\"lost\"}}\nnonsense\n{{\"rule\":\"HW-1\"}}\n{{\"rule\":\"HW-9\"}}\n"
    );
    let tree = tree::read("reports.ndjson", lines.as_bytes(), Hints::default(), &Limits::desk());
    let observed = observe(tree, &origin());
    assert_eq!(observed.evidence[0].kind, EvidenceKind::PageEvents);
    let facts: Vec<_> = observed.observations.iter().filter_map(|seen| seen.fact.as_page()).collect();
    let told: Vec<_> = facts.iter().map(|fact| (fact.count, fact.script.as_deref())).collect();
    assert_eq!(
        told,
        [(9, Some("https://cdn.example/a.js:3:14")), (1, Some("https://cdn.example/a.js:3:14"))]
    );
    let problems: Vec<&str> = observed.problems.iter().map(|problem| problem.detail.as_str()).collect();
    assert_eq!(
        problems,
        [
            "the line is not JSON (column 2)",
            "the report names no page or no target",
            "the report names a rule that is not known",
            "browsers lost 4 findings before they could report them"
        ]
    );
    let judged =
        judge(&entries().unwrap(), &BTreeSet::new(), &crate::ContactBook::default(), &observed.observations);
    let failed = judged.decisions.iter().filter(|one| matches!(one.verdict, Verdict::Fail(_)));
    assert_eq!(failed.map(|one| one.check.as_str()).collect::<Vec<_>>(), ["page.local-access"]);
}

#[test]
fn events_without_a_hook_cannot_see_webrtc() {
    let (seen, _) = events(SCAN.lines().next().unwrap().as_bytes(), &PageConfig::default());
    assert!(seen[0].2.webrtc_unseen);
    let (seen, _) = events(SCAN.as_bytes(), &PageConfig::default());
    assert!(!seen[0].2.webrtc_unseen);
}

#[test]
fn a_log_of_names_is_told_by_name() {
    let line = r#"{"at": 1, "source": "dns_log", "type": "resolution", "name": "a.example", "answers": ["10.0.0.1"]}"#;
    let (seen, _) = events(line.as_bytes(), &PageConfig::default());
    assert_eq!((seen[0].0.as_str(), seen[0].2.page.as_str()), ("dns:a.example", "a.example"));
    let (ours, _) = events(
        line.as_bytes(),
        &PageConfig { own_domains: vec!["a.example".to_owned()], ..PageConfig::default() },
    );
    assert_eq!(ours[0].2.suppressed.as_deref(), Some("own_name"));
}

#[test]
fn other_lines_of_json_are_no_events() {
    for text in ["{\"at\": 1}\n", "{\"type\": \"request\", \"source\": \"web_request\"}", "[]", "{}"] {
        let tree = tree::read("x.json", text.as_bytes(), Hints::default(), &Limits::desk());
        assert!(
            observe(tree, &origin()).observations.iter().all(|o| !matches!(o.fact, Fact::Page(_))),
            "{text}"
        );
    }
}

/// What a recording comes to: rule, page, targets, notes; then the problems.
fn recorded(name: &str, bytes: &[u8]) -> String {
    let observed = observe(tree::read(name, bytes, Hints::default(), &Limits::desk()), &origin());
    assert_eq!(observed.evidence[0].kind, EvidenceKind::PageEvents, "{name}");
    let facts = observed
        .observations
        .iter()
        .filter_map(|seen| seen.fact.as_page())
        .filter(|fact| fact.rule.is_some());
    let mut lines: Vec<String> = facts
        .map(|fact| {
            let mut targets: Vec<String> = fact
                .targets
                .iter()
                .map(|target| {
                    let ip = target.ip.as_deref().filter(|ip| *ip != target.host).map(|ip| format!("={ip}"));
                    format!("{}:{}{}", target.host, target.port, ip.unwrap_or_default())
                })
                .collect();
            targets.sort();
            let rule = fact.rule.map(|rule| format!("{rule:?}")).unwrap_or_default();
            format!("{rule} {} [{}] {}", fact.page, targets.join(" "), fact.notes.join(" "))
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.sort();
    lines.extend(observed.problems.iter().map(|problem| format!("{:?} {}", problem.kind, problem.detail)));
    lines.iter().map(|line| line.clone() + "\n").collect()
}

/// Visits in the lab, recorded in several ways: each tells what it can see, in the same words.
#[test]
fn visits_recorded_in_several_ways() {
    macro_rules! kept {
        ($name:literal) => {
            recorded($name, include_bytes!(concat!("../../../hinomi-formats/src/capture/fixtures/", $name)))
        };
    }
    expect![[r#"
        LocalAccess http://www.attacker.example:8000/ [127.0.0.1:3389 127.0.0.1:5900 127.0.0.1:5901 127.0.0.1:5931 127.0.0.1:5950 127.0.0.1:63333 127.0.0.1:7070 192.168.77.1:8000]
        PortScan http://www.attacker.example:8000/ [127.0.0.1:3389 127.0.0.1:5900 127.0.0.1:5901 127.0.0.1:5931 127.0.0.1:5950 127.0.0.1:63333 127.0.0.1:7070 192.168.77.1:8000]
    "#]].assert_eq(&kept!("playwright.har"));
    expect![[r#"
        LocalAccess http://www.attacker.example:8000/ [127.0.0.1:3389 127.0.0.1:5900 127.0.0.1:5901 127.0.0.1:5931 127.0.0.1:5950 127.0.0.1:63333 127.0.0.1:7070 192.168.77.1:8000 cn.attacker.example:8000=192.168.77.1 priv.attacker.example:8000=192.168.77.1]
        PortScan http://www.attacker.example:8000/ [127.0.0.1:3389 127.0.0.1:5900 127.0.0.1:5901 127.0.0.1:5931 127.0.0.1:5950 127.0.0.1:63333 127.0.0.1:7070 192.168.77.1:8000 cn.attacker.example:8000=192.168.77.1 priv.attacker.example:8000=192.168.77.1]
    "#]].assert_eq(&kept!("chromium.netlog"));
    expect![[r#"
        Rebinding both.attacker.example [both.attacker.example:0=10.0.0.9] both_at_once
        Rebinding cn.attacker.example [cn.attacker.example:0=192.168.77.1] answered_local
        Rebinding priv.attacker.example [priv.attacker.example:0=192.168.77.1] answered_local
    "#]]
    .assert_eq(&kept!("dnsmasq.log"));
    expect![[r#"
        PortScan http://webrtc.scanner.example:8000/technique/rtc-stun [127.0.0.1:9186 127.0.0.1:9191 127.0.0.1:9192 127.0.0.1:9193 127.0.0.1:9194 192.168.77.1:9188]
        WebrtcLocal http://webrtc.scanner.example:8000/technique/rtc-stun [127.0.0.1:9186 127.0.0.1:9191 127.0.0.1:9192 127.0.0.1:9193 127.0.0.1:9194 192.168.77.1:9188] data_in_ufrag
    "#]].assert_eq(&kept!("webrtc.netlog"));
    expect![[r#"
        Rebinding c10.class.example [c10.class.example:0] resolver_warned
        Rebinding cgnat.class.example [cgnat.class.example:0=100.64.1.1] answered_local
        Rebinding m127.class.example [m127.class.example:0] resolver_warned
    "#]]
    .assert_eq(&kept!("dnsmasq-extra.log"));
}

/// A log without years tells distances, not dates.
#[test]
fn logs_without_years_have_no_date() {
    let log = "Nov 23 16:47:09 dnsmasq[1]: query[A] a.attacker.example from 10.0.0.5\n\
        Nov 23 16:47:09 dnsmasq[1]: reply a.attacker.example is 203.0.113.9\n\
        Nov 23 16:48:09 dnsmasq[1]: query[A] a.attacker.example from 10.0.0.5\n\
        Nov 23 16:48:09 dnsmasq[1]: reply a.attacker.example is 192.168.0.1\n";
    let observed =
        observe(tree::read("dns.log", log.as_bytes(), Hints::default(), &Limits::desk()), &origin());
    let told: Vec<_> = observed
        .observations
        .iter()
        .filter_map(|seen| seen.fact.as_page().map(|fact| (seen.at, fact.page.clone(), fact.notes.clone())))
        .collect();
    assert_eq!(told, [(None, "a.attacker.example".to_owned(), vec!["flip".to_owned()])]);
}

/// The log of a proxy names the page by its referrer, and the origin's address where it went there itself.
#[test]
fn the_log_of_a_proxy() {
    let log = r#"10.0.0.5 - - [23/Nov/2026:16:00:00 +0900] "GET http://192.168.0.1:8080/ HTTP/1.1" 200 0 "https://shop.example/cart?x=1" "-"
10.0.0.5 - - [23/Nov/2026:16:00:01 +0900] "GET http://img.shop.example/a.png HTTP/1.1" 200 512 "https://shop.example/cart" "-"
"#;
    expect![[r#"
        LocalAccess https://shop.example/ [192.168.0.1:8080]
    "#]]
    .assert_eq(&recorded("access.log", log.as_bytes()));
}

/// However long a log is, only a part of it waits to be put in order; what came too late is told and still seen.
#[test]
fn a_long_log_of_a_proxy() {
    let line = |at: i64, target: &str| {
        format!(
            "10.0.0.5 - - [{}] \"GET {target} HTTP/1.1\" 200 0 \"https://shop.example/\" \"-\"\n",
            clock(at)
        )
    };
    let mut log: String = (0..40_000).map(|at| line(at, "http://img.shop.example/a.png")).collect();
    log += &line(1, "http://192.168.0.1/");
    expect![[r#"
        LocalAccess https://shop.example/ [192.168.0.1:80]
        Unsupported 2 events were written too late to be put in order of time
    "#]]
    .assert_eq(&recorded("access.log", log.as_bytes()));
}

/// Seconds of the day, as web servers write them.
fn clock(seconds: i64) -> String {
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("23/Nov/2026:{hour:02}:{minute:02}:{second:02} +0900")
}

/// From the file to the verdict, with the lines to add.
#[test]
fn settings_of_a_resolver_are_judged() {
    let text = b"domain-needed\nstop-dns-rebind\nrebind-localhost-ok\n";
    let observed = observe(tree::read("dnsmasq.conf", text, Hints::default(), &Limits::desk()), &origin());
    assert_eq!(observed.problems, Vec::new());
    let entries = entries().unwrap();
    let judged = judge(&entries, &BTreeSet::new(), &crate::ContactBook::default(), &observed.observations);
    let found: Vec<_> = judged
        .decisions
        .iter()
        .filter_map(|decision| match &decision.verdict {
            Verdict::Fail(finding) => Some((decision.check.as_str(), finding)),
            _ => None,
        })
        .collect();
    let [(check, finding)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(*check, "page.resolver-lets-private-answers-through");
    assert_eq!(finding.text.key, "partly");
    let lines: Vec<&str> = finding.story.iter().map(|step| step.text.as_str()).collect();
    assert_eq!(
        lines,
        [
            "-rebind-localhost-ok",
            "bogus-nxdomain=100.64.0.0/10",
            "bogus-nxdomain=198.18.0.0/15",
            "bogus-nxdomain=fc00::/8",
            "bogus-nxdomain=64:ff9b::7f00:0/104",
            "bogus-nxdomain=64:ff9b::a00:0/104",
            "bogus-nxdomain=64:ff9b::ac10:0/108",
            "bogus-nxdomain=64:ff9b::c0a8:0/112",
        ]
    );
}

/// What an archive of requests says of a page that asks the visitor's own machine.
const ARCHIVE: &str = r#"{"log": {"version": "1.2", "creator": {"name": "x"}, "pages": [{"id": "p", "title": "https://shop.example/", "startedDateTime": "2026-01-01T00:00:00.000Z"}],
"entries": [
{"pageref": "p", "_resourceType": "document", "startedDateTime": "2026-01-01T00:00:00.000Z", "serverIPAddress": "203.0.113.9", "request": {"method": "GET", "url": "https://shop.example/"}, "response": {"status": 200}},
{"pageref": "p", "_resourceType": "xhr", "startedDateTime": "2026-01-01T00:00:01.000Z", "serverIPAddress": "127.0.0.1", "request": {"method": "GET", "url": "http://127.0.0.1:5900/x"}, "response": {"status": 200}},
{"pageref": "p", "_resourceType": "xhr", "startedDateTime": "2026-01-01T00:00:02.000Z", "serverIPAddress": "100.64.0.9", "request": {"method": "GET", "url": "https://app.example/x"}, "response": {"status": 200}}
]}}"#;

/// Targets that count, of a file read with these settings, and the rules that allowed others.
#[track_caller]
fn check_settings(name: &str, text: &str, pages: PageConfig, counting: &[&str], allowed_by: &[&str]) {
    let tree = tree::read(name, text.as_bytes(), Hints::default(), &Limits::desk());
    let origin = Origin { name: name.to_owned(), pages, ..origin() };
    // As it reaches the process that reads.
    let sent: Origin = serde_json::from_str(&serde_json::to_string(&origin).unwrap()).unwrap();
    assert_eq!(sent, origin);
    let observed = observe(tree, &sent);
    assert_eq!(observed.problems, Vec::new(), "{name}");
    let facts: Vec<_> = observed.observations.iter().filter_map(|seen| Fact::as_page(&seen.fact)).collect();
    let counted = facts.iter().filter(|fact| fact.rule.is_some() && fact.counts());
    let hosts: BTreeSet<&str> =
        counted.flat_map(|fact| fact.targets.iter().map(|target| target.host.as_str())).collect();
    assert_eq!(hosts.into_iter().collect::<Vec<_>>(), counting, "{name}");
    let rules: Vec<&str> = facts.iter().filter_map(|fact| fact.allowed_by.as_deref()).collect();
    assert_eq!(rules, allowed_by, "{name}");
}

#[test]
fn allow_rules_and_address_spaces_hold_for_events_and_for_recordings() {
    let rule = AllowRule {
        id: "agent".to_owned(),
        page: "[*.]shop.example".to_owned(),
        target: "127.0.0.1".to_owned(),
        ports: vec!["5900".to_owned()],
        reason: "sign-in agent".to_owned(),
        ..AllowRule::default()
    };
    let none = PageConfig::default;
    let ruled = || PageConfig { allow: vec![rule.clone()], ..none() };
    let both = PageConfig { overrides: vec!["100.64.0.0/10=public".to_owned()], ..ruled() };
    check_settings("events.ndjson", SCAN, none(), &["127.0.0.1"], &[]);
    check_settings("events.ndjson", SCAN, ruled(), &[], &["agent"]);
    check_settings("page.har", ARCHIVE, none(), &["127.0.0.1", "app.example"], &[]);
    check_settings("page.har", ARCHIVE, ruled(), &["app.example"], &["agent"]);
    check_settings("page.har", ARCHIVE, both, &[], &["agent"]);
}

#[test]
fn a_setting_that_cannot_be_used_is_told_with_every_recording() {
    let pages = PageConfig { overrides: vec!["office".to_owned()], ..PageConfig::default() };
    for (name, text) in [("events.ndjson", SCAN), ("page.har", ARCHIVE)] {
        let tree = tree::read(name, text.as_bytes(), Hints::default(), &Limits::desk());
        let observed = observe(tree, &Origin { pages: pages.clone(), ..origin() });
        let told = &observed.problems[0].detail;
        assert!(told.starts_with("the setting overrides[0] is not used: \"office\""), "{name}: {told}");
    }
}
