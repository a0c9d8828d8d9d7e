//! What every crate promises in its manifest, and the bans of the pure ones.

use super::fault::Fault;
use super::tree::{Tree, line_of};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// The crates without clock, files, environment, network, processes and threads.
const PURE: &[&str] =
    &["hinomi-checks", "hinomi-formats", "hinomi-model", "hinomi-outcome", "hinomi-wasm", "hinomi-watch"];

/// What the `clippy.toml` of each pure crate forbids: the ways out of a pure function, one by one.
const BANS: &[&str] = &[
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "std::env::args",
    "std::env::args_os",
    "std::env::current_dir",
    "std::env::temp_dir",
    "std::env::var",
    "std::env::var_os",
    "std::env::vars",
    "std::env::vars_os",
    "std::fs::File::create",
    "std::fs::File::open",
    "std::fs::OpenOptions::open",
    "std::fs::create_dir",
    "std::fs::create_dir_all",
    "std::fs::metadata",
    "std::fs::read",
    "std::fs::read_dir",
    "std::fs::read_to_string",
    "std::fs::remove_dir_all",
    "std::fs::remove_file",
    "std::fs::rename",
    "std::fs::write",
    "std::io::stdin",
    "std::io::stdout",
    "std::net::TcpListener::bind",
    "std::net::TcpStream::connect",
    "std::net::UdpSocket::bind",
    "std::path::Path::exists",
    "std::path::Path::metadata",
    "std::process::Command::new",
    "std::thread::sleep",
    "std::thread::spawn",
    "std::time::Instant::now",
    "std::time::SystemTime::now",
];

/// Every pure crate has the whole list of bans, so that all have the same.
pub(super) fn bans(tree: &Tree) -> Vec<Fault> {
    let wanted: BTreeSet<&str> = BANS.iter().copied().collect();
    let mut faults = Vec::new();
    for name in PURE {
        let path = format!("crates/{name}/clippy.toml");
        let table = tree.toml(&path);
        let there = banned(&table);
        faults.extend(wanted.difference(&there).map(|ban| {
            Fault::of(
                &path,
                format!("{name} is a pure crate, but `{ban}` is not among its disallowed-methods"),
            )
        }));
        faults.extend(there.difference(&wanted).map(|ban| {
            let line = line_of(tree.text(&path).unwrap_or_default(), ban);
            Fault::at(&path, line, format!("only {name} bans `{ban}`: add it to all (tidy/manifests.rs)"))
        }));
    }
    faults
}

fn banned(table: &Table) -> BTreeSet<&str> {
    let methods = table.get("disallowed-methods").and_then(Value::as_array);
    methods.into_iter().flatten().filter_map(|row| row.get("path").unwrap_or(row).as_str()).collect()
}

/// `unsafe` is forbidden in the workspace, and every crate takes the lints of the workspace.
pub(super) fn lints(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let workspace = tree.toml("Cargo.toml");
    if at(&workspace, &["workspace", "lints", "rust", "unsafe_code"]).and_then(Value::as_str)
        != Some("forbid")
    {
        let line = line_of(tree.text("Cargo.toml").unwrap_or_default(), "unsafe_code");
        faults.push(Fault::at("Cargo.toml", line, "workspace.lints.rust.unsafe_code is not \"forbid\""));
    }
    for (path, name) in tree.manifests() {
        let manifest = tree.toml(path);
        let taken = at(&manifest, &["lints", "workspace"]).and_then(Value::as_bool) == Some(true);
        if !taken {
            faults
                .push(Fault::of(path, format!("{name} does not take the lints: `[lints] workspace = true`")));
        }
    }
    faults
}

/// Every package says Apache-2.0, itself or by its workspace.
pub(super) fn licence(tree: &Tree) -> Vec<Fault> {
    const OURS: &str = "Apache-2.0";
    let mut faults = Vec::new();
    for path in tree.texts.keys().filter(|path| *path == "Cargo.toml" || path.ends_with("/Cargo.toml")) {
        let manifest = tree.toml(path);
        let said = |keys: &[&str]| at(&manifest, keys).and_then(Value::as_str) == Some(OURS);
        let inherits =
            at(&manifest, &["package", "license", "workspace"]).and_then(Value::as_bool) == Some(true);
        let fine = if path == "Cargo.toml" {
            said(&["workspace", "package", "license"])
        } else {
            inherits || said(&["package", "license"])
        };
        if !fine {
            faults
                .push(Fault::of(path, format!("no `license = \"{OURS}\"`, nor `license.workspace = true`")));
        }
    }
    faults
}

/// The value at a path of keys.
fn at<'a>(table: &'a Table, keys: &[&str]) -> Option<&'a Value> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
}
