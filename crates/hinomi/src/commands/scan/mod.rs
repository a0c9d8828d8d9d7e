//! `hinomi scan`: look now, keep nothing.

mod page;
pub(crate) mod servers;
#[cfg(test)]
mod tests;

use crate::app::{App, read_up_to};
use crate::cli::args::{JudgeFlags, Scan};
use crate::commands::results;
use crate::config;
use crate::jail::{Jail, JailSettings};
use crate::look::{Looked, Looking, Place, What, look};
use crate::pass::{Surroundings, exit_code, judge_all};
use anyhow::{Context, Result};
use hinomi_collect::CollectLimits;
use hinomi_formats::Limits;
use hinomi_model::Text;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) fn run(app: &App, args: &Scan) -> Result<u8> {
    let started = Instant::now();
    results::can_write(&args.output)?;
    let targets = once(&args.targets);
    let pages: Vec<String> =
        targets.iter().filter_map(|target| page::address_of(target)).map(str::to_owned).collect();
    let asked = named_servers(&targets);
    page::without_pages(app, args, pages.len())?;
    if (args.how.polite || args.how.at.is_some()) && asked.is_empty() {
        return Err(app.refuse(Text::new("cli_how_no_server")));
    }
    let asked = servers::ask(app, &asked, &args.how)?;
    let (visited, mut places) = (page::visit(app, &pages, args)?, Vec::new());
    let mut of_pages = visited.places.into_iter();
    for target in targets {
        match page::address_of(target) {
            Some(_) => places.extend(of_pages.next().into_iter().flatten()),
            None if server_of(target).is_some() => {}
            None => places.push(place(app, target)?),
        }
    }
    let own = app.own_domains();
    let around = surroundings(app, &own)?;
    places.extend(asked.places.iter().cloned());
    let mut looked = look_at(app, &places, &args.judge)?;
    asked.tell(&mut looked);
    looked.unread += visited.problems.len() as u64;
    looked.problems.extend(visited.problems.into_iter().chain(visited.left));
    let pass = judge_all(looked, &around, args.observations);
    let mut report = pass.report;
    report.exit = exit_code(&report, pass.broken, args.judge.fail_on.into(), args.judge.allow_incomplete);
    report.milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    results::write(app, &report, &args.output)?;
    Ok(report.exit)
}

pub(crate) fn surroundings<'a>(
    app: &'a App,
    own: &'a std::collections::BTreeSet<String>,
) -> Result<Surroundings<'a>> {
    Ok(Surroundings {
        checks: &app.checks,
        words: &app.words,
        own_domains: own,
        policy: config::policy(&app.found)?,
        lang: app.lang,
        now: app.now,
    })
}

/// The server that a target names, when it names one and no file is called so.
fn server_of(target: &Path) -> Option<servers::Server> {
    if target.exists() || page::address_of(target).is_some() {
        return None;
    }
    servers::Server::named(target.to_str()?)
}

fn named_servers(targets: &[&Path]) -> Vec<servers::Server> {
    let mut named: Vec<servers::Server> = Vec::new();
    for server in targets.iter().filter_map(|target| server_of(target)) {
        if !named.contains(&server) {
            named.push(server);
        }
    }
    named
}

/// Each target once: not one that was named before, nor what lies in another.
fn once(targets: &[PathBuf]) -> Vec<&Path> {
    let real: Vec<Option<PathBuf>> = targets.iter().map(|target| target.canonicalize().ok()).collect();
    let said_elsewhere = |at: usize| {
        targets.iter().zip(&real).enumerate().any(|(other, (target, place))| match (place, real.get(at)) {
            _ if other == at => false,
            // Of two that are the same, the first stays.
            (Some(outer), Some(Some(inner))) => inner.starts_with(outer) && (other < at || inner != outer),
            _ => other < at && targets.get(at) == Some(target),
        })
    };
    targets
        .iter()
        .enumerate()
        .filter(|(at, _)| !said_elsewhere(*at))
        .map(|(_, target)| target.as_path())
        .collect()
}

