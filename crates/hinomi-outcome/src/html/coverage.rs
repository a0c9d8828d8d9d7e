//! What can be blocked, what was looked at, what was not, and by which checks.

use super::{Cx, chart};
use crate::machine::merged;
use crate::table::tlp;
use crate::visible::{cut, shown};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// So many rows of a table; the workbook and the machine formats have all.
const ROWS_MAX: usize = 500;

pub(super) fn indicators(cx: &Cx<'_>) -> Markup {
    let mut rows: BTreeMap<_, _> = merged(cx.report);
    // Hosts the gate looked at on behalf of a URL are part of the preview too.
    for (indicator, _) in gated(cx) {
        rows.entry((indicator.kind, indicator.value.clone())).or_insert_with(|| indicator.clone());
    }
    let reasons: BTreeMap<_, _> = gated(cx).map(|(i, reason)| ((i.kind, i.value.as_str()), reason)).collect();
    let body = html! {
        @if rows.is_empty() {
            p.calm { (cx.t("report_no_indicators")) }
        } @else {
            p { (cx.t("report_indicator_note")) }
            p.sum { (cx.tw("block_counts", &[("passed", &cx.preview.passed.len()), ("held", &cx.preview.held.len())])) }
            div.table role="group" tabindex="0" aria-label=(cx.t("section_indicators")) {
                table {
                    thead { tr {
                        @for key in ["kind", "defanged", "layers", "gate", "valid_until", "tlp"] {
                            th scope="col" { (cx.t(&format!("col_{key}"))) }
                        }
                    } }
                    tbody {
                        @for ((kind, value), indicator) in rows.iter().take(ROWS_MAX) {
                            @let held = reasons.get(&(*kind, value.as_str())).copied().flatten();
                            tr {
                                td.kind { (cx.say.kind("kind", kind.as_str())) }
                                td.value { code { (cut(&shown(&indicator.defanged()), 300)) } }
                                td { (shown(&indicator.layers.join(" → "))) }
                                td {
                                    @match held {
                                        None => { span.tag.yes { (cx.t("gate_pass")) } },
                                        Some(reason) => { span.dim { (cx.say.kind("held", reason)) } },
                                    }
                                }
                                td.date { @if let Some(end) = indicator.valid_until { (cx.say.day(end)) } }
                                td.date { (tlp(indicator.tlp)) }
                            }
                        }
                    }
                }
            }
            @if rows.len() > ROWS_MAX { p.more { (cx.tw("and_more", &[("n", &(rows.len() - ROWS_MAX))])) } }
        }
    };
    super::section(cx, "indicators", "section_indicators", &body)
}

/// Every indicator the gate saw, with the reason when it was held.
fn gated<'a>(cx: &'a Cx<'_>) -> impl Iterator<Item = (&'a hinomi_model::Indicator, Option<&'static str>)> {
    let passed = cx.preview.passed.iter().map(|passed| (passed.indicator(), None));
    passed.chain(cx.preview.held.iter().map(|held| (&held.indicator, Some(held.reason))))
}

fn body(cx: &Cx<'_>) -> Markup {
    let counts = &cx.report.counts;
    let parts = [
        ("good", "count_passed", counts.passed),
        ("bad", "count_findings", counts.failed),
        ("unsure", "count_undecided", counts.undecided),
    ];
    let colon = cx.t("colon");
    let said: Vec<String> = parts.iter().map(|(_, key, n)| format!("{}{colon}{n}", cx.t(key))).collect();
    let whole = format!("{}{colon}{}", cx.t("count_checked"), counts.checked);
    html! {
        figure.chart {
            (chart::stacked(&format!("{whole} = {}", said.join(" + ")), &parts.map(|(class, _, n)| (class, n))))
            figcaption.legend {
                span { (whole) }
                @for ((class, _, _), words) in parts.iter().zip(&said) { span { i.key.(class) {} (words) } }
                @if counts.unread > 0 { span { (cx.t("count_unread")) (colon) (counts.unread) } }
            }
        }
        p.note { (cx.t("report_coverage_note")) }
        (blind(cx))
        (undecided(cx))
        (problems(cx))
    }
}

pub(super) fn section(cx: &Cx<'_>) -> Markup {
    super::section(cx, "coverage", "section_coverage", &body(cx))
}

fn blind(cx: &Cx<'_>) -> Markup {
    let families: Vec<String> =
        cx.report.not_looked_at.iter().map(|f| shown(&cx.say.kind("family", f))).collect();
    html! {
        h3 { (cx.t("section_not_looked_at")) }
        @if families.is_empty() {
            p.calm { (cx.t("report_all_families")) }
        } @else {
            p { (cx.tw("report_lead_blind", &[("families", &families.join(cx.say.comma()))])) }
            ul.blind { @for family in &families { li { (family) } } }
        }
    }
}

fn undecided(cx: &Cx<'_>) -> Markup {
    let cases = &cx.report.undecided;
    html! {
        h3 { (cx.t("section_undecided")) }
        @if cases.is_empty() {
            p.calm { (cx.t("report_no_undecided")) }
        } @else {
            div.table role="group" tabindex="0" aria-label=(cx.t("section_undecided")) { table {
                thead { tr { @for key in ["check", "asset", "reason"] { th scope="col" { (cx.t(&format!("col_{key}"))) } } } }
                tbody {
                    @for case in cases.iter().take(ROWS_MAX) {
                        tr {
                            td { (shown(&cx.say.check(&case.check, "title"))) br; code.dim { (case.check) } }
                            td { (shown(case.asset.as_str())) }
                            td { (shown(&cx.say.check_text(&case.check, &case.why))) }
                        }
                    }
                }
            } }
            @if cases.len() > ROWS_MAX { p.more { (cx.tw("and_more", &[("n", &(cases.len() - ROWS_MAX))])) } }
        }
    }
}

fn problems(cx: &Cx<'_>) -> Markup {
    let problems = &cx.report.problems;
    html! {
        h3 { (cx.t("section_problems")) }
        @if problems.is_empty() {
            p.calm { (cx.t("report_no_problems")) }
        } @else {
            div.table role="group" tabindex="0" aria-label=(cx.t("section_problems")) { table {
                thead { tr { @for key in ["source", "place", "reason"] { th scope="col" { (cx.t(&format!("col_{key}"))) } } } }
                tbody {
                    @for problem in problems.iter().take(ROWS_MAX) {
                        tr {
                            td { (shown(&problem.source)) }
                            td { (shown(&problem.place)) }
                            td { (shown(&cx.say.problem(problem))) br; span.dim { (cut(&shown(&problem.detail), 200)) } }
                        }
                    }
                }
            } }
            @if problems.len() > ROWS_MAX { p.more { (cx.tw("and_more", &[("n", &(problems.len() - ROWS_MAX))])) } }
        }
    }
}

pub(super) fn checks(cx: &Cx<'_>) -> Markup {
    let body = html! {
        div.table role="group" tabindex="0" aria-label=(cx.t("section_checks")) { table {
            thead { tr { @for key in ["check", "title", "class", "attack"] {
                @let key = if key == "title" || key == "check" { format!("col_{key}") } else { format!("label_{key}") };
                th scope="col" { (cx.t(&key)) }
            } } }
            tbody {
                @for (id, entry) in &cx.report.checks {
                    tr {
                        td { code { (id) } }
                        td { (shown(&cx.say.check(id, "title"))) }
                        td { (cx.say.threat(entry.threat_class)) }
                        td { (entry.attack.join(" ")) }
                    }
                }
            }
        } }
    };
    super::section(cx, "checks", "section_checks", &body)
}
