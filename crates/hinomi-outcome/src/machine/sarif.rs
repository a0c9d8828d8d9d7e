//! `--format sarif`: SARIF 2.1.0 (OASIS), for code hosts and viewers.
//!
//! What could not be decided is a result of kind `open`; what could not be read is a tool notification, so a
//! viewer never shows an unread file as clean.

use super::{VERSION, line};
use crate::visible::{cut, shown_lines};
use crate::words::Say;
use crate::{ProblemLine, Report, Reported, Undecided};
use hinomi_model::{Entry, EvidenceRef, Severity, Status};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Characters of a quote.
const SNIPPET_CHARS: usize = 2_000;

/// The report as one SARIF log of one run.
pub fn sarif(report: &Report) -> String {
    let say = Say::of(report);
    let rules = rules(report);
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(at, (id, _))| (*id, at)).collect();
    let findings = report.findings.iter().map(|reported| result(report, say, &index, reported));
    let open = report.undecided.iter().map(|case| undecided(report, say, &index, case));
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Hinomi",
                "version": VERSION,
                "semanticVersion": VERSION,
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "language": say.lang.as_str(),
                "rules": rules.iter().map(|(id, entry)| rule(say, id, *entry)).collect::<Vec<_>>(),
                "notifications": notifications(report, say),
            }},
            "columnKind": "unicodeCodePoints",
            "defaultEncoding": "utf-8",
            "invocations": [invocation(report, say)],
            "results": findings.chain(open).collect::<Vec<_>>(),
        }],
    });
    line(&log) + "\n"
}

/// Every check of the report, and those that only a finding names.
fn rules(report: &Report) -> Vec<(&str, Option<&Entry>)> {
    let mut rules: BTreeMap<&str, Option<&Entry>> =
        report.checks.iter().map(|(id, entry)| (id.as_str(), Some(entry))).collect();
    let named = report.findings.iter().map(|r| r.finding.check.as_str());
    for id in named.chain(report.undecided.iter().map(|case| case.check.as_str())) {
        rules.entry(id).or_insert(None);
    }
    rules.into_iter().collect()
}

fn rule(say: Say<'_>, id: &str, entry: Option<&Entry>) -> Value {
    let worst = entry.and_then(|entry| entry.fails.values().map(|grade| grade.severity).max());
    let worst = worst.unwrap_or(Severity::Info);
    let attack = entry.map(|entry| entry.attack.clone()).unwrap_or_default();
    let tags: Vec<String> = std::iter::once("security".to_owned()).chain(attack).collect();
    json!({
        "id": id,
        "name": rule_name(id),
        "shortDescription": {"text": sentence(&say.check(id, "title"))},
        "fullDescription": {"text": sentence(&say.check(id, "why"))},
        "help": {"text": sentence(&say.check(id, "fix"))},
        "defaultConfiguration": {"level": level(worst)},
        "properties": {
            "security-severity": security_severity(worst),
            "tags": tags,
        },
    })
}

/// `document.auto-run-macro` as `DocumentAutoRunMacro`.
fn rule_name(id: &str) -> String {
    let words = id.split(['.', '-', '_']).filter_map(|word| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>())
    });
    words.collect()
}

/// Viewers want a full stop.
fn sentence(text: &str) -> String {
    let text = shown_lines(text);
    if text.ends_with(['.', '。', '!', '?', '！', '？']) { text } else { format!("{text}.") }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info | Severity::Low => "note",
        Severity::Medium => "warning",
        Severity::High | Severity::Critical => "error",
    }
}

/// The scale code hosts sort by.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "0.0",
        Severity::Low => "3.0",
        Severity::Medium => "5.5",
        Severity::High => "8.0",
        Severity::Critical => "9.5",
    }
}

fn result(report: &Report, say: Say<'_>, index: &BTreeMap<&str, usize>, reported: &Reported) -> Value {
    let finding = &reported.finding;
    let mut result = json!({
        "ruleId": finding.check,
        "ruleIndex": index.get(finding.check.as_str()),
        "level": level(finding.severity),
        "kind": "fail",
        "message": {"text": sentence(&say.finding(finding))},
        "locations": finding.evidence().iter().take(1).map(|proof| location(report, proof)).collect::<Vec<_>>(),
        "relatedLocations": related(report, finding.evidence()),
        "partialFingerprints": {"hinomi/v1": finding.fingerprint()},
        "baselineState": baseline(reported.status),
        "properties": {
            "asset": finding.asset,
            "confidence": finding.confidence.as_str(),
            "security-severity": security_severity(finding.severity),
            "indicators": finding.indicators.iter().map(|i| i.defanged()).collect::<Vec<_>>(),
        },
    });
    if let (Status::Suppressed, Some(map)) = (reported.status, result.as_object_mut()) {
        let reason = reported.acceptance.as_deref().unwrap_or_default();
        map.insert(
            "suppressions".to_owned(),
            json!([{"kind": "external", "status": "accepted", "justification": shown_lines(reason)}]),
        );
    }
    result
}

fn related(report: &Report, evidence: &[EvidenceRef]) -> Vec<Value> {
    let with_id = evidence.iter().skip(1).map(|proof| location(report, proof)).zip(1_u64..);
    with_id
        .map(|(mut location, id)| {
            if let Some(map) = location.as_object_mut() {
                map.insert("id".to_owned(), json!(id));
            }
            location
        })
        .collect()
}

