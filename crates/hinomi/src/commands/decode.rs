//! `hinomi decode`: a CyberChef recipe, as it is.

use crate::app::{App, deliver};
use crate::cli::args::Decode;
use anyhow::{Context, Result};
use hinomi_formats::Limits;
use hinomi_formats::decode::Recipe;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

pub(crate) fn run(_app: &App, args: &Decode) -> Result<u8> {
    let text = match args.recipe.strip_prefix('@') {
        Some(path) => fs::read_to_string(path).with_context(|| format!("read {path}"))?,
        None => args.recipe.clone(),
    };
    let recipe = Recipe::parse(text.trim())?;
    let input = match (&args.file, recipe.input()) {
        (Some(path), _) => read(path)?,
        (None, Some(input)) => input,
        (None, None) => read(Path::new("-"))?,
    };
    let output = recipe.bake(&input, &Limits::desk())?;
    deliver(&output.bytes, None)?;
    Ok(0)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).context("read standard input")?;
        return Ok(bytes);
    }
    fs::read(path).with_context(|| format!("read {}", path.display()))
}
