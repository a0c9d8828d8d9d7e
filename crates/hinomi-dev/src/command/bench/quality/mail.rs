//! Other people's test mail: what the checks of mail find in it, against what it was made to hold.

use super::scan::{self, Finding};
use super::table;
use super::truth::{Planted, Truth};
use crate::command::lab::Lab;
use crate::command::lab::score::Share;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(super) fn part(lab: &Lab, hinomi: &Path) -> Result<String> {
    let head = "### Other people's mail\n\n";
    let documents = match lab.documents() {
        Ok(documents) => documents,
        Err(why) => return Ok(format!("{head}Not measured: {why}.\n")),
    };
    let truth = Truth::read(&lab.root.join("lab/truth/corpus-mail.toml"))?;
    let mails: Vec<PathBuf> = hinomi_dev::forge::mutate::corpus(&documents, 64 << 20)?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml" || ending == "mbox"))
        .collect();
    // One at a time: a finding is about a content, and the same one may lie in several mails.
    let mut found = Vec::new();
    for mail in &mails {
        let named = mail.strip_prefix(&documents)?.display().to_string();
        let scan = scan::files(hinomi, std::slice::from_ref(mail))?;
        let alarms = scan.findings.into_iter().filter(Finding::alarms);
        found.extend(alarms.map(|finding| (finding, named.clone())));
    }
    let mut out = format!(
        "{head}{} mails of the test sets of rspamd, mail-parser and Tika, against `lab/truth/corpus-mail.toml`, \
         which names those made to hold a program, or a file called one; everything else counts as honest.\n\n",
        mails.len()
    );
    out.push_str(&by_check(&truth, &found));
    out.push('\n');
    out.push_str(&by_finding(&truth, &found));
    Ok(out)
}

/// Whether a finding names what was planted.
fn names(finding: &Finding, at: &str, planted: &Planted) -> bool {
    planted.path == at
        && planted.part.as_ref().is_none_or(|part| *part == finding.part)
        && planted.checks.contains(&finding.check)
}

fn by_check(truth: &Truth, found: &[(Finding, String)]) -> String {
    let mut checks: BTreeMap<&str, (Share, Share)> = BTreeMap::new();
    for planted in &truth.planted {
        for check in &planted.checks {
            let named =
                found.iter().any(|(finding, at)| finding.check == *check && names(finding, at, planted));
            checks.entry(check).or_default().0.add(named);
        }
    }
    for (finding, at) in found {
        let right = truth.planted.iter().any(|planted| names(finding, at, planted));
        checks.entry(&finding.check).or_default().1.add(right);
    }
    let rows = checks.iter().map(|(check, (recall, precision))| {
        vec![(*check).to_owned(), recall.to_string(), precision.to_string()]
    });
    table(&["check, medium or worse", "recall", "precision"], rows)
}

/// Every finding with a word of judgement, then what was missed.
fn by_finding(truth: &Truth, found: &[(Finding, String)]) -> String {
    let mut rows: Vec<Vec<String>> = found
        .iter()
        .map(|(finding, at)| {
            let right = truth.planted.iter().any(|planted| names(finding, at, planted));
            let word = if right { "true" } else { "false" };
            vec![at.clone(), finding.check.clone(), finding.text.clone(), word.to_owned()]
        })
        .collect();
    rows.sort();
    for planted in &truth.planted {
        for check in &planted.checks {
            let named =
                |(finding, at): &(Finding, String)| finding.check == *check && names(finding, at, planted);
            if !found.iter().any(named) {
                let part = planted.part.clone().unwrap_or_default();
                rows.push(vec![planted.path.clone(), check.clone(), part, "missed".to_owned()]);
            }
        }
    }
    table(&["mail", "check", "what is said, or the part that was missed", "judgement"], rows)
}
