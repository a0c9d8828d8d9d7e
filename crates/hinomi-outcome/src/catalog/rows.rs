//! The rows of the catalogue's files. Unknown fields are refused.

use hinomi_model::{Lang, Measure, Source, ThreatClass};
use serde::{Deserialize, Serialize};

/// A countermeasure the archive names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Countermeasure {
    /// `C01` … `C54`.
    pub id: String,
    /// Name in Japanese.
    pub title_ja: String,
    /// Name in English.
    pub title_en: String,
    /// The class of the threat it stands against; the first is the main one.
    pub class: Vec<ThreatClass>,
    /// ATT&CK mitigation ids.
    pub attack: Vec<String>,
    /// CIS Controls v8.1 safeguards; ids only.
    pub cis: Vec<String>,
    /// NIST CSF 2.0 subcategories.
    pub csf: Vec<String>,
    /// Requirements of the SCS scheme (★3) it belongs to.
    pub scs: Vec<String>,
    /// Incidents of `catalog/incidents` that named it.
    pub incidents: Vec<String>,
    /// The family, or the deliverable, that answers it: `document`, `mail`, `plan`, `share` …
    pub answered_by: Vec<String>,
    /// Where the mapping comes from.
    pub source: Source,
}

/// An incident of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Id; equal to the file's name.
    pub id: String,
    /// Name in Japanese.
    pub title_ja: String,
    /// Name in English.
    pub title_en: String,
    /// What happened, in Japanese.
    pub what_ja: String,
    /// What happened, in English.
    pub what_en: String,
    /// Days it is about, `2020-07-17` or `2020-07`, oldest first.
    pub dates: Vec<String>,
    /// Its numbers.
    #[serde(default)]
    pub figures: Vec<Figure>,
    /// The families of checks that answer it.
    pub families: Vec<String>,
    /// The checks that answer it; empty until the family is there.
    pub checks: Vec<String>,
    /// Where it was read.
    pub source: Source,
}

/// A number of an incident, as it was told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The number as told: `704`, `894 GB`, `≥ 100`.
    pub value: String,
    /// What it counts, in Japanese.
    pub ja: String,
    /// What it counts, in English.
    pub en: String,
}

/// A number somebody published.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// Id: `it-ratio.all.fy2015.trimmed`.
    pub id: String,
    /// What it is, in Japanese.
    pub title_ja: String,
    /// What it is, in English.
    pub title_en: String,
    /// The value, whole, in `unit`.
    pub value: u64,
    /// The unit of `value`.
    pub unit: Unit,
    /// `it-ratio`, `security-share`, `incident-rate`, `loss`, `unit-cost`.
    pub kind: String,
    /// `all`, `finance`, `construction` …
    pub industry: String,
    /// `mean`, `trimmed-mean`, `median`, `share-of-companies`, `sum`, `max`, `low-end`, `high-end`.
    pub statistic: String,
    /// The survey's name.
    pub survey: String,
    /// The fiscal year it is about.
    pub fy: u16,
    /// Answers it rests on, where told.
    #[serde(default)]
    pub n: Option<u32>,
    /// Who published it.
    pub publisher: String,
    /// How good it is.
    pub grade: Grading,
    /// What to know before using it, in Japanese.
    #[serde(default)]
    pub note_ja: String,
    /// What to know before using it, in English.
    #[serde(default)]
    pub note_en: String,
    /// Where it was read.
    pub source: Source,
}

/// What a benchmark counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// 1/10,000.
    Bp,
    /// Whole yen.
    Yen,
    /// Tenths of a person-month.
    PersonMonthsTenths,
    /// Tenths of a day.
    DaysTenths,
}

/// How good a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum Grading {
    /// Measured.
    A,
    /// From a survey.
    B,
    /// Somebody's judgement.
    C,
}

/// A domain that many share: never blocked as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WellKnown {
    /// The domain; it and everything below it.
    pub domain: String,
    /// What is there, in Japanese.
    pub ja: String,
    /// What is there, in English.
    pub en: String,
    /// Where it comes from.
    pub source: Source,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Measures {
    pub(super) measure: Vec<Measure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Countermeasures {
    pub(super) countermeasure: Vec<Countermeasure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Benchmarks {
    pub(super) benchmark: Vec<Benchmark>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WellKnowns {
    pub(super) well_known: Vec<WellKnown>,
}

impl Benchmark {
    /// Its name.
    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.title_ja,
            Lang::En => &self.title_en,
        }
    }
}

impl Incident {
    /// Its name.
    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.title_ja,
            Lang::En => &self.title_en,
        }
    }
}
