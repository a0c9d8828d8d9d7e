//! Lives of findings, told as scripts. What went wrong elsewhere is re-enacted under its own name.

mod random;

use crate::sample::{acceptance, asset, check_of, day, finding, graded, header, id};
use crate::{RunDiff, Store, StoreError};
use hinomi_model::{Coverage, Finding, Fingerprint, Severity};
use std::collections::BTreeMap;
use tempfile::TempDir;

/// Plays a script, one line a step, on a store in a real file, and compares what each step says.
///
/// `DAY run SEEN | COVERED ASSETS [| SOURCES]`, `DAY kill SEEN`, `DAY accept NAME DAYS`, `DAY unaccept NAME`,
/// `DAY show NAME`, `DAY history NAME`. A seen `a1@s2!low` is finding 1 of asset a, in source s2, of low severity.
#[track_caller]
fn check(script: &str, expected: &str) {
    let mut stage = Stage::new();
    let lines = script.trim().lines().map(|line| stage.play(line.trim()));
    let said: Vec<String> = lines.collect();
    let wanted: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    assert_eq!(said, wanted);
    stage.holds();
}

struct Stage {
    /// Of the store's file, when it has one.
    _folder: Option<TempDir>,
    store: Store,
    names: BTreeMap<Fingerprint, String>,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("hinomi.db")).unwrap();
        Self { _folder: Some(folder), store, names: BTreeMap::new() }
    }

    fn in_memory() -> Self {
        Self { _folder: None, store: Store::open_in_memory().unwrap(), names: BTreeMap::new() }
    }

    fn play(&mut self, line: &str) -> String {
        let (days, step) = line.split_once(' ').unwrap();
        let days = days.parse().unwrap();
        let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
        let said = match verb {
            "run" => self.run(days, rest),
            "kill" => self.look(days, rest, &["s"]).map(|_| "killed".to_owned()),
            "accept" => self.accept(days, rest),
            "unaccept" => self
                .store
                .unaccept(&id(rest), "s.tanaka", "no longer so", day(days))
                .map(|()| "ok".to_owned()),
            "show" => self.show(rest),
            "history" => self.history(rest),
            _ => panic!("unknown step {line}"),
        };
        said.unwrap_or_else(|error| format!("failed to {error}"))
    }

    fn look(&mut self, days: i64, seen: &str, sources: &[&str]) -> Result<crate::RunId, StoreError> {
        let run = self.store.begin_run(&header(days, sources))?;
        for word in seen.split_whitespace() {
            let (source, finding) = self.read(word);
            self.store.save(run, &source, &[], &[finding], day(days))?;
        }
        Ok(run)
    }

    fn read(&mut self, word: &str) -> (String, Finding) {
        let (word, low) = word.strip_suffix("!low").map_or((word, false), |word| (word, true));
        let (name, source) = word.split_once('@').unwrap_or((word, "s"));
        self.names.insert(id(name), name.to_owned());
        let finding = if low { graded(name, Severity::Low) } else { finding(name) };
        (source.to_owned(), finding)
    }

    fn run(&mut self, days: i64, rest: &str) -> Result<String, StoreError> {
        let parts: Vec<&str> = rest.split('|').collect();
        let sources: Vec<&str> = parts.get(2).map_or(vec!["s"], |part| part.split_whitespace().collect());
        let run = self.look(days, parts[0], &sources)?;
        let mut coverage = Coverage::default();
        for letter in parts.get(1).unwrap_or(&"").split_whitespace() {
            coverage.add(check_of(letter), &asset(letter));
        }
        let diff = self.store.finish_run(run, &coverage, day(days))?;
        Ok(self.tell(&diff))
    }

    fn tell(&self, diff: &RunDiff) -> String {
        let lists = [
            ("new", &diff.new),
            ("open", &diff.open),
            ("reopened", &diff.reopened),
            ("suppressed", &diff.suppressed),
            ("fixed", &diff.fixed),
            ("unseen", &diff.not_observed),
            ("stale", &diff.stale),
        ];
        let mut said = Vec::new();
        for (word, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let mut names: Vec<&str> = list.iter().map(|id| self.names[id].as_str()).collect();
            names.sort_unstable();
            said.push(format!("{word} {}", names.join(" ")));
        }
        if said.is_empty() { "nothing".to_owned() } else { said.join(", ") }
    }

    fn accept(&mut self, days: i64, rest: &str) -> Result<String, StoreError> {
        let (name, until) = rest.split_once(' ').unwrap();
        let until = day(days + until.parse::<i64>().unwrap());
        self.store.accept(&id(name), &acceptance(until), day(days))?;
        Ok("ok".to_owned())
    }

    fn show(&self, name: &str) -> Result<String, StoreError> {
        let found = self.store.finding(&id(name))?;
        let reason = found.acceptance.map_or("-".to_owned(), |acceptance| acceptance.reason);
        let (status, severity) = (found.status.as_str(), found.finding.severity.as_str());
        Ok(format!("{status} {severity}, came back {}, reason: {reason}", found.reopen_count))
    }

    fn history(&self, name: &str) -> Result<String, StoreError> {
        let events = self.store.history(&id(name))?;
        let words =
            |event: &crate::Event| format!("{} {}", event.kind.as_str(), event.note).trim().to_owned();
        Ok(events.iter().map(words).collect::<Vec<_>>().join("; "))
    }

    /// What holds after any script: the counters count, the log verifies, the file is whole.
    #[track_caller]
    fn holds(&self) {
        self.store.audit_verify().unwrap();
        let kept: u64 = self.store.counters().unwrap().iter().map(|counter| counter.findings).sum();
        let count = "SELECT (SELECT count(*) FROM finding),
            (SELECT count(*) FROM (SELECT check_id, status, rank, count(*) AS n FROM finding GROUP BY 1, 2, 3
                EXCEPT SELECT check_id, status, rank, n FROM counter)),
            (SELECT count(*) FROM (SELECT asset_id, rank, count(*) FROM finding
                WHERE status IN ('new', 'open', 'reopened') GROUP BY 1, 2 EXCEPT SELECT * FROM asset_counter))";
        let row = |row: &rusqlite::Row<'_>| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        };
        let counted = self.store.conn.query_row(count, [], row).unwrap();
        assert_eq!(counted, (i64::try_from(kept).unwrap(), 0, 0));
        let whole: String =
            self.store.conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(whole, "ok");
    }
}

