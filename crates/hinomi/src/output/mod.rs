//! Where results go: standard output, or a file that appears whole or not at all.

#[cfg(test)]
mod tests;

use anyhow::{Context, Result, bail};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a result to a file, or to standard output.
pub(crate) fn deliver(bytes: &[u8], to: Option<&Path>) -> Result<()> {
    match to {
        Some(path) => write_file(bytes, path).with_context(|| format!("write {}", path.display())),
        None => {
            let mut out = io::stdout().lock();
            match out.write_all(bytes).and_then(|()| out.flush()) {
                // A reader that had enough (`| head`): the work is done, and its exit code says what was found.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                other => other.context("write the result"),
            }
        }
    }
}

/// Whether a result can be written there, asked before the work that leads to it.
pub(crate) fn can_deliver(to: &Path) -> Result<()> {
    let asked = || -> Result<()> {
        if to.is_dir() {
            bail!("it is a folder");
        }
        if is_special(to) {
            return Ok(());
        }
        let beside = beside(&real(to));
        File::create(&beside).context("create a file there")?;
        fs::remove_file(&beside).context("create a file there")
    };
    asked().with_context(|| format!("write {}", to.display()))
}

fn write_file(bytes: &[u8], path: &Path) -> io::Result<()> {
    if is_special(path) {
        // A terminal, a pipe, /dev/null: nothing to replace.
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let path = real(path);
    let beside = beside(&path);
    let write = || -> io::Result<()> {
        let mut file = File::create(&beside)?;
        // Who made the file before decided who may read it.
        if let Ok(known) = fs::metadata(&path) {
            file.set_permissions(known.permissions())?;
        }
        file.write_all(bytes)?;
        fs::rename(&beside, &path)
    };
    write().inspect_err(|_| _ = fs::remove_file(&beside))
}

/// What is there and is no plain file.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// Where a link leads: the file is replaced, not the link.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The file the result grows in.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}
