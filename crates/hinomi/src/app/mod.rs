//! From the command line to a command: language, configuration, words, and what an error looks like.

#[cfg(test)]
mod tests;

use crate::cli::{self, Action, Cli};
use crate::config::{self, Found};
pub(crate) use crate::output::deliver;
use crate::{catalog, commands, jail};
use anyhow::{Context, Result, bail};
use clap::FromArgMatches;
use clap::error::ErrorKind;
use hinomi_checks::entries;
use hinomi_model::{AssetId, AssetKind, CheckId, Entry, Gate, Lang, Text, Words};
use hinomi_outcome::{Catalog, Style, terminal_safe};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Everything a command may use.
pub(crate) struct App {
    pub(crate) lang: Lang,
    pub(crate) now: Timestamp,
    pub(crate) catalog: Catalog,
    pub(crate) catalog_files: BTreeMap<String, String>,
    pub(crate) checks: BTreeMap<CheckId, Entry>,
    pub(crate) words: Words,
    pub(crate) found: Found,
    pub(crate) reader: jail::Reader,
}

/// A command line that asks for nothing that can be run: shown as it is, with its exit code.
#[derive(Debug)]
pub(crate) struct Told(pub(crate) String);

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Told {}

/// Parses, runs, and turns every error into words on standard error and exit code 2.
pub(crate) fn run(reader: jail::Reader) -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().collect();
    let lang = language(&arguments);
    let outcome = prepare(lang, &arguments).and_then(|prepared| match prepared {
        Prepared::Done(code) => Ok(code),
        Prepared::Go(action, mut app) => {
            app.reader = reader;
            commands::run(*action, &app)
        }
    });
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(lang, &error);
            ExitCode::from(2)
        }
    }
}

enum Prepared {
    Done(u8),
    Go(Box<Action>, Box<App>),
}

fn prepare(lang: Lang, arguments: &[OsString]) -> Result<Prepared> {
    let checks = entries().context("read the checks")?;
    let mut loaded = catalog::load(None, &checks)?;
    let parsed = cli::wording::command(&loaded.words, lang).try_get_matches_from(arguments);
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return Ok(Prepared::Done(refuse(&error, &loaded.words, lang)?)),
    };
    if let Some(folder) = &cli.shared.catalog {
        loaded = catalog::load(Some(folder), &checks)?;
    }
    let found = config::find(cli.shared.config.as_deref())?;
    let app = App {
        lang,
        // Seconds are enough for people, and for evidence that was taken within one run.
        now: Timestamp::from_second(Timestamp::now().as_second()).context("read the clock")?,
        catalog: loaded.catalog,
        catalog_files: loaded.files,
        words: loaded.words,
        checks,
        found,
        reader: crate::reader::read,
    };
    Ok(Prepared::Go(Box::new(cli.action), Box::new(app)))
}

/// Help and version go to standard output; a wrong command line goes to standard error with exit code 2.
fn refuse(error: &clap::Error, words: &Words, lang: Lang) -> Result<u8> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        deliver(error.render().to_string().as_bytes(), None)?;
        return Ok(0);
    }
    let say = |key: &str| words.word("app", lang, key);
    let told = cli::wording::error(error, words, lang);
    let told: Vec<String> = told.lines().map(safe).collect();
    let (first, more) =
        told.split_first().map_or((String::new(), &[][..]), |(first, more)| (first.clone(), more));
    let mut err = io::stderr();
    writeln!(err, "{}: {first}", say("cli_error"))?;
    for line in more {
        writeln!(err, "{}: {line}", say("cli_hint"))?;
    }
    writeln!(err, "{}: {}", say("cli_hint"), say("cli_hint_help"))?;
    Ok(2)
}

