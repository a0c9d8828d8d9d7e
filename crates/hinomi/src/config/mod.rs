//! `hinomi.toml`: what the company is, what is ours, where its evidence lies.
//!
//! First file found wins, files are not merged: `--config`, `./hinomi.toml`, `$XDG_CONFIG_HOME/hinomi/`,
//! `/etc/hinomi/`. A flag beats the file, the file beats the default. Unknown keys are errors. Secrets never
//! stand in the file, only where to find them.

mod pages;
#[cfg(test)]
mod tests;
mod trust;

pub(crate) use pages::{Allow, PORTS_MAX, PageSettings};
pub(crate) use trust::{KeySettings, TlsSettings, answers, blocklist, policy, profile, roots};

use anyhow::{Context, Result, anyhow, bail};
use hinomi_model::{BasisPoints, Yen};
use serde::{Deserialize, Serialize};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The file as written, with defaults for what it leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Version of the file's shape: 1.
    pub(crate) schema: u32,
    #[serde(default)]
    pub(crate) company: Company,
    #[serde(default)]
    pub(crate) scope: ScopeLists,
    #[serde(default)]
    pub(crate) mail: MailSettings,
    #[serde(default)]
    pub(crate) page: PageSettings,
    #[serde(default)]
    pub(crate) tls: TlsSettings,
    #[serde(default)]
    pub(crate) keys: KeySettings,
    #[serde(default)]
    pub(crate) limits: LimitSettings,
    #[serde(default)]
    pub(crate) store: StoreSettings,
    #[serde(default)]
    pub(crate) source: Vec<SourceEntry>,
}

/// The company, for the budget.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Company {
    pub(crate) name: String,
    pub(crate) industry: String,
    pub(crate) sales_yen: Option<Yen>,
    pub(crate) it_ratio_bp: Option<BasisPoints>,
    pub(crate) security_ratio_bp: Option<BasisPoints>,
}

/// What is ours. Nothing outside is ever probed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ScopeLists {
    pub(crate) domains: Vec<String>,
    pub(crate) networks: Vec<String>,
}

/// How mail is read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MailSettings {
    /// Passwords partners usually put on their archives: one a line in the file or variable named here.
    pub(crate) usual_passwords: Option<SecretSource>,
}

/// Where a secret stands. Writing the secret itself into the file is an error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) enum SecretSource {
    /// In an environment variable of this name.
    Env(String),
    /// In a file at this path.
    File(PathBuf),
}

/// How much of a hostile file is worth reading.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitSettings {
    /// Larger files are named, not read. In bytes.
    pub(crate) file_bytes_max: u64,
    /// Bytes unpacked out of one file.
    pub(crate) expanded_bytes_max: u64,
    /// CPU seconds for one file.
    pub(crate) cpu_seconds_max: u64,
    /// Address space of one reader, in bytes.
    pub(crate) memory_bytes_max: u64,
    /// Readers at work at once; 0 is one for each core.
    pub(crate) workers: usize,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            file_bytes_max: 64 << 20,
            expanded_bytes_max: 128 << 20,
            cpu_seconds_max: 20,
            memory_bytes_max: 2 << 30,
            workers: 0,
        }
    }
}

/// Where findings are kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StoreSettings {
    pub(crate) path: PathBuf,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { path: PathBuf::from("hinomi.db") }
    }
}

/// One place where evidence lies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceEntry {
    pub(crate) kind: SourceKind,
    pub(crate) path: PathBuf,
}

/// Kinds of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SourceKind {
    /// Mail: .eml files, mbox files, Maildir.
    MailFolder,
    /// Documents of a share.
    DocumentFolder,
}

/// A configuration and where it came from. Its paths stand as written; [`Found::inside`] leads to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) config: Config,
    /// The file; `None` when no file was found and defaults apply.
    pub(crate) path: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            schema: 1,
            company: Company::default(),
            scope: ScopeLists::default(),
            mail: MailSettings::default(),
            page: PageSettings::default(),
            tls: TlsSettings::default(),
            keys: KeySettings::default(),
            limits: LimitSettings::default(),
            store: StoreSettings::default(),
            source: Vec::new(),
        }
    }
}

/// Finds and reads the configuration.
pub(crate) fn find(given: Option<&Path>) -> Result<Found> {
    let places = match given {
        Some(path) => vec![path.to_owned()],
        None => standard_places(),
    };
    for path in places {
        if given.is_some() || path.is_file() {
            let config = read(&path)?;
            return Ok(Found { config, path: Some(path) });
        }
    }
    Ok(Found { config: Config::default(), path: None })
}

fn standard_places() -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
    // A relative one is none (XDG Base Directory Specification).
    let xdg = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute()).or(home);
    let mut places = vec![PathBuf::from("hinomi.toml")];
    places.extend(xdg.map(|folder| folder.join("hinomi/hinomi.toml")));
    places.push(PathBuf::from("/etc/hinomi/hinomi.toml"));
    places
}