#[test]
fn new_then_open_then_fixed_then_reopened() {
    check(
        "0 run a1 a2 | a
         1 run a1 a2 | a
         2 run a1 | a
         3 run a1 a2 | a
         4 run a1 a2 | a
         4 show a2
         4 history a2",
        "new a1 a2
         open a1 a2
         open a1, fixed a2
         open a1, reopened a2
         open a1 a2
         open high, came back 1, reason: -
         found; fixed; returned",
    );
}

#[test]
fn a_network_check_needs_two_looks_in_vain_one_after_the_other() {
    check(
        "0 run n1 | n
         1 run | n
         2 run n1 | n
         3 run | n
         4 run |
         5 run | n
         6 run n1 | n",
        "new n1
         unseen n1
         open n1
         unseen n1
         unseen n1
         fixed n1
         reopened n1",
    );
}

#[test]
fn a_partial_run_never_fixes_an_asset_it_did_not_visit() {
    check(
        "0 run a1 b1 | a b
         1 run a1 | a
         2 run |
         3 run b1 | b
         4 run | a b",
        "new a1 b1
         open a1, unseen b1
         unseen a1 b1
         open b1, unseen a1
         fixed a1 b1",
    );
}

#[test]
fn another_check_looking_at_the_asset_fixes_nothing() {
    let mut stage = Stage::new();
    assert_eq!(stage.play("0 run a1 | a"), "new a1");
    let run = stage.store.begin_run(&header(1, &["s"])).unwrap();
    let mut coverage = Coverage::default();
    coverage.add("mail.password-in-clear", &asset("a"));
    let diff = stage.store.finish_run(run, &coverage, day(1)).unwrap();
    assert_eq!(stage.tell(&diff), "unseen a1");
}

#[test]
fn one_of_two_sources_read_fixes_nothing_that_was_in_both() {
    check(
        "0 run a1@s a1@t a2@t | a | s t
         1 run | a | s
         2 run a1@s | a | s t
         3 run | a | s",
        "new a1 a2
         unseen a1 a2
         open a1, fixed a2
         fixed a1",
    );
}

