//! `hinomi scan host:port`: servers of ours are asked what they speak, and each answer becomes evidence like a file's bytes.

#[cfg(test)]
mod tests;

use crate::app::App;
use crate::cli::args::ServerFlags;
use crate::config;
use crate::look::{Looked, Place, What};
use anyhow::{Context, Result};
use hinomi_collect::{
    InScope, Resolved, Roots, Scope, TlsSweep, TlsTarget, ask_https_each, find_paths, resolve, survey_tls,
};
use hinomi_formats::tls::recording::{Answered, Recording};
use hinomi_formats::tls::starttls::Protocol;
use hinomi_formats::tls::survey::{Known, Surveyed, Why};
use hinomi_model::Text;
use hinomi_outcome::{ProblemLine, terminal_safe};
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::time::Duration;

const HTTPS: &str = "https";
/// Real requests at once.
const HTTPS_AT_ONCE: usize = 32;
/// For one real request, from the connection to the end of the answer's head.
const HTTPS_LIMIT: Duration = Duration::from_secs(5);

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
            _ => HTTPS,
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
pub(crate) fn ask(app: &App, servers: &[Server], how: &ServerFlags) -> Result<Asked> {
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
    let resolved = match how.at {
        None => resolve(&scope, &admitted),
        Some(at) => admitted.iter().map(|host| placed(app, &scope, host, at)).collect::<Result<_>>()?,
    };
    let roots = config::roots(&app.found)?;
    let answers = survey(servers, &resolved, how.polite, &bar)?;
    bar.finish_and_clear();
    let mut asked = Asked::default();
    for (at, (server, found)) in servers.iter().zip(&resolved).enumerate() {
        let of_it = answers.iter().filter(|answer| answer.server == at);
        asked.take(app, server, found, of_it.collect(), &roots);
    }
    Ok(asked)
}

/// A host at an address that somebody named: one that no name leads to yet, or any more.
fn placed(app: &App, scope: &Scope, host: &InScope<String>, at: IpAddr) -> Result<Resolved> {
    let refused = |_| app.refuse(Text::new("cli_server_not_ours").with("server", format!("{host} ({at})")));
    let address = scope.admit_resolved(host, at).map_err(refused)?;
    Ok(Resolved { host: host.clone(), addresses: vec![address], left_out: Vec::new() })
}

/// What one address of a server said.
struct Answer {
    /// Index of the server.
    server: usize,
    address: IpAddr,
    surveyed: Surveyed,
    https: Known<Answered>,
}

fn survey(servers: &[Server], resolved: &[Resolved], polite: bool, bar: &ProgressBar) -> Result<Vec<Answer>> {
    let (mut targets, mut whose) = (Vec::new(), Vec::new());
    for (at, (server, found)) in servers.iter().zip(resolved).enumerate() {
        for address in &found.addresses {
            let target = TlsTarget::new(found.host.clone(), address.clone(), server.port);
            targets.push(server.starttls.map_or(target.clone(), |protocol| target.after(protocol)));
            whose.push((at, *address.get()));
        }
    }
    let label =
        |index: usize| whose.get(index).and_then(|(at, _)| servers.get(*at)).map(|server| &server.label);
    let told = |index: usize| {
        bar.inc(1);
        bar.set_message(label(index).map(|label| terminal_safe(label).into_owned()).unwrap_or_default());
    };
    let sweep = if polite { TlsSweep::polite() } else { TlsSweep::usual() };
    let mut answers: BTreeMap<usize, Answer> = BTreeMap::new();
    survey_tls(&targets, &sweep, seed(), |index, surveyed| {
        told(index);
        let Some((server, address)) = whose.get(index).copied() else { return };
        let https = Known::Untested(Why::NotApplicable);
        answers.insert(index, Answer { server, address, surveyed, https });
    })
    .context("ask servers")?;
    let speaks_https = |answer: &Answer| {
        let server = servers.get(answer.server);
        answer.surveyed.speaks() == Some(true)
            && server.is_some_and(|server| server.starttls.is_none() && server.service() == HTTPS)
    };
    let indexes: Vec<usize> =
        answers.iter().filter(|(_, answer)| speaks_https(answer)).map(|(index, _)| *index).collect();
    let asked: Vec<TlsTarget> = indexes.iter().filter_map(|index| targets.get(*index)).cloned().collect();
    ask_https_each(&asked, HTTPS_AT_ONCE, HTTPS_LIMIT, |at, answered| {
        let index = indexes.get(at).copied().unwrap_or_default();
        told(index);
        if let Some(answer) = answers.get_mut(&index) {
            answer.https = answered;
        }
    });
    Ok(answers.into_values().collect())
}

impl Asked {
    /// What one server said, at each of its addresses.
    fn take(
        &mut self,
        app: &App,
        server: &Server,
        found: &Resolved,
        mut answers: Vec<&Answer>,
        roots: &Roots,
    ) {
        answers.sort_by_key(|answer| answer.address);
        let mut left: Vec<String> = found.left_out.clone();
        let (spoke, silent): (Vec<&Answer>, Vec<&Answer>) =
            answers.into_iter().partition(|answer| answer.surveyed.speaks() == Some(true));
        for Answer { address, surveyed, .. } in silent {
            let why = why_not(surveyed).map_or_else(|| "it speaks no TLS".to_owned(), ToString::to_string);
            left.push(format!("{address} was not asked to the end: {why}"));
        }
        let partly = spoke.iter().any(|answer| !answer.surveyed.is_whole());
        if partly || !left.is_empty() {
            self.blind.push(server.label.clone());
        }
        let line = |detail: String| ProblemLine {
            source: server.label.clone(),
            evidence: None,
            place: String::new(),
            kind: "unreadable".to_owned(),
            limit: None,
            detail,
        };
        self.problems.extend(left.into_iter().map(line));
        let recordings: Vec<u8> =
            spoke.iter().flat_map(|answer| recording(app, server, found, answer, roots).to_json()).collect();
        if !recordings.is_empty() {
            self.places.push(Place { label: server.label.clone(), what: What::Bytes(recordings) });
        }
    }
}

fn recording(app: &App, server: &Server, found: &Resolved, answer: &Answer, roots: &Roots) -> Recording {
    let (host, at) = (found.host.get(), app.now.as_second());
    let address = answer.address.to_string();
    let surveyed = answer.surveyed.clone();
    let mut recording = Recording::new(host, server.port, &address, server.service(), at, surveyed);
    recording.starttls = server.starttls;
    recording.paths = find_paths(&answer.surveyed, host, at, roots);
    recording.https = answer.https.clone();
    recording
}

/// The servers that the configuration names.
pub(crate) fn configured(app: &App) -> Result<Vec<Server>> {
    let named = app.found.config.tls.servers.iter().map(|word| {
        Server::named(word).ok_or_else(|| app.refuse(Text::new("cli_tls_no_server").with("target", word)))
    });
    named.collect()
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
