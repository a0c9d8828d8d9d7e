//! Every page is run, every entry is held to its rules, and judging is total and deterministic.

mod carried;
mod judging;
mod observing;
mod wording;

use crate::manual::{examples, languages, run};
use crate::{CHECKS, ContactBook, entries, entry, judge};
use hinomi_model::{Lang, Observation, Verdict};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn every_entry_keeps_its_promises() {
    let entries = entries().unwrap();
    assert_eq!(entries.len(), CHECKS.len(), "two checks share an id");
    for entry in entries.values() {
        let family = entry.id.split('.').next().unwrap();
        assert!(crate::FAMILIES.contains(&family), "{} is of no family", entry.id);
        assert!(entry.attack.iter().all(|id| id.starts_with('T')), "{}: ATT&CK technique ids", entry.id);
    }
}

#[test]
fn every_page_example_gives_the_verdict_it_shows() {
    for check in CHECKS {
        for example in examples(check.page) {
            let told = run(check, &example)
                .unwrap_or_else(|why| panic!("{} line {}: {why}", check.id, example.line));
            assert_eq!(told, example.verdict, "{} line {}", check.id, example.line);
        }
    }
}

#[test]
fn every_page_shows_a_failing_a_passing_and_an_undecidable_example_in_both_languages() {
    for check in CHECKS {
        let verdicts: Vec<String> = examples(check.page).into_iter().map(|e| e.verdict).collect();
        for kind in ["fail", "pass", "undetermined"] {
            assert!(
                verdicts.iter().any(|v| v.lines().any(|l| l.starts_with(kind))),
                "{}: no {kind}",
                check.id
            );
        }
        assert_eq!(languages(check.page), BTreeSet::from(["en", "ja"]), "{}", check.id);
        for lang in Lang::ALL {
            assert!(crate::manual::in_language(check.page, lang).contains("```verdict"), "{}", check.id);
        }
    }
}

#[test]
fn a_page_that_lies_is_caught() {
    let mut check = CHECKS[0];
    let lie: &'static str = Box::leak(check.page.replace("fail high/high", "pass").into_boxed_str());
    check.page = lie;
    let example = examples(check.page).into_iter().next().unwrap();
    assert_ne!(run(&check, &example).unwrap(), example.verdict);
}

#[test]
fn every_word_a_check_says_has_its_slots_filled() {
    for check in CHECKS {
        let entry = entry::read(check.id, check.entry).unwrap();
        for example in examples(check.page) {
            for line in example.verdict.lines().filter(|line| *line != "pass") {
                let (head, args) = line.split_once(": ").unwrap_or((line, ""));
                let key = head.rsplit(' ').next().unwrap();
                let template = &entry.text["en"][key];
                for slot in entry::slots(template) {
                    assert!(args.contains(&format!("{slot}=")), "{}: {key} has no {slot}", check.id);
                }
            }
        }
    }
}

#[track_caller]
fn refused(from: &str, to: &str, why: &str) {
    let broken = CHECKS[0].entry.replacen(from, to, 1);
    assert_ne!(broken, CHECKS[0].entry, "the sabotage did not apply");
    let error = entry::read(CHECKS[0].id, &broken).expect_err("must be refused");
    let mut told = error.to_string();
    if let Some(source) = std::error::Error::source(&error) {
        told.push_str(&source.to_string());
    }
    assert!(told.contains(why), "{told}");
}

#[test]
fn an_entry_that_breaks_a_rule_is_refused() {
    refused("[text.en]", "[text.fr]", "languages");
    refused("since =", "sinse =", "unknown field");
    refused("needs = [\"macro\"]", "needs = [\"marco\"]", "unknown kind of fact");
    refused("id = \"document.auto-run-macro\"", "id = \"document.other\"", "id is");
    refused("title = \"Macro that", "titel = \"Macro that", "one language only");
    refused(
        "{entry} of {file} runs by itself and starts",
        "{entrance} of {file} runs by itself and starts",
        "slots",
    );
    refused("fetches = { severity", "fetched = { severity", "missing");
}

fn all_examples() -> Vec<Observation> {
    let mut all = Vec::new();
    for check in CHECKS {
        for example in examples(check.page) {
            let mut value: serde_json::Value = serde_json::from_str(&example.observations).unwrap();
            for (at, observation) in value.as_array_mut().unwrap().iter_mut().enumerate() {
                for key in ["evidence", "within"] {
                    if let Some(name) = observation.get(key).and_then(|v| v.as_str()) {
                        let id = hinomi_model::EvidenceId::of(format!("{}{name}", check.id).as_bytes());
                        observation[key] = id.as_str().into();
                    }
                }
                assert!(at < 100);
            }
            all.extend(serde_json::from_value::<Vec<Observation>>(value).unwrap());
        }
    }
    all
}

#[test]
fn judging_does_not_depend_on_the_order_of_observations() {
    let entries = entries().unwrap();
    let own = BTreeSet::from(["reiji.example".to_owned()]);
    let mut observations = all_examples();
    let contacts = ContactBook::from_observations(&observations);
    let first = judge(&entries, &own, &contacts, &observations);
    assert!(first.decisions.len() > 30);
    observations.reverse();
    assert_eq!(judge(&entries, &own, &contacts, &observations), first);
    observations.sort_by_key(|o| format!("{:?}", o.fact));
    assert_eq!(judge(&entries, &own, &contacts, &observations), first);
}

#[test]
fn every_check_and_case_is_decided_exactly_once() {
    let entries = entries().unwrap();
    let observations = all_examples();
    let judged = judge(&entries, &BTreeSet::new(), &ContactBook::default(), &observations);
    let mut seen = BTreeMap::new();
    for decision in &judged.decisions {
        *seen.entry((&decision.check, &decision.asset, &decision.subject)).or_insert(0) += 1;
    }
    assert!(seen.values().all(|times| *times == 1));
    assert!(judged.broken.is_empty());
    let internal = judged
        .decisions
        .iter()
        .any(|d| matches!(&d.verdict, Verdict::Undetermined(t) if t.key == "internal"));
    assert!(!internal);
}
