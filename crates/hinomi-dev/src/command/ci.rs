//! `cargo dev ci`: everything that must hold before a change is taken, step by step, told with its time.
//!
//! All steps run even when one fails. Tests are a command of their own, `cargo dev test`.

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// The tool that reads licences, bans and advisories, in the version the rules are written for.
const DENY: &str = "0.20.2";

/// What to look at.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only this step; may be given more than once.
    #[arg(long, value_enum, value_name = "STEP")]
    only: Vec<Step>,
    /// Only this crate, and without its tests, in the steps that look at crates one by one (clippy, doc): the quick
    /// look while working. May be given more than once.
    #[arg(long, short, value_name = "CRATE")]
    package: Vec<String>,
    /// The root of the repository to look at.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

/// The steps, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// `cargo fmt --check`
    Fmt,
    /// `cargo clippy`, warnings are errors.
    Clippy,
    /// `cargo doc`, warnings are errors.
    Doc,
    /// `cargo deny check`: licences, bans, sources; advisories when their database is on this machine.
    Deny,
    /// `cargo dev tidy`
    Tidy,
    /// `cargo dev docs --check`
    Docs,
    /// `hinomi catalog check`
    Catalog,
}

/// How a step ended.
enum Outcome {
    Passed,
    Failed,
    /// Passed, but part of it was not looked at, and why.
    Partly(String),
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let house = House { root: super::root(arguments.root.as_deref()), packages: &arguments.package };
    let wanted = |step: &&Step| arguments.only.is_empty() || arguments.only.contains(step);
    let (mut passed, mut failed, mut unseen) = (0, 0, Vec::new());
    for step in Step::value_variants().iter().filter(wanted) {
        let began = Instant::now();
        let outcome = house.take(*step);
        let word = match &outcome {
            Ok(Outcome::Passed) => "ok",
            Ok(Outcome::Partly(_)) => "ok, in part",
            Ok(Outcome::Failed) | Err(_) => "failed",
        };
        tell(&format!("{:<8} {word}  {:.1} s", step.name(), began.elapsed().as_secs_f64()))?;
        match outcome {
            Ok(Outcome::Passed) => passed += 1,
            Ok(Outcome::Partly(why)) => {
                passed += 1;
                unseen.push(why);
            }
            Ok(Outcome::Failed) => failed += 1,
            Err(error) => {
                failed += 1;
                tell(&format!("         {error:#}"))?;
            }
        }
    }
    for why in unseen {
        tell(&why)?;
    }
    tell(&format!("{passed} passed, {failed} failed"))?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(line: &str) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{line}")?;
    out.flush()
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// The repository that is looked at, and which of its crates.
struct House<'a> {
    root: PathBuf,
    packages: &'a [String],
}

impl House<'_> {
    fn take(&self, step: Step) -> Result<Outcome> {
        match step {
            Step::Fmt => self.pass(self.cargo(&["fmt", "--all", "--check"])),
            Step::Clippy => {
                let mut command = self.cargo(&["clippy", "--quiet", "--offline"]);
                command.args(self.crates());
                if self.packages.is_empty() {
                    command.arg("--all-targets");
                }
                command.args(["--", "-D", "warnings"]);
                self.pass(command)
            }
            Step::Doc => {
                let mut command = self.cargo(&["doc", "--quiet", "--offline", "--no-deps"]);
                command.args(self.crates()).env("RUSTDOCFLAGS", "-D warnings");
                self.pass(command)
            }
            Step::Deny => self.deny(),
            Step::Tidy => self.dev(&["tidy"]),
            Step::Docs => self.dev(&["docs", "--check"]),
            Step::Catalog => self.pass(self.cargo(&[
                "run",
                "--quiet",
                "--offline",
                "--package",
                "hinomi",
                "--",
                "catalog",
                "check",
            ])),
        }
    }

    /// The crates to look at, as arguments of cargo.
    fn crates(&self) -> Vec<String> {
        if self.packages.is_empty() {
            return vec!["--workspace".to_owned()];
        }
        self.packages.iter().map(|name| format!("--package={name}")).collect()
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command.args(arguments).current_dir(&self.root);
        // Set by the cargo that runs us; it would make the inner one rebuild what the outer one built.
        command.env_remove("CARGO_MANIFEST_DIR");
        command
    }

    /// Another command of this tool, so that its output stands under its own name.
    fn dev(&self, arguments: &[&str]) -> Result<Outcome> {
        let mut command = Command::new(std::env::current_exe().context("failed to find this program")?);
        command.args(arguments).arg("--root").arg(&self.root);
        self.pass(command)
    }

    /// Runs a command; what it says is shown, standard output too, on standard error.
    fn pass(&self, mut command: Command) -> Result<Outcome> {
        command.stdin(Stdio::null()).stdout(io::stderr());
        let status = command.status().with_context(|| format!("failed to start {command:?}"))?;
        Ok(if status.success() { Outcome::Passed } else { Outcome::Failed })
    }

    fn deny(&self) -> Result<Outcome> {
        let tool = deny_tool()?;
        let check = |what: &[&str]| {
            let mut command = Command::new(&tool);
            // Called as cargo's own subcommand is: its first argument is its name.
            command.args(["deny", "--all-features", "check", "--hide-inclusion-graph"]);
            command.args(what).current_dir(&self.root);
            self.pass(command)
        };
        let rules = check(&["licenses", "bans", "sources"])?;
        if matches!(rules, Outcome::Failed) {
            return Ok(rules);
        }
        if !advisories_here() {
            return Ok(Outcome::Partly(
                "advisories: not looked at (no advisory database on this machine; `cargo deny fetch` gets it)"
                    .to_owned(),
            ));
        }
        check(&["advisories"])
    }
}

/// `cargo-deny` as installed, else installed into the target folder.
fn deny_tool() -> Result<PathBuf> {
    let is_ours = |tool: &Path| {
        let told = Command::new(tool).args(["deny", "--version"]).output();
        told.is_ok_and(|told| String::from_utf8_lossy(&told.stdout).contains(DENY))
    };
    let installed = PathBuf::from("cargo-deny");
    let own = super::target()?.join("tools");
    let kept = own.join("bin/cargo-deny");
    if let Some(tool) = [installed, kept.clone()].into_iter().find(|tool| is_ours(tool)) {
        return Ok(tool);
    }
    let mut install = Command::new("cargo");
    install.args(["install", "--locked", "--version", DENY, "cargo-deny", "--root"]).arg(&own);
    let status = install.stdout(io::stderr()).status().context("failed to start cargo install")?;
    ensure!(status.success(), "failed to install cargo-deny {DENY}");
    Ok(kept)
}

/// Whether a copy of the advisory database is where cargo-deny keeps it.
fn advisories_here() -> bool {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let databases = home.and_then(|home| std::fs::read_dir(home.join("advisory-dbs")).ok());
    databases.into_iter().flatten().flatten().any(|entry| entry.path().is_dir())
}
