//! The `check.toml` of every check: read, and held to its promises.

use crate::CHECKS;
use hinomi_model::{CheckId, Entry, Fact, Lang, Words};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// A check whose words or grades do not hold together.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EntryError {
    /// The file is not the TOML it should be.
    #[error("read check.toml of {check}")]
    Unreadable {
        /// The check.
        check: String,
        /// Line, column and what was expected.
        source: Box<toml::de::Error>,
    },
    /// The file says something that cannot be true.
    #[error("accept check.toml of {check}: {why}")]
    Wrong {
        /// The check.
        check: String,
        /// What is wrong.
        why: String,
    },
}

/// All entries, by id.
///
/// # Errors
/// The first entry that is not readable or breaks a rule: id equal to the check's, both languages with the same
/// keys and the same slots, a grade for every failing key, known kinds of fact.
pub fn entries() -> Result<BTreeMap<CheckId, Entry>, EntryError> {
    CHECKS.iter().map(|check| read(check.id, check.entry).map(|entry| (check.id.to_owned(), entry))).collect()
}

/// The page of each check.
pub fn pages() -> BTreeMap<CheckId, &'static str> {
    CHECKS.iter().map(|check| (check.id.to_owned(), check.page)).collect()
}

/// Adds the words of the checks to `words`, a scope a check.
pub fn words(entries: &BTreeMap<CheckId, Entry>, words: &mut Words) {
    for (id, entry) in entries {
        for lang in Lang::ALL {
            let table = entry.text.get(lang.as_str()).into_iter().flatten();
            words.add(id, lang, table.map(|(key, text)| (key.clone(), text.clone())));
            let internal = match lang {
                Lang::Ja => "この検査は内部の誤りで判定できませんでした。不具合として報告してください。",
                Lang::En => "This check broke and could not decide. Please report it as a bug.",
            };
            words.add(id, lang, [("internal".to_owned(), internal.to_owned())]);
        }
    }
}

/// Reads one entry and holds it to the rules.
pub(crate) fn read(id: &str, text: &str) -> Result<Entry, EntryError> {
    let entry: Entry = toml::from_str(text)
        .map_err(|source| EntryError::Unreadable { check: id.to_owned(), source: Box::new(source) })?;
    match fault(id, &entry) {
        Some(why) => Err(EntryError::Wrong { check: id.to_owned(), why }),
        None => Ok(entry),
    }
}

fn fault(id: &str, entry: &Entry) -> Option<String> {
    if entry.id != id {
        return Some(format!("id is {:?}", entry.id));
    }
    if let Some(unknown) = entry.needs.iter().find(|kind| !Fact::KINDS.contains(&kind.as_str())) {
        return Some(format!("needs unknown kind of fact {unknown:?}"));
    }
    if entry.needs.is_empty()
        || entry.measures.is_empty()
        || entry.incidents.is_empty()
        || entry.fails.is_empty()
    {
        return Some("needs, measures, incidents and fails must not be empty".to_owned());
    }
    let languages: Vec<&str> = entry.text.keys().map(String::as_str).collect();
    if languages != ["en", "ja"] {
        return Some(format!("languages are {languages:?}, expected en and ja"));
    }
    let (en, ja) = (entry.text.get("en")?, entry.text.get("ja")?);
    if let Some(key) = en.keys().chain(ja.keys()).find(|key| en.contains_key(*key) != ja.contains_key(*key)) {
        return Some(format!("text {key:?} is there in one language only"));
    }
    let needed = ["title", "why", "fix"].into_iter().chain(entry.fails.keys().map(String::as_str));
    if let Some(key) = needed.into_iter().find(|key| en.get(*key).is_none_or(String::is_empty)) {
        return Some(format!("text {key:?} is missing"));
    }
    en.iter()
        .find(|(key, text)| ja.get(*key).is_none_or(|other| slots(text) != slots(other)))
        .map(|(key, _)| format!("text {key:?} has other slots in ja than in en"))
}

/// The `{slot}`s of a template.
pub(crate) fn slots(template: &str) -> BTreeSet<&str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(slot, _)| slot)).collect()
}
