//! What reaches a block list, and what never does.

use super::*;
use crate::tests::{gate, report, url};
use expect_test::expect_file;
use hinomi_model::Lang;

fn preview() -> (Report, Preview) {
    let report = report(Lang::En);
    let preview = Preview::of(&report, &gate());
    (report, preview)
}

#[test]
fn golden_lists() {
    let (report, preview) = preview();
    for (format, name) in
        [(BlockFormat::Plain, "plain.txt"), (BlockFormat::Hosts, "hosts.txt"), (BlockFormat::Csv, "csv")]
    {
        let list = block(&report, &preview, format).replace("\r\n", "\n");
        expect_file![format!("fixtures/sample.{name}")].assert_eq(&list);
    }
}

#[test]
fn a_url_on_a_shared_hoster_passes_and_its_host_does_not() {
    let (_, preview) = preview();
    let passed: Vec<&str> = preview.passed.iter().map(|p| p.indicator().value.as_str()).collect();
    assert!(passed.contains(&"https://raw.githubusercontent.com/u/r/main/p.exe"), "{passed:?}");
    let held = preview.held.iter().find(|h| h.indicator.value == "raw.githubusercontent.com").unwrap();
    assert_eq!(held.reason, "well-known");
}

#[track_caller]
fn held(change: impl FnOnce(&mut Indicator), reason: &str) {
    let mut report = report(Lang::En);
    let mut indicator = url("http://bad.example/x", "bad.example");
    change(&mut indicator);
    for reported in &mut report.findings {
        reported.finding.indicators = vec![indicator.clone()];
    }
    let preview = Preview::of(&report, &gate());
    let of_it = preview.held.iter().find(|held| held.indicator.value == indicator.value).unwrap();
    assert_eq!(of_it.reason, reason);
    let list = block(&report, &preview, BlockFormat::Plain);
    assert!(list.lines().all(|line| line.starts_with('#') || line != indicator.value), "{list}");
}

#[test]
fn what_must_not_be_blocked_is_held_with_its_reason() {
    held(|i| i.host = "www.shop.example".to_owned(), "own");
    held(|i| i.host = "10.0.0.1".to_owned(), "reserved");
    held(|i| i.valid_until = None, "no-end-date");
    held(|i| i.valid_until = Some("2020-07-24T01:00:00Z".parse().unwrap()), "expired");
    held(|i| i.kind = IndicatorKind::Hash, "not-a-destination");
    held(|i| i.value = "http://bad.example/a b".to_owned(), "unwritable");
    held(|i| i.value = "http://bad.example/\u{202e}".to_owned(), "unwritable");
}

#[test]
fn accepted_and_fixed_findings_bring_nothing() {
    let mut report = report(Lang::En);
    for (reported, status) in
        report.findings.iter_mut().zip([Status::Suppressed, Status::Fixed].into_iter().cycle())
    {
        reported.status = status;
    }
    let preview = Preview::of(&report, &gate());
    assert!(preview.passed.is_empty() && preview.held.is_empty());
    let list = block(&report, &preview, BlockFormat::Hosts);
    assert!(list.contains("nothing to list") && list.lines().all(|line| line.starts_with('#')), "{list}");
}

#[test]
fn every_entry_says_until_when_and_from_which_finding() {
    let (report, preview) = preview();
    let list = block(&report, &preview, BlockFormat::Plain);
    let lines: Vec<&str> = list.lines().collect();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        assert!(lines[at - 1].contains("until 2020-10-21") && lines[at - 1].contains("hnm1:"), "{line}");
    }
    assert!(preview.passed.iter().all(|passed| passed.findings().next().is_some()));
}
