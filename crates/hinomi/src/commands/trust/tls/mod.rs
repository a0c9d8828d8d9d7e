//! `hinomi tls`: servers held against a guideline, item by item, and the settings that would meet it.

mod sheet;
#[cfg(test)]
mod tests;

use crate::app::{App, deliver};
use crate::cli::args::{JudgeFlags, ServerFlags, TlsAction, TlsConfig, TlsSheet, TlsSurvey};
use crate::commands::scan::{self, servers};
use crate::config;
use crate::look::{Place, What};
use crate::output::can_deliver;
use anyhow::{Context, Result};
use hinomi_checks::KeyRing;
use hinomi_checks::tls::{
    Assessment, Configuration, Conformity, DEFAULT_PROFILE, Measured, Profile, Rule, configuration,
};
use hinomi_formats::Limits;
use hinomi_formats::tls::recording::{Recording, is_recording, recordings};
use hinomi_model::fact::TlsFact;
use hinomi_model::{Fact, Observation, Text};
use sheet::{Endpoint, Sheet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

pub(crate) fn run(app: &App, action: &TlsAction) -> Result<u8> {
    match action {
        TlsAction::Survey(args) => survey(app, args),
        TlsAction::Sheet(args) => sheets(app, args, &JudgeFlags::usual()),
        TlsAction::Config(args) => config(app, args, &JudgeFlags::usual()),
        TlsAction::Profiles => profiles(app),
    }
}

/// Asks servers and gives the recordings: evidence to keep, and to judge again later.
fn survey(app: &App, args: &TlsSurvey) -> Result<u8> {
    args.output.as_deref().map(can_deliver).transpose()?;
    let asked = ask(app, &args.servers, &args.how)?;
    let told = tell(app, &asked);
    let lines: Vec<u8> = asked.places.iter().flat_map(|place| bytes_of(place).to_vec()).collect();
    deliver(&lines, args.output.as_deref())?;
    Ok(told)
}

/// The sheet of each endpoint.
fn sheets(app: &App, args: &TlsSheet, how: &JudgeFlags) -> Result<u8> {
    args.output.as_deref().map(can_deliver).transpose()?;
    let profile = profile(app, args.profile.as_deref())?;
    let (places, unread) = places(app, &args.targets, &args.how)?;
    let read = read(app, &places, how)?;
    let ring = KeyRing::from_observations(&read.observations);
    let endpoints = read.recordings.iter().filter_map(|recording| {
        let fact = read.fact_of(recording)?;
        Some(Endpoint { recording, fact, assessment: Assessment::of(&profile, fact, &ring) })
    });
    let sheet = Sheet { app, profile: &profile, ring: &ring, server: args.server };
    let endpoints: Vec<Endpoint<'_>> = endpoints.collect();
    let text = match args.json {
        true => sheet.json(&endpoints)?,
        false => sheet.text(&endpoints),
    };
    deliver(text.as_bytes(), args.output.as_deref())?;
    let is = |wanted| endpoints.iter().any(|endpoint| endpoint.assessment.conformity() == wanted);
    let open = unread || read.unread || is(Conformity::Open);
    Ok(match (is(Conformity::Fails), open) {
        (true, _) => 1,
        (false, true) => 3,
        (false, false) => 0,
    })
}

/// The settings for a profile; with endpoints, only those that answer what they fail.
fn config(app: &App, args: &TlsConfig, how: &JudgeFlags) -> Result<u8> {
    let profile = profile(app, args.profile.as_deref())?;
    let (places, unread) = places(app, &args.targets, &args.how)?;
    let read = read(app, &places, how)?;
    let ring = KeyRing::from_observations(&read.observations);
    let mut settings = configuration(&profile, args.server);
    if !args.targets.is_empty() {
        let verdicts = read.facts().flat_map(|fact| Assessment::of(&profile, fact, &ring).verdicts);
        let unmet = verdicts.filter(|verdict| matches!(verdict.measured, Measured::Unmet(_)));
        let rules: Vec<&Rule> = unmet.map(|verdict| &verdict.item.rule).collect();
        settings = settings.answering(rules);
    }
    deliver(told(app, &profile, &settings).as_bytes(), None)?;
    Ok(if unread || read.unread { 3 } else { 0 })
}

/// Settings with what to know beside them, as comments of the program's own syntax.
fn told(app: &App, profile: &Profile, settings: &Configuration) -> String {
    let mut out = format!("# {} ({})\n", profile.title(app.lang), profile.id);
    for note in &settings.notes {
        _ = writeln!(out, "# {}", note.words(app.lang));
    }
    out + &settings.text()
}

fn profiles(app: &App) -> Result<u8> {
    let mut out = String::new();
    for id in Profile::builtin_ids() {
        let title = Profile::builtin(id).map(|profile| profile.title(app.lang).to_owned());
        let mark = if id == DEFAULT_PROFILE { "*" } else { " " };
        _ = writeln!(out, "{mark} {id:30} {}", title.unwrap_or_default());
    }
    deliver(out.as_bytes(), None)?;
    Ok(0)
}

/// The profile asked for, or that of the configuration, or the usual one.
fn profile(app: &App, asked: Option<&str>) -> Result<Profile> {
    match asked {
        Some(name) => config::profile(&app.found, name),
        None => Ok(config::policy(&app.found)?.tls),
    }
}

fn ask(app: &App, named: &[String], how: &ServerFlags) -> Result<servers::Asked> {
    let servers = named.iter().map(|word| {
        servers::Server::named(word)
            .ok_or_else(|| app.refuse(Text::new("cli_tls_no_server").with("target", word)))
    });
    servers::ask(app, &servers.collect::<Result<Vec<_>>>()?, how)
}

/// What could not be asked, on standard error; the exit code.
fn tell(app: &App, asked: &servers::Asked) -> u8 {
    for problem in &asked.problems {
        app.note(&format!("{}: {}", problem.source, problem.detail));
    }
    if asked.problems.is_empty() { 0 } else { 3 }
}

/// Servers are asked, files are read; whether something was left out.
fn places(app: &App, targets: &[String], how: &ServerFlags) -> Result<(Vec<Place>, bool)> {
    let (files, named): (Vec<&String>, Vec<&String>) =
        targets.iter().partition(|target| Path::new(target).exists());
    let named: Vec<String> = named.into_iter().cloned().collect();
    let asked = ask(app, &named, how)?;
    let unread = tell(app, &asked) != 0;
    let mut places = asked.places;
    let max = app.found.config.limits.file_bytes_max;
    for file in files {
        let opened = fs::File::open(file).with_context(|| format!("read {file}"))?;
        let bytes = crate::app::read_up_to(opened, max).with_context(|| format!("read {file}"))?;
        if !is_recording(&bytes) {
            return Err(app.refuse(Text::new("cli_tls_no_recording").with("target", file)));
        }
        places.push(Place { label: file.clone(), what: What::Bytes(bytes) });
    }
    Ok((places, unread))
}

/// What places hold.
struct Read {
    recordings: Vec<Recording>,
    observations: Vec<Observation>,
    unread: bool,
}

/// The certificates in recordings are bytes of others: they are read in the jail.
fn read(app: &App, places: &[Place], how: &JudgeFlags) -> Result<Read> {
    let looked = scan::look_at(app, places, how)?;
    for problem in &looked.problems {
        app.note(&format!("{}: {} {}", problem.source, problem.place, problem.detail));
    }
    let parsed = places.iter().flat_map(|place| recordings(bytes_of(place), &Limits::desk()).value);
    Ok(Read { recordings: parsed.collect(), observations: looked.observations, unread: looked.unread > 0 })
}

impl Read {
    fn facts(&self) -> impl Iterator<Item = &TlsFact> {
        self.observations.iter().filter_map(|seen| Fact::as_tls(&seen.fact))
    }

    fn fact_of(&self, recording: &Recording) -> Option<&TlsFact> {
        let same = |fact: &&TlsFact| {
            fact.host == recording.host.to_ascii_lowercase()
                && fact.port == recording.port
                && fact.address.as_deref().unwrap_or_default() == recording.address
                && fact.starttls == recording.starttls.is_some()
        };
        let of_then = |seen: &&Observation| seen.at.is_none_or(|at| at.as_second() == recording.at_unix_s);
        self.observations.iter().filter(of_then).filter_map(|seen| Fact::as_tls(&seen.fact)).find(same)
    }
}

fn bytes_of(place: &Place) -> &[u8] {
    match &place.what {
        What::Bytes(bytes) => bytes,
        What::Path(_) => &[],
    }
}
