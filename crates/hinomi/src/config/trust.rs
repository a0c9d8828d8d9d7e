//! `[tls]` and `[keys]`: what servers and keys are held against, and what helps to read keys.

use super::{Found, SecretSource};
use anyhow::{Context, Result, anyhow, bail};
use hinomi_checks::tls::Profile;
use hinomi_checks::{Policy, Questionnaire, Told};
use hinomi_collect::Roots;
use hinomi_formats::keys::weak::Blocklist;
use hinomi_model::Yen;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// A block list is held in memory.
const BLOCKLIST_BYTES_MAX: u64 = 1 << 30;
/// Certificates of authorities.
const ROOT_BYTES_MAX: u64 = 1 << 20;
/// A profile is a page of text.
const PROFILE_BYTES_MAX: u64 = 1 << 20;

/// What servers are held against.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TlsSettings {
    /// What `hinomi run` asks: `www.example.co.jp:443`, `smtp://mail.example.co.jp`. Each lies in `[scope]`.
    pub(crate) servers: Vec<String>,
    /// Ask gently: two connections at once to a server.
    pub(crate) polite: bool,
    /// Certificates of the company's own authorities: what they sign is trusted.
    pub(crate) roots: Vec<PathBuf>,
    /// Id of a profile inside, or path of one's own (`*.toml`).
    pub(crate) profile: Option<String>,
    /// Of an interim profile: the day (`2027-03-31`) on which the move to another is done.
    pub(crate) interim_until: Option<String>,
}

/// How keys are read and judged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KeySettings {
    /// Passwords of keys and keystores: one a line in the file or variable named here.
    pub(crate) passwords: Option<SecretSource>,
    /// Keys that are known to others, in the format of badkeys.
    pub(crate) blocklist: Option<PathBuf>,
    /// The year until which systems and data are to be used.
    pub(crate) in_use_until: Option<i16>,
    /// What people have answered of the questionnaire on key management.
    pub(crate) questionnaire: Option<PathBuf>,
    /// Minutes that one renewal of a certificate takes by hand.
    pub(crate) renewal_minutes: Option<u32>,
    /// What a working day costs, in whole yen.
    pub(crate) day_yen: Option<Yen>,
}

impl TlsSettings {
    /// What is wrong with them, when something is.
    pub(super) fn problem(&self) -> Option<String> {
        let day = self.interim_until.as_ref()?;
        day.parse::<Date>().is_err().then(|| "tls.interim_until is no day such as \"2027-03-31\"".to_owned())
    }
}

impl KeySettings {
    /// What is wrong with them, when something is.
    pub(super) fn problem(&self) -> Option<String> {
        let far = self.in_use_until.is_some_and(|year| !(2000..=2200).contains(&year));
        far.then(|| "keys.in_use_until is no year such as 2032".to_owned())
    }
}

/// What the company has decided, as far as a verdict depends on it.
pub(crate) fn policy(found: &Found) -> Result<Policy> {
    let TlsSettings { profile: named, interim_until, .. } = &found.config.tls;
    Ok(Policy {
        tls: match named {
            None => Profile::default(),
            Some(name) => profile(found, name).context("read [tls] profile")?,
        },
        interim_until: interim_until.as_deref().and_then(|day| day.parse().ok()),
        in_use_until: found.config.keys.in_use_until,
    })
}

/// Whom clients trust: the public roots, and the company's own.
pub(crate) fn roots(found: &Found) -> Result<Roots> {
    found.config.tls.roots.iter().try_fold(Roots::public(), |roots, path| {
        let path = found.inside(path);
        let bytes = read_file(&path, ROOT_BYTES_MAX)?;
        Ok(roots.and(&path.display().to_string(), &bytes)?)
    })
}

/// A profile by its id, or by the path of its file.
pub(crate) fn profile(found: &Found, name: &str) -> Result<Profile> {
    if let Some(inside) = Profile::builtin(name) {
        return Ok(inside);
    }
    if !Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
        let known: Vec<&str> = Profile::builtin_ids().collect();
        bail!(
            "no profile is called {name}; there are: {} – or a file of your own (*.toml)",
            known.join(", ")
        );
    }
    let path = found.inside(Path::new(name));
    let text = String::from_utf8(read_file(&path, PROFILE_BYTES_MAX)?)
        .with_context(|| format!("read {} as UTF-8", path.display()))?;
    Profile::parse(&path.display().to_string(), &text).map_err(|error| anyhow!(error))
}

/// The block list, checked.
pub(crate) fn blocklist(found: &Found) -> Result<Option<Vec<u8>>> {
    let Some(path) = &found.config.keys.blocklist else { return Ok(None) };
    let path = found.inside(path);
    let bytes = read_file(&path, BLOCKLIST_BYTES_MAX)?;
    if Blocklist::read(&bytes).is_none() {
        bail!("read {} as a block list of badkeys: it holds no sorted records of 16 bytes", path.display());
    }
    Ok(Some(bytes))
}

fn read_file(path: &Path, max: u64) -> Result<Vec<u8>> {
    let read = || -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > max {
            bail!("it is larger than {max} bytes");
        }
        Ok(bytes)
    };
    read().with_context(|| format!("read {}", path.display()))
}

/// What people have answered of the questionnaire on key management.
pub(crate) fn answers(found: &Found) -> Result<Vec<Told>> {
    let Some(path) = &found.config.keys.questionnaire else { return Ok(Vec::new()) };
    let path = found.inside(path);
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let told = Questionnaire::builtin().read_answers(&text);
    told.map_err(|why| anyhow!("{why}")).with_context(|| format!("read {}", path.display()))
}
