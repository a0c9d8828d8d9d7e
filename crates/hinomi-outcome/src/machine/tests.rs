//! JSON, SARIF and OCSF, against their schemas.

use super::*;
use crate::tests::{plan, report};
use crate::visible::acts;
use expect_test::expect_file;
use hinomi_model::{Lang, Status};
use serde_json::{Value, json as value};
use std::collections::BTreeSet;

const SCHEMA: &str = include_str!("../../../../docs/reference/output.schema.json");

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
}

fn sample(lang: Lang) -> Vec<Value> {
    let report = report(lang);
    let text = json(&report, Some(&plan(&report)));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_line_of_every_type_fits_the_schema() {
    let schema = schema();
    for lang in Lang::ALL {
        let lines = sample(lang);
        for line in &lines {
            let errors: Vec<String> = schema.iter_errors(line).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{line}: {errors:?}");
        }
        let types: BTreeSet<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
        let all = [
            "budget",
            "finding",
            "indicator",
            "measure",
            "observation",
            "problem",
            "summary",
            "undetermined",
        ];
        assert_eq!(types.into_iter().collect::<Vec<_>>(), all);
    }
}

#[test]
fn every_kind_of_fact_is_in_the_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let kinds = &schema["$defs"]["observation"]["properties"]["fact"]["propertyNames"]["enum"];
    assert_eq!(*kinds, value!(hinomi_model::Fact::KINDS));
}

/// Each change makes a line that must be refused.
#[test]
fn a_changed_line_does_not_fit() {
    let schema = schema();
    for line in sample(Lang::En) {
        let keys: Vec<String> = line.as_object().unwrap().keys().cloned().collect();
        for key in &keys {
            let mut wrong: Vec<Value> = vec![value!([["x"]])];
            wrong.push(if line[key].is_string() { value!(7) } else { value!("x") });
            for wrong in wrong {
                let mut changed = line.clone();
                changed[key] = wrong;
                assert!(!schema.is_valid(&changed), "{key} of {changed}");
            }
            // The reason of an acceptance is there only when there is one.
            if key != "acceptance" {
                let mut without = line.clone();
                without.as_object_mut().unwrap().remove(key);
                assert!(!schema.is_valid(&without), "without {key}: {without}");
            }
        }
        let mut more = line.clone();
        more["surprise"] = value!(1);
        assert!(!schema.is_valid(&more), "{more}");
        let mut newer = line;
        newer["schema"] = value!(2);
        assert!(!schema.is_valid(&newer), "{newer}");
    }
}

#[test]
fn particular_mistakes_are_refused() {
    let schema = schema();
    let find = |kind: &str| sample(Lang::En).into_iter().find(|line| line["type"] == kind).unwrap();
    let refused = |kind: &str, pointer: &str, wrong: Value| {
        let mut line = find(kind);
        *line.pointer_mut(pointer).unwrap() = wrong;
        assert!(!schema.is_valid(&line), "{line}");
    };
    refused("finding", "/severity", value!("grave"));
    refused("finding", "/id", value!("hnm1:xyz"));
    refused("finding", "/evidence", value!([]));
    refused("finding", "/evidence/0/sha256", value!("ABCD"));
    refused("finding", "/asset", value!("someone"));
    refused("indicator", "/tlp", value!("purple"));
    refused("measure", "/cost_yen", value!(0.5));
    refused("measure", "/cost_yen", value!(-1));
    refused("measure", "/days", value!(0.25));
    refused("budget", "/security_yen/0/source", value!(null));
    refused("summary", "/findings", value!({"high": 1}));
    refused("observation", "/fact", value!({"tea": {}}));
}

