//! `cargo dev bench`: measures what the bars ask for and writes the tables of `docs/benchmarks.md`. Each section is
//! measured on its own; naming some leaves the others as they stand.

mod build;
mod page;
mod pages;
mod peers;
mod ppap;
mod quality;
mod recipes;
mod recovery;
mod robust;
mod speed;
mod table;

use crate::command::lab::{Lab, Ran, in_guard, say};
use anyhow::{Context, Result, bail, ensure};
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Builds from nothing too, which takes minutes.
    #[arg(long)]
    cold: bool,
    /// Says the names of the sections and measures nothing.
    #[arg(long)]
    list: bool,
    /// Only these sections.
    names: Vec<String>,
}

/// How often a measurement is taken at least; the median counts.
const TIMES: usize = 5;
/// No single call takes that long unless it hangs.
const GUARD: Duration = Duration::from_secs(1_800);

/// A section of the page.
struct Section {
    name: &'static str,
    title: &'static str,
    measure: fn(&Bench) -> Result<String>,
}

const fn section(name: &'static str, title: &'static str, measure: fn(&Bench) -> Result<String>) -> Section {
    Section { name, title, measure }
}

/// The sections, in the order of the page.
const SECTIONS: &[Section] = &[
    section("start", "First finding and demo", speed::start),
    section("binary", "The binary", build::binary),
    section("cold-build", "A build from nothing", build::cold),
    section("macros", "Macro documents beside mraptor and olevba", peers::macros),
    section("parity", "Macro documents beside olevba", peers::parity),
    section("mails", "Mail beside mail-parser", peers::mails),
    section("decode", "Recipes beside CyberChef", recipes::section),
    section("quality", "How often the checks are right", quality::section),
    section("page-peers", "Pages that reach inside, beside other extensions", pages::peers::section),
    section("page-cost", "What the page watch costs a page", pages::cost::section),
    section("recovery", "What forged documents would do", recovery::section),
    section("keys", "Keys and certificates beside badkeys", quality::keys::section),
    section("tls", "TLS servers, beside other probers", peers::tls::section),
    section("ppap", "Archives whose password travels beside them", ppap::section),
    section("jail", "The price of the jail", speed::jail),
    section("memory", "Memory of each command", speed::memory),
    section("bombs", "Bombs", robust::each_bomb),
    section("robustness", "Damage and sudden death", robust::campaigns),
];

/// What sections stand on.
pub(crate) struct Bench {
    lab: Lab,
    hinomi: OnceCell<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.list {
        SECTIONS.iter().for_each(|section| say(section.name));
        return Ok(());
    }
    for name in &arguments.names {
        ensure!(SECTIONS.iter().any(|section| section.name == name), "failed to find a section named {name}");
    }
    let wanted = |section: &&Section| {
        let named = arguments.names.iter().any(|name| name == section.name);
        named || arguments.names.is_empty() && (section.name != "cold-build" || arguments.cold)
    };
    let bench = Bench { lab: Lab::find()?, hinomi: OnceCell::new() };
    let mut failed = Vec::new();
    for section in SECTIONS.iter().filter(wanted) {
        say(&format!("== {}", section.name));
        match (section.measure)(&bench) {
            Ok(body) => {
                say(&body);
                page::put(&bench.lab.root, SECTIONS.iter().map(|s| (s.name, s.title)), section.name, &body)?;
            }
            Err(error) => {
                say(&format!("{error:#}"));
                failed.push(section.name);
            }
        }
    }
    ensure!(failed.is_empty(), "failed to measure {}", failed.join(", "));
    Ok(())
}

impl Bench {
    /// The program as it is released.
    fn hinomi(&self) -> Result<&Path> {
        if let Some(built) = self.hinomi.get() {
            return Ok(built);
        }
        let built = self.lab.build(&["--package", "hinomi", "--bin", "hinomi"], true)?;
        Ok(self.hinomi.get_or_init(|| built))
    }

    fn documents(&self) -> Result<PathBuf> {
        self.lab.documents().map_err(anyhow::Error::msg)
    }

    /// The program with arguments, in a folder.
    fn command(&self, arguments: &[&str], folder: &Path) -> Result<Command> {
        let mut command = Command::new(self.hinomi()?);
        command.args(arguments).current_dir(folder);
        Ok(command)
    }
}

/// Runs a command once; an end that is not among `codes` is an error.
fn once(command: &Command, codes: &[i32]) -> Result<Ran> {
    let ran = in_guard(command, GUARD)?;
    if !codes.contains(&ran.code) {
        bail!("{} ended with {}: {}", command.get_program().display(), ran.code, ran.tail());
    }
    Ok(ran)
}

/// Exit codes of a look that went through.
const LOOKED: &[i32] = &[0, 1, 3];

/// The middle of some figures.
fn median(figures: impl IntoIterator<Item = f64>) -> Result<f64> {
    let mut sorted: Vec<f64> = figures.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().context("failed to find a figure")
}
