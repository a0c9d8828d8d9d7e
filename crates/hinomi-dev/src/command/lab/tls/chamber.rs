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
    let this = PathBuf::from("/proc/self/exe");
    let this = this.canonicalize().map_err(|error| error.to_string())?;
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "unshare"]).args(spaces).args(user).arg(this);
    command.args(["lab", "tls"]).args(arguments).env(MARK, "1");
    Ok(command)
}

/// The first thing inside: the loopback is switched on.
pub(super) fn open() -> Result<()> {
    let done = Command::new("ip").args(["link", "set", "lo", "up"]).status();
    done.context("failed to run ip").and_then(|status| {
        anyhow::ensure!(status.success(), "failed to switch on the loopback");
        Ok(())
    })
}
