//! `cargo dev bench`

use anyhow::Result;

/// Which
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<()> {
    Ok(())
}
