//! What a terminal shows, in both languages.

use super::wrap::{width, wrap};
use super::*;
use crate::tests::{plan, report};
use expect_test::expect_file;
use hinomi_model::Lang;
use proptest::prelude::*;

#[track_caller]
fn wraps(text: &str, max: usize, expected: &[&str]) {
    assert_eq!(wrap(text, max), expected);
}

#[test]
fn lines_break_at_spaces_and_between_wide_characters() {
    wraps("one two three", 8, &["one two", "three"]);
    wraps("請求書の件です", 8, &["請求書の", "件です"]);
    wraps("PowerShell を起動", 12, &["PowerShell", "を起動"]);
    wraps("", 8, &[""]);
    wraps("a\nb", 8, &["a", "b"]);
}

#[test]
fn a_line_does_not_begin_with_a_full_stop_nor_end_with_an_opening_bracket() {
    wraps("これは終わり。次", 12, &["これは終わ", "り。次"]);
    wraps("これはね「次」", 10, &["これはね", "「次」"]);
}

#[test]
fn a_word_longer_than_the_line_is_cut() {
    wraps("aaaaaaaaaaaa b", 5, &["aaaaa", "aaaaa", "aa b"]);
}

#[test]
fn golden_reports() {
    for lang in Lang::ALL {
        let report = report(lang);
        let plan = plan(&report);
        let name = lang.as_str();
        expect_file![format!("fixtures/sample.{name}.txt")].assert_eq(&text(
            &report,
            Some(&plan),
            Style::default(),
        ));
        expect_file![format!("fixtures/plan.{name}.txt")].assert_eq(&plan_text(
            &report,
            &plan,
            Style::default(),
        ));
    }
}

#[test]
fn colour_comes_only_when_told_and_changes_no_word() {
    let report = report(Lang::Ja);
    let style = Style { colour: true, width: 100 };
    let coloured = text(&report, None, style);
    assert!(coloured.contains("\u{1b}[1;97;41m緊急\u{1b}[0m"));
    let mut plain = String::new();
    for (at, part) in coloured.split("\u{1b}[").enumerate() {
        plain.push_str(if at == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(plain, text(&report, None, Style { colour: false, width: 100 }));
}

#[test]
fn the_worst_comes_first_and_accepted_ones_last() {
    let report = report(Lang::En);
    let text = text(&report, None, Style::default());
    let at = |word: &str| text.find(word).unwrap();
    assert!(at("document.starts-powershell") < at("document.pdf-leads-to-document"));
    assert!(at("document.pdf-leads-to-document") < at("mail.password-beside-archive"));
    assert!(at("mail.password-beside-archive") < at("mail.deceptive-file-name"));
}

#[test]
fn a_clean_run_still_says_what_it_did_not_look_at() {
    let mut report = report(Lang::En);
    report.findings.clear();
    report.undecided.clear();
    report.problems.clear();
    let text = text(&report, None, Style::default());
    assert!(text.starts_with("Not looked at: hosts, DNS, TLS\n"), "{text}");
}

proptest! {
    #[test]
    fn no_line_is_wider_than_told_and_no_word_is_lost(text in "[a-z ぁ-ん。、（）「」A-Z0-9]{0,80}", max in 6_usize..60) {
        let lines = wrap(&text, max);
        for line in &lines {
            // Kinsoku keeps up to a few characters together; they are cut only when they exceed the line.
            prop_assert!(width(line) <= max, "{line:?} in {max}");
        }
        let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
    }
}
