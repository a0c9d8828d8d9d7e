//! `cargo dev mutate`: damaged copies of a folder's files.

use anyhow::{Context, Result};
use hinomi_dev::forge::mutate::{corpus, nth};
use std::fs;
use std::path::PathBuf;

/// What to damage, and how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of good files.
    #[arg(long, value_name = "DIR")]
    corpus: PathBuf,
    /// The folder for the copies.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many copies.
    #[arg(long, default_value_t = 20_000)]
    count: usize,
    /// The seed that tells the damage.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Larger files are left out.
    #[arg(long, default_value_t = 256 << 10)]
    size_max_bytes: u64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let files = corpus(&arguments.corpus, arguments.size_max_bytes)?;
    fs::create_dir_all(&arguments.out)
        .with_context(|| format!("failed to make {}", arguments.out.display()))?;
    for number in 0..arguments.count {
        let (file, bytes) = nth(&files, number, arguments.seed)?;
        let extension = file.extension().unwrap_or_default().to_string_lossy();
        fs::write(arguments.out.join(format!("{number:06}.{extension}")), bytes)?;
    }
    Ok(())
}
