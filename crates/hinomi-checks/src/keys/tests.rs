//! The join: one finding names server, certificate, file and permissions.

use crate::{CHECKS, ContactBook, entries, judge, judge_under};
use crate::{Judged, Policy};
use hinomi_model::{Finding, Observation, Verdict};
use std::collections::BTreeSet;

/// The observations of the n-th example of a check's page.
fn example(id: &str, at: usize) -> Vec<Observation> {
    let check = CHECKS.iter().find(|check| check.id == id).unwrap();
    let example = crate::manual::examples(check.page).remove(at);
    let mut value: serde_json::Value = serde_json::from_str(&example.observations).unwrap();
    for observation in value.as_array_mut().unwrap() {
        let name = observation["evidence"].as_str().unwrap().to_owned();
        observation["evidence"] = hinomi_model::EvidenceId::of(name.as_bytes()).as_str().into();
    }
    serde_json::from_value(value).unwrap()
}

fn findings(judged: Judged, id: &str) -> Vec<Finding> {
    let of_check = judged.decisions.into_iter().filter(|decision| decision.check == id);
    of_check
        .filter_map(|decision| match decision.verdict {
            Verdict::Fail(finding) => Some(*finding),
            _ => None,
        })
        .collect()
}

#[test]
fn a_finding_on_a_key_file_names_the_server_the_certificate_the_file_and_its_mode() {
    let seen = example("keys.private-key-in-clear", 1);
    let judged = judge(&entries().unwrap(), &BTreeSet::new(), &ContactBook::default(), &seen);
    let found = findings(judged, "keys.private-key-in-clear");
    assert_eq!(found.len(), 1);
    let steps: Vec<String> =
        found[0].story.iter().map(|step| format!("{} | {} | {}", step.kind, step.text, step.place)).collect();
    assert_eq!(
        steps,
        [
            "server | www.reiji.example:443 | 192.0.2.1",
            "certificate | CN=www.reiji.example (– 2026-11-16) | www.reiji.example:443",
            "key | private_key RSA 2048 0640 | etc/web.key",
        ]
    );
    assert_eq!(found[0].text.args["served"], "www.reiji.example:443");
}

#[test]
fn the_planned_end_of_use_decides_on_strength() {
    let seen = example("keys.strength-ends", 0);
    let under = |in_use_until| {
        let policy = Policy { in_use_until, ..Policy::default() };
        let entries = entries().unwrap();
        let judged = judge_under(&policy, &entries, &BTreeSet::new(), &ContactBook::default(), &seen);
        findings(judged, "keys.strength-ends").remove(0).text.key
    };
    assert_eq!(under(None), "transition");
    assert_eq!(under(Some(2030)), "transition");
    assert_eq!(under(Some(2031)), "ends");
}

#[test]
fn a_finding_stays_the_same_when_a_copy_of_the_key_moves() {
    let seen = example("keys.same-key-in-two-places", 0);
    let mut moved = seen.clone();
    for observation in &mut moved {
        if let hinomi_model::Fact::Key(key) = &mut observation.fact {
            key.place = format!("srv/{}", key.place);
        }
    }
    let print = |seen: &[Observation]| {
        let judged = judge(&entries().unwrap(), &BTreeSet::new(), &ContactBook::default(), seen);
        findings(judged, "keys.same-key-in-two-places").remove(0).fingerprint()
    };
    assert_eq!(print(&seen), print(&moved));
}
