//! Drawings: a mark a severity, bars, and the watchtower. SVG by attributes only, since styles would need leave.

use super::Cx;
use crate::machine::by_severity;
use hinomi_model::Severity;
use maud::{Markup, html};

/// A shape a severity, so that colour never stands alone.
pub(super) fn mark(severity: Severity) -> Markup {
    html! {
        svg.mark viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" focusable="false" {
            @match severity {
                Severity::Critical => { path d="M8 0l2.2 5 5.3.5-4 3.6 1.2 5.3L8 11.6l-4.7 2.8 1.2-5.3-4-3.6L5.8 5z" {} },
                Severity::High => { path d="M8 1l7.5 13.5H.5z" {} },
                Severity::Medium => { path d="M8 .5L15.5 8 8 15.5.5 8z" {} },
                Severity::Low => { circle cx="8" cy="8" r="6.5" {} },
                Severity::Info => { circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="2.5" {} },
            }
        }
    }
}

/// A fire watchtower with its bell.
pub(super) fn tower() -> Markup {
    html! {
        svg.tower viewBox="0 0 32 32" width="34" height="34" aria-hidden="true" focusable="false" {
            path d="M16 2l9 6H7z" {}
            path d="M9 9h14v2H9z M10 15h12v2H10z" {}
            path d="M11 11h2v4h-2z M19 11h2v4h-2z" {}
            path d="M12 17l-4 13M20 17l4 13M10.5 22h11M9.3 26h13.4" fill="none" stroke="currentColor" stroke-width="2" {}
            circle.bell cx="16" cy="12.6" r="1.9" {}
        }
    }
}

/// A picture of a kind of step.
pub(super) fn step(kind: &str) -> Markup {
    let path = match kind {
        "mail" => "M2 4h16v12H2zM2 5l8 6 8-6",
        "archive" => "M3 3h14v4H3zM4 7h12v10H4zM8 10h4",
        "document" | "pdf" | "file" => "M4 2h8l4 4v12H4zM12 2v4h4M7 10h6M7 13h6",
        "entry-point" => "M11 1L4 11h5l-1 8 8-11h-5z",
        "call" | "program" => "M3 4h14v12H3zM3 7h14M6 11l2 2-2 2",
        "command" | "script" => "M2 3h16v14H2zM5 7l3 3-3 3M10 13h5",
        "layer" => "M10 3l8 4-8 4-8-4zM2 11l8 4 8-4",
        "url" | "host" => "M8 12l4-4M9 6l2-2a3.5 3.5 0 015 5l-2 2M11 14l-2 2a3.5 3.5 0 01-5-5l2-2",
        _ => "M10 4a6 6 0 100 12 6 6 0 000-12z",
    };
    html! {
        svg.icon viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false" {
            path d=(path) fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round" {}
        }
    }
}

/// Findings by severity, as bars with their numbers.
pub(super) fn severities(cx: &Cx<'_>) -> Markup {
    let counts = by_severity(cx.report);
    let most = counts.values().copied().max().unwrap_or(0).max(1);
    let row = |severity: Severity| counts.get(severity.as_str()).copied().unwrap_or(0);
    let said: Vec<String> = Severity::WORST_FIRST
        .iter()
        .map(|s| format!("{} {}", cx.t(&format!("severity_{}", s.as_str())), row(*s)))
        .collect();
    let label = format!("{}{}{}", cx.t("report_by_severity"), cx.t("colon"), said.join(cx.say.comma()));
    html! {
        svg.bars viewBox="0 0 1000 130" role="img" aria-label=(label) {
            @for (at, severity) in Severity::WORST_FIRST.into_iter().enumerate() {
                @let y = at * 26;
                @let count = row(severity);
                @let long = if count == 0 { 0 } else { (count * 830 / most).max(6) };
                text x="76" y=(y + 17) text-anchor="end" { (cx.t(&format!("severity_{}", severity.as_str()))) }
                rect.track x="88" y=(y + 4) width="830" height="17" rx="3" {}
                rect.(severity.as_str()) x="88" y=(y + 4) width=(long) height="17" rx="3" {}
                text.number x="930" y=(y + 17) { (count) }
            }
        }
    }
}

/// Parts of a whole on one bar: class and size.
pub(super) fn stacked(label: &str, parts: &[(&str, u64)]) -> Markup {
    let whole = parts.iter().map(|(_, size)| *size).sum::<u64>().max(1);
    let mut at = 0;
    let placed: Vec<(&str, u64, u64)> = parts
        .iter()
        .map(|(class, size)| {
            // Ends, not widths, are rounded, so that the parts meet.
            let start = at * 1_000 / whole;
            at += size;
            (*class, start, at * 1_000 / whole - start)
        })
        .collect();
    html! {
        svg.stack viewBox="0 0 1000 22" preserveAspectRatio="none" role="img" aria-label=(label) {
            rect.track x="0" y="0" width="1000" height="22" {}
            @for (class, x, width) in placed {
                @if width > 0 { rect.(class) x=(x) y="0" width=(width) height="22" {} }
            }
        }
    }
}
