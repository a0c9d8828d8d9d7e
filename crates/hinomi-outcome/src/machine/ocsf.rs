//! `--format ocsf`: OCSF 1.8.0, one Detection Finding (class 2004) a line, for log stores.
//!
//! Activity of mail and documents is a detection. Only findings become events; what was not read or not decided
//! has no class of its own there and stays in our own lines.

use super::{VERSION, lines};
use crate::visible::shown_lines;
use crate::words::Say;
use crate::{Report, Reported};
use hinomi_model::{Confidence, EvidenceId, EvidenceKind, EvidenceRef, IndicatorKind, Severity, Status};
use serde_json::{Map, Value, json};

/// The version of the schema every event names.
const OCSF_VERSION: &str = "1.8.0";
/// Detection Finding.
const CLASS: u64 = 2004;
/// Findings.
const CATEGORY: u64 = 2;

/// The findings as OCSF events.
pub fn ocsf(report: &Report) -> String {
    let say = Say::of(report);
    lines(report.findings.iter().map(|reported| event(report, say, reported)))
}

fn event(report: &Report, say: Say<'_>, reported: &Reported) -> Value {
    let finding = &reported.finding;
    let (activity, activity_name) = activity(reported.status);
    let (status, status_name) = status(reported.status);
    let (severity, severity_name) = severity(finding.severity);
    let (confidence, confidence_name) = confidence(finding.confidence);
    let text = shown_lines(&say.finding(finding));
    let mut event = json!({
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Detection Finding",
        "type_uid": CLASS * 100 + activity,
        "type_name": format!("Detection Finding: {activity_name}"),
        "time": finding.at.unwrap_or(report.made_at).as_millisecond(),
        "severity_id": severity,
        "severity": severity_name,
        "confidence_id": confidence,
        "confidence": confidence_name,
        "status_id": status,
        "status": status_name,
        "message": text,
        "metadata": {
            "version": OCSF_VERSION,
            "profiles": ["security_control"],
            "product": {
                "name": "Hinomi", "vendor_name": "Hinomi", "version": VERSION, "lang": say.lang.as_str(),
            },
            "event_code": finding.check,
            "logged_time": report.made_at.as_millisecond(),
        },
        "finding_info": finding_info(report, say, reported),
        "evidences": evidences(report, reported),
        "observables": observables(reported),
        "resources": [{"uid": finding.asset, "name": finding.asset.name()}],
        "remediation": {"desc": shown_lines(&say.check(&finding.check, "fix"))},
        "is_alert": reported.status == Status::New || reported.status == Status::Reopened,
    });
    if let (Some(reason), Some(map)) = (&reported.acceptance, event.as_object_mut()) {
        map.insert("status_detail".to_owned(), json!(shown_lines(reason)));
    }
    event
}

fn activity(status: Status) -> (u64, &'static str) {
    match status {
        Status::New => (1, "Create"),
        Status::Open | Status::Reopened | Status::Suppressed => (2, "Update"),
        Status::Fixed => (3, "Close"),
    }
}

fn status(status: Status) -> (u64, &'static str) {
    match status {
        Status::New | Status::Open | Status::Reopened => (1, "New"),
        Status::Suppressed => (3, "Suppressed"),
        Status::Fixed => (4, "Resolved"),
    }
}