#[test]
fn a_killed_run_fixes_nothing_and_the_next_one_works() {
    check(
        "0 run a1 a2 | a
         1 kill a1
         2 run a1 a2 | a
         3 kill
         4 run a1 | a",
        "new a1 a2
         killed
         open a1 a2
         killed
         open a1, fixed a2",
    );
}

#[test]
fn what_only_a_killed_run_saw_is_still_news() {
    check(
        "0 run a1 | a
         1 run | a
         2 kill a1 a2
         3 run a1 a2 | a
         3 show a1
         4 run a1 a2 | a",
        "new a1
         fixed a1
         killed
         new a2, reopened a1
         reopened high, came back 1, reason: -
         open a1 a2",
    );
}

#[test]
fn accepted_is_suppressed_until_its_end_and_comes_back_with_the_old_reason() {
    check(
        "0 run a1 | a
         1 accept a1 30
         2 run a1 | a
         30 run a1 | a
         31 run a1 | a
         31 show a1
         32 run a1 | a
         32 history a1",
        "new a1
         ok
         suppressed a1
         suppressed a1
         reopened a1
         reopened high, came back 1, reason: agreed with accounting
         open a1
         found; accepted agreed with accounting; expired agreed with accounting",
    );
}

#[test]
fn accepted_and_gone_is_fixed_and_accepted_again_when_it_returns_in_time() {
    check(
        "0 run a1 | a
         1 accept a1 30
         2 run | a
         3 run a1 | a
         4 run |
         5 run | a
         60 run a1 | a
         60 show a1",
        "new a1
         ok
         fixed a1
         suppressed a1
         nothing
         fixed a1
         reopened a1
         reopened high, came back 1, reason: agreed with accounting",
    );
}

#[test]
fn taken_back_is_open_again_and_history_keeps_both() {
    check(
        "0 run a1 | a
         1 accept a1 30
         1 accept a1 30
         2 unaccept a1
         2 unaccept a1
         2 show a1
         3 run a1 | a
         3 history a1",
        &format!(
            "new a1
             ok
             ok
             ok
             failed to take back the acceptance of {}: it has none
             open high, came back 0, reason: -
             open a1
             found; accepted agreed with accounting; unaccepted no longer so",
            id("a1")
        ),
    );
}

#[test]
fn severity_may_change_without_making_another_finding() {
    check(
        "0 run a1 | a
         1 run a1!low | a
         1 show a1
         2 run a1 a1!low | a
         2 show a1
         2 history a1",
        "new a1
         open a1
         open low, came back 0, reason: -
         open a1
         open high, came back 0, reason: -
         found; regraded high to low; regraded low to high",
    );
}

#[test]
fn nobody_looked_for_thirty_days_is_stale() {
    check(
        "0 run a1 n1 | a n
         10 run | n
         29 run |
         30 run |
         40 run |
         41 run a1 | a",
        "new a1 n1
         unseen a1 n1
         unseen a1 n1
         unseen a1 n1, stale a1
         unseen a1 n1, stale a1 n1
         open a1, unseen n1, stale n1",
    );
}

/// DefectDojo #4663: the same file again created 15 and closed 15.
#[test]
fn the_same_input_fifty_times_changes_nothing() {
    let names: Vec<String> = (0..15).map(|n| format!("a{n}")).collect();
    let mut stage = Stage::new();
    let run = |stage: &mut Stage, days: usize, shift: usize| {
        let mut names = names.clone();
        names.rotate_left(shift % 15);
        if shift % 2 == 1 {
            names.reverse();
        }
        stage.play(&format!("{days} run {} | a", names.join(" ")))
    };
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(run(&mut stage, 0, 0), format!("new {}", sorted.join(" ")));
    for days in 1..=50 {
        assert_eq!(run(&mut stage, days, days * 7), format!("open {}", sorted.join(" ")));
    }
    stage.holds();
}

/// DefectDojo #12924: duplicates were marked as mitigated by a re-import.
#[test]
fn a_duplicate_within_a_run_is_neither_another_nor_fixed() {
    check(
        "0 run a1 a1 a2 | a
         1 run a1 a2 a2 a1 | a
         1 history a1",
        "new a1 a2
         open a1 a2
         found",
    );
}