#[test]
fn the_summary_is_the_last_line_and_adds_up() {
    let lines = sample(Lang::Ja);
    let last = lines.last().unwrap();
    assert_eq!(last["type"], "summary");
    let number = |key: &str| last[key].as_u64().unwrap();
    assert_eq!(number("checked"), number("passed") + number("failed") + number("undecided"));
    let shown: u64 = last["findings"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(shown + number("suppressed"), number("failed"));
    assert_eq!(lines.iter().filter(|line| line["type"] == "summary").count(), 1);
}

#[test]
fn keys_do_not_change_with_the_language() {
    let keys = |lang| -> Vec<Vec<String>> {
        sample(lang).iter().map(|line| line.as_object().unwrap().keys().cloned().collect()).collect()
    };
    assert_eq!(keys(Lang::Ja), keys(Lang::En));
}

#[test]
fn an_accepted_findings_indicators_are_not_told() {
    let mut report = report(Lang::En);
    let all = json(&report, None).matches("\"type\":\"indicator\"").count();
    assert_eq!(all, 6);
    for reported in &mut report.findings {
        reported.status = Status::Suppressed;
    }
    assert_eq!(json(&report, None).matches("\"type\":\"indicator\"").count(), 0);
}

#[test]
fn a_line_holds_nothing_that_acts_and_reads_back_the_same() {
    let hostile = "a\u{1b}[2J\u{202e}b\u{85}\u{7f}\u{2028}\u{e0041}\n";
    let line = line(&value!({ "k": hostile }));
    assert!(!line.chars().any(acts) && !line.contains('\n'), "{line}");
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["k"], hostile);
}

#[test]
fn golden_lines() {
    for lang in Lang::ALL {
        let report = report(lang);
        let name = lang.as_str();
        expect_file![format!("fixtures/sample.{name}.ndjson")]
            .assert_eq(&json(&report, Some(&plan(&report))));
    }
}

fn pretty(line: &str) -> String {
    serde_json::to_string_pretty(&serde_json::from_str::<Value>(line).unwrap()).unwrap() + "\n"
}

#[test]
fn golden_sarif() {
    let log = sarif(&report(Lang::En));
    expect_file!["fixtures/sample.en.sarif.json"].assert_eq(&pretty(&log));
}

#[test]
fn sarif_says_what_was_not_read_and_not_decided() {
    let log: Value = serde_json::from_str(&sarif(&report(Lang::En))).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().len(), 2);
    let results = run["results"].as_array().unwrap();
    let open: Vec<&Value> = results.iter().filter(|result| result["kind"] == "open").collect();
    assert_eq!((open.len(), &open[0]["level"]), (1, &value!("none")));
    let states: Vec<&str> = results.iter().filter_map(|r| r["baselineState"].as_str()).collect();
    assert_eq!(states, ["unchanged", "new", "new", "new", "unchanged"]);
    assert_eq!(results[4]["suppressions"][0]["status"], "accepted");
    for result in results {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
    }
}

#[test]
fn a_source_cannot_become_a_scheme_or_leave_the_root() {
    let mut report = report(Lang::En);
    report.problems[0].source = "javascript:alert(1)//../../etc/passwd?x#y z".to_owned();
    let log: Value = serde_json::from_str(&sarif(&report)).unwrap();
    let uri = log
        .pointer("/runs/0/invocations/0/toolExecutionNotifications/0/locations/0/physicalLocation/artifactLocation/uri")
        .unwrap();
    assert_eq!(uri, "javascript%3Aalert%281%29/etc/passwd%3Fx%23y%20z");
}

#[test]
fn golden_ocsf() {
    let events = ocsf(&report(Lang::En));
    let pretty: String = events.lines().map(pretty).collect();
    expect_file!["fixtures/sample.en.ocsf.json"].assert_eq(&pretty);
}

#[test]
fn ocsf_events_carry_the_fingerprint_the_state_and_milliseconds() {
    let report = report(Lang::Ja);
    for (line, reported) in ocsf(&report).lines().zip(&report.findings) {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["finding_info"]["uid"], reported.finding.fingerprint().as_str());
        assert_eq!(event["type_uid"], 200_400 + event["activity_id"].as_u64().unwrap());
        let at = reported.finding.at.unwrap_or(report.made_at);
        assert_eq!(event["time"], at.as_second() * 1_000);
        assert_eq!(event["status_id"], if reported.status == Status::Suppressed { 3 } else { 1 });
        assert!(!event["evidences"].as_array().unwrap().is_empty());
    }
}

#[test]
fn ocsf_leaves_out_a_mail_whose_sender_is_no_address() {
    let has_mail = |address: &str| {
        let mut report = report(Lang::En);
        if let hinomi_model::Fact::Mail(mail) = &mut report.observations[0].fact {
            mail.from[0].address = address.to_owned();
        }
        ocsf(&report).contains("\"email\":")
    };
    assert!(has_mail("a@b.example"));
    for odd in ["", "nobody", "a@b", "a b@c.example", "あ@b.example", "a@b@c.example", "a@.x"] {
        assert!(!has_mail(odd), "{odd}");
    }
}
