//! `cargo dev …`: what a developer of Hinomi needs. One module a command; this file only tells them apart.

mod command;

use clap::Parser;
use std::process::ExitCode;

/// The developer's tool.
#[derive(Debug, Parser)]
#[command(name = "cargo dev")]
enum Cli {
    /// Takes every step a change must pass: format, lints, documentation, licences, tidy, reference, catalogue.
    Ci(command::ci::Arguments),
    /// Writes the reference from what the program itself says, or compares it.
    Docs(command::docs::Arguments),
    /// Writes the packed sample company, or compares it.
    Fixtures(command::fixtures::Arguments),
    /// Writes forged documents or bombs to a folder.
    #[command(subcommand)]
    Forge(command::forge::Arguments),
    /// Fuzz targets: their seeds, and runs that are written down.
    #[command(subcommand)]
    Fuzz(command::fuzz::Arguments),
    /// Raises a lab by itself: to look at it, to measure its truth, to run something in it.
    #[command(subcommand)]
    Lab(command::lab::Arguments),
    /// Writes damaged copies of a folder's files.
    Mutate(command::mutate::Arguments),
    /// Makes the folder of a new check.
    NewCheck(command::new_check::Arguments),
    /// Runs every test, with the tools of others that check our work.
    Test(command::test::Arguments),
    /// Measures, and writes docs/benchmarks.md.
    Bench(command::bench::Arguments),
    /// Runs a command and writes down what it used; `test` and `bench` start it.
    #[command(hide = true)]
    Measure(command::measure::Arguments),
    /// Holds the repository against the rules of the house that no compiler knows.
    Tidy(command::tidy::Arguments),
}

fn main() -> anyhow::Result<ExitCode> {
    match Cli::parse() {
        Cli::Ci(arguments) => return command::ci::run(&arguments),
        Cli::Docs(arguments) => command::docs::run(&arguments)?,
        Cli::Fixtures(arguments) => command::fixtures::run(&arguments)?,
        Cli::Forge(arguments) => command::forge::run(&arguments)?,
        Cli::Fuzz(arguments) => command::fuzz::run(&arguments)?,
        Cli::Lab(arguments) => return command::lab::run(&arguments),
        Cli::Mutate(arguments) => command::mutate::run(&arguments)?,
        Cli::NewCheck(arguments) => command::new_check::run(&arguments)?,
        Cli::Test(arguments) => return command::test::run(&arguments),
        Cli::Bench(arguments) => command::bench::run(&arguments)?,
        Cli::Measure(arguments) => return command::measure::run(&arguments),
        Cli::Tidy(arguments) => command::tidy::run(&arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
