//! `hinomi scan host:port`: servers of ours are asked what they speak, and each answer becomes evidence like a file's bytes.

#[cfg(test)]
mod tests;

use crate::app::App;
use crate::look::{Looked, Place, What};
use anyhow::{Context, Result};
use hinomi_collect::{InScope, Resolved, Scope, TlsSweep, TlsTarget, resolve, survey_tls};
use hinomi_formats::tls::recording::Recording;
use hinomi_formats::tls::starttls::Protocol;
use hinomi_formats::tls::survey::{Surveyed, Why};
use hinomi_model::Text;
use hinomi_outcome::{ProblemLine, terminal_safe};
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

/// A server, as somebody named it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Server {
    /// Host and port, as they are shown and kept: `www.reiji.example:443`, `smtp://mail.reiji.example:25`.
    pub(crate) label: String,
    host: String,
    port: u16,
    starttls: Option<Protocol>,
}

/// What asking servers gave.
#[derive(Default)]
pub(crate) struct Asked {
    /// One place for each server that speaks TLS.
    pub(crate) places: Vec<Place>,
    /// What could not be asked.
    pub(crate) problems: Vec<ProblemLine>,
    /// Places of which something was not seen: nothing about them can be called gone.
    pub(crate) blind: Vec<String>,
}

impl Asked {
    /// Tells what was looked at what was not.
    pub(crate) fn tell(self, looked: &mut Looked) {
        looked.unread += self.problems.len() as u64;
        looked.problems.extend(self.problems);
        for label in self.blind {
            looked.places.entry(label).or_default().blind = true;
        }
    }
}

impl Server {
    /// The server that a word names: `host:port`, `tls://host` (443 unless it says another), or a protocol that turns to
    /// TLS, `smtp://host:25`. A port that usually turns to TLS is asked so; `tls://` is asked at once.
    pub(crate) fn named(word: &str) -> Option<Self> {
        let (scheme, rest) = match word.split_once("://") {
            Some((scheme, rest)) => {
                (Some(scheme.to_ascii_lowercase()), rest.strip_suffix('/').unwrap_or(rest))
            }
            None => (None, word),
        };
        let (host, port) = host_and_port(rest)?;
        let host = host.to_lowercase();
        let (starttls, usual) = match scheme.as_deref() {
            None => (port.and_then(Protocol::of_port), None),
            Some("tls") => (None, Some(443)),
            Some(name) => Protocol::from_name(name).map(|protocol| (Some(protocol), usual_port(protocol)))?,
        };
        let port = port.or(usual)?;
        let shown = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        let label = match (&scheme, starttls) {
            (Some(scheme), _) => format!("{scheme}://{shown}"),
            (None, Some(protocol)) => format!("{}://{shown}", protocol.name()),
            (None, None) => shown,
        };
        Some(Self { label, host, port, starttls })
    }

    /// What speaks there, as far as the dialog or the port tells.
    fn service(&self) -> &'static str {
        match (self.starttls, self.port) {
            (Some(Protocol::XmppServer), _) => "xmpp",
            (Some(protocol), _) => protocol.name(),
            (None, 465) => "smtp",
            (None, 636) => "ldap",
            (None, 990) => "ftp",
            (None, 993) => "imap",
            (None, 995) => "pop3",
            _ => "https",
        }
    }
}

fn usual_port(protocol: Protocol) -> Option<u16> {
    (1..=u16::MAX).find(|port| Protocol::of_port(*port) == Some(protocol))
}

/// `[2001:db8::1]:443`, `host:443`, `host`.
fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            (host, after.strip_prefix(':').or(after.is_empty().then_some(""))?)
        }
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let plain = |host: &str| !host.is_empty() && !host.contains(['/', '\\', '@', '?', '#']);
    let port = if port.is_empty() { None } else { Some(port.parse().ok().filter(|port| *port > 0)?) };
    plain(host).then_some((host, port))
}

