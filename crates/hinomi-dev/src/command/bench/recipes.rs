//! Recipes, baked by us and by CyberChef's own core.

use super::speed::cpu;
use super::table::{Table, held, mebibytes, seconds, where_and_when};
use super::{Bench, TIMES, median, once};
use crate::command::lab::cyberchef;
use anyhow::{Context, Result};
use hinomi_formats::Limits;
use hinomi_formats::decode::Recipe;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The recipe of the article on Emotet.
const ARTICLE: &str = r"From_Base64('A-Za-z0-9+/=',true)Decode_text('UTF-16LE (1200)')Split('\'','\\n')Split('*','\\n')Extract_URLs(false)Defang_URL(true,true,false,'Valid domains and full URLs')";
/// Processor seconds of one measurement.
const SECONDS: &str = "3";
/// URLs in the two inputs.
const INPUTS: &[(&str, usize, f64)] =
    &[("a command of the article's size", 7, 20.0), ("1.3 MB", 4_900, 10.0)];

pub(super) fn section(bench: &Bench) -> Result<String> {
    let (node, modules) = cyberchef(&bench.lab).map_err(anyhow::Error::msg)?;
    let bake = bench.lab.build(&["--package", "hinomi-formats", "--example", "bake"], true)?;
    let desk = tempfile::tempdir()?;
    let mut table = Table::new(&["input", "hinomi", "CyberChef", "times", "bar", "held"]);
    for (name, urls, bar) in INPUTS {
        let pair = desk.path().join(format!("{urls}.ndjson"));
        let input = encoded(*urls)?;
        fs::write(&pair, format!("{}\n", json!({"recipe": ARTICLE, "input_b64": base64(&input)?})))?;
        let ours = fed(&pair, Command::new(&bake).args(["--bench", SECONDS]));
        let oracle = bench.lab.root.join("lab/peers/cyberchef_oracle.mjs");
        let mut theirs = fed(&pair, Command::new(&node).arg(oracle).args(["--bench", SECONDS]));
        theirs.env("CYBERCHEF_MODULES", &modules);
        let (mut mine, mut peer) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            mine.push(rate(&once(&ours, &[0])?.stdout)?);
            peer.push(rate(&once(&theirs, &[0])?.stdout)?);
        }
        let (mine, peer) = (median(mine)?, median(peer)?);
        table.row(&[
            format!("{name} ({} bytes)", input.len()),
            format!("{mine:.0} recipes a CPU second"),
            format!("{peer:.0}"),
            format!("{:.1}", mine / peer),
            format!("≥ {bar}"),
            held(mine / peer >= *bar),
        ]);
    }
    Ok(format!(
        "{}\n\nThe recipe of the article on Emotet, read once and baked again and again for {SECONDS} s of processor time; \
         `examples/bake.rs` beside `Chef.bake`.\n\n{}\n{}",
        where_and_when(&["CyberChef 11.5.0"]),
        table.end(),
        whole_program(bench, desk.path())?
    ))
}

/// `hinomi decode` from its start to its end, the jail included.
fn whole_program(bench: &Bench, desk: &Path) -> Result<String> {
    fs::write(desk.join("command.txt"), encoded(7)?)?;
    let command = bench.command(&["decode", "--recipe", ARTICLE, "command.txt"], desk)?;
    let ran: Vec<_> = (0..TIMES * 3).map(|_| once(&command, &[0])).collect::<Result<_>>()?;
    let wall = median(ran.iter().map(|ran| ran.used.wall_s))?;
    let memory = ran.iter().map(|ran| ran.used.peak_bytes).max().unwrap_or(0);
    let mut table =
        Table::new(&["`hinomi decode`, start to end", "wall", "processor", "memory", "bar", "held"]);
    table.row(&[
        "the same recipe on a file".to_owned(),
        seconds(wall),
        seconds(cpu(&ran)?),
        mebibytes(memory),
        "≤ 20 ms, ≤ 30 MB".to_owned(),
        held(wall <= 0.020 && memory <= 30_000_000),
    ]);
    Ok(table.end())
}

/// A command as PowerShell takes it after `-ENCOD`: so many URLs in base64 of UTF-16LE.
fn encoded(urls: usize) -> Result<Vec<u8>> {
    let urls: Vec<String> =
        (0..urls).map(|n| format!("https://host{n}.example/wp-content/uploads/2020/07/{n:05}/")).collect();
    let script = format!("$Lm='x.exe';$Qz='{}'.Split('*');foreach($u in $Qz){{}}", urls.join("*"));
    let wide: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    Ok(base64(&wide)?.into_bytes())
}

fn base64(bytes: &[u8]) -> Result<String> {
    Ok(Recipe::parse("To_Base64()")?.bake(bytes, &Limits::desk())?.text())
}

/// The command with a file for its standard input.
fn fed(file: &Path, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$@\" < \"$0\""]).arg(file).arg(command.get_program()).args(command.get_args());
    shell
}

fn rate(stdout: &str) -> Result<f64> {
    let line = stdout.lines().find(|line| line.starts_with('{')).context("failed to find a rate")?;
    let line: Value = serde_json::from_str(line)?;
    line["per_cpu_second"].as_f64().context("failed to read the rate")
}
