//! `cargo dev forge`: documents with their truth, and bombs.

use anyhow::{Context, Result, ensure};
use hinomi_dev::forge::bombs;
use hinomi_dev::forge::specimens::{self, Specimen, Truth};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What to forge.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Arguments {
    /// Documents, mail and links that look like attacks, honest documents, and `truth.ndjson`, a line a file.
    Documents {
        /// The folder to write to.
        dir: PathBuf,
        /// How many attacks.
        #[arg(long, default_value_t = 600)]
        count: usize,
        /// How many honest documents.
        #[arg(long, default_value_t = 160)]
        honest: usize,
        /// The seed that tells them.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Archives, mail and documents that try to exhaust a reader.
    Bombs {
        /// The folder to write to.
        dir: PathBuf,
        /// Only the bomb of that name.
        #[arg(long, value_name = "NAME")]
        only: Option<String>,
    },
}

/// A line of `truth.ndjson`.
#[derive(serde::Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    truth: &'a Truth,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match arguments {
        Arguments::Documents { dir, count, honest, seed } => documents(dir, *count, *honest, *seed),
        Arguments::Bombs { dir, only } => {
            fs::create_dir_all(dir).with_context(|| format!("failed to make {}", dir.display()))?;
            let wanted = |bomb: &&bombs::Bomb| only.as_ref().is_none_or(|name| name == bomb.name);
            let written =
                bombs::BOMBS.iter().filter(wanted).map(|bomb| bomb.write(dir)).collect::<Result<Vec<_>>>()?;
            ensure!(!written.is_empty(), "failed to find a bomb of that name");
            Ok(())
        }
    }
}

fn documents(dir: &Path, count: usize, honest: usize, seed: u64) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("failed to make {}", dir.display()))?;
    let mut truths = fs::File::create(dir.join("truth.ndjson"))?;
    let mut put = |kind: &str, number: usize, specimen: &Specimen| -> Result<()> {
        let file = format!("{kind}-{number:05}.{}", specimen.extension);
        fs::write(dir.join(&file), &specimen.bytes)?;
        serde_json::to_writer(&truths, &Line { file: &file, truth: &specimen.truth })?;
        truths.write_all(b"\n")?;
        Ok(())
    };
    for number in 0..count {
        put("attack", number, &specimens::attack(number, seed)?)?;
    }
    for number in 0..honest {
        put("honest", number, &specimens::benign(number, seed)?)?;
    }
    Ok(())
}