/// DefectDojo #14012: no more deduplication once the oldest of the kind was mitigated.
#[test]
fn after_the_oldest_was_fixed_the_next_sight_is_still_the_same_finding() {
    check(
        "0 run a1 | a
         1 run | a
         2 run a1 | a
         3 run a1 a1 | a
         4 run | a
         5 run a1 | a
         5 show a1",
        "new a1
         fixed a1
         reopened a1
         open a1
         fixed a1
         reopened a1
         reopened high, came back 2, reason: -",
    );
}

/// DefectDojo #12907: a build number in the hash made every build's findings new.
#[test]
fn a_new_program_version_and_new_words_make_no_new_finding() {
    let mut stage = Stage::new();
    assert_eq!(stage.play("0 run a1 | a"), "new a1");
    let header = crate::RunHeader { version: "0.2.0+build.907".to_owned(), ..header(1, &["s"]) };
    let run = stage.store.begin_run(&header).unwrap();
    let mut again = finding("a1");
    again.text = hinomi_model::Text::new("worded-anew");
    again.at = Some(day(1));
    stage.store.save(run, "s", &[], &[again], day(1)).unwrap();
    let diff = stage.store.finish_run(run, &Coverage::default(), day(1)).unwrap();
    assert_eq!(stage.tell(&diff), "open a1");
    assert_eq!(stage.store.finding(&id("a1")).unwrap().finding.text.key, "worded-anew");
}

/// DefectDojo #5312: nine findings went in, five came out.
#[test]
fn nine_findings_of_one_kind_stay_nine() {
    check(
        "0 run a1 a2 a3 b1 b2 b3 c1 c2 c3 | a b c
         1 run c3 b2 a1 a2 a3 b1 b3 c1 c2 | a b c",
        "new a1 a2 a3 b1 b2 b3 c1 c2 c3
         open a1 a2 a3 b1 b2 b3 c1 c2 c3",
    );
}

#[test]
fn the_proof_of_all_sights_in_a_run_is_kept_in_any_order() {
    let sights: Vec<Finding> = (0..70)
        .map(|n| {
            let mut sight = graded("a1", if n == 40 { Severity::Critical } else { Severity::High });
            sight = sight.proved_by(crate::sample::proof(&format!("mail {n}")));
            sight
        })
        .collect();
    let after = |order: Vec<Finding>| {
        let mut stage = Stage::new();
        let run = stage.store.begin_run(&header(0, &["s"])).unwrap();
        for chunk in order.chunks(7) {
            stage.store.save(run, "s", &[], chunk, day(0)).unwrap();
        }
        let found = stage.store.finding(&id("a1")).unwrap();
        assert_eq!((found.sightings, found.finding.severity), (70, Severity::Critical));
        found.finding
    };
    let forward = after(sights.clone());
    let mut backward = sights;
    backward.reverse();
    backward.swap(3, 60);
    assert_eq!(forward, after(backward));
    assert!((50..=51).contains(&forward.evidence().len()), "{}", forward.evidence().len());
}

#[test]
fn runs_that_overlap_take_nothing_for_gone_that_the_other_saw() {
    let mut stage = Stage::new();
    stage.play("0 run a1 a2 | a");
    let early = stage.store.begin_run(&header(1, &["s"])).unwrap();
    let late = stage.store.begin_run(&header(1, &["s"])).unwrap();
    let mut coverage = Coverage::default();
    coverage.add(check_of("a"), &asset("a"));
    stage.store.save(early, "s", &[], &[finding("a1")], day(1)).unwrap();
    stage.store.save(late, "s", &[], &[finding("a2")], day(1)).unwrap();
    let diff = stage.store.finish_run(late, &coverage, day(1)).unwrap();
    assert_eq!(stage.tell(&diff), "open a2");
    let diff = stage.store.finish_run(early, &coverage, day(1)).unwrap();
    assert_eq!(stage.tell(&diff), "open a1");
    stage.holds();
}

#[track_caller]
fn check_refused(change: impl Fn(&mut crate::Acceptance), expected: &str) {
    let mut stage = Stage::new();
    stage.play("0 run a1 | a");
    let mut asked = acceptance(day(365));
    change(&mut asked);
    let said = stage.store.accept(&id("a1"), &asked, day(0)).map_err(|error| error.to_string());
    assert_eq!(said.err().unwrap_or_default(), expected);
}

