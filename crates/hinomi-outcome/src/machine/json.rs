//! `--format json`: one object a line. Stable: `docs/reference/output.schema.json` describes every line.

use super::line;
use crate::plan::{Amount, Budget, Plan};
use crate::words::Say;
use crate::{ProblemLine, Report, Reported, Undecided};
use hinomi_model::{EvidenceId, Finding, Indicator, Observation, Severity, Source, Status};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The report as NDJSON: findings, undecided cases, problems, indicators, observations; the plan's measures and
/// budget when there is a plan; the summary last. Values from evidence are data: escaped, never part of a key.
pub fn json(report: &Report, plan: Option<&Plan>) -> String {
    let say = Say::of(report);
    let findings = report.findings.iter().map(|reported| finding(report, say, reported));
    let undecided = report.undecided.iter().map(|case| undetermined(say, case));
    let problems = report.problems.iter().map(|line| problem(say, line));
    let indicators = merged(report).into_values().map(|indicator| indicator_line(&indicator));
    let observations = report.observations.iter().map(observation);
    let measures = plan.into_iter().flat_map(|plan| plan.items.iter().map(move |item| measure(say, item)));
    let budget = plan.map(|plan| budget(&plan.budget));
    let upkeep = plan.into_iter().flat_map(|plan| plan.upkeep.iter().map(upkeep));
    let all = findings.chain(undecided).chain(problems).chain(indicators).chain(observations);
    all.chain(measures).chain(budget).chain(upkeep).chain([summary(report)]).map(typed).collect()
}

/// One line with `schema` and `type` in front, for people who grep; the other keys follow sorted.
fn typed(mut value: Value) -> String {
    let kind = value.as_object_mut().and_then(|map| map.remove("type")).unwrap_or_default();
    let rest = line(&value);
    format!("{{\"schema\":1,\"type\":{kind},{}\n", rest.strip_prefix('{').unwrap_or(&rest))
}

fn finding(report: &Report, say: Say<'_>, reported: &Reported) -> Value {
    let Reported { finding, status, acceptance } = reported;
    let entry = report.checks.get(&finding.check);
    let mut line = json!({
        "type": "finding",
        "id": finding.fingerprint(),
        "check": finding.check,
        "asset": finding.asset,
        "severity": finding.severity.as_str(),
        "confidence": finding.confidence.as_str(),
        "status": status.as_str(),
        "at": finding.at,
        "title": say.check(&finding.check, "title"),
        "text": say.finding(finding),
        "threat_class": entry.map(|entry| entry.threat_class),
        "attack": entry.map(|entry| entry.attack.clone()).unwrap_or_default(),
        "incidents": entry.map(|entry| entry.incidents.clone()).unwrap_or_default(),
        "measures": entry.map(|entry| entry.measures.clone()).unwrap_or_default(),
        "evidence": finding.evidence(),
        "story": finding.story,
        "indicators": finding.indicators.iter().map(|i| i.value.as_str()).collect::<Vec<_>>(),
        "data": data(finding),
    });
    if let (Some(reason), Some(map)) = (acceptance, line.as_object_mut()) {
        map.insert("acceptance".to_owned(), json!(reason));
    }
    line
}

