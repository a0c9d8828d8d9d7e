//! The TLS lab: servers of every age out of packages, what they truly speak, and what stands between them and a prober.

mod chamber;
mod credentials;
mod heard;
mod hostile;
mod peers;
mod programs;
mod proxy;
mod raised;
mod roster;
#[cfg(test)]
mod tests;
mod truth;

pub(crate) use peers::badkeys::over as badkeys_over;
pub(crate) use programs::{Program, program};

use super::{Lab, in_guard, say};
use anyhow::{Context, Result, ensure};
use peers::Peer;
use std::ffi::OsString;
use std::io::Read as _;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Every server asked everything, on a machine that is busy.
const RUN_S_MAX: u64 = 1_800;
/// Names a prober to be tested instead of ours.
const PROBER: &str = "HINOMI_TLS_PROBER";
/// Ours: an example of the crate that reaches out, so that nothing but sockets and surveys is in it.
const OURS: &[&str] = &["--example", "survey"];

/// What to do with the lab.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Arguments {
    /// Says the servers, and what is missing here for each.
    List,
    /// Raises servers until the standard input ends, or until a command has run among them.
    Up(Up),
    /// Measures what they speak, one suite per connection, and holds their tables against it.
    Truth(Truth),
    /// Runs probers over the servers through the counting proxy: what they find, what is wrong, what it costs.
    Peers(Peers),
    /// Scans each server together with its folder by the program, and asks for findings that name host, port, certificate,
    /// key file and permissions.
    Join(Join),
    /// Runs badkeys over a folder: how many files it finds a key in, what it calls weak, what it costs.
    Badkeys {
        /// The folder.
        folder: PathBuf,
    },
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

/// By which program, over which servers.
#[derive(Debug, clap::Args)]
pub(crate) struct Join {
    /// Only these servers.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The program, built.
    #[arg(long)]
    program: PathBuf,
}

/// Which probers over which servers.
#[derive(Debug, clap::Args)]
pub(crate) struct Peers {
    /// Only these servers.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// These probers of others; all without their longest runs when none is named and no prober of ours is given.
    #[arg(long, value_delimiter = ',', value_enum)]
    peer: Vec<Peer>,
    /// A prober that prints our form: a command, its words by spaces; host and port follow.
    #[arg(long)]
    prober: Option<String>,
    /// Our own prober, built as it is released.
    #[arg(long, conflicts_with = "prober")]
    ours: bool,
    /// Further words for the prober.
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    words: String,
    /// The prober meets the hostile servers too.
    #[arg(long)]
    hostile: bool,
    /// How long a way there and back takes.
    #[arg(long, default_value_t = 0)]
    round_trip_ms: u64,
    /// After how long a run is ended.
    #[arg(long, default_value_t = 300)]
    guard_s: u64,
    /// Where everything that was heard goes, as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Arguments {
    fn only(&self) -> &[String] {
        match self {
            Self::List | Self::Badkeys { .. } => &[],
            Self::Up(given) => &given.only,
            Self::Truth(given) => &given.only,
            Self::Peers(given) => &given.only,
            Self::Join(given) => &given.only,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let lab = Lab::find()?;
    if let Arguments::Badkeys { folder } = arguments {
        let keys = peers::badkeys::over(&lab, folder, Duration::from_secs(RUN_S_MAX))?;
        say(&serde_json::to_string_pretty(&keys)?);
        return Ok(ExitCode::SUCCESS);
    }
    let servers = roster::only(roster::read(&servers_folder(&lab))?, arguments.only())?;
    if !chamber::is_inside() {
        let missing = raised::install(&lab, &servers);
        if let Arguments::Peers(given) = arguments {
            for peer in given.peers() {
                peer.program(&lab).map_err(anyhow::Error::msg)?;
            }
        }
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
        if matches!(arguments, Arguments::Peers(given) if given.ours) {
            again.env(PROBER, our_prober(&lab, true)?);
        }
        let mut inside = again.spawn().context("failed to enter the chamber")?;
        if matches!(arguments, Arguments::Up(given) if given.command.is_empty()) {
            say(&format!("enter their network with: nsenter --net=/proc/{}/ns/net", inside.id()));
        }
        let status = inside.wait()?;
        return Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)));
    }
    chamber::open()?;
    hostile::raise()?;
    let desk = tempfile::tempdir()?;
    let raised = raised::raise(&lab, desk.path(), servers)?;
    for (id, why) in &raised.missing {
        say(&format!("{id:22} missing: {why}"));
    }
    match arguments {
        Arguments::List | Arguments::Badkeys { .. } => Ok(ExitCode::SUCCESS),
        Arguments::Up(given) => up(&raised, desk.path(), &given.command),
        Arguments::Truth(given) => hold(&lab, &raised, given.write),
        Arguments::Peers(given) => compare(&lab, &raised, given),
        Arguments::Join(given) => peers::join::hold(&given.program, &raised, desk.path()),
    }
}