#[test]
fn an_acceptance_needs_a_reason_a_name_and_an_end() {
    check_refused(|_| {}, "");
    check_refused(
        |asked| asked.reason = "  because  ".into(),
        "accept: the reason has 7 characters, at least 10 are needed",
    );
    check_refused(|asked| asked.reason = "取引先の指定のため当面".into(), "");
    check_refused(|asked| asked.approved_by = " ".into(), "accept: it needs a name in approved_by");
    check_refused(|asked| asked.until = day(0), "accept: its end date is over");
    check_refused(
        |asked| asked.until = day(365) + jiff::SignedDuration::from_micros(1),
        "accept: its end date is more than 365 days ahead",
    );
}

#[test]
fn wrong_calls_say_what_is_wrong() {
    let mut stage = Stage::new();
    stage.play("0 run a1 | a");
    let run = crate::RunId(1);
    let save = |stage: &mut Stage, run, source| {
        stage.store.save(run, source, &[], &[finding("b1")], day(1)).unwrap_err().to_string()
    };
    assert_eq!(save(&mut stage, run, "s"), "add to run 1: it is finished");
    assert_eq!(save(&mut stage, crate::RunId(7), "s"), "find run 7 in the store");
    let run = stage.store.begin_run(&header(1, &["s"])).unwrap();
    assert_eq!(save(&mut stage, run, "t"), "save to run 2 from \"t\": the run does not name this source");
    stage.store.finish_run(run, &Coverage::default(), day(1)).unwrap();
    let again = stage.store.finish_run(run, &Coverage::default(), day(1)).unwrap_err();
    assert_eq!(again.to_string(), "add to run 2: it is finished");
    assert!(matches!(stage.store.finding(&id("b1")), Err(StoreError::NoSuchFinding(_))));
}

#[test]
fn acceptances_about_to_end_come_soonest_first() {
    let mut stage = Stage::new();
    stage.play("0 run a1 a2 a3 a4 | a");
    for (name, days) in [("a1", 20), ("a2", 10), ("a3", 2)] {
        stage.play(&format!("0 accept {name} {days}"));
    }
    let expiring = |now, days| -> Vec<String> {
        let found = stage.store.expiring(day(now), days).unwrap();
        found.iter().map(|found| stage.names[&found.finding.fingerprint()].clone()).collect()
    };
    assert_eq!(expiring(0, 14), ["a3", "a2"]);
    assert_eq!(expiring(0, 1), [""; 0]);
    assert_eq!(expiring(5, 14), ["a3", "a2"], "one that is over and was not seen since is not forgotten");
    assert_eq!(expiring(6, 14), ["a3", "a2", "a1"]);
}

#[test]
fn assets_are_remembered_by_source() {
    let mut stage = Stage::new();
    stage.play("0 run a1@s b1@t | a b c | s t");
    stage.play("1 run | a b | s t");
    assert_eq!(stage.store.assets_of("s").unwrap(), [asset("a")]);
    assert_eq!(stage.store.assets_of("t").unwrap(), [asset("b")]);
    assert_eq!(stage.store.assets_of("u").unwrap(), []);
    let all: Vec<_> = stage.store.assets().unwrap().into_iter().map(|stored| stored.asset).collect();
    assert_eq!(all, [asset("a"), asset("b"), asset("c")]);
    let covered = stage.store.last_covered(&asset("c")).unwrap();
    assert_eq!(covered.into_iter().collect::<Vec<_>>(), [(check_of("c").to_owned(), day(0))]);
}

#[test]
fn history_cannot_be_rewritten_even_by_sql() {
    let mut stage = Stage::new();
    stage.play("0 run a1 | a");
    stage.play("0 accept a1 9");
    let forbidden = [
        "UPDATE finding_event SET note = 'x'",
        "DELETE FROM finding_event",
        "REPLACE INTO finding_event VALUES (1, 1, 1, 0, 'fixed', 'fixed', '')",
        "UPDATE acceptance SET reason = 'a better reason'",
        "DELETE FROM acceptance",
        "UPDATE audit_log SET actor = 'nobody'",
        "DELETE FROM audit_log",
        "DELETE FROM finding",
        "UPDATE finding SET first_seen = 0",
    ];
    for sql in forbidden {
        let said = stage.store.conn.execute(sql, []).unwrap_err().to_string();
        assert!(
            said.contains("append-only") || said.contains("keep") || said.contains("kept"),
            "{sql}: {said}"
        );
    }
    stage.holds();
}
