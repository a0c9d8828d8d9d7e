//! The files of the repository and its packages, read once for all rules.

use super::source::Source;
use anyhow::{Context, Result, ensure};
use cargo_metadata::{MetadataCommand, Package};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// Folders that are made, never kept; looked at only where there is no git to ask.
const MADE: &[&str] = &[".git", "target"];

/// What the rules look at.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Text of every kept file, by path from the root; bytes that are no text are left out.
    pub(super) texts: BTreeMap<String, String>,
    /// Paths of all kept files, text or not.
    pub(super) paths: BTreeSet<String>,
    /// The Rust files.
    pub(super) sources: Vec<Source>,
    /// The packages of the workspace.
    pub(super) packages: Vec<Package>,
}

impl Tree {
    /// Reads the repository at `root`.
    pub(super) fn load(root: &Path) -> Result<Self> {
        let mut metadata = MetadataCommand::new();
        metadata.current_dir(root).no_deps().other_options(["--offline".to_owned()]);
        let packages = metadata.exec().context("failed to read the packages")?.packages;
        let files = kept(root)?;
        let mut read = BTreeMap::new();
        for path in &files {
            let bytes =
                fs::read(root.join(path)).with_context(|| format!("failed to read {}", path.display()))?;
            read.insert(slashed(path), String::from_utf8(bytes).ok());
        }
        Ok(Self { packages, ..Self::of(read) })
    }

    /// A tree of given files, without packages.
    pub(super) fn of(files: BTreeMap<String, Option<String>>) -> Self {
        let paths = files.keys().cloned().collect();
        let texts: BTreeMap<String, String> =
            files.into_iter().filter_map(|(path, text)| Some((path, text?))).collect();
        let sources = Source::all(&texts);
        Self { texts, paths, sources, packages: Vec::new() }
    }

    /// The text of a file, if it is there.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// A TOML file as a table; empty when it is not there or not TOML (then other tools complain).
    pub(super) fn toml(&self, path: &str) -> toml::Table {
        self.text(path).and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    /// The manifests of the crates, `crates/<name>/Cargo.toml`, with the names of their folders.
    pub(super) fn manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.keys().filter_map(|path| {
            let name = path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
            (!name.contains('/')).then_some((path.as_str(), name))
        })
    }
}

/// The line of the first occurrence of `needle` in a text, else 1.
pub(super) fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).map_or(1, |at| at + 1)
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The files git keeps or would keep at the next commit; without git, all but what is made.
fn kept(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if root.join(".git").exists() {
        let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let told = Command::new("git").args(list).current_dir(root).output().context("failed to run git")?;
        ensure!(told.status.success(), "failed to list files: {}", String::from_utf8_lossy(&told.stderr));
        files.extend(String::from_utf8_lossy(&told.stdout).split('\0').map(PathBuf::from));
    } else {
        walk(root, Path::new(""), &mut files).context("failed to list files")?;
    }
    // A file that is deleted but not committed yet is still listed; a link is not ours to follow.
    files.retain(|path| root.join(path).symlink_metadata().is_ok_and(|found| found.is_file()));
    Ok(files)
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if !entry.file_type()?.is_dir() {
            files.push(path);
        } else if !MADE.iter().any(|made| entry.file_name() == *made) {
            walk(root, &path, files)?;
        }
    }
    Ok(())
}
