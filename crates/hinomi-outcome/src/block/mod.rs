//! Block lists, as a preview: what passed the gate, what was held back and why, until when, from which finding.
//!
//! Nothing here blocks anything. Only a [`Blockable`] gets into a list, and only the gate makes one.

#[cfg(test)]
mod tests;

use crate::Report;
use crate::visible::{acts, shown};
use crate::words::Say;
use hinomi_model::{Blockable, Fingerprint, Gate, Indicator, IndicatorKind, Status};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What a report's indicators come to at the gate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// What may be blocked.
    pub passed: Vec<Passed>,
    /// What may not.
    pub held: Vec<Held>,
    /// The report's time; the lists carry it.
    pub made_at: Timestamp,
}

/// An indicator that may be blocked, with the findings it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    blockable: Blockable,
    findings: BTreeSet<Fingerprint>,
}

/// An indicator that was held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The indicator.
    pub indicator: Indicator,
    /// Which list or rule held it: the gate's word, `expired` or `unwritable`; `app` has `held_<reason>`.
    pub reason: &'static str,
    /// The findings it comes from.
    pub findings: BTreeSet<Fingerprint>,
}

/// The formats of a block list. Each new one is a variant and a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockFormat {
    /// One URL, host or address a line.
    Plain,
    /// A hosts file: hosts only.
    Hosts,
    /// CSV with source finding and end.
    Csv,
}

impl Passed {
    /// The indicator.
    pub fn indicator(&self) -> &Indicator {
        self.blockable.indicator()
    }

    /// The findings it comes from; never empty.
    pub fn findings(&self) -> impl Iterator<Item = &Fingerprint> {
        self.findings.iter()
    }
}

impl Preview {
    /// Puts every indicator of the report, and the host of every URL, before the gate. Indicators of accepted
    /// and of fixed findings do not come up.
    pub fn of(report: &Report, gate: &Gate) -> Self {
        let mut preview = Self { made_at: report.made_at, ..Self::default() };
        for (indicator, findings) in candidates(report).into_values() {
            let verdict = match gate.admit(&indicator) {
                _ if indicator.valid_until.is_some_and(|end| end <= report.made_at) => Err("expired"),
                Ok(_) if !writable(&indicator.value) => Err("unwritable"),
                other => other,
            };
            match verdict {
                Ok(blockable) => preview.passed.push(Passed { blockable, findings }),
                Err(reason) => preview.held.push(Held { indicator, reason, findings }),
            }
        }
        preview
    }
}

type Candidates = BTreeMap<(IndicatorKind, String), (Indicator, BTreeSet<Fingerprint>)>;

fn candidates(report: &Report) -> Candidates {
    let mut all = Candidates::new();
    for reported in &report.findings {
        if matches!(reported.status, Status::Suppressed | Status::Fixed) {
            continue;
        }
        let id = reported.finding.fingerprint();
        for indicator in &reported.finding.indicators {
            for candidate in [Some(indicator.clone()), host_of(indicator)].into_iter().flatten() {
                let key = (candidate.kind, candidate.value.clone());
                let (known, findings) =
                    all.entry(key).or_insert_with(|| (candidate.clone(), BTreeSet::new()));
                known.valid_until = known.valid_until.max(candidate.valid_until);
                findings.insert(id.clone());
            }
        }
    }
    all
}

/// The host a URL points to, as an indicator of its own.
fn host_of(indicator: &Indicator) -> Option<Indicator> {
    if indicator.kind != IndicatorKind::Url || indicator.host.is_empty() {
        return None;
    }
    let address = indicator.host.trim_matches(['[', ']']);
    let (kind, value) = match address.parse::<std::net::IpAddr>() {
        Ok(_) => (IndicatorKind::Ip, address.to_owned()),
        Err(_) => (IndicatorKind::Host, indicator.host.trim_end_matches('.').to_lowercase()),
    };
    Some(Indicator { kind, value, host: String::new(), ..indicator.clone() })
}

