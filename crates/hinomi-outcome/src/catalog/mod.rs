//! The catalogue: prices, countermeasures, incidents, benchmarks and words, as data.
//!
//! Files come in by path and text; who reads them from where is the caller's business. Every row names its
//! source, and every id another row names must exist: a catalogue with a hole is refused, not half used.

mod rows;
#[cfg(test)]
mod tests;

pub use rows::{Benchmark, Countermeasure, Figure, Grading, Incident, Unit, WellKnown};

use hinomi_model::{Lang, Measure, Words};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// All of `catalog/`, checked.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Work with a price, by id.
    pub measures: BTreeMap<String, Measure>,
    /// The countermeasures the archive names, C01 to C54, by id.
    pub countermeasures: BTreeMap<String, Countermeasure>,
    /// The incidents of the archive, by id.
    pub incidents: BTreeMap<String, Incident>,
    /// Numbers others published, by id.
    pub benchmarks: BTreeMap<String, Benchmark>,
    /// Domains that must never be blocked as a whole, in the order of the files.
    pub well_known: Vec<WellKnown>,
    /// The program's own words, scope [`APP`].
    pub words: Words,
    pub(crate) word_keys: BTreeMap<Lang, BTreeSet<String>>,
}

/// The scope of the program's own words in [`Words`].
pub const APP: &str = "app";

/// Why a catalogue was refused. The text completes "failed to …".
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CatalogError {
    /// A file outside the known folders, or of an unknown name.
    #[error("place {path} in the catalogue: no such kind of file")]
    Unplaced {
        /// The file.
        path: String,
    },
    /// Not TOML of the expected shape.
    #[error("read {path}: {message}")]
    Malformed {
        /// The file.
        path: String,
        /// What the parser says, with line and column.
        message: String,
    },
    /// An id or a word stands twice.
    #[error("add {id} of {path}: it is there already")]
    Twice {
        /// The file.
        path: String,
        /// The id.
        id: String,
    },
    /// A row names an id that no row has.
    #[error("resolve {id}, named by {by}")]
    Missing {
        /// The row that names it.
        by: String,
        /// The id that is missing.
        id: String,
    },
    /// A value outside its range.
    #[error("accept {id}: {what}")]
    Bad {
        /// The row.
        id: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Catalog {
    /// Reads all files of a catalogue. A path is taken from its last `measures/`, `incidents/`, `benchmarks/`,
    /// `indicators/`, `profiles/` or `text/` on, so both `catalog/text/ja.toml` and `text/ja.toml` will do.
    ///
    /// # Errors
    /// [`CatalogError`] for the first file or row that does not fit.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, CatalogError> {
        let mut catalog = Self::default();
        for (path, text) in files {
            catalog.add(path, text)?;
        }
        catalog.verify()?;
        Ok(catalog)
    }

    /// The domains of the well-known list, for [`hinomi_model::Gate::new`].
    pub fn well_known_domains(&self) -> impl Iterator<Item = String> {
        self.well_known.iter().map(|row| row.domain.clone())
    }

    /// The keys of the program's own words in a language.
    pub fn word_keys(&self, lang: Lang) -> impl Iterator<Item = &str> {
        self.word_keys.get(&lang).into_iter().flatten().map(String::as_str)
    }

    fn add(&mut self, path: &str, text: &str) -> Result<(), CatalogError> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let folder = path.rsplit(['/', '\\']).nth(1).unwrap_or("");
        match (folder, name) {
            ("measures", "countermeasures.toml") => {
                let file: rows::Countermeasures = read(path, text)?;
                each(path, file.countermeasure, |row| row.id.clone(), &mut self.countermeasures)
            }
            ("measures", _) => {
                let file: rows::Measures = read(path, text)?;
                each(path, file.measure, |row| row.id.clone(), &mut self.measures)
            }
            ("incidents", _) => {
                let row: Incident = read(path, text)?;
                if name.strip_suffix(".toml") != Some(row.id.as_str()) {
                    return Err(CatalogError::Bad { id: row.id, what: "the file has another name" });
                }
                each(path, vec![row], |row| row.id.clone(), &mut self.incidents)
            }
            ("benchmarks", _) => {
                let file: rows::Benchmarks = read(path, text)?;
                each(path, file.benchmark, |row| row.id.clone(), &mut self.benchmarks)
            }
            ("indicators", "well-known.toml") => {
                let file: rows::WellKnowns = read(path, text)?;
                self.well_known.extend(file.well_known);
                Ok(())
            }
            ("text", _) => self.add_words(path, name, text),
            // Profiles and criteria: the checks that use them know what must stand in them.
            ("tls" | "keys", _) if path.contains("profiles") => read::<toml::Table>(path, text).map(|_| ()),
            _ => Err(CatalogError::Unplaced { path: path.to_owned() }),
        }
    }

    /// `ja.toml` or `cli.ja.toml`: flat keys and templates.
    fn add_words(&mut self, path: &str, name: &str, text: &str) -> Result<(), CatalogError> {
        let stem = name.strip_suffix(".toml").unwrap_or(name);
        let lang = match stem.rsplit('.').next() {
            Some("ja") => Lang::Ja,
            Some("en") => Lang::En,
            _ => return Err(CatalogError::Unplaced { path: path.to_owned() }),
        };
        let table: BTreeMap<String, String> = read(path, text)?;
        let keys = self.word_keys.entry(lang).or_default();
        for key in table.keys() {
            if !keys.insert(key.clone()) {
                return Err(CatalogError::Twice { path: path.to_owned(), id: key.clone() });
            }
        }
        self.words.add(APP, lang, table);
        Ok(())
    }

    /// Holds what one row says about another.
    fn verify(&self) -> Result<(), CatalogError> {
        for measure in self.measures.values() {
            if measure.removes_bp.is_empty() || measure.removes_bp.values().any(|share| share.0 > 10_000) {
                let what = "it removes nothing, or more than everything";
                return Err(CatalogError::Bad { id: measure.id.clone(), what });
            }
            named(&measure.id, &measure.countermeasures, &self.countermeasures)?;
        }
        for row in self.countermeasures.values() {
            named(&row.id, &row.incidents, &self.incidents)?;
        }
        let [ja, en] =
            [Lang::Ja, Lang::En].map(|lang| self.word_keys.get(&lang).cloned().unwrap_or_default());
        match ja.symmetric_difference(&en).next() {
            Some(key) => Err(CatalogError::Missing { by: "the other language".to_owned(), id: key.clone() }),
            None => Ok(()),
        }
    }
}

fn read<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, CatalogError> {
    toml::from_str(text)
        .map_err(|e| CatalogError::Malformed { path: path.to_owned(), message: e.to_string() })
}

fn each<T>(
    path: &str,
    rows: Vec<T>,
    id: impl Fn(&T) -> String,
    into: &mut BTreeMap<String, T>,
) -> Result<(), CatalogError> {
    for row in rows {
        let id = id(&row);
        if into.contains_key(&id) {
            return Err(CatalogError::Twice { path: path.to_owned(), id });
        }
        into.insert(id, row);
    }
    Ok(())
}

fn named<T>(by: &str, ids: &[String], rows: &BTreeMap<String, T>) -> Result<(), CatalogError> {
    match ids.iter().find(|id| !rows.contains_key(*id)) {
        Some(id) => Err(CatalogError::Missing { by: by.to_owned(), id: id.clone() }),
        None => Ok(()),
    }
}
