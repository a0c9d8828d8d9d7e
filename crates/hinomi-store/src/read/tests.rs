//! Pages, filters and what surrounds the findings.

use super::{COLUMNS, JOINS};
use crate::sample::{acceptance, asset, check_of, day, finding, graded, header, id};
use crate::{AcceptanceKind, Counter, Cursor, Filter, RunCounts, Store, StoreError};
use hinomi_model::{
    Confidence, Coverage, Evidence, EvidenceId, EvidenceKind, Finding, Indicator, IndicatorKind, Severity,
    Status, Tlp,
};

const GRADES: [Severity; 5] = Severity::WORST_FIRST;

/// 60 findings: assets a, b, n; all severities; a's fixed, b1 accepted, saved in the order given.
fn store(backwards: bool) -> Store {
    let mut store = Store::open_in_memory().unwrap();
    let mut all: Vec<Finding> = ["a", "b", "n"]
        .into_iter()
        .flat_map(|letter| (0..20).map(move |n| graded(&format!("{letter}{n}"), GRADES[n % 5])))
        .collect();
    if backwards {
        all.reverse();
    }
    let run = store.begin_run(&header(0, &["s"])).unwrap();
    store.save(run, "s", &[], &all, day(0)).unwrap();
    store.finish_run(run, &Coverage::default(), day(0)).unwrap();
    let run = store.begin_run(&header(1, &["s"])).unwrap();
    let mut coverage = Coverage::default();
    coverage.add(check_of("a"), &asset("a"));
    store.finish_run(run, &coverage, day(1)).unwrap();
    store.accept(&graded("b1", GRADES[1]).fingerprint(), &acceptance(day(30)), day(1)).unwrap();
    store
}

#[track_caller]
fn check(filter: &Filter, expected: usize) {
    let (store, again) = (store(false), store(true));
    let all = store.findings(filter).unwrap();
    assert_eq!(all.len(), expected, "{filter:?}");
    let order: Vec<_> = all.iter().map(|found| (GRADES.len(), found.finding.fingerprint())).collect();
    let other: Vec<_> = again
        .findings(filter)
        .unwrap()
        .iter()
        .map(|found| (GRADES.len(), found.finding.fingerprint()))
        .collect();
    assert_eq!(order, other, "the order does not depend on who saved first");
    assert!(all.is_sorted_by_key(|found| (
        crate::column::rank(found.finding.severity),
        found.finding.fingerprint()
    )));

    // Page by page gives the same list, also when the place travels as text.
    let mut paged = Vec::new();
    let mut page = Filter { limit: 7, ..filter.clone() };
    loop {
        let found = store.findings(&page).unwrap();
        let Some(last) = found.last() else { break };
        page.after = Some(last.cursor().to_string().parse().unwrap());
        paged.extend(found);
    }
    assert_eq!(paged, all);
}

#[test]
fn filters_narrow_and_pages_add_up() {
    let all = Filter { limit: 1000, ..Filter::default() };
    check(&all, 60);
    check(&Filter { statuses: vec![Status::Fixed], ..all.clone() }, 20);
    check(&Filter { statuses: vec![Status::New, Status::Suppressed], ..all.clone() }, 40);
    check(&Filter { statuses: vec![Status::Suppressed], ..all.clone() }, 1);
    check(&Filter { severity_min: Some(Severity::High), ..all.clone() }, 24);
    check(&Filter { check: Some(check_of("n").to_owned()), ..all.clone() }, 20);
    check(&Filter { asset: Some(asset("b")), ..all.clone() }, 20);
    check(&Filter { asset: Some(asset("b")), check: Some(check_of("n").to_owned()), ..all.clone() }, 0);
    check(
        &Filter {
            asset: Some(asset("b")),
            check: Some(check_of("b").to_owned()),
            statuses: vec![Status::New],
            severity_min: Some(Severity::Critical),
            ..all.clone()
        },
        4,
    );
    check(&Filter { asset: Some(asset("z")), ..all.clone() }, 0);
    assert_eq!(store(false).findings(&Filter { limit: 3, ..all }).unwrap().len(), 3);
}

