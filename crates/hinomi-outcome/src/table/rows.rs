//! The rows of the four sheets.

use super::{Cell, Sheet};
use crate::machine::merged;
use crate::plan::Plan;
use crate::text::place;
use crate::words::Say;
use crate::{Preview, Report, Reported};
use hinomi_model::{Gate, Tlp};
use std::collections::BTreeMap;

/// A finding a row; the machine formats have all proofs, a row has the first.
pub(super) fn findings(report: &Report, say: Say<'_>) -> Sheet {
    let header = [
        "severity",
        "check",
        "title",
        "text",
        "asset",
        "status",
        "confidence",
        "at",
        "source",
        "place",
        "quote",
        "fix",
        "measures",
        "sha256",
        "id",
    ];
    let rows = report.findings.iter().map(|reported| finding(report, say, reported)).collect();
    sheet(say, "sheet_findings", &header, rows)
}

fn finding(report: &Report, say: Say<'_>, reported: &Reported) -> Vec<Cell> {
    let finding = &reported.finding;
    let proof = finding.evidence().first();
    let measures =
        report.checks.get(&finding.check).map(|entry| entry.measures.join(" ")).unwrap_or_default();
    vec![
        Cell::text(&say.app(&format!("severity_{}", finding.severity.as_str()))),
        Cell::text(&finding.check),
        Cell::text(&say.check(&finding.check, "title")),
        Cell::text(&say.finding(finding)),
        Cell::text(finding.asset.as_str()),
        Cell::text(&say.app(&format!("status_{}", reported.status.as_str()))),
        Cell::text(&say.app(&format!("confidence_{}", finding.confidence.as_str()))),
        Cell::text(&finding.at.map(|at| at.to_string()).unwrap_or_default()),
        Cell::text(proof.map_or("", |proof| &proof.source)),
        Cell::text(&proof.map(|proof| place(&proof.locator)).unwrap_or_default()),
        Cell::text(proof.map_or("", |proof| &proof.quote)),
        Cell::text(&say.check(&finding.check, "fix")),
        Cell::text(&measures),
        Cell::text(proof.map_or("", |proof| proof.sha256.as_str())),
        Cell::text(finding.fingerprint().as_str()),
    ]
}

pub(super) fn indicators(report: &Report, gate: &Gate, say: Say<'_>) -> Sheet {
    let header = ["kind", "defanged", "gate", "valid_until", "tlp", "confidence", "layers", "found_in"];
    let preview = Preview::of(report, gate);
    let held: BTreeMap<_, _> =
        preview.held.iter().map(|h| ((h.indicator.kind, h.indicator.value.as_str()), h.reason)).collect();
    let rows = merged(report).into_values().map(|indicator| {
        let reason = held.get(&(indicator.kind, indicator.value.as_str()));
        let found: Vec<&str> = indicator.found_in.iter().map(hinomi_model::EvidenceId::as_str).collect();
        vec![
            Cell::text(&say.kind("kind", indicator.kind.as_str())),
            Cell::text(&indicator.defanged()),
            Cell::text(&reason.map_or_else(|| say.app("gate_pass"), |reason| say.kind("held", reason))),
            Cell::text(&indicator.valid_until.map(|at| at.to_string()).unwrap_or_default()),
            Cell::text(tlp(indicator.tlp)),
            Cell::text(&say.app(&format!("confidence_{}", indicator.confidence.as_str()))),
            Cell::text(&indicator.layers.join(" → ")),
            Cell::text(&found.join(" ")),
        ]
    });
    sheet(say, "sheet_indicators", &header, rows.collect())
}

pub(super) fn plan(plan: &Plan, say: Say<'_>) -> Sheet {
    let header = [
        "order",
        "choice",
        "measure",
        "cost_yen",
        "days",
        "cumulative_yen",
        "cumulative_days",
        "gain",
        "findings",
        "why",
        "first_step",
        "told_by",
        "year",
        "verified",
        "id",
    ];
    let rows = plan.items.iter().enumerate().map(|(at, item)| {
        let measure = &item.measure;
        let count = |n: usize| Cell::Number(u64::try_from(n).unwrap_or(u64::MAX));
        vec![
            count(at + 1),
            Cell::text(&say.app(&format!("choice_{}", item.choice.as_str()))),
            Cell::text(say.measure(measure)),
            Cell::Number(measure.cost_yen.0),
            Cell::Tenths(u64::from(measure.days_tenths)),
            Cell::Number(item.cumulative_yen.0),
            Cell::Tenths(item.cumulative_days_tenths),
            Cell::Number(item.gain.whole()),
            count(item.removes.len()),
            Cell::text(&say.app_text(&item.why)),
            Cell::text(say.first_step(measure)),
            Cell::text(&say.kind("publisher", &measure.source.name)),
            Cell::Number(u64::from(measure.source.year)),
            Cell::text(&say.app(if measure.source.verified { "yes" } else { "no" })),
            Cell::text(&measure.id),
        ]
    });
    sheet(say, "sheet_plan", &header, rows.collect())
}

pub(super) fn problems(report: &Report, say: Say<'_>) -> Sheet {
    let header = ["source", "place", "reason", "limit", "limit_value", "detail", "evidence"];
    let rows = report.problems.iter().map(|problem| {
        let limit = problem.limit.as_ref();
        vec![
            Cell::text(&problem.source),
            Cell::text(&problem.place),
            Cell::text(&say.problem_kind(&problem.kind)),
            Cell::text(limit.map_or("", |(name, _)| name)),
            limit.map_or(Cell::Empty, |(_, value)| Cell::Number(*value)),
            Cell::text(&problem.detail),
            Cell::text(problem.evidence.as_ref().map_or("", |id| id.as_str())),
        ]
    });
    sheet(say, "sheet_problems", &header, rows.collect())
}

fn sheet(say: Say<'_>, name: &str, header: &[&str], rows: Vec<Vec<Cell>>) -> Sheet {
    Sheet {
        name: say.app(name),
        header: header.iter().map(|key| say.app(&format!("col_{key}"))).collect(),
        rows,
    }
}

/// The marking as people write it.
pub(crate) fn tlp(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "TLP:CLEAR",
        Tlp::Green => "TLP:GREEN",
        Tlp::Amber => "TLP:AMBER",
        Tlp::AmberStrict => "TLP:AMBER+STRICT",
        Tlp::Red => "TLP:RED",
    }
}
