//! Probers of others over the same servers, through the counting proxy: what they find, and what it costs.

pub(crate) mod badkeys;
pub(crate) mod join;
mod sslscan;
mod sslyze;
#[cfg(test)]
mod tests;
mod testssl;

use super::credentials::Laid;
use super::heard::{Difference, Heard};
use super::programs::{Program, program};
use super::proxy::{Counted, Proxy};
use super::roster::Server;
use crate::command::lab::{Lab, Ran, in_guard};
use crate::command::measure::Used;
use anyhow::Result;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The name of the prober that is given as a command.
pub(crate) const OURS: &str = "prober";

/// A prober of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Peer {
    /// sslscan, as Debian packs it, with its defaults.
    Sslscan,
    /// sslyze with its defaults.
    Sslyze,
    /// testssl.sh, as Debian packs it: only every suite of every version.
    TestsslSuites,
    /// testssl.sh with its defaults.
    Testssl,
}

impl Peer {
    pub(crate) const ALL: [Self; 4] = [Self::Sslscan, Self::Sslyze, Self::TestsslSuites, Self::Testssl];

    /// Its name, and what it was told.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sslscan => "sslscan",
            Self::Sslyze => "sslyze",
            Self::TestsslSuites => "testssl -E",
            Self::Testssl => "testssl",
        }
    }

    /// The program, installed on first use.
    pub(crate) fn program(self, lab: &Lab) -> Result<Program, String> {
        let names = match self {
            Self::Sslscan => "sslscan",
            // The names that sslyze prints are numbered by the table that testssl.sh brings along.
            Self::Sslyze => return program(lab, "testssl").and_then(|_| program(lab, "sslyze")),
            Self::TestsslSuites | Self::Testssl => "testssl",
        };
        program(lab, names)
    }

    fn command(self, program: &Program, port: u16, starttls: Option<&str>, report: &Path) -> Command {
        let mut command = program.command();
        match self {
            Self::Sslscan => sslscan::arguments(&mut command, starttls, report),
            Self::Sslyze => sslyze::arguments(&mut command, starttls, report),
            Self::TestsslSuites => testssl::arguments(&mut command, &["-E"], starttls, report),
            Self::Testssl => testssl::arguments(&mut command, &[], starttls, report),
        }
        command.arg(format!("127.0.0.1:{port}"));
        command
    }

    fn read(self, lab: &Lab, report: &Path, ran: &Ran) -> Result<Heard> {
        match self {
            Self::Sslscan => sslscan::read(report),
            Self::Sslyze => sslyze::read(lab, report),
            Self::TestsslSuites | Self::Testssl => testssl::read(report, self == Self::TestsslSuites, ran),
        }
    }
}

/// One prober on one server.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Run {
    pub(crate) prober: String,
    pub(crate) server: String,
    /// What it cost.
    pub(crate) counted: Counted,
    pub(crate) used: Option<Used>,
    /// What it said; the reason when it said nothing.
    pub(crate) heard: Result<Heard, String>,
    /// How far that is from the truth.
    pub(crate) difference: Option<Difference>,
}

/// Where a prober is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) id: &'a str,
    pub(crate) port: u16,
    pub(crate) starttls: Option<&'a str>,
}

impl Run {
    /// Held against the table of its server, and the certificates that were laid for it.
    pub(crate) fn held(mut self, server: &Server, laid: &[Laid]) -> Self {
        let Ok(heard) = &self.heard else { return self };
        let mut found = heard.against(server);
        found.settings_wrong.extend(heard.certificates_wrong(server, laid));
        // Who was not asked for suites misses none; who does not look for all weaknesses proves none.
        if self.prober == Peer::Testssl.name() {
            found.missing.clear();
        }
        if self.prober != OURS {
            found.unproven.clear();
        }
        self.difference = Some(found);
        self
    }
}

/// Runs a peer through a proxy of its own.
pub(crate) fn run(
    lab: &Lab,
    peer: Peer,
    server: &Server,
    round_trip: Duration,
    guard: Duration,
) -> Result<Run> {
    let desk = tempfile::tempdir()?;
    let report = desk.path().join("report");
    let program = peer.program(lab).map_err(anyhow::Error::msg)?;
    let target = Target { id: &server.id, port: server.port, starttls: server.starttls.as_deref() };
    measured(peer.name(), target, round_trip, |port| {
        let command = peer.command(&program, port, target.starttls, &report);
        let ran = in_guard(&command, guard)?;
        Ok((peer.read(lab, &report, &ran), ran.used))
    })
}

/// Runs a prober that speaks our form, see [`super::heard`].
pub(crate) fn ours(
    words: &[String],
    target: Target<'_>,
    round_trip: Duration,
    guard: Duration,
) -> Result<Run> {
    measured(OURS, target, round_trip, |port| {
        let mut words = words.iter();
        let mut command = Command::new(words.next().map_or("false", String::as_str));
        command.args(words).arg(format!("127.0.0.1:{port}"));
        if let Some(protocol) = target.starttls {
            command.args(["--starttls", protocol]);
        }
        // A stream of XMPP is opened to a name or not at all.
        if target.starttls == Some("xmpp") {
            command.args(["--name", "lab.example"]);
        }
        let ran = in_guard(&command, guard)?;
        let heard = if ran.code == 0 {
            serde_json::from_str(&ran.stdout).map_err(anyhow::Error::from)
        } else {
            Err(anyhow::anyhow!("it ended with {}: {}", ran.code, ran.tail()))
        };
        Ok((heard, ran.used))
    })
}

fn measured(
    prober: &str,
    target: Target<'_>,
    round_trip: Duration,
    run: impl FnOnce(u16) -> Result<(Result<Heard>, Used)>,
) -> Result<Run> {
    let proxy = Proxy::before(target.port, round_trip)?;
    let (heard, used) = match run(proxy.port()) {
        Ok((heard, used)) => (heard, Some(used)),
        Err(error) => (Err(error), None),
    };
    let heard = heard.map_err(|error| format!("{error:#}"));
    let (prober, server) = (prober.to_owned(), target.id.to_owned());
    Ok(Run { prober, server, counted: proxy.counted(), used, heard, difference: None })
}

/// `0xC030` or `c030` as a number.
fn number(text: &str) -> Option<u32> {
    u32::from_str_radix(text.trim_start_matches("0x"), 16).ok()
}
