//! Words: never a formatted sentence, always a key and arguments, put into words at the very end.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A key of a word table, and what goes into its slots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Text {
    /// The key.
    pub key: String,
    /// Slot name to value. Values are data from evidence.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
}

impl Text {
    /// A text without arguments.
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), args: BTreeMap::new() }
    }

    /// Fills a slot.
    #[must_use]
    pub fn with(mut self, slot: &str, value: impl ToString) -> Self {
        self.args.insert(slot.to_owned(), value.to_string());
        self
    }
}

/// The languages. Both are mandatory everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lang {
    /// Japanese.
    Ja,
    /// English.
    #[default]
    En,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// `ja` or `en`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

/// Word tables by scope (a check id, or `app` for the program's own words), language and key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(BTreeMap<(String, Lang), BTreeMap<String, String>>);

impl Words {
    /// Adds a table; later tables win key by key.
    pub fn add(&mut self, scope: &str, lang: Lang, table: impl IntoIterator<Item = (String, String)>) {
        self.0.entry((scope.to_owned(), lang)).or_default().extend(table);
    }

    /// The template of a key, if there is one.
    pub fn template(&self, scope: &str, lang: Lang, key: &str) -> Option<&str> {
        self.0.iter().find(|((s, l), _)| s == scope && *l == lang)?.1.get(key).map(String::as_str)
    }

    /// The text in words. A missing key shows as `scope.key`, which a test keeps from happening.
    pub fn say(&self, scope: &str, lang: Lang, text: &Text) -> String {
        match self.template(scope, lang, &text.key) {
            Some(template) => fill(template, &text.args),
            None => format!("{scope}.{}", text.key),
        }
    }

    /// A key without slots, in words.
    pub fn word(&self, scope: &str, lang: Lang, key: &str) -> String {
        self.say(scope, lang, &Text::new(key))
    }
}

/// Puts arguments into `{slot}`s in one pass: what stands in an argument is never taken for a slot.
fn fill(template: &str, args: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((slot, tail)) => {
                out.push_str(args.get(slot).map_or("", String::as_str));
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}