#[test]
fn a_place_in_the_list_reads_back_or_is_refused() {
    let refused = ["", "1", "9-00000000000000000000000000000000", "1-00", "x-y"];
    for text in refused {
        assert_eq!(text.parse::<Cursor>().unwrap_err(), format!("read {text:?} as a place in the list"));
    }
}

#[test]
fn pages_walk_along_an_index() {
    let store = store(false);
    for (index, which) in [
        ("finding_by_status", "1"),
        ("finding_by_check", "f.check_id = 'x'"),
        ("finding_by_asset", "f.asset_id = 1"),
    ] {
        let sql = format!(
            "EXPLAIN QUERY PLAN {COLUMNS} FROM finding f INDEXED BY {index} {JOINS} WHERE {which} AND f.status = 'new'
            AND f.rank <= 4 AND (f.rank, f.fingerprint) > (1, x'00') ORDER BY f.rank, f.fingerprint LIMIT 9"
        );
        let mut statement = store.conn.prepare(&sql).unwrap();
        let plan: Vec<String> =
            statement.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(plan[0].starts_with(&format!("SEARCH f USING INDEX {index} (")), "{plan:?}");
        assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:?}");
    }
}

#[test]
fn counters_count_by_check_status_and_severity() {
    let counters = store(false).counters().unwrap();
    let expected = |check: &str, status, severity, findings| Counter {
        check: check.to_owned(),
        status,
        severity,
        findings,
    };
    assert!(counters.contains(&expected(check_of("a"), Status::Fixed, Severity::High, 4)), "{counters:?}");
    assert!(counters.contains(&expected(check_of("b"), Status::New, Severity::High, 3)));
    assert!(counters.contains(&expected(check_of("b"), Status::Suppressed, Severity::High, 1)));
    assert!(counters.contains(&expected(check_of("n"), Status::New, Severity::Info, 4)));
    assert_eq!(counters.iter().map(|counter| counter.findings).sum::<u64>(), 60);
}

#[test]
fn assets_tell_what_stands() {
    let assets = store(false).assets().unwrap();
    let standing: Vec<u64> = assets.iter().map(|stored| stored.standing.values().sum()).collect();
    assert_eq!(standing, [0, 19, 20]);
    assert_eq!(assets[1].standing.get(&Severity::High), Some(&3));
}

#[test]
fn runs_tell_what_they_changed_and_whether_they_ended() {
    let mut store = store(false);
    store.begin_run(&header(2, &["t", "s"])).unwrap();
    let runs = store.runs(2).unwrap();
    assert_eq!((runs[0].finished_at, runs[0].counts), (None, None));
    assert_eq!(runs[0].sources, ["s", "t"]);
    let counts = RunCounts { fixed: 20, not_observed: 40, ..RunCounts::default() };
    assert_eq!((runs[1].finished_at, runs[1].counts), (Some(day(1)), Some(counts)));
}

fn indicator(value: &str, found_in: &str, confidence: Confidence) -> Indicator {
    Indicator {
        kind: IndicatorKind::Host,
        value: value.to_owned(),
        host: String::new(),
        found_in: vec![EvidenceId::of(found_in.as_bytes())],
        layers: Vec::new(),
        confidence,
        tlp: Tlp::Amber,
        valid_from: None,
        valid_until: Some(day(90)),
    }
}