/// SARIF's `baselineState`: a reopened finding was not in the run before, so it counts as new.
fn baseline(status: Status) -> &'static str {
    match status {
        Status::New | Status::Reopened => "new",
        Status::Open | Status::Suppressed => "unchanged",
        Status::Fixed => "absent",
    }
}

/// The artifact is the evidence itself: an attachment stands below the mail it came in, and lines count in it.
fn location(report: &Report, proof: &EvidenceRef) -> Value {
    let mut uri = uri(&proof.source, proof.sha256.as_str());
    if let Some(part) = &proof.locator.part {
        uri = format!("{uri}/{}", encoded(part));
    }
    let mut physical = Map::new();
    physical.insert("artifactLocation".to_owned(), json!({"uri": uri}));
    let size = report.evidence.get(&proof.sha256).map(|evidence| evidence.size);
    let region = match (proof.locator.line, proof.locator.offset, size) {
        (Some(line), _, _) => Some(json!({"startLine": line.max(1)})),
        (None, Some(offset), _) => Some(json!({"byteOffset": offset, "byteLength": 0})),
        (None, None, Some(size)) => Some(json!({"byteOffset": 0, "byteLength": size})),
        (None, None, None) => None,
    };
    if let Some(Value::Object(mut region)) = region {
        if !proof.quote.is_empty() {
            let quote = shown_lines(&proof.quote);
            region.insert("snippet".to_owned(), json!({"text": cut(&quote, SNIPPET_CHARS)}));
        }
        physical.insert("region".to_owned(), Value::Object(region));
    }
    let names: Vec<String> =
        proof.locator.part.iter().chain(&proof.locator.path).map(|n| shown_lines(n)).collect();
    let mut location = Map::new();
    location.insert("physicalLocation".to_owned(), Value::Object(physical));
    if !names.is_empty() {
        let logical = json!([{"fullyQualifiedName": names.join("/"), "kind": "member"}]);
        location.insert("logicalLocations".to_owned(), logical);
    }
    Value::Object(location)
}

/// The artifact's relative reference; evidence without a source goes by its hash.
fn uri(source: &str, sha256: &str) -> String {
    if source.is_empty() { format!("sha256/{sha256}") } else { encoded(source) }
}

/// RFC 3986: everything but unreserved characters and `/` is percent-encoded, so that a name cannot become a
/// scheme, a query or a fragment; a leading `/` and steps upward go, so that it stays relative.
fn encoded(path: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| char::from(HEX.get(usize::from(nibble)).copied().unwrap_or(b'0'));
    let path = path.replace('\\', "/");
    let steps: Vec<&str> = path.split('/').filter(|step| !matches!(*step, "" | "." | "..")).collect();
    let mut out = String::with_capacity(path.len());
    for byte in steps.join("/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b'.' | b'/' => {
                out.push(char::from(byte))
            }
            _ => out.extend(['%', digit(byte >> 4), digit(byte & 15)]),
        }
    }
    out
}

fn undecided(report: &Report, say: Say<'_>, index: &BTreeMap<&str, usize>, case: &Undecided) -> Value {
    let known = report.evidence.get(&case.evidence);
    let source = known.map(|evidence| evidence.source.as_str()).unwrap_or_default();
    let mut physical = json!({"artifactLocation": {"uri": uri(source, case.evidence.as_str())}});
    if let (Some(evidence), Some(map)) = (known, physical.as_object_mut()) {
        map.insert("region".to_owned(), json!({"byteOffset": 0, "byteLength": evidence.size}));
    }
    json!({
        "ruleId": case.check,
        "ruleIndex": index.get(case.check.as_str()),
        "kind": "open",
        "level": "none",
        "message": {"text": sentence(&say.check_text(&case.check, &case.why))},
        "locations": [{"physicalLocation": physical}],
        "properties": {"asset": case.asset},
    })
}

/// The kinds of problem that occur, as descriptors.
fn notifications(report: &Report, say: Say<'_>) -> Vec<Value> {
    let kinds: BTreeMap<&str, ()> = report.problems.iter().map(|p| (p.kind.as_str(), ())).collect();
    kinds
        .into_keys()
        .map(|kind| {
            json!({
                "id": kind,
                "shortDescription": {"text": sentence(&say.problem_kind(kind))},
                "defaultConfiguration": {"level": "warning"},
            })
        })
        .collect()
}

fn invocation(report: &Report, say: Say<'_>) -> Value {
    let end = report.made_at;
    let length = jiff::SignedDuration::from_millis(i64::try_from(report.milliseconds).unwrap_or(i64::MAX));
    let start = end.checked_sub(length).unwrap_or(end);
    json!({
        "executionSuccessful": report.exit != 2,
        "exitCode": report.exit,
        "startTimeUtc": start.to_string(),
        "endTimeUtc": end.to_string(),
        "toolExecutionNotifications": report.problems.iter().map(|p| notification(say, p)).collect::<Vec<_>>(),
    })
}

fn notification(say: Say<'_>, problem: &ProblemLine) -> Value {
    let place = if problem.place.is_empty() { String::new() } else { format!(" [{}]", problem.place) };
    let text = format!("{}{place}: {}", problem.source, say.problem(problem));
    let sha256 = problem.evidence.as_ref().map_or("", |id| id.as_str());
    json!({
        "descriptor": {"id": problem.kind},
        "level": "warning",
        "message": {"text": sentence(&text)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(&problem.source, sha256)}}}],
    })
}
