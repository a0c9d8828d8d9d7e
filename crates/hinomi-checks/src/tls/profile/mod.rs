//! Profiles: what a guideline asks of a TLS server, as data.
//!
//! A profile is a file of `catalog/profiles/tls`, or one of the user's own. Each item says how binding it is, how sure
//! we are of its words, and by which rule it is measured. An item whose words nobody of us has read is
//! *unconfirmed*: it is measured and shown, and never counts as met.

mod measured;
pub(super) mod names;
mod rule;
#[cfg(test)]
mod tests;
mod verdict;

pub use measured::Measured;
pub use names::{GroupName, SuiteName, suite_name};
pub use rule::{Area, Rule};
pub use verdict::{Assessment, Conformity, ItemVerdict, Outcome};

use hinomi_formats::tls::names::Version;
use hinomi_model::{Lang, Source};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// The profile that counts when nobody chose one: the default choice of the Japanese guideline.
pub const DEFAULT_PROFILE: &str = "ipa-gl3001-3.0.1-recommended";

/// What a guideline asks of a server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Id; the name of its file.
    pub id: String,
    /// The guideline: `IPA GL-3001`.
    pub guideline: String,
    /// Its edition.
    pub version: String,
    title_ja: String,
    title_en: String,
    /// Only for a while: an end date has to be set (セキュリティ例外型).
    #[serde(default)]
    pub interim: bool,
    /// Where it comes from.
    pub source: Source,
    /// Suites it allows.
    pub suites: Suites,
    /// What a server has to be told so that the items pass.
    pub configuration: Wanted,
    /// Its items, in its own order.
    #[serde(rename = "item")]
    pub items: Vec<Item>,
}

/// Suites by preference: groups, best first; within a group the order is free.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suites {
    /// Of TLS 1.2 and before.
    pub tls12: Vec<Vec<SuiteName>>,
    /// Of TLS 1.3.
    pub tls13: Vec<Vec<SuiteName>>,
}

/// What to set on a server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Versions to switch on.
    pub versions: Vec<Version>,
    /// Groups, best first.
    pub groups: Vec<GroupName>,
    /// The server decides on the suite.
    pub server_order: bool,
    /// Length of the Diffie-Hellman prime, in bits.
    pub dh_bits: u32,
    /// `max-age` of HSTS, in seconds.
    pub hsts_max_age: u64,
    /// The policy of an AWS load balancer that comes nearest.
    pub aws: String,
}

/// One item of a guideline.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Id within the profile: `R-P3`.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Whether somebody of us has read its words.
    pub confidence: Reading,
    /// Where it stands.
    pub source: String,
    ja: String,
    en: String,
    /// How it is measured.
    pub rule: Rule,
    #[serde(default)]
    transcribe_ja: Option<String>,
    #[serde(default)]
    transcribe_en: Option<String>,
}

/// How binding an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// 遵守.
    Mandatory,
    /// 推奨: unmet, it is told and never fails.
    Recommended,
    /// 助言, outside the checklist.
    Advice,
}

/// Whether the words of an item were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Read in a source.
    Confirmed,
    /// Believed: 要確認.
    Unconfirmed,
}

/// Why a profile was refused. The text completes "failed to …".
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Not TOML of the expected shape, or a name that nothing has.
    #[error("read the profile {path}: {message}")]
    Malformed {
        /// The file.
        path: String,
        /// What the parser says, with line and column.
        message: String,
    },
    /// It says something that cannot be.
    #[error("accept the profile {path}: {why}")]
    Wrong {
        /// The file.
        path: String,
        /// What is wrong.
        why: String,
    },
}

macro_rules! builtin {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../../catalog/profiles/tls/", $name, ".toml")))),+]
    };
}

/// The profiles inside.
const BUILTIN: &[(&str, &str)] = builtin![
    "ipa-gl3001-3.0.1-exception",
    "ipa-gl3001-3.0.1-high",
    "ipa-gl3001-3.0.1-recommended",
    "mozilla-5.7-intermediate",
    "mozilla-5.7-modern",
    "mozilla-5.7-old",
    "mozilla-5.8-intermediate",
    "mozilla-5.8-modern",
    "mozilla-5.8-old",
    "nist-sp800-52r2",
];

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// [`ProfileError`] when it is not readable, names a suite, group or version that does not exist, has no or doubled
    /// items, or does not say what of an unconfirmed item is to be transcribed.
    pub fn parse(path: &str, text: &str) -> Result<Self, ProfileError> {
        let profile: Self = toml::from_str(text)
            .map_err(|error| ProfileError::Malformed { path: path.to_owned(), message: error.to_string() })?;
        match profile.fault() {
            Some(why) => Err(ProfileError::Wrong { path: path.to_owned(), why }),
            None => Ok(profile),
        }
    }

    /// A profile of those inside, by id.
    pub fn builtin(id: &str) -> Option<Self> {
        let (path, text) = BUILTIN.iter().find(|(known, _)| *known == id)?;
        Self::parse(path, text).ok()
    }

    /// The ids of the profiles inside.
    pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(id, _)| *id)
    }

    /// Its title.
    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.title_ja,
            Lang::En => &self.title_en,
        }
    }

    fn fault(&self) -> Option<String> {
        if self.items.is_empty() {
            return Some("it has no items".to_owned());
        }
        let mut ids = BTreeSet::new();
        if let Some(item) = self.items.iter().find(|item| !ids.insert(&item.id)) {
            return Some(format!("the item {} stands twice", item.id));
        }
        let silent = |item: &&Item| item.ja.is_empty() || item.en.is_empty() || item.source.is_empty();
        if let Some(item) = self.items.iter().find(silent) {
            return Some(format!("the item {} has no words in both languages, or no source", item.id));
        }
        let untold = |item: &&Item| {
            item.confidence == Reading::Unconfirmed
                && (item.transcribe_ja.is_none() || item.transcribe_en.is_none())
        };
        self.items.iter().find(untold).map(|item| {
            format!("the item {} is unconfirmed and does not say what is to be transcribed", item.id)
        })
    }
}

impl Default for Profile {
    /// [`DEFAULT_PROFILE`].
    fn default() -> Self {
        Self::builtin(DEFAULT_PROFILE).expect("a test reads every profile inside")
    }
}

impl Item {
    /// Its words.
    pub fn words(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }

    /// What a person has to transcribe before it counts.
    pub fn to_transcribe(&self, lang: Lang) -> Option<&str> {
        match lang {
            Lang::Ja => self.transcribe_ja.as_deref(),
            Lang::En => self.transcribe_en.as_deref(),
        }
    }
}

/// All profiles: those inside, and the user's own, which win over one of the same id.
///
/// # Errors
/// [`ProfileError`] for the first that is not right.
pub fn profiles<'a>(
    own: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<BTreeMap<String, Profile>, ProfileError> {
    let mut all = BTreeMap::new();
    for (path, text) in BUILTIN.iter().copied().chain(own) {
        let profile = Profile::parse(path, text)?;
        all.insert(profile.id.clone(), profile);
    }
    Ok(all)
}
