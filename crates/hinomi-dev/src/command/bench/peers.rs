//! The same work by us and by the tool that the field uses for it.

use super::speed::cpu;
use super::table::{Table, held, seconds, where_and_when};
use super::{Bench, LOOKED, TIMES, median, once};
use crate::command::lab::oletools;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Exit codes of mraptor: what it thought of the last file.
const MRAPTOR: &[i32] = &[0, 1, 2, 10, 20];

/// Extraction and verdict on every macro document of the corpus, beside mraptor.
pub(super) fn macros(bench: &Bench) -> Result<String> {
    let python = oletools(&bench.lab).map_err(anyhow::Error::msg)?;
    let documents = macro_documents(bench)?;
    let desk = tempfile::tempdir()?;
    let laid_out = desk.path().join("documents");
    lay_out(&documents, &laid_out)?;
    fs::create_dir(desk.path().join("nothing"))?;
    let scan = ["scan", "--no-jail", "--workers", "1", "--format", "json"];
    let hinomi = bench.command(&[&scan[..], &["documents"]].concat(), desk.path())?;
    let hinomi_start = bench.command(&[&scan[..], &["nothing"]].concat(), desk.path())?;
    let mut mraptor = Command::new(&python);
    let named = hinomi_dev::forge::mutate::corpus(&laid_out, u64::MAX)?;
    mraptor.args(["-m", "oletools.mraptor"]).args(named);
    let mut mraptor_start = Command::new(&python);
    mraptor_start.args(["-c", "import oletools.mraptor"]);

    let (mut us, mut us_start, mut they, mut they_start) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES * 3 {
        us.push(once(&hinomi, LOOKED)?);
        us_start.push(once(&hinomi_start, LOOKED)?);
        they.push(once(&mraptor, MRAPTOR)?);
        they_start.push(once(&mraptor_start, &[0])?);
    }
    // A tool that read nothing would be the fastest of all.
    let judged =
        they.first().map_or(0, |ran| ran.stdout.lines().filter(|line| line.contains("documents")).count());
    ensure!(judged >= documents.len(), "mraptor judged {judged} of {} documents", documents.len());
    let count = documents.len() as f64;
    let (start, their_start) = (cpu(&us_start)?, cpu(&they_start)?);
    let (mine, peer) = ((cpu(&us)? - start) / count, (cpu(&they)? - their_start) / count);
    // With the start of each program charged to one call over the whole set.
    let whole = (their_start + peer * count) / (start + mine * count);
    let mut table = Table::new(&["", "start of the program", "each document", "documents a second"]);
    let mut row = |name: &str, start: f64, each: f64| {
        table.row(&[
            name.to_owned(),
            seconds(start),
            format!("{:.2} ms", each * 1e3),
            format!("{:.0}", each.recip()),
        ]);
    };
    row("`hinomi scan --no-jail --workers 1`", start, mine);
    row("`mraptor FILE…`", their_start, peer);
    let ratio = peer / mine;
    Ok(format!(
        "{}\n\nProcessor time on one core, from file to verdict, over the {count} documents of the corpus in which we find a \
         module.\n\n{}\n**{ratio:.1}** times as fast a document, {whole:.1} times with the start of both programs. Bar: ≥ \
         10; held: {}.",
        where_and_when(&["oletools 0.60.2"]),
        table.end(),
        held(ratio >= 10.0)
    ))
}

/// The files of the corpus in which we find a VBA module.
fn macro_documents(bench: &Bench) -> Result<Vec<PathBuf>> {
    let extract = bench.lab.build(&["--package", "hinomi-formats", "--example", "extract"], true)?;
    let files = hinomi_dev::forge::mutate::corpus(&bench.documents()?, u64::MAX)?;
    let mut command = Command::new(extract);
    command.args(files);
    let ran = once(&command, &[0])?;
    let mut found = Vec::new();
    for line in ran.stdout.lines() {
        let line: Value = serde_json::from_str(line)?;
        if line["modules"].as_array().is_some_and(|modules| !modules.is_empty()) {
            found.push(PathBuf::from(line["file"].as_str().context("failed to read a file name")?));
        }
    }
    ensure!(!found.is_empty(), "the corpus holds no macro document");
    Ok(found)
}

