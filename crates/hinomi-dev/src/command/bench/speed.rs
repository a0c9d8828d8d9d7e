//! How soon, how fast, how large in memory.

use super::table::{Table, held, mebibytes, seconds, where_and_when};
use super::{Bench, LOOKED, TIMES, median, once};
use crate::command::lab::{Ran, letters};
use anyhow::Result;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The first finding a newcomer sees, and the demo.
pub(super) fn start(bench: &Bench) -> Result<String> {
    let desk = tempfile::tempdir()?;
    fs::write(desk.path().join("mail.eml"), letters::in_a_colleagues_name("Re: order", 1, Vec::new()))?;
    let demo = bench.command(&["demo", "d"], desk.path())?;
    let scan_demo = bench.command(&["scan", "d/mail/reported"], desk.path())?;
    // A copy that was never started before: nothing of it was loaded.
    let fresh = desk.path().join("hinomi");
    fs::copy(bench.hinomi()?, &fresh)?;
    let mut first = Command::new(&fresh);
    first.args(["scan", "mail.eml"]).current_dir(desk.path());
    let first = once(&first, &[1])?;
    let again = repeated(&bench.command(&["scan", "mail.eml"], desk.path())?, 21, &[1])?;
    let demos = repeated(&demo, TIMES, &[0])?;
    let reported = repeated(&scan_demo, 11, &[1])?;

    let mut table = Table::new(&["what", "command", "wall", "processor", "bar", "held"]);
    let mut row = |what: &str, command: &str, wall: f64, cpu: f64, bar: f64| {
        let cells = [what, command].map(|cell| cell.to_owned());
        table.row(
            &[&cells[..], &[seconds(wall), seconds(cpu), format!("≤ {bar} s"), held(wall <= bar)]].concat(),
        );
    };
    row("first start of a fresh copy", "`hinomi scan mail.eml`", first.used.wall_s, first.used.cpu_s, 1.0);
    row("a mail, one finding", "`hinomi scan mail.eml`", wall(&again)?, cpu(&again)?, 1.0);
    row("a mail with a macro document", "`hinomi scan mail.eml`", wall(&reported)?, cpu(&reported)?, 1.0);
    row("the demo, whole", "`hinomi demo`", wall(&demos)?, cpu(&demos)?, 30.0);
    Ok(format!(
        "{}\n\n{}\nThe first row is one start, the others are medians.",
        where_and_when(&[]),
        table.end()
    ))
}

/// The corpus with and without the jail, one reader each, in turns.
pub(super) fn jail(bench: &Bench) -> Result<String> {
    let documents = bench.documents()?;
    let folder = documents.parent().unwrap_or(Path::new("."));
    let arguments = ["scan", "docs", "--format", "json", "--workers", "1"];
    let with = bench.command(&arguments, folder)?;
    let without = bench.command(&[&arguments[..], &["--no-jail"]].concat(), folder)?;
    let (mut jailed, mut free) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        jailed.push(once(&with, LOOKED)?);
        free.push(once(&without, LOOKED)?);
    }
    let ratio = wall(&free)? / wall(&jailed)?;
    let mut table = Table::new(&["", "wall", "processor"]);
    table.row(&["with the jail".to_owned(), seconds(wall(&jailed)?), seconds(cpu(&jailed)?)]);
    table.row(&["without (`--no-jail`)".to_owned(), seconds(wall(&free)?), seconds(cpu(&free)?)]);
    let files = count(&documents);
    Ok(format!(
        "{}\n\n`hinomi scan docs --format json --workers 1` over the corpus, {files} files, seven times each in turns.\n\n{}\n\
         Speed with the jail: **{ratio:.2}** of the speed without. Bar: ≥ 0.7; held: {}.",
        where_and_when(&[]),
        table.end(),
        held(ratio >= 0.7)
    ))
}

/// The most memory that any process of a command held.
pub(super) fn memory(bench: &Bench) -> Result<String> {
    let desk = tempfile::tempdir()?;
    let folder = desk.path();
    once(&bench.command(&["demo", "d"], folder)?, &[0])?;
    fs::write(folder.join("ten-mib"), vec![b'A'; 10 << 20])?;
    mailbox(folder, "mails-1000.mbox", 1_000)?;
    mailbox(folder, "mails-10000.mbox", 10_000)?;
    let config = ["--config", "d/hinomi.toml"];
    let with_config = |command: &[&'static str]| [command, &config[..]].concat();
    let mut commands = vec![
        with_config(&["demo", "d2"]),
        with_config(&["run"]),
        with_config(&["report", "--format", "html", "-o", "report.html"]),
        with_config(&["report", "--format", "xlsx", "-o", "report.xlsx"]),
        with_config(&["plan"]),
        with_config(&["block"]),
        with_config(&["finding", "list"]),
        with_config(&["backup", "copy.db"]),
        with_config(&["audit", "verify"]),
        vec!["explain"],
        vec!["doctor"],
        vec!["decode", "--recipe", "To_Base64('A-Za-z0-9+/=')", "ten-mib"],
        vec!["scan", "d/mail/reported"],
        vec!["scan", "mails-1000.mbox"],
        vec!["scan", "mails-10000.mbox"],
    ];
    let corpus = bench.documents().ok();
    let docs = corpus.as_ref().map(|path| path.display().to_string());
    if let Some(docs) = &docs {
        commands.push(vec!["scan", docs]);
    }
    let mut table = Table::new(&["command", "peak of one process"]);
    for command in commands {
        let ran = once(&bench.command(&command, folder)?, LOOKED)?;
        let shown: Vec<&str> = command
            .iter()
            .map(|word| if Some(*word) == docs.as_deref() { "corpus/docs" } else { word })
            .collect();
        let shown: Vec<&str> = shown.into_iter().filter(|word| !config.contains(word)).collect();
        table.row(&[format!("`hinomi {}`", shown.join(" ")), mebibytes(ran.used.peak_bytes)]);
    }
    let mails = "The mailboxes hold 1,000 and 10,000 mails of which one in a hundred is a finding.";
    Ok(format!("{}\n\n{}\n{mails}", where_and_when(&[]), table.end()))
}

/// A mailbox of plain letters, one in a hundred in a colleague's name.
fn mailbox(folder: &Path, name: &str, count: usize) -> Result<()> {
    let mut out = Vec::new();
    for number in 0..count {
        out.extend(b"From post@reiji.example Tue Jul 21 18:40:00 2020\n");
        if number % 100 == 0 {
            out.extend(letters::in_a_colleagues_name("Re: order", number, Vec::new()));
        } else {
            let text = "All is well here, and the goods are on their way.\n".repeat(40);
            let head = format!(
                "Message-ID: <{number}@partner.example>\nDate: Mon, 20 Jul 2020 10:00:00 +0900\n\
                 From: Partner <info@partner.example>\nTo: sales@reiji.example\nSubject: Order {number}\n\n"
            );
            out.extend((head + &text).into_bytes());
        }
        out.extend(b"\n");
    }
    Ok(fs::write(folder.join(name), out)?)
}

fn count(folder: &Path) -> usize {
    hinomi_dev::forge::mutate::corpus(folder, u64::MAX).map_or(0, |files| files.len())
}

fn repeated(command: &Command, times: usize, codes: &[i32]) -> Result<Vec<Ran>> {
    (0..times).map(|_| once(command, codes)).collect()
}

pub(super) fn wall(runs: &[Ran]) -> Result<f64> {
    median(runs.iter().map(|ran| ran.used.wall_s))
}

pub(super) fn cpu(runs: &[Ran]) -> Result<f64> {
    median(runs.iter().map(|ran| ran.used.cpu_s))
}
