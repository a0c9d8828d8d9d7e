//! Forged documents through the real command line: what each would start and fetch is told exactly, stomped ones are
//! told as such, and honest ones raise no alarm.

use super::{Outcome, Rounds};
use crate::command::lab::Lab;
use crate::command::lab::recovery::{self, Order, RECOVERED_PERCENT_MIN, STYLES_OF_TEN_MIN, Set};
use anyhow::{Result, ensure};

/// Three documents of every style, and every honest template three times. Not the seed of the benchmark.
const ORDER: Order = Order { attacks: 3 * hinomi_dev::forge::specimens::LANES, honest: 150, seed: 31 };
/// Documents shown of those that were not recovered.
const SHOWN_MAX: usize = 40;

pub(super) fn forged(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let (hinomi, desk) = (lab.hinomi()?, tempfile::tempdir()?);
    let set = Set::write(desk.path(), ORDER)?;
    let attacks = recovery::ask(&hinomi, &set.attacks)?;
    let honest = recovery::ask(&hinomi, &set.honest)?;
    let mut wrong = Vec::new();

    let rows = recovery::rows(set.attacks.iter().zip(&attacks));
    let low: Vec<String> = rows
        .iter()
        .filter(|(_, row)| !row.holds())
        .map(|(style, row)| format!("{style}: command lines {}, addresses {}", row.command, row.urls))
        .collect();
    if !recovery::enough_hold(&rows) {
        let misses: Vec<String> =
            set.attacks.iter().zip(&attacks).filter_map(|(one, told)| recovery::miss(one, told)).collect();
        wrong.push(format!(
            "{} of {} styles are below {RECOVERED_PERCENT_MIN} %, {STYLES_OF_TEN_MIN} of 10 may not be:\n{}\n{} documents, \
             seed {}:\n{}",
            low.len(),
            rows.len(),
            low.join("\n"),
            misses.len(),
            ORDER.seed,
            misses.iter().take(SHOWN_MAX).cloned().collect::<Vec<_>>().join("\n")
        ));
    }
    for (document, told) in set.attacks.iter().zip(&attacks) {
        let is_told = told.alarms().any(|check| check == STOMPED_CHECK);
        if is_told != document.truth.stomped {
            let word = if is_told { "told" } else { "not told" };
            wrong.push(format!("{}: {word} as stomped", document.path.display()));
        }
    }
    for (document, told) in set.honest.iter().zip(&honest) {
        let alarms: Vec<&str> = told.alarms().collect();
        if !alarms.is_empty() {
            let (path, kind) = (document.path.display(), &document.truth.shape);
            wrong.push(format!("{path}: an honest {kind} raises {}", alarms.join(", ")));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(Outcome::Passed(format!(
        "{} of {} styles recovered, {} honest documents left alone",
        rows.len() - low.len(),
        rows.len(),
        set.honest.len()
    )))
}

/// The check that tells a source that was replaced.
const STOMPED_CHECK: &str = "document.stomped-macro";
