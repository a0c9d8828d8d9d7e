//! Packs `catalog/` into the binary, compressed, so that the binary needs no files beside it and no scanner
//! trips on the rules in it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> io::Result<()> {
    let catalog = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog");
    println!("cargo:rerun-if-changed={}", catalog.display());
    let mut files = Vec::new();
    list(&catalog, &mut files)?;
    files.sort();
    let mut pack = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    for path in files {
        let name =
            path.strip_prefix(&catalog).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&path)?;
        for part in [name.as_bytes(), &bytes] {
            let length = u32::try_from(part.len()).map_err(io::Error::other)?;
            pack.write_all(&length.to_le_bytes())?;
            pack.write_all(part)?;
        }
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is set by cargo"))?;
    fs::write(PathBuf::from(out).join("catalog.pack"), pack.finish()?)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    Ok(())
}