/// Lets a connection end with a reset instead of a farewell, as soon as its last handle goes; whoever reads from it
/// stops now.
fn abrupt(stream: &TcpStream) {
    let linger = nix::libc::linger { l_onoff: 1, l_linger: 0 };
    // A connection that is gone already needs no end.
    _ = nix::sys::socket::setsockopt(stream, nix::sys::socket::sockopt::Linger, &linger);
    _ = stream.shutdown(std::net::Shutdown::Read);
}

fn servers_folder(lab: &Lab) -> PathBuf {
    lab.root.join("lab/tls/servers")
}

/// Holds every table against what its server speaks today; the inner error says what is missing here.
pub(crate) fn tables_hold(lab: &Lab) -> Result<Result<String, String>> {
    in_chamber(lab, &["truth"], "speak what their tables say")
}

/// Holds our prober, or the one that is named, against every table, and before every hostile server.
pub(crate) fn prober_holds(lab: &Lab) -> Result<Result<String, String>> {
    let words = match std::env::var(PROBER).ok().filter(|words| !words.is_empty()) {
        Some(words) => words,
        None => our_prober(lab, false)?,
    };
    in_chamber(lab, &["peers", "--hostile", "--prober", &words], "are told as they are")
}

/// Holds the findings of the program against the keys of every server.
pub(crate) fn keys_are_joined(lab: &Lab) -> Result<Result<String, String>> {
    let program = lab.hinomi()?.display().to_string();
    in_chamber(lab, &["join", "--program", &program], "are found with their certificates and key files")
}

/// Builds our prober; the command that runs it.
pub(crate) fn our_prober(lab: &Lab, release: bool) -> Result<String> {
    // As `cargo test --workspace` builds it, or alone.
    let place: &[&str] = if release { &["--package", "hinomi-collect"] } else { &["--workspace"] };
    let built = lab.build(&[place, OURS].concat(), release)?;
    Ok(format!("{} --json", built.display()))
}

/// Runs one of the commands with every server raised.
fn in_chamber(lab: &Lab, arguments: &[&str], held: &str) -> Result<Result<String, String>> {
    let servers = roster::read(&servers_folder(lab))?;
    if let Some((id, why)) = raised::install(lab, &servers).into_iter().next() {
        return Ok(Err(format!("{id}: {why}")));
    }
    let command = match chamber::command(arguments) {
        Ok(command) => command,
        Err(why) => return Ok(Err(why)),
    };
    let ran = in_guard(&command, Duration::from_secs(RUN_S_MAX))?;
    ensure!(ran.code == 0, "{}", ran.tail());
    Ok(Ok(format!("{} servers {held}", servers.len())))
}

/// Tells the servers, then runs a command or waits.
fn up(raised: &raised::Raised, desk: &std::path::Path, command: &[OsString]) -> Result<ExitCode> {
    let told = desk.join("lab.json");
    let servers: Vec<_> = raised.running.iter().map(|running| told_of(&running.server)).collect();
    let whole = serde_json::json!({
        "servers": servers, "hostile": hostile::ALL, "tree": raised.tree, "authority": raised.authority, "keys": raised.laid,
    });
    std::fs::write(&told, serde_json::to_vec_pretty(&whole)?)?;
    let Some((program, arguments)) = command.split_first() else {
        for running in &raised.running {
            say(&format!(
                "{:22} 127.0.0.1:{} {}",
                running.server.id, running.server.port, running.server.title
            ));
        }
        say(&format!("{} servers are up", raised.running.len()));
        std::io::stdin().read_to_end(&mut Vec::new())?;
        return Ok(ExitCode::SUCCESS);
    };
    let status = Command::new(program).args(arguments).env("HINOMI_TLS_LAB", told).status();
    let status = status.with_context(|| format!("failed to start {}", program.display()))?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}

/// A server as a prober may be told of it, with its truth.
fn told_of(server: &roster::Server) -> serde_json::Value {
    let roster::Server { id, title, port, alike, starttls, keys, known, version, .. } = server;
    serde_json::json!({
        "id": id, "title": title, "port": port, "alike": alike, "starttls": starttls, "keys": keys, "known": known, "version": version,
    })
}

