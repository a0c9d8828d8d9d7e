//! `cargo dev fixtures`: the packed sample company and its truth, written or compared.

use anyhow::{Context, Result, ensure};
use hinomi_dev::forge::{company, pack};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the company lies, from the root of the workspace.
const DEMO: &str = "crates/hinomi/demo";

/// Whether to write or to compare.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Compares what is checked in with what would be written, and fails on a difference.
    #[arg(long, conflicts_with = "to")]
    check: bool,
    /// Writes the company's files to this folder instead, unpacked.
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let company = company::build()?;
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(DEMO);
    let (packed, truth) = (demo.join("company.pack"), demo.join("truth.toml"));
    if let Some(dir) = &arguments.to {
        return unpack(&company.folder, dir);
    }
    if arguments.check {
        // The library that deflates may find shorter bytes one day; what counts is what comes out.
        let bytes = fs::read(&packed).with_context(|| format!("failed to read {DEMO}/company.pack"))?;
        ensure!(
            pack::read(&bytes)? == company.folder,
            "{DEMO}/company.pack is stale: run `cargo dev fixtures`"
        );
        ensure!(
            fs::read_to_string(&truth)? == company.truth,
            "{DEMO}/truth.toml is stale: run `cargo dev fixtures`"
        );
        return Ok(());
    }
    fs::create_dir_all(&demo)?;
    fs::write(&packed, pack::write(&company.folder)?).context("failed to write the pack")?;
    fs::write(&truth, company.truth).context("failed to write the truth")
}

fn unpack(folder: &pack::Folder, dir: &Path) -> Result<()> {
    for (name, bytes) in folder {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap_or(dir))?;
        fs::write(&path, bytes).with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(())
}