/// `--lang`, then `HINOMI_LANG`, then the locale; else English. Read before the command line is parsed, because
/// its errors speak the language too.
fn language(arguments: &[OsString]) -> Lang {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let named = ["HINOMI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable);
    asked_for(arguments).or(named).map_or(Lang::En, |name| language_of(&name))
}

/// The value of the last `--lang`, as far as a command line that may be wrong tells it.
fn asked_for(arguments: &[OsString]) -> Option<String> {
    let mut given = None;
    let mut rest =
        arguments.iter().filter_map(|argument| argument.to_str()).take_while(|argument| *argument != "--");
    while let Some(argument) = rest.next() {
        match argument.strip_prefix("--lang") {
            Some("") => given = rest.next().map(str::to_owned).or(given),
            Some(value) => given = value.strip_prefix('=').map(str::to_owned).or(given),
            None => {}
        }
    }
    given
}

/// `ja`, `ja_JP.UTF-8`, `JA` are Japanese.
fn language_of(name: &str) -> Lang {
    let language = name.split(['_', '.', '-', '@']).next().unwrap_or_default();
    if language.eq_ignore_ascii_case("ja") { Lang::Ja } else { Lang::En }
}

/// Says an error: one already in words as it is, another as "failed to …" with its causes.
pub(crate) fn complain(lang: Lang, error: &anyhow::Error) {
    let english = matches!(lang, Lang::En);
    let label = if english { "error" } else { "エラー" };
    let told = match error.downcast_ref::<Told>() {
        Some(told) => told.0.clone(),
        None => {
            let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
            let chain = chain.join(": ");
            if english {
                format!("failed to {chain}")
            } else {
                format!("次の処理に失敗しました: {chain}")
            }
        }
    };
    let lines: Vec<String> = told.lines().map(safe).collect();
    // When even standard error is gone, there is nobody left to tell.
    let _ = writeln!(io::stderr(), "{label}: {}", lines.join("\n"));
}

#[cfg(test)]
impl App {
    /// The program as a command sees it, with a configuration or without one.
    pub(crate) fn for_test(found: Found) -> Self {
        let checks = entries().expect("the entries hold");
        let catalog::Loaded { files, catalog, words } =
            catalog::load(None, &checks).expect("the catalogue holds");
        let now = Timestamp::from_second(1_600_000_000).expect("a time");
        let reader = crate::reader::read;
        Self { lang: Lang::En, now, catalog, catalog_files: files, checks, words, found, reader }
    }
}

impl App {
    /// A word of the program.
    pub(crate) fn say(&self, key: &str) -> String {
        self.words.word("app", self.lang, key)
    }

    /// A sentence of the program with its slots filled.
    pub(crate) fn tell(&self, text: Text) -> String {
        self.words.say("app", self.lang, &text)
    }

    /// An error in the reader's words.
    pub(crate) fn refuse(&self, text: Text) -> anyhow::Error {
        anyhow::Error::new(Told(self.tell(text)))
    }

    /// Our own domains.
    pub(crate) fn own_domains(&self) -> BTreeSet<String> {
        // Written as people write it, compared as the wire has it: `例え.jp` is `xn--r8jz45g.jp` there.
        let canonical = |domain: &String| {
            AssetId::new(AssetKind::Dns, domain)
                .map_or_else(|_| domain.trim().to_lowercase(), |id| id.name().to_owned())
        };
        self.found.config.scope.domains.iter().map(canonical).collect()
    }

    /// The gate in front of block lists: our own domains, and services everybody uses.
    pub(crate) fn gate(&self) -> Gate {
        Gate::new(self.own_domains(), self.catalog.well_known_domains())
    }

    /// How to write to the terminal: colour only where a person looks and `NO_COLOR` is not set.
    pub(crate) fn style(&self) -> Style {
        let colour =
            io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let columns = rustix::termios::tcgetwinsize(io::stdout()).map_or(0, |size| usize::from(size.ws_col));
        Style { colour, width: if columns == 0 { 100 } else { columns.min(140) } }
    }

    /// A line for the person at the terminal; standard error, so that data stays clean.
    pub(crate) fn note(&self, line: &str) {
        let lines: Vec<String> = line.lines().map(safe).collect();
        let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
    }
}

/// Everything a stream holds, when that is no more than `limits.file_bytes_max`.
pub(crate) fn read_up_to(from: impl Read, max: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > max {
        bail!("more than limits.file_bytes_max = {max} bytes");
    }
    Ok(bytes)
}

/// Text from outside, for a terminal.
fn safe(text: &str) -> String {
    terminal_safe(text).into_owned()
}

/// A path for showing.
pub(crate) fn shown(path: &Path) -> String {
    safe(&path.display().to_string())
}

/// The store's path of this configuration.
pub(crate) fn store_path(app: &App) -> PathBuf {
    app.found.inside(&app.found.config.store.path)
}
