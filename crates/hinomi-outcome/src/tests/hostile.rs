//! Whatever the evidence says, no format lets it act.

use super::{gate, id, input, report, url};
use crate::visible::acts;
use crate::{BlockFormat, Bom, Catalog, Plan, Preview, Report, Style};
use hinomi_model::{AssetId, AssetKind, EvidenceRef, Finding, Grade, Lang, Locator, Step, Text};
use proptest::prelude::*;
use std::io::Read;

/// Strings that attack a terminal, a page, a spreadsheet, a list, a reader.
const STRINGS: [&str; 14] = [
    "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J\u{9b}31m",
    "\u{1b}]8;;http://evil.example/\u{1b}\\click\u{1b}]8;;\u{1b}\\",
    "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>",
    "</style><style>*{display:none}</style>",
    "=HYPERLINK(\"http://evil.example/\",\"click\")",
    "＝cmd|' /C calc'!A0",
    "\t@SUM(1+1)",
    "invoice\u{202e}cod.exe\u{2066}\u{200f}",
    "a\r\nHIGH  fake.check  mailbox:x@y.example\nchecked: 0",
    "{file} {urls} %s \\u001b {{}}",
    "javascript:alert(1)//http://evil.example/x",
    "-1+1,\"x\",\r\n+2",
    "\u{0}\u{8}\u{7f}\u{feff}\u{e0041}",
    "# 0.0.0.0 shop.example\n0.0.0.0 shop.example",
];

/// The sample with `bad` wherever evidence can put words.
fn poisoned(lang: Lang, bad: &str) -> Report {
    let mut report = report(lang);
    let s = || bad.to_owned();
    for reported in &mut report.findings {
        let old = &reported.finding;
        let proof = EvidenceRef {
            sha256: id(bad),
            source: s(),
            locator: Locator { part: Some(s()), path: Some(s()), ..Locator::default() },
            quote: s(),
        };
        let args = old.text.args.keys().fold(Text::new(&old.text.key), |text, slot| text.with(slot, bad));
        let asset = AssetId::new(AssetKind::Store, bad).unwrap_or_else(|_| old.asset.clone());
        let grade = Grade { severity: old.severity, confidence: old.confidence };
        let mut new =
            Finding::new(&old.check, asset, grade, args, proof.clone()).proved_by(proof).keyed("k", bad);
        new.story = vec![
            Step { kind: "url".to_owned(), text: s(), place: s() },
            Step { kind: s(), text: s(), place: s() },
        ];
        new.indicators = old.indicators.clone();
        new.indicators.push(hinomi_model::Indicator { layers: vec![s()], ..url(bad, "evil.example") });
        new.indicators.push(hinomi_model::Indicator {
            kind: hinomi_model::IndicatorKind::Host,
            host: String::new(),
            ..url(bad, "")
        });
        reported.finding = new;
        reported.acceptance = reported.acceptance.as_ref().map(|_| s());
    }
    for problem in &mut report.problems {
        (problem.source, problem.place, problem.detail, problem.kind) = (s(), s(), s(), s());
        problem.limit = Some((s(), 5));
    }
    for case in &mut report.undecided {
        case.why = Text::new("encrypted").with("file", bad);
    }
    for evidence in report.evidence.values_mut() {
        (evidence.name, evidence.source) = (s(), s());
    }
    report.not_looked_at = vec![s()];
    report
}

fn plan(report: &Report) -> Plan {
    Plan::make(&report.findings, &super::catalog(), &input())
}

#[track_caller]
fn nothing_acts(what: &str, text: &str) {
    let found = text.chars().find(|c| acts(*c) && *c != '\r');
    assert_eq!(found, None, "{what}");
}

#[track_caller]
fn terminal_is_safe(report: &Report, plan: &Plan) {
    let plain = crate::text(report, Some(plan), Style::default());
    nothing_acts("text", &plain);
    assert!(!plain.contains('\r') && !plain.contains('\t'));
    for line in plain.lines() {
        assert!(!line.starts_with("HIGH") && !line.starts_with("checked: 0"), "{line}");
    }
    let coloured = crate::text(report, Some(plan), Style { colour: true, width: 72 });
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        nothing_acts("coloured", before);
        let (code, tail) = after.split_once('m').unwrap();
        assert!(code.bytes().all(|b| b.is_ascii_digit() || b == b';'), "{code:?}");
        rest = tail;
    }
    nothing_acts("coloured", rest);
    nothing_acts("plan", &crate::plan_text(report, plan, Style::default()));
}

