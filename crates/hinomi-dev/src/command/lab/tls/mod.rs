//! The TLS lab: servers of every age out of packages, what they truly speak, and what stands between them and a prober.

mod chamber;
mod credentials;
mod programs;
mod raised;
mod roster;
mod truth;

use super::{Lab, say};
use anyhow::{Context, Result, ensure};
use std::ffi::OsString;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// What to do with the lab.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Arguments {
    /// Says the servers, and what is missing here for each.
    List,
    /// Raises servers until the standard input ends, or until a command has run among them.
    Up(Up),
    /// Measures what they speak, one suite per connection, and holds their tables against it.
    Truth(Truth),
}

/// Which servers, and for whom.
#[derive(Debug, clap::Args)]
pub(crate) struct Up {
    /// Only these servers.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// A command to run in their network; `HINOMI_TLS_LAB` names a file that tells servers and keys.
    #[arg(last = true)]
    command: Vec<OsString>,
}

/// Which servers, and whether to keep what was measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Truth {
    /// Only these servers.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Writes the tables.
    #[arg(long)]
    write: bool,
}

impl Arguments {
    fn only(&self) -> &[String] {
        match self {
            Self::List => &[],
            Self::Up(given) => &given.only,
            Self::Truth(given) => &given.only,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let lab = Lab::find()?;
    let servers = roster::only(roster::read(&servers_folder(&lab))?, arguments.only())?;
    if !chamber::is_inside() {
        let missing = raised::install(&lab, &servers);
        if matches!(arguments, Arguments::List) {
            for server in &servers {
                let why = missing.iter().find(|(id, _)| *id == server.id).map(|(_, why)| why.as_str());
                say(&format!(
                    "{:22} {:5} {} {}",
                    server.id,
                    server.port,
                    server.title,
                    why.unwrap_or_default()
                ));
            }
            return Ok(ExitCode::SUCCESS);
        }
        let mut again = chamber::command(std::env::args_os().skip(3)).map_err(anyhow::Error::msg)?;
        let status = again.status().context("failed to enter the chamber")?;
        return Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)));
    }
    chamber::open()?;
    let desk = tempfile::tempdir()?;
    let raised = raised::raise(&lab, desk.path(), servers)?;
    for (id, why) in &raised.missing {
        say(&format!("{id:22} missing: {why}"));
    }
    match arguments {
        Arguments::List => Ok(ExitCode::SUCCESS),
        Arguments::Up(given) => up(&raised, desk.path(), &given.command),
        Arguments::Truth(given) => hold(&lab, &raised, given.write),
    }
}

fn servers_folder(lab: &Lab) -> PathBuf {
    lab.root.join("lab/tls/servers")
}

/// Tells the servers, then runs a command or waits.
fn up(raised: &raised::Raised, desk: &std::path::Path, command: &[OsString]) -> Result<ExitCode> {
    let told = desk.join("lab.json");
    let servers: Vec<_> = raised.running.iter().map(|running| told_of(&running.server)).collect();
    let whole = serde_json::json!({
        "servers": servers, "tree": raised.tree, "authority": raised.authority, "keys": raised.laid,
    });
    std::fs::write(&told, serde_json::to_vec_pretty(&whole)?)?;
    let Some((program, arguments)) = command.split_first() else {
        for running in &raised.running {
            say(&format!(
                "{:22} 127.0.0.1:{} {}",
                running.server.id, running.server.port, running.server.title
            ));
        }
        say(&format!("{} servers are up; enter their network with", raised.running.len()));
        say(&format!("  nsenter --net=/proc/{}/ns/net", outer_id()?));
        std::io::stdin().read_to_end(&mut Vec::new())?;
        return Ok(ExitCode::SUCCESS);
    };
    let status = Command::new(program).args(arguments).env("HINOMI_TLS_LAB", told).status();
    let status = status.with_context(|| format!("failed to start {}", program.display()))?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}

/// A server as a prober may be told of it, with its truth.
fn told_of(server: &roster::Server) -> serde_json::Value {
    let roster::Server { id, title, port, starttls, keys, known, version, .. } = server;
    serde_json::json!({
        "id": id, "title": title, "port": port, "starttls": starttls, "keys": keys, "known": known, "version": version,
    })
}

/// Our process id as those outside see it: the process file system is still theirs.
fn outer_id() -> Result<String> {
    let own = std::fs::read_link("/proc/self").context("failed to read our process id")?;
    Ok(own.display().to_string())
}

/// Measures every server that runs; a table that says something else is an error.
fn hold(lab: &Lab, raised: &raised::Raised, write: bool) -> Result<ExitCode> {
    let python = programs::program(lab, "python3").map_err(anyhow::Error::msg)?;
    let mut wrong = 0;
    for raised::Running { server, .. } in &raised.running {
        let measured = truth::measure(&python, &lab.root.join("lab/tls/truth.py"), server)?;
        let versions = truth::versions(&measured, server)?;
        let pairs: usize = versions.iter().map(|version| version.suites.len()).sum();
        let is_same = versions == server.version;
        let said = if is_same { "as its table says" } else { "its table says something else" };
        say(&format!(
            "{:22} {pairs:4} suites of {} versions, {} connections: {said}",
            server.id,
            versions.len(),
            measured.connections
        ));
        if write {
            truth::write(&servers_folder(lab).join(format!("{}.toml", server.id)), &measured, server)?;
        } else if !is_same {
            wrong += 1;
        }
    }
    ensure!(wrong == 0, "{wrong} tables say something else than was measured");
    Ok(ExitCode::SUCCESS)
}
