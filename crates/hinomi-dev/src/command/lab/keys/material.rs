//! Material and second readers of the lab of keys, out of packages of PyPI.

use super::super::tls::{Program, program};
use crate::command::lab::Lab;
use crate::command::lab::tools::{installed, quiet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The sources of badkeys, which hold its test keys.
const BADKEYS: &str = "badkeys==0.0.21";
const BADKEYS_FOLDER: &str = "badkeys-0.0.21";

/// A script of the lab, in the Python that has what it needs.
pub(super) fn script(lab: &Lab, python: &str, name: &str) -> Result<Command, String> {
    let program: Program = program(lab, python)?;
    let mut command = program.command();
    command.arg("-B").arg(lab.root.join("lab/keys").join(name));
    Ok(command)
}

/// The folder of the package cryptography-vectors.
pub(super) fn vectors(lab: &Lab) -> Result<PathBuf, String> {
    let mut python = program(lab, "keys-python")?.command();
    let told = python.args(["-c", "import cryptography_vectors; print(cryptography_vectors.__path__[0])"]);
    let told = told.output().map_err(|error| error.to_string())?;
    let folder = PathBuf::from(String::from_utf8_lossy(&told.stdout).trim());
    if folder.is_dir() { Ok(folder) } else { Err("cryptography-vectors has no folder".to_owned()) }
}

/// The folder of badkeys' test keys.
pub(super) fn badkeys(lab: &Lab) -> Result<PathBuf, String> {
    let home = lab.cache.join("keys").join(BADKEYS_FOLDER);
    let packed = home.join(format!("{BADKEYS_FOLDER}.tar.gz"));
    installed(&home, || {
        let pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest"];
        quiet(Command::new("python3").args(pip).arg(&home).arg(BADKEYS))?;
        quiet(Command::new("tar").arg("-xzf").arg(&packed).arg("-C").arg(&home))
    })?;
    let folder = home.join(BADKEYS_FOLDER).join("tests/data");
    if folder.is_dir() { Ok(folder) } else { Err(format!("no test keys in {BADKEYS}")) }
}

/// What a script prints, kept in the cache under a name: it and its input do not change.
pub(super) fn kept(
    lab: &Lab,
    name: &str,
    make: impl FnOnce() -> anyhow::Result<String>,
) -> anyhow::Result<String> {
    let path = lab.cache.join("keys").join(name);
    if let Ok(kept) = fs::read_to_string(&path) {
        return Ok(kept);
    }
    let made = make()?;
    fs::create_dir_all(lab.cache.join("keys"))?;
    // Another run may be writing it too.
    let whole = path.with_extension(std::process::id().to_string());
    fs::write(&whole, &made)?;
    fs::rename(whole, &path)?;
    Ok(made)
}
