//! The same input again and again: nothing is new, nothing fixed, nothing comes back.

use super::{Outcome, Rounds};
use crate::command::lab::{Lab, in_guard, json};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

pub(super) fn same_input(lab: &Lab, rounds: Rounds) -> Result<Outcome> {
    let (desk, hinomi) = (tempfile::tempdir()?, lab.hinomi()?);
    let run = |arguments: &[&str]| -> Result<String> {
        let mut command = Command::new(&hinomi);
        command.args(arguments).current_dir(desk.path());
        let ran = in_guard(&command, Duration::from_secs(120))?;
        ensure!(matches!(ran.code, 0 | 1), "{arguments:?} ended with {}: {}", ran.code, ran.tail());
        Ok(ran.stdout)
    };
    run(&["demo", "d"])?;
    let mut first: Option<Vec<String>> = None;
    for round in 0..rounds.repeats {
        let lines = json::lines(&run(&["run", "--config", "d/hinomi.toml", "--format", "json"])?)?;
        let mut by_status: BTreeMap<&str, u64> = BTreeMap::new();
        let mut ids = Vec::new();
        for finding in json::of(&lines, "finding") {
            *by_status.entry(json::text(finding, "status")).or_default() += 1;
            ids.push(json::text(finding, "id").to_owned());
        }
        ensure!(by_status.keys().eq(&["open"]), "round {round}: {by_status:?}");
        let before = first.get_or_insert_with(|| ids.clone());
        ensure!(*before == ids, "round {round}: other findings, or in another order");
    }
    let findings = first.context("failed to run at all")?.len();
    Ok(Outcome::Passed(format!("{} runs, the same {findings} findings, all open", rounds.repeats)))
}
