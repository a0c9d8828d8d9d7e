//! The life of a finding through the command line, and the store's copies.

use crate::program::{Desk, hijacked_mail, text};
use hinomi_model::Fingerprint;
use hinomi_store::{Acceptance, AcceptanceKind, Store};
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use std::collections::BTreeMap;
use std::fs;

const CONFIG: &str = "schema = 1\n[scope]\ndomains = [\"reiji.example\"]\n\n[[source]]\nkind = \"mail-folder\"\npath = \"mail\"\n";

/// A desk with a configuration and two letters, each one finding.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("hinomi.toml", CONFIG);
    desk.write("mail/one.eml", hijacked_mail("Re: one", 1));
    desk.write("mail/two.eml", hijacked_mail("Re: two", 2));
    desk
}

/// Runs, and gives each finding's status by its subject, with its id.
fn run(desk: &Desk) -> BTreeMap<String, (String, String)> {
    let said = desk.run(["run", "--format", "json"]);
    assert!(matches!(said.code, Some(0 | 1)), "{}", said.err);
    said.of_type("finding")
        .iter()
        .map(|finding| {
            let subject = finding["data"]["subject"].as_str().expect("a subject").to_owned();
            (subject, (text(finding, "status").to_owned(), text(finding, "id").to_owned()))
        })
        .collect()
}

fn statuses(desk: &Desk) -> Vec<(String, String)> {
    run(desk).into_iter().map(|(subject, (status, _))| (subject, status)).collect()
}

#[track_caller]
fn check(desk: &Desk, expected: &[(&str, &str)]) {
    let found = statuses(desk);
    let found: Vec<(&str, &str)> =
        found.iter().map(|(subject, status)| (subject.as_str(), status.as_str())).collect();
    assert_eq!(found, expected);
}

fn day(ahead: i64) -> String {
    Zoned::now().date().saturating_add(ahead.days()).to_string()
}

#[test]
fn new_open_fixed_reopened() {
    let desk = desk();
    check(&desk, &[("Re: one", "new"), ("Re: two", "new")]);
    check(&desk, &[("Re: one", "open"), ("Re: two", "open")]);
    fs::remove_file(desk.path("mail/two.eml")).expect("it is there");
    check(&desk, &[("Re: one", "open"), ("Re: two", "fixed")]);
    check(&desk, &[("Re: one", "open")]);
    desk.write("mail/two.eml", hijacked_mail("Re: two", 2));
    check(&desk, &[("Re: one", "open"), ("Re: two", "reopened")]);
    check(&desk, &[("Re: one", "open"), ("Re: two", "open")]);
}

#[test]
fn what_could_not_be_read_is_not_called_fixed() {
    let desk = desk();
    check(&desk, &[("Re: one", "new"), ("Re: two", "new")]);
    // The folder is there and its content is not: a share that is not mounted looks so.
    fs::rename(desk.path("mail"), desk.path("away")).expect("it is there");
    let said = desk.run(["run", "--format", "json"]);
    assert_eq!(
        said.of_type("finding").iter().filter(|line| text(line, "status") == "fixed").count(),
        0,
        "{said:?}"
    );
    fs::rename(desk.path("away"), desk.path("mail")).expect("it is there");
    check(&desk, &[("Re: one", "open"), ("Re: two", "open")]);
}

#[test]
fn an_accepted_finding_stays_in_the_report_until_its_day_is_over() {
    let desk = desk();
    let (_, id) = run(&desk)["Re: one"].clone();
    let reason = "Known to the sales office";
    let (yesterday, in_a_week, too_far) = (day(-2), day(7), day(400));
    let accept = |reason: &str, until: &str, by: &str| {
        desk.run(["finding", "accept", &id, "--reason", reason, "--until", until, "--approved-by", by])
    };
    for (reason, until, by) in [
        ("short", in_a_week.as_str(), "sato"),
        (reason, yesterday.as_str(), "sato"),
        (reason, too_far.as_str(), "sato"),
        (reason, "soon", "sato"),
        (reason, in_a_week.as_str(), " "),
    ] {
        let said = accept(reason, until, by);
        assert_eq!(said.code, Some(2), "accepted: {reason:?} {until:?} {by:?}");
    }
    check(&desk, &[("Re: one", "open"), ("Re: two", "open")]);
    assert_eq!(accept(reason, &in_a_week, "sato").code, Some(0));
    check(&desk, &[("Re: one", "suppressed"), ("Re: two", "open")]);

    for format in ["text", "html"] {
        let report = desk.run(["report", "--format", format]);
        assert!(report.out.contains(reason), "{format}: the reason is not in the report:\n{}", report.out);
        assert!(report.out.contains("sato"), "{format}: the approver is not in the report");
    }
    let table = desk.run(["report", "--format", "csv"]).out;
    assert!(table.lines().any(|line| line.contains("accepted") && line.contains(&id)), "{table}");
    let shown = desk.run(["finding", "show", &id]);
    assert!(shown.out.contains(reason) && shown.out.contains("accepted"), "{}", shown.out);

    // Its last day passes.
    let now = Timestamp::now();
    let mut store = Store::open(&desk.path("hinomi.db")).expect("the store opens");
    let over = Acceptance {
        reason: reason.to_owned(),
        until: now - SignedDuration::from_hours(1),
        approved_by: "sato".to_owned(),
        kind: AcceptanceKind::Accepted,
        ticket: None,
    };
    let id: Fingerprint = id.parse().expect("an id");
    store.accept(&id, &over, now - SignedDuration::from_hours(48)).expect("it was valid two days ago");
    drop(store);
    let (status, _) = run(&desk)["Re: one"].clone();
    assert!(matches!(status.as_str(), "open" | "reopened"), "{status}");
}

