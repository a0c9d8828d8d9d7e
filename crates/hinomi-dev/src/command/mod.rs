//! The commands.

pub(crate) mod bench;
pub(crate) mod ci;
pub(crate) mod docs;
pub(crate) mod fixtures;
pub(crate) mod forge;
pub(crate) mod fuzz;
pub(crate) mod lab;
pub(crate) mod measure;
pub(crate) mod mutate;
pub(crate) mod new_check;
pub(crate) mod test;
pub(crate) mod tidy;

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// The root of the repository: the one named, else the one this tool was built in.
fn root(named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), Path::to_path_buf)
}

/// The target folder this tool was built into.
fn target() -> Result<PathBuf> {
    let this = std::env::current_exe().context("failed to find this program")?;
    this.ancestors().nth(2).map(Path::to_path_buf).context("failed to find the target folder")
}
