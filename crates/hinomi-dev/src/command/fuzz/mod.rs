//! `cargo dev fuzz`: the seeds, and runs of the fuzz targets with their record in `docs/fuzzing.md`.

mod record;

use anyhow::{Context, Result, ensure};
use hinomi_dev::fuzz_seeds::seeds;
use hinomi_dev::fuzz_targets::{TARGETS, from_hex};
use record::{Record, Row};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Where seeds are kept, a folder a target. As hexadecimal lines, so that no scanner trips on the repository.
const SEEDS: &str = "fuzz/seeds";
/// Where the fuzzer collects; made, never kept.
const CORPUS: &str = "fuzz/corpus";
/// What a run wrote down.
const RECORD: &str = "docs/fuzzing.md";
/// The compiler that can be told to count edges.
const TOOLCHAIN: &str = "nightly";
/// Bytes a line of a kept seed.
const LINE: usize = 48;

/// Seeds or a run.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Arguments {
    /// Writes the seeds we forge to fuzz/seeds; those kept for another reason stay.
    Seeds,
    /// Runs targets, each from its kept seeds, and writes docs/fuzzing.md.
    Run {
        /// Time for each target, in seconds.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// The targets; all without any.
        #[arg(value_name = "TARGET")]
        targets: Vec<String>,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = super::root(None);
    match arguments {
        Arguments::Seeds => write_seeds(&root),
        Arguments::Run { seconds, targets } => fuzz(&root, *seconds, targets),
    }
}

fn write_seeds(root: &Path) -> Result<()> {
    for (target, name, bytes) in seeds()? {
        let folder = root.join(SEEDS).join(target);
        fs::create_dir_all(&folder)?;
        let lines: Vec<String> = bytes
            .chunks(LINE)
            .map(|chunk| chunk.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
            .collect();
        fs::write(folder.join(format!("{name}.hex")), lines.join("\n") + "\n")?;
    }
    Ok(())
}

fn fuzz(root: &Path, seconds: u64, wanted: &[String]) -> Result<()> {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    if let Some(unknown) = wanted.iter().find(|name| !names.contains(&name.as_str())) {
        anyhow::bail!("failed to find the target {unknown}; there are {}", names.join(", "));
    }
    let path = root.join(RECORD);
    let mut record = Record::read(&fs::read_to_string(&path).unwrap_or_default());
    let (mut crashed, mut out) = (Vec::new(), std::io::stdout());
    for name in names.into_iter().filter(|name| wanted.is_empty() || wanted.iter().any(|one| one == name)) {
        unpack_seeds(root, name)?;
        let row = one(root, name, seconds)?;
        writeln!(out, "{row}")?;
        if row.crashes > 0 {
            crashed.push(name);
        }
        record.take(row);
        fs::write(&path, record.to_string()).with_context(|| format!("failed to write {RECORD}"))?;
    }
    ensure!(crashed.is_empty(), "{} crashed, hung or swelled: see fuzz/artifacts", crashed.join(", "));
    Ok(())
}

/// Kept seeds become files of the fuzzer's corpus.
fn unpack_seeds(root: &Path, target: &str) -> Result<()> {
    let (from, to) = (root.join(SEEDS).join(target), root.join(CORPUS).join(target));
    fs::create_dir_all(&to)?;
    for entry in fs::read_dir(&from).with_context(|| format!("failed to find seeds of {target}"))? {
        let path = entry?.path();
        let bytes = from_hex(&fs::read_to_string(&path)?)
            .with_context(|| format!("failed to read {}", path.display()))?;
        fs::write(to.join(path.file_stem().context("failed to name a seed")?), bytes)?;
    }
    Ok(())
}

/// Runs one target.
///
/// Without the address sanitizer: no crate of ours has unsafe code, and its quarantine alone would break the
/// bound on memory that the run is there to hold.
fn one(root: &Path, target: &str, seconds: u64) -> Result<Row> {
    let built = super::target()?.join("fuzz");
    let mut cargo = Command::new("cargo");
    cargo.env("RUSTUP_TOOLCHAIN", TOOLCHAIN).env_remove("CARGO").current_dir(root);
    cargo.args(["fuzz", "build", "--sanitizer", "none", "--target-dir"]).arg(&built).arg(target);
    let told =
        cargo.output().context("failed to start cargo fuzz (install cargo-fuzz and a nightly compiler)")?;
    ensure!(told.status.success(), "failed to build {target}: {}", String::from_utf8_lossy(&told.stderr));
    let mut cargo = Command::new("cargo");
    cargo.env("RUSTUP_TOOLCHAIN", TOOLCHAIN).env_remove("CARGO").current_dir(root);
    cargo.args(["fuzz", "run", "--sanitizer", "none", "--target-dir"]).arg(&built).arg(target).arg("--");
    cargo.arg(format!("-max_total_time={seconds}"));
    cargo.args(["-rss_limit_mb=512", "-timeout=10", "-max_len=65536", "-print_final_stats=1"]);
    // No crash, but worth a look: the input is kept beside those that crash.
    cargo.arg("-report_slow_units=1");
    let began = Instant::now();
    let told = cargo.output().context("failed to start cargo fuzz")?;
    let text = String::from_utf8_lossy(&told.stderr);
    let executions = text.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    // No statistics and nothing kept: it never started, and that is no crash of ours.
    let ran = executions.is_some() || text.contains("Test unit written to");
    ensure!(ran, "failed to run {target}: {text}");
    if let Some(slow) = text.lines().rev().find(|line| line.starts_with("Slowest unit:")) {
        writeln!(std::io::stderr(), "{target}: {slow} see fuzz/artifacts")?;
    }
    let crashes = u64::from(!told.status.success());
    if crashes > 0 {
        let tail: Vec<&str> = text.lines().rev().take(30).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        writeln!(std::io::stderr(), "{}", tail.join("\n"))?;
    }
    Ok(Row {
        target: target.to_owned(),
        date: jiff::Zoned::now().date().to_string(),
        seconds: began.elapsed().as_secs(),
        executions: executions.and_then(|number| number.trim().parse().ok()).unwrap_or(0),
        crashes,
    })
}
