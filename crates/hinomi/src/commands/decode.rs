//! `hinomi decode`: a CyberChef recipe, as it is.

use crate::app::{App, deliver, read_up_to};
use crate::cli::args::Decode;
use anyhow::{Context, Result};
use hinomi_formats::Limits;
use hinomi_formats::decode::Recipe;
use std::fs::{self, File};
use std::io;
use std::path::Path;

pub(crate) fn run(app: &App, args: &Decode) -> Result<u8> {
    let text = match args.recipe.strip_prefix('@') {
        Some(path) => fs::read_to_string(path).with_context(|| format!("read {path}"))?,
        None => args.recipe.clone(),
    };
    let recipe = Recipe::parse(text.trim())?;
    let max = app.found.config.limits.file_bytes_max;
    let input = match (&args.file, recipe.input()) {
        (Some(path), _) => read(path, max)?,
        (None, Some(input)) => input,
        (None, None) => read(Path::new("-"), max)?,
    };
    let output = recipe.bake(&input, &Limits::desk())?;
    deliver(&output.bytes, None)?;
    Ok(0)
}

/// The input, as much of it as a recipe works on.
fn read(path: &Path, max: u64) -> Result<Vec<u8>> {
    if path == Path::new("-") {
        return read_up_to(io::stdin().lock(), max).context("read standard input");
    }
    let file = File::open(path).map_err(anyhow::Error::new);
    file.and_then(|file| read_up_to(file, max)).with_context(|| format!("read {}", path.display()))
}