fn lay_out(documents: &[PathBuf], folder: &Path) -> Result<()> {
    fs::create_dir(folder)?;
    for (number, document) in documents.iter().enumerate() {
        let ending = document.extension().unwrap_or_default().to_string_lossy();
        fs::copy(document, folder.join(format!("{number:04}.{ending}")))?;
    }
    Ok(())
}

/// The modules of every document, beside olevba's.
pub(super) fn parity(bench: &Bench) -> Result<String> {
    let python = oletools(&bench.lab).map_err(anyhow::Error::msg)?;
    let extract = bench.lab.build(&["--package", "hinomi-formats", "--example", "extract"], true)?;
    let mut compare = Command::new(python);
    compare
        .arg("lab/peers/olevba_parity.py")
        .arg("--corpus")
        .arg(bench.documents()?)
        .arg("--extract")
        .arg(extract);
    let ran = once(compare.current_dir(&bench.lab.root), &[0, 1])?;
    let (differences, counts) = ran.stdout.rsplit_once("\n\n").unwrap_or(("", &ran.stdout));
    ensure!(counts.contains("equal"), "failed to compare: {}", ran.tail());
    let mut table = Table::new(&["", "count"]);
    for line in counts.lines() {
        let line = line.trim();
        if let Some((what, count)) = line.split_once("  ") {
            table.row(&[what.to_owned(), count.trim().to_owned()]);
        }
    }
    let listed = if differences.trim().is_empty() {
        String::new()
    } else {
        format!(
            "\nFiles that only one of the two reads, or reads differently:\n\n```\n{}\n```",
            differences.trim()
        )
    };
    Ok(format!(
        "{}\n\nEvery file of the corpus, its modules compared by name and normalised source; once.\n\n{}\nBar: nothing that \
         is not explained; held: {}.\n{listed}",
        where_and_when(&["oletools 0.60.2"]),
        table.end(),
        held(ran.code == 0)
    ))
}

/// Messages a second, attachments hashed, beside the mail-parser crate.
pub(super) fn mails(bench: &Bench) -> Result<String> {
    let mails = bench.lab.build(&["--package", "hinomi-formats", "--example", "mails"], true)?;
    let mut command = Command::new(mails);
    command.args(["--peer", "--times", "50"]).arg(bench.documents()?);
    let (mut ours, mut theirs, mut set) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..TIMES {
        let ran = once(&command, &[0])?;
        for (name, figures) in [("hinomi: ", &mut ours), ("mail-parser: ", &mut theirs)] {
            let line = ran.stdout.lines().find_map(|line| line.strip_prefix(name));
            let (figure, rest) =
                line.and_then(|line| line.split_once(" mails/s, ")).context("failed to read the figures")?;
            figures.push(figure.parse::<f64>()?);
            if name == "hinomi: " {
                rest.split_once(", ").map_or("", |(_, set)| set).clone_into(&mut set);
            }
        }
    }
    let (ours, theirs) = (median(ours)?, median(theirs)?);
    let mut table = Table::new(&["", "mails a second and core"]);
    table.row(&["hinomi".to_owned(), format!("{ours:.0}")]);
    table.row(&["mail-parser".to_owned(), format!("{theirs:.0}")]);
    Ok(format!(
        "{}\n\nThe corpus's mail ({set}) from memory, each attachment hashed with SHA-256 by both; `examples/mails.rs`.\n\n{}\n\
         **{:.2}** of the peer's speed. Bar: ≥ 8,000 mails a second; held: {}.",
        where_and_when(&["mail-parser 0.11.9"]),
        table.end(),
        ours / theirs,
        held(ours >= 8_000.0)
    ))
}