impl Found {
    /// A path of the configuration, as it is reached from here: relative ones start at the file's folder.
    pub(crate) fn inside(&self, path: &Path) -> PathBuf {
        self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).join(path)
    }
}

/// Reads one file.
pub(crate) fn read(path: &Path) -> Result<Config> {
    let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    parse(&text).with_context(|| format!("read {}", path.display()))
}

/// The file's version alone: a file of another version has keys this one does not know.
#[derive(Deserialize)]
struct Versioned {
    schema: Option<u32>,
}

fn parse(text: &str) -> Result<Config> {
    if let Ok(Versioned { schema: Some(schema) }) = toml::from_str(text)
        && schema != 1
    {
        bail!("schema is {schema}, this version knows 1");
    }
    refuse_written_secrets(text)?;
    // The error of the TOML reader quotes the line, and a secret may stand in it.
    let config: Config = toml::from_str(text).map_err(|error| anyhow!(without_quote(text, &error)))?;
    let limits = &config.limits;
    let zero = [
        ("file_bytes_max", limits.file_bytes_max),
        ("expanded_bytes_max", limits.expanded_bytes_max),
        ("cpu_seconds_max", limits.cpu_seconds_max),
        ("memory_bytes_max", limits.memory_bytes_max),
    ];
    if let Some((name, _)) = zero.into_iter().find(|(_, value)| *value == 0) {
        bail!("limits.{name} is 0: nothing could be read");
    }
    if let Some(problem) = config.page.problems().into_iter().next() {
        bail!("{problem}");
    }
    if let Some(problem) = config.tls.problem().or_else(|| config.keys.problem()) {
        bail!("{problem}");
    }
    Ok(config)
}

/// Says what belongs where somebody wrote a password itself.
fn refuse_written_secrets(text: &str) -> Result<()> {
    let Ok(table) = text.parse::<toml::Table>() else { return Ok(()) };
    let named = |value: &toml::Value| {
        value.as_table().is_some_and(|table| table.keys().all(|key| key == "env" || key == "file"))
    };
    for (section, key) in [("mail", "usual_passwords"), ("keys", "passwords")] {
        let written = table.get(section).and_then(|section| section.get(key));
        if written.is_some_and(|value| !named(value)) {
            bail!(
                "{section}.{key} takes {{ env = \"NAME\" }} or {{ file = \"PATH\" }}; \
                 passwords themselves do not belong in the file"
            );
        }
    }
    Ok(())
}

/// What is wrong and where, without the words of the file.
fn without_quote(text: &str, error: &toml::de::Error) -> String {
    let line =
        error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    // Values that do not fit are quoted in the message itself, behind a colon or in quotes of their own.
    let message = match error.message() {
        message if message.starts_with("unknown field") || message.starts_with("missing field") => message,
        // What is allowed may be told; what was written may not.
        message if message.starts_with("unknown variant") => {
            message.rsplit_once(", expected").map_or("a word that is not known here", |(_, allowed)| allowed)
        }
        message if message.starts_with("invalid type") || message.starts_with("invalid value") => {
            "a value of the wrong kind"
        }
        message if message.starts_with("duplicate key") => "a key that stands twice",
        _ => "no valid TOML",
    };
    let key = line.and_then(|line| key_of(text.lines().nth(line - 1)?));
    match (line, key) {
        (Some(line), Some(key)) => format!("line {line}, {key}: {}", message.trim_start()),
        (Some(line), None) => format!("line {line}: {}", message.trim_start()),
        (None, _) => message.to_owned(),
    }
}

/// The key of a line `key = value`; keys are ours, values are not told.
fn key_of(line: &str) -> Option<&str> {
    let key = line.split_once('=')?.0.trim();
    let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    (plain && !key.is_empty()).then_some(key)
}

/// The company's usual passwords, from where the configuration says they stand. No error tells what stands there.
pub(crate) fn usual_passwords(found: &Found) -> Result<Vec<String>> {
    secrets(found, found.config.mail.usual_passwords.as_ref())
}

/// The passwords of its keys, likewise.
pub(crate) fn key_passwords(found: &Found) -> Result<Vec<String>> {
    secrets(found, found.config.keys.passwords.as_ref())
}

fn secrets(found: &Found, source: Option<&SecretSource>) -> Result<Vec<String>> {
    let text = match source {
        None => return Ok(Vec::new()),
        Some(SecretSource::Env(name)) => match env::var(name) {
            Ok(text) => text,
            Err(env::VarError::NotPresent) => bail!("read the variable {name}: it is not set"),
            Err(env::VarError::NotUnicode(_)) => bail!("read the variable {name}: it is not UTF-8"),
        },
        Some(SecretSource::File(path)) => {
            let path = found.inside(path);
            fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?
        }
    };
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}
