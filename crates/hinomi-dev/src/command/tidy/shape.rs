//! The shape of folders and files: short listings, telling names, a header in every file.

use super::fault::Fault;
use super::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// Entries of the root that `ls` shows.
const ROOT_MAX: usize = 20;
/// Entries of a `src/`, and modules of a folder below it.
const FOLDER_MAX: usize = 12;
/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] =
    &["util", "helper", "common", "core", "manager", "engine", "service", "handler", "data", "info", "types"];

/// No module has a name that says nothing.
pub(super) fn names(tree: &Tree) -> Vec<Fault> {
    let empty = |name: &str| {
        EMPTY_NAMES.iter().any(|bad| name == *bad || name.strip_suffix('s').is_some_and(|one| one == *bad))
    };
    tree.sources
        .iter()
        .filter_map(|source| {
            let stem = source.path.strip_suffix("/mod.rs").or_else(|| source.path.strip_suffix(".rs"))?;
            let name = stem.rsplit('/').next().filter(|name| empty(name))?;
            Some(Fault::of(&source.path, format!("a module named `{name}` says nothing: name what it does")))
        })
        .collect()
}

/// The root and every folder of modules fit one glance.
pub(super) fn listings(tree: &Tree) -> Vec<Fault> {
    let mut folders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for path in &tree.paths {
        let mut rest = path.as_str();
        while let Some((folder, name)) = rest.rsplit_once('/') {
            folders.entry(folder).or_default().insert(name);
            rest = folder;
        }
        folders.entry("").or_default().insert(rest);
    }
    let mut faults = Vec::new();
    for (folder, entries) in folders {
        let (count, most, of) = match folder {
            "" => (entries.iter().filter(|name| !name.starts_with('.')).count(), ROOT_MAX, "entries"),
            _ if folder.ends_with("/src") => (entries.len(), FOLDER_MAX, "entries"),
            _ if folder.contains("/src/") => (modules(&entries), FOLDER_MAX, "modules"),
            _ => continue,
        };
        if count > most {
            let place = if folder.is_empty() { "." } else { folder };
            faults.push(Fault::of(place, format!("{count} {of} in one folder, at most {most}")));
        }
    }
    faults
}

/// Modules among the entries of a folder: `x.rs` and `x/` are one, `mod.rs` and tests are none.
fn modules(entries: &BTreeSet<&str>) -> usize {
    let stems: BTreeSet<&str> = entries
        .iter()
        .filter_map(|name| name.strip_suffix(".rs").or_else(|| (!name.contains('.')).then_some(*name)))
        .filter(|stem| !matches!(*stem, "mod" | "tests" | "fixtures"))
        .collect();
    stems.len()
}

/// Every Rust file starts by saying what it is.
pub(super) fn headers(tree: &Tree) -> Vec<Fault> {
    tree.sources
        .iter()
        .filter(|source| !tree.text(&source.path).is_some_and(|text| text.starts_with("//!")))
        .map(|source| Fault::of(&source.path, "no `//!` header: the first line says what the file is"))
        .collect()
}
