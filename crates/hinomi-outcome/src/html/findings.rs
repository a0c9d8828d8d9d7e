//! The findings: each with its chain of events, its proof, its fix and its price.

use super::{Cx, chart};
use crate::Reported;
use crate::text::{place, short, step_place};
use crate::visible::{cut, shown, shown_lines};
use hinomi_model::{EvidenceRef, Status, Step};
use maud::{Markup, html};

/// So many findings are told at length; the rest is counted, and the machine formats have all.
const TOLD_MAX: usize = 200;
/// So many proofs a finding.
const PROOFS_MAX: usize = 5;
/// Characters of a quote.
const QUOTE_CHARS: usize = 1_200;

pub(super) fn section(cx: &Cx<'_>) -> Markup {
    super::section(cx, "findings", "section_findings", &body(cx))
}

fn body(cx: &Cx<'_>) -> Markup {
    let open = cx.open();
    let suppressed: Vec<&Reported> =
        cx.report.findings.iter().filter(|r| r.status == Status::Suppressed).collect();
    html! {
        @if open.is_empty() {
            p.calm { (cx.t("report_no_findings")) }
        } @else {
            figure.chart { (chart::severities(cx)) }
        }
        @for reported in open.iter().take(TOLD_MAX) { (article(cx, reported)) }
        @if open.len() > TOLD_MAX {
            p.more { (cx.tw("and_more", &[("n", &(open.len() - TOLD_MAX))])) }
        }
        @if !suppressed.is_empty() { (accepted(cx, &suppressed)) }
    }
}

fn article(cx: &Cx<'_>, reported: &Reported) -> Markup {
    let finding = &reported.finding;
    let severity = finding.severity;
    html! {
        article.finding.(severity.as_str()) {
            header {
                p.badge.(severity.as_str()) {
                    (chart::mark(severity)) (cx.t(&format!("severity_{}", severity.as_str())))
                }
                h3 { (shown(&cx.say.check(&finding.check, "title"))) }
                p.tags {
                    span.tag.state { (cx.t(&format!("status_{}", reported.status.as_str()))) }
                    span.tag { (cx.t(&format!("confidence_{}", finding.confidence.as_str()))) }
                    @if let Some(entry) = cx.report.checks.get(&finding.check) {
                        span.tag { (cx.say.threat(entry.threat_class)) }
                    }
                }
            }
            p.what { (shown(&cx.say.finding(finding))) }
            @if !finding.story.is_empty() { (chain(cx, &finding.story)) }
            div.two {
                div {
                    h4 { (cx.t("label_why")) }
                    p { (shown(&cx.say.check(&finding.check, "why"))) }
                }
                div.do {
                    h4 { (cx.t("label_fix")) }
                    p { (shown(&cx.say.check(&finding.check, "fix"))) }
                    (price(cx, reported))
                }
            }
            (proofs(cx, finding.evidence()))
            (small_print(cx, reported))
        }
    }
}

fn chain(cx: &Cx<'_>, steps: &[Step]) -> Markup {
    html! {
        div.story {
            h4 { (cx.t("report_attack_chain")) }
            ol.chain {
                @for step in steps {
                    li.danger[step.kind == "url"] {
                        span.dot { (chart::step(&step.kind)) }
                        span.kind { (shown(&cx.say.kind("step", &step.kind))) }
                        span.words { (cut(&shown(&step.text), QUOTE_CHARS)) }
                        @if let Some(place) = step_place(step) { span.place { (place) } }
                    }
                }
            }
        }
    }
}

fn price(cx: &Cx<'_>, reported: &Reported) -> Markup {
    let best = cx.plan.best_for(&reported.finding.fingerprint());
    html! {
        @if let Some(measure) = best {
            p.price {
                strong { (cx.say.cost(measure)) }
                span { (cx.say.measure(measure)) }
            }
        }
    }
}

fn proofs(cx: &Cx<'_>, evidence: &[EvidenceRef]) -> Markup {
    html! {
        div.proof {
            h4 { (cx.t("label_evidence")) }
            @for proof in evidence.iter().take(PROOFS_MAX) {
                @let at = place(&proof.locator);
                p.from {
                    code title=(proof.sha256) { (short(proof.sha256.as_str())) }
                    " " (shown(&proof.source))
                    @if !at.is_empty() { " › " (shown(&at)) }
                }
                @if !proof.quote.is_empty() {
                    pre { code { (cut(&shown_lines(&proof.quote), QUOTE_CHARS)) } }
                }
            }
            @if evidence.len() > PROOFS_MAX {
                p.more { (cx.tw("and_more", &[("n", &(evidence.len() - PROOFS_MAX))])) }
            }
        }
    }
}

/// What a specialist looks for.
fn small_print(cx: &Cx<'_>, reported: &Reported) -> Markup {
    let finding = &reported.finding;
    let entry = cx.report.checks.get(&finding.check);
    html! {
        dl.small {
            div { dt { (cx.t("label_asset")) } dd { (shown(finding.asset.as_str())) } }
            @if let Some(at) = finding.at {
                div { dt { (cx.t("label_at")) } dd { time datetime=(at) { (cx.say.time(at)) } } }
            }
            div { dt { (cx.t("label_check")) } dd { code { (finding.check) } } }
            @if let Some(entry) = entry {
                @if !entry.attack.is_empty() {
                    div { dt { (cx.t("label_attack")) } dd { (entry.attack.join(" ")) } }
                }
            }
            div { dt { "ID" } dd { code { (finding.fingerprint()) } } }
        }
    }
}

/// Accepted findings stay in every report, below the others.
fn accepted(cx: &Cx<'_>, suppressed: &[&Reported]) -> Markup {
    html! {
        div.table role="group" tabindex="0" aria-label=(cx.t("status_suppressed")) {
            table {
                caption { (cx.t("status_suppressed")) }
                thead { tr {
                    th scope="col" { (cx.t("col_title")) }
                    th scope="col" { (cx.t("label_asset")) }
                    th scope="col" { (cx.t("label_acceptance")) }
                } }
                tbody {
                    @for reported in suppressed.iter().take(TOLD_MAX) {
                        tr {
                            td {
                                (shown(&cx.say.check(&reported.finding.check, "title")))
                                br; span.dim { (shown(&cx.say.finding(&reported.finding))) }
                            }
                            td { (shown(reported.finding.asset.as_str())) }
                            td { (shown(reported.acceptance.as_deref().unwrap_or_default())) }
                        }
                    }
                }
            }
        }
        @if suppressed.len() > TOLD_MAX {
            p.more { (cx.tw("and_more", &[("n", &(suppressed.len() - TOLD_MAX))])) }
        }
    }
}
