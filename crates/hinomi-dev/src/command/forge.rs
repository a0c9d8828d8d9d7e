//! `cargo dev forge`: documents with their truth, and bombs.

use anyhow::{Context, Result, ensure};
use hinomi_dev::forge::{bombs, macros};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// What to forge.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Arguments {
    /// Documents with macros, and `truth.ndjson`, a line a document.
    Documents {
        /// The folder to write to.
        dir: PathBuf,
        /// How many.
        #[arg(long, default_value_t = 100)]
        count: usize,
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
    truth: &'a macros::Truth,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match arguments {
        Arguments::Documents { dir, count, seed } => {
            fs::create_dir_all(dir).with_context(|| format!("failed to make {}", dir.display()))?;
            let mut truth = fs::File::create(dir.join("truth.ndjson"))?;
            for number in 0..*count {
                let forged = macros::any(number, *seed)?;
                let file = format!("{number:05}.{}", forged.truth.container.extension());
                fs::write(dir.join(&file), &forged.bytes)?;
                serde_json::to_writer(&truth, &Line { file: &file, truth: &forged.truth })?;
                truth.write_all(b"\n")?;
            }
            Ok(())
        }
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
