//! The same work by us and by the tool that the field uses for it.

pub(super) mod tls;

use super::speed::cpu;
use super::table::{Table, held, seconds, where_and_when};
use super::{Bench, LOOKED, TIMES, median, once};
use crate::command::lab::{Ran, oletools};
use anyhow::{Context, Result, ensure};
use hinomi_dev::forge;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Exit codes of mraptor and olevba: what they thought of the last file, and files they could not read.
const OLETOOLS_CODES: &[i32] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20];

/// Of the forged documents of the set.
const SEED: u64 = 20_201_123;
/// Documents of the set: those of the corpus with macros, filled up with forged ones.
const DOCUMENTS: usize = 100;
/// The slowest document, from start to verdict.
const SLOWEST_S: f64 = 0.5;

/// A tool of oletools, how often it is run over all documents (once: one by one), and how many times as fast we have to
/// be.
const OLETOOLS: [(&str, &[&str], usize, f64); 3] = [
    ("oletools.mraptor", &[], TIMES * 3, 10.0),
    ("oletools.olevba", &["-a"], 1, 50.0),
    ("oletools.olevba", &["-a", "--deobf", "--decode"], 1, 100.0),
];

/// Extraction, evaluation and verdict on macro documents, beside the tools of oletools.
pub(super) fn macros(bench: &Bench) -> Result<String> {
    let python = oletools(&bench.lab).map_err(anyhow::Error::msg)?;
    let desk = tempfile::tempdir()?;
    let laid_out = desk.path().join("documents");
    let corpus = lay_out(&macro_documents(bench)?, &laid_out)?;
    fs::create_dir(desk.path().join("nothing"))?;
    let scan = ["scan", "--no-jail", "--workers", "1", "--format", "json"];
    let ours = bench.command(&[&scan[..], &["documents"]].concat(), desk.path())?;
    let start = bench.command(&[&scan[..], &["nothing"]].concat(), desk.path())?;
    let documents = forge::mutate::corpus(&laid_out, u64::MAX)?;
    let count = documents.len() as f64;
    let (mut us, mut us_start) = (Vec::new(), Vec::new());
    for _ in 0..TIMES * 3 {
        us.push(once(&ours, LOOKED)?);
        us_start.push(once(&start, LOOKED)?);
    }
    let start = cpu(&us_start)?;
    let mine = (cpu(&us)? - start) / count;
    let mut table =
        Table::new(&["", "start of the program", "each document", "times as fast", "bar", "held"]);
    let each = |seconds: f64| format!("{:.2} ms", seconds * 1e3);
    table.row(&[
        "`hinomi scan --no-jail --workers 1`".to_owned(),
        seconds(start),
        each(mine),
        String::new(),
        String::new(),
        String::new(),
    ]);
    for (module, arguments, times, bar) in OLETOOLS {
        let (their_start, peer) = oletool(&python, module, arguments, times, &documents)?;
        let ratio = peer / mine;
        let name = format!(
            "`{} {}`",
            module.trim_start_matches("oletools."),
            [arguments, &["FILE…"]].concat().join(" ")
        );
        table.row(&[
            name,
            seconds(their_start),
            each(peer),
            format!("{ratio:.1}"),
            format!("≥ {bar}"),
            held(ratio >= bar),
        ]);
    }
    let (slowest, which) = slowest(bench, &documents, desk.path())?;
    Ok(format!(
        "{}\n\nProcessor time on one core, from file to verdict, over {count} documents: the {corpus} of the corpus in which \
         we find a module, and forged ones. The start of each program is taken off.\n\n{}\nThe slowest of them by itself, \
         start and all: {}, {which}. Bar: ≤ {SLOWEST_S} s; held: {}.",
        where_and_when(&["oletools 0.60.2"]),
        table.end(),
        seconds(slowest),
        held(slowest <= SLOWEST_S)
    ))
}

/// Processor time of a peer: its start, and each document. All in one call, or each in a call of its own where the
/// peer ends at the first document that it cannot read.
fn oletool(
    python: &Path,
    module: &str,
    arguments: &[&str],
    times: usize,
    documents: &[PathBuf],
) -> Result<(f64, f64)> {
    let mut start = Command::new(python);
    start.args(["-c", &format!("import {module}")]);
    let starts: Vec<Ran> = (0..TIMES).map(|_| once(&start, &[0])).collect::<Result<_>>()?;
    let their_start = cpu(&starts)?;
    let call = |documents: &[PathBuf]| {
        let mut call = Command::new(python);
        call.args(["-m", module]).args(arguments).args(documents);
        once(&call, OLETOOLS_CODES)
    };
    if times == 1 {
        let each: Vec<Ran> = documents.chunks(1).map(call).collect::<Result<_>>()?;
        let whole: f64 = each.iter().map(|ran| (ran.used.cpu_s - their_start).max(0.0)).sum();
        return Ok((their_start, whole / documents.len() as f64));
    }
    let runs: Vec<Ran> = (0..times).map(|_| call(documents)).collect::<Result<_>>()?;
    // A tool that read nothing would be the fastest of all.
    let named =
        |ran: &Ran| documents.iter().filter(|path| ran.stdout.contains(&path.display().to_string())).count();
    let judged = runs.first().map_or(0, named);
    ensure!(judged == documents.len(), "{module} judged {judged} of {} documents", documents.len());
    Ok((their_start, (cpu(&runs)? - their_start) / documents.len() as f64))
}

/// The document that takes longest, in wall time.
fn slowest(bench: &Bench, documents: &[PathBuf], folder: &Path) -> Result<(f64, String)> {
    let mut worst = (0.0, String::new());
    for document in documents {
        let path = document.display().to_string();
        let ran = once(&bench.command(&["scan", "--no-jail", "--format", "json", &path], folder)?, LOOKED)?;
        if ran.used.wall_s > worst.0 {
            let bytes = fs::metadata(document)?.len();
            let ending = document.extension().unwrap_or_default().to_string_lossy();
            worst = (ran.used.wall_s, format!("a .{ending} of {bytes} bytes"));
        }
    }
    Ok(worst)
}

/// The files of the corpus in which we find a VBA module.
fn macro_documents(bench: &Bench) -> Result<Vec<PathBuf>> {
    let extract = bench.lab.build(&["--package", "hinomi-formats", "--example", "extract"], true)?;
    let files = forge::mutate::corpus(&bench.documents()?, u64::MAX)?;
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

/// Lays out the documents of the corpus, and forged ones up to the size of the set; gives the number of the former.
fn lay_out(documents: &[PathBuf], folder: &Path) -> Result<usize> {
    fs::create_dir(folder)?;
    let corpus = documents.len().min(DOCUMENTS);
    for (number, document) in documents.iter().take(corpus).enumerate() {
        let ending = document.extension().unwrap_or_default().to_string_lossy();
        fs::copy(document, folder.join(format!("{number:04}.{ending}")))?;
    }
    for number in corpus..DOCUMENTS {
        let forged = forge::macros::any(number, SEED)?;
        let ending = forged.truth.container.extension();
        fs::write(folder.join(format!("{number:04}.{ending}")), &forged.bytes)?;
    }
    Ok(corpus)
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
