//! The binary: the command line, or, when the jail starts it so, a worker.

use std::process::ExitCode;

fn main() -> ExitCode {
    hinomi::start(hinomi::read_file)
}