/// The figures of the text, and over them the key fields.
fn data(finding: &Finding) -> BTreeMap<&str, &str> {
    let pairs = finding.text.args.iter().chain(&finding.key);
    pairs.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn undetermined(say: Say<'_>, case: &Undecided) -> Value {
    json!({
        "type": "undetermined",
        "check": case.check,
        "asset": case.asset,
        "evidence": case.evidence,
        "why": case.why.key,
        "text": say.check_text(&case.check, &case.why),
    })
}

fn problem(say: Say<'_>, problem: &ProblemLine) -> Value {
    json!({
        "type": "problem",
        "source": problem.source,
        "evidence": problem.evidence,
        "place": problem.place,
        "kind": problem.kind,
        "limit": problem.limit.as_ref().map(|(name, value)| json!({"name": name, "value": value})),
        "text": say.problem(problem),
        "detail": problem.detail,
    })
}

/// One indicator per kind and value over all findings that are not accepted, with all evidence it was found in.
pub(crate) fn merged(report: &Report) -> BTreeMap<(hinomi_model::IndicatorKind, String), Indicator> {
    let mut all: BTreeMap<_, (Indicator, BTreeSet<EvidenceId>)> = BTreeMap::new();
    let alive = |r: &&Reported| !matches!(r.status, Status::Suppressed | Status::Fixed);
    for indicator in report.findings.iter().filter(alive).flat_map(|r| &r.finding.indicators) {
        let (known, found_in) = all
            .entry((indicator.kind, indicator.value.clone()))
            .or_insert_with(|| (indicator.clone(), BTreeSet::new()));
        found_in.extend(indicator.found_in.iter().cloned());
        known.confidence = known.confidence.max(indicator.confidence);
        // The stricter marking, and the longer stay, win.
        known.tlp = known.tlp.max(indicator.tlp);
        known.valid_until = known.valid_until.max(indicator.valid_until);
    }
    let filled = |(known, found_in): (Indicator, BTreeSet<EvidenceId>)| Indicator {
        found_in: found_in.into_iter().collect(),
        ..known
    };
    all.into_iter().map(|(key, merged)| (key, filled(merged))).collect()
}

fn indicator_line(indicator: &Indicator) -> Value {
    json!({
        "type": "indicator",
        "kind": indicator.kind.as_str(),
        "value": indicator.value,
        "defanged": indicator.defanged(),
        "pattern": indicator.pattern(),
        "found_in": indicator.found_in,
        "layers": indicator.layers,
        "confidence": indicator.confidence.as_str(),
        "tlp": indicator.tlp,
        "valid_from": indicator.valid_from,
        "valid_until": indicator.valid_until,
    })
}

fn observation(observation: &Observation) -> Value {
    json!({
        "type": "observation",
        "asset": observation.asset,
        "evidence": observation.evidence,
        "within": observation.within,
        "at": observation.at,
        "locator": observation.locator,
        "fact": observation.fact,
    })
}

fn measure(say: Say<'_>, item: &crate::plan::Item) -> Value {
    let measure = &item.measure;
    json!({
        "type": "measure",
        "id": measure.id,
        "title": say.measure(measure),
        "first_step": say.first_step(measure),
        "cost_yen": measure.cost_yen,
        "days": tenths_number(measure.days_tenths),
        "removes": item.removes,
        "removes_points": item.gain.whole(),
        "cumulative_yen": item.cumulative_yen,
        "choice": item.choice.as_str(),
        "why": say.app_text(&item.why),
        "source": source(&measure.source),
    })
}

/// A JSON number with at most one decimal.
fn tenths_number(tenths: u32) -> Value {
    if tenths.is_multiple_of(10) { json!(tenths / 10) } else { json!(f64::from(tenths) / 10.0) }
}

fn upkeep(phase: &crate::plan::Upkeep) -> Value {
    json!({
        "type": "upkeep",
        "work": "renew_certificates",
        "from": phase.from.to_string(),
        "valid_days_max": phase.days_max,
        "certificates": phase.certificates,
        "renewals": phase.renewals,
        "days": tenths_number(u32::try_from(phase.days_tenths).unwrap_or(u32::MAX)),
        "cost_yen": phase.yen,
    })
}

fn budget(budget: &Budget) -> Value {
    let yen = |amount: &Option<Amount>| amount.as_ref().map(|amount| amount.yen);
    let from = |amount: &Option<Amount>| amount.as_ref().map(|amount| source(&amount.source));
    let security = budget.security.iter().map(
        |(ratio, amount)| json!({"ratio_bp": ratio, "yen": amount.yen, "source": source(&amount.source)}),
    );
    let lenses = budget.lenses.iter().map(
        |lens| json!({"kind": lens.kind.as_str(), "yen": yen(&lens.amount), "source": from(&lens.amount)}),
    );
    json!({
        "type": "budget",
        "sales_yen": {"yen": yen(&budget.sales), "source": from(&budget.sales)},
        "it_yen": {
            "ratio_bp": budget.it_ratio.as_ref().map(|(ratio, _)| ratio),
            "yen": yen(&budget.it),
            "source": budget.it_ratio.as_ref().map(|(_, from)| source(from)),
        },
        "security_yen": security.collect::<Vec<_>>(),
        "lenses": lenses.collect::<Vec<_>>(),
        "envelope_yen": budget.envelope_yen,
        "envelope_days": budget.envelope_days_tenths
            .map(|days| tenths_number(u32::try_from(days).unwrap_or(u32::MAX))),
    })
}

fn source(source: &Source) -> Value {
    json!({"name": source.name, "year": source.year, "verified": source.verified})
}

fn summary(report: &Report) -> Value {
    let suppressed = report.findings.iter().filter(|r| r.status == Status::Suppressed).count();
    let seconds = f64::from(u32::try_from(report.milliseconds).unwrap_or(u32::MAX)) / 1_000.0;
    json!({
        "type": "summary",
        "evidence": report.counts.evidence,
        "checked": report.counts.checked,
        "passed": report.counts.passed,
        "failed": report.counts.failed,
        "findings": by_severity(report),
        "suppressed": suppressed,
        "undecided": report.counts.undecided,
        "unread": report.counts.unread,
        "not_looked_at": report.not_looked_at,
        "seconds": seconds,
        "exit": report.exit,
    })
}

/// Findings that are neither accepted nor fixed, by severity; every severity is there.
pub(crate) fn by_severity(report: &Report) -> BTreeMap<&'static str, u64> {
    let mut counts: BTreeMap<&str, u64> = Severity::WORST_FIRST.iter().map(|s| (s.as_str(), 0)).collect();
    for reported in &report.findings {
        if !matches!(reported.status, Status::Suppressed | Status::Fixed) {
            *counts.entry(reported.finding.severity.as_str()).or_default() += 1;
        }
    }
    counts
}
