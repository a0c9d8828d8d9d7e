//! The page runner: a check's `page.md` is its manual and its test.
//!
//! A page is Markdown. Prose stands in `::: en` and `::: ja` blocks, ended by `:::`; examples stand between them
//! as a `json` block of observations, followed by a `verdict` block. Behind `json` may stand what the company has decided
//! (`json profile=ipa-gl3001-3.0.1-high interim_until=2027-03-31 in_use_until=2035`). In the observations, `evidence` and
//! `within` may be short names (`e1`), which stand for the SHA-256 of the name.

use crate::judge::{cases, decide};
use crate::tls::Profile;
use crate::{Campaigns, Check, ContactBook, Context, KeyRing, Policy, entry};
use hinomi_model::{EvidenceId, Lang, Observation, Verdict};
use std::collections::BTreeSet;

/// One example of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Line of its `json` block, from 1.
    pub line: usize,
    /// What the company has decided, as written: `profile=…`.
    pub policy: String,
    /// The observations as written.
    pub observations: String,
    /// The verdicts expected, a line a case.
    pub verdict: String,
}

/// The prose of one language with the examples, as `explain` shows it.
pub fn in_language(page: &str, lang: Lang) -> String {
    let mut out = String::new();
    let mut shown = true;
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix(":::") {
            shown = rest.trim().is_empty() || rest.trim() == lang.as_str();
            continue;
        }
        let blank = line.trim().is_empty();
        if shown && !(blank && out.ends_with("\n\n")) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim().to_owned() + "\n"
}

/// The languages that have prose on a page.
pub fn languages(page: &str) -> BTreeSet<&str> {
    page.lines()
        .filter_map(|line| line.strip_prefix(":::"))
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect()
}

/// The examples of a page, in order.
pub fn examples(page: &str) -> Vec<Example> {
    let mut found = Vec::new();
    let (mut block, mut text, mut start, mut observations) = (None, String::new(), 0, None);
    let mut decided = "";
    for (at, line) in page.lines().enumerate() {
        match (block, line.strip_prefix("```")) {
            (None, Some(language)) => {
                let (language, rest) = language.trim().split_once(' ').unwrap_or((language.trim(), ""));
                block = Some(language);
                decided = rest;
                text = String::new();
                start = at + 1;
            }
            (Some("json"), Some(_)) => {
                observations = Some((start, decided.to_owned(), std::mem::take(&mut text)));
                block = None;
            }
            (Some("verdict"), Some(_)) => {
                if let Some((line, policy, observations)) = observations.take() {
                    found.push(Example { line, policy, observations, verdict: text.trim().to_owned() });
                }
                block = None;
            }
            (Some(_), Some(_)) => block = None,
            (Some(_), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// Runs one example: gives the verdicts as the page writes them, a line a case.
///
/// # Errors
/// A text for the author: the observations are not readable, or an entry is wrong.
pub fn run(check: &Check, example: &Example) -> Result<String, String> {
    let entry = entry::read(check.id, check.entry).map_err(|error| error.to_string())?;
    let mut value: serde_json::Value = serde_json::from_str(&example.observations)
        .map_err(|error| format!("read the observations: {error}"))?;
    name_evidence(&mut value);
    let observations: Vec<Observation> =
        serde_json::from_value(value).map_err(|error| format!("read the observations: {error}"))?;
    let own = BTreeSet::from(["reiji.example".to_owned()]);
    let contacts = ContactBook::from_observations(&observations);
    let campaigns = Campaigns::from_observations(&observations);
    let policy = policy(&example.policy)?;
    let ring = KeyRing::from_observations(&observations);
    let cx = Context {
        entry: &entry,
        own_domains: &own,
        contacts: &contacts,
        campaigns: &campaigns,
        ring: &ring,
        policy: &policy,
    };
    let mut cases = cases(&entry, &observations);
    // An author reads verdicts in the order of the observations, not of their hashes.
    let first = |evidence: &EvidenceId| {
        observations.iter().position(|o| o.evidence == *evidence || o.root() == evidence)
    };
    cases.sort_by_key(|case| first(case.subject));
    let lines: Vec<String> =
        cases.iter().map(|case| write(&decide(check, &cx, case, &mut BTreeSet::new()))).collect();
    Ok(lines.join("\n"))
}

/// What stands behind `json`.
fn policy(text: &str) -> Result<Policy, String> {
    let mut policy = Policy::default();
    for part in text.split_whitespace() {
        let wrong = || format!("{part:?} decides nothing");
        let (name, value) = part.split_once('=').ok_or_else(wrong)?;
        match name {
            "profile" => policy.tls = Profile::builtin(value).ok_or_else(wrong)?,
            "interim_until" => policy.interim_until = Some(value.parse().map_err(|_| wrong())?),
            "in_use_until" => policy.in_use_until = Some(value.parse().map_err(|_| wrong())?),
            _ => return Err(wrong()),
        }
    }
    Ok(policy)
}

/// Turns short evidence names into SHA-256 ids.
fn name_evidence(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                match inner {
                    serde_json::Value::String(name)
                        if matches!(key.as_str(), "evidence" | "within") && name.len() != 64 =>
                    {
                        *name = EvidenceId::of(name.as_bytes()).as_str().to_owned();
                    }
                    _ => name_evidence(inner),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(name_evidence),
        _ => {}
    }
}

/// A verdict as pages write it: `fail high/medium key: slot=value …`, `pass`, `undetermined key: …`.
fn write(verdict: &Verdict) -> String {
    let (head, text) = match verdict {
        Verdict::Pass => return "pass".to_owned(),
        Verdict::Undetermined(text) => ("undetermined".to_owned(), text),
        Verdict::Fail(finding) => {
            (format!("fail {}/{}", finding.severity.as_str(), finding.confidence.as_str()), &finding.text)
        }
    };
    let args: Vec<String> = text.args.iter().map(|(slot, value)| format!("{slot}={value}")).collect();
    if args.is_empty() {
        format!("{head} {}", text.key)
    } else {
        format!("{head} {}: {}", text.key, args.join(" "))
    }
}
