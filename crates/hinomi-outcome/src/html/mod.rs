//! The report as one page: to read, to print, to show to whoever pays.
//!
//! Self-contained: no script, no request, no font from elsewhere; the policy in its head forbids them, and allows
//! the one style sheet by its hash. Text from evidence is escaped by the template, shown with what acts in it
//! made visible, and no URL of it is a link.

mod chart;
mod coverage;
mod findings;
mod plan;
#[cfg(test)]
mod tests;

use crate::machine::{VERSION, by_severity};
use crate::plan::Plan;
use crate::visible::shown;
use crate::words::Say;
use crate::{Preview, Report, Reported};
use hinomi_model::{Gate, Severity, Status};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::cmp::Reverse;

const CSS: &str = include_str!("style.css");

/// The report as one HTML file.
pub fn html(report: &Report, plan: &Plan, gate: &Gate) -> String {
    let cx = Cx { report, plan, say: Say::of(report), preview: Preview::of(report, gate) };
    page(&cx).into_string()
}

/// What every section needs.
struct Cx<'a> {
    report: &'a Report,
    plan: &'a Plan,
    say: Say<'a>,
    preview: Preview,
}

impl Cx<'_> {
    fn t(&self, key: &str) -> String {
        self.say.app(key)
    }

    fn tw(&self, key: &str, slots: &[(&str, &dyn ToString)]) -> String {
        self.say.app_with(key, slots)
    }

    /// Findings that are neither accepted nor fixed, worst first, in report order within a severity.
    fn open(&self) -> Vec<&Reported> {
        let alive = |r: &&Reported| !matches!(r.status, Status::Suppressed | Status::Fixed);
        let mut open: Vec<&Reported> = self.report.findings.iter().filter(alive).collect();
        open.sort_by_key(|r| Reverse(r.finding.severity));
        open
    }
}

/// The sections, by anchor and heading.
const SECTIONS: [(&str, &str); 7] = [
    ("today", "section_today"),
    ("findings", "section_findings"),
    ("indicators", "section_indicators"),
    ("plan", "section_plan"),
    ("budget", "section_budget"),
    ("coverage", "section_coverage"),
    ("checks", "section_checks"),
];

fn page(cx: &Cx<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(cx.say.lang.as_str()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                meta name="format-detection" content="telephone=no, email=no, address=no, date=no";
                meta name="color-scheme" content="light dark";
                title { (cx.t("report_title")) " — Hinomi" }
                style { (PreEscaped(CSS)) }
            }
            body {
                a.skip href="#main" { (cx.t("report_skip")) }
                (masthead(cx))
                (contents(cx))
                main #main tabindex="-1" {
                    (plan::today(cx))
                    (findings::section(cx))
                    (coverage::indicators(cx))
                    (plan::list(cx))
                    (plan::budget(cx))
                    (coverage::section(cx))
                    (coverage::checks(cx))
                }
                footer.foot { p { (cx.tw("report_footer", &[("version", &VERSION)])) } }
            }
        }
    }
}

/// Nothing may be loaded, sent or framed; the style sheet is known by its hash.
fn policy() -> String {
    let style = base64(hinomi_model::EvidenceId::of(CSS.as_bytes()).as_str());
    format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'")
}

/// Base64 (RFC 4648) of bytes given as hex.
fn base64(hex: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let nibbles: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    let mut out = String::new();
    // Six hex digits are three bytes are four letters.
    for group in nibbles.chunks(6) {
        let bits = group.iter().fold(0_u32, |bits, nibble| bits << 4 | nibble) << (4 * (6 - group.len()));
        let letters = (group.len() * 4).div_ceil(6);
        for place in 0..4 {
            let index = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or(0);
            let letter = ALPHABET.get(index).copied().unwrap_or(b'A');
            out.push(if place < letters { char::from(letter) } else { '=' });
        }
    }
    out
}

fn masthead(cx: &Cx<'_>) -> Markup {
    let counts = &cx.report.counts;
    let by_severity = by_severity(cx.report);
    html! {
        header.mast {
            div.wrap {
                div.brand {
                    (chart::tower())
                    p { "Hinomi" span.kana { "火の見" } }
                    p.stamp { (cx.t("report_kept_secret")) }
                }
                h1 { (cx.t("report_title")) }
                p.made { (cx.t("report_made")) " " time datetime=(cx.report.made_at) { (cx.say.time(cx.report.made_at)) } }
                p.lead { (lead(cx)) }
                @if counts.undecided + counts.unread > 0 {
                    p.lead.gap {
                        (cx.tw("report_lead_gaps", &[("undecided", &counts.undecided), ("unread", &counts.unread)]))
                    }
                }
                dl.tiles {
                    @for severity in Severity::WORST_FIRST {
                        @let count = by_severity.get(severity.as_str()).copied().unwrap_or(0);
                        div.tile.(severity.as_str()).zero[count == 0] {
                            dt { (chart::mark(severity)) (cx.t(&format!("severity_{}", severity.as_str()))) }
                            dd { (count) }
                        }
                    }
                }
            }
        }
    }
}

/// The first sentence: how many, and the worst.
fn lead(cx: &Cx<'_>) -> String {
    let open = cx.open();
    match open.first() {
        Some(worst) => {
            let title = shown(&cx.say.check(&worst.finding.check, "title"));
            let slots: [(&str, &dyn ToString); 3] =
                [("evidence", &cx.report.counts.evidence), ("n", &open.len()), ("worst", &title)];
            cx.tw("report_lead_findings", &slots)
        }
        None => cx.tw("report_lead_clear", &[("evidence", &cx.report.counts.evidence)]),
    }
}

fn contents(cx: &Cx<'_>) -> Markup {
    html! {
        nav.toc aria-label=(cx.t("report_contents")) {
            ol.wrap {
                @for (anchor, key) in SECTIONS {
                    li { a href=(format!("#{anchor}")) { (cx.t(key)) } }
                }
            }
        }
    }
}

/// A section with its heading.
fn section(cx: &Cx<'_>, anchor: &str, key: &str, body: &Markup) -> Markup {
    let heading = format!("h-{anchor}");
    html! {
        section #(anchor) aria-labelledby=(heading) {
            h2 #(heading) { (cx.t(key)) }
            (body)
        }
    }
}