/// A target as it is called: `./mail/` and `mail` are the same place.
fn called(target: &Path) -> String {
    let plain: PathBuf = target.components().filter(|part| !matches!(part, Component::CurDir)).collect();
    let plain = plain.display().to_string();
    if plain.is_empty() { ".".to_owned() } else { plain }
}

/// The places that files and folders on the command line name.
pub(crate) fn named(app: &App, targets: &[PathBuf]) -> Result<Vec<Place>> {
    once(targets).into_iter().map(|target| place(app, target)).collect()
}

fn place(app: &App, target: &Path) -> Result<Place> {
    if target == Path::new("-") {
        let max = app.found.config.limits.file_bytes_max;
        let bytes = read_up_to(io::stdin().lock(), max).context("read standard input")?;
        return Ok(Place { label: "-".to_owned(), what: What::Bytes(bytes) });
    }
    if !target.exists() {
        let shown = target.display().to_string();
        let names_a_host = shown.contains("://") || (shown.contains('.') && !shown.contains(['/', '\\']));
        let key = if names_a_host { "cli_target_host" } else { "cli_target_missing" };
        return Err(app.refuse(Text::new(key).with("target", shown)));
    }
    Ok(Place { label: called(target), what: What::Path(target.to_owned()) })
}

/// More readers than this only wait for each other.
const WORKERS_MAX: usize = 256;

/// Processor time for comparing all keys of a run with one another.
const COMPARING_SECONDS_MAX: u64 = 120;

/// Opens the jail and looks at the places.
pub(crate) fn look_at(app: &App, places: &[Place], flags: &JudgeFlags) -> Result<Looked> {
    let settings = &app.found.config.limits;
    let limits = Limits { expanded_bytes_max: settings.expanded_bytes_max, ..Limits::desk() };
    let collect = CollectLimits { file_bytes_max: settings.file_bytes_max, ..CollectLimits::desk() };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = match (flags.workers, settings.workers) {
        (Some(given), _) if given > 0 => given.min(WORKERS_MAX),
        (_, given) if given > 0 => given.min(WORKERS_MAX),
        _ => cores,
    };
    let open_jail = |workers: usize, cpu_seconds_max: u64| {
        if flags.no_jail {
            return Ok(Jail::in_process(workers, app.reader));
        }
        let jail_settings = JailSettings {
            memory_bytes_max: settings.memory_bytes_max,
            cpu_seconds_max,
            ..JailSettings::of_this_binary(workers)
        };
        Jail::new(jail_settings, app.reader).context("open the jail")
    };
    let mut jail = open_jail(workers, settings.cpu_seconds_max)?;
    let patient_jail = || open_jail(1, settings.cpu_seconds_max.max(COMPARING_SECONDS_MAX));
    let usual_passwords = config::usual_passwords(&app.found)?;
    let key_passwords = config::key_passwords(&app.found)?;
    let blocklist = config::blocklist(&app.found)?;
    let own_domains: Vec<String> = app.own_domains().into_iter().collect();
    let pages = app.found.config.page.for_watch();
    let bar = progress(app);
    let looked = look(
        places,
        &mut Looking {
            jail: &mut jail,
            patient_jail: &patient_jail,
            limits: &limits,
            collect: &collect,
            usual_passwords: &usual_passwords,
            key_passwords: &key_passwords,
            blocklist: blocklist.as_deref(),
            own_domains: &own_domains,
            pages: &pages,
            now: app.now,
            progress: &|source| {
                bar.inc(1);
                bar.set_message(hinomi_outcome::terminal_safe(source).into_owned());
            },
        },
    );
    bar.finish_and_clear();
    looked
}

/// A spinner on a terminal, nothing in a pipe.
fn progress(app: &App) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_prefix(app.say("cli_looking"));
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {pos} [{elapsed}] {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// The places of a configuration, called as it calls them: the same from whatever folder the program is started.
pub(crate) fn configured(app: &App) -> Vec<Place> {
    let config = &app.found.config;
    config
        .source
        .iter()
        .map(|s| Place { label: called(&s.path), what: What::Path(app.found.inside(&s.path)) })
        .collect()
}
