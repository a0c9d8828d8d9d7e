//! The questionnaire on key management: what the inventory can answer is answered with figures, and the rest by people,
//! with an owner and a date.

use super::strength::{Criteria, Standing, Use};
use hinomi_model::fact::{KeyFact, KeyKind, KeyState};
use hinomi_model::{Lang, Observation};
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const QUESTIONS: &str = include_str!("../../../../../catalog/profiles/keys/ckms.toml");

/// The questionnaire.
#[derive(Debug, Clone, Deserialize)]
pub struct Questionnaire {
    /// Id.
    pub id: String,
    title_ja: String,
    title_en: String,
    /// Whether the words are those of the guideline. They are not yet.
    pub confirmed: bool,
    /// The items, in order.
    #[serde(rename = "item")]
    pub items: Vec<Question>,
    answers: BTreeMap<String, Template>,
}

/// One item.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Id: `K-1`.
    pub id: String,
    /// Group: `goals`, `roles`, `keys`, `functions`, `storage`, `access`, `transition`, `controls`, `recovery`,
    /// `assessment`.
    pub group: String,
    /// What the inventory answers it with.
    #[serde(default)]
    pub evidence: Option<String>,
    ja: String,
    en: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    ja: String,
    en: String,
}

/// What a person has answered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The item.
    pub item: String,
    /// Who answers for it.
    pub owner: String,
    /// When.
    pub date: Date,
    /// The answer.
    pub text: String,
    /// When it has to be looked at again.
    #[serde(default)]
    pub again: Option<Date>,
}

/// The state of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The inventory answers, with these figures.
    Evidence(BTreeMap<&'static str, u64>),
    /// A person has answered.
    Told(Told),
    /// A person has answered, and the day of the next look has passed.
    Overdue(Told),
    /// Nobody has.
    Open,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answers {
    #[serde(default, rename = "answer")]
    answers: Vec<Told>,
}

impl Questionnaire {
    /// The questionnaire inside.
    pub fn builtin() -> Self {
        toml::from_str(QUESTIONS).expect("a test reads the questionnaire inside")
    }

    /// Its title.
    pub fn title(&self, lang: Lang) -> &str {
        if lang == Lang::Ja { &self.title_ja } else { &self.title_en }
    }

    /// Reads what people have answered (`[[answer]]` with `item`, `owner`, `date`, `text`, `again`).
    ///
    /// # Errors
    /// A text for who wrote it: not readable, an item that does not exist, or one that is answered twice.
    pub fn read_answers(&self, text: &str) -> Result<Vec<Told>, String> {
        let answers = toml::from_str::<Answers>(text).map_err(|error| error.to_string())?.answers;
        let mut seen = BTreeSet::new();
        for told in &answers {
            if !self.items.iter().any(|item| item.id == told.item) {
                return Err(format!("no item is called {}", told.item));
            }
            if !seen.insert(&told.item) {
                return Err(format!("{} is answered twice", told.item));
            }
        }
        Ok(answers)
    }

    /// Every item with its answer. Evidence goes before what people say.
    pub fn answered<'q>(
        &'q self,
        observations: &[Observation],
        told: &[Told],
        at: Timestamp,
    ) -> Vec<(&'q Question, Answer)> {
        let keys: Vec<&KeyFact> = observations.iter().filter_map(|seen| seen.fact.as_key()).collect();
        let today = at.to_zoned(TimeZone::UTC).date();
        let answer = |item: &Question| {
            // Without an inventory there is no evidence: nothing found is not nothing there.
            if let Some(evidence) = item.evidence.as_deref().filter(|_| !keys.is_empty()) {
                return Answer::Evidence(figures(evidence, &keys, at));
            }
            match told.iter().find(|told| told.item == item.id) {
                Some(told) if told.again.is_some_and(|day| day < today) => Answer::Overdue(told.clone()),
                Some(told) => Answer::Told(told.clone()),
                None => Answer::Open,
            }
        };
        self.items.iter().map(|item| (item, answer(item))).collect()
    }

    /// The sentence for the figures of an item.
    pub fn sentence(&self, item: &Question, figures: &BTreeMap<&'static str, u64>, lang: Lang) -> String {
        let Some(template) = item.evidence.as_ref().and_then(|name| self.answers.get(name)) else {
            return String::new();
        };
        let template = if lang == Lang::Ja { &template.ja } else { &template.en };
        let fill = |text: String, (name, figure): (&&str, &u64)| {
            text.replace(&format!("{{{name}}}"), &figure.to_string())
        };
        figures.iter().fold(template.clone(), fill)
    }
}

impl Question {
    /// Its words.
    pub fn words(&self, lang: Lang) -> &str {
        if lang == Lang::Ja { &self.ja } else { &self.en }
    }
}

