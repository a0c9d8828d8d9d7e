//! From lines to facts, and what is lost on the way.

use super::observe::events;
use crate::{Origin, entries, judge, observe};
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
        taken_by: "test".to_owned(),
        neighbours: Vec::new(),
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
    let (seen, problems) = events(broken.as_bytes(), &[]);
    assert_eq!(problems.len(), 21);
    assert_eq!(
        (problems[0].place.as_str(), problems[20].detail.as_str()),
        ("line 5", "10 more lines are no events")
    );
    assert!(seen.iter().any(|(_, _, fact)| fact.rule.is_none() && fact.cut));
    assert!(events(b"", &[]).0.is_empty());
}

#[test]
fn events_without_a_hook_cannot_see_webrtc() {
    let (seen, _) = events(SCAN.lines().next().unwrap().as_bytes(), &[]);
    assert!(seen[0].2.webrtc_unseen);
    let (seen, _) = events(SCAN.as_bytes(), &[]);
    assert!(!seen[0].2.webrtc_unseen);
}

#[test]
fn a_log_of_names_is_told_by_name() {
    let line = r#"{"at": 1, "source": "dns_log", "type": "resolution", "name": "a.example", "answers": ["10.0.0.1"]}"#;
    let (seen, _) = events(line.as_bytes(), &[]);
    assert_eq!((seen[0].0.as_str(), seen[0].2.page.as_str()), ("dns:a.example", "a.example"));
    let (ours, _) = events(line.as_bytes(), &["a.example".to_owned()]);
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
