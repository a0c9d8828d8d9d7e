//! The sample company: per check, what is planted and what is found.

use super::scan;
use super::table;
use super::truth::Truth;
use crate::command::lab::Lab;
use crate::command::lab::score::Share;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// What a check came to.
#[derive(Default)]
struct Row {
    planted: Share,
    right: Share,
    remarks: usize,
}

pub(super) fn part(lab: &Lab, hinomi: &Path) -> Result<String> {
    let truth = Truth::read(&lab.root.join("crates/hinomi/demo/truth.toml"))?;
    let desk = tempfile::tempdir()?;
    let folder = desk.path().join("company");
    let ours = scan::company(hinomi, &folder)?;
    let mut planted = BTreeSet::new();
    for thing in &truth.planted {
        let place = thing.place(&folder)?;
        planted.extend(thing.checks.iter().map(|check| (check.clone(), place.clone())));
    }
    let place = |source: &str| {
        let below = Path::new(source).strip_prefix(&folder).unwrap_or(Path::new(source));
        below.to_string_lossy().into_owned()
    };
    let found: Vec<(String, String, bool)> = ours
        .findings
        .iter()
        .map(|finding| (finding.check.clone(), place(&finding.source), finding.counts()))
        .collect();
    let wrong: Vec<String> = found
        .iter()
        .filter(|(check, place, counts)| *counts && !planted.contains(&(check.clone(), place.clone())))
        .map(|(check, place, _)| format!("{check} in {place}"))
        .collect();
    let mut out = format!(
        "### The sample company\n\n`hinomi demo DIR` against `crates/hinomi/demo/truth.toml`: {} planted things, \
         everything else honest. A planted thing is found when a finding of low or worse names the mail or the \
         file it is in; a finding is right when it names a planted thing.\n\n",
        truth.planted.len(),
    );
    out.push_str(&rows(&planted, &found));
    if !wrong.is_empty() {
        write!(out, "\nNot planted: {}.\n", wrong.join("; "))?;
    }
    Ok(out)
}

fn rows(planted: &BTreeSet<(String, String)>, found: &[(String, String, bool)]) -> String {
    let mut checks: BTreeMap<&str, Row> = BTreeMap::new();
    for (check, place) in planted {
        let named = |(by, at, counts): &(String, String, bool)| *counts && by == check && at == place;
        checks.entry(check).or_default().planted.add(found.iter().any(named));
    }
    for (check, place, counts) in found {
        let row = checks.entry(check).or_default();
        if *counts {
            row.right.add(planted.contains(&(check.clone(), place.clone())));
        } else {
            row.remarks += 1;
        }
    }
    let rows = checks.iter().map(|(check, row)| {
        vec![(*check).to_owned(), row.planted.to_string(), row.right.to_string(), row.remarks.to_string()]
    });
    table(&["check", "recall", "precision", "remarks (info)"], rows)
}