/// Asks servers what they speak: all of them, many at once.
pub(crate) fn ask(app: &App, servers: &[Server], polite: bool) -> Result<Asked> {
    if servers.is_empty() {
        return Ok(Asked::default());
    }
    let lists = &app.found.config.scope;
    let scope = Scope::new(&lists.domains, &lists.networks).context("read [scope]")?;
    let admitted: Vec<InScope<String>> = servers
        .iter()
        .map(|server| {
            let refused = |_| app.refuse(Text::new("cli_server_not_ours").with("server", &server.label));
            scope.admit(&server.host).map_err(refused)
        })
        .collect::<Result<_>>()?;
    let bar = super::progress(app);
    bar.set_message(app.say("cli_resolving"));
    let resolved = resolve(&scope, &admitted);
    let asked = survey(app, servers, &resolved, polite, &bar)?;
    bar.finish_and_clear();
    Ok(asked)
}

fn survey(
    app: &App,
    servers: &[Server],
    resolved: &[Resolved],
    polite: bool,
    bar: &ProgressBar,
) -> Result<Asked> {
    let (mut targets, mut whose) = (Vec::new(), Vec::new());
    for (at, (server, found)) in servers.iter().zip(resolved).enumerate() {
        for address in &found.addresses {
            let target = TlsTarget::new(found.host.clone(), address.clone(), server.port);
            targets.push(server.starttls.map_or(target.clone(), |protocol| target.after(protocol)));
            whose.push((at, *address.get()));
        }
    }
    let sweep = if polite { TlsSweep::polite() } else { TlsSweep::usual() };
    let mut answers: BTreeMap<usize, Vec<(IpAddr, Surveyed)>> = BTreeMap::new();
    bar.set_length(targets.len() as u64);
    survey_tls(&targets, &sweep, seed(), |index, surveyed| {
        let Some((at, address)) = whose.get(index).copied() else { return };
        bar.inc(1);
        bar.set_message(
            servers.get(at).map(|server| terminal_safe(&server.label).into_owned()).unwrap_or_default(),
        );
        answers.entry(at).or_default().push((address, surveyed));
    })
    .context("ask servers")?;
    let mut asked = Asked::default();
    for (at, (server, found)) in servers.iter().zip(resolved).enumerate() {
        asked.take(app, server, found, answers.remove(&at).unwrap_or_default());
    }
    Ok(asked)
}

impl Asked {
    /// What one server said, at each of its addresses.
    fn take(&mut self, app: &App, server: &Server, found: &Resolved, mut answers: Vec<(IpAddr, Surveyed)>) {
        answers.sort_by_key(|(address, _)| *address);
        let mut left: Vec<(&str, String)> =
            found.left_out.iter().map(|why| ("unreadable", why.clone())).collect();
        let (spoke, silent): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|(_, surveyed)| surveyed.speaks() == Some(true));
        for (address, surveyed) in &silent {
            let why = why_not(surveyed).map_or_else(|| "no answer".to_owned(), |why| why.to_string());
            left.push(("unreadable", format!("{address} was not asked to the end: {why}")));
        }
        let partly = spoke.iter().any(|(_, surveyed)| !surveyed.is_whole());
        if partly || !left.is_empty() {
            self.blind.push(server.label.clone());
        }
        let line = |(kind, detail): (&str, String)| ProblemLine {
            source: server.label.clone(),
            evidence: None,
            place: String::new(),
            kind: kind.to_owned(),
            limit: None,
            detail,
        };
        self.problems.extend(left.into_iter().map(line));
        let recordings: Vec<u8> = spoke
            .into_iter()
            .flat_map(|(address, surveyed)| recording(app, server, found, address, surveyed).to_json())
            .collect();
        if !recordings.is_empty() {
            self.places.push(Place { label: server.label.clone(), what: What::Bytes(recordings) });
        }
    }
}

fn recording(app: &App, server: &Server, found: &Resolved, address: IpAddr, surveyed: Surveyed) -> Recording {
    let host = found.host.get();
    let at = app.now.as_second();
    let mut recording =
        Recording::new(host, server.port, &address.to_string(), server.service(), at, surveyed);
    recording.starttls = server.starttls;
    recording
}

/// Why a server was not surveyed: the first reason of its versions.
fn why_not(surveyed: &Surveyed) -> Option<&Why> {
    surveyed.versions.iter().find_map(|seen| seen.offered.why())
}

/// Bytes for the randoms of hellos: no secret, and not the same in every run.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    for (at, part) in seed.chunks_mut(8).enumerate() {
        part.copy_from_slice(&RandomState::new().hash_one(at).to_le_bytes());
    }
    seed
}
