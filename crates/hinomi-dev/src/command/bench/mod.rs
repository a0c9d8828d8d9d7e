//! `cargo dev bench`

mod quality;

use crate::command::lab::{Lab, say};
use anyhow::Result;
use std::path::PathBuf;

/// Which
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The program to measure.
    #[arg(long)]
    hinomi: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let lab = Lab::find()?;
    say(&quality::section(&lab, &arguments.hinomi)?);
    Ok(())
}
