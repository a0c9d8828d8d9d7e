//! `hinomi.toml`: what the company is, what is ours, where its evidence lies.
//!
//! First file found wins, files are not merged: `--config`, `./hinomi.toml`, `$XDG_CONFIG_HOME/hinomi/`,
//! `/etc/hinomi/`. A flag beats the file, the file beats the default. Unknown keys are errors. Secrets never
//! stand in the file, only where to find them.

use anyhow::{Context, Result, bail};
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

/// A configuration and where it came from.
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
            limits: LimitSettings::default(),
            store: StoreSettings::default(),
            source: Vec::new(),
        }
    }
}

/// Finds and reads the configuration. Paths in it are relative to its folder.
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
    let xdg = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).or(home);
    let mut places = vec![PathBuf::from("hinomi.toml")];
    places.extend(xdg.map(|folder| folder.join("hinomi/hinomi.toml")));
    places.push(PathBuf::from("/etc/hinomi/hinomi.toml"));
    places
}

/// Reads one file.
pub(crate) fn read(path: &Path) -> Result<Config> {
    let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    refuse_written_secrets(&text).with_context(|| format!("read {}", path.display()))?;
    let mut config: Config = toml::from_str(&text).with_context(|| format!("read {}", path.display()))?;
    if config.schema != 1 {
        bail!("read {}: schema is {}, this version knows 1", path.display(), config.schema);
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    config.store.path = folder.join(&config.store.path);
    for source in &mut config.source {
        source.path = folder.join(&source.path);
    }
    if let Some(SecretSource::File(file)) = &mut config.mail.usual_passwords {
        *file = folder.join(&*file);
    }
    Ok(config)
}

/// Looks for a secret where the place of one belongs, before anything can quote the line it stands in.
fn refuse_written_secrets(text: &str) -> Result<()> {
    let Ok(table) = text.parse::<toml::Table>() else { return Ok(()) };
    let written = table.get("mail").and_then(|mail| mail.get("usual_passwords"));
    let named = |value: &toml::Value| {
        value.as_table().is_some_and(|table| table.keys().all(|key| key == "env" || key == "file"))
    };
    if written.is_some_and(|value| !named(value)) {
        bail!(
            "mail.usual_passwords takes {{ env = \"NAME\" }} or {{ file = \"PATH\" }}; \
             passwords themselves do not belong in the file"
        );
    }
    Ok(())
}

/// The company's usual passwords, from where the configuration says they stand.
pub(crate) fn usual_passwords(config: &Config) -> Result<Vec<String>> {
    let text = match &config.mail.usual_passwords {
        None => return Ok(Vec::new()),
        Some(SecretSource::Env(name)) => {
            env::var(name).with_context(|| format!("read the variable {name}"))?
        }
        Some(SecretSource::File(path)) => {
            fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?
        }
    };
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}
