//! What is written for people: the folder of each check, the catalogue that leads to it, the guides, the READMEs.

use super::fault::Fault;
use super::tree::{Tree, line_of};
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// Where the checks live.
const CHECKS: &str = "crates/hinomi-checks/src/";
/// What the folder of a check holds.
const PARTS: &[&str] = &["mod.rs", "check.toml", "page.md"];
/// Families that are built: an incident of one of these must have asked for a check.
const BUILT: &[&str] = &["mail", "document", "page", "tls", "keys"];
/// The commands a newcomer reads first.
const FIRST: &[&str] = &["cargo run --release -- demo", "cargo dev test"];
/// Lines of a first screen.
const SCREEN: usize = 80;

/// The folders of checks, `family/folder`, with what each holds.
fn check_folders(tree: &Tree) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut folders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for path in &tree.paths {
        let Some((folder, name)) = path.strip_prefix(CHECKS).and_then(|inside| inside.rsplit_once('/'))
        else {
            continue;
        };
        if folder.matches('/').count() == 1 {
            folders.entry(folder).or_default().insert(name);
        }
    }
    folders.retain(|_, names| names.contains("check.toml") || names.contains("page.md"));
    folders
}

/// Every folder of a check is whole, has the id of its place, and stands in the list.
pub(super) fn folders(tree: &Tree) -> Vec<Fault> {
    let list = tree.text(&format!("{CHECKS}lib.rs")).unwrap_or_default();
    let mut faults = Vec::new();
    for (folder, names) in check_folders(tree) {
        let place = format!("{CHECKS}{folder}");
        for part in PARTS.iter().filter(|part| !names.contains(*part)) {
            faults.push(Fault::of(&place, format!("the check has no {part}")));
        }
        let path = format!("{place}/check.toml");
        let wanted = folder.replace('/', ".").replace('_', "-");
        let table = tree.toml(&path);
        if names.contains("check.toml") && table.get("id").and_then(Value::as_str) != Some(wanted.as_str()) {
            faults.push(Fault::of(&path, format!("the id is not that of the folder: \"{wanted}\"")));
        }
        let line = format!("{}::CHECK,", folder.replace('/', "::"));
        if !list.contains(&line) {
            faults.push(Fault::of(&place, format!("the check is not in CHECKS of lib.rs: `{line}`")));
        }
    }
    faults
}

/// Nothing that `cargo dev new-check` left to be filled in is still there.
pub(super) fn filled_in(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree.texts.iter().filter(|(path, _)| path.starts_with(CHECKS)) {
        let left = text.lines().enumerate().filter(|(_, line)| line.contains("FILL-IN"));
        faults.extend(left.map(|(at, _)| Fault::at(path, at + 1, "FILL-IN is still there")));
    }
    faults
}

/// Every check names incidents and measures that exist; every incident of a built family names checks that exist.
pub(super) fn references(tree: &Tree) -> Vec<Fault> {
    let catalog = Catalog::of(tree);
    let mut faults = Vec::new();
    for folder in check_folders(tree).into_keys() {
        let path = format!("{CHECKS}{folder}/check.toml");
        let check = tree.toml(&path);
        faults.extend(dangling(tree, &path, &check, "incidents", &catalog.incidents));
        faults.extend(dangling(tree, &path, &check, "measures", &catalog.measures));
    }
    for path in tree.texts.keys().filter(|path| path.starts_with("catalog/incidents/")) {
        let incident = tree.toml(path);
        let asked = strings(&incident, "families").any(|family| BUILT.contains(&family));
        if asked || strings(&incident, "checks").next().is_some() {
            faults.extend(dangling(tree, path, &incident, "checks", &catalog.checks));
        }
    }
    faults
}

/// What can be named: ids of checks, incidents, measures.
struct Catalog {
    checks: BTreeSet<String>,
    incidents: BTreeSet<String>,
    measures: BTreeSet<String>,
}

impl Catalog {
    fn of(tree: &Tree) -> Self {
        let incident =
            |path: &String| path.strip_prefix("catalog/incidents/")?.strip_suffix(".toml").map(str::to_owned);
        let measures =
            tree.texts.keys().filter(|path| path.starts_with("catalog/measures/")).flat_map(|path| {
                let table = tree.toml(path);
                let rows = table.get("measure").and_then(Value::as_array).cloned().unwrap_or_default();
                rows.into_iter()
                    .filter_map(|row| Some(row.get("id")?.as_str()?.to_owned()))
                    .collect::<Vec<_>>()
            });
        Self {
            checks: check_folders(tree)
                .into_keys()
                .map(|folder| folder.replace('/', ".").replace('_', "-"))
                .collect(),
            incidents: tree.texts.keys().filter_map(incident).collect(),
            measures: measures.collect(),
        }
    }
}

fn strings<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a str> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A list that names nothing, or names of it that nothing has.
fn dangling(tree: &Tree, path: &str, table: &Table, key: &str, known: &BTreeSet<String>) -> Vec<Fault> {
    let named: Vec<&str> = strings(table, key).collect();
    if named.is_empty() {
        return vec![Fault::of(path, format!("names no {key}"))];
    }
    let text = tree.text(path).unwrap_or_default();
    let unknown = named.into_iter().filter(|name| !known.contains(*name));
    unknown
        .map(|name| {
            let line = line_of(text, &format!("\"{name}\""));
            Fault::at(path, line, format!("{key} names \"{name}\", which does not exist"))
        })
        .collect()
}

/// Whatever is told in one language is told in the other.
pub(super) fn languages(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (one, other) in [("docs/ja/", "docs/en/"), ("docs/reference/ja/", "docs/reference/en/")] {
        for (here, there) in [(one, other), (other, one)] {
            for path in tree.paths.iter().filter(|path| path.starts_with(here)) {
                let twin = path.replacen(here, there, 1);
                if !tree.paths.contains(&twin) {
                    faults.push(Fault::of(path, format!("{twin} is missing: both languages or none")));
                }
            }
        }
    }
    faults
}

/// The first screen of both READMEs shows how to see it work and how to test it.
pub(super) fn first_screen(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in ["README.md", "README.ja.md"] {
        let screen: Vec<&str> = tree.text(path).unwrap_or_default().lines().take(SCREEN).collect();
        for command in FIRST.iter().filter(|command| !screen.iter().any(|line| line.contains(**command))) {
            faults.push(Fault::of(path, format!("the first {SCREEN} lines do not show `{command}`")));
        }
    }
    faults
}