#[track_caller]
fn page_is_safe(report: &Report, plan: &Plan) {
    let page = crate::html(report, plan, &gate());
    nothing_acts("html", &page);
    for tag in page.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        let name = tag.split(' ').next().unwrap_or_default();
        let known = "!DOCTYPE html head meta title style body a header div svg path circle rect text p span h1 h2 h3 h4 \
                     time dl dt dd nav ol ul li main section article figure figcaption table caption thead tbody tr th \
                     td strong code pre br i footer";
        assert!(known.split(' ').any(|known| known == name.trim_start_matches('/')), "{tag}");
        assert!(
            ![" src=", " style=", " on", " srcset=", " action="].iter().any(|bad| tag.contains(bad)),
            "{tag}"
        );
    }
    assert_eq!(page.matches("<style>").count(), 1);
    for href in page.split("href=\"").skip(1) {
        assert!(href.starts_with('#'), "{}", href.chars().take(40).collect::<String>());
    }
    assert!(!page.contains("http://") && !page.contains("https://"));
}

#[track_caller]
fn tables_are_safe(report: &Report, plan: &Plan) {
    for bom in [Bom::With, Bom::Without] {
        let text = crate::csv(report, bom);
        let body = text.strip_prefix('\u{feff}').unwrap_or(&text);
        cells_are_safe(body);
        assert_eq!(text.len() - body.len(), if bom == Bom::With { 3 } else { 0 });
    }
    cells_are_safe(&crate::plan_csv(report, plan, Bom::Without));
    cells_are_safe(&crate::block(report, &Preview::of(report, &gate()), BlockFormat::Csv));
    let book = crate::xlsx(report, plan, &gate()).unwrap();
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let mut sheets = 0;
    for at in 0..book.len() {
        let mut file = book.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut xml = String::new();
        file.read_to_string(&mut xml).unwrap();
        assert!(!xml.contains("<f>") && !xml.contains("<f ") && !xml.contains("<hyperlink"), "{name}");
        assert!(!xml.contains("TargetMode=\"External\""), "{name}");
        sheets += usize::from(name.starts_with("xl/worksheets/sheet"));
    }
    assert_eq!(sheets, 4);
}

#[track_caller]
fn cells_are_safe(text: &str) {
    nothing_acts("csv", text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    for row in reader.records() {
        for cell in &row.unwrap() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']), "{cell:?}");
        }
    }
}

#[track_caller]
fn lists_are_safe(report: &Report) {
    let preview = Preview::of(report, &gate());
    for format in [BlockFormat::Plain, BlockFormat::Hosts] {
        let list = crate::block(report, &preview, format);
        nothing_acts("block", &list);
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            let value = line.strip_prefix("0.0.0.0 ").unwrap_or(line);
            assert!(preview.passed.iter().any(|passed| passed.indicator().value == value), "{line}");
            assert!(!value.contains(char::is_whitespace) && value != "shop.example", "{line}");
        }
    }
}

#[track_caller]
fn check(lang: Lang, bad: &str) {
    let report = poisoned(lang, bad);
    let plan = plan(&report);
    terminal_is_safe(&report, &plan);
    page_is_safe(&report, &plan);
    tables_are_safe(&report, &plan);
    lists_are_safe(&report);
    for text in [crate::json(&report, Some(&plan)), crate::ocsf(&report), crate::sarif(&report)] {
        nothing_acts("machine", &text);
        for line in text.lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
        }
    }
}

#[test]
fn no_string_acts_in_any_format() {
    for bad in STRINGS {
        for lang in Lang::ALL {
            check(lang, bad);
        }
    }
}

#[test]
fn a_report_with_nothing_in_it_is_told_in_every_format() {
    let mut report = report(Lang::Ja);
    report.findings.clear();
    report.undecided.clear();
    report.problems.clear();
    report.evidence.clear();
    report.observations.clear();
    report.checks.clear();
    report.not_looked_at.clear();
    let plan = Plan::make(&[], &Catalog::default(), &crate::BudgetInput::default());
    terminal_is_safe(&report, &plan);
    page_is_safe(&report, &plan);
    tables_are_safe(&report, &plan);
    lists_are_safe(&report);
    assert_eq!(crate::ocsf(&report), "");
    assert_eq!(crate::json(&report, None).lines().count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_characters_act_in_any_format(bad in any::<Vec<char>>()) {
        check(Lang::Ja, &bad.into_iter().collect::<String>());
    }
}
