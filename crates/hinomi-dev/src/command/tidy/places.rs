//! Nothing in the repository knows the machine it was written on.

use super::fault::Fault;
use super::tree::Tree;

/// The one registry a lock file may name.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Folders of one machine. In halves, so that this file does not break its own rule.
fn machine_folders() -> [String; 3] {
    [["/ro", "ot/"].concat(), ["/wo", "rk/"].concat(), ["/ho", "me/"].concat()]
}

/// Hosts that hand out packages: which one a machine asks is its own affair, and a mirror's name more so.
fn package_hosts() -> [String; 6] {
    [
        ["index.crates", ".io"].concat(),
        ["static.crates", ".io"].concat(),
        ["registry.npmjs", ".org"].concat(),
        ["pypi", ".org/simple"].concat(),
        ["files.python", "hosted.org"].concat(),
        ["proxy.golang", ".org"].concat(),
    ]
}

/// No absolute path of somebody's machine.
pub(super) fn paths(tree: &Tree) -> Vec<Fault> {
    let folders = machine_folders();
    lines(tree, |_, line| {
        let folder = folders.iter().find(|folder| starts_a_path(line, folder))?;
        Some(format!("a path of one machine ({folder}…)"))
    })
}

/// The folder starts an absolute path: nothing before it that would make it part of a longer one.
fn starts_a_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let inside = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '~' | '.' | '-' | '_' | '}'));
        let named = line.get(at + folder.len()..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
        !inside && named
    })
}

/// No host of a registry, no other source in the lock file, no mirror in cargo's configuration.
pub(super) fn registries(tree: &Tree) -> Vec<Fault> {
    let hosts = package_hosts();
    lines(tree, |path, line| {
        if let Some(host) = hosts.iter().find(|host| line.contains(*host)) {
            return Some(format!("names a registry's host ({host})"));
        }
        let source = line.trim().strip_prefix("source = ");
        if path.ends_with("Cargo.lock") && source.is_some_and(|source| source.trim_matches('"') != REGISTRY) {
            return Some("a package from elsewhere than the public registry".to_owned());
        }
        let replaced = line.contains("replace-with") || line.trim_start().starts_with("[source");
        (path.starts_with(".cargo/") && replaced).then(|| "a mirror of one machine".to_owned())
    })
}

fn lines(tree: &Tree, wrong: impl Fn(&str, &str) -> Option<String>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in &tree.texts {
        let told = text.lines().enumerate().filter_map(|(at, line)| Some((at + 1, wrong(path, line)?)));
        faults.extend(told.map(|(line, what)| Fault::at(path, line, what)));
    }
    faults
}