/// The figures behind one kind of evidence.
fn figures(evidence: &str, keys: &[&KeyFact], at: Timestamp) -> BTreeMap<&'static str, u64> {
    let secrets: Vec<&KeyFact> = keys.iter().copied().filter(|key| key.is_secret()).collect();
    let count =
        |of: &[&KeyFact], like: &dyn Fn(&KeyFact) -> bool| number(of.iter().filter(|key| like(key)).count());
    let in_state =
        |state: KeyState| count(keys, &|key| key.certificate.is_some() && key.state(at) == Some(state));
    let of_kind = |kind: KeyKind| count(keys, &|key| key.kind == kind);
    let secret_count = number(secrets.len());
    let told: Vec<(&'static str, u64)> = match evidence {
        "inventory" => vec![
            ("private_keys", of_kind(KeyKind::PrivateKey)),
            ("secret_keys", of_kind(KeyKind::SecretKey)),
            ("certificates", of_kind(KeyKind::Certificate)),
            ("locked", count(keys, &|key| key.kind == KeyKind::Keystore && key.opened_by.is_none())),
        ],
        "algorithms" | "transition" => strengths(keys, at),
        "places" => {
            vec![("secrets", secret_count), ("without_owner", count(&secrets, &|key| key.owner.is_none()))]
        }
        "dates" => vec![
            ("certificates", of_kind(KeyKind::Certificate)),
            ("active", in_state(KeyState::Active)),
            ("deactivated", in_state(KeyState::Deactivated)),
            ("pre_activation", in_state(KeyState::PreActivation)),
        ],
        "renewals" => vec![("same_key", renewed_with_same_key(keys))],
        "leftovers" => vec![("leftover", leftovers(keys, at))],
        "protection" => vec![
            ("secrets", secret_count),
            ("in_clear", count(&secrets, &|key| key.encrypted.is_none() && key.opened_by.is_some())),
        ],
        "permissions" => vec![
            ("secrets", secret_count),
            ("open_to_all", count(&secrets, &|key| key.mode.is_some_and(|mode| mode & 0o004 != 0))),
            (
                "misplaced",
                count(&secrets, &|key| {
                    ["web_root", "repository", "backup"].iter().any(|place| key.lies_in(place))
                }),
            ),
            ("without_mode", count(&secrets, &|key| key.mode.is_none())),
        ],
        "duplicates" => vec![("duplicated", duplicated(&secrets))],
        "compromise" => vec![
            ("tested", count(keys, &|key| key.weaknesses_tested)),
            ("weak", count(keys, &|key| key.weaknesses_tested && !key.weaknesses.is_empty())),
            ("untested", count(keys, &|key| !key.weaknesses_tested)),
        ],
        _ => Vec::new(),
    };
    told.into_iter().collect()
}

/// Keys by how their strength stands in the year of the inventory; an object a public key counts once.
fn strengths(keys: &[&KeyFact], at: Timestamp) -> Vec<(&'static str, u64)> {
    let year = at.to_zoned(TimeZone::UTC).year();
    let criteria = Criteria::builtin();
    let each: BTreeMap<&str, &KeyFact> = keys
        .iter()
        .filter(|key| !matches!(key.kind, KeyKind::Crl | KeyKind::Keystore | KeyKind::Parameters))
        .map(|key| (key.spki_sha256.as_deref().unwrap_or(&key.fingerprint_sha256), *key))
        .collect();
    let standing =
        |key: &&&KeyFact| key.strength_bits().and_then(|bits| criteria.standing(bits, Use::Generate, year));
    let with = |wanted: Option<Standing>| number(each.values().filter(|key| standing(key) == wanted).count());
    vec![
        ("keys", number(each.len())),
        ("unusable", with(Some(Standing::Unusable))),
        ("transition", with(Some(Standing::Transition))),
        ("unknown", with(None)),
    ]
}

/// Objects by public key, certificates of authorities left out.
fn by_key<'a>(keys: &[&'a KeyFact]) -> BTreeMap<&'a str, Vec<&'a KeyFact>> {
    let mut all: BTreeMap<&str, Vec<&KeyFact>> = BTreeMap::new();
    for key in keys {
        if let Some(spki) = &key.spki_sha256 {
            all.entry(spki).or_default().push(key);
        }
    }
    all
}

fn renewed_with_same_key(keys: &[&KeyFact]) -> u64 {
    let begins = |held: &Vec<&KeyFact>| {
        let of_leaves = held.iter().filter_map(|key| key.certificate.as_deref()).filter(|seen| !seen.is_ca);
        of_leaves.filter_map(|seen| seen.not_before).collect::<BTreeSet<Timestamp>>().len()
    };
    number(by_key(keys).values().filter(|held| begins(held) > 1).count())
}

/// Private keys that have certificates, all of which are over.
fn leftovers(keys: &[&KeyFact], at: Timestamp) -> u64 {
    let left = |held: &&Vec<&KeyFact>| {
        let mut states =
            held.iter().filter(|key| key.certificate.is_some()).map(|key| key.state(at)).peekable();
        held.iter().any(|key| key.kind == KeyKind::PrivateKey)
            && states.peek().is_some()
            && states.all(|state| state == Some(KeyState::Deactivated))
    };
    number(by_key(keys).values().filter(left).count())
}

fn duplicated(secrets: &[&KeyFact]) -> u64 {
    let places = |held: &&Vec<&KeyFact>| {
        let files: BTreeSet<&str> = held
            .iter()
            .map(|key| key.place.split_once('#').map_or(key.place.as_str(), |(file, _)| file))
            .collect();
        files.len() > 1
    };
    number(by_key(secrets).values().filter(places).count())
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