#[test]
fn an_indicator_speaks_for_all_its_findings_but_not_for_false_positives() {
    let mut store = Store::open_in_memory().unwrap();
    let (mut one, mut two) = (finding("a1"), finding("a2"));
    one.indicators = vec![indicator("bad.example", "one", Confidence::Low)];
    two.indicators = vec![
        indicator("bad.example", "two", Confidence::High),
        indicator("good.example", "two", Confidence::High),
    ];
    let run = store.begin_run(&header(0, &["s"])).unwrap();
    store.save(run, "s", &[], &[one, two], day(0)).unwrap();
    let hosts = |store: &Store| -> Vec<(String, usize, Confidence)> {
        let all = store.indicators().unwrap().into_iter().map(|stored| stored.indicator);
        all.map(|indicator| (indicator.value, indicator.found_in.len(), indicator.confidence)).collect()
    };
    let bad = ("bad.example".to_owned(), 2, Confidence::High);
    assert_eq!(hosts(&store), [bad.clone(), ("good.example".to_owned(), 1, Confidence::High)]);

    let judged = crate::Acceptance { kind: AcceptanceKind::FalsePositive, ..acceptance(day(30)) };
    store.accept(&id("a2"), &judged, day(1)).unwrap();
    assert_eq!(hosts(&store), std::slice::from_ref(&bad));
    // The mail is deleted: what was judged does not come back through that.
    let mut coverage = Coverage::default();
    coverage.add(check_of("a"), &asset("a"));
    store.finish_run(run, &Coverage::default(), day(1)).unwrap();
    let run = store.begin_run(&header(2, &["s"])).unwrap();
    store.finish_run(run, &coverage, day(2)).unwrap();
    assert_eq!(store.finding(&id("a2")).unwrap().status, Status::Fixed);
    assert_eq!(hosts(&store), [bad]);
}

#[test]
fn evidence_is_kept_for_each_place_it_was_taken_from() {
    let mut store = Store::open_in_memory().unwrap();
    let id = EvidenceId::of(b"bytes");
    let evidence = |source: &str| Evidence {
        id: id.clone(),
        kind: EvidenceKind::Mail,
        name: "請求書.eml".to_owned(),
        source: source.to_owned(),
        parent: None,
        size: 5,
        taken_at: Some(day(0)),
        taken_by: "hinomi 0.1.0".to_owned(),
    };
    let run = store.begin_run(&header(0, &["s"])).unwrap();
    let both = [evidence("inbox.mbox#2"), evidence("inbox.mbox#1")];
    store.save(run, "s", &both, &[], day(0)).unwrap();
    store.save(run, "s", &both, &[], day(0)).unwrap();
    assert_eq!(store.evidence(&id).unwrap(), [evidence("inbox.mbox#1"), evidence("inbox.mbox#2")]);
    assert_eq!(store.evidence(&EvidenceId::of(b"other")).unwrap(), []);
}

#[test]
fn words_of_another_finding_are_not_shown_as_this_ones() {
    let store = store(false);
    let swap = "UPDATE finding_body SET body = (SELECT body FROM finding_body WHERE finding_id = 2)";
    store.conn.execute(&format!("{swap} WHERE finding_id = 1"), []).unwrap();
    let bytes: Vec<u8> =
        store.conn.query_row("SELECT fingerprint FROM finding WHERE id = 1", [], |row| row.get(0)).unwrap();
    let error = store.finding(&crate::column::fingerprint(&bytes).unwrap()).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[test]
fn stored_things_read_back_as_they_were() {
    let mut store = Store::open_in_memory().unwrap();
    let mut rich = finding("a1").keyed("件名", "請求書\u{202e}fdp.exe\0\n'; DROP TABLE finding; --");
    rich.at = Some("1969-12-31T23:59:59.5Z".parse().unwrap());
    rich.indicators = vec![indicator("bad.example", "one", Confidence::Low)];
    let run = store.begin_run(&header(0, &["s"])).unwrap();
    let saved = store.save(run, "s", &[], std::slice::from_ref(&rich), day(0)).unwrap();
    assert_eq!(saved, [(rich.fingerprint(), Status::New)]);
    let found = store.finding(&rich.fingerprint()).unwrap();
    assert_eq!(found.finding, rich);
    assert_eq!((found.first_seen, found.last_seen, found.sightings), (day(0), day(0), 1));
    assert!(!found.is_stale(day(29)) && found.is_stale(day(30)));
}