fn severity(severity: Severity) -> (u64, &'static str) {
    match severity {
        Severity::Info => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

fn confidence(confidence: Confidence) -> (u64, &'static str) {
    match confidence {
        Confidence::Low => (1, "Low"),
        Confidence::Medium => (2, "Medium"),
        Confidence::High => (3, "High"),
    }
}

fn finding_info(report: &Report, say: Say<'_>, reported: &Reported) -> Value {
    let finding = &reported.finding;
    let attack = report.checks.get(&finding.check).map(|entry| entry.attack.as_slice()).unwrap_or_default();
    let mut info = json!({
        "uid": finding.fingerprint(),
        "title": shown_lines(&say.check(&finding.check, "title")),
        "desc": shown_lines(&say.check(&finding.check, "why")),
        "analytic": {"uid": finding.check, "name": finding.check, "type_id": 1, "type": "Rule", "version": VERSION},
        "attacks": attack.iter().map(|id| technique(id)).collect::<Vec<_>>(),
        "types": [finding.check.split('.').next().unwrap_or_default()],
        "created_time": report.made_at.as_millisecond(),
    });
    if let (Some(at), Some(map)) = (finding.at, info.as_object_mut()) {
        map.insert("first_seen_time".to_owned(), json!(at.as_millisecond()));
    }
    info
}

/// `T1059.001` is a sub-technique of `T1059`.
fn technique(id: &str) -> Value {
    match id.split_once('.') {
        Some((parent, _)) => json!({"technique": {"uid": parent}, "sub_technique": {"uid": id}}),
        None => json!({"technique": {"uid": id}}),
    }
}

/// The proofs, then the URLs that were recovered.
fn evidences(report: &Report, reported: &Reported) -> Vec<Value> {
    let proofs = reported.finding.evidence().iter().map(|proof| evidence(report, proof));
    let urls = reported.finding.indicators.iter().filter(|i| i.kind == IndicatorKind::Url).map(|indicator| {
        let mut url = Map::new();
        url.insert("url_string".to_owned(), json!(indicator.value));
        if !indicator.host.is_empty() {
            url.insert("hostname".to_owned(), json!(indicator.host));
        }
        json!({"url": url, "data": {"layers": indicator.layers}})
    });
    proofs.chain(urls).collect()
}

fn evidence(report: &Report, proof: &EvidenceRef) -> Value {
    let mut evidence = Map::new();
    evidence.insert("file".to_owned(), file(report, proof));
    evidence.insert("uid".to_owned(), json!(proof.sha256));
    let data = json!({"locator": proof.locator, "quote": shown_lines(&proof.quote)});
    evidence.insert("data".to_owned(), data);
    if let Some(email) = mail_around(report, &proof.sha256) {
        evidence.insert("email".to_owned(), email);
    }
    Value::Object(evidence)
}

fn file(report: &Report, proof: &EvidenceRef) -> Value {
    let known = report.evidence.get(&proof.sha256);
    let name = known.map_or("", |e| e.name.as_str());
    let name =
        if name.is_empty() { proof.source.rsplit(['/', '\\']).next().unwrap_or_default() } else { name };
    let name = if name.is_empty() { proof.sha256.as_str() } else { name };
    let mut file = json!({
        "name": name,
        "type_id": 1,
        "type": "Regular File",
        "hashes": [{"algorithm_id": 3, "algorithm": "SHA-256", "value": proof.sha256}],
    });
    if let Some(map) = file.as_object_mut() {
        if !proof.source.is_empty() {
            map.insert("path".to_owned(), json!(proof.source));
        }
        if let Some(known) = known {
            map.insert("size".to_owned(), json!(known.size));
        }
    }
    file
}

/// The mail the evidence is, or came in, when an observation of it was kept. Without its sender OCSF takes no mail.
fn mail_around(report: &Report, id: &EvidenceId) -> Option<Value> {
    let mut at = report.evidence.get(id)?;
    // Containers nest a few deep; the bound keeps a loop in the parents from being one here.
    for _ in 0..32 {
        if at.kind == EvidenceKind::Mail {
            break;
        }
        at = report.evidence.get(at.parent.as_ref()?)?;
    }
    let of_mail = |observation: &&hinomi_model::Observation| observation.evidence == at.id;
    let mail = report.observations.iter().filter(of_mail).find_map(|o| o.fact.as_mail())?;
    let from = mail.from.iter().map(|a| a.address.as_str()).find(|a| is_address(a))?;
    let mut email = Map::new();
    email.insert("from".to_owned(), json!(from));
    email.insert("subject".to_owned(), json!(mail.subject));
    email.insert("uid".to_owned(), json!(at.id));
    let to: Vec<&str> = mail.to.iter().map(|a| a.address.as_str()).filter(|a| is_address(a)).collect();
    if !to.is_empty() {
        email.insert("to".to_owned(), json!(to));
    }
    if let Some(id) = &mail.message_id {
        email.insert("message_uid".to_owned(), json!(id));
    }
    Some(Value::Object(email))
}

/// What the schema's `email_t` takes.
fn is_address(text: &str) -> bool {
    let local = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+,-./=?^_`{|}~".contains(&b);
    let domain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    text.split_once('@').is_some_and(|(name, host)| {
        let labels = host.split_once('.').is_some_and(|(first, rest)| !first.is_empty() && !rest.is_empty());
        labels && !name.is_empty() && name.bytes().all(local) && host.bytes().all(domain)
    })
}

/// `observable.type_id`: 1 hostname, 2 IP address, 5 e-mail address, 6 URL string, 8 hash, 45 file path.
fn observables(reported: &Reported) -> Vec<Value> {
    let one = |indicator: &hinomi_model::Indicator| {
        let (type_id, kind, name) = match indicator.kind {
            IndicatorKind::Host | IndicatorKind::Domain => (1, "Hostname", "evidences[].url.hostname"),
            IndicatorKind::Ip => (2, "IP Address", "evidences[].url.hostname"),
            IndicatorKind::Email => (5, "Email Address", "evidences[].email.from"),
            IndicatorKind::Url => (6, "URL String", "evidences[].url.url_string"),
            IndicatorKind::Hash => (8, "Hash", "evidences[].file.hashes[].value"),
            IndicatorKind::Path => (45, "File Path", "evidences[].file.path"),
        };
        json!({"name": name, "type_id": type_id, "type": kind, "value": indicator.value})
    };
    reported.finding.indicators.iter().map(one).collect()
}