#[test]
fn only_findings_that_are_not_suppressed_raise_the_exit_code() {
    let desk = desk();
    fs::remove_file(desk.path("mail/two.eml")).expect("it is there");
    let (_, id) = run(&desk)["Re: one"].clone();
    assert_eq!(desk.run(["run"]).code, Some(1));
    let until = day(7);
    let accept = ["--reason", "Known to the sales office", "--until", &until, "--approved-by", "sato"];
    assert_eq!(desk.run([&["finding", "accept", &id][..], &accept].concat()).code, Some(0));
    let said = desk.run(["run", "--format", "json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let summary = said.lines().pop().expect("a summary");
    assert_eq!(summary["suppressed"], 1, "{summary}");
}

#[test]
fn a_copy_brings_the_store_back() {
    let desk = desk();
    let before = run(&desk);
    assert_eq!(desk.run(["backup", "copy.db"]).code, Some(0));
    desk.write("mail/three.eml", hijacked_mail("Re: three", 3));
    assert_eq!(run(&desk).len(), 3);
    let restored = desk.run(["restore", "copy.db"]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    let listed = desk.run(["finding", "list", "--format", "json"]).of_type("finding");
    let ids: Vec<&str> = listed.iter().map(|finding| text(finding, "id")).collect();
    assert_eq!(ids.len(), 2);
    assert!(before.values().all(|(_, id)| ids.contains(&id.as_str())));
    assert_eq!(desk.run(["audit", "verify"]).code, Some(0));

    // A copy that was tampered with is not put in place.
    let mut copy = fs::read(desk.path("copy.db")).expect("it is there");
    let middle = copy.len() / 2;
    copy[middle..].iter_mut().for_each(|byte| *byte ^= 0x55);
    desk.write("bad.db", copy);
    assert_eq!(desk.run(["restore", "bad.db"]).code, Some(2));
    assert_eq!(desk.run(["finding", "list", "--format", "json"]).of_type("finding").len(), 2);
}

#[test]
fn an_audit_log_that_was_rewritten_is_noticed() {
    let desk = desk();
    let (_, id) = run(&desk)["Re: one"].clone();
    let until = day(7);
    let reason = "Known to the sales office";
    let accept = ["finding", "accept", &id, "--reason", reason, "--until", &until, "--approved-by", "sato"];
    assert_eq!(desk.run(accept).code, Some(0));
    assert_eq!(desk.run(["audit", "verify"]).code, Some(0));
    assert_eq!(desk.run(["backup", "copy.db"]).code, Some(0));
    // The same length, so that the file stays a database.
    let bytes = fs::read(desk.path("copy.db")).expect("it is there");
    let (old, new) = (reason.as_bytes(), b"Known to nobody in here !");
    assert_eq!(old.len(), new.len());
    let mut changed = bytes.clone();
    let places: Vec<usize> =
        (0..bytes.len() - old.len()).filter(|at| bytes[*at..].starts_with(old)).collect();
    assert!(!places.is_empty(), "the reason stands in the store");
    places.iter().for_each(|at| changed[*at..*at + new.len()].copy_from_slice(new));
    for beside in ["hinomi.db-wal", "hinomi.db-shm"] {
        let _ = fs::remove_file(desk.path(beside));
    }
    desk.write("hinomi.db", changed);
    let said = desk.run(["audit", "verify"]);
    assert_eq!(said.code, Some(2), "{said:?}");
}
