//! The corpus, read by us and by others.

use super::{Outcome, Rounds, needed};
use crate::command::lab::{Lab, cyberchef, in_guard, json, oletools};
use anyhow::{Result, ensure};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Every `.eml` file of the corpus becomes a mail, whatever else is wrong with it.
pub(super) fn every_mail_is_read(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let documents = needed!(lab.documents());
    let mails: Vec<PathBuf> = hinomi_dev::forge::mutate::corpus(&documents, 64 << 20)?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    ensure!(!mails.is_empty(), "the corpus holds no .eml file");
    let hinomi = lab.hinomi()?;
    let read = read_as_mail(&hinomi, &mails)?;
    let mut unread = Vec::new();
    for path in &mails {
        // One that begins like a mailbox file is read as the message inside, which is a little shorter.
        if !read.contains(&hex(&fs::read(path)?))
            && read_as_mail(&hinomi, std::slice::from_ref(path))?.is_empty()
        {
            unread.push(path.display().to_string());
        }
    }
    ensure!(unread.is_empty(), "{} of {} are not read as mail: {unread:?}", unread.len(), mails.len());
    Ok(Outcome::Passed(format!("{} files", mails.len())))
}

/// The digests of what is read as mail in these files.
fn read_as_mail(hinomi: &Path, paths: &[PathBuf]) -> Result<BTreeSet<String>> {
    let mut scan = Command::new(hinomi);
    scan.args(["scan", "--format", "json", "--observations"]).args(paths);
    let ran = in_guard(&scan, Duration::from_secs(300))?;
    let lines = json::lines(&ran.stdout)?;
    let mails = json::of(&lines, "observation").filter(|line| line["fact"].get("mail").is_some());
    Ok(mails.map(|line| json::text(line, "evidence").to_owned()).collect())
}

/// The modules that we extract are those that olevba extracts.
pub(super) fn olevba(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let documents = needed!(lab.documents());
    let python = needed!(oletools(lab));
    let extract = lab.build(&["--workspace", "--example", "extract"], false)?;
    let mut parity = Command::new(python);
    parity.arg("lab/peers/olevba_parity.py").arg("--corpus").arg(documents).arg("--extract").arg(extract);
    let ran = in_guard(parity.current_dir(&lab.root), Duration::from_secs(1_200))?;
    ensure!(ran.code == 0, "{}", ran.tail());
    let figure = |name: &str| {
        ran.stdout.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap_or("?").trim().to_owned()
    };
    Ok(Outcome::Passed(format!("{} documents equal", figure("equal"))))
}

/// Generated recipes give on generated inputs what CyberChef's browser core gives.
pub(super) fn cyberchef_pairs(lab: &Lab, rounds: Rounds) -> Result<Outcome> {
    // The long run is half as many pairs as damaged files: the campaign that the bar names.
    let pairs = (rounds.damaged / 2).to_string();
    recipes(lab, &["--seed", "5", "--pairs", &pairs])
}

/// So do the cases of CyberChef's own tests that use only operations of ours.
pub(super) fn cyberchef_cases(lab: &Lab, _: Rounds) -> Result<Outcome> {
    recipes(lab, &["--upstream"])
}

fn recipes(lab: &Lab, arguments: &[&str]) -> Result<Outcome> {
    let (node, modules) = needed!(cyberchef(lab));
    let bake = lab.build(&["--workspace", "--example", "bake"], false)?;
    let mut parity = Command::new("python3");
    parity.arg("lab/peers/cyberchef_parity.py").arg("--modules").arg(modules).arg("--node").arg(node);
    parity.arg("--bake").arg(bake).args(arguments);
    let ran = in_guard(parity.current_dir(&lab.root), Duration::from_secs(600))?;
    ensure!(ran.code == 0, "{}", ran.tail());
    Ok(Outcome::Passed(ran.stdout.lines().last().unwrap_or_default().to_owned()))
}

/// SHA-256 as evidence is named.
pub(super) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