/// Measures every server that runs; a table that says something else is an error.
fn hold(lab: &Lab, raised: &raised::Raised, write: bool) -> Result<ExitCode> {
    let python = program(lab, "python3").map_err(anyhow::Error::msg)?;
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

impl Peers {
    fn peers(&self) -> Vec<Peer> {
        if self.peer.is_empty() && self.prober.is_none() && !self.ours {
            return Peer::ALL.into_iter().filter(|peer| *peer != Peer::Testssl).collect();
        }
        self.peer.clone()
    }

    /// The command of the prober that is tested.
    fn prober(&self) -> Option<Vec<String>> {
        let built = || self.ours.then(|| std::env::var(PROBER).ok()).flatten();
        let words = self.prober.clone().or_else(built)?;
        Some(format!("{words} {}", self.words).split_whitespace().map(str::to_owned).collect())
    }
}

/// Every prober over every server, one by one.
fn compare(lab: &Lab, raised: &raised::Raised, given: &Peers) -> Result<ExitCode> {
    let (round_trip, guard) =
        (Duration::from_millis(given.round_trip_ms), Duration::from_secs(given.guard_s));
    let mut runs = Vec::new();
    say("prober       server                 conns at once    wall     CPU  missing extra  claims");
    let prober = given.prober();
    for raised::Running { server, .. } in &raised.running {
        if let Some(words) = &prober {
            let target =
                peers::Target { id: &server.id, port: server.port, starttls: server.starttls.as_deref() };
            runs.push(peers::ours(words, target, round_trip, guard)?.held(server, &raised.laid));
            say(&shown(runs.last()));
        }
        for peer in given.peers() {
            runs.push(peers::run(lab, peer, server, round_trip, guard)?.held(server, &raised.laid));
            say(&shown(runs.last()));
        }
    }
    if let Some(out) = &given.out {
        std::fs::write(out, serde_json::to_vec_pretty(&runs)?)?;
    }
    if let (true, Some(words)) = (given.hostile, &prober) {
        hostile_told(words, raised, guard)?;
    }
    // The probers of others may be wrong; ours may not.
    let wrong = |run: &&peers::Run| run.difference.as_ref().is_none_or(|found| !found.is_none());
    let ours: Vec<&peers::Run> = runs.iter().filter(|run| run.prober == peers::OURS).collect();
    let told = |run: &peers::Run| {
        let how = run.heard.as_ref().err().map_or_else(|| format!("{:?}", run.difference), Clone::clone);
        format!("{}: {how}", run.server)
    };
    let wrong: Vec<String> = ours.iter().copied().filter(wrong).map(told).collect();
    ensure!(
        wrong.is_empty(),
        "the prober is wrong on {} of {} servers: {}",
        wrong.len(),
        ours.len(),
        wrong.join("; ")
    );
    Ok(ExitCode::SUCCESS)
}

/// Our prober before every hostile server: what it must not say, and what it used.
fn hostile_told(words: &[String], raised: &raised::Raised, guard: Duration) -> Result<()> {
    let mut wrong = Vec::new();
    for hostile in hostile::ALL {
        let target = peers::Target { id: hostile.id, port: hostile.port, starttls: hostile.starttls };
        let run = peers::ours(words, target, Duration::ZERO, guard)?;
        let behind = raised.running.iter().find(|one| one.server.port == hostile::CUT_UP);
        let fault = match (&run.heard, hostile.port == hostile::CUT_UP_PORT) {
            (Err(why), _) => Some(why.clone()),
            (Ok(heard), true) => behind
                .map(|one| heard.against(&one.server))
                .filter(|found| !found.is_none())
                .map(|found| format!("{found:?}")),
            (Ok(heard), false) => hostile.fault(heard),
        };
        let fault = fault.or_else(|| (run.counted.connections == 0).then(|| "it was never asked".to_owned()));
        let (wall, memory) = run.used.map_or((0.0, 0), |used| (used.wall_s, used.peak_bytes >> 20));
        say(&format!(
            "{:22} {:5} connections {wall:6.2} s {memory:4} MiB  {}",
            hostile.id,
            run.counted.connections,
            fault.as_deref().unwrap_or("as it should be")
        ));
        wrong.extend(fault.map(|_| hostile.id));
    }
    ensure!(wrong.is_empty(), "the prober is wrong about {}", wrong.join(", "));
    Ok(())
}

/// A run in a line.
fn shown(run: Option<&peers::Run>) -> String {
    let Some(run) = run else { return String::new() };
    let (wall, cpu) = run.used.map_or((f64::NAN, f64::NAN), |used| (used.wall_s, used.cpu_s));
    let said = match (&run.heard, &run.difference) {
        (Err(why), _) => why.lines().last().unwrap_or_default().to_owned(),
        (Ok(heard), Some(found)) => {
            let open = if heard.untested.is_empty() {
                String::new()
            } else {
                format!("; {} untested", heard.untested.len())
            };
            let claims = [&found.false_claims[..], &found.overlooked].concat().join(" ");
            format!("{:7} {:5}  {claims}{open}", found.missing.len(), found.extra.len())
        }
        _ => String::new(),
    };
    format!(
        "{:12} {:22} {:5} {:7} {wall:7.2} {cpu:7.2}  {said}",
        run.prober, run.server, run.counted.connections, run.counted.at_once_max
    )
}
