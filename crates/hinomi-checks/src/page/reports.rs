//! What the extension reports: a finding of the watch in a browser, a line each, as `hinomi collect page-reports`
//! writes it. It is told like a finding of the same watch over events.

use hinomi_formats::{Problem, ProblemKind};
use hinomi_model::fact::{PageFact, PageOutcomes, PageRule, PageTarget};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Longest line that is read as a report, in bytes.
const LINE_BYTES_MAX: usize = 1 << 20;
/// Reports kept of one file.
const REPORTS_MAX: usize = 200_000;

/// One line. Fields that this version does not know are passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Report {
    rule: String,
    page: String,
    top: Option<String>,
    script: Option<Place>,
    targets: Vec<Target>,
    api: Vec<String>,
    outcomes: Outcomes,
    first: i64,
    count: u64,
    allowed_by: Option<String>,
    suppressed: Option<String>,
    notes: Vec<String>,
    seat: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Target {
    scheme: String,
    host: String,
    port: u16,
    ip: Option<String>,
    space: String,
    how: String,
    api: Option<String>,
    script: Option<Place>,
    outcomes: Outcomes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Place {
    script: String,
    line: Option<u32>,
    column: Option<u32>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct Outcomes {
    reached: u64,
    blocked: u64,
    refused: u64,
    failed: u64,
}

/// Reports of one file. A browser tells the same finding again when it goes on: the last one counts.
#[derive(Debug, Default)]
pub(super) struct Reports {
    last: BTreeMap<(String, String, String, i64), PageFact>,
    lost: u64,
    cut: bool,
}

impl Reports {
    /// Whether a line claims to be a report. Events have no rule.
    pub(super) fn claims(line: &[u8]) -> bool {
        let key = b"\"rule\":";
        line.windows(key.len()).any(|part| part == key)
    }

    /// Takes a line.
    pub(super) fn take(&mut self, line: &[u8]) -> Result<(), String> {
        if line.len() > LINE_BYTES_MAX {
            return Err(format!("the line is longer than {LINE_BYTES_MAX} bytes"));
        }
        let report: Report = serde_json::from_slice(line).map_err(|_| "the line is no report".to_owned())?;
        if report.rule == "lost" {
            self.lost = self.lost.saturating_add(report.count);
            return Ok(());
        }
        let rule = rule(&report.rule).ok_or("the report names a rule that is not known")?;
        if report.page.is_empty() || report.targets.is_empty() {
            return Err("the report names no page or no target".to_owned());
        }
        let key = (report.seat.clone(), report.rule.clone(), report.page.clone(), report.first);
        if self.last.len() < REPORTS_MAX || self.last.contains_key(&key) {
            self.last.insert(key, report.into_fact(rule));
        } else {
            self.cut = true;
        }
        Ok(())
    }

    /// What browsers had to forget, and what this reader did.
    pub(super) fn lost(&self) -> Vec<Problem> {
        let lost = (self.lost > 0).then(|| {
            let detail = format!("browsers lost {} findings before they could report them", self.lost);
            Problem::new(ProblemKind::Truncated, "", detail)
        });
        let cut = self.cut.then(|| Problem::limit("", "entries_max", REPORTS_MAX as u64));
        lost.into_iter().chain(cut).collect()
    }

    /// Each with when it began, in milliseconds since 1970.
    pub(super) fn facts(self) -> impl Iterator<Item = (i64, PageFact)> {
        self.last.into_iter().map(|((_, _, _, first), fact)| (first, fact))
    }
}

impl Report {
    fn into_fact(self, rule: PageRule) -> PageFact {
        PageFact {
            rule: Some(rule),
            page: self.page,
            top: self.top,
            script: self.script.map(written),
            targets: self.targets.into_iter().map(target).collect(),
            api: self.api,
            outcomes: outcomes(self.outcomes),
            count: self.count,
            allowed_by: self.allowed_by,
            suppressed: self.suppressed,
            notes: self.notes,
            ..PageFact::default()
        }
    }
}

fn rule(name: &str) -> Option<PageRule> {
    Some(match name {
        "HW-1" => PageRule::LocalAccess,
        "HW-2" => PageRule::PortScan,
        "HW-3" => PageRule::Rebinding,
        "HW-4" => PageRule::CrossProtocol,
        "HW-5" => PageRule::WebrtcLocal,
        "HW-6" => PageRule::MdnsExfiltration,
        "HW-7" => PageRule::TopLevelLocal,
        _ => return None,
    })
}

fn target(told: Target) -> PageTarget {
    let address = told.ip.as_deref().unwrap_or(&told.host).parse::<IpAddr>();
    PageTarget {
        metadata: address.is_ok_and(hinomi_watch::is_metadata),
        scheme: told.scheme,
        host: told.host,
        port: told.port,
        ip: told.ip,
        space: told.space,
        how: told.how,
        api: told.api,
        script: told.script.map(written),
        outcomes: outcomes(told.outcomes),
        ..PageTarget::default()
    }
}

fn outcomes(told: Outcomes) -> PageOutcomes {
    let Outcomes { reached, blocked, refused, failed } = told;
    PageOutcomes { reached, blocked, refused, failed }
}

/// `https://cdn.example/a.js:3:14`.
fn written(place: Place) -> String {
    let part = |number: Option<u32>| number.map(|number| format!(":{number}")).unwrap_or_default();
    let column = place.line.and(place.column);
    format!("{}{}{}", place.script, part(place.line), part(column))
}
