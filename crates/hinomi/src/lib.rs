//! The command line, the configuration, the wiring and the jail.
//!
//! This is the only crate that knows them all, and the only one that reads the clock. It wires and decides
//! nothing: what is wrong is said by the checks, how it is told by the outcome.

mod app;
mod catalog;
mod cli;
mod commands;
mod config;
pub mod jail;
mod look;
mod output;
mod pass;
mod reader;

pub use reader::read as read_file;

use std::process::ExitCode;

/// Runs the program. `reader` is what a worker does with a file: [`read_file`], or in tests of the jail
/// something hostile.
pub fn start(reader: jail::Reader) -> ExitCode {
    if jail::asked_to_serve() {
        return jail::serve(reader);
    }
    app::run(reader)
}