/// A list is a line a value: what would end the line, start a comment or act on a screen cannot be written.
fn writable(value: &str) -> bool {
    !value.is_empty() && !value.chars().any(|c| acts(c) || c.is_whitespace()) && !value.starts_with('#')
}

/// The list, with a header that says what it is, and what was held back and why as comments.
pub fn block(report: &Report, preview: &Preview, format: BlockFormat) -> String {
    let say = Say::of(report);
    match format {
        BlockFormat::Plain => listed(say, preview, |indicator| Some(indicator.value.clone())),
        BlockFormat::Hosts => listed(say, preview, hosts_line),
        BlockFormat::Csv => rows(say, preview),
    }
}

/// A hosts file answers names only; `0.0.0.0` goes nowhere.
fn hosts_line(indicator: &Indicator) -> Option<String> {
    let name = matches!(indicator.kind, IndicatorKind::Host | IndicatorKind::Domain);
    name.then(|| format!("0.0.0.0 {}", indicator.value))
}

fn listed(say: Say<'_>, preview: &Preview, entry: impl Fn(&Indicator) -> Option<String>) -> String {
    let mut lines = header(say, preview).into_iter().map(|line| format!("# {line}")).collect::<Vec<_>>();
    let mut held: Vec<String> = Vec::new();
    let mut listed = 0_u32;
    for passed in &preview.passed {
        let indicator = passed.indicator();
        match entry(indicator) {
            Some(entry) => {
                lines.push(format!("# {}", origin(say, indicator, &passed.findings)));
                lines.push(entry);
                listed += 1;
            }
            None => held.push(held_line(say, indicator, "other_format")),
        }
    }
    if listed == 0 {
        lines.push(format!("# {}", say.app("block_nothing")));
    }
    held.extend(preview.held.iter().map(|held| held_line(say, &held.indicator, held.reason)));
    lines.extend(held);
    lines.join("\n") + "\n"
}

fn header(say: Say<'_>, preview: &Preview) -> [String; 3] {
    let (passed, held) = (preview.passed.len(), preview.held.len());
    [
        say.app("block_title"),
        say.app_with("block_made", &[("at", &preview.made_at)]),
        say.app_with("block_counts", &[("passed", &passed), ("held", &held)]),
    ]
}

fn origin(say: Say<'_>, indicator: &Indicator, findings: &BTreeSet<Fingerprint>) -> String {
    let until = indicator.valid_until.map_or(String::new(), |end| end.to_string());
    let ids: Vec<&str> = findings.iter().map(Fingerprint::as_str).collect();
    let until = say.app_with("block_until", &[("until", &until)]);
    format!("{until}  {}", say.app_with("block_from", &[("findings", &ids.join(" "))]))
}

/// Held values stand in comments, so they are defanged: nobody should paste them.
fn held_line(say: Say<'_>, indicator: &Indicator, reason: &str) -> String {
    let why = say.kind("held", reason);
    format!("# {}: {}  {}", say.app("block_held"), shown(&indicator.defanged()), why)
}

fn rows(say: Say<'_>, preview: &Preview) -> String {
    let header = ["col_kind", "col_value", "col_gate", "col_valid_until", "col_findings", "col_tlp"]
        .map(|k| say.app(k));
    let mut rows = vec![header.to_vec()];
    let ids = |ids: &BTreeSet<Fingerprint>| ids.iter().map(Fingerprint::as_str).collect::<Vec<_>>().join(" ");
    let row = |indicator: &Indicator, gate: String, findings: &BTreeSet<Fingerprint>| {
        vec![
            indicator.kind.as_str().to_owned(),
            indicator.value.clone(),
            gate,
            indicator.valid_until.map_or(String::new(), |end| end.to_string()),
            ids(findings),
            crate::table::tlp(indicator.tlp).to_owned(),
        ]
    };
    rows.extend(preview.passed.iter().map(|p| row(p.indicator(), say.app("gate_pass"), &p.findings)));
    rows.extend(preview.held.iter().map(|h| {
        let defanged = Indicator { value: h.indicator.defanged(), ..h.indicator.clone() };
        row(&defanged, say.kind("held", h.reason), &h.findings)
    }));
    crate::table::written(&rows)
}
