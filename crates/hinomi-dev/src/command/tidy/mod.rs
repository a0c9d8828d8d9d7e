//! `cargo dev tidy`: the rules of the house that a compiler does not hold, each a small function of its own.
//!
//! It reads the files of the repository and `cargo metadata`, and changes nothing. What it finds names file, line
//! and rule.

mod chapters;
mod edges;
mod fault;
mod functions;
mod manifests;
mod places;
mod shape;
mod source;
#[cfg(test)]
mod tests;
mod tree;
mod vocabulary;

use anyhow::{Result, ensure};
use fault::Fault;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use tree::Tree;

/// Where to look.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The root of the repository to look at.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

/// A rule: its name, and what breaks it.
type Rule = (&'static str, fn(&Tree) -> Vec<Fault>);

/// All rules, in the order in which they are told.
const RULES: &[Rule] = &[
    ("edges between own crates", edges::own),
    ("edges to crates of others", edges::outside),
    ("bans of the pure crates", manifests::bans),
    ("lints of the workspace", manifests::lints),
    ("licence of every crate", manifests::licence),
    ("long functions", functions::long),
    ("share of long functions", functions::share),
    ("unwrap", vocabulary::unwraps),
    ("words that stay out", vocabulary::banned),
    ("names of modules", shape::names),
    ("listings", shape::listings),
    ("header of every file", shape::headers),
    ("folders of checks", chapters::folders),
    ("new checks filled in", chapters::filled_in),
    ("checks, incidents and measures", chapters::references),
    ("both languages of docs", chapters::languages),
    ("first screen of the READMEs", chapters::first_screen),
    ("paths of one machine", places::paths),
    ("registries", places::registries),
];

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = super::root(arguments.root.as_deref());
    let (told, faults) = look(&Tree::load(&root)?);
    std::io::stdout().write_all(told.as_bytes())?;
    ensure!(faults == 0, "failed to find the house tidy: {faults} faults");
    Ok(())
}

/// Applies every rule; gives what to print and the number of faults.
fn look(tree: &Tree) -> (String, usize) {
    let (mut told, mut faults) = (String::new(), 0);
    for (name, rule) in RULES {
        for fault in rule(tree) {
            faults += 1;
            _ = writeln!(told, "{fault} [{name}]");
        }
    }
    _ = writeln!(told, "{}", functions::Numbers::of(tree));
    _ = writeln!(told, "{} rules, {faults} faults", RULES.len());
    (told, faults)
}
