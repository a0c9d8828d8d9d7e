//! The report as a page: whole, and inert whatever the evidence says.

use super::*;
use crate::tests::{gate, plan, report};
use hinomi_model::Lang;

fn sample(lang: Lang) -> String {
    let report = report(lang);
    html(&report, &plan(&report), &gate())
}

#[test]
fn base64_agrees_with_rfc_4648() {
    for (hex, expected) in
        [("", ""), ("66", "Zg=="), ("666f", "Zm8="), ("666f6f", "Zm9v"), ("fbff00", "+/8A")]
    {
        assert_eq!(base64(hex), expected, "{hex}");
    }
    assert_eq!(base64(&"00".repeat(32)).len(), 44);
}

#[test]
fn the_page_says_its_language_and_has_its_landmarks() {
    for lang in Lang::ALL {
        let page = sample(lang);
        assert!(page.starts_with(&format!("<!DOCTYPE html><html lang=\"{}\">", lang.as_str())));
        for landmark in ["<header class=\"mast\">", "<nav class=\"toc\"", "<main id=\"main\"", "<footer"] {
            assert_eq!(page.matches(landmark).count(), 1, "{landmark}");
        }
        assert_eq!(page.matches("<h1>").count(), 1);
        for (anchor, _) in SECTIONS {
            assert_eq!(page.matches(&format!("href=\"#{anchor}\"")).count(), 1, "{anchor}");
            assert_eq!(page.matches(&format!("<section id=\"{anchor}\"")).count(), 1, "{anchor}");
        }
    }
}

#[test]
fn headings_never_skip_a_level() {
    let page = sample(Lang::Ja);
    let levels: Vec<u32> =
        page.match_indices("<h").filter_map(|(at, _)| page.get(at + 2..at + 3)?.parse().ok()).collect();
    assert_eq!(levels.first(), Some(&1));
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}

#[test]
fn the_policy_allows_this_style_sheet_and_nothing_else() {
    let policy = policy();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("script"), "{policy}");
    // A style sheet that ends its element, or asks for a file, would break the page or its promise.
    assert!(!CSS.contains('<') && !CSS.contains("url(") && !CSS.contains("@import"));
}

#[test]
fn every_word_of_the_page_is_in_the_catalogue() {
    for lang in Lang::ALL {
        let page = sample(lang);
        assert!(!page.contains("app."), "a key without words");
        for check in ["document.starts-powershell.", "mail.reply-type."] {
            assert!(!page.contains(check), "{check}");
        }
    }
}

#[test]
fn what_is_not_looked_at_is_told_in_words() {
    assert!(
        sample(Lang::Ja).contains("次の分野は証拠がなく、見ていません: 端末、DNS、TLS。")
            || sample(Lang::Ja).contains("次の分野は証拠がなく、見ていません：端末、DNS、TLS。")
    );
    assert!(sample(Lang::En).contains("so they were not looked at: hosts, DNS, TLS."));
}

#[test]
fn the_bars_of_a_whole_meet() {
    let bar = chart::stacked("x", &[("good", 1), ("bad", 1), ("unsure", 1)]).into_string();
    let number = |name: &str| -> Vec<u64> {
        bar.split(&format!(" {name}=\""))
            .skip(2)
            .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
            .collect()
    };
    let (starts, widths) = (number("x"), number("width"));
    assert_eq!(starts.len(), 3);
    assert_eq!(starts[1], starts[0] + widths[0]);
    assert_eq!(starts[2] + widths[2], 1_000);
    assert!(chart::stacked("x", &[("good", 0)]).into_string().contains("rect"));
}

#[test]
fn a_thousand_findings_are_counted_not_all_told() {
    let mut report = report(Lang::En);
    let one = report.findings[0].clone();
    report.findings = (0..1_000)
        .map(|n: u32| {
            let mut reported = one.clone();
            reported.finding.key.insert("n".to_owned(), n.to_string());
            reported
        })
        .collect();
    let page = html(&report, &plan(&report), &gate());
    assert_eq!(page.matches("<article").count(), 200);
    assert!(page.contains("and 800 more"));
}
