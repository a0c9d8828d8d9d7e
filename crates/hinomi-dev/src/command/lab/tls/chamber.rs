//! The chamber: a network and a process space of its own that the whole lab lives in.
//!
//! Some servers listen on every address there is, and some leave children behind. In here the only address is the
//! loopback, no packet can leave, and when the first process ends, however it ends, the system ends all others.

use crate::command::lab::tools::{debian, quiet};
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

/// Says that this process is the first one of a chamber.
const MARK: &str = "HINOMI_TLS_CHAMBER";

/// Whether we are in it.
pub(crate) fn is_inside() -> bool {
    std::env::var_os(MARK).is_some()
}

/// A command that runs this program in a chamber, with these arguments after `lab tls`; the reason when no chamber can
/// be made here.
pub(crate) fn command<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<Command, String> {
    debian(&["unshare"], "util-linux")?;
    debian(&["setpriv"], "util-linux")?;
    debian(&["ip"], "iproute2")?;
    let root = nix::unistd::geteuid().is_root();
    let spaces: &[&str] = &["--net", "--pid", "--mount-proc", "--fork", "--kill-child=KILL"];
    let user: &[&str] = if root { &[] } else { &["--map-root-user"] };
    quiet(Command::new("unshare").args(spaces).args(user).args(["ip", "link", "set", "lo", "up"]))
        .map_err(|why| format!("no network of its own can be made here: {why}"))?;
    let this = this_program()?;
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "unshare"]).args(spaces).args(user).arg(this);
    // What went wrong is its last word; the way there is not.
    command.args(["lab", "tls"]).args(arguments).env(MARK, "1").env("RUST_BACKTRACE", "0");
    Ok(command)
}

/// This program by its name; the one that a build has put in its place, when one did. `/proc/self/exe` would be
/// whichever program starts us.
fn this_program() -> Result<PathBuf, String> {
    const REPLACED: &str = " (deleted)";
    let this =
        std::env::current_exe().map_err(|error| format!("this program's own file is not known: {error}"))?;
    let there = this.to_str().and_then(|name| name.strip_suffix(REPLACED)).map(PathBuf::from).unwrap_or(this);
    if there.exists() { Ok(there) } else { Err(format!("{} is gone: build it once more", there.display())) }
}

/// The first thing inside: the loopback is switched on.
pub(super) fn open() -> Result<()> {
    let done = Command::new("ip").args(["link", "set", "lo", "up"]).status();
    done.context("failed to run ip").and_then(|status| {
        anyhow::ensure!(status.success(), "failed to switch on the loopback");
        Ok(())
    })
}
