//! The catalogue inside the binary, and what `--catalog DIR` adds to it.

#[cfg(test)]
mod tests;

use anyhow::{Context, Result, bail};
use hinomi_model::{Entry, Words};
use hinomi_outcome::Catalog;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

/// `catalog/**/*.toml`, zlib over (u32 length, name, u32 length, text) pairs.
const PACK: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.pack"));

/// The catalogue as commands use it.
pub(crate) struct Loaded {
    /// Its files by path below `catalog/`.
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) catalog: Catalog,
    /// The program's words, and those of the checks.
    pub(crate) words: Words,
}

/// The catalogue inside, with `overlay` laid over it, held to its rules.
pub(crate) fn load(overlay: Option<&Path>, checks: &BTreeMap<String, Entry>) -> Result<Loaded> {
    let files = files(overlay)?;
    let catalog = parse(&files)?;
    let words = words(&catalog, checks);
    Ok(Loaded { files, catalog, words })
}

/// The catalogue's files by path below `catalog/`.
fn files(overlay: Option<&Path>) -> Result<BTreeMap<String, String>> {
    let mut files = unpack().context("read the catalogue inside the binary")?;
    if let Some(folder) = overlay {
        add(folder, folder, &mut files)
            .with_context(|| format!("read the catalogue {}", folder.display()))?;
    }
    Ok(files)
}

/// All words: the program's own, and those of the checks.
fn words(catalog: &Catalog, checks: &BTreeMap<String, Entry>) -> Words {
    let mut words = catalog.words.clone();
    hinomi_checks::words(checks, &mut words);
    words
}

/// The catalogue, held to its rules.
fn parse(files: &BTreeMap<String, String>) -> Result<Catalog> {
    let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    Catalog::parse(files).context("read the catalogue")
}

fn unpack() -> Result<BTreeMap<String, String>> {
    let mut raw = Vec::new();
    flate2::read::ZlibDecoder::new(PACK).read_to_end(&mut raw)?;
    let mut rest = raw.as_slice();
    let mut files = BTreeMap::new();
    while !rest.is_empty() {
        let name = part(&mut rest)?;
        let text = part(&mut rest)?;
        files.insert(String::from_utf8(name.to_vec())?, String::from_utf8(text.to_vec())?);
    }
    Ok(files)
}

fn part<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let Some((length, tail)) = rest.split_first_chunk::<4>() else { bail!("cut off") };
    let length = usize::try_from(u32::from_le_bytes(*length))?;
    let (part, tail) = tail.split_at_checked(length).context("cut off")?;
    *rest = tail;
    Ok(part)
}

fn add(top: &Path, folder: &Path, files: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            add(top, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.strip_prefix(top)?.to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
            files.insert(name, text);
        }
    }
    Ok(())
}
