//! Exit codes, counts, and where a finding's evidence is said to lie.

use super::*;
use crate::app::App;
use crate::config::{Config, Found};
use hinomi_model::fact::{FileFact, FileKind};
use hinomi_model::{AssetId, AssetKind, Evidence, Fact, Locator, Observation};
use hinomi_outcome::ProblemLine;

fn app() -> App {
    App::for_test(Found { config: Config::default(), path: None })
}

fn judged(looked: Looked) -> Pass {
    let app = app();
    let own = BTreeSet::new();
    let around = Surroundings {
        policy: Policy::default(),
        checks: &app.checks,
        words: &app.words,
        own_domains: &own,
        lang: app.lang,
        now: app.now,
    };
    judge_all(looked, &around, false)
}

/// A program in an archive of one mail: found in `source`, mailed at `at`.
fn mailed(looked: &mut Looked, source: &str, at: i64, part: &str) {
    let root = EvidenceId::of(source.as_bytes());
    let evidence = |id: &EvidenceId, kind| Evidence {
        id: id.clone(),
        kind,
        name: String::new(),
        source: source.to_owned(),
        parent: None,
        size: 1,
        taken_at: None,
        taken_by: String::new(),
    };
    let program = EvidenceId::of(b"program");
    looked.evidence.insert(root.clone(), evidence(&root, EvidenceKind::Mail));
    looked.evidence.entry(program.clone()).or_insert_with(|| evidence(&program, EvidenceKind::Program));
    looked.observations.push(Observation {
        asset: AssetId::new(AssetKind::Mailbox, "sato@reiji.example").unwrap(),
        evidence: program,
        within: Some(root),
        at: Timestamp::from_second(at).ok(),
        locator: Locator { part: Some(part.to_owned()), ..Locator::default() },
        fact: Fact::File(FileFact {
            name: "請求書.pdf.exe".to_owned(),
            kind: FileKind::Program,
            size: 1,
            media_type: String::new(),
            archives: vec!["a.zip".to_owned()],
            mailed: true,
            carrier: String::new(),
            unread: false,
        }),
    });
}

#[test]
fn the_counts_add_up_and_each_failure_is_a_finding() {
    let mut looked = Looked::default();
    mailed(&mut looked, "m/1.eml", 1, "a.zip/x.exe");
    let report = judged(looked).report;
    let counts = report.counts;
    assert_eq!(counts.checked, counts.passed + counts.failed + counts.undecided);
    assert_eq!(counts.failed, count(report.findings.len()));
    assert!(counts.failed > 0);
    assert!(!report.not_looked_at.contains(&"mail".to_owned()));
}

#[test]
fn nothing_to_look_at_is_nothing_looked_at() {
    let report = judged(Looked::default()).report;
    assert_eq!((report.counts.checked, report.not_looked_at.len()), (0, FAMILIES.len()));
}

#[test]
fn the_way_into_a_mail_is_told_with_that_mail() {
    // The same program in two mails; the younger one is met first.
    let mut looked = Looked::default();
    mailed(&mut looked, "m/young.eml", 9, "young.zip/x.exe");
    mailed(&mut looked, "m/old.eml", 1, "old.zip/x.exe");
    let report = judged(looked).report;
    let told: BTreeSet<_> = report
        .findings
        .iter()
        .flat_map(|r| r.finding.evidence())
        .map(|proof| (proof.source.as_str(), proof.locator.part.as_deref().unwrap_or_default()))
        .collect();
    assert!(!told.is_empty());
    for (source, part) in told {
        assert_eq!(source.contains("old"), part.contains("old"), "{source} {part}");
    }
}

/// A report with one finding of this status and severity, and so many things undecided and unread.
fn report(finding: Option<(Status, Severity)>, undecided: u64, unread: u64) -> Report {
    let mut looked = Looked::default();
    mailed(&mut looked, "m/1.eml", 1, "a.zip/x.exe");
    let mut report = judged(looked).report;
    report.findings.truncate(usize::from(finding.is_some()));
    if let (Some((status, severity)), Some(first)) = (finding, report.findings.first_mut()) {
        first.status = status;
        first.finding.severity = severity;
    }
    (report.counts.undecided, report.counts.unread) = (undecided, unread);
    report
}

#[test]
fn exit_codes_keep_their_order() {
    use Severity::{High, Info, Low, Medium};
    use Status::{Fixed, New, Open, Reopened, Suppressed};
    for (finding, undecided, unread, broken, fail_on, allow, expected) in [
        (None, 0, 0, false, Low, false, 0),
        (Some((New, High)), 0, 0, false, Low, false, 1),
        (Some((Open, Low)), 0, 0, false, Low, false, 1),
        (Some((Reopened, Medium)), 0, 0, false, High, false, 0),
        (Some((New, Info)), 0, 0, false, Low, false, 0),
        (Some((New, Info)), 0, 0, false, Info, false, 1),
        (Some((Suppressed, High)), 0, 0, false, Low, false, 0),
        (Some((Fixed, High)), 0, 0, false, Low, false, 0),
        (Some((Fixed, High)), 1, 0, false, Low, false, 3),
        (None, 1, 0, false, Low, false, 3),
        (None, 0, 1, false, Low, false, 3),
        (None, 1, 1, false, Low, true, 0),
        (Some((New, High)), 1, 1, false, Low, false, 1),
        (Some((New, High)), 1, 1, false, Low, true, 1),
        (Some((New, High)), 1, 1, true, Low, true, 2),
        (None, 0, 0, true, Low, true, 2),
    ] {
        let report = report(finding, undecided, unread);
        let code = exit_code(&report, broken, fail_on, allow);
        assert_eq!(code, expected, "{finding:?} {undecided} {unread} {broken} {fail_on:?} {allow}");
    }
}

#[test]
fn a_report_about_nothing_can_be_written_in_every_format() {
    use crate::cli::Format;
    let app = app();
    let empty = judged(Looked::default()).report;
    let mut lost = judged(Looked::default()).report;
    lost.problems.push(ProblemLine {
        source: "x".to_owned(),
        evidence: None,
        place: String::new(),
        kind: "crashed".to_owned(),
        limit: None,
        detail: "d".to_owned(),
    });
    for report in [empty, lost] {
        let plan = crate::commands::plan_for(&app, &report, None);
        for format in
            [Format::Text, Format::Json, Format::Html, Format::Csv, Format::Xlsx, Format::Sarif, Format::Ocsf]
        {
            let bytes = crate::commands::render(&app, &report, &plan, format).unwrap();
            // OCSF has an event a finding, and none otherwise.
            assert_eq!(bytes.is_empty(), format == Format::Ocsf, "{format:?}");
            let shows_key = format != Format::Xlsx && String::from_utf8_lossy(&bytes).contains("app.");
            assert!(!shows_key, "{format:?}: a raw key shows");
        }
    }
}
